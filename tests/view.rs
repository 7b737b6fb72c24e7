//! Views: some fields of a document, read without the rest and without copies.

use crate::support::Fixture;
use bson::{Bson, Document, doc};
use chakra::{Db, Error, prelude::*};
use std::sync::{Arc, Mutex};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
enum Rank {
    Low,
    High,
}

#[derive(Debug, Clone, PartialEq, Composite)]
struct Home {
    street: String,
    #[chakra(name = "town")]
    city: String,
    #[chakra(default = 1)]
    floor: i32,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[chakra(collection = "guests")]
struct Guest {
    #[chakra(id)]
    id: i64,
    #[chakra(name = "mail")]
    email: String,
    nick: Option<String>,
    #[chakra(default = 1)]
    visits: i32,
    rank: Rank,
    tags: Vec<String>,
    home: Option<Home>,
    homes: Vec<Home>,
    secret: String,
}

/// Borrows what it can.
#[derive(Debug, Clone, PartialEq, View)]
struct Card<'a> {
    #[chakra(name = "mail")]
    email: &'a str,
    nick: Option<&'a str>,
    #[chakra(default = 1)]
    visits: i32,
    rank: Rank,
    tags: Vec<&'a str>,
    home: Option<HomeCard<'a>>,
    homes: Vec<HomeCard<'a>>,
}

/// A part of a composite.
#[derive(Debug, Clone, PartialEq, View)]
struct HomeCard<'a> {
    #[chakra(name = "town")]
    city: &'a str,
    #[chakra(default = 1)]
    floor: i32,
}

/// Owns all it has, a whole composite among it.
#[derive(Debug, Clone, PartialEq, View)]
struct Brief {
    nick: Option<String>,
    #[chakra(name = "mail")]
    email: String,
    home: Option<Home>,
}

fn home(city: &str) -> Home {
    Home { street: "s".into(), city: city.into(), floor: 1 }
}

fn guest(id: i64, email: &str) -> Guest {
    let secret = "secret".to_owned();
    Guest { id, email: email.into(), nick: None, visits: 1, rank: Rank::Low, tags: vec![], home: None, homes: vec![], secret }
}

fn full_guest() -> Guest {
    Guest {
        nick: Some("ada".into()),
        visits: 7,
        rank: Rank::High,
        tags: vec!["a".into(), "b".into()],
        home: Some(home("Rome")),
        homes: vec![home("Oslo"), Home { floor: 2, ..home("Bern") }],
        ..guest(1, "a@x")
    }
}

/// A handle on the fixture's database, and the last command that it sent.
async fn recorded(fixture: &Fixture) -> (Db, Arc<Mutex<Document>>) {
    let last = Arc::new(Mutex::new(Document::new()));
    let record = Arc::clone(&last);
    let builder = Db::builder(&fixture.uri).model::<Guest>();
    let builder = builder.on_command(move |command| *record.lock().unwrap() = command.command().clone());
    (builder.connect().await.unwrap(), last)
}

async fn fixture() -> Fixture {
    Fixture::new(|builder| builder.model::<Guest>()).await
}

#[tokio::test]
async fn a_view_borrows_from_the_reply() {
    let fixture = fixture().await;
    fixture.db.insert_many(&[full_guest(), guest(2, "b@x")]).await.unwrap();
    // What is missing or null reads as the view says.
    fixture
        .store(
            "guests",
            doc! { "_id": 3_i64, "tags": Bson::Null, "rank": "Low", "home": { "town": "Bonn", "floor": Bson::Null }, "mail": "c@x" },
        )
        .await;
    let (db, last) = recorded(&fixture).await;
    let cards = db.find_many(Guest::all()).order_by(Guest::id.asc()).view::<Card>().await.unwrap();
    let command = last.lock().unwrap().clone();
    assert_eq!(command.get_str("find").unwrap(), "guests");
    let projection = doc! { "mail": 1, "nick": 1, "visits": 1, "rank": 1, "tags": 1, "home": 1, "homes": 1, "_id": 0 };
    assert_eq!(*command.get_document("projection").unwrap(), projection);

    assert_eq!((cards.len(), cards.is_empty()), (3, false));
    let least = |email| Card { email, nick: None, visits: 1, rank: Rank::Low, tags: vec![], home: None, homes: vec![] };
    let expected = [
        Card {
            nick: Some("ada"),
            visits: 7,
            rank: Rank::High,
            tags: vec!["a", "b"],
            home: Some(HomeCard { city: "Rome", floor: 1 }),
            homes: vec![HomeCard { city: "Oslo", floor: 1 }, HomeCard { city: "Bern", floor: 2 }],
            ..least("a@x")
        },
        least("b@x"),
        Card { home: Some(HomeCard { city: "Bonn", floor: 1 }), ..least("c@x") },
    ];
    let read: Vec<Card> = cards.iter().collect::<chakra::Result<_>>().unwrap();
    assert_eq!(read, expected);
    // They can be read again: nothing was taken out.
    assert_eq!(cards.iter().count(), 3);
}

#[tokio::test]
async fn an_owned_view_outlives_the_reply() {
    let fixture = fixture().await;
    fixture.db.insert_many(&[full_guest(), guest(2, "b@x")]).await.unwrap();
    let (db, last) = recorded(&fixture).await;
    let found = db.find_many(Guest::email.eq("a@x")).view::<Brief>().await.unwrap();
    assert_eq!(*last.lock().unwrap().get_document("projection").unwrap(), doc! { "nick": 1, "mail": 1, "home": 1, "_id": 0 });
    let briefs: Vec<Brief> = found.iter().map(Result::unwrap).collect();
    drop(found);
    assert_eq!(briefs, [Brief { nick: Some("ada".into()), email: "a@x".into(), home: Some(home("Rome")) }]);
}

#[tokio::test]
async fn a_bad_document_fails_alone() {
    let fixture = fixture().await;
    fixture.db.insert_many(&[guest(1, "a@x"), guest(3, "c@x"), guest(5, "e@x")]).await.unwrap();
    fixture.store("guests", doc! { "_id": 2_i64, "mail": "b@x", "rank": "Low", "home": { "town": 1 } }).await;
    fixture.store("guests", doc! { "_id": 4_i64, "mail": "d@x", "visits": 1 }).await;
    let cards = fixture.db.find_many(Guest::all()).order_by(Guest::id.asc()).view::<Card>().await.unwrap();
    assert_eq!(cards.len(), 5);
    let read: Vec<Result<&str, (String, String)>> = cards
        .iter()
        .map(|card| match card {
            Ok(card) => Ok(card.email),
            Err(error) => {
                let said = error.to_string();
                let Error::Decode { model: "Guest", collection: "guests", error, .. } = error else { panic!("{said}") };
                Err((error.path().to_owned(), said))
            }
        })
        .collect();
    // A view does not ask for the `_id`.
    let fault =
        |path: &str, rest: &str| Err((path.to_owned(), format!("`guests` holds a document that `Guest` cannot read: `{path}`: {rest}")));
    let bad = [fault("home.town", "expected String, found Int32"), fault("rank", "expected a value, found nothing")];
    let [town, rank] = bad;
    assert_eq!(read, [Ok("a@x"), town, Ok("c@x"), rank, Ok("e@x")]);
}

#[tokio::test]
async fn it_takes_what_a_read_takes() {
    let fixture = fixture().await;
    let guests: Vec<Guest> = (0..300).map(|id| guest(id, &format!("{id:03}@x"))).collect();
    fixture.db.insert_many(&guests).await.unwrap();
    fixture.commands();
    let cards =
        fixture.db.find_many(Guest::id.in_(10_i64..200)).order_by(Guest::id.desc()).skip(1).take(150).batch_size(100).view::<Card>();
    let cards = cards.await.unwrap();
    // All batches are kept.
    assert_eq!(fixture.commands(), ["find", "getMore"]);
    let emails: Vec<&str> = cards.iter().map(|card| card.unwrap().email).collect();
    assert_eq!((cards.len(), emails.len(), emails[0], emails[149]), (150, 150, "198@x", "049@x"));

    let none = fixture.db.find_many(Guest::email.eq("nobody")).view::<Card>().await.unwrap();
    assert_eq!((none.len(), none.is_empty(), none.iter().count()), (0, true, 0));
    fixture.commands();
    let none = fixture.db.find_many(Guest::all()).take(0).view::<Card>().await.unwrap();
    assert!(none.is_empty());
    assert_eq!(fixture.commands(), Vec::<String>::new());
}

#[tokio::test]
async fn one_document_is_a_row_that_keeps_it() {
    let fixture = fixture().await;
    fixture.db.insert_many(&[full_guest(), guest(2, "b@x")]).await.unwrap();
    let (db, last) = recorded(&fixture).await;
    db.get(Guest::id.eq(2)).await.unwrap();
    let whole = last.lock().unwrap().clone();
    let row = db.get(Guest::id.eq(2)).view::<Card>().await.unwrap();
    let sent = last.lock().unwrap().clone();
    // The same read, of fewer fields.
    assert_eq!((sent.get_document("filter").unwrap(), sent.get_i64("limit").unwrap()), (&doc! { "_id": 2_i64 }, 1));
    for part in ["find", "filter", "limit", "singleBatch", "sort"] {
        assert_eq!(sent.get(part), whole.get(part), "{part}");
    }
    assert_eq!(sent.get_document("projection").unwrap().get("secret"), None);
    let card = row.get().unwrap();
    assert_eq!((card.email, card.nick, card.visits), ("b@x", None, 1));

    let last = db.find_first(Guest::all()).order_by(Guest::id.desc()).view::<Brief>().await.unwrap();
    assert_eq!(last.map(|row| row.get().unwrap().email), Some("b@x".to_owned()));
    let none = db.find_unique(Guest::id.eq(9)).view::<Brief>().await.unwrap();
    assert!(none.is_none());
    let Err(Error::NotFound { .. }) = db.get(Guest::id.eq(9)).view::<Brief>().await else { panic!("there is a ninth guest") };

    fixture.store("guests", doc! { "_id": 3_i64, "mail": 5 }).await;
    let odd = db.get(Guest::id.eq(3)).view::<Brief>().await.unwrap();
    let Err(Error::Decode { error, .. }) = odd.get() else { panic!("a number was read as a text") };
    assert_eq!(error.path(), "mail");
}
