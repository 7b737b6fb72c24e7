//! Views: a read that asks for some fields only, and gives them out of the bytes of the reply.

use super::find::{Exact, Find, First, Many, Shape};
use crate::{
    Error, Result,
    codec::from_document,
    driver::Batch,
    model::{Model, View},
    render::render_projection,
    schema::Schema,
};
use futures::future::BoxFuture;
use std::{fmt, future::IntoFuture, marker::PhantomData};

impl<M: Model, S> Find<M, S> {
    /// Reads the fields of the view `V` only, and keeps the replies, of which a view may borrow: a `find_many` gives [`Rows`], `get` a [`Row`],
    /// and `find_first` and `find_unique` an `Option` of one.
    ///
    /// Sends the same `find` with `projection: {…}` (and one `getMore` for each further batch). Included relations are not loaded.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # #[derive(Model)] struct User { #[chakra(id)] id: Id<User>, email: String, bio: Option<String> }
    /// #[derive(View)]
    /// struct Card<'a> {
    ///     email: &'a str,
    ///     bio: Option<&'a str>,
    /// }
    /// # async fn f(db: Db, id: Id<User>) -> chakra::Result<()> {
    /// let cards = db.find_many(User::all()).view::<Card>().await?;
    /// for card in cards.iter() {
    ///     println!("{}", card?.email);
    /// }
    /// let card = db.get(id).view::<Card>().await?;
    /// println!("{}", card.get()?.email);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As the read itself, but that a document which is not what the view says is reported by [`Rows::iter`] and [`Row::get`].
    pub fn view<V: View>(self) -> ViewRead<M, V, S> {
        ViewRead { find: self, marker: PhantomData }
    }
}

/// A read of views, as it is built; awaiting it sends it.
#[must_use = "a read does nothing unless awaited"]
pub struct ViewRead<M, V, S = Many> {
    find: Find<M, S>,
    marker: PhantomData<fn() -> V>,
}

impl<M: Model, V: View, S: Shape> ViewRead<M, V, S> {
    async fn read(&mut self) -> Result<Rows<V>> {
        let Find { db, query, .. } = &mut self.find;
        let mut rows = Rows::new(M::schema(), Vec::new());
        if !query.takes_nothing() {
            let scope = db.scope(query.deadline);
            query.resolve(db, &scope).await?;
            rows.batches = query.open(db, &scope, S::LIMIT, Some(render_projection(V::FIELDS))).await?.all().await?;
        }
        Ok(rows)
    }
}

impl<M: Model, V: View + 'static> IntoFuture for ViewRead<M, V> {
    type Output = Result<Rows<V>>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(mut self) -> Self::IntoFuture {
        Box::pin(async move { self.read().await })
    }
}

/// Reads of one document.
pub trait Single: Shape {}
impl Single for First {}
impl Single for Exact {}

impl<M: Model, V: View + 'static, S: Single> IntoFuture for ViewRead<M, V, S> {
    type Output = Result<S::Of<Row<V>>>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(mut self) -> Self::IntoFuture {
        Box::pin(async move {
            let rows = self.read().await?;
            let row = (!rows.is_empty()).then_some(Row(rows));
            S::shape(row.into_iter().collect(), || self.find.query.not_found(M::schema()))
        })
    }
}

/// The reply of a read of one view, which lends what it holds.
pub struct Row<V>(Rows<V>);

impl<V: View> Row<V> {
    /// The view.
    ///
    /// # Errors
    /// [`Error::Decode`] where the document is not what the view says.
    pub fn get(&self) -> Result<V::Of<'_>> {
        // There is one: of none no row is made.
        self.0.iter().next().unwrap_or_else(|| Err(Error::not_found(self.0.schema, None)))
    }
}

/// The replies of a read of views, which lend what they hold.
pub struct Rows<V> {
    schema: &'static Schema,
    batches: Vec<Batch>,
    marker: PhantomData<fn() -> V>,
}

impl<V: View> Rows<V> {
    pub(super) fn new(schema: &'static Schema, batches: Vec<Batch>) -> Self {
        Self { schema, batches, marker: PhantomData }
    }

    /// The views in order, each read as it is taken.
    ///
    /// # Errors
    /// [`Error::Decode`] for a document that is not what the view says; the others can be read all the same.
    pub fn iter(&self) -> impl Iterator<Item = Result<V::Of<'_>>> {
        self.batches.iter().flat_map(Batch::documents).map(|document| {
            let document = document?;
            from_document(document).map_err(|error| Error::decode(self.schema, document, error))
        })
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.batches.iter().map(|batch| batch.documents().count()).sum()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.batches.iter().all(|batch| batch.documents().next().is_none())
    }
}

impl<M, V, S> fmt::Debug for ViewRead<M, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "View({:?})", self.find)
    }
}
impl<V> fmt::Debug for Row<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Row({})", self.0.schema.model)
    }
}
impl<V> fmt::Debug for Rows<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rows({})", self.schema.model)
    }
}
