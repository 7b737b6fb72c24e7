//! Maps whose keys no path can have: with dots, with `$`, or empty. They are stored, changed and asked for as a whole.

use crate::support::Fixture;
use bson::{Bson, Document, doc};
use chakra::prelude::*;
use std::collections::{BTreeMap, HashMap};

/// In the order in which a map is written: what looks like an operator comes first.
const KEYS: [&str; 8] = ["$", "$a", "$set.b", ".", "..", "a.$b", "a.b", "é.$"];

#[derive(Debug, Clone, PartialEq, Composite)]
struct Spot {
    names: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[chakra(collection = "shelves")]
struct Shelf {
    #[chakra(id)]
    id: i64,
    counts: BTreeMap<String, i32>,
    labels: Option<HashMap<String, String>>,
    spots: HashMap<String, Spot>,
    list: Vec<Spot>,
}

fn counts(from: i32) -> BTreeMap<String, i32> {
    KEYS.into_iter().map(str::to_owned).zip(from..).collect()
}

/// With the empty key, and with texts that look like paths.
fn labels() -> HashMap<String, String> {
    KEYS.into_iter().chain([""]).map(|key| (key.to_owned(), format!("${key}"))).collect()
}

fn spot() -> Spot {
    Spot { names: labels().into_iter().collect() }
}

fn shelf(id: i64) -> Shelf {
    Shelf { id, counts: counts(1), labels: Some(labels()), spots: HashMap::from([("$x.y".to_owned(), spot())]), list: vec![spot()] }
}

/// What the server holds of that shelf.
fn stored(id: i64) -> Document {
    let counts: Document = KEYS.into_iter().map(str::to_owned).zip((1..).map(Bson::Int32)).collect();
    let labels: Document = labels().into_iter().map(|(key, label)| (key, Bson::String(label))).collect();
    let spot = doc! { "names": labels.clone() };
    doc! { "_id": id, "counts": counts, "labels": labels, "spots": { "$x.y": spot.clone() }, "list": [spot] }
}

async fn fixture() -> Fixture {
    Fixture::new(|builder| builder.model::<Shelf>()).await
}

#[tokio::test]
async fn they_are_written_and_read_on_every_road() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let draft = |id: i64| Shelf::draft().id(id).counts(counts(1)).labels(labels()).spots(shelf(id).spots).list([spot()]);
    assert_eq!(db.create(draft(1)).await.unwrap(), shelf(1));
    assert_eq!(db.create_many([draft(2)]).await.unwrap(), 1);
    assert_eq!(db.insert_many(&[shelf(3)]).await.unwrap(), 1);
    assert_eq!(db.upsert(Shelf::id.eq(4)).create(draft(4)).await.unwrap(), shelf(4));
    db.create(Shelf::draft().id(5)).await.unwrap();
    let one = db.update(Shelf::id.eq(5)).set(Shelf::counts, counts(1)).set(Shelf::labels, labels());
    assert_eq!(one.set(Shelf::spots, shelf(5).spots).push(Shelf::list, spot()).await.unwrap(), shelf(5));
    assert_eq!(fixture.stored("shelves").await, [stored(1), stored(2), stored(3), stored(4), stored(5)]);
    let many = db.update_many(Shelf::id.in_([1, 2])).set(Shelf::counts, counts(7)).unset(Shelf::labels);
    assert_eq!(many.await.unwrap().modified, 2);
    let changed = |id| Shelf { counts: counts(7), labels: None, ..shelf(id) };
    let found = db.find_many(Shelf::all()).order_by(Shelf::id.asc()).await.unwrap();
    assert_eq!(found, [changed(1), changed(2), shelf(3), shelf(4), shelf(5)]);
}

#[tokio::test]
async fn they_are_asked_for_as_a_whole() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let other = Shelf { counts: counts(7), labels: None, spots: HashMap::new(), list: vec![], ..shelf(2) };
    let empty = Shelf { id: 3, counts: BTreeMap::new(), ..other.clone() };
    let shelves = [shelf(1), other, empty];
    db.insert_many(&shelves).await.unwrap();
    let cases = [
        ("eq", Shelf::counts.eq(counts(1)), vec![1]),
        ("ne", Shelf::counts.ne(counts(1)), vec![2, 3]),
        ("in", Shelf::counts.in_([counts(1), counts(7)]), vec![1, 2]),
        ("in, with none", Shelf::counts.in_([counts(1), BTreeMap::new()]), vec![1, 3]),
        ("not in", Shelf::counts.not_in([counts(1), counts(7)]), vec![3]),
        ("option eq", Shelf::labels.eq(labels()), vec![1]),
        ("option ne", Shelf::labels.ne(labels()), vec![2, 3]),
        ("option in", Shelf::labels.in_([Some(labels()), None]), vec![1, 2, 3]),
        ("option not in", Shelf::labels.not_in([labels()]), vec![2, 3]),
        ("map of composites", Shelf::spots.eq(shelf(1).spots), vec![1]),
        ("map of composites, in", Shelf::spots.in_([shelf(1).spots]), vec![1]),
        ("in a list", Shelf::list.has(spot()), vec![1]),
        ("in one of a list", Shelf::list.some(Spot::names.eq(spot().names)), vec![1]),
        ("a list of them", Shelf::list.eq(vec![spot()]), vec![1]),
    ];
    let mut wrong = Vec::new();
    for (name, filter, expected) in cases {
        let in_memory: Vec<i64> = shelves.iter().filter(|shelf| filter.matches(shelf).unwrap()).map(|shelf| shelf.id).collect();
        assert_eq!(in_memory, expected, "{name}");
        match db.find_many(filter).order_by(Shelf::id.asc()).await {
            Ok(found) if found.iter().map(|shelf| shelf.id).eq(expected.iter().copied()) => {}
            Ok(found) => wrong.push(format!("{name}: {:?}, not {expected:?}", found.iter().map(|shelf| shelf.id).collect::<Vec<_>>())),
            Err(error) => wrong.push(format!("{name}: {error}, {:?}", error.detail())),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
