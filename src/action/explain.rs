//! `explain`: how the server would answer a read.

use super::{
    count::Count,
    find::{Find, Shape},
};
use crate::{
    Result,
    db::Db,
    driver::Explained,
    model::Model,
    render::{render_count, render_filter},
    schema::Schema,
};
use bson::Document;
use futures::future::BoxFuture;
use std::{fmt, future::IntoFuture, time::Duration};

/// The question how the server would answer a read; awaiting it sends it.
#[must_use = "a read does nothing unless awaited"]
pub struct Explain {
    db: Db,
    schema: &'static Schema,
    read: Result<Explained>,
    deadline: Option<Duration>,
}

impl<M: Model, S: Shape, T> Find<M, S, T> {
    /// Asks the server how it would answer this read: which index it would use, and what it would do with what it finds.
    ///
    /// Sends one `explain` of the same `find`, or of the same `aggregate` after [`distinct_by`](Find::distinct_by), with the verbosity
    /// `queryPlanner`: nothing is read. The reply is the server's own document, of which `queryPlanner.winningPlan` is the plan of a `find`. In
    /// a transaction it is sent outside of it. The reads of included relations are not explained.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # #[derive(Model)] struct User { #[chakra(id)] id: Id<User>, age: i32 }
    /// # async fn f(db: Db) -> chakra::Result<()> {
    /// let plan = db.find_many(User::age.gte(18)).order_by(User::age.asc()).explain().await?;
    /// println!("{plan:#}");
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) where the read itself would be, and what the connection reports.
    pub fn explain(self) -> Explain {
        let schema = M::schema();
        let projection = self.query.rows.projection(schema);
        let read = projection.and_then(|projection| {
            let (filter, spec) = self.query.render(S::LIMIT, projection)?;
            if self.query.distinct.is_empty() {
                return Ok(Explained::find(schema.collection, filter, spec));
            }
            let (pipeline, options) = self.query.firsts(filter, spec)?;
            Ok(Explained::aggregate(schema.collection, pipeline, options))
        });
        Explain { db: self.db, schema, read, deadline: self.query.deadline }
    }
}

impl<M: Model> Count<M> {
    /// Asks the server how it would count: which index it would use.
    ///
    /// Sends one `explain` of the same `aggregate` with the verbosity `queryPlanner`: nothing is counted. The reply is the server's own document.
    /// In a transaction it is sent outside of it.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) where the count itself would be, and what the connection reports.
    pub fn explain(self) -> Explain {
        let schema = M::schema();
        let filter = render_filter(schema, &self.expr);
        let read = filter.map(|filter| Explained::aggregate(schema.collection, render_count(filter), self.options));
        Explain { db: self.db, schema, read, deadline: self.deadline }
    }
}

impl IntoFuture for Explain {
    type Output = Result<Document>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let scope = self.db.scope(self.deadline);
            self.db.connection().explain(&scope, self.schema, self.read?).await
        })
    }
}

impl fmt::Debug for Explain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Explain({})", self.schema.model)
    }
}
