//! `load`: relations of values that are there already.

use crate::{
    Error, Result,
    codec::to_document,
    db::Db,
    driver::ReadOptions,
    model::Model,
    query::{Attach, IntoInclude},
    relation,
};
use futures::future::BoxFuture;
use std::{fmt, future::IntoFuture, sync::Arc, time::Duration};

/// The loading of a relation of some values; awaiting it sends it.
#[must_use = "nothing is loaded unless this is awaited"]
pub struct Load<'v, M> {
    db: Db,
    values: &'v mut [M],
    include: Arc<dyn Attach<M>>,
    deadline: Option<Duration>,
}

impl Db {
    /// Loads a relation of values that are there already, for all of them at once: those behind a `&mut` of a `Vec`, a slice, an array or one
    /// model.
    ///
    /// It takes what [`include`](crate::action::Find::include) takes, and sends the same: one `find` for each relation and level, whatever the
    /// number of values. Keys are those of the values as they are in memory. What was loaded before is replaced. Of no values nothing is sent.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # #[derive(Model)] struct User { #[chakra(id)] id: Id<User>, #[chakra(relation = OneToMany, foreign_key = author_id)] posts: Related<Vec<Post>> }
    /// # #[derive(Model)] struct Post { #[chakra(id)] id: Id<Post>, title: String, author_id: Id<User>,
    /// #     #[chakra(relation = ManyToOne, foreign_key = author_id)] author: Related<User> }
    /// # async fn f(db: Db) -> chakra::Result<()> {
    /// let mut users = db.find_many(User::all()).take(20).await?;
    /// db.load(&mut users, User::posts.order_by(Post::title.asc())).await?;
    /// for user in &users {
    ///     println!("{}: {}", user.id, user.posts.get()?.len());
    /// }
    /// let mut post = db.find_first(Post::all()).await?.expect("a post");
    /// db.load(&mut post, Post::author).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::Dangling`] where a required relation leads to no document, [`Error::Decode`] where a related document is not what its model
    /// says, [`Error::Invalid`] where a value cannot be stored or a filter cannot be asked, and what the connection reports. After
    /// [`Error::Dangling`] and [`Error::Decode`] the relation is loaded in the values in front of that one.
    pub fn load<'v, M: Model>(&self, values: impl IntoValues<'v, M>, relation: impl IntoInclude<M>) -> Load<'v, M> {
        Load { db: self.clone(), values: values.into_values(), include: relation.into_attach(), deadline: None }
    }
}

impl<M> Load<'_, M> {
    /// How long the whole call may take; without it the [`Db`]'s own.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }
}

/// Values of which a relation can be loaded: a `&mut` of a model, or of a `Vec`, a slice or an array of them.
#[diagnostic::on_unimplemented(
    message = "relations of `{Self}` cannot be loaded as those of `{M}`",
    label = "expected `&mut` of a `{M}`, or of a `Vec`, a slice or an array of them"
)]
pub trait IntoValues<'v, M> {
    /// The values.
    fn into_values(self) -> &'v mut [M];
}
#[diagnostic::do_not_recommend]
impl<'v, M> IntoValues<'v, M> for &'v mut [M] {
    fn into_values(self) -> &'v mut [M] {
        self
    }
}
#[diagnostic::do_not_recommend]
impl<'v, M> IntoValues<'v, M> for &'v mut Vec<M> {
    fn into_values(self) -> &'v mut [M] {
        self
    }
}
#[diagnostic::do_not_recommend]
impl<'v, M, const N: usize> IntoValues<'v, M> for &'v mut [M; N] {
    fn into_values(self) -> &'v mut [M] {
        self
    }
}
#[diagnostic::do_not_recommend]
impl<'v, M: Model> IntoValues<'v, M> for &'v mut M {
    fn into_values(self) -> &'v mut [M] {
        std::slice::from_mut(self)
    }
}

impl<'v, M: Model> IntoFuture for Load<'v, M> {
    type Output = Result<()>;
    type IntoFuture = BoxFuture<'v, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let Self { db, values, include, deadline } = self;
            if values.is_empty() {
                return Ok(());
            }
            let encode = |value: &M| to_document(value).map_err(|error| Error::encode(M::schema(), &error));
            let documents = values.iter().map(encode).collect::<Result<Vec<_>>>()?;
            let documents: Vec<&[u8]> = documents.iter().map(Vec::as_slice).collect();
            let node = include.node()?;
            let options = ReadOptions::default();
            let fetched = relation::load(&db, &db.scope(deadline), std::slice::from_ref(&node), &documents, &options).await?;
            for fetched in &fetched {
                for (at, value) in values.iter_mut().enumerate() {
                    include.attach(value, at, fetched, false)?;
                }
            }
            Ok(())
        })
    }
}

impl<M> fmt::Debug for Load<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Load({} values)", self.values.len())
    }
}
