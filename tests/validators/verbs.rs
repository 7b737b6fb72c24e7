//! A write that the validator refuses says the path and the rule, whatever the verb, and no value.

use super::refusing;
use crate::support::Fixture;
use bson::doc;
use chakra::{Db, Error, Outcome, prelude::*};

/// As the collection is checked.
mod strict {
    use chakra::prelude::*;

    #[derive(Debug, Clone, PartialEq, Composite)]
    pub struct Line {
        #[chakra(max_length = 5)]
        pub sku: String,
        pub qty: i32,
    }

    #[derive(Debug, Clone, PartialEq, Composite)]
    #[chakra(tag = "kind")]
    pub enum Way {
        Post { street: String },
        Mail { address: i32 },
    }

    #[derive(Debug, Clone, PartialEq, Model)]
    #[chakra(collection = "orders", validator)]
    pub struct Order {
        #[chakra(id)]
        pub id: i64,
        #[chakra(min = 1, max = 9)]
        pub size: i32,
        pub lines: Vec<Line>,
        pub way: Option<Way>,
    }
}

/// A service that knows other rules.
#[derive(Debug, Clone, PartialEq, Model)]
#[chakra(collection = "orders")]
struct Order {
    #[chakra(id)]
    id: i64,
    size: i64,
    lines: Vec<Line>,
    way: Option<Way>,
}

#[derive(Debug, Clone, PartialEq, Composite)]
struct Line {
    sku: String,
    qty: Option<i32>,
}

#[derive(Debug, Clone, PartialEq, Composite)]
#[chakra(tag = "kind")]
enum Way {
    Post { street: String },
    Mail { address: String },
}

/// The database, and the handle of the other service.
async fn fixture() -> (Fixture, Db) {
    let fixture = refusing::<strict::Order>().await;
    let db = Db::builder(&fixture.uri).model::<Order>().connect().await.unwrap();
    db.insert_many(&[order(1, 1), order(2, 2)]).await.unwrap();
    (fixture, db)
}

fn order(id: i64, size: i64) -> Order {
    Order { id, size, lines: vec![Line { sku: "a".into(), qty: Some(1) }], way: None }
}

/// The rules that an error names, each with its path.
fn rules(error: &Error) -> Vec<String> {
    let Error::Invalid { model: "Order", broken, .. } = error else { panic!("{error:?}") };
    for shown in [error.to_string(), format!("{error:?}")] {
        assert!(!shown.contains("secret"), "{shown}");
    }
    assert_eq!(error.outcome(), Outcome::NotApplied);
    broken.iter().map(ToString::to_string).collect()
}

const TOO_LARGE: [&str; 1] = ["`size` needs a value of at most 9"];

#[tokio::test]
async fn every_verb_on_one_document_names_the_rule() {
    let (fixture, db) = fixture().await;
    let stored = fixture.stored("orders").await;
    let draft = || Order::draft().id(3).size(10).lines(Vec::<Line>::new());
    assert_eq!(rules(&db.create(draft()).await.unwrap_err()), TOO_LARGE);
    assert_eq!(rules(&db.update(Order::id.eq(1)).set(Order::size, 10).await.unwrap_err()), TOO_LARGE);
    assert_eq!(rules(&db.upsert(Order::id.eq(3)).create(draft()).await.unwrap_err()), TOO_LARGE);
    assert_eq!(rules(&db.upsert(Order::id.eq(1)).create(Order::draft().id(1).size(1)).inc(Order::size, 9).await.unwrap_err()), TOO_LARGE);
    assert_eq!(rules(&db.replace(Order::id.eq(1), order(1, 10)).await.unwrap_err()), TOO_LARGE);
    let mut loaded = db.get(Order::id.eq(1)).await.unwrap().tracked();
    loaded.size = 10;
    assert_eq!(rules(&db.save(&mut loaded).await.unwrap_err()), TOO_LARGE);
    assert_eq!(fixture.stored("orders").await, stored);
}

#[tokio::test]
async fn verbs_on_many_documents_name_each_of_them() {
    let (fixture, db) = fixture().await;
    let failed = |error: Error| match error {
        Error::Bulk { failed, .. } => failed.into_iter().map(|(at, error)| (at, rules(&error))).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    let expected = |positions: &[usize]| positions.iter().map(|at| (*at, TOO_LARGE.map(str::to_owned).to_vec())).collect::<Vec<_>>();
    let orders = [order(3, 10), order(4, 4), order(5, 11)];
    assert_eq!(failed(db.insert_many(&orders).ordered(false).await.unwrap_err()), expected(&[0, 2]));
    let drafts = [6, 7].map(|id| Order::draft().id(id).size(id + 3));
    assert_eq!(failed(db.create_many(drafts).await.unwrap_err()), expected(&[1]));
    let bulk =
        db.bulk().update(Order::id.eq(1), |order| order.set(Order::size, 5)).update(Order::id.eq(2), |order| order.set(Order::size, 10));
    assert_eq!(failed(bulk.await.unwrap_err()), expected(&[1]));
    let sizes: Vec<i64> = db.find_many(Order::all()).order_by(Order::id.asc()).select(Order::size).await.unwrap();
    assert_eq!(sizes, [5, 2, 4, 9]);
    let error = db.update_many(Order::id.eq(1)).set(Order::size, 10).await.unwrap_err();
    let Error::Invalid { broken, .. } = &error else { panic!("{error:?}") };
    assert_eq!(broken.iter().map(ToString::to_string).collect::<Vec<_>>(), TOO_LARGE);
    assert_eq!(fixture.stored("orders").await[0].get_i64("size").unwrap(), 5);
}

#[tokio::test]
async fn the_path_leads_to_the_value_and_all_rules_are_said() {
    let (_fixture, db) = fixture().await;
    let line = |sku: &str, qty| Line { sku: sku.into(), qty };
    let with = |lines, way| Order { lines, way, ..order(9, 1) };
    let post = Way::Post { street: "a".into() };
    for (order, expected) in [
        (with(vec![line("a", Some(1)), line("secret", Some(1))], None), "`lines[1].sku` needs at most 5 characters"),
        (with(vec![line("a", Some(1)), line("b", None)], Some(post)), "`lines[1].qty` needs a value"),
        (with(vec![], Some(Way::Mail { address: "secret".into() })), "`way.address` needs an Int32, Int64 or Double"),
    ] {
        let error = db.insert_many(&[order]).await.unwrap_err();
        let Error::Bulk { failed, .. } = error else { panic!("{error:?}") };
        assert_eq!(rules(&failed[0].1), [expected]);
    }
    let error = db.create(Order::draft().id(9).size(0).lines(vec![line("a", None)])).await.unwrap_err();
    let mut said = rules(&error);
    said.sort();
    assert_eq!(said, ["`lines[0].qty` needs a value", "`size` needs a value of at least 1"]);
}

#[tokio::test]
async fn a_document_that_was_there_is_refused_until_it_is_mended() {
    let fixture = Fixture::new(|builder| builder.model::<strict::Order>()).await;
    fixture.store("orders", doc! { "_id": 1_i64, "size": 10 }).await;
    fixture.db.sync().tighten().await.unwrap();
    let update = || fixture.db.update(strict::Order::id.eq(1));
    assert_eq!(rules(&update().push(strict::Order::lines, strict::Line { sku: "a".into(), qty: 1 }).await.unwrap_err()), TOO_LARGE);
    assert_eq!(update().set(strict::Order::size, 9).await.unwrap().size, 9);
}
