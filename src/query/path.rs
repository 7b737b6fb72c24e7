//! [`Path`]: a typed way to a field, over an untyped one.
//!
//! Derived models have one associated constant for each field; a composite's fields go on by method (`User::address.city()`). How a nested
//! value is wrapped by what lies above it ([`Wrap`]) decides its type: through an `Option` it is optional, through a list it is a list.

use crate::model::{FieldType, Root};
use std::{borrow::Cow, fmt, marker::PhantomData, ops::Deref};

/// A stored path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawPath(pub(crate) Cow<'static, str>);

/// A field that any document may share with others.
#[derive(Debug)]
pub enum Plain {}
/// Neither `Option` nor list, with a default.
#[derive(Debug)]
pub enum Defaulted {}
/// A field whose values no two documents share.
#[derive(Debug)]
pub enum Unique {}
/// The `_id`: unique, and never changed.
#[derive(Debug)]
pub enum Identity {}
/// An id list that a relation keeps on both sides.
#[derive(Debug)]
pub enum Linked {}
/// A field inside a list of composites: many values in one document.
#[derive(Debug)]
pub enum Many {}

/// Kinds of paths that an update may change.
#[diagnostic::on_unimplemented(
    message = "this field cannot be written by an update",
    label = "`Identity` is the `_id`, which never changes; `Linked` is an id list that its relation keeps; `Many` leads into a list"
)]
pub trait Writable {}
impl Writable for Plain {}
impl Writable for Defaulted {}
impl Writable for Unique {}

/// Kinds of paths that lead to one value in a document.
#[diagnostic::on_unimplemented(
    message = "this path leads to many values in one document",
    label = "inside a list of composites only `has` applies; use `some(…)` on the list for the rest"
)]
pub trait Whole {}
impl Whole for Plain {}
impl Whole for Defaulted {}
impl Whole for Unique {}
impl Whole for Identity {}
impl Whole for Linked {}

/// A way to a field of type `T`, from the model or composite `R`. `K` says what may be done with it.
pub struct Path<R, T, K = Plain> {
    pub(crate) raw: RawPath,
    marker: PhantomData<fn() -> (R, T, K)>,
}

impl<R, T, K> Path<R, T, K> {
    #[doc(hidden)]
    #[must_use]
    pub const fn new(stored: &'static str) -> Self {
        Self { raw: RawPath(Cow::Borrowed(stored)), marker: PhantomData }
    }

    pub(crate) fn from_raw(raw: RawPath) -> Self {
        Self { raw, marker: PhantomData }
    }

    /// The path as it is stored: `address.town`.
    #[must_use]
    pub fn stored(&self) -> &str {
        &self.raw.0
    }

    /// The same path, forgetting that it is unique: its `eq` takes `None` too, and gives a plain filter.
    #[must_use]
    pub fn path(&self) -> Path<R, T> {
        Path::from_raw(self.raw.clone())
    }
}

impl<R, T, K> Clone for Path<R, T, K> {
    fn clone(&self) -> Self {
        Self::from_raw(self.raw.clone())
    }
}
impl<R, T, K> fmt::Debug for Path<R, T, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Path({})", self.stored())
    }
}

/// How a nested value is wrapped by what lies above it.
pub trait Wrap: 'static {
    /// The type of a field of type `T` under this wrapping.
    type Of<T: FieldType>: FieldType;
    /// The wrapping below an `Option`.
    type ThenOpt: Wrap;
    /// What may be done with a path under this wrapping.
    type Kind;
}
/// Not at all.
#[derive(Debug)]
pub enum One {}
/// Below an `Option`.
#[derive(Debug)]
pub enum Opt {}
/// Below a list.
#[derive(Debug)]
pub enum Each {}
impl Wrap for One {
    type Of<T: FieldType> = T;
    type ThenOpt = Opt;
    type Kind = Plain;
}
impl Wrap for Opt {
    type Of<T: FieldType> = T::Optional;
    type ThenOpt = Opt;
    type Kind = Plain;
}
impl Wrap for Each {
    type Of<T: FieldType> = Vec<T>;
    type ThenOpt = Each;
    type Kind = Many;
}

/// What the paths of a composite stand on.
pub trait Nav {
    /// The composite's own path.
    fn raw(&self) -> &RawPath;
}
impl Nav for RawPath {
    fn raw(&self) -> &RawPath {
        self
    }
}

/// A type whose paths go on: a composite, or one in an `Option`, a box or a list.
pub trait Navigate: 'static {
    /// The paths of its fields, as methods.
    type Fields<R: Root, W: Wrap>: ?Sized;

    /// Those paths below `raw`.
    fn fields<R: Root, W: Wrap>(raw: &RawPath) -> &Self::Fields<R, W>;
}
impl<T: Navigate> Navigate for Option<T> {
    type Fields<R: Root, W: Wrap> = T::Fields<R, W::ThenOpt>;
    fn fields<R: Root, W: Wrap>(raw: &RawPath) -> &Self::Fields<R, W> {
        T::fields::<R, W::ThenOpt>(raw)
    }
}
impl<T: Navigate> Navigate for Box<T> {
    type Fields<R: Root, W: Wrap> = T::Fields<R, W>;
    fn fields<R: Root, W: Wrap>(raw: &RawPath) -> &Self::Fields<R, W> {
        T::fields::<R, W>(raw)
    }
}
impl<T: Navigate> Navigate for Vec<T> {
    type Fields<R: Root, W: Wrap> = T::Fields<R, Each>;
    fn fields<R: Root, W: Wrap>(raw: &RawPath) -> &Self::Fields<R, W> {
        T::fields::<R, Each>(raw)
    }
}
impl<R: Root, T: Navigate, K> Deref for Path<R, T, K> {
    type Target = T::Fields<R, One>;
    fn deref(&self) -> &Self::Target {
        T::fields::<R, One>(&self.raw)
    }
}

/// The path of the field `stored` below `parent`.
#[doc(hidden)]
pub fn sub<R, T, K>(parent: &(impl Nav + ?Sized), stored: &'static str) -> Path<R, T, K> {
    Path::from_raw(RawPath(Cow::Owned(format!("{}.{stored}", parent.raw().0))))
}
