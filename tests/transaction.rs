//! Transactions: all or nothing, retried where the server asks for it, and honest about their end.

mod deadlines;
mod ends;
mod errors;
mod handlers;
mod options;
mod parallel;
mod retry;
mod verbs;

use crate::{
    models::Item,
    support::{Fixture, HANGS},
};
use bson::{Bson, Document};
use chakra::{Db, Error, Result, prelude::*};
use chakra_testkit::TestServer;
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

async fn fixture() -> Fixture {
    filled(Fixture::new(|builder| builder.model::<Item>()).await).await
}

/// The same on a server of the test's own, whose fail points and open transactions are nobody else's.
async fn fixture_on(server: &TestServer) -> Fixture {
    filled(Fixture::on_server(server, |builder| builder.model::<Item>()).await).await
}

async fn filled(fixture: Fixture) -> Fixture {
    fixture.db.sync().await.unwrap();
    fixture.db.insert_many(&[Item::new(1), Item::new(2)]).await.unwrap();
    fixture.commands();
    fixture
}

/// Makes commands of Chakra's fail, so many times.
async fn fail(fixture: &Fixture, command: &str, how: Document, times: i32) {
    let mut data = doc! { "failCommands": [command], "appName": "chakra" };
    data.extend(how);
    let command = doc! { "configureFailPoint": "failCommand", "mode": { "times": times }, "data": data };
    fixture.raw.client().database("admin").run_command(command).await.unwrap();
}

async fn fail_no_more(fixture: &Fixture) {
    let command = doc! { "configureFailPoint": "failCommand", "mode": "off" };
    fixture.raw.client().database("admin").run_command(command).await.unwrap();
}

/// How many transactions the server has open.
async fn open_transactions(fixture: &Fixture) -> i64 {
    let status = fixture.raw.client().database("admin").run_command(doc! { "serverStatus": 1 }).await.unwrap();
    match status.get_document("transactions").unwrap().get("currentOpen") {
        Some(Bson::Int32(open)) => (*open).into(),
        Some(Bson::Int64(open)) => *open,
        other => panic!("{other:?}"),
    }
}

/// Waits until the server has none open any more, as after an abort that goes on alone.
async fn none_is_open(fixture: &Fixture) {
    let closed = async {
        while open_transactions(fixture).await > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(HANGS, closed).await.expect("a transaction is left open");
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
                .deadline(HANGS)
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
async fn a_number_of_a_sequence_is_to_be_had_while_others_wait_for_the_transaction() {
    #[derive(Debug, Clone, Model)]
    struct Ticket {
        #[chakra(id, auto_increment)]
        id: i64,
    }
    let fixture = Fixture::new(|builder| builder.model::<Item>().model::<Ticket>().max_pool_size(2)).await;
    // A collection that is made inside of it may make it run again, and the first number is gone.
    fixture.db.sync().await.unwrap();
    fixture.db.insert_many(&[Item::new(1)]).await.unwrap();
    fixture.commands();
    let (fixture, others) = (&fixture, fixture.db.clone());
    let (ticket, blocked) = fixture
        .db
        .transaction(|tx| {
            let others = others.clone();
            async move {
                tx.update(Item::id.eq(1)).inc(Item::stock, 1).await?;
                // It waits in the server for this transaction, and holds the only plain connection.
                let blocked = tokio::spawn(async move { others.update(Item::id.eq(1)).inc(Item::stock, 10).await });
                let mut sent = Vec::new();
                while sent.len() < 2 {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                    sent.extend(fixture.commands());
                }
                assert_eq!(sent, ["findAndModify"; 2]);
                Ok((tx.create(Ticket::draft()).await?, blocked))
            }
        })
        .deadline(HANGS)
        .await
        .unwrap();
    assert_eq!(ticket.id, 1);
    assert_eq!(blocked.await.unwrap().unwrap().stock, 11);
}

#[tokio::test]
async fn on_a_standalone_server_it_says_what_the_server_lacks_before_it_runs() {
    let server = TestServer::standalone().await.unwrap();
    let fixture = fixture_on(&server).await;
    assert!(!fixture.db.supports_transactions());
    let mut attempts = 0;
    let refused = fixture.db.transaction(|tx| {
        attempts += 1;
        async move { move_stock(&tx, 1, 2).await }
    });
    let error = refused.await.unwrap_err();
    assert!(matches!(error, Error::NeedsReplicaSet { .. }), "{error:?}");
    assert!(error.to_string().starts_with("a transaction needs a replica set; this server is a standalone."), "{error}");
    assert_eq!((attempts, fixture.commands()), (0, vec![]));
    assert_eq!(stocks(&fixture.db).await, [0, 0]);
}
