//! Two versions of a service on one database: what a higher generation has synced, a lower one leaves as it is.

use crate::support::{Fixture, HANGS, Sent};
use bson::{Bson, DateTime as Date, Document, doc, oid::ObjectId};
use chakra::{Db, Error, SyncStep, prelude::*};
use std::time::Duration;

/// What the older version declares.
#[derive(Debug, Clone, Model)]
#[chakra(collection = "sessions", index(at, expire_after = "3h"), index(a, hidden), index(b))]
struct Old {
    #[chakra(id)]
    id: i64,
    at: DateTime<Utc>,
    a: i32,
    b: i32,
}

/// What the newer one does: less time to live, which an empty collection gets at once, `a` shown again, and no `b`.
#[derive(Debug, Clone, Model)]
#[chakra(collection = "sessions", index(at, expire_after = "2h"), index(a))]
struct New {
    #[chakra(id)]
    id: i64,
    at: DateTime<Utc>,
    a: i32,
}

/// Of the older version alone.
#[derive(Debug, Clone, Model)]
#[chakra(collection = "carts", index(at))]
struct Cart {
    #[chakra(id)]
    id: i64,
    at: DateTime<Utc>,
}

async fn old(fixture: &Fixture) -> Db {
    Db::builder(&fixture.uri).model::<Old>().connect().await.unwrap()
}

async fn new(fixture: &Fixture) -> Db {
    Db::builder(&fixture.uri).model::<New>().generation(1).connect().await.unwrap()
}

/// What the server lists of the collection, by name, but for the ids and `b`.
async fn indexes(raw: &mongodb::Database) -> Vec<Document> {
    let reply = raw.run_command(doc! { "listIndexes": "sessions" }).await.unwrap();
    let found = reply.get_document("cursor").unwrap().get_array("firstBatch").unwrap();
    let mut found: Vec<Document> = found.iter().map(|index| index.as_document().unwrap().clone()).collect();
    found.retain(|index| !["_id_", "b_1"].contains(&index.get_str("name").unwrap()));
    found.iter_mut().for_each(|index| drop(index.remove("v")));
    found.sort_by_key(|index| index.get_str("name").unwrap().to_owned());
    found
}

fn of_old() -> [Document; 2] {
    [doc! { "key": { "a": 1 }, "name": "a_1", "hidden": true }, doc! { "key": { "at": 1 }, "name": "at_1", "expireAfterSeconds": 10_800 }]
}

fn of_new() -> [Document; 2] {
    [doc! { "key": { "a": 1 }, "name": "a_1" }, doc! { "key": { "at": 1 }, "name": "at_1", "expireAfterSeconds": 7_200 }]
}

/// What is kept of the collection, without when.
async fn kept(raw: &mongodb::Database) -> Document {
    let mut kept = raw.collection::<Document>("_chakra_schema").find_one(doc! { "_id": "sessions" }).await.unwrap().unwrap();
    assert!(matches!(kept.remove("at"), Some(Bson::DateTime(_))), "{kept}");
    kept
}

/// A document of a sync that is at it, by a clock that is so many milliseconds behind.
async fn claim(raw: &mongodb::Database, behind: i64) {
    let at = Date::from_millis(Date::now().timestamp_millis() - behind);
    let record = doc! { "_id": "sessions", "format": 1, "generation": 0_i64, "applied": [], "at": at, "by": ObjectId::new() };
    raw.collection::<Document>("_chakra_schema").insert_one(record).await.unwrap();
}

/// Every order of three starts of each version.
fn orders() -> Vec<[bool; 6]> {
    let all = (0_u32..64).filter(|bits| bits.count_ones() == 3);
    all.map(|bits| std::array::from_fn(|at| (bits >> at) & 1 == 1)).collect()
}

#[tokio::test]
async fn in_whichever_order_they_start_the_newer_one_prevails() {
    assert_eq!(orders().len(), 20);
    for order in orders() {
        let fixture = Fixture::new(|builder| builder).await;
        let (old, new) = (old(&fixture).await, new(&fixture).await);
        let mut was_new = false;
        for is_new in order {
            was_new |= is_new;
            let done = if is_new { new.sync().await.unwrap() } else { old.sync().await.unwrap() };
            let expected = if was_new { of_new() } else { of_old() };
            assert_eq!(indexes(&fixture.raw).await, expected, "{order:?}: {done}");
        }
        assert!(new.sync().await.unwrap().is_empty());
        assert_eq!(kept(&fixture.raw).await.get_i64("generation").unwrap(), 1);
    }
}

#[tokio::test]
async fn at_once_too() {
    for is_there in [false, true, false, true] {
        let fixture = Fixture::new(|builder| builder).await;
        if is_there {
            old(&fixture).await.sync().await.unwrap();
        }
        let (old, new) = (old(&fixture).await, new(&fixture).await);
        let starts = (0..16).map(|at| {
            let db = if at % 2 == 0 { old.clone() } else { new.clone() };
            tokio::spawn(async move { db.sync().await })
        });
        for start in futures::future::join_all(starts).await {
            start.unwrap().unwrap();
        }
        assert_eq!(indexes(&fixture.raw).await, of_new());
        let kept = kept(&fixture.raw).await;
        assert_eq!((kept.get_i64("generation").unwrap(), kept.get("by")), (1, None), "no claim is left: {kept}");
    }
}

#[tokio::test]
async fn a_lower_generation_tells_what_it_leaves_and_only_reads() {
    let fixture = Fixture::new(|builder| builder.model::<Old>().model::<Cart>()).await;
    new(&fixture).await.sync().await.unwrap();
    let left = [
        "left to generation 1: change the index `at_1` on `sessions` in place: `expireAfterSeconds` expected 10800, found 7200",
        "left to generation 1: change the index `a_1` on `sessions` in place: `hidden` expected true, found none",
        "left to generation 1: create the index `b_1` on `sessions`: { \"b\": 1 }",
    ];
    let carts = ["create the collection `carts` of `Cart`", "create the index `at_1` on `carts`: { \"at\": 1 }"];
    let plan = fixture.db.sync().plan().await.unwrap();
    assert_eq!(plan.to_string().lines().collect::<Vec<_>>(), [&left[..], &carts[..]].concat());
    // What nobody newer has is made.
    assert_eq!(fixture.db.sync().await.unwrap(), plan);
    fixture.commands();
    let done = fixture.db.sync().await.unwrap();
    assert_eq!(done.to_string().lines().collect::<Vec<_>>(), left);
    assert!(done.is_empty(), "it is no work of this version");
    // Of both it is looked at what is there, and whether the sessions of the older version are empty.
    assert_eq!(fixture.commands(), ["listCollections", "listIndexes", "find", "listIndexes", "find"]);
    assert_eq!(indexes(&fixture.raw).await, of_new());

    // What it would delete is not even counted, and `tighten` takes none of it.
    fixture.store("sessions", doc! { "_id": 1_i64, "at": Date::now(), "a": 1, "b": 1 }).await;
    let shorter = Db::builder(&fixture.uri).model::<Shorter>().connect().await.unwrap();
    let step = "left to generation 1: change the index `at_1` on `sessions` in place: `expireAfterSeconds` expected 3600, found 7200";
    for done in [shorter.sync().await.unwrap(), shorter.sync().tighten().await.unwrap()] {
        assert_eq!(done.to_string().lines().next(), Some(step));
        assert!(done.steps.iter().all(|step| matches!(step, SyncStep::LeftTo { generation: 1, .. })), "{done}");
    }
    assert_eq!(indexes(&fixture.raw).await, of_new());
    // A collection that the newer version has dropped does not come back either.
    fixture.raw.collection::<Document>("sessions").drop().await.unwrap();
    let done = fixture.db.sync().await.unwrap();
    assert_eq!(done.to_string().lines().next(), Some("left to generation 1: create the collection `sessions` of `Old`"));
    assert!(!fixture.raw.list_collection_names().await.unwrap().contains(&"sessions".to_owned()));
}

/// The least time to live of all.
#[derive(Debug, Clone, Model)]
#[chakra(collection = "sessions", index(at, expire_after = "1h"))]
struct Shorter {
    #[chakra(id)]
    id: i64,
    at: DateTime<Utc>,
}

#[tokio::test]
async fn of_equal_generations_each_brings_what_it_declares() {
    let fixture = Fixture::new(|builder| builder.model::<Old>().generation(7)).await;
    let other = Db::builder(&fixture.uri).model::<New>().generation(7).connect().await.unwrap();
    for _ in 0..2 {
        fixture.db.sync().await.unwrap();
        assert_eq!(indexes(&fixture.raw).await, of_old());
        other.sync().await.unwrap();
        assert_eq!(indexes(&fixture.raw).await, of_new());
    }
    // To go back for good the older version takes a higher one.
    Db::builder(&fixture.uri).model::<Old>().generation(u32::MAX).connect().await.unwrap().sync().await.unwrap();
    assert_eq!(indexes(&fixture.raw).await, of_old());
    assert_eq!(kept(&fixture.raw).await.get_i64("generation").unwrap(), i64::from(u32::MAX));
}

#[tokio::test]
async fn what_is_kept_and_sent_is_exactly_this() {
    let sent = Sent::with(|builder| builder.model::<Cart>().generation(3)).await;
    sent.commands();
    sent.db.sync().await.unwrap();
    let commands = sent.commands();
    let names: Vec<&str> = commands.iter().map(|command| command.keys().next().unwrap().as_str()).collect();
    assert_eq!(names, ["listCollections", "find", "update", "listCollections", "create", "createIndexes", "update"]);
    assert_eq!(*commands[1].get_document("filter").unwrap(), doc! { "_id": { "$in": ["carts"] } });
    let update = |at: usize| {
        assert_eq!(commands[at].get_str("update").unwrap(), "_chakra_schema");
        commands[at].get_array("updates").unwrap()[0].as_document().unwrap().clone()
    };
    let claim = update(2);
    let free = doc! { "_id": "carts", "format": 1, "generation": { "$lte": 3_i64 }, "by": Bson::Null };
    assert_eq!(*claim.get_document("q").unwrap(), free);
    assert!(claim.get_bool("upsert").unwrap());
    let mut set = claim.get_document("u").unwrap().get_document("$set").unwrap().clone();
    let by = set.remove("by").unwrap();
    assert!(matches!(by, Bson::ObjectId(_)));
    assert_eq!(set, doc! { "generation": 3_i64 });
    let steps = ["create the collection `carts` of `Cart`", "create the index `at_1` on `carts`: { \"at\": 1 }"];
    let release = doc! {
        "q": { "_id": "carts", "by": by },
        "u": { "$unset": { "by": "" }, "$set": { "applied": steps.to_vec() }, "$currentDate": { "at": true } },
    };
    let given_up = update(6);
    assert_eq!((given_up.get("q"), given_up.get("u"), given_up.get("upsert")), (release.get("q"), release.get("u"), None));

    let mut kept = sent.raw.collection::<Document>("_chakra_schema").find_one(doc! {}).await.unwrap().unwrap();
    assert!(matches!(kept.remove("at"), Some(Bson::DateTime(_))));
    let expected = doc! { "_id": "carts", "format": 1, "generation": 3_i64, "applied": steps.to_vec() };
    assert_eq!(kept, expected);

    sent.commands();
    sent.db.sync().await.unwrap();
    let again = sent.commands();
    let names: Vec<&str> = again.iter().map(|command| command.keys().next().unwrap().as_str()).collect();
    assert_eq!(names, ["listCollections", "listIndexes", "find"], "nothing is written");
}

#[tokio::test]
async fn a_generation_that_rises_is_kept_and_what_was_applied_stays() {
    let fixture = Fixture::new(|builder| builder.model::<New>()).await;
    fixture.db.sync().await.unwrap();
    let before = kept(&fixture.raw).await;
    assert_eq!((before.get_i64("generation").unwrap(), before.get_array("applied").unwrap().len()), (0, 3));
    let raised = Db::builder(&fixture.uri).model::<New>().generation(2).connect().await.unwrap();
    assert!(raised.sync().plan().await.unwrap().steps.is_empty());
    assert_eq!(kept(&fixture.raw).await, before, "a plan keeps nothing");
    assert!(raised.sync().await.unwrap().steps.is_empty());
    let mut expected = before.clone();
    expected.insert("generation", 2_i64);
    assert_eq!(kept(&fixture.raw).await, expected);
}

#[tokio::test]
async fn a_form_that_is_not_known_is_left_alone() {
    let fixture = Fixture::new(|builder| builder.model::<New>().generation(9)).await;
    fixture.store("_chakra_schema", doc! { "_id": "sessions", "format": 2, "generation": 1 }).await;
    for error in [fixture.db.sync().plan().await.unwrap_err(), fixture.db.sync().await.unwrap_err()] {
        let text = "`_chakra_schema` cannot be read: what was applied to `sessions` has the format 2, and this version of Chakra knows 1; it \
                    leaves the collection alone: sync it with the version that wrote this, or a newer one";
        assert_eq!(error.to_string(), text);
    }
    assert_eq!(fixture.raw.list_collection_names().await.unwrap(), ["_chakra_schema"]);
    assert_eq!(fixture.stored("_chakra_schema").await, [doc! { "_id": "sessions", "format": 2, "generation": 1 }]);
}

#[tokio::test]
async fn one_sync_waits_for_another_and_not_for_one_that_is_gone() {
    let fixture = Fixture::new(|builder| builder.model::<New>()).await;
    claim(&fixture.raw, 0).await;
    let error = fixture.db.sync().deadline(Duration::from_millis(400)).await.unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
    assert!(!fixture.raw.list_collection_names().await.unwrap().contains(&"sessions".to_owned()), "nothing was changed meanwhile");

    // It goes on when the other one has ended.
    let fixture = Fixture::new(|builder| builder.model::<New>()).await;
    claim(&fixture.raw, 0).await;
    let db = fixture.db.clone();
    let waiting = tokio::spawn(async move { db.sync().await });
    let has_asked = async {
        while !fixture.commands().iter().any(|command| command == "update") {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(HANGS, has_asked).await.expect("it does not ask for the claim");
    let freed = doc! { "$unset": { "by": "" } };
    fixture.raw.collection::<Document>("_chakra_schema").update_one(doc! { "_id": "sessions" }, freed).await.unwrap();
    waiting.await.unwrap().unwrap();
    assert_eq!(indexes(&fixture.raw).await, of_new());

    // Whatever its clock said.
    for behind in [120_000, -120_000] {
        let fixture = Fixture::new(|builder| builder.model::<New>().generation(4)).await;
        claim(&fixture.raw, behind).await;
        fixture.db.sync().deadline(HANGS).await.unwrap();
        assert_eq!(indexes(&fixture.raw).await, of_new());
        let kept = kept(&fixture.raw).await;
        assert_eq!((kept.get_i64("generation").unwrap(), kept.get("by")), (4, None));
    }
}
