//! Relations by keys in composites and in lists of composites: everything that follows a relation goes by them.
//!
//! `shop` has the models and what is stored, `acting` what a delete does to them, `asked` what is sent and which index serves it, `world` filters in orders made by chance against
//! Rust, `checked` what is looked through and mended, `faults` what does not go together, and `odd` what is stored otherwise than the models say.

mod acting;
mod asked;
mod checked;
mod faults;
mod odd;
mod shop;
mod world;

use bson::doc;
use chakra::{Error, prelude::*};
use shop::{Country, Delivery, Holder, Mark, Order, Permit, Product, Shipping, Tag, shop};

fn ids<M>(related: &Related<Vec<M>>, id: fn(&M) -> i64) -> Vec<i64> {
    let mut ids: Vec<i64> = related.get().unwrap().iter().map(id).collect();
    ids.sort_unstable();
    ids
}

fn of_orders(related: &Related<Vec<Order>>) -> Vec<i64> {
    ids(related, |order| order.id)
}

fn of_one(related: &Related<Option<Country>>) -> Option<i64> {
    related.get().unwrap().as_ref().map(|country| country.id)
}

#[tokio::test]
async fn what_the_keys_in_composites_name_is_loaded() {
    let fixture = shop().await;
    let db = &fixture.db;
    let read = db.find_many(Order::all()).order_by(Order::id.asc()).include(Order::billed_to).include(Order::via).include(Order::hubs);
    let found = read.include(Order::products).include(Order::tags).include(Order::wrappers).include(Order::town).include(Order::permit);
    let orders = found.await.unwrap();
    assert_eq!(fixture.commands(), ["find"; 9]);
    assert_eq!(orders.iter().map(|order| of_one(&order.billed_to)).collect::<Vec<_>>(), [Some(2), None, None, None]);
    assert_eq!(orders.iter().map(|order| of_one(&order.via)).collect::<Vec<_>>(), [Some(3), None, None, None]);
    assert_eq!(orders.iter().map(|order| order.town.get().unwrap().id).collect::<Vec<_>>(), [1, 2, 3, 1]);
    // Each once, and in the order of the list.
    assert_eq!(orders[0].hubs.get().unwrap().iter().map(|country| country.id).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(orders[0].products.get().unwrap().iter().map(|product| product.id).collect::<Vec<_>>(), [10, 11]);
    assert_eq!(orders.iter().map(|order| ids(&order.hubs, |hub| hub.id)).collect::<Vec<_>>(), [vec![1, 2], vec![], vec![], vec![]]);
    let products = |order: &Order| ids(&order.products, |product| product.id);
    assert_eq!(orders.iter().map(products).collect::<Vec<_>>(), [vec![10, 11], vec![], vec![], vec![11]]);
    assert_eq!(orders.iter().map(|order| ids(&order.tags, |tag| tag.id)).collect::<Vec<_>>(), [vec![7, 8], vec![], vec![], vec![]]);
    assert_eq!(ids(&orders[0].wrappers, |product| product.id), [11]);
    assert!(orders[1..].iter().all(|order| order.wrappers.get().unwrap().is_empty()));
    let permits = orders.iter().map(|order| order.permit.get().unwrap().as_ref().map(|permit| permit.id));
    assert_eq!(permits.collect::<Vec<_>>(), [Some(1), None, None, None]);
}

#[tokio::test]
async fn the_other_ends_load_and_count_by_the_same_keys() {
    let fixture = shop().await;
    let db = &fixture.db;
    let read = db.find_many(Country::all()).order_by(Country::id.asc()).include(Country::orders).include(Country::billed);
    let countries = read.include(Country::passed).include(Country::hub_of).include(Country::marked).await.unwrap();
    assert_eq!(fixture.commands(), ["find"; 6]);
    assert_eq!(countries.iter().map(|country| of_orders(&country.orders)).collect::<Vec<_>>(), [vec![1, 2], vec![3], vec![]]);
    assert_eq!(countries.iter().map(|country| of_orders(&country.billed)).collect::<Vec<_>>(), [vec![], vec![1], vec![]]);
    assert_eq!(countries.iter().map(|country| of_orders(&country.passed)).collect::<Vec<_>>(), [vec![], vec![], vec![1]]);
    assert_eq!(countries.iter().map(|country| of_orders(&country.hub_of)).collect::<Vec<_>>(), [vec![1], vec![1], vec![]]);
    assert_eq!(countries.iter().map(|country| of_orders(&country.marked)).collect::<Vec<_>>(), [vec![1, 4], vec![2], vec![3]]);

    // The server takes the last order of each country, by the key in its composite.
    let last = Country::orders.order_by(Order::id.desc()).take(1);
    let countries = db.find_many(Country::all()).order_by(Country::id.asc()).include(last).await.unwrap();
    assert_eq!(countries.iter().map(|country| of_orders(&country.orders)).collect::<Vec<_>>(), [vec![2], vec![3], vec![]]);

    let mut products = db.find_many(Product::all()).order_by(Product::id.asc()).await.unwrap();
    db.load(&mut products, Product::orders.include(Order::hubs)).await.unwrap();
    assert_eq!(products.iter().map(|product| of_orders(&product.orders)).collect::<Vec<_>>(), [vec![1], vec![1, 4]]);
    assert_eq!(ids(&products[0].orders.get().unwrap()[0].hubs, |hub| hub.id), [1, 2]);
    let permits = db.find_many(Permit::all()).order_by(Permit::id.asc()).include(Permit::order).await.unwrap();
    let orders = permits.iter().map(|permit| permit.order.get().unwrap().as_ref().map(|order| order.id));
    assert_eq!(orders.collect::<Vec<_>>(), [Some(1), None]);
}

#[tokio::test]
async fn related_documents_are_counted_once_for_each_that_names_them() {
    let fixture = shop().await;
    let db = &fixture.db;
    let read = db.find_many(Order::all()).order_by(Order::id.asc()).include_count(Order::products).include_count(Order::hubs);
    let orders = read.include_count(Order::tags).await.unwrap();
    assert_eq!(orders.iter().map(|order| order.products.count().unwrap()).collect::<Vec<_>>(), [2, 0, 0, 1]);
    assert_eq!(orders.iter().map(|order| order.hubs.count().unwrap()).collect::<Vec<_>>(), [2, 0, 0, 0]);
    assert_eq!(orders.iter().map(|order| order.tags.count().unwrap()).collect::<Vec<_>>(), [2, 0, 0, 0]);

    let products = db.find_many(Product::all()).order_by(Product::id.asc()).include_count(Product::orders).await.unwrap();
    assert_eq!(products.iter().map(|product| product.orders.count().unwrap()).collect::<Vec<_>>(), [1, 2]);
    // Tag 8 stands in two lines of one order.
    let tags = db.find_many(Tag::all()).order_by(Tag::id.asc()).include_count(Tag::orders).await.unwrap();
    assert_eq!(tags.iter().map(|tag| tag.orders.count().unwrap()).collect::<Vec<_>>(), [1, 1]);
    let read = db.find_many(Country::all()).order_by(Country::id.asc()).include_count(Country::hub_of);
    let countries = read.include_count(Country::orders.filter(Order::id.ne(2))).await.unwrap();
    assert_eq!(countries.iter().map(|country| country.hub_of.count().unwrap()).collect::<Vec<_>>(), [1, 1, 0]);
    assert_eq!(countries.iter().map(|country| country.orders.count().unwrap()).collect::<Vec<_>>(), [1, 1, 0]);
}

#[tokio::test]
async fn a_required_key_that_leads_nowhere_is_told() {
    let fixture = shop().await;
    let error = fixture.db.find_many(Order::all()).include(Order::country).await.unwrap_err();
    assert!(matches!(error, Error::Dangling { model: "Order", relation: "country", target: "Country", .. }), "{error:?}");
    assert_eq!(error.detail().as_deref(), Some("_id: 4, key: 9"));
    let orders = fixture.db.find_many(Order::id.ne(4)).order_by(Order::id.asc()).include(Order::country).await.unwrap();
    assert_eq!(orders.iter().map(|order| order.country.get().unwrap().id).collect::<Vec<_>>(), [1, 1, 2]);
}

#[tokio::test]
async fn orders_go_by_related_documents() {
    let fixture = shop().await;
    let db = &fixture.db;
    let orders = db.find_many(Order::all()).order_by((Order::products.count().desc(), Order::id.asc())).await.unwrap();
    assert_eq!(orders.iter().map(|order| order.id).collect::<Vec<_>>(), [1, 4, 2, 3]);
    let orders = db.find_many(Order::all()).order_by((Order::country.by(Country::name).desc(), Order::id.asc())).await.unwrap();
    assert_eq!(orders.iter().map(|order| order.id).collect::<Vec<_>>(), [3, 1, 2, 4]);
    let countries = db.find_many(Country::all()).order_by((Country::orders.count().desc(), Country::id.asc())).await.unwrap();
    assert_eq!(countries.iter().map(|country| country.id).collect::<Vec<_>>(), [1, 2, 3]);
}

#[tokio::test]
async fn a_key_is_written_with_its_composite() {
    let fixture = shop().await;
    let db = &fixture.db;
    let draft = Order::draft().id(5).shipping(Shipping { country_id: 3 }).delivery(Delivery { route: None, hub_ids: vec![3] });
    let order = db.create(draft.mark(Mark { town_id: 2 })).await.unwrap();
    assert_eq!(order.shipping.country_id, 3);
    let stored = &fixture.stored("orders").await[4];
    assert_eq!(stored.get_document("s").unwrap(), &doc! { "c": 3_i64 });
    assert_eq!(stored.get_i64("town").unwrap(), 2);
    assert_eq!(db.count(Country::orders.some(Order::id.eq(5))).await.unwrap(), 1);
    db.update(Order::id.eq(5)).set(Order::shipping.country_id(), 2).await.unwrap();
    assert_eq!(of_orders(&db.get(Country::id.eq(2)).include(Country::orders).await.unwrap().orders), [3, 5]);
    // At most one permit of an order, and any number of nobody.
    let permit = |id: i64, holder: Option<Holder>| Permit { id, code: "c".into(), note: None, holder, order: Related::default() };
    db.insert_many(&[permit(3, None), permit(4, None)]).await.unwrap();
    let error = db.create(Permit::draft().id(5).code("c").holder(Holder { order_id: 1 })).await.unwrap_err();
    assert!(matches!(error, Error::Unique { .. }), "{error:?}");
}
