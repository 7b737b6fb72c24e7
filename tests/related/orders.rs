//! Orders by related documents: as Rust sorts by what is related, and always the same.

use super::{
    WORLDS,
    world::{Author, Book, Dice, Genre, Portrait, Shelf, World},
};
use crate::support::Fixture;
use chakra::{Error, prelude::*, query::IntoSort};
use std::cmp::Reverse;

fn author_id(author: &Author) -> i64 {
    author.id
}

fn book_id(book: &Book) -> i64 {
    book.id
}

/// What the server gives in this order, beside what Rust gives.
async fn same<M: Model, K: Ord>(db: &Db, all: &[M], id: fn(&M) -> i64, order: impl IntoSort<M>, key: impl Fn(&M) -> K) {
    let found = db.find_many(Filter::<M>::all()).order_by(order).await.unwrap();
    let mut expected: Vec<&M> = all.iter().collect();
    expected.sort_by_key(|document| key(document));
    assert_eq!(found.iter().map(id).collect::<Vec<_>>(), expected.into_iter().map(id).collect::<Vec<_>>());
}

async fn same_in(db: &Db, w: &World) {
    same(db, &w.authors, author_id, Author::books.count().asc(), |a| (w.books_by(a).len(), a.id)).await;
    same(db, &w.authors, author_id, (Author::books.count().desc(), Author::id.asc()), |a| (Reverse(w.books_by(a).len()), a.id)).await;
    let good = Author::books.filter(Book::stars.gte(3)).count();
    let good_of = |a: &Author| w.books_by(a).iter().filter(|b| b.stars >= 3).count();
    same(db, &w.authors, author_id, (good.desc(), Author::name.desc()), |a| (Reverse(good_of(a)), Reverse(a.name.clone()))).await;
    let friends = (Author::friends.count().asc(), Author::edited.count().desc());
    same(db, &w.authors, author_id, friends, |a| (w.friends_of(a).len(), Reverse((w.edited_by(a).len(), a.id)))).await;
    let colour = |a: &Author| w.portrait_of(a).map(|portrait| portrait.colour.clone());
    same(db, &w.authors, author_id, Author::portrait.by(Portrait::colour).asc(), |a| (colour(a), a.id)).await;
    let age = |b: &Book| w.author_of(b).and_then(|author| author.age);
    same(db, &w.books, book_id, (Book::author.by(Author::age).asc(), Book::id.desc()), |b| (age(b), Reverse(b.id))).await;
    let editor = |b: &Book| w.editor_of(b).map(|editor| editor.name.clone());
    same(db, &w.books, book_id, Book::editor.by(Author::name).desc(), |b| Reverse((editor(b), b.id))).await;
    same(db, &w.books, book_id, (Book::stars.asc(), Book::genres.count().desc()), |b| (b.stars, Reverse((w.genres_of(b).len(), b.id))))
        .await;
    same(db, &w.shelves, |shelf| shelf.id, Shelf::books.count().asc(), |s| (w.books_on(s).len(), s.id)).await;
    let by_old = Genre::books.filter(Book::author.is(Author::age.gt(30))).count();
    let old = |b: &&&Book| w.author_of(b).is_some_and(|author| author.age > Some(30));
    same(db, &w.genres, |genre| genre.id, by_old.asc(), |g| (w.books_in(g).iter().filter(old).count(), g.id)).await;
}

#[tokio::test]
async fn documents_are_ordered_by_related_ones_as_in_rust() {
    let fixture = Fixture::new(|builder| builder.model::<Author>().model::<Shelf>()).await;
    let looking_up = Db::builder(&fixture.uri).most_related_keys(0).connect().await.unwrap();
    for seed in 0..WORLDS {
        let world = World::put(&fixture.db, &mut Dice(seed)).await;
        same_in(&fixture.db, &world).await;
        same_in(&looking_up, &world).await;
    }
}

#[tokio::test]
async fn a_part_of_the_order_is_a_part_of_it_in_every_shape() {
    #[derive(View)]
    struct Card {
        stars: i32,
    }
    let fixture = Fixture::new(|builder| builder.model::<Author>().model::<Shelf>()).await;
    let db = &fixture.db;
    let world = World::put(db, &mut Dice(3)).await;
    let mut sorted: Vec<&Book> = world.books.iter().collect();
    sorted.sort_by_key(|book| (world.author_of(book).map(|author| author.name.clone()), book.id));
    assert!(sorted.len() > 3, "{world:?}");
    let read = || db.find_many(Book::all()).order_by(Book::author.by(Author::name).asc());
    let ids = |books: &[Book]| books.iter().map(|book| book.id).collect::<Vec<_>>();
    let expected: Vec<i64> = sorted.iter().map(|book| book.id).collect();
    assert_eq!(ids(&read().skip(1).take(2).await.unwrap()), expected[1..3]);
    assert_eq!(read().skip(1).take(2).select(Book::id).await.unwrap(), expected[1..3]);
    let cards = read().take(3).view::<Card>().await.unwrap();
    assert_eq!(
        cards.iter().map(|card| card.unwrap().stars).collect::<Vec<_>>(),
        sorted[..3].iter().map(|book| book.stars).collect::<Vec<_>>()
    );
    let lenient = read().lenient().take(3).await.unwrap();
    assert_eq!(lenient.into_iter().map(|book| book.unwrap().id).collect::<Vec<_>>(), expected[..3]);
    let mut stream = read().batch_size(2).stream().await.unwrap();
    let mut streamed = Vec::new();
    while let Some(book) = stream.next().await {
        streamed.push(book.unwrap().id);
    }
    assert_eq!(streamed, expected);
    let first = db.find_first(Book::all()).order_by(Book::author.by(Author::name).asc()).include(Book::genres).await.unwrap().unwrap();
    assert_eq!(first.id, expected[0]);
    assert_eq!(first.genres.get().unwrap().len(), world.genres_of(sorted[0]).len());
    assert!(db.find_first(Book::stars.gt(100)).order_by(Book::genres.count().asc()).await.unwrap().is_none());
}

#[tokio::test]
async fn included_documents_are_ordered_by_theirs() {
    let fixture = Fixture::new(|builder| builder.model::<Author>().model::<Shelf>()).await;
    let db = &fixture.db;
    for seed in 0..WORLDS {
        let world = World::put(db, &mut Dice(seed)).await;
        let key = |book: &&Book| (Reverse(world.genres_of(book).len()), Reverse(book.id));
        let books = || Author::books.order_by(Book::genres.count().desc());
        let authors = || db.find_many(Author::all()).order_by(Author::id.asc());
        let (all, two) = (authors().include(books()), authors().include(books().skip(1).take(2)));
        for (author, some) in all.await.unwrap().iter().zip(two.await.unwrap()) {
            let mut expected = world.books_by(author);
            expected.sort_by_key(key);
            let expected: Vec<i64> = expected.iter().map(|book| book.id).collect();
            let ids = |author: &Author| author.books.get().unwrap().iter().map(|book| book.id).collect::<Vec<_>>();
            assert_eq!(ids(author), expected);
            assert_eq!(ids(&some), expected.into_iter().skip(1).take(2).collect::<Vec<_>>());
        }
    }
}

#[tokio::test]
async fn what_has_no_place_for_such_an_order_refuses_it_before_anything_is_sent() {
    let fixture = Fixture::new(|builder| builder.model::<Author>().model::<Shelf>()).await;
    let db = &fixture.db;
    fixture.commands();
    let read = || db.find_many(Author::all()).order_by(Author::books.filter(Book::author.is_some()).count().desc());
    let said = |error: Error| error.to_string();
    let keyset = "this `Author` is not valid: `books` needs an order by fields to be read by pages or from a cursor: an order by related documents \
                  has no keyset";
    assert_eq!(said(read().page(2).await.map(|_| ()).unwrap_err()), keyset);
    assert_eq!(said(read().cursor(Author::id.eq(1)).await.unwrap_err()), keyset);
    let distinct = read().distinct_by(Author::name).await.unwrap_err();
    assert_eq!(said(distinct), "this `Author` is not valid: `books` needs an order by the documents' own fields for `distinct_by`");
    let sorted = db.pipeline::<Author>().sort(Author::books.count().desc()).count().await.unwrap_err();
    assert!(matches!(sorted, Error::Invalid { .. }), "{sorted:?}");
    let groups = db.group_by(Author::name).order_by(Author::books.count().desc()).select(count()).await.unwrap_err();
    assert!(matches!(groups, Error::Invalid { .. }), "{groups:?}");
    let sliced = Author::books.take(1).count();
    assert!(matches!(db.count(sliced.gt(1)).await, Err(Error::Invalid { .. })));
    assert!(matches!(db.find_many(Author::all()).order_by(sliced.asc()).await, Err(Error::Invalid { .. })));
    assert!(matches!(read().no_cursor_timeout(true).order_by(Author::books.count().asc()).await, Err(Error::Invalid { .. })));
    assert_eq!(fixture.commands(), [""; 0]);
}
