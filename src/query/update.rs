//! [`Update`]: changes to documents of a model, over an untyped list of [`Change`]s.
//!
//! The operators stand here once; what is changed (`To`: one document, many, an upsert) is the verb's, in `action`.

use super::{
    capability::{Number, Sequence, Unsettable},
    patch::Patch,
    path::{Path, RawPath, Writable},
    value::IntoValue,
};
use crate::{
    codec::{Encode, EncodeError, to_bson},
    model::{FieldType, Root},
};
use bson::Bson;
use std::{fmt, marker::PhantomData};

/// One change of what stands at a stored path. Values have passed the field's codec.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Puts the value there; null stands for `None`.
    Set(RawPath, Bson),
    /// Takes the field out.
    Unset(RawPath),
    /// Adds the number.
    Inc(RawPath, Bson),
    /// Appends the items.
    Push(RawPath, Vec<Bson>),
    /// A value that the codec cannot store. Said when the update is used.
    Fault(RawPath, EncodeError),
}

impl Change {
    /// The stored path that is changed.
    #[must_use]
    pub fn path(&self) -> &str {
        self.raw().stored()
    }

    /// The path with the variants through which it leads.
    pub(crate) fn raw(&self) -> &RawPath {
        match self {
            Self::Set(path, _) | Self::Unset(path) | Self::Inc(path, _) | Self::Push(path, _) | Self::Fault(path, _) => path,
        }
    }
}

/// Changes to documents of `M`, and what they are made to.
#[must_use = "an update does nothing unless awaited"]
pub struct Update<M, To> {
    pub(crate) changes: Vec<Change>,
    pub(crate) to: To,
    marker: PhantomData<fn() -> M>,
}

impl<M, To> fmt::Debug for Update<M, To> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.changes.iter().map(Change::path)).finish()
    }
}

impl<M, To> Update<M, To> {
    pub(crate) fn new(to: To) -> Self {
        Self { changes: Vec::new(), to, marker: PhantomData }
    }

    fn change(mut self, change: Change) -> Self {
        self.changes.push(match change.raw().fault() {
            Some(fault) => Change::Fault(change.raw().clone(), fault.clone()),
            None => change,
        });
        self
    }

    fn change_value<T, K>(self, path: Path<M, T, K>, value: &impl Encode, change: impl FnOnce(RawPath, Bson) -> Change) -> Self {
        match to_bson(value) {
            Ok(value) => self.change(change(path.raw, value)),
            Err(error) => self.change(Change::Fault(path.raw, error)),
        }
    }
}

impl<M: Root, To> Update<M, To> {
    /// Puts `value` there: `$set`, or `$unset` for `None` (unless the field is declared `null`).
    ///
    /// Below an optional composite only documents where it is some are changed.
    pub fn set<T: FieldType + Encode, K: Writable, V>(self, path: Path<M, T, K>, value: impl IntoValue<T, V>) -> Self {
        self.change_value(path, &value.into_value(), Change::Set)
    }

    /// Takes the field out: `$unset`. It then reads as `None`, as empty, or as its default.
    pub fn unset<T: Unsettable<K, V>, K: Writable, V>(self, path: Path<M, T, K>) -> Self {
        self.change(Change::Unset(path.raw))
    }

    /// Adds `amount`: `$inc`. A document whose result would leave the range of the Rust type, or the declared limits, is refused.
    pub fn inc<T: Number + Encode, K: Writable, V>(self, path: Path<M, T, K>, amount: impl IntoValue<T, V>) -> Self {
        self.change_value(path, &amount.into_value(), Change::Inc)
    }

    /// Appends `item`: `$push`. A document whose list would grow beyond its `max_length` is refused.
    pub fn push<L: Sequence<Item: Encode>, K: Writable, V>(self, path: Path<M, L, K>, item: impl IntoValue<L::Item, V>) -> Self {
        self.change_value(path, &item.into_value(), |path, item| Change::Push(path, vec![item]))
    }

    /// What a patch says: nothing, `$set`, or `$unset`.
    ///
    /// A `null` in a JSON body for a field that cannot be unset is [`Error::Invalid`](crate::Error::Invalid) before anything is sent.
    pub fn patch<T: FieldType + Encode, K: Writable, S: IntoValue<T, V>, V>(self, path: Path<M, T, K>, patch: Patch<S>) -> Self {
        match patch {
            Patch::Keep => self,
            Patch::Set(value) => self.set(path, value),
            Patch::Unset => self.change(Change::Unset(path.raw)),
        }
    }
}
