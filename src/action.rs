//! The verbs of a [`Db`](crate::Db), one a file: what is sent, in how many round trips, and what is atomic stands at each.

mod aggregate;
mod changing;
mod connect;
mod count;
mod create;
mod decode;
mod delete;
mod find;
mod group_by;
mod insert;
mod options;
mod pipeline;
mod read;
mod stream;
mod sync;
mod transaction;
mod update;
mod upsert;
mod view;

pub use aggregate::{Aggregated, Aggregation};
pub use count::Count;
pub use create::{Create, CreateMany};
pub use delete::{Delete, DeleteMany};
pub use find::{Exact, Find, First, Many, Shape};
pub use group_by::{GroupBy, Grouped};
pub use insert::InsertMany;
pub use pipeline::{OfModel, Pipeline, PipelineCount, PipelineRead, PipelineView, Reshaped, Unchanged};
pub use stream::{Cursor, Stream};
pub use sync::SyncModels;
pub use transaction::Transaction;
pub use update::{ManyDocs, OneDoc, Updated};
pub use upsert::{Upsert, Upserted};
pub use view::{Rows, ViewRead};
