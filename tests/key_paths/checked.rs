//! Keys in composites looked through and mended: what a composite cannot be without is left, and what is double in its lists is no fault.

use super::shop::{Order, shop};
use crate::support::Fixture;
use bson::{Bson, Document, doc};

/// The shop, with one order in which every key is wrong in a way of its own.
async fn corrupt() -> Fixture {
    let fixture = shop().await;
    fixture.raw.collection::<Document>("orders").delete_one(doc! { "_id": 4_i64 }).await.unwrap();
    let lines = [
        doc! { "p": 99_i64, "t": [7_i64, 70_i64], "g": { "w": 98_i64 } },
        doc! { "p": 10_i64, "t": [7_i64, 7_i64], "g": { "w": 11_i64 } },
        doc! { "p": 99_i64, "g": { "w": 98_i64 } },
    ];
    let order = doc! {
        "_id": 5_i64, "s": { "c": 6_i64 }, "b": { "c": 6_i64 }, "d": { "r": { "v": 6_i64 }, "h": [1_i64, 6_i64, 1_i64] },
        "l": lines.to_vec(), "town": 1_i64,
    };
    fixture.store("orders", order).await;
    let odd = doc! { "_id": 6_i64, "s": [{ "c": 1_i64 }], "d": { "h": 1_i64 }, "l": { "p": 10_i64 }, "town": 1_i64 };
    fixture.store("orders", odd).await;
    fixture.commands();
    fixture
}

#[tokio::test]
async fn every_fault_of_a_key_in_a_composite_is_found() {
    let fixture = corrupt().await;
    let report = fixture.db.check_relations().await.unwrap();
    let expected = [
        "`Order::country`: 1 unreadable value of `orders.s.c`: _id 6 (none)",
        "`Order::country`: 1 orphan by `orders.s.c`: _id 5 (6)",
        "`Order::billed_to`: 1 dangling key in `orders.b.c`: _id 5 (6)",
        "`Order::via`: 1 dangling key in `orders.d.r.v`: _id 5 (6)",
        "`Order::hubs`: 1 dangling id in `orders.d.h`: _id 5 (6)",
        "`Order::hubs`: 2 duplicate ids in `orders.d.h`: _id 1 (2), 5 (1)",
        "`Order::hubs`: 1 unreadable value of `orders.d.h`: _id 6 (none)",
        // Two lines may name the same, and what they name is told once.
        "`Order::products`: 1 dangling id in `orders.l.p`: _id 5 (99)",
        "`Order::products`: 1 unreadable value of `orders.l.p`: _id 6 (none)",
        "`Order::tags`: 1 dangling id in `orders.l.t`: _id 5 (70)",
        "`Order::wrappers`: 1 dangling id in `orders.l.g.w`: _id 5 (98)",
    ];
    let (report, mut expected) = (report.to_string(), expected.map(str::to_owned));
    let mut found: Vec<String> = report.lines().map(str::to_owned).collect();
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found, expected);
}

#[tokio::test]
async fn what_can_be_mended_in_composites_is_mended_and_nothing_else() {
    let fixture = corrupt().await;
    let db = &fixture.db;
    let plan = db.check_relations().repair().plan().await.unwrap().to_string();
    for line in [
        "`Order::billed_to`: leave 1 dangling key in `orders.b.c`: _id 5 (6)",
        "`Order::via`: set 1 dangling key in `orders.d.r.v` to none: _id 5 (6)",
        "`Order::hubs`: pull 1 dangling id from `orders.d.h`: _id 5 (6)",
        "`Order::products`: leave 1 dangling id in `orders.l.p`: _id 5 (99)",
        "`Order::tags`: leave 1 dangling id in `orders.l.t`: _id 5 (70)",
        "`Order::wrappers`: set 1 dangling id in `orders.l.g.w` to none: _id 5 (98)",
    ] {
        assert!(plan.lines().any(|planned| planned == line), "{line} in {plan}");
    }
    let before = fixture.stored("orders").await;
    let repaired = db.check_relations().repair().await.unwrap();
    assert_eq!((repaired.cleared, repaired.pulled, repaired.duplicates, repaired.added, repaired.left), (2, 1, 2, 0, 7));
    let mut expected = before;
    // Orders 1, 2, 3, 5 and 6.
    expected[0].insert("d", doc! { "r": { "v": 3_i64 }, "h": [2_i64, 1_i64] });
    let order = &mut expected[3];
    order.insert("d", doc! { "r": {}, "h": [1_i64] });
    let lines: Vec<Bson> = vec![
        doc! { "p": 99_i64, "t": [7_i64, 70_i64], "g": {} }.into(),
        doc! { "p": 10_i64, "t": [7_i64, 7_i64], "g": { "w": 11_i64 } }.into(),
        doc! { "p": 99_i64, "g": {} }.into(),
    ];
    order.insert("l", lines);
    assert_eq!(fixture.stored("orders").await, expected);
    // A second repair finds only what is left.
    let again = db.check_relations().repair().await.unwrap();
    assert_eq!((again.cleared, again.pulled, again.duplicates, again.added, again.left), (0, 0, 0, 0, 7));
    assert_eq!(fixture.stored("orders").await, expected);
}

#[tokio::test]
async fn what_is_in_order_is_clean() {
    let fixture = shop().await;
    let orders = fixture.raw.collection::<Document>("orders");
    orders.delete_one(doc! { "_id": 4_i64 }).await.unwrap();
    // A list of ids has each once; lines may name the same.
    orders.update_one(doc! { "_id": 1_i64 }, doc! { "$set": { "d.h": [1_i64, 2_i64] } }).await.unwrap();
    let report = fixture.db.check_relations().await.unwrap();
    assert!(report.is_clean(), "{report}");
    fixture.commands();
    assert!(fixture.db.check_relations().only(Order::products).await.unwrap().is_clean());
    assert_eq!(fixture.commands(), ["find", "find"]);
}
