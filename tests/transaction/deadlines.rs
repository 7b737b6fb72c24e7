//! Deadlines: of all attempts together, of what the server allows, and of what waits for the transaction itself.

use super::{fail, fail_no_more, fixture, fixture_on, none_is_open, stocks};
use crate::{
    models::Item,
    support::{HANGS, deadlines},
};
use chakra::{Error, Outcome, prelude::*};
use chakra_testkit::TestServer;
use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

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
    let error = tokio::time::timeout(HANGS, late).await.expect("the deadline was not kept").unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
}

#[tokio::test]
async fn attempts_that_never_succeed_end_at_the_deadline_and_say_why() {
    let server = TestServer::start().await.unwrap();
    let fixture = fixture_on(&server).await;
    fail(&fixture, "insert", doc! { "errorCode": 112 }, 1_000_000).await;
    let (mut attempts, mut ended) = (0, None);
    // A busy machine may be late in the first attempt already.
    for deadline in deadlines(Duration::from_millis(400)) {
        attempts = 0;
        let lost = fixture.db.transaction(|tx| {
            attempts += 1;
            async move {
                tx.update(Item::id.eq(1)).inc(Item::stock, 1).await?;
                tx.create(Item::draft().id(3).stock(1)).await
            }
        });
        ended = Some(lost.deadline(deadline).await.unwrap_err());
        if attempts > 1 {
            break;
        }
    }
    fail_no_more(&fixture).await;
    let error = ended.unwrap();
    assert!(matches!(error, Error::Timeout { outcome: Outcome::NotApplied, .. }), "{error:?}");
    assert!(error.to_string().contains("attempts") && error.to_string().contains("112"), "{error}");
    assert!(error.is_retryable() && attempts > 1, "{attempts}");
    // Each attempt that began on the server is aborted once, the last one perhaps after its deadline, and none was committed.
    let mut commands: Vec<String> = Vec::new();
    let sent = |commands: &[String], name: &str| commands.iter().filter(|command| *command == name).count();
    let aborted = async {
        while sent(&commands, "abortTransaction") < sent(&commands, "findAndModify") || commands.is_empty() {
            commands.extend(fixture.commands());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(HANGS, aborted).await.expect("an attempt was not aborted");
    none_is_open(&fixture).await;
    assert_eq!(stocks(&fixture.db).await, [0, 0]);
    commands.extend(fixture.commands());
    let ends = ["abortTransaction", "commitTransaction"].map(|name| sent(&commands, name));
    assert_eq!(ends, [sent(&commands, "findAndModify"), 0]);
}

#[tokio::test]
async fn what_the_server_ends_for_its_age_runs_again_and_is_told() {
    let server = TestServer::builder().arg("--setParameter").arg("transactionLifetimeLimitSeconds=1").start().await.unwrap();
    let fixture = fixture_on(&server).await;
    let fixture = &fixture;
    let mut attempts = 0;
    fixture
        .db
        .transaction(|tx| {
            attempts += 1;
            let is_first = attempts == 1;
            async move {
                tx.update(Item::id.eq(1)).inc(Item::stock, 1).await?;
                if is_first {
                    none_is_open(fixture).await;
                }
                tx.update(Item::id.eq(2)).inc(Item::stock, 1).await
            }
        })
        .await
        .unwrap();
    // A slow machine may be late a second time.
    assert!(attempts > 1, "the first attempt was not ended");
    assert_eq!(stocks(&fixture.db).await, [1, 1]);

    // The first attempt is ended for its age, the last by the deadline.
    let (mut attempts, has_ended) = (0, AtomicBool::new(false));
    let (late, has_ended) = (Duration::from_secs(20), &has_ended);
    let always_late = fixture.db.transaction(|tx| {
        attempts += 1;
        let is_first = attempts == 1;
        async move {
            tx.update(Item::id.eq(1)).inc(Item::stock, 1).await?;
            if !is_first {
                has_ended.store(true, Ordering::Relaxed);
                std::future::pending::<()>().await;
            }
            none_is_open(fixture).await;
            tx.update(Item::id.eq(2)).inc(Item::stock, 1).await
        }
    });
    let error = always_late.deadline(late).await.unwrap_err();
    assert!(has_ended.load(Ordering::Relaxed), "the first attempt was not ended within {late:?}");
    assert!(matches!(error, Error::Timeout { outcome: Outcome::NotApplied, .. }), "{error:?}");
    assert!(error.to_string().contains("`transactionLifetimeLimitSeconds`"), "{error}");
    assert_eq!(stocks(&fixture.db).await, [1, 1]);
}

#[tokio::test]
async fn the_handle_outside_waits_for_the_transaction_until_its_deadline() {
    let fixture = fixture().await;
    let outer = &fixture.db;
    let mut ended = None;
    for late in deadlines(Duration::from_millis(300)) {
        let blocked = outer.transaction(|tx| async move {
            tx.update(Item::id.eq(1)).inc(Item::stock, 1).await?;
            outer.update(Item::id.eq(1)).inc(Item::stock, 100).deadline(late).await
        });
        let error = tokio::time::timeout(HANGS, blocked).await.expect("it hangs").unwrap_err();
        assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
        // On a busy machine its deadline may pass before it is sent.
        let is_sent = error.outcome() != Outcome::NotApplied;
        ended = Some(error);
        if is_sent {
            break;
        }
    }
    let error = ended.unwrap();
    // What is outside is not undone with the transaction, so that nobody may say that it was.
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert!(!error.is_retryable());
    assert_eq!(stocks(outer).await[0] % 100, 0, "the transaction was not undone");

    let blocked = outer.transaction(|tx| async move {
        tx.update(Item::id.eq(2)).inc(Item::stock, 1).await?;
        outer.update(Item::id.eq(2)).inc(Item::stock, 100).await
    });
    let blocked = blocked.deadline(Duration::from_millis(300));
    let error = tokio::time::timeout(HANGS, blocked).await.expect("it hangs").unwrap_err();
    assert!(matches!(error, Error::Timeout { outcome: Outcome::NotApplied, .. }), "{error:?}");
    assert_eq!(stocks(outer).await[1] % 100, 0, "the transaction was not undone");
}

#[tokio::test]
async fn the_handle_outside_writes_what_stays() {
    let fixture = fixture().await;
    let outer = &fixture.db;
    let seen = outer
        .transaction(|tx| async move {
            tx.update(Item::id.eq(1)).inc(Item::stock, 1).await?;
            outer.update(Item::id.eq(2)).inc(Item::stock, 5).await?;
            assert_eq!(stocks(outer).await, [0, 5], "it sees what is not committed");
            assert_eq!(stocks(&tx).await, [1, 0], "the snapshot is not the transaction's");
            Err::<(), _>(Error::other("changed my mind"))
        })
        .await;
    assert_eq!(seen.unwrap_err().to_string(), "changed my mind");
    assert_eq!(stocks(outer).await, [0, 5]);
}
