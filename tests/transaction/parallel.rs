//! One transaction in use by many at once: its calls go one after another, and each gets its own answer.

use super::{fixture, stocks};
use crate::{models::Item, support::Sent};
use chakra::Error;
use futures::future::{join, try_join_all};
use std::future::IntoFuture;

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

#[tokio::test]
async fn reads_and_writes_awaited_together_get_their_own_answers() {
    let sent = Sent::with(|builder| builder.model::<Item>()).await;
    sent.db.sync().await.unwrap();
    sent.commands();
    let (created, counts) = sent
        .db
        .transaction(|tx| async move {
            let creates = (10..18_i64).map(|id| tx.create(Item::draft().id(id).stock(1)).into_future());
            let reads = (0..8).map(|_| tx.find_many(Item::all()).batch_size(2).into_future());
            let (created, read) = join(try_join_all(creates), try_join_all(reads)).await;
            Ok((created?, read?.iter().map(Vec::len).collect::<Vec<_>>()))
        })
        .await
        .unwrap();
    assert_eq!(created.iter().map(|item| item.id).collect::<Vec<_>>(), (10..18).collect::<Vec<_>>());
    assert!(counts.iter().all(|count| *count <= 8), "{counts:?}");
    let commands = sent.commands();
    let count = |key: &str| commands.iter().filter(|command| command.contains_key(key)).count();
    assert_eq!((count("insert"), count("find"), count("commitTransaction")), (8, 8, 1));
    // Two that began at once would be two transactions, of which the server ends one.
    assert_eq!(count("startTransaction"), 1);
    assert_eq!(sent.db.count(Item::all()).await.unwrap(), 8);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn tasks_that_share_a_handle_lose_nothing() {
    let fixture = fixture().await;
    fixture
        .db
        .transaction(|tx| async move {
            let tasks = (0..16_i64).map(|task| {
                let tx = tx.clone();
                tokio::spawn(async move {
                    // Read and written apart, but never at once with another of the kind.
                    tx.update(Item::id.eq(1)).inc(Item::stock, 1).await?;
                    tx.transaction(|tx| async move { tx.create(Item::draft().id(100 + task).stock(1)).await }).await?;
                    tx.get(Item::id.eq(100 + task)).await
                })
            });
            let items = try_join_all(tasks).await.map_err(Error::other)?;
            let items = items.into_iter().collect::<chakra::Result<Vec<_>>>()?;
            assert_eq!(items.iter().map(|item| item.id).collect::<Vec<_>>(), (100..116).collect::<Vec<_>>());
            Ok(())
        })
        .await
        .unwrap();
    assert_eq!((stocks(&fixture.db).await[0], fixture.db.count(Item::all()).await.unwrap()), (16, 18));
}

#[tokio::test]
async fn one_may_be_large() {
    let fixture = fixture().await;
    for is_kept in [false, true] {
        let many = fixture.db.transaction(|tx| async move {
            tx.insert_many(&(1_000..11_000).map(Item::new).collect::<Vec<_>>()).await?;
            for id in 20_000..20_500_i64 {
                tx.create(Item::draft().id(id).stock(1)).await?;
            }
            assert_eq!(tx.count(Item::all()).await?, 10_502);
            if is_kept { Ok(()) } else { Err(Error::other("changed my mind")) }
        });
        assert_eq!(many.deadline(std::time::Duration::from_secs(120)).await.is_ok(), is_kept);
        assert_eq!(fixture.db.count(Item::all()).await.unwrap(), if is_kept { 10_502 } else { 2 });
    }
}
