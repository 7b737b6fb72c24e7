//! `pipeline`: stages that the server takes documents through, one after another.
//!
//! [`stages`] builds those that keep documents as they are, [`reshape`] those that make others of them, and [`read`] what comes of it.

mod facet;
mod read;
mod reshape;
mod stages;

pub use facet::Facets;
pub use read::{PipelineCount, PipelineRead, PipelineSelect, PipelineView};
pub use stages::Pipeline;
