//! Errors inside: which spoil the whole, which leave it as good as it was, and how they come out of it.

use super::{fixture, move_stock, stocks};
use crate::models::Item;
use chakra::{Error, Outcome, prelude::*};
use std::{fmt, future::IntoFuture, sync::Arc};
use tokio::sync::Notify;

#[tokio::test]
async fn an_error_of_the_server_that_is_swallowed_still_undoes_everything() {
    let fixture = fixture().await;
    let error = fixture
        .db
        .transaction(|tx| async move {
            move_stock(&tx, 1, 2).await?;
            let _ = tx.create(Item::draft().id(1).stock(1)).await;
            Ok(())
        })
        .await
        .unwrap_err();
    assert_eq!(error.outcome(), Outcome::NotApplied, "{error:?}");
    assert_eq!(stocks(&fixture.db).await, [0, 0]);
}

#[tokio::test]
async fn what_chakra_finds_by_itself_spoils_nothing() {
    let fixture = fixture().await;
    fixture
        .db
        .transaction(|tx| async move {
            move_stock(&tx, 1, 2).await?;
            let missing = tx.get(Item::id.eq(99)).await;
            assert!(matches!(missing, Err(Error::NotFound { .. })), "{missing:?}");
            let missing = tx.update(Item::id.eq(99)).inc(Item::stock, 1).await;
            assert!(matches!(missing, Err(Error::NotFound { .. })), "{missing:?}");
            let invalid = tx.update(Item::id.eq(1)).set(Item::codes, [1, 2, 3, 4]).await;
            assert!(matches!(invalid, Err(Error::Invalid { .. })), "{invalid:?}");
            let empty = tx.delete_many(Filter::<Item>::all_of([])).await;
            assert!(matches!(empty, Err(Error::EmptyFilter { .. })), "{empty:?}");
            move_stock(&tx, 1, 2).await
        })
        .await
        .unwrap();
    assert_eq!(stocks(&fixture.db).await, [-2, 2]);
}

#[tokio::test]
async fn after_an_error_of_the_server_nothing_more_is_sent() {
    let fixture = fixture().await;
    let error = fixture
        .db
        .transaction(|tx| async move {
            let _ = tx.create(Item::draft().id(1).stock(1)).await;
            tx.count(Item::all()).await
        })
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Transaction { outcome: Outcome::NotApplied, .. }), "{error:?}");
    assert!(error.to_string().contains("since an operation in it failed: a `Item` with the same "), "{error}");
    assert_eq!(fixture.commands(), ["insert", "abortTransaction"]);
}

#[derive(Debug, PartialEq)]
struct Closed(u8);

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the shop is closed")
    }
}

impl std::error::Error for Closed {}

#[tokio::test]
async fn an_error_of_ones_own_comes_out_as_it_went_in() {
    fn check() -> std::result::Result<(), Closed> {
        Err(Closed(7))
    }
    let fixture = fixture().await;
    let mut attempts = 0;
    let closed = fixture.db.transaction(|tx| {
        attempts += 1;
        async move {
            move_stock(&tx, 1, 2).await?;
            check().map_err(Error::other)
        }
    });
    let error = closed.await.unwrap_err();
    assert_eq!((error.to_string().as_str(), error.outcome(), attempts), ("the shop is closed", Outcome::NotApplied, 1));
    let Error::Other(own) = error else { panic!("it is another error") };
    assert_eq!(own.downcast_ref::<Closed>(), Some(&Closed(7)));
    assert_eq!(stocks(&fixture.db).await, [0, 0]);
}

#[tokio::test]
async fn a_part_that_failed_after_it_had_written_aborts_the_whole() {
    let fixture = fixture().await;
    let swallowed = fixture
        .db
        .transaction(|tx| async move {
            let half = tx.transaction(|tx| async move {
                tx.update(Item::id.eq(1)).inc(Item::stock, 1).await?;
                Err::<(), _>(Error::other("half-way"))
            });
            assert_eq!(half.await.unwrap_err().to_string(), "half-way");
            Ok(())
        })
        .await
        .unwrap_err();
    assert!(matches!(swallowed, Error::Transaction { outcome: Outcome::NotApplied, .. }), "{swallowed:?}");
    assert!(swallowed.to_string().contains("half-way"), "{swallowed}");
    assert_eq!(stocks(&fixture.db).await, [0, 0]);
    assert_eq!(fixture.commands()[..2], ["findAndModify", "abortTransaction"]);

    // One that has only read can be handled.
    fixture
        .db
        .transaction(|tx| async move {
            tx.update(Item::id.eq(2)).inc(Item::stock, 1).await?;
            let missing = tx.transaction(|tx| async move { tx.get(Item::id.eq(99)).await }).await;
            assert!(matches!(missing, Err(Error::NotFound { .. })), "{missing:?}");
            Ok(())
        })
        .await
        .unwrap();
    assert_eq!(stocks(&fixture.db).await, [0, 1]);
}

#[tokio::test]
async fn a_part_that_was_dropped_after_it_had_written_aborts_the_whole() {
    let fixture = fixture().await;
    let error = fixture
        .db
        .transaction(|tx| async move {
            let written = Arc::new(Notify::new());
            let part = tx.transaction(|tx| {
                let written = Arc::clone(&written);
                async move {
                    tx.update(Item::id.eq(1)).inc(Item::stock, 1).await?;
                    written.notify_one();
                    std::future::pending::<chakra::Result<()>>().await
                }
            });
            tokio::select! {
                ended = part.into_future() => panic!("{ended:?}"),
                () = written.notified() => {}
            }
            Ok(())
        })
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Transaction { outcome: Outcome::NotApplied, .. }), "{error:?}");
    assert!(error.to_string().contains("given up half-way"), "{error}");
    assert_eq!(stocks(&fixture.db).await, [0, 0]);
}

#[tokio::test]
async fn a_document_that_was_written_and_cannot_be_read_is_not_applied() {
    let fixture = fixture().await;
    fixture.store("items", doc! { "_id": 7_i64, "stock": "many" }).await;
    let rename = |db: &chakra::Db| db.update(Item::id.eq(7)).set(Item::name, "x").into_future();
    let error = fixture.db.transaction(|tx| async move { rename(&tx).await }).await.unwrap_err();
    assert!(matches!(error, Error::Decode { .. }), "{error:?}");
    assert_eq!(error.outcome(), Outcome::NotApplied);
    assert!(!fixture.stored("items").await[2].contains_key("name"));
    // Outside, it was.
    let error = rename(&fixture.db).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Applied, "{error:?}");
    assert!(fixture.stored("items").await[2].contains_key("name"));
}

#[tokio::test]
async fn a_command_that_no_transaction_takes_is_an_error() {
    let fixture = fixture().await;
    for command in [doc! { "count": "items" }, doc! { "listCollections": 1 }, doc! { "collMod": "items" }] {
        let refused = fixture.db.transaction(|tx| {
            let command = command.clone();
            async move {
                move_stock(&tx, 1, 2).await?;
                tx.run_command(command).await
            }
        });
        let error = refused.await.unwrap_err();
        assert!(matches!(&error, Error::Driver(error) if error.code() == Some(263)), "{error:?}");
        assert_eq!(error.outcome(), Outcome::NotApplied);
    }
    let error = fixture.db.transaction(|tx| async move { tx.sync().plan().await }).await.unwrap_err();
    assert!(error.to_string().contains("call it on the handle outside"), "{error}");
    assert_eq!(stocks(&fixture.db).await, [0, 0]);
}

#[tokio::test]
async fn a_part_is_spoilt_by_its_own_writes_alone() {
    let fixture = fixture().await;
    fixture
        .db
        .transaction(|tx| async move {
            let outer = &tx;
            // What another writes by the handle around it is no part of it, and can stay.
            let missing = tx.transaction(|part| async move {
                outer.update(Item::id.eq(1)).inc(Item::stock, 1).await?;
                part.get(Item::id.eq(99)).await
            });
            assert!(matches!(missing.await, Err(Error::NotFound { .. })));
            Ok(())
        })
        .await
        .unwrap();
    assert_eq!(stocks(&fixture.db).await, [1, 0]);
    let error = fixture
        .db
        .transaction(|tx| async move {
            let half = tx.transaction(|part| async move {
                part.transaction(|inner| async move { inner.update(Item::id.eq(2)).inc(Item::stock, 1).await }).await?;
                Err::<(), _>(Error::other("half-way"))
            });
            assert_eq!(half.await.unwrap_err().to_string(), "half-way");
            Ok(())
        })
        .await
        .unwrap_err();
    assert!(error.to_string().contains("half-way"), "{error}");
    assert_eq!(stocks(&fixture.db).await, [1, 0]);
}

#[tokio::test]
async fn a_written_document_that_cannot_be_read_says_what_became_of_its_write() {
    let fixture = fixture().await;
    fixture.store("items", doc! { "_id": 5_i64, "stock": "many" }).await;
    // Inside it is undone along with the rest …
    let error = fixture.db.transaction(|tx| async move { tx.delete(Item::id.eq(5)).await }).await.unwrap_err();
    assert!(matches!(error, Error::Decode { outcome: Outcome::NotApplied, .. }), "{error:?}");
    assert_eq!(fixture.stored("items").await.len(), 3);
    // … and by the handle outside it stays.
    let outer = &fixture.db;
    let error = outer.transaction(|_tx| async move { outer.delete(Item::id.eq(5)).await }).await.unwrap_err();
    assert!(matches!(error, Error::Decode { outcome: Outcome::Applied, .. }), "{error:?}");
    assert_eq!(fixture.stored("items").await.len(), 2);
}
