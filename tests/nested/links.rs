//! What links become, for each kind: the raw keys and lists afterwards, and the commands that were sent.

use super::world::{Badge, Charter, Event, Label, Note, Person, Task, Team, Topic, commands, numbers, store, stored, values, world};
use crate::support::Sent;
use bson::{Document, doc};
use chakra::{Error, prelude::*};

#[tokio::test]
async fn a_key_there() {
    let sent = world().await;
    let (db, red) = (&sent.db, || sent.db.update(Team::id.eq(1)));
    red().create(Team::people, Person::draft().id(10).name("ada")).returning(Nothing).await.unwrap();
    assert_eq!(commands(&sent), ["find teams", "insert people", "commitTransaction"]);
    red().create_many(Team::people, [11_i64, 12].into_iter().map(|id| Person::draft().id(id).name(format!("{id}")))).await.unwrap();
    assert_eq!(commands(&sent), ["find teams", "insert people", "commitTransaction"]);
    assert_eq!(numbers(&sent, "people", "team_id").await, [(10, vec![1]), (11, vec![1]), (12, vec![1])]);

    // To another team, by an id and by another key: one find each, one update.
    let blue = || db.update(Team::id.eq(2));
    blue().connect(Team::people, [Person::id.eq(10), Person::name.eq("11")]).returning(Nothing).await.unwrap();
    assert_eq!(commands(&sent), ["find teams", "find people", "find people", "update people", "commitTransaction"]);
    assert_eq!(numbers(&sent, "people", "team_id").await, [(10, vec![2]), (11, vec![2]), (12, vec![1])]);
    // What is moved is written, and its version with it.
    assert_eq!(numbers(&sent, "people", "version").await, [(10, vec![1]), (11, vec![1]), (12, vec![0])]);

    let either = |id: i64| red().connect_or_create(Team::people, Person::name.eq("11"), Person::draft().id(id).name("11"));
    either(99).returning(Nothing).await.unwrap();
    assert_eq!(commands(&sent), ["find teams", "find people", "update people", "commitTransaction"]);
    red().connect_or_create(Team::people, Person::name.eq("13"), Person::draft().id(13).name("13")).returning(Nothing).await.unwrap();
    assert_eq!(commands(&sent), ["find teams", "find people", "insert people", "commitTransaction"]);
    assert_eq!(numbers(&sent, "people", "team_id").await, [(10, vec![2]), (11, vec![1]), (12, vec![1]), (13, vec![1])]);

    // Of what is not connected nothing is taken away.
    red().disconnect(Team::people, [Person::id.eq(10), Person::id.eq(11)]).returning(Nothing).await.unwrap();
    assert_eq!(commands(&sent), ["find teams", "update people", "commitTransaction"]);
    assert_eq!(values(&sent, "people", "team_id").await[1], (11, None));

    red().replace(Team::people, [Person::id.eq(10), Person::id.eq(12)]).returning(Nothing).await.unwrap();
    assert_eq!(commands(&sent), ["find teams", "find people", "find people", "update people", "update people", "commitTransaction"]);
    assert_eq!(numbers(&sent, "people", "team_id").await, [(10, vec![1]), (11, vec![]), (12, vec![1]), (13, vec![])]);
    // Only the difference is written.
    red().replace(Team::people, [Person::id.eq(10), Person::id.eq(12)]).returning(Nothing).await.unwrap();
    assert_eq!(commands(&sent), ["find teams", "find people", "find people", "commitTransaction"]);
    red().replace(Team::people, Vec::<chakra::query::UniqueFilter<Person>>::new()).returning(Nothing).await.unwrap();
    assert_eq!(numbers(&sent, "people", "team_id").await, [(10, vec![]), (11, vec![]), (12, vec![]), (13, vec![])]);
}

#[tokio::test]
async fn a_key_here() {
    let sent = world().await;
    let db = &sent.db;
    store(&sent, "people", doc! { "_id": 10_i64, "name": "ada", "version": 0_i64 }).await;
    let ada = || db.update(Person::id.eq(10));
    // The key and the other changes are one command.
    let person = ada().set(Person::age, 36).connect(Person::team, Team::id.eq(1)).await.unwrap();
    assert_eq!(commands(&sent), ["find teams", "findAndModify people", "commitTransaction"]);
    assert_eq!((person.team_id, person.age, person.version), (Some(1), 36, 1));

    let person = ada().create(Person::team, Team::draft().id(3).name("green")).await.unwrap();
    assert_eq!(commands(&sent), ["insert teams", "findAndModify people", "commitTransaction"]);
    assert_eq!(person.team_id, Some(3));

    let green = || ada().connect_or_create(Person::team, Team::name.eq("black"), Team::draft().id(4).name("black"));
    assert_eq!(green().await.unwrap().team_id, Some(4));
    assert_eq!(commands(&sent), ["find teams", "insert teams", "findAndModify people", "commitTransaction"]);
    assert_eq!(green().await.unwrap().team_id, Some(4));
    assert_eq!(commands(&sent), ["find teams", "findAndModify people", "commitTransaction"]);

    ada().update(Person::team, Team::all(), |team| team.set(Team::name, "grey")).await.unwrap();
    // Notes name the team by what is changed: their keys follow.
    let follows = ["find people", "find teams", "findAndModify teams", "find teams", "update notes", "commitTransaction"];
    assert_eq!(commands(&sent), follows);
    // A filter that the related document does not match leaves it connected.
    assert_eq!(ada().disconnect(Person::team, Team::name.eq("black")).await.unwrap().team_id, Some(4));
    assert_eq!(commands(&sent), ["find people", "find teams", "commitTransaction"]);
    assert_eq!(ada().disconnect(Person::team, Team::all()).await.unwrap().team_id, None);
    assert_eq!(commands(&sent), ["findAndModify people", "commitTransaction"]);
    assert!(!stored(&sent, "people").await[0].contains_key("team_id"));

    // There is none: it is created.
    let upsert = || ada().upsert(Person::team, Team::all(), Team::draft().id(5).name("pink"), |team| team.set(Team::name, "rose"));
    assert_eq!(upsert().await.unwrap().team_id, Some(5));
    assert_eq!(upsert().await.unwrap().team_id, Some(5));
    assert_eq!(db.get(Team::id.eq(5)).await.unwrap().name, "rose");

    assert_eq!(ada().delete(Person::team, Team::all()).await.unwrap().team_id, None);
    assert_eq!(db.find_unique(Team::id.eq(5)).await.unwrap().map(|team| team.id), None);
    // Nobody is there any more.
    let error = ada().delete(Person::team, Team::all()).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { model: "Team", .. }), "{error:?}");
    let error = ada().update(Person::team, Team::all(), |team| team.set(Team::name, "x")).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { model: "Team", .. }), "{error:?}");
}

#[tokio::test]
async fn a_list_here() {
    let sent = world().await;
    let red = || sent.db.update(Team::id.eq(1));
    for id in [5_i64, 6] {
        store(&sent, "labels", doc! { "_id": id, "name": format!("l{id}") }).await;
    }
    red().connect(Team::labels, [Label::id.eq(5), Label::id.eq(5)]).returning(Nothing).await.unwrap();
    assert_eq!(commands(&sent), ["find teams", "find labels", "update teams", "commitTransaction"]);
    // It is there already.
    red().connect(Team::labels, Label::id.eq(5)).returning(Nothing).await.unwrap();
    assert_eq!(commands(&sent), ["find teams", "find labels", "commitTransaction"]);
    let team = red().create(Team::labels, Label::draft().id(7).name("l7")).connect(Team::labels, Label::name.eq("l6")).await.unwrap();
    assert_eq!(commands(&sent), ["find teams", "find labels", "insert labels", "update teams", "find teams", "commitTransaction"]);
    assert_eq!((team.label_ids.as_slice(), team.version), (&[5, 6, 7][..], 2), "each write of a list on one side raises the version");

    red().disconnect(Team::labels, [Label::id.eq(5), Label::id.eq(99)]).returning(Nothing).await.unwrap();
    assert_eq!(commands(&sent), ["find teams", "update teams", "commitTransaction"]);
    red().disconnect(Team::labels, Label::name.eq("l6")).returning(Nothing).await.unwrap();
    assert_eq!(commands(&sent), ["find teams", "find labels", "update teams", "commitTransaction"]);
    assert_eq!(numbers(&sent, "teams", "label_ids").await[0], (1, vec![7]));
    red().replace(Team::labels, [Label::id.eq(5), Label::id.eq(7)]).returning(Nothing).await.unwrap();
    assert_eq!(commands(&sent), ["find teams", "find labels", "update teams", "commitTransaction"]);
    assert_eq!(numbers(&sent, "teams", "label_ids").await[0], (1, vec![7, 5]));
    red().replace(Team::labels, Label::id.eq(6)).returning(Nothing).await.unwrap();
    assert_eq!(commands(&sent), ["find teams", "find labels", "update teams", "update teams", "commitTransaction"]);
    assert_eq!(numbers(&sent, "teams", "label_ids").await[0], (1, vec![6]));

    // Related are those in the list and no others.
    red().update(Team::labels, Label::id.eq(6), |label| label.set(Label::name, "six")).returning(Nothing).await.unwrap();
    assert_eq!(commands(&sent), ["find teams", "findAndModify labels", "commitTransaction"]);
    let error = red().update(Team::labels, Label::id.eq(5), |label| label.set(Label::name, "five")).await.unwrap_err();
    assert_eq!(error.to_string(), "no `Label` with _id 5 was found");
    red().update_many(Team::labels, Label::all(), |label| label.set(Label::name, "all")).returning(Nothing).await.unwrap();
    let names = stored(&sent, "labels").await.iter().map(|label| label.get_str("name").unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(names, ["l5", "all", "l7"]);
    red().delete_many(Team::labels, Label::all()).returning(Nothing).await.unwrap();
    assert_eq!(numbers(&sent, "labels", "_id").await, [(5, vec![5]), (7, vec![7])]);
    assert_eq!(numbers(&sent, "teams", "label_ids").await[0], (1, vec![]));
}

#[tokio::test]
async fn a_list_there() {
    let sent = world().await;
    let red = || sent.db.update(Team::id.eq(1));
    store(&sent, "events", doc! { "_id": 5_i64, "team_ids": [2_i64] }).await;
    red()
        .connect(Team::events, Event::id.eq(5))
        .create(Team::events, Event::draft().id(6).team_ids(vec![2_i64]))
        .returning(Nothing)
        .await
        .unwrap();
    assert_eq!(commands(&sent), ["find teams", "find events", "insert events", "update events", "commitTransaction"]);
    assert_eq!(numbers(&sent, "events", "team_ids").await, [(5, vec![2, 1]), (6, vec![2, 1])]);
    // Once is enough.
    red().connect(Team::events, Event::id.eq(5)).returning(Nothing).await.unwrap();
    assert_eq!(numbers(&sent, "events", "team_ids").await[0], (5, vec![2, 1]));
    commands(&sent);
    red().disconnect(Team::events, Event::id.eq(5)).returning(Nothing).await.unwrap();
    assert_eq!(commands(&sent), ["find teams", "update events", "commitTransaction"]);
    assert_eq!(numbers(&sent, "events", "team_ids").await, [(5, vec![2]), (6, vec![2, 1])]);
    red().replace(Team::events, Event::id.eq(5)).returning(Nothing).await.unwrap();
    assert_eq!(commands(&sent), ["find teams", "find events", "find events", "update events", "update events", "commitTransaction"]);
    assert_eq!(numbers(&sent, "events", "team_ids").await, [(5, vec![2, 1]), (6, vec![2])]);
    let error = red().delete(Team::events, Event::id.eq(6)).await.unwrap_err();
    assert_eq!(error.to_string(), "no `Event` with _id 6 was found");
    red().delete(Team::events, Event::id.eq(5)).returning(Nothing).await.unwrap();
    assert_eq!(numbers(&sent, "events", "team_ids").await, [(6, vec![2])]);
}

#[tokio::test]
async fn lists_on_both_sides() {
    let sent = world().await;
    let red = || sent.db.update(Team::id.eq(1));
    for id in [5_i64, 6] {
        store(&sent, "topics", doc! { "_id": id, "name": format!("t{id}"), "team_ids": [] }).await;
    }
    let both = || async { (numbers(&sent, "teams", "topic_ids").await, numbers(&sent, "topics", "team_ids").await) };
    // `teams.topic_ids` is the authority: it is written last when a link is made, first when it is taken away.
    red().connect(Team::topics, [Topic::id.eq(5), Topic::id.eq(6)]).returning(Nothing).await.unwrap();
    assert_eq!(commands(&sent), ["find teams", "find topics", "update topics", "update teams", "commitTransaction"]);
    assert_eq!(both().await, (vec![(1, vec![5, 6]), (2, vec![])], vec![(5, vec![1]), (6, vec![1])]));
    // From the other side.
    let topic = sent.db.update(Topic::id.eq(6)).connect(Topic::teams, [Team::id.eq(2), Team::id.eq(1)]).await.unwrap();
    assert_eq!(commands(&sent), ["find topics", "find teams", "update topics", "update teams", "find topics", "commitTransaction"]);
    assert_eq!(topic.team_ids, [1, 2]);
    assert_eq!(both().await, (vec![(1, vec![5, 6]), (2, vec![6])], vec![(5, vec![1]), (6, vec![1, 2])]));

    red().disconnect(Team::topics, Topic::id.eq(5)).returning(Nothing).await.unwrap();
    let sent_now = sent.commands();
    assert_eq!(sent_now[1].get_str("update").unwrap(), "teams", "the authority first");
    assert_eq!(sent_now[2].get_str("update").unwrap(), "topics");
    assert_eq!(both().await, (vec![(1, vec![6]), (2, vec![6])], vec![(5, vec![]), (6, vec![1, 2])]));

    red()
        .replace(Team::topics, [Topic::name.eq("t5")])
        .create(Team::topics, Topic::draft().id(7).name("t7"))
        .returning(Nothing)
        .await
        .unwrap();
    assert_eq!(both().await, (vec![(1, vec![5, 7]), (2, vec![6])], vec![(5, vec![1]), (6, vec![2]), (7, vec![1])]));

    // One that is deleted leaves both lists.
    red().delete(Team::topics, Topic::name.eq("t7")).returning(Nothing).await.unwrap();
    assert_eq!(both().await, (vec![(1, vec![5]), (2, vec![6])], vec![(5, vec![1]), (6, vec![2])]));
    let error = red().delete(Team::topics, [Topic::id.eq(5), Topic::id.eq(6)]).await.unwrap_err();
    assert_eq!(error.to_string(), "no `Topic` with _id 6 was found");
    assert_eq!(both().await, (vec![(1, vec![5]), (2, vec![6])], vec![(5, vec![1]), (6, vec![2])]));
}

#[tokio::test]
async fn one_to_one_with_the_key_there() {
    let sent = world().await;
    let red = || sent.db.update(Team::id.eq(1));
    red().create(Team::badge, Badge::draft().id(5)).returning(Nothing).await.unwrap();
    assert_eq!(commands(&sent), ["find teams", "find badges", "insert badges", "commitTransaction"]);
    // The next one takes its place.
    red().create(Team::badge, Badge::draft().id(6)).returning(Nothing).await.unwrap();
    assert_eq!(commands(&sent), ["find teams", "find badges", "update badges", "insert badges", "commitTransaction"]);
    assert_eq!(numbers(&sent, "badges", "team_id").await, [(5, vec![]), (6, vec![1])]);
    red().connect(Team::badge, Badge::id.eq(5)).returning(Nothing).await.unwrap();
    assert_eq!(commands(&sent), ["find teams", "find badges", "find badges", "update badges", "update badges", "commitTransaction"]);
    assert_eq!(numbers(&sent, "badges", "team_id").await, [(5, vec![1]), (6, vec![])]);
    // It stands there already.
    red().connect(Team::badge, Badge::id.eq(5)).returning(Nothing).await.unwrap();
    assert_eq!(numbers(&sent, "badges", "team_id").await, [(5, vec![1]), (6, vec![])]);
    red().disconnect(Team::badge, Badge::id.eq(6)).returning(Nothing).await.unwrap();
    assert_eq!(numbers(&sent, "badges", "team_id").await[0], (5, vec![1]), "another one than the filter means");
    red().disconnect(Team::badge, Badge::all()).returning(Nothing).await.unwrap();
    assert_eq!(numbers(&sent, "badges", "team_id").await, [(5, vec![]), (6, vec![])]);

    // A charter cannot be without its team.
    let charter = |id: i64| red().set(Team::name, "pink").create(Team::charter, Charter::draft().id(id));
    charter(5).await.unwrap();
    let error = charter(6).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "this `Charter` is not valid: `team_id` needs a document that it refers to: delete what is to be disconnected, or connect it elsewhere"
    );
    assert_eq!(numbers(&sent, "charters", "team_id").await, [(5, vec![1])]);
    let other =
        || sent.db.update(Team::id.eq(2)).upsert(Team::charter, Charter::all(), Charter::draft().id(7), |it| it.inc(Charter::pages, 1));
    other().await.unwrap();
    other().await.unwrap();
    let pages = values(&sent, "charters", "pages").await;
    assert_eq!(pages, [(5, Some(0.into())), (7, Some(1.into()))]);
}

#[tokio::test]
async fn one_to_one_with_the_key_here() {
    let sent = world().await;
    store(&sent, "badges", doc! { "_id": 5_i64 }).await;
    store(&sent, "badges", doc! { "_id": 6_i64 }).await;
    let badge = |id: i64| sent.db.update(Badge::id.eq(id));
    assert_eq!(badge(5).connect(Badge::team, Team::name.eq("red")).await.unwrap().team_id, Some(1));
    assert_eq!(commands(&sent), ["find teams", "findAndModify badges", "commitTransaction"]);
    // The key is unique: nobody is pushed away from this side.
    let error = badge(6).connect(Badge::team, Team::id.eq(1)).await.unwrap_err();
    assert!(error.is_unique_on(Badge::team_id), "{error:?}");
    assert_eq!(badge(5).disconnect(Badge::team, Team::all()).await.unwrap().team_id, None);
}

#[tokio::test]
async fn keys_that_name_another_field_than_the_id() {
    let sent = world().await;
    let red = || sent.db.update(Team::id.eq(1));
    store(&sent, "notes", doc! { "_id": 5_i64 }).await;
    red().connect(Team::notes, Note::id.eq(5)).create(Team::notes, Note::draft().id(6)).returning(Nothing).await.unwrap();
    assert_eq!(values(&sent, "notes", "team_name").await, [(5, Some("red".into())), (6, Some("red".into()))]);
    let note = sent.db.update(Note::id.eq(6)).connect(Note::team, Team::id.eq(2)).await.unwrap();
    assert_eq!(note.team_name.as_deref(), Some("blue"));
    let note = sent.db.update(Note::id.eq(6)).create(Note::team, Team::draft().id(3).name("green")).await.unwrap();
    assert_eq!(note.team_name.as_deref(), Some("green"));
    red().disconnect(Team::notes, [Note::id.eq(5), Note::id.eq(6)]).returning(Nothing).await.unwrap();
    assert_eq!(values(&sent, "notes", "team_name").await, [(5, None), (6, Some("green".into()))]);
    // The key is taken from the document as its own changes leave it.
    red().set(Team::name, "crimson").connect(Team::notes, Note::id.eq(5)).returning(Nothing).await.unwrap();
    assert_eq!(values(&sent, "notes", "team_name").await[0], (5, Some("crimson".into())));
}

#[tokio::test]
async fn a_model_that_is_related_to_itself() {
    let sent = world().await;
    let red = || sent.db.update(Team::id.eq(1));
    // The document may be among those that are written, so it is read again.
    let team = red().create(Team::children, Team::draft().id(3).name("green")).connect(Team::children, Team::id.eq(2)).await.unwrap();
    assert_eq!(commands(&sent), ["find teams", "find teams", "update teams", "insert teams", "find teams", "commitTransaction"]);
    assert_eq!(team.id, 1);
    assert_eq!(numbers(&sent, "teams", "parent_id").await, [(1, vec![]), (2, vec![1]), (3, vec![1])]);
    let team = red().connect(Team::children, Team::id.eq(1)).await.unwrap();
    assert_eq!((team.parent_id, team.version), (Some(1), 1));
    let team = sent.db.update(Team::id.eq(3)).connect(Team::parent, Team::id.eq(2)).await.unwrap();
    assert_eq!(team.parent_id, Some(2));
}

#[tokio::test]
async fn a_required_key_there() {
    let sent = world().await;
    let red = || sent.db.update(Team::id.eq(1));
    red().create(Team::tasks, [Task::draft().id(5), Task::draft().id(6)]).returning(Nothing).await.unwrap();
    sent.db.update(Team::id.eq(2)).connect(Team::tasks, Task::id.eq(6)).returning(Nothing).await.unwrap();
    assert_eq!(numbers(&sent, "tasks", "team_id").await, [(5, vec![1]), (6, vec![2])]);
    // Nobody goes.
    red().replace(Team::tasks, [Task::id.eq(5), Task::id.eq(6)]).returning(Nothing).await.unwrap();
    commands(&sent);
    let error = red().replace(Team::tasks, Task::id.eq(5)).await.unwrap_err();
    assert!(matches!(error, Error::Invalid { model: "Task", .. }), "{error:?}");
    let error = red().disconnect(Team::tasks, Task::id.eq(5)).await.unwrap_err();
    assert!(matches!(error, Error::Invalid { model: "Task", .. }), "{error:?}");
    assert_eq!(numbers(&sent, "tasks", "team_id").await, [(5, vec![1]), (6, vec![1])]);
}

#[tokio::test]
async fn keys_and_lists_on_one_side_move_what_every_write_moves() {
    let sent = world().await;
    let red = || sent.db.update(Team::id.eq(1));
    let long_ago = bson::DateTime::from_millis(0);
    let seen = async || stored(&sent, "people").await[0].get_datetime("seen_at").unwrap().to_owned();
    store(&sent, "people", doc! { "_id": 10_i64, "name": "ada", "version": 7_i64, "seen_at": long_ago }).await;
    red().connect(Team::people, Person::id.eq(10)).await.unwrap();
    let connected = seen().await;
    assert!(connected > long_ago);
    red().disconnect(Team::people, Person::id.eq(10)).await.unwrap();
    assert!(seen().await >= connected);
    assert_eq!(numbers(&sent, "people", "version").await, [(10, vec![9])]);
    // A list on this side alone counts as one of its own changes; one on both sides does not.
    red().create(Team::labels, Label::draft().id(1).name("a")).create(Team::topics, Topic::draft().id(1).name("a")).await.unwrap();
    assert_eq!(numbers(&sent, "teams", "version").await[0], (1, vec![1]));
    red().create(Team::topics, Topic::draft().id(2).name("b")).await.unwrap();
    assert_eq!(numbers(&sent, "teams", "version").await[0], (1, vec![1]));
    let team = red().set(Team::name, "pink").create(Team::labels, Label::draft().id(2).name("b")).await.unwrap();
    assert_eq!(team.version, 3, "what is given back is what is stored");
    assert_eq!(numbers(&sent, "teams", "version").await[0], (1, vec![3]));
    // An id that is not there, and one that is there already, write nothing.
    red().disconnect(Team::labels, Label::id.eq(9)).await.unwrap();
    red().connect(Team::labels, Label::id.eq(2)).await.unwrap();
    assert_eq!(numbers(&sent, "teams", "version").await[0], (1, vec![3]));
}

#[tokio::test]
async fn a_save_of_a_whole_list_loses_no_link_that_was_made_meanwhile() {
    let sent = world().await;
    let red = || sent.db.update(Team::id.eq(1));
    for id in [5_i64, 6, 7] {
        store(&sent, "labels", doc! { "_id": id, "name": format!("l{id}") }).await;
    }
    red().connect(Team::labels, Label::id.eq(5)).await.unwrap();
    for meanwhile in [
        red().connect(Team::labels, Label::id.eq(6)),
        red().disconnect(Team::labels, Label::id.eq(5)),
        red().replace(Team::labels, Label::id.eq(5)),
    ] {
        let mut loaded = sent.db.get(Team::id.eq(1)).await.unwrap().tracked();
        loaded.label_ids.push(7);
        meanwhile.await.unwrap();
        let linked = numbers(&sent, "teams", "label_ids").await;
        let error = sent.db.save(&mut loaded).await.unwrap_err();
        assert!(matches!(error, Error::Conflict { .. }), "{error:?}");
        assert_eq!(numbers(&sent, "teams", "label_ids").await, linked);
    }
    assert_eq!(numbers(&sent, "teams", "label_ids").await[0], (1, vec![5]));
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "clubs")]
struct Club {
    #[chakra(id)]
    id: i64,
    #[chakra(relation = ManyToMany, inverse_ids = club_ids)]
    guests: Related<Vec<Guest>>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "guests")]
struct Guest {
    #[chakra(id)]
    id: i64,
    #[chakra(version)]
    version: i64,
    club_ids: Vec<i64>,
}

#[tokio::test]
async fn a_list_there_raises_the_version_of_the_document_that_has_it() {
    let sent = Sent::with(|builder| builder.model::<Club>()).await;
    sent.db.sync().await.unwrap();
    store(&sent, "clubs", doc! { "_id": 1_i64 }).await;
    store(&sent, "guests", doc! { "_id": 5_i64, "version": 0_i64, "club_ids": [] }).await;
    let club = || sent.db.update(Club::id.eq(1));
    let mut loaded = sent.db.get(Guest::id.eq(5)).await.unwrap().tracked();
    loaded.club_ids.push(9);
    club().connect(Club::guests, Guest::id.eq(5)).await.unwrap();
    let error = sent.db.save(&mut loaded).await.unwrap_err();
    assert!(matches!(error, Error::Conflict { .. }), "{error:?}");
    // By a draft too, and when the link is taken away.
    sent.db.create(Club::draft().id(2).guests(connect(Guest::id.eq(5)))).await.unwrap();
    assert_eq!(numbers(&sent, "guests", "version").await, [(5, vec![2])]);
    club().disconnect(Club::guests, Guest::id.eq(5)).await.unwrap();
    assert_eq!(numbers(&sent, "guests", "version").await, [(5, vec![3])]);
    assert_eq!(numbers(&sent, "guests", "club_ids").await, [(5, vec![2])]);
}

#[tokio::test]
async fn an_id_that_others_stored_as_another_number_is_the_same() {
    let sent = world().await;
    store(&sent, "labels", doc! { "_id": 7_i64, "name": "urgent" }).await;
    let list = doc! { "$set": { "label_ids": [7_i32] } };
    sent.raw.collection::<Document>("teams").update_one(doc! { "_id": 1_i64 }, list).await.unwrap();
    let before = stored(&sent, "teams").await;
    sent.db.update(Team::id.eq(1)).replace(Team::labels, Label::id.eq(7)).returning(Nothing).await.unwrap();
    sent.db.update(Team::id.eq(1)).connect(Team::labels, Label::id.eq(7)).returning(Nothing).await.unwrap();
    assert_eq!(stored(&sent, "teams").await, before, "neither taken out nor put there twice");
    assert!(commands(&sent).iter().all(|command| !command.starts_with("update")));
}
