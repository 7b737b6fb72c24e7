//! How a transaction ends: by a panic, by a future that is dropped, and with handles that are still in use.

use super::{fail, filled, fixture, fixture_on, move_stock, none_is_open, stocks};
use crate::{
    models::{Item, Post, User},
    support::{Fixture, HANGS},
};
use chakra::{Error, Outcome, Result, prelude::*};
use chakra_testkit::TestServer;
use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};
use tokio::{sync::Notify, task::AbortHandle};

#[tokio::test]
async fn a_handle_that_outlives_its_transaction_says_so() {
    let fixture = fixture().await;
    let escaped = fixture.db.transaction(|tx| async move { Ok(tx) }).await.unwrap();
    let error = escaped.count(Item::all()).await.unwrap_err();
    assert!(matches!(error, Error::Transaction { .. }), "{error:?}");
    let text = "this transaction has ended: its handle is good inside of its closure only (nothing was applied)";
    assert_eq!(error.to_string(), text);
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
    // It waits for the lock of the dropped one, if that were kept: for a minute, after which the server ends that one.
    fixture.db.update(Item::id.eq(1)).inc(Item::stock, 5).deadline(Duration::from_secs(30)).await.unwrap();
    assert_eq!(stocks(&fixture.db).await, [5, 0]);
}

#[tokio::test]
async fn a_panic_and_a_dropped_future_leave_nothing_open() {
    let server = TestServer::start().await.unwrap();
    let fixture = fixture_on(&server).await;
    let db = fixture.db.clone();
    let panicked = tokio::spawn(async move {
        db.transaction(|tx| async move {
            move_stock(&tx, 1, 2).await?;
            assert_eq!(stocks(&tx).await, [9, 9], "on purpose");
            Ok(())
        })
        .await
    });
    assert!(panicked.await.unwrap_err().is_panic());
    fixture.db.update(Item::id.eq(1)).inc(Item::stock, 5).deadline(Duration::from_secs(30)).await.unwrap();
    none_is_open(&fixture).await;

    let (db, moved) = (fixture.db.clone(), Arc::new(Notify::new()));
    let is_moved = Arc::clone(&moved);
    let task = tokio::spawn(async move {
        let moved = &moved;
        db.transaction(|tx| async move {
            move_stock(&tx, 1, 2).await?;
            moved.notify_one();
            std::future::pending::<Result<()>>().await
        })
        .await
    });
    is_moved.notified().await;
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    fixture.db.update(Item::id.eq(1)).inc(Item::stock, 5).deadline(Duration::from_secs(30)).await.unwrap();
    none_is_open(&fixture).await;
    assert_eq!(stocks(&fixture.db).await, [10, 0]);
    let commands = fixture.commands();
    assert_eq!(commands.iter().filter(|name| *name == "abortTransaction").count(), 2, "{commands:?}");
    assert!(!commands.contains(&"commitTransaction".to_owned()));
}

#[tokio::test]
async fn what_a_task_does_after_the_end_is_refused_and_does_not_touch_the_commit() {
    let fixture = fixture().await;
    let ended = Arc::new(Notify::new());
    let late = fixture
        .db
        .transaction(|tx| {
            let ended = Arc::clone(&ended);
            async move {
                move_stock(&tx, 1, 2).await?;
                Ok(tokio::spawn(async move {
                    ended.notified().await;
                    tx.update(Item::id.eq(1)).inc(Item::stock, 100).await
                }))
            }
        })
        .await
        .unwrap();
    assert_eq!(fixture.commands(), ["findAndModify", "findAndModify", "commitTransaction"]);
    ended.notify_one();
    let error = late.await.unwrap().unwrap_err();
    assert!(error.to_string().starts_with("this transaction has ended"), "{error}");
    assert!(fixture.commands().is_empty());
    assert_eq!(stocks(&fixture.db).await, [-1, 1]);
}

/// A fixture that tells when Chakra sends a command.
async fn telling(server: &TestServer, command: &'static str) -> (Fixture, Arc<Notify>) {
    let sent = Arc::new(Notify::new());
    let tells = Arc::clone(&sent);
    let register = move |builder: chakra::Builder| {
        builder.model::<Item>().on_command(move |record| {
            if record.name() == command && record.is_in_transaction() {
                tells.notify_one();
            }
        })
    };
    (filled(Fixture::on_server(server, register).await).await, sent)
}

#[tokio::test]
async fn what_a_task_has_begun_by_the_end_is_a_part_of_it() {
    let server = TestServer::start().await.unwrap();
    let (fixture, sent) = telling(&server, "findAndModify").await;
    fail(&fixture, "findAndModify", doc! { "blockConnection": true, "blockTimeMS": 300 }, 1).await;
    let begun = fixture
        .db
        .transaction(|tx| {
            let sent = Arc::clone(&sent);
            async move {
                let task = tokio::spawn(async move { tx.update(Item::id.eq(1)).inc(Item::stock, 1).await });
                sent.notified().await;
                Ok(task)
            }
        })
        .await
        .unwrap();
    assert_eq!(begun.await.unwrap().unwrap().stock, 1);
    assert_eq!(stocks(&fixture.db).await, [1, 0]);
}

#[tokio::test]
async fn what_a_task_has_begun_by_the_end_and_fails_aborts_the_whole() {
    let server = TestServer::start().await.unwrap();
    let (fixture, sent) = telling(&server, "insert").await;
    fail(&fixture, "insert", doc! { "blockConnection": true, "blockTimeMS": 300 }, 1).await;
    let mut attempts = 0;
    let doomed = fixture.db.transaction(|tx| {
        attempts += 1;
        let sent = Arc::clone(&sent);
        async move {
            move_stock(&tx, 1, 2).await?;
            tokio::spawn(async move { tx.create(Item::draft().id(1).stock(1)).await });
            sent.notified().await;
            Ok(())
        }
    });
    let error = doomed.deadline(HANGS).await.unwrap_err();
    assert!(matches!(error, Error::Transaction { outcome: Outcome::NotApplied, .. }), "{error:?}");
    assert!(error.to_string().contains("although its closure succeeded: a `Item` with the same "), "{error}");
    assert_eq!((attempts, stocks(&fixture.db).await), (1, vec![0, 0]));
    none_is_open(&fixture).await;
}

#[tokio::test]
async fn while_its_commit_is_on_its_way_a_handle_is_refused() {
    let server = TestServer::start().await.unwrap();
    let (fixture, sent) = telling(&server, "commitTransaction").await;
    fail(&fixture, "commitTransaction", doc! { "blockConnection": true, "blockTimeMS": 300 }, 1).await;
    let late = fixture
        .db
        .transaction(|tx| {
            let sent = Arc::clone(&sent);
            async move {
                move_stock(&tx, 1, 2).await?;
                Ok(tokio::spawn(async move {
                    sent.notified().await;
                    tx.update(Item::id.eq(1)).inc(Item::stock, 100).await
                }))
            }
        })
        .await
        .unwrap();
    let error = late.await.unwrap().unwrap_err();
    assert!(error.to_string().starts_with("this transaction has ended"), "{error}");
    assert_eq!(stocks(&fixture.db).await, [-1, 1]);
}

#[tokio::test]
async fn a_commit_that_was_sent_is_not_taken_back_by_dropping_its_future() {
    let server = TestServer::start().await.unwrap();
    let dropped = Arc::new(OnceLock::<AbortHandle>::new());
    let drops = Arc::clone(&dropped);
    let register = move |builder: chakra::Builder| {
        builder.model::<Item>().on_command(move |record| {
            // While it is being sent: its answer cannot come first.
            if record.name() == "commitTransaction" {
                drops.get().unwrap().abort();
            }
        })
    };
    let fixture = filled(Fixture::on_server(&server, register).await).await;
    fail(&fixture, "commitTransaction", doc! { "blockConnection": true, "blockTimeMS": 300 }, 1).await;
    let db = fixture.db.clone();
    let task = tokio::spawn(async move { db.transaction(|tx| async move { move_stock(&tx, 1, 2).await }).await });
    dropped.set(task.abort_handle()).unwrap();
    assert!(task.await.unwrap_err().is_cancelled());
    none_is_open(&fixture).await;
    assert_eq!(stocks(&fixture.db).await, [-1, 1]);
}

#[tokio::test]
async fn a_stream_that_outlives_its_transaction_says_so() {
    let fixture = fixture().await;
    fixture.db.insert_many(&(3..10).map(Item::new).collect::<Vec<_>>()).await.unwrap();
    let mut items = fixture
        .db
        .transaction(|tx| async move {
            let mut items = tx.find_many(Item::all()).order_by(Item::id.asc()).batch_size(2).stream().await?;
            // The third is in the second batch.
            for id in 1..=3 {
                assert_eq!(items.next().await.unwrap()?.id, id);
            }
            Ok(items)
        })
        .await
        .unwrap();
    // What had come already, and then the end.
    assert_eq!(items.next().await.unwrap().unwrap().id, 4);
    let error = items.next().await.unwrap().unwrap_err();
    assert!(error.to_string().starts_with("this transaction has ended"), "{error}");
    assert!(items.next().await.is_none());
}

#[tokio::test]
async fn a_verb_of_several_writes_that_is_not_over_is_not_committed_by_halves() {
    let server = TestServer::start().await.unwrap();
    let sent = Arc::new(Notify::new());
    let tells = Arc::clone(&sent);
    let register = move |builder: chakra::Builder| {
        builder.model::<Item>().model::<User>().on_command(move |record| {
            if record.name() == "insert" && record.is_in_transaction() {
                tells.notify_one();
            }
        })
    };
    let fixture = filled(Fixture::on_server(&server, register).await).await;
    // The user is on its way when the closure ends, and the posts are not sent yet.
    fail(&fixture, "insert", doc! { "blockConnection": true, "blockTimeMS": 300 }, 1).await;
    let half = Arc::new(tokio::sync::Mutex::new(None));
    let error = fixture
        .db
        .transaction(|tx| {
            let (sent, half) = (Arc::clone(&sent), Arc::clone(&half));
            async move {
                let ada = User::draft().username("ada").email("a@x").first_name("A").last_name("L");
                let ada = ada.posts(create([Post::draft().title("one")]));
                *half.lock().await = Some(tokio::spawn(async move { tx.create(ada).await }));
                sent.notified().await;
                Ok(())
            }
        })
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Transaction { outcome: Outcome::NotApplied, .. }), "{error:?}");
    assert!(error.to_string().contains("was not over when the closure ended"), "{error}");
    let half = half.lock().await.take().unwrap();
    assert_eq!(half.await.unwrap().unwrap_err().outcome(), Outcome::NotApplied);
    assert_eq!((fixture.stored("users").await.len(), fixture.stored("posts").await.len()), (0, 0));
    none_is_open(&fixture).await;
}

#[tokio::test]
async fn a_part_that_only_reads_and_goes_on_does_not_hold_the_commit_back() {
    let fixture = fixture().await;
    let (begun, ended) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let task = fixture
        .db
        .transaction(|tx| {
            let (begun, ended) = (Arc::clone(&begun), Arc::clone(&ended));
            async move {
                tx.update(Item::id.eq(1)).inc(Item::stock, 1).await?;
                let has_begun = Arc::clone(&begun);
                let task = tokio::spawn(async move {
                    tx.transaction(|tx| {
                        let (begun, ended) = (Arc::clone(&has_begun), Arc::clone(&ended));
                        async move {
                            tx.get(Item::id.eq(2)).await?;
                            begun.notify_one();
                            ended.notified().await;
                            tx.update(Item::id.eq(2)).inc(Item::stock, 1).await
                        }
                    })
                    .await
                });
                begun.notified().await;
                Ok(task)
            }
        })
        .await
        .unwrap();
    ended.notify_one();
    assert!(matches!(task.await.unwrap(), Err(Error::Transaction { outcome: Outcome::NotApplied, .. })));
    assert_eq!(stocks(&fixture.db).await, [1, 0]);
}
