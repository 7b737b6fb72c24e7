//! Documents that the server deletes by their date: set at once where none are there, lengthened in place, and else left to `tighten`.
//!
//! All dates lie far ahead of the server's own, so that it deletes nothing while a test runs; the handles take a moment behind them for now.

use super::{left, listed, synced};
use crate::support::Fixture;
use bson::{Document, doc};
use chakra::{Db, SyncStep, prelude::*};
use chrono::TimeZone;

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
    assert!(matches!(&done.steps[..], [SyncStep::Held { documents: 3, .. }]), "{done}");
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
async fn of_a_list_the_first_date_counts_and_of_a_part_its_documents() {
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
    let held: Vec<u64> = plan.steps.iter().map(|step| if let SyncStep::Held { documents, .. } = step { *documents } else { 99 }).collect();
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
