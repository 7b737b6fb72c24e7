//! Nested writes: everything or nothing, in few round trips, and in a documented order where there are no transactions.

mod alike;
mod back;
mod contradictions;
mod drafts;
mod keys;
mod links;
mod losses;
mod own_keys;
mod raced;
mod refused;
mod several_keys;
mod standalone;
mod table;
mod together;
mod verbs;
mod world;

use crate::{
    models::{Category, Post, Profile, User, ada},
    support::Fixture,
};
use chakra::{Error, prelude::*};
use chakra_testkit::TestServer;

async fn fixture() -> Fixture {
    let fixture = Fixture::new(|builder| builder.model::<User>()).await;
    fixture.db.sync().await.unwrap();
    fixture.commands();
    fixture
}

fn user(name: &str) -> impl chakra::query::Complete<Model = User> {
    User::draft().username(name).email(name).first_name(name).last_name(name)
}

#[tokio::test]
async fn a_user_with_a_thousand_posts_is_two_inserts_and_a_commit() {
    let fixture = fixture().await;
    let posts: Vec<_> = (0..1_000).map(|n| Post::draft().title(format!("{n}"))).collect();
    let user = fixture.db.create(User::draft().username("a").email("a").first_name("a").last_name("a").posts(create(posts))).await.unwrap();
    assert_eq!(fixture.commands(), ["insert", "insert", "commitTransaction"]);
    assert_eq!(fixture.db.count(Post::author_id.eq(user.id)).await.unwrap(), 1_000);
}

#[tokio::test]
async fn a_failure_anywhere_leaves_nothing() {
    let fixture = fixture().await;
    fixture.db.create(Category::draft().name("taken")).await.unwrap();
    let draft = Post::draft()
        .title("x")
        .author(create(user("a")))
        .categories(create([Category::draft().name("new"), Category::draft().name("taken")]));
    let error = fixture.db.create(draft).await.unwrap_err();
    assert!(error.is_unique_on(Category::name), "{error:?}");
    assert_eq!(error.outcome(), chakra::Outcome::NotApplied);
    for collection in ["users", "posts"] {
        assert_eq!(fixture.stored(collection).await, [], "{collection}");
    }
    assert_eq!(fixture.stored("categories").await.len(), 1);
}

#[tokio::test]
async fn connecting_what_is_not_there_is_not_found_and_writes_nothing() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let author = db.create(ada()).await.unwrap();
    let missing = Id::<Category>::new();
    let error = db.create(Post::draft().title("x").author_id(author.id).categories(connect(missing))).await.unwrap_err();
    assert_eq!(error.to_string(), format!("no `Category` with _id {missing} was found"));
    let error = db.create(Post::draft().title("x").author(connect(User::email.eq("nobody")))).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { model: "User", .. }), "{error:?}");
    assert_eq!(fixture.stored("posts").await, []);
}

#[tokio::test]
async fn keys_are_filled_in_both_directions() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let by_child = db.create(Post::draft().title("one").author(create(user("a")))).await.unwrap();
    let a = db.get(by_child.author_id).await.unwrap();
    assert_eq!(a.username, "a");
    // An optional key, by connect; and posts that exist already move to their new author.
    let edited = db.create(Post::draft().title("two").author(connect(a.id)).editor(connect(User::username.eq("a")))).await.unwrap();
    assert_eq!((edited.author_id, edited.editor_id), (a.id, Some(a.id)));
    let b = db
        .create(
            User::draft()
                .username("b")
                .email("b")
                .first_name("b")
                .last_name("b")
                .posts(connect([by_child.id, edited.id]))
                .profile(create(Profile::draft().bio("p"))),
        )
        .await
        .unwrap();
    assert_eq!(db.count(Post::author_id.eq(b.id)).await.unwrap(), 2);
    assert_eq!(db.find_unique(Profile::user_id.eq(b.id)).await.unwrap().map(|profile| profile.bio), Some("p".to_owned()));
}

#[tokio::test]
async fn connecting_one_twice_links_it_once() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let author = db.create(ada()).await.unwrap();
    let category = db.create(Category::draft().name("c")).await.unwrap();
    let post = db
        .create(Post::draft().title("x").author_id(author.id).categories((connect(category.id), connect([Category::name.eq("c")]))))
        .await
        .unwrap();
    assert_eq!(post.category_ids, [category.id]);
    assert_eq!(db.get(category.id).await.unwrap().post_ids, [post.id]);
}

#[tokio::test]
async fn connecting_children_twice_or_with_a_key_of_their_own() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let post = db.create(Post::draft().title("x").author(create(user("a")))).await.unwrap();
    let b =
        db.create(User::draft().username("b").email("b").first_name("b").last_name("b").posts(connect([post.id, post.id]))).await.unwrap();
    assert_eq!(db.get(post.id).await.unwrap().author_id, b.id);
    let own = Post::draft().title("y").author_id(post.author_id);
    let error = db.create(User::draft().username("c").email("c").first_name("c").last_name("c").posts(create([own]))).await.unwrap_err();
    assert_eq!(error.to_string(), "this `Post` is not valid: `author_id` needs no value of its own in a draft whose parent fills it");
    let error = db
        .create(
            User::draft()
                .username("d")
                .email("d")
                .first_name("d")
                .last_name("d")
                .profile(create(Profile::draft().bio("1")))
                .profile(create(Profile::draft().bio("2"))),
        )
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "this `User` is not valid: `profile` needs one related document");
}

#[tokio::test]
async fn many_drafts_with_nested_writes_are_all_or_nothing() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let post = |name: &str| Post::draft().title("t").author(create(user(name)));
    assert_eq!(db.create_many([post("a"), post("b")]).await.unwrap(), 2);
    let error = db.create_many([post("c"), post("a")]).await.unwrap_err();
    assert!(matches!(error, Error::Unique { model: "User", .. }), "{error:?}");
    assert_eq!((fixture.stored("users").await.len(), fixture.stored("posts").await.len()), (2, 2));
}

#[tokio::test]
async fn a_relation_to_one_takes_one() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let (a, b) = (db.create(user("a")).await.unwrap(), db.create(user("b")).await.unwrap());
    let error = db.create(Post::draft().title("x").author(connect([a.id, b.id]))).await.unwrap_err();
    assert_eq!(error.to_string(), "this `Post` is not valid: `author` needs one related document");
    let error = db.create(Post::draft().title("x").author_id(a.id).author(connect(b.id))).await.unwrap_err();
    assert_eq!(error.to_string(), "this `Post` is not valid: `author` needs one related document, given once");
    assert_eq!(fixture.stored("posts").await, []);
}

#[tokio::test]
async fn a_standalone_server_gets_the_same_writes_in_the_documented_order() {
    let server = TestServer::standalone().await.unwrap();
    let fixture = Fixture::on_server(&server, |builder| builder.model::<User>()).await;
    fixture.db.sync().await.unwrap();
    let category = fixture.db.create(Category::draft().name("old")).await.unwrap();
    fixture.commands();
    let draft =
        Post::draft().title("x").author(create(user("a"))).categories((create([Category::draft().name("new")]), connect(category.id)));
    let post = fixture.db.create(draft).await.unwrap();
    // The connected id is looked up; the author comes first; `categories.post_ids` is the authority and comes last.
    assert_eq!(fixture.commands(), ["find", "insert", "insert", "insert", "update"]);
    let read = fixture.db.get(post.id).include(Post::author).include(Post::categories).await.unwrap();
    assert_eq!(read.author.get().unwrap().username, "a");
    assert_eq!(read.categories.get().unwrap().iter().map(|category| category.name.as_str()).collect::<Vec<_>>(), ["old", "new"]);

    // What was written before a failure stays, and the error says so.
    let draft = Post::draft().title("x").author(create(user("b"))).categories(create([Category::draft().name("new")]));
    let error = fixture.db.create(draft).await.unwrap_err();
    assert!(error.is_unique_on(Category::name), "{error:?}");
    assert_eq!(error.outcome(), chakra::Outcome::Applied);
    assert_eq!(fixture.db.count(User::username.eq("b")).await.unwrap(), 1);

    let error = fixture.db.transaction(|tx| async move { tx.count(User::all()).await }).await.unwrap_err();
    assert!(matches!(error, Error::NeedsReplicaSet { .. }), "{error:?}");
}
