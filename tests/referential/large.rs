//! More than goes into one transaction.

use super::{fixture, put};
use bson::doc;
use chakra::{Error, Outcome, prelude::*};

#[derive(Debug, Clone, Model)]
#[chakra(collection = "lakes")]
struct Lake {
    #[chakra(id)]
    id: i64,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "fish")]
struct Fish {
    #[chakra(id)]
    id: i64,
    lake_id: i64,
    #[chakra(relation = ManyToOne, foreign_key = lake_id, on_delete = Cascade)]
    lake: Related<Lake>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "eggs")]
struct Egg {
    #[chakra(id)]
    id: i64,
    fish_id: i64,
    #[chakra(relation = ManyToOne, foreign_key = fish_id, on_delete = Cascade)]
    fish: Related<Fish>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "rings")]
struct Ring {
    #[chakra(id)]
    id: i64,
    fish_id: i64,
    #[chakra(relation = ManyToOne, foreign_key = fish_id)]
    fish: Related<Fish>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "cells")]
struct Cell {
    #[chakra(id)]
    id: i64,
    of: Option<i64>,
    #[chakra(relation = ManyToOne, foreign_key = of, on_delete = Cascade)]
    parent: Related<Option<Cell>>,
}

#[tokio::test]
async fn a_large_cascade_goes_in_parts_from_the_bottom() {
    let fixture = fixture().await;
    put(&fixture, "lakes", [1_i64, 2].map(|id| doc! { "_id": id })).await;
    put(&fixture, "fish", (1..=2_501_i64).map(|id| doc! { "_id": id, "lake_id": 1 + id / 2_501 })).await;
    put(&fixture, "eggs", (1..=1_200_i64).map(|id| doc! { "_id": id, "fish_id": id })).await;
    fixture.commands();
    let report = fixture.db.delete(Lake::id.eq(1)).report().await.unwrap();
    assert_eq!((report.of::<Lake>().deleted, report.of::<Fish>().deleted, report.of::<Egg>().deleted), (1, 2_500, 1_200));
    let commands = fixture.commands();
    let commits = commands.iter().filter(|command| *command == "commitTransaction").count();
    // One that was to delete all, two parts of the eggs, three of the fish, and the lake.
    assert_eq!(commits, 7, "{commands:?}");
    assert_eq!(fixture.stored("fish").await, [doc! { "_id": 2_501_i64, "lake_id": 2_i64 }]);
    assert_eq!((fixture.stored("lakes").await.len(), fixture.stored("eggs").await.len()), (1, 0));
}

#[tokio::test]
async fn what_holds_the_last_back_is_known_before_the_first_goes() {
    let fixture = fixture().await;
    put(&fixture, "lakes", [doc! { "_id": 1_i64 }]).await;
    put(&fixture, "fish", (1..=1_500_i64).map(|id| doc! { "_id": id, "lake_id": 1_i64 })).await;
    put(&fixture, "rings", [doc! { "_id": 1_i64, "fish_id": 1_500_i64 }]).await;
    let error = fixture.db.delete(Lake::id.eq(1)).await.unwrap_err();
    assert!(matches!(error, Error::Restricted { model: "Fish", count: 1, outcome: Outcome::NotApplied, .. }), "{error:?}");
    assert_eq!(fixture.stored("fish").await.len(), 1_500);
    // In a transaction of the caller it is one, however much it is.
    fixture.db.delete(Ring::id.eq(1)).await.unwrap();
    fixture.commands();
    fixture.db.transaction(|tx| async move { tx.delete(Lake::id.eq(1)).await }).await.unwrap();
    assert_eq!(fixture.commands().iter().filter(|command| *command == "commitTransaction").count(), 1);
    assert_eq!(fixture.stored("fish").await, []);
}

#[tokio::test]
async fn many_go_a_thousand_at_a_time() {
    let fixture = fixture().await;
    let db = &fixture.db;
    put(&fixture, "fish", (1..=2_500_i64).map(|id| doc! { "_id": id, "lake_id": 1_i64 })).await;
    put(&fixture, "eggs", (1..=2_500_i64).map(|id| doc! { "_id": id, "fish_id": id })).await;
    fixture.commands();
    assert_eq!(db.delete_many(Fish::lake_id.eq(1)).await.unwrap(), 2_500);
    assert_eq!(fixture.commands().iter().filter(|command| *command == "commitTransaction").count(), 3);
    assert_eq!((fixture.stored("fish").await.len(), fixture.stored("eggs").await.len()), (0, 0));
    // One in the last thousand is held back: the others are gone, and the error says so.
    put(&fixture, "fish", (1..=2_500_i64).map(|id| doc! { "_id": id, "lake_id": 1_i64 })).await;
    put(&fixture, "rings", [doc! { "_id": 1_i64, "fish_id": 2_500_i64 }]).await;
    let error = db.delete_many(Fish::all()).await.unwrap_err();
    assert!(matches!(error, Error::Restricted { count: 1, outcome: Outcome::Applied, .. }), "{error:?}");
    assert_eq!(error.outcome(), Outcome::Applied);
    assert_eq!(fixture.stored("fish").await.len(), 500);
}

#[tokio::test]
async fn documents_that_went_with_others_before_their_turn_are_counted() {
    let fixture = fixture().await;
    // A chain, of which the first goes with all others.
    put(&fixture, "cells", [doc! { "_id": 1_i64 }]).await;
    put(&fixture, "cells", (2..=1_500_i64).map(|id| doc! { "_id": id, "of": id - 1 })).await;
    put(&fixture, "cells", (1_501..=1_600_i64).map(|id| doc! { "_id": id })).await;
    assert_eq!(fixture.db.delete_many(Cell::id.gt(1)).await.unwrap(), 1_599);
    assert_eq!(fixture.stored("cells").await, [doc! { "_id": 1_i64 }]);
}

#[tokio::test]
async fn a_batch_that_lost_is_made_again_by_halves() {
    let server = chakra_testkit::TestServer::start().await.unwrap();
    let fixture = crate::support::Fixture::on_server(&server, |builder| builder).await;
    put(&fixture, "fish", (1..=1_000_i64).map(|id| doc! { "_id": id, "lake_id": 1_i64 })).await;
    fixture.commands();
    let data = doc! { "failCommands": ["delete"], "errorCode": 112, "errorLabels": ["TransientTransactionError"], "appName": "chakra" };
    let command = doc! { "configureFailPoint": "failCommand", "mode": { "times": 2 }, "data": data };
    fixture.raw.client().database("admin").run_command(command).await.unwrap();
    assert_eq!(fixture.db.delete_many(Fish::all()).await.unwrap(), 1_000);
    // A thousand and five hundred fail; 250 at a time are deleted.
    assert_eq!(fixture.commands().iter().filter(|command| *command == "commitTransaction").count(), 4);
    assert_eq!(fixture.stored("fish").await, []);
}
