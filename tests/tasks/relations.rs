//! From one collection to others: Prisma's pages on relation queries, over a blog.

use super::sends;
use crate::support::Sent;
use chakra::prelude::*;
use serde_json::{Value, json};

#[derive(Debug, Clone, Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    #[chakra(unique)]
    email: String,
    name: Option<String>,
    #[chakra(relation = OneToOne, foreign_key = user_id)]
    profile: Related<Option<Profile>>,
    #[chakra(relation = OneToMany, foreign_key = author_id)]
    posts: Related<Vec<Post>>,
}

#[derive(Debug, Clone, Model)]
struct Profile {
    #[chakra(id)]
    id: Id<Profile>,
    bio: String,
    user_id: Id<User>,
    #[chakra(relation = OneToOne, foreign_key = user_id)]
    user: Related<User>,
}

#[derive(Debug, Clone, Model)]
struct Post {
    #[chakra(id)]
    id: Id<Post>,
    title: String,
    #[chakra(default = false)]
    published: bool,
    author_id: Id<User>,
    #[chakra(relation = ManyToOne, foreign_key = author_id)]
    author: Related<User>,
    category_ids: Vec<Id<Category>>,
    #[chakra(relation = ManyToMany, ids = category_ids, inverse_ids = post_ids)]
    categories: Related<Vec<Category>>,
}

#[derive(Debug, Clone, Model)]
struct Category {
    #[chakra(id)]
    id: Id<Category>,
    #[chakra(unique)]
    name: String,
    post_ids: Vec<Id<Post>>,
    #[chakra(relation = ManyToMany, ids = post_ids, inverse_ids = category_ids)]
    posts: Related<Vec<Post>>,
}

async fn empty() -> Sent {
    let sent = Sent::with(|builder| builder.model::<User>()).await;
    sent.db.sync().await.unwrap();
    sent.commands();
    sent
}

/// Two authors, the first of whom has a profile, and four posts, one of them in a category.
async fn blog() -> (Sent, User, User) {
    let sent = empty().await;
    let db = &sent.db;
    db.create(Category::draft().name("Machines")).await.unwrap();
    let posts = [
        Post::draft().title("Looms"),
        Post::draft().title("Engines").published(true).categories(connect([Category::name.eq("Machines")])),
        Post::draft().title("Notes").published(true),
    ];
    let ada = User::draft().email("ada@example.com").name("Ada").profile(create(Profile::draft().bio("Computes"))).posts(create(posts));
    let ada = db.create(ada).await.unwrap();
    let bob = User::draft().email("bob@example.com").posts(create([Post::draft().title("Ships").published(true)]));
    let bob = db.create(bob).await.unwrap();
    sent.commands();
    (sent, ada, bob)
}

fn oid<M>(id: Id<M>) -> Value {
    json!({ "$oid": id.to_string() })
}

fn titles(user: &User) -> Vec<&str> {
    user.posts.get().unwrap().iter().map(|post| post.title.as_str()).collect()
}

/// Prisma, Relation Queries, nested writes: a user together with two posts, all of it or nothing.
#[tokio::test]
async fn a_user_is_created_with_posts() {
    let sent = empty().await;
    let posts = [Post::draft().title("Engines").published(true), Post::draft().title("Looms")];
    let ada = sent.db.create(User::draft().email("ada@example.com").name("Ada").posts(create(posts))).await.unwrap();
    let [user, posts, commit] = sent.each();
    let read = sent.db.find_many(Post::author_id.eq(ada.id)).order_by(Post::title.asc()).select(Post::id).await.unwrap();
    let [engines, looms] = <[Id<Post>; 2]>::try_from(read).unwrap();
    sends!(user.documents: [{ "_id": oid(ada.id), "email": "ada@example.com", "name": "Ada" }]);
    sends!(posts.documents: [
        { "_id": oid(engines), "title": "Engines", "published": true, "author_id": oid(ada.id), "category_ids": [] },
        { "_id": oid(looms), "title": "Looms", "published": false, "author_id": oid(ada.id), "category_ids": [] }
    ]);
    sends!(commit.commitTransaction: 1);
}

/// Prisma, Relation Queries, connect an existing record: a post of an author and in a category that are there, each named by a unique key.
#[tokio::test]
async fn a_post_is_connected_with_what_is_there() {
    let sent = empty().await;
    let ada = sent.db.create(User::draft().email("ada@example.com")).await.unwrap();
    let machines = sent.db.create(Category::draft().name("Machines")).await.unwrap();
    sent.commands();
    let post = Post::draft().title("Engines").author(connect(User::email.eq("ada@example.com")));
    let post = sent.db.create(post.categories(connect([Category::name.eq("Machines")]))).await.unwrap();
    // What only the new key refers to is locked against a deletion.
    let [author, category, lock, insert, link, commit] = sent.each();
    sends!(author.filter: { "email": "ada@example.com" });
    sends!(category.filter: { "name": "Machines" });
    // Nobody deletes the author meanwhile; the category is written anyway.
    sends!(lock.update: "_chakra_locks");
    sends!(insert.documents: [
        { "_id": oid(post.id), "title": "Engines", "published": false, "author_id": oid(ada.id), "category_ids": [oid(machines.id)] }
    ]);
    sends!(link.updates: [{
        "q": { "_id": { "$in": [oid(machines.id)] }, "post_ids": { "$ne": oid(post.id) } },
        "u": { "$push": { "post_ids": oid(post.id) } },
        "multi": true
    }]);
    sends!(commit.commitTransaction: 1);
}

/// Prisma, Relation Queries, include a relation: the profile of a user.
#[tokio::test]
async fn a_user_is_read_with_the_profile() {
    let (sent, ada, _) = blog().await;
    let user = sent.db.find_unique(User::email.eq("ada@example.com")).include(User::profile).await.unwrap().unwrap();
    assert_eq!(user.profile.get().unwrap().as_ref().map(|profile| profile.bio.as_str()), Some("Computes"));
    let [user, profile] = sent.each();
    sends!(user.filter: { "email": "ada@example.com" });
    sends!(profile.filter: { "user_id": { "$in": [oid(ada.id)] } });
}

/// Prisma, Relation Queries, filter and sort a list of relations: the published posts of all users, in two reads however many users there are.
#[tokio::test]
async fn users_are_read_with_some_of_their_posts() {
    let (sent, ada, bob) = blog().await;
    let published = User::posts.filter(Post::published.eq(true)).order_by(Post::title.asc());
    let users = sent.db.find_many(User::all()).order_by(User::email.asc()).include(published).await.unwrap();
    assert_eq!(users.iter().map(titles).collect::<Vec<_>>(), [vec!["Engines", "Notes"], vec!["Ships"]]);
    let [_, posts] = sent.each();
    sends!(posts.filter: { "author_id": { "$in": [oid(ada.id), oid(bob.id)] }, "published": true });
    sends!(posts.sort: { "title": 1 });
}

/// Prisma, Relation Queries, `take` in an include: the last post of each user. The server numbers the posts of each.
#[tokio::test]
async fn users_are_read_with_the_last_post_of_each() {
    let (sent, ada, bob) = blog().await;
    let last = User::posts.order_by(Post::title.desc()).take(1);
    let users = sent.db.find_many(User::all()).order_by(User::email.asc()).include(last).await.unwrap();
    assert_eq!(users.iter().map(titles).collect::<Vec<_>>(), [["Notes"], ["Ships"]]);
    let [_, posts] = sent.each();
    sends!(posts.pipeline: [
        { "$match": { "author_id": { "$in": [oid(ada.id), oid(bob.id)], "$not": { "$type": "array" } } } },
        { "$setWindowFields": {
            "partitionBy": "$author_id",
            "sortBy": { "title": -1 },
            "output": { "__chakra_n": { "$sum": 1, "window": { "documents": ["unbounded", "current"] } } }
        } },
        { "$match": { "__chakra_n": { "$gt": 0, "$lte": 1 } } },
        { "$sort": { "title": -1 } },
        { "$unset": ["__chakra_n"] }
    ]);
}

/// Prisma, Relation Queries, nested reads: the users, their posts, and the categories of those, in one read for each level.
#[tokio::test]
async fn users_are_read_with_posts_and_their_categories() {
    let (sent, ada, _) = blog().await;
    let posts = User::posts.order_by(Post::title.asc()).include(Post::categories);
    let user = sent.db.get(ada.id).include(posts).await.unwrap();
    assert_eq!(titles(&user), ["Engines", "Looms", "Notes"]);
    let [machines] = user.posts.get().unwrap()[0].categories.get().unwrap().as_slice() else { panic!("{user:?}") };
    assert_eq!(machines.name, "Machines");
    let [users, posts, categories] = sent.each();
    sends!(users.filter: { "_id": oid(ada.id) });
    sends!(posts.filter: { "author_id": { "$in": [oid(ada.id)] } });
    sends!(categories.filter: { "_id": { "$in": [oid(machines.id)] } });
}
