//! Deleting.

use crate::{models::Item, support::Fixture};
use bson::{Bson, Document, doc};
use chakra::{Error, prelude::*};

#[tokio::test]
async fn one_document_is_deleted_and_given_back() {
    let fixture = Fixture::new(|builder| builder.model::<Item>()).await;
    fixture.db.insert_many(&[Item::new(1), Item { stock: 3, ..Item::new(2) }]).await.unwrap();
    fixture.commands();
    assert_eq!(fixture.db.delete(Item::id.eq(2)).await.unwrap().stock, 3);
    assert_eq!(fixture.commands(), ["findAndModify"]);
    let error = fixture.db.delete(Item::id.eq(2)).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
    assert_eq!(error.to_string(), "no `Item` with _id 2 was found");
    let error = fixture.db.delete(Item::id.eq(1) & Item::stock.gt(3)).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
    assert_eq!(fixture.db.count(Item::all()).await.unwrap(), 1);
}

#[tokio::test]
async fn many_documents_are_deleted_by_one_command() {
    let fixture = Fixture::new(|builder| builder.model::<Item>()).await;
    fixture.db.insert_many(&(0..50).map(Item::new).collect::<Vec<_>>()).await.unwrap();
    fixture.commands();
    assert_eq!(fixture.db.delete_many(Item::id.path().gte(20)).await.unwrap(), 30);
    assert_eq!(fixture.db.delete_many(Item::id.path().gte(20)).await.unwrap(), 0);
    assert_eq!(fixture.db.delete_many(Item::stock.in_(Vec::<i32>::new())).await.unwrap(), 0);
    assert_eq!(fixture.commands(), ["delete", "delete", "delete"]);
    assert_eq!(fixture.db.count(Item::all()).await.unwrap(), 20);
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Seat {
    #[chakra(id)]
    id: i64,
    taken_by: Option<String>,
    #[chakra(version)]
    version: i64,
}

#[tokio::test]
async fn a_loaded_value_is_deleted_in_the_version_that_it_has() {
    let fixture = Fixture::new(|builder| builder.model::<Seat>()).await;
    let db = &fixture.db;
    db.insert_many(&(1..=3).map(|id| Seat { id, taken_by: None, version: 0 }).collect::<Vec<_>>()).await.unwrap();
    let seat = db.get(Seat::id.eq(1)).await.unwrap();
    let tracked = db.get(Seat::id.eq(2)).await.unwrap().tracked();
    db.update(Seat::id.eq(1)).set(Seat::taken_by, "ada").await.unwrap();
    fixture.commands();
    let error = db.delete_value(&seat).await.unwrap_err();
    assert_eq!(error.to_string(), "this `Seat` (_id 1) was changed by someone else since it was loaded: load it again");
    assert!(matches!(error, Error::Conflict { model: "Seat", .. }), "{error:?}");
    assert_eq!(fixture.commands(), ["delete", "find"]);
    let () = db.delete_value(&tracked).await.unwrap();
    assert_eq!(fixture.commands(), ["delete"]);
    let error = db.delete_value(&tracked).await.unwrap_err();
    assert_eq!(error.to_string(), "no `Seat` with _id 2 was found");
    assert_eq!(fixture.commands(), ["delete", "find"]);
    let left = [Seat { id: 1, taken_by: Some("ada".into()), version: 1 }, Seat { id: 3, taken_by: None, version: 0 }];
    assert_eq!(db.find_many(Seat::all()).order_by(Seat::id.asc()).await.unwrap(), left);
    db.delete_value(&left[0]).await.unwrap();
}

#[tokio::test]
async fn a_missing_version_is_the_first_one() {
    let fixture = Fixture::new(|builder| builder.model::<Seat>()).await;
    fixture.store("seats", doc! { "_id": 1_i64 }).await;
    fixture.store("seats", doc! { "_id": 2_i64, "version": Bson::Null }).await;
    for seat in fixture.db.find_many(Seat::all()).await.unwrap() {
        fixture.db.delete_value(&seat).await.unwrap();
    }
    assert_eq!(fixture.stored("seats").await, Vec::<Document>::new());
}

#[tokio::test]
async fn without_a_version_a_value_is_deleted_as_it_is() {
    let fixture = Fixture::new(|builder| builder.model::<Item>()).await;
    let db = &fixture.db;
    db.insert_many(&[Item::new(1), Item::new(2)]).await.unwrap();
    let item = db.get(Item::id.eq(1)).await.unwrap();
    db.update(Item::id.eq(1)).inc(Item::stock, 1).await.unwrap();
    fixture.commands();
    db.delete_value(&item).await.unwrap();
    assert!(matches!(db.delete_value(&item).await, Err(Error::NotFound { model: "Item", .. })));
    assert_eq!(fixture.commands(), ["delete", "delete"]);
    assert_eq!(db.find_many(Item::all()).await.unwrap(), [Item::new(2)]);
}

#[tokio::test]
async fn of_a_tracked_value_the_document_that_was_loaded_is_deleted() {
    let fixture = Fixture::new(|builder| builder.model::<Item>()).await;
    let db = &fixture.db;
    db.insert_many(&[Item::new(1), Item::new(2)]).await.unwrap();
    let mut item = db.get(Item::id.eq(1)).await.unwrap().tracked();
    item.id = 2;
    db.delete_value(&item).await.unwrap();
    assert_eq!(db.find_many(Item::all()).await.unwrap(), [Item::new(2)]);
}

#[tokio::test]
async fn a_seat_that_many_take_or_remove_at_once_is_never_removed_taken() {
    let fixture = Fixture::new(|builder| builder.model::<Seat>()).await;
    let db = &fixture.db;
    for id in 0..20 {
        db.insert_many(&[Seat { id, taken_by: None, version: 0 }]).await.unwrap();
        let seat = db.get(Seat::id.eq(id)).await.unwrap();
        let mut taken = seat.clone().tracked();
        taken.taken_by = Some("ada".into());
        let (saved, deleted) = futures::join!(db.save(&mut taken).into_future(), db.delete_value(&seat).into_future());
        assert!(saved.is_ok() != deleted.is_ok(), "{saved:?} {deleted:?}");
        let left = db.find_unique(Seat::id.eq(id)).await.unwrap().map(|seat| seat.taken_by);
        assert_eq!(left, saved.is_ok().then(|| Some("ada".to_owned())));
    }
}
