//! Sending a bulk by `insert`, `update` and `delete`, each with as many statements as it takes.
//!
//! The driver has no call for an update or a delete of many statements, so these two go out as commands, and a command the driver sends once. A
//! server that is sent a write again knows it by the number that it has in its session, and the driver's sessions tell nobody theirs. So what
//! an update or a delete did when its connection was lost is unknown; an insert is the driver's own call and is sent again.

use super::{
    at_once,
    mend::{Mended, Mending},
    progress::{Ended, Progress},
};
use crate::{
    driver::{
        call::{Call, Effect, Scope},
        client::Connection,
        write::{BATCH_BYTES, next_batch},
    },
    error::{BulkReport, Error, Result},
    schema::Schema,
};
use bson::{
    Bson, Document, RawDocument, RawDocumentBuf,
    raw::{CStr, RawArrayBuf, cstr},
};
use mongodb::error::Error as Raw;

/// A command is one document, which the server takes up to 16 MiB and 16 KiB, with everything in it; only documents to insert may lie beside it.
pub(super) const COMMAND_BYTES: usize = 16_000_000;
/// What a statement takes in the list beside its own bytes.
pub(super) const ELEMENT_BYTES: usize = 16;

/// What a command of a bulk does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BulkKind {
    Insert,
    Update,
    Delete,
}

/// Statements of one kind for one collection, for one command or for as many as their number and size ask for.
pub(crate) struct BulkCommand {
    pub(crate) schema: &'static Schema,
    pub(crate) kind: BulkKind,
    /// What goes ahead of them.
    pub(crate) mends: Vec<Mending>,
    /// Documents to insert, updates or deletes, each with the number of its operation.
    pub(crate) statements: Vec<(usize, RawDocumentBuf)>,
}

impl BulkCommand {
    /// Updates that need nothing ahead of them, each numbered by its place.
    ///
    /// # Errors
    /// A statement that BSON cannot hold.
    pub(crate) fn updates(schema: &'static Schema, statements: &[Document]) -> Result<Self> {
        let encoded = |(at, statement): (usize, &Document)| RawDocumentBuf::try_from(statement).map(|raw| (at, raw)).map_err(Error::other);
        let statements = statements.iter().enumerate().map(encoded).collect::<Result<Vec<_>>>()?;
        Ok(Self { schema, kind: BulkKind::Update, mends: Vec::new(), statements })
    }
}

/// A reply that names statements that failed, or says that those that are made were not acknowledged. It travels as an error, so that a
/// transaction hears of it, and `fault` makes the errors of it.
#[derive(Debug)]
pub(in crate::driver) struct PartialReply {
    pub(in crate::driver) reply: Document,
    pub(in crate::driver) report: BulkReport,
    /// Of each statement, whether it is for many documents.
    pub(in crate::driver) many: Vec<bool>,
}

impl Connection {
    /// Sends the commands of a bulk, in order. Each statement is a series of single-document writes; the whole is atomic in a transaction
    /// alone. `ordered` stops at the first failure.
    ///
    /// # Errors
    /// [`Error::Bulk`](crate::Error::Bulk) where some failed; the error itself where nothing was written and the failure is that of a command.
    pub(crate) async fn bulk(&self, scope: &Scope, commands: Vec<BulkCommand>, ordered: bool) -> Result<BulkReport> {
        let mut progress = Progress::new(ordered, scope.session.is_some());
        if self.topology().max_wire_version >= at_once::WIRE_VERSION {
            self.send_at_once(scope, commands, &mut progress).await;
        } else {
            self.send_each(scope, commands, &mut progress).await;
        }
        progress.end()
    }

    async fn send_each(&self, scope: &Scope, commands: Vec<BulkCommand>, progress: &mut Progress) {
        for BulkCommand { schema, kind, mends, mut statements } in commands {
            let mut mended = self.mend(scope, schema, mends, progress).await;
            loop {
                let Some(Mended { failed, rest }) = mended else { return };
                let (ready, behind) = progress.left(statements, &failed);
                let tries_again = progress.tries_again(&ready, &failed);
                let ended = self.send_kind(scope, schema, kind, ready, progress).await;
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
    }

    /// Sends statements of one kind.
    async fn send_kind(
        &self,
        scope: &Scope,
        schema: &'static Schema,
        kind: BulkKind,
        statements: Vec<(usize, RawDocumentBuf)>,
        progress: &mut Progress,
    ) -> Ended {
        let most = if kind == BulkKind::Insert { BATCH_BYTES } else { COMMAND_BYTES };
        let mut rest = statements.into_iter().peekable();
        loop {
            let batch = next_batch(&mut rest, most, |(_, statement)| statement.as_bytes().len() + ELEMENT_BYTES);
            if batch.is_empty() {
                return Ended::Open;
            }
            let (places, statements): (Vec<_>, Vec<_>) =
                batch.into_iter().map(|(operation, statement)| ((operation, schema.model), statement)).unzip();
            let sent = match kind {
                BulkKind::Insert => {
                    let inserted = self.insert_many(scope, schema, statements, progress.ordered).await;
                    inserted.map(|created| BulkReport { created, ..BulkReport::default() })
                }
                BulkKind::Update | BulkKind::Delete => self.send_statements(scope, schema, kind, statements, progress.ordered).await,
            };
            if progress.note(&places, false, sent) {
                return if rest.peek().is_none() { Ended::Over } else { Ended::Early };
            }
        }
    }

    /// Sends one command of many updates or deletes.
    pub(super) async fn send_statements(
        &self,
        scope: &Scope,
        schema: &'static Schema,
        kind: BulkKind,
        statements: Vec<RawDocumentBuf>,
        ordered: bool,
    ) -> Result<BulkReport> {
        let (name, list) = kind.words();
        let many: Vec<bool> = statements.iter().map(|statement| kind.is_many(statement)).collect();
        let mut command = RawDocumentBuf::new();
        command.append(name, schema.collection);
        command.append(cstr!("ordered"), ordered);
        // In a transaction it is the commit that is acknowledged. A write concern always has a form in BSON.
        if scope.session.is_none()
            && let Ok(concern) = bson::serialize_to_raw_document_buf(self.write_concern())
        {
            command.append(cstr!("writeConcern"), concern);
        }
        command.append(list, statements.into_iter().collect::<RawArrayBuf>());
        let call = Call::new(name.as_str(), schema, Effect::Many);
        let database = self.database().clone();
        self.call(call, scope, move |session| {
            Box::pin(async move {
                let run = database.run_raw_command(command);
                let reply = match session {
                    None => run.await,
                    Some(session) => run.session(session).await,
                };
                understood(reply?, kind, many)
            })
        })
        .await
    }
}

impl BulkKind {
    /// The command's name, and that of the list in it.
    fn words(self) -> (&'static CStr, &'static CStr) {
        match self {
            Self::Insert => (cstr!("insert"), cstr!("documents")),
            Self::Update => (cstr!("update"), cstr!("updates")),
            Self::Delete => (cstr!("delete"), cstr!("deletes")),
        }
    }

    /// Whether a statement of this kind is for many documents.
    pub(super) fn is_many(self, statement: &RawDocument) -> bool {
        match self {
            Self::Insert => false,
            Self::Update => statement.get_bool("multi").is_ok_and(|is_many| is_many),
            // No limit is written as 0.
            Self::Delete => statement.get_i32("limit").is_ok_and(|limit| limit == 0),
        }
    }
}

/// What the reply to a command of many statements says, each of which is for many documents or for one.
fn understood(reply: Document, kind: BulkKind, many: Vec<bool>) -> std::result::Result<BulkReport, Raw> {
    let count = count_in(&reply, "n");
    let report = match kind {
        BulkKind::Insert => BulkReport { created: count, ..BulkReport::default() },
        BulkKind::Update => BulkReport { matched: count, modified: count_in(&reply, "nModified"), ..BulkReport::default() },
        BulkKind::Delete => BulkReport { deleted: count, ..BulkReport::default() },
    };
    if reply.contains_key("writeErrors") || reply.contains_key("writeConcernError") {
        return Err(Raw::custom(PartialReply { reply, report, many }));
    }
    Ok(report)
}

fn count_in(reply: &Document, name: &str) -> u64 {
    let count = match reply.get(name) {
        Some(Bson::Int32(count)) => u64::try_from(*count).ok(),
        Some(Bson::Int64(count)) => u64::try_from(*count).ok(),
        _ => None,
    };
    count.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        driver::{call::Target, fault},
        error::Outcome,
    };
    use bson::doc;
    use std::time::Duration;

    #[test]
    fn a_reply_without_failures_is_counted() {
        let reply = || doc! { "n": 3, "nModified": 2, "ok": 1.0 };
        let update = understood(reply(), BulkKind::Update, Vec::new()).unwrap();
        assert_eq!(update, BulkReport { matched: 3, modified: 2, ..BulkReport::default() });
        assert_eq!(understood(reply(), BulkKind::Delete, Vec::new()).unwrap(), BulkReport { deleted: 3, ..BulkReport::default() });
    }

    fn failure(reply: Document, in_transaction: bool) -> (BulkReport, Vec<(usize, Error)>, Outcome) {
        failure_of(reply, in_transaction, Vec::new())
    }

    fn failure_of(reply: Document, in_transaction: bool, many: Vec<bool>) -> (BulkReport, Vec<(usize, Error)>, Outcome) {
        let raw = understood(reply, BulkKind::Update, many).unwrap_err();
        let call = Call::new("update", Target::named("users"), Effect::Many);
        match fault::from_driver(&call, in_transaction, Duration::ZERO, raw) {
            Error::Bulk { applied: Some(applied), failed, outcome, .. } => (*applied, failed, outcome),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn statements_that_failed_are_named() {
        let message = "E11000 duplicate key error collection: blog.users index: mail_1 dup key: { mail: \"ada@x.y\" }";
        let duplicate =
            doc! { "index": 4, "code": 11000, "errmsg": message, "keyPattern": { "mail": 1 }, "keyValue": { "mail": "ada@x.y" } };
        let details = doc! { "details": { "operatorName": "required", "missingProperties": ["name"] } };
        let invalid = doc! { "index": 7, "code": 121, "errmsg": "Document failed validation", "errInfo": details };
        let reply = || doc! { "n": 5, "nModified": 5, "writeErrors": [duplicate.clone(), invalid.clone()], "ok": 1.0 };
        let (report, failed, outcome) = failure(reply(), false);
        assert_eq!((report.matched, report.modified, outcome), (5, 5, Outcome::Applied));
        let [(4, Error::Unique { index, fields, .. }), (7, Error::Invalid { broken, .. })] = failed.as_slice() else {
            panic!("{failed:?}")
        };
        assert_eq!((&**index, &**fields, broken[0].path.as_str()), ("mail_1", &["mail".to_owned()][..], "name"));
        assert!(failed.iter().all(|(_, error)| error.outcome() == Outcome::NotApplied));
        assert_eq!(failure(reply(), true).2, Outcome::NotApplied);
        let nothing = doc! { "n": 0, "nModified": 0, "writeErrors": [duplicate], "ok": 1.0 };
        assert_eq!(failure(nothing, false).2, Outcome::NotApplied);
    }

    #[test]
    fn a_statement_for_many_documents_may_have_written_some_before_it_failed() {
        let invalid = doc! { "index": 1, "code": 121, "errmsg": "Document failed validation" };
        let reply = || doc! { "n": 0, "nModified": 0, "writeErrors": [invalid.clone()], "ok": 1.0 };
        let known = |in_transaction: bool, many: [bool; 2]| {
            let (report, failed, outcome) = failure_of(reply(), in_transaction, many.to_vec());
            assert_eq!((report, failed.len(), failed[0].0), (BulkReport::default(), 1, 1));
            (failed[0].1.outcome(), outcome)
        };
        assert_eq!(known(false, [false, true]), (Outcome::Unknown, Outcome::Unknown));
        assert_eq!(known(false, [true, false]), (Outcome::NotApplied, Outcome::NotApplied));
        assert_eq!(known(true, [true, true]), (Outcome::NotApplied, Outcome::NotApplied));
    }

    #[test]
    fn statements_for_many_documents_say_so() {
        let is_many = |kind: BulkKind, statement: Document| kind.is_many(&RawDocumentBuf::try_from(&statement).unwrap());
        assert!(is_many(BulkKind::Update, doc! { "q": {}, "u": {}, "multi": true }));
        assert!(!is_many(BulkKind::Update, doc! { "q": {}, "u": {}, "multi": false }));
        assert!(is_many(BulkKind::Delete, doc! { "q": {}, "limit": 0 }) && !is_many(BulkKind::Delete, doc! { "q": {}, "limit": 1 }));
        assert!(!is_many(BulkKind::Insert, doc! { "multi": true, "limit": 0 }));
    }

    #[test]
    fn what_was_not_acknowledged_is_applied_unless_the_primary_went_away() {
        for (code, known) in [(64, Outcome::Applied), (91, Outcome::Unknown)] {
            let concern = doc! { "code": code, "codeName": "Any", "errmsg": "waiting for replication" };
            let (report, failed, outcome) = failure(doc! { "n": 2, "nModified": 1, "writeConcernError": concern, "ok": 1.0 }, false);
            assert_eq!((report.modified, outcome), (1, known));
            assert!(matches!(failed.as_slice(), [(0, Error::Driver(_))]) && failed[0].1.outcome() == known, "{failed:?}");
        }
    }
}
