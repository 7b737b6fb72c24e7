//! Transactions: all or nothing, retried where the server asks for it, and honest about their end.

use crate::{models::Item, support::Fixture};
use chakra::{Db, Error, Outcome, Result, prelude::*};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

async fn fixture() -> Fixture {
    let fixture = Fixture::new(|builder| builder.model::<Item>()).await;
    fixture.db.sync().await.unwrap();
    fixture.db.insert_many(&[Item::new(1), Item::new(2)]).await.unwrap();
    fixture.commands();
    fixture
}

/// Any function of a `&Db` works inside.
async fn move_stock(db: &Db, from: i64, to: i64) -> Result<()> {
    db.update(Item::id.eq(from)).inc(Item::stock, -1).await?;
    db.update(Item::id.eq(to)).inc(Item::stock, 1).await?;
    Ok(())
}

async fn stocks(db: &Db) -> Vec<i32> {
    db.find_many(Item::all()).order_by(Item::id.asc()).await.unwrap().iter().map(|item| item.stock).collect()
}

#[tokio::test]
async fn it_commits_what_the_closure_did() {
    let fixture = fixture().await;
    let count = fixture
        .db
        .transaction(|tx| async move {
            move_stock(&tx, 1, 2).await?;
            tx.count(Item::stock.ne(0)).await
        })
        .await
        .unwrap();
    assert_eq!((count, stocks(&fixture.db).await), (2, vec![-1, 1]));
    assert_eq!(fixture.commands()[..4], ["findAndModify", "findAndModify", "aggregate", "commitTransaction"]);
}

#[tokio::test]
async fn an_error_undoes_everything() {
    let fixture = fixture().await;
    let error = fixture
        .db
        .transaction(|tx| async move {
            move_stock(&tx, 1, 2).await?;
            tx.get(Item::id.eq(99)).await
        })
        .await
        .unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
    let own = fixture
        .db
        .transaction(|tx| async move {
            move_stock(&tx, 1, 2).await?;
            Err::<(), _>(Error::other("changed my mind"))
        })
        .await
        .unwrap_err();
    assert_eq!(own.to_string(), "changed my mind");
    assert_eq!(stocks(&fixture.db).await, [0, 0]);
}

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
async fn transactions_on_one_document_are_all_applied() {
    let fixture = fixture().await;
    let tasks = (0..8).map(|_| {
        let db = fixture.db.clone();
        tokio::spawn(async move {
            for _ in 0..5 {
                db.transaction(|tx| async move {
                    // Read and written apart: without a transaction, updates would be lost.
                    let item = tx.get(Item::id.eq(1)).await?;
                    tx.update(Item::id.eq(1)).set(Item::stock, item.stock + 1).await
                })
                .await
                .unwrap();
            }
        })
    });
    futures::future::try_join_all(tasks).await.unwrap();
    assert_eq!(stocks(&fixture.db).await[0], 40);
}

#[tokio::test]
async fn a_transaction_that_lost_against_another_runs_again() {
    let fixture = fixture().await;
    let attempts = Arc::new(AtomicUsize::new(0));
    let outside = fixture.db.clone();
    fixture
        .db
        .transaction(|tx| {
            let (attempts, outside) = (Arc::clone(&attempts), outside.clone());
            async move {
                let item = tx.get(Item::id.eq(1)).await?;
                // Between the snapshot and the write of the first attempt, someone else writes.
                if attempts.fetch_add(1, Ordering::SeqCst) == 0 {
                    outside.update(Item::id.eq(1)).inc(Item::stock, 100).await?;
                }
                tx.update(Item::id.eq(1)).set(Item::stock, item.stock + 1).await
            }
        })
        .await
        .unwrap();
    assert_eq!((attempts.load(Ordering::SeqCst), stocks(&fixture.db).await[0]), (2, 101));
}

#[tokio::test]
async fn a_nested_call_joins_the_outer_one() {
    let fixture = fixture().await;
    let error = fixture
        .db
        .transaction(|tx| async move {
            tx.transaction(|tx| async move { move_stock(&tx, 1, 2).await }).await?;
            Err::<(), _>(Error::other("outer"))
        })
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "outer");
    assert_eq!(stocks(&fixture.db).await, [0, 0]);
}

#[tokio::test]
async fn a_handle_that_outlives_its_transaction_says_so() {
    let fixture = fixture().await;
    let escaped = fixture.db.transaction(|tx| async move { Ok(tx) }).await.unwrap();
    let error = escaped.count(Item::all()).await.unwrap_err();
    assert!(matches!(error, Error::Transaction { .. }), "{error:?}");
}

#[tokio::test]
async fn a_dropped_transaction_is_taken_back_and_releases_its_locks() {
    let fixture = fixture().await;
    let (db, moved) = (fixture.db.clone(), Arc::new(tokio::sync::Notify::new()));
    let hanging = db.transaction(|tx| {
        let moved = Arc::clone(&moved);
        async move {
            move_stock(&tx, 1, 2).await?;
            moved.notify_one();
            std::future::pending::<Result<()>>().await
        }
    });
    tokio::select! {
        ended = std::future::IntoFuture::into_future(hanging) => panic!("{ended:?}"),
        () = moved.notified() => {}
    }
    // It waits for the lock of the dropped one, if that were kept.
    fixture.db.update(Item::id.eq(1)).inc(Item::stock, 5).deadline(Duration::from_secs(5)).await.unwrap();
    assert_eq!(stocks(&fixture.db).await, [5, 0]);
}

#[tokio::test]
async fn the_deadline_covers_all_attempts() {
    let fixture = fixture().await;
    let late = fixture
        .db
        .transaction(|tx| async move {
            tx.get(Item::id.eq(1)).await?;
            tokio::time::sleep(Duration::from_secs(3_600)).await;
            Ok(())
        })
        .deadline(Duration::from_millis(200));
    // The closure alone would take an hour; this is a guard against hanging.
    let error = tokio::time::timeout(Duration::from_secs(30), late).await.expect("the deadline was not kept").unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
}

#[tokio::test]
async fn a_number_of_a_sequence_is_to_be_had_while_others_wait_for_the_transaction() {
    #[derive(Debug, Clone, Model)]
    struct Ticket {
        #[chakra(id, auto_increment)]
        id: i64,
    }
    let fixture = Fixture::new(|builder| builder.model::<Item>().model::<Ticket>().max_pool_size(2)).await;
    fixture.db.insert_many(&[Item::new(1)]).await.unwrap();
    let others = fixture.db.clone();
    let (ticket, blocked) = fixture
        .db
        .transaction(|tx| {
            let others = others.clone();
            async move {
                tx.update(Item::id.eq(1)).inc(Item::stock, 1).await?;
                // It waits in the server for this transaction, and holds the only plain connection.
                let blocked = tokio::spawn(async move { others.update(Item::id.eq(1)).inc(Item::stock, 10).await });
                tokio::time::sleep(Duration::from_millis(300)).await;
                Ok((tx.create(Ticket::draft()).await?, blocked))
            }
        })
        .deadline(Duration::from_secs(20))
        .await
        .unwrap();
    assert_eq!(ticket.id, 1);
    assert_eq!(blocked.await.unwrap().unwrap().stock, 11);
}

#[tokio::test]
async fn calls_at_the_same_time_in_one_transaction_wait_for_each_other() {
    let fixture = fixture().await;
    fixture
        .db
        .transaction(|tx| async move {
            let calls = (0..10).map(|_| std::future::IntoFuture::into_future(tx.update(Item::id.eq(1)).inc(Item::stock, 1)));
            futures::future::try_join_all(calls).await
        })
        .await
        .unwrap();
    assert_eq!(stocks(&fixture.db).await, [10, 0]);
}
