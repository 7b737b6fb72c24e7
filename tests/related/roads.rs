//! Where there are more keys than a filter may name, a read looks related documents up: with the same answers, in every verb.

use super::{
    Answers, WORLDS, ask, of_authors, of_books, of_genres, of_portraits, of_shelves,
    world::{Author, Book, Dice, Genre, Portrait, Shelf, World},
};
use crate::support::Fixture;
use chakra::{Error, prelude::*};

async fn fixture() -> (Fixture, Db) {
    let fixture = Fixture::new(|builder| builder.model::<Author>().model::<Shelf>()).await;
    fixture.db.sync().await.unwrap();
    let looking_up = Db::builder(&fixture.uri).most_related_keys(0).connect().await.unwrap();
    (fixture, looking_up)
}

#[tokio::test]
async fn both_roads_lead_to_the_same_documents() {
    let (fixture, db) = fixture().await;
    let mut answers = Answers::new();
    for seed in 0..WORLDS {
        let world = World::put(&fixture.db, &mut Dice(seed)).await;
        ask(&db, &world, &world.authors, |author| author.id, of_authors(), &mut answers).await;
        ask(&db, &world, &world.portraits, |portrait| portrait.id, of_portraits(), &mut answers).await;
        ask(&db, &world, &world.books, |book| book.id, of_books(), &mut answers).await;
        ask(&db, &world, &world.genres, |genre| genre.id, of_genres(), &mut answers).await;
        ask(&db, &world, &world.shelves, |shelf| shelf.id, of_shelves(), &mut answers).await;
    }
}

/// What every read verb makes of a filter.
async fn answers(db: &Db, filter: &Filter<Author>) -> Vec<String> {
    let mut said = Vec::new();
    let filter = || filter.clone();
    let read = || db.find_many(filter()).order_by(Author::id.asc());
    let ids = |authors: Vec<Author>| authors.into_iter().map(|author| author.id).collect::<Vec<_>>();
    said.push(format!("{:?}", ids(read().await.unwrap())));
    said.push(format!("{:?}", ids(read().skip(1).take(2).await.unwrap())));
    said.push(format!("{:?}", db.find_first(filter()).order_by(Author::name.desc()).await.unwrap().map(|author| author.id)));
    said.push(format!("{:?}", db.find_unique(Author::id.eq(2) & filter()).await.unwrap().map(|author| author.id)));
    said.push(format!("{:?}", db.count(filter()).await.unwrap()));
    said.push(format!("{:?}", db.exists(filter()).await.unwrap()));
    said.push(format!("{:?}", db.distinct(Author::name, filter()).await.unwrap()));
    said.push(format!("{:?}", db.distinct(Author::friend_ids, filter()).await.unwrap()));
    said.push(format!("{:?}", ids(read().distinct_by(Author::age).await.unwrap())));
    said.push(format!("{:?}", read().select(Author::name).await.unwrap()));
    said.push(format!("{:?}", read().lenient().await.unwrap().len()));
    let mut stream = read().batch_size(2).stream().await.unwrap();
    while let Some(author) = stream.next().await {
        said.push(author.unwrap().id.to_string());
    }
    said.push(format!("{:?}", db.aggregate(filter()).select((count(), max(Author::age))).await.unwrap()));
    said.push(format!("{:?}", db.group_by(Author::age).filter(filter()).order_by(Author::age.asc()).select(count()).await.unwrap()));
    said.push(format!("{:?}", db.pipeline::<Author>().match_(filter()).count().await.unwrap()));
    said.push(format!("{:?}", db.pipeline::<Author>().take(9).match_(filter()).count().await.unwrap()));
    said.push(format!("{:?}", db.pipeline::<Genre>().union_with(filter()).count().await.unwrap()));
    let (first, friend) = (read().page(1).await.unwrap(), || Author::friends.filter(filter()));
    said.push(format!("{:?}", ids(first.items.clone())));
    if first.next().is_some() {
        said.push(format!("{:?}", ids(read().page(2).after(first.next()).await.unwrap().items)));
    }
    if db.exists(Author::id.eq(1)).await.unwrap() {
        said.push(format!("{:?}", ids(read().cursor(Author::id.eq(1)).take(3).await.unwrap())));
    }
    let loaded = db.find_many(Author::all()).order_by(Author::id.asc()).include(friend()).include_count(friend()).await.unwrap();
    for author in loaded {
        said.push(format!("{:?} {}", ids(author.friends.get().unwrap().clone()), author.friends.count().unwrap()));
    }
    said
}

#[tokio::test]
async fn every_read_gives_the_same_on_both_roads() {
    let (fixture, looking_up) = fixture().await;
    for seed in 0..6 {
        let world = World::put(&fixture.db, &mut Dice(seed)).await;
        let filters = [
            Author::books.some(Book::stars.gte(3)),
            Author::books.none(Book::stars.gte(3)) & Author::age.is_some(),
            Author::friends.count().eq(1) | Author::books.some(Book::genres.some(Genre::name.eq("g1"))),
            !(Author::portrait.is(Portrait::colour.eq("red")) | Author::books.filter(Book::editor.is_some()).count().lt(1)),
        ];
        for filter in filters {
            assert_eq!(answers(&looking_up, &filter).await, answers(&fixture.db, &filter).await, "{filter:?} in {world:?}");
        }
    }
}

#[tokio::test]
async fn writes_and_what_cannot_be_looked_up_are_refused() {
    let (fixture, db) = fixture().await;
    World::put(&fixture.db, &mut Dice(3)).await;
    let (author, book) = (Author::books.some(Book::all()), || Author::books.count().gt(0));
    let before = fixture.stored("authors").await;
    assert!(db.exists(author.clone()).await.unwrap());
    assert!(matches!(db.update_many(author.clone()).set(Author::age, 1).await, Err(Error::TooLarge { most: 0, operator: "some", .. })));
    assert!(matches!(db.update(Author::id.eq(1) & book()).set(Author::age, 1).await, Err(Error::TooLarge { operator: "count", .. })));
    assert!(matches!(db.delete_many(!author.clone()).await, Err(Error::TooLarge { .. })));
    assert!(matches!(db.delete(Author::id.eq(1) & author).await, Err(Error::TooLarge { .. })));
    assert_eq!(fixture.stored("authors").await, before);
}
