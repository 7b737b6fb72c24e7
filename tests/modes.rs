//! What connecting does with the declarations: nothing, a plan, a refusal, or what `sync` does.

use crate::support::Fixture;
use bson::{Document, doc};
use chakra::{Builder, CommandRecord, Db, Error, Result, SyncMode, prelude::*};
use std::sync::{Arc, Mutex};

#[derive(Debug, Clone, Model)]
#[chakra(collection = "members", index(joined, hidden))]
struct Member {
    #[chakra(id)]
    id: i64,
    #[chakra(unique)]
    mail: String,
    joined: i64,
}

/// Another version of it.
#[derive(Debug, Clone, Model)]
#[chakra(collection = "members", index(joined))]
struct Earlier {
    #[chakra(id)]
    id: i64,
    #[chakra(unique)]
    mail: String,
    joined: i64,
}

/// Connects in a mode; gives the handle and what was sent.
async fn connected(fixture: &Fixture, register: impl FnOnce(Builder) -> Builder) -> (Result<Db>, Vec<String>) {
    let commands = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&commands);
    // A handle that is given up may say goodbye.
    let keep = move |command: &CommandRecord| {
        if command.name() != "endSessions" {
            record.lock().unwrap().push(command.name().to_owned());
        }
    };
    let builder = Db::builder(&fixture.uri).on_command(keep);
    let connected = register(builder).connect().await;
    let sent = std::mem::take(&mut *commands.lock().unwrap());
    (connected, sent)
}

fn lines(db: &Db) -> Vec<String> {
    db.sync_plan().unwrap().to_string().lines().map(str::to_owned).collect()
}

async fn collections(fixture: &Fixture) -> Vec<String> {
    let mut names = fixture.raw.list_collection_names().await.unwrap();
    names.sort();
    names
}

const MISSING: [&str; 3] = [
    "create the collection `members` of `Member`",
    "create the index `joined_1` on `members`: { \"joined\": 1 }, hidden",
    "create the index `mail_1` on `members`: { \"mail\": 1 }, unique",
];

#[tokio::test]
async fn off_is_the_default_and_looks_at_nothing() {
    let fixture = Fixture::new(|builder| builder).await;
    for register in [|builder: Builder| builder.model::<Member>(), |builder: Builder| builder.model::<Member>().sync(SyncMode::Off)] {
        let (db, sent) = connected(&fixture, register).await;
        assert_eq!((db.unwrap().sync_plan(), sent), (None, vec!["hello".to_owned()]));
    }
    assert_eq!(collections(&fixture).await, Vec::<String>::new());
    assert_eq!(SyncMode::default(), SyncMode::Off);
}

#[tokio::test]
async fn a_plan_is_kept_with_the_handle_and_changes_nothing() {
    let fixture = Fixture::new(|builder| builder).await;
    let (db, sent) = connected(&fixture, |builder| builder.model::<Member>().sync(SyncMode::Plan)).await;
    let db = db.unwrap();
    let mut planned = lines(&db);
    planned.sort();
    assert_eq!(planned, MISSING);
    assert_eq!(db.clone().sync_plan(), Some(&db.sync().plan().await.unwrap()));
    assert_eq!(sent, ["hello", "listCollections", "find"]);
    assert_eq!(collections(&fixture).await, Vec::<String>::new());
}

#[tokio::test]
async fn verify_refuses_to_start_until_the_server_is_as_declared() {
    let fixture = Fixture::new(|builder| builder).await;
    let verify = |builder: Builder| builder.model::<Member>().sync(SyncMode::Verify);
    let (refused, sent) = connected(&fixture, verify).await;
    let error = refused.unwrap_err();
    let Error::OutOfSync(plan) = &error else { panic!("{error:?}") };
    assert_eq!(plan.steps.len(), 3);
    assert!(
        error.to_string().starts_with("the server is not as the models declare: create the collection `members` of `Member`; "),
        "{error}"
    );
    assert!(MISSING.iter().all(|step| error.to_string().contains(step)), "{error}");
    assert!(!error.is_retryable());
    assert_eq!(sent, ["hello", "listCollections", "find"]);
    assert_eq!(collections(&fixture).await, Vec::<String>::new());

    let (db, _) = connected(&fixture, |builder| builder.model::<Member>().sync(SyncMode::Apply)).await;
    db.unwrap();
    // An index that no model knows is no reason.
    let by_hand = doc! { "createIndexes": "members", "indexes": [{ "key": { "old": 1 }, "name": "old_1" }] };
    fixture.raw.run_command(by_hand).await.unwrap();
    let (db, sent) = connected(&fixture, verify).await;
    assert_eq!(lines(&db.unwrap()).len(), 1);
    assert_eq!(sent, ["hello", "listCollections", "listIndexes", "find"]);

    // What differs is one, whether it can be changed in place or not.
    for (change, text) in [
        (
            doc! { "collMod": "members", "index": { "name": "joined_1", "hidden": false } },
            "change the index `joined_1` on `members` in place: `hidden` expected true, found none",
        ),
        (doc! { "dropIndexes": "members", "index": "mail_1" }, "create the index `mail_1` on `members`: { \"mail\": 1 }, unique"),
    ] {
        fixture.raw.run_command(change).await.unwrap();
        let (refused, _) = connected(&fixture, verify).await;
        assert!(refused.unwrap_err().to_string().contains(text));
    }
}

#[tokio::test]
async fn an_older_version_verifies_while_a_newer_one_has_the_collection() {
    let fixture = Fixture::new(|builder| builder).await;
    let newer = |builder: Builder| builder.model::<Member>().generation(2).sync(SyncMode::Apply);
    connected(&fixture, newer).await.0.unwrap();
    let (db, _) = connected(&fixture, |builder| builder.model::<Earlier>().generation(1).sync(SyncMode::Verify)).await;
    let left = "left to generation 2: change the index `joined_1` on `members` in place: `hidden` expected none, found true";
    assert_eq!(lines(&db.unwrap()), [left]);
    let (refused, _) = connected(&fixture, |builder| builder.model::<Earlier>().generation(2).sync(SyncMode::Verify)).await;
    assert!(matches!(refused.unwrap_err(), Error::OutOfSync(_)));
}

#[tokio::test]
async fn apply_does_what_a_sync_does_and_keeps_what_was_done() {
    let fixture = Fixture::new(|builder| builder).await;
    let apply = |builder: Builder| builder.model::<Member>().sync(SyncMode::Apply);
    let (db, _) = connected(&fixture, apply).await;
    let mut done = lines(&db.unwrap());
    done.sort();
    assert_eq!(done, MISSING);
    assert_eq!(collections(&fixture).await, ["_chakra_schema", "members"]);
    let (db, sent) = connected(&fixture, apply).await;
    let db = db.unwrap();
    assert!(db.sync_plan().unwrap().steps.is_empty());
    assert_eq!(sent, ["hello", "listCollections", "listIndexes", "find"]);
    // The handle works, and so does a sync by it.
    db.create(Member::draft().id(1).mail("a").joined(1)).await.unwrap();
    assert!(db.sync().await.unwrap().steps.is_empty());

    // What `sync` refuses, connecting does.
    fixture.raw.run_command(doc! { "dropIndexes": "members", "index": "mail_1" }).await.unwrap();
    fixture.raw.collection::<Document>("members").insert_one(doc! { "_id": 2_i64, "mail": "a", "joined": 1_i64 }).await.unwrap();
    let (refused, _) = connected(&fixture, apply).await;
    assert!(matches!(refused.unwrap_err(), Error::Index { model: "Member", .. }));
}

#[tokio::test]
async fn every_mode_but_off_needs_models() {
    let fixture = Fixture::new(|builder| builder).await;
    for mode in [SyncMode::Plan, SyncMode::Verify, SyncMode::Apply] {
        let (refused, sent) = connected(&fixture, |builder| builder.sync(mode)).await;
        assert!(matches!(refused.unwrap_err(), Error::Schema(_)), "{mode:?}");
        assert_eq!(sent, ["hello"]);
    }
    connected(&fixture, |builder| builder.sync(SyncMode::Off)).await.0.unwrap();
}

#[tokio::test]
async fn many_may_start_at_once_in_every_mode() {
    let fixture = Fixture::new(|builder| builder).await;
    let starts = (0..12).map(|at| {
        let uri = fixture.uri.clone();
        let mode = if at % 3 == 0 { SyncMode::Plan } else { SyncMode::Apply };
        tokio::spawn(async move { Db::builder(&uri).model::<Member>().sync(mode).connect().await.map(drop) })
    });
    for start in futures::future::join_all(starts).await {
        start.unwrap().unwrap();
    }
    connected(&fixture, |builder| builder.model::<Member>().sync(SyncMode::Verify)).await.0.unwrap();
}
