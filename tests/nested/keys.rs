//! How the keys of what is connected are looked up, and what is done about those that several name and that are not there.

use super::world::{Label, Person, Team, Topic, commands, numbers, store, stored, values, world};
use crate::support::Sent;
use bson::{Bson, Document, doc};
use chakra::{Draft, Error, prelude::*, query::UniqueFilter};
use futures::future::join_all;

#[derive(Debug, Clone, Model)]
#[chakra(collection = "seats", unique(hall, number), unique(hall, code))]
#[allow(clippy::duplicated_attributes)]
struct Seat {
    #[chakra(id)]
    id: i64,
    hall: String,
    number: i64,
    code: String,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "visits")]
struct Visit {
    #[chakra(id)]
    id: i64,
    seat_ids: Vec<i64>,
    #[chakra(relation = ManyToMany, ids = seat_ids)]
    seats: Related<Vec<Seat>>,
}

/// Thirty seats in two halls, of which others stored the numbers as three types.
async fn halls() -> Sent {
    let sent = Sent::with(|builder| builder.model::<Visit>()).await;
    sent.db.sync().await.unwrap();
    for at in 0_i32..30 {
        let number = match at % 3 {
            0 => Bson::Int64(at.into()),
            1 => Bson::Int32(at),
            _ => Bson::Double(at.into()),
        };
        store(&sent, "seats", doc! { "_id": i64::from(at), "hall": hall(at.into()), "number": number, "code": format!("c{at}") }).await;
    }
    sent.commands();
    sent
}

fn hall(at: i64) -> &'static str {
    if at % 2 == 0 { "even" } else { "odd" }
}

fn seat(at: i64) -> UniqueFilter<Seat> {
    Seat::hall_number.eq((hall(at), at))
}

/// The filters of the look-ups among these commands.
fn filters(sent: &[Document], collection: &str) -> Vec<Document> {
    let finds = sent.iter().filter(|command| command.get_str("find").is_ok_and(|found| found == collection));
    finds.map(|find| find.get_document("filter").unwrap().clone()).collect()
}

#[tokio::test]
async fn keys_of_several_fields_are_one_find() {
    let sent = halls().await;
    let all: Vec<_> = (0..30).rev().map(seat).collect();
    let made = sent.db.create(Visit::draft().id(1).seats(connect(all))).await.unwrap();
    assert_eq!(made.seat_ids, (0..30).rev().collect::<Vec<i64>>(), "each key has its own document");
    let found = filters(&sent.commands(), "seats");
    let [filter] = found.as_slice() else { panic!("{found:?}") };
    let any = filter.get_array("$or").unwrap();
    assert_eq!((any.len(), &any[0]), (30, &Bson::from(doc! { "hall": "odd", "number": 29_i64 })));

    // One key alone is asked for as it is, and one that stands there twice is asked for once.
    sent.db.update(Visit::id.eq(1)).replace(Visit::seats, [seat(3), seat(3)]).returning(Nothing).await.unwrap();
    assert_eq!(filters(&sent.commands(), "seats"), [doc! { "hall": "odd", "number": 3_i64 }]);
    assert_eq!(numbers(&sent, "visits", "seat_ids").await, [(1, vec![3])]);

    // Whatever key of several fields it is; ids are another find.
    let mixed = [Seat::hall_code.eq(("even", "c4")), seat(5), Seat::id.eq(6), Seat::hall_code.eq(("odd", "c7")), Seat::id.eq(8)];
    sent.db.update(Visit::id.eq(1)).replace(Visit::seats, mixed).returning(Nothing).await.unwrap();
    assert_eq!(filters(&sent.commands(), "seats").len(), 2);
    assert_eq!(numbers(&sent, "visits", "seat_ids").await, [(1, vec![4, 5, 6, 7, 8])]);
    // The same of keys that are to be disconnected, and deleted.
    sent.db.update(Visit::id.eq(1)).disconnect(Visit::seats, [seat(4), seat(7), seat(29)]).returning(Nothing).await.unwrap();
    assert_eq!(filters(&sent.commands(), "seats").len(), 1);
    let delete = |keys: [UniqueFilter<Seat>; 2]| sent.db.update(Visit::id.eq(1)).delete(Visit::seats, keys).returning(Nothing);
    delete([seat(5), seat(8)]).await.unwrap();
    // Whose they are is no condition beside the keys.
    let any = vec![doc! { "hall": "odd", "number": 5_i64 }, doc! { "hall": "even", "number": 8_i64 }];
    assert_eq!(filters(&sent.commands(), "seats")[0], doc! { "$or": any });
    // Of what is there and not linked the server has the last word.
    let error = delete([seat(6), seat(29)]).await.unwrap_err();
    assert_eq!(error.to_string(), "no `Seat` with these `hall`, `number` was found");
    let asked = doc! { "$and": [{ "_id": { "$in": [29_i64] } }, { "_id": { "$in": [6_i64] } }] };
    assert_eq!(filters(&sent.commands(), "seats")[1], asked);
    assert_eq!(numbers(&sent, "visits", "seat_ids").await, [(1, vec![6])]);
    assert_eq!(stored(&sent, "seats").await.len(), 28);
}

#[tokio::test]
async fn one_of_several_fields_that_is_not_there_is_not_found_by_them() {
    let sent = halls().await;
    // Both halves are there, in two documents.
    let keys = vec![seat(0), Seat::hall_number.eq(("even", 3_i64)), seat(2)];
    let error = sent.db.create(Visit::draft().id(1).seats(connect(keys))).await.unwrap_err();
    assert_eq!(error.to_string(), "no `Seat` with these `hall`, `number` was found");
    assert_eq!(error.detail().as_deref(), Some("hall: even, number: 3"));
    assert_eq!(filters(&sent.commands(), "seats").len(), 1);
    assert_eq!(stored(&sent, "visits").await, []);
    // None at all is none.
    let made = sent.db.create(Visit::draft().id(2).seats(connect(Vec::<UniqueFilter<Seat>>::new()))).await.unwrap();
    assert_eq!((made.seat_ids.as_slice(), commands(&sent)), (&[][..], vec!["insert visits".to_owned()]));
}

#[tokio::test]
async fn what_the_server_alone_takes_for_a_key_is_found() {
    let sent = halls().await;
    // Others store the number in a list, in which the server looks for it.
    store(&sent, "seats", doc! { "_id": 90_i64, "hall": "new", "number": [7_i64, 8_i64], "code": "l" }).await;
    let keys = [seat(1), Seat::hall_number.eq(("new", 8_i64))];
    let made = sent.db.create(Visit::draft().id(1).seats(connect(keys))).await.unwrap();
    assert_eq!(made.seat_ids, [1, 90]);
    // The first find says that there is one, and another one whose it is.
    assert_eq!(commands(&sent), ["find seats", "find seats", "insert visits", "commitTransaction"]);
    let error = sent.db.create(Visit::draft().id(2).seats(connect([seat(1), Seat::hall_number.eq(("new", 9_i64))]))).await.unwrap_err();
    assert_eq!(error.to_string(), "no `Seat` with these `hall`, `number` was found");
}

#[tokio::test]
async fn a_key_of_several_fields_is_created_once() {
    let sent = halls().await;
    let either = |id: i64, number: i64| {
        let draft = Seat::draft().id(id).hall("new").number(number).code(format!("n{id}"));
        connect_or_create(Seat::hall_number.eq(("new", number)), draft)
    };
    let visits = (1_i64..=3).map(|id| Visit::draft().id(id).seats([either(100 * id, 1), either(100 * id + 1, 2)]));
    assert_eq!(sent.db.create_many(visits).await.unwrap(), 3);
    assert_eq!(commands(&sent), ["find seats", "insert seats", "insert visits", "commitTransaction"]);
    assert_eq!(values(&sent, "seats", "code").await[30..], [(100, Some("n100".into())), (101, Some("n101".into()))]);
    let linked = vec![100, 101];
    assert_eq!(numbers(&sent, "visits", "seat_ids").await, [(1, linked.clone()), (2, linked.clone()), (3, linked)]);
}

#[tokio::test]
async fn what_twenty_parents_name_is_one_find_and_one_insert() {
    let sent = world().await;
    store(&sent, "labels", doc! { "_id": 5_i64, "name": "old" }).await;
    let either = |id: i64, name: &str| connect_or_create(Label::name.eq(name), Label::draft().id(id).name(name));
    let teams = (100_i64..120).map(|id| {
        let names = ["a", "b", "c", "d", "old"].into_iter().enumerate();
        let mut labels: Vec<_> = names.map(|(at, name)| either(10 * id + i64::try_from(at).unwrap(), name)).collect();
        // Of one that a single team names the insert is the same.
        if id == 110 {
            labels.push(either(1, "alone"));
        }
        Team::draft().id(id).name(format!("{id}")).labels(labels)
    });
    assert_eq!(sent.db.create_many(teams).await.unwrap(), 20);
    assert_eq!(commands(&sent), ["find labels", "insert labels", "insert teams", "commitTransaction"]);
    // The first draft of each is the one that is created.
    let ids: Vec<i64> = numbers(&sent, "labels", "_id").await.into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, [1, 5, 1000, 1001, 1002, 1003]);
    for (id, linked) in &numbers(&sent, "teams", "label_ids").await[2..] {
        let mut linked = linked.clone();
        linked.sort_unstable();
        let alone: &[i64] = if *id == 110 { &[1] } else { &[] };
        assert_eq!(linked, [alone, &[5, 1000, 1001, 1002, 1003]].concat(), "{id}");
    }

    // In lists on both sides, each knows of the other.
    let topic = |id: i64, name: &str| connect_or_create(Topic::name.eq(name), Topic::draft().id(id).name(name));
    let teams = (200_i64..203).map(|id| Team::draft().id(id).name(format!("{id}")).topics([topic(10 * id, "x"), topic(10 * id + 1, "y")]));
    assert_eq!(sent.db.create_many(teams).await.unwrap(), 3);
    let sent_now = commands(&sent);
    let count = |name: &str| sent_now.iter().filter(|command| *command == name).count();
    assert_eq!(["find topics", "insert topics", "insert teams"].map(count), [1, 1, 1]);
    assert_eq!(numbers(&sent, "topics", "team_ids").await, [(2000, vec![200, 201, 202]), (2001, vec![200, 201, 202])]);
    assert!(numbers(&sent, "teams", "topic_ids").await[22..].iter().all(|(_, ids)| ids == &[2000, 2001]));
}

#[tokio::test]
async fn of_several_parents_that_fill_its_key_the_last_one_has_it() {
    let sent = world().await;
    let ada = |id: i64, age: i32| connect_or_create(Person::name.eq("ada"), Person::draft().id(id).name("ada").age(age));
    let team = |id: i64| Team::draft().id(id).name(format!("{id}")).people(ada(id, i32::try_from(id).unwrap()));
    assert_eq!(sent.db.create_many([team(11), team(12), team(13)]).await.unwrap(), 3);
    assert_eq!(commands(&sent), ["find people", "insert teams", "insert people", "commitTransaction"]);
    // From the first draft.
    assert_eq!(numbers(&sent, "people", "team_id").await, [(11, vec![13])]);
    assert_eq!(values(&sent, "people", "age").await, [(11, Some(11.into()))]);
    // As it is when she is there.
    assert_eq!(sent.db.create_many([team(21), team(22)]).await.unwrap(), 2);
    assert_eq!(numbers(&sent, "people", "team_id").await, [(11, vec![22])]);
}

#[tokio::test]
async fn a_key_that_is_named_again_deeper_down_is_created_once() {
    let sent = world().await;
    let label = |id: i64, name: &str| connect_or_create(Label::name.eq(name), Label::draft().id(id).name(name));
    let green = Team::draft().id(4).name("green").labels([label(41, "x"), label(42, "y")]);
    let team = Team::draft().id(3).name("grey").labels(label(31, "x")).parent(connect_or_create(Team::name.eq("green"), green));
    sent.db.create(team).await.unwrap();
    let looked_up = ["find labels", "find teams", "find labels"];
    let made = ["insert labels", "insert teams", "insert teams", "commitTransaction"];
    assert_eq!(commands(&sent), [&looked_up[..], &made[..]].concat());
    assert_eq!(numbers(&sent, "labels", "_id").await, [(31, vec![31]), (42, vec![42])]);
    assert_eq!(numbers(&sent, "teams", "label_ids").await[2..], [(3, vec![31]), (4, vec![31, 42])]);
    assert_eq!(numbers(&sent, "teams", "parent_id").await[2..], [(3, vec![4]), (4, vec![])]);

    // A draft that several share creates what it names along with itself.
    let black = |id: i64| {
        let draft = Team::draft().id(id).name("black").labels([label(id, "x"), label(id + 1, "z")]);
        connect_or_create(Team::name.eq("black"), draft)
    };
    let person = |id: i64| Person::draft().id(id).name(format!("{id}")).team(black(10 * id));
    assert_eq!(sent.db.create_many([person(5), person(6)]).await.unwrap(), 2);
    let made = ["find teams", "find labels", "insert labels", "insert teams", "insert people", "commitTransaction"];
    assert_eq!(commands(&sent), made);
    assert_eq!(numbers(&sent, "people", "team_id").await, [(5, vec![50]), (6, vec![50])]);
    assert_eq!(numbers(&sent, "teams", "label_ids").await[4..], [(50, vec![31, 51])]);
}

#[tokio::test]
async fn drafts_that_name_each_other_end() {
    let sent = world().await;
    let team = |id: i64, name: &str| Team::draft().id(id).name(name);
    let inner = |id: i64, name: &str| connect_or_create(Team::name.eq(name), team(id, name));
    let a = connect_or_create(Team::name.eq("a"), team(5, "a").parent(inner(6, "b")));
    let b = connect_or_create(Team::name.eq("b"), team(7, "b").parent(inner(8, "a")));
    assert_eq!(sent.db.create_many([Draft::of(team(3, "c").parent(a)), Draft::of(team(4, "d").parent(b))]).await.unwrap(), 2);
    // The first one is created with what it names, which is there for the second.
    assert_eq!(numbers(&sent, "teams", "parent_id").await[2..], [(3, vec![5]), (4, vec![6]), (5, vec![6]), (6, vec![])]);
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_that_create_the_same_five_for_two_parents_make_one_each() {
    let sent = world().await;
    let tasks = (1_i64..=8).map(|task| {
        let teams = [10 * task, 10 * task + 1].map(|id| {
            // Each in an order of its own, so that they meet half-way.
            let labels: Vec<_> = (0..5)
                .map(|at| {
                    let name = format!("l{}", (at + task) % 5);
                    connect_or_create(Label::name.eq(name.as_str()), Label::draft().id(100 * task + at).name(name.as_str()))
                })
                .collect();
            Team::draft().id(id).name(format!("{id}")).labels(labels)
        });
        tokio::spawn(sent.db.create_many(teams).into_future())
    });
    for done in join_all(tasks).await {
        assert_eq!(done.unwrap().unwrap(), 2);
    }
    let labels = stored(&sent, "labels").await;
    let mut names: Vec<&str> = labels.iter().map(|label| label.get_str("name").unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, ["l0", "l1", "l2", "l3", "l4"]);
    let ids: Vec<i64> = labels.iter().map(|label| label.get_i64("_id").unwrap()).collect();
    let teams = numbers(&sent, "teams", "label_ids").await;
    assert_eq!(teams.len(), 18);
    for (team, mut linked) in teams.into_iter().skip(2) {
        linked.sort_unstable();
        assert_eq!(linked, ids, "{team}");
    }
}

#[tokio::test]
async fn a_key_that_is_taken_by_another_document_is_said_and_leaves_nothing() {
    let sent = world().await;
    store(&sent, "labels", doc! { "_id": 7_i64, "name": "taken" }).await;
    // The name is new, and the id is not: no look-up would ever find it.
    let label = |name: &str, id: i64| connect_or_create(Label::name.eq(name), Label::draft().id(id).name(name));
    let team = |id: i64| Team::draft().id(id).name(format!("{id}")).labels([label("a", 1), label("b", 7), label("c", 3)]);
    let error = sent.db.create_many([team(11), team(12)]).await.unwrap_err();
    assert!(matches!(error, Error::Unique { model: "Label", .. }), "{error:?}");
    assert_eq!((stored(&sent, "labels").await.len(), stored(&sent, "teams").await.len()), (1, 2));
}
