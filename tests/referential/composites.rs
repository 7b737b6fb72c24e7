//! Keys in lists of composites: a document goes, holds back or loses keys by any of its composites.

use super::{fixture, ids, put};
use crate::support::Fixture;
use bson::{Bson, Document, doc};
use chakra::{Error, Outcome, action::ModelDeletions, prelude::*};

#[derive(Debug, Clone, PartialEq, Composite)]
struct Row {
    #[chakra(name = "g")]
    good_id: i64,
    #[chakra(name = "w")]
    wrap_id: Option<i64>,
    #[chakra(null)]
    ribbon_id: Option<i64>,
    maker_id: i64,
    guard_id: Option<i64>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "baskets")]
struct Basket {
    #[chakra(id)]
    id: i64,
    #[chakra(name = "r")]
    rows: Vec<Row>,
    #[chakra(relation = ManyToMany, ids = rows.good_id, on_delete = Cascade)]
    goods: Related<Vec<Good>>,
    #[chakra(relation = ManyToMany, ids = rows.wrap_id, on_delete = SetNull)]
    wraps: Related<Vec<Wrap>>,
    #[chakra(relation = ManyToMany, ids = rows.ribbon_id)]
    ribbons: Related<Vec<Wrap>>,
    #[chakra(relation = ManyToMany, ids = rows.maker_id, on_delete = NoAction)]
    makers: Related<Vec<Maker>>,
    #[chakra(relation = ManyToMany, ids = rows.guard_id, on_delete = Restrict)]
    guards: Related<Vec<Guard>>,
    #[chakra(version)]
    version: i64,
}

/// The other end, which declares the same key and says nothing.
#[derive(Debug, Clone, Model)]
#[chakra(collection = "basket_goods")]
struct Good {
    #[chakra(id)]
    id: i64,
    #[chakra(relation = ManyToMany, inverse_ids = rows.good_id)]
    baskets: Related<Vec<Basket>>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "wraps")]
struct Wrap {
    #[chakra(id)]
    id: i64,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "makers")]
struct Maker {
    #[chakra(id)]
    id: i64,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "guards")]
struct Guard {
    #[chakra(id)]
    id: i64,
}

#[derive(Debug, Clone, PartialEq, Composite)]
struct Owed {
    basket_id: i64,
}

/// By a key in one composite.
#[derive(Debug, Clone, Model)]
#[chakra(collection = "bills")]
struct Bill {
    #[chakra(id)]
    id: i64,
    owed: Owed,
    #[chakra(relation = ManyToOne, foreign_key = owed.basket_id, on_delete = Cascade)]
    basket: Related<Basket>,
}

#[derive(Debug, Clone, PartialEq, Composite)]
struct Slip {
    bill_id: i64,
}

#[derive(Debug, Clone, PartialEq, Composite)]
struct Sleeve {
    slips: Vec<Slip>,
}

/// By keys in lists of lists.
#[derive(Debug, Clone, Model)]
#[chakra(collection = "binders")]
struct Binder {
    #[chakra(id)]
    id: i64,
    sleeves: Vec<Sleeve>,
    #[chakra(relation = ManyToMany, ids = sleeves.slips.bill_id, on_delete = Cascade)]
    bills: Related<Vec<Bill>>,
}

fn basket(id: i64, rows: Vec<Document>) -> Document {
    doc! { "_id": id, "r": rows, "version": 1_i64 }
}

/// A row of a good, with a maker that is not there.
fn of_good(good: i64) -> Document {
    doc! { "g": good, "ribbon_id": Bson::Null, "maker_id": 5_i64 }
}

fn slips(bills: &[i64]) -> Document {
    doc! { "slips": bills.iter().map(|bill| doc! { "bill_id": *bill }).collect::<Vec<_>>() }
}

/// Goods 1 to 3: basket 1 has the first and the second, basket 2 the second alone, and two have none.
async fn baskets() -> Fixture {
    let fixture = fixture().await;
    put(&fixture, "basket_goods", [1_i64, 2, 3].map(|id| doc! { "_id": id })).await;
    let empty = [basket(3, vec![]), doc! { "_id": 4_i64, "r": Bson::Null, "version": 1_i64 }];
    put(&fixture, "baskets", [basket(1, vec![of_good(1), of_good(2)]), basket(2, vec![of_good(2), of_good(2)])]).await;
    put(&fixture, "baskets", empty).await;
    put(&fixture, "bills", [(10, 1), (11, 2), (12, 3)].map(|(id, of): (i64, i64)| doc! { "_id": id, "owed": { "basket_id": of } })).await;
    let binder = |id: i64, sleeves: Vec<Document>| doc! { "_id": id, "sleeves": sleeves };
    let binders = [
        binder(100, vec![slips(&[12]), slips(&[12, 10])]),
        binder(101, vec![slips(&[]), slips(&[11])]),
        binder(102, vec![slips(&[12])]),
        binder(103, vec![]),
    ];
    put(&fixture, "binders", binders).await;
    fixture.commands();
    fixture
}

const DELETED: ModelDeletions = ModelDeletions { deleted: 1, set_null: 0, unlinked: 0 };

#[tokio::test]
async fn a_cascade_takes_the_document_that_has_the_composite() {
    let fixture = baskets().await;
    let db = &fixture.db;
    let report = db.delete(Good::id.eq(1)).report().await.unwrap();
    let done = [report.of::<Good>(), report.of::<Basket>(), report.of::<Bill>(), report.of::<Binder>()];
    assert_eq!((done, report.total()), ([DELETED; 4], 4));
    assert_eq!((ids(&fixture, "basket_goods").await, ids(&fixture, "baskets").await), (vec![2, 3], vec![2, 3, 4]));
    assert_eq!((ids(&fixture, "bills").await, ids(&fixture, "binders").await), (vec![11, 12], vec![101, 102, 103]));
    // Each once, though two of its rows name it; what refers to nothing stays.
    assert_eq!(db.delete_many(Good::id.gte(2)).await.unwrap(), 2);
    assert_eq!((ids(&fixture, "basket_goods").await, ids(&fixture, "baskets").await), (vec![], vec![3, 4]));
    assert_eq!((ids(&fixture, "bills").await, ids(&fixture, "binders").await), (vec![12], vec![102, 103]));
    assert_eq!(fixture.stored("baskets").await[0], basket(3, vec![]));
}

#[tokio::test]
async fn a_cascade_of_a_thousand_goes_in_parts() {
    let fixture = fixture().await;
    let db = &fixture.db;
    put(&fixture, "basket_goods", [1_i64, 2, 3].map(|id| doc! { "_id": id })).await;
    put(&fixture, "baskets", (1..=1_500_i64).map(|id| basket(id, vec![of_good(2 + id % 2), of_good(1)]))).await;
    put(&fixture, "baskets", [basket(1_501, vec![of_good(2)])]).await;
    put(&fixture, "bills", (1..=1_501_i64).map(|id| doc! { "_id": id, "owed": { "basket_id": id } })).await;
    // One of the last is held back by a document that no part has come to: then nothing goes.
    put(&fixture, "seals", [doc! { "_id": 1_i64, "on": [{ "bill_id": 7_i64 }, { "bill_id": 1_499_i64 }] }]).await;
    let error = db.delete(Good::id.eq(1)).await.unwrap_err();
    assert!(matches!(error, Error::Restricted { model: "Bill", holder: "Seal", count: 1, outcome: Outcome::NotApplied, .. }), "{error:?}");
    assert_eq!((fixture.stored("baskets").await.len(), fixture.stored("bills").await.len()), (1_501, 1_501));
    db.delete(Seal::id.eq(1)).await.unwrap();
    fixture.commands();
    let report = db.delete(Good::id.eq(1)).report().await.unwrap();
    assert_eq!((report.of::<Good>().deleted, report.of::<Basket>().deleted, report.of::<Bill>().deleted), (1, 1_500, 1_500));
    let commits = fixture.commands().iter().filter(|command| *command == "commitTransaction").count();
    // One that was to delete all, two parts of the bills, two of the baskets, and the good.
    assert_eq!(commits, 6);
    assert_eq!((ids(&fixture, "basket_goods").await, ids(&fixture, "baskets").await), (vec![2, 3], vec![1_501]));
    // Of many at once each batch takes its own.
    put(&fixture, "basket_goods", (10..1_510_i64).map(|id| doc! { "_id": id })).await;
    put(&fixture, "baskets", (10..1_510_i64).map(|id| basket(10_000 + id, vec![of_good(id)]))).await;
    assert_eq!(db.delete_many(Good::id.gte(3)).await.unwrap(), 1_501);
    assert_eq!((ids(&fixture, "basket_goods").await, ids(&fixture, "baskets").await), (vec![2], vec![1_501]));
}

#[derive(Debug, Clone, PartialEq, Composite)]
struct Slot {
    tool_id: String,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "chests")]
struct Chest {
    #[chakra(id)]
    id: i64,
    slots: Vec<Slot>,
    #[chakra(relation = ManyToMany, ids = slots.tool_id, on_delete = Cascade)]
    tools: Related<Vec<Tool>>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "tools")]
struct Tool {
    #[chakra(id)]
    id: String,
}

#[tokio::test]
async fn what_a_collation_finds_goes_in_parts_too() {
    let fixture = fixture().await;
    // To the chests `a` is `A`; to the tools it is not.
    fixture.raw.run_command(doc! { "create": "chests", "collation": { "locale": "en", "strength": 2 } }).await.unwrap();
    put(&fixture, "tools", ["A", "a", "b"].map(|id| doc! { "_id": id })).await;
    let chest =
        |id: i64, tools: &[&str]| doc! { "_id": id, "slots": tools.iter().map(|tool| doc! { "tool_id": *tool }).collect::<Vec<_>>() };
    put(&fixture, "chests", (1..=1_001).map(|id| chest(id, &["b", "a"]))).await;
    put(&fixture, "chests", [chest(1_002, &["b"])]).await;
    let report = fixture.db.delete(Tool::id.eq("A")).report().await.unwrap();
    assert_eq!((report.of::<Tool>().deleted, report.of::<Chest>().deleted), (1, 1_001));
    let tools = fixture.stored("tools").await;
    assert_eq!((tools, ids(&fixture, "chests").await), (vec![doc! { "_id": "a" }, doc! { "_id": "b" }], vec![1_002]));
}

/// It holds a bill back, as a key does that is always there and says nothing.
#[derive(Debug, Clone, Model)]
#[chakra(collection = "seals")]
struct Seal {
    #[chakra(id)]
    id: i64,
    on: Vec<Slip>,
    #[chakra(relation = ManyToMany, ids = on.bill_id)]
    bills: Related<Vec<Bill>>,
}

#[tokio::test]
async fn a_key_is_cleared_in_each_composite_that_has_it() {
    let fixture = fixture().await;
    let db = &fixture.db;
    put(&fixture, "wraps", [7_i64, 8, 9].map(|id| doc! { "_id": id })).await;
    let row = |wrap: Option<i64>, ribbon: Option<i64>| {
        let mut row = doc! { "g": 1_i64, "ribbon_id": ribbon, "maker_id": 5_i64 };
        row.extend(wrap.map(|wrap| ("w".to_owned(), Bson::Int64(wrap))));
        row
    };
    let before = [
        basket(1, vec![row(Some(7), Some(8)), row(Some(8), Some(7)), row(Some(7), None)]),
        basket(2, vec![row(Some(8), None)]),
        basket(3, vec![row(None, Some(9)), row(Some(9), Some(8))]),
    ];
    put(&fixture, "baskets", before.clone()).await;
    let report = db.delete(Wrap::id.eq(7)).report().await.unwrap();
    // One document by two keys.
    assert_eq!(report.of::<Basket>(), ModelDeletions { set_null: 2, ..ModelDeletions::default() });
    let mut first = basket(1, vec![row(None, Some(8)), row(Some(8), None), row(None, None)]);
    first.insert("version", 3_i64);
    assert_eq!(fixture.stored("baskets").await, [first, before[1].clone(), before[2].clone()]);
    assert_eq!(db.delete_many(Wrap::id.gte(8)).await.unwrap(), 2);
    let rows: Vec<Bson> = fixture.stored("baskets").await.into_iter().map(|mut basket| basket.remove("r").unwrap()).collect();
    let none = || row(None, None);
    assert_eq!(rows, [vec![none(), none(), none()], vec![none()], vec![none(), none()]].map(Bson::from));
    // What is left can be read.
    assert_eq!(db.find_many(Basket::all()).await.unwrap().len(), 3);
}

#[tokio::test]
async fn a_key_holds_back_or_does_nothing_where_it_says_so() {
    let fixture = baskets().await;
    let db = &fixture.db;
    put(&fixture, "makers", [doc! { "_id": 5_i64 }]).await;
    put(&fixture, "guards", [8_i64, 9].map(|id| doc! { "_id": id })).await;
    let guarded =
        |id: i64| basket(id, vec![of_good(3), doc! { "g": 3_i64, "ribbon_id": Bson::Null, "maker_id": 5_i64, "guard_id": 9_i64 }]);
    put(&fixture, "baskets", [guarded(5), guarded(6)]).await;
    let before = fixture.stored("baskets").await;
    fixture.commands();
    // One command, as for a model to which nobody refers.
    db.delete(Maker::id.eq(5)).await.unwrap();
    assert_eq!(fixture.commands(), ["findAndModify"]);
    // Although the key may be `None`.
    for error in [db.delete(Guard::id.eq(9)).await.unwrap_err(), db.delete_many(Guard::all()).await.unwrap_err()] {
        let Error::Restricted { model: "Guard", relation, holder: "Basket", count: 2, outcome: Outcome::NotApplied, .. } = &error else {
            panic!("{error:?}")
        };
        assert_eq!(relation.to_string(), "Basket::guards");
    }
    assert_eq!((fixture.stored("baskets").await, ids(&fixture, "guards").await), (before, vec![8, 9]));
    // What goes anyway holds nothing back, and neither does what is gone.
    db.delete(Good::id.eq(3)).await.unwrap();
    assert_eq!(ids(&fixture, "baskets").await, [1, 2, 3, 4]);
    assert_eq!(db.delete_many(Guard::all()).await.unwrap(), 2);
}

#[test]
fn a_schema_says_what_is_said_beside_a_key_in_composites() {
    let listing = Basket::schema().to_string();
    for said in [
        "relation goods: [Good], ManyToMany, ids = rows.good_id, on_delete = Cascade",
        "relation wraps: [Wrap], ManyToMany, ids = rows.wrap_id, on_delete = SetNull",
    ] {
        assert!(listing.contains(said), "{listing}");
    }
    assert!(listing.lines().any(|line| line.ends_with("ids = rows.ribbon_id")), "{listing}");
}
