//! `explain`: how the server would answer a read.

use super::{
    count::Count,
    find::{Find, Shape},
    rows::Rows,
};
use crate::{
    Result,
    db::Db,
    driver::{Explained, Scope},
    model::Model,
    relation,
    render::{render_count, render_matched},
    schema::Schema,
};
use bson::Document;
use futures::future::BoxFuture;
use std::{fmt, future::IntoFuture};

type Asked = BoxFuture<'static, Result<(Scope, Explained)>>;

/// The question how the server would answer a read; awaiting it sends it.
#[must_use = "a read does nothing unless awaited"]
pub struct Explain {
    db: Db,
    schema: &'static Schema,
    /// The read, once the keys of related documents that it names are known.
    read: Asked,
}

impl<M: Model, S: Shape, T> Find<M, S, T> {
    /// Asks the server how it would answer this read: which index it would use, and what it would do with what it finds.
    ///
    /// Sends one `explain` of the same `find`, or of the same `aggregate` after [`distinct_by`](Find::distinct_by), with the verbosity
    /// `queryPlanner`: nothing is read. The reply is the server's own document, of which `queryPlanner.winningPlan` is the plan of a `find`. In
    /// a transaction it is sent outside of it. The reads of included relations are not explained; those of keys by which a filter on related
    /// documents is answered are made first, so that what is explained is what would be sent.
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
        let (db, mut query) = (self.db.clone(), self.query.with_rows(Rows::whole()));
        let read: Asked = Box::pin(async move {
            let projection = projection?;
            let scope = db.scope(query.deadline);
            query.resolve(&db, &scope).await?;
            let command = query.render(S::LIMIT, projection)?;
            Ok((scope, command.explained(schema)))
        });
        Explain { db: self.db, schema, read }
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
        let Self { db, expr, options, deadline, .. } = self;
        let asked = db.clone();
        let read: Asked = Box::pin(async move {
            let scope = asked.scope(deadline);
            let expr = relation::resolve(&asked, &scope, expr, &options).await?;
            let matched = render_matched(schema, &expr)?;
            Ok((scope, Explained::aggregate(schema.collection, render_count(matched), options)))
        });
        Explain { db, schema, read }
    }
}

impl IntoFuture for Explain {
    type Output = Result<Document>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let (scope, read) = self.read.await?;
            self.db.connection().explain(&scope, self.schema, read).await
        })
    }
}

impl fmt::Debug for Explain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Explain({})", self.schema.model)
    }
}
