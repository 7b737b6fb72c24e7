//! What `distinct` gives of a path, by the type that stands there: values as they are, and of a list its items; and of a tuple of paths
//! ([`DistinctKey`]), tuples of values.

use super::path::{Path, RawPath, Readable, Whole};
use crate::{
    codec::{Decode, DecodeError, Encode, Raw, Writer},
    model::{FieldType, Model},
    schema::Kind,
};
#[cfg(feature = "indexmap")]
use indexmap::IndexMap;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque},
    iter::Zip,
    slice::Iter,
    sync::Arc,
};

/// A type whose distinct values can be asked for. `Q` is what the type without its `Option` becomes with one: a list stays the list that it is,
/// so lists are told from everything else by it.
#[diagnostic::on_unimplemented(
    message = "the distinct values of `{Self}` cannot be asked for",
    label = "`distinct` needs a path to a value, or to a list of values"
)]
pub trait Distinctive<Q> {
    /// What is given: the type itself, or that of the list's items.
    type Value;
    /// Whether it is that of the items.
    #[doc(hidden)]
    type Form: Form;
}

/// Whether distinct values are what stands at a path, or its items.
#[doc(hidden)]
pub trait Form {
    /// Whether it is its items.
    const ITEMS: bool;
}
/// Of which a document has one.
#[doc(hidden)]
pub trait InTuple: Form {}
/// What stands there is one value.
#[doc(hidden)]
#[derive(Debug)]
pub enum Alone {}
/// What stands there is a list of values.
#[doc(hidden)]
#[derive(Debug)]
pub enum Listed {}
impl Form for Alone {
    const ITEMS: bool = false;
}
impl InTuple for Alone {}
impl Form for Listed {
    const ITEMS: bool = true;
}

#[diagnostic::do_not_recommend]
impl<T> Distinctive<Option<T>> for T {
    type Value = T;
    type Form = Alone;
}
#[diagnostic::do_not_recommend]
impl<T> Distinctive<Option<T>> for Option<T> {
    type Value = Self;
    type Form = Alone;
}

macro_rules! pointers {
    ($($pointer:ident)*) => { $(
        #[diagnostic::do_not_recommend]
        impl<T> Distinctive<Option<T>> for $pointer<T> {
            type Value = Self;
            type Form = Alone;
        }
        #[diagnostic::do_not_recommend]
        impl<T> Distinctive<Option<T>> for Option<$pointer<T>> {
            type Value = Self;
            type Form = Alone;
        }
    )* };
}
pointers!(Box Arc);

macro_rules! lists {
    ($($list:ident)*) => { $(
        #[diagnostic::do_not_recommend]
        impl<T> Distinctive<$list<T>> for $list<T> {
            type Value = T;
            type Form = Listed;
        }
        #[diagnostic::do_not_recommend]
        impl<T> Distinctive<$list<T>> for Option<$list<T>> {
            type Value = T;
            type Form = Listed;
        }
    )* };
}
lists!(Vec VecDeque HashSet BTreeSet);

macro_rules! maps {
    ($($map:ident<K, V $(, $hasher:ident)?>;)*) => { $(
        #[diagnostic::do_not_recommend]
        impl<K, V $(, $hasher)?> Distinctive<$map<K, V $(, $hasher)?>> for $map<K, V $(, $hasher)?> {
            type Value = Self;
            type Form = Alone;
        }
        #[diagnostic::do_not_recommend]
        impl<K, V $(, $hasher)?> Distinctive<$map<K, V $(, $hasher)?>> for Option<$map<K, V $(, $hasher)?>> {
            type Value = Self;
            type Form = Alone;
        }
    )* };
}
maps! {
    BTreeMap<K, V>;
    HashMap<K, V, S>;
}
#[cfg(feature = "indexmap")]
maps! { IndexMap<K, V, S>; }

/// What a type becomes with an `Option`, which a list does not.
type WithOption<T> = <<T as FieldType>::Present as FieldType>::Optional;

/// What stands for the values that `distinct` gives: a path of `M`, or a tuple of two to six that lead to one value each.
#[diagnostic::on_unimplemented(
    message = "the distinct values of `{Self}` cannot be asked for",
    label = "expected a path of `{M}`, or a tuple of two to six of them that lead to one value each",
    note = "a list in a tuple would be several values, and so would a path through one: ask for it alone, or take it apart by `pipeline`"
)]
pub trait DistinctKey<M> {
    /// What is given: what the path reads as, of a list an item, and of a tuple a tuple.
    type Value: Send + 'static;
    /// Whether it is that of a list's items.
    #[doc(hidden)]
    const ITEMS: bool = false;
    #[doc(hidden)]
    fn paths(&self) -> Vec<RawPath>;
    /// Reads a value out of a group.
    #[doc(hidden)]
    fn read(parts: &mut DistinctParts<'_>) -> Result<Self::Value, DecodeError>;
    /// Writes a value as the codec does: the server tells apart what is one to the model, such as composites with unknown fields.
    #[doc(hidden)]
    fn write(value: &Self::Value, w: &mut Writer);
}

#[diagnostic::do_not_recommend]
impl<M, T, K> DistinctKey<M> for Path<M, T, K>
where
    M: Model,
    T: FieldType + Distinctive<WithOption<T>, Value: Encode + for<'a> Decode<'a> + Send + 'static>,
    K: Readable,
{
    type Value = <T as Distinctive<WithOption<T>>>::Value;
    const ITEMS: bool = <<T as Distinctive<WithOption<T>>>::Form as Form>::ITEMS;

    fn paths(&self) -> Vec<RawPath> {
        const {
            assert!(
                !(<<T as Distinctive<WithOption<T>>>::Form as Form>::ITEMS && matches!(T::KIND, Kind::Binary)),
                "bytes are one value and no list: read them by `select`"
            );
        }
        vec![self.raw.clone()]
    }

    fn read(parts: &mut DistinctParts<'_>) -> Result<Self::Value, DecodeError> {
        parts.next()
    }

    fn write(value: &Self::Value, w: &mut Writer) {
        w.field_or_null("", value);
    }
}

macro_rules! tuples {
    ($($path:ident $kind:ident $value:ident),*) => {
        #[diagnostic::do_not_recommend]
        impl<M, $($path, $kind),*> DistinctKey<M> for ($(Path<M, $path, $kind>,)*)
        where
            M: Model,
            $(
                $path: FieldType + Distinctive<WithOption<$path>, Form: InTuple> + Encode + for<'a> Decode<'a> + Send,
                $kind: Whole,
            )*
        {
            type Value = ($($path,)*);

            fn paths(&self) -> Vec<RawPath> {
                let ($($value,)*) = self;
                vec![$($value.raw.clone()),*]
            }

            fn read(parts: &mut DistinctParts<'_>) -> Result<Self::Value, DecodeError> {
                // A tuple is read from left to right.
                Ok(($(parts.next::<$path>()?,)*))
            }

            fn write(value: &Self::Value, w: &mut Writer) {
                let ($($value,)*) = value;
                $(w.field_or_null("", $value);)*
            }
        }
    };
}
tuples!(A A1 a, B B1 b);
tuples!(A A1 a, B B1 b, C C1 c);
tuples!(A A1 a, B B1 b, C C1 c, D D1 d);
tuples!(A A1 a, B B1 b, C C1 c, D D1 d, E E1 e);
tuples!(A A1 a, B B1 b, C C1 c, D D1 d, E E1 e, F F1 f);

/// What a group holds for each path, in the order in which they were asked for.
#[derive(Debug)]
pub struct DistinctParts<'r> {
    group: Raw<'r>,
    parts: Zip<Iter<'r, String>, Iter<'r, RawPath>>,
}

impl<'r> DistinctParts<'r> {
    /// The fields `names` of `group`, which stand for the values at `paths`.
    pub(crate) fn new(group: Raw<'r>, names: &'r [String], paths: &'r [RawPath]) -> Self {
        Self { group, parts: names.iter().zip(paths) }
    }

    /// The next one, as the model reads it.
    fn next<T: for<'a> Decode<'a>>(&mut self) -> Result<T, DecodeError> {
        // There is one for each path.
        let (name, path) = self.parts.next().ok_or_else(DecodeError::malformed)?;
        let read = match self.group.get(name) {
            Ok(Some(value)) if !value.is_null() => T::decode(&value),
            Ok(_) => T::absent().ok_or_else(|| DecodeError::new("a value", "nothing")),
            Err(error) => Err(error),
        };
        read.map_err(|error| error.at(path.stored()))
    }
}
