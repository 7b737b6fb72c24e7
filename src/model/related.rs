//! [`Related`]: what stands on the other side of a relation, once it is loaded.

use crate::{Error, Result};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// A related document, or a list of them, that is there only when it was loaded.
///
/// Reading from the database leaves it unloaded; `include` fills it. Touching it never queries: [`get`](Self::get) on an unloaded relation
/// is [`Error::NotLoaded`].
///
/// It serializes as its content, and as null while unloaded (`skip_serializing_if = "Related::is_unloaded"` leaves it out).
// Behind a trait object on purpose: models point at each other, and with `Option<Box<T>>` the compiler walks the whole graph of models to
// see that one of them is `Send`, which overflows in a ring of some 30 of them.
pub struct Related<T>(Option<Box<dyn Loaded<T>>>);

trait Loaded<T>: Send + Sync {
    fn get(&self) -> &T;
    fn get_mut(&mut self) -> &mut T;
    fn into_inner(self: Box<Self>) -> T;
}

struct Content<T>(T);

impl<T: Send + Sync> Loaded<T> for Content<T> {
    fn get(&self) -> &T {
        &self.0
    }

    fn get_mut(&mut self) -> &mut T {
        &mut self.0
    }

    fn into_inner(self: Box<Self>) -> T {
        self.0
    }
}

impl<T> Related<T> {
    /// The content.
    ///
    /// # Errors
    /// [`Error::NotLoaded`] where the relation was not included.
    pub fn get(&self) -> Result<&T> {
        self.0.as_ref().map(|content| content.get()).ok_or_else(Error::not_loaded::<T>)
    }

    /// The content, to be changed in memory; no write of the document stores it.
    ///
    /// # Errors
    /// [`Error::NotLoaded`] where the relation was not included.
    pub fn get_mut(&mut self) -> Result<&mut T> {
        self.0.as_mut().map(|content| content.get_mut()).ok_or_else(Error::not_loaded::<T>)
    }

    /// The content, taken out; the relation is unloaded afterwards.
    ///
    /// # Errors
    /// [`Error::NotLoaded`] where the relation was not included.
    pub fn take(&mut self) -> Result<T> {
        self.0.take().map(|content| content.into_inner()).ok_or_else(Error::not_loaded::<T>)
    }

    /// Whether the content is there.
    #[must_use]
    pub fn is_loaded(&self) -> bool {
        self.0.is_some()
    }

    /// Whether the content is not there.
    #[must_use]
    pub fn is_unloaded(&self) -> bool {
        self.0.is_none()
    }
}

impl<T: Send + Sync + 'static> Related<T> {
    /// A relation with its content, as tests and mocks of an API need it.
    #[must_use]
    pub fn loaded(content: T) -> Self {
        Self(Some(Box::new(Content(content))))
    }
}

impl<T> Default for Related<T> {
    fn default() -> Self {
        Self(None)
    }
}
impl<T: Clone + Send + Sync + 'static> Clone for Related<T> {
    fn clone(&self) -> Self {
        self.0.as_ref().map_or_else(Self::default, |content| Self::loaded(content.get().clone()))
    }
}
impl<T: fmt::Debug> fmt::Debug for Related<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(content) => content.get().fmt(f),
            None => f.write_str("NotLoaded"),
        }
    }
}
impl<T: PartialEq> PartialEq for Related<T> {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(a), Some(b)) => a.get() == b.get(),
            (None, None) => true,
            _ => false,
        }
    }
}
impl<T: Serialize> Serialize for Related<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Some(content) => content.get().serialize(serializer),
            None => serializer.serialize_none(),
        }
    }
}
// With `#[serde(default)]` on the field a missing one reads as unloaded; a null does here.
impl<'de, T: Deserialize<'de> + Send + Sync + 'static> Deserialize<'de> for Related<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::<T>::deserialize(deserializer)?.map_or_else(Self::default, Self::loaded))
    }
}

/// How the documents that were found for a relation become its content.
pub trait FillRelated<M> {
    /// Takes the documents that were found, in order. False where one is required and there is none.
    fn fill(&mut self, found: Vec<M>) -> bool;
}
impl<M: Send + Sync + 'static> FillRelated<M> for Related<Vec<M>> {
    fn fill(&mut self, found: Vec<M>) -> bool {
        *self = Self::loaded(found);
        true
    }
}
impl<M: Send + Sync + 'static> FillRelated<M> for Related<Option<M>> {
    fn fill(&mut self, found: Vec<M>) -> bool {
        *self = Self::loaded(found.into_iter().next());
        true
    }
}
impl<M: Send + Sync + 'static> FillRelated<M> for Related<M> {
    fn fill(&mut self, found: Vec<M>) -> bool {
        match found.into_iter().next() {
            Some(one) => {
                *self = Self::loaded(one);
                true
            }
            None => false,
        }
    }
}
