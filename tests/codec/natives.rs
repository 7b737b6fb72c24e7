//! Native overrides: what each pair of a type and a native form is stored as, what else is read as it, and what is refused.

use super::{decode, types};
use bson::{Binary, Bson, Decimal128, Document, Timestamp, doc, oid::ObjectId, spec::BinarySubtype};
use chakra::{
    codec::{
        AsBinary, AsDate, AsDecimal, AsDouble, AsLong, AsObjectId, AsSerde, AsString, AsTimestamp, Encode, Native, Raw, Storage, StoredAs,
        Via, to_bson,
    },
    model::FieldType,
    prelude::*,
    schema::Kind,
};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    fmt::Debug,
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};
use uuid::Uuid;

const HEX: &str = "65a1b2c3d4e5f60718293a4b";

fn id() -> ObjectId {
    HEX.parse().unwrap()
}

fn decimal(text: &str) -> Bson {
    Bson::Decimal128(text.parse().unwrap())
}

fn date(millis: i64) -> Bson {
    Bson::DateTime(bson::DateTime::from_millis(millis))
}

fn timestamp(time: u32) -> Bson {
    Bson::Timestamp(Timestamp { time, increment: 0 })
}

fn binary(bytes: &[u8]) -> Bson {
    Bson::Binary(Binary { subtype: BinarySubtype::Generic, bytes: bytes.to_vec() })
}

/// What the field of type `T` is stored as.
fn via<S: Storage<T>, T>(value: &T) -> Bson {
    to_bson(&Via::<S, T>::new(value)).unwrap()
}

/// The field of type `T`, as it is read from what an `S` stores.
fn read<S: Storage<T>, T>(value: impl Into<Bson>) -> Result<T, chakra::codec::DecodeError> {
    let document = doc! { "v": value.into() }.to_vec().unwrap();
    S::decode(&Raw::document(&document).unwrap().get("v").unwrap().unwrap())
}

/// A `value` of a field is stored as `stored`, and read from that and from each of `also`; in paths alike.
#[track_caller]
pub fn pair<N, T>(value: T, stored: impl Into<Bson>, also: impl IntoIterator<Item = Bson>)
where
    N: 'static,
    T: StoredAs<N> + Clone + PartialEq + Debug + 'static,
    Native<T, N>: FieldType,
{
    let stored = stored.into();
    assert_eq!(via::<Native<T, N>, T>(&value), stored);
    types::stored(Native::<T, N>::new(value.clone()), stored.clone(), []);
    for other in also.into_iter().chain([stored.clone()]) {
        assert_eq!(read::<Native<T, N>, T>(other.clone()), Ok(value.clone()), "read from {other}");
        assert_eq!(decode::<Native<T, N>>(other).map(Native::into_inner), Ok(value.clone()));
    }
    // The schema says the same type.
    let kind = match stored {
        Bson::DateTime(_) => "Date".to_owned(),
        other => format!("{:?}", other.element_type()),
    };
    let declared = format!("{:?}", <Native<T, N> as FieldType>::KIND);
    assert!(declared.starts_with(&kind), "{declared} for {kind}");
}

/// Writing the value breaks the rule.
#[track_caller]
pub fn unstorable<N, T: StoredAs<N>>(value: T, rule: &str) {
    let error = to_bson(&Native::<T, N>::new(value)).unwrap_err();
    assert_eq!(error.rule(), rule);
}

/// Reading the value is an error that says so.
#[track_caller]
pub fn unreadable<N, T: StoredAs<N> + Debug>(value: impl Into<Bson>, expected: &str, found: &str) {
    let error = read::<Native<T, N>, T>(value).unwrap_err();
    assert_eq!((error.expected(), error.found()), (expected, found));
}

macro_rules! integers {
    ($($rust:ident)*) => { $(
        pair::<AsLong, $rust>(7, 7_i64, [Bson::Int32(7), Bson::Double(7.0)]);
        pair::<AsDouble, $rust>(7, 7.0, [Bson::Int32(7), Bson::Int64(7)]);
        pair::<AsDecimal, $rust>(7, decimal("7"), [Bson::Int32(7), Bson::Int64(7), Bson::Double(7.0), decimal("7.00"), decimal("0.7E+1")]);
        pair::<AsString, $rust>(7, "7", [Bson::Int32(7), Bson::Int64(7), Bson::Double(7.0)]);
        for most in [$rust::MIN, $rust::MAX] {
            let digits = most.to_string();
            pair::<AsDecimal, $rust>(most, decimal(&digits), []);
            pair::<AsString, $rust>(most, digits, []);
        }
        let beyond = decimal(&(i128::try_from($rust::MAX).unwrap() + 1).to_string());
        unreadable::<AsDecimal, $rust>(beyond, concat!("Decimal128 within ", stringify!($rust)), "a number out of range");
        let whole = "a Decimal128 that is no such integer";
        unreadable::<AsDecimal, $rust>(decimal("1.5"), concat!("Decimal128 within ", stringify!($rust)), whole);
        unreadable::<AsDouble, $rust>(1.5, concat!("Double within ", stringify!($rust)), "a Double that is no such integer");
        unreadable::<AsDouble, $rust>(1e19, concat!("Double within ", stringify!($rust)), "a number out of range");
        unreadable::<AsString, $rust>("07", concat!("a String of the digits of an ", stringify!($rust)), "another String");
        unreadable::<AsString, $rust>("+7", concat!("a String of the digits of an ", stringify!($rust)), "another String");
    )* };
}

#[test]
fn integers() {
    integers!(i8 i16 i32 i64 u8 u16 u32 isize);
    pair::<AsLong, u64>(7, 7_i64, [Bson::Int32(7)]);
    pair::<AsDecimal, u64>(u64::MAX, decimal("18446744073709551615"), []);
    pair::<AsString, usize>(usize::MAX, "18446744073709551615", []);
    // A whole power of two is a Double, however great.
    pair::<AsDouble, u64>(1 << 63, 9_223_372_036_854_775_808.0, []);
    pair::<AsDouble, i64>(i64::MIN, -9_223_372_036_854_775_808.0, []);

    unstorable::<AsDouble, i64>((1 << 53) + 1, "a whole number that a Double holds exactly");
    unstorable::<AsDouble, u64>(u64::MAX, "a whole number that a Double holds exactly");
    unstorable::<AsLong, u64>(u64::MAX, "a number up to 9223372036854775807, the largest Int64");
    unreadable::<AsLong, i32>(1_i64 << 40, "Int32", "a number out of range");
    unreadable::<AsDouble, u64>(-1.0, "Double within u64", "a number out of range");
    unreadable::<AsDecimal, i32>(decimal("NaN"), "Decimal128 within i32", "a Decimal128 that is no such integer");
    unreadable::<AsLong, i32>("7", "Int32", "String");
}

#[test]
fn an_i64_is_a_date_in_milliseconds() {
    pair::<AsDate, i64>(-5, date(-5), [Bson::Int64(-5), Bson::Int32(-5)]);
    pair::<AsDate, i64>(i64::MAX, date(i64::MAX), []);
    unreadable::<AsDate, i64>("2024-01-02T03:04:05Z", "Date", "String");
}

#[test]
fn floats() {
    pair::<AsDouble, f32>(0.5, 0.5, []);
    pair::<AsDouble, f64>(0.1, 0.1, []);
    pair::<AsDecimal, f64>(0.1, decimal("0.1"), [decimal("0.10"), Bson::Double(0.1)]);
    pair::<AsDecimal, f32>(0.1, decimal("0.1"), []);
    pair::<AsDecimal, f64>(2.0, decimal("2"), [Bson::Int32(2), Bson::Int64(2), decimal("2.000")]);
    pair::<AsDecimal, f64>(1e300, decimal("1E+300"), []);
    pair::<AsDecimal, f64>(f64::INFINITY, decimal("Infinity"), []);
    pair::<AsDecimal, f64>(f64::NEG_INFINITY, decimal("-Infinity"), []);
    // All digits of a number that has more than its shortest text.
    assert_eq!(read::<Native<f64, AsDecimal>, f64>(decimal("1152921504606846976")), Ok((1_u64 << 60) as f64));
    assert_eq!(via::<Native<f64, AsDecimal>, f64>(&f64::NAN), decimal("NaN"));
    assert!(read::<Native<f64, AsDecimal>, f64>(decimal("NaN")).unwrap().is_nan());

    unreadable::<AsDecimal, f64>(decimal("0.10000000000000000001"), "Decimal128 within f64", "a Decimal128 that no f64 stands for");
    unreadable::<AsDecimal, f64>(decimal("9007199254740993"), "Decimal128 within f64", "a Decimal128 that no f64 stands for");
    unreadable::<AsDecimal, f64>(decimal("1E+400"), "Decimal128 within f64", "a Decimal128 that no f64 stands for");
    unreadable::<AsDecimal, f64>(decimal("1E-400"), "Decimal128 within f64", "a Decimal128 that no f64 stands for");
    unreadable::<AsDecimal, f32>(decimal("16777217"), "Decimal128 within f32", "a Decimal128 that no f32 stands for");
}

#[test]
fn decimals() {
    let price: Decimal128 = "1.50".parse().unwrap();
    pair::<AsDecimal, Decimal128>(price, decimal("1.50"), []);
    pair::<AsString, Decimal128>(price, "1.50", [decimal("1.50")]);
    unreadable::<AsString, Decimal128>("01.50", "a String of the digits of a Decimal128", "another String");
    unreadable::<AsString, Decimal128>("", "a String of the digits of a Decimal128", "another String");
}

#[test]
fn texts() {
    fn all<T>()
    where
        T: for<'a> From<&'a str> + Clone + PartialEq + Debug + 'static,
        T: StoredAs<AsString> + StoredAs<AsObjectId> + StoredAs<AsDecimal> + StoredAs<AsDate> + StoredAs<AsBinary> + FieldType,
    {
        pair::<AsString, T>("é".into(), "é", []);
        pair::<AsObjectId, T>(HEX.into(), id(), [HEX.into(), HEX.to_uppercase().into()]);
        pair::<AsDecimal, T>("1.50".into(), decimal("1.50"), ["1.50".into(), "+01.50".into()]);
        pair::<AsDecimal, T>("7".into(), decimal("7"), [Bson::Int32(7), Bson::Int64(7)]);
        pair::<AsDate, T>("2024-01-02T03:04:05.678Z".into(), date(1_704_164_645_678), ["2024-01-02T04:04:05.678+01:00".into()]);
        pair::<AsBinary, T>("é".into(), binary("é".as_bytes()), ["é".into()]);
    }
    all::<String>();
    all::<Box<str>>();
    all::<Arc<str>>();

    // Spelled otherwise: stored all the same, and read as the native type spells it.
    let text = |text: &str| text.to_owned();
    assert_eq!(via::<Native<String, AsObjectId>, String>(&HEX.to_uppercase()), Bson::from(id()));
    assert_eq!(via::<Native<String, AsDecimal>, String>(&text("15e-1")), decimal("1.5"));
    assert_eq!(via::<Native<String, AsDate>, String>(&text("2024-01-02T04:04:05.6789+01:00")), date(1_704_164_645_678));

    unstorable::<AsObjectId, String>(text("ada"), "24 hex digits, an ObjectId");
    unstorable::<AsDecimal, String>(text("one"), "a decimal number of at most 34 digits");
    unstorable::<AsDecimal, String>(text(""), "a decimal number of at most 34 digits");
    unstorable::<AsDecimal, String>("1".repeat(35), "a decimal number of at most 34 digits");
    unstorable::<AsDate, String>(text("2024-01-02"), "a moment as RFC 3339 spells it, such as `2024-01-02T03:04:05Z`");
    unstorable::<AsDate, String>(text("0000-01-01T00:00:00+01:00"), "a moment as RFC 3339 spells it, such as `2024-01-02T03:04:05Z`");
    unreadable::<AsObjectId, String>("ada", "ObjectId", "a String that is not 24 hex digits");
    unreadable::<AsObjectId, String>(5, "ObjectId", "Int32");
    unreadable::<AsDecimal, String>(decimal("NaN"), "a finite Decimal128", "a Decimal128 that is no number");
    unreadable::<AsDecimal, String>("one", "Decimal128", "a String that is no decimal number");
    unreadable::<AsDate, String>(date(i64::MAX), "Date within the years 0 to 9999", "a Date out of range");
    unreadable::<AsDate, String>("today", "Date", "a String that RFC 3339 does not know");
    unreadable::<AsBinary, String>(binary(&[0xFF]), "Binary of UTF-8 text", "a Binary that is not UTF-8");
}

#[test]
fn ids() {
    pair::<AsObjectId, ObjectId>(id(), id(), []);
    pair::<AsString, ObjectId>(id(), HEX, [id().into()]);
    pair::<AsObjectId, Id<()>>(id().into(), id(), []);
    pair::<AsString, Id<()>>(id().into(), HEX, [id().into()]);
    let uuid = Uuid::from_bytes([0xAB; 16]);
    let stored = Binary { subtype: BinarySubtype::Uuid, bytes: vec![0xAB; 16] };
    pair::<AsBinary, Uuid>(uuid, stored.clone(), []);
    pair::<AsString, Uuid>(uuid, "abababab-abab-abab-abab-abababababab", [stored.into()]);

    // To a filter another spelling is another text.
    unreadable::<AsString, ObjectId>(HEX.to_uppercase(), "a String of 24 hex digits in lower case", "another String");
    unreadable::<AsString, Uuid>("ab".repeat(16), "a String of a UUID in lower case, with hyphens", "another String");
}

#[test]
fn moments() {
    fn all<T>(moment: impl Fn(i64) -> T)
    where
        T: Clone + PartialEq + Debug + FieldType,
        T: StoredAs<AsDate> + StoredAs<AsTimestamp> + StoredAs<AsLong> + StoredAs<AsString>,
    {
        let millis = 1_704_164_645_678;
        pair::<AsDate, T>(moment(millis), date(millis), []);
        pair::<AsLong, T>(moment(millis), millis, [date(millis)]);
        pair::<AsLong, T>(moment(5), 5_i64, [Bson::Int32(5), Bson::Double(5.0)]);
        pair::<AsString, T>(moment(millis), "2024-01-02T03:04:05.678Z", [date(millis)]);
        pair::<AsString, T>(moment(-1), "1969-12-31T23:59:59.999Z", []);
        pair::<AsTimestamp, T>(moment(5_000), timestamp(5), [date(5_000)]);
        // A Date that was there is read whole; a Timestamp is written in seconds.
        assert_eq!(read::<Native<T, AsTimestamp>, T>(date(5_678)), Ok(moment(5_678)));
        assert_eq!(via::<Native<T, AsTimestamp>, T>(&moment(5_678)), timestamp(5));
        assert_eq!(read::<Native<T, AsTimestamp>, T>(Timestamp { time: 5, increment: 9 }), Ok(moment(5_000)));

        let rule = "a moment from 1970 to 2106, which a Timestamp can hold";
        unstorable::<AsTimestamp, T>(moment(-1), rule);
        unstorable::<AsTimestamp, T>(moment((i64::from(u32::MAX) + 1) * 1000), rule);
        unstorable::<AsString, T>(moment(253_402_300_800_000), "a moment in the years 0 to 9999, which RFC 3339 can spell");
        unreadable::<AsTimestamp, T>(5_i64, "Timestamp", "Int64");
        unreadable::<AsDate, T>("2024-01-02T03:04:05.678Z", "Date", "String");
        unreadable::<AsString, T>("2024-01-02T03:04:05Z", "a String such as `2024-01-02T03:04:05.678Z`", "another String");
        unreadable::<AsLong, T>(1.5, "Int64", "a Double that is no such integer");
    }
    all(bson::DateTime::from_millis);
    all(|millis| DateTime::<Utc>::from_timestamp_millis(millis).unwrap());
    all(|millis| match u64::try_from(millis) {
        Ok(after) => UNIX_EPOCH + Duration::from_millis(after),
        Err(_) => UNIX_EPOCH - Duration::from_millis(millis.unsigned_abs()),
    });
}

#[test]
fn bytes_are_one_binary_and_not_a_list() {
    type Bytes = Vec<Native<u8, AsBinary>>;
    let bytes = vec![1_u8, 2];
    assert_eq!(via::<Bytes, Vec<u8>>(&bytes), binary(&[1, 2]));
    assert_eq!(to_bson(&Bytes::from([Native::new(1), Native::new(2)])).unwrap(), binary(&[1, 2]));
    assert_eq!(read::<Bytes, Vec<u8>>(binary(&[1, 2])), Ok(bytes.clone()));
    assert_eq!(decode::<Bytes>(binary(&[1, 2])), Ok(Bytes::from([Native::new(1), Native::new(2)])));
    assert_eq!(via::<Option<Bytes>, Option<Vec<u8>>>(&Some(bytes)), binary(&[1, 2]));
    assert_eq!(via::<Bytes, Vec<u8>>(&vec![]), binary(&[]));
    assert!(matches!(Bytes::KIND, Kind::Binary));
    assert!(read::<Bytes, Vec<u8>>(vec![1, 2]).is_err());
    pair::<AsBinary, [u8; 2]>([1, 2], binary(&[1, 2]), []);
    pair::<AsBinary, u8>(1, binary(&[1]), [Bson::Int32(1)]);
    let whole = Binary { subtype: BinarySubtype::Md5, bytes: vec![1] };
    pair::<AsBinary, Binary>(whole.clone(), whole, []);
}

#[test]
fn containers_store_each_value_natively() {
    type Key = Native<String, AsObjectId>;
    let text = HEX.to_owned();
    assert_eq!(via::<Option<Key>, _>(&Some(text.clone())), Bson::from(id()));
    assert_eq!(via::<Vec<Key>, _>(&vec![text.clone()]), Bson::from(vec![id()]));
    assert_eq!(via::<VecDeque<Key>, _>(&VecDeque::from([text.clone()])), Bson::from(vec![id()]));
    assert_eq!(via::<Box<Key>, _>(&Box::new(text.clone())), Bson::from(id()));
    assert_eq!(via::<Vec<Option<Key>>, _>(&vec![None, Some(text.clone())]), Bson::Array(vec![Bson::Null, id().into()]));
    let expected = doc! { "a": id(), "b": id() };
    let entries = || [('b', text.clone()), ('a', text.clone())];
    let sorted = via::<BTreeMap<char, Key>, _>(&BTreeMap::from(entries()));
    assert_eq!(sorted.as_document().unwrap().to_vec().unwrap(), expected.to_vec().unwrap());
    let hashed = via::<HashMap<char, Key>, _>(&HashMap::from(entries()));
    assert_eq!(hashed.as_document().unwrap().to_vec().unwrap(), expected.to_vec().unwrap());

    assert_eq!(read::<Option<Key>, _>(Bson::Null), Ok(None));
    assert_eq!(read::<Option<Box<Key>>, _>(id()), Ok(Some(Box::new(text.clone()))));
    assert_eq!(read::<VecDeque<Key>, _>(vec![id()]), Ok(VecDeque::from([text.clone()])));
    assert_eq!(read::<HashMap<char, Key>, _>(expected.clone()), Ok(HashMap::from(entries())));
    assert_eq!(read::<BTreeMap<char, Vec<Key>>, _>(doc! { "a": [id()] }), Ok(BTreeMap::from([('a', vec![text.clone()])])));

    // Left out and filled in as without the override.
    let absent = Via::<Option<Key>, Option<String>>::new(&None).is_absent();
    assert!(absent && !Via::<Option<Key>, _>::new(&Some(text.clone())).is_absent());
    assert_eq!(<Option<Key> as Storage<Option<String>>>::absent(), Some(None));
    assert_eq!(<Vec<Key> as Storage<Vec<String>>>::absent(), Some(vec![]));
    assert_eq!(<Key as Storage<String>>::absent(), None);

    // Faults have their path.
    let bad = BTreeMap::from([('a', vec![text, "ada".to_owned()])]);
    let error = to_bson(&Via::<BTreeMap<char, Vec<Key>>, _>::new(&bad)).unwrap_err();
    assert_eq!((error.path(), error.rule()), ("{…}[1]", "24 hex digits, an ObjectId"));
    let error = read::<BTreeMap<char, Vec<Key>>, BTreeMap<char, Vec<String>>>(doc! { "a": [id(), 5] }).unwrap_err();
    assert_eq!((error.path(), error.found()), ("{…}[1]", "Int32"));
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Plan {
    owner: Id<()>,
    note: Option<String>,
    steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Step {
    Wait,
    Call { url: String },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Tree(Vec<Tree>);

impl Tree {
    fn of(levels: usize) -> Self {
        (1..levels).fold(Self(vec![]), |inner, _| Self(vec![inner]))
    }
}

#[test]
fn what_serde_knows_is_stored_as_serde_has_it() {
    let plan = Plan { owner: id().into(), note: None, steps: vec![Step::Wait, Step::Call { url: "u".into() }] };
    // An id is native, not the text that JSON has.
    let stored = doc! { "owner": id(), "note": null, "steps": ["Wait", { "Call": { "url": "u" } }] };
    assert_eq!(via::<Native<Plan, AsSerde>, Plan>(&plan), Bson::from(stored.clone()));
    assert_eq!(read::<Native<Plan, AsSerde>, Plan>(stored), Ok(plan.clone()));
    assert_eq!(read::<Option<Native<Plan, AsSerde>>, Option<Plan>>(Bson::Null), Ok(None));
    assert_eq!(via::<Native<i64, AsSerde>, i64>(&5), Bson::Int64(5));
    assert!(matches!(Native::<Plan, AsSerde>::KIND, Kind::Any));

    let error = read::<Native<Plan, AsSerde>, Plan>(doc! { "owner": "secret" }).unwrap_err();
    assert_eq!((error.expected(), error.found()), ("what the type's `Deserialize` takes", "Document"));
    assert!(error.detail().is_some() && !error.to_string().contains("secret"));
    unstorable::<AsSerde, u64>(u64::MAX, "a value that serde can write as BSON");
}

#[test]
fn a_null_of_serdes_is_a_value() {
    type Maybe = Native<Option<i32>, AsSerde>;
    assert_eq!(via::<Maybe, Option<i32>>(&None), Bson::Null);
    assert!(!Via::<Maybe, Option<i32>>::new(&None).is_absent());
    assert_eq!(read::<Maybe, Option<i32>>(Bson::Null), Ok(None));
    // A decoder takes null for a missing field.
    assert_eq!(<Maybe as Storage<Option<i32>>>::absent(), Some(None));
    assert_eq!(<Native<Plan, AsSerde> as Storage<Plan>>::absent(), None);
}

#[test]
fn the_depth_of_serdes_values_is_bounded() {
    let rule = "at most 32 levels of nesting in a value of serde's";
    let deepest = via::<Native<Tree, AsSerde>, Tree>(&Tree::of(32));
    assert_eq!(read::<Native<Tree, AsSerde>, Tree>(deepest.clone()), Ok(Tree::of(32)));
    unstorable::<AsSerde, Tree>(Tree::of(33), rule);
    unreadable::<AsSerde, Tree>(vec![deepest], rule, "more");
}

/// The milliseconds of the years 0 to 9999.
const YEARS: std::ops::Range<i64> = -62_167_219_200_000..253_402_300_800_000;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn numbers_survive_each_native_form(number in any::<i64>(), small in any::<i32>(), natural in any::<u64>()) {
        pair::<AsLong, i64>(number, number, []);
        pair::<AsDecimal, i64>(number, decimal(&number.to_string()), []);
        pair::<AsString, i64>(number, number.to_string(), []);
        pair::<AsDate, i64>(number, date(number), []);
        pair::<AsDouble, i32>(small, f64::from(small), []);
        pair::<AsDecimal, u64>(natural, decimal(&natural.to_string()), []);
        // Exactly, or not at all.
        let double = to_bson(&Native::<i64, AsDouble>::new(number)).ok().and_then(|stored| stored.as_f64());
        prop_assert_eq!(double.map(|double| double as i128), (number as f64 as i128 == i128::from(number)).then_some(i128::from(number)));
    }

    #[test]
    fn floats_survive_as_decimals(double in any::<f64>(), float in any::<f32>()) {
        let read_double = read::<Native<f64, AsDecimal>, f64>(via::<Native<f64, AsDecimal>, f64>(&double)).unwrap();
        prop_assert!(read_double.to_bits() == double.to_bits() || double.is_nan() && read_double.is_nan());
        let read_float = read::<Native<f32, AsDecimal>, f32>(via::<Native<f32, AsDecimal>, f32>(&float)).unwrap();
        prop_assert!(read_float.to_bits() == float.to_bits() || float.is_nan() && read_float.is_nan());
    }

    #[test]
    fn texts_survive_as_binary_and_ids_as_texts(text in ".*", bytes in any::<[u8; 12]>(), long in any::<[u8; 16]>()) {
        pair::<AsBinary, String>(text.clone(), binary(text.as_bytes()), []);
        let id = ObjectId::from_bytes(bytes);
        pair::<AsString, ObjectId>(id, id.to_hex(), []);
        pair::<AsObjectId, String>(id.to_hex(), id, []);
        pair::<AsString, Uuid>(Uuid::from_bytes(long), Uuid::from_bytes(long).to_string(), []);
    }

    #[test]
    fn moments_survive_each_native_form(millis in YEARS, time in any::<u32>()) {
        let moment = DateTime::<Utc>::from_timestamp_millis(millis).unwrap();
        pair::<AsLong, _>(moment, millis, []);
        let text = via::<Native<DateTime<Utc>, AsString>, _>(&moment);
        prop_assert_eq!(read::<Native<DateTime<Utc>, AsString>, _>(text.clone()), Ok(moment));
        // A text that is stored as a Date is that text again.
        let text = text.as_str().unwrap().to_owned();
        pair::<AsDate, String>(text, date(millis), []);
        let seconds = DateTime::<Utc>::from_timestamp(time.into(), 0).unwrap();
        pair::<AsTimestamp, _>(seconds, timestamp(time), []);
    }

    #[test]
    fn the_order_of_moments_is_that_of_their_texts(a in YEARS, b in YEARS) {
        let text = |millis| via::<Native<bson::DateTime, AsString>, _>(&bson::DateTime::from_millis(millis)).as_str().unwrap().to_owned();
        prop_assert_eq!(a.cmp(&b), text(a).cmp(&text(b)));
    }
}

/// What is stored is a document that the `bson` crate reads, whatever the fault.
#[test]
fn a_fault_leaves_no_bytes_behind() {
    let native = Native::<String, AsObjectId>::new("ada".to_owned());
    let error = chakra::codec::Writer::build(|w| {
        w.field("ok", &1_i32);
        w.field("id", &native);
    });
    assert_eq!(error.unwrap_err().path(), "id");
    let fine = chakra::codec::Writer::build(|w| w.field("id", &Native::<String, AsObjectId>::new(HEX.to_owned()))).unwrap();
    assert_eq!(Document::from_reader(fine.as_slice()).unwrap(), doc! { "id": id() });
}
