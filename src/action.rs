//! The verbs of a [`Db`](crate::Db), one a file: what is sent, in how many round trips, and what is atomic stands at each.

mod changing;
mod connect;
mod count;
mod create;
mod decode;
mod delete;
mod distinct;
mod exists;
mod find;
mod insert;
mod options;
mod page;
mod read;
mod rows;
mod select;
mod stream;
mod sync;
mod transaction;
mod update;
mod upsert;
mod view;

pub use count::Count;
pub use create::{Create, CreateMany};
pub use delete::{Delete, DeleteMany};
pub use distinct::Distinct;
pub use exists::Exists;
pub use find::{Exact, Find, First, Many, Shape};
pub use insert::InsertMany;
pub use page::{Page, PageRead};
pub use stream::{Cursor, Stream};
pub use sync::SyncModels;
pub use transaction::Transaction;
pub use update::{ManyDocs, OneDoc, Updated};
pub use upsert::{Upsert, Upserted};
pub use view::{Rows, ViewRead};
