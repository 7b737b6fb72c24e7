//! The model of the older Chakra's documentation, to the letter.

use crate::support::Fixture;
use chakra::prelude::*;
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
    pub title: String,
    pub author_id: i64,
    #[chakra(relation = ManyToOne, foreign_key = "author_id")]
    pub author: Related<User>,
}

async fn fixture() -> Fixture {
    let fixture = Fixture::new(|builder| builder.model::<User>()).await;
    fixture.db.sync().await.unwrap();
    fixture.commands();
    fixture
}

fn user(name: &str) -> impl chakra::query::Complete<Model = User, Draft: Send> + Send + use<> {
    User::draft().username(name).email(format!("{name}@example.com"))
}

#[tokio::test]
async fn it_round_trips_with_numbers_from_one() {
    let fixture = fixture().await;
    for (name, id) in [("ada", 1), ("grace", 2), ("edith", 3)] {
        assert_eq!(fixture.db.create(user(name)).await.unwrap().id, id);
    }
    let created = fixture
        .db
        .create(User::draft().username("joan").email("j").posts(create([Post::draft().title("a"), Post::draft().title("b")])))
        .await
        .unwrap();
    let read = fixture.db.get(User::id.eq(created.id)).include(User::posts).await.unwrap();
    assert_eq!(read.created_at, created.created_at);
    assert_eq!(read.posts.get().unwrap().iter().map(|post| (post.id, post.author_id)).collect::<Vec<_>>(), [(1, 4), (2, 4)]);
}

#[tokio::test]
async fn numbers_stay_unique_under_eight_tasks() {
    let fixture = fixture().await;
    let tasks = (0..8).map(|task| {
        let db = fixture.db.clone();
        tokio::spawn(async move {
            let mut ids = Vec::new();
            for n in 0..20 {
                ids.push(db.create(user(&format!("{task}-{n}"))).await.unwrap().id);
            }
            ids
        })
    });
    let mut ids: Vec<i64> = futures::future::try_join_all(tasks).await.unwrap().into_iter().flatten().collect();
    ids.sort_unstable();
    assert_eq!(ids, (1..=160).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_sequence_goes_on_behind_numbers_that_were_brought_along() {
    let fixture = fixture().await;
    let db = &fixture.db;
    // Stored before the sequence was used for the first time.
    fixture.store("users", bson::doc! { "_id": 40_i64, "username": "old", "email": "o", "created_at": bson::DateTime::now() }).await;
    assert_eq!(db.create(user("a")).await.unwrap().id, 41);
    assert_eq!(db.create(User::draft().id(100).username("b").email("b")).await.unwrap().id, 100);
    assert_eq!(db.create(user("c")).await.unwrap().id, 101);
    let whole = User { id: 200, username: "d".into(), email: "d".into(), created_at: Utc::now(), posts: Related::default() };
    db.insert_many(&[whole]).await.unwrap();
    assert_eq!(db.create(user("e")).await.unwrap().id, 201);
    assert_eq!(db.create_many([user("f"), user("g")]).await.unwrap(), 2);
    assert_eq!(db.create(user("h")).await.unwrap().id, 204);
}

#[tokio::test]
async fn a_username_of_51_characters_is_refused_before_anything_is_sent() {
    let fixture = fixture().await;
    let error = fixture.db.create(user(&"x".repeat(51))).await.unwrap_err();
    assert_eq!(error.to_string(), "this `User` is not valid: `username` needs at most 50 characters");
    // Not even a number of the sequence is lost to it.
    assert_eq!(fixture.commands(), Vec::<String>::new());
    assert_eq!(fixture.db.create(user(&"é".repeat(50))).await.unwrap().id, 1);
}
