//! A replica set of several processes: what survives the failure of its members.

#![allow(clippy::unwrap_used)]

use std::time::Duration;

use chakra_testkit::{Error, TestCluster};
use mongodb::{
    Client, Collection,
    bson::{Document, doc},
    options::{ReadConcern, WriteConcern},
};

async fn items(cluster: &TestCluster) -> (Client, Collection<Document>) {
    let db = cluster.db();
    let client = Client::with_uri_str(db.uri()).await.unwrap();
    let items = client.default_database().unwrap().collection::<Document>("items");
    (client, items)
}

/// Again until there is a primary that takes it: an election is no answer.
async fn insert(items: &Collection<Document>, id: i32) {
    for _ in 0..200 {
        match items.insert_one(doc! { "_id": id }).write_concern(WriteConcern::majority()).await {
            Ok(_) => return,
            Err(error) if error.to_string().contains("E11000") => return,
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
    panic!("{id} was never taken");
}

/// Again until a primary answers, too.
async fn ids(items: &Collection<Document>) -> Vec<i32> {
    let read = async || {
        let mut cursor = items.find(doc! {}).sort(doc! { "_id": 1 }).read_concern(ReadConcern::majority()).await?;
        let mut ids = Vec::new();
        while cursor.advance().await? {
            ids.push(cursor.deserialize_current()?.get_i32("_id").unwrap());
        }
        Ok::<_, mongodb::error::Error>(ids)
    };
    for _ in 0..20 {
        match read().await {
            Ok(ids) => return ids,
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
    read().await.unwrap()
}

#[tokio::test]
async fn members_are_killed_paused_and_brought_back() {
    let mut cluster = TestCluster::start(3).await.unwrap();
    assert_eq!(cluster.size(), 3);
    // Should another be elected because it was busy, it takes its place again.
    for _ in 0..600 {
        if cluster.primary().await.unwrap() == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(cluster.primary().await.unwrap(), 0);
    let (client, items) = items(&cluster).await;
    insert(&items, 1).await;

    // Another primary is elected, with what was written.
    cluster.kill(0);
    insert(&items, 2).await;
    let second = cluster.primary().await.unwrap();
    assert_ne!(second, 0);
    assert_eq!(ids(&items).await, [1, 2]);

    // Of three one is left: no majority, and no primary.
    cluster.kill(second);
    let left = 3 - second;
    let alone = Client::with_uri_str(cluster.member_uri(left)).await.unwrap();
    let mut is_primary = true;
    for _ in 0..1_200 {
        let hello = alone.database("admin").run_command(doc! { "hello": 1 }).await.unwrap();
        is_primary = hello.get_bool("isWritablePrimary").unwrap();
        if !is_primary {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(!is_primary);

    // With the others it is a set again, with the same data.
    cluster.restart(0).await.unwrap();
    cluster.restart(second).await.unwrap();
    insert(&items, 3).await;
    assert_eq!(ids(&items).await, [1, 2, 3]);

    // One that answers nothing is replaced too, and comes back.
    let paused = cluster.primary().await.unwrap();
    cluster.pause(paused).unwrap();
    // A server that answers nothing is found out by the time-out alone.
    let others = Client::with_uri_str(format!("{}&connectTimeoutMS=1000", cluster.uri())).await.unwrap();
    let items = others.database(items.namespace().db.as_str()).collection::<Document>("items");
    insert(&items, 4).await;
    cluster.resume(paused).unwrap();
    assert_eq!(ids(&items).await, [1, 2, 3, 4]);
    for client in [client, alone, others] {
        client.shutdown().immediate(true).await;
    }
}

#[tokio::test]
async fn a_dead_member_and_a_size_that_cannot_be_are_told() {
    for size in [0, 8] {
        assert!(matches!(TestCluster::start(size).await.unwrap_err(), Error::Size(found) if found == size));
    }
    let mut cluster = TestCluster::start(1).await.unwrap();
    cluster.kill(0);
    cluster.kill(0);
    assert!(matches!(cluster.pause(0).unwrap_err(), Error::Size(0)));
    assert!(matches!(cluster.restart(3).await.unwrap_err(), Error::Size(3)));
    cluster.restart(0).await.unwrap();
    assert_eq!(cluster.primary().await.unwrap(), 0);
}
