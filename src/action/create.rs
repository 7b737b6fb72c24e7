//! `create` and `create_many`: new documents from drafts, with everything nested in them.

use super::{decode::decode, skip_duplicates::SkipDuplicates};
use crate::{
    Result,
    db::Db,
    model::Model,
    query::{Complete, DraftCore, Drafts},
    relation,
};
use futures::future::BoxFuture;
use std::{fmt, future::IntoFuture, marker::PhantomData, time::Duration};

/// The creation of one document; awaiting it sends it.
#[must_use = "a create does nothing unless awaited"]
pub struct Create<M> {
    db: Db,
    drafts: Vec<DraftCore>,
    deadline: Option<Duration>,
    marker: PhantomData<fn() -> M>,
}

impl Db {
    /// Creates the drafted document, and everything nested in it; gives it back as it is stored, its relations unloaded.
    ///
    /// A flat draft is one `insert`, atomic by itself. With nested writes it is a transaction: the `find`s of what is connected, one `update`
    /// that [locks](Self::delete) what of that is not written itself, one `insert` for each collection and level, one `update` for each
    /// collection and level of what is connected where the key is on the other side, one where an id list is, and `commitTransaction`. An
    /// `update` takes up to 100,000 statements or 16 MB, and where it has several it is a `bulkWrite` on servers from 8.0 on.
    ///
    /// The connected keys of a model are one `find` for each field that they are values of, and one for all that are of several fields. Keys are
    /// apart where what refers to their documents holds another field of these (`references`), or where another id list of these grows. A key
    /// that holds a composite is a `find` of its own, and one more is sent for a key that only the server can tell from another: its text
    /// differs in case or accents alone, or the document has it in a list. What the drafts of `connect_or_create` connect is looked up level by
    /// level, once it is known which of them are created.
    ///
    /// What several of the drafts `connect_or_create`, and is not there, is created once for all of them, from the first of its drafts and by
    /// one `insert` for each model, before the others; where another writer creates it in between, the transaction runs again. A document whose
    /// key its parents fill stands under the last of them. On a standalone server, which has no transactions, the same writes run one after
    /// another: what is referred to before what refers to it, and of an id list on both sides the one of the smaller `collection.field` last.
    /// What Chakra refuses it refuses before the first write, with one exception: documents that several of the drafts `connect_or_create` are
    /// created as soon as they are not found, and stay where only deeper down it turns out that a document which the draft of a
    /// `connect_or_create` connects is not there, that a list of ids becomes too long, that two keys for a relation to one name two documents,
    /// that a document would be created under several parents whose keys it cannot be without, or that it is not what its limits or its key say
    /// once its relations have filled it. The outcome is then `Applied`.
    ///
    /// Numbers for `auto_increment` ids take one `findAndModify` more for each model, before everything else and outside of the transaction,
    /// and three more commands where the model has no counter yet.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # #[derive(Model)] struct User { #[chakra(id)] id: Id<User>, #[chakra(unique)] email: String, name: Option<String> }
    /// # async fn f(db: Db) -> chakra::Result<()> {
    /// let ada = db.create(User::draft().email("ada@example.com").name("Ada")).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) with all broken limits before anything is sent, and for a draft that contradicts itself, such as
    /// one with a key and what fills it, or with two documents for a relation to one: of that only whether two keys that are not ids name one
    /// document is looked up. [`Error::Unique`](crate::Error::Unique) where a unique key is taken, [`Error::NotFound`](crate::Error::NotFound)
    /// where a connected document is not there.
    pub fn create<D: Complete>(&self, draft: D) -> Create<D::Model> {
        Create { db: self.clone(), drafts: draft.into_cores(), deadline: None, marker: PhantomData }
    }

    /// Creates many documents; gives their number.
    ///
    /// Flat drafts are sent by bulk inserts of up to 100,000 documents or 48 MB each. That is a series of single-document writes, not a
    /// transaction: where one fails, [`Error::Bulk`](crate::Error::Bulk) says per document what became of it, and
    /// [`skip_duplicates`](CreateMany::skip_duplicates) leaves out those of which a unique key is taken. With nested writes it is one
    /// transaction, all or nothing, which sends what [`create`](Self::create) sends, for all drafts together. Numbers for `auto_increment`
    /// ids are taken by one `findAndModify` for all of them. Without drafts nothing is sent.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) before anything is sent, [`Error::Bulk`](crate::Error::Bulk) where some were not written.
    pub fn create_many<I: IntoIterator<Item: Complete>>(&self, drafts: I) -> CreateMany<<I::Item as Drafts>::Model> {
        let drafts = drafts.into_iter().flat_map(Drafts::into_cores).collect();
        CreateMany { db: self.clone(), drafts, ordered: true, deadline: None, marker: PhantomData }
    }
}

impl<M> Create<M> {
    /// How long the whole call may take; without it the [`Db`]'s own.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }
}

impl<M: Model> IntoFuture for Create<M> {
    type Output = Result<M>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let roots = relation::create(&self.db, self.deadline, self.drafts).await?;
            // One draft has one root.
            let root = roots.first().map_or(&[][..], Vec::as_slice);
            decode(root).map_err(|error| self.db.behind_write(error))
        })
    }
}

/// The creation of many documents; awaiting it sends it.
#[must_use = "a create does nothing unless awaited"]
pub struct CreateMany<M> {
    db: Db,
    drafts: Vec<DraftCore>,
    ordered: bool,
    deadline: Option<Duration>,
    marker: PhantomData<fn() -> M>,
}

impl<M> CreateMany<M> {
    /// Whether the first failure ends the bulk write (true, the default), or all other documents are written all the same.
    pub fn ordered(mut self, ordered: bool) -> Self {
        self.ordered = ordered;
        self
    }

    /// Leaves out documents of which a unique key is taken, the `_id` too, and says which these were: [`Created`](super::Created).
    ///
    /// The same bulk inserts, unordered: each document is written or skipped for itself, whatever becomes of the others, and of two drafts
    /// with one key the first is written. Skipping is no way to change what is there: for that there is [`upsert`](Db::upsert).
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # #[derive(Model)] struct Tag { #[chakra(id)] id: Id<Tag>, #[chakra(unique)] name: String }
    /// # async fn f(db: Db) -> chakra::Result<()> {
    /// let names = ["rust", "mongodb", "rust"];
    /// let report = db.create_many(names.map(|name| Tag::draft().name(name))).skip_duplicates().await?;
    /// println!("{} are new, {:?} were there", report.created, report.skipped.iter().map(|at| names[*at]).collect::<Vec<_>>());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) before anything is sent, also for nested writes, of which there can be none here;
    /// [`Error::Bulk`](crate::Error::Bulk) where a document was not written for another reason; the duplicates stand in it too. In a
    /// transaction a duplicate is that error as well, since it ends the transaction.
    pub fn skip_duplicates(self) -> SkipDuplicates<M> {
        SkipDuplicates { db: self.db, drafts: self.drafts, deadline: self.deadline, marker: PhantomData }
    }

    /// How long the whole call may take; without it the [`Db`]'s own.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }
}

impl<M: Model> IntoFuture for CreateMany<M> {
    type Output = Result<u64>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            if self.drafts.iter().any(|draft| draft.nested().next().is_some()) {
                return Ok(relation::create(&self.db, self.deadline, self.drafts).await?.len() as u64);
            }
            let db = self.db.within(self.db.scope(self.deadline).deadline);
            let documents = relation::render_flat(&db, self.deadline, self.drafts).await?;
            super::insert::insert_all(&db, self.deadline, M::schema(), documents, self.ordered).await
        })
    }
}

impl<M> fmt::Debug for Create<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Create")
    }
}
impl<M> fmt::Debug for CreateMany<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CreateMany({})", self.drafts.len())
    }
}
