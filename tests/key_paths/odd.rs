//! Lists that stand where a model has one value: filters, counts, orders and includes find the same keys in them.

use super::shop::{Country, Order, Product, shop};
use bson::doc;
use chakra::prelude::*;

#[tokio::test]
async fn a_list_where_one_key_should_be_leads_to_the_same_documents_by_every_road() {
    let fixture = shop().await;
    // The model reads none of these: a list of keys in a line, lists in the composite of one, and lists of lists, into which nothing leads.
    let orders = [
        doc! { "_id": 10_i64, "s": { "c": 9_i64 }, "l": [{ "p": [10_i64, 11_i64] }] },
        doc! { "_id": 11_i64, "s": [{ "c": [3_i64] }], "l": [{ "p": 99_i64 }, { "p": [10_i64] }] },
        doc! { "_id": 12_i64, "s": { "c": [9_i64, 3_i64] }, "l": [[{ "p": 10_i64 }], { "p": [[11_i64]] }] },
    ];
    for order in orders {
        fixture.store("orders", order).await;
    }
    let odd = || Order::id.gte(10);
    let looking_up = Db::builder(&fixture.uri).most_related_keys(0).connect().await.unwrap();
    for db in [&fixture.db, &looking_up] {
        let ids = async |filter: Filter<Order>| db.find_many(odd() & filter).order_by(Order::id.asc()).select(Order::id).await.unwrap();
        let product = |id: i64| Order::products.some(Product::id.eq(id));
        assert_eq!(ids(product(10)).await, [10, 11]);
        assert_eq!(ids(product(11)).await, [10]);
        assert_eq!(ids(Order::products.none(Product::all())).await, [12]);
        assert_eq!(ids(Order::products.count().eq(2)).await, [10]);
        assert_eq!(ids(Order::products.count().eq(1)).await, [11]);
        assert_eq!(ids(Order::country.is(Country::name.eq("c"))).await, [11, 12]);
        let by_products = (Order::products.count().desc(), Order::id.desc());
        assert_eq!(db.find_many(odd()).order_by(by_products).select(Order::id).await.unwrap(), [10, 11, 12]);
        // One document is looked up for it alone.
        for (id, has) in [(10_i64, [true, true]), (11, [true, false]), (12, [false, false])] {
            for (of, has) in [10_i64, 11].into_iter().zip(has) {
                assert_eq!(db.exists(Order::id.eq(id) & product(of)).await.unwrap(), has, "{of} of {id}");
            }
        }
        // From the other end.
        let products = async |filter: Filter<Product>| db.find_many(filter).order_by(Product::id.asc()).select(Product::id).await.unwrap();
        assert_eq!(products(Product::orders.some(Order::id.eq(10))).await, [10, 11]);
        assert_eq!(products(Product::orders.some(Order::id.eq(11))).await, [10]);
        assert_eq!(products(Product::orders.filter(odd()).count().eq(2)).await, [10]);
    }
    // As an include does, which takes what the model reads.
    let counted =
        fixture.db.find_many(Product::all()).order_by(Product::id.asc()).include_count(Product::orders.filter(odd())).await.unwrap();
    assert_eq!(counted.iter().map(|product| product.orders.count().unwrap()).collect::<Vec<_>>(), [2, 1]);
}
