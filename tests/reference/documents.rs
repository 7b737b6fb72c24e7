//! The documents that the examples are about: one without its fields, one with null in all of them, and others that have something there.

use super::model::{Address, Frame, Item, Line, Media};
use crate::support::Sent;
use bson::{Bson, Document, doc};
use chakra::{model::Point, prelude::*};
use std::collections::BTreeMap;

/// The document that has an id and nothing else.
pub const MISSING: i64 = 1;
/// The document that has null in every other field.
pub const NULL: i64 = 2;

/// Puts these two there and so many others, in place of all that is there, and reads them as the model does, in the order of their ids.
pub async fn put(sent: &Sent, others: i64) -> Vec<Item> {
    let collection = sent.raw.collection::<Document>("items");
    collection.delete_many(doc! {}).await.unwrap();
    let fields = Item::schema().fields.iter().filter(|field| field.stored != "_id");
    let mut null: Document = fields.map(|field| (field.stored.to_owned(), Bson::Null)).collect();
    null.insert("_id", NULL);
    collection.insert_many([doc! { "_id": MISSING }, null]).await.unwrap();
    let filled: Vec<Item> = (3..3 + others).map(item).collect();
    sent.db.insert_many(&filled).await.unwrap();
    let items = sent.db.find_many(Item::all()).order_by(Item::id.asc()).await.unwrap();
    assert_eq!(items.len(), filled.len() + 2);
    items
}

/// Lists of no, one and more items, so that an index of them knows that they are lists, and every `Option` as both.
fn item(id: i64) -> Item {
    let small = i32::try_from(id).unwrap();
    let texts = |many: i64| (0..many).map(|at| format!("{at}-{id}")).collect::<Vec<_>>();
    let address = || Address { street: "s".into(), city: format!("c{}", id % 9) };
    let photo = || Media::Photo { url: format!("u{id}"), width: small };
    let link = || Media::Link { url: format!("u{id}") };
    Item {
        id,
        name: (id % 3 != 0).then(|| format!("n{id}")),
        alias: (id % 4 != 0).then(|| format!("n{}", id + id % 2)),
        stock: (id % 5 != 0).then_some(small),
        rank: id,
        hits: id,
        score: small % 11,
        tags: texts(id % 3),
        notes: (id % 2 != 0).then(|| texts(id % 3)),
        codes: (0..small % 4).map(|at| at + 2).collect(),
        lines: (0..small % 3).map(|at| Line { sku: format!("s{small}"), qty: at }).collect(),
        home: (id % 3 != 0).then(address),
        frame: Frame { width: small, height: 1 },
        cover: (id % 3 != 0).then(|| if id % 2 == 0 { photo() } else { link() }),
        sizes: BTreeMap::from([("s".to_owned(), small)]),
        place: (id % 3 != 0).then(|| Point::new(f64::from(small), 40.0)),
        seen: (id % 2 == 0).then(|| DateTime::from_timestamp_millis(id)).flatten(),
    }
}
