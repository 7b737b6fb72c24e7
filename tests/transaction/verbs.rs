//! Every verb inside of a transaction is a part of it: each command carries its session, and nothing of it stays when it is aborted.

use crate::{
    models::{Category, Post, User},
    support::Fixture,
};
use chakra::{Db, Draft, Error, Result, prelude::*};
use std::sync::{Arc, Mutex};

#[derive(Debug, Clone, PartialEq, Model)]
struct Part {
    #[chakra(id)]
    id: i64,
    #[chakra(unique)]
    name: String,
    stock: i32,
    #[chakra(version)]
    version: i64,
}

fn part(id: i64) -> Draft<Part> {
    Draft::of(Part::draft().id(id).name(format!("part {id}")).stock(1))
}

/// A command, and whether it was sent in a transaction.
type Sent = Arc<Mutex<Vec<(String, bool)>>>;

async fn fixture() -> (Fixture, Sent) {
    let sent = Sent::default();
    let record = Arc::clone(&sent);
    let register = move |builder: chakra::Builder| {
        builder.model::<Part>().model::<User>().on_command(move |command| {
            record.lock().unwrap().push((command.name().to_owned(), command.is_in_transaction()));
        })
    };
    let fixture = Fixture::new(register).await;
    fixture.db.sync().await.unwrap();
    fixture.db.create_many((1..=5).map(part)).await.unwrap();
    sent.lock().unwrap().clear();
    (fixture, sent)
}

async fn read(tx: &Db) -> Result<()> {
    let all = Part::all;
    assert_eq!(tx.find_many(all()).batch_size(2).await?.len(), 5);
    assert_eq!(tx.find_many(all()).select(Part::id).await?.len(), 5);
    assert_eq!(tx.find_many(all()).lenient().await?.len(), 5);
    assert_eq!(tx.find_many(all()).order_by(Part::id.asc()).page(2).await?.items.len(), 2);
    assert_eq!(tx.find_many(all()).order_by(Part::id.asc()).cursor(Part::id.eq(2)).take(2).await?.len(), 2);
    assert_eq!(tx.find_many(all()).distinct_by(Part::stock).await?.len(), 1);
    assert!(tx.find_first(Part::stock.gt(0)).await?.is_some());
    assert!(tx.find_unique(Part::name.eq("part 1")).await?.is_some());
    assert_eq!(tx.get(Part::id.eq(1)).await?.stock, 1);
    assert!(tx.exists(Part::stock.gt(0)).await?);
    assert_eq!(tx.count(all()).await?, 5);
    assert_eq!(tx.distinct(Part::stock, all()).await?, [1]);
    assert_eq!(tx.aggregate(all()).select(count()).await?, 5);
    assert_eq!(tx.group_by(Part::stock).select(count()).await?.len(), 1);
    assert_eq!(tx.pipeline::<Part>().match_(Part::stock.gt(0)).count().await?, 5);
    let mut parts = tx.find_many(all()).batch_size(2).stream().await?;
    let mut streamed = 0;
    while let Some(part) = parts.next().await {
        part?;
        streamed += 1;
    }
    assert_eq!(streamed, 5);
    tx.run_command(doc! { "find": "parts" }).await.map(drop)
}

async fn write(tx: &Db) -> Result<()> {
    let first = || Part::id.eq(1);
    tx.create(part(10)).await?;
    tx.create_many([part(11), part(12)]).await?;
    tx.create_many([part(13)]).skip_duplicates().await?;
    tx.insert_many(&[Part { id: 14, name: "part 14".into(), stock: 1, version: 0 }]).await?;
    tx.update(first()).inc(Part::stock, 1).await?;
    tx.update(first()).inc(Part::stock, 1).returning(Nothing).await?;
    tx.update_many(Part::id.gte(2)).inc(Part::stock, 1).await?;
    tx.upsert(first()).create(part(1)).inc(Part::stock, 1).await?;
    tx.upsert(Part::id.eq(15)).create(part(15)).inc(Part::stock, 1).await?;
    let whole = tx.get(first()).await?;
    tx.replace(first(), &whole).await?;
    let mut tracked = tx.get(first()).await?.tracked();
    tracked.stock = 70;
    tx.save(&mut tracked).await?;
    tx.delete_value(&tracked).await?;
    tx.delete(Part::id.eq(2)).await?;
    tx.delete(Part::id.eq(3)).returning(Nothing).await?;
    tx.delete_many(Part::id.eq(4)).await?;
    tx.bulk().create(part(16)).update(Part::id.eq(5), |part| part.inc(Part::stock, 1)).delete(Part::id.eq(10)).await?;
    assert_eq!(tx.count(Part::all()).await?, 7);
    Ok(())
}

async fn relate(tx: &Db) -> Result<()> {
    let user = User::draft().username("a").email("a").first_name("a").last_name("a");
    let category = tx.create(Category::draft().name("c")).await?;
    let post = tx.create(Post::draft().title("t").author(create(user)).categories(connect(category.id))).await?;
    let mut posts = tx.find_many(Post::author.is(User::username.eq("a"))).include(Post::categories).await?;
    assert_eq!(posts[0].categories.get()?.len(), 1);
    tx.load(&mut posts, Post::author).await?;
    assert_eq!((posts[0].id, posts[0].author.get()?.username.as_str()), (post.id, "a"));
    Ok(())
}

#[tokio::test]
async fn each_command_of_every_verb_carries_the_session() {
    let (fixture, sent) = fixture().await;
    let before = fixture.stored("parts").await;
    let aborted = fixture
        .db
        .transaction(|tx| async move {
            read(&tx).await?;
            write(&tx).await?;
            relate(&tx).await?;
            Err::<(), _>(Error::other("that was all"))
        })
        .await;
    assert_eq!(aborted.unwrap_err().to_string(), "that was all");
    let sent = std::mem::take(&mut *sent.lock().unwrap());
    let outside: Vec<_> = sent.iter().filter(|(_, is_inside)| !is_inside).collect();
    assert!(outside.is_empty(), "{outside:?}");
    for name in ["find", "getMore", "aggregate", "insert", "update", "delete", "findAndModify", "abortTransaction"] {
        assert!(sent.iter().any(|(command, _)| command == name), "no {name} in {sent:?}");
    }
    assert_eq!(fixture.stored("parts").await, before);
    for collection in ["users", "posts", "categories"] {
        assert_eq!(fixture.stored(collection).await, [], "{collection}");
    }
}

#[tokio::test]
async fn what_was_written_inside_is_there_after_the_commit_and_not_before() {
    let (fixture, _) = fixture().await;
    let outer = &fixture.db;
    outer
        .transaction(|tx| async move {
            write(&tx).await?;
            relate(&tx).await?;
            assert_eq!((outer.count(Part::all()).await?, outer.count(Post::all()).await?), (5, 0));
            Ok(())
        })
        .await
        .unwrap();
    assert_eq!((outer.count(Part::all()).await.unwrap(), outer.count(Post::all()).await.unwrap()), (7, 1));
}
