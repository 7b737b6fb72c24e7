//! Whole verbs: mixed and deep, what they give back, both roads of an upsert, races and limits.

use super::world::{Label, Note, Person, Task, Team, Topic, commands, numbers, store, stored, values, world};
use crate::support::{Heard, Sent};
use bson::doc;
use chakra::{Error, Outcome, prelude::*};
use futures::future::join_all;

#[tokio::test]
async fn everything_at_once_to_a_depth_of_three() {
    let sent = world().await;
    let db = &sent.db;
    store(&sent, "people", doc! { "_id": 10_i64, "name": "ada", "version": 0_i64, "team_id": 1_i64 }).await;
    store(&sent, "people", doc! { "_id": 11_i64, "name": "bob", "version": 0_i64, "team_id": 1_i64 }).await;
    store(&sent, "tasks", doc! { "_id": 20_i64, "rank": 1, "team_id": 1_i64 }).await;
    store(&sent, "tasks", doc! { "_id": 21_i64, "rank": 1, "team_id": 2_i64 }).await;
    let team = db
        .update(Team::name.eq("red"))
        .set(Team::name, "crimson")
        .update(Team::people, Person::name.eq("ada"), |ada| {
            ada.inc(Person::age, 1).update(Person::team, Team::all(), |team| {
                team.create(Team::children, Team::draft().id(3).name("green").topics(create([Topic::draft().id(30).name("deep")])))
            })
        })
        .delete(Team::people, Person::id.eq(11))
        .update_many(Team::tasks, Task::rank.gt(0), |task| task.inc(Task::rank, 5))
        .connect_or_create(Team::topics, Topic::name.eq("deep"), Topic::draft().id(31).name("deep"))
        .await
        .unwrap();
    assert_eq!((team.name.as_str(), team.version, team.topic_ids.as_slice()), ("crimson", 1, &[30][..]));
    assert_eq!(numbers(&sent, "teams", "parent_id").await, [(1, vec![]), (2, vec![]), (3, vec![1])]);
    assert_eq!(numbers(&sent, "topics", "team_ids").await, [(30, vec![3, 1])]);
    assert_eq!(values(&sent, "people", "age").await, [(10, Some(1.into()))]);
    assert_eq!(numbers(&sent, "people", "version").await, [(10, vec![1])]);
    assert_eq!(values(&sent, "tasks", "rank").await, [(20, Some(6.into())), (21, Some(1.into()))]);
}

#[tokio::test]
async fn a_thousand_related_documents_are_one_insert() {
    let sent = world().await;
    let people = (0_i64..1_000).map(|id| Person::draft().id(id).name(format!("{id}")));
    sent.db.update(Team::id.eq(1)).create_many(Team::people, people).returning(Nothing).await.unwrap();
    assert_eq!(commands(&sent), ["find teams", "insert people", "commitTransaction"]);
    assert_eq!(sent.db.count(Person::team_id.eq(1)).await.unwrap(), 1_000);
}

#[tokio::test]
async fn what_is_given_back() {
    let sent = world().await;
    let red = || sent.db.update(Team::id.eq(1)).set(Team::name, "crimson");
    let old = red().create(Team::labels, Label::draft().id(5).name("a")).returning(Old).await.unwrap();
    assert_eq!((old.name.as_str(), old.label_ids.as_slice()), ("red", &[][..]));
    let new = red().create(Team::labels, Label::draft().id(6).name("b")).returning(New).await.unwrap();
    assert_eq!((new.name.as_str(), new.label_ids.as_slice()), ("crimson", &[5, 6][..]));
    let () = red().create(Team::labels, Label::draft().id(7).name("c")).returning(Nothing).await.unwrap();
    assert_eq!(numbers(&sent, "teams", "label_ids").await[0], (1, vec![5, 6, 7]));
    let error = sent.db.update(Team::id.eq(9)).create(Team::labels, Label::draft().id(8).name("d")).await.unwrap_err();
    assert_eq!(error.to_string(), "no `Team` with _id 9 was found");
    assert_eq!(stored(&sent, "labels").await.len(), 3);
}

#[tokio::test]
async fn nobody_elses_documents_can_be_reached() {
    let sent = world().await;
    let red = || sent.db.update(Team::id.eq(1)).set(Team::name, "crimson");
    store(&sent, "people", doc! { "_id": 10_i64, "name": "ada", "version": 0_i64, "team_id": 2_i64 }).await;
    let before = stored(&sent, "people").await;
    let found = [
        red().update(Team::people, Person::id.eq(10), |it| it.set(Person::age, 1)).await.unwrap_err(),
        red().delete(Team::people, Person::id.eq(10)).await.unwrap_err(),
        red().upsert(Team::people, Person::id.eq(10), Person::draft().id(10).name("x"), |it| it.set(Person::age, 1)).await.unwrap_err(),
        red().connect(Team::people, [Person::id.eq(10), Person::id.eq(99)]).await.unwrap_err(),
        red().replace(Team::people, Person::id.eq(99)).await.unwrap_err(),
    ];
    let texts: Vec<String> = found.iter().map(Error::to_string).collect();
    let of = |id: i64| format!("no `Person` with _id {id} was found");
    assert_eq!(texts, [of(10), of(10), of(10), of(99), of(99)]);
    assert!(found.iter().all(|error| error.outcome() == Outcome::NotApplied));
    red().update_many(Team::people, Person::all(), |it| it.set(Person::age, 1)).delete_many(Team::people, Person::all()).await.unwrap();
    red().disconnect(Team::people, Person::id.eq(10)).await.unwrap();
    assert_eq!(stored(&sent, "people").await, before);
}

#[tokio::test]
async fn a_failure_at_the_last_step_leaves_nothing() {
    let sent = world().await;
    store(&sent, "topics", doc! { "_id": 5_i64, "name": "taken", "team_ids": [] }).await;
    let error = sent
        .db
        .update(Team::id.eq(1))
        .set(Team::name, "crimson")
        .create(Team::people, Person::draft().id(10).name("ada"))
        .create(Team::topics, Topic::draft().id(6).name("taken"))
        .await
        .unwrap_err();
    assert!(error.is_unique_on(Topic::name), "{error:?}");
    assert_eq!(error.outcome(), Outcome::NotApplied);
    assert_eq!(stored(&sent, "teams").await[0], doc! { "_id": 1_i64, "name": "red", "version": 0_i64 });
    assert_eq!((stored(&sent, "people").await.len(), stored(&sent, "topics").await.len()), (0, 1));
}

#[tokio::test]
async fn an_upsert_with_nested_writes_on_both_roads() {
    let sent = world().await;
    let upsert = || {
        let draft = Team::draft().name("green").id(3).people(create([Person::draft().id(10).name("ada")]));
        sent.db.upsert(Team::name.eq("green")).create(draft).create(Team::people, Person::draft().id(11).name("bob"))
    };
    let team = upsert().await.unwrap();
    assert_eq!(commands(&sent), ["find teams", "insert teams", "insert people", "commitTransaction"]);
    assert_eq!((team.id, numbers(&sent, "people", "team_id").await), (3, vec![(10, vec![3])]));
    let team = upsert().await.unwrap();
    assert_eq!(commands(&sent), ["find teams", "insert people", "commitTransaction"]);
    assert_eq!((team.id, numbers(&sent, "people", "team_id").await), (3, vec![(10, vec![3]), (11, vec![3])]));
    let upsert =
        || sent.db.upsert(Team::name.eq("black")).create(Team::draft().id(4).name("black")).connect(Team::people, Person::id.eq(11));
    // The road that creates does not connect; the one that changes does.
    assert_eq!((upsert().await.unwrap().id, numbers(&sent, "people", "team_id").await[1].clone()), (4, (11, vec![3])));
    assert_eq!((upsert().await.unwrap().id, numbers(&sent, "people", "team_id").await[1].clone()), (4, (11, vec![4])));
    let wrong = sent.db.upsert(Team::name.eq("a")).create(Team::draft().id(5).name("b").people(connect(Person::id.eq(11))));
    assert!(matches!(wrong.await.unwrap_err(), Error::Invalid { model: "Team", .. }));
    assert_eq!(stored(&sent, "teams").await.len(), 4);
}

#[tokio::test]
async fn a_related_document_is_changed_or_created() {
    let sent = world().await;
    let red = |id: i64| {
        let draft = Person::draft().id(id).name("ada");
        sent.db.update(Team::id.eq(1)).upsert(Team::people, Person::name.eq("ada"), draft, |it| it.inc(Person::age, 1)).returning(Nothing)
    };
    red(10).await.unwrap();
    // The sum might have been refused, so that it is looked whether there is such a person.
    let created = ["find teams", "findAndModify people", "aggregate people", "find people", "insert people", "commitTransaction"];
    assert_eq!(commands(&sent), created);
    red(11).await.unwrap();
    assert_eq!(commands(&sent), ["find teams", "findAndModify people", "commitTransaction"]);
    assert_eq!(values(&sent, "people", "age").await, [(10, Some(1.into()))]);
}

#[tokio::test]
async fn eight_that_connect_or_create_the_same_make_one() {
    let sent = world().await;
    for id in 3_i64..=8 {
        store(&sent, "teams", doc! { "_id": id, "name": format!("{id}"), "version": 0_i64 }).await;
    }
    let writes = (1_i64..=8).map(|id| {
        let draft = Topic::draft().id(id).name("new");
        let write = sent.db.update(Team::id.eq(id)).connect_or_create(Team::topics, Topic::name.eq("new"), draft);
        tokio::spawn(write.into_future())
    });
    for done in join_all(writes).await {
        done.unwrap().unwrap();
    }
    let topics = numbers(&sent, "topics", "team_ids").await;
    let [(topic, teams)] = topics.as_slice() else { panic!("{topics:?}") };
    let mut teams = teams.clone();
    teams.sort_unstable();
    assert_eq!(teams, (1..=8).collect::<Vec<_>>());
    assert!(numbers(&sent, "teams", "topic_ids").await.iter().all(|(_, ids)| ids == &[*topic]));
}

#[tokio::test]
async fn lists_of_ids_have_a_limit() {
    let sent = Sent::with(|builder| builder.model::<Team>().id_list_limit(1, 2)).await;
    sent.db.sync().await.unwrap();
    let db = &sent.db;
    let label = |id: i64| Label::draft().id(id).name(format!("{id}"));
    db.create(Team::draft().id(1).name("red").labels(create([label(1), label(2)]))).await.unwrap();
    let rule = |model: &str, path: &str| {
        format!("this `{model}` is not valid: `{path}` needs at most 2 ids, the limit of a list that a relation keeps")
    };
    let error = db.update(Team::id.eq(1)).create(Team::labels, label(3)).await.unwrap_err();
    assert_eq!(error.to_string(), rule("Team", "label_ids"));
    let error = db.create(Team::draft().id(2).name("blue").labels(create([label(3), label(4), label(5)]))).await.unwrap_err();
    assert_eq!(error.to_string(), rule("Team", "label_ids"));
    assert_eq!(stored(&sent, "labels").await.len(), 2);

    // The lists of others too, wherever the link is made, and within one verb.
    db.create(Topic::draft().id(1).name("a")).await.unwrap();
    let team = |id: i64| Team::draft().id(id).name(format!("{id}")).topics(connect(Topic::id.eq(1)));
    let error = db.create_many([team(11), team(12), team(13)]).await.unwrap_err();
    assert_eq!(error.to_string(), rule("Topic", "team_ids"));
    assert_eq!(db.create_many([team(11), team(12)]).await.unwrap(), 2);
    let error = db.create(team(13)).await.unwrap_err();
    assert_eq!(error.to_string(), rule("Topic", "team_ids"));
    let error = db.update(Team::id.eq(1)).connect(Team::topics, Topic::id.eq(1)).await.unwrap_err();
    assert_eq!(error.to_string(), rule("Topic", "team_ids"));
    // What is linked already does not grow.
    db.update(Team::id.eq(11)).connect(Team::topics, Topic::id.eq(1)).await.unwrap();
    assert_eq!(numbers(&sent, "topics", "team_ids").await, [(1, vec![11, 12])]);
    // The place of one that goes is free.
    db.update(Topic::id.eq(1)).replace(Topic::teams, [Team::id.eq(11), Team::id.eq(1)]).await.unwrap();
    assert_eq!(numbers(&sent, "topics", "team_ids").await, [(1, vec![11, 1])]);
}

#[tokio::test]
async fn a_list_of_ids_that_is_long_is_told() {
    let sent = Sent::with(|builder| builder.model::<Team>().id_list_limit(3, 4)).await;
    sent.db.sync().await.unwrap();
    let db = &sent.db;
    let heard = Heard::on_this_thread();
    let mut known = 0;
    let mut told = || -> Vec<String> {
        let all = heard.events(["message", "model", "path", "length"]);
        let mut new: Vec<String> =
            all[known..].iter().map(|[message, model, path, length]| format!("{model} {path} {length}: {message}")).collect();
        known = all.len();
        // A transaction that begins anew says it again.
        new.dedup();
        new
    };
    let long = |list: &str| vec![format!("{list}: a list of ids that a relation keeps is long")];
    let label = |id: i64| Label::draft().id(id).name(format!("{id}"));
    // Of a new document, and of one that grows.
    db.create(Team::draft().id(1).name("red").labels(create([label(1), label(2)]))).await.unwrap();
    assert_eq!(told(), [""; 0]);
    db.update(Team::id.eq(1)).create(Team::labels, label(3)).await.unwrap();
    assert_eq!(told(), long("Team label_ids 3"));
    db.update(Team::id.eq(1)).set(Team::name, "crimson").await.unwrap();
    assert_eq!(told(), [""; 0], "it does not grow");
    db.create(Team::draft().id(2).name("blue").labels(create([4, 5, 6, 7].map(label)))).await.unwrap();
    assert_eq!(told(), long("Team label_ids 4"));
    // One that is too long is refused and not told.
    db.update(Team::id.eq(2)).create(Team::labels, label(8)).await.unwrap_err();
    assert_eq!(told(), [""; 0]);

    // The list of the other side, by a draft and by an update.
    store(&sent, "topics", doc! { "_id": 1_i64, "name": "a", "team_ids": [1_i64, 2_i64] }).await;
    db.create(Team::draft().id(3).name("green").topics(connect(Topic::id.eq(1)))).await.unwrap();
    assert_eq!(told(), long("Topic team_ids 3"));
    db.create(Team::draft().id(4).name("black")).await.unwrap();
    db.update(Team::id.eq(4)).connect(Team::topics, Topic::id.eq(1)).await.unwrap();
    assert_eq!(told(), long("Topic team_ids 4"));
}

#[tokio::test]
async fn in_a_transaction_of_the_callers_it_joins_that() {
    let sent = world().await;
    let error = sent
        .db
        .transaction(|tx| async move {
            tx.update(Team::id.eq(1)).create(Team::people, Person::draft().id(10).name("ada")).await?;
            tx.update(Team::id.eq(1)).connect(Team::notes, Note::id.eq(99)).await
        })
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "no `Note` with _id 99 was found");
    assert_eq!(stored(&sent, "people").await, []);
}

#[tokio::test]
async fn a_key_that_found_nothing_is_named_and_its_value_is_not_shown() {
    let sent = world().await;
    let red = || sent.db.update(Team::id.eq(1));
    let found = [
        red().connect(Team::people, Person::name.eq("eve")).await.unwrap_err(),
        red().delete(Team::people, Person::name.eq("eve")).await.unwrap_err(),
        red().update(Team::people, Person::name.eq("eve"), |it| it.inc(Person::age, 1)).await.unwrap_err(),
        sent.db.create(Team::draft().id(3).name("x").people(connect(Person::name.eq("eve")))).await.unwrap_err(),
        sent.db.update(Person::name.eq("eve")).inc(Person::age, 1).await.unwrap_err(),
        sent.db.delete(Person::name.eq("eve")).await.unwrap_err(),
        sent.db.get(Person::name.eq("eve")).await.unwrap_err(),
    ];
    for error in found {
        assert_eq!(error.to_string(), "no `Person` with this `name` was found");
        assert_eq!((error.detail().as_deref(), format!("{error:?}").contains("eve")), (Some("name: eve"), false));
    }
    let more = sent.db.update(Person::name.eq("eve") & Person::age.gt(3)).inc(Person::age, 1).await.unwrap_err();
    assert_eq!(more.to_string(), "no `Person` that matches was found");
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "depots")]
struct Depot {
    #[chakra(id)]
    id: i64,
    #[chakra(relation = OneToMany, foreign_key = depot_id)]
    crates: Related<Vec<Crate>>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "crates")]
struct Crate {
    #[chakra(id)]
    id: String,
    depot_id: Option<i64>,
    #[chakra(relation = ManyToOne, foreign_key = depot_id)]
    depot: Related<Option<Depot>>,
}

#[tokio::test]
async fn ids_that_do_not_fit_into_one_command_go_in_several() {
    let sent = Sent::with(|builder| builder.model::<Depot>()).await;
    sent.db.sync().await.unwrap();
    store(&sent, "depots", doc! { "_id": 1_i64 }).await;
    // 24 MB of ids, where a command holds 16.
    let crates: Vec<_> = (0..600).map(|at| doc! { "_id": format!("{at:040000}"), "depot_id": 1_i64 }).collect();
    for part in crates.chunks(100) {
        sent.raw.collection::<bson::Document>("crates").insert_many(part).await.unwrap();
    }
    let depot = || sent.db.update(Depot::id.eq(1)).returning(Nothing);
    let keys: Vec<_> = crates.iter().map(|it| Crate::id.eq(it.get_str("_id").unwrap().to_owned())).collect();
    depot().replace(Depot::crates, Vec::<chakra::query::UniqueFilter<Crate>>::new()).await.unwrap();
    assert_eq!(sent.db.count(Crate::depot_id.eq(1_i64)).await.unwrap(), 0);
    depot().connect(Depot::crates, keys).await.unwrap();
    assert_eq!(sent.db.count(Crate::depot_id.eq(1_i64)).await.unwrap(), 600);
    depot().delete_many(Depot::crates, Crate::all()).await.unwrap();
    assert_eq!(sent.db.count(Crate::all()).await.unwrap(), 0);
}
