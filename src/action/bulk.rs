//! `bulk`: writes of any kind to any models, in as few commands as the server has for them.

use super::{insert::encode, replace::replacing};
use crate::{
    Error, Result,
    db::Db,
    driver::{Apart, BulkCommand, BulkKind, Mending, ReadOptions, Scope},
    error::{BulkReport, Outcome},
    model::Model,
    query::{BulkOperation, BulkWrite, Complete, DraftCore, Drafts, Expr, IntoFilter, Key, Update},
    relation::{self, refers_to},
    render::{PlannedCommand, PlannedMend, Statement, StatementKind, check_drafts, plan_bulk},
    schema::Schema,
};
use futures::future::BoxFuture;
use std::{borrow::Borrow, fmt, future::IntoFuture, time::Duration};

/// Writes that are sent together; awaiting them sends them.
#[must_use = "a bulk does nothing unless awaited"]
pub struct Bulk {
    db: Db,
    operations: Vec<BulkOperation>,
    ordered: bool,
    deadline: Option<Duration>,
}

impl Db {
    /// Collects writes of any kind to documents of any models, and sends them in as few commands as the server has for them; gives totals.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # #[derive(Model)] struct User { #[chakra(id)] id: Id<User>, #[chakra(unique)] email: String, bio: Option<String>, #[chakra(default = 0)] logins: i64 }
    /// # #[derive(Model)] struct Visit { #[chakra(id)] id: Id<Visit>, user: Id<User>, at: DateTime<Utc> }
    /// # async fn f(db: Db, ada: Id<User>, gone: Vec<Id<User>>, cutoff: DateTime<Utc>) -> chakra::Result<()> {
    /// let mut bulk = db
    ///     .bulk()
    ///     .create(User::draft().email("grace@example.com"))
    ///     .update(ada, |user| user.set(User::bio, "Countess").inc(User::logins, 1))
    ///     .delete_many(Visit::at.lt(cutoff));
    /// for id in gone {
    ///     bulk = bulk.delete(id);
    /// }
    /// let report = bulk.ordered(false).await?;
    /// println!("{} created, {} changed, {} deleted", report.created, report.modified, report.deleted);
    /// # Ok(()) }
    /// ```
    ///
    /// # What is sent
    ///
    /// `insert`, `update` and `delete`, each with up to 100,000 statements, and up to 48 MB of documents to insert or 16 MB of updates or
    /// deletes. In order, which is the default, operations of one kind on one collection that follow each other go into one command;
    /// [`ordered(false)`](Bulk::ordered) puts all of one kind on one collection into one, so that a thousand creates, updates and deletes of
    /// users are three commands. Servers from 8.0 on get one `bulkWrite` instead, for all kinds and collections, and in order one more after each
    /// `update` that goes ahead of updates; how operations become a `bulkWrite` is tested by value, not on such a server. An empty bulk sends
    /// nothing.
    ///
    /// Each operation does what the verb of its name does: limits and guards hold, `version` is raised, `updated_at` is set, and defaults are
    /// filled in. Where updates may meet documents that are [stored in a form that the operators do not
    /// take](crate::query#documents-that-others-wrote), one `update` more before theirs brings these into the form that Chakra writes, without
    /// a change of what is read; `inc` of an `i64` is such an update, `set` is none. Where the server refuses that for a document, one `update`
    /// more finds out which operations it is for, which then failed and are not made. In order it is tried once more when what comes before the
    /// first of them is made, as that may have made room in a unique index. Out of order, and in a transaction, it is not; and however it is
    /// sent, what goes ahead holds its values while the updates before its own are made, which may fail by that where one by one they would
    /// not: a field that is missing reads as its default, but a partial or sparse unique index keeps the default from others only once it is
    /// stored. Numbers of a sequence are taken first, outside of any
    /// transaction. The keys of [related documents](crate::query#related-documents) that filters ask for are read first as well, by one
    /// `aggregate` for each: they are those from before the bulk, whatever its own operations do.
    ///
    /// # What is atomic
    ///
    /// Each document by itself: a bulk is a series of single-document writes, and a transaction only inside of
    /// [`transaction`](Self::transaction), where it is all or nothing.
    ///
    /// # What is reported
    ///
    /// [`BulkReport`] has totals, since the server counts no statement by itself. So it is no failure if a key names no document, or a document
    /// that refuses the changes and stays as it is: neither is counted in `matched`.
    ///
    /// There is no `upsert` here. It creates a document or changes it, never both, and the server's single statement for that does not tell
    /// the two apart: it applies the changes to what it creates, and refuses a draft and changes with a path in common.
    ///
    /// # Errors
    /// [`Error::Bulk`] with every operation that is not right, each by its position, before anything is sent: with [`Error::Invalid`] for broken
    /// limits, drafts with nested writes, and deletes and changes [that other documents take notice of](Self::delete); [`Error::EmptyFilter`] for a write to many documents whose filter is empty.
    ///
    /// [`Error::Bulk`] as well where the server refused operations, with [`Error::Unique`] for those whose unique key is taken, and what was
    /// applied all the same. In order nothing after the first of them is applied, else everything else is. A lost connection or a deadline ends
    /// both, and is the error itself where nothing was applied before. The driver sends an `insert` again, and a `bulkWrite` without writes to
    /// many documents; an `update` or a `delete` it cannot, so that their [outcome](Error::outcome) is then unknown. What goes ahead of updates changes nothing that is read:
    /// where that is lost, its operations are certainly not applied. A write to many documents that is refused may have changed some of them
    /// before, which the server does not count: outside of a transaction its outcome, and that of the bulk, is unknown.
    pub fn bulk(&self) -> Bulk {
        Bulk { db: self.clone(), operations: Vec::new(), ordered: true, deadline: None }
    }
}

impl Bulk {
    /// Creates the drafted document, as [`Db::create`] does; nested writes are refused.
    pub fn create<D: Complete>(self, draft: D) -> Self {
        self.create_many([draft])
    }

    /// Creates many documents, as [`Db::create_many`] does. Each draft is an operation with a position of its own.
    pub fn create_many<I: IntoIterator<Item: Complete>>(mut self, drafts: I) -> Self {
        let schema = <<I::Item as Drafts>::Model as Model>::schema();
        let drafts = drafts.into_iter().flat_map(Drafts::into_cores);
        self.operations.extend(drafts.map(|draft| BulkOperation::Create { schema, draft }));
        self
    }

    /// Changes the document with this unique key, as [`Db::update`] does.
    ///
    /// ```no_run
    /// # use chakra::{prelude::*, query::Update};
    /// # #[derive(Model)] struct User { #[chakra(id)] id: Id<User>, bio: Option<String>, tags: Vec<String> }
    /// # async fn f(db: Db, ada: Id<User>, welcome: Update<User>) -> chakra::Result<()> {
    /// db.bulk().update(ada, |user| user.set(User::bio, "Countess").push(User::tags, "math")).update(ada, |user| user.with(welcome)).await?;
    /// # Ok(()) }
    /// ```
    pub fn update<K: Key<Model: Model>>(self, key: K, changes: impl FnOnce(Update<K::Model>) -> Update<K::Model>) -> Self {
        let changes = changes(Update::new()).changes;
        self.write(<K::Model as Model>::schema(), key.into_unique().expr, BulkWrite::Update { changes, many: false })
    }

    /// Changes all documents that match `filter`, as [`Db::update_many`] does.
    pub fn update_many<M: Model>(self, filter: impl IntoFilter<M>, changes: impl FnOnce(Update<M>) -> Update<M>) -> Self {
        let changes = changes(Update::new()).changes;
        self.write(M::schema(), filter.into_filter().expr, BulkWrite::Update { changes, many: true })
    }

    /// Puts a whole value in the place of the document with this unique key, as [`Db::replace`] does.
    pub fn replace<K: Key<Model: Model>>(self, key: K, value: impl Borrow<K::Model>) -> Self {
        let (schema, expr) = (<K::Model as Model>::schema(), key.into_unique().expr);
        let value: &K::Model = value.borrow();
        let document = encode(value).and_then(|bytes| replacing(schema, &expr, &bytes));
        self.write(schema, expr, BulkWrite::Replace(document))
    }

    /// Deletes the document with this unique key, as [`Db::delete`] does.
    pub fn delete<K: Key<Model: Model>>(self, key: K) -> Self {
        self.write(<K::Model as Model>::schema(), key.into_unique().expr, BulkWrite::Delete { many: false })
    }

    /// Deletes all documents that match `filter`, as [`Db::delete_many`] does.
    pub fn delete_many<M: Model>(self, filter: impl IntoFilter<M>) -> Self {
        self.write(M::schema(), filter.into_filter().expr, BulkWrite::Delete { many: true })
    }

    /// Whether the operations are made one after the other until one fails (true, the default), or in any order, and all of them whatever
    /// becomes of the others.
    pub fn ordered(mut self, ordered: bool) -> Self {
        self.ordered = ordered;
        self
    }

    /// How long the whole call may take; without it the [`Db`]'s own.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    fn write(mut self, schema: &'static Schema, expr: Expr, write: BulkWrite) -> Self {
        self.operations.push(BulkOperation::Write { schema, expr, write });
        self
    }
}

impl IntoFuture for Bulk {
    type Output = Result<BulkReport>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let Self { db, operations, ordered, deadline } = self;
            let scope = db.scope(deadline);
            let db = db.within(scope.deadline);
            let statements = render(&db, &scope, deadline, operations).await?;
            let commands = plan_bulk(statements, ordered)?.into_iter().map(command).collect();
            db.connection().bulk(&scope, commands, ordered).await
        })
    }
}

/// The operations as statements, in their order. Everything that can be known without the server is known before a number of a sequence is
/// taken.
///
/// # Errors
/// All operations that are not right.
async fn render(db: &Db, scope: &Scope, deadline: Option<Duration>, operations: Vec<BulkOperation>) -> Result<Vec<Statement>> {
    refuse_actions(&operations)?;
    let now = db.now();
    let mut statements = Vec::with_capacity(operations.len());
    let (mut places, mut drafts) = (Vec::new(), Vec::new());
    let mut refused = Refused::default();
    for (at, operation) in operations.into_iter().enumerate() {
        match operation {
            BulkOperation::Create { schema, draft } => match check(schema, &draft) {
                Ok(()) => {
                    places.push((at, schema));
                    drafts.push(draft);
                }
                Err(error) => refused.note(at, schema, error),
            },
            BulkOperation::Write { schema, expr, write } => {
                let statement = match relation::resolve_many(db, scope, schema, expr, &ReadOptions::on_primary()).await {
                    Ok(expr) => Statement::write(at, schema, &expr, write, now),
                    Err(error @ (Error::Invalid { .. } | Error::TooLarge { .. })) => Err(error),
                    Err(error) => return Err(error),
                };
                match statement {
                    Ok(statement) => statements.push(statement),
                    Err(error) => refused.note(at, schema, error),
                }
            }
        }
    }
    refused.end()?;
    if drafts.is_empty() {
        return Ok(statements);
    }
    let mut refused = Refused::default();
    let documents = relation::render_each(db, deadline, drafts).await?;
    for ((at, schema), document) in places.into_iter().zip(documents) {
        match document.and_then(|document| Statement::insert(at, schema, document)) {
            Ok(statement) => statements.push(statement),
            Err(error) => refused.note(at, schema, error),
        }
    }
    refused.end()?;
    statements.sort_by_key(|statement| statement.operation);
    Ok(statements)
}

/// Refuses writes that would have to look at documents that refer to theirs: a bulk is no transaction, and reads nothing of them.
fn refuse_actions(operations: &[BulkOperation]) -> Result<()> {
    let mut refused = Refused::default();
    for (at, operation) in operations.iter().enumerate() {
        let BulkOperation::Write { schema, write, .. } = operation else { continue };
        let schema: &'static Schema = schema;
        let referrers = refers_to(schema);
        let rule = match write {
            BulkWrite::Delete { .. } if referrers.act_on_delete() => referrers.spoken().map(|relation| {
                format!("no delete in a bulk, since {relation} refers to it: `db.delete` and `db.delete_many` obey its relations")
            }),
            BulkWrite::Update { changes, .. } if !relation::moved(schema, changes).is_empty() => Some(REFERENCED.to_owned()),
            BulkWrite::Replace(Ok(document)) if !relation::moved_by_replacing(schema, document).is_empty() => Some(REFERENCED.to_owned()),
            _ => None,
        };
        if let Some(rule) = rule {
            refused.note(at, schema, Error::rule(schema, "", rule));
        }
    }
    refused.end()
}

const REFERENCED: &str = "no change in a bulk of a value that keys reference: `db.update` and `db.replace` let the keys follow";

fn check(schema: &Schema, draft: &DraftCore) -> Result<()> {
    if draft.nested().next().is_some() {
        return Err(Error::rule(schema, "", "no nested writes in a bulk"));
    }
    check_drafts(std::slice::from_ref(draft))
}

/// Operations that are not right, none of which was sent.
#[derive(Default)]
struct Refused {
    /// Of the first one.
    model: &'static str,
    failed: Vec<(usize, Error)>,
}

impl Refused {
    fn note(&mut self, at: usize, schema: &Schema, error: Error) {
        if self.failed.is_empty() {
            self.model = schema.model;
        }
        self.failed.push((at, error));
    }

    fn end(self) -> Result<()> {
        let Self { model, failed } = self;
        if failed.is_empty() {
            return Ok(());
        }
        Err(Error::Bulk { model, inserted: 0, failed, outcome: Outcome::NotApplied, applied: Some(Box::default()) })
    }
}

fn command(PlannedCommand { schema, kind, mends, statements }: PlannedCommand) -> BulkCommand {
    let kind = match kind {
        StatementKind::Insert => BulkKind::Insert,
        StatementKind::Update => BulkKind::Update,
        StatementKind::Delete => BulkKind::Delete,
    };
    BulkCommand { schema, kind, mends: mends.into_iter().map(mending).collect(), statements }
}

fn mending(PlannedMend { operation, statement, shared }: PlannedMend) -> Mending {
    let apart = shared.filter(|shared| shared.is_of_several()).map(|shared| -> Apart { Box::new(move || shared.apart()) });
    Mending { operation, statement, apart }
}

impl fmt::Debug for Bulk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bulk({})", self.operations.len())
    }
}
