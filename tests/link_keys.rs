//! Keys and ids that are equal on the server are one key here, and what is no key is never asked for.

use crate::support::Fixture;
use bson::{Bson, Document, doc};
use chakra::{FindingKind, prelude::*};

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
