//! A parent is deleted, or its value changed, while a child is linked to it: never both.

use crate::support::Fixture;
use bson::{Document, doc};
use chakra::{Error, prelude::*};
use futures::future::{BoxFuture, join_all};

/// Links the child with this id to the parent with this key.
macro_rules! link {
    ($parent:ident, $child:ident: $db:ident, $road:ident, $id:ident, $key:ident) => {
        match $road {
            Road::Draft => $db.create($child::draft().id($id).parent(connect($key))).await.map(drop),
            Road::Child => $db.update($child::id.eq($id)).connect($child::parent, $key).await.map(drop),
            Road::Parent => $db.update($key).connect($parent::children, $child::id.eq($id)).await.map(drop),
            Road::ParentDraft => $db.update($key).create($parent::children, $child::draft().id($id)).await.map(drop),
        }
    };
}

mod deletes;
mod updates;

/// How often each of the four roads is raced against each write: four hundred rounds for each action.
const ROUNDS: i64 = 100;

/// How many rounds go on at the same time, each with a parent of its own.
const AT_ONCE: usize = 8;

/// The id of the parent that the children have before they are linked to another. Nobody deletes or changes it.
const SPARE: i64 = -1;

/// A verb that was not sent yet.
type Verb<T> = BoxFuture<'static, chakra::Result<T>>;

/// What becomes of a child.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Rule {
    Cascade,
    Restrict,
    SetNull,
    NoAction,
}

/// Who links a child to its parent.
#[derive(Clone, Copy, Debug)]
enum Road {
    /// `create` of the child, which connects the parent.
    Draft,
    /// `update` of the child, which connects the parent.
    Child,
    /// `update` of the parent, which connects the child.
    Parent,
    /// `update` of the parent, which creates the child.
    ParentDraft,
}

const ROADS: [Road; 4] = [Road::Draft, Road::Child, Road::Parent, Road::ParentDraft];

impl Road {
    /// The road by which the child with this id is linked, to the parent with the same id. Each has its rounds in a row.
    fn of(id: i64) -> Self {
        ROADS[usize::try_from(id / ROUNDS).unwrap() % ROADS.len()]
    }

    /// Whether the child is there before.
    fn has_child(self) -> bool {
        matches!(self, Self::Child | Self::Parent)
    }
}

/// Whether the link names its parent by the id, and not by another unique key: what is not an id is locked after it was looked up.
fn is_by_id(id: i64) -> bool {
    id / 10 % 2 == 0
}

/// Makes a write while others link. Each side starts first in half of the rounds, and of ten rounds the write is over before the links
/// begin in one, and begins after them in another.
async fn race<T: Send + 'static>(id: i64, write: Verb<T>, links: Vec<Verb<()>>) -> (chakra::Result<T>, Vec<chakra::Result<()>>) {
    match id % 10 {
        0 => {
            let written = write.await;
            (written, join_all(links).await)
        }
        5 => {
            let linked = join_all(links).await;
            (write.await, linked)
        }
        at => {
            let (write, links) = if at % 2 == 0 {
                let links: Vec<_> = links.into_iter().map(tokio::spawn).collect();
                (tokio::spawn(write), links)
            } else {
                (tokio::spawn(write), links.into_iter().map(tokio::spawn).collect())
            };
            let written = write.await.unwrap();
            (written, join_all(links).await.into_iter().map(Result::unwrap).collect())
        }
    }
}

/// Puts documents there behind Chakra's back, with an index that finds them by `field`.
async fn put(fixture: &Fixture, collection: &str, field: &str, documents: Vec<Document>) {
    let index = doc! { "key": { field: 1 }, "name": field };
    fixture.raw.run_command(doc! { "createIndexes": collection, "indexes": [index] }).await.unwrap();
    fixture.raw.collection::<Document>(collection).insert_many(documents).await.unwrap();
}

async fn one_of(fixture: &Fixture, collection: &str, id: i64) -> Option<Document> {
    fixture.raw.collection::<Document>(collection).find_one(doc! { "_id": id }).await.unwrap()
}

/// What was written beside the parents and children: locks of parents, and nothing else.
async fn check_locks(fixture: &Fixture, parents: &str, children: &str, action: Rule) {
    let collections = fixture.raw.list_collection_names().await.unwrap();
    let known = ["_chakra_locks", parents, children];
    assert!(collections.iter().all(|name| known.contains(&name.as_str())), "{collections:?}");
    let locks = fixture.stored("_chakra_locks").await;
    assert!(action == Rule::NoAction || !locks.is_empty());
    for lock in &locks {
        assert!(lock.get_str("_id").unwrap().starts_with(&format!("{parents}/")), "{lock}");
    }
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "herbs")]
struct Herb {
    #[chakra(id)]
    id: i64,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "teas")]
struct Tea {
    #[chakra(id)]
    id: i64,
    herb_ids: Vec<i64>,
    #[chakra(relation = ManyToMany, ids = herb_ids)]
    herbs: Related<Vec<Herb>>,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_on_one_side_never_holds_an_id_of_nothing() {
    let fixture = Fixture::new(|builder| builder).await;
    fixture.raw.collection::<Document>("herbs").insert_many((0..3 * ROUNDS).map(|id| doc! { "_id": id })).await.unwrap();
    for id in 0..3 * ROUNDS {
        let (delete, create) = (fixture.db.delete(Herb::id.eq(id)), fixture.db.create(Tea::draft().id(id).herbs(connect(Herb::id.eq(id)))));
        let (delete, create) = (tokio::spawn(delete.into_future()), tokio::spawn(create.into_future()));
        let (delete, create) = (delete.await.unwrap(), create.await.unwrap());
        assert!(delete.is_ok(), "{delete:?}");
        match one_of(&fixture, "teas", id).await {
            Some(tea) => assert_eq!((tea, create.is_ok()), (doc! { "_id": id, "herb_ids": [] }, true)),
            None => assert!(matches!(create, Err(Error::NotFound { model: "Herb", .. })), "{create:?}"),
        }
    }
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "pots")]
struct Pot {
    #[chakra(id)]
    id: i64,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "plants")]
struct Plant {
    #[chakra(id)]
    id: i64,
    pot_id: i64,
    #[chakra(relation = ManyToOne, foreign_key = pot_id, on_delete = Cascade)]
    pot: Related<Pot>,
}

#[tokio::test(flavor = "multi_thread")]
async fn many_are_deleted_while_others_are_linked_all_the_time() {
    use std::sync::atomic::{AtomicBool, Ordering};
    let fixture = Fixture::new(|builder| builder).await;
    // Those that are deleted, and those that are linked to.
    fixture.raw.collection::<Document>("pots").insert_many((0..2_000_i64).map(|id| doc! { "_id": id })).await.unwrap();
    let is_over = std::sync::Arc::new(AtomicBool::new(false));
    let links = (0..4_i64).map(|writer| {
        let (db, is_over) = (fixture.db.clone(), is_over.clone());
        tokio::spawn(async move {
            let mut written = 0;
            while !is_over.load(Ordering::Relaxed) {
                let pot = 1_000 + (written * 37 + writer * 250) % 1_000;
                db.create(Plant::draft().id(writer * 1_000_000 + written).pot(connect(Pot::id.eq(pot)))).await.unwrap();
                written += 1;
            }
            written
        })
    });
    let links: Vec<_> = links.collect();
    let deleted = fixture.db.delete_many(Pot::id.lt(1_000)).await;
    is_over.store(true, Ordering::Relaxed);
    let mut written = 0;
    for link in links {
        written += link.await.unwrap();
    }
    assert_eq!(deleted.unwrap(), 1_000);
    assert_eq!(fixture.db.count(Pot::all()).await.unwrap(), 1_000);
    assert_eq!(fixture.db.count(Plant::all()).await.unwrap(), u64::try_from(written).unwrap());
}
