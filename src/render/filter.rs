//! A filter as a match document.
//!
//! One rule for what is not there: each test is asked in Rust of what the model reads for a missing or null value; where the answer is yes,
//! the rendering matches null and missing too. Negation is the complement of the whole test, never the opposite operator.

mod equality;
mod list;
mod pair;
mod renderer;
mod search;
mod text;

pub(crate) use renderer::render_filter;
pub(super) use renderer::{operator, render_item, render_item_is, render_match};
