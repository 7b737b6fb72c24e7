//! [`Path`]: a typed way to a field, over an untyped one.
//!
//! Derived models have one associated constant for each field; a composite's fields go on by method (`User::address.city()`). How a nested
//! value is wrapped by what lies above it ([`Wrap`]) decides its type: through an `Option` it is optional, through a list it is a list.

use super::capability::List;
use crate::{
    codec::{EncodeError, HIDDEN_KEY},
    model::{FieldType, Root},
    schema::{Absent, Kind},
};
use std::{borrow::Cow, collections::VecDeque, fmt, marker::PhantomData, ops::Deref, sync::Arc};

/// A stored path, and through which variants of tagged unions it leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawPath {
    stored: Cow<'static, str>,
    variants: Vec<Through>,
    /// The lists on the way of which an item stands in the list's place.
    unwound: Vec<Item>,
    /// Why the path cannot be asked for: a map's key that cannot stand in one.
    fault: Option<EncodeError>,
}

/// One variant on the way of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Through {
    /// How long the stored path of the union is, from which the variant's fields go on.
    at: usize,
    /// The stored name of the union's tag.
    tag: &'static str,
    /// What the tag holds.
    variant: &'static str,
}

/// An item that stands where a list was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Item {
    /// How long the stored path of the list is.
    at: usize,
    /// Whether it may be `None`.
    is_optional: bool,
}

impl RawPath {
    /// The path of a field of the document itself.
    pub(crate) const fn new(stored: &'static str) -> Self {
        Self { stored: Cow::Borrowed(stored), variants: Vec::new(), unwound: Vec::new(), fault: None }
    }

    /// The path of these stored names, each below the one before.
    pub(crate) fn of(segments: &[&str]) -> Self {
        Self { stored: Cow::Owned(segments.join(".")), variants: Vec::new(), unwound: Vec::new(), fault: None }
    }

    /// The path as it is stored: `address.town`.
    #[must_use]
    pub fn stored(&self) -> &str {
        &self.stored
    }

    /// The path of the field `stored` below this one; the document itself has no name.
    fn below(&self, stored: &'static str) -> Self {
        let stored = if self.stored.is_empty() { Cow::Borrowed(stored) } else { Cow::Owned(format!("{}.{stored}", self.stored)) };
        Self { stored, ..self.clone() }
    }

    /// The path of what a map at this one holds under `key`.
    pub(crate) fn at_key(&self, key: &str) -> Self {
        let rule = match key {
            "" => Some("a key that is not empty, in a path"),
            key if key.starts_with('$') => Some("a key without `$` in front, in a path"),
            key if key.contains('.') => Some("a key without a dot, in a path"),
            key if key.contains('\0') => Some("a key without NUL, in a path"),
            _ => None,
        };
        match rule {
            // Whoever forgets to look at the fault asks for a field that nobody has, never for the map itself.
            Some(rule) => Self {
                stored: Cow::Owned(format!("{}.{HIDDEN_KEY}", self.stored)),
                fault: self.fault.clone().or_else(|| Some(EncodeError::of(rule))),
                ..self.clone()
            },
            None => Self { stored: Cow::Owned(format!("{}.{key}", self.stored)), ..self.clone() },
        }
    }

    /// The path of what the document at this one holds under `name`; nothing where the server would not read it as one.
    pub(super) fn at_name(&self, name: &str) -> Option<Self> {
        if name.is_empty() || name.starts_with('$') || name.contains('.') {
            return None;
        }
        let stored = if self.stored.is_empty() { name.to_owned() } else { format!("{}.{name}", self.stored) };
        Some(Self { stored: Cow::Owned(stored), ..self.clone() })
    }

    /// Why the path cannot be asked for.
    pub(crate) fn fault(&self) -> Option<&EncodeError> {
        self.fault.as_ref()
    }

    /// The same path as one variant of the union that stands there.
    pub(super) fn through(&self, tag: &'static str, variant: &'static str) -> Self {
        let mut through = self.clone();
        through.variants.push(Through { at: self.stored.len(), tag, variant });
        through
    }

    /// The path of the item that stands where the list at this one was unwound.
    pub(crate) fn unwound(&self, is_optional: bool) -> Self {
        let mut path = self.clone();
        path.unwound.push(Item { at: self.stored.len(), is_optional });
        path
    }

    /// Whether an item stands where its first `at` bytes lead to a list; and if, whether it may be `None`.
    pub(crate) fn unwound_at(&self, at: usize) -> Option<bool> {
        self.unwound.iter().find(|item| item.at == at).map(|item| item.is_optional)
    }

    /// The stored paths of the lists of which it takes an item to stand in the list's place.
    pub(crate) fn unwound_lists(&self) -> impl Iterator<Item = &str> {
        self.unwound.iter().filter_map(|item| self.stored.get(..item.at))
    }

    /// The tags on the way and what each must hold.
    pub(crate) fn conditions(&self) -> Vec<(String, &'static str)> {
        let tag = |through: &Through| match &self.stored[..through.at] {
            "" => through.tag.to_owned(),
            union => format!("{union}.{}", through.tag),
        };
        self.variants.iter().map(|through| (tag(through), through.variant)).collect()
    }

    /// Whether the path leads through a variant of a union.
    pub(crate) fn has_variants(&self) -> bool {
        !self.variants.is_empty()
    }

    /// The variant that the path takes where its first `at` bytes have led.
    pub(crate) fn variant_at(&self, at: usize) -> Option<&'static str> {
        self.variants.iter().find(|through| through.at == at).map(|through| through.variant)
    }

    /// Its first `at` bytes as a path of its own; a variant of what stands there belongs to the rest.
    pub(crate) fn up_to(&self, at: usize) -> Self {
        let variants = self.variants.iter().filter(|through| through.at < at).cloned().collect();
        let unwound = self.unwound.iter().copied().filter(|item| item.at < at).collect();
        Self { stored: Cow::Owned(self.stored[..at].to_owned()), variants, unwound, fault: None }
    }

    /// Its first `at` bytes as a path of its own, that ends at the variant which it takes there.
    pub(crate) fn up_to_variant(&self, at: usize) -> Self {
        let variants = self.variants.iter().filter(|through| through.at <= at).cloned().collect();
        let unwound = self.unwound.iter().copied().filter(|item| item.at <= at).collect();
        Self { stored: Cow::Owned(self.stored[..at].to_owned()), variants, unwound, fault: None }
    }

    /// What follows its first `at` bytes and the dot behind them, as a path of its own.
    pub(crate) fn split_off(&self, at: usize) -> Self {
        let skipped = at + 1;
        let variants = self.variants.iter().filter(|through| through.at >= at);
        Self {
            stored: Cow::Owned(self.stored.get(skipped..).unwrap_or_default().to_owned()),
            variants: variants.map(|through| Through { at: through.at.saturating_sub(skipped), ..*through }).collect(),
            unwound: self.unwound.iter().filter(|item| item.at >= skipped).map(|item| Item { at: item.at - skipped, ..*item }).collect(),
            fault: None,
        }
    }
}

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
/// A composite whose fields stand among those of what it is a part of, and which is therefore no value of its own in the store.
#[derive(Debug)]
pub enum Flattened {}

/// Kinds of paths that an update may change.
#[diagnostic::on_unimplemented(
    message = "this field cannot be written by an update",
    label = "`Identity` is the `_id`, which never changes; `Linked` is an id list that its relation keeps; `Many` leads into a list; \
             `Flattened` has no value of its own, its fields have"
)]
pub trait Writable {}
impl Writable for Plain {}
impl Writable for Defaulted {}
impl Writable for Unique {}

/// Kinds of paths that lead to one value in a document.
#[diagnostic::on_unimplemented(
    message = "this path does not lead to one value in a document",
    label = "inside a list of composites (`Many`) only `has`, `has_every` and `has_some` apply, use `some(…)` on the list for the rest; a `Flattened` composite has \
             no value of its own, go on to one of its fields"
)]
pub trait Whole {}
impl Whole for Plain {}
impl Whole for Defaulted {}
impl Whole for Unique {}
impl Whole for Identity {}
impl Whole for Linked {}

/// Kinds of paths that lead to values of their own: one, or those of a list's items.
#[diagnostic::on_unimplemented(
    message = "this path leads to no value of its own",
    label = "a `Flattened` composite has no value of its own in a document: go on to one of its fields"
)]
pub trait Readable {}
impl Readable for Plain {}
impl Readable for Defaulted {}
impl Readable for Unique {}
impl Readable for Identity {}
impl Readable for Linked {}
impl Readable for Many {}

/// A way to a field of type `T`, from the model or composite `R`. `K` says what may be done with it.
pub struct Path<R, T, K = Plain> {
    pub(crate) raw: RawPath,
    marker: PhantomData<fn() -> (R, T, K)>,
}

impl<R, T, K> Path<R, T, K> {
    #[doc(hidden)]
    #[must_use]
    pub const fn new(stored: &'static str) -> Self {
        Self { raw: RawPath::new(stored), marker: PhantomData }
    }

    pub(crate) fn from_raw(raw: RawPath) -> Self {
        Self { raw, marker: PhantomData }
    }

    /// The path as it is stored: `address.town`.
    #[must_use]
    pub fn stored(&self) -> &str {
        self.raw.stored()
    }
}

impl<R: Root, T: List + FieldType, K: Whole> Path<R, T, K> {
    /// The path of the item that stands where the list was, behind [`unwind`](crate::action::Pipeline::unwind) of this list in a pipeline:
    /// `Order::lines.unwound().sku()`.
    #[must_use]
    pub fn unwound(&self) -> Path<R::Unwound, T::Item> {
        const { assert!(matches!(T::KIND, Kind::Array(_)), "bytes are one value and have no items to unwind") };
        Path::from_raw(self.raw.unwound(is_optional::<T::Item>()))
    }
}

/// Whether a value of the type may be `None`.
pub(crate) fn is_optional<T: FieldType>() -> bool {
    matches!(T::ABSENT, Absent::Null)
}

macro_rules! forgetful {
    ($($kind:ident)*) => { $(
        impl<R, T> Path<R, T, $kind> {
            /// The same path, forgetting that it is unique: its `eq` takes `None` too, and gives a plain filter.
            #[must_use]
            pub fn path(&self) -> Path<R, T> {
                Path::from_raw(self.raw.clone())
            }
        }
    )* };
}
// Of no other kind: what is refused there is refused for a reason.
forgetful!(Unique Identity);

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
macro_rules! navigate {
    ($($through:ty as $wrap:ty;)*) => { $(
        impl<T: Navigate> Navigate for $through {
            type Fields<R: Root, W: Wrap> = T::Fields<R, $wrap>;
            fn fields<R: Root, W: Wrap>(raw: &RawPath) -> &Self::Fields<R, W> {
                T::fields::<R, $wrap>(raw)
            }
        }
    )* };
}
navigate! {
    Box<T> as W;
    Arc<T> as W;
    Vec<T> as Each;
    VecDeque<T> as Each;
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
    Path::from_raw(parent.raw().below(stored))
}

/// The path of a composite whose fields stand among those of `parent`.
#[doc(hidden)]
pub fn sub_flat<R, T, K>(parent: &(impl Nav + ?Sized)) -> Path<R, T, K> {
    Path::from_raw(parent.raw().clone())
}

/// The path of the union `parent` as its variant that is stored as `variant` in the field `tag`.
#[doc(hidden)]
pub fn sub_variant<R, T, K>(parent: &(impl Nav + ?Sized), tag: &'static str, variant: &'static str) -> Path<R, T, K> {
    Path::from_raw(parent.raw().through(tag, variant))
}

/// The path of a whole union as its variant that is stored as `variant` in the field `tag`.
#[doc(hidden)]
#[must_use]
pub fn variant_path<R, V>(tag: &'static str, variant: &'static str) -> Path<R, Option<V>> {
    Path::from_raw(RawPath::new("").through(tag, variant))
}
