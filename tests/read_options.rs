//! The options of reads: each arrives in the command under the driver's name, and where none is given none is sent.

use crate::{models::Item, support::Sent};
use bson::{Bson, Document, doc};
use chakra::{
    options::{Collation, Hint, ReadConcern, ReadPreference},
    prelude::*,
};
use std::time::Duration;

/// All options that a read may have, but for the limit of time: every read has that.
const ALL: [&str; 11] = [
    "$readPreference",
    "allowDiskUse",
    "allowPartialResults",
    "batchSize",
    "collation",
    "comment",
    "cursor",
    "hint",
    "let",
    "noCursorTimeout",
    "readConcern",
];

/// That the last command has these options and no others.
fn assert_options(sent: &Sent, expected: Document) {
    let command = sent.command();
    // What the driver says to a single server where nothing is asked for: that this one will do, whatever it is.
    let of_the_driver = Bson::from(doc! { "mode": "primaryPreferred" });
    let there = ALL.into_iter().filter_map(|name| command.get(name).map(|value| (name.to_owned(), value.clone())));
    let there = there.filter(|(name, value)| name != "$readPreference" || *value != of_the_driver);
    let json = |document: Document| Bson::Document(document).into_relaxed_extjson().to_string();
    assert_eq!(json(there.collect()), json(expected));
}

async fn items() -> Sent {
    let sent = Sent::with(|builder| builder.model::<Item>()).await;
    sent.db.insert_many(&[Item::new(1), Item::new(2)]).await.unwrap();
    sent
}

fn hint() -> Hint {
    Hint::Keys(doc! { "_id": 1 })
}

fn nearest() -> ReadPreference {
    ReadPreference::Nearest { options: None }
}

fn german() -> Collation {
    Collation::builder().locale("de").build()
}

#[tokio::test]
async fn a_find_takes_them_all() {
    let sent = items().await;
    let db = &sent.db;
    let read = || db.find_many(Item::all());
    read().await.unwrap();
    assert_options(&sent, doc! {});
    let given = read().allow_disk_use(true).allow_partial_results(true).no_cursor_timeout(true).batch_size(7).comment("why");
    let given = given.hint(hint()).collation(german()).read_concern(ReadConcern::majority()).max_time(Duration::from_secs(15));
    assert_eq!(given.read_preference(nearest()).await.unwrap().len(), 2);
    let expected = doc! {
        "$readPreference": { "mode": "nearest" }, "allowDiskUse": true, "allowPartialResults": true, "batchSize": 7, "collation": { "locale": "de" }, "comment": "why",
        "hint": { "_id": 1 }, "noCursorTimeout": true, "readConcern": { "level": "majority" },
    };
    assert_options(&sent, expected);
    assert_eq!(sent.part("maxTimeMS"), "15000");
    read().allow_disk_use(false).allow_partial_results(false).no_cursor_timeout(false).await.unwrap();
    assert_options(&sent, doc! { "allowDiskUse": false, "allowPartialResults": false, "noCursorTimeout": false });
    db.find_first(Item::all()).allow_partial_results(true).allow_disk_use(true).await.unwrap();
    assert_options(&sent, doc! { "allowDiskUse": true, "allowPartialResults": true });
    read().no_cursor_timeout(true).stream().await.unwrap();
    assert_options(&sent, doc! { "noCursorTimeout": true });
    read().allow_disk_use(false).explain().await.unwrap();
    assert_eq!(sent.command().get_document("explain").unwrap().get("allowDiskUse"), Some(&Bson::Boolean(false)));
}

#[tokio::test]
async fn every_aggregate_may_be_told_of_the_disk() {
    let sent = items().await;
    let db = &sent.db;
    db.aggregate(Item::all()).allow_disk_use(true).read_preference(nearest()).select(count()).await.unwrap();
    let cursor = |batch_size: Option<i32>| batch_size.map_or(doc! {}, |size| doc! { "batchSize": size });
    assert_options(&sent, doc! { "$readPreference": { "mode": "nearest" }, "allowDiskUse": true, "cursor": cursor(None) });
    db.group_by(Item::stock).allow_disk_use(false).batch_size(3).select(count()).await.unwrap();
    assert_options(&sent, doc! { "allowDiskUse": false, "cursor": cursor(Some(3)) });
    db.pipeline::<Item>().allow_disk_use(true).comment("why").hint(hint()).read_preference(nearest()).as_::<Item>().await.unwrap();
    let expected = doc! { "$readPreference": { "mode": "nearest" }, "allowDiskUse": true, "comment": "why", "cursor": cursor(None), "hint": { "_id": 1 } };
    assert_options(&sent, expected);
    db.distinct(Item::stock, Item::all()).allow_disk_use(true).collation(german()).await.unwrap();
    let expected = doc! { "allowDiskUse": true, "collation": { "locale": "de" }, "cursor": cursor(None) };
    assert_options(&sent, expected);
    db.find_many(Item::all()).distinct_by(Item::stock).allow_disk_use(false).await.unwrap();
    assert_options(&sent, doc! { "allowDiskUse": false, "cursor": cursor(None) });
    db.count(Item::all()).await.unwrap();
    assert_options(&sent, doc! { "cursor": cursor(None) });
    db.count(Item::all()).read_preference(nearest()).await.unwrap();
    assert_options(&sent, doc! { "$readPreference": { "mode": "nearest" }, "cursor": cursor(None) });
}

#[tokio::test]
async fn the_raw_stages_of_a_pipeline_read_its_variables() {
    let sent = Sent::with(|builder| builder.model::<Item>()).await;
    let items = [("$rank", 1), ("$rank", 5), ("plain", 9)].into_iter().zip(1..);
    let items: Vec<Item> = items.map(|((name, stock), id)| Item { name: Some(name.into()), stock, ..Item::new(id) }).collect();
    sent.db.insert_many(&items).await.unwrap();
    let pipeline = || sent.db.pipeline::<Item>();
    let variables = doc! { "least": 2, "name": { "$literal": "$rank" } };
    let named = doc! { "$match": { "$expr": { "$and": [{ "$gte": ["$stock", "$$least"] }, { "$eq": ["$name", "$$name"] }] } } };
    let found = pipeline().let_vars(variables.clone()).raw(named.clone()).as_::<Item>().await.unwrap();
    assert_eq!(found.iter().map(|item| item.id).collect::<Vec<_>>(), [2], "a text is a value, and no path");
    assert_options(&sent, doc! { "cursor": {}, "let": variables.clone() });
    // Behind the stages as well, and of two the last ones count.
    let count = pipeline().let_vars(doc! { "least": 100 }).match_(Item::stock.gt(0)).raw(named).let_vars(variables.clone()).count();
    assert_eq!(count.await.unwrap(), 1);
    assert_options(&sent, doc! { "cursor": {}, "let": variables });
}
