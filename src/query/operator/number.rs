//! `mod_` and the tests of bits.

use crate::{
    codec::EncodeError,
    query::{
        Filter, Path, Whole,
        expr::{BitTest, Expr, Test},
    },
};

/// A whole number.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a whole number",
    label = "`mod_` and the tests of bits need an integer, or an `Option` of one"
)]
pub trait Integer {}
macro_rules! integers {
    ($($rust:ty)*) => { $( impl Integer for $rust {} )* };
}
integers!(i8 i16 i32 i64 u8 u16 u32 u64 isize usize);
impl<T: Integer> Integer for Option<T> {}

impl<R, T, K> Path<R, T, K> {
    /// Leaves `remainder` when divided by `divisor`, as Rust's `%` does: the remainder has the sign of the number. False of `None`.
    pub fn mod_(&self, divisor: i64, remainder: i64) -> Filter<R>
    where
        T: Integer,
        K: Whole,
    {
        if divisor == 0 {
            return Filter::new(Expr::Fault(self.stored().to_owned(), EncodeError::of("a divisor other than 0")));
        }
        self.test(Test::Mod(divisor, remainder))
    }

    /// All bits of `mask` are set in the number's two's complement of 64 bits; false of `None`.
    pub fn bits_all_set(&self, mask: u64) -> Filter<R>
    where
        T: Integer,
        K: Whole,
    {
        self.test(Test::Bits(BitTest::AllSet, mask))
    }

    /// One bit of `mask` is set in the number's two's complement of 64 bits; false of `None`.
    pub fn bits_any_set(&self, mask: u64) -> Filter<R>
    where
        T: Integer,
        K: Whole,
    {
        self.test(Test::Bits(BitTest::AnySet, mask))
    }

    /// No bit of `mask` is set in the number's two's complement of 64 bits; false of `None`.
    pub fn bits_all_clear(&self, mask: u64) -> Filter<R>
    where
        T: Integer,
        K: Whole,
    {
        self.test(Test::Bits(BitTest::AllClear, mask))
    }

    /// One bit of `mask` is not set in the number's two's complement of 64 bits; false of `None`.
    pub fn bits_any_clear(&self, mask: u64) -> Filter<R>
    where
        T: Integer,
        K: Whole,
    {
        self.test(Test::Bits(BitTest::AnyClear, mask))
    }
}
