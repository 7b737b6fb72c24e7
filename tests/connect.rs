//! Connecting: every way in which it cannot, as one clear error in time and without a password.

use crate::{models::User, support::Fixture};
use bson::doc;
use chakra::{Db, Error, prelude::*};
use std::time::Duration;

async fn refused(uri: &str) -> Error {
    let builder = Db::builder(uri).server_selection_timeout(Duration::from_millis(500));
    // A guard against hanging, far above the server selection timeout.
    let error = tokio::time::timeout(Duration::from_secs(30), builder.connect()).await.expect("the time-out was not kept").unwrap_err();
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
            "`Left::rights`: `Left::right_ids` must be a list of the ids of `Right`",
            "`Left::rights`: `Right` has no field `lefts` for the ids of `Left`",
            "`Left::more`: the key `left_id` of `Right` has another type than the `_id` of `Left`",
            "`Left` and `Right` both declare the collection `left`",
        ]
    );
}
