//! Filters in filters in filters: a hundred levels and more, up to as many as no stack could hold.

use super::broken;
use crate::support::Fixture;
use chakra::prelude::*;

#[derive(Debug, Clone, PartialEq, Model)]
struct Node {
    #[chakra(id)]
    id: i64,
    a: i32,
    b: i32,
    c: i32,
}

/// Of the second two the outcome depends on the innermost condition, however deep it lies.
static NODES: [Node; 5] = [
    Node { id: 1, a: 1, b: 2, c: 3 },
    Node { id: 2, a: 0, b: 9, c: 3 },
    Node { id: 3, a: 0, b: 2, c: 9 },
    Node { id: 4, a: 1, b: 9, c: 9 },
    Node { id: 5, a: 0, b: 9, c: 9 },
];

/// A filter so many levels deep: a conjunction in a disjunction in a negation, and so on.
fn nested(levels: i32) -> Filter<Node> {
    (0..levels).fold(Node::a.eq(1), |inner, level| match level % 3 {
        0 => inner & Node::b.ne(level % 5),
        1 => inner | Node::c.eq(level % 7),
        _ => !inner,
    })
}

/// The same in Rust.
fn holds(levels: i32, node: &Node) -> bool {
    (0..levels).fold(node.a == 1, |inner, level| match level % 3 {
        0 => inner && node.b != level % 5,
        1 => inner || node.c == level % 7,
        _ => !inner,
    })
}

fn expected(levels: i32) -> Vec<i64> {
    NODES.iter().filter(|node| holds(levels, node)).map(|node| node.id).collect()
}

async fn found(db: &Db, filter: Filter<Node>) -> chakra::Result<Vec<i64>> {
    Ok(db.find_many(filter).order_by(Node::id.asc()).await?.iter().map(|node| node.id).collect())
}

async fn fixture() -> Fixture {
    let fixture = Fixture::new(|builder| builder.model::<Node>()).await;
    fixture.db.insert_many(&NODES).await.unwrap();
    fixture.commands();
    fixture
}

/// Runs a test with more stack than a thread of tests has: without optimisation the driver's documents take some kilobytes of it for each
/// of their levels.
fn on_a_large_stack<F: Future<Output = ()>>(test: impl FnOnce() -> F + Send + 'static) {
    let run = move || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test());
    std::thread::Builder::new().stack_size(64 << 20).spawn(run).unwrap().join().unwrap();
}

#[test]
fn a_hundred_levels_are_answered_as_in_rust() {
    on_a_large_stack(|| async {
        let fixture = fixture().await;
        for levels in [98, 99, 100] {
            let (filter, expected) = (nested(levels), expected(levels));
            assert_eq!(found(&fixture.db, filter.clone()).await.unwrap(), expected, "{levels} levels");
            assert_eq!(fixture.db.count(filter.clone()).await.unwrap(), expected.len() as u64, "{levels} levels");
            let in_memory = NODES.iter().filter(|node| filter.matches(node).unwrap());
            assert_eq!(in_memory.map(|node| node.id).collect::<Vec<_>>(), expected, "{levels} levels");
        }
    });
}

/// The server takes a document of 200 levels, and each command puts its own on top of the filter's.
#[test]
fn more_are_answered_or_refused_and_never_left_to_the_server_to_refuse() {
    on_a_large_stack(|| async {
        let fixture = fixture().await;
        let db = &fixture.db;
        for levels in (100..=200).step_by(3) {
            let nowhere = || nested(levels) & Node::id.eq(0);
            let answers = [
                found(db, nested(levels)).await.map(|found| assert_eq!(found, expected(levels), "{levels} levels")),
                db.count(nested(levels)).await.map(|count| assert_eq!(count, expected(levels).len() as u64, "{levels} levels")),
                db.update_many(nowhere()).set(Node::a, 5).await.map(|updated| assert_eq!(updated.matched, 0)),
                db.delete_many(nowhere()).await.map(|deleted| assert_eq!(deleted, 0)),
            ];
            for error in answers.into_iter().filter_map(Result::err) {
                let (_, rule) = broken(&error);
                assert!(rule.contains("levels"), "{levels} levels: {rule}");
            }
        }
    });
}

#[tokio::test]
async fn what_is_too_deep_is_refused_however_deep_and_takes_no_stack() {
    let fixture = fixture().await;
    let db = &fixture.db;
    for levels in [300, 200_000] {
        drop(nested(levels));
        let errors = [
            db.find_many(nested(levels)).await.unwrap_err(),
            db.find_first(!nested(levels)).await.unwrap_err(),
            db.count(nested(levels) & Node::a.eq(1)).await.unwrap_err(),
            db.update_many(nested(levels) | Node::a.eq(1)).set(Node::b, 1).await.unwrap_err(),
            db.delete_many(nested(levels)).await.unwrap_err(),
        ];
        assert_eq!(fixture.commands(), Vec::<String>::new(), "{levels} levels");
        for error in &errors {
            let (_, rule) = broken(error);
            assert!(rule.contains("levels"), "{levels} levels: {rule}");
        }
    }
}
