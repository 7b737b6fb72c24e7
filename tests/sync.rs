//! Sync: declared collections and indexes are made, and running it again changes nothing.

use crate::{models::User, support::Fixture};
use bson::{Document, doc};
use chakra::{Db, Error, SyncStep, prelude::*};
use futures::TryStreamExt;

async fn indexes(fixture: &Fixture, collection: &str) -> Vec<Document> {
    let found = fixture.raw.collection::<Document>(collection).list_indexes().await.unwrap();
    let mut found: Vec<Document> = found.map_ok(|index| bson::serialize_to_document(&index).unwrap()).try_collect().await.unwrap();
    found.iter_mut().for_each(|index| drop(index.remove("v")));
    found.sort_by_key(|index| index.get_str("name").unwrap().to_owned());
    found
}

#[tokio::test]
async fn it_makes_what_is_declared_and_again_nothing() {
    let fixture = Fixture::new(|builder| builder.model::<User>()).await;
    let plan = fixture.db.sync().plan().await.unwrap();
    assert!(!plan.is_empty());
    assert_eq!(fixture.raw.list_collection_names().await.unwrap(), Vec::<String>::new(), "a plan changes nothing");
    fixture.db.sync().await.unwrap();

    let mut collections = fixture.raw.list_collection_names().await.unwrap();
    collections.sort();
    assert_eq!(collections, ["_chakra_schema", "categories", "posts", "profiles", "users"], "related models come along");
    assert_eq!(
        indexes(&fixture, "users").await,
        [
            doc! { "key": { "_id": 1 }, "name": "_id_" },
            doc! { "key": { "address.town": 1, "created_at": -1 }, "name": "address.town_1_created_at_-1" },
            doc! { "key": { "first_name": 1, "last_name": 1 }, "unique": true, "name": "first_name_1_last_name_1" },
            doc! { "key": { "mail": 1 }, "unique": true, "name": "mail_1" },
            doc! { "key": { "username": 1 }, "unique": true, "name": "username_1" },
        ]
    );
    assert_eq!(
        indexes(&fixture, "posts").await,
        [
            doc! { "key": { "_id": 1 }, "name": "_id_" },
            doc! { "key": { "author_id": 1 }, "name": "author_id_1" },
            doc! { "key": { "author_id": 1, "title": 1 }, "unique": true, "name": "author_id_1_title_1" },
            doc! { "key": { "category_ids": 1 }, "name": "category_ids_1" },
            doc! { "key": { "editor_id": 1 }, "name": "editor_id_1" },
        ]
    );
    assert_eq!(indexes(&fixture, "profiles").await[1], doc! { "key": { "user_id": 1 }, "unique": true, "name": "user_id_1" });

    let before = indexes(&fixture, "users").await;
    let again = fixture.db.sync().await.unwrap();
    assert!(again.is_empty(), "{again}");
    assert_eq!(indexes(&fixture, "users").await, before);
}

#[tokio::test]
async fn a_unique_option_covers_present_values_only() {
    #[derive(Debug, Clone, Model)]
    struct Page {
        #[chakra(id)]
        id: Id<Page>,
        #[chakra(unique)]
        slug: Option<String>,
    }
    let fixture = Fixture::new(|builder| builder.model::<Page>()).await;
    fixture.db.sync().await.unwrap();
    assert!(fixture.db.sync().await.unwrap().is_empty());
    let index = &indexes(&fixture, "pages").await[1];
    assert_eq!(*index.get_document("partialFilterExpression").unwrap(), doc! { "slug": { "$gte": "" } });
    fixture.db.create_many([Page::draft(), Page::draft(), Page::draft().slug("a")]).await.unwrap();
    fixture.store("pages", doc! { "slug": bson::Bson::Null }).await;
    assert!(fixture.db.create(Page::draft().slug("a")).await.unwrap_err().is_unique_on(Page::slug));
    let plan = fixture.raw.run_command(doc! { "explain": { "find": "pages", "filter": { "slug": "a" } } }).await.unwrap();
    assert!(plan.to_string().contains("IXSCAN"), "the index serves find_unique: {plan}");
}

#[tokio::test]
async fn what_differs_or_is_unknown_is_told_and_left_alone() {
    let fixture = Fixture::new(|builder| builder.model::<User>()).await;
    let users = doc! { "createIndexes": "users", "indexes": [
        { "key": { "username": 1 }, "name": "username_1" },
        { "key": { "mail": 1 }, "name": "by hand", "unique": true },
        { "key": { "nobody": 1 }, "name": "nobody_1" },
    ] };
    fixture.raw.run_command(users).await.unwrap();
    let plan = fixture.db.sync().await.unwrap();
    let differs = |step: &SyncStep| matches!(step, SyncStep::Differs { index, .. } if index == "username_1");
    let unknown =
        |step: &SyncStep| matches!(step, SyncStep::Unknown { index, .. } if index.get_str("name").is_ok_and(|name| name == "nobody_1"));
    assert_eq!(
        (plan.steps.iter().filter(|step| differs(step)).count(), plan.steps.iter().filter(|step| unknown(step)).count()),
        (1, 1),
        "{plan}"
    );
    let names: Vec<String> = indexes(&fixture, "users").await.iter().map(|index| index.get_str("name").unwrap().to_owned()).collect();
    assert_eq!(
        names,
        ["_id_", "address.town_1_created_at_-1", "by hand", "first_name_1_last_name_1", "nobody_1", "username_1"],
        "an index of another name is known by its keys and options"
    );
    // And a violation of it leads back to the declaration.
    let user = |name: &str| User::draft().username(name).email("same").first_name(name).last_name(name);
    fixture.db.create(user("a")).await.unwrap();
    assert!(fixture.db.create(user("b")).await.unwrap_err().is_unique_on(User::email));
}

#[tokio::test]
async fn an_index_with_other_options_guards_nothing_and_stands_in_no_way() {
    let fixture = Fixture::new(|builder| builder.model::<User>()).await;
    let by_hand = doc! { "createIndexes": "users", "indexes": [{ "key": { "mail": 1 }, "name": "hand" }] };
    fixture.raw.run_command(by_hand).await.unwrap();
    fixture.db.sync().await.unwrap();
    assert!(indexes(&fixture, "users").await.contains(&doc! { "key": { "mail": 1 }, "unique": true, "name": "mail_1" }));
    assert!(fixture.db.sync().await.unwrap().is_empty());
}

#[tokio::test]
async fn duplicates_under_a_new_unique_index_are_named_and_nothing_is_lost() {
    let fixture = Fixture::new(|builder| builder.model::<User>()).await;
    for (id, name) in [(1, "secret"), (2, "secret"), (3, "other")] {
        fixture
            .store("users", doc! { "_id": id, "username": name, "mail": id.to_string(), "first_name": id.to_string(), "last_name": "" })
            .await;
    }
    let error = fixture.db.sync().await.unwrap_err();
    assert!(matches!(error, Error::Index { model: "User", .. }), "{error:?}");
    let text = error.to_string();
    assert!(text.contains("username_1") && text.contains("_id 1, 2") && !text.contains("secret"), "{text}");
    assert_eq!(indexes(&fixture, "users").await.len(), 4, "the others are made all the same");
    assert_eq!(fixture.stored("users").await.len(), 3);
}

#[tokio::test]
async fn many_services_may_start_at_once() {
    let fixture = Fixture::new(|builder| builder).await;
    let starts = (0..8).map(|_| {
        let uri = fixture.uri.clone();
        tokio::spawn(async move { Db::builder(&uri).model::<User>().connect().await?.sync().await.map(drop) })
    });
    for start in futures::future::join_all(starts).await {
        start.unwrap().unwrap();
    }
    assert_eq!(indexes(&fixture, "users").await.len(), 5);
}

#[tokio::test]
async fn without_models_it_says_how_to_name_them() {
    let fixture = Fixture::new(|builder| builder).await;
    let error = fixture.db.sync().await.unwrap_err();
    assert!(error.to_string().contains(".model::<"), "{error}");
}
