//! Loading parents with their children, beside the same by hand on the driver: one typed `find` of the parents, one with `$in` for the
//! children, put together by a map; and, for the smaller case, beside one query for each parent (N+1).
//!
//! The documents are at rest: the server has written a checkpoint and was started again, as the collections of a service are for the most part
//! read from pages that were written long ago, and not from the lists in memory in which the storage engine keeps what was inserted just now.
//!
//! All are measured in turn in one process against one server, round by round, so that a machine that slows down slows all; printed are the
//! medians and their ratios. `cargo bench --bench include`.
#![allow(missing_docs, clippy::unwrap_used)]

use bson::{doc, oid::ObjectId};
use chakra::prelude::*;
use chakra_testkit::TestCluster;
use futures::TryStreamExt;
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

#[derive(Debug, Clone, Model)]
struct Author {
    #[chakra(id)]
    id: Id<Author>,
    name: String,
    #[chakra(relation = OneToMany, foreign_key = author_id)]
    posts: Related<Vec<Post>>,
}

#[derive(Debug, Clone, Model)]
struct Post {
    #[chakra(id)]
    id: Id<Post>,
    title: String,
    body: Option<String>,
    published: bool,
    likes: i64,
    created_at: bson::DateTime,
    author_id: Id<Author>,
    #[chakra(relation = ManyToOne, foreign_key = author_id)]
    author: Related<Author>,
}

#[derive(Debug, Serialize, Deserialize)]
struct ByHandAuthor {
    #[serde(rename = "_id")]
    id: ObjectId,
    name: String,
    #[serde(skip)]
    posts: Vec<ByHandPost>,
}

#[derive(Debug, Serialize, Deserialize)]
struct ByHandPost {
    #[serde(rename = "_id")]
    id: ObjectId,
    title: String,
    body: Option<String>,
    published: bool,
    likes: i64,
    created_at: bson::DateTime,
    author_id: ObjectId,
}

#[derive(Clone, Copy)]
struct Case {
    parents: usize,
    children: usize,
    rounds: usize,
    n_plus_1: bool,
}

#[tokio::main]
async fn main() {
    let mut server = TestCluster::start(1).await.unwrap();
    for case in [
        Case { parents: 1_000, children: 20, rounds: 15, n_plus_1: true },
        Case { parents: 10, children: 100_000, rounds: 3, n_plus_1: false },
    ] {
        measure(&mut server, case).await;
    }
}

async fn measure(server: &mut TestCluster, case: Case) {
    let test = server.db();
    let db = Db::builder(test.uri()).model::<Author>().deadline(Duration::from_secs(600)).connect().await.unwrap();
    db.sync().await.unwrap();
    fill(&db, case).await;
    let client = mongodb::Client::with_uri_str(test.uri()).await.unwrap();
    client.database("admin").run_command(doc! { "fsync": 1 }).await.unwrap();
    server.kill(0);
    server.restart(0).await.unwrap();
    server.primary().await.unwrap();
    let database = client.default_database().unwrap();
    let (mut ours, mut by_hand, mut one_by_one) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=case.rounds {
        let began = Instant::now();
        let authors = db.find_many(Author::all()).include(Author::posts).await.unwrap();
        let chakra = began.elapsed();
        assert!(authors.len() == case.parents && authors.iter().all(|author| author.posts.get().unwrap().len() == case.children));
        drop(authors);

        let began = Instant::now();
        let authors = with_in(&database).await;
        let driver = began.elapsed();
        assert!(authors.len() == case.parents && authors.iter().all(|author| author.posts.len() == case.children));
        drop(authors);

        let began = Instant::now();
        if case.n_plus_1 {
            let authors = with_n_plus_1(&database).await;
            assert!(authors.iter().all(|author| author.posts.len() == case.children));
        }
        // The first round warms all of them up.
        if round > 0 {
            ours.push(chakra);
            by_hand.push(driver);
            one_by_one.push(began.elapsed());
        }
    }
    let (ours, by_hand) = (median(ours), median(by_hand));
    println!("include {} × {}", case.parents, case.children);
    println!("  chakra    {ours:>10.1?}");
    println!("  $in       {by_hand:>10.1?}   ratio {:.2} (goal: at most 0.8)", ours.as_secs_f64() / by_hand.as_secs_f64());
    if case.n_plus_1 {
        let one_by_one = median(one_by_one);
        println!("  N+1       {one_by_one:>10.1?}   {:.1} times as long (goal: at least 6)", one_by_one.as_secs_f64() / ours.as_secs_f64());
    }
}

async fn fill(db: &Db, case: Case) {
    let authors: Vec<Author> =
        (0..case.parents).map(|n| Author { id: Id::new(), name: format!("author {n}"), posts: Related::default() }).collect();
    db.insert_many(&authors).await.unwrap();
    for author in &authors {
        let posts: Vec<Post> = (0..case.children)
            .map(|n| Post {
                id: Id::new(),
                title: format!("The title of post {n}"),
                body: (n % 2 == 0).then(|| "Some sentences, not many of them.".to_owned()),
                published: n % 3 == 0,
                likes: n as i64,
                created_at: bson::DateTime::now(),
                author_id: author.id,
                author: Related::default(),
            })
            .collect();
        db.insert_many(&posts).await.unwrap();
    }
}

async fn with_in(database: &mongodb::Database) -> Vec<ByHandAuthor> {
    let mut authors: Vec<ByHandAuthor> = database.collection("authors").find(doc! {}).await.unwrap().try_collect().await.unwrap();
    let ids: Vec<ObjectId> = authors.iter().map(|author| author.id).collect();
    let posts = database.collection::<ByHandPost>("posts");
    let posts: Vec<ByHandPost> = posts.find(doc! { "author_id": { "$in": ids } }).await.unwrap().try_collect().await.unwrap();
    let mut by_author: HashMap<ObjectId, Vec<ByHandPost>> = HashMap::new();
    for post in posts {
        by_author.entry(post.author_id).or_default().push(post);
    }
    for author in &mut authors {
        author.posts = by_author.remove(&author.id).unwrap_or_default();
    }
    authors
}

async fn with_n_plus_1(database: &mongodb::Database) -> Vec<ByHandAuthor> {
    let mut authors: Vec<ByHandAuthor> = database.collection("authors").find(doc! {}).await.unwrap().try_collect().await.unwrap();
    let posts = database.collection::<ByHandPost>("posts");
    for author in &mut authors {
        author.posts = posts.find(doc! { "author_id": author.id }).await.unwrap().try_collect().await.unwrap();
    }
    authors
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
