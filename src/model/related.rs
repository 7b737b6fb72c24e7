//! [`Related`]: what stands on the other side of a relation, once it is loaded.

use crate::{Error, Result};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// A related document, or a list of them, that is there only when it was loaded.
///
/// Reading from the database leaves it unloaded; `include` and [`load`](crate::Db::load) fill it. Touching it never queries:
/// [`get`](Self::get) on an unloaded relation is [`Error::NotLoaded`].
///
/// A relation to many may also know how many there are, by `include_count`: see [`count`](Related::count). Two relations are equal if their
/// contents are, whatever they know of their number.
///
/// It serializes as its content, and as null while unloaded (`skip_serializing_if = "Related::is_unloaded"` leaves it out). A number that was
/// counted is not serialized.
// Behind a trait object on purpose: models point at each other, and with `Option<Box<T>>` the compiler walks the whole graph of models to
// see that one of them is `Send`, which overflows in a ring of some 30 of them. The number stands there too, so that a relation which was
// not counted takes no room for it.
pub struct Related<T>(Option<Box<dyn Held<T>>>);

/// What is known of the other side.
trait Held<T>: Send + Sync {
    fn get(&self) -> Option<&T>;
    fn get_mut(&mut self) -> Option<&mut T>;
    fn into_inner(self: Box<Self>) -> Option<T>;
    fn counted(&self) -> Option<u64>;
}

/// The content.
struct Content<T>(T);

/// How many there are, and perhaps the content.
struct Counted<T> {
    count: u64,
    content: Option<T>,
}

impl<T: Send + Sync> Held<T> for Content<T> {
    fn get(&self) -> Option<&T> {
        Some(&self.0)
    }

    fn get_mut(&mut self) -> Option<&mut T> {
        Some(&mut self.0)
    }

    fn into_inner(self: Box<Self>) -> Option<T> {
        Some(self.0)
    }

    fn counted(&self) -> Option<u64> {
        None
    }
}

impl<T: Send + Sync> Held<T> for Counted<T> {
    fn get(&self) -> Option<&T> {
        self.content.as_ref()
    }

    fn get_mut(&mut self) -> Option<&mut T> {
        self.content.as_mut()
    }

    fn into_inner(self: Box<Self>) -> Option<T> {
        self.content
    }

    fn counted(&self) -> Option<u64> {
        Some(self.count)
    }
}

impl<T> Related<T> {
    /// The content.
    ///
    /// # Errors
    /// [`Error::NotLoaded`] where the relation was not included, or is required and leads nowhere in a [`lenient`](crate::action::Find::lenient)
    /// read, whose docs say how to tell the two apart.
    pub fn get(&self) -> Result<&T> {
        self.content().ok_or_else(Error::not_loaded::<T>)
    }

    /// The content, to be changed in memory; no write of the document stores it.
    ///
    /// # Errors
    /// [`Error::NotLoaded`] where the relation was not included.
    pub fn get_mut(&mut self) -> Result<&mut T> {
        self.0.as_mut().and_then(|held| held.get_mut()).ok_or_else(Error::not_loaded::<T>)
    }

    /// The content, taken out; the relation is unloaded afterwards, and not counted either.
    ///
    /// # Errors
    /// [`Error::NotLoaded`] where the relation was not included.
    pub fn take(&mut self) -> Result<T> {
        let held = self.0.take_if(|held| held.get().is_some());
        held.and_then(|held| held.into_inner()).ok_or_else(Error::not_loaded::<T>)
    }

    /// Whether the content is there.
    #[must_use]
    pub fn is_loaded(&self) -> bool {
        self.content().is_some()
    }

    /// Whether the content is not there.
    #[must_use]
    pub fn is_unloaded(&self) -> bool {
        self.content().is_none()
    }

    fn content(&self) -> Option<&T> {
        self.0.as_ref().and_then(|held| held.get())
    }

    fn counted(&self) -> Option<u64> {
        self.0.as_ref().and_then(|held| held.counted())
    }
}

impl<M> Related<Vec<M>> {
    /// How many documents stand on the other side: as `include_count` counted them, else how many were loaded.
    ///
    /// What was counted is the number at that moment, of the documents that the filter of `include_count` matches. What was loaded with a
    /// filter, with `take` or with `skip` is a part of them: count them where you need to know them all.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # #[derive(Model)] struct User { #[chakra(id)] id: Id<User>, #[chakra(relation = OneToMany, foreign_key = author_id)] posts: Related<Vec<Post>> }
    /// # #[derive(Model)] struct Post { #[chakra(id)] id: Id<Post>, author_id: Id<User> }
    /// # async fn f(db: Db) -> chakra::Result<()> {
    /// for user in db.find_many(User::all()).include_count(User::posts).await? {
    ///     println!("{} wrote {}", user.id, user.posts.count()?);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::NotLoaded`] where the relation was neither counted nor loaded.
    pub fn count(&self) -> Result<u64> {
        let loaded = || self.content().map(|loaded| loaded.len() as u64);
        self.counted().or_else(loaded).ok_or_else(Error::not_loaded::<Vec<M>>)
    }
}

impl<T: Send + Sync + 'static> Related<T> {
    /// A relation with its content, as tests and mocks of an API need it.
    #[must_use]
    pub fn loaded(content: T) -> Self {
        Self(Some(Box::new(Content(content))))
    }

    fn of(content: Option<T>, count: Option<u64>) -> Self {
        match (content, count) {
            (None, None) => Self::default(),
            (Some(content), None) => Self::loaded(content),
            (content, Some(count)) => Self(Some(Box::new(Counted { count, content }))),
        }
    }
}

impl<T> Default for Related<T> {
    fn default() -> Self {
        Self(None)
    }
}
impl<T: Clone + Send + Sync + 'static> Clone for Related<T> {
    fn clone(&self) -> Self {
        Self::of(self.content().cloned(), self.counted())
    }
}
impl<T: fmt::Debug> fmt::Debug for Related<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.content(), self.counted()) {
            (Some(content), _) => content.fmt(f),
            (None, Some(count)) => write!(f, "NotLoaded({count} counted)"),
            (None, None) => f.write_str("NotLoaded"),
        }
    }
}
impl<T: PartialEq> PartialEq for Related<T> {
    fn eq(&self, other: &Self) -> bool {
        self.content() == other.content()
    }
}
impl<T: Serialize> Serialize for Related<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.content() {
            Some(content) => content.serialize(serializer),
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

/// What was read for a relation of one document.
#[derive(Debug)]
pub enum Filling<M> {
    /// The documents on the other side, in order.
    Found(Vec<M>),
    /// Their number.
    Counted(u64),
}

/// How what was read for a relation becomes its content.
pub trait FillRelated<M> {
    /// Takes what was read. False where a document is required and there is none.
    fn fill(&mut self, with: Filling<M>) -> bool;
}
impl<M: Send + Sync + 'static> FillRelated<M> for Related<Vec<M>> {
    fn fill(&mut self, with: Filling<M>) -> bool {
        let (content, count) = match with {
            Filling::Found(found) => (Some(found), self.counted()),
            Filling::Counted(count) => (self.0.take().and_then(|held| held.into_inner()), Some(count)),
        };
        *self = Self::of(content, count);
        true
    }
}
impl<M: Send + Sync + 'static> FillRelated<M> for Related<Option<M>> {
    fn fill(&mut self, with: Filling<M>) -> bool {
        // Of a relation to one nothing is counted.
        if let Filling::Found(found) = with {
            *self = Self::loaded(found.into_iter().next());
        }
        true
    }
}
impl<M: Send + Sync + 'static> FillRelated<M> for Related<M> {
    fn fill(&mut self, with: Filling<M>) -> bool {
        let Filling::Found(found) = with else { return true };
        match found.into_iter().next() {
            Some(one) => {
                *self = Self::loaded(one);
                true
            }
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_count_stands_beside_the_content_and_takes_no_room() {
        assert_eq!(size_of::<Related<Vec<u8>>>(), size_of::<Box<dyn Held<Vec<u8>>>>());
        let mut related = Related::<Vec<i32>>::default();
        assert!(matches!(related.count(), Err(Error::NotLoaded { .. })));
        assert!(related.fill(Filling::<i32>::Counted(7)));
        assert_eq!((related.count().unwrap(), related.is_unloaded()), (7, true));
        assert_eq!(format!("{related:?}"), "NotLoaded(7 counted)");
        assert_eq!(serde_json::to_string(&related).unwrap(), "null");
        assert!(matches!(related.take(), Err(Error::NotLoaded { .. })), "a number is no content");
        assert!(related.fill(Filling::Found(vec![1, 2])));
        assert_eq!((related.get().unwrap().as_slice(), related.count().unwrap()), (&[1, 2][..], 7));
        assert_eq!(serde_json::to_string(&related).unwrap(), "[1,2]");
        assert!(related.fill(Filling::<i32>::Counted(8)));
        assert_eq!((related.clone().count().unwrap(), related.clone()), (8, Related::loaded(vec![1, 2])));
        assert_eq!(related.take().unwrap(), [1, 2]);
        assert!(matches!(related.count(), Err(Error::NotLoaded { .. })));
        assert_eq!(Related::loaded(vec![1, 2, 3]).count().unwrap(), 3);
    }
}
