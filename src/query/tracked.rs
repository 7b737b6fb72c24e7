//! [`Tracked`]: a value, and what it was when it was loaded or saved last.
//!
//! Made by [`Track::tracked`]. `save` sends what changed since, and `delete_value` takes values tracked or not ([`Loaded`]).

use super::{change::Change, difference::difference};
use crate::{
    Error, Result,
    codec::{EncodeError, Raw, from_document, raw_to_bson, to_document},
    model::Model,
    schema::{Layout, Role},
};
use bson::Document;
use std::{
    borrow::Cow,
    fmt,
    ops::{Deref, DerefMut},
};

/// A value that remembers what it was, so that [`Db::save`](crate::Db::save) sends what changed and no more. Made by [`Track::tracked`]; it
/// derefs to the value.
///
/// What it remembers is the value's own encoding at that moment, its baseline, and not the stored document: a default that filled a missing
/// field, or a whole number that was stored as a Double, is no change.
///
/// ```
/// # use chakra::prelude::*;
/// # #[derive(Model)] struct User { #[chakra(id)] id: Id<User>, name: String, bio: Option<String> }
/// let mut user = User { id: Id::new(), name: "Ada".into(), bio: Some("Countess".into()) }.tracked();
/// assert!(user.changed()?.is_empty());
/// user.bio = None;
/// user.name = "Ada".into();
/// assert_eq!(user.changed()?, ["bio"]);
/// # Ok::<(), chakra::Error>(())
/// ```
pub struct Tracked<M> {
    value: M,
    /// What the value was encoded as, or why it could not be.
    baseline: Result<Vec<u8>, EncodeError>,
}

impl<M: Model> Tracked<M> {
    /// A value of which changes are noticed from now on.
    #[must_use]
    pub fn new(value: M) -> Self {
        let baseline = to_document(&value);
        Self { value, baseline }
    }

    /// The stored paths of what changed since the value was loaded or saved last, in the order in which they are stored; those that are gone
    /// come last. Paths lead into composites (`address.town`), but not into lists and maps, which are one value.
    ///
    /// # Errors
    /// [`Error::Invalid`] where the value cannot be encoded.
    pub fn changed(&self) -> Result<Vec<String>> {
        let changes = self.changes_to(&self.encoded()?)?;
        Ok(changes.iter().map(|change| change.stored().to_owned()).collect())
    }

    /// The value as it is encoded now.
    pub(crate) fn encoded(&self) -> Result<Vec<u8>> {
        to_document(&self.value).map_err(|error| Error::encode(M::schema(), &error))
    }

    /// The value as it was encoded when it was loaded or saved last.
    pub(crate) fn baseline(&self) -> Result<&[u8]> {
        self.baseline.as_deref().map_err(|error| Error::encode(M::schema(), error))
    }

    /// What makes `after` of the baseline.
    pub(crate) fn changes_to(&self, after: &[u8]) -> Result<Vec<Change>> {
        let schema = M::schema();
        difference(Layout::from(schema), self.baseline()?, after).map_err(|error| Error::decode(schema, after, error))
    }

    /// Notes that the value is stored as `after`, but for what the write moved: `updated_at` and `version` are taken from `stored`.
    pub(crate) fn saved(&mut self, after: Vec<u8>, stored: &[u8]) -> Result<()> {
        let schema = M::schema();
        let mut moved = schema.fields.iter().filter(|field| matches!(field.role, Role::UpdatedAt | Role::Version)).peekable();
        if moved.peek().is_none() {
            self.baseline = Ok(after);
            return Ok(());
        }
        let mut document: Document = from_document(&after).map_err(|error| Error::decode(schema, &after, error))?;
        for field in moved {
            let found = Raw::document(stored).and_then(|raw| raw.get(field.stored)?.map(raw_to_bson).transpose());
            if let Some(value) = found.map_err(|error| Error::decode(schema, stored, error))? {
                document.insert(field.stored, value);
            }
        }
        let bytes = to_document(&document).map_err(|error| Error::encode(schema, &error))?;
        let mut value: M = from_document(&bytes).map_err(|error| Error::decode(schema, &bytes, error))?;
        value.keep_unstored(&mut self.value);
        *self = Self::new(value);
        Ok(())
    }
}

impl<M> Tracked<M> {
    /// The value alone, with all changes that were made to it.
    pub fn into_inner(self) -> M {
        self.value
    }
}

impl<M> Deref for Tracked<M> {
    type Target = M;
    fn deref(&self) -> &M {
        &self.value
    }
}
impl<M> DerefMut for Tracked<M> {
    fn deref_mut(&mut self) -> &mut M {
        &mut self.value
    }
}
impl<M: Clone> Clone for Tracked<M> {
    fn clone(&self) -> Self {
        Self { value: self.value.clone(), baseline: self.baseline.clone() }
    }
}
impl<M: fmt::Debug> fmt::Debug for Tracked<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Tracked").field(&self.value).finish()
    }
}

/// Tracking, for the values of every model. It is in `chakra::prelude`.
pub trait Track: Model {
    /// The value with what it is now as the baseline, so that [`Db::save`](crate::Db::save) sends what changes from here on.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # #[derive(Model)] struct User { #[chakra(id)] id: Id<User>, bio: Option<String> }
    /// # async fn f(db: Db, id: Id<User>) -> chakra::Result<()> {
    /// let mut user = db.get(id).await?.tracked();
    /// user.bio = None;
    /// db.save(&mut user).await?;
    /// # Ok(()) }
    /// ```
    #[must_use]
    fn tracked(self) -> Tracked<Self> {
        Tracked::new(self)
    }
}
impl<M: Model> Track for M {}

/// A value of a model, tracked or not.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a value of a model",
    label = "expected a value that was loaded: a model, or a tracked one",
    note = "by a key there are `delete` and `update`"
)]
pub trait Loaded {
    /// The model.
    type Model: Model;

    /// The encoding of the value as it was loaded.
    ///
    /// # Errors
    /// A value that cannot be stored.
    #[doc(hidden)]
    fn loaded(&self) -> Result<Cow<'_, [u8]>>;
}
#[diagnostic::do_not_recommend]
impl<M: Model> Loaded for M {
    type Model = M;
    fn loaded(&self) -> Result<Cow<'_, [u8]>> {
        to_document(self).map(Cow::Owned).map_err(|error| Error::encode(M::schema(), &error))
    }
}
#[diagnostic::do_not_recommend]
impl<M: Model> Loaded for Tracked<M> {
    type Model = M;
    fn loaded(&self) -> Result<Cow<'_, [u8]>> {
        self.baseline().map(Cow::Borrowed)
    }
}
