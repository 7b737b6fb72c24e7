//! [`Statement`]: one operation of a bulk, as it stands in a command's list of documents, updates or deletes.
//!
//! The same filters, guards and stamps as those of the verbs: what is rendered here is what they send one by one.

use crate::{
    Error, Result,
    query::{BulkWrite, Change, Expr, Operation},
    render::{RenderedUpdate, Written, render_filter, render_replace, render_update},
    schema::{Role, Schema},
};
use bson::{Bson, Document, RawDocumentBuf, doc};
use chrono::{DateTime, Utc};

/// The command that a statement is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StatementKind {
    Insert,
    Update,
    Delete,
}

/// One operation, as a statement.
#[derive(Debug)]
pub(crate) struct Statement {
    /// The operation's number.
    pub(crate) operation: usize,
    pub(super) schema: &'static Schema,
    pub(super) kind: StatementKind,
    pub(super) document: RawDocumentBuf,
    pub(super) mend: Option<Mend>,
    pub(super) touches: Touches,
}

/// What brings odd documents, those in a form that the operators of an update do not take, into the one that the codec writes. It goes ahead
/// of the update, in a command of its own: the server adds up what all statements of a command matched.
#[derive(Debug)]
pub(super) struct Mend {
    /// The documents that the update is about.
    pub(super) filter: Document,
    pub(super) many: bool,
    /// In which ways documents are odd, each with the stage that mends it, in the order in which that is done.
    pub(super) ways: Vec<(Document, Document)>,
}

/// What a statement may do to a document that a later one is about.
#[derive(Debug, Default)]
pub(super) struct Touches {
    /// The outermost fields that it changes.
    pub(super) fields: Vec<String>,
    /// Whether it may leave a document odd, as by taking out a number that has a default.
    pub(super) makes_odd: bool,
}

impl Statement {
    /// A new document.
    ///
    /// # Errors
    /// Bytes that are no document.
    pub(crate) fn insert(operation: usize, schema: &'static Schema, document: Vec<u8>) -> Result<Self> {
        let document = RawDocumentBuf::from_bytes(document).map_err(Error::other)?;
        Ok(Self { operation, schema, kind: StatementKind::Insert, document, mend: None, touches: Touches::default() })
    }

    /// A write to documents that are there, at the moment `now`.
    ///
    /// # Errors
    /// What the verb of that name refuses before it sends anything.
    pub(crate) fn write(operation: usize, schema: &'static Schema, expr: &Expr, write: BulkWrite, now: DateTime<Utc>) -> Result<Self> {
        let filter = render_filter(schema, expr)?;
        let (kind, document, mend, touches) = match write {
            BulkWrite::Update { changes, many } => {
                let update = render_update(schema, &changes, now)?;
                refuse_empty(many.then_some("update_many"), schema, &filter, expr)?;
                update.check_size(schema, &filter)?;
                let mend = mend(&update, &filter, many);
                (StatementKind::Update, update_statement(&update, &filter, many), mend, touches(schema, &changes))
            }
            BulkWrite::Replace(document) => {
                let stages = render_replace(schema, document?, now)?;
                let touches = Touches { fields: Vec::new(), makes_odd: true };
                (StatementKind::Update, doc! { "q": filter, "u": stages, "multi": false }, None, touches)
            }
            BulkWrite::Delete { many } => {
                refuse_empty(many.then_some("delete_many"), schema, &filter, expr)?;
                // No limit is written as 0.
                let limit = if many { 0 } else { 1 };
                (StatementKind::Delete, doc! { "q": filter, "limit": limit }, None, Touches::default())
            }
        };
        Ok(Self { operation, schema, kind, document: encoded(schema, &document)?, mend, touches })
    }
}

/// A write to many documents says that all of them are meant, or which.
fn refuse_empty(verb: Option<&'static str>, schema: &Schema, filter: &Document, expr: &Expr) -> Result<()> {
    match verb {
        Some(verb) if filter.is_empty() && *expr != Expr::All => Err(Error::EmptyFilter { verb, model: schema.model }),
        _ => Ok(()),
    }
}

fn update_statement(update: &RenderedUpdate, filter: &Document, many: bool) -> Document {
    let mut statement = doc! { "q": update.reached(filter) };
    match &update.written {
        // It matches all the same, and the server counts what matches.
        Written::Nothing => drop(statement.insert("u", doc! { "$set": {} })),
        Written::Pipeline(stages) => drop(statement.insert("u", stages.clone())),
        Written::Operators { update, array_filters } => {
            statement.insert("u", update.clone());
            if !array_filters.is_empty() {
                statement.insert("arrayFilters", array_filters.clone());
            }
        }
    }
    statement.insert("multi", many);
    statement
}

fn mend(update: &RenderedUpdate, filter: &Document, many: bool) -> Option<Mend> {
    let ways: Vec<_> = update.mends().map(|(odd, stage)| (odd.clone(), stage.clone())).collect();
    (!ways.is_empty()).then(|| Mend { filter: filter.clone(), many, ways })
}

fn touches(schema: &Schema, changes: &[Change]) -> Touches {
    let mut fields: Vec<String> = changes.iter().map(|change| outermost(change.stored()).to_owned()).collect();
    fields.extend(
        [Role::UpdatedAt, Role::Version].into_iter().filter_map(|role| schema.with_role(role)).map(|field| field.stored.to_owned()),
    );
    Touches { fields, makes_odd: changes.iter().any(|change| may_make_odd(&change.operation)) }
}

/// The field of the document in which a path lies.
pub(super) fn outermost(path: &str) -> &str {
    path.split('.').next().unwrap_or(path)
}

/// Composites and lists may hold a list that is null, which is odd as well.
fn may_make_odd(operation: &Operation) -> bool {
    let may_hold_null = |value: &Bson| matches!(value, Bson::Null | Bson::Document(_) | Bson::Array(_));
    match operation {
        Operation::Unset => true,
        Operation::Set(value) => may_hold_null(value),
        Operation::Push(items) | Operation::AddToSet(items) => items.iter().any(may_hold_null),
        Operation::Elements(_, inner) => inner.iter().any(|change| may_make_odd(&change.operation)),
        _ => false,
    }
}

/// The bytes of a statement.
pub(super) fn encoded(schema: &Schema, statement: &Document) -> Result<RawDocumentBuf> {
    // The codec has refused every value that has no bytes.
    RawDocumentBuf::try_from(statement).map_err(|_| Error::rule(schema, "", "names without NUL"))
}
