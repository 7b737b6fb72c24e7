//! `select`: a read of some paths of each document, without the rest of it.

use super::{find::Find, rows::Rows};
use crate::{model::Model, query::Selection};

impl<M: Model, S> Find<M, S> {
    /// Reads only what `paths` name: one path gives its values, a tuple of up to twelve gives tuples.
    ///
    /// What is read of a document is what the model would read of it: a missing or null field is `None`, an empty list, or its constant
    /// default; a path through an `Option`, or into a variant of a union, is `None` where that is not there; and a path through a list of
    /// composites gives a list with the values of all of them, where those without what lies above the value have none. A field with `as` or
    /// `serde` comes as [`Native`](crate::codec::Native), of which `into_inner` is the plain value.
    ///
    /// Sends the same `find` with a `projection` of exactly these paths (and `_id: 0` unless it is one of them), and the model is not built.
    /// Works with `find_many`, also as a [`stream`](Find::stream), `find_first`, `find_unique` and `get`. Included relations are not loaded.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # #[derive(Composite)] struct Address { city: String }
    /// # #[derive(Model)] struct User { #[chakra(id)] id: Id<User>, #[chakra(unique)] email: String, address: Option<Address> }
    /// # async fn f(db: Db, id: Id<User>) -> chakra::Result<()> {
    /// let mails: Vec<String> = db.find_many(User::all()).select(User::email).await?;
    /// let cards: Vec<(Id<User>, String)> = db.find_many(User::all()).select((User::id, User::email)).take(20).await?;
    /// let city: Option<String> = db.get(id).select(User::address.city()).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::Decode`](crate::Error::Decode) where a selected value is not what the model says, or is missing though the model requires it; what
    /// is not selected is not looked at. Else as [`find_many`](crate::Db::find_many).
    pub fn select<P: Selection<M, Out: Send + 'static>>(self, paths: P) -> Find<M, S, P::Out> {
        self.with_rows(Rows::selected(&paths))
    }
}
