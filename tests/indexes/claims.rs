//! A sync that takes its time while others start: they wait, see what is being built, and change nothing until it is through.
//!
//! Each test holds builds in a server of its own, by a fail point that stops all builds of a server.

use super::{
    building::{Book, SERVED, SOON, filled, hold, lines, served, still_building},
    listed,
};
use crate::support::{Fixture, HANGS, deadlines};
use bson::{Document, doc, oid::ObjectId};
use chakra::{CommandRecord, Db, Error, StillBuilding, SyncMode, prelude::*};
use chakra_testkit::TestServer;
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

/// The same books with the unique index alone.
#[derive(Debug, Clone, Model)]
#[chakra(collection = "books", unique(isbn))]
struct Numbered {
    #[chakra(id)]
    id: i64,
    isbn: String,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "books", validator)]
struct Checked {
    #[chakra(id)]
    id: i64,
}

/// Looks until it is so; a limit against hanging alone.
async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let looked = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    assert!(tokio::time::timeout(HANGS, looked).await.is_ok(), "{what}");
}

async fn is_building(fixture: &Fixture) -> bool {
    let reply = fixture.raw.run_command(doc! { "listIndexes": "books", "includeBuildUUIDs": true }).await.unwrap();
    let found = reply.get_document("cursor").unwrap().get_array("firstBatch").unwrap();
    found.iter().any(|index| index.as_document().unwrap().contains_key("buildUUID"))
}

/// What is kept of the collection.
async fn kept(fixture: &Fixture) -> Document {
    fixture.stored("_chakra_schema").await.pop().unwrap()
}

/// Begins to build an index that another service declares.
async fn build(fixture: &Fixture, index: Document) -> tokio::task::JoinHandle<()> {
    let raw = fixture.raw.clone();
    let built = tokio::spawn(async move {
        raw.run_command(doc! { "createIndexes": "books", "indexes": [index] }).await.unwrap();
    });
    until("the build begins", async || is_building(fixture).await).await;
    built
}

/// A sync of another service in the middle of its first build.
async fn at_work(fixture: &Fixture) -> tokio::task::JoinHandle<()> {
    let db = Db::builder(&fixture.uri).model::<Book>().connect().await.unwrap();
    let sync = tokio::spawn(async move { drop(db.sync().await.unwrap()) });
    until("the build begins", async || is_building(fixture).await).await;
    sync
}

fn changes_anything(sent: &[String]) -> bool {
    sent.iter().any(|command| ["create", "createIndexes", "collMod", "dropIndexes"].contains(&command.as_str()))
}

#[tokio::test]
async fn a_claim_is_renewed_while_a_build_lasts_and_the_next_one_waits() {
    let server = TestServer::start().await.unwrap();
    let fixture = filled(&server).await;
    hold(&fixture, "alwaysOn").await;
    let first = at_work(&fixture).await;
    let claimed = kept(&fixture).await;
    let by = claimed.get_object_id("by").unwrap();
    fixture.commands();
    let db = fixture.db.clone();
    let second = tokio::spawn(async move { db.sync().await });
    // A renewal comes every second, and after five without one a claim is taken over.
    let (mut at, mut renewals) = (*claimed.get_datetime("at").unwrap(), 0);
    until("the claim is renewed", async || {
        let now = kept(&fixture).await;
        assert_eq!(now.get_object_id("by").unwrap(), by, "it was taken over");
        let renewed = *now.get_datetime("at").unwrap();
        renewals += i32::from(renewed != at);
        at = renewed;
        renewals > 7
    })
    .await;
    let sent = fixture.commands();
    assert!(sent.iter().any(|command| command == "update") && !changes_anything(&sent), "{sent:?}");

    hold(&fixture, "off").await;
    first.await.unwrap();
    second.await.unwrap().unwrap();
    assert_eq!(listed(&fixture, "books").await.len(), 2);
    assert_eq!(kept(&fixture).await.get("by"), None);
}

#[tokio::test]
async fn a_sync_whose_claim_was_taken_over_stops_and_begins_anew() {
    let server = TestServer::start().await.unwrap();
    let fixture = filled(&server).await;
    hold(&fixture, "alwaysOn").await;
    let db = fixture.db.clone();
    let sync = tokio::spawn(async move { db.sync().await });
    until("the build begins", async || is_building(&fixture).await).await;
    let other = ObjectId::new();
    fixture.commands();
    let records = fixture.raw.collection::<Document>("_chakra_schema");
    let taken = doc! { "$set": { "by": other }, "$currentDate": { "at": true } };
    records.update_one(doc! { "_id": "books" }, taken).await.unwrap();
    // Who waits looks at the claim; who is at work renews it alone.
    let mut sent = Vec::new();
    until("it notices", async || {
        sent.extend(fixture.commands());
        sent.iter().any(|command| command == "find")
    })
    .await;
    // Up to then: should this test be held up, it takes the claim over in its turn.
    let looked = sent.iter().position(|command| command == "find").unwrap();
    assert!(!changes_anything(&sent[..looked]), "{sent:?}");
    records.update_one(doc! { "_id": "books", "by": other }, doc! { "$unset": { "by": "" } }).await.unwrap();
    hold(&fixture, "off").await;
    sync.await.unwrap().unwrap();
    assert_eq!(listed(&fixture, "books").await.len(), 2);
    assert_eq!(kept(&fixture).await.get("by"), None);
}

#[tokio::test]
async fn a_sync_that_is_given_up_gives_up_its_claim() {
    let server = TestServer::start().await.unwrap();
    let fixture = filled(&server).await;
    hold(&fixture, "alwaysOn").await;
    let sync = at_work(&fixture).await;
    assert!(kept(&fixture).await.contains_key("by"));
    sync.abort();
    assert!(sync.await.unwrap_err().is_cancelled());
    until("the claim is given up", async || !kept(&fixture).await.contains_key("by")).await;
    hold(&fixture, "off").await;
    fixture.db.sync().await.unwrap();
    assert_eq!(listed(&fixture, "books").await.len(), 2);
}

#[tokio::test]
async fn while_another_service_builds_a_deadline_says_what() {
    let server = TestServer::start().await.unwrap();
    let fixture = filled(&server).await;
    hold(&fixture, "alwaysOn").await;
    let first = at_work(&fixture).await;
    still_building(async |soon| fixture.db.sync().deadline(soon).await.map(drop)).await;
    served(&fixture).await;

    // Connecting takes both alike.
    let builder = |soon| Db::builder(&fixture.uri).model::<Book>().sync(SyncMode::Apply).sync_deadline(soon);
    still_building(async |soon| builder(soon).connect().await.map(drop)).await;
    let mut planned = Vec::new();
    for soon in deadlines(SOON) {
        let serving = builder(soon).still_building(StillBuilding::Serve).connect().await.unwrap();
        planned = lines(serving.sync_plan().unwrap());
        if planned == SERVED {
            break;
        }
    }
    assert_eq!(planned, SERVED);
    hold(&fixture, "off").await;
    first.await.unwrap();
    assert!(fixture.db.sync().await.unwrap().steps.is_empty());
}

#[tokio::test]
async fn what_is_still_being_built_is_not_verified() {
    let server = TestServer::start().await.unwrap();
    let fixture = filled(&server).await;
    hold(&fixture, "alwaysOn").await;
    let built = build(&fixture, doc! { "key": { "isbn": 1 }, "name": "isbn_1", "unique": true }).await;
    let verify = || Db::builder(&fixture.uri).model::<Numbered>().sync(SyncMode::Verify).connect();
    let error = verify().await.unwrap_err();
    let Error::OutOfSync(plan) = &error else { panic!("{error:?}") };
    assert_eq!(plan.to_string(), "the index `isbn_1` on `books` is still being built, and guards nothing before it is");
    hold(&fixture, "off").await;
    built.await.unwrap();
    assert!(verify().await.unwrap().sync_plan().unwrap().steps.is_empty());
}

#[tokio::test]
async fn a_validator_is_set_when_a_build_is_through() {
    let server = TestServer::start().await.unwrap();
    let fixture = filled(&server).await;
    let tried = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&tried);
    let count = move |command: &CommandRecord| {
        count.fetch_add(usize::from(command.name() == "collMod"), Ordering::SeqCst);
    };
    let db = Db::builder(&fixture.uri).model::<Checked>().on_command(count).connect().await.unwrap();
    hold(&fixture, "alwaysOn").await;
    let built = build(&fixture, doc! { "key": { "pages": 1 }, "name": "by hand" }).await;
    let sync = tokio::spawn(async move { db.sync().await });
    // The server refuses it while it builds.
    until("it is tried again", async || tried.load(Ordering::SeqCst) > 1).await;
    assert!(!sync.is_finished());
    hold(&fixture, "off").await;
    built.await.unwrap();
    sync.await.unwrap().unwrap();
    let options = fixture.raw.run_command(doc! { "listCollections": 1, "filter": { "name": "books" } }).await.unwrap();
    let options = options.get_document("cursor").unwrap().get_array("firstBatch").unwrap()[0].as_document().unwrap().clone();
    assert_eq!(options.get_document("options").unwrap().get_str("validationAction").unwrap(), "warn");
}
