//! Id lists under concurrency and interruption: eight tasks that connect, disconnect, replace, delete and create at random, on lists of both sides
//! and of one, from either side, on the very same documents. Nothing that was acknowledged is lost, nothing is left over, and both sides agree.
//!
//! `history` knows what may be stored afterwards, `tasks` make the calls, and `stored` reads the raw lists. `killed` has clients that are killed,
//! `failures` a server that fails and a primary that is killed.
//!
//! `CHAKRA_LINKS_OPERATIONS` sets how many calls are made, `CHAKRA_LINKS_SEED` which:
//! `CHAKRA_LINKS_OPERATIONS=10000 CHAKRA_LINKS_SEED=7 cargo test --release --test chakra id_lists -- --nocapture`.

mod failures;
mod history;
mod killed;
mod stored;
mod tasks;

use crate::support::number;
use chakra::prelude::*;
use chakra_testkit::TestDb;
use std::{sync::Arc, time::Instant};
use stored::Stored;
use tasks::{Tasks, World};

/// How many tasks work at once.
const TASKS: u64 = 8;

#[derive(Debug, Clone, Model)]
#[chakra(collection = "posts")]
struct Post {
    #[chakra(id)]
    id: i64,
    tag_ids: Vec<i64>,
    #[chakra(relation = ManyToMany, ids = tag_ids, inverse_ids = post_ids)]
    tags: Related<Vec<Tag>>,
    mark_ids: Vec<i64>,
    #[chakra(relation = ManyToMany, ids = mark_ids)]
    marks: Related<Vec<Mark>>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "tags")]
struct Tag {
    #[chakra(id)]
    id: i64,
    post_ids: Vec<i64>,
    #[chakra(relation = ManyToMany, ids = post_ids, inverse_ids = tag_ids)]
    posts: Related<Vec<Post>>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "marks")]
struct Mark {
    #[chakra(id)]
    id: i64,
    #[chakra(relation = ManyToMany, inverse_ids = mark_ids)]
    posts: Related<Vec<Post>>,
}

/// How many calls a run makes that makes so many where nothing else is asked for.
fn operations(usual: u64) -> u64 {
    number("CHAKRA_LINKS_OPERATIONS").unwrap_or(usual)
}

/// One seed that is asked for, or these.
fn seeds(usual: std::ops::Range<u64>) -> Vec<u64> {
    number("CHAKRA_LINKS_SEED").map_or_else(|| usual.collect(), |seed| vec![seed])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_tasks_lose_nothing_and_leave_nothing_over() {
    for seed in seeds(1..4) {
        let began = Instant::now();
        let world = World::on(TestDb::new().await.unwrap()).await;
        let tasks = Arc::new(Tasks::new(world.db.clone(), operations(400)));
        let history = tasks.run(TASKS, seed).await;
        let stored = Stored::read(&world.raw).await;
        stored.check_sides();
        history.check(&stored, true);
        let report = world.db.check_relations().await.unwrap();
        assert!(report.is_clean(), "{report}");
        // No more than there were documents; each call creates at most one.
        let locks = world.locks().await;
        let of = |collection: &str| locks.iter().filter(|lock| lock.starts_with(collection)).count();
        assert_eq!(of("marks/") + of("posts/") + of("tags/"), locks.len());
        assert!(locks.len() <= 150 + history.begun(), "{} locks", locks.len());
        println!("{} calls, {} acknowledged, seed {seed}, in {:?}", history.begun(), history.acknowledged(), began.elapsed());
    }
}
