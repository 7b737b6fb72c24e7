//! Two that say at once what is related to a document, whose links are all in others.

use super::world::{Event, Person, Team, numbers, store, world};
use bson::doc;
use chakra::prelude::*;

const ROUNDS: usize = 40;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_replaces_one_comes_last() {
    let sent = world().await;
    for id in [1_i64, 2] {
        store(&sent, "people", doc! { "_id": id, "name": format!("{id}"), "version": 0_i64, "seen_at": bson::DateTime::now() }).await;
        store(&sent, "events", doc! { "_id": id, "team_ids": [] }).await;
    }
    let red = || sent.db.update(Team::id.eq(1)).returning(Nothing);
    for round in 0..ROUNDS {
        red().replace(Team::people, [Person::id.eq(1), Person::id.eq(2)]).await.unwrap();
        let replace = |id: i64| tokio::spawn(red().replace(Team::people, Person::id.eq(id)).into_future());
        let (one, other) = (replace(1), replace(2));
        one.await.unwrap().unwrap();
        other.await.unwrap().unwrap();
        let related = numbers(&sent, "people", "team_id").await;
        assert_eq!(related.iter().filter(|(_, team)| team == &[1]).count(), 1, "round {round}: {related:?}");

        red().replace(Team::events, [Event::id.eq(1), Event::id.eq(2)]).await.unwrap();
        let replace = |id: i64| tokio::spawn(red().replace(Team::events, Event::id.eq(id)).into_future());
        let (one, other) = (replace(1), replace(2));
        one.await.unwrap().unwrap();
        other.await.unwrap().unwrap();
        let related = numbers(&sent, "events", "team_ids").await;
        assert_eq!(related.iter().filter(|(_, teams)| teams == &[1]).count(), 1, "round {round}: {related:?}");
    }
}
