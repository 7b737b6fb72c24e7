//! What becomes of a filter: what is sent for it, what it says of a field that is not there, and how the server looks it up.

use super::{
    documents::{MISSING, NULL, put},
    filters::Question,
    model::Item,
};
use crate::support::{Access, Sent};
use bson::doc;
use chakra::Error;
use std::collections::BTreeSet;

/// A collection with an index on every field that a filter is asked of.
pub struct Asked {
    sent: Sent,
    items: Vec<Item>,
}

/// A filter's line in the page.
pub struct Row {
    pub operator: &'static str,
    pub example: String,
    /// What the server receives.
    pub sent: String,
    /// What it says of the document that lacks the field, and of the one that has null there.
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
        let items = put(&sent, 98).await;
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
