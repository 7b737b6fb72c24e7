//! Upserts: creates or changes, never both, also when many do it at once.

use crate::support::Fixture;
use chakra::{Error, prelude::*};

#[derive(Debug, Clone, Model)]
struct Page {
    #[chakra(id)]
    id: Id<Page>,
    #[chakra(unique)]
    path: String,
    #[chakra(unique)]
    slug: Option<String>,
    #[chakra(default = 1)]
    hits: i64,
    #[chakra(max_length = 2)]
    notes: Vec<String>,
}

async fn fixture() -> Fixture {
    let fixture = Fixture::new(|builder| builder.model::<Page>()).await;
    fixture.db.sync().await.unwrap();
    fixture.commands();
    fixture
}

#[tokio::test]
async fn it_creates_or_changes_in_two_commands_or_one() {
    let fixture = fixture().await;
    let upsert = || fixture.db.upsert(Page::path.eq("/")).create(Page::draft().path("/")).inc(Page::hits, 10);
    let created = upsert().await.unwrap();
    assert_eq!((created.hits, fixture.commands()), (1, vec!["findAndModify".to_owned(); 2]));
    let changed = upsert().await.unwrap();
    assert_eq!((changed.id, changed.hits, fixture.commands()), (created.id, 11, vec!["findAndModify".to_owned()]));
    let read = fixture.db.upsert(Page::path.eq("/")).create(Page::draft().path("/")).await.unwrap();
    assert_eq!((read.id, read.hits), (created.id, 11));
}

#[tokio::test]
async fn a_hundred_at_once_make_one_document_with_every_change() {
    let fixture = fixture().await;
    let tasks = (0..100).map(|_| {
        let db = fixture.db.clone();
        tokio::spawn(async move { db.upsert(Page::path.eq("/")).create(Page::draft().path("/")).inc(Page::hits, 1).await })
    });
    for done in futures::future::join_all(tasks).await {
        done.unwrap().unwrap();
    }
    let pages = fixture.db.find_many(Page::all()).await.unwrap();
    assert_eq!(pages.iter().map(|page| page.hits).collect::<Vec<_>>(), [100]);
}

#[tokio::test]
async fn what_contradicts_itself_is_refused() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let error = db.upsert(Page::path.eq("/")).create(Page::draft().path("/other")).inc(Page::hits, 1).await.unwrap_err();
    assert_eq!(error.to_string(), "this `Page` is not valid: `path` needs the key's own value in the draft of an upsert");
    let error = db.upsert(Page::path.eq("/") & Page::hits.gt(3)).create(Page::draft().path("/")).await.unwrap_err();
    assert_eq!(error.to_string(), "this `Page` is not valid: `path` needs no condition beside the unique key of an upsert");
    assert_eq!(db.count(Page::all()).await.unwrap(), 0);
}

#[tokio::test]
async fn the_key_fills_what_the_draft_leaves_out() {
    let fixture = fixture().await;
    let id = Id::<Page>::new();
    let page = fixture.db.upsert(id).create(Page::draft().path("/")).await.unwrap();
    assert_eq!(page.id, id);
    let page = fixture.db.upsert(Page::slug.eq("s")).create(Page::draft().path("/s")).await.unwrap();
    assert_eq!(page.slug.as_deref(), Some("s"));
}

#[tokio::test]
async fn a_key_that_is_taken_and_cannot_be_found_ends_in_an_error() {
    let fixture = fixture().await;
    // An index of someone else's, under which "/a" and "/A" are one key.
    fixture.raw.run_command(bson::doc! { "dropIndexes": "pages", "index": "path_1" }).await.unwrap();
    let index = bson::doc! { "key": { "path": 1 }, "name": "path_1", "unique": true, "collation": { "locale": "en", "strength": 2 } };
    fixture.raw.run_command(bson::doc! { "createIndexes": "pages", "indexes": [index] }).await.unwrap();
    fixture.db.create(Page::draft().path("/a")).await.unwrap();
    let error = fixture.db.upsert(Page::path.eq("/A")).create(Page::draft().path("/A")).inc(Page::hits, 1).await.unwrap_err();
    assert!(error.is_unique_on(Page::path), "{error:?}");
}

#[tokio::test]
async fn another_unique_key_and_a_broken_guard_are_errors_at_once() {
    let fixture = fixture().await;
    let db = &fixture.db;
    db.create(Page::draft().path("/a").slug("taken").notes(["1", "2"])).await.unwrap();
    let error = db.upsert(Page::path.eq("/b")).create(Page::draft().path("/b").slug("taken")).inc(Page::hits, 1).await.unwrap_err();
    assert!(error.is_unique_on(Page::slug), "{error:?}");
    let error = db.upsert(Page::path.eq("/a")).create(Page::draft().path("/a")).push(Page::notes, "3").await.unwrap_err();
    assert!(matches!(error, Error::Invalid { .. }), "{error:?}");
    // Two documents without a slug do not collide.
    db.create(Page::draft().path("/c")).await.unwrap();
    db.create(Page::draft().path("/d")).await.unwrap();
}
