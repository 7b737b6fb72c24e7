//! Attempts that fail on the way: which run the closure again, which commit again, and that each leaves nothing behind.

use super::{fail, fail_no_more, fixture_on, none_is_open, stocks};
use crate::{
    models::Item,
    support::{Fixture, HANGS, deadlines},
};
use chakra::{Db, Error, Outcome, Result, prelude::*};
use chakra_testkit::TestServer;
use std::time::Duration;

/// A write, a read and another write.
async fn create_and_count(tx: &Db, id: i64) -> Result<Item> {
    tx.create(Item::draft().id(id).stock(1)).await?;
    assert!(tx.find_first(Item::id.eq(id)).await?.is_some());
    tx.update(Item::id.eq(id)).inc(Item::stock, 1).await
}

fn sent(commands: &[String], name: &str) -> usize {
    commands.iter().filter(|command| *command == name).count()
}

/// Runs it, and asserts that it took so many attempts, of which all but the last were aborted, and was applied once.
async fn succeeds(fixture: &Fixture, id: i64, expected: usize, case: &str) {
    let mut attempts = 0;
    fixture.commands();
    let done = fixture.db.transaction(|tx| {
        attempts += 1;
        async move { create_and_count(&tx, id).await }
    });
    let item = done.deadline(HANGS).await.unwrap();
    let commands = fixture.commands();
    assert_eq!((attempts, item.stock), (expected, 2), "{case}");
    assert_eq!(sent(&commands, "abortTransaction"), expected - 1, "{case}: {commands:?}");
    assert_eq!(sent(&commands, "commitTransaction"), 1, "{case}: {commands:?}");
    assert_eq!(fixture.db.get(Item::id.eq(id)).await.unwrap().stock, 2, "{case}");
    none_is_open(fixture).await;
}

#[tokio::test]
async fn an_error_that_the_server_calls_transient_runs_the_closure_again() {
    let server = TestServer::start().await.unwrap();
    let fixture = fixture_on(&server).await;
    let mut id = 10;
    for command in ["insert", "find", "findAndModify"] {
        for code in [112, 251, 91] {
            id += 1;
            fail(&fixture, command, doc! { "errorCode": code }, 1).await;
            succeeds(&fixture, id, 2, &format!("{command} {code}")).await;
        }
        id += 1;
        fail(&fixture, command, doc! { "closeConnection": true }, 1).await;
        succeeds(&fixture, id, 2, &format!("{command} lost")).await;
    }
    succeeds(&fixture, 100, 1, "nothing fails").await;
}

#[tokio::test]
async fn it_runs_again_whatever_the_closure_makes_of_a_transient_error() {
    let server = TestServer::start().await.unwrap();
    let fixture = fixture_on(&server).await;
    for swallows in [false, true] {
        let mut attempts = 0;
        fail(&fixture, "insert", doc! { "errorCode": 112 }, 1).await;
        fixture
            .db
            .transaction(|tx| {
                attempts += 1;
                async move {
                    tx.update(Item::id.eq(1)).inc(Item::stock, 1).await?;
                    match tx.create(Item::draft().id(if swallows { 10_i64 } else { 11 }).stock(1)).await {
                        Ok(_) => Ok(()),
                        Err(_) if swallows => Ok(()),
                        Err(_) => Err(Error::other("no room")),
                    }
                }
            })
            .await
            .unwrap();
        assert_eq!(attempts, 2);
    }
    assert_eq!(stocks(&fixture.db).await, [2, 0, 1, 1]);
}

#[tokio::test]
async fn a_commit_without_an_answer_is_sent_again_and_the_closure_is_not() {
    let server = TestServer::start().await.unwrap();
    let fixture = fixture_on(&server).await;
    fail(&fixture, "commitTransaction", doc! { "closeConnection": true }, 3).await;
    let mut attempts = 0;
    let done = fixture.db.transaction(|tx| {
        attempts += 1;
        async move { tx.update(Item::id.eq(1)).inc(Item::stock, 1).await }
    });
    done.await.unwrap();
    let commands = fixture.commands();
    assert_eq!((attempts, stocks(&fixture.db).await), (1, vec![1, 0]));
    assert_eq!((sent(&commands, "findAndModify"), sent(&commands, "abortTransaction")), (1, 0), "{commands:?}");
    none_is_open(&fixture).await;
}

#[tokio::test]
async fn a_commit_that_was_refused_for_now_runs_the_closure_again_at_once() {
    let server = TestServer::start().await.unwrap();
    let fixture = fixture_on(&server).await;
    // The server has not looked at it: the first transaction is still open there, and has locked the document.
    fail(&fixture, "commitTransaction", doc! { "errorCode": 251, "errorLabels": ["TransientTransactionError"] }, 1).await;
    let mut attempts = 0;
    let done = fixture.db.transaction(|tx| {
        attempts += 1;
        async move { tx.update(Item::id.eq(1)).inc(Item::stock, 1).await }
    });
    done.await.unwrap();
    assert_eq!((attempts, stocks(&fixture.db).await), (2, vec![1, 0]));
    none_is_open(&fixture).await;
}

#[tokio::test]
async fn a_commit_that_cannot_succeed_is_sent_once() {
    let server = TestServer::start().await.unwrap();
    let fixture = fixture_on(&server).await;
    let fails = async |code: i32| {
        fail(&fixture, "commitTransaction", doc! { "errorCode": code }, 1).await;
        let mut attempts = 0;
        fixture.commands();
        let done = fixture.db.transaction(|tx| {
            attempts += 1;
            async move { tx.create(Item::draft().id(i64::from(code) + 100).stock(1)).await }
        });
        let error = done.await.unwrap_err();
        assert_eq!((attempts, fixture.commands()), (1, vec!["insert".to_owned(), "commitTransaction".to_owned()]));
        error
    };
    // The server took longer than it was given: nobody knows what became of it.
    let late = fails(50).await;
    assert!(matches!(late, Error::Timeout { outcome: Outcome::Unknown, .. }), "{late:?}");
    let refused = fails(2).await;
    assert!(matches!(&refused, Error::Driver(error) if error.code() == Some(2)), "{refused:?}");
    assert_eq!(refused.outcome(), Outcome::NotApplied);
}

#[tokio::test]
async fn a_commit_that_is_sent_again_and_has_no_answer_in_time_is_a_timeout() {
    let server = TestServer::start().await.unwrap();
    let how = doc! { "errorCode": 91, "errorLabels": ["UnknownTransactionCommitResult"], "blockConnection": true, "blockTimeMS": 400 };
    let mut ended = None;
    for deadline in deadlines(Duration::from_secs(1)) {
        // In a database of its own: what one leaves open would be in the way of the next.
        let fixture = fixture_on(&server).await;
        fail(&fixture, "commitTransaction", how.clone(), 1_000_000).await;
        let done = fixture.db.transaction(|tx| async move { tx.update(Item::id.eq(1)).inc(Item::stock, 1).await });
        // The first answer says nothing, and the last one does not come.
        ended = Some(done.deadline(deadline).await.unwrap_err());
        fail_no_more(&fixture).await;
        // A busy machine may be late before it commits.
        if sent(&fixture.commands(), "commitTransaction") > 1 {
            break;
        }
    }
    let error = ended.unwrap();
    assert!(matches!(error, Error::Timeout { outcome: Outcome::Unknown, .. }), "{error:?}");
    assert!(!error.is_retryable());
}
