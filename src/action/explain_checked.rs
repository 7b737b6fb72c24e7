//! `explain_checked`: the server's plan of a read, refused where no index serves it.

use super::{
    count::Count,
    explain::Explain,
    find::{Find, Shape},
    indexed::IndexCheck,
};
use crate::{Result, driver::unindexed, model::Model, render::Coverage};
use bson::Document;
use futures::future::BoxFuture;
use std::{fmt, future::IntoFuture};

/// The question how the server would answer a read, of which the answer is checked; awaiting it sends it.
#[must_use = "a read does nothing unless awaited"]
pub struct ExplainChecked {
    explain: Explain,
    coverage: Result<Coverage>,
}

impl<M: Model, S: Shape, T> Find<M, S, T> {
    /// Asks the server how it would answer this read, as [`explain`](Self::explain) does, and refuses an answer by which it would look at every
    /// document, go through all keys of an index, or sort in memory.
    ///
    /// Sends one `explain`; nothing is read. A server that has no such collection has nothing to look at, and any plan will do: ask one that
    /// has documents, after [`sync`](crate::Db::sync). [`assert_indexed!`](crate::assert_indexed) asks the declarations and no server. After
    /// [`distinct_by`](Find::distinct_by) the groups are sorted in memory whatever the plan, unless there is at most one document.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # #[derive(Model)] #[chakra(index(role, age = desc))] struct User { #[chakra(id)] id: Id<User>, role: String, age: i32 }
    /// # async fn f(db: Db) -> chakra::Result<()> {
    /// let plan = db.find_many(User::role.eq("admin")).order_by(User::age.desc()).explain_checked().await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::Unindexed`](crate::Error::Unindexed), which says what the server would go through and which index would serve the read; else as
    /// [`explain`](Self::explain).
    pub fn explain_checked(self) -> ExplainChecked {
        ExplainChecked { coverage: self.coverage(), explain: self.explain() }
    }
}

impl<M: Model> Count<M> {
    /// Asks the server how it would count, as [`explain`](Self::explain) does, and refuses an answer by which it would look at every
    /// document or go through all keys of an index. Sends one `explain`; nothing is counted.
    ///
    /// # Errors
    /// [`Error::Unindexed`](crate::Error::Unindexed), which says what the server would go through and which index would serve the count; else
    /// as [`explain`](Self::explain).
    pub fn explain_checked(self) -> ExplainChecked {
        ExplainChecked { coverage: self.coverage(), explain: self.explain() }
    }
}

impl IntoFuture for ExplainChecked {
    type Output = Result<Document>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let coverage = self.coverage?;
            let plan = self.explain.await?;
            let found = unindexed(&plan, coverage.has_filter());
            coverage.refuted(found).map_or(Ok(plan), Err)
        })
    }
}

impl fmt::Debug for ExplainChecked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Checked({:?})", self.explain)
    }
}
