//! The codec against the `bson` crate: the same bytes, the same values, and never a panic.

mod foreign;
mod geo;
mod natives;
mod types;

use bson::{Binary, Bson, Decimal128, Document, JavaScriptCodeWithScope, Regex, Timestamp, doc, oid::ObjectId, spec::BinarySubtype};
use chakra::{
    codec::{Decode, Encode, MAX_DEPTH, Raw, Writer, from_document, to_bson, to_document},
    prelude::*,
};
use proptest::{collection::vec, prelude::*};
use std::collections::{BTreeMap, BTreeSet, HashMap};

fn encode(value: &impl Encode) -> Vec<u8> {
    Writer::build(|w| w.field_or_null("v", value)).unwrap()
}

fn decode<T: for<'a> Decode<'a>>(value: impl Into<Bson>) -> Result<T, chakra::codec::DecodeError> {
    let bytes = doc! { "v": value.into() }.to_vec().unwrap();
    T::decode(&Raw::document(&bytes).unwrap().get("v").unwrap().unwrap())
}

fn bson() -> impl Strategy<Value = Bson> {
    let leaf = prop_oneof![
        any::<f64>().prop_map(Bson::Double),
        ".{0,12}".prop_map(Bson::String),
        any::<bool>().prop_map(Bson::Boolean),
        any::<i32>().prop_map(Bson::Int32),
        any::<i64>().prop_map(Bson::Int64),
        any::<i64>().prop_map(|ms| Bson::DateTime(bson::DateTime::from_millis(ms))),
        any::<[u8; 12]>().prop_map(|bytes| Bson::ObjectId(ObjectId::from_bytes(bytes))),
        any::<[u8; 16]>().prop_map(|bytes| Bson::Decimal128(Decimal128::from_bytes(bytes))),
        (any::<u32>(), any::<u32>()).prop_map(|(time, increment)| Bson::Timestamp(Timestamp { time, increment })),
        // Subtype 2 has a second length inside, which the two crates keep apart from the bytes in different ways.
        (prop_oneof![Just(0_u8), Just(4), Just(128)], vec(any::<u8>(), 0..20))
            .prop_map(|(subtype, bytes)| Bson::Binary(Binary { subtype: BinarySubtype::from(subtype), bytes })),
        ("[^\0]{0,6}", "[imsx]{0,1}").prop_map(|(pattern, options)| Bson::RegularExpression(Regex {
            pattern: pattern.try_into().unwrap(),
            options: options.try_into().unwrap()
        })),
        ".{0,6}".prop_map(Bson::Symbol),
        ".{0,6}".prop_map(Bson::JavaScriptCode),
        (".{0,6}", "[^\0]{1,3}", any::<i32>())
            .prop_map(|(code, key, n)| Bson::JavaScriptCodeWithScope(JavaScriptCodeWithScope { code, scope: doc! { key: n } })),
        Just(Bson::Null),
        Just(Bson::Undefined),
        Just(Bson::MinKey),
        Just(Bson::MaxKey),
    ];
    leaf.prop_recursive(4, 48, 6, |inner| {
        prop_oneof![vec(inner.clone(), 0..6).prop_map(Bson::Array), document_of(inner).prop_map(Bson::Document)]
    })
}

fn document_of(value: impl Strategy<Value = Bson>) -> impl Strategy<Value = Document> {
    vec(("[^\0]{0,6}", value), 0..6).prop_map(|entries| entries.into_iter().collect())
}

fn document() -> impl Strategy<Value = Document> {
    document_of(bson())
}

/// The bytes of a value, by which NaN equals itself.
fn bytes_of(document: &Document) -> Vec<u8> {
    document.to_vec().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_document_has_the_bytes_that_the_bson_crate_gives_it(document in document()) {
        let theirs = bytes_of(&document);
        prop_assert_eq!(Writer::build(|w| for (key, value) in &document { w.field_or_null(key, value); }).unwrap(), theirs.clone());
        let read = from_document::<Document>(&theirs).unwrap();
        prop_assert_eq!(bytes_of(&read), theirs);
    }

    #[test]
    fn truncated_bytes_are_an_error(document in document(), cut in any::<prop::sample::Index>()) {
        let bytes = bytes_of(&document);
        let cut = cut.index(bytes.len());
        prop_assert!(Raw::document(&bytes[..cut]).is_err());
        // With the length made to fit, the walk itself must find out.
        if cut >= 5 {
            let mut short = bytes[..cut].to_vec();
            short[..4].copy_from_slice(&i32::try_from(cut).unwrap().to_le_bytes());
            if let Ok(raw) = Raw::document(&short) {
                let ours = Document::decode(&raw);
                let theirs = bson::RawDocument::from_bytes(&short).ok().and_then(|raw| Document::try_from(raw).ok());
                if let (Ok(ours), Some(theirs)) = (ours, theirs) {
                    prop_assert_eq!(bytes_of(&ours), bytes_of(&theirs));
                }
            }
        }
    }

    #[test]
    fn flipped_bytes_are_read_alike_or_refused(document in document(), at in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let mut bytes = bytes_of(&document);
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        let ours = from_document::<Document>(&bytes);
        let theirs = bson::RawDocument::from_bytes(&bytes).ok().and_then(|raw| Document::try_from(raw).ok());
        // Ours is not the laxer reader: what it takes, the crate takes. But the names of a list's items mean nothing, to the server neither.
        if let (Ok(ours), None) = (&ours, &theirs)
            && !has_apart(ours.values())
        {
            prop_assert!(has_odd_item_names(Raw::document(&bytes).unwrap()), "{bytes:?}");
        }
        if let (Ok(ours), Some(theirs)) = (&ours, &theirs) {
            // Of a key that comes twice we keep the first, as the server does, and the crate the last.
            if ours.len() == theirs.len() && ours.keys().eq(theirs.keys()) && !has_doubled_keys(&bytes) && !has_apart(ours.values()) {
                prop_assert_eq!(bytes_of(ours), bytes_of(theirs));
            }
        }
        // A model's decoder walks the same bytes without a panic.
        let _ = from_document::<Sample>(&bytes);
    }

    #[test]
    fn noise_is_never_read_out_of_bounds(bytes in vec(any::<u8>(), 0..64)) {
        let mut framed = bytes.clone();
        framed.splice(0..0, i32::try_from(bytes.len() + 5).unwrap().to_le_bytes());
        framed.push(0);
        let _ = from_document::<Document>(&bytes);
        let _ = from_document::<Document>(&framed);
        let _ = from_document::<Sample>(&framed);
    }

    #[test]
    fn a_model_survives_the_round_trip(sample in sample()) {
        let bytes = to_document(&sample).unwrap();
        prop_assert_eq!(&from_document::<Sample>(&bytes).unwrap(), &sample);
        // What the codec writes, serde and the bson crate read.
        prop_assert!(Document::from_reader(bytes.as_slice()).is_ok());
    }
}

/// Whether an item of a list has a name that is no text.
fn has_odd_item_names(raw: Raw<'_>) -> bool {
    let (is_list, mut elements) = match (raw.items(), raw.fields()) {
        (Ok(items), _) => (true, items),
        (_, Ok(fields)) => (false, fields),
        _ => return false,
    };
    while let Ok(Some((name, value))) = elements.next() {
        if is_list && std::str::from_utf8(name).is_err() || has_odd_item_names(value) {
            return true;
        }
    }
    false
}

/// Whether there is a value that the crate treats in a way of its own: it sorts the options of a regular expression, and wants a second
/// length in the old kind of binary.
fn has_apart<'v>(mut values: impl Iterator<Item = &'v Bson>) -> bool {
    values.any(|value| match value {
        Bson::RegularExpression(_) => true,
        Bson::Binary(binary) => binary.subtype == BinarySubtype::BinaryOld,
        Bson::Array(items) => has_apart(items.iter()),
        Bson::Document(inner) => has_apart(inner.values()),
        Bson::JavaScriptCodeWithScope(code) => has_apart(code.scope.values()),
        _ => false,
    })
}

fn has_doubled_keys(bytes: &[u8]) -> bool {
    fn walk(raw: &bson::RawDocument) -> bool {
        let mut seen = BTreeSet::new();
        raw.iter().any(|element| {
            let Ok((key, value)) = element else { return false };
            !seen.insert(key.to_string())
                || match value {
                    bson::RawBsonRef::Document(inner) => walk(inner),
                    bson::RawBsonRef::Array(inner) => walk(bson::RawDocument::from_bytes(inner.as_bytes()).unwrap()),
                    bson::RawBsonRef::JavaScriptCodeWithScope(inner) => walk(inner.scope),
                    _ => false,
                }
        })
    }
    walk(bson::RawDocument::from_bytes(bytes).unwrap())
}

#[derive(Debug, Clone, PartialEq, Enum)]
#[chakra(rename_all = "SCREAMING_SNAKE_CASE")]
enum Size {
    Small,
    VeryLarge,
}

#[derive(Debug, Clone, PartialEq, Composite)]
struct Part {
    name: String,
    size: Option<Size>,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Sample {
    #[chakra(id)]
    id: Id<Sample>,
    flag: bool,
    small: i8,
    int: i32,
    wide: u32,
    long: i64,
    unsigned: u64,
    double: f64,
    text: String,
    letter: char,
    bytes: Vec<u8>,
    at: DateTime<Utc>,
    stamp: bson::DateTime,
    uuid: uuid::Uuid,
    maybe: Option<String>,
    boxed: Box<i32>,
    list: Vec<Option<i64>>,
    set: BTreeSet<String>,
    map: BTreeMap<String, i32>,
    part: Part,
    more: Vec<Part>,
}

fn part() -> impl Strategy<Value = Part> {
    let size = prop_oneof![Just(None), Just(Some(Size::Small)), Just(Some(Size::VeryLarge))];
    let leaf = (".{0,6}", size.clone()).prop_map(|(name, size)| Part { name, size, parts: Vec::new() });
    leaf.prop_recursive(3, 8, 3, move |inner| {
        (".{0,6}", size.clone(), vec(inner, 0..3)).prop_map(|(name, size, parts)| Part { name, size, parts })
    })
}

fn sample() -> impl Strategy<Value = Sample> {
    let numbers = (any::<i8>(), any::<i32>(), any::<u32>(), any::<i64>(), 0..=i64::MAX as u64, -1e300..1e300_f64);
    let texts = (".{0,20}", any::<char>(), vec(any::<u8>(), 0..20), any::<Option<String>>());
    let times = (-1_000_000_000_000_i64..4_000_000_000_000, any::<i64>(), any::<[u8; 16]>(), any::<[u8; 12]>());
    let lists = (vec(any::<Option<i64>>(), 0..5), any::<BTreeSet<String>>(), prop::collection::btree_map("[^\0]{0,5}", any::<i32>(), 0..5));
    (any::<bool>(), numbers, texts, times, lists, part(), vec(part(), 0..3)).prop_map(|(flag, n, t, w, l, part, more)| Sample {
        id: Id::from_object_id(ObjectId::from_bytes(w.3)),
        flag,
        small: n.0,
        int: n.1,
        wide: n.2,
        long: n.3,
        unsigned: n.4,
        double: n.5,
        text: t.0,
        letter: t.1,
        bytes: t.2,
        at: DateTime::from_timestamp_millis(w.0).unwrap(),
        stamp: bson::DateTime::from_millis(w.1),
        uuid: uuid::Uuid::from_bytes(w.2),
        maybe: t.3,
        boxed: Box::new(n.1),
        list: l.0,
        set: l.1,
        map: l.2,
        part,
        more,
    })
}

#[test]
fn each_type_has_its_bson_type() {
    let at = DateTime::from_timestamp_millis(1_700_000_000_123).unwrap();
    let cases: Vec<(Bson, Bson)> = vec![
        (to_bson(&true).unwrap(), Bson::Boolean(true)),
        (to_bson(&-3_i8).unwrap(), Bson::Int32(-3)),
        (to_bson(&3_u16).unwrap(), Bson::Int32(3)),
        (to_bson(&3_i32).unwrap(), Bson::Int32(3)),
        (to_bson(&3_u32).unwrap(), Bson::Int64(3)),
        (to_bson(&3_i64).unwrap(), Bson::Int64(3)),
        (to_bson(&3_usize).unwrap(), Bson::Int64(3)),
        (to_bson(&1.5_f32).unwrap(), Bson::Double(1.5)),
        (to_bson("é").unwrap(), Bson::String("é".into())),
        (to_bson(&'é').unwrap(), Bson::String("é".into())),
        (to_bson(&at).unwrap(), Bson::DateTime(bson::DateTime::from_millis(1_700_000_000_123))),
        (to_bson(&vec![1_u8, 2]).unwrap(), Bson::Binary(Binary { subtype: BinarySubtype::Generic, bytes: vec![1, 2] })),
        (to_bson(&uuid::Uuid::nil()).unwrap(), Bson::Binary(Binary { subtype: BinarySubtype::Uuid, bytes: vec![0; 16] })),
        (to_bson(&None::<i32>).unwrap(), Bson::Null),
        (to_bson(&vec![None, Some(1_i32)]).unwrap(), Bson::Array(vec![Bson::Null, Bson::Int32(1)])),
        (to_bson(&Size::VeryLarge).unwrap(), Bson::String("VERY_LARGE".into())),
        (to_bson(&HashMap::from([("b".to_owned(), 1_i32), ("a".to_owned(), 2)])).unwrap(), Bson::Document(doc! { "a": 2, "b": 1 })),
    ];
    for (ours, expected) in cases {
        assert_eq!(ours, expected);
    }
}

#[test]
fn numbers_convert_when_nothing_is_lost() {
    assert_eq!(decode::<i32>(5_i64), Ok(5));
    assert_eq!(decode::<i64>(5.0), Ok(5));
    assert_eq!(decode::<f64>(5_i64), Ok(5.0));
    assert_eq!(decode::<u8>(255_i32), Ok(255));
    assert_eq!(decode::<f64>(1_i64 << 53), Ok(9_007_199_254_740_992.0));
    for (error, found) in [
        (decode::<i32>(1_i64 << 40).unwrap_err(), "a number out of range"),
        (decode::<i64>(5.5).unwrap_err(), "a Double that is no such integer"),
        (decode::<i64>(f64::NAN).unwrap_err(), "a Double that is no such integer"),
        (decode::<i64>(9_223_372_036_854_775_808.0).unwrap_err(), "a Double that is no such integer"),
        (decode::<f64>((1_i64 << 53) + 1).unwrap_err(), "an Int64 that no Double holds exactly"),
        (decode::<f64>(i64::MAX).unwrap_err(), "an Int64 that no Double holds exactly"),
        (decode::<u32>(-1_i32).unwrap_err(), "a number out of range"),
        (decode::<i32>("5").unwrap_err(), "String"),
    ] {
        assert_eq!(error.found(), found);
    }
    assert_eq!(decode::<f32>(1e300).unwrap_err().found(), "a number out of range");
    assert_eq!(decode::<f32>(f64::INFINITY), Ok(f32::INFINITY));
}

#[test]
fn a_number_beyond_int64_is_refused_with_its_path() {
    let error = to_bson(&BTreeMap::from([("big".to_owned(), vec![1_u64, u64::MAX])])).unwrap_err();
    assert_eq!(error.path(), "{…}[1]", "the key of a map is a value");
    assert_eq!(error.rule(), "a number up to 9223372036854775807, the largest Int64");
    assert!(to_bson(&(i64::MAX as u64)).is_ok());
}

#[test]
fn a_key_with_nul_is_refused() {
    let error = to_bson(&BTreeMap::from([("a\0b".to_owned(), 1_i32)])).unwrap_err();
    assert_eq!(error.rule(), "a key without NUL");
}

#[test]
fn dates_are_cut_towards_the_past() {
    let late = DateTime::<Utc>::from_timestamp(1, 999_999_999).unwrap();
    assert_eq!(to_bson(&late).unwrap(), Bson::DateTime(bson::DateTime::from_millis(1_999)));
    let before_epoch = DateTime::<Utc>::from_timestamp(-1, 999_999_999).unwrap();
    assert_eq!(to_bson(&before_epoch).unwrap(), Bson::DateTime(bson::DateTime::from_millis(-1)));
}

#[test]
fn errors_carry_the_path() {
    let sample = doc! { "name": "x", "parts": [{ "name": "y", "parts": [] }, { "name": "z", "size": "TINY", "parts": [] }] };
    let error = decode::<Part>(sample).unwrap_err();
    assert_eq!(error.path(), "parts[1].size");
    assert_eq!(error.expected(), "one of `SMALL`, `VERY_LARGE`");
    assert_eq!(error.found(), "another name");
    assert_eq!(error.detail(), Some("TINY"));
    assert!(!error.to_string().contains("TINY"), "a value in a message: {error}");

    let error = decode::<Part>(doc! { "parts": [] }).unwrap_err();
    assert_eq!((error.path(), error.expected(), error.found()), ("name", "a value", "nothing"));
    let error = decode::<Part>(doc! { "name": 3, "parts": [] }).unwrap_err();
    assert_eq!((error.path(), error.expected(), error.found()), ("name", "String", "Int32"));
}

#[test]
fn missing_null_reordered_and_unknown_fields_are_read() {
    let part = decode::<Part>(doc! { "unknown": { "deep": [1, 2] }, "size": null, "name": "x" }).unwrap();
    assert_eq!(part, Part { name: "x".into(), size: None, parts: vec![] });
    let part = decode::<Part>(doc! { "parts": null, "name": "x" }).unwrap();
    assert_eq!(part.parts, vec![]);
    let error = decode::<Part>(doc! { "name": null }).unwrap_err();
    assert_eq!((error.path(), error.found()), ("name", "nothing"));
}

#[test]
fn a_field_that_comes_twice_is_refused() {
    let mut bytes = vec![0; 4];
    for value in ["a", "b"] {
        bytes.extend_from_slice(b"\x02name\0\x02\0\0\0");
        bytes.extend_from_slice(value.as_bytes());
        bytes.push(0);
    }
    bytes.push(0);
    let len = i32::try_from(bytes.len()).unwrap();
    bytes[..4].copy_from_slice(&len.to_le_bytes());
    let error = from_document::<Part>(&bytes).unwrap_err();
    assert_eq!((error.path(), error.found()), ("name", "the field twice"));
    // The server reads the first.
    assert_eq!(from_document::<Document>(&bytes).unwrap(), doc! { "name": "a" });
}

/// `levels` documents inside each other, by bytes alone: building a `Document` of that depth would overflow the stack when it is dropped.
fn nested(levels: usize) -> Vec<u8> {
    let mut bytes = vec![5, 0, 0, 0, 0];
    for _ in 1..levels {
        let len = i32::try_from(bytes.len() + 8).unwrap();
        let mut outer = len.to_le_bytes().to_vec();
        outer.extend_from_slice(b"\x03p\0");
        outer.extend_from_slice(&bytes);
        outer.push(0);
        bytes = outer;
    }
    bytes
}

#[test]
fn depth_is_bounded_and_skipping_is_not_recursive() {
    assert!(from_document::<Document>(&nested(MAX_DEPTH.into())).is_ok());
    let error = from_document::<Document>(&nested(usize::from(MAX_DEPTH) + 1)).unwrap_err();
    assert_eq!(error.expected(), "at most 180 levels of nesting");
    // A field that nobody declares is skipped whole, however deep it is.
    let error = from_document::<Part>(&nested(100_000)).unwrap_err();
    assert_eq!(error.path(), "name");

    let mut deep = Part { name: String::new(), size: None, parts: vec![] };
    for _ in 0..100 {
        deep = Part { name: String::new(), size: None, parts: vec![deep] };
    }
    assert_eq!(to_document(&deep).unwrap_err().rule(), "at most 180 levels of nesting");
}

#[test]
fn bytes_of_a_list_of_u8_are_binary_and_nothing_else() {
    assert_eq!(decode::<Vec<u8>>(Binary { subtype: BinarySubtype::Generic, bytes: vec![1] }), Ok(vec![1]));
    assert!(decode::<Vec<u8>>(vec![1_i32]).is_err());
    assert_eq!(encode(&Vec::<u8>::new()), doc! { "v": Binary { subtype: BinarySubtype::Generic, bytes: vec![] } }.to_vec().unwrap());
}
