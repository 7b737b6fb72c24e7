//! What becomes of an update: what is sent for it, and what it makes of a document that lacks the field, of one that has null there, and of
//! others; the server and memory make the same of each.

use super::{
    code,
    documents::{MISSING, NULL, put},
    model::Item,
    updates::Change,
};
use crate::support::Sent;
use bson::{Bson, Document};
use chakra::{Error, codec::to_bson};

/// How many documents beside the two an update is made to, so that every list and every `Option` is there in more than one way.
const OTHERS: i64 = 12;

/// A collection whose documents are put there anew for each example.
pub struct Changes {
    sent: Sent,
}

/// An update's line in the page.
pub struct Changed {
    pub operator: &'static str,
    pub example: String,
    /// The update that the server receives, and by which filters it names the items of lists.
    pub sent: String,
    /// The documents that the command leaves out, whatever the key says.
    pub beside: Option<String>,
    /// What it makes of the document that lacks the field, and of the one that has null there: cells of the table.
    pub missing: String,
    pub null: String,
}

impl Changes {
    pub async fn new() -> Self {
        Self { sent: Sent::with(|builder| builder.model::<Item>()).await }
    }

    /// Makes the update on the server, document by document, and in memory where that can be.
    pub async fn update(&self, change: Change) -> Changed {
        let example = change.example.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut cells = Vec::new();
        for item in put(&self.sent, OTHERS).await {
            cells.push((item.id, self.make(&example, &change, &item).await));
        }
        let of = |id: i64| cells.iter().find(|(of, _)| *of == id).map(|(_, made)| made).unwrap();
        let (missing, null) = (of(MISSING), of(NULL));
        assert_eq!((&missing.sent, &missing.beside), (&null.sent, &null.beside), "{example}");
        Changed {
            operator: change.operator,
            example,
            sent: missing.sent.clone(),
            beside: missing.beside.clone(),
            missing: missing.becomes.clone(),
            null: null.becomes.clone(),
        }
    }

    async fn make(&self, example: &str, change: &Change, item: &Item) -> Made {
        self.sent.commands();
        let found = self.sent.db.update(Item::id.eq(item.id)).with(change.update.clone()).await;
        // What follows an update that reached nothing is not the update's own form.
        let command = self.sent.commands().into_iter().find(|command| command.contains_key("findAndModify")).unwrap();
        let mut expected = item.clone();
        let becomes = match (found, change.update.apply(&mut expected)) {
            (Ok(found), Ok(())) => {
                assert_eq!(found, expected, "{example}: the server and memory differ on {item:?}");
                code(&read(&found, &change.path))
            }
            (Err(found @ Error::Invalid { .. }), Err(expected)) => {
                assert_eq!(found.to_string(), expected.to_string(), "{example}: the server and memory differ on {item:?}");
                "refused".to_owned()
            }
            (Ok(_), Err(Error::NotInMemory { .. })) => "the server's clock".to_owned(),
            (found, expected) => panic!("{example}: the server has {found:?}, and memory {expected:?} of {item:?}"),
        };
        Made { sent: sent(&command), beside: beside(&command), becomes }
    }
}

/// What an update is to one document, and makes of it.
struct Made {
    sent: String,
    beside: Option<String>,
    becomes: String,
}

fn sent(command: &Document) -> String {
    let update = json(command.get("update").unwrap());
    command.get("arrayFilters").map_or_else(|| update.clone(), |filters| format!("{update}, arrayFilters: {}", json(filters)))
}

fn beside(command: &Document) -> Option<String> {
    command.get_document("query").unwrap().get("$nor").map(json)
}

/// What the model reads at the path.
fn read(item: &Item, path: &str) -> String {
    let value = path.split('.').try_fold(to_bson(item).unwrap(), |value, name| value.as_document()?.get(name).cloned());
    value.as_ref().map_or_else(|| "None".to_owned(), json)
}

fn json(value: &Bson) -> String {
    value.clone().into_relaxed_extjson().to_string()
}
