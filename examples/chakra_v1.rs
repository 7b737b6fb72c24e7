//! The model of the older Chakra's documentation: it compiles to the letter and round-trips.
//!
//! `cargo run --example chakra_v1`
#![allow(missing_docs)]

use chakra::prelude::*;
use chakra_testkit::TestServer;
use chrono::{DateTime, Utc};

#[derive(Debug, Clone, Model)]
#[chakra(table = "users")]
pub struct User {
    #[chakra(primary_key, auto_increment)]
    pub id: i64,

    #[chakra(max_length = 50, unique)]
    pub username: String,

    #[chakra(max_length = 255)]
    pub email: String,

    #[chakra(default = "now()")]
    pub created_at: DateTime<Utc>,

    #[chakra(relation = OneToMany, foreign_key = "author_id")]
    pub posts: Related<Vec<Post>>,
}

#[derive(Debug, Clone, Model)]
#[chakra(table = "posts")]
pub struct Post {
    #[chakra(primary_key, auto_increment)]
    pub id: i64,

    #[chakra(max_length = 200)]
    pub title: String,

    pub author_id: i64,

    #[chakra(relation = ManyToOne, foreign_key = "author_id")]
    pub author: Related<User>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let server = TestServer::start().await?;
    let home = server.db().await;
    let db = Db::builder(home.uri()).model::<User>().connect().await?;
    db.sync().await?;

    let ada = db.create(User::draft().username("ada").email("ada@example.com").posts(create([Post::draft().title("Hello")]))).await?;
    let grace = db.create(User::draft().username("grace").email("grace@example.com")).await?;
    println!("ids: {} and {}", ada.id, grace.id);

    let read = db.get(User::id.eq(ada.id)).include(User::posts).await?;
    println!("{} since {}: {:?}", read.username, read.created_at, read.posts.get()?.iter().map(|post| &post.title).collect::<Vec<_>>());

    let refused = db.create(User::draft().username("x".repeat(51)).email("long@example.com")).await;
    println!("{}", refused.map_or_else(|error| error.to_string(), |user| format!("unexpected: {user:?}")));
    db.shutdown().await;
    Ok(())
}
