//! `delete_value`: taking out the document that a loaded value came from.

use super::origin::Origin;
use crate::{
    Result,
    db::Db,
    model::Model,
    query::Loaded,
    relation::{self, refers_to},
};
use futures::future::BoxFuture;
use std::{fmt, future::IntoFuture, marker::PhantomData, time::Duration};

/// The deletion of a loaded value's document; awaiting it sends it.
#[must_use = "a delete does nothing unless awaited"]
pub struct DeleteValue<M> {
    db: Db,
    /// The document, or why the value names none.
    origin: Result<Origin>,
    deadline: Option<Duration>,
    marker: PhantomData<fn() -> M>,
}

impl Db {
    /// Deletes the document that a value was loaded from: one `deleteOne` by its `_id`, atomic. Where other documents
    /// [may refer to it](Self::delete), the same transaction as that of [`delete`](Self::delete).
    ///
    /// With a `version` in the model, the document is reached only in the version that the value has (a missing one counts as 0): what
    /// someone else changed meanwhile is not deleted unseen. After a miss one `find` tells such a conflict from a document that is gone.
    /// Without a `version` the document is deleted as it is. [`delete`](Self::delete) by the id never asks for a version.
    ///
    /// The value may be [tracked](crate::query::Track::tracked) or not; of a tracked one its changes play no part.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # #[derive(Model)] struct User { #[chakra(id)] id: Id<User>, logins: i64, #[chakra(version)] version: i64 }
    /// # async fn f(db: Db, id: Id<User>) -> chakra::Result<()> {
    /// let user = db.get(id).await?;
    /// if user.logins == 0 {
    ///     db.delete_value(&user).await?; // a user who logged in meanwhile stays
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::Conflict`](crate::Error::Conflict) where the document has another version, [`Error::NotFound`](crate::Error::NotFound) where it is
    /// gone, [`Error::Restricted`](crate::Error::Restricted) where others hold it back.
    pub fn delete_value<V: Loaded>(&self, value: &V) -> DeleteValue<V::Model> {
        let origin = value.loaded().and_then(|document| Origin::of(<V::Model as Model>::schema(), &document));
        DeleteValue { db: self.clone(), origin, deadline: None, marker: PhantomData }
    }
}

impl<M> DeleteValue<M> {
    /// How long the whole call may take; without it the [`Db`]'s own.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }
}

impl<M: Model> IntoFuture for DeleteValue<M> {
    type Output = Result<()>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let (schema, db, origin) = (M::schema(), self.db, self.origin?);
            let scope = db.scope(self.deadline);
            let db = db.within(scope.deadline);
            let filter = origin.filter()?;
            let deleted = if refers_to(schema).act_on_delete() {
                relation::delete_one(&db, self.deadline, schema, filter, false).await?.is_some()
            } else {
                db.connection().delete_one(&scope, schema, filter).await?
            };
            if deleted { Ok(()) } else { Err(origin.missed(&db, &scope).await) }
        })
    }
}

impl<M> fmt::Debug for DeleteValue<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeleteValue")
    }
}
