//! What drafts take beside `create` and `connect`.

use super::world::{Label, Person, Team, Topic, commands, numbers, store, stored, world};
use bson::doc;
use chakra::{Error, prelude::*};

#[tokio::test]
async fn what_is_there_is_connected_and_what_is_not_is_created() {
    let sent = world().await;
    let db = &sent.db;
    store(&sent, "topics", doc! { "_id": 5_i64, "name": "old", "team_ids": [] }).await;
    let topic = |id: i64, name: &str| connect_or_create(Topic::name.eq(name), Topic::draft().id(id).name(name));
    let team = db.create(Team::draft().id(3).name("green").topics([topic(6, "old"), topic(7, "new")])).await.unwrap();
    assert_eq!(commands(&sent), ["find topics", "insert topics", "update topics", "insert teams", "commitTransaction"]);
    assert_eq!(team.topic_ids, [5, 7]);
    assert_eq!(numbers(&sent, "topics", "team_ids").await, [(5, vec![3]), (7, vec![3])]);

    // To one, and where the key is there.
    let person =
        db.create(Person::draft().id(1).name("ada").team(connect_or_create(Team::name.eq("red"), Team::draft().id(9).name("red")))).await;
    assert_eq!(person.unwrap().team_id, Some(1));
    let people = connect_or_create(Person::name.eq("bob"), Person::draft().id(2).name("bob"));
    db.create(Team::draft().id(4).name("black").people((people, connect(Person::id.eq(1))))).await.unwrap();
    assert_eq!(numbers(&sent, "people", "team_id").await, [(1, vec![4]), (2, vec![4])]);
}

#[tokio::test]
async fn what_several_name_is_created_once() {
    let sent = world().await;
    let label = |id: i64| connect_or_create(Label::name.eq("new"), Label::draft().id(id).name("new"));
    let team = |id: i64| Team::draft().id(id).name(format!("{id}")).labels(label(id));
    assert_eq!(sent.db.create_many([team(11), team(12), team(13)]).await.unwrap(), 3);
    assert_eq!(numbers(&sent, "labels", "_id").await, [(11, vec![11])]);
    assert_eq!(numbers(&sent, "teams", "label_ids").await[2..], [(11, vec![11]), (12, vec![11]), (13, vec![11])]);
}

#[tokio::test]
async fn a_draft_that_is_created_may_connect_others() {
    let sent = world().await;
    let db = &sent.db;
    store(&sent, "people", doc! { "_id": 1_i64, "name": "ada", "version": 0_i64 }).await;
    let green = |person: i64| {
        let draft = Team::draft().id(3).name("green").people(connect(Person::id.eq(person)));
        Person::draft().id(2).name("bob").team(connect_or_create(Team::name.eq("green"), draft))
    };
    // What the draft connects is not there: neither is anything else then.
    let error = db.create(green(9)).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { model: "Person", .. }), "{error:?}");
    assert_eq!((stored(&sent, "teams").await.len(), stored(&sent, "people").await.len()), (2, 1));
    assert_eq!(db.create(green(1)).await.unwrap().team_id, Some(3));
    assert_eq!(numbers(&sent, "people", "team_id").await, [(1, vec![3]), (2, vec![3])]);
    // The team is there now, so that its draft, and whom it connects, do not matter.
    db.delete(Person::id.eq(2)).await.unwrap();
    assert_eq!(db.create(green(9)).await.unwrap().team_id, Some(3));
}

#[tokio::test]
async fn many_from_an_iterator_and_four_writes_in_one() {
    let sent = world().await;
    let label = |id: i64| Label::draft().id(id).name(format!("{id}"));
    store(&sent, "labels", doc! { "_id": 1_i64, "name": "1" }).await;
    let labels =
        (create_many((2..4).map(label)), connect(Label::id.eq(1)), connect_or_create(Label::name.eq("4"), label(4)), create(label(5)));
    let team = sent.db.create(Team::draft().id(3).name("green").labels(labels)).await.unwrap();
    assert_eq!(commands(&sent), ["find labels", "find labels", "insert labels", "insert teams", "commitTransaction"]);
    let mut ids = team.label_ids;
    ids.sort_unstable();
    assert_eq!(ids, [1, 2, 3, 4, 5]);
}

#[tokio::test]
async fn keys_of_one_field_are_one_find_and_each_is_created_once() {
    let sent = world().await;
    store(&sent, "topics", doc! { "_id": 5_i64, "name": "n0", "team_ids": [] }).await;
    let names = |names: [usize; 3]| names.map(|name| Topic::name.eq(format!("n{}", name % 30)));
    for id in 1_i64..30 {
        store(&sent, "topics", doc! { "_id": 100 + id, "name": format!("n{id}"), "team_ids": [] }).await;
    }
    let teams = (0_usize..200).map(|at| {
        let id = 100 + i64::try_from(at).unwrap();
        Team::draft().id(id).name(format!("{id}")).topics(connect(names([at, at + 1, at + 2])))
    });
    assert_eq!(sent.db.create_many(teams).await.unwrap(), 200);
    assert_eq!(commands(&sent).iter().filter(|command| *command == "find topics").count(), 1);
    assert!(numbers(&sent, "teams", "topic_ids").await[2..].iter().all(|(_, ids)| ids.len() == 3));
    // Two of one key under one parent that fills their key: one is created.
    let ada = |id: i64| connect_or_create(Person::name.eq("ada"), Person::draft().id(id).name("ada"));
    sent.db.create(Team::draft().id(3).name("green").people([ada(1), ada(2)])).await.unwrap();
    assert_eq!(numbers(&sent, "people", "team_id").await, [(1, vec![3])]);
}
