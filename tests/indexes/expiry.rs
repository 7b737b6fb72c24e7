//! Documents that the server deletes by their date: set at once where none are there, lengthened in place, and else left to `tighten`.
//!
//! All dates but those of one test lie far ahead of the server's own, so that it deletes nothing while a test runs; the handles take a moment
//! behind them for now.

use super::{left, listed, store_apart, synced};
use crate::support::{Fixture, patient};
use bson::{Bson, Document, doc};
use chakra::{CommandRecord, Db, SyncStep, prelude::*};
use chakra_testkit::{TestDb, TestServer};
use chrono::TimeZone;
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

#[derive(Debug, Clone, Model)]
#[chakra(collection = "sessions")]
struct Session {
    #[chakra(id)]
    id: i64,
    #[chakra(index(expire_after = "1h"))]
    at: DateTime<Utc>,
}

/// The same with more time.
#[derive(Debug, Clone, Model)]
#[chakra(collection = "sessions", index(at, expire_after = "2h"))]
struct Longer {
    #[chakra(id)]
    id: i64,
    at: DateTime<Utc>,
}

/// The same with an index that deletes nothing.
#[derive(Debug, Clone, Model)]
#[chakra(collection = "sessions", index(at))]
struct Kept {
    #[chakra(id)]
    id: i64,
    at: DateTime<Utc>,
}

fn at(hour: u32, minute: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2_999, 12, 31, hour, minute, 0).unwrap()
}

fn noon() -> DateTime<Utc> {
    at(12, 0)
}

/// The same database for another version of the service.
async fn version<M: Model>(fixture: &Fixture) -> Db {
    Db::builder(&fixture.uri).model::<M>().clock(noon).connect().await.unwrap()
}

fn index(seconds: i32) -> Document {
    doc! { "key": { "at": 1 }, "name": "at_1", "expireAfterSeconds": seconds }
}

#[tokio::test]
async fn a_new_collection_has_it_at_once_and_so_has_an_empty_one() {
    let fixture = Fixture::new(|builder| builder.model::<Session>()).await;
    assert_eq!(synced(&fixture, "sessions").await, [index(3_600)]);
    let fixture = Fixture::new(|builder| builder.model::<Session>()).await;
    fixture.raw.create_collection("sessions").await.unwrap();
    let step = "create the index `at_1` on `sessions`: { \"at\": 1 }, expireAfterSeconds 3600";
    assert_eq!(left(&fixture).await, [step]);
    assert_eq!(synced(&fixture, "sessions").await, [index(3_600)]);
}

#[tokio::test]
async fn where_there_are_documents_it_is_told_with_their_number() {
    let fixture = Fixture::new(|builder| builder.model::<Session>().clock(noon)).await;
    let session = |id, at| Session { id, at };
    let sessions = [session(1, at(1, 0)), session(2, at(10, 59)), session(3, at(11, 0)), session(4, at(11, 1)), session(5, at(23, 0))];
    fixture.db.insert_many(&sessions).await.unwrap();
    let create = "create the index `at_1` on `sessions`: { \"at\": 1 }, expireAfterSeconds 3600";
    let held = format!("left to `tighten`, as the server would delete 3 documents at once and others in time: {create}");
    assert_eq!(left(&fixture).await, [held.as_str()]);
    let done = fixture.db.sync().await.unwrap();
    assert!(matches!(&done.steps[..], [SyncStep::Held { documents: Some(3), .. }]), "{done}");
    assert!(!done.is_empty(), "it is work that is left");
    assert_eq!(listed(&fixture, "sessions").await, Vec::<Document>::new());

    fixture.commands();
    let tightened = fixture.db.sync().tighten().plan().await.unwrap();
    assert_eq!(tightened.to_string(), create);
    let done = fixture.db.sync().tighten().await.unwrap();
    assert_eq!(done.to_string(), create);
    assert!(!fixture.commands().iter().any(|command| command == "aggregate"), "nothing is counted for what is done");
    assert_eq!(synced(&fixture, "sessions").await, [index(3_600)]);
}

#[tokio::test]
async fn it_is_lengthened_in_place_and_shortened_when_asked() {
    let fixture = Fixture::new(|builder| builder.model::<Session>().clock(noon)).await;
    fixture.db.sync().await.unwrap();
    fixture.db.insert_many(&[Session { id: 1, at: at(10, 30) }, Session { id: 2, at: at(11, 30) }]).await.unwrap();

    let longer = version::<Longer>(&fixture).await;
    let change = |expected: i32, found: i32| {
        format!("change the index `at_1` on `sessions` in place: `expireAfterSeconds` expected {expected}, found {found}")
    };
    assert_eq!(longer.sync().plan().await.unwrap().to_string(), change(7_200, 3_600));
    assert_eq!(listed(&fixture, "sessions").await, [index(3_600)], "a plan changes nothing");
    assert_eq!(longer.sync().await.unwrap().to_string(), change(7_200, 3_600));
    assert_eq!(listed(&fixture, "sessions").await, [index(7_200)]);
    assert!(longer.sync().await.unwrap().steps.is_empty());

    let held = format!("left to `tighten`, as the server would delete 1 document at once and others in time: {}", change(3_600, 7_200));
    assert_eq!(left(&fixture).await, [held.as_str()]);
    fixture.commands();
    assert_eq!(fixture.db.sync().await.unwrap().to_string(), held);
    assert!(!fixture.commands().iter().any(|command| command == "collMod"));
    assert_eq!(listed(&fixture, "sessions").await, [index(7_200)]);
    assert_eq!(fixture.db.sync().tighten().await.unwrap().to_string(), change(3_600, 7_200));
    assert_eq!(synced(&fixture, "sessions").await, [index(3_600)]);
}

#[tokio::test]
async fn an_index_gets_one_in_place_and_loses_none() {
    let fixture = Fixture::new(|builder| builder.model::<Session>().clock(noon)).await;
    let kept = version::<Kept>(&fixture).await;
    kept.sync().await.unwrap();
    fixture.db.insert_many(&[Session { id: 1, at: at(1, 0) }]).await.unwrap();
    let change = "change the index `at_1` on `sessions` in place: `expireAfterSeconds` expected 3600, found none";
    let held = format!("left to `tighten`, as the server would delete 1 document at once and others in time: {change}");
    assert_eq!(left(&fixture).await, [held.as_str()]);
    assert_eq!(fixture.db.sync().tighten().await.unwrap().to_string(), change);
    assert_eq!(listed(&fixture, "sessions").await, [index(3_600)]);
    let differs = "the index `at_1` on `sessions` differs; it needs a rebuild and is left untouched: \
                   `expireAfterSeconds` expected none, found 3600";
    assert_eq!(kept.sync().tighten().await.unwrap().to_string(), differs);
    assert_eq!(listed(&fixture, "sessions").await, [index(3_600)]);
    // Without documents nothing is lost.
    let fixture = Fixture::new(|builder| builder.model::<Session>().clock(noon)).await;
    version::<Kept>(&fixture).await.sync().await.unwrap();
    assert_eq!(fixture.db.sync().await.unwrap().to_string(), change);
    assert_eq!(listed(&fixture, "sessions").await, [index(3_600)]);
}

#[tokio::test]
async fn of_a_list_the_earliest_date_counts_and_of_a_part_its_documents() {
    #[derive(Debug, Clone, PartialEq, Composite)]
    struct Visit {
        at: DateTime<Utc>,
    }
    #[derive(Debug, Clone, Model)]
    #[chakra(index(visits.at, expire_after = "1h", partial = Self::is_guest.eq(true)), index(seen, expire_after = "0s"))]
    struct Visitor {
        #[chakra(id)]
        id: i64,
        visits: Vec<Visit>,
        is_guest: bool,
        #[chakra(as = "date")]
        seen: Option<i64>,
    }
    let fixture = Fixture::new(|builder| builder.model::<Visitor>().clock(noon)).await;
    let visitor = |id: i64, hours: &[u32], is_guest: bool, seen: Option<DateTime<Utc>>| Visitor {
        id,
        visits: hours.iter().map(|hour| Visit { at: at(*hour, 0) }).collect(),
        is_guest,
        seen: seen.map(|seen| seen.timestamp_millis()),
    };
    let visitors = [
        visitor(1, &[23, 1], true, None),
        visitor(2, &[1], false, Some(at(12, 0))),
        visitor(3, &[13, 14], true, Some(at(12, 1))),
        visitor(4, &[], true, None),
    ];
    fixture.db.insert_many(&visitors).await.unwrap();
    let plan = fixture.db.sync().plan().await.unwrap();
    let count = |step: &SyncStep| if let SyncStep::Held { documents: Some(documents), .. } = step { *documents } else { 99 };
    let held: Vec<u64> = plan.steps.iter().map(count).collect();
    assert_eq!(held, [1, 1], "{plan}");
    fixture.db.sync().tighten().await.unwrap();
    let expected = [
        doc! { "key": { "seen": 1 }, "name": "seen_1", "expireAfterSeconds": 0 },
        doc! {
            "key": { "visits.at": 1 }, "name": "visits.at_1", "expireAfterSeconds": 3_600,
            "partialFilterExpression": { "is_guest": true },
        },
    ];
    assert_eq!(synced(&fixture, "visitors").await, expected);
}

#[tokio::test]
async fn many_services_may_change_it_at_once() {
    let fixture = Fixture::new(|builder| builder.model::<Session>().clock(noon)).await;
    fixture.db.sync().await.unwrap();
    fixture.db.insert_many(&[Session { id: 1, at: at(11, 30) }]).await.unwrap();
    let starts = (0..8).map(|_| {
        let uri = fixture.uri.clone();
        tokio::spawn(async move { Db::builder(&uri).model::<Longer>().connect().await?.sync().await.map(drop) })
    });
    for start in futures::future::join_all(starts).await {
        start.unwrap().unwrap();
    }
    assert_eq!(listed(&fixture, "sessions").await, [index(7_200)]);
}

/// How often the server has looked for expired documents.
async fn passes(raw: &mongodb::Database) -> i64 {
    let status = raw.client().database("admin").run_command(doc! { "serverStatus": 1 }).await.unwrap();
    status.get_document("metrics").unwrap().get_document("ttl").unwrap().get_i64("passes").unwrap()
}

#[tokio::test]
async fn as_many_are_told_as_the_server_deletes() {
    #[derive(Debug, Clone, Model)]
    #[chakra(collection = "moments", index(at, expire_after = "1h", partial = Self::kept.eq(false)))]
    struct Moment {
        #[chakra(id)]
        id: i64,
        at: Vec<DateTime<Utc>>,
        kept: bool,
    }
    // It looks each second.
    let server = TestServer::start().await.unwrap();
    let fixture = Fixture::on_server(&server, |builder| builder.model::<Moment>()).await;
    let now = bson::DateTime::now().timestamp_millis();
    let hours = |hours: i64| Bson::DateTime(bson::DateTime::from_millis(now + hours * 3_600_000));
    let (early, late) = (hours(-48), hours(48));
    let dates = [
        Bson::Array(vec![late.clone(), early.clone()]),
        Bson::Array(vec![early.clone(), late.clone()]),
        early.clone(),
        Bson::Array(vec!["x".into(), early.clone()]),
        // The server looks one level into a list, and no further.
        Bson::Array(vec![Bson::Array(vec![late.clone()]), early.clone()]),
        Bson::DateTime(bson::DateTime::from_millis(-9_000_000_000_000)),
        // These stay.
        Bson::Array(vec![late.clone()]),
        Bson::Array(vec![]),
        Bson::Array(vec![Bson::Array(vec![early.clone()])]),
        Bson::Document(doc! { "at": early.clone() }),
        late,
        Bson::Null,
        Bson::Int32(5),
        "x".into(),
        Bson::Timestamp(bson::Timestamp { time: 1, increment: 1 }),
        Bson::Boolean(true),
    ];
    for (id, at) in (0_i64..).zip(dates) {
        fixture.store("moments", doc! { "_id": id, "at": at, "kept": false }).await;
    }
    fixture.store("moments", doc! { "_id": 90_i64, "kept": false }).await;
    fixture.store("moments", doc! { "_id": 91_i64, "at": early, "kept": true }).await;
    let done = fixture.db.sync().await.unwrap();
    assert!(matches!(&done.steps[..], [SyncStep::Held { documents: Some(6), .. }]), "{done}");
    fixture.db.sync().tighten().await.unwrap();
    // The pass that runs may have begun before; a limit against hanging alone.
    let enough = passes(&fixture.raw).await + 2;
    let looked = async {
        while passes(&fixture.raw).await < enough {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(120), looked).await.expect("the server looks for no expired documents");
    let left: Vec<i64> = fixture.stored("moments").await.iter().map(|left| left.get_i64("_id").unwrap()).collect();
    assert_eq!(left, [6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 90, 91]);
}

/// Stores the document right before such a command is sent for that time; notes the names of all.
fn before(
    command: &'static str,
    time: usize,
    uri: &str,
    document: Document,
    sent: Arc<Mutex<Vec<String>>>,
) -> impl Fn(&CommandRecord) + Send + Sync + use<> {
    let (uri, times) = (uri.to_owned(), AtomicUsize::new(0));
    move |record| {
        sent.lock().unwrap().push(record.name().to_owned());
        if record.name() == command && times.fetch_add(1, Ordering::SeqCst) + 1 == time {
            store_apart(&uri, "sessions", document.clone());
        }
    }
}

#[tokio::test]
async fn a_collection_that_was_filled_since_it_was_looked_at_keeps_what_it_has() {
    // Before the collection is claimed, where it is looked at again; and before the look that follows when its other indexes were waited for,
    // which may take hours: the fourth, of which one is that of the plan below.
    for (command, time) in [("update", 1), ("listCollections", 4)] {
        let database = TestDb::new().await.unwrap();
        let sent = Arc::new(Mutex::new(Vec::new()));
        let document = doc! { "_id": 1_i64, "at": bson::DateTime::from_millis(at(1, 0).timestamp_millis()), "a": 1 };
        let raw = mongodb::Client::with_uri_str(database.uri()).await.unwrap().database(database.name());
        let there = vec![doc! { "key": { "a": 1 }, "name": "a_1" }];
        raw.run_command(doc! { "createIndexes": "sessions", "indexes": there }).await.unwrap();

        let listener = before(command, time, database.uri(), document.clone(), Arc::clone(&sent));
        let db = Db::builder(patient(database.uri())).model::<Filled>().clock(noon).on_command(listener).connect().await.unwrap();
        let create = "create the index `at_1` on `sessions`: { \"at\": 1 }, expireAfterSeconds 3600";
        assert_eq!(db.sync().plan().await.unwrap().to_string(), create, "it is empty");
        let held = format!("left to `tighten`, as the server would delete 1 document at once and others in time: {create}");
        assert_eq!(db.sync().await.unwrap().to_string(), held, "{command}");
        let reply = raw.run_command(doc! { "listIndexes": "sessions" }).await.unwrap();
        assert_eq!(reply.get_document("cursor").unwrap().get_array("firstBatch").unwrap().len(), 2);
        assert_eq!(raw.collection::<Document>("sessions").find_one(doc! {}).await.unwrap(), Some(document));
        // It was counted in the second look, and nothing was created.
        let sent = sent.lock().unwrap();
        assert_eq!(sent.iter().filter(|name| *name == "createIndexes").count(), 0, "{sent:?}");
        assert_eq!(sent.iter().filter(|name| *name == "listCollections").count(), if command == "update" { 3 } else { 4 }, "{sent:?}");
        assert!(sent.iter().any(|name| name == "aggregate"), "{sent:?}");
    }
}

/// A session with an index beside the one of its date.
#[derive(Debug, Clone, Model)]
#[chakra(collection = "sessions", index(a), index(at, expire_after = "1h"))]
struct Filled {
    #[chakra(id)]
    id: i64,
    at: DateTime<Utc>,
    a: i32,
}
