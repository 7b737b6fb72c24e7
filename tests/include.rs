//! Loading related documents: one read for each relation and level, in order, for any number of parents.

use crate::{
    models::{Category, Post, Profile, User},
    support::Fixture,
};
use chakra::{Error, prelude::*};

/// Three users; the first has a profile and three posts in two categories, the second one post, the third nothing.
pub async fn fixture() -> (Fixture, Vec<User>) {
    let fixture = Fixture::new(|builder| builder.model::<User>()).await;
    let db = &fixture.db;
    db.sync().await.unwrap();
    let user = |name: &str| User::draft().username(name).email(name).first_name(name).last_name(name);
    let rust = db.create(Category::draft().name("rust")).await.unwrap();
    let food = db.create(Category::draft().name("food")).await.unwrap();
    let a = user("a").profile(create(Profile::draft().bio("of a"))).posts(create([
        Post::draft().title("1").published(true).categories(connect([food.id, rust.id])),
        Post::draft().title("2").categories(connect([rust.id])),
        Post::draft().title("3").published(true),
    ]));
    let users = vec![
        db.create(a).await.unwrap(),
        db.create(user("b").posts(create([Post::draft().title("4").categories(connect([food.id]))]))).await.unwrap(),
        db.create(user("c")).await.unwrap(),
    ];
    fixture.commands();
    (fixture, users)
}

pub fn titles(user: &User) -> Vec<&str> {
    user.posts.get().unwrap().iter().map(|post| post.title.as_str()).collect()
}

#[tokio::test]
async fn each_relation_and_level_is_one_read() {
    let (fixture, _) = fixture().await;
    let posts = User::posts.order_by(Post::title.asc()).include(Post::categories);
    let users = fixture.db.find_many(User::all()).order_by(User::username.asc()).include(User::profile).include(posts).await.unwrap();
    assert_eq!(fixture.commands(), ["find"; 4]);
    assert_eq!(users.iter().map(titles).collect::<Vec<_>>(), [vec!["1", "2", "3"], vec!["4"], vec![]]);
    assert_eq!(users[0].profile.get().unwrap().as_ref().map(|profile| profile.bio.as_str()), Some("of a"));
    assert!(users[1].profile.get().unwrap().is_none(), "loaded, and there is none");
    let names = |post: &Post| post.categories.get().unwrap().iter().map(|category| category.name.clone()).collect::<Vec<_>>();
    let posts = users[0].posts.get().unwrap();
    assert_eq!(names(&posts[0]), ["food", "rust"], "in the order of the id list");
    assert_eq!(names(&posts[1]), ["rust"], "a document that several refer to stands at each");
    assert_eq!(names(&posts[2]), [""; 0]);
    assert!(posts[0].author.is_unloaded());
}

#[tokio::test]
async fn the_other_direction_and_many_to_many_backwards() {
    let (fixture, users) = fixture().await;
    let categories =
        fixture.db.find_many(Category::all()).order_by(Category::name.asc()).include(Category::posts.include(Post::author)).await.unwrap();
    let posts = categories[0].posts.get().unwrap();
    assert_eq!(posts.iter().map(|post| post.author.get().unwrap().id).collect::<Vec<_>>(), [users[0].id, users[1].id]);
    let profile = fixture.db.find_unique(Profile::user_id.eq(users[0].id)).include(Profile::user).await.unwrap().unwrap();
    assert_eq!(profile.user.get().unwrap().username, "a");
    let post = fixture.db.find_first(Post::title.eq("4")).include(Post::editor).await.unwrap().unwrap();
    assert!(post.editor.get().unwrap().is_none());
}

#[tokio::test]
async fn filters_orders_and_slices_are_per_parent() {
    let (fixture, _) = fixture().await;
    let read = async |include: chakra::query::Include<User, Post, chakra::query::ToMany>| {
        let users = fixture.db.find_many(User::all()).order_by(User::username.asc()).include(include).await.unwrap();
        users.iter().map(|user| titles(user).into_iter().map(str::to_owned).collect::<Vec<_>>()).collect::<Vec<_>>()
    };
    assert_eq!(read(User::posts.filter(Post::published.eq(true)).order_by(Post::title.desc())).await, [vec!["3", "1"], vec![], vec![]]);
    fixture.commands();
    assert_eq!(read(User::posts.order_by(Post::title.desc()).take(2)).await, [vec!["3", "2"], vec!["4"], vec![]]);
    assert_eq!(fixture.commands(), ["find", "aggregate"]);
    assert_eq!(read(User::posts.order_by(Post::title.asc()).skip(1).take(1)).await, [vec!["2"], vec![], vec![]]);
    // By several paths, of which the first does not tell all apart.
    let several = (Post::published.desc(), Post::title.desc());
    assert_eq!(read(User::posts.order_by(several).skip(1).take(1)).await, [vec!["1"], vec![], vec![]]);

    let post = fixture
        .db
        .find_first(Post::title.eq("1"))
        .include(Post::categories.order_by(Category::name.desc()).take(1))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(post.categories.get().unwrap()[0].name, "rust");
}

#[tokio::test]
async fn dangling_references_are_told_from_absent_ones() {
    let (fixture, users) = fixture().await;
    let db = &fixture.db;
    let gone = Id::<Category>::new();
    fixture
        .raw
        .collection::<bson::Document>("posts")
        .update_one(bson::doc! { "title": "2" }, bson::doc! { "$push": { "category_ids": gone.object_id() } })
        .await
        .unwrap();
    let post = db.find_first(Post::title.eq("2")).include(Post::categories).await.unwrap().unwrap();
    assert_eq!((post.category_ids.len(), post.categories.get().unwrap().len()), (2, 1), "an id that leads nowhere is left out");

    fixture.raw.collection::<bson::Document>("users").delete_one(bson::doc! { "username": "b" }).await.unwrap();
    let error = db.find_many(Post::all()).include(Post::author).await.unwrap_err();
    assert!(matches!(error, Error::Dangling { model: "Post", relation: "author", target: "User", .. }), "{error:?}");
    let fourth = db.find_first(Post::title.eq("4")).await.unwrap().unwrap();
    assert_eq!(
        error.to_string(),
        format!(
            "`Post::author` is required, but this `Post` (_id {}) leads to a `User` with the key {} that is not there: \
             `db.check_relations()` finds such documents",
            fourth.id, users[1].id
        )
    );
    let filtered = db.find_many(Post::author_id.eq(users[0].id)).include(Post::author.filter(User::username.eq("x"))).await.unwrap();
    assert!(filtered.iter().all(|post| post.author.is_unloaded()), "a filter that leaves nothing is an answer");
}

#[tokio::test]
async fn a_stream_loads_relations_batch_by_batch() {
    let (fixture, _) = fixture().await;
    let mut stream = fixture
        .db
        .find_many(User::all())
        .order_by(User::username.asc())
        .include(User::posts.order_by(Post::title.asc()))
        .batch_size(2)
        .stream()
        .await
        .unwrap();
    let mut found = Vec::new();
    while let Some(user) = stream.next().await {
        found.push(titles(&user.unwrap()).len());
    }
    assert_eq!(found, [3, 1, 0]);
}

#[tokio::test]
async fn nothing_is_read_where_there_is_nothing_to_read() {
    let (fixture, _) = fixture().await;
    assert!(fixture.db.find_many(User::username.eq("nobody")).include(User::posts).await.unwrap().is_empty());
    assert_eq!(fixture.commands(), ["find"]);
    // The user has no posts, so no categories are asked for.
    fixture.db.find_many(User::username.eq("c")).include(User::posts.include(Post::categories)).await.unwrap();
    assert_eq!(fixture.commands(), ["find", "find"]);
}

#[tokio::test]
async fn a_related_value_serializes_as_its_content_and_unloaded_as_null() {
    let loaded = Related::loaded(vec![1, 2]);
    assert_eq!(serde_json::to_string(&loaded).unwrap(), "[1,2]");
    assert_eq!(serde_json::to_string(&Related::<Vec<i32>>::default()).unwrap(), "null");
    let read: Related<Vec<i32>> = serde_json::from_str("null").unwrap();
    assert!(read.is_unloaded());
    assert_eq!(serde_json::from_str::<Related<Vec<i32>>>("[3]").unwrap().take().unwrap(), [3]);
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "people")]
struct Person {
    #[chakra(id)]
    id: i64,
    spouse_id: Option<i64>,
    #[chakra(relation = OneToOne, foreign_key = spouse_id)]
    spouse: Related<Option<Person>>,
    peer_ids: Vec<i64>,
    #[chakra(relation = ManyToMany, ids = peer_ids, inverse_ids = peer_ids)]
    peers: Related<Vec<Person>>,
    followed_ids: Vec<i64>,
    #[chakra(relation = ManyToMany, ids = followed_ids, inverse_ids = follower_ids)]
    followed: Related<Vec<Person>>,
    follower_ids: Vec<i64>,
    #[chakra(relation = ManyToMany, ids = follower_ids, inverse_ids = followed_ids)]
    followers: Related<Vec<Person>>,
}

#[tokio::test]
async fn documents_are_related_to_others_of_their_own_model() {
    let fixture = Fixture::new(|builder| builder.model::<Person>()).await;
    let db = &fixture.db;
    for id in 1..=3_i64 {
        db.create(Person::draft().id(id)).await.unwrap();
    }
    // Each of these is seen from both ends, and one is related to itself.
    db.update(Person::id.eq(1)).connect(Person::spouse, Person::id.eq(2)).connect(Person::peers, [Person::id.eq(3)]).await.unwrap();
    db.update(Person::id.eq(2)).connect(Person::spouse, Person::id.eq(1)).connect(Person::followed, [Person::id.eq(3)]).await.unwrap();
    db.update(Person::id.eq(3)).connect(Person::peers, [Person::id.eq(3)]).connect(Person::followed, [Person::id.eq(1)]).await.unwrap();
    fixture.commands();
    let spouse = Person::spouse.include(Person::followed.include(Person::peers.order_by(Person::id.asc())));
    let read = db.find_many(Person::all()).order_by(Person::id.asc()).include(spouse).include(Person::peers.order_by(Person::id.asc()));
    let people = read.include(Person::followers).await.unwrap();
    assert_eq!(fixture.commands(), ["find"; 6]);
    let ids = |people: &[Person]| people.iter().map(|person| person.id).collect::<Vec<_>>();
    let spouses: Vec<Option<i64>> = people.iter().map(|person| person.spouse.get().unwrap().as_ref().map(|spouse| spouse.id)).collect();
    assert_eq!(spouses, [Some(2), Some(1), None]);
    assert_eq!(people.iter().map(|person| ids(person.peers.get().unwrap())).collect::<Vec<_>>(), [vec![3], vec![], vec![1, 3]]);
    assert_eq!(people.iter().map(|person| ids(person.followers.get().unwrap())).collect::<Vec<_>>(), [vec![3], vec![], vec![2]]);
    // Three levels down: the spouse of the first follows the third, whose peers are the first and itself.
    let followed = people[0].spouse.get().unwrap().as_ref().unwrap().followed.get().unwrap();
    assert_eq!((ids(followed), ids(followed[0].peers.get().unwrap())), (vec![3], vec![1, 3]));
}
