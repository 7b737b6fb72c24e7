//! Types of other crates, each with its feature; `cargo test --all-features` has them all.

#[cfg(feature = "bytes")]
mod bytes {
    use crate::codec::{
        natives::pair,
        types::{refused, stored},
    };
    use ::bytes::Bytes;
    use bson::{Binary, spec::BinarySubtype};
    use chakra::{codec::AsBinary, model::FieldType, schema::Kind};

    #[test]
    fn bytes_are_a_binary() {
        let binary = Binary { subtype: BinarySubtype::Generic, bytes: vec![1, 2] };
        stored(Bytes::from_static(&[1, 2]), binary.clone(), []);
        pair::<AsBinary, Bytes>(Bytes::from_static(&[1, 2]), binary, []);
        refused::<Bytes>("text", "Binary", "String");
        assert!(matches!(Bytes::KIND, Kind::Binary));
    }
}

#[cfg(feature = "indexmap")]
mod indexmap {
    use crate::codec::{encode, types::stored};
    use ::indexmap::IndexMap;
    use bson::{doc, oid::ObjectId};
    use chakra::{
        codec::{AsLong, Decode, Native, Storage, Via, to_bson},
        model::FieldType,
        schema::{Absent, Kind},
    };

    #[test]
    fn an_index_map_keeps_its_own_order() {
        let map = IndexMap::<char, i32>::from_iter([('b', 2), ('a', 1)]);
        stored(map.clone(), doc! { "b": 2, "a": 1 }, []);
        assert_eq!(encode(&map), doc! { "v": { "b": 2, "a": 1 } }.to_vec().unwrap());
        let read = crate::codec::decode::<IndexMap<char, i32>>(doc! { "b": 2, "a": 1 }).unwrap();
        assert_eq!(read.keys().collect::<Vec<_>>(), [&'b', &'a']);
        assert_eq!(<IndexMap<ObjectId, i32> as Decode>::absent(), Some(IndexMap::new()));
        assert!(matches!((IndexMap::<char, i32>::KIND, IndexMap::<char, i32>::ABSENT), (Kind::Map(Kind::Int32 { .. }), Absent::EmptyMap)));
    }

    #[test]
    fn its_values_have_native_forms() {
        type Longs = IndexMap<char, Native<i32, AsLong>>;
        let map = IndexMap::<char, i32>::from_iter([('b', 2), ('a', 1)]);
        let stored = to_bson(&Via::<Longs, _>::new(&map)).unwrap();
        assert_eq!(stored.as_document().unwrap().to_vec().unwrap(), doc! { "b": 2_i64, "a": 1_i64 }.to_vec().unwrap());
        assert_eq!(<Longs as Storage<IndexMap<char, i32>>>::absent(), Some(IndexMap::new()));
    }
}

/// The milliseconds of the tests below, before and after 1970.
#[cfg(any(feature = "jiff", feature = "time"))]
const MILLIS: [i64; 3] = [-1, 0, 1_704_164_645_678];

#[cfg(feature = "jiff")]
mod jiff {
    use super::MILLIS;
    use crate::codec::{
        natives::{pair, unstorable},
        types::{refused, stored},
    };
    use ::jiff::Timestamp;
    use chakra::codec::{AsDate, AsLong, AsString, AsTimestamp, to_bson};

    #[test]
    fn a_timestamp_is_a_date() {
        for millis in MILLIS {
            let (moment, date) = (Timestamp::from_millisecond(millis).unwrap(), bson::DateTime::from_millis(millis));
            stored(moment, date, []);
            pair::<AsDate, Timestamp>(moment, date, []);
            pair::<AsLong, Timestamp>(moment, millis, [date.into()]);
        }
        assert_eq!(
            to_bson(&Timestamp::from_nanosecond(-1).unwrap()).unwrap(),
            bson::DateTime::from_millis(-1).into(),
            "cut towards the past"
        );
        refused::<Timestamp>(bson::DateTime::from_millis(i64::MAX), "Date within jiff's years", "a Date out of range");
    }

    #[test]
    fn it_has_the_native_forms_of_moments() {
        let moment = Timestamp::from_millisecond(MILLIS[2]).unwrap();
        pair::<AsString, Timestamp>(moment, "2024-01-02T03:04:05.678Z", []);
        pair::<AsTimestamp, Timestamp>(Timestamp::from_second(5).unwrap(), bson::Timestamp { time: 5, increment: 0 }, []);
        let rule = "a moment from 1970 to 2106, which a Timestamp can hold";
        unstorable::<AsTimestamp, Timestamp>(Timestamp::from_second(-1).unwrap(), rule);
    }
}

#[cfg(feature = "time")]
mod time {
    use super::MILLIS;
    use crate::codec::{
        natives::{pair, unstorable},
        types::{refused, stored},
    };
    use ::time::{OffsetDateTime, UtcOffset};
    use chakra::codec::{AsDate, AsLong, AsString, AsTimestamp, to_bson};

    fn moment(millis: i64) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000).unwrap()
    }

    #[test]
    fn a_date_time_is_a_date() {
        for millis in MILLIS {
            let date = bson::DateTime::from_millis(millis);
            stored(moment(millis), date, []);
            pair::<AsDate, OffsetDateTime>(moment(millis), date, []);
            pair::<AsLong, OffsetDateTime>(moment(millis), millis, [date.into()]);
        }
        let finer = OffsetDateTime::from_unix_timestamp_nanos(-1).unwrap();
        assert_eq!(to_bson(&finer).unwrap(), bson::DateTime::from_millis(-1).into(), "cut towards the past");
        // The offset is none of the moment.
        let east = moment(5).to_offset(UtcOffset::from_hms(2, 0, 0).unwrap());
        assert_eq!(to_bson(&east).unwrap(), bson::DateTime::from_millis(5).into());
        assert_eq!(crate::codec::decode::<OffsetDateTime>(bson::DateTime::from_millis(5)).unwrap().offset(), UtcOffset::UTC);
        refused::<OffsetDateTime>(bson::DateTime::from_millis(i64::MAX), "Date within the years of `time`", "a Date out of range");
    }

    #[test]
    fn it_has_the_native_forms_of_moments() {
        pair::<AsString, OffsetDateTime>(moment(MILLIS[2]), "2024-01-02T03:04:05.678Z", []);
        pair::<AsTimestamp, OffsetDateTime>(moment(5_000), bson::Timestamp { time: 5, increment: 0 }, []);
        let rule = "a moment from 1970 to 2106, which a Timestamp can hold";
        unstorable::<AsTimestamp, OffsetDateTime>(moment(-1), rule);
    }
}

#[cfg(feature = "rust_decimal")]
mod rust_decimal {
    use crate::codec::{
        decode,
        natives::{pair, unreadable},
        types::{refused, stored},
    };
    use ::rust_decimal::Decimal;
    use bson::{Bson, Decimal128};
    use chakra::{
        codec::{AsDecimal, AsString, to_bson},
        model::FieldType,
        schema::Kind,
    };
    use proptest::prelude::*;

    fn decimal(text: &str) -> Bson {
        Bson::Decimal128(text.parse::<Decimal128>().unwrap())
    }

    fn exact(text: &str) -> Decimal {
        Decimal::from_str_exact(text).unwrap()
    }

    #[test]
    fn a_decimal_is_a_decimal128_of_the_same_scale() {
        for text in ["0", "1.50", "-1.5", "79228162514264337593543950335", "0.0000000000000000000000000001"] {
            stored(exact(text), decimal(text), []);
            pair::<AsDecimal, Decimal>(exact(text), decimal(text), []);
            pair::<AsString, Decimal>(exact(text), text, [decimal(text)]);
        }
        stored(exact("7"), decimal("7"), [Bson::Int32(7), Bson::Int64(7)]);
        assert_eq!(decode::<Decimal>(decimal("1.50")).unwrap().to_string(), "1.50");
        assert_eq!(decode::<Decimal>(decimal("1E+3")).unwrap().to_string(), "1000");
        assert!(matches!(Decimal::KIND, Kind::Decimal128));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let digits = "Decimal128 within rust_decimal's digits";
        for text in ["79228162514264337593543950336", "1E+29", "1E-29", "0.12345678901234567890123456789"] {
            refused::<Decimal>(decimal(text), digits, "a Decimal128 with more digits");
        }
        // Zeros at the end are no digits that would be lost.
        assert_eq!(decode::<Decimal>(decimal("1.50000000000000000000000000000000")), Ok(exact("1.5")));
        assert_eq!(decode::<Decimal>(decimal("0E-100")), Ok(Decimal::ZERO));
        for text in ["NaN", "Infinity", "-Infinity"] {
            refused::<Decimal>(decimal(text), "a finite Decimal128", "a Decimal128 that is no number");
        }
        refused::<Decimal>(1.5, "Decimal128", "Double");
        for text in ["01.5", "1.", "1_000", "1e3"] {
            unreadable::<AsString, Decimal>(text, "a String of the digits of a Decimal", "another String");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn decimals_survive_the_round_trip(parts in any::<[u32; 3]>(), negative in any::<bool>(), scale in 0_u32..=28) {
            let [lo, mid, hi] = parts;
            let number = Decimal::from_parts(lo, mid, hi, negative, scale);
            let stored = to_bson(&number).unwrap();
            prop_assert_eq!(&stored, &decimal(&number.to_string()));
            let read = decode::<Decimal>(stored).unwrap();
            prop_assert_eq!((read, read.scale()), (number, scale));
        }
    }
}

#[cfg(feature = "serde_json")]
mod serde_json {
    use crate::codec::{
        decode, encode,
        types::{refused, stored},
    };
    use ::serde_json::{Value, json};
    use bson::{Bson, doc, oid::ObjectId};
    use chakra::{
        codec::{Decode, to_bson},
        model::FieldType,
        schema::{Absent, Kind},
    };

    #[test]
    fn a_value_is_stored_as_it_is() {
        stored(json!(null), Bson::Null, []);
        stored(json!(true), true, []);
        stored(json!(5), 5_i64, [Bson::Int32(5)]);
        stored(json!(1.5), 1.5, []);
        stored(json!("é"), "é", []);
        stored(json!([1, null]), Bson::Array(vec![Bson::Int64(1), Bson::Null]), []);
        stored(json!({ "a": { "b": [] } }), doc! { "a": { "b": [] } }, []);
        assert_eq!(encode(&json!({ "b": 1, "a": 2 })), doc! { "v": { "b": 1_i64, "a": 2_i64 } }.to_vec().unwrap(), "in its own order");
        assert_eq!(Value::absent(), Some(Value::Null));
        assert_eq!(decode::<Option<Value>>(Bson::Null), Ok(None));
        assert!(matches!((Value::KIND, Value::ABSENT), (Kind::Any, Absent::Null)));
    }

    #[test]
    fn what_json_has_not_is_refused() {
        assert_eq!(to_bson(&json!([u64::MAX])).unwrap_err().path(), "[0]");
        refused::<Value>(ObjectId::new(), "a JSON value", "ObjectId");
        refused::<Value>(bson::DateTime::from_millis(0), "a JSON value", "Date");
        refused::<Value>(Bson::Decimal128("1".parse().unwrap()), "a JSON value", "Decimal128");
        refused::<Value>(f64::NAN, "a JSON value", "a Double that is no finite number");
        let error = decode::<Value>(doc! { "a": [ObjectId::new()] }).unwrap_err();
        assert_eq!((error.path(), error.detail()), ("{…}[0]", Some("key `a`")));
    }
}
