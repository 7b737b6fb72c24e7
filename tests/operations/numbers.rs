//! Declared limits of numbers, `min` and `max` of everything that has an order, bits, and the types that are stored.

use super::{MENDED, REFUSED, fixture, nothing_sent, rules};
use crate::support::Fixture;
use bson::{Bson, Document, doc};
use chakra::prelude::*;
use chrono::TimeDelta;

#[derive(Debug, Clone, PartialEq, Model)]
struct Meter {
    #[chakra(id)]
    id: i64,
    #[chakra(default = 5, min = 1, max = 10)]
    level: i32,
    #[chakra(default = 0, min = -1.5, max = 2.5)]
    step: i32,
    #[chakra(default = 0.0, min = -0.7, max = 0.7)]
    sway: f64,
    #[chakra(default = 0.0, max = 0.8)]
    share: f64,
    #[chakra(default = 0.0, max = 0.3)]
    sip: f64,
    #[chakra(max = 0.9)]
    load: Option<f64>,
    int: i32,
    #[chakra(default = 5)]
    rank: i64,
    long: Option<i64>,
    #[chakra(null)]
    hint: Option<i32>,
    small: i8,
    real: f64,
    ratio: Option<f64>,
    text: String,
    word: Option<String>,
    seen: Option<DateTime<Utc>>,
}

/// What the model needs to read a document, and `more`.
fn document(more: Document) -> Document {
    let mut document = doc! { "_id": 1_i64, "int": 10, "small": -1, "real": 1.5, "text": "b" };
    document.extend(more);
    document
}

async fn with(more: Document) -> Fixture {
    let fixture = fixture::<Meter>().await;
    fixture.store("meters", document(more)).await;
    fixture
}

/// What is stored of a field.
async fn stored(fixture: &Fixture, field: &str) -> Option<Bson> {
    fixture.stored("meters").await[0].get(field).cloned()
}

fn moment(millis: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(millis).unwrap()
}

#[tokio::test]
async fn whole_numbers_stay_within_their_limits() {
    let fixture = with(doc! { "level": 9 }).await;
    let one = || fixture.db.update(Meter::id.eq(1));
    let (above, below) = ("`level` needs a value of at most 10", "`level` needs a value of at least 1");
    assert_eq!(one().inc(Meter::level, 1).await.unwrap().level, 10);
    assert_eq!(rules(&one().inc(Meter::level, 1).await.unwrap_err()), above);
    assert_eq!(one().inc(Meter::level, -9).await.unwrap().level, 1);
    assert_eq!(rules(&one().inc(Meter::level, -1).await.unwrap_err()), below);
    assert_eq!(one().mul(Meter::level, 10).await.unwrap().level, 10);
    assert_eq!(rules(&one().mul(Meter::level, 2).await.unwrap_err()), above);
    assert_eq!(rules(&one().mul(Meter::level, -1).await.unwrap_err()), below);
    fixture.commands();
    // Some number might have room for these, which only the server can say; it is none within the limits.
    assert_eq!(rules(&one().inc(Meter::level, 20).await.unwrap_err()), above);
    assert_eq!(rules(&one().inc(Meter::level, -20).await.unwrap_err()), below);
    assert_eq!(fixture.commands(), [REFUSED, REFUSED].concat());
    // And for these none has.
    assert_eq!(rules(&one().inc(Meter::level, i32::MIN).await.unwrap_err()), below);
    assert_eq!(rules(&one().mul(Meter::level, 0).await.unwrap_err()), below);
    nothing_sent(&fixture);
    assert_eq!(stored(&fixture, "level").await, Some(Bson::Int32(10)));
}

#[tokio::test]
async fn a_limit_with_a_fraction_is_rounded_inwards() {
    let fixture = with(doc! {}).await;
    let one = || fixture.db.update(Meter::id.eq(1));
    assert_eq!(one().inc(Meter::step, 2).await.unwrap().step, 2);
    assert_eq!(rules(&one().inc(Meter::step, 1).await.unwrap_err()), "`step` needs a value of at most 2");
    assert_eq!(one().inc(Meter::step, -3).await.unwrap().step, -1);
    assert_eq!(rules(&one().inc(Meter::step, -1).await.unwrap_err()), "`step` needs a value of at least -1");
    assert_eq!(rules(&one().set(Meter::step, 3).await.unwrap_err()), "`step` needs a value of at most 2.5");
    assert_eq!(rules(&one().max(Meter::step, 3).await.unwrap_err()), "`step` needs a value of at most 2.5");
    assert_eq!(rules(&one().min(Meter::step, -2).await.unwrap_err()), "`step` needs a value of at least -1.5");
}

#[tokio::test]
async fn the_rounded_sum_is_held_against_a_limit() {
    let fixture = with(doc! {}).await;
    let one = || fixture.db.update(Meter::id.eq(1));
    // 0.8 - 0.1 is a little more than 0.7, 0.8 - 0.3 is 0.5, and 0.7 - 0.2 is a little less than 0.5.
    one().set(Meter::share, 0.7).await.unwrap();
    assert_eq!(one().inc(Meter::share, 0.1).await.unwrap().share, 0.7999999999999999);
    one().set(Meter::share, 0.5000000000000001).await.unwrap();
    assert_eq!(one().inc(Meter::share, 0.3).await.unwrap().share, 0.8);
    assert_eq!(rules(&one().inc(Meter::share, f64::EPSILON).await.unwrap_err()), "`share` needs a value of at most 0.8");
    for sign in [1.0_f64, -1.0] {
        one().set(Meter::sway, sign * 0.5).await.unwrap();
        assert_eq!(one().inc(Meter::sway, sign * 0.2).await.unwrap().sway, sign * 0.7);
        one().set(Meter::sway, sign * 0.4).await.unwrap();
        assert_eq!(one().inc(Meter::sway, sign * 0.3).await.unwrap().sway, sign * 0.7);
        one().set(Meter::sway, sign * 0.23333333333333334).await.unwrap();
        assert_eq!(one().mul(Meter::sway, 3).await.unwrap().sway, sign * 0.7);
        assert_eq!(one().mul(Meter::sway, -1).await.unwrap().sway, sign * -0.7);
    }
    // 0.2 + 0.1 is a little more than 0.3.
    one().set(Meter::sip, 0.2).await.unwrap();
    assert_eq!(rules(&one().inc(Meter::sip, 0.1).await.unwrap_err()), "`sip` needs a value of at most 0.3");
    assert_eq!(stored(&fixture, "sip").await, Some(Bson::Double(0.2)));
    // What is there is 0.9 - 0.3, and the sum is not 0.9.
    one().set(Meter::load, 0.6000000000000001).await.unwrap();
    assert_eq!(rules(&one().inc(Meter::load, 0.3).await.unwrap_err()), "`load` needs a value of at most 0.9");
    one().set(Meter::load, None).await.unwrap();
    assert_eq!(one().inc(Meter::load, 0.3).await.unwrap().load, None);
}

#[tokio::test]
async fn nan_is_in_no_declared_range() {
    let fixture = with(doc! { "sway": f64::NAN, "load": f64::NAN }).await;
    let one = || fixture.db.update(Meter::id.eq(1));
    let both = "`sway` needs a value of at least -0.7; `sway` needs a value of at most 0.7";
    assert_eq!(rules(&one().inc(Meter::sway, 0.1).await.unwrap_err()), both);
    fixture.commands();
    assert_eq!(rules(&one().set(Meter::sway, f64::NAN).await.unwrap_err()), both);
    assert_eq!(rules(&one().min(Meter::sway, f64::NAN).await.unwrap_err()), both);
    assert_eq!(rules(&one().max(Meter::load, f64::NAN).await.unwrap_err()), "`load` needs a value of at most 0.9");
    for amount in [f64::NAN, f64::INFINITY] {
        assert_eq!(rules(&one().inc(Meter::sway, amount).await.unwrap_err()), "`sway` needs a finite amount");
    }
    nothing_sent(&fixture);
}

#[tokio::test]
async fn the_lesser_and_the_greater_of_two_numbers() {
    let fixture = with(doc! { "ratio": f64::NAN, "hint": Bson::Null }).await;
    let one = || fixture.db.update(Meter::id.eq(1));
    assert_eq!(one().min(Meter::int, 11).await.unwrap().int, 10);
    assert_eq!(one().min(Meter::int, 9).await.unwrap().int, 9);
    assert_eq!(one().max(Meter::int, 8).await.unwrap().int, 9);
    assert_eq!(one().max(Meter::int, 10).await.unwrap().int, 10);
    assert_eq!(one().max(Meter::small, 0_i8).await.unwrap().small, 0);
    assert_eq!(one().max(Meter::real, 2).await.unwrap().real, 2.0);
    // The default is what is there.
    assert_eq!(one().max(Meter::level, 3).await.unwrap().level, 5);
    assert_eq!(stored(&fixture, "level").await, Some(Bson::Int32(5)));
    // `None` stays as it is stored.
    let none = one().min(Meter::long, 1).max(Meter::hint, 1).await.unwrap();
    assert_eq!((none.long, none.hint), (None, None));
    assert_eq!((stored(&fixture, "long").await, stored(&fixture, "hint").await), (None, Some(Bson::Null)));
    // NaN lies below all numbers, where it is stored and where it is given.
    assert!(one().min(Meter::ratio, 1).await.unwrap().ratio.unwrap().is_nan());
    assert_eq!(one().max(Meter::ratio, 1).await.unwrap().ratio, Some(1.0));
    assert_eq!(one().max(Meter::ratio, f64::NAN).await.unwrap().ratio, Some(1.0));
    assert!(one().min(Meter::ratio, f64::NAN).await.unwrap().ratio.unwrap().is_nan());
    assert_eq!(one().max(Meter::ratio, f64::NEG_INFINITY).await.unwrap().ratio, Some(f64::NEG_INFINITY));
    assert_eq!(one().max(Meter::real, f64::NAN).await.unwrap().real, 2.0);
    assert!(one().min(Meter::real, f64::NAN).await.unwrap().real.is_nan());
    assert_eq!(one().max(Meter::real, f64::INFINITY).await.unwrap().real, f64::INFINITY);
}

#[tokio::test]
async fn the_lesser_and_the_greater_of_two_texts_by_their_bytes() {
    let fixture = with(doc! { "word": Bson::Null }).await;
    let one = || fixture.db.update(Meter::id.eq(1));
    assert_eq!(one().max(Meter::text, "a").await.unwrap().text, "b");
    assert_eq!(one().max(Meter::text, "ba").await.unwrap().text, "ba");
    assert_eq!(one().min(Meter::text, "Z").await.unwrap().text, "Z");
    assert_eq!(one().min(Meter::text, "").await.unwrap().text, "");
    assert_eq!(one().max(Meter::text, "é").await.unwrap().text, "é");
    assert_eq!(one().max(Meter::text, "z").await.unwrap().text, "é");
    // Not the field of that name.
    assert_eq!(one().min(Meter::text, "$word").await.unwrap().text, "$word");
    assert_eq!(one().max(Meter::word, "z").await.unwrap().word, None);
    assert_eq!(stored(&fixture, "word").await, Some(Bson::Null));
    one().set(Meter::word, "b").await.unwrap();
    assert_eq!(one().min(Meter::word, "$text").await.unwrap().word.as_deref(), Some("$text"));
    assert_eq!(one().max(Meter::word, "c").await.unwrap().word.as_deref(), Some("c"));
}

#[tokio::test]
async fn the_lesser_and_the_greater_of_two_moments_in_whole_milliseconds() {
    let fixture = with(doc! {}).await;
    let one = || fixture.db.update(Meter::id.eq(1));
    assert_eq!(one().max(Meter::seen, moment(1)).await.unwrap().seen, None);
    one().set(Meter::seen, moment(1_000)).await.unwrap();
    assert_eq!(one().max(Meter::seen, moment(1_000) + TimeDelta::nanoseconds(999_999)).await.unwrap().seen, Some(moment(1_000)));
    assert_eq!(one().max(Meter::seen, moment(2_000) + TimeDelta::nanoseconds(1)).await.unwrap().seen, Some(moment(2_000)));
    assert_eq!(one().min(Meter::seen, moment(2_001)).await.unwrap().seen, Some(moment(2_000)));
    // Before 1970 too what is finer is cut towards the past.
    assert_eq!(one().min(Meter::seen, moment(-1) + TimeDelta::nanoseconds(1)).await.unwrap().seen, Some(moment(-1)));
    assert_eq!(stored(&fixture, "seen").await, Some(Bson::DateTime(bson::DateTime::from_millis(-1))));
}

#[tokio::test]
async fn bits_are_kept_set_and_turned_over() {
    let fixture = with(doc! { "long": 10_i64 }).await;
    let one = || fixture.db.update(Meter::id.eq(1));
    assert_eq!(one().bit_and(Meter::int, 0b0110).await.unwrap().int, 0b0010);
    assert_eq!(one().bit_or(Meter::int, 0b1001).await.unwrap().int, 0b1011);
    assert_eq!(one().bit_xor(Meter::int, 0b0011).await.unwrap().int, 0b1000);
    assert_eq!(one().bit_or(Meter::int, i32::MIN).await.unwrap().int, i32::MIN | 8);
    assert_eq!(stored(&fixture, "int").await, Some(Bson::Int32(i32::MIN | 8)));
    // All bits of -1 are set, and the sign is one of them.
    assert_eq!(one().bit_and(Meter::small, 0b0111_i8).await.unwrap().small, 7);
    assert_eq!(one().bit_xor(Meter::small, -1_i8).await.unwrap().small, -8);
    assert_eq!(one().bit_xor(Meter::long, -1_i64).await.unwrap().long, Some(-11));
    assert_eq!(one().bit_and(Meter::long, i64::MAX).await.unwrap().long, Some(-11 & i64::MAX));
    // From the default on.
    assert_eq!(one().bit_or(Meter::rank, 2).await.unwrap().rank, 7);
    assert_eq!(stored(&fixture, "rank").await, Some(Bson::Int64(7)));
}

#[tokio::test]
async fn bits_of_a_double_are_those_of_the_whole_number_that_it_is() {
    let fixture = with(doc! { "int": 10.0, "rank": -1.0, "long": 9_007_199_254_740_992.0 }).await;
    let one = || fixture.db.update(Meter::id.eq(1));
    assert_eq!(one().bit_or(Meter::int, 1).await.unwrap().int, 11);
    assert_eq!(fixture.commands(), MENDED);
    let both = one().bit_and(Meter::rank, 6).bit_xor(Meter::long, 1).await.unwrap();
    assert_eq!((both.rank, both.long), (6, Some(9_007_199_254_740_993)));
    assert_eq!(fixture.commands(), MENDED);
    let numbers = doc! { "int": 11, "rank": 6_i64, "long": 9_007_199_254_740_993_i64 };
    assert_eq!(fixture.stored("meters").await, [document(numbers)]);
}

#[tokio::test]
async fn none_has_no_bits_and_limits_none_that_can_be_foreseen() {
    let fixture = with(doc! { "hint": Bson::Null }).await;
    let one = || fixture.db.update(Meter::id.eq(1));
    assert_eq!(rules(&one().bit_or(Meter::long, 1).await.unwrap_err()), "`long` needs a number, not `None`");
    assert_eq!(rules(&one().bit_and(Meter::hint, 1).set(Meter::int, 0).await.unwrap_err()), "`hint` needs a number, not `None`");
    assert_eq!(fixture.stored("meters").await, [document(doc! { "hint": Bson::Null })]);
    fixture.commands();
    let limited = "`level` needs `set` with the whole value, so that its limits can be checked";
    assert_eq!(rules(&one().bit_or(Meter::level, 1).await.unwrap_err()), limited);
    nothing_sent(&fixture);
}

/// Others may store a number as another type; a change leaves it that type, unless the result could lose something by it.
#[tokio::test]
async fn numbers_keep_the_type_that_they_are_stored_as() {
    let more = doc! { "int": 10_i64, "rank": 1, "small": 3.0, "real": 7, "long": 2.0, "level": 2.0, "ratio": 4_i64 };
    let fixture = with(more).await;
    let one = || fixture.db.update(Meter::id.eq(1));
    let sums = one().inc(Meter::int, 1).mul(Meter::small, 2_i8).inc(Meter::real, 0.5).inc(Meter::level, 1).await.unwrap();
    assert_eq!((sums.int, sums.small, sums.real, sums.level), (11, 6, 7.5, 3));
    assert_eq!(fixture.commands(), ["findAndModify"]);
    // A sum of Doubles is exact up to 2^53 only, and an `i64` goes on.
    let sums = one().inc(Meter::rank, 1).inc(Meter::long, 1).inc(Meter::ratio, 1).await.unwrap();
    assert_eq!((sums.rank, sums.long, sums.ratio), (2, Some(3), Some(5.0)));
    assert_eq!(fixture.commands(), MENDED);
    let expected = doc! { "int": 11_i64, "small": 6.0, "real": 7.5, "level": 3.0, "rank": 2_i64, "long": 3_i64, "ratio": 5.0 };
    let stored = &fixture.stored("meters").await[0];
    for (field, number) in expected {
        assert_eq!(stored.get(&field), Some(&number), "{field}");
    }
}

#[tokio::test]
async fn none_is_nothing_to_count_from_and_stays_as_it_is_stored() {
    let fixture = with(doc! { "ratio": Bson::Null, "hint": Bson::Null }).await;
    let one = || fixture.db.update(Meter::id.eq(1));
    let before = fixture.stored("meters").await;
    let none = one().inc(Meter::long, 1).mul(Meter::ratio, 2).inc(Meter::hint, 3).mul(Meter::load, 4).await.unwrap();
    assert_eq!((none.long, none.ratio, none.hint, none.load), (None, None, None, None));
    assert_eq!((fixture.stored("meters").await, fixture.commands()), (before, vec!["findAndModify".to_owned()]));
    // A field that is declared `null` is stored as null again, the others go.
    let some = one().set(Meter::long, 1).set(Meter::ratio, 1).set(Meter::hint, 1).await.unwrap();
    assert_eq!((some.long, some.ratio, some.hint), (Some(1), Some(1.0), Some(1)));
    let some = one().inc(Meter::long, 2).mul(Meter::ratio, 3).inc(Meter::hint, 4).await.unwrap();
    assert_eq!((some.long, some.ratio, some.hint), (Some(3), Some(3.0), Some(5)));
    let types = (stored(&fixture, "long").await, stored(&fixture, "ratio").await, stored(&fixture, "hint").await);
    assert_eq!(types, (Some(Bson::Int64(3)), Some(Bson::Double(3.0)), Some(Bson::Int32(5))));
    one().set(Meter::long, None).set(Meter::ratio, None).set(Meter::hint, None).await.unwrap();
    assert_eq!(fixture.stored("meters").await, [document(doc! { "hint": Bson::Null })]);
    one().unset(Meter::hint).await.unwrap();
    assert_eq!(stored(&fixture, "hint").await, None);
}

#[tokio::test]
async fn what_is_missing_is_counted_from_its_default() {
    let fixture = with(doc! { "rank": Bson::Null }).await;
    let one = || fixture.db.update(Meter::id.eq(1));
    assert_eq!(one().mul(Meter::rank, 3).await.unwrap().rank, 15);
    assert_eq!(fixture.commands(), MENDED);
    // From zero the server counts by itself.
    assert_eq!(one().inc(Meter::share, 0.5).inc(Meter::step, 1).await.unwrap().step, 1);
    assert_eq!(fixture.commands(), ["findAndModify"]);
    assert_eq!((stored(&fixture, "share").await, stored(&fixture, "step").await), (Some(Bson::Double(0.5)), Some(Bson::Int32(1))));
    // A default that would leave the limits is refused as any number is, and not stored.
    assert_eq!(rules(&one().inc(Meter::level, 6).await.unwrap_err()), "`level` needs a value of at most 10");
    assert_eq!(stored(&fixture, "level").await, None);
}
