//! `explain`: the server's plan of a read that is not made.

use crate::{
    models::{Item, User},
    support::{Fixture, Sent},
};
use bson::{Document, doc};
use chakra::{
    Error,
    options::{Collation, Hint},
};

/// The stages of the plan, from the outermost to the innermost.
fn stages(plan: &Document) -> Vec<String> {
    let winning = plan.get_document("queryPlanner").unwrap().get_document("winningPlan").unwrap();
    let mut stage = Some(winning.get_document("queryPlan").unwrap_or(winning));
    let mut names = Vec::new();
    while let Some(found) = stage {
        names.push(found.get_str("stage").unwrap().to_owned());
        stage = found.get_document("inputStage").ok();
    }
    names
}

#[tokio::test]
async fn the_plan_of_a_find_is_that_of_what_would_be_sent() {
    let sent = Sent::with(|builder| builder.model::<User>()).await;
    let db = &sent.db;
    db.sync().await.unwrap();
    sent.commands();
    let plan = db.find_many(User::email.eq("a@x")).explain().await.unwrap();
    assert_eq!(stages(&plan), ["FETCH", "IXSCAN"]);
    assert!(!plan.contains_key("executionStats"));
    let plan = db.find_many(User::bio.eq("x")).order_by(User::bio.asc()).skip(1).take(5).comment("why").explain().await.unwrap();
    assert!(stages(&plan).contains(&"COLLSCAN".to_owned()));
    let explained = sent.command().get_document("explain").unwrap().clone();
    let expected =
        doc! { "find": "users", "filter": { "bio": "x" }, "sort": { "bio": 1 }, "skip": 1_i64, "limit": 5_i64, "comment": "why" };
    assert_eq!((explained, sent.part("verbosity")), (expected, "\"queryPlanner\"".to_owned()));

    // A selection needs nothing but the index.
    let by_name = Hint::Name("mail_1".to_owned());
    let plan = db.find_first(User::email.eq("a@x")).select(User::email).hint(by_name).explain().await.unwrap();
    assert!(stages(&plan).contains(&"PROJECTION_COVERED".to_owned()), "{:?}", stages(&plan));
    let explained = sent.command().get_document("explain").unwrap().clone();
    let expected =
        doc! { "find": "users", "filter": { "mail": "a@x" }, "projection": { "mail": 1, "_id": 0 }, "limit": 1_i64, "hint": "mail_1" };
    assert_eq!(explained, expected);
    let german = Collation::builder().locale("de").build();
    db.find_unique(User::email.eq("a@x")).collation(german).explain().await.unwrap();
    assert_eq!(sent.command().get_document("explain").unwrap().get_document("collation").unwrap(), &doc! { "locale": "de" });
}

#[tokio::test]
async fn the_plan_of_a_count() {
    let sent = Sent::with(|builder| builder.model::<Item>()).await;
    sent.db.insert_many(&[Item::new(1)]).await.unwrap();
    let plan = sent.db.count(Item::stock.eq(1)).explain().await.unwrap();
    assert!(plan.to_string().contains("COLLSCAN"));
    let explained = sent.command().get_document("explain").unwrap().clone();
    // What is explained is what is sent.
    sent.db.count(Item::stock.eq(1)).await.unwrap();
    assert_eq!(explained.get("pipeline"), sent.command().get("pipeline"));
    assert_eq!(explained.get_str("aggregate").unwrap(), "items");
}

#[tokio::test]
async fn it_reads_nothing_and_refuses_what_the_read_would() {
    let fixture = Fixture::new(|builder| builder.model::<Item>()).await;
    fixture.commands();
    // It is sent outside of the transaction, in which the server explains nothing.
    let stages =
        fixture.db.transaction(|tx| async move { tx.find_many(Item::all()).explain().await }).await.map(|plan| stages(&plan)).unwrap();
    assert_eq!(stages, ["EOF"]);
    assert_eq!(fixture.commands().iter().filter(|command| *command == "explain").count(), 1);
    let error = fixture
        .db
        .find_many(Item::all())
        .order_by(Item::id.asc())
        .filter(Item::name.contains("x".repeat(17 << 20)))
        .explain()
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Invalid { model: "Item", .. }), "{error:?}");
    assert_eq!(fixture.commands(), Vec::<String>::new());
}
