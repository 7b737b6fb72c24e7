//! Orders whose keys lie in composites: renamed, several deep, optional at each level, in lists, and flattened.

use crate::support::Fixture;
use bson::{Bson, Document, doc};
use chakra::prelude::*;

#[derive(Debug, Clone, PartialEq, Composite)]
pub struct Shipping {
    #[chakra(name = "c")]
    pub country_id: i64,
}

#[derive(Debug, Clone, PartialEq, Composite)]
pub struct Route {
    #[chakra(name = "v")]
    pub via_id: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Composite)]
pub struct Delivery {
    #[chakra(name = "r")]
    pub route: Option<Route>,
    #[chakra(name = "h")]
    pub hub_ids: Vec<i64>,
}

#[derive(Debug, Clone, PartialEq, Composite)]
pub struct Gift {
    #[chakra(name = "w")]
    pub wrapper_id: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Composite)]
pub struct Line {
    #[chakra(name = "p")]
    pub product_id: i64,
    #[chakra(name = "t")]
    pub tag_ids: Vec<i64>,
    #[chakra(name = "g")]
    pub gift: Option<Gift>,
}

#[derive(Debug, Clone, PartialEq, Composite)]
pub struct Mark {
    #[chakra(name = "town")]
    pub town_id: i64,
}

#[derive(Debug, Clone, Model)]
pub struct Order {
    #[chakra(id)]
    pub id: i64,
    #[chakra(name = "s")]
    pub shipping: Shipping,
    #[chakra(relation = ManyToOne, foreign_key = shipping.country_id)]
    pub country: Related<Country>,
    #[chakra(name = "b")]
    pub billing: Option<Shipping>,
    #[chakra(relation = ManyToOne, foreign_key = "billing.country_id")]
    pub billed_to: Related<Option<Country>>,
    #[chakra(name = "d")]
    pub delivery: Delivery,
    #[chakra(relation = ManyToOne, foreign_key = delivery.route.via_id)]
    pub via: Related<Option<Country>>,
    #[chakra(relation = ManyToMany, ids = delivery.hub_ids)]
    pub hubs: Related<Vec<Country>>,
    #[chakra(name = "l")]
    pub lines: Vec<Line>,
    #[chakra(relation = ManyToMany, ids = lines.product_id)]
    pub products: Related<Vec<Product>>,
    #[chakra(relation = ManyToMany, ids = lines.tag_ids)]
    pub tags: Related<Vec<Tag>>,
    #[chakra(relation = ManyToMany, ids = lines.gift.wrapper_id)]
    pub wrappers: Related<Vec<Product>>,
    #[chakra(flatten)]
    pub mark: Mark,
    #[chakra(relation = ManyToOne, foreign_key = mark.town_id)]
    pub town: Related<Country>,
    #[chakra(relation = OneToOne, foreign_key = holder.order_id)]
    pub permit: Related<Option<Permit>>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "countries")]
pub struct Country {
    #[chakra(id)]
    pub id: i64,
    pub name: String,
    #[chakra(relation = OneToMany, foreign_key = shipping.country_id)]
    pub orders: Related<Vec<Order>>,
    #[chakra(relation = OneToMany, foreign_key = billing.country_id)]
    pub billed: Related<Vec<Order>>,
    #[chakra(relation = OneToMany, foreign_key = delivery.route.via_id)]
    pub passed: Related<Vec<Order>>,
    #[chakra(relation = ManyToMany, inverse_ids = delivery.hub_ids)]
    pub hub_of: Related<Vec<Order>>,
    #[chakra(relation = OneToMany, foreign_key = mark.town_id)]
    pub marked: Related<Vec<Order>>,
}

#[derive(Debug, Clone, Model)]
pub struct Product {
    #[chakra(id)]
    pub id: i64,
    pub name: String,
    #[chakra(relation = ManyToMany, inverse_ids = lines.product_id)]
    pub orders: Related<Vec<Order>>,
}

#[derive(Debug, Clone, Model)]
pub struct Tag {
    #[chakra(id)]
    pub id: i64,
    #[chakra(relation = ManyToMany, inverse_ids = lines.tag_ids)]
    pub orders: Related<Vec<Order>>,
}

#[derive(Debug, Clone, PartialEq, Composite)]
pub struct Holder {
    #[chakra(name = "o")]
    pub order_id: i64,
}

#[derive(Debug, Clone, Model)]
pub struct Permit {
    #[chakra(id)]
    pub id: i64,
    pub code: String,
    pub note: Option<String>,
    #[chakra(name = "h")]
    pub holder: Option<Holder>,
    #[chakra(relation = OneToOne, foreign_key = holder.order_id)]
    pub order: Related<Option<Order>>,
}

/// Countries 1 to 3, products 10 and 11, tags 7 and 8, a permit of order 1 and one of nobody, and these orders:
/// 1 has everything, and the same ids twice; 2 and 3 have nothing, missing and null; 4 has keys that lead nowhere.
pub async fn shop() -> Fixture {
    let fixture = Fixture::new(|builder| builder.model::<Order>()).await;
    fixture.db.sync().await.unwrap();
    for (id, name) in [(1_i64, "a"), (2, "b"), (3, "c")] {
        fixture.store("countries", doc! { "_id": id, "name": name }).await;
    }
    for (id, name) in [(10_i64, "ink"), (11, "pen")] {
        fixture.store("products", doc! { "_id": id, "name": name }).await;
    }
    for id in [7_i64, 8] {
        fixture.store("tags", doc! { "_id": id }).await;
    }
    fixture.store("permits", doc! { "_id": 1_i64, "code": "x", "note": "y", "h": { "o": 1_i64 } }).await;
    fixture.store("permits", doc! { "_id": 2_i64, "code": "z" }).await;
    for order in orders() {
        fixture.store("orders", order).await;
    }
    fixture.commands();
    fixture
}

fn orders() -> [Document; 4] {
    let lines = [
        doc! { "p": 10_i64, "t": [7_i64, 8_i64], "g": { "w": 11_i64 } },
        doc! { "p": 11_i64, "t": [8_i64] },
        doc! { "p": 10_i64, "t": Bson::Null, "g": Bson::Null },
    ];
    [
        doc! {
            "_id": 1_i64, "s": { "c": 1_i64 }, "b": { "c": 2_i64 }, "d": { "r": { "v": 3_i64 }, "h": [2_i64, 1_i64, 2_i64] },
            "l": lines.to_vec(), "town": 1_i64,
        },
        doc! { "_id": 2_i64, "s": { "c": 1_i64 }, "d": {}, "town": 2_i64 },
        doc! { "_id": 3_i64, "s": { "c": 2_i64 }, "b": Bson::Null, "d": { "r": Bson::Null, "h": Bson::Null }, "l": Bson::Null, "town": 3_i64 },
        doc! {
            "_id": 4_i64, "s": { "c": 9_i64 }, "b": { "c": 9_i64 }, "d": { "r": { "v": Bson::Null }, "h": [9_i64] },
            "l": [{ "p": 99_i64, "g": { "w": 99_i64 } }, { "p": 11_i64, "g": {} }], "town": 1_i64,
        },
    ]
}
