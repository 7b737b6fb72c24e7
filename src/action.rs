//! The verbs of a [`Db`](crate::Db), one a file: what is sent, in how many round trips, and what is atomic stands at each.

mod changing;
mod connect;
mod count;
mod create;
mod decode;
mod delete;
mod delete_value;
mod find;
mod insert;
mod origin;
mod read;
mod replace;
mod returning;
mod save;
mod stream;
mod sync;
mod transaction;
mod update;
mod upsert;
mod view;

pub use count::Count;
pub use create::{Create, CreateMany};
pub use delete::{Delete, DeleteMany};
pub use delete_value::DeleteValue;
pub use find::{Exact, Find, First, Many, Shape};
pub use insert::InsertMany;
pub use replace::Replace;
pub use returning::{New, Nothing, Old, Returning};
pub use save::Save;
pub use stream::{Cursor, Stream};
pub use sync::SyncModels;
pub use transaction::Transaction;
pub use update::{ManyDocs, OneDoc, Updated};
pub use upsert::{Upsert, Upserted};
pub use view::{Rows, ViewRead};
