//! Keys and ids that are equal on the server are one key here, and what is no key is never asked for.

use crate::support::{Fixture, Sent};
use bson::{Bson, Document, doc};
use chakra::{Db, Error, FindingKind, prelude::*};

#[derive(Debug, Clone, PartialEq, Composite)]
struct Spot {
    t: i32,
    n: i64,
}

/// A document whose id has parts.
#[derive(Debug, Clone, Model)]
struct Seat {
    #[chakra(id)]
    id: Spot,
    #[chakra(relation = OneToMany, foreign_key = seat_id)]
    guests: Related<Vec<Guest>>,
}

#[derive(Debug, Clone, Model)]
struct Guest {
    #[chakra(id)]
    id: i64,
    seat_id: Option<Spot>,
    #[chakra(relation = ManyToOne, foreign_key = seat_id)]
    seat: Related<Option<Seat>>,
    liked_ids: Vec<Spot>,
    #[chakra(relation = ManyToMany, ids = liked_ids)]
    liked: Related<Vec<Seat>>,
}

/// Two seats, and a guest whose keys name them by other types of numbers.
async fn seated() -> Fixture {
    let fixture = Fixture::new(|builder| builder.model::<Seat>()).await;
    fixture.store("seats", doc! { "_id": { "t": 1, "n": 5 } }).await;
    fixture.store("seats", doc! { "_id": { "t": 2_i64, "n": 6.0 } }).await;
    let liked = vec![doc! { "t": 2, "n": 6_i64 }, doc! { "t": 1.0, "n": 5_i64 }];
    fixture.store("guests", doc! { "_id": 1_i64, "seat_id": { "t": 1_i64, "n": 5_i64 }, "liked_ids": liked }).await;
    fixture
}

#[tokio::test]
async fn documents_are_one_key_whatever_types_hold_their_numbers() {
    let fixture = seated().await;
    let db = &fixture.db;
    let guest =
        db.find_unique(Guest::id.eq(1)).include(Guest::seat).include(Guest::liked).include_count(Guest::liked).await.unwrap().unwrap();
    assert_eq!(guest.seat.get().unwrap().as_ref().map(|seat| seat.id.clone()), Some(Spot { t: 1, n: 5 }));
    let liked: Vec<i64> = guest.liked.get().unwrap().iter().map(|seat| seat.id.n).collect();
    assert_eq!((liked, guest.liked.count().unwrap()), (vec![6, 5], 2));
    let seats = db.find_many(Seat::all()).order_by(Seat::id.n().asc()).include(Seat::guests).include_count(Seat::guests).await.unwrap();
    let guests: Vec<(usize, u64)> = seats.iter().map(|seat| (seat.guests.get().unwrap().len(), seat.guests.count().unwrap())).collect();
    assert_eq!(guests, [(1, 1), (0, 0)]);
}

#[tokio::test]
async fn a_repair_leaves_links_that_the_server_finds() {
    let fixture = seated().await;
    let five: Bson = Bson::Decimal128("5.0".parse().unwrap());
    // The same key for the server, whatever the model makes of it.
    fixture
        .store("guests", doc! { "_id": 2_i64, "seat_id": { "t": 1_i64, "n": five.clone() }, "liked_ids": [{ "t": 1, "n": five }] })
        .await;
    let before = fixture.stored("guests").await;
    let report = fixture.db.check_relations().await.unwrap();
    assert!(report.is_clean(), "{report}");
    let repaired = fixture.db.check_relations().repair().await.unwrap();
    assert_eq!((repaired.cleared, repaired.pulled), (0, 0));
    assert_eq!(fixture.stored("guests").await, before);

    // Fields in another order are another document, for the server too; and one that stands twice, in two forms, is one link too many.
    let liked = vec![doc! { "t": 1, "n": 5 }, doc! { "t": 1_i64, "n": 5.0 }, doc! { "n": 5, "t": 1 }];
    fixture.store("guests", doc! { "_id": 3_i64, "seat_id": { "n": 5, "t": 1 }, "liked_ids": liked }).await;
    let report = fixture.db.check_relations().await.unwrap();
    let kinds = [FindingKind::Dangling, FindingKind::Duplicate];
    assert_eq!((report.count(), kinds.map(|kind| report.count_of(kind))), (3, [2, 1]), "{report}");
    fixture.db.check_relations().repair().await.unwrap();
    let stored: Vec<Document> = fixture.stored("guests").await;
    assert_eq!(stored[..2], before[..]);
    assert_eq!(stored[2].get("liked_ids"), Some(&Bson::from(vec![doc! { "t": 1, "n": 5 }])));
}

/// A document that others name by a text.
#[derive(Debug, Clone, Model)]
struct Reader {
    #[chakra(id)]
    id: String,
    #[chakra(unique)]
    card: Option<i64>,
    #[chakra(relation = OneToMany, foreign_key = reader_id)]
    loans: Related<Vec<Loan>>,
}

#[derive(Debug, Clone, Model)]
struct Loan {
    #[chakra(id)]
    id: i64,
    stars: i64,
    reader_id: Option<String>,
    #[chakra(relation = ManyToOne, foreign_key = reader_id)]
    reader: Related<Option<Reader>>,
}

async fn readers() -> Fixture {
    let fixture = Fixture::new(|builder| builder.model::<Reader>()).await;
    fixture.db.sync().await.unwrap();
    fixture.store("readers", doc! { "_id": "ada", "card": 1_i64 }).await;
    fixture.store("readers", doc! { "_id": "bob", "card": 2_i64 }).await;
    fixture.store("loans", doc! { "_id": 1_i64, "stars": 5_i64, "reader_id": "ada" }).await;
    fixture.store("loans", doc! { "_id": 2_i64, "stars": 1_i64, "reader_id": "bob" }).await;
    fixture.commands();
    fixture
}

fn names(readers: &[Reader]) -> Vec<&str> {
    readers.iter().map(|reader| reader.id.as_str()).collect()
}

#[tokio::test]
async fn odd_keys_neither_break_nor_falsify_a_filter() {
    let fixture = readers().await;
    let pattern = bson::Regex { pattern: ".".to_owned().try_into().unwrap(), options: String::new().try_into().unwrap() };
    let odd: [Bson; 4] = [Bson::RegularExpression(pattern), Bson::Undefined, doc! { "$gt": "" }.into(), vec![Bson::Null].into()];
    for (id, key) in odd.into_iter().enumerate() {
        fixture.store("loans", doc! { "_id": 10 + id as i64, "stars": 5_i64, "reader_id": key }).await;
    }
    fixture.store_odd("loans", doc! { "_id": 20_i64, "stars": 5_i64, "reader_id": "??" }).await;
    fixture.store("loans", doc! { "_id": 21_i64, "stars": 5_i64, "reader_id": "zed" }).await;
    let looking_up = Db::builder(&fixture.uri).most_related_keys(0).connect().await.unwrap();
    for db in [&fixture.db, &looking_up] {
        let good = || Reader::loans.some(Loan::stars.gte(5));
        assert_eq!(names(&db.find_many(good()).await.unwrap()), ["ada"]);
        assert_eq!(names(&db.find_many(!good()).await.unwrap()), ["bob"]);
        assert_eq!(names(&db.find_many(Reader::loans.count().eq(1)).order_by(Reader::id.asc()).await.unwrap()), ["ada", "bob"]);
    }
    // Which ones lead nowhere the server is asked, and it takes neither a pattern nor Undefined for a value that could be looked up.
    fixture.commands();
    assert_eq!((fixture.db.count(Loan::reader.is_some()).await.unwrap(), fixture.commands()), (2, vec!["aggregate".to_owned(); 2]));
    for db in [&fixture.db, &looking_up] {
        assert_eq!(db.count(Loan::reader.is_some()).await.unwrap(), 2);
        assert_eq!(db.count(Loan::reader.is_none()).await.unwrap(), 6);
        assert_eq!(db.count(Loan::reader.is(Reader::card.gte(1))).await.unwrap(), 2);
        assert_eq!(db.count(Loan::reader.is_not(Reader::card.gte(1))).await.unwrap(), 6);
        // A pattern that is looked up would find everyone.
        for id in [10_i64, 11] {
            assert!(!db.exists(Loan::id.eq(id) & Loan::reader.is_some()).await.unwrap(), "{id}");
            assert!(db.exists(Loan::id.eq(id) & Loan::reader.is_none()).await.unwrap(), "{id}");
        }
    }
    // With this key the server is asked to look up: it cannot be named. Without it those that lead nowhere are.
    fixture.raw.collection::<Document>("loans").delete_one(doc! { "_id": 20_i64 }).await.unwrap();
    for db in [&fixture.db, &looking_up] {
        assert_eq!(db.count(Loan::reader.is_some()).await.unwrap(), 2);
        assert_eq!(db.count(Loan::reader.is_none()).await.unwrap(), 5);
    }
    assert_eq!(fixture.db.update_many(Loan::id.gt(0) & Loan::reader.is_some()).set(Loan::stars, 5).await.unwrap().matched, 2);
    fixture.db.update(Loan::id.eq(2)).set(Loan::stars, 1).await.unwrap();
    let found =
        fixture.db.find_many(Reader::all()).order_by(Reader::id.asc()).include(Reader::loans).include_count(Reader::loans).await.unwrap();
    let loans: Vec<(usize, u64)> = found.iter().map(|reader| (reader.loans.get().unwrap().len(), reader.loans.count().unwrap())).collect();
    assert_eq!(loans, [(1, 1), (1, 1)]);
}

#[tokio::test]
async fn a_child_that_cannot_be_read_fails_its_parent_alone() {
    let fixture = readers().await;
    fixture.store_odd("loans", doc! { "_id": 3_i64, "stars": "??", "reader_id": "bob" }).await;
    // The child's own key is what cannot be read.
    fixture.store("pages", doc! { "_id": 1_i64, "loan_ids": [1_i64] }).await;
    fixture.store("pages", doc! { "_id": 2_i64, "loan_ids": [4_i64] }).await;
    fixture.store_odd("loans", doc! { "_id": 4_i64, "stars": 1_i64, "reader_id": "??" }).await;
    let found =
        fixture.db.find_many(Page::all()).order_by(Page::id.asc()).include(Page::loans.include(Loan::reader)).lenient().await.unwrap();
    let first = found[0].as_ref().unwrap();
    let reader = first.loans.get().unwrap()[0].reader.get().unwrap().as_ref();
    assert_eq!(reader.map(|reader| reader.id.as_str()), Some("ada"));
    assert!(matches!(&found[1], Err(Error::Decode { model: "Loan", .. })), "{:?}", found[1]);
    let found = fixture.db.find_many(Reader::all()).order_by(Reader::id.asc()).include(Reader::loans).lenient().await.unwrap();
    assert!(found[0].is_ok() && matches!(&found[1], Err(Error::Decode { model: "Loan", .. })));
}

#[tokio::test]
async fn odd_ids_in_a_list_lead_nowhere() {
    let fixture = readers().await;
    let pattern = bson::Regex { pattern: ".".to_owned().try_into().unwrap(), options: String::new().try_into().unwrap() };
    let odd = [Bson::RegularExpression(pattern), Bson::Undefined, Bson::Null];
    let with_one: Vec<Bson> = odd.iter().cloned().chain([Bson::Int64(1)]).collect();
    fixture.store("pages", doc! { "_id": 1_i64, "loan_ids": with_one }).await;
    fixture.store("pages", doc! { "_id": 2_i64, "loan_ids": odd.to_vec() }).await;
    fixture.store("pages", doc! { "_id": 3_i64 }).await;
    let looking_up = Db::builder(&fixture.uri).most_related_keys(0).connect().await.unwrap();
    for db in [&fixture.db, &looking_up] {
        assert_eq!(db.count(Page::loans.some(Loan::all())).await.unwrap(), 1);
        assert_eq!(db.count(Page::loans.none(Loan::stars.gte(5))).await.unwrap(), 2);
        assert_eq!(db.count(Page::loans.count().eq(1)).await.unwrap(), 1);
        assert_eq!(db.count(Page::loans.count().eq(0)).await.unwrap(), 2);
    }
}

#[derive(Debug, Clone, Model)]
struct Page {
    #[chakra(id)]
    id: i64,
    loan_ids: Vec<i64>,
    #[chakra(relation = ManyToMany, ids = loan_ids)]
    loans: Related<Vec<Loan>>,
}

#[tokio::test]
async fn a_key_that_is_a_list_is_no_error_of_the_servers() {
    let fixture = readers().await;
    fixture.store("loans", doc! { "_id": 3_i64, "stars": 9_i64, "reader_id": ["ada", "bob"] }).await;
    let best = || Reader::loans.order_by(Loan::stars.desc()).take(1);
    let found = fixture.db.find_many(Reader::all()).order_by(Reader::id.asc()).include(best()).await.unwrap();
    let best: Vec<i64> = found.iter().map(|reader| reader.loans.get().unwrap()[0].id).collect();
    assert_eq!(best, [1, 2], "a list names nothing");
}

#[tokio::test]
async fn keys_with_parts_are_asked_for_as_they_are_stored() {
    let sent = Sent::with(|builder| builder.model::<Seat>()).await;
    sent.db.sync().await.unwrap();
    for id in 1..=2_i64 {
        sent.raw.collection::<Document>("seats").insert_one(doc! { "_id": { "t": 1, "n": id } }).await.unwrap();
        let guest = doc! { "_id": id, "seat_id": { "t": 1_i64, "n": id }, "liked_ids": [{ "t": 1, "n": id }] };
        sent.raw.collection::<Document>("guests").insert_one(guest).await.unwrap();
    }
    sent.commands();
    let first = || Seat::id.n().eq(1);
    let found = sent.db.find_many(Guest::seat.is(first())).await.unwrap();
    assert_eq!((found.len(), found[0].id), (1, 1));
    // One condition that the index of the key serves.
    assert_eq!(sent.part("filter"), r#"{"seat_id":{"$in":[{"t":1,"n":1}]}}"#);
    assert_eq!(sent.db.count(Guest::liked.some(first())).await.unwrap(), 1);
    assert_eq!(sent.db.count(Guest::seat.is_not(first())).await.unwrap(), 1);
    let found = sent.db.find_many(Seat::guests.some(Guest::id.eq(2))).await.unwrap();
    assert_eq!(found.iter().map(|seat| seat.id.n).collect::<Vec<_>>(), [2]);
    assert_eq!(sent.part("filter"), r#"{"_id":{"$in":[{"t":1,"n":2}]}}"#);
}

#[tokio::test]
async fn what_is_related_to_one_document_is_looked_up_for_it_alone() {
    let fixture = readers().await;
    let db = &fixture.db;
    let good = || Reader::loans.some(Loan::stars.gte(5));
    let card = |card: i64| Reader::card.eq(card);
    assert_eq!(db.find_unique(Reader::id.eq("ada") & good()).await.unwrap().map(|reader| reader.id).as_deref(), Some("ada"));
    assert_eq!(fixture.commands(), ["aggregate"]);
    assert!(db.find_unique(card(2) & good()).await.unwrap().is_none());
    assert!(db.exists(card(1) & good()).await.unwrap());
    assert_eq!(db.find_many(good() & Reader::id.eq("ada") & !Reader::loans.some(Loan::stars.lt(5))).await.unwrap().len(), 1);
    assert!(fixture.commands().iter().all(|command| command == "aggregate"));
    // And so it is for a few; all others are many.
    assert_eq!(db.count(Reader::id.in_(["ada", "bob"]) & good()).await.unwrap(), 1);
    assert_eq!(fixture.commands(), ["aggregate"]);
    db.find_many((good() | Reader::id.eq("ada")) & Reader::card.gt(0)).await.unwrap();
    assert_eq!(fixture.commands(), ["aggregate", "find"]);
    // What only a find has is sent by one.
    db.find_many(Reader::id.eq("ada") & good()).allow_partial_results(true).await.unwrap();
    assert_eq!(fixture.commands(), ["aggregate", "find"]);
}

#[tokio::test]
async fn keys_of_many_bytes_are_looked_up() {
    let fixture = readers().await;
    let db = &fixture.db;
    // Five that take more than 4 MiB together.
    let long = |n: usize| format!("{n}{}", "x".repeat(1 << 20));
    for n in 0..5 {
        fixture.store("loans", doc! { "_id": 100 + n as i64, "stars": 5_i64, "reader_id": long(n) }).await;
    }
    fixture.commands();
    let good = || Reader::loans.some(Loan::stars.gte(5));
    assert_eq!(names(&db.find_many(good()).await.unwrap()), ["ada"]);
    assert_eq!(fixture.commands(), ["aggregate", "aggregate"]);
    assert_eq!(names(&db.find_many(!good()).await.unwrap()), ["bob"]);
    // A write names them all the same, as long as they fit into a filter.
    assert_eq!(db.update_many(good()).set(Reader::card, 9).await.unwrap().modified, 1);
    fixture.raw.collection::<Document>("loans").delete_many(doc! { "_id": { "$gte": 102_i64 } }).await.unwrap();
    fixture.commands();
    assert_eq!(names(&db.find_many(good()).await.unwrap()), ["ada"]);
    assert_eq!(fixture.commands(), ["aggregate", "find"]);
}
