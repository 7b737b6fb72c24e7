//! What becomes of an example: what is sent for it, what it says of a field that is not there, and how the server looks it up.

use super::{
    filters::Question,
    model::{Address, Item, Line, Media},
};
use crate::support::{Access, Sent};
use bson::{Bson, Document, doc};
use chakra::{Error, model::Point, prelude::*};
use std::collections::{BTreeMap, BTreeSet};

/// The document that has an id and nothing else.
const MISSING: i64 = 1;
/// The document that has null in every other field.
const NULL: i64 = 2;

/// A collection with an index on every field, in which these two stand among others.
pub struct Asked {
    sent: Sent,
    items: Vec<Item>,
}

/// One line of the page.
pub struct Row {
    pub operator: &'static str,
    pub example: String,
    /// What the server receives.
    pub sent: String,
    /// What it says of, or does with, the document that lacks the field, and the one that has null there.
    pub missing: &'static str,
    pub null: &'static str,
    pub index: &'static str,
}

impl Asked {
    pub async fn new() -> Self {
        let sent = Sent::with(|builder| builder.model::<Item>()).await;
        sent.db.sync().await.unwrap();
        // No model can declare one of this kind.
        let index = doc! { "key": { "place": "2dsphere" }, "name": "place_2dsphere" };
        sent.raw.run_command(doc! { "createIndexes": "items", "indexes": [index] }).await.unwrap();
        let others = Item::schema().fields.iter().filter(|field| field.stored != "_id");
        let mut null: Document = others.map(|field| (field.stored.to_owned(), Bson::Null)).collect();
        null.insert("_id", NULL);
        sent.raw.collection::<Document>("items").insert_many([doc! { "_id": MISSING }, null]).await.unwrap();
        let filled: Vec<Item> = (3..=100).map(item).collect();
        sent.db.insert_many(&filled).await.unwrap();
        let items = sent.db.find_many(Item::all()).await.unwrap();
        assert_eq!(items.len(), 100);
        Self { sent, items }
    }

    /// Asks the server, and memory where it can answer.
    pub async fn filter(&self, question: Question) -> Row {
        let Question { operator, example, filter } = question;
        let found = self.sent.db.find_many(filter.clone()).await.unwrap_or_else(|error| panic!("{example}: {error}"));
        let found: BTreeSet<i64> = found.iter().map(|item| item.id).collect();
        for item in &self.items {
            match filter.matches(item) {
                Ok(matches) => assert_eq!(matches, found.contains(&item.id), "{example}: memory and the server differ on {item:?}"),
                Err(Error::NotInMemory { .. }) => {}
                Err(error) => panic!("{example}: {error}"),
            }
        }
        let says = |id: i64| if found.contains(&id) { "matches" } else { "does not match" };
        let index = match self.sent.explain().await {
            Access::Keys => "IXSCAN",
            Access::AllKeys => "IXSCAN, all keys",
            Access::Documents => "COLLSCAN",
        };
        // The compiler breaks what is long into lines.
        let example = example.split_whitespace().collect::<Vec<_>>().join(" ");
        Row { operator, example, sent: self.sent.part("filter"), missing: says(MISSING), null: says(NULL), index }
    }
}

/// Lists of no, one and two items, so that an index of them knows that they are lists, and every `Option` as both.
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
        tags: texts(id % 3),
        notes: (id % 2 != 0).then(|| texts(id % 3)),
        lines: (0..small % 3).map(|at| Line { sku: format!("s{small}"), qty: at }).collect(),
        home: (id % 3 != 0).then(address),
        cover: (id % 3 != 0).then(|| if id % 2 == 0 { photo() } else { link() }),
        sizes: BTreeMap::from([("s".to_owned(), small)]),
        place: (id % 3 != 0).then(|| Point::new(f64::from(small), 40.0)),
    }
}
