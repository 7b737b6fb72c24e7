//! [`Computed`]: a value that the server calculates from a document, typed, over an untyped [`Term`].
//!
//! Made of paths by operators and methods, and taken by aggregates (`sum(Order::price * Order::quantity)`) and by the stages of pipelines.
//! What is calculated from `None` is `None`, as in SQL.

use super::{
    aggregate::{Summed, Total},
    capability::{Dated, List, Text},
    operator::Length,
    path::{Path, Whole},
    term::{Arithmetic, DatePart, DateUnit, Function, Term},
    value::IntoValue,
};
use crate::{
    codec::{Encode, to_bson},
    model::{FieldType, Root, Unwound},
    schema::Kind,
};
use bson::Decimal128;
use std::{
    fmt,
    marker::PhantomData,
    ops::{Add, Div, Mul, Sub},
};

/// A `T` that the server calculates from each document of `R`.
///
/// Numbers by `+ - * /`, texts by [`concat`](Path::concat), moments by [`year`](Path::year) and its sisters, an `Option` by
/// [`unwrap_or`](Path::unwrap_or). Integers calculate as `i64`, whatever stores them; a result that no `i64` holds, also one on the way, is an
/// error of the server's rather than another number. A quotient is an `Option`: it is `None` where the divisor is 0.
///
/// Sent as `$add`, `$subtract`, `$multiply` and `$divide` of what the model reads at the paths. Where the declared types leave room for integers
/// that a Double does not hold, they are made Int64 first, by `$toLong`, and so is what may be beyond an `i64`.
pub struct Computed<R, T> {
    pub(crate) term: Term,
    marker: PhantomData<fn() -> (R, T)>,
}

impl<R, T> Computed<R, T> {
    pub(super) fn of(term: Term) -> Self {
        Self { term, marker: PhantomData }
    }

    fn call(function: Function, terms: impl Into<Vec<Term>>) -> Self {
        Self::of(Term::Call(function, terms.into()))
    }
}

fn constant(value: &impl Encode) -> Term {
    match to_bson(value) {
        Ok(value) => Term::Value(value),
        Err(error) => Term::Fault(error),
    }
}

/// Always this value, in every document.
#[must_use]
pub fn constant_of<T: Encode>(value: T) -> Computed<(), T> {
    Computed::of(constant(&value))
}

/// What has a value in each document: a path that leads to one, a [`Computed`], or the [`len`](Path::len) of a list.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no value of a document",
    label = "expected a path that leads to one value in a document, or what is calculated from such paths"
)]
pub trait Computes {
    /// What its paths start from.
    type Root;
    /// What it reads as.
    type Type;
    /// The value, without its types.
    fn into_term(self) -> Term;
}
#[diagnostic::do_not_recommend]
impl<R, T, K: Whole> Computes for Path<R, T, K> {
    type Root = R;
    type Type = T;
    fn into_term(self) -> Term {
        Term::Path(self.raw)
    }
}
#[diagnostic::do_not_recommend]
impl<R, T> Computes for Computed<R, T> {
    type Root = R;
    type Type = T;
    fn into_term(self) -> Term {
        self.term
    }
}
#[diagnostic::do_not_recommend]
impl<R, T: List> Computes for Length<R, T> {
    type Root = R;
    type Type = T::Of<i64>;
    fn into_term(self) -> Term {
        Term::Call(Function::Len, vec![Term::Path(self.into_path())])
    }
}

/// Roots of which paths are paths of `R` too: `R` itself, and what it was before lists were unwound.
#[diagnostic::on_unimplemented(
    message = "the documents here are of `{R}`, not of `{Self}`",
    label = "a value of `{Self}`",
    note = "behind `unwind`, `path.unwound()` is the item that stands where the list was"
)]
pub trait Within<R> {}
#[diagnostic::do_not_recommend]
impl<R> Within<R> for R {}
#[diagnostic::do_not_recommend]
impl<R> Within<Unwound<R>> for R {}
// A constant has no paths, and is one everywhere.
#[diagnostic::do_not_recommend]
impl<R: Root> Within<R> for () {}

/// Types whose every value a field of type `T` takes: `T` itself, what it is an `Option` of, and narrower numbers.
#[diagnostic::on_unimplemented(message = "a field of type `{T}` does not take a `{Self}`", label = "this is a `{Self}`")]
pub trait Fits<T> {}
#[diagnostic::do_not_recommend]
impl<T> Fits<T> for T {}
#[diagnostic::do_not_recommend]
impl<T> Fits<Option<T>> for T {}
macro_rules! fits {
    ($($narrow:ty: $($wide:ty)*;)*) => { $( $(
        #[diagnostic::do_not_recommend]
        impl Fits<$wide> for $narrow {}
        #[diagnostic::do_not_recommend]
        impl Fits<Option<$wide>> for $narrow {}
        #[diagnostic::do_not_recommend]
        impl Fits<Option<$wide>> for Option<$narrow> {}
    )* )* };
}
// A count is a `u64` and far below what an `i64` holds.
fits! {
    i8: i16 i32 i64;
    i16: i32 i64;
    i32: i64;
    u8: u16 u32 u64 i16 i32 i64;
    u16: u32 u64 i32 i64;
    u32: u64 i64;
    u64: i64;
    f32: f64;
}

/// What a number may be calculated with: a path to a number, a calculated one, or a constant.
#[diagnostic::on_unimplemented(
    message = "numbers of `{R}` cannot be calculated with `{Self}`",
    label = "expected a number: a path of `{R}`, a calculated value of it, or an `i32`, `i64` or `f64`"
)]
pub trait Factor<R> {
    /// As what it calculates.
    type Number;
    /// `T`, or an `Option` of it where this may be `None`.
    type Of<T: FieldType>: FieldType;
    #[doc(hidden)]
    fn into_factor(self) -> Term;
}
/// Paths and what is calculated, as operands of `R` and, of what no list was unwound, beside items too.
macro_rules! operands {
    ($trait:ident by $bound:ident, $into:ident $(, $number:ident)?) => {
        operands!(@ $trait<R>, [R, T: $bound, K: Whole] Path<R, T, K>, $into $(, $number)?);
        operands!(@ $trait<R>, [R, T: $bound] Computed<R, T>, $into $(, $number)?);
        operands!(@ $trait<Unwound<R>>, [R, T: $bound, K: Whole] Path<R, T, K>, $into $(, $number)?);
        operands!(@ $trait<Unwound<R>>, [R, T: $bound] Computed<R, T>, $into $(, $number)?);
    };
    (@ $trait:ty, [$($parameters:tt)*] $operand:ty, $into:ident $(, $number:ident)?) => {
        #[diagnostic::do_not_recommend]
        impl<$($parameters)*> $trait for $operand {
            $( type $number = T::Sum; )?
            type Of<U: FieldType> = T::Of<U>;
            fn $into(self) -> Term {
                self.into_term()
            }
        }
    };
}
operands!(Factor by Summed, into_factor, Number);
macro_rules! constants {
    ($($rust:ty: $number:ty;)*) => { $(
        #[diagnostic::do_not_recommend]
        impl<R> Factor<R> for $rust {
            type Number = $number;
            type Of<U: FieldType> = U;
            fn into_factor(self) -> Term {
                constant(&self)
            }
        }
    )* };
}
constants! {
    i32: i64;
    i64: i64;
    f64: f64;
    Decimal128: Decimal128;
}

/// Numbers that calculate with each other.
#[diagnostic::on_unimplemented(message = "`{Self}` does not calculate with `{B}`", label = "a Double has no exact place among decimals")]
pub trait Joins<B> {
    /// What a sum, a difference or a product of them is.
    type Number: FieldType + Total;
    /// What a quotient of them is.
    type Quotient: FieldType;
}
macro_rules! joins {
    ($($a:ty, $b:ty => $number:ty, $quotient:ty;)*) => { $(
        impl Joins<$b> for $a {
            type Number = $number;
            type Quotient = $quotient;
        }
    )* };
}
joins! {
    i64, i64 => i64, f64;
    i64, f64 => f64, f64;
    f64, i64 => f64, f64;
    f64, f64 => f64, f64;
    i64, Decimal128 => Decimal128, Decimal128;
    Decimal128, i64 => Decimal128, Decimal128;
    Decimal128, Decimal128 => Decimal128, Decimal128;
}

macro_rules! operators {
    ($($operator:ident $method:ident => $output:ident;)*) => { $(
        operators!(@ [R: Root, A: Summed, K: Whole] Path<R, A, K>: $operator $method => $output);
        operators!(@ [R: Root, A: Summed] Computed<R, A>: $operator $method => $output);
    )* };
    (@ [$($parameters:tt)*] $left:ty: $operator:ident $method:ident => Quotient) => {
        impl<$($parameters)*, V: Factor<R>> $operator<V> for $left
        where
            A::Sum: Joins<V::Number>,
        {
            type Output = Computed<R, <<A::Sum as Joins<V::Number>>::Quotient as FieldType>::Optional>;
            fn $method(self, other: V) -> Self::Output {
                Computed::call(Function::Divide, [self.into_term(), other.into_factor()])
            }
        }
    };
    (@ [$($parameters:tt)*] $left:ty: $operator:ident $method:ident => $function:ident) => {
        impl<$($parameters)*, V: Factor<R>> $operator<V> for $left
        where
            A::Sum: Joins<V::Number>,
        {
            type Output = Computed<R, A::Of<V::Of<<A::Sum as Joins<V::Number>>::Number>>>;
            fn $method(self, other: V) -> Self::Output {
                let whole = <<A::Sum as Joins<V::Number>>::Number as Total>::WHOLE;
                let calculate = Function::Calculate { operator: Arithmetic::$function, whole };
                Computed::call(calculate, [self.into_term(), other.into_factor()])
            }
        }
    };
}
operators! {
    Add add => Add;
    Sub sub => Subtract;
    Mul mul => Multiply;
    Div div => Quotient;
}

/// What a text may be followed by: a path to a text, a calculated one, or a constant.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no text of `{R}`",
    label = "expected a text: a path of `{R}`, a calculated value of it, or a `&str`"
)]
pub trait TextPart<R> {
    /// `T`, or an `Option` of it where this may be `None`.
    type Of<T: FieldType>: FieldType;
    #[doc(hidden)]
    fn into_part(self) -> Term;
}
operands!(TextPart by Text, into_part);
#[diagnostic::do_not_recommend]
impl<R> TextPart<R> for &str {
    type Of<U: FieldType> = U;
    fn into_part(self) -> Term {
        Term::Value(self.into())
    }
}

macro_rules! methods {
    ($([$($kind:tt)*] $of:ident<$r:ident, $t:ident $(, $k:ident)?>;)*) => { $(
        impl<R: Root, T: Text $($kind)*> $of<R, T $(, $k)?> {
            /// The text with another behind it: `User::first_name.concat(" ").concat(User::last_name)`. Sent as `$concat`.
            pub fn concat<V: TextPart<R>>(self, other: V) -> Computed<R, T::Of<V::Of<String>>> {
                Computed::call(Function::Concat, [self.into_term(), other.into_part()])
            }
        }

        impl<R: Root, T: FieldType $($kind)*> $of<R, Option<T> $(, $k)?> {
            /// The value or, where it is `None`, another. Sent as `$ifNull`.
            pub fn unwrap_or<V>(self, other: impl IntoValue<T, V>) -> Computed<R, T>
            where
                T: Encode,
            {
                Computed::call(Function::Or, [self.into_term(), constant(&other.into_value())])
            }
        }

        impl<R: Root, T: Dated + FieldType $($kind)*> $of<R, T $(, $k)?> {
            /// The year, in UTC. Sent as `$year`.
            pub fn year(self) -> Computed<R, T::Of<i32>> {
                self.part(DatePart::Year)
            }

            /// The month from 1 to 12, in UTC. Sent as `$month`.
            pub fn month(self) -> Computed<R, T::Of<i32>> {
                self.part(DatePart::Month)
            }

            /// The day of the month from 1 on, in UTC. Sent as `$dayOfMonth`.
            pub fn day(self) -> Computed<R, T::Of<i32>> {
                self.part(DatePart::Day)
            }

            /// The day of the week from 1 for Monday to 7 for Sunday, as ISO 8601 counts, in UTC. Sent as `$isoDayOfWeek`.
            pub fn weekday(self) -> Computed<R, T::Of<i32>> {
                self.part(DatePart::Weekday)
            }

            /// The hour from 0 to 23, in UTC. Sent as `$hour`.
            pub fn hour(self) -> Computed<R, T::Of<i32>> {
                self.part(DatePart::Hour)
            }

            /// The minute from 0 to 59. Sent as `$minute`.
            pub fn minute(self) -> Computed<R, T::Of<i32>> {
                self.part(DatePart::Minute)
            }

            /// The second from 0 to 59. Sent as `$second`.
            pub fn second(self) -> Computed<R, T::Of<i32>> {
                self.part(DatePart::Second)
            }

            fn part(self, part: DatePart) -> Computed<R, T::Of<i32>> {
                Computed::call(Function::Part(part), [self.into_term()])
            }

            /// The start of the year, month, day, … that the moment is in, in UTC: what moments are grouped by. A week starts on Monday. Sent
            /// as `$dateTrunc`.
            pub fn start_of(self, unit: DateUnit) -> Computed<R, T> {
                const { assert!(matches!(T::KIND, Kind::Date), "the start of a span is a Date, which this field does not store") };
                Computed::call(Function::Start(unit), [self.into_term()])
            }
        }
    )* };
}
methods! {
    [, K: Whole] Path<R, T, K>;
    [] Computed<R, T>;
}

impl<R, T> Clone for Computed<R, T> {
    fn clone(&self) -> Self {
        Self::of(self.term.clone())
    }
}
impl<R, T> fmt::Debug for Computed<R, T> {
    /// Without its constants, as a filter is shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut paths = Vec::new();
        self.term.paths(&mut paths);
        f.debug_list().entries(paths.iter().map(|path| path.stored())).finish()
    }
}
