//! Graphs that are no trees: rings of models, models that refer to themselves, and children of two parents.

use super::{fixture, ids, put};
use bson::{Document, doc};
use chakra::{Error, prelude::*};

#[derive(Debug, Clone, Model)]
#[chakra(collection = "rocks")]
struct Rock {
    #[chakra(id)]
    id: i64,
    beats: i64,
    #[chakra(relation = ManyToOne, foreign_key = beats, on_delete = Cascade)]
    scissors: Related<Scissors>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "scissors")]
struct Scissors {
    #[chakra(id)]
    id: i64,
    beats: i64,
    #[chakra(relation = ManyToOne, foreign_key = beats, on_delete = Cascade)]
    paper: Related<Paper>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "papers")]
struct Paper {
    #[chakra(id)]
    id: i64,
    beats: Option<i64>,
    #[chakra(relation = ManyToOne, foreign_key = beats, on_delete = Cascade)]
    rock: Related<Option<Rock>>,
}

/// Documents `{_id, <key>}`.
fn keyed<const N: usize>(key: &str, pairs: [(i64, i64); N]) -> [Document; N] {
    pairs.map(|(id, value)| doc! { "_id": id, key: value })
}

#[tokio::test]
async fn a_ring_of_three_models_ends() {
    let fixture = fixture().await;
    let db = &fixture.db;
    // One ring of three documents, and one of six.
    put(&fixture, "rocks", keyed("beats", [(1, 1), (2, 2), (3, 3)])).await;
    put(&fixture, "scissors", keyed("beats", [(1, 1), (2, 2), (3, 3)])).await;
    put(&fixture, "papers", keyed("beats", [(1, 1), (2, 3), (3, 2)])).await;
    let report = db.delete(Rock::id.eq(1)).report().await.unwrap();
    assert_eq!((report.of::<Rock>().deleted, report.of::<Scissors>().deleted, report.of::<Paper>().deleted), (1, 1, 1));
    for collection in ["rocks", "scissors", "papers"] {
        assert_eq!(ids(&fixture, collection).await, [2, 3], "{collection}");
    }
    assert_eq!(db.delete_many(Scissors::id.eq(2)).await.unwrap(), 1, "of what the filter named");
    for collection in ["rocks", "scissors", "papers"] {
        assert_eq!(ids(&fixture, collection).await, Vec::<i64>::new(), "{collection}");
    }
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "folders")]
struct Folder {
    #[chakra(id)]
    id: i64,
    within: Option<i64>,
    #[chakra(relation = ManyToOne, foreign_key = within, on_delete = Cascade)]
    parent: Related<Option<Folder>>,
}

#[tokio::test]
async fn a_tree_of_one_model_goes_from_its_leaves() {
    let fixture = fixture().await;
    let db = &fixture.db;
    put(&fixture, "folders", [doc! { "_id": 1_i64 }]).await;
    put(&fixture, "folders", keyed("within", [(2, 1), (3, 1), (4, 2), (5, 4), (6, 6), (7, 9), (8, 7), (9, 8)])).await;
    let report = db.delete(Folder::id.eq(2)).report().await.unwrap();
    assert_eq!((report.of::<Folder>().deleted, ids(&fixture, "folders").await), (3, vec![1, 3, 6, 7, 8, 9]));
    // One that is its own parent, and a ring.
    db.delete(Folder::id.eq(6)).await.unwrap();
    assert_eq!(db.delete(Folder::id.eq(8)).await.unwrap().within, Some(7));
    assert_eq!(ids(&fixture, "folders").await, [1, 3]);
    // A filter that names a parent and its child names two.
    assert_eq!(db.delete_many(Folder::all()).await.unwrap(), 2);
    assert_eq!(fixture.stored("folders").await, Vec::<Document>::new());
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "steps")]
struct Step {
    #[chakra(id)]
    id: i64,
    after: Option<i64>,
    #[chakra(relation = ManyToOne, foreign_key = after, on_delete = Restrict)]
    before: Related<Option<Step>>,
}

#[tokio::test]
async fn documents_of_one_model_hold_each_other_back_unless_all_go() {
    let fixture = fixture().await;
    let db = &fixture.db;
    put(&fixture, "steps", [doc! { "_id": 1_i64 }]).await;
    put(&fixture, "steps", keyed("after", [(2, 1), (3, 2), (4, 4)])).await;
    let error = db.delete_many(Step::id.lte(2)).await.unwrap_err();
    assert!(matches!(error, Error::Restricted { model: "Step", holder: "Step", count: 1, .. }), "{error:?}");
    assert_eq!(ids(&fixture, "steps").await, [1, 2, 3, 4]);
    db.delete(Step::id.eq(4)).await.unwrap();
    assert_eq!(db.delete_many(Step::all()).await.unwrap(), 3);
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "cities")]
struct City {
    #[chakra(id)]
    id: i64,
    #[chakra(unique)]
    code: String,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "flights")]
struct Flight {
    #[chakra(id)]
    id: i64,
    from: String,
    #[chakra(relation = ManyToOne, foreign_key = from, references = code, on_delete = Cascade)]
    origin: Related<City>,
    to: String,
    #[chakra(relation = ManyToOne, foreign_key = to, references = code, on_delete = Cascade)]
    goal: Related<City>,
    via: Option<String>,
    #[chakra(relation = ManyToOne, foreign_key = via, references = code)]
    stop: Related<Option<City>>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "seats")]
struct Seat {
    #[chakra(id)]
    id: i64,
    flight_id: i64,
    #[chakra(relation = ManyToOne, foreign_key = flight_id, on_delete = Cascade)]
    flight: Related<Flight>,
}

#[tokio::test]
async fn children_of_two_parents_go_once() {
    let fixture = fixture().await;
    let db = &fixture.db;
    put(&fixture, "cities", ["AMS", "BER", "CPH", "DUB"].into_iter().zip(1_i64..).map(|(code, id)| doc! { "_id": id, "code": code })).await;
    let flight = |id: i64, from: &str, to: &str, via: Option<&str>| {
        let mut flight = doc! { "_id": id, "from": from, "to": to };
        flight.extend(via.map(|via| ("via".to_owned(), via.into())));
        flight
    };
    let flights = [
        flight(1, "AMS", "BER", None),
        flight(2, "BER", "AMS", Some("AMS")),
        flight(3, "AMS", "AMS", None),
        flight(4, "CPH", "DUB", Some("BER")),
        flight(5, "CPH", "DUB", Some("DUB")),
    ];
    put(&fixture, "flights", flights).await;
    put(&fixture, "seats", keyed("flight_id", [(1, 1), (2, 2), (3, 4)])).await;
    let report = db.delete_many(City::code.in_(["AMS", "BER"])).report().await.unwrap();
    assert_eq!((report.of::<City>().deleted, report.of::<Flight>().deleted, report.of::<Seat>().deleted), (2, 3, 2));
    // Of those that go anyway no key is cleared before.
    assert_eq!(report.of::<Flight>().set_null, 1);
    assert_eq!(fixture.stored("flights").await, [flight(4, "CPH", "DUB", None), flight(5, "CPH", "DUB", Some("DUB"))]);
    assert_eq!(ids(&fixture, "seats").await, [3]);
    // A key that names the code, not the id.
    db.delete(City::id.eq(4)).await.unwrap();
    assert_eq!((ids(&fixture, "flights").await, ids(&fixture, "cities").await), (vec![], vec![3]));
}
