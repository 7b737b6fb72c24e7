//! Collections that are not plain: created as they are declared, compared with what is there, and used.

use super::{left, listed, synced};
use crate::support::Fixture;
use bson::{Document, doc};
use chakra::{Db, Error, SyncStep, prelude::*};
use chrono::TimeZone;

/// What the server lists of a collection: its kind, and what it was created with, in words, since the server chooses the types of numbers.
async fn options(fixture: &Fixture, collection: &str) -> (String, String) {
    let reply = fixture.raw.run_command(doc! { "listCollections": 1, "filter": { "name": collection } }).await.unwrap();
    let found = reply.get_document("cursor").unwrap().get_array("firstBatch").unwrap();
    let found = found[0].as_document().unwrap();
    (found.get_str("type").unwrap().to_owned(), found.get_document("options").unwrap().to_string())
}

fn of(kind: &str, options: &Document) -> (String, String) {
    (kind.to_owned(), options.to_string())
}

#[tokio::test]
async fn a_capped_collection_keeps_the_last_documents() {
    #[derive(Debug, Clone, Model)]
    #[chakra(collection = "log", capped(size = "5kB", max = 3), unique(number))]
    struct Line {
        #[chakra(id, auto_increment)]
        id: i64,
        number: i32,
    }
    let fixture = Fixture::new(|builder| builder.model::<Line>()).await;
    let made = synced(&fixture, "log").await;
    assert_eq!(made, [doc! { "key": { "number": 1 }, "name": "number_1", "unique": true }]);
    assert_eq!(options(&fixture, "log").await, of("collection", &doc! { "capped": true, "size": 5_120, "max": 3 }));
    for number in 0..5 {
        fixture.db.create(Line::draft().number(number)).await.unwrap();
    }
    let kept: Vec<i32> = fixture.db.find_many(Line::all()).await.unwrap().iter().map(|line| line.number).collect();
    assert_eq!(kept, [2, 3, 4], "the oldest made room, and the order is that in which they came");
    assert!(fixture.db.create(Line::draft().number(4)).await.unwrap_err().is_unique_on(Line::number));
}

#[tokio::test]
async fn a_clustered_collection_goes_by_its_ids() {
    #[derive(Debug, Clone, PartialEq, Model)]
    #[chakra(clustered, index(id = hashed), index(team))]
    struct Player {
        #[chakra(id)]
        id: String,
        team: String,
    }
    let fixture = Fixture::new(|builder| builder.model::<Player>()).await;
    let expected = [doc! { "key": { "_id": "hashed" }, "name": "_id_hashed" }, doc! { "key": { "team": 1 }, "name": "team_1" }];
    assert_eq!(synced(&fixture, "players").await, expected);
    let (_, created) = options(&fixture, "players").await;
    assert!(created.contains("clusteredIndex"), "{created}");
    let ada = fixture.db.create(Player::draft().id("ada").team("a")).await.unwrap();
    let refused = fixture.db.create(Player::draft().id("ada").team("b")).await.unwrap_err();
    assert!(matches!(refused, Error::Unique { .. }), "{refused:?}");
    assert_eq!(fixture.db.find_unique(Player::id.eq("ada")).await.unwrap(), Some(ada));
}

#[derive(Debug, Clone, PartialEq, Composite)]
struct Sensor {
    name: String,
    floor: i32,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[chakra(
    collection = "readings",
    timeseries(time = at, meta = sensor, granularity = "minutes", expire_after = "30d"),
    index(sensor.name, at = desc),
    index(celsius),
    index(sensor = wildcard, hidden),
    index(sensor.floor, sparse),
    index(place = "2dsphere")
)]
struct Reading {
    #[chakra(id)]
    id: i64,
    #[chakra(name = "when")]
    at: DateTime<Utc>,
    #[chakra(name = "from")]
    sensor: Sensor,
    celsius: f64,
    place: Option<chakra::Point>,
}

/// The same with more time.
#[derive(Debug, Clone, Model)]
#[chakra(collection = "readings", timeseries(time = when, meta = sensor, granularity = minutes, expire_after = "60d"))]
struct Longer {
    #[chakra(id)]
    id: i64,
    when: DateTime<Utc>,
    #[chakra(name = "from")]
    sensor: Sensor,
}

/// The same with all time.
#[derive(Debug, Clone, Model)]
#[chakra(collection = "readings", timeseries(time = when, meta = sensor, granularity = minutes))]
struct Kept {
    #[chakra(id)]
    id: i64,
    when: DateTime<Utc>,
    #[chakra(name = "from")]
    sensor: Sensor,
}

/// Ahead of the server's own time, so that it deletes nothing.
fn day(month: u32, day: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2_037, month, day, 0, 0, 0).unwrap()
}

fn reading(id: i64, at: DateTime<Utc>, name: &str) -> Reading {
    Reading { id, at, sensor: Sensor { name: name.into(), floor: 1 }, celsius: 20.5, place: None }
}

async fn version<M: Model>(fixture: &Fixture) -> Db {
    Db::builder(&fixture.uri).model::<M>().clock(|| day(6, 1)).connect().await.unwrap()
}

fn created(expire_after: Option<i64>) -> (String, String) {
    let mut options = Document::new();
    options.extend(expire_after.map(|seconds| ("expireAfterSeconds".to_owned(), seconds.into())));
    options
        .insert("timeseries", doc! { "timeField": "when", "metaField": "from", "granularity": "minutes", "bucketMaxSpanSeconds": 86_400 });
    of("timeseries", &options)
}

#[tokio::test]
async fn a_time_series_is_written_and_read() {
    let fixture = Fixture::new(|builder| builder.model::<Reading>().clock(|| day(6, 1))).await;
    fixture.db.sync().await.unwrap();
    assert_eq!(options(&fixture, "readings").await, created(Some(2_592_000)));
    let expected = [
        doc! { "key": { "celsius": 1 }, "name": "celsius_1" },
        doc! { "key": { "from.floor": 1 }, "name": "from.floor_1", "sparse": true },
        doc! { "key": { "from.name": 1, "when": -1 }, "name": "from.name_1_when_-1" },
        doc! { "key": { "from.$**": 1 }, "name": "from_wildcard", "hidden": true },
        doc! { "key": { "place": "2dsphere" }, "name": "place_2dsphere" },
    ];
    // Servers from 6.3 on add one of their own.
    let mut made = synced(&fixture, "readings").await;
    made.retain(|index| index.get_str("name").unwrap() != "from_1_when_1");
    assert_eq!(made, expected);

    let db = &fixture.db;
    let first = db.create(Reading::draft().id(1).at(day(5, 1)).sensor(Sensor { name: "a".into(), floor: 1 }).celsius(20.5)).await.unwrap();
    assert_eq!(first, reading(1, day(5, 1), "a"));
    db.insert_many(&[reading(2, day(5, 2), "a"), reading(3, day(5, 3), "b"), reading(3, day(5, 4), "b")]).await.unwrap();
    assert_eq!(db.count(Reading::id.eq(3)).await.unwrap(), 2, "ids are not unique");
    let found = db.find_many(Reading::sensor.name().eq("a")).order_by(Reading::at.desc()).await.unwrap();
    assert_eq!(found, [reading(2, day(5, 2), "a"), first]);
    assert_eq!(db.delete_many(Reading::sensor.name().eq("b")).await.unwrap(), 2);
    assert_eq!(db.count(Reading::all()).await.unwrap(), 2);
}

#[tokio::test]
async fn a_time_series_lives_longer_in_place_and_shorter_when_asked() {
    let fixture = Fixture::new(|builder| builder.model::<Reading>().clock(|| day(6, 1))).await;
    fixture.db.sync().await.unwrap();
    fixture.db.insert_many(&[reading(1, day(4, 1), "a"), reading(2, day(5, 1), "a"), reading(3, day(5, 31), "a")]).await.unwrap();
    let change = |model: &str, expected: &str, found: i32| {
        format!("change the collection `readings` of `{model}` in place: `expireAfterSeconds` expected {expected}, found {found}")
    };
    let steps = |plan: chakra::SyncPlan| {
        let known = plan.steps.iter().filter(|step| !matches!(step, SyncStep::Unknown { .. }));
        known.map(ToString::to_string).collect::<Vec<_>>()
    };
    let longer = version::<Longer>(&fixture).await;
    assert_eq!(steps(longer.sync().await.unwrap()), [change("Longer", "5184000", 2_592_000)]);
    assert_eq!(options(&fixture, "readings").await, created(Some(5_184_000)));
    let tighter = change("Reading", "2592000", 5_184_000);
    let held = format!("left to `tighten`, as the server would delete 2 documents at once and others in time: {tighter}");
    assert_eq!(left(&fixture).await, [held.as_str()]);
    assert_eq!(steps(fixture.db.sync().await.unwrap()), [held]);
    assert_eq!(options(&fixture, "readings").await, created(Some(5_184_000)));
    assert_eq!(steps(fixture.db.sync().tighten().await.unwrap()), [tighter]);
    assert_eq!(options(&fixture, "readings").await, created(Some(2_592_000)));
    let kept = version::<Kept>(&fixture).await;
    assert_eq!(steps(kept.sync().await.unwrap()), [change("Kept", "none", 2_592_000)]);
    assert_eq!(options(&fixture, "readings").await, created(None));
    assert!(steps(kept.sync().await.unwrap()).is_empty());
}

#[tokio::test]
async fn a_collection_that_is_kept_otherwise_is_told_and_left_alone() {
    #[derive(Debug, Clone, Model)]
    #[chakra(collection = "log", capped(size = 4096))]
    struct Line {
        #[chakra(id)]
        id: i64,
    }
    #[derive(Debug, Clone, Model)]
    #[chakra(clustered)]
    struct Player {
        #[chakra(id)]
        id: i64,
    }
    #[derive(Debug, Clone, Model)]
    struct Plain {
        #[chakra(id)]
        id: i64,
        #[chakra(index)]
        a: i64,
    }
    let fixture = Fixture::new(|builder| builder.model::<Line>().model::<Player>().model::<Plain>().model::<Kept>()).await;
    fixture.raw.run_command(doc! { "create": "log", "capped": true, "size": 8_192 }).await.unwrap();
    fixture.raw.run_command(doc! { "create": "players" }).await.unwrap();
    fixture.raw.run_command(doc! { "create": "plains", "capped": true, "size": 256, "max": 7 }).await.unwrap();
    fixture.raw.run_command(doc! { "create": "readings", "timeseries": { "timeField": "when" } }).await.unwrap();
    let plan = fixture.db.sync().await.unwrap();
    let differing: Vec<(&str, Vec<&str>)> = plan
        .steps
        .iter()
        .filter_map(|step| match step {
            SyncStep::CollectionDiffers { collection, differences, .. } => {
                Some((*collection, differences.iter().map(|difference| difference.option).collect()))
            }
            _ => None,
        })
        .collect();
    let expected = [
        ("log", vec!["size"]),
        ("players", vec!["clusteredIndex"]),
        ("plains", vec!["capped", "size", "max"]),
        ("readings", vec!["timeseries"]),
    ];
    assert_eq!(differing, expected, "{plan}");
    assert_eq!(listed(&fixture, "plains").await, [doc! { "key": { "a": 1 }, "name": "a_1" }], "its indexes are made all the same");
    assert_eq!(options(&fixture, "log").await, of("collection", &doc! { "capped": true, "size": 8_192 }));
    let line = "the collection `log` of `Line` differs; it has to be made anew and is left untouched: `size` expected 4096, found 8192";
    assert!(plan.to_string().lines().any(|found| found == line), "{plan}");
}

#[test]
fn what_a_collection_is_stands_in_its_schema() {
    let lines = |text: String| text.lines().take(2).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(
        lines(Reading::schema().to_string()),
        ["Reading in `readings`", "  a time series by when, of each from, minutes, expire_after = 2592000 s"]
    );
    let json = serde_json::to_value(Reading::schema()).unwrap();
    let expected = serde_json::json!({
        "timeseries": { "time": "when", "meta": "from", "granularity": "minutes", "expire_after": 2_592_000 },
    });
    assert_eq!(json["storage"], expected);
    let listed: Vec<&str> = Reading::schema().indexes.iter().map(|index| index.given_name.unwrap_or("")).collect();
    assert_eq!(listed, [""; 5]);
    let text = Reading::schema().to_string();
    for line in [
        "  index from.name_1_when_-1: from.name, when descending",
        "  index from_wildcard: from wildcard, hidden",
        "  index from.floor_1: from.floor, sparse",
        "  index place_2dsphere: place 2dsphere",
    ] {
        assert!(text.lines().any(|found| found == line), "{text}");
    }
}
