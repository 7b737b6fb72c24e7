//! Every kind and option of an index on a real server: what is declared is what the server lists, a second sync changes nothing, and the server
//! uses it.
//!
//! `kinds` is about what is made, `used` about what it serves, `expiry` about documents that the server deletes, `changed` about indexes that
//! were declared otherwise before, `rebuild` and `unknown` about what is built anew and taken away when it is asked for, `building` about builds
//! that take long, `claims` about others that start meanwhile, `duplicates` about documents that stand in the way of a unique one, `partial` about filters that the server does not take,
//! `collections` about collections that are not plain, and `random` about declarations that nobody thought of.

mod building;
mod changed;
mod claims;
mod collections;
mod duplicates;
mod expiry;
mod kinds;
mod partial;
mod random;
mod rebuild;
mod unknown;
mod used;

use crate::support::Fixture;
use bson::{Document, doc};

/// What the server lists, but for the index of the ids, by name.
async fn listed(fixture: &Fixture, collection: &str) -> Vec<Document> {
    let reply = fixture.raw.run_command(doc! { "listIndexes": collection, "cursor": { "batchSize": 1_000 } }).await.unwrap();
    let found = reply.get_document("cursor").unwrap().get_array("firstBatch").unwrap();
    let mut found: Vec<Document> = found.iter().map(|index| index.as_document().unwrap().clone()).collect();
    found.iter_mut().for_each(|index| drop(index.remove("v")));
    found.retain(|index| index.get_str("name").unwrap() != "_id_");
    found.sort_by_key(|index| index.get_str("name").unwrap().to_owned());
    found
}

/// What is left to do, a step a line.
async fn left(fixture: &Fixture) -> Vec<String> {
    fixture.db.sync().plan().await.unwrap().steps.iter().map(ToString::to_string).collect()
}

/// Syncs twice, the second time with nothing left to do; gives what the server lists.
async fn synced(fixture: &Fixture, collection: &str) -> Vec<Document> {
    fixture.db.sync().await.unwrap();
    let made = listed(fixture, collection).await;
    assert_eq!(left(fixture).await, Vec::<String>::new());
    fixture.commands();
    assert!(fixture.db.sync().await.unwrap().steps.is_empty());
    let sent = fixture.commands();
    assert!(!sent.iter().any(|command| ["create", "collMod", "update"].contains(&command.as_str())), "{sent:?}");
    assert_eq!(listed(fixture, collection).await, made);
    made
}
