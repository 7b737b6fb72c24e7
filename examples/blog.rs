//! A blog: users with a profile, posts and categories, written and read back through their relations.
//!
//! `cargo run --example blog` runs it on a MongoDB of its own, which it finds or fetches; with `MONGODB_URI` set it uses that server.

use chakra::prelude::*;
use chakra_testkit::TestServer;
use futures::TryStreamExt;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[chakra(rename_all = "SCREAMING_SNAKE_CASE")]
enum Role {
    User,
    Admin,
}

#[derive(Debug, Clone, Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    #[chakra(unique)]
    email: String,
    name: Option<String>,
    #[chakra(default = Role::User)]
    role: Role,
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
#[chakra(index(author_id, created_at = desc))]
struct Post {
    #[chakra(id)]
    id: Id<Post>,
    #[chakra(default = now())]
    created_at: DateTime<Utc>,
    #[chakra(updated_at)]
    updated_at: DateTime<Utc>,
    #[chakra(max_length = 120)]
    title: String,
    #[chakra(default = false)]
    published: bool,
    tags: Vec<String>,
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

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let server = TestServer::start().await?;
    let home = server.db().await;
    let db = Db::builder(home.uri()).model::<User>().connect().await?;
    println!("Connected to the database `{}`.\n", db.database_name());

    heading("What sync will do, and does");
    println!("{}", db.sync().plan().await?);
    db.sync().await?;
    println!("Again: {}", db.sync().await?);

    heading("One nested create: a user, her profile, two posts and three categories");
    db.create(Category::draft().name("Databases")).await?;
    let ada = db
        .create(
            User::draft()
                .email("ada@example.com")
                .name("Ada Lovelace")
                .profile(create(Profile::draft().bio("Countess and programmer")))
                .posts(create([
                    Post::draft()
                        .title("Notes on the Analytical Engine")
                        .tags(["history"])
                        .categories((create([Category::draft().name("Engines")]), connect([Category::name.eq("Databases")]))),
                    Post::draft().title("Poetical Science").published(true).categories(create([Category::draft().name("Poetry")])),
                ])),
        )
        .await?;
    println!("created {} with the role {:?}", ada.email, ada.role);

    heading("Reading it back through the relations");
    let users = db
        .find_many(User::email.ends_with("@example.com"))
        .include(User::profile)
        .include(User::posts.order_by(Post::title.asc()).include(Post::categories))
        .await?;
    for user in &users {
        let bio = user.profile.get()?.as_ref().map_or("no profile", |profile| profile.bio.as_str());
        println!("{} ({bio})", user.name.as_deref().unwrap_or("?"));
        for post in user.posts.get()? {
            let categories: Vec<&str> = post.categories.get()?.iter().map(|category| category.name.as_str()).collect();
            println!("  {:32} in {}", post.title, categories.join(", "));
        }
    }

    heading("Queries");
    let published = db.find_many(Post::published.eq(true) | Post::tags.has("history")).order_by(Post::created_at.desc()).take(10).await?;
    println!("{} posts are published or historical", published.len());
    let databases = db.find_unique(Category::name.eq("Databases")).include(Category::posts.include(Post::author)).await?;
    for post in databases.iter().flat_map(|category| category.posts.get()).flatten() {
        println!("in Databases: {} by {}", post.title, post.author.get()?.email);
    }
    println!("{} of {} users have a name", db.count(User::name.is_some()).await?, db.count(User::all()).await?);

    heading("A unique violation is a typed error");
    match db.create(User::draft().email("ada@example.com")).await {
        Err(error) if error.is_unique_on(User::email) => println!("refused: {error}"),
        other => return Err(format!("a second user with that address: {other:?}").into()),
    }
    match db.create(Post::draft().title("x".repeat(121)).author_id(ada.id)).await {
        Err(error) => println!("refused before anything was sent: {error}"),
        Ok(post) => return Err(format!("a title that is too long: {post:?}").into()),
    }

    heading("An update, an upsert, a transaction, a delete");
    let post = db.find_first(Post::title.starts_with("Notes")).await?.ok_or("the post is gone")?;
    let post = db.update(post.id).set(Post::published, true).push(Post::tags, "engines").await?;
    println!("updated: {} {:?}, published: {}", post.title, post.tags, post.published);
    let grace = db.upsert(User::email.eq("grace@example.com")).create(User::draft().email("grace@example.com").name("Grace")).await?;
    db.transaction(|tx| async move {
        let author = tx.get(grace.id).await?;
        tx.create(Post::draft().title("Compilers").author_id(author.id)).await?;
        tx.update(author.id).set(User::role, Role::Admin).await
    })
    .await?;
    let deleted = db.delete(Post::id.eq(post.id)).await?;
    println!("deleted: {}", deleted.title);

    heading("What the server holds, read with the bare driver");
    let raw = mongodb::Client::with_uri_str(home.uri()).await?.database(home.name());
    for collection in ["users", "profiles", "posts", "categories"] {
        println!("{collection}:");
        let mut documents = raw.collection::<bson::Document>(collection).find(doc! {}).await?;
        while let Some(document) = documents.try_next().await? {
            println!("  {}", bson::Bson::Document(document).into_relaxed_extjson());
        }
    }
    db.shutdown().await;
    Ok(())
}

fn heading(text: &str) {
    println!("\n== {text}");
}
