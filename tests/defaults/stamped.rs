//! `now()` and `updated_at`: moments of the `Db`'s clock, one for each command, on every road by which a document is written.

use crate::support::Fixture;
use bson::doc;
use chakra::prelude::*;
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

#[derive(Debug, Clone, PartialEq, Model)]
struct Entry {
    #[chakra(id)]
    id: i64,
    #[chakra(unique)]
    name: String,
    #[chakra(default = 0)]
    count: i64,
    #[chakra(default = now())]
    created_at: DateTime<Utc>,
    #[chakra(default = "now()")]
    as_bson: bson::DateTime,
    #[chakra(default = now())]
    as_system: SystemTime,
    #[chakra(default = now(), as = "timestamp")]
    as_timestamp: DateTime<Utc>,
    #[chakra(default = now(), as = "string")]
    as_text: DateTime<Utc>,
    #[chakra(default = now(), as = "long")]
    as_long: DateTime<Utc>,
    #[chakra(default = now())]
    maybe: Option<DateTime<Utc>>,
    #[chakra(updated_at, name = "touched")]
    updated_at: DateTime<Utc>,
}

/// When the clock starts, in milliseconds since 1970.
const START: i64 = 1_700_000_000_000;

/// A clock that stands until it is set, in microseconds after its start.
struct Hand(Arc<AtomicI64>);

impl Hand {
    fn set(&self, micros: i64) {
        self.0.store(micros, Ordering::SeqCst);
    }
}

async fn fixture() -> (Fixture, Hand) {
    let micros = Arc::new(AtomicI64::new(0));
    let clock = Arc::clone(&micros);
    let now = move || DateTime::from_timestamp_micros(START * 1_000 + clock.load(Ordering::SeqCst)).unwrap();
    let fixture = Fixture::new(|builder| builder.model::<Entry>().clock(now)).await;
    fixture.db.sync().await.unwrap();
    (fixture, Hand(micros))
}

fn at(millis: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(START + millis).unwrap()
}

fn entry(id: i64) -> chakra::Draft<Entry> {
    chakra::Draft::of(Entry::draft().id(id).name(id.to_string()))
}

#[tokio::test]
async fn now_is_the_clocks_time_in_the_form_of_each_type() {
    let (fixture, clock) = fixture().await;
    clock.set(123_999);
    let created = fixture.db.create(entry(1)).await.unwrap();
    let (now, millis) = (at(123), bson::DateTime::from_millis(START + 123));
    let expected = Entry {
        id: 1,
        name: "1".into(),
        count: 0,
        created_at: now,
        as_bson: millis,
        as_system: UNIX_EPOCH + Duration::from_millis(1_700_000_000_123),
        as_timestamp: at(0),
        as_text: now,
        as_long: now,
        maybe: Some(now),
        updated_at: now,
    };
    assert_eq!(created, expected);
    assert_eq!(fixture.db.get(Entry::id.eq(1)).await.unwrap(), expected);
    let stored = doc! {
        "_id": 1_i64, "name": "1", "count": 0_i64, "created_at": millis, "as_bson": millis, "as_system": millis,
        "as_timestamp": bson::Timestamp { time: 1_700_000_000, increment: 0 }, "as_text": "2023-11-14T22:13:20.123Z",
        "as_long": 1_700_000_000_123_i64, "maybe": millis, "touched": millis,
    };
    assert_eq!(fixture.stored("entries").await, [stored]);
}

#[tokio::test]
async fn one_command_has_one_moment() {
    let (fixture, clock) = fixture().await;
    let ticks = Arc::clone(&clock.0);
    // A clock that goes on at every look.
    let ticking = move || at(ticks.fetch_add(1, Ordering::SeqCst));
    let db = Db::builder(&fixture.uri).model::<Entry>().clock(ticking).connect().await.unwrap();
    db.create_many((1..=3).map(entry)).await.unwrap();
    let entries = db.find_many(Entry::all()).await.unwrap();
    let moments: Vec<_> = entries.iter().flat_map(|entry| [entry.created_at, entry.as_text, entry.updated_at]).collect();
    assert_eq!(moments, [moments[0]; 9]);
}

/// The stored moments of the last write by id, in milliseconds after the start.
async fn touched(fixture: &Fixture) -> Vec<i64> {
    let stored = fixture.stored("entries").await;
    stored.iter().map(|document| document.get_datetime("touched").unwrap().timestamp_millis() - START).collect()
}

#[tokio::test]
async fn updated_at_is_set_on_every_road() {
    let (fixture, clock) = fixture().await;
    let db = &fixture.db;
    clock.set(1_000);
    assert_eq!(db.create(entry(1)).await.unwrap().updated_at, at(1));
    clock.set(2_000);
    db.create_many([entry(2), entry(3)]).await.unwrap();
    assert_eq!(touched(&fixture).await, [1, 2, 2]);

    clock.set(3_999);
    let updated = db.update(Entry::id.eq(1)).inc(Entry::count, 1).await.unwrap();
    assert_eq!((updated.updated_at, updated.created_at, updated.maybe), (at(3), at(1), Some(at(1))), "only the last write is new");
    assert_eq!(touched(&fixture).await, [3, 2, 2]);

    clock.set(4_000);
    db.update_many(Entry::id.path().gte(2)).set(Entry::count, 5).await.unwrap();
    assert_eq!(touched(&fixture).await, [3, 4, 4]);
    // Also where nothing else changes.
    clock.set(5_000);
    let counts = db.update_many(Entry::id.eq(3)).set(Entry::count, 5).await.unwrap();
    assert_eq!((counts.matched, counts.modified), (1, 1));
    assert_eq!(touched(&fixture).await, [3, 4, 5]);

    clock.set(6_000);
    let created = db.upsert(Entry::name.eq("4")).create(entry(4)).inc(Entry::count, 1).await.unwrap();
    assert_eq!((created.count, created.updated_at, created.created_at), (0, at(6), at(6)));
    clock.set(7_000);
    let changed = db.upsert(Entry::name.eq("4")).create(entry(4)).inc(Entry::count, 1).await.unwrap();
    assert_eq!((changed.count, changed.updated_at, changed.created_at), (1, at(7), at(6)));
    assert_eq!(touched(&fixture).await, [3, 4, 5, 7]);
    // An upsert without changes only reads what is there.
    clock.set(8_000);
    assert_eq!(db.upsert(Entry::name.eq("4")).create(entry(4)).await.unwrap(), changed);

    // Whole values are stored as they are.
    let whole = Entry { id: 5, name: "5".into(), updated_at: at(-9), ..changed };
    db.insert_many([&whole]).await.unwrap();
    assert_eq!(db.get(Entry::id.eq(5)).await.unwrap(), whole);
    assert_eq!(touched(&fixture).await, [3, 4, 5, 7, -9]);
}

#[tokio::test]
async fn an_update_may_say_the_moment_itself() {
    let (fixture, clock) = fixture().await;
    clock.set(1_000);
    fixture.db.create(entry(1)).await.unwrap();
    clock.set(2_000);
    let updated = fixture.db.update(Entry::id.eq(1)).set(Entry::updated_at, at(77)).await.unwrap();
    assert_eq!(updated.updated_at, at(77));
    let drafted = fixture.db.create(Entry::draft().id(2).name("2").updated_at(at(88))).await.unwrap();
    assert_eq!(drafted.updated_at, at(88));
}
