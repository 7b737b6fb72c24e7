//! Connecting: every way in which it cannot, as one clear error in time and without a password.

use crate::{
    models::{Item, User},
    support::{Fixture, HANGS, deadlines},
};
use bson::doc;
use chakra::{Db, Error, prelude::*};
use std::time::Duration;

async fn refused(uri: &str) -> Error {
    let builder = Db::builder(uri).server_selection_timeout(Duration::from_millis(500));
    // A guard against hanging, far above the server selection timeout.
    let error = tokio::time::timeout(HANGS, builder.connect()).await.expect("the time-out was not kept").unwrap_err();
    for text in [error.to_string(), format!("{error:?}")] {
        assert!(!text.contains("s3cret"), "a password in {text}");
    }
    error
}

#[tokio::test]
async fn a_bad_connection_string_is_one_clear_error() {
    for uri in ["", "nonsense", "http://localhost/x", "mongodb://", "mongodb://ada:s3cret@localhost:notaport/x"] {
        let error = refused(uri).await;
        assert!(matches!(error, Error::Connect { .. }), "{uri}: {error:?}");
    }
}

#[tokio::test]
async fn a_connection_string_without_a_database_says_what_to_write() {
    let error = refused("mongodb://ada:s3cret@localhost:27017").await;
    assert!(error.to_string().contains("names no database"), "{error}");
}

#[tokio::test]
async fn no_server_is_an_error_that_names_the_host() {
    // Nothing listens on the discard port.
    let error = refused("mongodb://ada:s3cret@127.0.0.1:9/x").await;
    assert!(matches!(error, Error::Connect { .. }), "{error:?}");
    assert!(error.to_string().contains("127.0.0.1:9"), "{error}");
}

#[tokio::test]
async fn wrong_credentials_are_an_error_without_the_password() {
    let fixture = Fixture::new(|builder| builder).await;
    let with_user = fixture.uri.replacen("mongodb://", "mongodb://ada:s3cret@", 1);
    let error = refused(&with_user).await;
    assert!(matches!(error, Error::Connect { .. }), "{error:?}");
    // With the time that it takes to look at them.
    let error = Db::builder(&with_user).connect().await.unwrap_err();
    assert!(error.to_string().contains("check user, password and authSource"), "{error}");
    assert!(!format!("{error} {error:?}").contains("s3cret"), "a password in {error:?}");
}

#[tokio::test]
async fn debug_of_a_handle_and_a_builder_shows_no_password() {
    let builder = Db::builder("mongodb://ada:s3cret@localhost/x");
    assert!(!format!("{builder:?}").contains("s3cret"));
}

#[tokio::test]
async fn a_deadline_ends_a_call_in_time() {
    let fixture = Fixture::new(|builder| builder.model::<User>()).await;
    let error = fixture.db.count(User::all()).deadline(Duration::ZERO).await.unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
    assert!(error.is_retryable());
}

#[tokio::test]
async fn a_call_that_takes_too_long_or_loses_its_connection_says_what_is_known() {
    let server = chakra_testkit::TestServer::start().await.unwrap();
    let fixture = Fixture::on_server(&server, |builder| builder.model::<Item>()).await;
    let fail = async |data: bson::Document, times: i32| {
        let command = doc! { "configureFailPoint": "failCommand", "mode": { "times": times }, "data": data };
        fixture.raw.client().database("admin").run_command(command).await.unwrap();
    };
    let slow = |command: &str| doc! { "failCommands": [command], "blockConnection": true, "blockTimeMS": 30_000, "appName": "chakra" };
    let short = Duration::from_millis(200);

    let mut ended = None;
    for late in deadlines(short) {
        fail(slow("insert"), 1).await;
        let error = fixture.db.insert_many(&[Item::new(1)]).deadline(late).await.unwrap_err();
        // On a busy machine its deadline may pass before it is sent.
        let is_sent = error.outcome() != chakra::Outcome::NotApplied;
        ended = Some(error);
        if is_sent {
            break;
        }
    }
    let error = ended.unwrap();
    assert_eq!(error.outcome(), chakra::Outcome::Unknown, "{error:?}");
    assert!(!error.is_retryable());
    fail(slow("find"), 1).await;
    let error = fixture.db.find_many(Item::all()).deadline(short).await.unwrap_err();
    assert_eq!(error.outcome(), chakra::Outcome::NotApplied, "{error:?}");
    assert!(matches!(error, Error::Timeout { .. }), "{error:?}");

    // The driver never retries a many-write, and retries a single one once.
    let lost = |command: &str| doc! { "failCommands": [command], "closeConnection": true, "appName": "chakra" };
    fail(lost("update"), 1).await;
    let error = fixture.db.update_many(Item::all()).inc(Item::stock, 1).await.unwrap_err();
    assert_eq!(error.outcome(), chakra::Outcome::Unknown, "{error:?}");
    fail(lost("findAndModify"), 1).await;
    fixture.db.insert_many(&[Item::new(2)]).await.unwrap();
    assert_eq!(fixture.db.update(Item::id.eq(2)).inc(Item::stock, 1).await.unwrap().stock, 1);

    // A commit of unknown result is sent again until it is known.
    fail(doc! { "failCommands": ["commitTransaction"], "closeConnection": true, "appName": "chakra" }, 3).await;
    fixture.commands();
    fixture.db.transaction(|tx| async move { tx.update(Item::id.eq(2)).inc(Item::stock, 1).await }).await.unwrap();
    assert!(fixture.commands().iter().filter(|name| *name == "commitTransaction").count() > 3);
    assert_eq!(fixture.db.get(Item::id.eq(2)).await.unwrap().stock, 2);
}

#[tokio::test]
async fn dropping_calls_that_wait_harms_no_other() {
    let mut next = None;
    // A pool that was harmed is slow each time, and a busy machine now and then.
    for _ in 0..5 {
        let fixture = Fixture::new(|builder| builder.model::<Item>().max_pool_size(2)).await;
        let calls =
            (0..50).map(|_| tokio::time::timeout(Duration::ZERO, std::future::IntoFuture::into_future(fixture.db.count(Item::all()))));
        futures::future::join_all(calls).await;
        next = Some(fixture.db.count(Item::all()).deadline(Duration::from_secs(3)).await);
        if !matches!(next, Some(Err(Error::Timeout { .. }))) {
            break;
        }
    }
    assert_eq!(next.unwrap().unwrap(), 0);
}

#[tokio::test]
async fn raw_commands_and_the_drivers_collection_are_at_hand() {
    let fixture = Fixture::new(|builder| builder.model::<User>()).await;
    assert_eq!(fixture.db.run_command(doc! { "ping": 1 }).await.unwrap().get_f64("ok").unwrap(), 1.0);
    fixture.store("users", doc! { "x": 1 }).await;
    assert_eq!(fixture.db.collection::<User>().count_documents(doc! {}).await.unwrap(), 1);
}

#[test]
fn a_handle_and_its_futures_go_anywhere() {
    fn sendable<T: Send + 'static>(_: impl FnOnce(Db, Id<User>) -> T) {}
    fn is_shared<T: Clone + Send + Sync + 'static>() {}
    is_shared::<Db>();
    sendable(|db, id| async move { db.get(id).include(User::posts).await });
    sendable(|db, _| async move { db.create(crate::models::ada()).await });
    sendable(|db, id| async move { db.update(id).set(User::bio, "x").await });
    sendable(|db, id| async move { db.upsert(User::id.eq(id)).create(crate::models::ada()).await });
    sendable(|db, _| async move { db.find_many(User::all()).stream().await?.next().await.transpose() });
    sendable(|db, id| async move { db.bulk().create(crate::models::ada()).update(id, |user| user.set(User::bio, "x")).await });
    sendable(|db, _| async move { db.sync().await });
    sendable(|db, id| async move { db.transaction(|tx| async move { tx.delete(id).await }).await });
}

#[tokio::test]
async fn models_that_contradict_each_other_are_named_all_at_once() {
    #[derive(Debug, Clone, Model)]
    #[chakra(collection = "left")]
    struct Left {
        #[chakra(id)]
        id: Id<Left>,
        right_ids: Vec<Id<Right>>,
        #[chakra(relation = ManyToMany, ids = right_ids, inverse_ids = lefts)]
        rights: Related<Vec<Right>>,
        #[chakra(relation = OneToMany, foreign_key = left_id)]
        more: Related<Vec<Right>>,
    }
    #[derive(Debug, Clone, Model)]
    #[chakra(collection = "left")]
    struct Right {
        #[chakra(id)]
        id: i64,
        left_id: String,
    }
    let fixture = Fixture::new(|builder| builder).await;
    let error = Db::builder(&fixture.uri).model::<Left>().connect().await.unwrap_err();
    let Error::Schema(faults) = &error else { panic!("{error:?}") };
    assert_eq!(
        faults,
        &[
            "`Left::rights`: `Left::right_ids` must be a list of the ids of `Right`; it is stored as [ObjectId], not as [Int64]; both ends of \
             a relation need the same stored type",
            "`Left::rights`: `Right` has no field `lefts` for the ids of `Left`",
            "`Left::more`: the key `left_id` of `Right` is stored as String, but the `_id` of `Left` as ObjectId; both ends of a relation \
             need the same stored type: write `#[chakra(as = \"object_id\")]` on `Right::left_id`",
            "`Left` and `Right` both declare the collection `left`",
        ]
    );
}
