//! Documents of others: what is missing, null, unknown, in another order, of another type or there twice is read as the model says, or is
//! an error that names the place.

use crate::support::Fixture;
use bson::{Bson, Document, RawDocumentBuf, bson, doc};
use chakra::{Error, Outcome, prelude::*};
use std::collections::HashMap;

#[derive(Debug, Clone, PartialEq, Composite)]
struct Spot {
    x: i32,
    y: f64,
    label: Option<String>,
    #[chakra(default = 3)]
    weight: i64,
    tags: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[chakra(collection = "things")]
struct Thing {
    #[chakra(id)]
    id: i64,
    #[chakra(name = "title")]
    name: String,
    note: Option<String>,
    #[chakra(default = 5)]
    rank: i32,
    at: Option<DateTime<Utc>>,
    size: Option<u8>,
    numbers: Vec<i64>,
    spot: Option<Spot>,
    spots: Vec<Spot>,
    by_name: HashMap<String, Spot>,
    maybes: Vec<Option<i32>>,
}

fn thing(id: i64) -> Thing {
    Thing {
        id,
        name: "n".into(),
        note: None,
        rank: 5,
        at: None,
        size: None,
        numbers: vec![],
        spot: None,
        spots: vec![],
        by_name: HashMap::new(),
        maybes: vec![],
    }
}

fn spot(x: i32, y: f64) -> Spot {
    Spot { x, y, label: None, weight: 3, tags: vec![] }
}

async fn fixture() -> Fixture {
    Fixture::new(|builder| builder.model::<Thing>()).await
}

/// `document` with further fields.
fn with(mut document: Document, more: Document) -> Document {
    document.extend(more);
    document
}

#[tokio::test]
async fn what_can_be_read_is_read_as_the_model_says() {
    let fixture = fixture().await;
    let null = Bson::Null;
    let least = || doc! { "x": 1, "y": 2.0 };
    let rows: Vec<(&str, Document, Thing)> = vec![
        ("missing", doc! { "title": "n" }, thing(0)),
        (
            "null",
            doc! {
                "title": "n", "note": &null, "rank": &null, "at": &null, "size": &null, "numbers": &null, "spot": &null, "spots": &null,
                "by_name": &null, "maybes": &null,
            },
            thing(0),
        ),
        (
            "null in composites",
            doc! { "title": "n", "spot": { "x": 1, "y": 2.0, "label": &null, "weight": &null, "tags": &null } },
            Thing { spot: Some(spot(1, 2.0)), ..thing(0) },
        ),
        (
            "missing in composites of lists and maps",
            doc! { "title": "n", "spot": least(), "spots": [least(), least()], "by_name": { "a": least() } },
            Thing {
                spot: Some(spot(1, 2.0)),
                spots: vec![spot(1, 2.0); 2],
                by_name: HashMap::from([("a".to_owned(), spot(1, 2.0))]),
                ..thing(0)
            },
        ),
        (
            "unknown fields",
            doc! { "a": { "deep": [1, { "b": 2 }] }, "title": "n", "name": 7, "spot": { "z": 1, "x": 1, "more": { "x": "no" }, "y": 2.0 }, "zz": &null },
            Thing { spot: Some(spot(1, 2.0)), ..thing(0) },
        ),
        (
            "another order",
            doc! {
                "spots": [{ "y": 2.0, "weight": 4_i64, "x": 1 }], "numbers": [1_i64], "rank": 6, "note": "o",
                "spot": { "tags": ["t"], "label": "l", "y": 0.5, "x": 9 }, "title": "n",
            },
            Thing {
                note: Some("o".into()),
                rank: 6,
                numbers: vec![1],
                spot: Some(Spot { label: Some("l".into()), tags: vec!["t".into()], ..spot(9, 0.5) }),
                spots: vec![Spot { weight: 4, ..spot(1, 2.0) }],
                ..thing(0)
            },
        ),
        (
            "numbers of other types",
            doc! {
                "title": "n", "rank": 6_i64, "size": 255.0, "numbers": [1, 2.0, 3_i64], "spot": { "x": -4.0, "y": 5, "weight": 6 },
                "spots": [{ "x": 7_i64, "y": 8_i64 }], "maybes": [1_i64, &null, 2.0],
            },
            Thing {
                rank: 6,
                size: Some(255),
                numbers: vec![1, 2, 3],
                spot: Some(Spot { weight: 6, ..spot(-4, 5.0) }),
                spots: vec![spot(7, 8.0)],
                maybes: vec![Some(1), None, Some(2)],
                ..thing(0)
            },
        ),
    ];
    for (id, (name, document, expected)) in (1_i64..).zip(rows) {
        fixture.store("things", with(document, doc! { "_id": id })).await;
        let read = fixture.db.get(Thing::id.eq(id)).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(read, Thing { id, ..expected }, "{name}");
    }
    // An id in another numeric type is the same id.
    for (id, stored) in [(101, Bson::Int32(101)), (102, Bson::Double(102.0))] {
        fixture.store("things", doc! { "title": "n", "_id": stored }).await;
        assert_eq!(fixture.db.get(Thing::id.eq(id)).await.unwrap(), thing(id));
    }
}

/// A faulty part of a document, and the path, what is expected there and what is found.
type Row = (Document, &'static str, &'static str, &'static str);

fn faults() -> Vec<Row> {
    let spot = |more: Document| with(doc! { "x": 1, "y": 2.0 }, more);
    let no_integer = "a Double that is no such integer";
    vec![
        (doc! { "title": Bson::Null }, "title", "a value", "nothing"),
        (doc! { "title": 1 }, "title", "String", "Int32"),
        (doc! { "note": ["n"] }, "note", "String", "Array"),
        (doc! { "rank": "5" }, "rank", "Int32", "String"),
        (doc! { "rank": 5.5 }, "rank", "Int32", no_integer),
        (doc! { "rank": f64::NAN }, "rank", "Int32", no_integer),
        (doc! { "rank": 1_i64 << 40 }, "rank", "Int32", "a number out of range"),
        (doc! { "at": "2026-01-01" }, "at", "Date", "String"),
        (doc! { "at": 1_i64 }, "at", "Date", "Int64"),
        (doc! { "size": 256 }, "size", "Int32 within u8", "a number out of range"),
        (doc! { "size": -1 }, "size", "Int32 within u8", "a number out of range"),
        (doc! { "numbers": 5 }, "numbers", "Array", "Int32"),
        (doc! { "numbers": [1, "2"] }, "numbers[1]", "Int64", "String"),
        (doc! { "numbers": [1, Bson::Null] }, "numbers[1]", "Int64", "Null"),
        (doc! { "numbers": { "0": 1 } }, "numbers", "Array", "Document"),
        (doc! { "maybes": [Bson::Null, true] }, "maybes[1]", "Int32", "Boolean"),
        (doc! { "spot": 1 }, "spot", "Document", "Int32"),
        (doc! { "spot": [spot(doc! {})] }, "spot", "Document", "Array"),
        (doc! { "spot": {} }, "spot.x", "a value", "nothing"),
        (doc! { "spot": { "x": 1, "y": Bson::Null } }, "spot.y", "a value", "nothing"),
        (doc! { "spot": spot(doc! { "y": "2" }) }, "spot.y", "Double", "String"),
        (doc! { "spot": spot(doc! { "y": (1_i64 << 53) + 1 }) }, "spot.y", "Double", "an Int64 that no Double holds exactly"),
        (doc! { "spot": spot(doc! { "weight": true }) }, "spot.weight", "Int64", "Boolean"),
        (doc! { "spot": spot(doc! { "tags": ["a", 1] }) }, "spot.tags[1]", "String", "Int32"),
        (doc! { "spots": spot(doc! {}) }, "spots", "Array", "Document"),
        (doc! { "spots": [spot(doc! {}), Bson::Null] }, "spots[1]", "Document", "Null"),
        (doc! { "spots": [spot(doc! {}), { "x": 1 }] }, "spots[1].y", "a value", "nothing"),
        (doc! { "spots": [spot(doc! { "label": 1 })] }, "spots[0].label", "String", "Int32"),
        (doc! { "by_name": [spot(doc! {})] }, "by_name", "Document", "Array"),
        (doc! { "by_name": { "secret": { "y": 1.0 } } }, "by_name.{…}.x", "a value", "nothing"),
        (doc! { "by_name": { "secret": spot(doc! { "tags": "t" }) } }, "by_name.{…}.tags", "Array", "String"),
    ]
}

#[tokio::test]
async fn what_cannot_be_read_is_named_with_its_place() {
    let fixture = fixture().await;
    fixture.store("things", doc! { "_id": 1_i64, "title": "n" }).await;
    for (id, (part, path, expected, found)) in (2_i64..).zip(faults()) {
        fixture.store("things", with(doc! { "_id": id, "title": "n" }, part)).await;
        let error = fixture.db.get(Thing::id.eq(id)).await.unwrap_err();
        let message =
            format!("`things` holds a document (_id {id}) that `Thing` cannot read: `{path}`: expected {expected}, found {found}");
        assert_eq!(error.to_string(), message);
        let Error::Decode { model, collection, id: named, error: fault, outcome } = &error else { panic!("{error:?}") };
        assert_eq!((*model, *collection, *outcome), ("Thing", "things", Outcome::NotApplied));
        assert_eq!(named.as_ref().map(ToString::to_string), Some(id.to_string()));
        assert_eq!((fault.path(), fault.expected(), fault.found()), (path, expected, found));
        // A key of a map is a value of the document.
        assert_eq!(fault.detail(), path.contains('{').then_some("key `secret`"));
        assert!(!format!("{error:?}").contains("secret"));
    }
    // The others are read all the same.
    assert_eq!(fixture.db.get(Thing::id.eq(1)).await.unwrap(), thing(1));
}

#[tokio::test]
async fn an_id_that_may_be_personal_is_shown_on_request_only() {
    let fixture = fixture().await;
    fixture.store("things", doc! { "_id": "ada@example.com", "title": "n" }).await;
    let error = fixture.db.find_many(Thing::all()).await.unwrap_err();
    assert_eq!(error.to_string(), "`things` holds a document that `Thing` cannot read: `_id`: expected Int64, found String");
    assert!(!format!("{error:?}").contains("ada"));
    assert_eq!(error.detail().as_deref(), Some("_id: ada@example.com"));
}

/// The elements of a document, without its length and its end.
fn elements(document: &Document) -> Vec<u8> {
    let bytes = document.to_vec().unwrap();
    bytes[4..bytes.len() - 1].to_vec()
}

/// A document of these elements, also where a name comes twice, which `doc!` cannot say.
fn joined(parts: &[Vec<u8>]) -> Vec<u8> {
    let elements = parts.concat();
    let length = i32::try_from(elements.len() + 5).unwrap();
    [&length.to_le_bytes()[..], &elements, &[0]].concat()
}

/// The element of an embedded document (3) or an array (4).
fn element(tag: u8, name: &str, document: &[u8]) -> Vec<u8> {
    [&[tag][..], name.as_bytes(), &[0], document].concat()
}

#[tokio::test]
async fn a_field_that_comes_twice_is_refused() {
    let fixture = fixture().await;
    let base = || elements(&doc! { "title": "n" });
    let twice = || joined(&[elements(&doc! { "x": 1, "y": 2.0 }), elements(&doc! { "x": 1 })]);
    let apart = || joined(&[elements(&doc! { "x": 1, "y": 2.0, "label": "l", "other": 1 }), elements(&doc! { "label": Bson::Null })]);
    let rows: Vec<(Vec<u8>, &str)> = vec![
        (elements(&doc! { "title": "n" }), "title"),
        (elements(&doc! { "rank": 1, "title": "m" }), "title"),
        // Also where one of the two is null, and whichever the server would take.
        ([elements(&doc! { "note": Bson::Null }), elements(&doc! { "note": "n" })].concat(), "note"),
        ([elements(&doc! { "note": "n", "rank": 1 }), elements(&doc! { "note": Bson::Null })].concat(), "note"),
        ([elements(&doc! { "numbers": [1] }), elements(&doc! { "numbers": [1] })].concat(), "numbers"),
        (element(3, "spot", &twice()), "spot.x"),
        (element(3, "spot", &apart()), "spot.label"),
        (element(4, "spots", &joined(&[element(3, "0", &apart()), element(3, "1", &twice())])), "spots[0].label"),
        (element(3, "by_name", &joined(&[element(3, "k", &twice())])), "by_name.{…}.x"),
    ];
    let collection = fixture.raw.collection::<RawDocumentBuf>("things");
    for (id, (part, path)) in (1_i64..).zip(rows) {
        let document = joined(&[elements(&doc! { "_id": id }), base(), part]);
        collection.insert_one(RawDocumentBuf::from_bytes(document).unwrap()).await.unwrap();
        let error = fixture.db.get(Thing::id.eq(id)).await.unwrap_err();
        let Error::Decode { error: fault, .. } = &error else { panic!("{error:?}") };
        assert_eq!((fault.path(), fault.expected(), fault.found()), (path, "the field once", "the field twice"));
    }
}

#[tokio::test]
async fn a_key_of_a_map_that_comes_twice_is_refused_and_an_unknown_field_is_not() {
    let fixture = fixture().await;
    let collection = fixture.raw.collection::<RawDocumentBuf>("things");
    let spot = elements(&doc! { "k": { "x": 1, "y": 2.0 } });
    let map = element(3, "by_name", &joined(&[spot.clone(), spot]));
    let unknown = [elements(&doc! { "other": 1 }), elements(&doc! { "other": { "a": 2 } })].concat();
    for (id, part) in [(1_i64, map), (2, unknown)] {
        let document = joined(&[elements(&doc! { "_id": id, "title": "n" }), part]);
        collection.insert_one(RawDocumentBuf::from_bytes(document).unwrap()).await.unwrap();
    }
    let error = fixture.db.get(Thing::id.eq(1)).await.unwrap_err();
    let Error::Decode { error: fault, .. } = &error else { panic!("{error:?}") };
    assert_eq!((fault.path(), fault.expected(), fault.found()), ("by_name", "each key once", "a key twice"));
    assert_eq!(fixture.db.get(Thing::id.eq(2)).await.unwrap(), thing(2));
}

#[tokio::test]
async fn a_write_that_gives_back_what_cannot_be_read_says_that_it_was_applied() {
    let fixture = fixture().await;
    fixture.store("things", doc! { "_id": 1_i64, "title": "n", "spots": [{ "x": 1, "y": bson!([]) }] }).await;
    let error = fixture.db.update(Thing::id.eq(1)).set(Thing::note, "n").await.unwrap_err();
    let Error::Decode { error: fault, outcome, .. } = &error else { panic!("{error:?}") };
    assert_eq!((fault.path(), fault.found(), *outcome), ("spots[0].y", "Array", Outcome::Applied));
    assert_eq!(fixture.stored("things").await[0].get_str("note").unwrap(), "n");
}
