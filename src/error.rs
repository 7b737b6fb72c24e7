//! [`Error`]: what can go wrong, told to the person who reads it, and [`Outcome`]: what is known of a write that failed.
//!
//! Filled by every room: the codec's faults get their model and document here, `driver/fault.rs` makes the rest from what the driver says.
//! Read by users. A message names model, field, index and document id, and never shows a value of a document or a password: those come by
//! [`Error::detail`] and [`Error::driver`] only.

mod report;
mod text;
mod unindexed;

pub use report::BulkReport;
pub use text::DocumentId;
pub use unindexed::Unindexed;

use crate::{
    codec::{DecodeError, EncodeError},
    query::{Expr, Path},
    schema::{Broken, Schema, SyncPlan},
};
use bson::{Bson, RawDocument};
use std::{fmt, time::Duration};
use text::{bulk, dangling, keyed, known, lacks, listed, of_id, restricted, rules, without_modules};

/// The server's code for a user who may not do what was asked.
const UNAUTHORIZED: i32 = 13;

/// The result of a Chakra call.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What is known of the write that an error speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Nothing was written: making the call again cannot apply it twice.
    NotApplied,
    /// It was written, in full or, for a bulk write, in the part that the error names.
    Applied,
    /// Nobody can tell: the connection was lost, or the deadline passed, after the command had been sent; or a write to many documents, which
    /// writes them one by one, was refused half-way.
    Unknown,
}

/// What can go wrong.
///
/// `Display` and `Debug` are safe to log: they hold no value of a document and no password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no such document.
    #[error("no `{model}` {} was found", keyed(.key, .fields))]
    NotFound {
        /// The model.
        model: &'static str,
        /// The `_id` that was looked for, or the values of `fields`, which [`Error::detail`] gives.
        key: Option<DocumentId>,
        /// The stored paths of the key that was looked for, where it was not the `_id`.
        fields: Box<[String]>,
    },
    /// Another document has the same value of a unique key.
    #[error("a `{model}` with the same {} exists already (index `{index}`)", listed(.fields))]
    Unique {
        /// The model.
        model: &'static str,
        /// The index's name on the server.
        index: Box<str>,
        /// The stored paths of the index, in order.
        fields: Box<[String]>,
        /// The value, and the driver's error.
        behind: Hidden,
    },
    /// A value breaks a rule of its model, or the collection's validator refused it.
    #[error("this `{model}` is not valid: {}", rules(.broken))]
    Invalid {
        /// The model.
        model: &'static str,
        /// The rules that are broken, each with its path; all of them where Chakra checked.
        broken: Vec<Broken>,
        /// The driver's error where the server refused the document.
        behind: Option<Hidden>,
    },
    /// A stored document is not what the model says.
    #[error("`{collection}` holds a document{} that `{model}` cannot read: {error}", of_id(.id))]
    Decode {
        /// The model.
        model: &'static str,
        /// The collection.
        collection: &'static str,
        /// The document's `_id`, where it has one.
        id: Option<DocumentId>,
        /// The path, what the model expects there and what the document holds.
        error: DecodeError,
        /// What became of the write that was to give this document back.
        outcome: Outcome,
    },
    /// A required relation leads to no document.
    #[error("{}", dangling(.model, .relation, .target, .ends))]
    Dangling {
        /// The model that has the relation.
        model: &'static str,
        /// The relation's field.
        relation: &'static str,
        /// The model that it leads to.
        target: &'static str,
        /// The `_id` of the document that has the relation, and the key of the one that is not there.
        ends: Option<Box<[DocumentId; 2]>>,
    },
    /// Other documents refer to the document by a relation that holds it back, so that it is not deleted, or keeps the value that they refer
    /// to.
    #[error("{}", restricted(.model, .relation, .holder, .count, .deletes))]
    Restricted {
        /// The model of the document.
        model: &'static str,
        /// The relation, as the model that declares it and its field: `Post::author`.
        relation: Box<str>,
        /// The model of the documents that refer to it.
        holder: &'static str,
        /// How many of them there are.
        count: u64,
        /// Whether it was to be deleted; else the value was to be changed.
        deletes: bool,
        /// `Applied` where a delete of many documents, which is sent in batches, had deleted others before; else `NotApplied`.
        outcome: Outcome,
    },
    /// The document was changed, or deleted, since the value was loaded.
    #[error("this `{model}`{} was changed by someone else since it was loaded: load it again", of_id(.key))]
    Conflict {
        /// The model.
        model: &'static str,
        /// The document's `_id`.
        key: Option<DocumentId>,
    },
    /// A relation was read that was not loaded.
    #[error("the relation to `{relation}` is not loaded: `.include(…)` it in the query")]
    NotLoaded {
        /// The type of its content.
        relation: Box<str>,
    },
    /// A write to many documents has no filter.
    #[error("`{verb}` on `{model}` has an empty filter: write `{model}::all()` to touch every document")]
    EmptyFilter {
        /// The verb.
        verb: &'static str,
        /// The model.
        model: &'static str,
    },
    /// A filter was asked of a value in memory that only the server can answer.
    #[error("`{operator}` can be asked of the server only, not of a value in memory")]
    NotInMemory {
        /// The operator.
        operator: &'static str,
    },
    /// A filter on related documents that would have to name too many keys, of a write, or of a read that cannot look the documents up either.
    #[error(
        "`{model}::{relation}.{operator}(…)` is answered by the keys of related documents, and there are more than {most} of them: narrow it down"
    )]
    TooLarge {
        /// The model that has the relation.
        model: &'static str,
        /// The relation's field.
        relation: &'static str,
        /// The operator.
        operator: &'static str,
        /// How many keys a filter may name.
        most: u32,
    },
    /// A sum of integers that no `i64` holds, or that the server could give as a Double without its last digits only.
    #[error("the sum of `{path}` over these `{model}` is no exact Int64: it is too large")]
    Overflow {
        /// The model.
        model: &'static str,
        /// The stored path.
        path: Box<str>,
    },
    /// An index cannot be made as it is declared.
    #[error("the index `{index}` of `{model}` cannot be made: {reason}")]
    Index {
        /// The model.
        model: &'static str,
        /// The index's name.
        index: Box<str>,
        /// Why.
        reason: Box<str>,
        /// The driver's error, where there is one.
        behind: Option<Hidden>,
    },
    /// The deadline of a `sync` passed while the server builds indexes. The build goes on, and the next `sync` waits for it; until it ends a
    /// unique index guards nothing.
    #[error("the server is still building {} of `{model}` after {after:?}; the build goes on, and `sync` again waits for it", listed(.indexes))]
    StillBuilding {
        /// The model.
        model: &'static str,
        /// The names of the indexes.
        indexes: Box<[String]>,
        /// How long it was waited.
        after: Duration,
    },
    /// No index serves a read, or not in its order. Said by `explain_checked` alone: a read that is sent is answered all the same.
    #[error("this query of `{model}` is not indexed: {problem}; {advice}")]
    Unindexed {
        /// The model.
        model: &'static str,
        /// What the server goes through instead.
        problem: Unindexed,
        /// Which index would serve it, or why none would.
        advice: Box<str>,
    },
    /// The models contradict each other; all faults at once.
    #[error("the models are not right: {}", .0.join("; "))]
    Schema(Vec<String>),
    /// The server is not as the models declare, and [`SyncMode::Verify`](crate::SyncMode::Verify) changes nothing.
    #[error("the server is not as the models declare: {}", .0.work())]
    OutOfSync(SyncPlan),
    /// The user of the connection may not do what `sync` needs.
    #[error("{}", lacks(.action, .collection, .plan.as_deref()))]
    Privilege {
        /// The action that the server asks for, as its privileges call it: `collMod`, `createIndex`, `find`, …
        action: &'static str,
        /// The collection that it is asked for on; empty where that is the whole database.
        collection: Box<str>,
        /// What there is to do, as far as that could be found out.
        plan: Option<Box<SyncPlan>>,
        /// The driver's error.
        behind: Hidden,
    },
    /// No connection to a server could be made or used.
    #[error("cannot connect to {hosts}: {reason}")]
    Connect {
        /// The hosts, without credentials.
        hosts: Box<str>,
        /// Why.
        reason: Box<str>,
        /// The driver's error, where there is one.
        behind: Option<Hidden>,
    },
    /// The deadline passed.
    #[error("{what} did not end within {after:?} ({})", known(.outcome))]
    Timeout {
        /// What was waited for.
        what: Box<str>,
        /// How long.
        after: Duration,
        /// What became of it.
        outcome: Outcome,
        /// The driver's error where the server gave up first.
        behind: Option<Hidden>,
    },
    /// A transaction cannot go on or was not committed.
    #[error("{reason} ({})", known(.outcome))]
    Transaction {
        /// Why.
        reason: Box<str>,
        /// What became of the transaction.
        outcome: Outcome,
    },
    /// The server is a standalone, which has no transactions.
    #[error(
        "{what} needs a replica set; this server is a standalone. One member is enough: start mongod with --replSet and run rs.initiate()"
    )]
    NeedsReplicaSet {
        /// What was asked for.
        what: &'static str,
    },
    /// Some documents of a bulk write were not written.
    #[error("{}", bulk(.model, .inserted, .applied, .failed))]
    Bulk {
        /// The model; of a [`bulk`](crate::Db::bulk) that of the operation that failed first.
        model: &'static str,
        /// How many documents were inserted.
        inserted: u64,
        /// Which documents were not written, or which operations of a `bulk` failed, by their position, and why. An error that is not about
        /// one of them (a lost connection, a deadline) stands at the first of the batch that it ended; [`Error::outcome`] of it says what
        /// became of that batch, and nothing after the batch was sent.
        failed: Vec<(usize, Error)>,
        /// `NotApplied` where nothing was written, `Unknown` where the fate of some is unknown, else `Applied`.
        outcome: Outcome,
        /// What the operations of a `bulk` did all the same. None for `create_many` and `insert_many`, of which `inserted` says it.
        applied: Option<Box<BulkReport>>,
    },
    /// The call was cut off on this side: the runtime or the handle was shut down, or a task panicked.
    #[error("{what} was cut off: {why} ({})", known(.outcome))]
    Stopped {
        /// What was going on.
        what: Box<str>,
        /// Why.
        why: &'static str,
        /// What became of it.
        outcome: Outcome,
    },
    /// Anything else that the driver or the server reports.
    #[error(transparent)]
    Driver(DriverError),
    /// An error that is not Chakra's: that of a transaction's closure, for example.
    #[error(transparent)]
    Other(Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// Wraps an error of another library or of your own, as a transaction's closure needs it: `.map_err(Error::other)`.
    pub fn other(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Other(error.into())
    }

    /// What is known of the write that failed. Errors of reads, and errors found before anything was sent, say [`Outcome::NotApplied`].
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Decode { outcome, .. }
            | Self::Timeout { outcome, .. }
            | Self::Transaction { outcome, .. }
            | Self::Bulk { outcome, .. }
            | Self::Restricted { outcome, .. }
            | Self::Stopped { outcome, .. } => *outcome,
            Self::StillBuilding { .. } => Outcome::Unknown,
            Self::Unique { behind, .. } => behind.0.outcome,
            Self::Invalid { behind: Some(behind), .. } => behind.0.outcome,
            Self::Driver(error) => error.0.outcome,
            _ => Outcome::NotApplied,
        }
    }

    /// Whether the same call may succeed when it is made again and cannot be applied twice by that: a read that lost its connection, a
    /// write that was certainly not applied, a transaction that lost against another.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        if self.outcome() != Outcome::NotApplied {
            return false;
        }
        match self {
            Self::Timeout { .. } => true,
            Self::Connect { behind, .. } => {
                // What has something behind it and no error of the driver was asked and did not answer in time.
                behind.as_ref().is_some_and(|behind| {
                    behind.0.driver.as_ref().is_none_or(|raw| matches!(*raw.kind, mongodb::error::ErrorKind::ServerSelection { .. }))
                })
            }
            Self::Driver(error) => error.0.transient,
            _ => false,
        }
    }

    /// Whether this says that another document has the same value of `path`, alone or in a compound key.
    pub fn is_unique_on<M, T, K>(&self, path: Path<M, T, K>) -> bool {
        matches!(self, Self::Unique { fields, .. } if fields.iter().any(|field| field == path.stored()))
    }

    /// What the message leaves out because it may hold values of a document: the value that exists already, the unknown name of an enum,
    /// an `_id` of a type that may be personal, the server's own words.
    #[must_use]
    pub fn detail(&self) -> Option<String> {
        match self {
            Self::NotFound { key, .. } | Self::Conflict { key, .. } => key.as_ref().map(DocumentId::detail),
            Self::Decode { id, error, .. } => {
                error.detail().map(str::to_owned).or_else(|| id.as_ref().map(|id| format!("_id: {}", id.detail())))
            }
            Self::Dangling { ends, .. } => ends.as_deref().map(|[id, key]| format!("_id: {}, key: {}", id.detail(), key.detail())),
            Self::Driver(error) => error.0.message.clone(),
            _ => self.behind().and_then(|behind| behind.0.detail.clone()),
        }
    }

    /// The driver's own error, with the server's reply and its labels. It may hold values of documents: do not log it.
    #[must_use]
    pub fn driver(&self) -> Option<&mongodb::error::Error> {
        match self {
            Self::Driver(error) => error.0.raw.as_ref(),
            _ => self.behind().and_then(|behind| behind.0.driver.as_ref()),
        }
    }

    fn behind(&self) -> Option<&Hidden> {
        match self {
            Self::Unique { behind, .. } | Self::Privilege { behind, .. } => Some(behind),
            Self::Invalid { behind, .. } | Self::Index { behind, .. } | Self::Connect { behind, .. } | Self::Timeout { behind, .. } => {
                behind.as_ref()
            }
            _ => None,
        }
    }
}

/// How the rooms below make errors.
impl Error {
    pub(crate) fn not_found(schema: &Schema, id: Option<&Bson>) -> Self {
        Self::NotFound { model: schema.model, key: id.map(DocumentId::of), fields: Box::default() }
    }

    /// The same with the key by which it was looked for.
    pub(crate) fn not_found_by(schema: &Schema, key: &Expr) -> Self {
        match (key.named_id(), key.named_values()) {
            (None, Some(values)) => {
                let fields = values.iter().map(|(path, _)| path.stored().to_owned()).collect();
                Self::NotFound { model: schema.model, key: Some(DocumentId::of_values(&values)), fields }
            }
            (id, _) => Self::not_found(schema, id),
        }
    }

    pub(crate) fn conflict(schema: &Schema, id: &Bson) -> Self {
        Self::Conflict { model: schema.model, key: Some(DocumentId::of(id)) }
    }

    pub(crate) fn invalid(schema: &Schema, broken: Vec<Broken>) -> Self {
        Self::Invalid { model: schema.model, broken, behind: None }
    }

    /// One broken rule.
    pub(crate) fn rule(schema: &Schema, path: impl Into<String>, rule: impl Into<String>) -> Self {
        Self::invalid(schema, vec![Broken { path: path.into(), rule: rule.into() }])
    }

    /// A value that cannot be stored.
    pub(crate) fn encode(schema: &Schema, error: &EncodeError) -> Self {
        Self::rule(schema, error.path(), error.rule())
    }

    /// A document that cannot be read; its `_id` is looked up in the bytes.
    #[cold]
    pub(crate) fn decode(schema: &Schema, document: &[u8], error: DecodeError) -> Self {
        let id = RawDocument::from_bytes(document).ok().and_then(|document| document.get("_id").ok().flatten());
        let id = id.map(DocumentId::of_raw);
        Self::Decode { model: schema.model, collection: schema.collection, id, error, outcome: Outcome::NotApplied }
    }

    pub(crate) fn dangling(schema: &Schema, relation: &'static str, target: &Schema, ends: Option<Box<[DocumentId; 2]>>) -> Self {
        Self::Dangling { model: schema.model, relation, target: target.model, ends }
    }

    /// The relation's content is a `T`.
    pub(crate) fn not_loaded<T>() -> Self {
        Self::NotLoaded { relation: without_modules(std::any::type_name::<T>()).into() }
    }

    pub(crate) fn transaction(reason: impl Into<Box<str>>, outcome: Outcome) -> Self {
        Self::Transaction { reason: reason.into(), outcome }
    }

    /// Where the server refused an action for want of a privilege: which one, and on which collection.
    pub(crate) fn lacking(self, action: &'static str, collection: &str) -> Self {
        match self {
            Self::Driver(error) if error.code() == Some(UNAUTHORIZED) => {
                let DriverFault { message, raw, outcome, .. } = *error.0;
                let behind = Hidden(Box::new(Behind { detail: message, driver: raw, outcome }));
                Self::Privilege { action, collection: collection.into(), plan: None, behind }
            }
            other => other,
        }
    }

    /// Where a privilege is missing: with what there is to do.
    pub(crate) fn with_plan(self, known: &SyncPlan) -> Self {
        match self {
            Self::Privilege { action, collection, plan: None, behind } => {
                Self::Privilege { action, collection, plan: Some(Box::new(known.clone())), behind }
            }
            other => other,
        }
    }

    /// The same error about a write of which more is known than where the error was made: a document that was written and then could not
    /// be read, for example.
    pub(crate) fn with_outcome(mut self, known: Outcome) -> Self {
        match &mut self {
            Self::Decode { outcome, .. }
            | Self::Timeout { outcome, .. }
            | Self::Transaction { outcome, .. }
            | Self::Bulk { outcome, .. }
            | Self::Restricted { outcome, .. }
            | Self::Stopped { outcome, .. } => *outcome = known,
            Self::Unique { behind, .. } | Self::Invalid { behind: Some(behind), .. } => behind.0.outcome = known,
            Self::Driver(error) => error.0.outcome = known,
            _ => {}
        }
        self
    }

    /// Whether the driver put this label on the error.
    pub(crate) fn has_label(&self, label: &str) -> bool {
        self.driver().is_some_and(|raw| raw.contains_label(label))
    }

    /// The server's code, where the server refused the command.
    pub(crate) fn server_code(&self) -> Option<i32> {
        match self {
            Self::Driver(error) => error.code(),
            _ => None,
        }
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::other(error)
    }
}

/// What stands behind an error and is shown only on request, by [`Error::detail`] and [`Error::driver`].
pub struct Hidden(pub(crate) Box<Behind>);

/// The content of [`Hidden`].
pub(crate) struct Behind {
    pub(crate) detail: Option<String>,
    pub(crate) driver: Option<mongodb::error::Error>,
    pub(crate) outcome: Outcome,
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// What the driver or the server reports: the operation, the kind of fault, the server's code and the driver's labels.
///
/// The server's own words are left out, because they may hold values of documents and echo filters; [`Error::detail`] has them.
pub struct DriverError(pub(crate) Box<DriverFault>);

/// The content of [`DriverError`].
pub(crate) struct DriverFault {
    pub(crate) what: String,
    pub(crate) kind: String,
    pub(crate) code: Option<i32>,
    pub(crate) code_name: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) raw: Option<mongodb::error::Error>,
    pub(crate) transient: bool,
    pub(crate) outcome: Outcome,
}

impl DriverError {
    /// The server's error code, where the server refused the command.
    #[must_use]
    pub fn code(&self) -> Option<i32> {
        self.0.code
    }

    /// The name of the code.
    #[must_use]
    pub fn code_name(&self) -> Option<&str> {
        self.0.code_name.as_deref()
    }

    /// The driver's labels, sorted.
    #[must_use]
    pub fn labels(&self) -> Vec<&str> {
        let mut labels: Vec<&str> = self.0.raw.iter().flat_map(|raw| raw.labels()).map(String::as_str).collect();
        labels.sort_unstable();
        labels
    }
}

impl fmt::Display for DriverError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} failed: {}", self.0.what, self.0.kind)?;
        match (self.code(), self.code_name()) {
            (Some(code), Some(name)) => write!(f, ", code {code} ({name})")?,
            (Some(code), None) => write!(f, ", code {code}")?,
            _ => {}
        }
        let labels = self.labels();
        if !labels.is_empty() {
            write!(f, ", labels {}", labels.join(", "))?;
        }
        Ok(())
    }
}

impl fmt::Debug for DriverError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl std::error::Error for DriverError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_small() {
        assert!(size_of::<Error>() <= 64, "{}", size_of::<Error>());
    }

    #[test]
    fn a_missing_privilege_is_named_without_the_servers_words() {
        let refused = |code: i32| {
            Error::Driver(DriverError(Box::new(DriverFault {
                what: "collMod of `User` on `users`".to_owned(),
                kind: "the server refused it".to_owned(),
                code: Some(code),
                code_name: None,
                message: Some("not authorized on blog to execute command { find: \"users\", filter: { mail: \"ada@x.y\" } }".to_owned()),
                raw: None,
                transient: false,
                outcome: Outcome::NotApplied,
            })))
        };
        assert!(matches!(refused(59).lacking("collMod", "users"), Error::Driver(_)));
        let error = refused(13).lacking("collMod", "users").with_plan(&SyncPlan::default());
        let text = "the user of this connection may not `collMod` on the collection `users`, as one with the role `dbAdmin` may; there is to \
                    do: nothing";
        assert_eq!(error.to_string(), text);
        assert!(!format!("{error:?}").contains("ada"));
        assert!(error.detail().is_some_and(|detail| detail.contains("ada")));
        let error = refused(13).lacking("listCollections", "");
        let text = "the user of this connection may not `listCollections` on the database, as one with the role `read` may; what there is \
                    to do cannot be found out without it";
        assert_eq!(error.to_string(), text);
    }

    #[test]
    fn a_write_that_gave_back_an_unreadable_document_was_applied() {
        let schema: &'static Schema = Box::leak(Box::new(Schema::bare("User", "users")));
        let bytes = bson::serialize_to_vec(&bson::doc! { "_id": 3, "name": "Ada" }).unwrap();
        let error = Error::decode(schema, &bytes, DecodeError::new("a string", "Int32").at("age"));
        assert_eq!(error.to_string(), "`users` holds a document (_id 3) that `User` cannot read: `age`: expected a string, found Int32");
        assert_eq!(error.outcome(), Outcome::NotApplied);
        assert_eq!(error.with_outcome(Outcome::Applied).outcome(), Outcome::Applied);
    }

    #[test]
    fn an_unknown_outcome_is_never_retryable() {
        let late = |outcome| Error::Timeout { what: "find".into(), after: Duration::from_secs(1), outcome, behind: None };
        assert!(late(Outcome::NotApplied).is_retryable());
        assert!(!late(Outcome::Unknown).is_retryable());
    }
}
