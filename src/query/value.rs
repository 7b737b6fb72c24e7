//! [`IntoValue`]: what may stand where a field's type is asked for.

use crate::model::Root;
use std::marker::PhantomData;

/// What may be given where a value of type `T` is asked for: the type itself, a reference to it, and what converts without loss (`&str`
/// for `String`, `T` for `Option<T>`, an array for `Vec`). `Via` is found by inference.
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
impl IntoValue<String, Converted> for &str {
    fn into_value(self) -> String {
        self.into()
    }
}
#[diagnostic::do_not_recommend]
impl IntoValue<Box<str>, Converted> for &str {
    fn into_value(self) -> Box<str> {
        self.into()
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
