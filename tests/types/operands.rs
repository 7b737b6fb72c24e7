//! A field that is stored as another type takes the plain value everywhere: in drafts, filters, updates, keys, composites and defaults.

use crate::support::Fixture;
use bson::{Bson, Document, doc, oid::ObjectId};
use chakra::{Error, action::Updated, prelude::*};
use std::collections::BTreeMap;

const A: &str = "0102030405060708090a0b01";
const B: &str = "0102030405060708090a0b02";
const C: &str = "0102030405060708090a0b03";

fn id(hex: &str) -> ObjectId {
    hex.parse().unwrap()
}

#[derive(Debug, Clone, PartialEq, Composite)]
struct Origin {
    #[chakra(as = "object_id")]
    source: String,
    #[chakra(as = "long", name = "n", max = 100)]
    number: i32,
    #[chakra(as = "string")]
    seen: Option<DateTime<Utc>>,
}

fn origin(source: &str) -> Origin {
    Origin { source: source.into(), number: 7, seen: None }
}

#[derive(Debug, Clone, PartialEq, Model)]
#[chakra(unique(owner, count), unique(place.source, place.number, name = by_place), index(places.source))]
struct Part {
    #[chakra(id, as = "object_id", default = auto())]
    id: String,
    #[chakra(unique, as = "object_id")]
    key: String,
    #[chakra(unique, as = "object_id")]
    code: Option<String>,
    #[chakra(as = "object_id")]
    owner: String,
    #[chakra(as = "long", default = 0)]
    count: i32,
    #[chakra(as = "object_id", name = "refs")]
    list: Vec<String>,
    #[chakra(as = "decimal")]
    prices: BTreeMap<String, i64>,
    #[chakra(as = "timestamp")]
    at: Option<DateTime<Utc>>,
    #[chakra(as = "double", default = 5, min = 0, max = 10)]
    score: i32,
    #[chakra(as = "string", null)]
    kept: Option<i64>,
    place: Origin,
    places: Vec<Origin>,
}

async fn fixture() -> Fixture {
    let fixture = Fixture::new(|builder| builder.model::<Part>()).await;
    fixture.db.sync().await.unwrap();
    fixture.commands();
    fixture
}

#[tokio::test]
async fn drafts_and_whole_values_store_it() {
    let fixture = fixture().await;
    let at = DateTime::from_timestamp_millis(5_000).unwrap();
    let draft = Part::draft().key(A).owner(A.to_owned()).count(3).list([A, B]).prices(BTreeMap::from([("x".to_owned(), 9_i64)]));
    let part = fixture.db.create(draft.at(at).kept(4).place(origin(A)).places([origin(B)])).await.unwrap();
    assert_eq!(ObjectId::parse_str(&part.id).unwrap().to_hex(), part.id);
    let place = |hex: &str| doc! { "source": id(hex), "n": 7_i64 };
    let stored = |own: &str| {
        doc! {
            "_id": id(own), "key": id(A), "owner": id(A), "count": 3_i64, "refs": [id(A), id(B)],
            "prices": { "x": "9".parse::<bson::Decimal128>().unwrap() }, "at": bson::Timestamp { time: 5, increment: 0 },
            "score": 5.0, "kept": "4", "place": place(A), "places": [place(B)],
        }
    };
    assert_eq!(format!("{:?}", fixture.stored("parts").await[0]), format!("{:?}", stored(&part.id)));
    assert_eq!(fixture.db.get(Part::id.eq(&part.id)).await.unwrap(), part);
    fixture.db.delete(Part::id.eq(part.id.as_str())).await.unwrap();
    fixture.db.insert_many([&part]).await.unwrap();
    assert_eq!(format!("{:?}", fixture.stored("parts").await[0]), format!("{:?}", stored(&part.id)));

    let least = fixture.db.create(Part::draft().id(C).key(B).owner(B).place(origin(B))).await.unwrap();
    assert_eq!((least.id.as_str(), least.count, least.score, least.kept), (C, 0, 5, None));
    let expected = doc! {
        "_id": id(C), "key": id(B), "owner": id(B), "count": 0_i64, "refs": [], "prices": {}, "score": 5.0, "kept": Bson::Null,
        "place": place(B), "places": [],
    };
    let found = fixture.raw.collection::<Document>("parts").find_one(doc! { "_id": id(C) }).await.unwrap().unwrap();
    assert_eq!(format!("{found:?}"), format!("{expected:?}"));
}

#[tokio::test]
async fn filters_and_keys_take_it() {
    let fixture = fixture().await;
    let db = &fixture.db;
    db.create(Part::draft().id(A).key(A).owner(A).count(1).place(origin(A)).list([B]).code(C)).await.unwrap();
    db.create(Part::draft().id(B).key(B).owner(A).count(2).place(origin(B)).places([origin(C)])).await.unwrap();
    // The index covers present values in the form in which they are stored: two without a code do not collide, two with the same do.
    let again = Part::draft()
        .id("65a1b2c3d4e5f60718293aff")
        .key("65a1b2c3d4e5f60718293aff")
        .owner(A)
        .place(Origin { number: 9, ..origin(B) })
        .code(C);
    let taken = db.create(again).await.unwrap_err();
    assert!(taken.is_unique_on(Part::code), "{taken:?}");
    db.create(Part::draft().id(C).key(C).owner(B).count(1).place(Origin { number: 8, ..origin(B) })).await.unwrap();
    let ids = async |filter: Filter<Part>| {
        let found = db.find_many(filter).order_by(Part::id.asc()).await.unwrap();
        found.iter().map(|part| part.id.clone()).collect::<Vec<_>>()
    };
    assert_eq!(ids(Part::owner.eq(A)).await, [A, B]);
    assert_eq!(ids(Part::owner.ne(&A.to_owned())).await, [C]);
    assert_eq!(ids(Part::owner.in_([A, C])).await, [A, B]);
    assert_eq!(ids(Part::owner.not_in(vec![A.to_owned()])).await, [C]);
    assert_eq!(ids(Part::owner.gte(B)).await, [C]);
    assert_eq!(ids(Part::count.between(2, 3) | Part::id.in_([C])).await, [B, C]);
    assert_eq!(ids(Part::code.eq(C).into()).await, [A]);
    assert_eq!(ids(Part::code.is_none() & Part::code.path().eq(None::<String>)).await, [B, C]);
    assert_eq!(ids(Part::list.has(B)).await, [A]);
    assert_eq!(ids(Part::list.eq([B]) | Part::list.eq(vec![C.to_owned()])).await, [A]);
    assert_eq!(ids(Part::place.source().eq(B) & Part::place.number().gt(7)).await, [C]);
    assert_eq!(ids(Part::place.is(Origin::source.in_([A]))).await, [A]);
    assert_eq!(ids(Part::places.some(Origin::source.eq(C) & Origin::number.lte(7))).await, [B]);
    assert_eq!(ids(Part::places.has(origin(C))).await, [B]);
    assert_eq!(ids(Part::places.source().has(C)).await, [B]);
    assert_eq!(ids(Part::place.eq(origin(A))).await, [A]);

    let found = async |key: chakra::query::UniqueFilter<Part>| db.find_unique(key).await.unwrap().map(|part| part.id);
    assert_eq!(found(Part::key.eq(B)).await.as_deref(), Some(B));
    assert_eq!(found(Part::id.eq(B.to_owned())).await.as_deref(), Some(B));
    assert_eq!(found(Part::owner_count.eq((A, 2))).await.as_deref(), Some(B));
    assert_eq!(found(Part::by_place.eq((B, 8))).await.as_deref(), Some(C));
    assert_eq!(found(Part::by_place.eq((A.to_owned(), 8))).await, None);
    let error = db.create(Part::draft().key(B).owner(C).place(origin(C))).await.unwrap_err();
    assert!(error.is_unique_on(Part::key), "{error:?}");
}

#[tokio::test]
async fn updates_store_it() {
    let fixture = fixture().await;
    let db = &fixture.db;
    db.create(Part::draft().id(A).key(A).owner(A).place(origin(A)).kept(1)).await.unwrap();
    let update = db.update(Part::id.eq(A)).set(Part::owner, B).set(Part::code, Some(C)).inc(Part::count, 4).push(Part::list, B);
    let updated = update.inc(Part::score, 2).set(Part::place.source(), C).set(Part::kept, None::<i64>).await.unwrap();
    let expected = Part { code: Some(C.into()), count: 4, list: vec![B.into()], score: 7, kept: None, ..updated.clone() };
    assert_eq!((&updated, updated.owner.as_str(), updated.place.source.as_str()), (&expected, B, C));
    let stored = doc! {
        "_id": id(A), "key": id(A), "owner": id(B), "count": 4_i64, "refs": [id(B)], "prices": {}, "score": 7.0, "kept": Bson::Null,
        "place": { "source": id(C), "n": 7_i64 }, "places": [], "code": id(C),
    };
    assert_eq!(fixture.stored("parts").await, [stored]);

    let counts = db.update_many(Part::owner.eq(B)).set(Part::owner, C).set(Part::list, [A, C]).unset(Part::code).await.unwrap();
    assert_eq!(counts, Updated { matched: 1, modified: 1, refused: 0 });
    let part = db.upsert(Part::key.eq(A)).create(Part::draft().key(A).owner(A).place(origin(A))).set(Part::count, 9).await.unwrap();
    assert_eq!((part.owner.as_str(), part.list, part.code, part.count), (C, vec![A.to_owned(), C.to_owned()], None, 9));
    let part = db.upsert(Part::key.eq(B)).create(Part::draft().owner(A).place(origin(B)).key(B)).set(Part::count, 9).await.unwrap();
    assert_eq!((part.key.as_str(), part.count), (B, 0));

    // The range of the Rust type and the limits guard the sum, whatever it is stored as.
    for (error, expected) in [
        (db.update(Part::id.eq(A)).inc(Part::count, i32::MAX).await.unwrap_err(), "`count` needs a value of at most 2147483647"),
        (db.update(Part::id.eq(A)).inc(Part::score, 4).await.unwrap_err(), "`score` needs a value of at most 10"),
        (db.update(Part::id.eq(A)).set(Part::score, 11).await.unwrap_err(), "`score` needs a value of at most 10"),
        (db.update(Part::id.eq(A)).set(Part::place.number(), 101).await.unwrap_err(), "`place.n` needs a value of at most 100"),
    ] {
        assert_eq!(error.to_string().split(": ").nth(1), Some(expected));
    }
}

#[tokio::test]
async fn a_value_that_cannot_be_stored_so_is_refused_before_anything_is_sent() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let hex = "24 hex digits, an ObjectId";
    let draft = || Part::draft().key(A).owner(A).place(origin(A));
    let whole = Part {
        id: A.into(),
        key: A.into(),
        code: None,
        owner: "no hex".into(),
        count: 0,
        list: vec![],
        prices: BTreeMap::new(),
        at: None,
        score: 0,
        kept: None,
        place: origin(A),
        places: vec![],
    };
    let past = DateTime::from_timestamp_millis(-1).unwrap();
    let one = || db.update(Part::id.eq(A));
    let cases: Vec<(&str, &str, Error)> = vec![
        ("_id", hex, db.create(draft().id("no hex")).await.unwrap_err()),
        ("key", hex, db.create(draft().key("no hex")).await.unwrap_err()),
        ("code", hex, db.create_many([draft().code("")]).await.unwrap_err()),
        ("refs[1]", hex, db.create(draft().list([A, "no hex"])).await.unwrap_err()),
        ("place.source", hex, db.create(draft().place(origin("no hex"))).await.unwrap_err()),
        ("places[0].source", hex, db.create(draft().places([origin("no hex")])).await.unwrap_err()),
        ("at", "a moment from 1970 to 2106, which a Timestamp can hold", db.create(draft().at(past)).await.unwrap_err()),
        ("owner", hex, db.insert_many([&whole]).await.unwrap_err()),
        ("owner", hex, one().set(Part::owner, "no hex").await.unwrap_err()),
        ("code", hex, one().set(Part::code, Some("no hex")).await.unwrap_err()),
        ("refs", hex, one().push(Part::list, "no hex").await.unwrap_err()),
        ("place.source", hex, one().set(Part::place.source(), "no hex").await.unwrap_err()),
        ("owner", hex, db.update_many(Part::all()).set(Part::owner, "no hex").await.unwrap_err()),
        ("owner", hex, db.update_many(Part::owner.eq("no hex")).inc(Part::count, 1).await.unwrap_err()),
        ("_id", hex, db.get(Part::id.eq("no hex")).await.unwrap_err()),
        ("key", hex, db.find_unique(Part::key.eq("no hex")).await.unwrap_err()),
        ("owner", hex, db.find_unique(Part::owner_count.eq(("no hex", 1))).await.unwrap_err()),
        ("place.source", hex, db.find_unique(Part::by_place.eq(("no hex", 1))).await.unwrap_err()),
        ("owner", hex, db.find_many(Part::owner.in_([A, "no hex"])).await.unwrap_err()),
        ("owner", hex, db.count(Part::owner.gte("no hex")).await.unwrap_err()),
        ("refs", hex, db.find_first(!Part::list.has("no hex")).await.unwrap_err()),
        ("place.source", hex, db.find_many(Part::place.source().ne("no hex")).await.unwrap_err()),
        ("place.source", hex, db.find_many(Part::place.is(Origin::source.eq("no hex"))).await.unwrap_err()),
        ("key", hex, db.upsert(Part::key.eq("no hex")).create(draft()).await.unwrap_err()),
        ("key", hex, db.delete(Part::key.eq("no hex")).await.unwrap_err()),
        ("owner", hex, db.delete_many(Part::owner.eq("no hex")).await.unwrap_err()),
    ];
    for (at, (path, rule, error)) in cases.into_iter().enumerate() {
        let Error::Invalid { model: "Part", broken, .. } = &error else { panic!("{at}: {error:?}") };
        let broken: Vec<(&str, &str)> = broken.iter().map(|broken| (broken.path.as_str(), broken.rule.as_str())).collect();
        assert_eq!(broken, [(path, rule)], "{at}");
        assert!(!error.to_string().contains("no hex"), "a value in a message: {error}");
    }
    assert_eq!(fixture.commands(), Vec::<String>::new());
}
