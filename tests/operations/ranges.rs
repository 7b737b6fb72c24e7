//! Sums and products at both ends of every type of numbers: one below, at the end, and one above.

use super::{REFUSED, fixture, nothing_sent, rules};
use crate::support::Fixture;
use bson::{Decimal128, Document};
use chakra::prelude::*;

#[derive(Debug, Clone, PartialEq, Model)]
struct Gauge {
    #[chakra(id)]
    id: i64,
    tiny: i8,
    short: i16,
    int: i32,
    long: i64,
    byte: u8,
    word: u16,
    count: u32,
    total: u64,
    single: f32,
    double: f64,
    exact: Decimal128,
    name: Option<String>,
}

async fn with_zeros() -> Fixture {
    let fixture = fixture::<Gauge>().await;
    let zeros = Gauge {
        id: 1,
        tiny: 0,
        short: 0,
        int: 0,
        long: 0,
        byte: 0,
        word: 0,
        count: 0,
        total: 0,
        single: 0.0,
        double: 0.0,
        exact: "0".parse().unwrap(),
        name: None,
    };
    fixture.db.insert_many(&[zeros]).await.unwrap();
    fixture.commands();
    fixture
}

/// The number of an Int32 and of nothing else.
fn int32(document: &Document, field: &str) -> i128 {
    document.get_i32(field).unwrap().into()
}

/// The number of an Int64 and of nothing else.
fn int64(document: &Document, field: &str) -> i128 {
    document.get_i64(field).unwrap().into()
}

/// Adds up to the greatest number, and one more.
macro_rules! add_to_the_greatest {
    ($fixture:ident: $($field:ident: $type:ty, $most:expr, $stored:ident;)*) => { $(
        let most: $type = $most;
        let one = || $fixture.db.update(Gauge::id.eq(1));
        one().set(Gauge::$field, most - 2).await.unwrap();
        assert_eq!(one().inc(Gauge::$field, 1).await.unwrap().$field, most - 1);
        assert_eq!(one().inc(Gauge::$field, 1).await.unwrap().$field, most);
        let before = $fixture.stored("gauges").await;
        assert_eq!($stored(&before[0], stringify!($field)), i128::from(most));
        $fixture.commands();
        let error = one().inc(Gauge::$field, 1).set(Gauge::name, "not set").await.unwrap_err();
        assert_eq!(rules(&error), format!("`{}` needs a value of at most {most}", stringify!($field)));
        assert_eq!($fixture.commands(), REFUSED);
        assert_eq!($fixture.stored("gauges").await, before, "nothing of a refused update is applied");
    )* };
}

/// Takes away down to the least number, and one more.
macro_rules! add_to_the_least {
    ($fixture:ident: $($field:ident: $type:ty, $stored:ident;)*) => { $(
        let least = <$type>::MIN;
        let one = || $fixture.db.update(Gauge::id.eq(1));
        one().set(Gauge::$field, least + 2).await.unwrap();
        assert_eq!(one().inc(Gauge::$field, -1).await.unwrap().$field, least + 1);
        assert_eq!(one().inc(Gauge::$field, -1).await.unwrap().$field, least);
        let before = $fixture.stored("gauges").await;
        assert_eq!($stored(&before[0], stringify!($field)), i128::from(least));
        let error = one().inc(Gauge::$field, -1).set(Gauge::name, "not set").await.unwrap_err();
        assert_eq!(rules(&error), format!("`{}` needs a value of at least {least}", stringify!($field)));
        assert_eq!($fixture.stored("gauges").await, before, "nothing of a refused update is applied");
    )* };
}

/// Doubles what is just small enough, and what is just too large.
macro_rules! double_to_the_greatest {
    ($fixture:ident: $($field:ident: $type:ty, $most:expr, $stored:ident;)*) => { $(
        let half: $type = $most / 2;
        let one = || $fixture.db.update(Gauge::id.eq(1));
        one().set(Gauge::$field, half).await.unwrap();
        assert_eq!(one().mul(Gauge::$field, 2).await.unwrap().$field, half * 2);
        assert_eq!($stored(&$fixture.stored("gauges").await[0], stringify!($field)), i128::from(half * 2));
        one().set(Gauge::$field, half + 1).await.unwrap();
        let error = one().mul(Gauge::$field, 2).await.unwrap_err();
        assert_eq!(rules(&error), format!("`{}` needs a value of at most {}", stringify!($field), $most));
        assert_eq!(one().mul(Gauge::$field, 1).await.unwrap().$field, half + 1);
        assert_eq!(one().mul(Gauge::$field, 0).await.unwrap().$field, 0);
    )* };
}

/// The same towards the least, and what turns around: the least number has no counterpart.
macro_rules! double_to_the_least {
    ($fixture:ident: $($field:ident: $type:ty, $stored:ident;)*) => { $(
        let (least, most) = (<$type>::MIN, <$type>::MAX);
        let one = || $fixture.db.update(Gauge::id.eq(1));
        one().set(Gauge::$field, least / 2).await.unwrap();
        assert_eq!(one().mul(Gauge::$field, 2).await.unwrap().$field, least);
        assert_eq!($stored(&$fixture.stored("gauges").await[0], stringify!($field)), i128::from(least));
        let error = one().mul(Gauge::$field, -1).await.unwrap_err();
        assert_eq!(rules(&error), format!("`{}` needs a value of at most {most}", stringify!($field)));
        one().set(Gauge::$field, least / 2 - 1).await.unwrap();
        let error = one().mul(Gauge::$field, 2).await.unwrap_err();
        assert_eq!(rules(&error), format!("`{}` needs a value of at least {least}", stringify!($field)));
        one().set(Gauge::$field, most).await.unwrap();
        assert_eq!(one().mul(Gauge::$field, -1).await.unwrap().$field, least + 1);
    )* };
}

#[tokio::test]
async fn a_sum_goes_up_to_the_greatest_number_of_its_type() {
    let fixture = with_zeros().await;
    add_to_the_greatest! { fixture:
        tiny: i8, i8::MAX, int32;
        short: i16, i16::MAX, int32;
        int: i32, i32::MAX, int32;
        long: i64, i64::MAX, int64;
        byte: u8, u8::MAX, int32;
        word: u16, u16::MAX, int32;
        count: u32, u32::MAX, int64;
        // What an Int64 holds is the end of a `u64`.
        total: u64, i64::MAX as u64, int64;
    }
}

#[tokio::test]
async fn a_sum_goes_down_to_the_least_number_of_its_type() {
    let fixture = with_zeros().await;
    add_to_the_least! { fixture:
        tiny: i8, int32;
        short: i16, int32;
        int: i32, int32;
        long: i64, int64;
    }
}

#[tokio::test]
async fn a_product_goes_up_to_the_greatest_number_of_its_type() {
    let fixture = with_zeros().await;
    double_to_the_greatest! { fixture:
        tiny: i8, i8::MAX, int32;
        short: i16, i16::MAX, int32;
        int: i32, i32::MAX, int32;
        long: i64, i64::MAX, int64;
        byte: u8, u8::MAX, int32;
        word: u16, u16::MAX, int32;
        count: u32, u32::MAX, int64;
        total: u64, i64::MAX as u64, int64;
    }
}

#[tokio::test]
async fn a_product_goes_down_to_the_least_number_of_its_type() {
    let fixture = with_zeros().await;
    double_to_the_least! { fixture:
        tiny: i8, int32;
        short: i16, int32;
        int: i32, int32;
        long: i64, int64;
    }
}

#[tokio::test]
async fn the_whole_range_may_be_added_at_once() {
    let fixture = with_zeros().await;
    let one = || fixture.db.update(Gauge::id.eq(1));
    assert_eq!(one().inc(Gauge::long, i64::MIN).await.unwrap().long, i64::MIN);
    assert_eq!(one().inc(Gauge::long, i64::MAX).await.unwrap().long, -1);
    let error = one().inc(Gauge::long, i64::MIN).await.unwrap_err();
    assert_eq!(rules(&error), "`long` needs a value of at least -9223372036854775808");
    assert_eq!(one().inc(Gauge::total, i64::MAX as u64).await.unwrap().total, i64::MAX as u64);
    let error = one().inc(Gauge::total, i64::MAX as u64).await.unwrap_err();
    assert_eq!(rules(&error), "`total` needs a value of at most 9223372036854775807");
    fixture.commands();
    for update in [one().inc(Gauge::total, u64::MAX), one().mul(Gauge::total, u64::MAX), one().max(Gauge::total, u64::MAX)] {
        let error = update.await.unwrap_err();
        assert_eq!(rules(&error), "`total` needs a number up to 9223372036854775807, the largest Int64");
    }
    nothing_sent(&fixture);
}

#[tokio::test]
async fn a_single_goes_as_far_as_an_f32_and_not_as_far_as_a_double() {
    let fixture = with_zeros().await;
    let one = || fixture.db.update(Gauge::id.eq(1));
    let most = "340282346638528860000000000000000000000";
    let step = f32::MAX - f32::MAX.next_down();
    for (sign, expected) in [(1.0_f32, format!("at most {most}")), (-1.0_f32, format!("at least -{most}"))] {
        let refusal = format!("`single` needs a value of {expected}");
        one().set(Gauge::single, sign * f32::MAX.next_down()).await.unwrap();
        assert_eq!(one().inc(Gauge::single, sign * step).await.unwrap().single, sign * f32::MAX);
        // So little that the sum is rounded to what was there.
        assert_eq!(one().inc(Gauge::single, sign).await.unwrap().single, sign * f32::MAX);
        assert_eq!(rules(&one().inc(Gauge::single, sign * step).await.unwrap_err()), refusal);
        assert_eq!(one().set(Gauge::single, sign * f32::MAX / 2.0).await.unwrap().single, sign * f32::MAX / 2.0);
        assert_eq!(one().mul(Gauge::single, 2.0_f32).await.unwrap().single, sign * f32::MAX);
        assert_eq!(rules(&one().mul(Gauge::single, 2.0_f32).await.unwrap_err()), refusal);
        assert_eq!(fixture.stored("gauges").await[0].get_f64("single").unwrap(), f64::from(sign * f32::MAX));
        assert_eq!(one().mul(Gauge::single, -1.0_f32).await.unwrap().single, sign * -f32::MAX);
        // An infinity is a value of the type, but no sum of it is a finite one.
        one().set(Gauge::single, sign * f32::INFINITY).await.unwrap();
        assert_eq!(rules(&one().inc(Gauge::single, 1.0_f32).await.unwrap_err()), refusal);
    }
    // NaN is in no order, and so not out of range.
    one().set(Gauge::single, f32::NAN).await.unwrap();
    assert!(one().inc(Gauge::single, 1.0_f32).await.unwrap().single.is_nan());
    fixture.commands();
    for amount in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        assert_eq!(rules(&one().inc(Gauge::single, amount).await.unwrap_err()), "`single` needs a finite amount");
        assert_eq!(rules(&one().mul(Gauge::single, amount).await.unwrap_err()), "`single` needs a finite amount");
    }
    nothing_sent(&fixture);
}

#[tokio::test]
async fn a_double_ends_in_infinity_as_in_rust() {
    let fixture = with_zeros().await;
    let one = || fixture.db.update(Gauge::id.eq(1));
    one().set(Gauge::double, f64::MAX).await.unwrap();
    assert_eq!(one().inc(Gauge::double, 1).await.unwrap().double, f64::MAX);
    assert_eq!(one().inc(Gauge::double, f64::MAX).await.unwrap().double, f64::INFINITY);
    assert_eq!(one().mul(Gauge::double, -1).await.unwrap().double, f64::NEG_INFINITY);
    assert!(one().inc(Gauge::double, f64::INFINITY).await.unwrap().double.is_nan());
    assert!(fixture.stored("gauges").await[0].get_f64("double").unwrap().is_nan());
}

#[tokio::test]
async fn decimals_are_added_exactly() {
    let fixture = with_zeros().await;
    let one = || fixture.db.update(Gauge::id.eq(1));
    let decimal = |text: &str| text.parse::<Decimal128>().unwrap();
    assert_eq!(one().inc(Gauge::exact, decimal("0.1")).await.unwrap().exact.to_string(), "0.1");
    assert_eq!(one().inc(Gauge::exact, decimal("0.2")).await.unwrap().exact.to_string(), "0.3");
    assert_eq!(one().mul(Gauge::exact, decimal("-3")).await.unwrap().exact.to_string(), "-0.9");
    assert_eq!(one().max(Gauge::exact, decimal("0.05")).await.unwrap().exact.to_string(), "0.05");
}
