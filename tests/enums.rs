//! Enums: what is stored of a variant by name and by number, how it is found, and what becomes of values that no variant has.

use crate::support::Fixture;
use bson::{Bson, Document, doc};
use chakra::{Error, prelude::*};
use std::collections::{BTreeMap, HashMap};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Enum)]
#[chakra(rename_all = "kebab-case")]
enum Level {
    VeryLow,
    #[chakra(name = "MID")]
    Middle,
    High,
}

/// As it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
enum Color {
    DarkRed,
    Blue,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[chakra(repr = i32)]
enum Code {
    Bad = -1,
    Fine = 0,
    Odd = 7,
    /// One more than the last, as Rust counts.
    Even,
}

#[allow(clippy::enum_clike_unportable_variant)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[chakra(repr = i64)]
enum Size {
    Least = -9_000_000_000,
    Small = 1,
    Great = 9_000_000_000,
}

#[derive(Debug, Clone, PartialEq, Eq, Enum)]
#[chakra(rename_all = "lowercase")]
enum Status {
    Active,
    Closed,
    #[chakra(other)]
    Unknown(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[chakra(repr = i32)]
enum Rank {
    #[chakra(value = 1)]
    First,
    #[chakra(value = 2)]
    Second,
    #[chakra(other)]
    Later(i32),
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Ticket {
    #[chakra(id)]
    id: i64,
    level: Level,
    color: Option<Color>,
    #[chakra(default = Code::Odd)]
    code: Code,
    size: Option<Size>,
    #[chakra(default = Status::Active)]
    status: Status,
    levels: Vec<Level>,
    ranks: Vec<Rank>,
    counts: BTreeMap<Level, i32>,
    sizes: HashMap<Level, Vec<Size>>,
}

fn ticket(id: i64) -> Ticket {
    Ticket {
        id,
        level: Level::VeryLow,
        color: None,
        code: Code::Odd,
        size: None,
        status: Status::Active,
        levels: vec![],
        ranks: vec![],
        counts: BTreeMap::new(),
        sizes: HashMap::new(),
    }
}

fn full(id: i64) -> Ticket {
    Ticket {
        id,
        level: Level::Middle,
        color: Some(Color::DarkRed),
        code: Code::Bad,
        size: Some(Size::Great),
        status: Status::Unknown("paused".into()),
        levels: vec![Level::High, Level::VeryLow],
        ranks: vec![Rank::Second, Rank::Later(-7), Rank::First],
        counts: BTreeMap::from([(Level::Middle, 3), (Level::High, 1)]),
        sizes: HashMap::from([(Level::High, vec![Size::Least, Size::Small])]),
    }
}

fn full_document(id: i64) -> Document {
    doc! {
        "_id": id, "level": "MID", "color": "DarkRed", "code": -1, "size": 9_000_000_000_i64, "status": "paused", "levels": ["high", "very-low"],
        "ranks": [2, -7, 1], "counts": { "MID": 3, "high": 1 }, "sizes": { "high": [-9_000_000_000_i64, 1_i64] },
    }
}

async fn fixture() -> Fixture {
    Fixture::new(|builder| builder.model::<Ticket>()).await
}

#[tokio::test]
async fn a_variant_is_stored_by_its_name_or_number() {
    let fixture = fixture().await;
    let created = fixture.db.create(Ticket::draft().id(1).level(Level::VeryLow)).await.unwrap();
    assert_eq!(created, ticket(1));
    fixture.db.insert_many(&[full(2)]).await.unwrap();
    let expected = [
        doc! { "_id": 1_i64, "level": "very-low", "code": 7, "status": "active", "levels": [], "ranks": [], "counts": {}, "sizes": {} },
        full_document(2),
    ];
    assert_eq!(fixture.stored("tickets").await, expected);
    assert_eq!(fixture.db.get(Ticket::id.eq(2)).await.unwrap(), full(2));
}

#[tokio::test]
async fn every_variant_comes_back() {
    let fixture = fixture().await;
    let mut tickets = Vec::new();
    for (id, code) in [(1, Code::Bad), (2, Code::Fine), (3, Code::Odd), (4, Code::Even)] {
        tickets.push(Ticket { code, ..ticket(id) });
    }
    for (id, size) in [(5, Size::Least), (6, Size::Small), (7, Size::Great)] {
        tickets.push(Ticket { size: Some(size), ..ticket(id) });
    }
    fixture.db.insert_many(&tickets).await.unwrap();
    let stored = fixture.stored("tickets").await;
    assert_eq!(stored[..4].iter().map(|ticket| ticket.get_i32("code").unwrap()).collect::<Vec<_>>(), [-1, 0, 7, 8]);
    let sizes: Vec<i64> = stored[4..].iter().map(|ticket| ticket.get_i64("size").unwrap()).collect();
    assert_eq!(sizes, [-9_000_000_000, 1, 9_000_000_000]);
    assert_eq!(fixture.db.find_many(Ticket::all()).order_by(Ticket::id.asc()).await.unwrap(), tickets);
}

#[tokio::test]
async fn missing_and_converted_values_read_as_the_model_says() {
    let fixture = fixture().await;
    fixture.store("tickets", doc! { "_id": 1_i64, "level": "very-low", "color": Bson::Null, "status": Bson::Null }).await;
    fixture.store("tickets", doc! { "_id": 2_i64, "level": "high", "code": 8_i64, "size": 1, "ranks": [2.0, 3_i64] }).await;
    let expected =
        Ticket { level: Level::High, code: Code::Even, size: Some(Size::Small), ranks: vec![Rank::Second, Rank::Later(3)], ..ticket(2) };
    assert_eq!(fixture.db.find_many(Ticket::all()).order_by(Ticket::id.asc()).await.unwrap(), [ticket(1), expected]);
}

#[tokio::test]
async fn an_unknown_value_is_an_error_that_lists_the_known_ones() {
    let fixture = fixture().await;
    let levels = "one of `very-low`, `MID`, `high`";
    let codes = "one of -1 (`Bad`), 0 (`Fine`), 7 (`Odd`), 8 (`Even`)";
    let sizes = "one of -9000000000 (`Least`), 1 (`Small`), 9000000000 (`Great`)";
    let rows: [(&str, Bson, &str, &str, &str, &str); 6] = [
        ("level", "medium".into(), "level", levels, "another name", "medium"),
        // Names are compared letter by letter.
        ("level", "mid".into(), "level", levels, "another name", "mid"),
        ("levels", bson::bson!(["high", "top"]), "levels[1]", levels, "another name", "top"),
        ("code", 9.into(), "code", codes, "another number", "9"),
        ("size", 2_i64.into(), "size", sizes, "another number", "2"),
        ("sizes", bson::bson!({ "high": [1, 4711] }), "sizes.{…}[1]", sizes, "another number", "4711"),
    ];
    for (id, (field, value, path, expected, found, detail)) in (1_i64..).zip(rows) {
        let mut document = doc! { "_id": id, "level": "high" };
        document.insert(field, value);
        fixture.store("tickets", document).await;
        let error = fixture.db.get(Ticket::id.eq(id)).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("`tickets` holds a document (_id {id}) that `Ticket` cannot read: `{path}`: expected {expected}, found {found}")
        );
        assert_eq!(error.detail().as_deref(), Some(detail));
        assert!(!format!("{error} {error:?}").contains(detail), "the value is shown on request only");
    }
    // A value of another type is none of `other` either.
    for (id, field, value, path, found) in [
        (11_i64, "level", Bson::Int32(1), "level", "Int32"),
        (12, "status", Bson::Int32(1), "status", "Int32"),
        (13, "code", "Bad".into(), "code", "String"),
    ] {
        let mut document = doc! { "_id": id, "level": "high" };
        document.insert(field, value);
        fixture.store("tickets", document).await;
        let error = fixture.db.get(Ticket::id.eq(id)).await.unwrap_err();
        let Error::Decode { error, .. } = &error else { panic!("{error:?}") };
        assert_eq!((error.path(), error.found()), (path, found));
    }
}

#[tokio::test]
async fn other_keeps_what_it_read_and_writes_it_back() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let foreign = doc! {
        "_id": 1_i64, "level": "high", "code": 7, "status": "on hold", "levels": [], "ranks": [5, 1], "counts": {}, "sizes": {},
    };
    fixture.store("tickets", foreign.clone()).await;
    let read = db.get(Ticket::id.eq(1)).await.unwrap();
    assert_eq!((&read.status, read.ranks.as_slice()), (&Status::Unknown("on hold".into()), &[Rank::Later(5), Rank::First][..]));
    db.delete(Ticket::id.eq(1)).await.unwrap();
    db.insert_many(&[read]).await.unwrap();
    assert_eq!(fixture.stored("tickets").await[0].to_vec().unwrap(), foreign.to_vec().unwrap());

    // A name that a variant has is that variant.
    let closed = Status::Unknown("closed".into());
    let changed = db.update(Ticket::id.eq(1)).set(Ticket::status, closed).push(Ticket::ranks, Rank::Later(2)).await.unwrap();
    assert_eq!((changed.status, changed.ranks), (Status::Closed, vec![Rank::Later(5), Rank::First, Rank::Second]));
    for (filter, expected) in [
        (Ticket::status.eq(Status::Closed), 1),
        (Ticket::status.eq(Status::Unknown("on hold".into())), 0),
        (Ticket::ranks.has(Rank::Later(5)), 1),
        (Ticket::ranks.has(Rank::Later(1)), 1),
    ] {
        let shape = format!("{filter:?}");
        assert_eq!(db.count(filter).await.unwrap(), expected, "{shape}");
    }
}

#[tokio::test]
async fn filters_ask_for_what_is_stored() {
    let fixture = fixture().await;
    let db = &fixture.db;
    db.insert_many(&[ticket(1), full(2), Ticket { level: Level::High, size: Some(Size::Least), ..ticket(3) }]).await.unwrap();
    fixture.store("tickets", doc! { "_id": 4_i64, "level": "high", "code": Bson::Null }).await;
    // Beside each the documents that the driver finds by the stored value.
    let cases: Vec<(Filter<Ticket>, Document, usize)> = vec![
        (Ticket::level.eq(Level::Middle), doc! { "level": "MID" }, 1),
        (Ticket::level.ne(Level::Middle), doc! { "level": { "$ne": "MID" } }, 3),
        (Ticket::level.in_([Level::VeryLow, Level::High]), doc! { "level": { "$in": ["very-low", "high"] } }, 3),
        (Ticket::level.not_in([Level::High]), doc! { "level": { "$nin": ["high"] } }, 2),
        (Ticket::color.eq(Color::DarkRed), doc! { "color": "DarkRed" }, 1),
        (Ticket::color.is_none(), doc! { "color": null }, 3),
        (Ticket::color.in_([None, Some(Color::Blue)]), doc! { "color": { "$in": ["Blue", null] } }, 3),
        (Ticket::code.eq(Code::Bad), doc! { "code": -1 }, 1),
        (Ticket::code.eq(Code::Odd), doc! { "code": { "$in": [7, null] } }, 3),
        (Ticket::code.ne(Code::Odd), doc! { "code": { "$nin": [7, null] } }, 1),
        (Ticket::code.in_([Code::Bad, Code::Even]), doc! { "code": { "$in": [-1, 8] } }, 1),
        (Ticket::size.eq(Size::Great), doc! { "size": 9_000_000_000_i64 }, 1),
        (Ticket::size.in_([Size::Least, Size::Great]), doc! { "size": { "$in": [-9_000_000_000_i64, 9_000_000_000_i64] } }, 2),
        (Ticket::status.eq(Status::Unknown("paused".into())), doc! { "status": "paused" }, 1),
        (Ticket::status.ne(Status::Active), doc! { "status": { "$nin": ["active", null] } }, 1),
        (Ticket::levels.has(Level::High), doc! { "levels": "high" }, 1),
        (Ticket::levels.eq([Level::High, Level::VeryLow]), doc! { "levels": ["high", "very-low"] }, 1),
        (Ticket::ranks.has(Rank::Later(-7)), doc! { "ranks": -7 }, 1),
        (Ticket::counts.eq(BTreeMap::from([(Level::Middle, 3), (Level::High, 1)])), doc! { "counts": { "MID": 3, "high": 1 } }, 1),
    ];
    for (filter, by_driver, expected) in cases {
        let shape = format!("{filter:?}");
        let mut found: Vec<i64> = db.find_many(filter).await.unwrap().iter().map(|ticket| ticket.id).collect();
        found.sort_unstable();
        let mut by_driver: Vec<i64> = ids(&fixture, by_driver).await;
        by_driver.sort_unstable();
        assert_eq!((&found, found.len()), (&by_driver, expected), "{shape}");
    }
}

async fn ids(fixture: &Fixture, filter: Document) -> Vec<i64> {
    use futures::TryStreamExt;
    let found = fixture.raw.collection::<Document>("tickets").find(filter).await.unwrap();
    let found: Vec<Document> = found.try_collect().await.unwrap();
    found.iter().map(|document| document.get_i64("_id").unwrap()).collect()
}

#[tokio::test]
async fn updates_write_what_is_stored() {
    let fixture = fixture().await;
    let db = &fixture.db;
    db.insert_many(&[ticket(1)]).await.unwrap();
    let changed = db
        .update(Ticket::id.eq(1))
        .set(Ticket::level, Level::Middle)
        .set(Ticket::color, Color::DarkRed)
        .set(Ticket::code, Code::Bad)
        .set(Ticket::size, Size::Great)
        .set(Ticket::status, Status::Unknown("paused".into()))
        .set(Ticket::levels, [Level::High, Level::VeryLow])
        .set(Ticket::ranks, [Rank::Second, Rank::Later(-7)])
        .set(Ticket::counts, BTreeMap::from([(Level::Middle, 3), (Level::High, 1)]))
        .set(Ticket::sizes, HashMap::from([(Level::High, vec![Size::Least, Size::Small])]))
        .await
        .unwrap();
    assert_eq!(changed, Ticket { ranks: vec![Rank::Second, Rank::Later(-7)], ..full(1) });
    let changed = db.update(Ticket::id.eq(1)).push(Ticket::ranks, Rank::First).await.unwrap();
    assert_eq!(changed, full(1));
    assert_eq!(fixture.stored("tickets").await, [full_document(1)]);
    let changed = db.update(Ticket::id.eq(1)).unset(Ticket::code).unset(Ticket::status).set(Ticket::color, None).await.unwrap();
    assert_eq!((changed.code, changed.status, changed.color), (Code::Odd, Status::Active, None));
}

#[tokio::test]
async fn a_key_that_is_no_variant_is_named_on_request_only() {
    let fixture = fixture().await;
    fixture.store("tickets", doc! { "_id": 1_i64, "level": "high", "counts": { "high": 1, "secret": 2 } }).await;
    let error = fixture.db.get(Ticket::id.eq(1)).await.unwrap_err();
    let fault = "`counts.{…}`: expected a key of the map's type, found another key";
    assert_eq!(error.to_string(), format!("`tickets` holds a document (_id 1) that `Ticket` cannot read: {fault}"));
    assert!(!format!("{error:?}").contains("secret"));
    assert_eq!(error.detail().as_deref(), Some("key `secret`"));
}
