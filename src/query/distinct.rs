//! What `distinct` gives of a path, by the type that stands there: values as they are, and of a list its items.

#[cfg(feature = "indexmap")]
use indexmap::IndexMap;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque},
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
    const ITEMS: bool;
}

#[diagnostic::do_not_recommend]
impl<T> Distinctive<Option<T>> for T {
    type Value = T;
    const ITEMS: bool = false;
}
#[diagnostic::do_not_recommend]
impl<T> Distinctive<Option<T>> for Option<T> {
    type Value = Self;
    const ITEMS: bool = false;
}

macro_rules! pointers {
    ($($pointer:ident)*) => { $(
        #[diagnostic::do_not_recommend]
        impl<T> Distinctive<Option<T>> for $pointer<T> {
            type Value = Self;
            const ITEMS: bool = false;
        }
        #[diagnostic::do_not_recommend]
        impl<T> Distinctive<Option<T>> for Option<$pointer<T>> {
            type Value = Self;
            const ITEMS: bool = false;
        }
    )* };
}
pointers!(Box Arc);

macro_rules! lists {
    ($($list:ident)*) => { $(
        #[diagnostic::do_not_recommend]
        impl<T> Distinctive<$list<T>> for $list<T> {
            type Value = T;
            const ITEMS: bool = true;
        }
        #[diagnostic::do_not_recommend]
        impl<T> Distinctive<$list<T>> for Option<$list<T>> {
            type Value = T;
            const ITEMS: bool = true;
        }
    )* };
}
lists!(Vec VecDeque HashSet BTreeSet);

macro_rules! maps {
    ($($map:ident<K, V $(, $hasher:ident)?>;)*) => { $(
        #[diagnostic::do_not_recommend]
        impl<K, V $(, $hasher)?> Distinctive<$map<K, V $(, $hasher)?>> for $map<K, V $(, $hasher)?> {
            type Value = Self;
            const ITEMS: bool = false;
        }
        #[diagnostic::do_not_recommend]
        impl<K, V $(, $hasher)?> Distinctive<$map<K, V $(, $hasher)?>> for Option<$map<K, V $(, $hasher)?>> {
            type Value = Self;
            const ITEMS: bool = false;
        }
    )* };
}
maps! {
    BTreeMap<K, V>;
    HashMap<K, V, S>;
}
#[cfg(feature = "indexmap")]
maps! { IndexMap<K, V, S>; }
