//! Every type that a document can hold: its BSON type, what else is read as it, and what is refused.

use super::{decode, encode};
use bson::{Binary, Bson, Decimal128, Document, Timestamp, doc, oid::ObjectId, spec::BinarySubtype};
use chakra::{
    codec::{Decode, DecodeError, Encode, MapKey, Raw, to_bson},
    model::FieldType,
    prelude::*,
    schema::{Absent, Kind},
};
use proptest::{collection, prelude::*};
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque},
    fmt::Debug,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use uuid::Uuid;

fn bytes(bytes: &[u8]) -> Bson {
    Bson::Binary(Binary { subtype: BinarySubtype::Generic, bytes: bytes.to_vec() })
}

fn date(millis: i64) -> Bson {
    Bson::DateTime(bson::DateTime::from_millis(millis))
}

fn decimal(text: &str) -> Bson {
    Bson::Decimal128(text.parse().unwrap())
}

/// The value is stored as `stored`, also for the `bson` crate, and read from that and from each of `also`.
#[track_caller]
pub fn stored<T>(value: T, stored: impl Into<Bson>, also: impl IntoIterator<Item = Bson>)
where
    T: Encode + for<'a> Decode<'a> + PartialEq + Debug,
{
    let stored = stored.into();
    let bytes = encode(&value);
    assert_eq!(Document::from_reader(bytes.as_slice()).unwrap().get("v"), Some(&stored));
    assert_eq!(to_bson(&value).unwrap(), stored);
    assert_eq!(decode::<T>(stored), Ok(value), "read from what was written");
    for other in also {
        let read = decode::<T>(other.clone()).unwrap();
        assert_eq!(
            Document::from_reader(encode(&read).as_slice()).unwrap(),
            Document::from_reader(bytes.as_slice()).unwrap(),
            "from {other}"
        );
    }
}

/// Reading `found` is an error that says so.
#[track_caller]
pub fn refused<T: for<'a> Decode<'a> + Debug>(value: impl Into<Bson>, expected: &str, found: &str) {
    let error = decode::<T>(value).unwrap_err();
    assert_eq!((error.expected(), error.found()), (expected, found));
}

#[test]
fn scalars() {
    stored(true, true, []);
    stored(-3_i8, -3_i32, [Bson::Int64(-3), Bson::Double(-3.0)]);
    stored(-3_i16, -3_i32, [Bson::Int64(-3), Bson::Double(-3.0)]);
    stored(-3_i32, -3_i32, [Bson::Int64(-3), Bson::Double(-3.0)]);
    stored(3_u8, 3_i32, [Bson::Int64(3), Bson::Double(3.0)]);
    stored(3_u16, 3_i32, [Bson::Int64(3), Bson::Double(3.0)]);
    stored(3_u32, 3_i64, [Bson::Int32(3), Bson::Double(3.0)]);
    stored(-3_i64, -3_i64, [Bson::Int32(-3), Bson::Double(-3.0)]);
    stored(3_u64, 3_i64, [Bson::Int32(3), Bson::Double(3.0)]);
    stored(-3_isize, -3_i64, [Bson::Int32(-3), Bson::Double(-3.0)]);
    stored(3_usize, 3_i64, [Bson::Int32(3), Bson::Double(3.0)]);
    stored(1.5_f32, 1.5, []);
    stored(2.0_f64, 2.0, [Bson::Int32(2), Bson::Int64(2)]);
    stored("1.50".parse::<Decimal128>().unwrap(), decimal("1.50"), []);
    stored("7".parse::<Decimal128>().unwrap(), decimal("7"), [Bson::Int32(7), Bson::Int64(7)]);

    stored(i64::MIN.to_string().parse::<Decimal128>().unwrap(), decimal("-9223372036854775808"), [Bson::Int64(i64::MIN)]);

    refused::<bool>(1_i32, "Boolean", "Int32");
    refused::<i32>(2.5, "Int32", "a Double that is no such integer");
    refused::<f64>((1_i64 << 53) + 1, "Double", "an Int64 that no Double holds exactly");
    refused::<Decimal128>(1.5, "Decimal128", "Double");
}

#[test]
fn texts_and_bytes() {
    stored("é".to_owned(), "é", []);
    stored(Box::<str>::from("é"), "é", []);
    stored(Arc::<str>::from("é"), "é", []);
    stored(Cow::Borrowed("é"), "é", []);
    stored('é', "é", []);
    stored(vec![1_u8, 2], bytes(&[1, 2]), []);
    stored([1_u8, 2], bytes(&[1, 2]), []);
    stored(Binary { subtype: BinarySubtype::Md5, bytes: vec![1] }, Binary { subtype: BinarySubtype::Md5, bytes: vec![1] }, []);

    refused::<char>("ab", "a String of one character", "a String of another length");
    refused::<char>("", "a String of one character", "a String of another length");
    refused::<[u8; 2]>(bytes(&[1]), "a Binary of 2 bytes", "a Binary of another length");
    refused::<[u8; 2]>(vec![1_i32, 2], "Binary", "Array");
}

#[test]
fn ids_and_moments() {
    let id = ObjectId::new();
    stored(id, id, []);
    stored(Id::<()>::from_object_id(id), id, []);
    stored(Uuid::nil(), Binary { subtype: BinarySubtype::Uuid, bytes: vec![0; 16] }, []);
    for millis in [-1, 0, 1_700_000_000_123] {
        stored(bson::DateTime::from_millis(millis), date(millis), []);
        stored(DateTime::from_timestamp_millis(millis).unwrap(), date(millis), []);
    }
    stored(UNIX_EPOCH + Duration::from_millis(5), date(5), []);
    stored(UNIX_EPOCH - Duration::from_millis(5), date(-5), []);
    stored(Timestamp { time: u32::MAX, increment: 7 }, Timestamp { time: u32::MAX, increment: 7 }, []);

    assert_eq!(to_bson(&(UNIX_EPOCH - Duration::from_nanos(1))).unwrap(), date(-1), "cut towards the past");
    refused::<Uuid>(bytes(&[0; 16]), "Binary of subtype 4 (UUID)", "Binary of another subtype");
    refused::<Timestamp>(date(0), "Timestamp", "Date");
    refused::<DateTime<Utc>>(date(i64::MAX), "Date within chrono's years", "a Date out of range");
    refused::<SystemTime>(5_i64, "Date", "Int64");
    refused::<ObjectId>(id.to_hex(), "ObjectId", "String");
}

#[test]
fn lists() {
    let list = || Bson::Array(vec![1.into(), 2.into()]);
    stored(vec![1, 2], list(), []);
    stored([1, 2], list(), [vec![1_i64, 2].into()]);
    stored(VecDeque::from([1, 2]), list(), []);
    stored(BTreeSet::from([2, 1]), list(), []);
    stored(HashSet::from([2, 1]), list(), []);
    stored([[1, 2]], vec![list()], []);
    stored([None, Some(1)], Bson::Array(vec![Bson::Null, 1.into()]), []);
    stored([0_i32; 0], Bson::Array(vec![]), []);

    refused::<[i32; 3]>(list(), "an Array of 3 items", "an Array of another length");
    refused::<[i32; 1]>(list(), "an Array of 1 items", "an Array of another length");
    let error = decode::<[i32; 2]>(vec![Bson::Int32(1), "a".into()]).unwrap_err();
    assert_eq!((error.path(), error.found()), ("[1]", "String"));
}

#[test]
fn optional_boxed_and_nested() {
    stored(Some(1), 1, []);
    stored(None::<i32>, Bson::Null, [Bson::Undefined]);
    stored(Box::new(Some(1)), 1, []);
    stored(Arc::new(vec![1]), vec![1], []);
    stored(Some(vec![1]), vec![1], []);
    stored(Some(Vec::<i32>::new()), Bson::Array(vec![]), []);
    stored(None::<Vec<i32>>, Bson::Null, []);
    stored(doc! { "a": [1] }, doc! { "a": [1] }, []);
    stored(Bson::Null, Bson::Null, []);
}

#[test]
fn maps_are_written_sorted_by_the_text_of_their_keys() {
    let map = doc! { "a": 1, "b": 2 };
    stored(BTreeMap::from([("b".to_owned(), 2), ("a".to_owned(), 1)]), map.clone(), []);
    stored(HashMap::<String, i32>::from([("b".to_owned(), 2), ("a".to_owned(), 1)]), map.clone(), []);
    stored(HashMap::<Box<str>, i32>::from([("b".into(), 2), ("a".into(), 1)]), map.clone(), []);
    stored(BTreeMap::from([(Arc::<str>::from("b"), 2), ("a".into(), 1)]), map.clone(), []);
    stored(BTreeMap::from([(Cow::Borrowed("b"), 2), ("a".into(), 1)]), map.clone(), []);
    stored(BTreeMap::from([('b', 2), ('a', 1)]), map, []);

    let (low, high) = (ObjectId::from_bytes([1; 12]), ObjectId::from_bytes([200; 12]));
    let by_id = doc! { low.to_hex(): 1, high.to_hex(): 2 };
    stored(BTreeMap::from([(high, 2), (low, 1)]), by_id.clone(), []);
    stored(BTreeMap::from([(Id::<()>::from_object_id(high), 2), (Id::from_object_id(low), 1)]), by_id, []);
    stored(BTreeMap::from([(Uuid::nil(), 1)]), doc! { "00000000-0000-0000-0000-000000000000": 1 }, []);
}

#[test]
fn a_key_that_the_type_does_not_write_is_refused() {
    let unreadable = |error: DecodeError, key: &str| {
        assert_eq!((error.path(), error.expected(), error.found()), ("{…}", "a key of the map's type", "another key"));
        assert_eq!(error.detail(), Some(format!("key `{key}`").as_str()));
    };
    unreadable(decode::<BTreeMap<char, i32>>(doc! { "ab": 1 }).unwrap_err(), "ab");
    // In capitals it would come back as another text.
    let capitals = "65A1B2C3D4E5F60718293A4B";
    unreadable(decode::<BTreeMap<ObjectId, i32>>(doc! { capitals: 1 }).unwrap_err(), capitals);
    unreadable(
        decode::<HashMap<Uuid, i32>>(doc! { "00000000000000000000000000000000": 1 }).unwrap_err(),
        "00000000000000000000000000000000",
    );
    // The value's own error hides the key too.
    let error = decode::<BTreeMap<char, Vec<i32>>>(doc! { "a": ["x"] }).unwrap_err();
    assert_eq!((error.path(), error.detail()), ("{…}[0]", Some("key `a`")));
}

#[test]
fn a_missing_field_is_an_empty_container_but_no_array() {
    fn absent<T: for<'a> Decode<'a> + FieldType>() -> (Option<T>, Absent) {
        (T::absent(), T::ABSENT)
    }
    assert_eq!(absent::<Vec<i32>>(), (Some(vec![]), Absent::EmptyList));
    assert_eq!(absent::<BTreeMap<char, i32>>(), (Some(BTreeMap::new()), Absent::EmptyMap));
    assert_eq!(absent::<HashMap<ObjectId, i32>>(), (Some(HashMap::new()), Absent::EmptyMap));
    assert_eq!(absent::<Option<[i32; 2]>>(), (Some(None), Absent::Null));
    assert_eq!(absent::<[i32; 2]>(), (None, Absent::Never));
    assert_eq!(absent::<[i32; 0]>(), (None, Absent::Never));
    assert_eq!(absent::<Timestamp>(), (None, Absent::Never));
}

#[test]
fn arrays_of_bytes_are_binary_to_the_schema_too() {
    assert!(matches!(<[u8; 4]>::KIND, Kind::Binary));
    assert!(matches!(<[i32; 4]>::KIND, Kind::Array(Kind::Int32 { .. })));
    assert!(matches!(<[[u8; 2]; 4]>::KIND, Kind::Array(Kind::Binary)));
    assert!(matches!(HashMap::<Uuid, bool>::KIND, Kind::Map(Kind::Bool)));
    assert!(matches!(Timestamp::KIND, Kind::Timestamp));
}

#[test]
fn a_view_borrows_text_and_bytes() {
    let document = doc! { "text": "é", "bytes": bytes(&[1, 2]) }.to_vec().unwrap();
    let raw = Raw::document(&document).unwrap();
    let text = <&str>::decode(&raw.get("text").unwrap().unwrap()).unwrap();
    let found = <&[u8]>::decode(&raw.get("bytes").unwrap().unwrap()).unwrap();
    assert_eq!((text, found), ("é", &[1, 2][..]));
    assert!(document.as_ptr_range().contains(&text.as_ptr()) && document.as_ptr_range().contains(&found.as_ptr()));
    assert!(<&[u8]>::decode(&raw.get("text").unwrap().unwrap()).is_err());
}

fn keeps<T: Encode + for<'a> Decode<'a> + PartialEq + Debug>(value: &T) -> Result<(), TestCaseError> {
    let read = decode::<T>(to_bson(value).unwrap());
    prop_assert_eq!(read.as_ref(), Ok(value));
    Ok(())
}

fn key_is_kept<K: MapKey + PartialEq + Debug>(key: &K) -> Result<(), TestCaseError> {
    let read = K::from_key(&key.as_key());
    prop_assert_eq!(read.as_ref(), Some(key));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn containers_survive_the_round_trip(
        array in any::<[i64; 3]>(),
        bytes in any::<[u8; 7]>(),
        by_char in collection::btree_map(any::<char>().prop_filter("a key without NUL", |key| *key != '\0'), any::<[i16; 2]>(), 0..5),
        by_id in collection::hash_map(any::<[u8; 12]>().prop_map(ObjectId::from_bytes), any::<Option<bool>>(), 0..5),
        by_uuid in collection::hash_map(any::<[u8; 16]>().prop_map(Uuid::from_bytes), ".{0,3}", 0..5),
        stamp in (any::<u32>(), any::<u32>()).prop_map(|(time, increment)| Timestamp { time, increment }),
    ) {
        keeps(&array)?;
        keeps(&bytes)?;
        keeps(&by_char)?;
        keeps(&by_id)?;
        keeps(&by_uuid)?;
        keeps(&stamp)?;
        by_char.keys().try_for_each(key_is_kept)?;
        by_id.keys().try_for_each(key_is_kept)?;
        by_uuid.keys().try_for_each(key_is_kept)?;
    }

    #[test]
    fn the_order_of_keys_is_that_of_their_texts(a in any::<[u8; 12]>(), b in any::<[u8; 12]>()) {
        let (a, b) = (ObjectId::from_bytes(a), ObjectId::from_bytes(b));
        prop_assert_eq!(a.cmp(&b), a.as_key().cmp(&b.as_key()));
    }
}
