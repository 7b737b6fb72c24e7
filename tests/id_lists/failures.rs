//! A server that loses connections and ends commands with errors, and a primary that is killed, while tasks work.

use super::{
    TASKS,
    stored::Stored,
    tasks::{Tasks, World},
};
use bson::{Bson, Document, doc};
use chakra_testkit::{TestCluster, TestServer};
use std::sync::Arc;

/// How many calls are made, and after how many that were acknowledged the next failure comes.
const CALLS: u64 = 160;
const BETWEEN: u64 = 10;

/// What happens to the next commands: how many, and what.
fn failures() -> [(i32, Document); 8] {
    let transient = || doc! { "errorLabels": ["TransientTransactionError"] };
    let with = |mut failure: Document, more: Document| {
        failure.extend(more);
        failure
    };
    [
        (2, doc! { "failCommands": ["update"], "closeConnection": true }),
        (3, with(doc! { "failCommands": ["update"], "errorCode": 112 }, transient())),
        (2, doc! { "failCommands": ["commitTransaction"], "closeConnection": true }),
        (1, with(doc! { "failCommands": ["delete"], "errorCode": 91 }, transient())),
        (1, doc! { "failCommands": ["find"], "closeConnection": true }),
        (2, with(doc! { "failCommands": ["commitTransaction"], "errorCode": 112 }, transient())),
        (1, doc! { "failCommands": ["commitTransaction"], "errorCode": 91, "errorLabels": ["RetryableWriteError"] }),
        (1, doc! { "failCommands": ["insert"], "closeConnection": true }),
    ]
}

async fn fail(world: &World, mode: impl Into<Bson>, mut data: Document) {
    data.insert("appName", "chakra");
    let command = doc! { "configureFailPoint": "failCommand", "mode": mode.into(), "data": data };
    world.raw.client().database("admin").run_command(command).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_fails_now_and_then_loses_nothing() {
    // With an argument it is this test's own, whose failures nobody else meets.
    let server = TestServer::builder().arg("--wiredTigerCacheSizeGB").arg("0.25").start().await.unwrap();
    let world = World::on(server.db().await).await;
    let tasks = Arc::new(Tasks::new(world.db.clone(), CALLS).that_may_fail());
    let mut progress = tasks.progress();
    let running = tokio::spawn(async move { tasks.run(TASKS, 1).await });
    for (at, (times, failure)) in (0_u64..).zip(failures().into_iter().cycle()) {
        // The end of the tasks is the end of what they tell.
        if progress.wait_for(|acknowledged| *acknowledged >= at * BETWEEN).await.is_err() {
            break;
        }
        fail(&world, doc! { "times": times }, failure).await;
    }
    let history = running.await.unwrap();
    fail(&world, "off", Document::new()).await;
    assert!(history.acknowledged() * 2 >= history.begun(), "{} of {} calls succeeded", history.acknowledged(), history.begun());
    let stored = Stored::read(&world.raw).await;
    stored.check_sides();
    history.check(&stored, true);
    let report = world.db.check_relations().await.unwrap();
    assert!(report.is_clean(), "{report}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_primary_that_is_killed_takes_nothing_with_it() {
    let mut cluster = TestCluster::start(3).await.unwrap();
    let world = World::on(cluster.db()).await;
    let tasks = Arc::new(Tasks::new(world.db.clone(), 2 * CALLS).that_may_fail());
    let mut progress = tasks.progress();
    let running = tokio::spawn(async move { tasks.run(TASKS, 1).await });
    progress.wait_for(|acknowledged| *acknowledged >= CALLS / 2).await.unwrap();
    let primary = cluster.primary().await.unwrap();
    cluster.kill(primary);
    let history = running.await.unwrap();
    assert_ne!(cluster.primary().await.unwrap(), primary);
    assert!(history.acknowledged() as u64 > CALLS, "{} of {} calls succeeded", history.acknowledged(), history.begun());
    let stored = Stored::read(&world.raw).await;
    stored.check_sides();
    history.check(&stored, true);
    let report = world.db.check_relations().await.unwrap();
    assert!(report.is_clean(), "{report}");
}
