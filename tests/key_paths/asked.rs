//! What is sent for keys in composites, by which indexes it is served, and what `sync` makes of them.

use super::shop::{Country, Order, Permit, Product, Tag, shop};
use crate::support::Sent;
use bson::{Bson, Document, doc};
use chakra::prelude::*;
use futures::TryStreamExt;

#[derive(Debug, PartialEq, Composite)]
struct Named {
    name: String,
}

#[derive(Debug, PartialEq, Composite)]
struct Shown {
    country: Option<Named>,
    products: Vec<Named>,
}

#[tokio::test]
async fn every_key_has_its_index() {
    let fixture = shop().await;
    let indexes = async |collection: &str| -> Vec<(Document, bool)> {
        let found = fixture.raw.collection::<Document>(collection).list_indexes().await.unwrap();
        let found: Vec<_> = found.try_collect().await.unwrap();
        let is_unique = |model: &mongodb::IndexModel| model.options.as_ref().and_then(|options| options.unique).unwrap_or(false);
        found.iter().map(|model| (model.keys.clone(), is_unique(model))).collect()
    };
    let plain = ["s.c", "b.c", "d.r.v", "d.h", "l.p", "l.t", "l.g.w", "town"];
    let mut expected = vec![(doc! { "_id": 1 }, false)];
    expected.extend(plain.map(|path| (doc! { path: 1 }, false)));
    assert_eq!(indexes("orders").await, expected);
    assert_eq!(indexes("permits").await, [(doc! { "_id": 1 }, false), (doc! { "h.o": 1 }, true)]);
    assert_eq!(indexes("products").await, [(doc! { "_id": 1 }, false)]);
    assert!(fixture.db.sync().plan().await.unwrap().is_empty());
}

#[test]
fn an_index_that_is_declared_is_not_made_twice() {
    #[derive(Debug, Clone, PartialEq, Composite)]
    struct Inner {
        other_id: i64,
    }
    #[derive(Debug, Clone, Model)]
    #[chakra(collection = "key_path_ones", index(inner.other_id), index(lone.other_id = desc))]
    struct One {
        #[chakra(id)]
        id: i64,
        inner: Inner,
        // The key of a OneToOne is unique whoever declares its index.
        #[chakra(relation = OneToOne, foreign_key = inner.other_id)]
        other: Related<One>,
        lone: Inner,
        #[chakra(relation = ManyToOne, foreign_key = lone.other_id)]
        another: Related<One>,
    }
    let indexes = One::schema().indexes.iter().map(|index| (index.name(), index.unique)).collect::<Vec<_>>();
    assert_eq!(indexes, [("inner.other_id_1".to_owned(), true), ("lone.other_id_-1".to_owned(), false)]);
}

#[test]
fn a_schema_says_the_path() {
    let listing = Order::schema().to_string();
    assert!(listing.contains("relation country: Country, ManyToOne, foreign_key = shipping.country_id"), "{listing}");
    assert!(listing.contains("relation products: [Product], ManyToMany, ids = lines.product_id"), "{listing}");
    let listing = Country::schema().to_string();
    assert!(listing.contains("relation orders: [Order], OneToMany, foreign_key = shipping.country_id of Order"), "{listing}");
    assert!(listing.contains("relation hub_of: [Order], ManyToMany, inverse_ids = delivery.hub_ids"), "{listing}");
}

#[test]
fn indexes_serve_what_is_asked_of_related_documents() {
    chakra::assert_indexed!(Order::country.is(Country::id.eq(1)));
    chakra::assert_indexed!(Order::billed_to.is(Country::id.eq(1)));
    chakra::assert_indexed!(Order::hubs.some(Country::id.eq(1)));
    chakra::assert_indexed!(Order::products.some(Product::id.eq(1)));
    chakra::assert_indexed!(Order::tags.some(Tag::id.eq(1)));
    chakra::assert_indexed!(Order::permit.is(Permit::id.eq(1)));
    chakra::assert_indexed!(Product::orders.some(Order::id.eq(1)));
}

/// The pipeline of a command.
fn stages(command: &Document) -> Vec<Document> {
    command.get_array("pipeline").unwrap().iter().map(|stage| stage.as_document().unwrap().clone()).collect()
}

#[tokio::test]
async fn keys_of_related_documents_are_read_through_the_lists_on_the_way() {
    let sent = Sent::with(|builder| builder.model::<Order>()).await;
    let db = &sent.db;
    let limit = doc! { "$limit": 100_001_i64 };
    sent.commands();
    db.find_many(Product::orders.some(Order::id.gt(3))).await.unwrap();
    let commands = sent.commands();
    let matched = doc! { "$match": { "_id": { "$gt": 3_i64 } } };
    let expected = [matched.clone(), doc! { "$unwind": "$l" }, doc! { "$group": { "_id": "$l.p" } }, limit.clone()];
    assert_eq!(stages(&commands[0]), expected);
    db.find_many(Tag::orders.some(Order::id.gt(3))).await.unwrap();
    let unwound = [doc! { "$unwind": "$l" }, doc! { "$unwind": "$l.t" }];
    let grouped = doc! { "$group": { "_id": "$l.t" } };
    assert_eq!(stages(&sent.commands()[0]), [matched.clone(), unwound[0].clone(), unwound[1].clone(), grouped, limit.clone()]);
    db.find_many(Country::hub_of.some(Order::id.gt(3))).await.unwrap();
    let grouped = doc! { "$group": { "_id": "$d.h" } };
    assert_eq!(stages(&sent.commands()[0]), [matched.clone(), doc! { "$unwind": "$d.h" }, grouped, limit.clone()]);
    db.find_many(Country::orders.some(Order::id.gt(3))).await.unwrap();
    assert_eq!(stages(&sent.commands()[0]), [matched, doc! { "$group": { "_id": "$s.c" } }, limit.clone()]);
}

#[tokio::test]
async fn keys_are_tested_where_they_are_stored() {
    let sent = Sent::with(|builder| builder.model::<Order>()).await;
    let db = &sent.db;
    let (products, countries) = (sent.raw.collection::<Document>("products"), sent.raw.collection::<Document>("countries"));
    products.insert_many([doc! { "_id": 10_i64, "name": "ink" }, doc! { "_id": 11_i64, "name": "ink" }]).await.unwrap();
    countries.insert_one(doc! { "_id": 1_i64, "name": "a" }).await.unwrap();
    let order = doc! {
        "_id": 1_i64, "s": { "c": 1_i64 }, "d": { "h": [1_i64] }, "l": [{ "p": 10_i64 }, { "p": 11_i64 }, { "p": 10_i64 }], "town": 1_i64,
    };
    sent.raw.collection::<Document>("orders").insert_one(order).await.unwrap();

    assert_eq!(db.find_many(Order::products.some(Product::name.eq("ink"))).await.unwrap().len(), 1);
    let filter = sent.command().get_document("filter").unwrap().clone();
    assert_eq!(filter.keys().collect::<Vec<_>>(), ["l.p"]);
    let item = filter.get_document("l.p").unwrap();
    assert_eq!(item.get_array("$in").unwrap().len(), 2);
    assert_eq!(db.find_many(Order::hubs.some(Country::name.eq("a"))).await.unwrap().len(), 1);
    assert_eq!(sent.command().get_document("filter").unwrap(), &doc! { "d.h": { "$in": [1_i64] } });
    assert_eq!(db.find_many(Order::country.is(Country::name.eq("a"))).await.unwrap().len(), 1);
    assert_eq!(sent.command().get_document("filter").unwrap(), &doc! { "s.c": { "$in": [1_i64] } });

    // An include asks for each key once, and the other end by the stored path.
    db.find_many(Order::all()).include(Order::products).await.unwrap();
    assert_eq!(sent.command().get_document("filter").unwrap(), &doc! { "_id": { "$in": [10_i64, 11_i64] } });
    db.find_many(Product::id.eq(10)).include(Product::orders).await.unwrap();
    assert_eq!(sent.command().get_document("filter").unwrap(), &doc! { "l.p": { "$in": [10_i64] } });
    // The composite that holds the key is read whatever is selected.
    let permit = doc! { "_id": 1_i64, "code": "x", "note": "y", "h": { "o": 1_i64 } };
    sent.raw.collection::<Document>("permits").insert_one(permit).await.unwrap();
    let orders = db.find_many(Order::all()).include(Order::permit.select(Permit::code)).await.unwrap();
    assert_eq!(sent.command().get_document("projection").unwrap(), &doc! { "_id": 1, "code": 1, "h": 1 });
    let permit = orders[0].permit.get().unwrap().as_ref().unwrap();
    assert_eq!((permit.code.as_str(), permit.note.as_deref()), ("x", None));
}

#[tokio::test]
async fn stages_look_related_documents_up_by_the_path() {
    let fixture = shop().await;
    let read = || fixture.db.pipeline::<Order>().sort(Order::id.asc());
    let products = Order::products.order_by(Product::id.asc());
    let shown = read().lookup(Shown::products, products).as_::<Shown>().await.unwrap();
    let named = |names: &[&str]| names.iter().map(|name| Named { name: (*name).to_owned() }).collect::<Vec<_>>();
    let products = [named(&["ink", "pen"]), named(&[]), named(&[]), named(&["pen"])];
    assert_eq!(shown.into_iter().map(|order| order.products).collect::<Vec<_>>(), products);
    let shown = read().lookup(Shown::country, Order::country).as_::<Shown>().await.unwrap();
    let countries = shown.into_iter().map(|order| order.country.map(|country| country.name));
    assert_eq!(countries.collect::<Vec<_>>(), [Some("a".to_owned()), Some("a".to_owned()), Some("b".to_owned()), None]);
}

#[tokio::test]
async fn the_ids_of_lists_in_lists_are_counted_once_for_each_document() {
    let sent = Sent::with(|builder| builder.model::<Order>()).await;
    let tags = sent.raw.collection::<Document>("tags");
    tags.insert_one(doc! { "_id": 7_i64 }).await.unwrap();
    let order = doc! {
        "_id": 1_i64, "s": { "c": 1_i64 }, "d": {}, "l": [{ "p": 1_i64, "t": [7_i64, 7_i64] }, { "p": 1_i64, "t": [7_i64] }], "town": 1_i64,
    };
    sent.raw.collection::<Document>("orders").insert_one(order).await.unwrap();
    let counted = sent.db.find_many(Tag::all()).include_count(Tag::orders).await.unwrap();
    assert_eq!(counted[0].orders.count().unwrap(), 1);
    let pipeline = stages(&sent.command());
    assert_eq!(pipeline[0], doc! { "$match": { "l.t": { "$in": [7_i64] } } });
    assert_eq!(pipeline[2..4], [doc! { "$unwind": "$k" }, doc! { "$match": { "k": { "$in": [7_i64] } } }]);
    assert_eq!(pipeline.last().unwrap().get("$group").and_then(Bson::as_document).unwrap().get_str("_id").unwrap(), "$k");
}
