//! What is sent for each action, no more and no less, in and out of a transaction.

use crate::support::{Fixture, Sent};
use bson::{Bson, Document, doc};
use chakra::prelude::*;
use chakra_testkit::TestServer;

/// A model that one other refers to, in one way.
macro_rules! pairs {
    ($($parent:ident, $child:ident, $parents:tt, $children:tt: $key:ty, $related:ty, $action:ident;)*) => { $(
        #[derive(Debug, Clone, Model)]
        #[chakra(collection = $parents)]
        struct $parent {
            #[chakra(id)]
            id: i64,
        }
        #[derive(Debug, Clone, Model)]
        #[chakra(collection = $children)]
        struct $child {
            #[chakra(id)]
            id: i64,
            parent_id: $key,
            #[chakra(relation = ManyToOne, foreign_key = parent_id, on_delete = $action)]
            parent: Related<$related>,
        }
    )* };
}

pairs! {
    Owner, Pet, "owners", "pets": i64, Owner, Cascade;
    Landlord, Flat, "landlords", "flats": i64, Landlord, Restrict;
    Editor, Page, "editors", "pages": Option<i64>, Option<Editor>, SetNull;
    Source, Quote, "sources", "quotes": i64, Source, NoAction;
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "colours")]
struct Colour {
    #[chakra(id)]
    id: i64,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "paints")]
struct Paint {
    #[chakra(id)]
    id: i64,
    colour_ids: Vec<i64>,
    #[chakra(relation = ManyToMany, ids = colour_ids)]
    colours: Related<Vec<Colour>>,
}

/// Documents with the ids 1 and 2, to the first of which documents of the other collection refer.
async fn put(raw: &mongodb::Database, parents: &str, children: &str) {
    let of = |collection: &str| raw.collection::<Document>(collection);
    of(parents).insert_many([doc! { "_id": 1_i64 }, doc! { "_id": 2_i64 }]).await.unwrap();
    of(children).insert_one(doc! { "_id": 1_i64, "parent_id": 1_i64, "colour_ids": [1_i64] }).await.unwrap();
}

async fn fixture() -> Fixture {
    let fixture = Fixture::new(|builder| builder).await;
    for (parents, children) in
        [("owners", "pets"), ("landlords", "flats"), ("editors", "pages"), ("sources", "quotes"), ("colours", "paints")]
    {
        put(&fixture.raw, parents, children).await;
    }
    fixture.commands();
    fixture
}

#[tokio::test]
async fn each_action_sends_what_it_needs() {
    let fixture = fixture().await;
    let db = &fixture.db;
    db.delete(Owner::id.eq(1)).await.unwrap();
    assert_eq!(fixture.commands(), ["find", "find", "update", "delete", "delete", "commitTransaction"]);
    db.delete(Landlord::id.eq(2)).await.unwrap();
    assert_eq!(fixture.commands(), ["find", "aggregate", "update", "delete", "commitTransaction"]);
    db.delete(Landlord::id.eq(1)).await.unwrap_err();
    assert_eq!(fixture.commands()[..2], ["find", "aggregate"]);
    db.delete(Editor::id.eq(1)).await.unwrap();
    assert_eq!(fixture.commands(), ["find", "update", "update", "delete", "commitTransaction"]);
    db.delete(Colour::id.eq(1)).await.unwrap();
    assert_eq!(fixture.commands(), ["find", "update", "update", "delete", "commitTransaction"]);
    // What has nothing to do is what it always was.
    db.delete(Source::id.eq(1)).await.unwrap();
    db.delete(Pet::id.eq(1)).returning(Nothing).await.unwrap_err();
    db.delete_many(Source::all()).await.unwrap();
    assert_eq!(fixture.commands(), ["findAndModify", "delete", "delete"]);
    assert_eq!(fixture.stored("quotes").await.len(), 1);
    // Many: their ids first.
    db.delete_many(Owner::all()).await.unwrap();
    assert_eq!(fixture.commands(), ["find", "find", "find", "update", "delete", "commitTransaction"]);
    db.delete_many(Owner::all()).await.unwrap();
    assert_eq!(fixture.commands(), ["find"]);
}

#[tokio::test]
async fn the_commands_are_these() {
    let sent = Sent::new().await;
    put(&sent.raw, "owners", "pets").await;
    sent.commands();
    sent.db.delete(Owner::id.eq(1)).await.unwrap();
    let commands = sent.commands();
    let [owner, pets, locks, pet, last, _] = commands.as_slice() else { panic!("{commands:?}") };
    assert_eq!(owner.get_document("filter").unwrap(), &doc! { "_id": 1_i64 });
    assert_eq!(pets.get_document("filter").unwrap(), &doc! { "parent_id": { "$in": [1_i64] } });
    assert_eq!(pets.get_document("projection").unwrap(), &doc! { "_id": 1, "parent_id": 1 });
    // Of the pet, to which nothing refers, there is no lock.
    assert_eq!(locks.get_str("update").unwrap(), "_chakra_locks");
    let taken = locks.get_array("updates").unwrap();
    let [Bson::Document(lock)] = taken.as_slice() else { panic!("{taken:?}") };
    let id = lock.get_document("q").unwrap().get_str("_id").unwrap();
    assert!(id.strip_prefix("owners/").is_some_and(|slot| slot.parse::<u32>().unwrap() < 65_536), "{id}");
    assert_eq!((lock.get_document("u").unwrap(), lock.get_bool("upsert").unwrap()), (&doc! { "$inc": { "n": 1_i64 } }, true));
    let deletes = |command: &Document| command.get_array("deletes").unwrap()[0].as_document().unwrap().get_document("q").unwrap().clone();
    assert_eq!((pet.get_str("delete").unwrap(), deletes(pet)), ("pets", doc! { "_id": { "$in": [1_i64] } }));
    assert_eq!((last.get_str("delete").unwrap(), deletes(last)), ("owners", doc! { "_id": { "$in": [1_i64] } }));
}

#[tokio::test]
async fn a_link_takes_the_lock_of_what_it_does_not_write() {
    let fixture = fixture().await;
    let db = &fixture.db;
    db.create(Pet::draft().id(5).parent(connect(Owner::id.eq(2)))).await.unwrap();
    assert_eq!(fixture.commands(), ["update", "find", "insert", "commitTransaction"]);
    db.create(Quote::draft().id(5).parent(connect(Source::id.eq(2)))).await.unwrap();
    assert_eq!(fixture.commands(), ["find", "insert", "commitTransaction"], "a delete takes no notice of it");
    db.create(Paint::draft().id(5).colours(connect([Colour::id.eq(1), Colour::id.eq(2)]))).await.unwrap();
    assert_eq!(fixture.commands(), ["update", "find", "insert", "commitTransaction"]);
    let locks = fixture.stored("_chakra_locks").await;
    let of = |prefix: &str| locks.iter().filter(|lock| lock.get_str("_id").unwrap().starts_with(prefix)).count();
    assert_eq!((of("owners/"), of("colours/"), locks.len()), (1, 2, 3));
}

#[tokio::test]
async fn inside_a_transaction_there_is_one_commit() {
    let fixture = fixture().await;
    let deleted = fixture.db.transaction(|tx| async move {
        tx.delete(Owner::id.eq(1)).await?;
        tx.delete(Editor::id.eq(1)).await?;
        tx.delete_many(Colour::all()).await
    });
    assert_eq!(deleted.await.unwrap(), 2);
    let owner = ["find", "find", "update", "delete", "delete"];
    let editor = ["find", "update", "update", "delete"];
    let colours = ["find", "find", "update", "update", "delete", "commitTransaction"];
    assert_eq!(fixture.commands(), [owner.as_slice(), editor.as_slice(), colours.as_slice()].concat());
}

#[tokio::test]
async fn a_standalone_server_gets_the_same_without_locks() {
    let server = TestServer::standalone().await.unwrap();
    let fixture = Fixture::on_server(&server, |builder| builder).await;
    let db = &fixture.db;
    for (parents, children) in [("owners", "pets"), ("landlords", "flats"), ("editors", "pages"), ("colours", "paints")] {
        put(&fixture.raw, parents, children).await;
    }
    fixture.commands();
    assert_eq!(db.delete(Owner::id.eq(1)).await.unwrap().id, 1);
    assert_eq!(fixture.commands(), ["find", "find", "delete", "delete"]);
    let error = db.delete(Landlord::id.eq(1)).await.unwrap_err();
    assert!(matches!(error, chakra::Error::Restricted { holder: "Flat", .. }), "{error:?}");
    assert_eq!(fixture.commands(), ["find", "aggregate"]);
    db.delete(Editor::id.eq(1)).await.unwrap();
    assert_eq!(fixture.commands(), ["find", "update", "delete"]);
    assert_eq!(db.delete_many(Colour::all()).await.unwrap(), 2);
    assert_eq!(fixture.commands(), ["find", "find", "update", "delete"]);
    assert!(!fixture.stored("pages").await[0].contains_key("parent_id"));
    assert_eq!(fixture.stored("paints").await[0].get_array("colour_ids").unwrap().len(), 0);
    assert_eq!(fixture.stored("_chakra_locks").await, [], "nothing would hold one");
}
