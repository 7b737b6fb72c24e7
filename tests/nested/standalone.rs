//! On a server without transactions: the documented order, and what is said of a failure half-way.

use super::world::{Charter, Label, Note, Person, Team, Topic};
use crate::support::Fixture;
use bson::{Document, doc};
use chakra::{Error, Outcome, prelude::*};
use chakra_testkit::TestServer;

fn ids(document: &Document, list: &str) -> Vec<i64> {
    document.get_array(list).map(|ids| ids.iter().filter_map(bson::Bson::as_i64).collect()).unwrap_or_default()
}

#[tokio::test]
async fn the_same_writes_one_after_the_other() {
    let server = TestServer::standalone().await.unwrap();
    let fixture = Fixture::on_server(&server, |builder| builder.model::<Team>()).await;
    let db = &fixture.db;
    db.sync().await.unwrap();
    for (id, name) in [(1_i64, "red"), (2, "blue")] {
        db.create(Team::draft().id(id).name(name)).await.unwrap();
        db.create(Topic::draft().id(id).name(name)).await.unwrap();
    }
    fixture.commands();
    // The document is looked at first; `teams.topic_ids` is the authority and is written last.
    db.update(Team::id.eq(1)).connect(Team::topics, Topic::id.eq(1)).returning(Nothing).await.unwrap();
    assert_eq!(fixture.commands(), ["find", "find", "update", "update"]);
    db.update(Team::id.eq(1))
        .set(Team::name, "crimson")
        .create(Team::people, Person::draft().id(1).name("ada"))
        .returning(Nothing)
        .await
        .unwrap();
    // Around the change the team is looked at again: notes name it by its name, and follow.
    assert_eq!(fixture.commands(), ["find", "find", "findAndModify", "find", "update", "insert"]);

    // What cannot be is found before the first write.
    db.update(Team::id.eq(1)).create(Team::charter, Charter::draft().id(1)).await.unwrap();
    fixture.commands();
    let error = db.update(Team::id.eq(1)).set(Team::name, "pink").create(Team::charter, Charter::draft().id(2)).await.unwrap_err();
    assert!(matches!(error, Error::Invalid { model: "Charter", .. }), "{error:?}");
    assert_eq!((error.outcome(), fixture.commands()), (Outcome::NotApplied, vec!["find".to_owned(), "find".to_owned()]));
    let error = db.update(Team::id.eq(9)).create(Team::people, Person::draft().id(9).name("eve")).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { model: "Team", .. }), "{error:?}");
    assert_eq!(fixture.commands(), ["find"]);

    // What was written before a failure stays, and the error says so.
    let error =
        db.update(Team::id.eq(2)).set(Team::name, "navy").create(Team::people, Person::draft().id(2).name("ada")).await.unwrap_err();
    assert!(error.is_unique_on(Person::name), "{error:?}");
    assert_eq!(error.outcome(), Outcome::Applied);
    assert_eq!(db.get(Team::id.eq(2)).await.unwrap().name, "navy");
}

#[tokio::test]
async fn what_a_write_far_down_would_take_away_is_found_before_the_first_write() {
    let server = TestServer::standalone().await.unwrap();
    let fixture = Fixture::on_server(&server, |builder| builder.model::<Team>()).await;
    let db = &fixture.db;
    db.sync().await.unwrap();
    // Green is below blue, and blue below red; each has its charter, but for grey.
    for (id, name, parent) in [(1_i64, "red", None), (2, "blue", Some(1_i64)), (3, "green", Some(2)), (4, "grey", Some(1))] {
        let mut team = doc! { "_id": id, "name": name, "version": 0_i64 };
        team.extend(parent.map(|parent| ("parent_id".to_owned(), parent.into())));
        fixture.store("teams", team).await;
    }
    for id in [1_i64, 2, 3] {
        fixture.store("charters", doc! { "_id": id, "pages": 0, "team_id": id }).await;
    }
    let ada = doc! { "_id": 1_i64, "name": "ada", "age": 36, "version": 0_i64, "seen_at": bson::DateTime::now(), "team_id": 2_i64 };
    fixture.store("people", ada).await;
    let all = async || (fixture.stored("teams").await, fixture.stored("charters").await, fixture.stored("people").await);
    let before = all().await;
    fixture.commands();

    let charter = |id: i64| Charter::draft().id(id);
    let red = || db.update(Team::id.eq(1)).set(Team::name, "pink");
    let blue = || Team::draft().id(2).name("blue");
    let mut refused = Vec::new();
    // The related one does not match, so that another would be created in its place.
    let error = red().upsert(Team::charter, Charter::pages.eq(99), charter(9), |it| it.set(Charter::pages, 1)).await.unwrap_err();
    refused.push((error, fixture.commands()));
    let error = red().update(Team::children, Team::id.eq(2), |team| team.create(Team::charter, charter(9))).await.unwrap_err();
    refused.push((error, fixture.commands()));
    let upsert = red().upsert(Team::children, Team::id.eq(2), blue(), |team| {
        team.upsert(Team::charter, Charter::pages.eq(99), charter(9), |it| it.set(Charter::pages, 1))
    });
    refused.push((upsert.await.unwrap_err(), fixture.commands()));
    let deep = red().update(Team::children, Team::id.eq(2), |team| {
        let team = team.set(Team::name, "navy");
        team.update(Team::children, Team::id.eq(3), |team| team.create(Team::charter, charter(9)))
    });
    refused.push((deep.await.unwrap_err(), fixture.commands()));
    // By a key of the document itself, and behind a write that is none of theirs.
    let ada = db.update(Person::id.eq(1)).set(Person::age, 5);
    let error = ada.update(Person::team, Team::all(), |team| team.create(Team::charter, charter(9))).await.unwrap_err();
    refused.push((error, fixture.commands()));
    let error = red()
        .create(Team::people, Person::draft().id(2).name("bob"))
        .update(Team::children, Team::id.eq(2), |team| team.connect(Team::charter, Charter::id.eq(3)))
        .await
        .unwrap_err();
    refused.push((error, fixture.commands()));
    for ((error, sent), finds) in refused.into_iter().zip([3, 3, 4, 4, 3, 4]) {
        let rule = "`team_id` needs a document that it refers to: delete what is to be disconnected, or connect it elsewhere";
        assert_eq!((error.to_string(), error.outcome()), (format!("this `Charter` is not valid: {rule}"), Outcome::NotApplied));
        assert_eq!(sent, vec!["find".to_owned(); finds]);
    }
    assert_eq!(all().await, before);

    // Nothing is lost where the related one matches, where there is none, and where an earlier write has made room.
    let at = async || {
        let charters = fixture.stored("charters").await;
        charters.iter().map(|charter| (charter.get_i64("_id").unwrap(), charter.get_i64("team_id").unwrap())).collect::<Vec<_>>()
    };
    red().upsert(Team::charter, Charter::pages.eq(0), charter(9), |it| it.set(Charter::pages, 1)).await.unwrap();
    assert_eq!(fixture.stored("charters").await[0].get_i32("pages").unwrap(), 1);
    red()
        .update(Team::children, Team::id.eq(4), |team| team.connect(Team::charter, Charter::id.eq(2)))
        .update(Team::children, Team::id.eq(2), |team| {
            team.upsert(Team::charter, Charter::all(), charter(5), |it| it.set(Charter::pages, 1))
        })
        .await
        .unwrap();
    assert_eq!(at().await, [(1, 1), (2, 4), (3, 3), (5, 2)]);
    red()
        .update(Team::charter, Charter::all(), |it| it.set(Charter::pages, 7))
        .upsert(Team::charter, Charter::pages.eq(7), charter(9), |it| it.set(Charter::pages, 8))
        .await
        .unwrap();
    assert_eq!(fixture.stored("charters").await[0].get_i32("pages").unwrap(), 8);
    red().delete(Team::charter, Charter::all()).create(Team::charter, charter(6)).await.unwrap();
    assert_eq!(at().await, [(2, 4), (3, 3), (5, 2), (6, 1)]);
}

#[tokio::test]
async fn a_link_that_is_cut_off_exists_as_the_authority_says() {
    let server = TestServer::standalone().await.unwrap();
    let fixture = Fixture::on_server(&server, |builder| builder.model::<Team>()).await;
    let db = &fixture.db;
    db.sync().await.unwrap();
    db.create(Team::draft().id(1).name("red")).await.unwrap();
    for id in [1_i64, 2] {
        db.create(Topic::draft().id(id).name(format!("{id}"))).await.unwrap();
    }
    // The second `update` of the verb fails.
    let fail = async |mode: bson::Bson| {
        let data = doc! { "failCommands": ["update"], "errorCode": 8, "appName": "chakra" };
        let command = doc! { "configureFailPoint": "failCommand", "mode": mode, "data": data };
        fixture.raw.client().database("admin").run_command(command).await.unwrap();
    };
    fail(doc! { "skip": 1 }.into()).await;
    let error = db.update(Team::id.eq(1)).connect(Team::topics, Topic::id.eq(1)).await.unwrap_err();
    fail("off".into()).await;
    assert_ne!(error.outcome(), Outcome::NotApplied, "{error:?}");
    assert_eq!(ids(&fixture.stored("topics").await[0], "team_ids"), [1], "the other side came first");
    assert_eq!(ids(&fixture.stored("teams").await[0], "topic_ids"), Vec::<i64>::new(), "there is no link");
    // The same call again makes it whole.
    db.update(Team::id.eq(1)).connect(Team::topics, [Topic::id.eq(1), Topic::id.eq(2)]).await.unwrap();
    assert_eq!(ids(&fixture.stored("topics").await[0], "team_ids"), [1]);
    assert_eq!(ids(&fixture.stored("teams").await[0], "topic_ids"), [1, 2]);

    fail(doc! { "skip": 1 }.into()).await;
    db.update(Team::id.eq(1)).disconnect(Team::topics, Topic::id.eq(1)).await.unwrap_err();
    fail("off".into()).await;
    assert_eq!(ids(&fixture.stored("teams").await[0], "topic_ids"), [2], "the authority came first");
    assert_eq!(ids(&fixture.stored("topics").await[0], "team_ids"), [1]);
    db.update(Team::id.eq(1)).disconnect(Team::topics, Topic::id.eq(1)).await.unwrap();
    assert_eq!(ids(&fixture.stored("topics").await[0], "team_ids"), Vec::<i64>::new());
}

#[tokio::test]
async fn a_replace_completes_and_takes_back_what_was_left_half_way() {
    let server = TestServer::standalone().await.unwrap();
    let fixture = Fixture::on_server(&server, |builder| builder.model::<Team>()).await;
    let db = &fixture.db;
    // `teams.topic_ids` is the authority. It lacks the first topic, which has the team, and has the second, which lacks it; of the third both
    // know.
    let put = async || {
        for collection in ["teams", "topics"] {
            fixture.raw.collection::<Document>(collection).delete_many(doc! {}).await.unwrap();
        }
        fixture.store("teams", doc! { "_id": 1_i64, "name": "red", "version": 0_i64, "topic_ids": [2_i64, 3_i64] }).await;
        for (id, teams) in [(1_i64, vec![1_i64]), (2, vec![]), (3, vec![1])] {
            fixture.store("topics", doc! { "_id": id, "name": format!("{id}"), "team_ids": teams }).await;
        }
        fixture.commands();
    };
    let both = async || {
        let teams = ids(&fixture.stored("teams").await[0], "topic_ids");
        let topics: Vec<Vec<i64>> = fixture.stored("topics").await.iter().map(|topic| ids(topic, "team_ids")).collect();
        (teams, topics)
    };
    // From the side of the authority, and from the other: exactly these, on both sides.
    put().await;
    db.update(Team::id.eq(1)).replace(Team::topics, [Topic::id.eq(1), Topic::id.eq(3)]).returning(Nothing).await.unwrap();
    assert_eq!(fixture.commands(), ["find", "find", "find", "update", "update", "update", "update"]);
    assert_eq!(both().await, (vec![3, 1], vec![vec![1], vec![], vec![1]]));
    put().await;
    db.update(Team::id.eq(1)).replace(Team::topics, Topic::id.eq(2)).returning(Nothing).await.unwrap();
    assert_eq!(both().await, (vec![2], vec![vec![], vec![1], vec![]]));

    put().await;
    db.update(Topic::id.eq(1)).replace(Topic::teams, Team::id.eq(1)).returning(Nothing).await.unwrap();
    assert_eq!(both().await, (vec![2, 3, 1], vec![vec![1], vec![], vec![1]]));
    db.update(Topic::id.eq(2)).replace(Topic::teams, Vec::<chakra::query::UniqueFilter<Team>>::new()).returning(Nothing).await.unwrap();
    assert_eq!(both().await, (vec![3, 1], vec![vec![1], vec![], vec![1]]));

    // By a key that is no id, of which the document's own list knows nothing.
    put().await;
    db.update(Topic::id.eq(2)).disconnect(Topic::teams, Team::name.eq("red")).returning(Nothing).await.unwrap();
    assert_eq!(both().await, (vec![3], vec![vec![1], vec![], vec![1]]));
}

#[tokio::test]
async fn what_a_merged_update_wrote_before_it_failed_is_not_denied() {
    let server = TestServer::standalone().await.unwrap();
    let fixture = Fixture::on_server(&server, |builder| builder.model::<Team>()).await;
    let db = &fixture.db;
    db.sync().await.unwrap();
    for (id, name) in [(1_i64, "one"), (2, "two")] {
        db.create(Topic::draft().id(id).name(name)).await.unwrap();
    }
    let refuse = |name: &str| doc! { "collMod": "topics", "validator": { "name": { "$ne": name } }, "validationLevel": "strict" };
    fixture.raw.run_command(refuse("two")).await.unwrap();
    fixture.commands();
    // The topics come before the teams, whose lists are the authority: one `update` with a statement for each team, the plan's first write.
    let team = |id: i64, name: &str| Team::draft().id(id).name(name).topics(connect([Topic::id.eq(1), Topic::id.eq(2)]));
    let error = db.create_many([team(11, "a"), team(12, "b")]).await.unwrap_err();
    assert!(matches!(error, Error::Invalid { model: "Topic", .. }), "{error:?}");
    assert_eq!((error.outcome(), error.is_retryable()), (Outcome::Unknown, false));
    assert_eq!(fixture.commands(), ["find", "update"]);
    let topics: Vec<Vec<i64>> = fixture.stored("topics").await.iter().map(|topic| ids(topic, "team_ids")).collect();
    assert_eq!(topics, [vec![11], vec![]], "the first topic is written");
    assert_eq!(fixture.stored("teams").await, Vec::<Document>::new());
    // One statement alone says the same.
    let error = db.create(team(13, "c")).await.unwrap_err();
    assert_eq!((error.outcome(), fixture.commands()), (Outcome::Unknown, vec!["find".to_owned(), "update".to_owned()]));
}

#[tokio::test]
async fn what_is_missing_deeper_down_is_found_before_the_first_write_unless_something_is_shared() {
    let server = TestServer::standalone().await.unwrap();
    let fixture = Fixture::on_server(&server, |builder| builder.model::<Team>()).await;
    let db = &fixture.db;
    db.sync().await.unwrap();
    fixture.commands();
    let label = || connect_or_create(Label::name.eq("new"), Label::draft().id(1).name("new"));
    let team = |id: i64, parent: i64| {
        let name = format!("{parent}");
        let draft = Team::draft().id(parent).name(name.as_str()).labels(connect(Label::id.eq(99)));
        Team::draft().id(id).name(format!("{id}")).labels(label()).parent(connect_or_create(Team::name.eq(name.as_str()), draft))
    };
    let error = db.create(team(1, 10)).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { model: "Label", .. }), "{error:?}");
    assert_eq!((error.outcome(), fixture.commands()), (Outcome::NotApplied, vec!["find".to_owned(); 3]));
    assert_eq!(fixture.stored("labels").await, Vec::<Document>::new());

    // Two name the label, which is created before the next level is looked at.
    let error = db.create_many([team(1, 10), team(2, 20)]).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Applied, "{error:?}");
    assert_eq!(fixture.commands(), ["find", "find", "insert", "find"]);
    assert_eq!(fixture.stored("labels").await, [doc! { "_id": 1_i64, "name": "new" }]);
    assert_eq!(fixture.stored("teams").await, Vec::<Document>::new());
}

#[tokio::test]
async fn what_a_failed_command_wrote_is_not_written_again() {
    let server = TestServer::standalone().await.unwrap();
    let fixture = Fixture::on_server(&server, |builder| builder.model::<Team>()).await;
    let db = &fixture.db;
    db.sync().await.unwrap();
    db.create(Team::draft().id(1).name("red")).await.unwrap();
    db.create(Topic::draft().id(1).name("taken")).await.unwrap();
    fixture.commands();
    // The first command of the verb fails after one of its documents. The key is one that is looked for, so that a race would be tried again.
    let either = connect_or_create(Topic::name.eq("new"), Topic::draft().id(2).name("new"));
    let clash = [Topic::draft().id(3).name("third"), Topic::draft().id(4).name("taken")];
    let draft = Team::draft().id(2).name("blue").topics((either, create(clash)));
    let error = db.create(draft).await.unwrap_err();
    assert!(error.is_unique_on(Topic::name), "{error:?}");
    assert_eq!((error.outcome(), fixture.commands()), (Outcome::Applied, vec!["find".to_owned(), "insert".to_owned()]));
    let ids: Vec<i64> = fixture.stored("topics").await.iter().map(|topic| topic.get_i64("_id").unwrap()).collect();
    assert_eq!(ids, [1, 3]);

    // A deletion that fails after it has taken children out.
    for id in [5_i64, 6] {
        db.create(Person::draft().id(id).name(format!("{id}")).team_id(1_i64)).await.unwrap();
    }
    let data = doc! { "failCommands": ["delete"], "errorCode": 13, "appName": "chakra" };
    let command = |mode: bson::Bson| doc! { "configureFailPoint": "failCommand", "mode": mode, "data": data.clone() };
    fixture.raw.client().database("admin").run_command(command("alwaysOn".into())).await.unwrap();
    let error = db.delete(Team::id.eq(1)).await.unwrap_err();
    fixture.raw.client().database("admin").run_command(doc! { "configureFailPoint": "failCommand", "mode": "off" }).await.unwrap();
    assert_eq!(error.outcome(), Outcome::Applied, "{error:?}");
    assert!(fixture.stored("people").await.iter().all(|person| !person.contains_key("team_id")), "their keys are taken out");

    // A key that was to follow and could not: the change itself stays.
    db.create(Note::draft().id(1).team(connect(Team::id.eq(1)))).await.unwrap();
    let data = doc! { "failCommands": ["update"], "errorCode": 13, "appName": "chakra" };
    let command = doc! { "configureFailPoint": "failCommand", "mode": "alwaysOn", "data": data };
    fixture.raw.client().database("admin").run_command(command).await.unwrap();
    let error = db.update(Team::id.eq(1)).set(Team::name, "pink").await.unwrap_err();
    fixture.raw.client().database("admin").run_command(doc! { "configureFailPoint": "failCommand", "mode": "off" }).await.unwrap();
    assert_eq!(error.outcome(), Outcome::Applied, "{error:?}");
    assert_eq!(db.get(Team::id.eq(1)).await.unwrap().name, "pink");
}
