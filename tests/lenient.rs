//! `lenient`: one result for each document.

use crate::{
    models::{Item, Post, User},
    support::Fixture,
};
use bson::{Bson, doc, oid::ObjectId};
use chakra::{Error, prelude::*};

#[tokio::test]
async fn a_document_that_cannot_be_read_fails_alone() {
    let fixture = Fixture::new(|builder| builder.model::<Item>()).await;
    fixture.db.insert_many(&[Item::new(1), Item::new(3), Item::new(5)]).await.unwrap();
    fixture.store("items", doc! { "_id": 2_i64, "stock": "many" }).await;
    fixture.store("items", doc! { "_id": 4_i64, "stock": 1, "rank": Bson::Boolean(true) }).await;
    fixture.commands();
    let found = fixture.db.find_many(Item::all()).order_by(Item::id.asc()).lenient().await.unwrap();
    let said: Vec<Result<i64, String>> =
        found.into_iter().map(|item| item.map(|item| item.id).map_err(|error| error.to_string())).collect();
    let fault = |id: i64, rest: &str| Err(format!("`items` holds a document (_id {id}) that `Item` cannot read: {rest}"));
    let stock = fault(2, "`stock`: expected Int32, found String");
    assert_eq!(said, [Ok(1), stock, Ok(3), fault(4, "`rank`: expected Int64, found Boolean"), Ok(5)]);
    assert_eq!(fixture.commands(), ["find"]);
    assert!(matches!(fixture.db.find_many(Item::all()).await.unwrap_err(), Error::Decode { model: "Item", .. }));
}

#[tokio::test]
async fn it_takes_what_a_read_takes() {
    let fixture = Fixture::new(|builder| builder.model::<Item>()).await;
    fixture.db.insert_many(&(0..250).map(Item::new).collect::<Vec<_>>()).await.unwrap();
    fixture.store("items", doc! { "_id": 300_i64, "stock": "many" }).await;
    let read = || fixture.db.find_many(Item::all()).lenient().order_by(Item::id.desc());
    let found = read().skip(0).take(2).await.unwrap();
    assert_eq!((found.len(), found[0].is_err(), found[1].as_ref().map(|item| item.id).ok()), (2, true, Some(249)));
    assert_eq!(read().filter(Item::id.path().lt(10)).await.unwrap().len(), 10);
    assert!(read().take(0).await.unwrap().is_empty());
    let mut stream = read().batch_size(100).stream().await.unwrap();
    assert!(stream.next().await.unwrap().unwrap().is_err());
    let mut rest = 0;
    while let Some(item) = stream.next().await {
        assert!(item.unwrap().is_ok());
        rest += 1;
    }
    assert_eq!(rest, 250);
}

#[tokio::test]
async fn relations_are_loaded_for_what_can_be_read() {
    let fixture = Fixture::new(|builder| builder.model::<User>()).await;
    let db = &fixture.db;
    let ada = User::draft().username("ada").email("a@x").first_name("A").last_name("L");
    let ada = db.create(ada.posts(create([Post::draft().title("one")]))).await.unwrap();
    // One that cannot be read, one whose author is nobody, and one whose key is no id.
    fixture.store("posts", doc! { "title": 1, "author_id": ada.id }).await;
    fixture.store("posts", doc! { "title": "three", "author_id": ObjectId::new() }).await;
    fixture.store("posts", doc! { "title": "two", "author_id": "nobody" }).await;
    fixture.store("posts", doc! { "title": "zoo", "author_id": ada.id }).await;
    fixture.commands();
    let found = db.find_many(Post::all()).order_by(Post::title.asc()).include(Post::author).lenient().await.unwrap();
    let read: Vec<Option<(&str, Option<Id<User>>)>> = found
        .iter()
        .map(|post| post.as_ref().ok().map(|post| (post.title.as_str(), post.author.get().ok().map(|author| author.id))))
        .collect();
    assert_eq!(read, [None, Some(("one", Some(ada.id))), Some(("three", None)), None, Some(("zoo", Some(ada.id)))]);
    assert!(matches!(found[0], Err(Error::Decode { model: "Post", .. })));
    let three = found[2].as_ref().unwrap();
    assert!(three.author.is_unloaded() && matches!(three.author.get(), Err(Error::NotLoaded { .. })));
    assert!(matches!(found[3], Err(Error::Decode { model: "Post", .. })));
    assert_eq!(fixture.commands(), ["find", "find"]);
    // What leads nowhere is told from what was not included by a load.
    let mut three = found.into_iter().nth(2).unwrap().unwrap();
    let error = db.load(&mut three, Post::author).await.unwrap_err();
    assert!(matches!(error, Error::Dangling { model: "Post", relation: "author", .. }), "{error:?}");
    let mut one = db.find_first(Post::title.eq("one")).await.unwrap().unwrap();
    assert!(one.author.is_unloaded());
    db.load(&mut one, Post::author).await.unwrap();
    assert_eq!(one.author.get().unwrap().id, ada.id);
}
