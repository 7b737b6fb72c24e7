//! What a write gives back: the new document, the old one, or nothing, each by one command.

use crate::{
    models::{Address, Item, User, ada},
    support::Fixture,
};
use bson::{Bson, doc};
use chakra::{Error, Outcome, prelude::*};

async fn fixture() -> Fixture {
    let fixture = Fixture::new(|builder| builder.model::<User>().model::<Item>()).await;
    fixture.db.sync().await.unwrap();
    fixture.commands();
    fixture
}

#[tokio::test]
async fn old_is_the_document_as_it_was() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let before = db.create(ada()).await.unwrap();
    fixture.commands();
    let old = db.update(before.id).set(User::bio, "Countess").inc(User::logins, 3).returning(Old).await.unwrap();
    assert_eq!(fixture.commands(), ["findAndModify"]);
    assert_eq!((old.bio, old.logins, old.version, old.updated_at), (None, 0, 0, before.updated_at));
    let now = db.get(before.id).await.unwrap();
    assert_eq!((now.bio.as_deref(), now.logins, now.version), (Some("Countess"), 3, 1));
    fixture.commands();
    // The last word counts, and the changes stay whatever is asked for in between.
    let new = db.update(before.id).inc(User::logins, 1).returning(Old).set(User::bio, None).returning(New).await.unwrap();
    assert_eq!((new.bio, new.logins, new.version), (None, 4, 2));
    assert_eq!(fixture.commands(), ["findAndModify"]);
}

#[tokio::test]
async fn nothing_is_a_plain_update_with_the_same_meaning() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let ada = db.create(ada()).await.unwrap();
    fixture.commands();
    let () = db.update(User::email.eq("ada@example.com")).set(User::bio, "Countess").returning(Nothing).await.unwrap();
    assert_eq!(fixture.commands(), ["update"]);
    let now = db.get(ada.id).await.unwrap();
    assert_eq!((now.bio.as_deref(), now.version), (Some("Countess"), 1));
    assert!(now.updated_at >= ada.updated_at);

    db.insert_many(&[Item { stock: i32::MAX, price: Some(1.5), ..Item::new(1) }]).await.unwrap();
    fixture.commands();
    // A change of an `Option` is a pipeline.
    db.update(Item::id.eq(1)).inc(Item::price, 1.0).returning(Nothing).await.unwrap();
    assert_eq!(fixture.commands(), ["update"]);
    // An update without an effect only looks whether the document is there.
    db.update(Item::id.eq(1)).pull_all(Item::tags, Vec::<String>::new()).returning(Nothing).await.unwrap();
    let missing = db.update(Item::id.eq(2)).pull_all(Item::tags, Vec::<String>::new()).returning(Nothing).await.unwrap_err();
    assert!(matches!(missing, Error::NotFound { model: "Item", .. }), "{missing:?}");
    assert_eq!(fixture.commands()[0], "find");
    assert_eq!(db.get(Item::id.eq(1)).await.unwrap().price, Some(2.5));
}

#[tokio::test]
async fn what_is_refused_does_not_depend_on_what_is_given_back() {
    let fixture = fixture().await;
    let db = &fixture.db;
    db.insert_many(&[Item { stock: i32::MAX, ..Item::new(1) }]).await.unwrap();
    fixture.commands();
    let rule = "this `Item` is not valid: `stock` needs a value of at most 2147483647";
    let error = db.update(Item::id.eq(1)).inc(Item::stock, 1).returning(Nothing).await.unwrap_err();
    assert_eq!((error.to_string().as_str(), error.outcome()), (rule, Outcome::NotApplied));
    assert_eq!(fixture.commands(), ["update", "aggregate"]);
    let error = db.update(Item::id.eq(1)).inc(Item::stock, 1).returning(Old).await.unwrap_err();
    assert_eq!(error.to_string(), rule);
    assert_eq!(fixture.commands(), ["findAndModify", "aggregate"]);
    let error = db.update(Item::id.eq(9)).set(Item::stock, 1).returning(Nothing).await.unwrap_err();
    assert_eq!(error.to_string(), "no `Item` with _id 9 was found");
    assert_eq!(fixture.commands(), ["update"]);
    // A document in another form is mended, and the update sent again.
    fixture.store("items", doc! { "_id": 2_i64, "stock": 1, "rank": Bson::Null }).await;
    db.update(Item::id.eq(2)).inc(Item::rank, 1).returning(Nothing).await.unwrap();
    assert_eq!(fixture.commands(), ["update", "aggregate", "update", "update"]);
    assert_eq!(db.get(Item::id.eq(2)).await.unwrap().rank, 6);
}

#[tokio::test]
async fn a_taken_key_is_the_same_error_from_a_plain_update() {
    let fixture = fixture().await;
    let db = &fixture.db;
    db.create(ada()).await.unwrap();
    let bob = db.create(User::draft().username("bob").email("bob@x").first_name("B").last_name("B")).await.unwrap();
    let error = db.update(bob.id).set(User::email, "ada@example.com").returning(Nothing).await.unwrap_err();
    assert!(error.is_unique_on(User::email), "{error:?}");
    assert_eq!(error.outcome(), Outcome::NotApplied);
}

#[tokio::test]
async fn an_old_document_that_cannot_be_read_was_changed_all_the_same() {
    let fixture = fixture().await;
    let db = &fixture.db;
    fixture.store("items", doc! { "_id": 1_i64, "stock": 1, "home": { "street": "s" } }).await;
    let home = Address { street: "s".into(), city: "Rome".into(), geo: None };
    let error = db.update(Item::id.eq(1)).set(Item::home, home.clone()).returning(Old).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Applied, "{error:?}");
    assert_eq!(db.get(Item::id.eq(1)).await.unwrap().home, Some(home));
}

#[tokio::test]
async fn a_delete_that_gives_nothing_back_is_a_plain_one() {
    let fixture = fixture().await;
    let db = &fixture.db;
    db.insert_many(&[Item::new(1), Item::new(2)]).await.unwrap();
    fixture.commands();
    let () = db.delete(Item::id.eq(1)).returning(Nothing).await.unwrap();
    let error = db.delete(Item::id.eq(1)).returning(Nothing).await.unwrap_err();
    assert_eq!(error.to_string(), "no `Item` with _id 1 was found");
    let error = db.delete(Item::id.eq(2) & Item::stock.gt(3)).returning(Nothing).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
    assert_eq!(fixture.commands(), ["delete", "delete", "delete"]);
    assert_eq!(db.find_many(Item::all()).await.unwrap(), [Item::new(2)]);
}

#[tokio::test]
async fn plain_updates_of_one_counter_at_once_are_all_counted() {
    let fixture = fixture().await;
    fixture.db.insert_many(&[Item::new(1)]).await.unwrap();
    let tasks = (0..8).map(|_| {
        let db = fixture.db.clone();
        tokio::spawn(async move {
            for _ in 0..25 {
                db.update(Item::id.eq(1)).inc(Item::stock, 1).returning(Nothing).await.unwrap();
            }
        })
    });
    futures::future::try_join_all(tasks).await.unwrap();
    assert_eq!(fixture.db.get(Item::id.eq(1)).await.unwrap().stock, 200);
}
