//! What is refused before anything is sent.

use super::world::{Charter, Person, Task, Team, world};
use chakra::Error;

#[tokio::test]
async fn nothing_is_sent_for_what_cannot_be() {
    let sent = world().await;
    let red = || sent.db.update(Team::id.eq(1)).set(Team::name, "crimson");
    let person = || sent.db.update(Person::id.eq(1));
    let none = || chakra::Filter::<Person>::all_of(Vec::<chakra::Filter<Person>>::new());
    let refused = [
        red().disconnect(Team::tasks, Task::id.eq(1)).await.unwrap_err(),
        red().disconnect(Team::charter, Charter::all()).await.unwrap_err(),
        red().update(Team::people, Person::id.eq(1), |it| it).await.unwrap_err(),
        red().update_many(Team::people, Person::all(), |it| it).await.unwrap_err(),
        red().create(Team::tasks, Task::draft().id(1).team_id(2)).await.unwrap_err(),
        person().set(Person::team_id, 1_i64).connect(Person::team, Team::id.eq(2)).await.unwrap_err(),
        person().connect(Person::team, [Team::id.eq(1), Team::id.eq(2)]).await.unwrap_err(),
        person().connect(Person::team, Team::id.eq(1)).connect(Person::team, Team::id.eq(2)).await.unwrap_err(),
        red().delete_many(Team::people, none()).await.unwrap_err(),
    ];
    let texts: Vec<String> = refused.iter().map(Error::to_string).collect();
    let severed = "`team_id` needs a document that it refers to: delete what is to be disconnected, or connect it elsewhere";
    assert_eq!(
        texts,
        [
            format!("this `Task` is not valid: {severed}"),
            format!("this `Charter` is not valid: {severed}"),
            "this `Person` is not valid: it must have at least one change".to_owned(),
            "this `Person` is not valid: it must have at least one change".to_owned(),
            "this `Task` is not valid: `team_id` needs no value of its own in a draft whose parent fills it".to_owned(),
            "this `Person` is not valid: `team_id` needs one change only: `team` changes it too".to_owned(),
            "this `Person` is not valid: `team` needs one related document".to_owned(),
            "this `Person` is not valid: `team` needs one related document".to_owned(),
            "`delete_many` on `Person` has an empty filter: write `Person::all()` to touch every document".to_owned(),
        ]
    );
    assert_eq!(sent.commands(), []);
    // Deep down too.
    let deep = red()
        .create(Team::people, Person::draft().id(1).name("x"))
        .update(Team::children, Team::id.eq(2), |team| team.disconnect(Team::charter, Charter::all()));
    assert!(matches!(deep.await.unwrap_err(), Error::Invalid { model: "Charter", .. }));
    assert_eq!(sent.commands(), []);
}
