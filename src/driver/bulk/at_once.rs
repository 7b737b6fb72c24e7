//! Sending a bulk by `bulkWrite`, the command for several collections that servers have from 8.0 on.
//!
//! The driver's own call, which it sends again after a lost connection unless a statement is for many documents. The same statements in the same
//! order as in [`send`](super::send), and behind the same [mends](super::mend): in one command, out of order, an update could come before
//! what it needs. There is no such server among those that the suite runs on: the conversions are tested by value.

use super::{
    mend::Mended,
    progress::{Ended, Progress},
    send::{BulkCommand, BulkKind},
};
use crate::{
    driver::{
        call::{Call, Effect, Scope, Target},
        client::Connection,
        fault,
        write::{BATCH_BYTES, next_batch},
    },
    error::{BulkReport, Error, Outcome, Result},
    schema::Schema,
};
use bson::{Bson, Document, RawDocumentBuf};
use mongodb::{
    Namespace,
    error::{ErrorKind, PartialBulkWriteResult},
    options::{DeleteManyModel, DeleteOneModel, InsertOneModel, UpdateManyModel, UpdateModifications, UpdateOneModel, WriteModel},
    results::VerboseBulkWriteResult,
};

/// The first wire version that has the command.
pub(super) const WIRE_VERSION: i32 = 25;
/// What a statement takes in the command beside its own bytes.
const STATEMENT_BYTES: usize = 100;

/// One statement of the command.
struct Write {
    schema: &'static Schema,
    kind: BulkKind,
    operation: usize,
    statement: RawDocumentBuf,
}

impl Connection {
    pub(super) async fn send_at_once(&self, scope: &Scope, commands: Vec<BulkCommand>, progress: &mut Progress) {
        let mut waiting = Vec::new();
        for BulkCommand { schema, kind, mends, mut statements } in commands {
            // In order, what may be mended is known when what comes before is made.
            let is_behind = progress.stops() && !mends.is_empty();
            if is_behind && self.send_writes(scope, std::mem::take(&mut waiting), progress).await != Ended::Open {
                return;
            }
            let mut mended = self.mend(scope, schema, mends, progress).await;
            loop {
                let Some(Mended { failed, rest }) = mended else { return };
                let (ready, behind) = progress.left(statements, &failed);
                let tries_again = progress.tries_again(&ready, &failed);
                waiting.extend(ready.into_iter().map(|(operation, statement)| Write { schema, kind, operation, statement }));
                let mut ended = Ended::Open;
                if progress.stops() && !failed.is_empty() {
                    ended = self.send_writes(scope, std::mem::take(&mut waiting), progress).await;
                }
                if !tries_again || ended != Ended::Open {
                    if progress.refuse(schema.model, failed, ended) {
                        return;
                    }
                    break;
                }
                statements = behind;
                mended = self.mend_apart(scope, schema, rest, progress).await;
            }
        }
        self.send_writes(scope, waiting, progress).await;
    }

    /// Sends these in as few commands as take them.
    async fn send_writes(&self, scope: &Scope, writes: Vec<Write>, progress: &mut Progress) -> Ended {
        let mut rest = writes.into_iter().peekable();
        loop {
            // The driver would cut the batches too, and after a batch that it sent again it loses count of them.
            let batch = next_batch(&mut rest, BATCH_BYTES, |write| write.statement.as_bytes().len() + STATEMENT_BYTES);
            if batch.is_empty() {
                return Ended::Open;
            }
            let places: Vec<_> = batch.iter().map(|write| (write.operation, write.schema.model)).collect();
            let sent = self.bulk_write(scope, &batch, progress.ordered).await;
            if progress.note(&places, false, sent) {
                return if rest.peek().is_none() { Ended::Over } else { Ended::Early };
            }
        }
    }

    async fn bulk_write(&self, scope: &Scope, batch: &[Write], ordered: bool) -> Result<BulkReport> {
        let models = batch.iter().map(|write| write.model(self.database_name())).collect::<Result<Vec<_>>>()?;
        let client = self.client().clone();
        let sent = self
            .call(call(Target::database()), scope, move |session| {
                Box::pin(async move {
                    let bulk = client.bulk_write(models).ordered(ordered).verbose_results();
                    match session {
                        None => bulk.await,
                        Some(session) => bulk.session(session).await,
                    }
                })
            })
            .await;
        match sent {
            Ok(result) => Ok(report_of(&result)),
            Err(error) => Err(failures_of(batch, scope.session.is_some(), error)),
        }
    }
}

fn call(target: Target) -> Call {
    Call::new("bulkWrite", target, Effect::Many)
}

impl Write {
    /// The statement as the driver takes it.
    fn model(&self, database: &str) -> Result<WriteModel> {
        let namespace = Namespace::new(database, self.schema.collection);
        let mut statement = Document::try_from(&self.statement).map_err(|_| Error::other("a statement of a bulk is no document"))?;
        if self.kind == BulkKind::Insert {
            return Ok(InsertOneModel::builder().namespace(namespace).document(statement).build().into());
        }
        let is_many = self.kind.is_many(&self.statement);
        let filter = document(statement.remove("q"));
        if self.kind == BulkKind::Delete {
            return Ok(if is_many {
                DeleteManyModel::builder().namespace(namespace).filter(filter).build().into()
            } else {
                DeleteOneModel::builder().namespace(namespace).filter(filter).build().into()
            });
        }
        let update = match statement.remove("u") {
            Some(Bson::Array(stages)) => UpdateModifications::Pipeline(stages.into_iter().map(|stage| document(Some(stage))).collect()),
            changes => UpdateModifications::Document(document(changes)),
        };
        let array_filters = match statement.remove("arrayFilters") {
            Some(Bson::Array(filters)) => Some(filters),
            _ => None,
        };
        Ok(if is_many {
            UpdateManyModel::builder().namespace(namespace).filter(filter).update(update).array_filters(array_filters).build().into()
        } else {
            UpdateOneModel::builder().namespace(namespace).filter(filter).update(update).array_filters(array_filters).build().into()
        })
    }
}

fn document(value: Option<Bson>) -> Document {
    match value {
        Some(Bson::Document(document)) => document,
        _ => Document::new(),
    }
}

/// What was made.
fn report_of(result: &VerboseBulkWriteResult) -> BulkReport {
    let count = |count: i64| u64::try_from(count).unwrap_or_default();
    BulkReport {
        created: count(result.summary.inserted_count),
        matched: count(result.summary.matched_count),
        modified: count(result.summary.modified_count),
        deleted: count(result.summary.deleted_count),
    }
}

/// The errors of single statements behind the error of the command, each by its number in the command.
fn failures_of(batch: &[Write], in_transaction: bool, error: Error) -> Error {
    let Some(raw) = error.driver() else { return error };
    let ErrorKind::BulkWrite(failure) = &*raw.kind else { return error };
    // The answers are read in several calls: where one of these failed, nobody knows which statements did.
    if std::error::Error::source(raw).is_some() {
        return error;
    }
    let mut failed: Vec<(usize, Error)> = Vec::new();
    for (at, refused) in &failure.write_errors {
        let write = batch.get(*at);
        let target = write.map_or_else(Target::database, |write| Target::from(write.schema));
        let is_many = write.is_some_and(|write| write.kind.is_many(&write.statement));
        failed.push((*at, fault::of_statement(&call(target), refused, fault::refused_outcome(is_many, in_transaction))));
    }
    for concern in &failure.write_concern_errors {
        failed.push((0, fault::of_concern(&call(Target::database()), concern, raw)));
    }
    let report = match &failure.partial_result {
        Some(PartialBulkWriteResult::Verbose(result)) => report_of(result),
        _ => BulkReport::default(),
    };
    let outcome = match (failed.iter().any(|(_, error)| error.outcome() == Outcome::Unknown), report.wrote()) {
        (true, _) => Outcome::Unknown,
        (false, true) => Outcome::Applied,
        (false, false) => Outcome::NotApplied,
    };
    Error::Bulk { model: "", inserted: report.created, failed, outcome, applied: Some(Box::new(report)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bson::doc;
    use mongodb::error::{BulkWriteError, Error as Raw, WriteError};
    use std::time::Duration;

    fn write(kind: BulkKind, statement: &Document) -> Write {
        let schema: &'static Schema = Box::leak(Box::new(Schema::bare("User", "users")));
        Write { schema, kind, operation: 0, statement: RawDocumentBuf::try_from(statement).unwrap() }
    }

    #[test]
    fn each_statement_becomes_what_the_driver_takes() {
        let filters = || vec![doc! { "e0.qty": { "$gt": 1 } }];
        let cases = [
            (BulkKind::Insert, doc! { "_id": 1, "q": 2 }, "insertOne", doc! { "document": { "_id": 1, "q": 2 } }),
            (
                BulkKind::Update,
                doc! { "q": { "_id": 1 }, "u": { "$set": { "a": 1 } }, "multi": false },
                "updateOne",
                doc! { "filter": { "_id": 1 }, "updateMods": { "$set": { "a": 1 } } },
            ),
            (
                BulkKind::Update,
                doc! { "q": {}, "u": { "$set": { "lines.$[e0].qty": 1 } }, "arrayFilters": filters(), "multi": true },
                "updateMany",
                doc! { "filter": {}, "updateMods": { "$set": { "lines.$[e0].qty": 1 } }, "arrayFilters": filters() },
            ),
            (
                BulkKind::Update,
                doc! { "q": { "_id": 1 }, "u": [{ "$set": { "a": "$b" } }], "multi": false },
                "updateOne",
                doc! { "filter": { "_id": 1 }, "updateMods": [{ "$set": { "a": "$b" } }] },
            ),
            (BulkKind::Delete, doc! { "q": { "_id": 1 }, "limit": 1 }, "deleteOne", doc! { "filter": { "_id": 1 } }),
            (BulkKind::Delete, doc! { "q": { "a": 1 }, "limit": 0 }, "deleteMany", doc! { "filter": { "a": 1 } }),
        ];
        for (kind, statement, name, expected) in cases {
            let model = write(kind, &statement).model("blog").unwrap();
            let (found, namespace) = match &model {
                WriteModel::InsertOne(model) => ("insertOne", &model.namespace),
                WriteModel::UpdateOne(model) => ("updateOne", &model.namespace),
                WriteModel::UpdateMany(model) => ("updateMany", &model.namespace),
                WriteModel::DeleteOne(model) => ("deleteOne", &model.namespace),
                WriteModel::DeleteMany(model) => ("deleteMany", &model.namespace),
                other => panic!("{other:?}"),
            };
            assert_eq!((found, namespace), (name, &Namespace::new("blog", "users")));
            assert_eq!(bson::serialize_to_document(&model).unwrap(), expected);
        }
    }

    /// Two updates, an insert and a delete.
    fn batch() -> Vec<Write> {
        [BulkKind::Update, BulkKind::Update, BulkKind::Insert, BulkKind::Delete].map(|kind| write(kind, &doc! {})).into()
    }

    fn done() -> VerboseBulkWriteResult {
        let mut result = VerboseBulkWriteResult::default();
        (result.summary.inserted_count, result.summary.deleted_count) = (1, 2);
        (result.summary.matched_count, result.summary.modified_count) = (12, 9);
        result
    }

    #[test]
    fn what_was_made_is_counted() {
        assert_eq!(report_of(&done()), BulkReport { created: 1, matched: 12, modified: 9, deleted: 2 });
    }

    #[test]
    fn failures_are_those_of_single_statements() {
        let message = "E11000 duplicate key error collection: blog.users index: mail_1 dup key: { mail: \"a\" }";
        let refused: WriteError = bson::deserialize_from_document(doc! { "code": 11000, "errmsg": message }).unwrap();
        let mut failure = BulkWriteError::default();
        failure.write_errors.insert(2, refused);
        failure.partial_result = Some(PartialBulkWriteResult::Verbose(done()));
        let fail = |batch: &[Write], in_transaction: bool| {
            let raw = Raw::from(ErrorKind::BulkWrite(failure.clone()));
            failures_of(batch, in_transaction, fault::from_driver(&call(Target::database()), in_transaction, Duration::ZERO, raw))
        };
        let Error::Bulk { failed, outcome, applied, .. } = fail(&batch(), false) else { panic!("no bulk error") };
        assert!(matches!(failed.as_slice(), [(2, Error::Unique { model: "User", .. })]), "{failed:?}");
        assert_eq!((outcome, applied.map(|applied| applied.modified)), (Outcome::Applied, Some(9)));
        assert_eq!(failed[0].1.outcome(), Outcome::NotApplied);
        // What is for many documents may have written some of them before.
        let mut many = batch();
        many[2] = write(BulkKind::Update, &doc! { "multi": true });
        for (in_transaction, known) in [(false, Outcome::Unknown), (true, Outcome::NotApplied)] {
            let Error::Bulk { failed, .. } = fail(&many, in_transaction) else { panic!("no bulk error") };
            assert_eq!(failed[0].1.outcome(), known);
        }
    }
}
