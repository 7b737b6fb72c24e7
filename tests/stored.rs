//! What the server holds, read with the bare driver, is exactly what the design says.

use crate::{
    models::{Address, Category, Point, Post, Profile, Role, User, ada},
    support::Fixture,
};
use bson::doc;
use chakra::prelude::*;

#[tokio::test]
async fn a_document_has_native_types_and_leaves_none_out() {
    let fixture = Fixture::new(|builder| builder.model::<User>()).await;
    let ada = fixture.db.create(ada()).await.unwrap();
    let moment = bson::DateTime::from_millis(ada.created_at.timestamp_millis());
    let expected = doc! {
        "_id": ada.id.object_id(), "username": "ada", "mail": "ada@example.com", "first_name": "Ada", "last_name": "Lovelace",
        "logins": 0_i64, "role": "USER", "tags": [], "created_at": moment, "updated_at": moment, "version": 0_i64,
    };
    assert_eq!(fixture.stored("users").await, std::slice::from_ref(&expected));
    // Also in order: a decoder that tries the declared next field first depends on it.
    assert_eq!(fixture.stored("users").await[0].to_vec().unwrap(), expected.to_vec().unwrap());

    let home = Address { street: "s".into(), city: "Rome".into(), geo: Some(Point { x: 1.0, y: -2.5 }) };
    fixture.db.update(ada.id).set(User::address, home).set(User::role, Role::Admin).push(User::tags, "a").await.unwrap();
    let stored = &fixture.stored("users").await[0];
    assert_eq!(*stored.get_document("address").unwrap(), doc! { "street": "s", "town": "Rome", "geo": { "x": 1.0, "y": -2.5 } });
    assert_eq!((stored.get_str("role").unwrap(), stored.get_i64("version").unwrap()), ("ROOT", 1));
    assert_eq!(stored.get_array("tags").unwrap().as_slice(), ["a".into()]);
}

#[tokio::test]
async fn id_lists_stand_on_both_sides_and_relations_are_not_stored() {
    let fixture = Fixture::new(|builder| builder.model::<User>()).await;
    let databases = fixture.db.create(Category::draft().name("Databases")).await.unwrap();
    fixture
        .db
        .create(User::draft().username("ada").email("a").first_name("A").last_name("L").profile(create(Profile::draft().bio("b"))).posts(
            create([
                Post::draft().title("one").categories((create([Category::draft().name("Rust")]), connect(databases.id))),
                Post::draft().title("two").categories(connect([Category::name.eq("Databases")])),
            ]),
        ))
        .await
        .unwrap();
    let (users, profiles, posts, categories) = (
        fixture.stored("users").await,
        fixture.stored("profiles").await,
        fixture.stored("posts").await,
        fixture.stored("categories").await,
    );
    let id = |document: &bson::Document| document.get_object_id("_id").unwrap();
    assert_eq!((users.len(), profiles.len(), posts.len(), categories.len()), (1, 1, 2, 2));
    assert!(!users[0].contains_key("posts") && !users[0].contains_key("profile"));
    assert_eq!(profiles[0], doc! { "_id": id(&profiles[0]), "bio": "b", "user_id": id(&users[0]) });
    let rust = &categories[1];
    assert_eq!(
        posts[0],
        doc! { "_id": id(&posts[0]), "title": "one", "published": false, "author_id": id(&users[0]), "category_ids": [id(&categories[0]), id(rust)] }
    );
    assert_eq!(posts[1].get_array("category_ids").unwrap().as_slice(), [id(&categories[0]).into()]);
    assert_eq!(categories[0], doc! { "_id": id(&categories[0]), "name": "Databases", "post_ids": [id(&posts[0]), id(&posts[1])] });
    assert_eq!(*rust, doc! { "_id": id(rust), "name": "Rust", "post_ids": [id(&posts[0])] });
}
