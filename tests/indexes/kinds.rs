//! Each kind and option: as it is declared, so it is listed.

use super::synced;
use crate::support::Fixture;
use bson::{Document, doc};
use chakra::{model::Point, prelude::*};
use std::collections::HashMap;

#[derive(Debug, Clone, PartialEq, Composite)]
struct Stop {
    #[chakra(name = "town")]
    city: String,
    at: Option<Point>,
}

/// A collation as the server lists it.
fn collation(locale: &str, changed: Document) -> Document {
    let mut collation = doc! {
        "locale": locale, "caseLevel": false, "caseFirst": "off", "strength": 3, "numericOrdering": false, "alternate": "non-ignorable",
        "maxVariable": "punct", "normalization": false, "backwards": false, "version": "57.1",
    };
    collation.extend(changed);
    collation
}

#[tokio::test]
async fn keys_of_every_kind() {
    #[derive(Debug, Clone, Model)]
    #[chakra(
        index(team, score = desc),
        index(stops.city, team = desc),
        index(owner = hashed, score = desc, map = "by_owner"),
        index(id = hashed),
        index(team, spot = "2dsphere"),
        index(stops.at = 2dsphere),
        index(data = wildcard),
        wildcard(only(data, stops.city), hidden)
    )]
    struct Trip {
        #[chakra(id)]
        id: Id<Trip>,
        #[chakra(name = "o", index(kind = hashed))]
        owner: i64,
        team: String,
        #[chakra(index(direction = desc, name = "by_score"))]
        score: Option<i32>,
        #[chakra(index(kind = "2dsphere"))]
        spot: Option<Point>,
        stops: Vec<Stop>,
        data: HashMap<String, i32>,
        #[chakra(index(kind = wildcard))]
        notes: Document,
    }
    let fixture = Fixture::new(|builder| builder.model::<Trip>()).await;
    let expected = [
        doc! { "key": { "_id": "hashed" }, "name": "_id_hashed" },
        doc! { "key": { "o": "hashed", "score": -1 }, "name": "by_owner" },
        doc! { "key": { "score": -1 }, "name": "by_score" },
        doc! { "key": { "data.$**": 1 }, "name": "data_wildcard" },
        doc! { "key": { "notes.$**": 1 }, "name": "notes_wildcard" },
        doc! { "key": { "o": "hashed" }, "name": "o_hashed" },
        doc! { "key": { "spot": "2dsphere" }, "name": "spot_2dsphere", "2dsphereIndexVersion": 3 },
        doc! { "key": { "stops.at": "2dsphere" }, "name": "stops.at_2dsphere", "2dsphereIndexVersion": 3 },
        doc! { "key": { "stops.town": 1, "team": -1 }, "name": "stops.town_1_team_-1" },
        doc! { "key": { "team": 1, "score": -1 }, "name": "team_1_score_-1" },
        doc! { "key": { "team": 1, "spot": "2dsphere" }, "name": "team_1_spot_2dsphere", "2dsphereIndexVersion": 3 },
        doc! { "key": { "$**": 1 }, "name": "wildcard", "hidden": true, "wildcardProjection": { "data": 1, "stops.town": 1 } },
    ];
    let made = synced(&fixture, "trips").await;
    assert_eq!(made, expected);
    // Documents compare without regard to the order of their fields, and that of keys counts.
    for (made, expected) in made.iter().zip(&expected) {
        assert!(made.get_document("key").unwrap().keys().eq(expected.get_document("key").unwrap().keys()), "{made}");
    }
    // What the model stores, all of them take.
    let at = |longitude| Stop { city: "Rome".into(), at: Some(Point::new(longitude, 1.0)) };
    let trip = Trip::draft().owner(1).team("a").spot(Point::new(1.0, 2.0)).stops([at(1.0), Stop { at: None, ..at(0.0) }, at(2.0)]);
    fixture.db.create(trip.data(HashMap::from([("x".to_owned(), 1)])).notes(doc! { "a": { "b": [1, 2] } })).await.unwrap();
    fixture.db.create(Trip::draft().owner(2).team("b").notes(doc! {})).await.unwrap();
}

#[tokio::test]
async fn options_of_every_kind() {
    #[derive(Debug, Clone, Model)]
    #[chakra(
        index(score, sparse),
        index(team, name, sparse, hidden),
        index(score = desc, partial = Self::is_open.eq(true)),
        unique(code, partial = Self::is_open.eq(true) & Self::score.gt(5)),
        unique(serial, sparse),
        index(name, collation(locale = "de", strength = 2)),
        index(name = desc, collation = "fr_CA"),
        unique(
            mail,
            collation(
                locale = "en",
                strength = 1,
                case_level,
                alternate = "shifted",
                max_variable = space,
                numeric_ordering,
                normalization = true
            )
        ),
        index(team = hashed, collation = "da", partial = worth),
        index(data = wildcard, collation = "hi", partial = worth(), map = "of_data"),
        wildcard(except(name, data), map = "rest")
    )]
    struct Deal {
        #[chakra(id)]
        id: Id<Deal>,
        code: Option<String>,
        serial: Option<i64>,
        mail: String,
        team: String,
        name: String,
        score: Option<i32>,
        is_open: bool,
        data: HashMap<String, String>,
        #[chakra(unique(partial = Self::name.is_some_text(), name = "nick"))]
        nick: String,
    }
    impl Deal {
        fn worthwhile() -> Filter<Self> {
            Self::score.gte(10) | Self::team.in_(["a", "b"])
        }
    }
    fn worth() -> Filter<Deal> {
        Deal::worthwhile()
    }
    trait SomeText {
        fn is_some_text(&self) -> Filter<Deal>;
    }
    impl SomeText for chakra::Path<Deal, String> {
        fn is_some_text(&self) -> Filter<Deal> {
            self.gt("")
        }
    }
    let fixture = Fixture::new(|builder| builder.model::<Deal>()).await;
    let open = || doc! { "is_open": true };
    let worthwhile = || doc! { "$or": [{ "score": { "$gte": 10 } }, { "team": { "$in": ["a", "b"] } }] };
    let of_mail = doc! {
        "strength": 1, "caseLevel": true, "alternate": "shifted", "maxVariable": "space", "numericOrdering": true, "normalization": true,
    };
    let expected = [
        doc! {
            "key": { "code": 1 }, "name": "code_1", "unique": true,
            "partialFilterExpression": { "$and": [{ "code": { "$gte": "" } }, { "is_open": true, "score": { "$gt": 5 } }] },
        },
        doc! { "key": { "mail": 1 }, "name": "mail_1", "unique": true, "collation": collation("en", of_mail) },
        doc! { "key": { "name": -1 }, "name": "name_-1", "collation": collation("fr_CA", doc! { "backwards": true }) },
        doc! { "key": { "name": 1 }, "name": "name_1", "collation": collation("de", doc! { "strength": 2 }) },
        doc! { "key": { "nick": 1 }, "name": "nick", "unique": true, "partialFilterExpression": { "name": { "$gt": "" } } },
        doc! {
            "key": { "data.$**": 1 }, "name": "of_data", "partialFilterExpression": worthwhile(),
            "collation": collation("hi", doc! { "normalization": true }),
        },
        doc! { "key": { "$**": 1 }, "name": "rest", "wildcardProjection": { "name": 0, "data": 0 } },
        doc! { "key": { "score": -1 }, "name": "score_-1", "partialFilterExpression": open() },
        doc! { "key": { "score": 1 }, "name": "score_1", "sparse": true },
        doc! { "key": { "serial": 1 }, "name": "serial_1", "unique": true, "sparse": true },
        doc! { "key": { "team": 1, "name": 1 }, "name": "team_1_name_1", "sparse": true, "hidden": true },
        doc! {
            "key": { "team": "hashed" }, "name": "team_hashed", "partialFilterExpression": worthwhile(),
            "collation": collation("da", doc! { "caseFirst": "upper" }),
        },
    ];
    assert_eq!(synced(&fixture, "deals").await, expected);

    // A part of the documents is unique, and the rest is not.
    let deal = |mail: &str, nick: &str| Deal::draft().mail(mail).team("a").name("n").nick(nick);
    let db = &fixture.db;
    db.create(deal("a", "x").is_open(true).code("c").score(9)).await.unwrap();
    db.create(deal("b", "y").is_open(true).code("c").score(5)).await.unwrap();
    db.create(deal("c", "z").is_open(false).code("c").score(9)).await.unwrap();
    let refused = db.create(deal("d", "w").is_open(true).code("c").score(6)).await.unwrap_err();
    assert!(refused.is_unique_on(Deal::code), "{refused:?}");
    // Of a collation, what the server takes for the same.
    let refused = db.create(deal("  á", "v").is_open(false)).await.unwrap_err();
    assert!(refused.is_unique_on(Deal::mail), "{refused:?}");
    db.create(deal("A", "v").is_open(false)).await.unwrap();
    // A sparse one has no document without the field.
    db.create(deal("e", "u").is_open(false).serial(1)).await.unwrap();
    let refused = db.create(deal("f", "t").is_open(false).serial(1)).await.unwrap_err();
    assert!(refused.is_unique_on(Deal::serial), "{refused:?}");
}

#[tokio::test]
async fn texts_with_all_that_they_may_say() {
    #[derive(Debug, Clone, Model)]
    #[chakra(text(
        title = 10,
        body,
        tags = 5,
        language = "german",
        language_field = "lang",
        partial = Self::is_public.eq(true),
        map = "search"
    ))]
    struct Page {
        #[chakra(id)]
        id: Id<Page>,
        title: String,
        body: Option<String>,
        tags: Vec<String>,
        language: i32,
        is_public: bool,
    }
    let fixture = Fixture::new(|builder| builder.model::<Page>()).await;
    let expected = doc! {
        "key": { "_fts": "text", "_ftsx": 1 }, "name": "search", "weights": { "title": 10, "body": 1, "tags": 5 },
        "default_language": "german", "language_override": "lang", "partialFilterExpression": { "is_public": true }, "textIndexVersion": 3,
    };
    assert_eq!(synced(&fixture, "pages").await, [expected]);
    // Otherwise the server would take the number for a language.
    fixture.db.create(Page::draft().title("Kaffee").language(7).is_public(true)).await.unwrap();
    let found = fixture.db.find_many(Filter::<Page>::search("Kaffee") & Page::is_public.eq(true)).await.unwrap();
    assert_eq!(found.len(), 1);
}

#[tokio::test]
async fn indexes_of_a_model_of_several_shapes() {
    #[derive(Debug, Clone, Model)]
    #[chakra(
        tag = "kind",
        index(login.at, expire_after = "1h"),
        index(sale.place = "2dsphere"),
        index(user = hashed),
        unique(sale.receipt, partial = Event::user.gt(0)),
        wildcard(only(sale.data))
    )]
    enum Event {
        Login {
            #[chakra(id)]
            id: Id<Event>,
            user: i64,
            at: DateTime<Utc>,
        },
        Sale {
            #[chakra(id)]
            id: Id<Event>,
            user: i64,
            place: Point,
            receipt: String,
            #[chakra(index(sparse, name = "by_cents"))]
            cents: i64,
            data: HashMap<String, i32>,
        },
    }
    let fixture = Fixture::new(|builder| builder.model::<Event>()).await;
    let of_sale = doc! { "$and": [{ "receipt": { "$gte": "" }, "kind": "Sale" }, { "user": { "$gt": 0_i64 } }] };
    let expected = [
        doc! { "key": { "at": 1 }, "name": "at_1", "expireAfterSeconds": 3_600 },
        doc! { "key": { "cents": 1 }, "name": "by_cents", "sparse": true },
        doc! { "key": { "place": "2dsphere" }, "name": "place_2dsphere", "2dsphereIndexVersion": 3 },
        doc! { "key": { "receipt": 1 }, "name": "receipt_1", "unique": true, "partialFilterExpression": of_sale },
        doc! { "key": { "user": "hashed" }, "name": "user_hashed" },
        doc! { "key": { "$**": 1 }, "name": "wildcard", "wildcardProjection": { "data": 1 } },
    ];
    assert_eq!(synced(&fixture, "events").await, expected);
}

#[tokio::test]
async fn a_collection_with_a_collation_takes_every_kind() {
    #[derive(Debug, Clone, Model)]
    #[chakra(index(a = hashed), index(place = "2dsphere"), wildcard, text(a), index(a, collation(locale = "fr", strength = 1)), index(b))]
    struct Thing {
        #[chakra(id)]
        id: Id<Thing>,
        a: String,
        b: String,
        place: Option<Point>,
    }
    let fixture = Fixture::new(|builder| builder.model::<Thing>()).await;
    fixture.raw.run_command(doc! { "create": "things", "collation": { "locale": "de" } }).await.unwrap();
    let made = synced(&fixture, "things").await;
    let locales: Vec<(&str, &str)> = made
        .iter()
        .map(|index| {
            let locale = index.get_document("collation").map_or("", |collation| collation.get_str("locale").unwrap());
            (index.get_str("name").unwrap(), locale)
        })
        .collect();
    let expected = [("a_1", "fr"), ("a_hashed", "de"), ("a_text", ""), ("b_1", "de"), ("place_2dsphere", "de"), ("wildcard", "de")];
    assert_eq!(locales, expected);
}
