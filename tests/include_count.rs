//! `include_count`: how many related documents there are, by one aggregate for each relation and level.

use crate::{
    include::fixture,
    models::{Category, Post, User},
    support::Sent,
};
use bson::doc;
use chakra::{Error, prelude::*};

fn counts(users: &[User]) -> Vec<u64> {
    users.iter().map(|user| user.posts.count().unwrap()).collect()
}

#[tokio::test]
async fn related_documents_are_counted_with_and_without_a_filter() {
    let (fixture, users) = fixture().await;
    let db = &fixture.db;
    let all = || db.find_many(User::all()).order_by(User::username.asc());
    let found = all().include_count(User::posts).await.unwrap();
    assert_eq!(fixture.commands(), ["find", "aggregate"]);
    assert_eq!(counts(&found), [3, 1, 0]);
    assert!(found.iter().all(|user| user.posts.is_unloaded()), "they are counted, not loaded");
    let found = all().include_count(User::posts.filter(Post::published.eq(true)).filter(Post::title.ne("3"))).await.unwrap();
    assert_eq!(counts(&found), [1, 0, 0]);

    assert_eq!(db.get(users[0].id).include_count(User::posts).await.unwrap().posts.count().unwrap(), 3);
    assert_eq!(db.find_unique(users[1].id).include_count(User::posts).await.unwrap().unwrap().posts.count().unwrap(), 1);
    assert_eq!(db.find_first(User::username.eq("c")).include_count(User::posts).await.unwrap().unwrap().posts.count().unwrap(), 0);
    let user = db.get(users[0].id).await.unwrap();
    assert!(matches!(user.posts.count(), Err(Error::NotLoaded { .. })));
    fixture.commands();
    assert!(db.find_many(User::username.eq("nobody")).include_count(User::posts).await.unwrap().is_empty());
    assert_eq!(fixture.commands(), ["find"], "nothing is counted for nobody");
}

#[tokio::test]
async fn a_relation_may_be_counted_and_loaded() {
    let (fixture, _) = fixture().await;
    let db = &fixture.db;
    let all = || db.find_many(User::all()).order_by(User::username.asc());
    let first = || User::posts.order_by(Post::title.asc()).take(1);
    for found in [all().include(first()).include_count(User::posts).await, all().include_count(User::posts).include(first()).await] {
        let mut found = found.unwrap();
        assert_eq!(counts(&found), [3, 1, 0]);
        assert_eq!(found[0].posts.get().unwrap().iter().map(|post| post.title.as_str()).collect::<Vec<_>>(), ["1"]);
        db.load(&mut found, User::posts).await.unwrap();
        assert_eq!((found[0].posts.get().unwrap().len(), found[0].posts.count().unwrap()), (3, 3));
    }
    // Without a count, how many were loaded is what is known.
    assert_eq!(counts(&all().include(first()).await.unwrap()), [1, 1, 0]);
}

#[tokio::test]
async fn related_documents_are_counted_at_every_level() {
    let (fixture, _) = fixture().await;
    let posts = User::posts.order_by(Post::title.asc()).include_count(Post::categories.filter(Category::name.eq("rust")));
    let found = fixture.db.find_many(User::username.eq("a")).include(posts.include(Post::author)).await.unwrap();
    let mut commands = fixture.commands();
    assert_eq!(commands.drain(..2).collect::<Vec<_>>(), ["find", "find"]);
    commands.sort_unstable();
    assert_eq!(commands, ["aggregate", "find"]);
    assert_eq!(found[0].posts.get().unwrap().iter().map(|post| post.categories.count().unwrap()).collect::<Vec<_>>(), [1, 1, 0]);
}

#[tokio::test]
async fn ids_that_lead_nowhere_do_not_count() {
    let (fixture, _) = fixture().await;
    let db = &fixture.db;
    let posts = fixture.raw.collection::<bson::Document>("posts");
    let gone = Id::<Category>::new().object_id();
    let rust = db.find_unique(Category::name.eq("rust")).await.unwrap().unwrap();
    // One that is gone, and one that is there twice.
    let more = doc! { "$push": { "category_ids": { "$each": [gone, rust.id.object_id()] } } };
    posts.update_one(doc! { "title": "2" }, more).await.unwrap();
    let found = db.find_many(Post::all()).order_by(Post::title.asc()).include_count(Post::categories).await.unwrap();
    assert_eq!(found.iter().map(|post| post.categories.count().unwrap()).collect::<Vec<_>>(), [2, 1, 0, 1]);
}

#[derive(Debug, Clone, Model)]
struct Label {
    #[chakra(id)]
    id: i64,
    #[chakra(relation = ManyToMany, inverse_ids = label_ids)]
    articles: Related<Vec<Article>>,
}

#[derive(Debug, Clone, Model)]
struct Article {
    #[chakra(id)]
    id: i64,
    stars: i32,
    label_ids: Vec<i64>,
    #[chakra(relation = ManyToMany, ids = label_ids)]
    labels: Related<Vec<Label>>,
}

#[tokio::test]
async fn ids_on_the_other_side_are_counted_there() {
    let sent = Sent::with(|builder| builder.model::<Label>()).await;
    let db = &sent.db;
    db.insert_many(&(1..=4).map(|id| Label { id, articles: Related::default() }).collect::<Vec<_>>()).await.unwrap();
    let lists: [&[i64]; 4] = [&[1, 2], &[2, 3, 2], &[3], &[]];
    let articles = lists.into_iter().zip(1..).map(|(ids, id)| Article {
        id,
        stars: i32::try_from(id).unwrap(),
        label_ids: ids.to_vec(),
        labels: Related::default(),
    });
    db.insert_many(&articles.collect::<Vec<_>>()).await.unwrap();
    let counted = async |relation: chakra::query::Include<Label, Article, chakra::query::ToMany>| {
        let labels = db.find_many(Label::id.ne(3)).order_by(Label::id.asc()).include_count(relation).await.unwrap();
        labels.iter().map(|label| label.articles.count().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(counted(Label::articles.filter(Article::all())).await, [1, 2, 0]);
    assert_eq!(
        sent.part("pipeline"),
        concat!(
            r#"[{"$match":{"label_ids":{"$in":[1,2,4]}}},"#,
            r#"{"$project":{"_id":0,"k":{"$cond":[{"$isArray":"$label_ids"},{"$setUnion":["$label_ids",[]]},"$label_ids"]}}},"#,
            r#"{"$unwind":"$k"},{"$match":{"k":{"$in":[1,2,4]}}},{"$group":{"_id":"$k","n":{"$sum":1}}}]"#
        )
    );
    assert_eq!(counted(Label::articles.filter(Article::stars.gte(2))).await, [0, 1, 0]);
    let articles = db.find_many(Article::all()).order_by(Article::id.asc()).include_count(Article::labels).await.unwrap();
    assert_eq!(articles.iter().map(|article| article.labels.count().unwrap()).collect::<Vec<_>>(), [2, 2, 1, 0]);
    assert_eq!(sent.part("pipeline"), r#"[{"$match":{"_id":{"$in":[1,2,3]}}},{"$group":{"_id":"$_id","n":{"$sum":1}}}]"#);
}

#[tokio::test]
async fn what_is_counted_takes_a_filter_and_no_more() {
    let (fixture, _) = fixture().await;
    for counted in
        [User::posts.take(1), User::posts.skip(1), User::posts.order_by(Post::title.asc()), User::posts.include(Post::categories)]
    {
        let error = fixture.db.find_many(User::all()).include_count(counted).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "this `User` is not valid: `posts` needs a count of related documents without `order_by`, `skip`, `take`, `select` and `include`: it \
             takes a `filter`"
        );
    }
}
