//! [`DeleteReport`]: a delete that tells what it did to the documents of each model.
//!
//! Made by `report` of `delete` and `delete_many`.

use super::{
    delete::{Delete, DeleteMany},
    returning::Returning,
};
use crate::{Result, model::Model, relation::Deletions};
use futures::future::BoxFuture;
use std::{fmt, future::IntoFuture};

/// A delete that gives what it did, of each model; awaiting it sends it.
///
/// ```no_run
/// # use chakra::prelude::*;
/// # #[derive(Model)] struct User { #[chakra(id)] id: Id<User>, active: bool }
/// # async fn f(db: Db) -> chakra::Result<()> {
/// let report = db.delete_many(User::active.eq(false)).report().await?;
/// for (model, counts) in report.iter() {
///     println!("{model}: {} deleted, {} lost a key, {} lost ids of a list", counts.deleted, counts.set_null, counts.unlinked);
/// }
/// # Ok(()) }
/// ```
#[must_use = "a delete does nothing unless awaited"]
pub struct DeleteReport<V>(pub(super) V);

impl<M: Model, R: Returning> IntoFuture for DeleteReport<Delete<M, R>> {
    type Output = Result<Deletions>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { Ok(self.0.run(false).await?.1) })
    }
}

impl<M: Model> IntoFuture for DeleteReport<DeleteMany<M>> {
    type Output = Result<Deletions>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { Ok(self.0.run().await?.1) })
    }
}

impl<V: fmt::Debug> fmt::Debug for DeleteReport<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeleteReport({:?})", self.0)
    }
}
