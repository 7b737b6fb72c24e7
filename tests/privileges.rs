//! The least privileges of each mode, as its documentation lists them, with users who have these and no other: what they allow, and that each
//! that is missing is named.

use crate::support::{Fixture, HANGS};
use bson::{Document, doc};
use chakra::{BuildPhase, CommandRecord, Db, Error, Result, SyncMode, SyncProgress, prelude::*};
use chakra_testkit::TestServer;
use std::sync::{Arc, Mutex};
use tokio::sync::{Notify, OnceCell};

const SCHEMA: &str = "_chakra_schema";

#[derive(Debug, Clone, Model)]
#[chakra(collection = "accounts", index(opened, hidden))]
struct Account {
    #[chakra(id)]
    id: i64,
    #[chakra(unique)]
    mail: String,
    opened: i64,
}

/// The same with one index in another state.
#[derive(Debug, Clone, Model)]
#[chakra(collection = "accounts", index(opened))]
struct Shown {
    #[chakra(id)]
    id: i64,
    #[chakra(unique)]
    mail: String,
    opened: i64,
}

/// The same with a validator.
#[derive(Debug, Clone, Model)]
#[chakra(collection = "accounts", validator)]
struct Checked {
    #[chakra(id)]
    id: i64,
    #[chakra(unique)]
    mail: String,
    opened: i64,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "logins", index(at, expire_after = "1h"))]
struct Login {
    #[chakra(id)]
    id: i64,
    at: DateTime<Utc>,
}

/// An action on a collection; on all of the database where it has no name.
type Action = (&'static str, &'static str);

const READS: [Action; 3] = [("", "listCollections"), ("", "listIndexes"), (SCHEMA, "find")];
/// What creates, beside what reads.
const CREATES: [Action; 5] = [("", "createCollection"), ("", "createIndex"), (SCHEMA, "insert"), (SCHEMA, "update"), ("accounts", "find")];

fn applies() -> Vec<Action> {
    [&READS[..], &CREATES[..]].concat()
}

/// A database of a server with access control, as its master sees it.
struct Guarded {
    fixture: Fixture,
}

impl Guarded {
    async fn new() -> Self {
        static SERVER: OnceCell<TestServer> = OnceCell::const_new();
        let server = SERVER.get_or_try_init(|| TestServer::builder().auth().start()).await.unwrap();
        Self { fixture: Fixture::on_server(server, |builder| builder).await }
    }

    /// The connection string of a new user who has these privileges and no other.
    async fn user(&self, name: &str, actions: &[Action]) -> String {
        let database = self.fixture.raw.name();
        let privilege =
            |(collection, action): &Action| doc! { "resource": { "db": database, "collection": collection }, "actions": [action] };
        let privileges: Vec<Document> = actions.iter().map(privilege).collect();
        let role = format!("role of {name}");
        self.fixture.raw.run_command(doc! { "createRole": &role, "privileges": privileges, "roles": [] }).await.unwrap();
        self.user_with(name, &role).await
    }

    /// The connection string of a new user who has this role.
    async fn user_with(&self, name: &str, role: &str) -> String {
        self.fixture.raw.run_command(doc! { "createUser": name, "pwd": "s3cret", "roles": [role] }).await.unwrap();
        let (_, rest) = self.fixture.uri.split_once('@').unwrap();
        let rest = rest.replace("authSource=local", &format!("authSource={}", self.fixture.raw.name()));
        format!("mongodb://{name}:s3cret@{rest}")
    }

    async fn admin<M: Model>(&self, mode: SyncMode) -> Result<Db> {
        start::<M>(&self.fixture.uri, mode).await
    }
}

async fn start<M: Model>(uri: &str, mode: SyncMode) -> Result<Db> {
    Db::builder(uri).model::<M>().sync(mode).connect().await
}

/// The action and the collection that an error names. Whatever the server says of the command stays hidden.
#[track_caller]
fn lacks(error: &Error) -> (&'static str, &str) {
    let Error::Privilege { action, collection, .. } = error else { panic!("{error:?}") };
    for text in [error.to_string(), format!("{error:?}")] {
        assert!(text.contains(action) && text.contains(&**collection), "{text}");
        assert!(!text.contains("not authorized") && !text.contains("s3cret") && !text.contains("lsid"), "{text}");
    }
    assert!(error.detail().is_some_and(|detail| detail.contains("not authorized")), "{:?}", error.detail());
    assert!(!error.is_retryable());
    (*action, &**collection)
}

#[tokio::test]
async fn a_user_who_only_reads_plans_and_verifies() {
    let guarded = Guarded::new().await;
    let reader = guarded.user("reader", &READS).await;
    assert!(matches!(start::<Account>(&reader, SyncMode::Verify).await.unwrap_err(), Error::OutOfSync(_)));
    let planned = start::<Account>(&reader, SyncMode::Plan).await.unwrap();
    assert_eq!(planned.sync_plan().unwrap().steps.len(), 3);

    guarded.admin::<Account>(SyncMode::Apply).await.unwrap();
    start::<Account>(&reader, SyncMode::Verify).await.unwrap();
    // Where all is as declared, it needs no more to sync either.
    let db = start::<Account>(&reader, SyncMode::Apply).await.unwrap();
    assert!(db.sync_plan().unwrap().steps.is_empty());
    let error = start::<Shown>(&reader, SyncMode::Verify).await.unwrap_err();
    let Error::OutOfSync(plan) = &error else { panic!("{error:?}") };
    assert_eq!(plan.to_string(), "change the index `opened_1` on `accounts` in place: `hidden` expected none, found true");
    // The role of the server that reads has all of it.
    let reads = guarded.user_with("builtin", "read").await;
    start::<Account>(&reads, SyncMode::Verify).await.unwrap();
    // And nothing is needed where nothing is asked.
    let nobody = guarded.user("nobody", &[]).await;
    start::<Account>(&nobody, SyncMode::Off).await.unwrap();
}

#[tokio::test]
async fn a_time_to_live_asks_whether_there_are_documents() {
    let guarded = Guarded::new().await;
    guarded.admin::<Login>(SyncMode::Apply).await.unwrap();
    let reader = guarded.user("reader", &READS).await;
    assert_eq!(lacks(&start::<Login>(&reader, SyncMode::Verify).await.unwrap_err()), ("find", "logins"));
    let finder = guarded.user("finder", &[&READS[..], &[("logins", "find")]].concat()).await;
    start::<Login>(&finder, SyncMode::Verify).await.unwrap();
}

#[tokio::test]
async fn what_breaks_a_validator_is_counted_by_a_plan_alone() {
    let guarded = Guarded::new().await;
    let creator = guarded.user("creator", &applies()).await;
    // A new collection gets one with what creates it.
    start::<Checked>(&creator, SyncMode::Apply).await.unwrap();
    let reader = guarded.user("reader", &READS).await;
    start::<Checked>(&reader, SyncMode::Verify).await.unwrap();
    start::<Checked>(&reader, SyncMode::Apply).await.unwrap();
    assert_eq!(lacks(&start::<Checked>(&reader, SyncMode::Plan).await.unwrap_err()), ("find", "accounts"));
    let finder = guarded.user("finder", &[&READS[..], &[("accounts", "find")]].concat()).await;
    assert_eq!(start::<Checked>(&finder, SyncMode::Plan).await.unwrap().sync_plan().unwrap().steps.len(), 1);

    // That it refuses is one change in place more.
    let db = start::<Checked>(&creator, SyncMode::Off).await.unwrap();
    assert_eq!(lacks(&db.sync().tighten().await.unwrap_err()), ("collMod", "accounts"));
    let changer = guarded.user("changer", &[&applies()[..], &[("accounts", "collMod")]].concat()).await;
    start::<Checked>(&changer, SyncMode::Off).await.unwrap().sync().tighten().await.unwrap();
    assert!(start::<Checked>(&reader, SyncMode::Plan).await.unwrap().sync_plan().unwrap().steps.is_empty());
}

#[tokio::test]
async fn a_rebuild_and_what_is_dropped_need_to_drop_indexes() {
    let guarded = Guarded::new().await;
    let raw = &guarded.fixture.raw;
    let by_hand = vec![doc! { "key": { "mail": 1 }, "name": "mail_1" }, doc! { "key": { "old": 1 }, "name": "old_1", "hidden": true }];
    raw.run_command(doc! { "createIndexes": "accounts", "indexes": by_hand }).await.unwrap();
    let creator = guarded.user("creator", &applies()).await;
    let db = start::<Account>(&creator, SyncMode::Off).await.unwrap();
    for error in [db.sync().rebuild().await.unwrap_err(), db.sync().drop_unknown().await.unwrap_err()] {
        assert_eq!(lacks(&error), ("dropIndex", "accounts"));
        assert!(error.to_string().contains("as one with the role `readWrite` may; there is to do: "), "{error}");
    }
    let dropper = guarded.user("dropper", &[&applies()[..], &[("accounts", "dropIndex")]].concat()).await;
    let db = start::<Account>(&dropper, SyncMode::Off).await.unwrap();
    db.sync().rebuild().drop_unknown().await.unwrap();
    assert!(db.sync().plan().await.unwrap().steps.is_empty());

    // What is hidden first is changed in place.
    let by_hand = vec![doc! { "key": { "old": 1 }, "name": "old_1" }];
    raw.run_command(doc! { "createIndexes": "accounts", "indexes": by_hand }).await.unwrap();
    assert_eq!(lacks(&db.sync().drop_unknown().await.unwrap_err()), ("collMod", "accounts"));
    let all = [&applies()[..], &[("accounts", "dropIndex"), ("accounts", "collMod")]].concat();
    let db = start::<Account>(&guarded.user("hider", &all).await, SyncMode::Off).await.unwrap();
    for _ in 0..2 {
        db.sync().drop_unknown().await.unwrap();
    }
    assert!(db.sync().plan().await.unwrap().steps.is_empty());
    let kept = guarded.fixture.stored(SCHEMA).await;
    assert!(kept.iter().all(|kept| !kept.contains_key("by")), "{kept:?}");
}

#[tokio::test]
async fn each_privilege_that_reading_lacks_is_named() {
    let guarded = Guarded::new().await;
    guarded.admin::<Account>(SyncMode::Apply).await.unwrap();
    for (at, lacking) in READS.iter().enumerate() {
        let others: Vec<Action> = READS.iter().filter(|action| *action != lacking).copied().collect();
        let uri = guarded.user(&format!("reader{at}"), &others).await;
        for mode in [SyncMode::Plan, SyncMode::Verify, SyncMode::Apply] {
            let error = start::<Account>(&uri, mode).await.unwrap_err();
            let on = if lacking.1 == "listIndexes" { "accounts" } else { lacking.0 };
            assert_eq!(lacks(&error), (lacking.1, on));
            assert!(error.to_string().ends_with("what there is to do cannot be found out without it"), "{error}");
        }
    }
}

#[tokio::test]
async fn a_user_who_creates_applies_and_each_privilege_that_is_missing_is_named() {
    let guarded = Guarded::new().await;
    for (at, lacking) in CREATES.iter().enumerate() {
        // Only before a unique index on a collection that is there are documents looked at.
        let is_there = lacking.1 == "find";
        if is_there {
            guarded.fixture.raw.create_collection("accounts").await.unwrap();
        }
        let others: Vec<Action> = applies().into_iter().filter(|action| action != lacking).collect();
        let uri = guarded.user(&format!("creator{at}"), &others).await;
        let error = start::<Account>(&uri, SyncMode::Apply).await.unwrap_err();
        let expected = match lacking.1 {
            "createCollection" | "createIndex" => (lacking.1, "accounts"),
            // An upsert asks for both.
            "insert" => ("update", SCHEMA),
            action => (action, lacking.0),
        };
        assert_eq!(lacks(&error), expected);
        let text = error.to_string();
        assert!(text.contains("there is to do: ") && text.contains("create the index `mail_1` on `accounts`"), "{text}");
        guarded.fixture.raw.collection::<Document>("accounts").drop().await.unwrap();
        // A claim that was made is given up.
        let kept = guarded.fixture.stored(SCHEMA).await;
        assert!(kept.iter().all(|kept| !kept.contains_key("by")), "{kept:?}");
        guarded.fixture.raw.collection::<Document>(SCHEMA).drop().await.unwrap();
    }

    let creator = guarded.user("creator", &applies()).await;
    start::<Account>(&creator, SyncMode::Apply).await.unwrap();
    start::<Account>(&creator, SyncMode::Verify).await.unwrap();
    guarded.fixture.raw.run_command(doc! { "dropIndexes": "accounts", "index": "mail_1" }).await.unwrap();
    start::<Account>(&creator, SyncMode::Apply).await.unwrap();
    start::<Account>(&creator, SyncMode::Verify).await.unwrap();
}

#[tokio::test]
async fn what_is_changed_in_place_needs_one_more() {
    let guarded = Guarded::new().await;
    let creator = guarded.user("creator", &applies()).await;
    let writer = guarded.user_with("writer", "readWrite").await;
    start::<Account>(&creator, SyncMode::Apply).await.unwrap();
    for uri in [&creator, &writer] {
        let error = start::<Shown>(uri, SyncMode::Apply).await.unwrap_err();
        assert_eq!(lacks(&error), ("collMod", "accounts"));
        let text = "the user of this connection may not `collMod` on the collection `accounts`, as one with the role `dbAdmin` may; there is to \
                    do: change the index `opened_1` on `accounts` in place: `hidden` expected none, found true";
        assert_eq!(error.to_string(), text);
    }
    // Nothing was changed, and no claim is left.
    start::<Account>(&creator, SyncMode::Verify).await.unwrap();
    let kept = guarded.fixture.stored(SCHEMA).await;
    assert!(kept.iter().all(|kept| !kept.contains_key("by")), "{kept:?}");

    let changer = guarded.user("changer", &[&applies()[..], &[("accounts", "collMod")]].concat()).await;
    start::<Shown>(&changer, SyncMode::Apply).await.unwrap();
    start::<Shown>(&changer, SyncMode::Verify).await.unwrap();
}

#[tokio::test]
async fn the_roles_of_the_server_that_are_named_suffice() {
    let guarded = Guarded::new().await;
    let writer = guarded.user_with("writer", "readWrite").await;
    start::<Account>(&writer, SyncMode::Apply).await.unwrap();
    start::<Login>(&writer, SyncMode::Apply).await.unwrap();
    let reader = guarded.user_with("reader", "read").await;
    start::<Account>(&reader, SyncMode::Verify).await.unwrap();
    start::<Login>(&reader, SyncMode::Verify).await.unwrap();
}

#[tokio::test]
async fn duplicates_are_looked_for_by_who_may_find() {
    const LOOKS: [Action; 3] = [("", "listCollections"), ("", "listIndexes"), ("accounts", "find")];
    let guarded = Guarded::new().await;
    for id in [1_i64, 2] {
        guarded.fixture.store("accounts", doc! { "_id": id, "mail": "a", "opened": id }).await;
    }
    let finder = start::<Account>(&guarded.user("finder", &LOOKS).await, SyncMode::Off).await.unwrap();
    let report = finder.sync().check_duplicates().await.unwrap();
    let found: Vec<(&str, u64)> =
        report.indexes.iter().flat_map(|keys| keys.groups.iter().map(|group| (keys.index.as_str(), group.count()))).collect();
    assert_eq!(found, [("mail_1", 2)]);
    for (at, lacking) in LOOKS.iter().enumerate() {
        let others: Vec<Action> = LOOKS.iter().filter(|action| *action != lacking).copied().collect();
        let db = start::<Account>(&guarded.user(&format!("finder{at}"), &others).await, SyncMode::Off).await.unwrap();
        let on = if lacking.1 == "listIndexes" { "accounts" } else { lacking.0 };
        assert_eq!(lacks(&db.sync().check_duplicates().await.unwrap_err()), (lacking.1, on));
    }
}

#[tokio::test]
async fn how_far_a_build_is_is_told_to_who_may_see_what_others_do() {
    // The fail point holds all builds of a server.
    let server = TestServer::builder().auth().start().await.unwrap();
    let guarded = Guarded { fixture: Fixture::on_server(&server, |builder| builder).await };
    let raw = &guarded.fixture.raw;
    let admin = raw.client().database("admin");
    let hold = async |mode: &str| {
        let command = doc! { "configureFailPoint": "hangAfterStartingIndexBuild", "mode": mode };
        admin.run_command(command).await.unwrap();
    };
    let sees = doc! { "resource": { "cluster": true }, "actions": ["inprog"] };
    admin.run_command(doc! { "createRole": "watches", "privileges": [sees], "roles": [] }).await.unwrap();

    for (name, may_see) in [("creator", false), ("watcher", true)] {
        let uri = guarded.user(name, &applies()).await;
        if may_see {
            raw.run_command(doc! { "grantRolesToUser": name, "roles": [{ "role": "watches", "db": "admin" }] }).await.unwrap();
        }
        let accounts = (0..100_i64).map(|id| doc! { "_id": id, "mail": id.to_string(), "opened": id });
        raw.collection::<Document>("accounts").insert_many(accounts).await.unwrap();

        // Who may see is told how far the build is; who may not has asked at least.
        let goes_on = Arc::new(Notify::new());
        let (asked, runs) = (Arc::clone(&goes_on), Arc::clone(&goes_on));
        let ask = move |command: &CommandRecord| {
            if !may_see && command.name() == "currentOp" {
                asked.notify_one();
            }
        };
        let db = Db::builder(&uri).model::<Account>().on_command(ask).connect().await.unwrap();
        let told = Arc::new(Mutex::new(Vec::<SyncProgress>::new()));
        let record = Arc::clone(&told);
        let sync = db.sync().on_progress(move |progress| {
            record.lock().unwrap().push(progress.clone());
            if matches!(progress.phase, BuildPhase::Running { .. }) {
                runs.notify_one();
            }
        });
        hold("alwaysOn").await;
        let sync = tokio::spawn(async move { sync.await });
        tokio::time::timeout(HANGS, goes_on.notified()).await.expect("it is asked how far the build is");
        hold("off").await;
        sync.await.unwrap().unwrap();

        let told = told.lock().unwrap().clone();
        let (running, ends): (Vec<_>, Vec<_>) = told.iter().partition(|one| matches!(one.phase, BuildPhase::Running { .. }));
        assert_eq!(!running.is_empty(), may_see, "{told:?}");
        let mut ends: Vec<String> = ends.iter().map(|one| format!("{} {}", one.index, one.phase)).collect();
        ends.sort_unstable();
        assert_eq!(ends, ["mail_1 finished", "mail_1 started", "opened_1 finished", "opened_1 started"]);
        for collection in ["accounts", SCHEMA] {
            raw.collection::<Document>(collection).drop().await.unwrap();
        }
    }
}
