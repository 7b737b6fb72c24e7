//! Which documents: the manual's pages on queries, and Prisma's on filters.

use super::{
    inventory::{Batch, Stock, inventory, items, size},
    sends,
};
use crate::support::Sent;
use chakra::{
    QueryRules,
    model::{Point, Polygon},
    prelude::*,
    query::Sort,
};

/// MongoDB manual, Query Documents: goods of one status.
#[tokio::test]
async fn a_field_equals_a_value() {
    let sent = inventory().await;
    let found = sent.db.find_many(Stock::status.eq("D")).await.unwrap();
    assert_eq!(items(&found), ["chair", "shelf"]);
    sends!(sent.filter: { "status": "D" });
}

/// MongoDB manual, Query Documents: goods of one of two states.
#[tokio::test]
async fn a_field_equals_one_of_several_values() {
    let sent = inventory().await;
    let found = sent.db.find_many(Stock::status.in_(["D", "P"])).await.unwrap();
    assert_eq!(items(&found), ["chair", "rug", "shelf"]);
    sends!(sent.filter: { "status": { "$in": ["D", "P"] } });
}

/// MongoDB manual, Query Documents: one condition and one of two others. A prefix is a range, which an index on the field serves as it is.
#[tokio::test]
async fn conditions_are_joined_by_and_and_or() {
    let sent = inventory().await;
    let found = sent.db.find_many(Stock::status.eq("A") & (Stock::qty.lt(10) | Stock::item.starts_with("l"))).await.unwrap();
    assert_eq!(items(&found), ["desk", "lamp"]);
    sends!(sent.filter: { "status": "A", "$or": [{ "qty": { "$lt": 10 } }, { "item": { "$gte": "l", "$lt": "m" } }] });
}

/// MongoDB manual, Comparison Query Operators: more than one number and less than another.
#[tokio::test]
async fn a_number_lies_in_a_range() {
    let sent = inventory().await;
    let found = sent.db.find_many(Stock::qty.gt(12) & Stock::qty.lt(100)).await.unwrap();
    assert_eq!(items(&found), ["chair", "rug"]);
    sends!(sent.filter: { "qty": { "$gt": 12, "$lt": 100 } });
}

/// Prisma, Filtering and Sorting, `NOT`: neither of two conditions. Each keeps its own field, so that an index may serve it.
#[tokio::test]
async fn none_of_several_conditions_holds() {
    let sent = inventory().await;
    let found = sent.db.find_many(Filter::none_of([Stock::status.eq("A"), Stock::qty.lt(50)])).await.unwrap();
    assert_eq!(items(&found), ["chair"]);
    sends!(sent.filter: { "status": { "$ne": "A" }, "qty": { "$not": { "$lt": 50 } } });
}

/// Prisma, Null and Undefined, the effect in conditional filters: only the conditions that a caller has given.
#[tokio::test]
async fn a_condition_that_was_not_given_is_left_out() {
    let sent = inventory().await;
    let (status, least) = (Some("A"), None::<i32>);
    let goods = sent.db.find_many(Stock::all());
    let goods = goods.filter_if(status, |status| Stock::status.eq(status)).filter_if(least, |least| Stock::qty.gte(least));
    assert_eq!(items(&goods.await.unwrap()), ["desk", "lamp", "poster"]);
    sends!(sent.filter: { "status": "A" });
}

/// MongoDB manual, Query Documents, with the conditions of a request: a query string asks of the fields that are open to it, and no others.
#[tokio::test]
async fn conditions_come_in_a_query_string() {
    let sent = inventory().await;
    let rules = QueryRules::<Stock>::new().only((Stock::status, Stock::qty, Stock::size.uom()));
    let found = sent.db.find_many(rules.filter("status[in]=A&status[in]=D&qty[gte]=10&size.uom=cm").unwrap()).await.unwrap();
    assert_eq!(items(&found), ["chair", "lamp"]);
    sends!(sent.filter: { "status": { "$in": ["A", "D"] }, "qty": { "$gte": 10 }, "size.uom": "cm" });
}

/// MongoDB manual, Query on Embedded Documents: fields of a nested document.
#[tokio::test]
async fn fields_of_a_nested_document() {
    let sent = inventory().await;
    let found = sent.db.find_many(Stock::size.uom().eq("in") & Stock::size.h().lt(50.0)).await.unwrap();
    assert_eq!(items(&found), ["poster"]);
    sends!(sent.filter: { "size.uom": "in", "size.h": { "$lt": 50.0 } });
}

/// MongoDB manual, Query on Embedded Documents: a nested document as a whole. The manual advises against comparing it by its bytes, in which
/// the order of its fields counts; here its fields are compared.
#[tokio::test]
async fn a_nested_document_as_a_whole() {
    let sent = inventory().await;
    let found = sent.db.find_many(Stock::size.eq(size(40.0, 20.0, "cm"))).await.unwrap();
    assert_eq!(items(&found), ["lamp"]);
    sends!(sent.filter: { "size.h": 40.0, "size.w": 20.0, "size.uom": "cm" });
}

/// MongoDB manual, Query an Array: a list that holds a value.
#[tokio::test]
async fn a_list_holds_a_value() {
    let sent = inventory().await;
    let found = sent.db.find_many(Stock::tags.has("wood")).await.unwrap();
    assert_eq!(items(&found), ["chair", "desk"]);
    sends!(sent.filter: { "tags": "wood" });
}

/// MongoDB manual, Query an Array: a list that holds several values, in any order and among others.
#[tokio::test]
async fn a_list_holds_every_one_of_several_values() {
    let sent = inventory().await;
    let found = sent.db.find_many(Stock::tags.has_every(["desk", "wood"])).await.unwrap();
    assert_eq!(items(&found), ["desk"]);
    sends!(sent.filter: { "tags": { "$all": ["desk", "wood"] } });
}

/// Prisma, Working with Scalar Lists, `hasSome`: a list that holds one of several values.
#[tokio::test]
async fn a_list_holds_one_of_several_values() {
    let sent = inventory().await;
    let found = sent.db.find_many(Stock::tags.has_some(["floor", "wall"])).await.unwrap();
    assert_eq!(items(&found), ["poster", "rug"]);
    sends!(sent.filter: { "tags": { "$in": ["floor", "wall"] } });
}

/// MongoDB manual, Query an Array: a list of exactly these values in this order.
#[tokio::test]
async fn a_list_equals_another() {
    let sent = inventory().await;
    let found = sent.db.find_many(Stock::tags.eq(["wood", "desk"])).await.unwrap();
    assert_eq!(items(&found), ["desk"]);
    sends!(sent.filter: { "tags": { "$eq": ["wood", "desk"] } });
}

/// MongoDB manual, Query an Array: a list by its length; and of at least two items, which is to say that there is a second one.
#[tokio::test]
async fn a_list_has_a_length() {
    let sent = inventory().await;
    let found = sent.db.find_many(Stock::tags.len().eq(3)).await.unwrap();
    assert_eq!(items(&found), ["poster"]);
    sends!(sent.filter: { "tags": { "$size": 3 } });

    let found = sent.db.find_many(Stock::tags.len().gte(2)).await.unwrap();
    assert_eq!(items(&found), ["desk", "lamp", "poster"]);
    sends!(sent.filter: { "tags.1": { "$exists": true } });
}

/// MongoDB manual, Query an Array of Embedded Documents: one nested document that meets several conditions together.
#[tokio::test]
async fn some_nested_document_meets_all_conditions() {
    let sent = inventory().await;
    let found = sent.db.find_many(Stock::instock.some(Batch::warehouse.eq("C") & Batch::qty.gt(6))).await.unwrap();
    assert_eq!(items(&found), ["chair", "lamp"]);
    sends!(sent.filter: { "instock": { "$elemMatch": { "warehouse": "C", "qty": { "$gt": 6 } } } });
}

/// MongoDB manual, Query an Array of Embedded Documents: a list that holds a given nested document.
#[tokio::test]
async fn a_list_holds_a_nested_document() {
    let sent = inventory().await;
    let found = sent.db.find_many(Stock::instock.has(Batch { warehouse: "A".into(), qty: 5 })).await.unwrap();
    assert_eq!(items(&found), ["lamp"]);
    sends!(sent.filter: { "instock": { "$elemMatch": { "warehouse": "A", "qty": 5 } } });
}

/// MongoDB manual, Query an Array of Embedded Documents: a value of one field in any of the nested documents.
#[tokio::test]
async fn some_nested_document_has_a_value() {
    let sent = inventory().await;
    let found = sent.db.find_many(Stock::instock.warehouse().has("B")).await.unwrap();
    assert_eq!(items(&found), ["chair", "rug"]);
    sends!(sent.filter: { "instock": { "$elemMatch": { "warehouse": "B" } } });
}

/// Prisma, Composite Types, `every` and `none`: what is true of all nested documents, and what of none. Both are true of an empty list.
#[tokio::test]
async fn every_nested_document_or_none() {
    let sent = inventory().await;
    let found = sent.db.find_many(Stock::instock.every(Batch::qty.gte(10))).await.unwrap();
    assert_eq!(items(&found), ["chair", "poster", "rug", "shelf"]);
    sends!(sent.filter: { "instock": { "$not": { "$elemMatch": { "qty": { "$not": { "$gte": 10 } } } } } });

    let found = sent.db.find_many(Stock::instock.none(Batch::warehouse.eq("A"))).await.unwrap();
    assert_eq!(items(&found), ["chair", "rug", "shelf"]);
    sends!(sent.filter: { "instock": { "$not": { "$elemMatch": { "warehouse": "A" } } } });
}

#[derive(Debug, Clone, PartialEq, Model)]
#[chakra(collection = "contacts")]
struct Contact {
    #[chakra(id)]
    id: i64,
    #[chakra(null)]
    phone: Option<String>,
}

/// A contact as it was before phones were noted.
#[derive(Debug, Clone, PartialEq, Model)]
#[chakra(collection = "contacts")]
struct OldContact {
    #[chakra(id)]
    id: i64,
}

/// MongoDB manual, Query for Null or Missing Fields: both, one, or the other.
#[tokio::test]
async fn null_and_missing_are_one_or_told_apart() {
    let sent = Sent::new().await;
    sent.db.insert_many(&[Contact { id: 1, phone: Some("555".into()) }, Contact { id: 2, phone: None }]).await.unwrap();
    sent.db.insert_many(&[OldContact { id: 3 }]).await.unwrap();
    let contacts = || sent.db.find_many(Contact::all()).order_by(Contact::id.asc()).select(Contact::id);

    assert_eq!(contacts().filter(Contact::phone.is_none()).await.unwrap(), [2, 3]);
    sends!(sent.filter: { "phone": null });
    assert_eq!(contacts().filter(Contact::phone.is_some()).await.unwrap(), [1]);
    sends!(sent.filter: { "phone": { "$ne": null } });
    assert_eq!(contacts().filter(Contact::phone.is_null()).await.unwrap(), [2]);
    sends!(sent.filter: { "phone": { "$type": "null" } });
    assert_eq!(contacts().filter(Contact::phone.is_missing()).await.unwrap(), [3]);
    sends!(sent.filter: { "phone": { "$exists": false } });
}

/// Prisma, Filtering and Sorting: text that contains a part, and text that ends with one.
#[tokio::test]
async fn text_contains_a_part_or_ends_with_it() {
    let sent = inventory().await;
    let found = sent.db.find_many(Stock::item.contains("es")).await.unwrap();
    assert_eq!(items(&found), ["desk"]);
    sends!(sent.filter: { "item": { "$regex": "es" } });

    let found = sent.db.find_many(Stock::item.ends_with("er")).await.unwrap();
    assert_eq!(items(&found), ["poster"]);
    sends!(sent.filter: { "item": { "$regex": "er\\z" } });
}

/// Prisma, Case Sensitivity, `mode: insensitive`: text whatever its case.
#[tokio::test]
async fn text_is_compared_whatever_its_case() {
    let sent = inventory().await;
    let found = sent.db.find_many(Stock::item.ci().eq("LAMP")).await.unwrap();
    assert_eq!(items(&found), ["lamp"]);
    sends!(sent.filter: { "item": { "$regex": "^LAMP\\z", "$options": "i" } });

    let found = sent.db.find_many(Stock::item.ci().contains("OST")).await.unwrap();
    assert_eq!(items(&found), ["poster"]);
    sends!(sent.filter: { "item": { "$regex": "OST", "$options": "i" } });
}

/// MongoDB manual, `$regex`: a pattern of one's own.
#[tokio::test]
async fn text_matches_a_pattern() {
    let sent = inventory().await;
    let found = sent.db.find_many(Stock::item.matches("^(sh|ch)")).await.unwrap();
    assert_eq!(items(&found), ["chair", "shelf"]);
    sends!(sent.filter: { "item": { "$regex": "^(sh|ch)" } });
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Budget {
    #[chakra(id)]
    id: i64,
    purpose: String,
    limit: i64,
    spent: i64,
}

/// MongoDB manual, `$expr`: two fields of one document compared.
#[tokio::test]
async fn one_field_is_compared_with_another() {
    let sent = Sent::new().await;
    let budget = |id, purpose: &str, limit, spent| Budget { id, purpose: purpose.into(), limit, spent };
    sent.db.insert_many(&[budget(1, "food", 400, 450), budget(2, "rent", 900, 900), budget(3, "books", 50, 20)]).await.unwrap();
    let found = sent.db.find_many(Budget::spent.gt(Budget::limit)).select(Budget::purpose).await.unwrap();
    assert_eq!(found, ["food"]);
    sends!(sent.filter: { "$expr": { "$gt": ["$spent", "$limit"] } });
}

#[derive(Debug, Clone, PartialEq, Model)]
#[chakra(collection = "stores", text(name, description))]
struct Store {
    #[chakra(id)]
    id: i64,
    name: String,
    description: String,
}

/// MongoDB manual, Text Search: words in the fields of a text index without one other word, the best answers first.
#[tokio::test]
async fn words_are_searched_and_ranked() {
    let sent = Sent::with(|builder| builder.model::<Store>()).await;
    sent.db.sync().await.unwrap();
    let store = |id, name: &str, description: &str| Store { id, name: name.into(), description: description.into() };
    let stores = [
        store(1, "Harbour Books", "Novels, maps, and a small cup of coffee by the window"),
        store(2, "Coffee Mill", "Fresh coffee"),
        store(3, "Green Leaf", "Tea"),
        store(4, "Corner", "Coffee and cakes"),
    ];
    sent.db.insert_many(&stores).await.unwrap();
    let found = sent.db.find_many(Filter::<Store>::search("coffee -cakes")).order_by(Sort::relevance()).select(Store::name).await.unwrap();
    assert_eq!(found, ["Coffee Mill", "Harbour Books"]);
    sends!(sent.filter: { "$text": { "$search": "coffee -cakes" } });
    sends!(sent.sort: { "__chakra_relevance": { "$meta": "textScore" } });
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Restaurant {
    #[chakra(id)]
    id: i64,
    name: String,
    location: Point,
}

async fn restaurants() -> Sent {
    let sent = Sent::new().await;
    let restaurant = |id, name: &str, longitude, latitude| Restaurant { id, name: name.into(), location: Point::new(longitude, latitude) };
    let found = [restaurant(1, "Forno", 12.5, 41.5), restaurant(2, "Porto", 12.75, 41.75), restaurant(3, "Vesuvio", 14.25, 40.75)];
    sent.db.insert_many(&found).await.unwrap();
    sent
}

/// MongoDB manual, Find Restaurants with Geospatial Queries: those in a neighbourhood.
#[tokio::test]
async fn places_lie_within_an_area() {
    let sent = restaurants().await;
    let corners = [(12.0, 41.0), (13.0, 41.0), (13.0, 42.0), (12.0, 42.0), (12.0, 41.0)];
    let quarter = Polygon { rings: vec![corners.map(|(longitude, latitude)| Point::new(longitude, latitude)).to_vec()] };
    let found = sent.db.find_many(Restaurant::location.within(quarter)).order_by(Restaurant::id.asc()).select(Restaurant::name).await;
    assert_eq!(found.unwrap(), ["Forno", "Porto"]);
    let corners = serde_json::json!([[12.0, 41.0], [13.0, 41.0], [13.0, 42.0], [12.0, 42.0], [12.0, 41.0]]);
    sends!(sent.filter: { "location": { "$geoWithin": { "$geometry": { "type": "Polygon", "coordinates": [corners] } } } });
}

/// MongoDB manual, Find Restaurants with Geospatial Queries: those within a distance, in no order. The radius of the earth makes an angle of
/// the meters.
#[tokio::test]
async fn places_lie_within_a_distance() {
    let sent = restaurants().await;
    let found = sent.db.find_many(Restaurant::location.near(Point::new(12.5, 41.5), 5_000.0)).select(Restaurant::name).await.unwrap();
    assert_eq!(found, ["Forno"]);
    sends!(sent.filter: { "location": { "$geoWithin": { "$centerSphere": [[12.5, 41.5], 5_000.0 / 6_378_100.0] } } });
}
