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
use bson::RawDocumentBuf;
use futures::future::BoxFuture;
use std::{fmt, future::IntoFuture, marker::PhantomData};

impl<M: Model> Find<M, Many> {
    /// Reads the fields of the view `V` only, and keeps the replies, of which a view may borrow.
    ///
    /// Sends one `find` with `projection: {…}` (and one `getMore` for each further batch). Included relations are not loaded.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # #[derive(Model)] struct User { #[chakra(id)] id: Id<User>, email: String, bio: Option<String> }
    /// #[derive(View)]
    /// struct Card<'a> {
    ///     email: &'a str,
    ///     bio: Option<&'a str>,
    /// }
    /// # async fn f(db: Db) -> chakra::Result<()> {
    /// let cards = db.find_many(User::all()).view::<Card>().await?;
    /// for card in cards.iter() {
    ///     println!("{}", card?.email);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As [`find_many`](crate::Db::find_many), but that a document which is not what the view says is reported by [`Rows::iter`].
    pub fn view<V: View>(self) -> ViewRead<M, V> {
        ViewRead { find: self, marker: PhantomData }
    }
}

/// A read of views, as it is built; awaiting it sends it.
#[must_use = "a read does nothing unless awaited"]
pub struct ViewRead<M, V> {
    find: Find<M, Many>,
    marker: PhantomData<fn() -> V>,
}

impl<M: Model, V: View + 'static> IntoFuture for ViewRead<M, V> {
    type Output = Result<Rows<V>>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let Find { db, query, .. } = self.find;
            let mut rows = Rows::new(M::schema(), Vec::new());
            if !query.takes_nothing() {
                let scope = db.scope(query.deadline);
                rows.batches = query.open(&db, &scope, None, Some(render_projection(V::FIELDS))).await?.all().await?;
            }
            Ok(rows)
        })
    }
}

/// Reads of one document.
#[diagnostic::on_unimplemented(message = "`{Self}` is not a read of one document")]
pub trait Single: Shape {}
impl Single for First {}
impl Single for Exact {}

impl<M: Model, S: Single> Find<M, S> {
    /// Reads the fields of the view `V` only, and keeps the document, of which a view may borrow: a [`Row`], or an `Option` of one.
    ///
    /// Sends the same `find` with `limit: 1` and `projection: {…}`. Included relations are not loaded.
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
    /// let row = db.get(id).view::<Card>().await?;
    /// println!("{}", row.get()?.email);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As [`get`](crate::Db::get) and [`find_first`](crate::Db::find_first), but that a document which is not what the view says is reported
    /// by [`Row::get`].
    pub fn view<V: View>(self) -> RowRead<M, S, V> {
        RowRead { find: self, marker: PhantomData }
    }
}

/// A read of one view, as it is built; awaiting it sends it.
#[must_use = "a read does nothing unless awaited"]
pub struct RowRead<M, S, V> {
    find: Find<M, S>,
    marker: PhantomData<fn() -> V>,
}

impl<M: Model, S: Single, V: View + 'static> IntoFuture for RowRead<M, S, V> {
    type Output = Result<S::Of<Row<V>>>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let Find { db, query, .. } = self.find;
            let schema = M::schema();
            let (filter, spec) = query.render(None, Some(render_projection(V::FIELDS)))?;
            let document = db.connection().find_one(&db.scope(query.deadline), schema, filter, spec).await?;
            let found = document.map(|document| Row { schema, document, marker: PhantomData });
            S::shape(found.into_iter().collect(), || Error::not_found(schema, query.id()))
        })
    }
}

/// One document of a read of views, which lends what it holds.
pub struct Row<V> {
    schema: &'static Schema,
    document: RawDocumentBuf,
    marker: PhantomData<fn() -> V>,
}

impl<V: View> Row<V> {
    /// The view.
    ///
    /// # Errors
    /// [`Error::Decode`] where the document is not what the view says.
    pub fn get(&self) -> Result<V::Of<'_>> {
        let document = self.document.as_bytes();
        from_document(document).map_err(|error| Error::decode(self.schema, document, error))
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

impl<M, V> fmt::Debug for ViewRead<M, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "View({:?})", self.find)
    }
}
impl<M, S, V> fmt::Debug for RowRead<M, S, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "View({:?})", self.find)
    }
}
impl<V> fmt::Debug for Row<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Row({})", self.schema.model)
    }
}
impl<V> fmt::Debug for Rows<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rows({})", self.schema.model)
    }
}
