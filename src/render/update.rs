//! Changes as an update, with the documents that it must not reach.
//!
//! No update stores what the model cannot read. Documents of which it would be so are refused in the same command, by a `$nor` beside the
//! filter; those that are stored in another form than the server's operators take are first brought into the form that the codec writes,
//! which changes nothing of what the model reads. Operators are the plain ones, unless something hangs on `None`: then a pipeline.

mod equal;
mod odd;
mod operators;
mod pipeline;
mod rendered;
mod stamp;

pub(crate) use rendered::{RenderedUpdate, Written, render_update};
pub(crate) use stamp::on_insert;
pub(super) use stamp::stamp;
