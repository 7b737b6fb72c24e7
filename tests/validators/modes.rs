//! How `sync` sets a validator: it warns by itself, refuses when asked to, and changes nothing that agrees.

use super::{options, takes};
use crate::support::{Fixture, Sent};
use bson::{Document, doc};
use chakra::{SyncStep, prelude::*};

#[derive(Debug, Clone, PartialEq, Model)]
#[chakra(collection = "notes", validator)]
struct Note {
    #[chakra(id)]
    id: i64,
    #[chakra(max_length = 5)]
    text: String,
}

/// A version of it that knows less.
mod older {
    use chakra::prelude::*;

    #[derive(Debug, Clone, PartialEq, Model)]
    #[chakra(collection = "notes")]
    pub struct Note {
        #[chakra(id)]
        pub id: i64,
    }
}

fn validator() -> Document {
    let id = doc! { "bsonType": ["int", "long", "double"], "multipleOf": 1, "minimum": i64::MIN, "maximum": i64::MAX };
    doc! { "$jsonSchema": {
        "bsonType": "object",
        "required": ["_id", "text"],
        "properties": { "_id": id, "text": { "bsonType": "string", "maxLength": 5 } },
    } }
}

fn with(action: &str) -> Document {
    doc! { "validator": validator(), "validationLevel": "strict", "validationAction": action }
}

const REFUSE: &str = "give the collection `notes` of `Note` a validator that refuses what breaks it";

fn held(broken: &str) -> String {
    format!("left to `tighten`, as the server would refuse writes; {broken}: {REFUSE}")
}

/// What a sync tells, which counts nothing.
fn offered() -> String {
    held("a plan counts what breaks it")
}

async fn fixture() -> Fixture {
    Fixture::new(|builder| builder.model::<Note>()).await
}

fn lines(plan: &chakra::SyncPlan) -> Vec<String> {
    plan.to_string().lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn a_new_collection_warns_and_refuses_when_it_is_asked_to() {
    let sent = Sent::with(|builder| builder.model::<Note>()).await;
    let create = "create the collection `notes` of `Note` with a validator that warns";
    assert_eq!(lines(&sent.db.sync().plan().await.unwrap()), [create.to_owned(), held("no document breaks it now")]);
    sent.commands();
    assert_eq!(lines(&sent.db.sync().await.unwrap()), [create.to_owned(), held("no document breaks it now")]);
    let mut created: Vec<Document> = sent.commands();
    created.retain(|command| command.contains_key("create") || command.contains_key("collMod"));
    assert_eq!(created.len(), 1);
    for (option, value) in with("warn") {
        assert_eq!(created[0].get(&option), Some(&value), "{option}");
    }
    // It warns: what breaks it is stored, and counted by a plan; a service that starts does not scan the collection for it.
    let notes = sent.raw.collection::<Document>("notes");
    notes.insert_many([doc! { "_id": 1, "text": "a" }, doc! { "_id": 2, "text": 5 }, doc! { "_id": 3 }]).await.unwrap();
    let names = |commands: &[Document]| commands.iter().map(|command| command.keys().next().unwrap().clone()).collect::<Vec<_>>();
    let reads = ["listCollections", "listIndexes", "find"];
    sent.commands();
    let again = sent.db.sync().await.unwrap();
    assert_eq!((lines(&again), names(&sent.commands())), (vec![offered()], reads.map(str::to_owned).to_vec()));
    let plan = sent.db.sync().plan().await.unwrap();
    assert_eq!(lines(&plan), [held("2 documents break it now")]);
    assert!(matches!(&plan.steps[..], [SyncStep::Held { documents: Some(2), .. }]));
    assert_eq!(names(&sent.commands()), [&reads[..], &["aggregate"]].concat());
    assert!(again.is_empty() && plan.is_empty(), "the server has what is declared");
    assert_eq!(lines(&sent.db.sync().tighten().await.unwrap()), [REFUSE]);
    let mut changed = sent.commands();
    changed.retain(|command| command.contains_key("collMod"));
    assert_eq!(changed.len(), 1);
    for (option, value) in with("error") {
        assert_eq!(changed[0].get(&option), Some(&value), "{option}");
    }
    notes.insert_one(doc! { "_id": 4 }).await.unwrap_err();
    sent.commands();
    // What agrees is not touched, neither plainly nor tightened.
    assert!(sent.db.sync().await.unwrap().steps.is_empty());
    assert!(sent.db.sync().tighten().await.unwrap().steps.is_empty());
    assert_eq!(names(&sent.commands()), [reads, reads].concat());
}

#[tokio::test]
async fn a_new_collection_refuses_at_once_where_it_is_asked_to() {
    let fixture = fixture().await;
    fixture.db.sync().tighten().await.unwrap();
    assert_eq!(options(&fixture, "notes").await, with("error"));
    assert!(!takes(&fixture, "notes", &doc! { "_id": 1 }).await);
}

#[tokio::test]
async fn a_collection_that_is_there_is_warned_of_and_keeps_its_documents() {
    let fixture = fixture().await;
    fixture.store("notes", doc! { "_id": 1 }).await;
    let warn = "give the collection `notes` of `Note` a validator that warns";
    assert_eq!(lines(&fixture.db.sync().plan().await.unwrap()), [warn.to_owned(), held("1 document breaks it now")]);
    assert_eq!(lines(&fixture.db.sync().await.unwrap()), [warn.to_owned(), offered()]);
    assert_eq!(options(&fixture, "notes").await, with("warn"));
    fixture.db.sync().tighten().await.unwrap();
    assert_eq!(options(&fixture, "notes").await, with("error"));
    assert_eq!(fixture.stored("notes").await, [doc! { "_id": 1 }]);
}

#[tokio::test]
async fn one_that_refuses_is_never_changed_by_a_plain_sync() {
    let fixture = fixture().await;
    let other = doc! { "$jsonSchema": { "required": ["more"] } };
    fixture.raw.run_command(doc! { "create": "notes", "validator": other.clone() }).await.unwrap();
    let done = fixture.db.sync().await.unwrap();
    assert_eq!(lines(&done), [offered() + ", instead of another"]);
    assert!(!done.is_empty(), "the declared one is missing");
    assert_eq!(*options(&fixture, "notes").await.get_document("validator").unwrap(), other);
    // One that warns is.
    fixture.raw.run_command(doc! { "collMod": "notes", "validationAction": "warn" }).await.unwrap();
    let done = fixture.db.sync().await.unwrap();
    assert!(matches!(&done.steps[0], SyncStep::SetValidator { refuses: false, found: Some(found), .. } if *found == other), "{done}");
    assert_eq!(options(&fixture, "notes").await, with("warn"));
}

#[tokio::test]
async fn one_that_no_model_declares_is_told_and_stays() {
    let fixture = Fixture::new(|builder| builder.model::<older::Note>()).await;
    fixture.raw.run_command(doc! { "create": "notes", "validator": { "a": 1 } }).await.unwrap();
    for plan in [fixture.db.sync().await.unwrap(), fixture.db.sync().tighten().await.unwrap()] {
        assert_eq!(lines(&plan), ["the validator of `notes` is unknown to the models and is left untouched"]);
        assert!(plan.is_empty());
    }
    assert_eq!(*options(&fixture, "notes").await.get_document("validator").unwrap(), doc! { "a": 1 });
}

#[tokio::test]
async fn several_services_may_set_it_at_once() {
    let fixture = fixture().await;
    let syncs = (0..8).map(|_| fixture.db.sync().into_future());
    for done in futures::future::join_all(syncs).await {
        done.unwrap();
    }
    assert_eq!(options(&fixture, "notes").await, with("warn"));
}

#[tokio::test]
async fn capped_and_clustered_collections_are_checked_too() {
    #[derive(Debug, Clone, Model)]
    #[chakra(collection = "logs", validator, capped(size = "4KiB"))]
    struct Log {
        #[chakra(id)]
        id: i64,
    }
    #[derive(Debug, Clone, Model)]
    #[chakra(collection = "keys", validator, clustered)]
    struct Key {
        #[chakra(id)]
        id: i64,
    }
    let fixture = Fixture::new(|builder| builder.model::<Log>().model::<Key>()).await;
    fixture.db.sync().tighten().await.unwrap();
    assert!(fixture.db.sync().await.unwrap().steps.is_empty());
    for collection in ["logs", "keys"] {
        assert!(takes(&fixture, collection, &doc! { "_id": 1 }).await);
        assert!(!takes(&fixture, collection, &doc! { "_id": "a" }).await);
    }
}
