//! `distinct_by`: of documents that are alike at some paths the first, held against the same choice made in Rust of the whole read.

use crate::{
    models::{Item, Post, User},
    page::{odd_fixture, orders, sorted},
    support::{Fixture, Sent},
};
use bson::{Bson, doc};
use chakra::{
    Error,
    action::{Find, Many},
    options::{Collation, Hint},
    prelude::*,
    query::Sort,
};
use std::collections::{HashMap, HashSet};

#[derive(Debug, View)]
struct Named<'a> {
    name: Option<&'a str>,
}

fn ids(items: &[Item]) -> Vec<i64> {
    items.iter().map(|item| item.id).collect()
}

/// A number as the server tells numbers apart.
fn number(value: f64) -> String {
    if value == 0.0 { "0".to_owned() } else { value.to_string() }
}

#[tokio::test]
async fn the_first_of_each_kind_is_read_in_every_order() {
    let fixture = odd_fixture().await;
    let db = &fixture.db;
    let by_id: HashMap<i64, Item> = db.find_many(Item::all()).await.unwrap().into_iter().map(|item| (item.id, item)).collect();
    let firsts = |all: &[i64], kind: fn(&Item) -> String| {
        let mut seen = HashSet::new();
        all.iter().copied().filter(|id| seen.insert(kind(&by_id[id]))).collect::<Vec<i64>>()
    };
    let (mut fewest, mut most) = (30, 0);
    for (order, sort) in orders() {
        let all = sorted(&fixture, &sort).await;
        let read = || db.find_many(Item::all()).order_by(order.clone());
        let kinds: [(Find<Item, Many>, fn(&Item) -> String); 6] = [
            (read().distinct_by(Item::name), |item| format!("{:?}", item.name)),
            (read().distinct_by(Item::rank), |item| item.rank.to_string()),
            (read().distinct_by(Item::price), |item| format!("{:?}", item.price.map(number))),
            (read().distinct_by(Item::home.city()), |item| format!("{:?}", item.home.as_ref().map(|home| &home.city))),
            (read().distinct_by((Item::stock, Item::name)), |item| format!("{:?}", (item.stock, &item.name))),
            (read().distinct_by(Item::id), |item| item.id.to_string()),
        ];
        for (read, kind) in kinds {
            let expected = firsts(&all, kind);
            (fewest, most) = (fewest.min(expected.len()), most.max(expected.len()));
            assert_eq!(ids(&read.await.unwrap()), expected, "{sort}");
        }
        let expected = firsts(&all, |item| format!("{:?}", (item.stock, &item.name)));
        let sliced = read().distinct_by((Item::stock, Item::name)).skip(2).take(3).await.unwrap();
        assert_eq!(ids(&sliced), expected[2..5], "{sort}");
    }
    // From all alike to all different.
    assert_eq!((fewest, most), (1, 30));
}

#[tokio::test]
async fn a_pipeline_is_sent() {
    let sent = Sent::with(|builder| builder.model::<Item>()).await;
    let db = &sent.db;
    db.insert_many(&[Item::new(1)]).await.unwrap();
    let read = db.find_many(Item::stock.gt(0)).order_by(Item::price.desc()).distinct_by(Item::name).skip(1).take(2);
    read.batch_size(7).allow_disk_use(false).hint(Hint::Keys(doc! { "_id": 1 })).comment("why").await.unwrap();
    assert_eq!(sent.part("aggregate"), "\"items\"");
    let stages = concat!(
        r#"[{"$match":{"stock":{"$gt":0}}},{"$sort":{"price":-1,"_id":-1}},"#,
        r#"{"$group":{"_id":{"$ifNull":["$name",null]},"first":{"$first":"$$ROOT"}}},"#,
        r#"{"$sort":{"first.price":-1,"first._id":-1}},{"$skip":1},{"$limit":2},{"$replaceRoot":{"newRoot":"$first"}}]"#,
    );
    assert_eq!(sent.part("pipeline"), stages);
    assert_eq!((sent.part("cursor"), sent.part("allowDiskUse")), (r#"{"batchSize":7}"#.to_owned(), "false".to_owned()));
    assert_eq!((sent.part("hint"), sent.part("comment")), (r#"{"_id":1}"#.to_owned(), "\"why\"".to_owned()));

    // By the id where no order is said, of several paths, and of some of the fields.
    db.find_many(Item::all()).distinct_by((Item::rank, Item::home.city())).select(Item::stock).await.unwrap();
    let stages = concat!(
        r#"[{"$sort":{"_id":1}},"#,
        r#"{"$group":{"_id":{"k0":{"$ifNull":["$rank",5]},"k1":{"$ifNull":["$home.town",null]}},"first":{"$first":"$$ROOT"}}},"#,
        r#"{"$sort":{"first._id":1}},{"$replaceRoot":{"newRoot":"$first"}},{"$project":{"stock":1,"_id":0}}]"#,
    );
    assert_eq!(sent.part("pipeline"), stages);

    // What is explained is what is sent.
    let pipeline = sent.command().get("pipeline").cloned();
    db.find_many(Item::all()).distinct_by((Item::rank, Item::home.city())).select(Item::stock).explain().await.unwrap();
    assert_eq!(sent.command().get_document("explain").unwrap().get("pipeline").cloned(), pipeline);

    sent.commands();
    assert!(db.find_many(Item::all()).distinct_by(Item::name).take(0).await.unwrap().is_empty());
    assert!(sent.commands().is_empty());
}

#[tokio::test]
async fn it_takes_what_a_read_takes() {
    let fixture = Fixture::new(|builder| builder.model::<Item>().model::<User>()).await;
    let db = &fixture.db;
    let named = |id: i64, name: &str| Item { name: Some(name.to_owned()), ..Item::new(id) };
    db.insert_many(&(0..60).map(|id| named(id, &format!("n{:02}", id / 2))).collect::<Vec<_>>()).await.unwrap();
    let read = || db.find_many(Item::all()).order_by(Item::id.asc()).distinct_by(Item::name);
    let even: Vec<i64> = (0..30).map(|id| id * 2).collect();
    assert_eq!(read().select(Item::id).await.unwrap(), even);
    assert_eq!(read().filter(Item::id.path().gt(7)).take(2).select(Item::id).await.unwrap(), [8, 10]);
    fixture.commands();
    let mut stream = read().batch_size(10).stream().await.unwrap();
    let mut streamed = Vec::new();
    while let Some(item) = stream.next().await {
        streamed.push(item.unwrap().id);
    }
    assert_eq!(streamed, even);
    assert_eq!(fixture.commands()[..3], ["aggregate", "getMore", "getMore"]);
    let rows = read().take(2).view::<Named>().await.unwrap();
    assert_eq!(rows.iter().map(|row| row.unwrap().name).collect::<Vec<_>>(), [Some("n00"), Some("n01")]);

    fixture.store("items", doc! { "_id": -1_i64, "stock": "many", "name": "n00" }).await;
    let lenient = read().take(2).lenient().await.unwrap();
    assert_eq!(lenient.iter().map(|item| item.as_ref().map(|item| item.id).ok()).collect::<Vec<_>>(), [None, Some(2)]);
    assert!(matches!(read().await.unwrap_err(), Error::Decode { model: "Item", .. }));

    // Texts that a collation takes for one are one.
    db.insert_many(&[named(100, "Ada"), named(101, "ADA"), named(102, "ada")]).await.unwrap();
    let any_case = Collation::builder().locale("en").strength(mongodb::options::CollationStrength::Secondary).build();
    let last = || read().filter(Item::id.path().gte(100)).order_by(Item::id.desc());
    assert_eq!(ids(&last().await.unwrap()), [102, 101, 100]);
    assert_eq!(ids(&last().collation(any_case).await.unwrap()), [102]);

    for name in ["ada", "bo"] {
        let user = User::draft().username(name).email(format!("{name}@x")).first_name(name).last_name("L");
        db.create(user.posts(create([Post::draft().title(format!("{name} 1")), Post::draft().title(format!("{name} 2"))]))).await.unwrap();
    }
    fixture.commands();
    let newest = db.find_many(Post::all()).order_by(Post::title.desc()).distinct_by(Post::author_id).include(Post::author).await.unwrap();
    let read: Vec<(&str, &str)> = newest.iter().map(|post| (post.title.as_str(), post.author.get().unwrap().username.as_str())).collect();
    assert_eq!(read, [("bo 2", "bo"), ("ada 2", "ada")]);
    assert_eq!(fixture.commands(), ["aggregate", "find"]);
}

#[derive(Debug, Clone, PartialEq, Model)]
#[chakra(collection = "notes", text(title))]
struct Note {
    #[chakra(id)]
    id: i64,
    title: String,
    by: Option<String>,
}

#[tokio::test]
async fn the_best_answer_of_each_is_found() {
    let fixture = Fixture::new(|builder| builder.model::<Note>()).await;
    let db = &fixture.db;
    db.sync().await.unwrap();
    let note = |id: i64, title: &str, by: Option<&str>| Note { id, title: title.into(), by: by.map(String::from) };
    let notes = [
        note(1, "coffee and tea and milk and water", Some("ada")),
        note(2, "coffee", Some("bo")),
        note(3, "coffee and milk", Some("ada")),
        note(4, "coffee and tea and milk", None),
        note(5, "milk", None),
        note(6, "coffee and tea and milk and water and wine", Some("bo")),
    ];
    db.insert_many(&notes).await.unwrap();
    let ranked = db.find_many(Filter::<Note>::search("coffee")).order_by(Sort::relevance()).select((Note::id, Note::by)).await.unwrap();
    let mut seen = HashSet::new();
    let expected: Vec<i64> = ranked.into_iter().filter(|(_, by)| seen.insert(by.clone())).map(|(id, _)| id).collect();
    assert_eq!(expected, [2, 3, 4]);
    let best = db.find_many(Filter::<Note>::search("coffee")).order_by(Sort::relevance()).distinct_by(Note::by).await.unwrap();
    assert_eq!(best.into_iter().map(|note| note.id).collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn what_an_aggregate_does_not_have_is_refused() {
    let fixture = Fixture::new(|builder| builder.model::<Item>()).await;
    fixture.commands();
    let read = || fixture.db.find_many(Item::all()).distinct_by(Item::name);
    let rule = "a read without `no_cursor_timeout` and `allow_partial_results`, which an aggregate does not have, for `distinct_by`";
    let said = format!("this `Item` is not valid: it must have {rule}");
    assert_eq!(read().no_cursor_timeout(true).await.unwrap_err().to_string(), said);
    assert_eq!(read().allow_partial_results(false).await.unwrap_err().to_string(), said);
    assert_eq!(read().allow_partial_results(true).explain().await.unwrap_err().to_string(), said);
    assert_eq!(fixture.commands(), Vec::<String>::new());
}

#[tokio::test]
async fn null_missing_and_a_default_are_what_the_model_reads() {
    let fixture = Fixture::new(|builder| builder.model::<Item>()).await;
    for document in [
        doc! { "_id": 1_i64, "stock": 1, "rank": 5_i64, "home": { "street": "s", "town": "Rome" } },
        doc! { "_id": 2_i64, "stock": 1.0, "rank": Bson::Null, "home": Bson::Null },
        doc! { "_id": 3_i64, "stock": 1_i64, "rank": 5.0 },
        doc! { "_id": 4_i64, "stock": 1, "rank": 6 },
    ] {
        fixture.store("items", document).await;
    }
    let read = || fixture.db.find_many(Item::all());
    assert_eq!(ids(&read().distinct_by(Item::rank).await.unwrap()), [1, 4]);
    assert_eq!(ids(&read().distinct_by(Item::stock).await.unwrap()), [1]);
    assert_eq!(ids(&read().distinct_by(Item::home.city()).await.unwrap()), [1, 2]);
    assert_eq!(ids(&read().distinct_by((Item::home.city(), Item::rank)).await.unwrap()), [1, 2, 4]);
}
