//! What is refused before anything is sent.

use super::world::{Charter, Person, Task, Team, Topic, store, stored, world};
use crate::support::Sent;
use bson::doc;
use chakra::{Error, prelude::*};

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

#[tokio::test]
async fn a_draft_that_is_not_the_one_of_its_key_is_refused() {
    let sent = world().await;
    let red = || sent.db.update(Team::id.eq(1));
    let topic = |name: &str| Topic::draft().id(5).name(name);
    let refused =
        [
            red().connect_or_create(Team::topics, Topic::name.eq("a"), topic("b")).await.unwrap_err(),
            red().connect_or_create(Team::topics, Topic::name.eq("a") & Topic::id.gt(3), topic("a")).await.unwrap_err(),
            red().upsert(Team::topics, Topic::name.eq("a"), topic("b"), |it| it.set(Topic::name, "c")).await.unwrap_err(),
            sent.db.create(Team::draft().id(3).name("x").topics(connect_or_create(Topic::name.eq("a"), topic("b")))).await.unwrap_err(),
            // Deep down too, and by the id.
            sent.db
                .create(Team::draft().id(3).name("x").people(create([
                    Person::draft().id(1).name("ada").team(connect_or_create(Team::id.eq(4), Team::draft().id(5).name("y"))),
                ])))
                .await
                .unwrap_err(),
        ];
    let texts: Vec<String> = refused.iter().map(Error::to_string).collect();
    let of = |model: &str, path: &str, what: &str| format!("this `{model}` is not valid: `{path}` needs {what}");
    let other = "the key's own value in the draft of a `connect_or_create`";
    assert_eq!(
        texts,
        [
            of("Topic", "name", other),
            of("Topic", "name", "no condition beside the unique key of a `connect_or_create`"),
            of("Topic", "name", "the key's own value in the draft of a nested upsert"),
            of("Topic", "name", other),
            of("Team", "_id", other),
        ]
    );
    assert_eq!(sent.commands(), []);
}

#[tokio::test]
async fn what_a_draft_leaves_out_of_its_key_it_gets_from_it() {
    let sent = Sent::with(|builder| builder.model::<Shelf>()).await;
    sent.db.sync().await.unwrap();
    store(&sent, "shelves", doc! { "_id": 1_i64 }).await;
    let shelf = || sent.db.update(Shelf::id.eq(1));
    let (first, second) = (Id::<Book>::new(), Id::<Book>::new());
    shelf().connect_or_create(Shelf::books, first, Book::draft().code("x")).await.unwrap();
    // Found again, and not created a second time.
    shelf().connect_or_create(Shelf::books, first, Book::draft().code("y")).await.unwrap();
    assert_eq!(stored(&sent, "shelf_books").await, [doc! { "_id": first.object_id(), "code": "x", "shelf_id": 1_i64, "place": "front" }]);
    // What the parent fills stands in a compound key too.
    let draft = || Book::draft().id(second).code("z");
    let upsert = || shelf().upsert(Shelf::books, Book::shelf_id_place.eq((1_i64, "left")), draft(), |it| it.set(Book::code, "again"));
    upsert().await.unwrap();
    assert_eq!(sent.db.get(second).await.map(|book| (book.place, book.code)).unwrap(), ("left".to_owned(), "z".to_owned()));
    upsert().await.unwrap();
    assert_eq!(sent.db.get(second).await.map(|book| (book.place, book.code)).unwrap(), ("left".to_owned(), "again".to_owned()));
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "shelves")]
struct Shelf {
    #[chakra(id)]
    id: i64,
    #[chakra(relation = OneToMany, foreign_key = shelf_id)]
    books: Related<Vec<Book>>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "shelf_books", unique(shelf_id, place))]
struct Book {
    #[chakra(id)]
    id: Id<Book>,
    code: String,
    shelf_id: i64,
    #[chakra(relation = ManyToOne, foreign_key = shelf_id)]
    shelf: Related<Shelf>,
    #[chakra(default = "front")]
    place: String,
}
