//! Keys in a collection that takes texts for one whatever their case is: what it finds by them, and creates for them.

use super::world::{Label, Team, commands, numbers, store, stored, values, world};
use crate::support::{Fixture, Sent};
use bson::{Bson, doc};
use chakra::{Error, prelude::*};
use chakra_testkit::TestServer;

/// Makes the collection of the labels one that compares by letters alone, with its unique key.
async fn by_letters(raw: &mongodb::Database) {
    raw.run_command(doc! { "create": "labels", "collation": { "locale": "en", "strength": 2 } }).await.unwrap();
    let index = doc! { "key": { "name": 1 }, "name": "name_1", "unique": true };
    raw.run_command(doc! { "createIndexes": "labels", "indexes": [index] }).await.unwrap();
    raw.run_command(doc! { "create": "teams" }).await.unwrap();
}

/// Such a collection with one label in it.
async fn letters() -> Sent {
    let sent = Sent::with(|builder| builder.model::<Team>()).await;
    by_letters(&sent.raw).await;
    store(&sent, "labels", doc! { "_id": 5_i64, "name": "rust" }).await;
    sent.commands();
    sent
}

/// The ids of the labels of a team, in order.
async fn linked(sent: &Sent, team: i64) -> Vec<i64> {
    let teams = numbers(sent, "teams", "label_ids").await;
    let mut ids = teams.into_iter().find(|(id, _)| *id == team).unwrap().1;
    ids.sort_unstable();
    ids
}

#[tokio::test]
async fn texts_that_the_server_takes_for_one_find_one_document() {
    let sent = letters().await;
    let team = |id: i64| Team::draft().id(id).name(format!("{id}"));
    let made = sent.db.create(team(1).labels(connect([Label::name.eq("rust"), Label::name.eq("Rust")]))).await.unwrap();
    assert_eq!(made.label_ids, [5]);
    // The first find gives one document, which is the first key to the letter; the other key is asked for alone.
    assert_eq!(commands(&sent), ["find labels", "find labels", "insert teams", "commitTransaction"]);
    // Where none is it to the letter, each is asked for alone.
    let made = sent.db.create(team(2).labels(connect([Label::name.eq("RUST"), Label::name.eq("Rust")]))).await.unwrap();
    assert_eq!(made.label_ids, [5]);
    assert_eq!(commands(&sent), ["find labels", "find labels", "find labels", "insert teams", "commitTransaction"]);
    // What is not alike is not asked for again, and accents tell letters apart here.
    let keys = [Label::name.eq("rust"), Label::name.eq("ruby")];
    let error = sent.db.create(team(3).labels(connect(keys))).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { model: "Label", .. }), "{error:?}");
    assert_eq!(commands(&sent).iter().filter(|command| *command == "find labels").count(), 1);
    let keys = [Label::name.eq("rust"), Label::name.eq("r\u{fc}st")];
    let error = sent.db.create(team(3).labels(connect(keys))).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { model: "Label", .. }), "{error:?}");
    assert_eq!(commands(&sent).iter().filter(|command| *command == "find labels").count(), 2);
    assert_eq!(stored(&sent, "teams").await.len(), 2);
}

#[tokio::test]
async fn what_is_there_in_other_letters_is_not_created() {
    let sent = letters().await;
    let either = |id: i64, name: &str| connect_or_create(Label::name.eq(name), Label::draft().id(id).name(name));
    let labels = [either(10, "rust"), either(11, "Rust"), either(12, "new")];
    sent.db.create(Team::draft().id(1).name("red").labels(labels)).await.unwrap();
    assert_eq!(commands(&sent), ["find labels", "find labels", "insert labels", "insert teams", "commitTransaction"]);
    assert_eq!(linked(&sent, 1).await, [5, 12]);
    let names = [(5, Some(Bson::from("rust"))), (12, Some("new".into()))];
    assert_eq!(values(&sent, "labels", "name").await, names);
}

#[tokio::test]
async fn of_texts_that_are_alike_the_first_is_created_and_the_others_ask_for_it() {
    let sent = letters().await;
    let either = |id: i64, name: &str| connect_or_create(Label::name.eq(name), Label::draft().id(id).name(name));
    let labels = || [either(20, "Go"), either(21, "go"), either(22, "g\u{f2}")];
    sent.db.create(Team::draft().id(1).name("red").labels(labels())).await.unwrap();
    let one_by_one = ["find labels", "insert labels", "find labels", "find labels", "find labels"];
    assert_eq!(commands(&sent), [&one_by_one[..], &["insert labels", "insert teams", "commitTransaction"]].concat());
    // Accents tell letters apart in this collection.
    let names = [(5, Some(Bson::from("rust"))), (20, Some("Go".into())), (22, Some("g\u{f2}".into()))];
    assert_eq!(values(&sent, "labels", "name").await, names);
    assert_eq!(linked(&sent, 1).await, [20, 22]);
    // In an update too, and across parents.
    sent.db
        .update(Team::id.eq(1))
        .connect_or_create(Team::labels, Label::name.eq("C"), Label::draft().id(30).name("C"))
        .connect_or_create(Team::labels, Label::name.eq("c"), Label::draft().id(31).name("c"))
        .returning(Nothing)
        .await
        .unwrap();
    let team = |id: i64, name: &str| Team::draft().id(id).name(format!("{id}")).labels(either(40 + id, name));
    assert_eq!(sent.db.create_many([team(2, "Zig"), team(3, "zig"), team(4, "ZIG"), team(5, "zig")]).await.unwrap(), 4);
    assert_eq!(numbers(&sent, "labels", "_id").await.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [5, 20, 22, 30, 42]);
    let all = numbers(&sent, "teams", "label_ids").await;
    assert_eq!(all[1..], [(2, vec![42]), (3, vec![42]), (4, vec![42]), (5, vec![42])]);
}

#[tokio::test]
async fn texts_that_are_alike_are_several_documents_where_the_server_says_so() {
    let sent = world().await;
    let either = |id: i64, name: &str| connect_or_create(Label::name.eq(name), Label::draft().id(id).name(name));
    let team = |id: i64| Team::draft().id(id).name(format!("{id}")).labels([either(20, "Go"), either(21, "go")]);
    sent.db.create(team(3)).await.unwrap();
    let first = ["find labels", "insert labels", "find labels", "insert labels", "insert teams", "commitTransaction"];
    assert_eq!(commands(&sent), first);
    assert_eq!(values(&sent, "labels", "name").await, [(20, Some(Bson::from("Go"))), (21, Some("go".into()))]);
    // Once they are there, one find tells them.
    sent.db.create(team(4)).await.unwrap();
    assert_eq!(commands(&sent), ["find labels", "insert teams", "commitTransaction"]);
    assert_eq!((linked(&sent, 3).await, linked(&sent, 4).await), (vec![20, 21], vec![20, 21]));
}

#[tokio::test]
async fn without_transactions_they_are_created_once_too() {
    let server = TestServer::standalone().await.unwrap();
    let fixture = Fixture::on_server(&server, |builder| builder.model::<Team>()).await;
    by_letters(&fixture.raw).await;
    let either = |id: i64, name: &str| connect_or_create(Label::name.eq(name), Label::draft().id(id).name(name));
    let made = fixture.db.create(Team::draft().id(1).name("red").labels([either(1, "Go"), either(2, "GO")])).await.unwrap();
    assert_eq!((made.label_ids.as_slice(), fixture.stored("labels").await), (&[1][..], vec![doc! { "_id": 1_i64, "name": "Go" }]));
}
