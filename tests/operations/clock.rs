//! `current_date`: the server's clock, whatever the handle's own says.

use super::{nothing_sent, rules};
use crate::support::Fixture;
use bson::{Bson, Timestamp, doc, spec::ElementType};
use chakra::{Error, action::Updated, prelude::*, query::Update};
use std::ops::RangeInclusive;

#[derive(Debug, Clone, PartialEq, Composite)]
struct Entry {
    name: String,
    at: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Event {
    #[chakra(id)]
    id: i64,
    at: DateTime<Utc>,
    seen: Option<DateTime<Utc>>,
    stamp: Option<Timestamp>,
    #[chakra(as = "timestamp")]
    noted: Option<DateTime<Utc>>,
    count: Option<i32>,
    entries: Vec<Entry>,
    #[chakra(updated_at)]
    changed: DateTime<Utc>,
}

fn epoch() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(0).unwrap()
}

fn event(id: i64) -> Event {
    let entries = ["a", "b"].map(|name| Entry { name: name.into(), at: None });
    Event { id, at: epoch(), seen: None, stamp: None, noted: None, count: Some(1), entries: entries.into(), changed: epoch() }
}

/// With a handle for which it is always 1970.
async fn with(events: &[Event]) -> Fixture {
    let fixture = Fixture::new(|builder| builder.model::<Event>().clock(epoch)).await;
    fixture.db.insert_many(events).await.unwrap();
    fixture.commands();
    fixture
}

/// What the server's clock says, in milliseconds.
async fn server_time(fixture: &Fixture) -> i64 {
    let hello = fixture.raw.run_command(doc! { "hello": 1 }).await.unwrap();
    hello.get_datetime("localTime").unwrap().timestamp_millis()
}

/// Whether the moment lies between two readings of the server's clock.
fn is_within(moment: Option<DateTime<Utc>>, readings: &RangeInclusive<i64>) -> bool {
    moment.is_some_and(|moment| readings.contains(&moment.timestamp_millis()))
}

#[tokio::test]
async fn the_servers_time_is_put_there() {
    let fixture = with(&[event(1)]).await;
    let one = || fixture.db.update(Event::id.eq(1));
    let before = server_time(&fixture).await;
    let dated =
        one().current_date(Event::at).current_date(Event::seen).current_date(Event::stamp).current_date(Event::noted).await.unwrap();
    let readings = before..=server_time(&fixture).await;
    assert!(is_within(Some(dated.at), &readings) && is_within(dated.seen, &readings), "{dated:?} {readings:?}");
    assert_eq!(dated.changed, epoch(), "the handle's own clock");
    // A Timestamp has whole seconds.
    let seconds = i64::from(dated.stamp.unwrap().time);
    assert!((readings.start() / 1000..=readings.end() / 1000).contains(&seconds), "{seconds} {readings:?}");
    let seconds = dated.noted.unwrap().timestamp_millis();
    assert!(seconds % 1000 == 0 && (readings.start() / 1000..=readings.end() / 1000).contains(&(seconds / 1000)), "{seconds} {readings:?}");
    let stored = &fixture.stored("events").await[0];
    let types = ["at", "seen", "stamp", "noted"].map(|field| stored.get(field).map(Bson::element_type));
    assert_eq!(
        types,
        [Some(ElementType::DateTime), Some(ElementType::DateTime), Some(ElementType::Timestamp), Some(ElementType::Timestamp)]
    );
    assert_eq!(fixture.commands(), ["findAndModify"]);
}

#[tokio::test]
async fn also_in_items_in_a_pipeline_and_in_many_documents() {
    let fixture = with(&[event(1), event(2)]).await;
    let one = || fixture.db.update(Event::id.eq(1));
    let before = server_time(&fixture).await;
    let items = one().update_where(Event::entries, Entry::name.eq("b"), |entry| entry.current_date(Entry::at)).await.unwrap();
    let piped = one().inc(Event::count, 1).current_date(Event::at).current_date(Event::seen).await.unwrap();
    let many = fixture.db.update_many(Event::id.in_([2])).current_date(Event::at).await.unwrap();
    let two = fixture.db.get(Event::id.eq(2)).await.unwrap();
    let readings = before..=server_time(&fixture).await;
    assert_eq!(items.entries[0].at, None);
    assert!(is_within(items.entries[1].at, &readings), "{items:?}");
    assert_eq!(piped.count, Some(2));
    assert!(is_within(Some(piped.at), &readings) && is_within(piped.seen, &readings), "{piped:?}");
    assert_eq!(many, Updated { matched: 1, modified: 1, refused: 0 });
    assert!(is_within(Some(two.at), &readings), "{two:?}");
}

#[tokio::test]
async fn an_expression_knows_no_timestamp_of_now() {
    let fixture = with(&[event(1)]).await;
    let one = || fixture.db.update(Event::id.eq(1)).inc(Event::count, 1);
    let refused = "needs an update of its own: it cannot be made along with the change of `count`";
    assert_eq!(rules(&one().current_date(Event::stamp).await.unwrap_err()), format!("`stamp` {refused}"));
    assert_eq!(rules(&one().current_date(Event::noted).await.unwrap_err()), format!("`noted` {refused}"));
    nothing_sent(&fixture);
}

#[test]
fn only_the_server_knows_its_time() {
    let mut value = event(1);
    let update = Update::new().inc(Event::count, 1).current_date(Event::at);
    let error = update.apply(&mut value).unwrap_err();
    assert!(matches!(error, Error::NotInMemory { operator: "current_date" }), "{error:?}");
    let error = Update::new().update_where(Event::entries, Entry::name.eq("a"), |entry| entry.current_date(Entry::at)).apply(&mut value);
    assert!(matches!(error, Err(Error::NotInMemory { operator: "current_date" })), "{error:?}");
    assert_eq!(value, event(1), "nothing of it is made");
}
