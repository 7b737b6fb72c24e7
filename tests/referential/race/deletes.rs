//! A parent is deleted, alone or with others, while a child is linked to it by each road.

use super::{AT_ONCE, ROADS, ROUNDS, Road, Rule, SPARE, Verb, check_locks, is_by_id, one_of, put, race};
use crate::support::Fixture;
use bson::{Document, doc};
use chakra::{Db, Error, Outcome, prelude::*};
use futures::{FutureExt, StreamExt, stream};

/// A model, one that refers to it, and what is done to both.
struct Pair {
    parent: &'static str,
    parents: &'static str,
    children: &'static str,
    action: Rule,
    /// Links the child with this id to the parent with this id.
    link: fn(Db, Road, i64) -> Verb<()>,
    /// Deletes these parents: one by `delete`, several by one `delete_many`.
    delete: fn(Db, Vec<i64>) -> Verb<u64>,
}

macro_rules! pair {
    ($test:ident, $parent:ident, $child:ident, $parents:tt, $children:tt: $key:ty, $related:ty, $action:ident) => {
        #[derive(Debug, Clone, Model)]
        #[chakra(collection = $parents)]
        struct $parent {
            #[chakra(id)]
            id: i64,
            #[chakra(unique)]
            name: String,
            #[chakra(version)]
            version: i64,
            #[chakra(relation = OneToMany, foreign_key = parent_id)]
            children: Related<Vec<$child>>,
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
            let link = |db: Db, road: Road, id: i64| {
                async move {
                    let key = if is_by_id(id) { $parent::id.eq(id) } else { $parent::name.eq(name(id)) };
                    link!($parent, $child: db, road, id, key)
                }
                .boxed()
            };
            let delete = |db: Db, ids: Vec<i64>| {
                async move {
                    if ids.len() > 1 {
                        return db.delete_many($parent::id.in_(ids)).await;
                    }
                    db.delete($parent::id.eq(ids[0])).await.map(|_| 1)
                }
                .boxed()
            };
            let (parent, action) = (stringify!($parent), Rule::$action);
            run(&Pair { parent, parents: $parents, children: $children, action, link, delete }).await;
        }
    };
}

pair!(a_cascade_leaves_no_child, Oak, Acorn, "oaks", "acorns": i64, Oak, Cascade);
pair!(a_child_holds_its_parent_or_is_not_there, Hen, Egg, "hens", "race_eggs": i64, Hen, Restrict);
pair!(a_child_loses_its_key, Ship, Sailor, "ships", "sailors": Option<i64>, Option<Ship>, SetNull);
// What nobody takes notice of may be left behind: the key of a child that was linked before its parent was deleted. Nothing else is.
pair!(a_child_keeps_its_key, Lamp, Moth, "lamps", "moths": i64, Lamp, NoAction);

fn name(id: i64) -> String {
    format!("the one with {id}")
}

fn parent(id: i64) -> Document {
    doc! { "_id": id, "name": name(id), "version": 1_i64, "kept": "by others" }
}

fn child(id: i64, parent: i64) -> Document {
    doc! { "_id": id, "parent_id": parent }
}

/// The child as it is before it is linked.
fn before(id: i64) -> Option<Document> {
    Road::of(id).has_child().then(|| child(id, SPARE))
}

/// The rounds of each road against a delete of the one parent, and as many of all roads at once against one delete of a parent of each.
async fn run(pair: &Pair) {
    let fixture = Fixture::new(|builder| builder).await;
    let roads = i64::try_from(ROADS.len()).unwrap();
    let ids = 0..2 * roads * ROUNDS;
    put(&fixture, pair.parents, "name", ids.clone().chain([SPARE]).map(parent).collect()).await;
    put(&fixture, pair.children, "parent_id", ids.filter_map(before).collect()).await;
    let alone = (0..roads * ROUNDS).map(|id| vec![id]);
    let together = (0..ROUNDS).map(|at| (roads..2 * roads).map(|road| road * ROUNDS + at).collect::<Vec<i64>>());
    let rounds = stream::iter(alone.chain(together));
    rounds.for_each_concurrent(AT_ONCE, |ids| round(&fixture, pair, ids)).await;
    assert_eq!(one_of(&fixture, pair.parents, SPARE).await, Some(parent(SPARE)));
    check_locks(&fixture, pair.parents, pair.children, pair.action).await;
}

async fn round(fixture: &Fixture, pair: &Pair, ids: Vec<i64>) {
    let links = ids.iter().map(|id| (pair.link)(fixture.db.clone(), Road::of(*id), *id)).collect();
    let (deleted, linked) = race(ids[0], (pair.delete)(fixture.db.clone(), ids.clone()), links).await;
    let (mut gone, mut there) = (0, 0);
    for (id, linked) in ids.iter().copied().zip(&linked) {
        let stored = one_of(fixture, pair.parents, id).await;
        let found = one_of(fixture, pair.children, id).await;
        let what = format!("{:?} of {id} in {ids:?}: {deleted:?} {linked:?} {stored:?} {found:?}", Road::of(id));
        let is_gone = stored.is_none();
        // Nobody wrote to one that is there.
        assert!(is_gone || stored == Some(parent(id)), "{what}");
        let refused = matches!(linked, Err(Error::NotFound { model, .. }) if *model == pair.parent);
        assert!(linked.is_ok() || refused, "{what}");
        let acted = match pair.action {
            Rule::Cascade => None,
            Rule::Restrict | Rule::NoAction => Some(child(id, id)),
            Rule::SetNull => Some(doc! { "_id": id }),
        };
        // The child, whether the parent is gone, and whether the link was made: where the link was first, and where the delete was.
        let link_first = (acted, pair.action != Rule::Restrict, true);
        let delete_first = (before(id), true, false);
        let outcome = (found, is_gone, linked.is_ok());
        match id % 10 {
            0 => assert!(outcome == delete_first, "{what}"),
            5 => assert!(outcome == link_first, "{what}"),
            _ => assert!(outcome == link_first || outcome == delete_first, "{what}"),
        }
        if is_gone { gone += 1 } else { there += 1 }
    }
    match &deleted {
        Ok(count) => assert_eq!((*count, there), (gone, 0), "{ids:?}: {linked:?}"),
        // A delete of several that lost against a link goes on with half of them, so that some may be gone.
        Err(Error::Restricted { model, count, deletes: true, outcome, .. }) if pair.action == Rule::Restrict => {
            assert_eq!(*model, pair.parent);
            assert!((1..=there).contains(count), "{ids:?}: {deleted:?} {linked:?}");
            assert_eq!(*outcome == Outcome::Applied, gone > 0, "{ids:?}: {deleted:?} {linked:?}");
        }
        Err(error) => panic!("{ids:?}: {error:?} {linked:?}"),
    }
}
