//! A parent is deleted while a child is linked to it: never both.

use crate::support::Fixture;
use bson::{Document, doc};
use chakra::{Error, prelude::*};

const ROUNDS: i64 = 300;

/// A model, one that refers to it, and the rounds of both.
macro_rules! race {
    ($test:ident, $parent:ident, $child:ident, $parents:tt, $children:tt: $key:ty, $related:ty, $action:ident) => {
        #[derive(Debug, Clone, Model)]
        #[chakra(collection = $parents)]
        struct $parent {
            #[chakra(id)]
            id: i64,
            #[chakra(version)]
            version: i64,
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

        #[tokio::test(flavor = "multi_thread")]
        async fn $test() {
            let fixture = Fixture::new(|builder| builder).await;
            let parents = (0..ROUNDS).map(|id| doc! { "_id": id, "version": 1_i64, "kept": "by others" });
            fixture.raw.collection::<Document>($parents).insert_many(parents).await.unwrap();
            let (mut deleted, mut created) = (0, 0);
            for id in 0..ROUNDS {
                let (one, other) = (fixture.db.clone(), fixture.db.clone());
                let delete = async move { one.delete($parent::id.eq(id)).await };
                let create = async move { other.create($child::draft().id(id).parent(connect($parent::id.eq(id)))).await };
                // Each of the two starts first in half of the rounds, and of some rounds one of them is over before.
                let (delete, create) = match id % 10 {
                    0 => (delete.await, create.await),
                    5 => {
                        let create = create.await;
                        (delete.await, create)
                    }
                    at if at % 2 == 0 => {
                        let (create, delete) = (tokio::spawn(create), tokio::spawn(delete));
                        (delete.await.unwrap(), create.await.unwrap())
                    }
                    _ => {
                        let (delete, create) = (tokio::spawn(delete), tokio::spawn(create));
                        (delete.await.unwrap(), create.await.unwrap())
                    }
                };
                let parent = one_of(&fixture, $parents, id).await;
                let child = one_of(&fixture, $children, id).await;
                let what = format!("round {id}: {delete:?} {create:?} {parent:?} {child:?}");
                assert_eq!(delete.is_ok(), parent.is_none(), "{what}");
                if let Some(parent) = &parent {
                    // Nobody wrote to it.
                    assert_eq!(*parent, doc! { "_id": id, "version": 1_i64, "kept": "by others" }, "{what}");
                }
                let key = child.as_ref().and_then(|child| child.get("parent_id").cloned());
                assert!(key.is_none() || parent.is_some(), "a child without its parent: {what}");
                match &create {
                    // It was first, and then whatever the action is was done to it.
                    Ok(_) if delete.is_ok() => match stringify!($action) {
                        "Cascade" => assert!(child.is_none(), "{what}"),
                        "SetNull" => assert!(child.is_some(), "{what}"),
                        _ => panic!("{what}"),
                    },
                    Ok(_) => assert!(key.is_some(), "{what}"),
                    Err(Error::NotFound { .. }) => assert!(child.is_none() && delete.is_ok(), "{what}"),
                    Err(_) => panic!("{what}"),
                }
                match &delete {
                    Ok(_) => deleted += 1,
                    Err(Error::Restricted { count: 1, .. }) => {
                        assert!(stringify!($action) == "Restrict" && create.is_ok(), "{what}");
                    }
                    Err(_) => panic!("{what}"),
                }
                created += i64::from(create.is_ok());
            }
            // Both came to it, or it was no race.
            assert!(created >= ROUNDS / 10 && deleted >= ROUNDS / 10, "{created} children were created, {deleted} parents deleted");
        }
    };
}

async fn one_of(fixture: &Fixture, collection: &str, id: i64) -> Option<Document> {
    fixture.raw.collection::<Document>(collection).find_one(doc! { "_id": id }).await.unwrap()
}

race!(a_cascade_leaves_no_child, Oak, Acorn, "oaks", "acorns": i64, Oak, Cascade);
race!(a_child_holds_its_parent_or_is_not_there, Hen, Egg, "hens", "race_eggs": i64, Hen, Restrict);
race!(a_child_loses_its_key, Ship, Sailor, "ships", "sailors": Option<i64>, Option<Ship>, SetNull);

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
    fixture.raw.collection::<Document>("herbs").insert_many((0..ROUNDS).map(|id| doc! { "_id": id })).await.unwrap();
    for id in 0..ROUNDS {
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
#[chakra(collection = "lords")]
struct Lord {
    #[chakra(id)]
    id: i64,
    #[chakra(unique)]
    title: String,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "vassals")]
struct Vassal {
    #[chakra(id)]
    id: i64,
    title: String,
    #[chakra(relation = ManyToOne, foreign_key = title, references = title, on_update = Cascade)]
    lord: Related<Lord>,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_written_while_its_value_changes_follows() {
    let fixture = Fixture::new(|builder| builder).await;
    fixture
        .raw
        .collection::<Document>("lords")
        .insert_many((0..ROUNDS).map(|id| doc! { "_id": id, "title": format!("old {id}") }))
        .await
        .unwrap();
    for id in 0..ROUNDS {
        let update = fixture.db.update(Lord::id.eq(id)).set(Lord::title, format!("new {id}"));
        let create = fixture.db.create(Vassal::draft().id(id).lord(connect(Lord::id.eq(id))));
        let (update, create) = (tokio::spawn(update.into_future()), tokio::spawn(create.into_future()));
        assert_eq!((update.await.unwrap().unwrap().id, create.await.unwrap().unwrap().id), (id, id));
        let vassal = one_of(&fixture, "vassals", id).await.unwrap();
        assert_eq!(vassal, doc! { "_id": id, "title": format!("new {id}") });
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
