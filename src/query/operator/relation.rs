//! The operators of relations: what stands on the other side.

use crate::{
    model::Model,
    query::{
        Filter, IntoFilter, Relation, ToMany, ToOne, ToOptional,
        expr::{Expr, RelatedTest},
        numbers::Numbers,
    },
};

impl<R: Model, M: Model, A, F> Relation<R, M, A, F> {
    /// The relation leads to a document that matches `inner`.
    fn leads_to(&self, operator: &'static str, inner: Expr) -> Filter<R> {
        let (owner, relation, count) = (R::schema(), self.name(), Numbers::some());
        Filter::new(Expr::Related(Box::new(RelatedTest { owner, relation, operator, count, inner })))
    }
}

impl<R: Model, M: Model, F> Relation<R, M, ToMany, F> {
    /// One of the related documents matches `filter`; false where there are none.
    ///
    /// Answered by two commands: see [Related documents](crate::query#related-documents).
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # #[derive(Model)] struct User { #[chakra(id)] id: Id<User>, #[chakra(relation = OneToMany, foreign_key = author_id)] posts: Related<Vec<Post>> }
    /// # #[derive(Model)] struct Post { #[chakra(id)] id: Id<Post>, published: bool, author_id: Id<User> }
    /// # async fn f(db: Db) -> chakra::Result<()> {
    /// let authors = db.find_many(User::posts.some(Post::published.eq(true))).await?;
    /// # Ok(()) }
    /// ```
    pub fn some(&self, filter: impl IntoFilter<M>) -> Filter<R> {
        self.leads_to("some", filter.into_filter().expr)
    }

    /// All of the related documents match `filter`; true where there are none.
    ///
    /// Answered by two commands: see [Related documents](crate::query#related-documents).
    pub fn every(&self, filter: impl IntoFilter<M>) -> Filter<R> {
        !self.leads_to("every", (!filter.into_filter()).expr)
    }

    /// None of the related documents matches `filter`; true where there are none. `none(Post::all())` is that there are none.
    ///
    /// Answered by two commands: see [Related documents](crate::query#related-documents).
    pub fn none(&self, filter: impl IntoFilter<M>) -> Filter<R> {
        !self.leads_to("none", filter.into_filter().expr)
    }
}

macro_rules! to_one {
    ($($one:ident)*) => { $(
        impl<R: Model, M: Model, F> Relation<R, M, $one, F> {
            /// The related document matches `filter`; false where there is none.
            ///
            /// Answered by two commands: see [Related documents](crate::query#related-documents).
            ///
            /// ```no_run
            /// # use chakra::prelude::*;
            /// # #[derive(Model)] struct User { #[chakra(id)] id: Id<User>, name: String }
            /// # #[derive(Model)] struct Post { #[chakra(id)] id: Id<Post>, author_id: Id<User>,
            /// #     #[chakra(relation = ManyToOne, foreign_key = author_id)] author: Related<User> }
            /// # async fn f(db: Db) -> chakra::Result<()> {
            /// let by_ada = db.count(Post::author.is(User::name.eq("Ada"))).await?;
            /// # Ok(()) }
            /// ```
            pub fn is(&self, filter: impl IntoFilter<M>) -> Filter<R> {
                self.leads_to("is", filter.into_filter().expr)
            }

            /// The related document does not match `filter`; true where there is none.
            ///
            /// Answered by two commands: see [Related documents](crate::query#related-documents).
            pub fn is_not(&self, filter: impl IntoFilter<M>) -> Filter<R> {
                !self.leads_to("is_not", filter.into_filter().expr)
            }

            /// There is a related document. A key that leads to no document does not count.
            ///
            /// Answered by two commands: see [Related documents](crate::query#related-documents).
            pub fn is_some(&self) -> Filter<R> {
                self.leads_to("is_some", Expr::All)
            }

            /// There is no related document: there is no key, or it leads to none.
            ///
            /// Answered by two commands: see [Related documents](crate::query#related-documents).
            pub fn is_none(&self) -> Filter<R> {
                !self.leads_to("is_none", Expr::All)
            }
        }
    )* };
}
to_one!(ToOne ToOptional);
