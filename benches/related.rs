//! Filters on related documents by the two roads that there are: the keys of the related documents are read first and named in the filter,
//! or each document's related ones are looked up by a `$lookup`. Chakra reads keys first unless there are more of them than a filter may
//! name, or the filter is about one document by its unique key; here the other road is asked for by `most_related_keys(0)`.
//!
//! The questions: a child condition that few, some or half of the children meet, alone and beside a condition that few parents meet. Both
//! roads are measured in turn, round by round, in one process against one server whose documents are at rest; printed are the medians.
//! `cargo bench --bench related`.
#![allow(missing_docs, clippy::unwrap_used)]

use bson::doc;
use chakra::prelude::*;
use chakra_testkit::TestCluster;
use std::time::{Duration, Instant};

const AUTHORS: i64 = 10_000;
const POSTS_EACH: i64 = 10;
const CITIES: i64 = 1_000;
const ROUNDS: usize = 9;

#[derive(Debug, Clone, Model)]
struct Author {
    #[chakra(id)]
    id: i64,
    #[chakra(index)]
    city: i64,
    #[chakra(relation = OneToMany, foreign_key = author_id)]
    posts: Related<Vec<Post>>,
}

#[derive(Debug, Clone, Model)]
struct Post {
    #[chakra(id)]
    id: i64,
    /// Between 0 and 9,999, evenly.
    #[chakra(index)]
    likes: i64,
    author_id: i64,
    #[chakra(relation = ManyToOne, foreign_key = author_id)]
    author: Related<Author>,
}

#[tokio::main]
async fn main() {
    let mut server = TestCluster::start(1).await.unwrap();
    let test = server.db();
    let connect = || Db::builder(test.uri()).model::<Author>().deadline(Duration::from_secs(600));
    let keys_first = connect().connect().await.unwrap();
    let looked_up = connect().most_related_keys(0).connect().await.unwrap();
    keys_first.sync().await.unwrap();
    fill(&keys_first).await;
    let client = mongodb::Client::with_uri_str(test.uri()).await.unwrap();
    client.database("admin").run_command(doc! { "fsync": 1 }).await.unwrap();
    server.kill(0);
    server.restart(0).await.unwrap();
    server.primary().await.unwrap();

    println!("{} authors with {POSTS_EACH} posts each: keys first, and by $lookup", AUTHORS);
    for (posts, least) in [("10 posts", 9_999), ("1,000 posts", 9_900), ("50,000 posts", 5_000)] {
        let liked = || Author::posts.some(Post::likes.gte(least));
        measure(&format!("authors of the {posts} liked most"), &keys_first, &looked_up, liked).await;
        let beside = || Author::city.eq(7) & liked();
        measure(&format!("those of them in a city of {}", AUTHORS / CITIES), &keys_first, &looked_up, beside).await;
    }
}

async fn fill(db: &Db) {
    let authors: Vec<Author> = (0..AUTHORS).map(|id| Author { id, city: id % CITIES, posts: Related::default() }).collect();
    db.insert_many(&authors).await.unwrap();
    let posts: Vec<Post> = (0..AUTHORS * POSTS_EACH)
        .map(|id| Post { id, likes: id * 7_919 % 10_000, author_id: id % AUTHORS, author: Related::default() })
        .collect();
    db.insert_many(&posts).await.unwrap();
}

async fn measure(what: &str, keys_first: &Db, looked_up: &Db, filter: impl Fn() -> Filter<Author>) {
    let (mut keys, mut lookups) = (Vec::new(), Vec::new());
    // The first round warms both up.
    for round in 0..=ROUNDS {
        let began = Instant::now();
        let by_keys = keys_first.find_many(filter()).order_by(Author::id.asc()).await.unwrap();
        let took = began.elapsed();
        let began = Instant::now();
        let by_lookup = looked_up.find_many(filter()).order_by(Author::id.asc()).await.unwrap();
        let lookup_took = began.elapsed();
        let ids = |authors: &[Author]| authors.iter().map(|author| author.id).collect::<Vec<_>>();
        assert_eq!(ids(&by_keys), ids(&by_lookup));
        if round > 0 {
            keys.push(took);
            lookups.push(lookup_took);
        }
    }
    println!("  {what:<42} {:>10.1?} {:>10.1?}", median(keys), median(lookups));
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
