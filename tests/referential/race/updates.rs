//! The value that keys reference is changed while a child is linked by it, by each road.

use super::{AT_ONCE, ROADS, ROUNDS, Road, Rule, SPARE, Verb, check_locks, is_by_id, one_of, put, race};
use crate::support::Fixture;
use bson::{Document, doc};
use chakra::{Db, Error, Outcome, prelude::*};
use futures::{FutureExt, StreamExt, stream};

/// A model, one that refers to its title, and what is done to both.
struct Pair {
    parent: &'static str,
    parents: &'static str,
    children: &'static str,
    action: Rule,
    /// Links the child with this id to the parent with this id.
    link: fn(Db, Road, i64) -> Verb<()>,
    /// Gives this parent another title.
    change: fn(Db, i64) -> Verb<()>,
}

/// A delete takes no notice of these keys, so that the change alone is why they are locked.
macro_rules! pair {
    ($test:ident, $parent:ident, $child:ident, $parents:tt, $children:tt: $key:ty, $related:ty, $action:ident) => {
        #[derive(Debug, Clone, Model)]
        #[chakra(collection = $parents)]
        struct $parent {
            #[chakra(id)]
            id: i64,
            #[chakra(unique)]
            title: String,
            #[chakra(relation = OneToMany, foreign_key = title, references = title)]
            children: Related<Vec<$child>>,
        }
        #[derive(Debug, Clone, Model)]
        #[chakra(collection = $children)]
        struct $child {
            #[chakra(id)]
            id: i64,
            title: $key,
            #[chakra(relation = ManyToOne, foreign_key = title, references = title, on_delete = NoAction, on_update = $action)]
            parent: Related<$related>,
        }

        #[tokio::test(flavor = "multi_thread")]
        async fn $test() {
            let link = |db: Db, road: Road, id: i64| {
                async move {
                    let key = if is_by_id(id) { $parent::id.eq(id) } else { $parent::title.eq(old(id)) };
                    link!($parent, $child: db, road, id, key)
                }
                .boxed()
            };
            let change = |db: Db, id: i64| {
                async move {
                    if id / 20 % 2 == 0 {
                        return db.update($parent::id.eq(id)).set($parent::title, new(id)).await.map(drop);
                    }
                    db.update_many($parent::id.eq(id)).set($parent::title, new(id)).await.map(drop)
                }
                .boxed()
            };
            let (parent, action) = (stringify!($parent), Rule::$action);
            run(&Pair { parent, parents: $parents, children: $children, action, link, change }).await;
        }
    };
}

pair!(a_key_follows, Lord, Vassal, "lords", "vassals": String, Lord, Cascade);
pair!(a_key_holds_the_value_or_has_the_new_one, Abbot, Monk, "abbots", "monks": String, Abbot, Restrict);
pair!(a_key_becomes_none_or_has_the_new_value, Duke, Squire, "dukes", "squires": Option<String>, Option<Duke>, SetNull);
// What nobody takes notice of may be left behind: the value that was there when the child was linked. Nothing else is.
pair!(a_key_stays_as_it_was_written, Mayor, Clerk, "mayors", "clerks": String, Mayor, NoAction);

fn old(id: i64) -> String {
    format!("old {id}")
}

fn new(id: i64) -> String {
    format!("new {id}")
}

fn parent(id: i64, title: String) -> Document {
    doc! { "_id": id, "title": title, "kept": "by others" }
}

fn child(id: i64, title: String) -> Document {
    doc! { "_id": id, "title": title }
}

/// The child as it is before it is linked.
fn before(id: i64) -> Option<Document> {
    Road::of(id).has_child().then(|| child(id, old(SPARE)))
}

/// The rounds of each road.
async fn run(pair: &Pair) {
    let fixture = Fixture::new(|builder| builder).await;
    let ids = 0..i64::try_from(ROADS.len()).unwrap() * ROUNDS;
    put(&fixture, pair.parents, "title", ids.clone().chain([SPARE]).map(|id| parent(id, old(id))).collect()).await;
    put(&fixture, pair.children, "title", ids.clone().filter_map(before).collect()).await;
    stream::iter(ids).for_each_concurrent(AT_ONCE, |id| round(&fixture, pair, id)).await;
    assert_eq!(one_of(&fixture, pair.parents, SPARE).await, Some(parent(SPARE, old(SPARE))));
    check_locks(&fixture, pair.parents, pair.children, pair.action).await;
}

async fn round(fixture: &Fixture, pair: &Pair, id: i64) {
    let link = (pair.link)(fixture.db.clone(), Road::of(id), id);
    let (changed, mut linked) = race(id, (pair.change)(fixture.db.clone(), id), vec![link]).await;
    let linked = linked.remove(0);
    let stored = one_of(fixture, pair.parents, id).await;
    let found = one_of(fixture, pair.children, id).await;
    let what = format!("{:?} of {id}: {changed:?} {linked:?} {stored:?} {found:?}", Road::of(id));
    // The title is all that was written, if anything was.
    let now = if changed.is_ok() { new(id) } else { old(id) };
    assert_eq!(stored, Some(parent(id, now)), "{what}");
    match &changed {
        Ok(()) => {}
        Err(Error::Restricted { model, count: 1, deletes: false, outcome: Outcome::NotApplied, .. }) if *model == pair.parent => {}
        Err(_) => panic!("{what}"),
    }
    let refused = matches!(&linked, Err(Error::NotFound { model, .. }) if *model == pair.parent);
    assert!(linked.is_ok() || refused, "{what}");
    let acted = match pair.action {
        Rule::Cascade => Some(child(id, new(id))),
        Rule::Restrict | Rule::NoAction => Some(child(id, old(id))),
        Rule::SetNull => Some(doc! { "_id": id }),
    };
    // The child, whether the title was changed, and whether the link was made: where the link was first, and where the change was, after
    // which no parent has the old title.
    let link_first = (acted, pair.action != Rule::Restrict, true);
    let change_first = (if is_by_id(id) { Some(child(id, new(id))) } else { before(id) }, true, is_by_id(id));
    let outcome = (found, changed.is_ok(), linked.is_ok());
    match id % 10 {
        0 => assert!(outcome == change_first, "{what}"),
        5 => assert!(outcome == link_first, "{what}"),
        _ => assert!(outcome == link_first || outcome == change_first, "{what}"),
    }
}
