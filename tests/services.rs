//! Many services that start at once, as processes of their own, on one database: they all find or make what is declared, whatever becomes of
//! some of them, and of a member of the replica set.
//!
//! A service is this binary again, with one test, `role` or another of the ignored ones, and the database in an environment variable.

use crate::support::{Fixture, HANGS, patient};
use bson::{Document, doc};
use chakra::{Db, Error, prelude::*};
use chakra_testkit::{TestCluster, TestServer};
use futures::TryStreamExt;
use std::{
    collections::BTreeMap,
    env,
    process::{Child, Command, Output, Stdio},
    time::Duration,
};

/// Says to which database a service connects.
const DATABASE: &str = "CHAKRA_TEST_SERVICE";

#[derive(Debug, Clone, Model)]
#[chakra(index(city, age = desc), text(name))]
struct Guest {
    #[chakra(id)]
    id: Id<Guest>,
    #[chakra(unique)]
    email: String,
    name: String,
    #[chakra(index)]
    city: String,
    age: i32,
    #[chakra(unique)]
    badge: Option<i64>,
    #[chakra(relation = OneToMany, foreign_key = guest_id)]
    stays: Related<Vec<Stay>>,
}

#[derive(Debug, Clone, Model)]
#[chakra(unique(guest_id, night))]
struct Stay {
    #[chakra(id)]
    id: Id<Stay>,
    night: i32,
    guest_id: Id<Guest>,
    #[chakra(relation = ManyToOne, foreign_key = guest_id)]
    guest: Related<Guest>,
}

async fn connect(uri: &str) -> Db {
    Db::builder(patient(uri)).model::<Guest>().connect().await.unwrap()
}

#[tokio::test]
#[ignore = "a service for the other tests, which run it in a process of its own"]
async fn role() {
    let db = connect(&env::var(DATABASE).expect("the database of the test that runs this")).await;
    db.sync().await.unwrap();
}

/// A version of a service, and a newer one that shows an index again and has another no more.
#[derive(Debug, Clone, Model)]
#[chakra(collection = "cards", index(a, hidden), index(b))]
struct Card {
    #[chakra(id)]
    id: i64,
    #[chakra(unique)]
    code: String,
    a: i32,
    b: i32,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "cards", index(a))]
struct NewCard {
    #[chakra(id)]
    id: i64,
    #[chakra(unique)]
    code: String,
    a: i32,
}

async fn card<M: Model>(generation: u32) -> Db {
    let uri = env::var(DATABASE).expect("the database of the test that runs this");
    Db::builder(uri).model::<M>().generation(generation).connect().await.unwrap()
}

#[tokio::test]
#[ignore = "a service for the other tests, which run it in a process of its own"]
async fn older() {
    card::<Card>(0).await.sync().await.unwrap();
}

#[tokio::test]
#[ignore = "a service for the other tests, which run it in a process of its own"]
async fn newer() {
    card::<NewCard>(1).await.sync().await.unwrap();
}

#[tokio::test]
#[ignore = "a service for the other tests, which run it in a process of its own"]
async fn rebuilder() {
    card::<NewCard>(1).await.sync().rebuild().await.unwrap();
}

fn start_service(uri: &str) -> Child {
    start_as("role", uri)
}

fn start_as(role: &str, uri: &str) -> Child {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", &format!("services::{role}"), "--ignored", "--nocapture"]).env(DATABASE, uri);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// That a service did its work: not only that no test failed, but that one was run.
fn assert_synced(output: &Output) {
    let printed = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && printed.contains("1 passed"), "{printed}");
}

/// The names of all indexes, sorted.
async fn indexes(raw: &mongodb::Database, collection: &str) -> Vec<String> {
    let mut names = raw.collection::<Document>(collection).list_index_names().await.unwrap();
    names.sort_unstable();
    names
}

async fn assert_all_there(db: &Db, raw: &mongodb::Database) {
    assert_eq!(indexes(raw, "guests").await, ["_id_", "badge_1", "city_1", "city_1_age_-1", "email_1", "name_text"]);
    assert_eq!(indexes(raw, "stays").await, ["_id_", "guest_id_1", "guest_id_1_night_1"]);
    let plan = db.sync().plan().await.unwrap();
    assert!(plan.is_empty(), "{plan}");
    let building: Vec<Document> =
        raw.collection::<Document>("guests").aggregate([doc! { "$indexStats": {} }]).await.unwrap().try_collect().await.unwrap();
    assert!(building.iter().all(|index| !index.contains_key("building")), "{building:?}");
}

/// How often the build of each index was begun, of a collection and by its name, in what the server has for other members of its set to do
/// after it. Nothing else was done to any: none was given up, dropped or changed.
async fn begun(raw: &mongodb::Database) -> BTreeMap<(String, String), u32> {
    let done = raw.client().database("local").collection::<Document>("oplog.rs");
    let of_database = doc! { "op": "c", "ns": format!("{}.$cmd", raw.name()) };
    let done: Vec<Document> = done.find(of_database).await.unwrap().try_collect().await.unwrap();
    let mut begun = BTreeMap::new();
    for entry in &done {
        let command = entry.get_document("o").unwrap();
        let verb = command.keys().next().unwrap().as_str();
        let indexes: Vec<&Document> = match verb {
            // Of an empty collection, an index an entry.
            "createIndexes" => vec![command],
            "startIndexBuild" => command.get_array("indexes").unwrap().iter().map(|index| index.as_document().unwrap()).collect(),
            "create" | "commitIndexBuild" => Vec::new(),
            _ => panic!("{command}"),
        };
        for index in indexes {
            let key = (command.get_str(verb).unwrap().to_owned(), index.get_str("name").unwrap().to_owned());
            *begun.entry(key).or_insert(0) += 1;
        }
    }
    begun
}

async fn fill(fixture: &Fixture, guests: i32) {
    let guest = |n: i32| doc! { "email": format!("{n}"), "name": "a name", "city": "Rome", "age": n };
    fixture.raw.collection::<Document>("guests").insert_many((0..guests).map(guest)).await.unwrap();
}

#[tokio::test]
async fn sixteen_processes_that_start_together_all_succeed_and_build_each_index_once() {
    // A server of its own, whose log of what was done is about nothing else.
    let server = TestServer::start().await.unwrap();
    for guests in [0, 5_000] {
        let fixture = Fixture::on_server(&server, |builder| builder.model::<Guest>()).await;
        if guests > 0 {
            fill(&fixture, guests).await;
        }
        let services: Vec<Child> = (0..16).map(|_| start_service(&fixture.uri)).collect();
        for service in services {
            assert_synced(&service.wait_with_output().unwrap());
        }
        assert_all_there(&fixture.db, &fixture.raw).await;
        let guests_have = ["badge_1", "city_1", "city_1_age_-1", "email_1", "name_text"].map(|name| ("guests", name));
        let stays_have = ["guest_id_1", "guest_id_1_night_1"].map(|name| ("stays", name));
        let once = guests_have.into_iter().chain(stays_have).map(|(collection, name)| ((collection.to_owned(), name.to_owned()), 1));
        let once: BTreeMap<(String, String), u32> = once.collect();
        assert_eq!(begun(&fixture.raw).await, once);
    }
}

#[tokio::test]
async fn a_service_that_is_killed_leaves_what_the_next_one_finishes() {
    let server = TestServer::builder().arg("--setParameter").arg("cursorTimeoutMillis=600002").start().await.unwrap();
    let admin = mongodb::Client::with_uri_str(server.uri()).await.unwrap().database("admin");
    // In the middle of each of the builds in turn: builds before it are done, the others not begun.
    for skip in 0..3 {
        let fixture = Fixture::on_server(&server, |builder| builder.model::<Guest>()).await;
        fill(&fixture, 100).await;
        let hang = doc! { "configureFailPoint": "hangAfterStartingIndexBuild", "mode": { "skip": skip } };
        let before = admin.run_command(hang).await.unwrap();
        let entered = before.get_i64("count").unwrap_or_else(|_| before.get_i32("count").unwrap_or(0).into());
        let mut service = start_service(&fixture.uri);
        let wait = doc! {
            "waitForFailPoint": "hangAfterStartingIndexBuild",
            "timesEntered": entered + 1,
            "maxTimeMS": 60_000,
        };
        admin.run_command(wait).await.unwrap();
        service.kill().unwrap();
        service.wait().unwrap();
        admin.run_command(doc! { "configureFailPoint": "hangAfterStartingIndexBuild", "mode": "off" }).await.unwrap();
        assert_synced(&start_service(&fixture.uri).wait_with_output().unwrap());
        assert_all_there(&fixture.db, &fixture.raw).await;
        assert_eq!(fixture.stored("guests").await.len(), 100);
    }
}

#[tokio::test]
async fn a_service_that_is_killed_in_a_rebuild_leaves_a_guarded_key_and_the_next_one_finishes() {
    let server = TestServer::start().await.unwrap();
    let admin = mongodb::Client::with_uri_str(server.uri()).await.unwrap().database("admin");
    let fixture = Fixture::on_server(&server, |builder| builder.model::<NewCard>()).await;
    let collation = doc! { "locale": "en", "strength": 2 };
    let by_hand = vec![
        doc! { "key": { "code": 1 }, "name": "code_1", "unique": true, "collation": collation },
        doc! { "key": { "a": 1 }, "name": "a_1" },
    ];
    fixture.raw.run_command(doc! { "createIndexes": "cards", "indexes": by_hand }).await.unwrap();
    let cards = fixture.raw.collection::<Document>("cards");
    cards.insert_many((0..100).map(|n| doc! { "_id": n, "code": n.to_string(), "a": n })).await.unwrap();

    let hang = doc! { "configureFailPoint": "hangAfterStartingIndexBuild", "mode": "alwaysOn" };
    admin.run_command(hang).await.unwrap();
    let mut service = start_as("rebuilder", &fixture.uri);
    let wait = doc! { "waitForFailPoint": "hangAfterStartingIndexBuild", "timesEntered": 1_i64, "maxTimeMS": 60_000 };
    admin.run_command(wait).await.unwrap();
    service.kill().unwrap();
    service.wait().unwrap();
    assert_eq!(indexes(&fixture.raw, "cards").await, ["_id_", "a_1", "code_1", "code_1~2"]);
    cards.insert_one(doc! { "_id": 100, "code": "1", "a": 1 }).await.expect_err("the old index guards the key");
    let kept = fixture.stored("_chakra_schema").await;
    assert!(kept[0].contains_key("by"), "nobody gave up its claim: {kept:?}");

    admin.run_command(doc! { "configureFailPoint": "hangAfterStartingIndexBuild", "mode": "off" }).await.unwrap();
    assert_synced(&start_as("rebuilder", &fixture.uri).wait_with_output().unwrap());
    assert_eq!(indexes(&fixture.raw, "cards").await, ["_id_", "a_1", "code_1~2"]);
    let kept = fixture.stored("_chakra_schema").await;
    assert!(!kept[0].contains_key("by"), "{kept:?}");
    cards.insert_one(doc! { "_id": 100, "code": "1", "a": 1 }).await.expect_err("the new index guards the key");
}

#[tokio::test]
async fn two_versions_that_start_together_leave_what_the_newer_one_declares() {
    for is_first in [true, false] {
        let fixture = Fixture::new(|builder| builder.model::<NewCard>().generation(1)).await;
        if is_first {
            assert_synced(&start_as("older", &fixture.uri).wait_with_output().unwrap());
        }
        let services: Vec<Child> = (0..8).map(|at| start_as(if at % 2 == 0 { "older" } else { "newer" }, &fixture.uri)).collect();
        for service in services {
            assert_synced(&service.wait_with_output().unwrap());
        }
        // The older one alone, once more.
        assert_synced(&start_as("older", &fixture.uri).wait_with_output().unwrap());
        let plan = fixture.db.sync().plan().await.unwrap();
        assert!(plan.is_empty(), "{plan}");
        let reply = fixture.raw.run_command(doc! { "listIndexes": "cards" }).await.unwrap();
        let found = reply.get_document("cursor").unwrap().get_array("firstBatch").unwrap();
        let shown = found
            .iter()
            .map(|index| index.as_document().unwrap())
            .find(|index| index.get_str("name").is_ok_and(|name| name == "a_1"))
            .unwrap();
        assert!(!shown.contains_key("hidden"), "{shown}");
        let kept = fixture.stored("_chakra_schema").await;
        assert_eq!((kept[0].get_i64("generation").unwrap(), kept[0].get("by")), (1, None));
    }
}

#[tokio::test]
async fn services_that_are_killed_at_any_moment_leave_what_the_next_one_finishes() {
    for round in 0..8_u64 {
        let fixture = Fixture::new(|builder| builder.model::<Guest>()).await;
        fill(&fixture, 2_000).await;
        let mut services: Vec<Child> = (0..3).map(|_| start_service(&fixture.uri)).collect();
        // Whatever they have come to by then: in half of the rounds the first of them has claimed a collection.
        let begun = async {
            while round % 2 == 1 && fixture.stored("_chakra_schema").await.is_empty() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(HANGS, begun).await.expect("no service begins");
        tokio::time::sleep(Duration::from_millis(20 + 25 * round)).await;
        for service in &mut services {
            service.kill().unwrap();
            service.wait().unwrap();
        }
        fixture.db.sync().await.unwrap();
        assert_all_there(&fixture.db, &fixture.raw).await;
    }
}

/// Members of a busy machine may hear of each other too late, and elect anew: a sync says so, and hangs in no case.
async fn sync_through_elections(db: &Db) {
    let mut synced = db.sync().deadline(HANGS).await;
    for _ in 0..5 {
        let Err(error) = &synced else { break };
        assert!(!matches!(error, Error::Timeout { .. } | Error::StillBuilding { .. }), "{error:?}");
        synced = db.sync().deadline(HANGS).await;
    }
    synced.unwrap();
}

#[tokio::test]
async fn a_member_that_is_down_hangs_no_start_and_an_election_ends_none() {
    let mut cluster = TestCluster::start(3).await.unwrap();
    let test = cluster.db();
    let raw = mongodb::Client::with_uri_str(test.uri()).await.unwrap().database(test.name());
    let guest = |n: i32| doc! { "email": format!("{n}"), "name": "a name", "city": "Rome", "age": n };
    raw.collection::<Document>("guests").insert_many((0..500).map(guest)).await.unwrap();
    let db = connect(test.uri()).await;

    // A secondary is down: two of three members are enough to build.
    cluster.kill(2);
    sync_through_elections(&db).await;
    assert_all_there(&db, &raw).await;
    cluster.restart(2).await.unwrap();

    // The primary is killed while services start: each either succeeds or says that it lost the server, and the next start finds all.
    let test = cluster.db();
    let raw = mongodb::Client::with_uri_str(test.uri()).await.unwrap().database(test.name());
    raw.collection::<Document>("guests").insert_many((0..500).map(guest)).await.unwrap();
    let services: Vec<Child> = (0..4).map(|_| start_service(test.uri())).collect();
    let primary = cluster.primary().await.unwrap();
    cluster.kill(primary);
    for service in services {
        service.wait_with_output().unwrap();
    }
    cluster.primary().await.unwrap();
    let db = connect(test.uri()).await;
    sync_through_elections(&db).await;
    assert_synced(&start_service(test.uri()).wait_with_output().unwrap());
    assert_all_there(&db, &raw).await;
}
