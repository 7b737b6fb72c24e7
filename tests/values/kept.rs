//! Where filters, orders and updates can go: into structs and lists, out of functions, into other tasks, and more than once.

use crate::{
    models::{Item, Line},
    support::Fixture,
};
use chakra::{
    action::Updated,
    prelude::*,
    query::{IntoFilter, Sort, UniqueFilter, Update},
};
use std::{collections::BTreeMap, fmt::Debug};

/// What an application keeps of a request.
#[derive(Clone, Debug)]
struct Saved {
    filter: Filter<Item>,
    order: Vec<Sort<Item>>,
    key: UniqueFilter<Item>,
    path: Path<Item, i32>,
    update: Update<Item>,
}

/// A scope.
fn in_stock(least: i32) -> Filter<Item> {
    Item::stock.gte(least)
}

/// An order of one of the fields that a caller may name.
fn order(field: &str) -> Option<Sort<Item>> {
    match field {
        "stock" => Some(Item::stock.asc()),
        "-stock" => Some(Item::stock.desc()),
        "id" => Some(Item::id.asc()),
        _ => None,
    }
}

fn sold(count: i32) -> Update<Item> {
    Update::new().inc(Item::stock, -count).push(Item::tags, "sold")
}

/// More of a filter, whatever kind of one it is.
fn narrowed(filter: impl IntoFilter<Item>) -> Filter<Item> {
    filter.into_filter() & Item::tags.is_empty()
}

fn saved() -> Saved {
    let order = ["-stock", "unknown", "id"].into_iter().filter_map(order).collect();
    Saved { filter: in_stock(2), order, key: Item::id.eq(3), path: Item::stock, update: sold(2) }
}

async fn fixture() -> Fixture {
    let fixture = Fixture::new(|builder| builder.model::<Item>()).await;
    let items = [(1, 5), (2, 1), (3, 5), (4, 2)].map(|(id, stock)| Item { stock, ..Item::new(id) });
    fixture.db.insert_many(&items).await.unwrap();
    fixture
}

#[test]
fn they_are_values_that_go_anywhere() {
    fn is_value<T: Clone + Debug + Send + Sync + 'static>(_: &T) {}
    /// What is on its way to a filter.
    fn is_a_step<T: Debug + Send + Sync + 'static>(_: &T) {}
    let saved = saved();
    is_value(&saved);
    is_value(&saved.filter);
    is_value(&saved.order[0]);
    is_value(&saved.key);
    is_value(&saved.path);
    is_value(&saved.update);
    is_value(&Item::stock.asc());
    is_a_step(&Item::lines.len());
    is_a_step(&Item::name.ci());
    is_value(&Filter::<Line>::all());
    is_value(&Update::<Item>::new());
}

#[tokio::test]
async fn one_value_serves_many_calls() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let saved = saved();
    let ids = |found: Vec<Item>| found.into_iter().map(|item| item.id).collect::<Vec<_>>();
    for _ in 0..2 {
        let found = db.find_many(saved.filter.clone()).order_by(saved.order.clone()).await.unwrap();
        assert_eq!(ids(found), [1, 3, 4]);
        assert_eq!(db.count(saved.filter.clone()).await.unwrap(), 3);
        assert_eq!(db.get(saved.key.clone()).await.unwrap().id, 3);
        assert_eq!(db.count(narrowed(saved.key.clone()) & narrowed(saved.filter.clone())).await.unwrap(), 1);
        assert_eq!(db.count(saved.path.lt(5)).await.unwrap(), 2);
    }
    for stock in [3, 1] {
        let item = db.update(saved.key.clone()).with(saved.update.clone()).await.unwrap();
        assert_eq!((item.stock, item.tags.last().map(String::as_str)), (stock, Some("sold")));
    }
    // Those with two left sell them; the document of the key has one.
    let updated = db.update_many(saved.filter.clone()).with(saved.update.clone()).set(Item::name, "n").await.unwrap();
    assert_eq!(updated, Updated { matched: 2, modified: 2, refused: 0 });
    assert_eq!(ids(db.find_many(saved.filter).order_by(saved.order).await.unwrap()), [1]);
}

#[tokio::test]
async fn they_are_kept_under_names_and_used_in_other_tasks() {
    let fixture = fixture().await;
    let filters = BTreeMap::from([("all", Item::all()), ("few", !in_stock(2)), ("many", in_stock(5)), ("one", Item::id.eq(4).into())]);
    let updates = vec![sold(0), Update::new().set(Item::state, "old"), Update::new().with(sold(1)).unset(Item::name)];
    let mut counts = BTreeMap::new();
    for (name, filter) in filters.clone() {
        let db = fixture.db.clone();
        let task = tokio::spawn(async move { db.count(filter).await });
        counts.insert(name, task.await.unwrap().unwrap());
    }
    assert_eq!(counts, BTreeMap::from([("all", 4), ("few", 1), ("many", 2), ("one", 1)]));
    let many = filters["many"].clone();
    let tasks = updates.into_iter().map(|update| {
        let (db, filter) = (fixture.db.clone(), many.clone());
        tokio::spawn(async move { db.update_many(filter).with(update).await })
    });
    for updated in futures::future::try_join_all(tasks).await.unwrap() {
        assert_eq!(updated.unwrap().refused, 0);
    }
    // Parts of one are taken up by another.
    let [first, second] = [sold(1), Update::new().set(Item::name, "n")];
    let item = fixture.db.update(Item::id.eq(2)).set(Item::state, "new").with(first).with(second).await.unwrap();
    assert_eq!((item.stock, item.name.as_deref(), item.tags.as_slice()), (0, Some("n"), &["sold".to_owned()][..]));
}
