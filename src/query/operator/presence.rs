//! `is_none` and `is_some`, and the exact questions of what is stored.

use crate::query::{
    Filter, Optional, Path, Whole,
    expr::{Stored, Test},
};

impl<R, T, K: Whole> Path<R, T, K> {
    /// `None`: null or missing.
    pub fn is_none(&self) -> Filter<R>
    where
        T: Optional,
    {
        self.test(Test::IsNone)
    }

    /// Not `None`.
    pub fn is_some(&self) -> Filter<R>
    where
        T: Optional,
    {
        !self.test(Test::IsNone)
    }

    /// The document has the field, whatever stands in it. A question of what is stored, not of what the model reads.
    pub fn exists(&self) -> Filter<R> {
        !self.is_missing()
    }

    /// The document has no such field. A question of what is stored, not of what the model reads.
    pub fn is_missing(&self) -> Filter<R> {
        self.test(Test::Stored(Stored::Missing))
    }

    /// The document holds a null there. A question of what is stored, not of what the model reads.
    pub fn is_null(&self) -> Filter<R> {
        self.test(Test::Stored(Stored::Null))
    }
}
