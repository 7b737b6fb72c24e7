//! What a type reads beyond what it writes, where that ends, and what is never written.

use super::scalar::decimal;
use crate::support::Fixture;
use bson::{Bson, Decimal128, doc};
use chakra::{Error, prelude::*, query::UniqueFilter};
use std::collections::{BTreeSet, HashMap, VecDeque};

const NO_INTEGER: &str = "a Double that is no such integer";
const NOT_EXACT: &str = "an Int64 that no Double holds exactly";
const RANGE: &str = "a number out of range";

/// The error of a document that the model cannot read: path, expected, found.
async fn decode_error<M: Model + std::fmt::Debug>(fixture: &Fixture, key: UniqueFilter<M>) -> (String, String, String) {
    match fixture.db.get(key).await {
        Err(Error::Decode { collection: "probes", model: "Sample", id: Some(_), error, .. }) => {
            (error.path().to_owned(), error.expected().to_owned(), error.found().to_owned())
        }
        other => panic!("{other:?}"),
    }
}

/// A test for each row: a type, stored values with what they read as, and stored values with what is expected and found instead.
macro_rules! reads {
    ($($name:ident: $rust:ty { $($stored:expr => $value:expr,)* } else { $($bad:expr => $expected:expr, $found:expr;)* })*) => { $(
        #[tokio::test]
        async fn $name() {
            #[derive(Debug, Clone, Model)]
            #[chakra(collection = "probes")]
            struct Sample {
                #[chakra(id)]
                id: i64,
                value: $rust,
            }
            let fixture = Fixture::new(|builder| builder.model::<Sample>()).await;
            let mut id = 0_i64;
            let good: Vec<(Bson, $rust)> = vec![$((Bson::from($stored), $value)),*];
            for (stored, value) in good {
                id += 1;
                fixture.store("probes", doc! { "_id": id, "value": &stored }).await;
                assert_eq!(fixture.db.get(Sample::id.eq(id)).await.unwrap().value, value, "{stored:?}");
                // And the server finds it by that value.
                assert_eq!(fixture.db.count(Sample::value.eq(value) & Sample::id.eq(id)).await.unwrap(), 1, "{stored:?}");
            }
            let bad: Vec<(Bson, &str, &str)> = vec![$((Bson::from($bad), $expected, $found)),*];
            for (stored, expected, found) in bad {
                id += 1;
                fixture.store("probes", doc! { "_id": id, "value": &stored }).await;
                let told = decode_error(&fixture, Sample::id.eq(id)).await;
                assert_eq!(told, ("value".to_owned(), expected.to_owned(), found.to_owned()), "{stored:?}");
            }
        }
    )* };
}

reads! {
    int8: i8 {
        127_i64 => 127, -128.0 => -128, 0 => 0,
    } else {
        128 => "Int32 within i8", RANGE;
        -129_i64 => "Int32 within i8", RANGE;
        1.5 => "Int32 within i8", NO_INTEGER;
    }
    byte: u8 {
        255_i64 => 255, 0.0 => 0,
    } else {
        256 => "Int32 within u8", RANGE;
        -1 => "Int32 within u8", RANGE;
    }
    int16: i16 {
        32_767_i64 => 32_767, -32_768.0 => -32_768,
    } else {
        32_768 => "Int32 within i16", RANGE;
    }
    unsigned16: u16 {
        65_535.0 => 65_535,
    } else {
        65_536 => "Int32 within u16", RANGE;
        -1 => "Int32 within u16", RANGE;
    }
    int32: i32 {
        5_i64 => 5, 5.0 => 5, -0.0 => 0, i64::from(i32::MIN) => i32::MIN, f64::from(i32::MAX) => i32::MAX,
    } else {
        2_147_483_648_i64 => "Int32", RANGE;
        -2_147_483_649.0 => "Int32", RANGE;
        5.5 => "Int32", NO_INTEGER;
        f64::NAN => "Int32", NO_INTEGER;
        f64::INFINITY => "Int32", NO_INTEGER;
        "5" => "Int32", "String";
        true => "Int32", "Boolean";
        decimal("5") => "Int32", "Decimal128";
        bson::DateTime::from_millis(5) => "Int32", "Date";
        Bson::Array(vec![Bson::Int32(5)]) => "Int32", "Array";
    }
    unsigned32: u32 {
        5 => 5, 4_294_967_295.0 => u32::MAX,
    } else {
        4_294_967_296_i64 => "Int64 within u32", RANGE;
        -1 => "Int64 within u32", RANGE;
    }
    int64: i64 {
        5 => 5, -5.0 => -5, 9_007_199_254_740_993_i64 => 9_007_199_254_740_993, -9_223_372_036_854_775_808.0 => i64::MIN,
    } else {
        9_223_372_036_854_775_808.0 => "Int64", NO_INTEGER;
        -9_223_372_036_854_777_856.0 => "Int64", NO_INTEGER;
        0.1 => "Int64", NO_INTEGER;
        f64::NAN => "Int64", NO_INTEGER;
        f64::NEG_INFINITY => "Int64", NO_INTEGER;
        "x" => "Int64", "String";
    }
    unsigned64: u64 {
        5 => 5, 5.0 => 5, i64::MAX => i64::MAX as u64,
    } else {
        -1 => "Int64 from 0", RANGE;
        -1.0 => "Int64 from 0", RANGE;
    }
    int_of_pointer_size: isize {
        -5 => -5, 5.0 => 5,
    } else {
        0.5 => "Int64", NO_INTEGER;
    }
    unsigned_of_pointer_size: usize {
        5 => 5, 5.0 => 5,
    } else {
        -5 => "Int64 from 0", RANGE;
    }
    float64: f64 {
        5 => 5.0, 9_007_199_254_740_992_i64 => 9_007_199_254_740_992.0, i64::MIN => -9_223_372_036_854_775_808.0,
    } else {
        9_007_199_254_740_993_i64 => "Double", NOT_EXACT;
        i64::MAX => "Double", NOT_EXACT;
        decimal("1.5") => "Double", "Decimal128";
        "1.5" => "Double", "String";
    }
    float32: f32 {
        5 => 5.0, 16_777_216_i64 => 16_777_216.0, 0.5 => 0.5, f64::INFINITY => f32::INFINITY, f64::from(f32::MIN) => f32::MIN,
    } else {
        1e39 => "Double within f32", RANGE;
        -1e300 => "Double within f32", RANGE;
        i64::MAX => "Double", NOT_EXACT;
    }
    decimal128: Decimal128 {
        5 => decimal("5"), i64::MIN => decimal("-9223372036854775808"),
    } else {
        0.5 => "Decimal128", "Double";
        "5" => "Decimal128", "String";
    }
    boolean: bool {} else {
        1 => "Boolean", "Int32";
        "true" => "Boolean", "String";
    }
    text: String {} else {
        5 => "String", "Int32";
        Bson::Symbol("x".to_owned()) => "String", "Symbol";
    }
    character: char {} else {
        "" => "a String of one character", "a String of another length";
        "ab" => "a String of one character", "a String of another length";
    }
    date: DateTime<Utc> {} else {
        5_i64 => "Date", "Int64";
        bson::DateTime::MAX => "Date within chrono's years", "a Date out of range";
    }
    uuid: uuid::Uuid {} else {
        super::scalar::binary(bson::spec::BinarySubtype::Generic, &[1; 16]) => "Binary of subtype 4 (UUID)", "Binary of another subtype";
        "67e55044-10b1-426f-9247-bb680e5fe0c8" => "Binary", "String";
    }
    bytes: Vec<u8> {} else {
        Bson::Array(vec![Bson::Int32(1)]) => "Binary", "Array";
    }
    id: Id<crate::models::User> {} else {
        "0102030405060708090a0b0c" => "ObjectId", "String";
    }
    list: Vec<i32> {
        Bson::Array(vec![Bson::Int64(1), Bson::Double(2.0)]) => vec![1, 2],
    } else {
        doc! { "0": 1 } => "Array", "Document";
        "ab" => "Array", "String";
    }
    map: HashMap<String, i32> {
        doc! { "a": 1_i64 } => HashMap::from([("a".to_owned(), 1)]),
    } else {
        Bson::Array(vec![]) => "Document", "Array";
    }
    fixed_array: [i32; 2] {
        Bson::Array(vec![Bson::Int64(1), Bson::Double(2.0)]) => [1, 2],
    } else {
        Bson::Array(vec![Bson::Int32(1)]) => "an Array of 2 items", "an Array of another length";
        Bson::Array(vec![Bson::Int32(1); 3]) => "an Array of 2 items", "an Array of another length";
        "ab" => "Array", "String";
    }
}

#[tokio::test]
async fn what_is_wrong_inside_is_named_by_its_path() {
    #[derive(Debug, Clone, PartialEq, Composite)]
    struct Line {
        qty: u8,
    }
    #[derive(Debug, Clone, Model)]
    #[chakra(collection = "probes")]
    struct Sample {
        #[chakra(id)]
        id: i64,
        numbers: VecDeque<Vec<i32>>,
        maybe: Option<i64>,
        letters: BTreeSet<char>,
        lines: Vec<Line>,
        by_key: HashMap<String, Line>,
        by_id: HashMap<uuid::Uuid, i32>,
        boxed: Option<Box<Line>>,
    }
    let fixture = Fixture::new(|builder| builder.model::<Sample>()).await;
    let cases = [
        (doc! { "numbers": [[1], [2, 0.5]] }, "numbers[1][1]", "Int32", NO_INTEGER),
        (doc! { "numbers": [[1], Bson::Null] }, "numbers[1]", "Array", "Null"),
        (doc! { "maybe": 0.5 }, "maybe", "Int64", NO_INTEGER),
        (doc! { "letters": ["a", "bc"] }, "letters[1]", "a String of one character", "a String of another length"),
        (doc! { "lines": [{ "qty": 1 }, { "qty": 256 }] }, "lines[1].qty", "Int32 within u8", RANGE),
        (doc! { "lines": [{ "other": 1 }] }, "lines[0].qty", "a value", "nothing"),
        (doc! { "lines": [{ "qty": Bson::Null }] }, "lines[0].qty", "a value", "nothing"),
        // The key of a map is a value of the document, and stands in no message.
        (doc! { "by_key": { "ada@example.com": { "qty": -1 } } }, "by_key.{…}.qty", "Int32 within u8", RANGE),
        (doc! { "by_id": { "67E55044-10B1-426F-9247-BB680E5FE0C8": 1 } }, "by_id.{…}", "a key of the map's type", "another key"),
        (doc! { "boxed": { "qty": true } }, "boxed.qty", "Int32 within u8", "Boolean"),
        (doc! { "boxed": [] }, "boxed", "Document", "Array"),
    ];
    for (id, (mut document, path, expected, found)) in (1_i64..).zip(cases) {
        document.insert("_id", id);
        fixture.store("probes", document).await;
        let told = decode_error(&fixture, Sample::id.eq(id)).await;
        assert_eq!(told, (path.to_owned(), expected.to_owned(), found.to_owned()));
    }
}

#[tokio::test]
async fn a_required_value_that_is_missing_or_null_is_an_error() {
    #[derive(Debug, Clone, Model)]
    #[chakra(collection = "probes")]
    struct Sample {
        #[chakra(id)]
        id: i64,
        #[chakra(name = "first")]
        one: i32,
        two: [u8; 2],
    }
    let fixture = Fixture::new(|builder| builder.model::<Sample>()).await;
    let bytes = || super::scalar::binary(bson::spec::BinarySubtype::Generic, &[1, 2]);
    let cases = [(doc! { "two": bytes() }, "first"), (doc! { "first": Bson::Null, "two": bytes() }, "first"), (doc! { "first": 1 }, "two")];
    for (id, (mut document, path)) in (1_i64..).zip(cases) {
        document.insert("_id", id);
        fixture.store("probes", document).await;
        let told = decode_error(&fixture, Sample::id.eq(id)).await;
        assert_eq!(told, (path.to_owned(), "a value".to_owned(), "nothing".to_owned()));
    }
}

#[tokio::test]
async fn a_number_beyond_int64_is_refused_on_every_road_before_anything_is_sent() {
    #[derive(Debug, Clone, Model)]
    struct Count {
        #[chakra(id)]
        id: i64,
        #[chakra(unique, name = "k")]
        key: u64,
        value: usize,
        maybe: Option<u64>,
        list: Vec<u64>,
    }
    const BEYOND: u64 = i64::MAX as u64 + 1;
    let fixture = Fixture::new(|builder| builder.model::<Count>()).await;
    let db = &fixture.db;
    let whole = |key| Count { id: 1, key, value: 0, maybe: None, list: vec![] };
    let draft = || Count::draft().id(1).key(1_u64).value(1_usize);
    fixture.commands();
    let rule = "a number up to 9223372036854775807, the largest Int64";
    let cases: Vec<(&str, Error)> = vec![
        ("k", db.create(draft().key(BEYOND)).await.unwrap_err()),
        ("maybe", db.create_many([draft().maybe(u64::MAX)]).await.unwrap_err()),
        ("list[1]", db.create(draft().list([1, BEYOND])).await.unwrap_err()),
        ("k", db.insert_many(&[whole(1), whole(BEYOND)]).await.unwrap_err()),
        ("value", db.update(Count::id.eq(1)).set(Count::value, usize::MAX).await.unwrap_err()),
        ("list", db.update(Count::id.eq(1)).push(Count::list, BEYOND).await.unwrap_err()),
        ("value", db.update_many(Count::all()).inc(Count::value, usize::MAX).await.unwrap_err()),
        ("k", db.find_unique(Count::key.eq(BEYOND)).await.unwrap_err()),
        ("value", db.find_many(Count::value.in_([1, usize::MAX])).await.unwrap_err()),
        ("value", db.count(Count::value.gte(usize::MAX)).await.unwrap_err()),
        ("list", db.find_first(Count::list.has(BEYOND)).await.unwrap_err()),
        ("k", db.upsert(Count::key.eq(BEYOND)).create(draft()).await.unwrap_err()),
    ];
    for (at, (path, error)) in cases.into_iter().enumerate() {
        let Error::Invalid { model: "Count", broken, .. } = &error else { panic!("{at}: {error:?}") };
        let broken: Vec<(&str, &str)> = broken.iter().map(|broken| (broken.path.as_str(), broken.rule.as_str())).collect();
        assert_eq!(broken, [(path, rule)], "{at}");
    }
    assert_eq!(fixture.commands(), Vec::<String>::new());
    // And the greatest that there is room for.
    let greatest = BEYOND - 1;
    assert_eq!(db.create(draft().key(greatest)).await.unwrap().key, greatest);
}
