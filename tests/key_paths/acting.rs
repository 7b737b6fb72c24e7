//! Referential actions on keys in composites, and nested writes, which cannot reach them.

use super::shop::{Country, Order, Product, Tag, shop};
use bson::{Bson, doc};
use chakra::Error;

#[tokio::test]
async fn a_key_that_may_be_none_becomes_so_and_ids_are_pulled_wherever_they_stand() {
    let fixture = shop().await;
    let db = &fixture.db;
    fixture.store("countries", doc! { "_id": 5_i64, "name": "e" }).await;
    fixture.store("products", doc! { "_id": 20_i64, "name": "box" }).await;
    fixture.store("tags", doc! { "_id": 21_i64 }).await;
    let lines = [
        doc! { "p": 10_i64, "t": [21_i64, 8_i64], "g": { "w": 20_i64 } },
        doc! { "p": 10_i64, "t": [], "g": Bson::Null },
        doc! { "p": 11_i64, "t": [21_i64], "g": { "w": 11_i64 } },
    ];
    let order = doc! {
        "_id": 5_i64, "s": { "c": 1_i64 }, "d": { "r": { "v": 5_i64 }, "h": [5_i64, 2_i64, 5_i64] }, "l": lines.to_vec(), "town": 1_i64,
    };
    fixture.store("orders", order).await;
    let others = fixture.stored("orders").await[..4].to_vec();
    let report = db.delete(Country::id.eq(5)).report().await.unwrap();
    assert_eq!((report.of::<Order>().set_null, report.of::<Order>().unlinked), (1, 1));
    let report = db.delete(Product::id.eq(20)).report().await.unwrap();
    assert_eq!(report.of::<Order>().set_null, 1);
    let report = db.delete(Tag::id.eq(21)).report().await.unwrap();
    assert_eq!(report.of::<Order>().unlinked, 1);
    let lines = [
        doc! { "p": 10_i64, "t": [8_i64], "g": {} },
        doc! { "p": 10_i64, "t": [], "g": Bson::Null },
        doc! { "p": 11_i64, "t": [], "g": { "w": 11_i64 } },
    ];
    let order = doc! { "_id": 5_i64, "s": { "c": 1_i64 }, "d": { "r": {}, "h": [2_i64] }, "l": lines.to_vec(), "town": 1_i64 };
    let after = fixture.stored("orders").await;
    assert_eq!((&after[..4], &after[4]), (others.as_slice(), &order));
}

#[tokio::test]
async fn a_key_that_is_always_there_holds_its_document_back() {
    let fixture = shop().await;
    let db = &fixture.db;
    let before = fixture.stored("orders").await;
    let error = db.delete(Product::id.eq(11)).await.unwrap_err();
    assert!(matches!(error, Error::Restricted { model: "Product", holder: "Order", count: 2, .. }), "{error:?}");
    // In a composite that may be `None`, and directly.
    for id in [1_i64, 2] {
        let error = db.delete(Country::id.eq(id)).await.unwrap_err();
        assert!(matches!(error, Error::Restricted { model: "Country", holder: "Order", .. }), "{error:?}");
    }
    assert_eq!((fixture.stored("orders").await, fixture.stored("countries").await.len()), (before, 3));
    // In a composite that may be `None` the key itself is always there: cleared alone it would leave what cannot be read.
    fixture.store("countries", doc! { "_id": 6_i64, "name": "f" }).await;
    let billed = doc! { "_id": 6_i64, "s": { "c": 1_i64 }, "b": { "c": 6_i64 }, "d": {}, "town": 1_i64 };
    fixture.store("orders", billed.clone()).await;
    let error = db.delete(Country::id.eq(6)).await.unwrap_err();
    let Error::Restricted { relation, count: 1, .. } = &error else { panic!("{error:?}") };
    assert_eq!((relation.to_string().as_str(), &fixture.stored("orders").await[4]), ("Order::billed_to", &billed));
    db.delete(Tag::id.eq(8)).await.unwrap();
    let lines = fixture.stored("orders").await[0].get_array("l").unwrap().clone();
    let tags: Vec<Option<&Bson>> = lines.iter().map(|line| line.as_document().unwrap().get("t")).collect();
    assert_eq!(tags, [Some(&Bson::from(vec![7_i64])), Some(&Bson::Array(vec![])), Some(&Bson::Null)]);
}

#[tokio::test]
async fn nested_writes_are_refused_before_anything_is_sent() {
    let fixture = shop().await;
    let db = &fixture.db;
    let refused = [
        db.update(Order::id.eq(1)).connect(Order::country, Country::id.eq(2)).await.unwrap_err(),
        db.update(Country::id.eq(1)).connect(Country::orders, Order::id.eq(2)).await.unwrap_err(),
        db.update(Order::id.eq(1)).disconnect(Order::products, Product::id.eq(10)).await.unwrap_err(),
        db.update(Product::id.eq(10))
            .update_many(Product::orders, Order::all(), |it| it.set(Order::shipping.country_id(), 2))
            .await
            .unwrap_err(),
    ];
    let of = |model: &str, relation: &str, key: &str| {
        format!(
            "this `{model}` is not valid: `{relation}` needs no nested write: the key `{key}` is part of a composite, which is set as a \
             whole: put the id there"
        )
    };
    assert_eq!(
        refused.map(|error| error.to_string()),
        [
            of("Order", "country", "shipping.country_id"),
            of("Country", "orders", "shipping.country_id"),
            of("Order", "products", "lines.product_id"),
            of("Product", "orders", "lines.product_id"),
        ]
    );
    assert_eq!(fixture.commands(), Vec::<String>::new());
}
