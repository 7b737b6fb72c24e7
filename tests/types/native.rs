//! Native overrides: the same questions of every type that may be stored as another one, and what such a field reads.

use super::{
    harness::{check, check_ordered, probe},
    scalar::{at, binary, date, decimal, object_id},
};
use crate::{models::User, support::Fixture};
use bson::{Binary, Bson, Decimal128, Timestamp, doc, oid::ObjectId, spec::BinarySubtype};
use chakra::{Error, codec::Native, prelude::*};
use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use uuid::Uuid;

const FIRST: &str = "0102030405060708090a0b01";
const SECOND: &str = "0102030405060708090a0b02";
const PAST: &str = "1969-12-31T23:59:59.999Z";
const NOW: &str = "2023-11-14T22:13:20.123Z";
const UUID: &str = "67e55044-10b1-426f-9247-bb680e5fe0c8";

fn id(hex: &str) -> Bson {
    Bson::ObjectId(ObjectId::parse_str(hex).unwrap())
}

fn dec(text: &str) -> Bson {
    Bson::Decimal128(decimal(text))
}

fn seconds(time: u32) -> Bson {
    Bson::Timestamp(Timestamp { time, increment: 0 })
}

fn bytes(bytes: &[u8]) -> Bson {
    binary(BinarySubtype::Generic, bytes)
}

/// A test for each row: a type, the one as which it is stored, and two of its values with what is stored of each.
macro_rules! natives {
    ($($name:ident: $check:ident $rust:ty as $native:tt = [$a:expr => $stored_a:expr, $b:expr => $stored_b:expr];)*) => { $(
        #[tokio::test]
        async fn $name() {
            let probe = probe!($rust, [#[chakra(as = $native)]], Native::new, Bson::Array);
            $check(probe, ($a, $stored_a), ($b, $stored_b)).await;
        }
    )* };
}

natives! {
    i8_as_long: check_ordered i8 as "long" = [-1 => Bson::Int64(-1), 1 => Bson::Int64(1)];
    i32_as_long: check_ordered i32 as "long" = [i32::MIN => Bson::Int64(i32::MIN.into()), 5 => Bson::Int64(5)];
    u16_as_long: check_ordered u16 as "long" = [0 => Bson::Int64(0), u16::MAX => Bson::Int64(65_535)];
    byte_as_long: check_ordered u8 as "long" = [0 => Bson::Int64(0), 255 => Bson::Int64(255)];
    i64_as_long: check_ordered i64 as "long" = [i64::MIN => Bson::Int64(i64::MIN), i64::MAX => Bson::Int64(i64::MAX)];
    i16_as_double: check_ordered i16 as "double" = [-3 => Bson::Double(-3.0), 3 => Bson::Double(3.0)];
    i64_as_double: check_ordered i64 as "double" = [-1 => Bson::Double(-1.0), 1 << 53 => Bson::Double(9_007_199_254_740_992.0)];
    u32_as_decimal: check_ordered u32 as "decimal" = [0 => dec("0"), u32::MAX => dec("4294967295")];
    i64_as_decimal: check_ordered i64 as "decimal" = [i64::MIN => dec("-9223372036854775808"), i64::MAX => dec("9223372036854775807")];
    // Beyond what an Int64 holds.
    u64_as_decimal: check_ordered u64 as "decimal" = [0 => dec("0"), u64::MAX => dec("18446744073709551615")];
    i32_as_string: check i32 as "string" = [-5 => Bson::from("-5"), 10 => Bson::from("10")];
    u64_as_string: check u64 as "string" = [9 => Bson::from("9"), u64::MAX => Bson::from("18446744073709551615")];
    i64_as_date: check_ordered i64 as "date" = [-1 => date(-1), 1_700_000_000_123 => date(1_700_000_000_123)];

    f32_as_double: check_ordered f32 as "double" = [0.5 => Bson::Double(0.5), 1.5 => Bson::Double(1.5)];
    f64_as_decimal: check_ordered f64 as "decimal" = [-0.1 => dec("-0.1"), 1e300 => dec("1E+300")];
    f32_as_decimal: check_ordered f32 as "decimal" = [0.1 => dec("0.1"), 16_777_216.0 => dec("1.6777216E+7")];
    decimal_as_decimal: check_ordered Decimal128 as "decimal" = [decimal("1.50") => dec("1.50"), decimal("2") => dec("2")];
    decimal_as_string: check Decimal128 as "string" = [decimal("1.50") => Bson::from("1.50"), decimal("2") => Bson::from("2")];

    text_as_string: check_ordered String as "string" = ["a".to_owned() => Bson::from("a"), "b".to_owned() => Bson::from("b")];
    text_as_object_id: check_ordered String as "object_id" = [FIRST.to_owned() => id(FIRST), SECOND.to_owned() => id(SECOND)];
    boxed_text_as_object_id: check_ordered Box<str> as "object_id" = [FIRST.into() => id(FIRST), SECOND.into() => id(SECOND)];
    shared_text_as_object_id: check_ordered Arc<str> as "object_id" = [FIRST.into() => id(FIRST), SECOND.into() => id(SECOND)];
    text_as_decimal: check String as "decimal" = ["-1.50".to_owned() => dec("-1.50"), "1E+3".to_owned() => dec("1E+3")];
    text_as_date: check_ordered String as "date" = [PAST.to_owned() => date(-1), NOW.to_owned() => date(1_700_000_000_123)];
    text_as_binary: check String as "binary" = [String::new() => bytes(&[]), "é".to_owned() => bytes(&[0xC3, 0xA9])];

    object_id_as_object_id: check_ordered ObjectId as "object_id" = [
        object_id(1) => Bson::ObjectId(object_id(1)),
        object_id(2) => Bson::ObjectId(object_id(2))
    ];
    object_id_as_string: check_ordered ObjectId as "string" = [
        FIRST.parse().unwrap() => Bson::from(FIRST),
        SECOND.parse().unwrap() => Bson::from(SECOND)
    ];
    typed_id_as_string: check_ordered Id<User> as "string" = [
        FIRST.parse().unwrap() => Bson::from(FIRST),
        SECOND.parse().unwrap() => Bson::from(SECOND)
    ];
    uuid_as_string: check_ordered Uuid as "string" = [
        Uuid::nil() => Bson::from("00000000-0000-0000-0000-000000000000"),
        UUID.parse().unwrap() => Bson::from(UUID)
    ];
    uuid_as_binary: check Uuid as "binary" = [
        Uuid::nil() => binary(BinarySubtype::Uuid, &[0; 16]),
        Uuid::max() => binary(BinarySubtype::Uuid, &[255; 16])
    ];

    date_as_date: check_ordered DateTime<Utc> as "date" = [at(-1) => date(-1), at(5) => date(5)];
    date_as_timestamp: check_ordered DateTime<Utc> as "timestamp" = [at(1_000) => seconds(1), at(4_294_967_295_000) => seconds(u32::MAX)];
    date_as_long: check_ordered DateTime<Utc> as "long" = [at(-1) => Bson::Int64(-1), at(5) => Bson::Int64(5)];
    date_as_string: check_ordered DateTime<Utc> as "string" = [at(-1) => Bson::from(PAST), at(1_700_000_000_123) => Bson::from(NOW)];
    bson_date_as_timestamp: check_ordered bson::DateTime as "timestamp" = [
        bson::DateTime::from_millis(1_000) => seconds(1),
        bson::DateTime::from_millis(2_000) => seconds(2)
    ];
    bson_date_as_string: check_ordered bson::DateTime as "string" = [
        bson::DateTime::from_millis(-1) => Bson::from(PAST),
        bson::DateTime::from_millis(1_700_000_000_123) => Bson::from(NOW)
    ];
    system_time_as_long: check_ordered SystemTime as "long" = [
        UNIX_EPOCH - Duration::from_millis(1) => Bson::Int64(-1),
        UNIX_EPOCH => Bson::Int64(0)
    ];

    bson_binary_as_binary: check Binary as "binary" = [
        Binary { subtype: BinarySubtype::Generic, bytes: vec![1] } => bytes(&[1]),
        Binary { subtype: BinarySubtype::Md5, bytes: vec![2] } => binary(BinarySubtype::Md5, &[2])
    ];
    fixed_bytes_as_binary: check [u8; 2] as "binary" = [[1, 2] => bytes(&[1, 2]), [2, 1] => bytes(&[2, 1])];
}

#[cfg(feature = "jiff")]
natives! {
    jiff_date_as_timestamp: check_ordered jiff::Timestamp as "timestamp" = [
        jiff::Timestamp::from_second(1).unwrap() => seconds(1),
        jiff::Timestamp::from_second(2).unwrap() => seconds(2)
    ];
}

#[cfg(feature = "time")]
natives! {
    time_date_as_string: check_ordered time::OffsetDateTime as "string" = [
        time::OffsetDateTime::from_unix_timestamp_nanos(-1_000_000).unwrap() => Bson::from(PAST),
        time::OffsetDateTime::from_unix_timestamp_nanos(1_700_000_000_123_000_000).unwrap() => Bson::from(NOW)
    ];
}

#[cfg(feature = "rust_decimal")]
natives! {
    rust_decimal_as_string: check rust_decimal::Decimal as "string" = [
        rust_decimal::Decimal::new(150, 2) => Bson::from("1.50"),
        rust_decimal::Decimal::new(-5, 0) => Bson::from("-5")
    ];
}

/// A list of bytes is one value, so its override is that of a byte.
#[tokio::test]
async fn bytes_as_binary() {
    let probe = probe!(Vec<u8>, [#[chakra(as = "binary")]], |bytes: Vec<u8>| bytes.into_iter().map(Native::new).collect(), Bson::Array);
    check(probe, (vec![], bytes(&[])), (vec![0, 255], bytes(&[0, 255]))).await;
}

/// A test for each row: a type, the one as which it is stored, stored values with what they read as, and stored values that cannot be read.
macro_rules! reads {
    ($(
        $name:ident: $rust:ty as $native:tt { $($stored:expr => $value:expr,)* } else { $($bad:expr => $expected:expr, $found:expr;)* }
    )*) => { $(
        #[tokio::test]
        async fn $name() {
            #[derive(Debug, Clone, Model)]
            #[chakra(collection = "probes")]
            struct Sample {
                #[chakra(id)]
                id: i64,
                #[chakra(as = $native)]
                value: $rust,
            }
            let fixture = Fixture::new(|builder| builder.model::<Sample>()).await;
            let mut id = 0_i64;
            let good: Vec<(Bson, $rust)> = vec![$((Bson::from($stored), $value)),*];
            for (stored, value) in good {
                id += 1;
                fixture.store("probes", doc! { "_id": id, "value": &stored }).await;
                assert_eq!(fixture.db.get(Sample::id.eq(id)).await.unwrap().value, value, "{stored:?}");
            }
            let bad: Vec<(Bson, &str, &str)> = vec![$((Bson::from($bad), $expected, $found)),*];
            for (stored, expected, found) in bad {
                id += 1;
                fixture.store("probes", doc! { "_id": id, "value": &stored }).await;
                let error = fixture.db.get(Sample::id.eq(id)).await.map(|sample| sample.id).unwrap_err();
                let Error::Decode { error, .. } = &error else { panic!("{error:?}") };
                assert_eq!((error.path(), error.expected(), error.found()), ("value", expected, found), "{stored:?}");
            }
        }
    )* };
}

// A field may be switched: it is read from its own type as well as from the one that it is stored as.
reads! {
    long_reads: i32 as "long" {
        5_i64 => 5, 5 => 5, 5.0 => 5,
    } else {
        1_i64 << 40 => "Int32", "a number out of range";
        "5" => "Int32", "String";
    }
    double_reads: i32 as "double" {
        5.0 => 5, 5 => 5, 5_i64 => 5,
    } else {
        5.5 => "Double within i32", "a Double that is no such integer";
        f64::NAN => "Double within i32", "a Double that is no such integer";
        1e10 => "Double within i32", "a number out of range";
    }
    decimal_reads: i64 as "decimal" {
        decimal("5") => 5, decimal("5.00") => 5, decimal("5E+2") => 500, 5 => 5, 5.0 => 5,
    } else {
        decimal("5.5") => "Decimal128 within i64", "a Decimal128 that is no such integer";
        decimal("NaN") => "Decimal128 within i64", "a Decimal128 that is no such integer";
        decimal("9223372036854775808") => "Decimal128 within i64", "a number out of range";
    }
    digits_reads: u16 as "string" {
        "5" => 5, 5 => 5,
    } else {
        "05" => "a String of the digits of an u16", "another String";
        "-5" => "a String of the digits of an u16", "another String";
        "65536" => "a String of the digits of an u16", "another String";
        "" => "a String of the digits of an u16", "another String";
    }
    millis_read: i64 as "date" {
        bson::DateTime::from_millis(5) => 5, 5_i64 => 5,
    } else {
        "5" => "Date", "String";
    }
    decimal_of_a_double_reads: f64 as "decimal" {
        decimal("0.1") => 0.1, decimal("0.10") => 0.1, 0.1 => 0.1, 5 => 5.0, decimal("Infinity") => f64::INFINITY,
    } else {
        decimal("0.1000000000000000000000001") => "Decimal128 within f64", "a Decimal128 that no f64 stands for";
        decimal("1E+400") => "Decimal128 within f64", "a Decimal128 that no f64 stands for";
    }
    hex_reads: String as "object_id" {
        object_id(7) => object_id(7).to_hex(), FIRST => FIRST.to_owned(), FIRST.to_uppercase() => FIRST.to_owned(),
    } else {
        "xyz" => "ObjectId", "a String that is not 24 hex digits";
        5 => "ObjectId", "Int32";
    }
    id_text_reads: ObjectId as "string" {
        FIRST => FIRST.parse().unwrap(), object_id(7) => object_id(7),
    } else {
        FIRST.to_uppercase() => "a String of 24 hex digits in lower case", "another String";
        5 => "ObjectId", "Int32";
    }
    moment_reads: DateTime<Utc> as "string" {
        NOW => at(1_700_000_000_123), bson::DateTime::from_millis(5) => at(5),
    } else {
        "2023-11-14T22:13:20Z" => "a String such as `2024-01-02T03:04:05.678Z`", "another String";
        "yesterday" => "a String such as `2024-01-02T03:04:05.678Z`", "another String";
        5 => "String", "Int32";
    }
    timestamp_reads: DateTime<Utc> as "timestamp" {
        seconds(5) => at(5_000), Bson::Timestamp(Timestamp { time: 5, increment: 9 }) => at(5_000), bson::DateTime::from_millis(7) => at(7),
    } else {
        5 => "Timestamp", "Int32";
    }
    date_of_a_text_reads: String as "date" {
        bson::DateTime::from_millis(-1) => PAST.to_owned(), "2023-11-14T23:13:20.1239+01:00" => NOW.to_owned(),
    } else {
        "soon" => "Date", "a String that RFC 3339 does not know";
        bson::DateTime::MAX => "Date within the years 0 to 9999", "a Date out of range";
    }
    text_of_binary_reads: String as "binary" {
        bytes(&[0xC3, 0xA9]) => "é".to_owned(), "é" => "é".to_owned(),
    } else {
        bytes(&[0xC3]) => "Binary of UTF-8 text", "a Binary that is not UTF-8";
    }
}

/// What is finer than the stored form is cut, and a bound between two stored values keeps its meaning.
#[tokio::test]
async fn a_moment_is_cut_to_what_is_stored() {
    #[derive(Debug, Clone, PartialEq, Model)]
    struct Moment {
        #[chakra(id)]
        id: i64,
        #[chakra(as = "timestamp")]
        second: DateTime<Utc>,
        #[chakra(as = "string")]
        text: DateTime<Utc>,
        #[chakra(as = "date")]
        spelled: String,
    }
    let fixture = Fixture::new(|builder| builder.model::<Moment>()).await;
    let fine = DateTime::from_timestamp_micros(1_999_999).unwrap();
    let draft = Moment::draft().id(1).second(fine).text(fine).spelled("1970-01-01T01:00:01.9999+01:00");
    let created = fixture.db.create(draft).await.unwrap();
    assert_eq!(created, Moment { id: 1, second: at(1_000), text: at(1_999), spelled: "1970-01-01T00:00:01.999Z".into() });
    assert_eq!(fixture.db.get(Moment::id.eq(1)).await.unwrap(), created);
    let count = async |filter: Filter<Moment>| fixture.db.count(filter).await.unwrap();
    assert_eq!(count(Moment::second.eq(fine) & Moment::second.lt(at(1_001)) & Moment::second.lte(fine)).await, 1);
    assert_eq!(count(Moment::second.gte(at(1_001)) | Moment::second.gt(fine) | Moment::second.lt(at(1_000))).await, 0);
    assert_eq!(count(Moment::text.eq(fine) & Moment::text.lt(fine) & Moment::text.gt(at(1_998))).await, 1);
    assert_eq!(count(Moment::text.gte(fine)).await, 0);
    assert_eq!(count(Moment::spelled.lt("1970-01-01T00:00:01.9991Z") & Moment::spelled.in_(["1970-01-01T00:00:01.999Z"])).await, 1);
    assert_eq!(count(Moment::spelled.gte("1970-01-01T00:00:01.9991Z")).await, 0);
}
