//! [`IntoValue`]: what may stand where a field's type is asked for.

use crate::{codec::Native, model::Root};
#[cfg(feature = "indexmap")]
use indexmap::IndexMap;
use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap, VecDeque},
    hash::{BuildHasher, Hash},
    marker::PhantomData,
    sync::Arc,
};

/// What may be given where a value of type `T` is asked for: the type itself, a reference to it, and what converts without loss (`&str`
/// for `String`, `T` for `Option<T>`, an array or slice for `Vec`, the plain value for one that is stored as another type). `Via` is found
/// by inference.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a value for a field of type `{T}`",
    label = "expected `{T}`, or what converts to it without loss"
)]
pub trait IntoValue<T, Via> {
    /// The value.
    fn into_value(self) -> T;
}

/// By being it.
#[derive(Debug)]
pub enum Same {}
/// By conversion.
#[derive(Debug)]
pub enum Converted {}
/// By cloning what is referred to.
#[derive(Debug)]
pub enum ByRef {}
/// By being the inside of an `Option`.
#[derive(Debug)]
pub struct InSome<V>(PhantomData<V>);
/// By being an array of the items.
#[derive(Debug)]
pub struct Items<V>(PhantomData<V>);
/// By cloning the items of a slice.
#[derive(Debug)]
pub enum Slice {}
/// By being the plain value of a [`Native`], or a container of such.
#[derive(Debug)]
pub struct InNative<V>(PhantomData<V>);

#[diagnostic::do_not_recommend]
impl<T> IntoValue<T, Same> for T {
    fn into_value(self) -> T {
        self
    }
}
#[diagnostic::do_not_recommend]
impl<T: Clone> IntoValue<T, ByRef> for &T {
    fn into_value(self) -> T {
        self.clone()
    }
}
#[diagnostic::do_not_recommend]
impl<T, V, S: IntoValue<T, V>> IntoValue<Option<T>, InSome<V>> for S {
    fn into_value(self) -> Option<T> {
        Some(self.into_value())
    }
}
#[diagnostic::do_not_recommend]
impl<T, V, S: IntoValue<T, V>, const N: usize> IntoValue<Vec<T>, Items<V>> for [S; N] {
    fn into_value(self) -> Vec<T> {
        self.into_iter().map(S::into_value).collect()
    }
}
#[diagnostic::do_not_recommend]
impl<T: Clone> IntoValue<Vec<T>, Slice> for &[T] {
    fn into_value(self) -> Vec<T> {
        self.to_vec()
    }
}
#[diagnostic::do_not_recommend]
impl<T: Clone, const N: usize> IntoValue<Vec<T>, Slice> for &[T; N] {
    fn into_value(self) -> Vec<T> {
        self.to_vec()
    }
}
macro_rules! texts {
    ($($rust:ty),*) => { $(
        #[diagnostic::do_not_recommend]
        impl IntoValue<$rust, Converted> for &str {
            fn into_value(self) -> $rust {
                self.into()
            }
        }
    )* };
}
texts!(String, Box<str>, Arc<str>);
#[diagnostic::do_not_recommend]
impl IntoValue<Cow<'static, str>, Converted> for &str {
    fn into_value(self) -> Cow<'static, str> {
        Cow::Owned(self.to_owned())
    }
}
// A literal without a fraction is an `i32` to inference, and every `i32` is an `f64`.
#[diagnostic::do_not_recommend]
impl IntoValue<f64, Converted> for i32 {
    fn into_value(self) -> f64 {
        self.into()
    }
}
#[diagnostic::do_not_recommend]
impl<T: Root> IntoValue<Box<T>, Converted> for T {
    fn into_value(self) -> Box<T> {
        Box::new(self)
    }
}

/// A [`Native`], or a container of such: the types of fields that are stored as another type than their own.
pub trait Overridden {}
/// The plain value, or the container of plain values, for an [`Overridden`] type; never that type itself, which is there by being it.
pub trait IntoStored<T, Via> {
    /// The value as it is stored.
    fn into_stored(self) -> T;
}

impl<T, N> Overridden for Native<T, N> {}
#[diagnostic::do_not_recommend]
impl<T, N, V, S: IntoValue<T, V>> IntoStored<Native<T, N>, V> for S {
    fn into_stored(self) -> Native<T, N> {
        Native::new(self.into_value())
    }
}
#[diagnostic::do_not_recommend]
impl<T, N, V, S: IntoValue<T, V>> IntoValue<Native<T, N>, InNative<V>> for S {
    fn into_value(self) -> Native<T, N> {
        self.into_stored()
    }
}

/// `Overridden` keeps the second impl away from containers of other types: on `Option<_>: IntoStored<Option<String>, _>` alone the compiler
/// would give up, and `eq(None)` and `vec![]` would no longer be understood there. For containers of natives they are not: `_` may be the
/// plain value or the native.
macro_rules! containers {
    ($($container:ident<$($key:ident,)? _ $(, $hasher:ident)?>)*) => { $(
        impl<$($key,)? T: Overridden $(, $hasher)?> Overridden for $container<$($key,)? T $(, $hasher)?> {}
        #[diagnostic::do_not_recommend]
        impl<$($key,)? T, V, S $(, $hasher)?> IntoValue<$container<$($key,)? T $(, $hasher)?>, InNative<V>> for S
        where
            T: Overridden,
            S: IntoStored<$container<$($key,)? T $(, $hasher)?>, V>,
        {
            fn into_value(self) -> $container<$($key,)? T $(, $hasher)?> {
                self.into_stored()
            }
        }
    )* };
}
containers!(Option<_> Box<_> Vec<_> VecDeque<_> BTreeMap<K, _> HashMap<K, _, H>);
#[cfg(feature = "indexmap")]
containers!(IndexMap<K, _, H>);

impl<T, V, S: IntoStored<T, V>> IntoStored<Option<T>, V> for Option<S> {
    fn into_stored(self) -> Option<T> {
        self.map(S::into_stored)
    }
}
impl<T, V, S: IntoStored<T, V> + Clone> IntoStored<Option<T>, V> for &Option<S> {
    fn into_stored(self) -> Option<T> {
        self.clone().into_stored()
    }
}
impl<T, V, S: IntoStored<T, V>> IntoStored<Box<T>, V> for Box<S> {
    fn into_stored(self) -> Box<T> {
        Box::new((*self).into_stored())
    }
}

macro_rules! lists {
    ($($list:ident)*) => { $(
        impl<T, V, S: IntoStored<T, V>> IntoStored<$list<T>, V> for $list<S> {
            fn into_stored(self) -> $list<T> {
                self.into_iter().map(S::into_stored).collect()
            }
        }
        impl<T, V, S: IntoStored<T, V> + Clone> IntoStored<$list<T>, V> for &$list<S> {
            fn into_stored(self) -> $list<T> {
                self.clone().into_stored()
            }
        }
    )* };
}
lists!(Vec VecDeque);
impl<T, V, S: IntoStored<T, V> + Clone> IntoStored<Vec<T>, V> for &[S] {
    fn into_stored(self) -> Vec<T> {
        self.to_vec().into_stored()
    }
}

macro_rules! maps {
    ($($map:ident<K, _ $(, $hasher:ident)?>: $($bound:path),*;)*) => { $(
        impl<K: $($bound +)*, T, V, S: IntoStored<T, V> $(, $hasher: BuildHasher + Default)?> IntoStored<$map<K, T $(, $hasher)?>, V>
            for $map<K, S $(, $hasher)?>
        {
            fn into_stored(self) -> $map<K, T $(, $hasher)?> {
                self.into_iter().map(|(key, value)| (key, value.into_stored())).collect()
            }
        }
    )* };
}
maps! {
    BTreeMap<K, _>: Ord;
    HashMap<K, _, H>: Eq, Hash;
}
#[cfg(feature = "indexmap")]
maps! { IndexMap<K, _, H>: Eq, Hash; }

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::{AsBinary, AsLong};

    fn value<T, V>(value: impl IntoValue<T, V>) -> T {
        value.into_value()
    }

    #[test]
    fn what_converts_stands_for_the_value() {
        assert_eq!(value::<Arc<str>, _>("a"), Arc::from("a"));
        assert_eq!(value::<Option<Cow<'static, str>>, _>("a"), Some("a".into()));
        let text = "a".to_owned();
        assert_eq!(value::<Vec<String>, _>(std::slice::from_ref(&text)), ["a"]);
        assert_eq!(value::<Vec<u8>, _>(b"ab"), [97, 98]);
        assert_eq!(value::<Option<Vec<f64>>, _>([1, 2]), Some(vec![1.0, 2.0]));
        assert_eq!(value::<[u8; 2], _>([1, 2]), [1, 2]);
    }

    #[test]
    fn a_plain_value_stands_for_a_native() {
        type Long = Native<i32, AsLong>;
        let five = Long::new(5);
        assert_eq!(value::<Long, _>(5), five);
        assert_eq!(value::<Long, _>(&5), five);
        assert_eq!(value::<Long, _>(five), five);
        assert_eq!(value::<Option<Long>, _>(5), Some(five));
        assert_eq!(value::<Option<Long>, _>(Some(5)), Some(five));
        assert_eq!(value::<Option<Long>, _>(&Some(5)), Some(five));
        assert_eq!(value::<Option<Long>, _>(Some(five)), Some(five));
        assert_eq!(value::<Option<Long>, _>(None::<i32>), None);
        assert_eq!(value::<Vec<Long>, _>([5]), [five]);
        assert_eq!(value::<Vec<Long>, _>(vec![5]), [five]);
        assert_eq!(value::<Vec<Long>, _>(&vec![5]), [five]);
        assert_eq!(value::<Vec<Long>, _>(vec![five]), [five]);
        assert_eq!(value::<Option<Vec<Option<Long>>>, _>(Some(vec![Some(5)])), Some(vec![Some(five)]));
        assert_eq!(value::<BTreeMap<char, Long>, _>(BTreeMap::from([('a', 5)])), BTreeMap::from([('a', five)]));
        assert_eq!(value::<Vec<Native<u8, AsBinary>>, _>(&b"a"[..]), vec![Native::new(97)]);
    }
}
