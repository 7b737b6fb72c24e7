//! `create_many(…).skip_duplicates()`: the creation of those documents of which no unique key is taken.

use super::insert::insert_all;
use crate::{Error, Result, db::Db, model::Model, query::DraftCore, relation};
use futures::future::BoxFuture;
use std::{fmt, future::IntoFuture, marker::PhantomData, time::Duration};

/// The creation of many documents, of which duplicates are left out; awaiting it sends it.
#[must_use = "a create does nothing unless awaited"]
pub struct SkipDuplicates<M> {
    pub(super) db: Db,
    pub(super) drafts: Vec<DraftCore>,
    pub(super) deadline: Option<Duration>,
    pub(super) marker: PhantomData<fn() -> M>,
}

/// What a `create_many` that skips duplicates did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Created {
    /// How many documents are there now that were not there before.
    pub created: u64,
    /// Which of the drafts were left out, by their position, in order: a unique key of theirs was taken, by a document that was there before or
    /// by an earlier draft.
    pub skipped: Vec<usize>,
}

impl<M> SkipDuplicates<M> {
    /// How long the whole call may take; without it the [`Db`]'s own.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }
}

impl<M: Model> IntoFuture for SkipDuplicates<M> {
    type Output = Result<Created>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let (schema, drafts) = (M::schema(), self.drafts);
            if drafts.iter().any(|draft| draft.nested().next().is_some()) {
                return Err(Error::rule(schema, "", "no nested writes where duplicates are skipped"));
            }
            let db = self.db.within(self.db.scope(self.deadline).deadline);
            let documents = relation::render_flat(&db, self.deadline, drafts).await?;
            match insert_all(&db, self.deadline, schema, documents, false).await {
                Ok(created) => Ok(Created { created, skipped: Vec::new() }),
                // In a transaction a duplicate ends it, and what was inserted is undone with it.
                Err(Error::Bulk { inserted, failed, .. })
                    if !db.in_transaction() && failed.iter().all(|(_, error)| is_duplicate(error)) =>
                {
                    let mut skipped: Vec<usize> = failed.into_iter().map(|(at, _)| at).collect();
                    skipped.sort_unstable();
                    Ok(Created { created: inserted, skipped })
                }
                Err(error) => Err(error),
            }
        })
    }
}

fn is_duplicate(error: &Error) -> bool {
    matches!(error, Error::Unique { .. })
}

impl<M> fmt::Debug for SkipDuplicates<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SkipDuplicates({})", self.drafts.len())
    }
}
