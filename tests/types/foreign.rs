//! Types of other libraries, each by its feature, and anything that serde knows.

use super::{
    harness::{check, probe, types},
    scalar::{at, date},
};
use crate::support::Fixture;
use bson::{Bson, doc};
use chakra::{Error, codec::Native, prelude::*};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[cfg(feature = "jiff")]
types! {
    jiff_date: check_ordered jiff::Timestamp = [
        jiff::Timestamp::from_millisecond(-1).unwrap() => date(-1),
        jiff::Timestamp::from_millisecond(1_700_000_000_123).unwrap() => date(1_700_000_000_123)
    ];
}

#[cfg(feature = "time")]
types! {
    time_date: check_ordered time::OffsetDateTime = [
        time::OffsetDateTime::from_unix_timestamp_nanos(-1_000_000).unwrap() => date(-1),
        time::OffsetDateTime::from_unix_timestamp_nanos(1_700_000_000_123_000_000).unwrap() => date(1_700_000_000_123)
    ];
}

#[cfg(feature = "rust_decimal")]
types! {
    decimal: check_ordered rust_decimal::Decimal = [
        rust_decimal::Decimal::new(-150, 2) => Bson::Decimal128(super::scalar::decimal("-1.50")),
        rust_decimal::Decimal::MAX => Bson::Decimal128(super::scalar::decimal("79228162514264337593543950335"))
    ];
}

#[cfg(feature = "bytes")]
types! {
    bytes: check bytes::Bytes = [
        bytes::Bytes::new() => super::scalar::binary(bson::spec::BinarySubtype::Generic, &[]),
        bytes::Bytes::from_static(&[0, 255]) => super::scalar::binary(bson::spec::BinarySubtype::Generic, &[0, 255])
    ];
}

#[cfg(feature = "indexmap")]
types! {
    index_map: check indexmap::IndexMap<String, i32> = [
        indexmap::IndexMap::new() => Bson::Document(doc! {}),
        indexmap::IndexMap::from([("a".to_owned(), 1), ("b".to_owned(), 2)]) => Bson::Document(doc! { "a": 1, "b": 2 })
    ];
}

#[cfg(feature = "serde_json")]
types! {
    json: check serde_json::Value = [
        serde_json::json!("text") => Bson::from("text"),
        serde_json::json!({ "a": [true, null, 1.5], "b": { "x": 5 } })
            => Bson::Document(doc! { "a": [true, Bson::Null, 1.5], "b": { "x": 5_i64 } })
    ];
}

/// Dates of other libraries are cut as chrono's are.
#[cfg(all(feature = "jiff", feature = "time"))]
#[tokio::test]
async fn foreign_dates_are_cut_towards_the_past() {
    #[derive(Debug, Clone, PartialEq, Model)]
    struct Moment {
        #[chakra(id)]
        id: i64,
        jiff: jiff::Timestamp,
        time: time::OffsetDateTime,
    }
    let fixture = Fixture::new(|builder| builder.model::<Moment>()).await;
    for (id, micros, millis) in [(1_i64, 1_999_i64, 1_i64), (2, -1, -1), (3, -1_001, -2)] {
        let jiff = jiff::Timestamp::from_microsecond(micros).unwrap();
        let time = time::OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1_000).unwrap();
        let created = fixture.db.create(Moment::draft().id(id).jiff(jiff).time(time)).await.unwrap();
        assert_eq!((created.jiff.as_millisecond(), created.time.unix_timestamp_nanos()), (millis, i128::from(millis) * 1_000_000));
        assert_eq!(created, fixture.db.get(Moment::id.eq(id)).await.unwrap());
        assert_eq!(fixture.stored("moments").await.last().unwrap(), &doc! { "_id": id, "jiff": date(millis), "time": date(millis) });
        assert_eq!(fixture.db.count(Moment::jiff.lt(jiff) & Moment::time.lt(time) & Moment::id.eq(id)).await.unwrap(), 1);
    }
}

/// What a Decimal128 holds beyond the type is an error, and never a rounded number.
#[cfg(feature = "rust_decimal")]
#[tokio::test]
async fn a_decimal_reads_integers_and_refuses_what_it_cannot_hold() {
    #[derive(Debug, Clone, PartialEq, Model)]
    struct Price {
        #[chakra(id)]
        id: i64,
        value: rust_decimal::Decimal,
    }
    let fixture = Fixture::new(|builder| builder.model::<Price>()).await;
    let stored = [
        Bson::Int32(5),
        Bson::Int64(-7),
        Bson::Decimal128(super::scalar::decimal("1E+40")),
        Bson::Decimal128(super::scalar::decimal("NaN")),
        Bson::Double(1.5),
    ];
    for (id, value) in (1_i64..).zip(stored) {
        fixture.store("prices", doc! { "_id": id, "value": value }).await;
    }
    for (id, value) in [(1, 5_i64), (2, -7)] {
        assert_eq!(fixture.db.get(Price::id.eq(id)).await.unwrap(), Price { id, value: value.into() });
    }
    for id in 3..=5 {
        let error = fixture.db.get(Price::id.eq(id)).await.unwrap_err();
        let Error::Decode { error, .. } = &error else { panic!("{error:?}") };
        assert_eq!(error.path(), "value");
    }
}

/// A type that knows nothing of Chakra.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Foreign {
    #[serde(rename = "n")]
    number: i32,
    words: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    when: Option<bson::DateTime>,
    shape: Shape,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Shape {
    Dot,
    Circle { radius: f64 },
}

fn foreign(number: i32) -> Foreign {
    Foreign { number, words: vec!["a".into()], when: (number > 1).then(|| bson::DateTime::from_millis(5)), shape: Shape::Dot }
}

fn octets(octets: [i32; 4]) -> Bson {
    Bson::Array(octets.map(Bson::Int32).to_vec())
}

/// A row of the table for a field that is marked `serde`.
macro_rules! by_serde {
    ($($name:ident: $rust:ty = [$a:expr => $stored_a:expr, $b:expr => $stored_b:expr];)*) => { $(
        #[tokio::test]
        async fn $name() {
            let probe = probe!($rust, [#[chakra(serde)]], Native::new, Bson::Array);
            check(probe, ($a, $stored_a), ($b, $stored_b)).await;
        }
    )* };
}

by_serde! {
    serde_struct: Foreign = [
        foreign(1) => Bson::Document(doc! { "n": 1, "words": ["a"], "shape": "dot" }),
        foreign(2) => Bson::Document(doc! { "n": 2, "words": ["a"], "when": date(5), "shape": "dot" })
    ];
    serde_enum: Shape = [
        Shape::Dot => Bson::from("dot"),
        Shape::Circle { radius: 1.5 } => Bson::Document(doc! { "circle": { "radius": 1.5 } })
    ];
    serde_tuple: (i32, String) = [
        (1, "a".into()) => Bson::Array(vec![Bson::Int32(1), "a".into()]),
        (2, "b".into()) => Bson::Array(vec![Bson::Int32(2), "b".into()])
    ];
    // In the form for machines, which for a date of the driver is a Date as well.
    serde_of_another_crate: std::net::Ipv4Addr = [
        [127, 0, 0, 1].into() => octets([127, 0, 0, 1]),
        [8, 8, 8, 8].into() => octets([8, 8, 8, 8])
    ];
}

/// The rest of a document is the codec's own, and what serde cannot read is an error with its path.
#[tokio::test]
async fn a_serde_field_stands_beside_others_and_in_maps() {
    #[derive(Debug, Clone, PartialEq, Model)]
    struct Mixed {
        #[chakra(id)]
        id: Id<Mixed>,
        at: DateTime<Utc>,
        #[chakra(serde)]
        by_name: BTreeMap<String, Foreign>,
        #[chakra(serde, null)]
        kept: Option<Shape>,
    }
    let fixture = Fixture::new(|builder| builder.model::<Mixed>()).await;
    let by_name = BTreeMap::from([("x".to_owned(), foreign(1))]);
    let whole = Mixed { id: Id::new(), at: at(7), by_name, kept: None };
    fixture.db.insert_many([&whole]).await.unwrap();
    let nested = doc! { "n": 1, "words": ["a"], "shape": "dot" };
    let expected = doc! { "_id": whole.id, "at": date(7), "by_name": { "x": nested }, "kept": Bson::Null };
    assert_eq!(fixture.stored("mixeds").await, [expected]);
    assert_eq!(fixture.db.get(whole.id).await.unwrap(), whole);
    let updated = fixture.db.update(whole.id).set(Mixed::kept, Shape::Circle { radius: 1.0 }).await.unwrap();
    assert_eq!(updated.kept, Some(Shape::Circle { radius: 1.0 }));

    fixture.raw.collection::<bson::Document>("mixeds").update_one(doc! {}, doc! { "$set": { "kept": "square" } }).await.unwrap();
    let error = fixture.db.get(whole.id).await.unwrap_err();
    let Error::Decode { error, .. } = &error else { panic!("{error:?}") };
    assert_eq!(error.path(), "kept");
    assert!(!error.to_string().contains("square"), "a value in a message: {error}");
}

/// Stored as null, and found by it.
#[tokio::test]
async fn serde_null() {
    #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
    #[serde(untagged)]
    enum Limit {
        Unlimited,
        Most(u32),
    }
    #[derive(Debug, Clone, PartialEq, Model)]
    struct Quota {
        #[chakra(id)]
        id: i64,
        #[chakra(serde)]
        limit: Limit,
    }
    let fixture = crate::support::Fixture::new(|builder| builder.model::<Quota>()).await;
    let quotas = [Quota { id: 1, limit: Limit::Unlimited }, Quota { id: 2, limit: Limit::Most(3) }];
    fixture.db.insert_many(&quotas).await.unwrap();
    assert_eq!(fixture.stored("quotas").await[0], bson::doc! { "_id": 1_i64, "limit": bson::Bson::Null });
    for (filter, expected) in [
        (Quota::limit.eq(Limit::Unlimited), 1),
        (Quota::limit.ne(Limit::Most(3)), 1),
        (Quota::limit.ne(Limit::Unlimited), 2),
        (Quota::limit.eq(Limit::Most(3)), 2),
        (Quota::limit.in_([Limit::Unlimited, Limit::Most(9)]), 1),
    ] {
        let found = fixture.db.find_many(filter).await.unwrap();
        assert_eq!(found.iter().map(|quota| quota.id).collect::<Vec<_>>(), [expected]);
    }
}
