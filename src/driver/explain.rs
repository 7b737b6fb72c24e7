//! How the server would answer a read, without reading.
//!
//! Called by `action/explain.rs`. The driver has no builder for it, so the command of the read is written here, as the driver would send it.

use super::{
    call::{Call, Effect, Scope, Target},
    client::Connection,
    read::{FindSpec, ReadOptions},
};
use crate::error::Result;
use bson::{Bson, Document, doc};
use mongodb::options::{ReadPreference, SelectionCriteria};

/// A read of which the plan is asked for.
#[derive(Debug)]
pub(crate) struct Explained {
    command: Document,
    read_preference: Option<ReadPreference>,
}

impl Explained {
    pub(crate) fn find(collection: &str, filter: Document, spec: FindSpec) -> Self {
        let mut command = doc! { "find": collection, "filter": filter };
        insert(&mut command, "sort", spec.sort.map(Bson::Document));
        insert(&mut command, "projection", spec.projection.map(Bson::Document));
        insert(&mut command, "skip", spec.skip.map(|skip| Bson::Int64(i64::try_from(skip).unwrap_or(i64::MAX))));
        insert(&mut command, "limit", spec.limit.map(Bson::Int64));
        Self::of(command, spec.options)
    }

    pub(crate) fn aggregate(collection: &str, pipeline: Vec<Document>, options: ReadOptions) -> Self {
        Self::of(doc! { "aggregate": collection, "pipeline": pipeline, "cursor": {} }, options)
    }

    fn of(mut command: Document, options: ReadOptions) -> Self {
        // Both have a form in BSON, always.
        insert(&mut command, "hint", options.hint.and_then(|hint| bson::serialize_to_bson(&hint).ok()));
        insert(&mut command, "collation", options.collation.and_then(|collation| bson::serialize_to_bson(&collation).ok()));
        insert(&mut command, "comment", options.comment);
        insert(&mut command, "allowDiskUse", options.allow_disk_use.map(Bson::Boolean));
        Self { command, read_preference: options.read_preference }
    }
}

fn insert(command: &mut Document, name: &str, value: Option<Bson>) {
    if let Some(value) = value {
        command.insert(name, value);
    }
}

impl Connection {
    /// The plan of a read. One round trip; outside of any transaction, in which the server explains nothing.
    pub(crate) async fn explain(&self, scope: &Scope, target: impl Into<Target>, read: Explained) -> Result<Document> {
        let call = Call::new("explain", target, Effect::Read);
        let scope = Scope { deadline: scope.deadline, session: None, for_transaction: scope.for_transaction };
        let database = self.database().clone();
        let command = doc! { "explain": read.command, "verbosity": "queryPlanner" };
        self.call(call, &scope, move |_| {
            Box::pin(async move {
                let run = database.run_command(command);
                match read.read_preference {
                    Some(preference) => run.selection_criteria(SelectionCriteria::ReadPreference(preference)).await,
                    None => run.await,
                }
            })
        })
        .await
    }
}
