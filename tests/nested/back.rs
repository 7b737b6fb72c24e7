//! Nested writes that come back to the document that they are made for.

use super::world::{Note, Person, Team, Topic, commands, numbers, store, stored, values, world};
use crate::support::Sent;
use bson::{Document, doc};
use chakra::{Error, Outcome, prelude::*};

#[derive(Debug, Clone, Model)]
#[chakra(collection = "friends")]
struct Friend {
    #[chakra(id)]
    id: i64,
    likes_ids: Vec<i64>,
    #[chakra(relation = ManyToMany, ids = likes_ids, inverse_ids = liked_by_ids)]
    likes: Related<Vec<Friend>>,
    liked_by_ids: Vec<i64>,
    #[chakra(relation = ManyToMany, ids = liked_by_ids, inverse_ids = likes_ids)]
    liked_by: Related<Vec<Friend>>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "records")]
struct Record {
    #[chakra(id)]
    id: i64,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "tunes")]
struct Tune {
    #[chakra(id)]
    id: i64,
    record_id: Option<i64>,
    #[chakra(relation = ManyToOne, foreign_key = record_id, on_delete = Cascade)]
    record: Related<Option<Record>>,
    other_id: Option<i64>,
    #[chakra(relation = ManyToOne, foreign_key = other_id)]
    other: Related<Option<Record>>,
    best_ids: Vec<i64>,
    #[chakra(relation = ManyToMany, ids = best_ids)]
    best: Related<Vec<Record>>,
}

#[tokio::test]
async fn a_link_that_the_write_before_took_away_is_made_on_both_sides() {
    let sent = world().await;
    let red = || sent.db.update(Team::id.eq(1));
    store(&sent, "topics", doc! { "_id": 5_i64, "name": "t5", "team_ids": [] }).await;
    red().connect(Team::topics, Topic::id.eq(5)).await.unwrap();
    commands(&sent);
    red()
        .update(Team::topics, Topic::id.eq(5), |topic| topic.disconnect(Topic::teams, Team::id.eq(1)))
        .connect(Team::topics, Topic::id.eq(5))
        .returning(Nothing)
        .await
        .unwrap();
    let read_again = ["find teams", "find topics", "update teams", "update topics", "find teams"];
    let linked = ["find topics", "update topics", "update teams", "commitTransaction"];
    assert_eq!(commands(&sent), [read_again.as_slice(), &linked].concat());
    assert_eq!(
        (numbers(&sent, "teams", "topic_ids").await[0].1.clone(), numbers(&sent, "topics", "team_ids").await[0].1.clone()),
        (vec![5], vec![1])
    );
    // And the other way round: what the first made is there for the second to take away.
    store(&sent, "topics", doc! { "_id": 6_i64, "name": "t6", "team_ids": [] }).await;
    store(&sent, "people", doc! { "_id": 10_i64, "name": "ada", "version": 0_i64, "team_id": 1_i64 }).await;
    red()
        .update(Team::people, Person::id.eq(10), |it| {
            it.update(Person::team, Team::all(), |team| team.connect(Team::topics, Topic::id.eq(6)))
        })
        .replace(Team::topics, Topic::id.eq(5))
        .await
        .unwrap();
    assert_eq!(numbers(&sent, "teams", "topic_ids").await[0].1, [5]);
    assert_eq!(numbers(&sent, "topics", "team_ids").await, [(5, vec![1]), (6, vec![])]);
}

#[tokio::test]
async fn lists_of_one_model_stay_true_to_each_other() {
    let sent = Sent::with(|builder| builder.model::<Friend>()).await;
    sent.db.sync().await.unwrap();
    for id in 1_i64..=3 {
        store(&sent, "friends", doc! { "_id": id, "likes_ids": [], "liked_by_ids": [] }).await;
    }
    let one = || sent.db.update(Friend::id.eq(1));
    // The first write puts an id into the other list of the document, which the second one clears.
    one().connect(Friend::likes, [Friend::id.eq(1), Friend::id.eq(2)]).replace(Friend::liked_by, Friend::id.eq(3)).await.unwrap();
    let lists = async || (numbers(&sent, "friends", "likes_ids").await, numbers(&sent, "friends", "liked_by_ids").await);
    assert_eq!(lists().await, (vec![(1, vec![2]), (2, vec![]), (3, vec![1])], vec![(1, vec![3]), (2, vec![1]), (3, vec![])]));
}

#[tokio::test]
async fn a_document_that_a_cascade_took_is_not_found() {
    let sent = Sent::with(|builder| builder.model::<Tune>()).await;
    sent.db.sync().await.unwrap();
    for id in [1_i64, 2] {
        store(&sent, "records", doc! { "_id": id }).await;
    }
    let tune = doc! { "_id": 7_i64, "record_id": 1_i64, "other_id": 1_i64, "best_ids": [1_i64] };
    store(&sent, "tunes", tune.clone()).await;
    let update = || sent.db.update(Tune::id.eq(7));
    let failed = [
        update().delete(Tune::best, Record::id.eq(1)).connect(Tune::best, Record::id.eq(2)).returning(Nothing).await.unwrap_err(),
        // It is the last write, and nobody asks for the document.
        update().delete(Tune::best, Record::id.eq(1)).returning(Nothing).await.unwrap_err(),
        update().delete(Tune::other, Record::all()).returning(Nothing).await.unwrap_err(),
        // An upsert found it, so that it does not create it.
        sent.db.upsert(Tune::id.eq(7)).create(Tune::draft().id(7)).delete(Tune::best, Record::id.eq(1)).await.unwrap_err(),
    ];
    for error in failed {
        assert_eq!((error.to_string().as_str(), error.outcome()), ("no `Tune` with _id 7 was found", Outcome::NotApplied));
    }
    assert_eq!(stored(&sent, "tunes").await, [tune]);
    assert_eq!(stored(&sent, "records").await.len(), 2);
}

#[tokio::test]
async fn a_key_that_follows_a_value_here_is_given_back_and_followed() {
    let sent = world().await;
    store(&sent, "notes", doc! { "_id": 5_i64, "team_name": "red" }).await;
    let note = || sent.db.update(Note::id.eq(5));
    // `Note::team` references the name, and lets its key become `None` where that changes.
    let changed = note().update(Note::team, Team::all(), |team| team.set(Team::name, "x")).await.unwrap();
    assert_eq!(values(&sent, "notes", "team_name").await, [(5, changed.team_name.map(bson::Bson::from))]);
    let names: Vec<Document> = stored(&sent, "teams").await;
    assert_eq!(names[0].get_str("name").unwrap(), "x");
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "stations")]
struct Station {
    #[chakra(id)]
    id: i64,
    #[chakra(unique)]
    code: String,
    #[chakra(default = 0)]
    tracks: i32,
    #[chakra(relation = OneToMany, foreign_key = code, references = code)]
    trains: Related<Vec<Train>>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "trains")]
struct Train {
    #[chakra(id)]
    id: i64,
    code: String,
    #[chakra(default = 0)]
    cars: i32,
    #[chakra(relation = ManyToOne, foreign_key = code, references = code, on_update = Cascade)]
    station: Related<Station>,
}

#[tokio::test]
async fn what_follows_is_known_to_the_next_write() {
    let sent = Sent::with(|builder| builder.model::<Station>()).await;
    sent.db.sync().await.unwrap();
    store(&sent, "stations", doc! { "_id": 1_i64, "code": "a" }).await;
    store(&sent, "trains", doc! { "_id": 1_i64, "code": "a" }).await;
    let train = sent
        .db
        .update(Train::id.eq(1))
        .inc(Train::cars, 2)
        .update(Train::station, Station::all(), |station| station.set(Station::code, "b"))
        .update(Train::station, Station::code.eq("b"), |station| station.inc(Station::tracks, 3))
        .await
        .unwrap();
    assert_eq!((train.code.as_str(), train.cars), ("b", 2));
    let station = sent.db.get(Station::id.eq(1)).await.unwrap();
    assert_eq!((station.code.as_str(), station.tracks), ("b", 3));
    // The same where many are changed from the other side, through a model between.
    let train = sent
        .db
        .update(Train::id.eq(1))
        .update(Train::station, Station::all(), |station| {
            station.update_many(Station::trains, Train::all(), |train| train.inc(Train::cars, 1)).set(Station::code, "c")
        })
        .await
        .unwrap();
    assert_eq!((train.code.as_str(), train.cars), ("c", 3));
    let error = sent.db.update(Train::id.eq(1)).update(Train::station, Station::code.eq("b"), |it| it.inc(Station::tracks, 1)).await;
    assert!(matches!(error, Err(Error::NotFound { model: "Station", .. })), "{error:?}");
}
