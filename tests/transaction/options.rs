//! What a transaction can be told, as the server is told it.

use super::{fixture, stocks};
use crate::{models::Item, support::Sent};
use bson::{Bson, Document};
use chakra::{
    Error, Outcome,
    options::{Acknowledgment, ReadConcern, ReadPreference, WriteConcern},
    prelude::*,
};
use std::time::Duration;

async fn sent() -> Sent {
    let sent = Sent::with(|builder| builder.model::<Item>()).await;
    sent.db.insert_many(&[Item::new(1), Item::new(2)]).await.unwrap();
    sent.commands();
    sent
}

/// The level at which the first command reads, the write concern of the commit, and how long that may take.
fn asked(commands: &[Document]) -> (String, Document, i64) {
    let (first, commit) = (commands.first().unwrap(), commands.last().unwrap());
    assert!(first.get_bool("startTransaction").unwrap());
    let level = first.get_document("readConcern").unwrap().get_str("level").unwrap();
    let time = match commit.get("maxTimeMS") {
        Some(Bson::Int32(time)) => i64::from(*time),
        Some(Bson::Int64(time)) => *time,
        other => panic!("{other:?}"),
    };
    (level.to_owned(), commit.get_document("writeConcern").unwrap().clone(), time)
}

#[tokio::test]
async fn without_any_it_is_a_snapshot_and_a_majority() {
    let sent = sent().await;
    sent.db.transaction(|tx| async move { tx.get(Item::id.eq(1)).await }).await.unwrap();
    let (level, concern, time) = asked(&sent.commands());
    assert_eq!((level.as_str(), concern), ("snapshot", doc! { "w": "majority" }));
    // No longer than anybody waits.
    assert!((1..=30_000).contains(&time), "{time}");
}

#[tokio::test]
async fn each_is_sent_with_every_attempt() {
    let sent = sent().await;
    let (outside, mut attempts) = (sent.db.clone(), 0);
    let lost_once = sent.db.transaction(|tx| {
        attempts += 1;
        let (is_first, outside) = (attempts == 1, outside.clone());
        async move {
            let item = tx.get(Item::id.eq(1)).await?;
            if is_first {
                outside.update(Item::id.eq(1)).inc(Item::stock, 10).await?;
            }
            tx.update(Item::id.eq(1)).set(Item::stock, item.stock + 1).await
        }
    });
    let one = WriteConcern::builder().w(Acknowledgment::Nodes(1)).build();
    lost_once.read_concern(ReadConcern::majority()).write_concern(one).max_commit_time(Duration::from_millis(12_345)).await.unwrap();
    assert_eq!(attempts, 2);
    let commands = sent.commands();
    let starts = commands.iter().filter(|command| command.contains_key("startTransaction"));
    let levels: Vec<_> = starts.map(|first| first.get_document("readConcern").unwrap().get_str("level").unwrap()).collect();
    assert_eq!(levels, ["majority", "majority"]);
    let last = commands.last().unwrap();
    assert_eq!(last.get_document("writeConcern").unwrap(), &doc! { "w": 1 });
    assert_eq!(asked(&commands[commands.len() - 3..]), ("majority".to_owned(), doc! { "w": 1 }, 12_345));
    assert_eq!(stocks(&sent.db).await[0], 11);
}

#[tokio::test]
async fn a_commit_has_no_longer_than_the_deadline() {
    let sent = sent().await;
    let read = sent.db.transaction(|tx| async move { tx.get(Item::id.eq(1)).await });
    read.deadline(Duration::from_secs(20)).max_commit_time(Duration::from_secs(3_600)).await.unwrap();
    let (.., time) = asked(&sent.commands());
    assert!((1..=20_000).contains(&time), "{time}");
    // Zero would mean to the server that there is no limit.
    let read = sent.db.transaction(|tx| async move { tx.get(Item::id.eq(1)).await });
    let _ = read.max_commit_time(Duration::ZERO).await;
    let (.., time) = asked(&sent.commands());
    assert_eq!(time, 1);
}

#[tokio::test]
async fn a_write_concern_that_no_server_meets_is_said_and_the_write_is_there() {
    let fixture = fixture().await;
    let mut attempts = 0;
    let written = fixture.db.transaction(|tx| {
        attempts += 1;
        async move { tx.update(Item::id.eq(1)).inc(Item::stock, 1).await }
    });
    let fifty = WriteConcern::builder().w(Acknowledgment::Nodes(50)).build();
    let error = written.write_concern(fifty).await.unwrap_err();
    assert!(matches!(&error, Error::Driver(error) if error.code() == Some(100)), "{error:?}");
    assert_eq!((error.outcome(), attempts), (Outcome::Applied, 1));
    assert_eq!(stocks(&fixture.db).await, [1, 0]);
}

#[tokio::test]
async fn a_commit_that_nobody_acknowledges_is_refused_before_anything_runs() {
    let fixture = fixture().await;
    let mut attempts = 0;
    let never = fixture.db.transaction(|_| {
        attempts += 1;
        async move { Ok(()) }
    });
    let nobody = WriteConcern::builder().w(Acknowledgment::Nodes(0)).build();
    let error = never.write_concern(nobody).await.unwrap_err();
    assert_eq!((error.outcome(), attempts), (Outcome::NotApplied, 0));
    assert!(error.to_string().contains("unacknowledged"), "{error}");
    assert!(fixture.commands().is_empty());
}

#[tokio::test]
async fn one_inside_of_another_has_no_options_of_its_own() {
    let fixture = fixture().await;
    fixture
        .db
        .transaction(|tx| async move {
            tx.update(Item::id.eq(1)).inc(Item::stock, 1).await?;
            let inner = || tx.transaction(|tx| async move { tx.update(Item::id.eq(2)).inc(Item::stock, 1).await });
            let refused = [
                ("read_concern", inner().read_concern(ReadConcern::snapshot()).await),
                ("write_concern", inner().write_concern(WriteConcern::majority()).await),
                ("max_commit_time", inner().max_commit_time(Duration::from_secs(1)).await),
            ];
            for (name, refused) in refused {
                let error = refused.unwrap_err();
                assert!(matches!(error, Error::Transaction { outcome: Outcome::NotApplied, .. }), "{error:?}");
                assert!(error.to_string().contains(&format!("`{name}` is for the outer one only")), "{error}");
            }
            // A deadline is no option of the transaction, and the refusals have not spoilt it.
            inner().deadline(Duration::from_secs(20)).await
        })
        .await
        .unwrap();
    assert_eq!(stocks(&fixture.db).await, [1, 1]);
}

#[tokio::test]
async fn what_only_the_transaction_can_be_told_is_refused_at_a_read_and_spoils_nothing() {
    let sent = sent().await;
    sent.db
        .transaction(|tx| async move {
            tx.update(Item::id.eq(1)).inc(Item::stock, 1).await?;
            let secondary = || ReadPreference::Secondary { options: None };
            let refused = [
                tx.find_many(Item::all()).read_concern(ReadConcern::local()).await.map(drop),
                tx.find_many(Item::all()).read_preference(secondary()).await.map(drop),
                tx.find_first(Item::all()).read_preference(secondary()).await.map(drop),
                tx.count(Item::all()).read_concern(ReadConcern::majority()).await.map(drop),
                tx.count(Item::all()).read_preference(secondary()).await.map(drop),
                tx.exists(Item::all()).read_preference(secondary()).await.map(drop),
                tx.distinct(Item::rank, Item::all()).read_preference(secondary()).await.map(drop),
                tx.find_many(Item::all()).read_preference(secondary()).stream().await.map(drop),
            ];
            for refused in refused {
                let error = refused.unwrap_err();
                assert!(matches!(error, Error::Transaction { outcome: Outcome::NotApplied, .. }), "{error:?}");
                assert!(error.to_string().contains("read concern") || error.to_string().contains("primary"), "{error}");
            }
            // That is where it reads.
            tx.find_many(Item::all()).read_preference(ReadPreference::Primary).await
        })
        .await
        .unwrap();
    let names: Vec<String> = sent.commands().iter().map(|command| command.keys().next().unwrap().clone()).collect();
    assert_eq!(names, ["findAndModify", "find", "commitTransaction"]);
    assert_eq!(stocks(&sent.db).await, [1, 0]);
}
