//! The verbs of a [`Db`](crate::Db), one a file: what is sent, in how many round trips, and what is atomic stands at each.
//!
//! Each command that a verb is said to send is one round trip, and so is each `getMore`; the commands are counted by
//! [`on_command`](crate::Builder::on_command).
#![doc = include_str!("docs/transactions.md")]

mod aggregate;
mod bulk;
mod check_relations;
mod command;
mod connect;
mod count;
mod create;
mod cursor_read;
mod decode;
mod delete;
mod delete_report;
mod delete_value;
mod distinct;
mod distinct_by;
mod exists;
mod explain;
mod explain_checked;
mod find;
mod group_by;
mod indexed;
mod insert;
mod lenient;
mod load;
mod options;
mod origin;
mod page;
mod pipeline;
mod read;
mod repair_relations;
mod replace;
mod returning;
mod rows;
mod save;
mod select;
mod skip_duplicates;
mod stream;
mod sync;
mod sync_mode;
mod transaction;
mod update;
mod upsert;
mod view;

pub use crate::{
    error::BulkReport,
    relation::{Deletions, ModelDeletions},
};
pub use aggregate::{Aggregated, Aggregation};
pub use bulk::Bulk;
pub use check_relations::CheckRelations;
pub use count::Count;
pub use create::{Create, CreateMany};
pub use cursor_read::CursorRead;
pub use delete::{Delete, DeleteMany};
pub use delete_report::DeleteReport;
pub use delete_value::DeleteValue;
pub use distinct::Distinct;
pub use exists::Exists;
pub use explain::Explain;
pub use explain_checked::ExplainChecked;
pub use find::{Exact, Find, First, Many, Shape};
pub use group_by::{GroupBy, Grouped};
pub use indexed::IndexCheck;
pub use insert::InsertMany;
pub use load::{IntoValues, Load};
pub use page::{Page, PageRead};
pub use pipeline::{Facets, Pipeline, PipelineCount, PipelineRead, PipelineSelect, PipelineView};
pub use repair_relations::{RepairPlan, RepairRelations};
pub use replace::Replace;
pub use returning::{New, Nothing, Old, Returning};
pub use save::Save;
pub use skip_duplicates::{Created, SkipDuplicates};
pub use stream::{Cursor, Stream};
pub use sync::SyncModels;
pub use transaction::Transaction;
pub use update::{ManyDocs, OneDoc, Updated};
pub use upsert::{Upsert, Upserted};
pub use view::{Row, Rows, Single, ViewRead};
