//! Clients that are killed in the middle of their work, as by `kill -9`.
//!
//! A client is this binary again, with the one test `role` and the database in an environment variable. It tells of each call before it begins and
//! after it has ended, and is killed after so many calls that were acknowledged.

use super::{
    history::History,
    stored::Stored,
    tasks::{Tasks, World, connect},
};
use bson::{Document, doc};
use chakra::Repaired;
use chakra_testkit::{TestDb, TestServer};
use futures::TryStreamExt;
use std::{env, process::Stdio, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::Command,
    time::{sleep, timeout},
};

/// Says to which database the client connects.
const DATABASE: &str = "CHAKRA_TEST_LINKS";
/// Says which calls it makes.
const SEED: &str = "CHAKRA_TEST_LINKS_SEED";
/// By which the server knows the connections of a client.
const NAME: &str = "links_client";
/// How many clients are killed on each kind of server.
const CLIENTS: u64 = 5;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a client for the other tests, which run it in a process of its own and kill it"]
async fn role() {
    let db = connect(&env::var(DATABASE).expect("the database of the test that runs this")).await;
    let seed = env::var(SEED).unwrap().parse().unwrap();
    Arc::new(Tasks::new(db, u64::MAX).that_may_fail().that_tell()).run(4, seed).await;
}

/// Runs a client, kills it after so many calls that were acknowledged, and waits until the server has ended what it had begun.
async fn kill_client(world: &World, seed: u64, after: usize) -> History {
    let separator = if world.uri.contains('?') { '&' } else { '?' };
    let mut client = Command::new(env::current_exe().unwrap())
        .args(["--exact", "id_lists::killed::role", "--ignored", "--nocapture"])
        .env(DATABASE, format!("{}{separator}appName={NAME}", world.uri))
        .env(SEED, seed.to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(client.stdout.take().unwrap()).lines();
    let (mut history, mut killed) = (History::default(), false);
    // What it told before it died is read to the end.
    while let Some(line) = lines.next_line().await.unwrap() {
        history.read(&line);
        if !killed && history.acknowledged() == after {
            client.start_kill().unwrap();
            killed = true;
        }
    }
    client.wait().await.unwrap();
    assert!(killed, "the client ended by itself, after {} calls", history.begun());
    timeout(Duration::from_secs(60), until_gone(world)).await.expect("the server has connections of a client that is dead");
    history
}

/// Waits until no connection of a client is left: the server ends a command that runs, and then sees that nobody is there.
async fn until_gone(world: &World) {
    let admin = world.raw.client().database("admin");
    loop {
        let every = doc! { "$currentOp": { "allUsers": true, "idleConnections": true, "idleSessions": false } };
        let found = admin.aggregate([every, doc! { "$match": { "appName": NAME } }]).await.unwrap();
        if found.try_collect::<Vec<Document>>().await.unwrap().is_empty() {
            return;
        }
        sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_transactions_a_repair_keeps_all_that_was_acknowledged() {
    let server = TestServer::standalone().await.unwrap();
    for seed in 1..=CLIENTS {
        let world = World::on(server.db().await).await;
        let history = kill_client(&world, seed, 60 * usize::try_from(seed).unwrap()).await;
        let repaired = world.db.check_relations().repair().await.unwrap();
        let stored = Stored::read(&world.raw).await;
        stored.check_sides();
        history.check(&stored, false);
        let report = world.db.check_relations().await.unwrap();
        assert!(report.is_clean(), "{report}");
        assert_eq!(world.db.check_relations().repair().await.unwrap(), Repaired::default());
        println!("{} calls, {} acknowledged, seed {seed}: {repaired}", history.begun(), history.acknowledged());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_transactions_there_is_nothing_to_repair() {
    for seed in 1..=CLIENTS {
        let world = World::on(TestDb::new().await.unwrap()).await;
        let history = kill_client(&world, seed, 40 * usize::try_from(seed).unwrap()).await;
        let stored = Stored::read(&world.raw).await;
        stored.check_sides();
        history.check(&stored, true);
        let report = world.db.check_relations().await.unwrap();
        assert!(report.is_clean(), "{report}");
    }
}
