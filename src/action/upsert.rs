//! `upsert`: creates a document or changes it, never both.

use super::decode::{decode, decode_written};
use crate::{
    Error, Result,
    codec::from_document,
    db::Db,
    driver::{FindSpec, Scope, UpdateSpec},
    model::Model,
    query::{Changes, Complete, DraftCore, Drafts, Key, OneDocument, UniqueFilter, Update},
    relation::{self, Changing, UpsertDraft},
    render::{check_drafts, check_key, fill_key, on_insert, render_filter, render_update},
};
use bson::Document;
use futures::future::BoxFuture;
use std::{fmt, future::IntoFuture, marker::PhantomData, time::Duration};

/// An upsert that still needs the draft to create.
#[must_use = "an upsert does nothing without `.create(draft)` and `.await`"]
pub struct Upsert<M> {
    db: Db,
    key: UniqueFilter<M>,
}

/// What an upsert changes or creates.
pub struct Upserted<M> {
    db: Db,
    key: UniqueFilter<M>,
    draft: Vec<DraftCore>,
    deadline: Option<Duration>,
    marker: PhantomData<fn() -> M>,
}

impl Db {
    /// Changes the document with this unique key, or creates the draft where there is none; never both. Gives the document back.
    ///
    /// One `findAndModify` where the document exists (a `find` where there is nothing to change), two commands where it is created. A document
    /// that refuses the changes costs three, and one in a form that the operators do not take five; the number of a sequence that the draft
    /// would have had is then left out. Concurrent upserts of one key create one document, and each of the others changes it. A change
    /// [of a value that keys reference](Self::update) is a part of a transaction, as in `update`.
    ///
    /// With nested writes, in the draft or on the update, it is one transaction where the server has them: what
    /// [`update`](Self::update) sends with them where the document is there, else the `find` or `findAndModify` that found none and what
    /// [`create`](Self::create) sends for the draft. Where another writer creates the document in between, the transaction runs again.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # #[derive(Model)] struct Page { #[chakra(id)] id: Id<Page>, #[chakra(unique)] path: String, #[chakra(default = 1)] hits: i64 }
    /// # async fn f(db: Db) -> chakra::Result<()> {
    /// let page = db.upsert(Page::path.eq("/")).create(Page::draft().path("/")).inc(Page::hits, 1).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::Invalid`] where the key has more conditions, the draft contradicts the key, or a limit is broken;
    /// [`Error::Unique`] where another unique key is taken.
    pub fn upsert<K: Key<Model: Model>>(&self, key: K) -> Upsert<K::Model> {
        Upsert { db: self.clone(), key: key.into_unique() }
    }
}

impl<M: Model> Upsert<M> {
    /// The draft that is created where there is no such document.
    pub fn create<D: Complete + Drafts<Model = M>>(self, draft: D) -> Update<M, Upserted<M>> {
        Update::to(Upserted { db: self.db, key: self.key, draft: draft.into_cores(), deadline: None, marker: PhantomData })
    }
}

impl<M> OneDocument for Upserted<M> {}

impl<M> Update<M, Upserted<M>> {
    /// How long the whole call may take; without it the [`Db`]'s own.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.to.deadline = Some(deadline);
        self
    }
}

impl<M: Model> IntoFuture for Update<M, Upserted<M>> {
    type Output = Result<M>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let (schema, mut to) = (M::schema(), self.to);
            // One deadline over all commands, however often they are sent.
            let scope = to.db.scope(to.deadline);
            to.db = to.db.within(scope.deadline).in_one_moment();
            to.check()?;
            let nests = |draft: &&DraftCore| !self.related.is_empty() || draft.nested().next().is_some();
            if let Some(draft) = to.draft.first().filter(nests).cloned() {
                let changes = Changes { own: self.changes, related: self.related };
                let check = |document: &[u8]| to.check_document(document);
                let created = UpsertDraft { draft, fields: to.key.named().fields(), check: &check };
                let document = relation::upsert(&to.db, to.deadline, schema, to.key.expr.clone(), changes, created).await?;
                return decode_written(&to.db, &document);
            }
            let filter = render_filter(schema, &to.key.expr)?;
            // Without changes an upsert only reads what is there.
            let update = match self.changes.as_slice() {
                [] => None,
                changes => Some(render_update(schema, changes, to.db.now())?),
            };
            if let Some(update) = &update {
                update.check_size(schema, &filter)?;
            }
            let moved = relation::moved(schema, &self.changes);
            let mut changing = update.as_ref().map(|update| Changing::new(&to.db, &scope, schema, &filter, update));
            let mut created: Option<Vec<u8>> = None;
            let mut beaten = 0;
            loop {
                match &changing {
                    Some(changing) => {
                        let spec = UpdateSpec { return_new: true, ..UpdateSpec::default() };
                        if let Some(changed) = changing.send_followed(to.deadline, &moved, spec).await? {
                            return decode_written(&to.db, &changed);
                        }
                    }
                    None => {
                        if let Some(found) = to.db.connection().find_one(&scope, schema, filter.clone(), FindSpec::on_primary()).await? {
                            return decode(found.as_bytes());
                        }
                    }
                }
                // The draft is rendered once, and only where it is needed: it may take a number of a sequence.
                let document = match created.take() {
                    Some(document) => document,
                    None => to.document().await?,
                };
                match to.insert(&scope, &filter, &document).await {
                    Ok(true) => return decode(&document).map_err(|error| to.db.behind_write(error)),
                    Ok(false) => {}
                    // Two upserts of one key at once, and the other one was first; but a key that is taken and cannot be found stays so.
                    Err(Error::Unique { fields, .. }) if to.is_key(&fields) && beaten < MOST_BEATEN => beaten += 1,
                    Err(error) => return Err(error),
                }
                created = Some(document);
                // Someone created it in between: from the start, unless it is there and refuses the changes.
                if let Some(changing) = &mut changing {
                    changing.settle().await?;
                }
            }
        })
    }
}

/// What the draft is of, in an error.
const WHAT: &str = "an upsert";

/// How often an upsert takes a violation of its own key for a race, before it is taken for what it is.
const MOST_BEATEN: u32 = 10;

impl<M: Model> Upserted<M> {
    /// Refuses what contradicts itself, before anything is sent; a field of the key that the draft leaves out gets the key's value.
    fn check(&mut self) -> Result<()> {
        if self.key.key.is_empty() {
            return render_filter(M::schema(), &self.key.expr).map(drop);
        }
        let key = self.key.named();
        self.draft.iter_mut().try_for_each(|draft| fill_key(draft, &key, WHAT))?;
        check_drafts(&self.draft)
    }

    /// The draft's document, which must be the one that the key names.
    async fn document(&self) -> Result<Vec<u8>> {
        let document = relation::render_flat(&self.db, self.deadline, self.draft.clone()).await?.pop().unwrap_or_default();
        self.check_document(&document)?;
        Ok(document)
    }

    /// Refuses a document that is not the one that the key names.
    fn check_document(&self, document: &[u8]) -> Result<()> {
        check_key(M::schema(), document, &self.key.named(), WHAT)
    }

    /// Puts the draft there unless a document is there already; says whether it did.
    async fn insert(&self, scope: &Scope, filter: &Document, document: &[u8]) -> Result<bool> {
        let schema = M::schema();
        let draft = from_document::<Document>(document).map_err(|error| Error::decode(schema, document, error))?;
        let spec = UpdateSpec { upsert: true, ..UpdateSpec::default() };
        let before = self.db.connection().find_one_and_update(scope, schema, filter.clone(), on_insert(draft), spec).await?;
        Ok(before.is_none())
    }

    fn is_key(&self, fields: &[String]) -> bool {
        fields.len() == self.key.key.len() && self.key.key.iter().all(|(path, _)| fields.iter().any(|field| field == path.stored()))
    }
}

impl<M> Clone for Upserted<M> {
    fn clone(&self) -> Self {
        Self { db: self.db.clone(), key: self.key.clone(), draft: self.draft.clone(), deadline: self.deadline, marker: PhantomData }
    }
}
impl<M> fmt::Debug for Upsert<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Upsert({:?})", self.key)
    }
}
impl<M> fmt::Debug for Upserted<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Upserted({:?})", self.key)
    }
}
