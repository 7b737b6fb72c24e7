//! `check_relations`: the keys and lists of ids of all models, compared with what they name.

use super::{repair_relations::RepairRelations, stream::Cursor};
use crate::{
    Error, Result,
    db::Db,
    driver::{ReadOptions, Scope, options::ReadPreference},
    model::Model,
    query::Relation,
    relation::{Finding, RelationReport, Scan},
    schema::{RelationSchema, Schema, edges, relations_of},
};
use futures::{
    TryStreamExt,
    future::BoxFuture,
    stream::{self, BoxStream, StreamExt},
};
use std::{fmt, future::IntoFuture, time::Duration};

/// So many findings a report keeps, unless it is told otherwise.
const KEPT: usize = 1_000;
/// So many documents come in one batch.
const BATCH: u32 = 1_000;

/// A look through relations; awaiting it gives the report, [`stream`](Self::stream) each finding, and [`repair`](Self::repair) mends them.
#[must_use = "nothing is checked unless this is awaited"]
pub struct CheckRelations {
    pub(super) db: Db,
    /// Without any all of the registered models.
    only: Vec<(&'static Schema, &'static RelationSchema)>,
    keep: usize,
    pub(super) options: ReadOptions,
    pub(super) deadline: Option<Duration>,
}

impl Db {
    /// Looks through all relations of the registered models, each once although it may be declared at both ends, and reports what is wrong in the
    /// documents as they are stored. It only reads.
    ///
    /// What it finds ([`FindingKind`](crate::FindingKind)):
    ///
    /// - **dangling**: an optional key, or an id in a list, that names no document;
    /// - **one-sided**: an id in a list of a document that does not have this one in its own, where both sides keep a list;
    /// - **duplicate**: an id that stands in its list already;
    /// - **orphan**: a document whose required key is null or missing, or names no document;
    /// - **unreadable**: something else than a list where ids should be, or an `_id` that is a text and not UTF-8, which no finding can name. Items
    ///   of another type than ids, and null, name nothing: they dangle.
    ///
    /// Numbers are one key whatever numeric type holds them. Keys may name any unique field (`references`).
    ///
    /// # What is sent
    ///
    /// For each key and list one `find` of its whole collection, with the `_id` and that field alone, and a `getMore` for each further 1,000 documents
    /// ([`batch_size`](CheckRelations::batch_size)). For each batch one `find` of what its keys name, by `{_id: {$in: […]}}`, which an index
    /// answers without the documents. Where both sides keep lists, it is an `aggregate` that answers also which of the batch's documents stand
    /// in the list of each (`$filter`), so that no list of the other side is sent. Beyond 20,000 keys in a batch there is one for each 20,000.
    /// All of it reads from the primary. However large the collections are, one batch is in memory, and 1,000 findings
    /// ([`keep`](CheckRelations::keep)); the others are counted.
    ///
    /// These are several reads and no snapshot: what others write meanwhile may be found half-way, most of all on a standalone server, where
    /// nested writes are no transaction. Such a finding is gone when it is looked for again. There is no deadline unless one is set.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # async fn f(db: Db) -> chakra::Result<()> {
    /// let report = db.check_relations().await?;
    /// if !report.is_clean() {
    ///     println!("{report}");   // `Post::author`: 2 orphans by `posts.author_id`: _id 1 (9), 2 (none)
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::Schema`] where no model is registered, [`Error::Decode`] where bytes are no document, and what the connection reports.
    pub fn check_relations(&self) -> CheckRelations {
        let options = ReadOptions { batch_size: Some(BATCH), ..ReadOptions::default() };
        CheckRelations { db: self.clone(), only: Vec::new(), keep: KEPT, options, deadline: None }
    }
}

impl CheckRelations {
    /// Looks through this relation only, from both of its ends; again, through that one too. Its model need not be registered.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # #[derive(Model)] struct User { #[chakra(id)] id: Id<User>, #[chakra(relation = OneToMany, foreign_key = author_id)] posts: Related<Vec<Post>> }
    /// # #[derive(Model)] struct Post { #[chakra(id)] id: Id<Post>, author_id: Id<User> }
    /// # async fn f(db: Db) -> chakra::Result<()> {
    /// let report = db.check_relations().only(User::posts).await?;
    /// # let _ = report; Ok(()) }
    /// ```
    pub fn only<R: Model, M: Model, A, F>(mut self, relation: Relation<R, M, A, F>) -> Self {
        let schema = R::schema();
        self.only.extend(schema.relation(relation.name()).map(|relation| (schema, relation)));
        self
    }

    /// How many findings the report keeps in full; the others are counted. 1,000 where nothing is said.
    pub fn keep(mut self, findings: usize) -> Self {
        self.keep = findings;
        self
    }

    /// How many documents the server sends at a time, and are looked at together. 1,000 where nothing is said.
    pub fn batch_size(mut self, documents: u32) -> Self {
        self.options.batch_size = Some(documents);
        self
    }

    /// A word for the server's logs and profiler.
    pub fn comment(mut self, comment: impl Into<String>) -> Self {
        self.options.comment = Some(bson::Bson::String(comment.into()));
        self
    }

    /// How long the whole call may take; without it, as long as it needs. Of a stream it is each wait.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Gives every finding as it is made, and keeps none. Sends the same, when the findings are taken.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # async fn f(db: Db) -> chakra::Result<()> {
    /// let mut findings = db.check_relations().stream();
    /// while let Some(finding) = findings.next().await {
    ///     println!("{}", finding?);
    /// }
    /// # Ok(()) }
    /// ```
    #[must_use = "nothing is checked unless the findings are taken"]
    pub fn stream(mut self) -> Cursor<Finding> {
        self.options.stream = true;
        let scan = match self.scan(&self.scope()) {
            Ok(scan) => scan,
            Err(error) => return Cursor::of(stream::once(std::future::ready(Err(error)))),
        };
        let groups = stream::try_unfold(scan, |mut scan| async move {
            let Some(group) = scan.next().await? else { return Ok(None) };
            let findings: BoxStream<'static, Result<Finding>> = stream::iter(group.findings().map(Ok)).boxed();
            Ok::<_, Error>(Some((findings, scan)))
        });
        Cursor::of(groups.try_flatten())
    }

    /// Mends what is found: awaiting it does so, [`plan`](RepairRelations::plan) only says how.
    ///
    /// | found | done |
    /// |---|---|
    /// | dangling key | set to none, as by an update: `version` and `updated_at` move |
    /// | dangling id | pulled from its list |
    /// | duplicate | pulled; the first one stays |
    /// | one-sided id | added to the other list, or pulled here: see below |
    /// | orphan, unreadable | nothing, but counted: no document is deleted |
    ///
    /// Of two lists one is the authority, that with the smaller `collection.field` in stored names: a link exists exactly when this list has it. An
    /// id that only the authority has is added to the other list, and one that only the other list has is pulled there. That is also how
    /// nested writes go where there are no transactions, so that whatever was acknowledged is kept, and what was cut off half-way is completed or
    /// taken back. A list that is its own other side is the authority both times: an id is added where it is missing. Ids that are added
    /// stand last. Work on lists does not move `version` and `updated_at`.
    ///
    /// It goes through the relations anew, whatever a plan has said, and doing it again does nothing, and sends no write.
    ///
    /// # What is sent
    ///
    /// What the check sends, and for each batch in which something is wrong one `update` of all its documents in which as much is to be done, since the
    /// server says how many it has changed, and only these count. Each of its statements says what the
    /// document must still be like. Lists of both sides are made to agree in one transaction for each 100 documents and 1,000 links, which looks
    /// at them once more (one `find`, one `aggregate`), takes the [locks](Db::delete) of ids that lead nowhere (one `update`, where
    /// there are some), and sends one `update` for each collection. In it the documents of the authority are written too, and left as they are,
    /// so that a `connect` or `disconnect` at the same time, of a document that is created at that moment too, comes before it or after it. On a
    /// standalone server there is no transaction: what somebody changes between its look and its write may be one-sided again, and the next
    /// repair follows the authority. A key, and a list of one side only, are not guarded from a document that is created at that moment under
    /// the id that led nowhere.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # async fn f(db: Db) -> chakra::Result<()> {
    /// let plan = db.check_relations().repair().plan().await?;
    /// println!("{plan}");          // `Post::categories`: pull 1 dangling id from `posts.category_ids`: _id 4 (77)
    /// let repaired = plan.apply().await?;
    /// println!("{repaired}");      // 0 keys set to none, 1 ids pulled, 0 duplicates pulled, 0 ids added, 0 left
    /// # Ok(()) }
    /// ```
    pub fn repair(self) -> RepairRelations {
        RepairRelations::of(self)
    }

    pub(super) fn scope(&self) -> Scope {
        self.db.open_ended_scope(self.deadline)
    }

    /// The walk that this asks for.
    pub(super) fn scan(&self, scope: &Scope) -> Result<Scan> {
        let schemas = self.db.registry().schemas();
        if schemas.is_empty() && self.only.is_empty() {
            let fault = "`check_relations` has no model to work on: register each by `builder().model::<M>()`, as in \
                         `Db::builder(uri).model::<User>().connect()`, or name a relation by `only`";
            return Err(Error::Schema(vec![fault.to_owned()]));
        }
        let edges = if self.only.is_empty() { edges(&relations_of(schemas)) } else { edges(&self.only) };
        Ok(Scan::new(self.db.clone(), scope.clone(), self.on_primary(), edges))
    }

    /// A secondary may lack one side of what is there. In a transaction it is the primary anyway.
    fn on_primary(&self) -> ReadOptions {
        let read_preference = (!self.db.in_transaction()).then_some(ReadPreference::Primary);
        ReadOptions { read_preference, ..self.options.clone() }
    }

    pub(super) async fn report(&self) -> Result<RelationReport> {
        let mut scan = self.scan(&self.scope())?;
        let mut report = RelationReport::keeping(self.keep);
        while let Some(group) = scan.next().await? {
            report.add(group);
        }
        Ok(report)
    }
}

impl IntoFuture for CheckRelations {
    type Output = Result<RelationReport>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.report().await })
    }
}

impl fmt::Debug for CheckRelations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CheckRelations").field("keep", &self.keep).field("deadline", &self.deadline).finish_non_exhaustive()
    }
}
