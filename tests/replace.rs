//! Replacing a document as a whole: what stays of the stored one, and what does not.

use crate::{
    models::{Category, Post, User},
    support::{Fixture, Sent},
};
use bson::{Bson, doc};
use chakra::{Builder, Error, Outcome, prelude::*};

#[derive(Debug, Clone, PartialEq, Model)]
struct Page {
    #[chakra(id)]
    id: i64,
    #[chakra(unique)]
    path: String,
    #[chakra(max_length = 5)]
    title: Option<String>,
    tags: Vec<String>,
    #[chakra(default = now())]
    created_at: DateTime<Utc>,
    #[chakra(updated_at)]
    updated_at: DateTime<Utc>,
    #[chakra(version)]
    version: i64,
}

/// When the clock of these tests stands still.
fn now() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(1_700_000_000_123).unwrap()
}

fn page(id: i64) -> Page {
    let moment = DateTime::UNIX_EPOCH;
    Page { id, path: format!("/{id}"), title: Some("t".into()), tags: vec![], created_at: moment, updated_at: moment, version: 0 }
}

fn models(builder: Builder) -> Builder {
    builder.model::<Page>().model::<User>().clock(now)
}

async fn fixture() -> Fixture {
    let fixture = Fixture::new(models).await;
    fixture.db.sync().await.unwrap();
    let stored = doc! { "_id": 1_i64, "path": "/1", "title": "t", "more": 1, "version": 7_i64 };
    let moment = bson::DateTime::from_millis(0);
    let mut moments = doc! { "created_at": moment, "updated_at": moment };
    moments.extend(stored);
    fixture.store("pages", moments).await;
    fixture.commands();
    fixture
}

#[tokio::test]
async fn the_value_is_the_whole_document_afterwards() {
    let fixture = fixture().await;
    let created_at = DateTime::from_timestamp_millis(42).unwrap();
    let value = Page { path: "$title".into(), title: None, tags: vec!["a".into()], created_at, version: 3, ..page(1) };
    let replaced = fixture.db.replace(Page::id.eq(1), &value).await.unwrap();
    assert_eq!(fixture.commands(), ["findAndModify"]);
    assert_eq!(replaced, Page { updated_at: now(), version: 8, ..value });
    let stored = doc! {
        "_id": 1_i64, "path": "$title", "tags": ["a"], "created_at": bson::DateTime::from_millis(42),
        "updated_at": bson::DateTime::from_millis(now().timestamp_millis()), "version": 8_i64,
    };
    assert_eq!(fixture.stored("pages").await, [stored]);
}

#[tokio::test]
async fn one_pipeline_is_sent() {
    let sent = Sent::with(models).await;
    sent.db.insert_many(&[page(1)]).await.unwrap();
    sent.db.replace(Page::path.eq("/1"), Page { title: None, ..page(2) }).await.unwrap();
    assert_eq!(sent.part("query"), r#"{"path":"/1"}"#);
    let expected = concat!(
        r#"[{"$replaceWith":{"$mergeObjects":[{"$literal":{"_id":2,"path":"/2","tags":[],"created_at":{"$date":"1970-01-01T00:00:00Z"},"#,
        r#""updated_at":{"$date":"2023-11-14T22:13:20.123Z"},"version":0}},"#,
        r#"{"_id":"$_id","version":{"$add":[{"$ifNull":["$version",0]},1]}}]}}]"#,
    );
    assert_eq!(sent.part("update"), expected);
}

#[tokio::test]
async fn the_id_stays_whatever_the_value_has() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let replaced = db.replace(Page::path.eq("/1"), page(9)).await.unwrap();
    assert_eq!((replaced.id, replaced.path.as_str(), replaced.version), (1, "/9", 8));
    assert_eq!(fixture.stored("pages").await.len(), 1);
    fixture.commands();
    // A key that names an id contradicts a value with another.
    let error = db.replace(Page::id.eq(1), page(9)).await.unwrap_err();
    assert_eq!(error.to_string(), "this `Page` is not valid: `_id` needs the key's own value: the `_id` of a document never changes");
    assert_eq!(fixture.commands(), Vec::<String>::new());
}

#[tokio::test]
async fn it_gives_back_what_is_asked_for() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let old = db.replace(Page::id.eq(1), &Page { title: None, ..page(1) }).returning(Old).await.unwrap();
    assert_eq!((old.title.as_deref(), old.version), (Some("t"), 7));
    assert_eq!(fixture.commands(), ["findAndModify"]);
    let () = db.replace(Page::id.eq(1), page(1)).returning(Nothing).await.unwrap();
    assert_eq!(fixture.commands(), ["update"]);
    let stored = db.get(Page::id.eq(1)).await.unwrap();
    assert_eq!((stored.title.as_deref(), stored.version), (Some("t"), 9));
}

#[tokio::test]
async fn what_cannot_be_replaced_is_an_error() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let error = db.replace(Page::id.eq(2), page(2)).await.unwrap_err();
    assert_eq!(error.to_string(), "no `Page` with _id 2 was found");
    let error = db.replace(Page::id.eq(2), page(2)).returning(Nothing).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { model: "Page", .. }), "{error:?}");
    let error = db.replace(Page::id.eq(1) & Page::version.gt(7), page(1)).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
    assert_eq!(fixture.commands(), ["findAndModify", "update", "findAndModify"]);
    let error = db.replace(Page::id.eq(1), Page { title: Some("too long".into()), ..page(1) }).await.unwrap_err();
    assert_eq!(error.to_string(), "this `Page` is not valid: `title` needs at most 5 characters");
    assert_eq!(fixture.commands(), Vec::<String>::new());
    db.insert_many(&[page(2)]).await.unwrap();
    let error = db.replace(Page::id.eq(2), Page { path: "/1".into(), ..page(2) }).await.unwrap_err();
    assert!(error.is_unique_on(Page::path) && error.outcome() == Outcome::NotApplied, "{error:?}");
    assert_eq!(db.get(Page::id.eq(2)).await.unwrap(), page(2));
}

#[tokio::test]
async fn a_missing_version_is_counted_from_the_first() {
    let fixture = fixture().await;
    for version in [None, Some(Bson::Null)] {
        let mut stored = doc! { "_id": 5_i64, "path": "/5" };
        stored.extend(version.map(|version| ("version".to_owned(), version)));
        fixture.store("pages", stored).await;
        assert_eq!(fixture.db.replace(Page::id.eq(5), page(5)).await.unwrap().version, 1);
        fixture.db.delete(Page::id.eq(5)).await.unwrap();
    }
}

#[tokio::test]
async fn ids_that_a_relation_keeps_on_both_sides_stay() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let draft = Post::draft().title("t").author_id(Id::new()).categories(create([Category::draft().name("c")]));
    let post = db.create(draft).await.unwrap();
    assert_eq!(post.category_ids.len(), 1);
    let value = Post { title: "new".into(), category_ids: vec![Id::new(), Id::new()], ..post.clone() };
    let replaced = db.replace(post.id, &value).await.unwrap();
    assert_eq!((replaced.title.as_str(), &replaced.category_ids), ("new", &post.category_ids));
    let id = Id::<Post>::new();
    fixture.store("posts", doc! { "_id": id }).await;
    let replaced = db.replace(id, Post { id, title: "bare".into(), ..value }).await.unwrap();
    assert_eq!((replaced.title.as_str(), replaced.category_ids.len()), ("bare", 0));
}

#[tokio::test]
async fn replacements_at_once_all_raise_the_version() {
    let fixture = fixture().await;
    let tasks = (0..8).map(|_| {
        let db = fixture.db.clone();
        tokio::spawn(async move {
            for _ in 0..25 {
                db.replace(Page::id.eq(1), page(1)).returning(Nothing).await.unwrap();
            }
        })
    });
    futures::future::try_join_all(tasks).await.unwrap();
    assert_eq!(fixture.db.get(Page::id.eq(1)).await.unwrap().version, 207);
}
