//! `distinct`: the values of one path or of several, each once, as the model reads them.

use crate::{
    models::{Address, Item, Line, Point, Role, User, ada},
    support::{Fixture, Sent},
};
use bson::{Bson, doc};
use chakra::{Error, prelude::*};
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Composite)]
#[chakra(tag = "kind")]
enum Media {
    Photo { url: String, width: i32 },
    Film { url: String, minutes: Option<i32> },
}

#[derive(Debug, Clone, PartialEq, Composite)]
struct Part {
    name: String,
    media: Option<Media>,
    sizes: Vec<i32>,
    at: Option<Address>,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[chakra(collection = "boxes")]
struct Crate {
    #[chakra(id)]
    id: i64,
    cover: Option<Media>,
    parts: Vec<Part>,
    bytes: Option<[u8; 2]>,
    weights: BTreeMap<String, i32>,
    #[chakra(as = "string")]
    number: i32,
    hints: Option<Vec<String>>,
}

fn crate_of(id: i64) -> Crate {
    Crate { id, cover: None, parts: vec![], bytes: None, weights: BTreeMap::new(), number: 0, hints: None }
}

fn part(name: &str) -> Part {
    Part { name: name.into(), media: None, sizes: vec![], at: None }
}

fn line(sku: &str, note: Option<&str>) -> Line {
    Line { sku: sku.into(), qty: 1, note: note.map(String::from) }
}

fn home(city: &str, x: f64) -> Address {
    Address { street: "s".into(), city: city.into(), geo: Some(Point { x, y: 0.0 }) }
}

async fn items() -> Fixture {
    let fixture = Fixture::new(|builder| builder.model::<Item>().model::<User>().model::<Crate>()).await;
    let items = [
        Item { stock: 2, name: Some("b".into()), price: Some(1.5), tags: vec!["x".into(), "y".into()], ..Item::new(1) },
        Item { stock: 2, name: Some("a".into()), price: Some(-1.0), home: Some(home("Rome", 1.0)), ..Item::new(2) },
        Item {
            stock: -3,
            tags: vec!["y".into()],
            home: Some(home("Oslo", 1.0)),
            lines: vec![line("p", Some("n")), line("q", None)],
            ..Item::new(3)
        },
        Item { stock: 2, rank: 9, home: Some(home("Rome", 2.0)), lines: vec![line("p", None)], ..Item::new(4) },
    ];
    fixture.db.insert_many(&items).await.unwrap();
    fixture.commands();
    fixture
}

#[tokio::test]
async fn each_value_comes_once_in_the_order_of_the_server() {
    let fixture = items().await;
    let db = &fixture.db;
    assert_eq!(db.distinct(Item::stock, Item::all()).await.unwrap(), [-3, 2]);
    assert_eq!(db.distinct(Item::id, Item::stock.eq(2)).await.unwrap(), [1, 2, 4]);
    assert_eq!(db.distinct(Item::stock, Item::stock.gt(7)).await.unwrap(), Vec::<i32>::new());
    assert_eq!(fixture.commands(), ["aggregate"; 3]);
}

#[tokio::test]
async fn what_is_not_there_is_what_the_model_reads() {
    let fixture = items().await;
    fixture.store("items", doc! { "_id": 5_i64, "stock": 1, "name": Bson::Null, "rank": Bson::Null, "price": f64::NAN }).await;
    fixture.store("items", doc! { "_id": 6_i64, "stock": 1.0, "rank": 9, "home": { "street": "s", "town": "Rome" } }).await;
    let db = &fixture.db;
    assert_eq!(db.distinct(Item::name, Item::all()).await.unwrap(), [None, Some("a".to_owned()), Some("b".to_owned())]);
    // A default is there whether it is stored or not; a Double that is an integer is that integer.
    assert_eq!(db.distinct(Item::rank, Item::all()).await.unwrap(), [5, 9]);
    assert_eq!(db.distinct(Item::state, Item::all()).await.unwrap(), ["new"]);
    assert_eq!(db.distinct(Item::stock, Item::all()).await.unwrap(), [-3, 1, 2]);
    let cities = db.distinct(Item::home.city(), Item::all()).await.unwrap();
    assert_eq!(cities, [None, Some("Oslo".to_owned()), Some("Rome".to_owned())]);
    assert_eq!(db.distinct(Item::home.geo().x(), Item::all()).await.unwrap(), [None, Some(1.0), Some(2.0)]);
    let prices = db.distinct(Item::price, Item::all()).await.unwrap();
    assert_eq!((prices.len(), prices[0], prices[1].map(f64::is_nan)), (4, None, Some(true)));
    assert_eq!(prices[2..], [Some(-1.0), Some(1.5)]);
}

#[tokio::test]
async fn a_list_gives_its_items() {
    let fixture = items().await;
    let db = &fixture.db;
    assert_eq!(db.distinct(Item::tags, Item::all()).await.unwrap(), ["x", "y"]);
    assert_eq!(db.distinct(Item::tags, Item::tags.has("x")).await.unwrap(), ["x", "y"]);
    assert_eq!(db.distinct(Item::codes, Item::all()).await.unwrap(), Vec::<i32>::new());
    assert_eq!(db.distinct(Item::lines.sku(), Item::all()).await.unwrap(), ["p", "q"]);
    // A line without a note has none, which is a value.
    assert_eq!(db.distinct(Item::lines.note(), Item::all()).await.unwrap(), [None, Some("n".to_owned())]);
    let lines = db.distinct(Item::lines, Item::id.path().gte(3)).await.unwrap();
    assert_eq!(lines.len(), 3);
    assert!(lines.contains(&line("p", None)) && lines.contains(&line("p", Some("n"))) && lines.contains(&line("q", None)));
}

#[tokio::test]
async fn a_composite_is_what_the_model_reads_of_it() {
    let fixture = items().await;
    // In another order, with a null and with a field that the model does not know.
    let same = doc! { "x": 1, "geo": { "y": 0, "x": 2 }, "town": "Rome", "street": "s" };
    fixture.store("items", doc! { "_id": 7_i64, "stock": 1, "home": same }).await;
    let homes = fixture.db.distinct(Item::home, Item::home.is_some()).await.unwrap();
    assert_eq!(homes.len(), 3);
    for expected in [home("Oslo", 1.0), home("Rome", 1.0), home("Rome", 2.0)] {
        assert!(homes.contains(&Some(expected)));
    }
}

#[tokio::test]
async fn paths_through_variants_and_lists_of_composites() {
    let fixture = items().await;
    let film = |url: &str, minutes| Media::Film { url: url.into(), minutes };
    let photo = |url: &str| Media::Photo { url: url.into(), width: 1 };
    let crates = [
        Crate { cover: Some(photo("a")), hints: Some(vec!["h".into(), "g".into()]), number: 5, ..crate_of(1) },
        Crate { cover: Some(film("f", Some(90))), bytes: Some([1, 2]), number: 5, ..crate_of(2) },
        Crate {
            parts: vec![
                Part { media: Some(photo("p")), sizes: vec![1, 2], at: Some(home("Rome", 1.0)), ..part("one") },
                Part { media: Some(film("m", None)), sizes: vec![2], ..part("two") },
                part("one"),
            ],
            weights: BTreeMap::from([("a".to_owned(), 3)]),
            number: 40,
            ..crate_of(3)
        },
    ];
    let db = &fixture.db;
    db.insert_many(&crates).await.unwrap();
    // A film has a `url` too, which is another field.
    assert_eq!(db.distinct(Crate::cover.photo().url(), Crate::all()).await.unwrap(), [None, Some("a".to_owned())]);
    assert_eq!(db.distinct(Crate::cover.film().minutes(), Crate::all()).await.unwrap(), [None, Some(90)]);
    assert_eq!(db.distinct(Crate::parts.name(), Crate::all()).await.unwrap(), ["one", "two"]);
    // Parts without what lies above have no value.
    assert_eq!(db.distinct(Crate::parts.at().city(), Crate::all()).await.unwrap(), ["Rome"]);
    assert_eq!(db.distinct(Crate::parts.media().photo().url(), Crate::all()).await.unwrap(), ["p"]);
    assert_eq!(db.distinct(Crate::parts.media().film().minutes(), Crate::all()).await.unwrap(), [None]);
    let mut sizes = db.distinct(Crate::parts.sizes(), Crate::all()).await.unwrap();
    sizes.sort();
    assert_eq!(sizes, [vec![], vec![1, 2], vec![2]]);
    assert_eq!(db.distinct(Crate::bytes, Crate::all()).await.unwrap(), [None, Some([1, 2])]);
    assert_eq!(db.distinct(Crate::weights.key("a"), Crate::all()).await.unwrap(), [None, Some(3)]);
    assert_eq!(db.distinct(Crate::hints, Crate::all()).await.unwrap(), ["g", "h"]);
    let numbers = db.distinct(Crate::number, Crate::all()).await.unwrap();
    assert_eq!(numbers.iter().map(|number| *number.get()).collect::<Vec<_>>(), [40, 5]);
}

#[tokio::test]
async fn a_group_is_asked_for_and_not_the_servers_distinct() {
    let sent = Sent::with(|builder| builder.model::<Item>()).await;
    sent.db.distinct(Item::stock, Item::id.path().gt(3)).batch_size(7).await.unwrap();
    assert_eq!(sent.part("aggregate"), "\"items\"");
    assert_eq!(sent.part("pipeline"), r#"[{"$match":{"_id":{"$gt":3}}},{"$group":{"_id":"$stock"}},{"$sort":{"_id":1}}]"#);
    assert_eq!(sent.part("cursor"), r#"{"batchSize":7}"#);
    sent.db.distinct(Item::rank, Item::all()).await.unwrap();
    assert_eq!(sent.part("pipeline"), r#"[{"$group":{"_id":{"$ifNull":["$rank",5]}}},{"$sort":{"_id":1}}]"#);
    sent.db.distinct(Item::tags, Item::all()).await.unwrap();
    let unwound = r#"{"$project":{"_id":0,"item":{"$ifNull":["$tags",[]]}}},{"$unwind":"$item"}"#;
    assert_eq!(sent.part("pipeline"), format!(r#"[{unwound},{{"$group":{{"_id":"$item"}}}},{{"$sort":{{"_id":1}}}}]"#));
}

#[tokio::test]
async fn there_may_be_more_values_than_one_document_holds() {
    let fixture = Fixture::new(|builder| builder.model::<Item>()).await;
    // 20 MiB of them, where the server's own `distinct` ends at 16.
    let items: Vec<Item> = (0..20).map(|id| Item { name: Some(format!("{id:02}{}", "x".repeat(1 << 20))), ..Item::new(id) }).collect();
    fixture.db.insert_many(&items).await.unwrap();
    let names = fixture.db.distinct(Item::name, Item::all()).await.unwrap();
    assert_eq!(names.len(), 20);
    assert!(names.iter().zip(&items).all(|(name, item)| *name == item.name));
}

#[tokio::test]
async fn an_enum_and_a_value_that_the_model_cannot_read() {
    let fixture = items().await;
    fixture.db.create(ada()).await.unwrap();
    assert_eq!(fixture.db.distinct(User::role, User::all()).await.unwrap(), [Role::User]);
    fixture.store("users", doc! { "role": "PIRATE" }).await;
    let error = fixture.db.distinct(User::role, User::all()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "`users` holds a document that `User` cannot read: `role`: expected one of `USER`, `ROOT`, found another name"
    );
    let Error::Decode { id: None, error, .. } = fixture.db.distinct(User::username, User::all()).await.unwrap_err() else { panic!() };
    assert_eq!((error.path(), error.expected(), error.found()), ("username", "a value", "nothing"));
}

#[tokio::test]
async fn several_paths_give_the_tuples_that_documents_have() {
    let fixture = items().await;
    let db = &fixture.db;
    let text = |text: &str| Some(text.to_owned());
    let pairs: Vec<(i32, Option<String>)> = db.distinct((Item::stock, Item::name), Item::all()).await.unwrap();
    assert_eq!(pairs, [(-3, None), (2, None), (2, text("a")), (2, text("b"))]);
    assert!(db.distinct((Item::stock, Item::name), Item::stock.gt(7)).await.unwrap().is_empty());
    assert_eq!(fixture.commands(), ["aggregate", "aggregate"]);

    // What is not there is what the model reads, and numbers are one whatever they are stored as.
    fixture.store("items", doc! { "_id": 5_i64, "stock": -3.0, "rank": Bson::Null, "name": Bson::Null }).await;
    fixture.store("items", doc! { "_id": 6_i64, "stock": -3_i64, "rank": 5, "home": { "street": "s", "town": "Oslo" } }).await;
    let pairs = db.distinct((Item::rank, Item::home.city(), Item::stock), Item::all()).await.unwrap();
    assert_eq!(pairs, [(5, None, -3), (5, None, 2), (5, text("Oslo"), -3), (5, text("Rome"), 2), (9, text("Rome"), 2)]);
    let six = (Item::stock, Item::rank, Item::state, Item::name, Item::price, Item::home.geo().x());
    let rows = db.distinct(six, Item::id.path().lte(2)).await.unwrap();
    let new = || "new".to_owned();
    assert_eq!(rows, [(2, 5, new(), text("a"), Some(-1.0), Some(1.0)), (2, 5, new(), text("b"), Some(1.5), None)]);
}

#[tokio::test]
async fn a_tuple_holds_what_one_path_would_give() {
    let fixture = items().await;
    let db = &fixture.db;
    // Composites are one where all that the model reads of them is, and an array is a value of its own.
    let same = doc! { "x": 1, "geo": { "y": 0, "x": 2 }, "town": "Rome", "street": "s" };
    fixture.store("items", doc! { "_id": 7_i64, "stock": 2, "home": same }).await;
    let homes = db.distinct((Item::home, Item::stock), Item::home.city().eq("Rome")).await.unwrap();
    assert_eq!(homes.len(), 2);
    for expected in [home("Rome", 1.0), home("Rome", 2.0)] {
        assert!(homes.contains(&(Some(expected), 2)));
    }
    let crates = [
        Crate { cover: Some(Media::Photo { url: "a".into(), width: 1 }), bytes: Some([1, 2]), number: 5, ..crate_of(1) },
        Crate { cover: Some(Media::Film { url: "f".into(), minutes: None }), bytes: Some([1, 2]), number: 5, ..crate_of(2) },
        Crate { weights: BTreeMap::from([("a".to_owned(), 3)]), number: 40, ..crate_of(3) },
    ];
    db.insert_many(&crates).await.unwrap();
    let paths = (Crate::cover.photo().url(), Crate::bytes, Crate::weights.key("a"), Crate::number);
    let rows = db.distinct(paths, Crate::all()).await.unwrap();
    let rows: Vec<_> = rows.into_iter().map(|(url, bytes, weight, number)| (url, bytes, weight, number.into_inner())).collect();
    assert_eq!(rows, [(None, None, Some(3), 40), (None, Some([1, 2]), None, 5), (Some("a".to_owned()), Some([1, 2]), None, 5)]);
}

#[tokio::test]
async fn several_paths_are_one_group() {
    let sent = Sent::with(|builder| builder.model::<Item>()).await;
    sent.db.distinct((Item::stock, Item::name), Item::id.path().gt(3)).batch_size(7).allow_disk_use(true).await.unwrap();
    let group = r#"{"$group":{"_id":{"k0":"$stock","k1":{"$ifNull":["$name",null]}}}}"#;
    assert_eq!(sent.part("pipeline"), format!(r#"[{{"$match":{{"_id":{{"$gt":3}}}}}},{group},{{"$sort":{{"_id":1}}}}]"#));
    assert_eq!((sent.part("cursor"), sent.part("allowDiskUse")), (r#"{"batchSize":7}"#.to_owned(), "true".to_owned()));
}

#[tokio::test]
async fn a_value_in_a_tuple_that_the_model_cannot_read_is_named() {
    let fixture = items().await;
    fixture.db.create(ada()).await.unwrap();
    assert_eq!(fixture.db.distinct((User::username, User::role), User::all()).await.unwrap(), [("ada".to_owned(), Role::User)]);
    fixture.store("users", doc! { "username": "bo", "role": "PIRATE" }).await;
    let error = fixture.db.distinct((User::username, User::role), User::all()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "`users` holds a document that `User` cannot read: `role`: expected one of `USER`, `ROOT`, found another name"
    );
    let Error::Decode { id: None, error, .. } = fixture.db.distinct((User::username, User::email), User::all()).await.unwrap_err() else {
        panic!()
    };
    assert_eq!((error.path(), error.expected(), error.found()), ("mail", "a value", "nothing"));
    fixture.commands();
    let key = Crate::weights.key("a.b");
    let error = fixture.db.distinct((Crate::id, key), Crate::all()).await.unwrap_err();
    assert!(matches!(error, Error::Invalid { model: "Crate", .. }), "{error:?}");
    assert_eq!(fixture.commands(), Vec::<String>::new());
}
