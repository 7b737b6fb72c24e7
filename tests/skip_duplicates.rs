//! Creating many where some are there already: those are skipped and named, and nothing else is.

use crate::support::Fixture;
use bson::doc;
use chakra::{Draft, Error, Outcome, action::Created, prelude::*};

#[derive(Debug, Clone, PartialEq, Model)]
struct Tag {
    #[chakra(id)]
    id: i64,
    #[chakra(unique)]
    name: String,
    #[chakra(unique, max_length = 3)]
    code: Option<String>,
}

async fn fixture() -> Fixture {
    let fixture = Fixture::new(|builder| builder.model::<Tag>()).await;
    fixture.db.sync().await.unwrap();
    fixture.db.create_many([tag(1, "a"), tag(2, "b")]).await.unwrap();
    fixture.commands();
    fixture
}

fn tag(id: i64, name: &str) -> Draft<Tag> {
    Draft::of(Tag::draft().id(id).name(name))
}

async fn names(fixture: &Fixture) -> Vec<String> {
    fixture.db.find_many(Tag::all()).order_by(Tag::id.asc()).await.unwrap().into_iter().map(|tag| tag.name).collect()
}

#[tokio::test]
async fn duplicates_are_skipped_and_named_by_their_position() {
    let fixture = fixture().await;
    // A name and an id that are there, and a name that an earlier draft takes.
    let drafts = [tag(10, "c"), tag(11, "a"), tag(12, "d"), tag(2, "e"), tag(13, "c"), tag(14, "f")];
    let created = fixture.db.create_many(drafts).skip_duplicates().await.unwrap();
    assert_eq!(created, Created { created: 3, skipped: vec![1, 3, 4] });
    assert_eq!(fixture.commands(), ["insert"]);
    assert_eq!(names(&fixture).await, ["a", "b", "c", "d", "f"]);
}

#[tokio::test]
async fn all_none_and_nothing_are_results_too() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let again = || db.create_many([tag(1, "a"), tag(2, "b")]).skip_duplicates();
    assert_eq!(again().await.unwrap(), Created { created: 0, skipped: vec![0, 1] });
    assert_eq!(db.create_many([tag(1, "x")]).skip_duplicates().await.unwrap(), Created { created: 0, skipped: vec![0] });
    assert_eq!(db.create_many([tag(3, "c")]).skip_duplicates().await.unwrap(), Created { created: 1, skipped: vec![] });
    assert_eq!(fixture.commands(), ["insert", "insert", "insert"]);
    assert_eq!(db.create_many(Vec::<Draft<Tag>>::new()).skip_duplicates().await.unwrap(), Created::default());
    assert_eq!(fixture.commands(), Vec::<String>::new());
    // A word on the order does not keep the others out.
    let created = db.create_many([tag(1, "a"), tag(4, "d")]).ordered(true).skip_duplicates().await.unwrap();
    assert_eq!(created, Created { created: 1, skipped: vec![0] });
}

#[tokio::test]
async fn other_faults_stay_errors() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let long = Draft::of(Tag::draft().id(3).name("c").code("long"));
    let error = db.create_many([tag(1, "a"), long]).skip_duplicates().await.unwrap_err();
    assert_eq!(error.to_string(), "this `Tag` is not valid: `code` needs at most 3 characters");
    assert_eq!(fixture.commands(), Vec::<String>::new());

    // The collection's validator refuses a document beside the duplicates.
    let validator = doc! { "collMod": "tags", "validator": { "name": { "$ne": "refused" } } };
    fixture.raw.run_command(validator).await.unwrap();
    let error = db.create_many([tag(1, "a"), tag(3, "c"), tag(4, "refused")]).skip_duplicates().await.unwrap_err();
    let Error::Bulk { inserted, failed, outcome, .. } = &error else { panic!("{error:?}") };
    assert_eq!((*inserted, *outcome), (1, Outcome::Applied));
    assert!(matches!(failed.as_slice(), [(0, Error::Unique { .. }), (2, Error::Invalid { .. })]), "{failed:?}");
    assert_eq!(names(&fixture).await, ["a", "b", "c"]);
}

#[tokio::test]
async fn in_a_transaction_a_duplicate_is_an_error() {
    let fixture = fixture().await;
    let error = fixture
        .db
        .transaction(|tx| async move {
            // Whatever is made of it, the server has given the transaction up.
            let skipped = tx.create_many([tag(3, "c"), tag(4, "a")]).skip_duplicates().await;
            assert!(matches!(skipped, Err(Error::Bulk { inserted: 0, .. })), "{skipped:?}");
            skipped
        })
        .await
        .unwrap_err();
    assert_eq!(error.outcome(), Outcome::NotApplied, "{error:?}");
    assert_eq!(names(&fixture).await, ["a", "b"]);
    let created = fixture.db.transaction(|tx| async move { tx.create_many([tag(3, "c")]).skip_duplicates().await }).await.unwrap();
    assert_eq!(created, Created { created: 1, skipped: vec![] });
}

#[tokio::test]
async fn the_same_documents_created_by_many_at_once_are_there_once() {
    let fixture = fixture().await;
    let tasks = (0..8).map(|task| {
        let db = fixture.db.clone();
        tokio::spawn(async move {
            let drafts = (0..50).map(|at| tag(1_000 * (task + 1) + at, &format!("n{at}")));
            db.create_many(drafts).skip_duplicates().await.unwrap()
        })
    });
    let done = futures::future::try_join_all(tasks).await.unwrap();
    assert_eq!(done.iter().map(|done| done.created).sum::<u64>(), 50);
    assert_eq!(done.iter().map(|done| done.skipped.len()).sum::<usize>(), 350);
    assert_eq!(names(&fixture).await.len(), 52);
}
