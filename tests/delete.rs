//! Deleting.

use crate::{models::Item, support::Fixture};
use chakra::Error;

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
