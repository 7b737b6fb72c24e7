//! What the drafts of one verb connect together: the commands, and each document as if it were alone.

use super::world::{Badge, Event, Label, Person, Task, Team, Topic, numbers, store, stored, world};
use crate::{
    models::{Category, Post, User},
    support::{Fixture, Sent},
};
use bson::{Bson, Document, doc};
use chakra::{Error, Outcome, prelude::*};
use chakra_testkit::TestServer;

/// The commands since the last call, each with how many updates are in it.
fn counted(sent: &Sent) -> Vec<(String, usize)> {
    let count = |command: &Document| {
        let (name, to) = command.iter().next().unwrap();
        let to = to.as_str().map_or_else(String::new, |collection| format!(" {collection}"));
        (format!("{name}{to}"), command.get_array("updates").map_or(0, Vec::len))
    };
    sent.commands().iter().map(count).collect()
}

fn words(commands: &[(&str, usize)]) -> Vec<(String, usize)> {
    commands.iter().map(|(name, updates)| ((*name).to_owned(), *updates)).collect()
}

async fn store_many(sent: &Sent, collection: &str, documents: Vec<Document>) {
    sent.raw.collection::<Document>(collection).insert_many(documents).await.unwrap();
}

#[tokio::test]
async fn keys_there_are_one_update_for_all_drafts() {
    let sent = world().await;
    let seen = bson::DateTime::from_millis(0);
    let people = (0_i64..100).map(|id| doc! { "_id": id, "name": format!("{id}"), "version": 3_i64, "seen_at": seen });
    store_many(&sent, "people", people.collect()).await;
    let team = |at: i64| {
        let people = connect([Person::id.eq(2 * at), Person::id.eq(2 * at + 1)]);
        Team::draft().id(100 + at).name(format!("{at}")).people(people)
    };
    assert_eq!(sent.db.create_many((0..50).map(team)).await.unwrap(), 50);
    let commands = [("find people", 0), ("insert teams", 0), ("update people", 50), ("commitTransaction", 0)];
    assert_eq!(counted(&sent), words(&commands));
    let moved: Vec<(i64, Vec<i64>)> = (0..100).map(|id| (id, vec![100 + id / 2])).collect();
    assert_eq!(numbers(&sent, "people", "team_id").await, moved);
    for person in stored(&sent, "people").await {
        assert_eq!(person.get_i64("version").unwrap(), 4);
        assert!(*person.get_datetime("seen_at").unwrap() > seen);
    }

    // Of two that connect one document the last has it.
    let both = |id: i64| Team::draft().id(id).name(format!("{id}")).people(connect(Person::id.eq(7)));
    assert_eq!(sent.db.create_many([both(200), both(201)]).await.unwrap(), 2);
    let person = stored(&sent, "people").await.remove(7);
    assert_eq!((person.get_i64("team_id").unwrap(), person.get_i64("version").unwrap()), (201, 6));
}

#[tokio::test]
async fn lists_on_both_sides_are_one_update_for_all_drafts() {
    let sent = world().await;
    let topics = (0_i64..10).map(|id| doc! { "_id": id, "name": format!("t{id}"), "team_ids": [] });
    store_many(&sent, "topics", topics.collect()).await;
    let linked = |at: i64| [at % 10, (at + 1) % 10];
    let team = |at: i64| Team::draft().id(100 + at).name(format!("{at}")).topics(connect(linked(at).map(|id| Topic::id.eq(id))));
    assert_eq!(sent.db.create_many((0..50).map(team)).await.unwrap(), 50);
    // `teams.topic_ids` is the authority and comes last.
    let commands = [("find topics", 0), ("update topics", 50), ("insert teams", 0), ("commitTransaction", 0)];
    assert_eq!(counted(&sent), words(&commands));
    let of_topic = |id: i64| (0..50).filter(|at| linked(*at).contains(&id)).map(|at| 100 + at).collect::<Vec<i64>>();
    let of_topics: Vec<(i64, Vec<i64>)> = (0..10).map(|id| (id, of_topic(id))).collect();
    assert_eq!(numbers(&sent, "topics", "team_ids").await, of_topics);
    let of_teams: Vec<(i64, Vec<i64>)> = (0..50).map(|at| (100 + at, linked(at).to_vec())).collect();
    assert_eq!(numbers(&sent, "teams", "topic_ids").await[2..], of_teams);

    // From the other side.
    let topic = |id: i64| Topic::draft().id(id).name(format!("t{id}")).teams(connect([Team::id.eq(1), Team::id.eq(2)]));
    assert_eq!(sent.db.create_many((10..60).map(topic)).await.unwrap(), 50);
    let commands = [("find teams", 0), ("insert topics", 0), ("update teams", 50), ("commitTransaction", 0)];
    assert_eq!(counted(&sent), words(&commands));
    let all: Vec<i64> = (10..60).collect();
    assert_eq!(numbers(&sent, "teams", "topic_ids").await[..2], [(1, all.clone()), (2, all)]);
    assert_eq!(numbers(&sent, "topics", "team_ids").await[10..], (10..60).map(|id| (id, vec![1, 2])).collect::<Vec<_>>());
}

#[tokio::test]
async fn one_that_is_not_there_leaves_nothing_of_all() {
    let sent = world().await;
    let topics = (0_i64..50).map(|id| doc! { "_id": id, "name": format!("t{id}"), "team_ids": [] });
    store_many(&sent, "topics", topics.collect()).await;
    let before = (stored(&sent, "topics").await, stored(&sent, "teams").await);
    let team = |at: i64, missing: i64| {
        let topics = connect([Topic::id.eq(at), Topic::id.eq(if at == 30 { missing } else { at })]);
        Team::draft().id(100 + at).name(format!("{at}")).topics(topics)
    };
    let error = sent.db.create_many((0..50).map(|at| team(at, 999))).await.unwrap_err();
    assert_eq!((error.to_string().as_str(), error.outcome()), ("no `Topic` with _id 999 was found", Outcome::NotApplied));
    assert!(counted(&sent).iter().all(|(command, _)| command == "find topics" || command == "abortTransaction"));
    assert_eq!((stored(&sent, "topics").await, stored(&sent, "teams").await), before);
}

#[tokio::test]
async fn an_id_that_stands_in_a_list_already_stays_there_once() {
    let sent = world().await;
    // It led nowhere until now.
    store(&sent, "topics", doc! { "_id": 5_i64, "name": "t5", "team_ids": [100_i64] }).await;
    let team = |id: i64| Team::draft().id(id).name(format!("{id}")).topics(connect(Topic::id.eq(5)));
    assert_eq!(sent.db.create_many([team(100), team(101)]).await.unwrap(), 2);
    // A repair must not take it out meanwhile, so both are locked: which one it is the server does not say.
    let commands = [("find topics", 0), ("update topics", 2), ("update _chakra_locks", 2), ("insert teams", 0), ("commitTransaction", 0)];
    assert_eq!(counted(&sent), words(&commands));
    assert_eq!(numbers(&sent, "topics", "team_ids").await, [(5, vec![100, 101])]);
    assert_eq!(numbers(&sent, "teams", "topic_ids").await[2..], [(100, vec![5]), (101, vec![5])]);
}

#[tokio::test]
async fn what_connects_more_than_a_statement_takes_is_several_of_one_update() {
    let sent = world().await;
    let tasks = (0_i64..20_001).map(|id| doc! { "_id": id, "rank": 0, "team_id": 1_i64 });
    store_many(&sent, "tasks", tasks.collect()).await;
    let tasks: Vec<_> = (0_i64..20_001).map(|id| Task::id.eq(id)).collect();
    sent.db.create(Team::draft().id(3).name("green").tasks(connect(tasks))).await.unwrap();
    let commands = [("find tasks", 0), ("find tasks", 0), ("insert teams", 0), ("update tasks", 2), ("commitTransaction", 0)];
    assert_eq!(counted(&sent), words(&commands));
    assert_eq!(sent.raw.collection::<Document>("tasks").count_documents(doc! { "team_id": 3_i64 }).await.unwrap(), 20_001);
}

/// Two posts with one title, each of another author, and a third one.
async fn written(fixture: &Fixture) -> [Id<Post>; 3] {
    let user = |name: &str| User::draft().username(name).email(name).first_name(name).last_name(name);
    fixture.db.sync().await.unwrap();
    let (a, b) = (fixture.db.create(user("a")).await.unwrap(), fixture.db.create(user("b")).await.unwrap());
    let mut ids = Vec::new();
    for (title, author) in [("x", a.id), ("x", b.id), ("y", a.id)] {
        ids.push(fixture.db.create(Post::draft().title(title).author_id(author)).await.unwrap().id);
    }
    fixture.commands();
    ids.try_into().unwrap()
}

#[tokio::test]
async fn one_statement_that_is_refused_is_the_error_of_the_verb() {
    // The second user would have two posts of one title.
    let user = |name: &str| User::draft().username(name).email(name).first_name(name).last_name(name);
    let fixture = Fixture::new(|builder| builder.model::<User>()).await;
    let [one, other, third] = written(&fixture).await;
    let before = (fixture.stored("users").await, fixture.stored("posts").await);
    let drafts = [user("c").posts(connect(vec![third])), user("d").posts(connect(vec![one, other]))];
    let error = fixture.db.create_many(drafts).await.unwrap_err();
    assert!(matches!(error, Error::Unique { model: "Post", .. }), "{error:?}");
    assert_eq!(error.outcome(), Outcome::NotApplied);
    assert_eq!(fixture.commands(), ["find", "insert", "update", "abortTransaction"]);
    assert_eq!((fixture.stored("users").await, fixture.stored("posts").await), before);

    // Without transactions what was written before it stays. Of the documents of the statement itself the server does not tell.
    let server = TestServer::standalone().await.unwrap();
    let fixture = Fixture::on_server(&server, |builder| builder.model::<User>()).await;
    let [one, other, third] = written(&fixture).await;
    let drafts = [user("c").posts(connect(vec![third])), user("d").posts(connect(vec![one, other]))];
    let error = fixture.db.create_many(drafts).await.unwrap_err();
    assert!(matches!(error, Error::Unique { model: "Post", .. }), "{error:?}");
    assert_eq!((error.outcome(), error.is_retryable()), (Outcome::Applied, false));
    assert_eq!(fixture.commands(), ["find", "insert", "update"]);
    let of = async |name: &str| {
        let user = fixture.db.get(User::username.eq(name)).await.unwrap();
        fixture.db.count(Post::author_id.eq(user.id)).await.unwrap()
    };
    assert_eq!((of("c").await, of("d").await), (1, 1));
}

#[tokio::test]
async fn the_authority_of_two_lists_comes_last_for_all_drafts() {
    let server = TestServer::standalone().await.unwrap();
    let fixture = Fixture::on_server(&server, |builder| builder.model::<User>()).await;
    let [one, other, _] = written(&fixture).await;
    // `categories.post_ids` is the authority.
    let category = |name: &str| Category::draft().name(name).posts(connect([one, other]));
    assert_eq!(fixture.db.create_many([category("k"), category("l")]).await.unwrap(), 2);
    assert_eq!(fixture.commands(), ["find", "update", "insert"]);
    let categories: Vec<Bson> = fixture.stored("categories").await.iter().map(|category| category.get("_id").unwrap().clone()).collect();
    let author = fixture.db.get(one).await.unwrap().author_id;
    let post = |title: &str| {
        let names = [Category::name.eq("k"), Category::name.eq("l")];
        Post::draft().title(title).author_id(author).categories(connect(names))
    };
    fixture.commands();
    assert_eq!(fixture.db.create_many([post("m"), post("n")]).await.unwrap(), 2);
    assert_eq!(fixture.commands(), ["find", "insert", "update"]);
    let posts = fixture.stored("posts").await;
    let linked: Vec<&Document> = posts.iter().filter(|post| !post.get_array("category_ids").unwrap().is_empty()).collect();
    assert_eq!(linked.len(), 4);
    for post in linked {
        let ids = post.get_array("category_ids").unwrap();
        assert!(ids.len() == 2 && categories.iter().all(|category| ids.contains(category)), "{post}");
    }
    for category in fixture.stored("categories").await {
        assert_eq!(category.get_array("post_ids").unwrap().len(), 4);
    }
}

#[tokio::test]
async fn a_relation_to_one_takes_the_same_document_twice() {
    let sent = world().await;
    for id in [5_i64, 6] {
        store(&sent, "badges", doc! { "_id": id }).await;
    }
    let team = |badges: [i64; 2]| Team::draft().id(3).name("green").badge(connect(badges.map(|id| Badge::id.eq(id))));
    let error = sent.db.create(team([5, 6])).await.unwrap_err();
    assert_eq!(error.to_string(), "this `Team` is not valid: `badge` needs one related document");
    assert_eq!(stored(&sent, "teams").await.len(), 2);
    sent.db.create(team([5, 5])).await.unwrap();
    assert_eq!(numbers(&sent, "badges", "team_id").await, [(5, vec![3]), (6, vec![])]);
    // And where the key is here.
    let person = Person::draft().id(1).name("ada").team(connect([Team::id.eq(3), Team::name.eq("green")]));
    assert_eq!(sent.db.create(person).await.unwrap().team_id, Some(3));
}

#[tokio::test]
async fn a_list_of_a_draft_has_an_id_once_whatever_type_holds_it() {
    let sent = world().await;
    store(&sent, "labels", doc! { "_id": 7_i32, "name": "seven" }).await;
    store(&sent, "labels", doc! { "_id": 8.0, "name": "eight" }).await;
    store(&sent, "labels", doc! { "_id": 9_i64, "name": "nine" }).await;
    let draft = Team::draft().id(3).name("green").label_ids(vec![8_i64, 7]).labels(connect([7, 8, 9].map(|id: i64| Label::id.eq(id))));
    sent.db.create(draft).await.unwrap();
    assert_eq!(numbers(&sent, "teams", "label_ids").await[2], (3, vec![8, 7, 9]));
    // The id of the parent too.
    let event = Event::draft().id(6).team_ids(vec![4_i64, 1]);
    sent.db.create(Team::draft().id(4).name("black").events(create([event]))).await.unwrap();
    assert_eq!(numbers(&sent, "events", "team_ids").await, [(6, vec![4, 1])]);
}

#[tokio::test]
async fn a_document_that_is_named_twice_grows_by_one_id() {
    let sent = Sent::with(|builder| builder.model::<Team>().id_list_limit(1, 2)).await;
    sent.db.sync().await.unwrap();
    store(&sent, "topics", doc! { "_id": 5_i64, "name": "t5", "team_ids": [1_i64] }).await;
    let team = |id: i64| {
        Team::draft().id(id).name(format!("{id}")).topics((connect(Topic::id.eq(5)), connect([Topic::name.eq("t5"), Topic::id.eq(5)])))
    };
    // Two drafts are one too many, and one is not.
    let error = sent.db.create_many([team(3), team(4)]).await.unwrap_err();
    assert!(matches!(error, Error::Invalid { model: "Topic", .. }), "{error:?}");
    sent.db.create(team(3)).await.unwrap();
    assert_eq!(numbers(&sent, "topics", "team_ids").await, [(5, vec![1, 3])]);
}
