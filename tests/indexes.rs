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
use chakra::prelude::*;
use std::thread;

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

/// Stores a document from inside of a listener, in another thread and on a runtime of its own: the test's is held up meanwhile.
fn store_apart(uri: &str, collection: &'static str, document: Document) {
    let uri = uri.to_owned();
    let store = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let client = mongodb::Client::with_uri_str(uri).await.unwrap();
            client.default_database().unwrap().collection::<Document>(collection).insert_one(document).await.unwrap();
        });
    };
    thread::spawn(store).join().unwrap();
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

#[derive(Debug, Clone, Model)]
struct Owner {
    #[chakra(id)]
    id: i64,
    #[chakra(relation = OneToMany, foreign_key = owner_id)]
    things: Related<Vec<Thing>>,
}

/// Its first key has no index, its second one the usual.
#[derive(Debug, Clone, Model)]
struct Thing {
    #[chakra(id)]
    id: i64,
    owner_id: i64,
    #[chakra(relation = ManyToOne, foreign_key = owner_id, index = false)]
    owner: Related<Owner>,
    maker_id: i64,
    #[chakra(relation = ManyToOne, foreign_key = maker_id, index = true)]
    maker: Related<Owner>,
    user_ids: Vec<i64>,
    #[chakra(relation = ManyToMany, ids = user_ids, index = false)]
    users: Related<Vec<Owner>>,
}

#[tokio::test]
async fn a_key_has_an_index_unless_it_says_not() {
    let fixture = Fixture::new(|builder| builder.model::<Thing>()).await;
    let db = &fixture.db;
    db.sync().await.unwrap();
    let names: Vec<String> = listed(&fixture, "things").await.iter().map(|index| index.get_str("name").unwrap().to_owned()).collect();
    assert_eq!(names, ["maker_id_1"]);
    assert_eq!(left(&fixture).await, [""; 0]);
    // The relation is followed all the same.
    db.insert_many(&[Owner { id: 1, things: Related::default() }]).await.unwrap();
    db.create(Thing::draft().id(1).owner_id(1).maker_id(1).users(connect([Owner::id.eq(1)]))).await.unwrap();
    let owner = db.get(Owner::id.eq(1)).include(Owner::things.include(Thing::users)).await.unwrap();
    assert_eq!(owner.things.get().unwrap()[0].users.get().unwrap().len(), 1);
}
