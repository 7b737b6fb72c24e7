//! Filters on related documents: in worlds made by chance the server gives exactly the documents of which the same question is true in Rust.
//!
//! `world` makes the worlds and knows who is related to whom; `generated` makes the questions by chance too, which here are written by hand;
//! `verbs` has what each verb sends for such a filter, and what is refused; `orders` holds orders by related documents against Rust, and
//! `roads` what reads do where the keys are too many to be named.
// An answer in Rust is written as its question is.
#![allow(clippy::nonminimal_bool)]

mod generated;
mod orders;
mod roads;
mod verbs;
pub mod world;

use crate::support::Fixture;
use bson::{Bson, Document};
use chakra::{Error, prelude::*};
use std::collections::BTreeMap;
use world::{Author, Book, Dice, Genre, Portrait, Shelf, World};

/// How many worlds are made.
const WORLDS: u64 = 20;

/// A filter, and when it is true of a document.
struct Question<M> {
    text: &'static str,
    filter: Filter<M>,
    is_true: fn(&World, &M) -> bool,
}

macro_rules! questions {
    ($($filter:expr => $is_true:expr;)*) => {
        vec![$(Question { text: stringify!($filter), filter: $filter, is_true: $is_true }),*]
    };
}

fn of_authors() -> Vec<Question<Author>> {
    questions! {
        Author::books.some(Book::stars.gte(3)) => |w, a| w.books_by(a).iter().any(|b| b.stars >= 3);
        Author::books.every(Book::stars.gte(3)) => |w, a| w.books_by(a).iter().all(|b| b.stars >= 3);
        Author::books.none(Book::stars.gte(3)) => |w, a| !w.books_by(a).iter().any(|b| b.stars >= 3);
        Author::books.none(Book::all()) => |w, a| w.books_by(a).is_empty();
        Author::books.some(Book::all()) => |w, a| !w.books_by(a).is_empty();
        !Author::books.every(Book::stars.lt(2)) => |w, a| w.books_by(a).iter().any(|b| b.stars >= 2);
        Author::books.some(Book::stars.gte(3)) & Author::age.is_some() => |w, a| a.age.is_some() && w.books_by(a).iter().any(|b| b.stars >= 3);
        Author::books.some(Book::stars.gte(4)) | Author::edited.some(Book::stars.lt(2)) | Author::name.eq("a2") =>
            |w, a| a.name == "a2" || w.books_by(a).iter().any(|b| b.stars >= 4) || w.edited_by(a).iter().any(|b| b.stars < 2);
        !(Author::books.some(Book::stars.lt(3)) | Author::age.lt(30)) =>
            |w, a| !(w.books_by(a).iter().any(|b| b.stars < 3) || a.age.is_some_and(|age| age < 30));
        Author::books.some(Book::stars.gte(3)) & Author::books.some(Book::stars.lt(3)) =>
            |w, a| w.books_by(a).iter().any(|b| b.stars >= 3) && w.books_by(a).iter().any(|b| b.stars < 3);
        Author::books.some(Book::genres.some(Genre::name.eq("g1")) & Book::stars.lt(5)) =>
            |w, a| w.books_by(a).iter().any(|b| b.stars < 5 && w.genres_of(b).iter().any(|g| g.name == "g1"));
        Author::books.every(Book::genres.some(Genre::all())) => |w, a| w.books_by(a).iter().all(|b| !w.genres_of(b).is_empty());
        Author::edited.some(Book::author.is(Author::age.gt(30))) =>
            |w, a| w.edited_by(a).iter().any(|b| w.author_of(b).is_some_and(|author| author.age > Some(30)));
        Author::edited.every(Book::author.is_not(Author::age.gt(30))) =>
            |w, a| w.edited_by(a).iter().all(|b| !w.author_of(b).is_some_and(|author| author.age > Some(30)));
        Author::edited.some(Book::author.is_none()) => |w, a| w.edited_by(a).iter().any(|b| w.author_of(b).is_none());
        Author::portrait.is(Portrait::colour.eq("red")) => |w, a| w.portrait_of(a).is_some_and(|p| p.colour == "red");
        Author::portrait.is_not(Portrait::colour.eq("red")) => |w, a| !w.portrait_of(a).is_some_and(|p| p.colour == "red");
        Author::portrait.is_some() => |w, a| w.portrait_of(a).is_some();
        Author::portrait.is_none() => |w, a| w.portrait_of(a).is_none();
        Author::friends.some(Author::books.none(Book::all())) => |w, a| w.friends_of(a).iter().any(|f| w.books_by(f).is_empty());
        Author::friends.every(Author::portrait.is_some()) => |w, a| w.friends_of(a).iter().all(|f| w.portrait_of(f).is_some());
        Author::friends.none(Author::all()) => |w, a| w.friends_of(a).is_empty();
        Author::friends.some(Author::friends.some(Author::friends.some(Author::name.ne("a1")))) => |w, a| {
            let of_name = |f: &Author| w.friends_of(f).iter().any(|f| f.name != "a1");
            w.friends_of(a).iter().any(|f| w.friends_of(f).into_iter().any(of_name))
        };
        Author::books.count().eq(0) => |w, a| w.books_by(a).is_empty();
        Author::books.count().eq(2) => |w, a| w.books_by(a).len() == 2;
        Author::books.count().ne(1) => |w, a| w.books_by(a).len() != 1;
        Author::books.count().gt(1) => |w, a| w.books_by(a).len() > 1;
        Author::books.count().gte(1) => |w, a| !w.books_by(a).is_empty();
        Author::books.count().lt(2) => |w, a| w.books_by(a).len() < 2;
        Author::books.count().lte(2) => |w, a| w.books_by(a).len() <= 2;
        Author::books.count().between(1, 2) => |w, a| (1..=2).contains(&w.books_by(a).len());
        Author::books.count().in_([0, 2]) => |w, a| [0, 2].contains(&w.books_by(a).len());
        Author::books.count().in_([1, 3, 1]) => |w, a| [1, 3].contains(&w.books_by(a).len());
        Author::books.count().not_in([0, 1]) => |w, a| ![0, 1].contains(&w.books_by(a).len());
        !Author::books.count().between(2, 9) => |w, a| w.books_by(a).len() < 2;
        Author::books.filter(Book::stars.gte(3)).count().gte(2) => |w, a| w.books_by(a).iter().filter(|b| b.stars >= 3).count() >= 2;
        Author::books.filter(Book::stars.gte(3)).count().lt(1) & Author::books.count().gt(0) =>
            |w, a| !w.books_by(a).is_empty() && !w.books_by(a).iter().any(|b| b.stars >= 3);
        Author::friends.count().eq(2) => |w, a| w.friends_of(a).len() == 2;
        Author::friends.count().eq(1) | Author::books.count().eq(3) => |w, a| w.friends_of(a).len() == 1 || w.books_by(a).len() == 3;
        Author::friends.count().lte(1) => |w, a| w.friends_of(a).len() <= 1;
        Author::friends.filter(Author::age.is_some()).count().gt(1) =>
            |w, a| w.friends_of(a).iter().filter(|f| f.age.is_some()).count() > 1;
        Author::friends.filter(Author::books.count().gte(2)).count().eq(1) =>
            |w, a| w.friends_of(a).iter().filter(|f| w.books_by(f).len() >= 2).count() == 1;
        Author::edited.filter(Book::author.is(Author::books.count().gt(1))).count().gte(1) =>
            |w, a| w.edited_by(a).iter().any(|b| w.author_of(b).is_some_and(|author| w.books_by(author).len() > 1));
        Author::books.every(Book::genres.count().gte(1)) => |w, a| w.books_by(a).iter().all(|b| !w.genres_of(b).is_empty());
        Author::books.some(Book::genres.count().in_([2, 3])) => |w, a| w.books_by(a).iter().any(|b| w.genres_of(b).len() >= 2);
    }
}

fn of_books() -> Vec<Question<Book>> {
    questions! {
        Book::author.is(Author::age.gt(30)) => |w, b| w.author_of(b).is_some_and(|a| a.age > Some(30));
        Book::author.is_not(Author::age.gt(30)) => |w, b| !w.author_of(b).is_some_and(|a| a.age > Some(30));
        Book::author.is(Author::all()) => |w, b| w.author_of(b).is_some();
        Book::author.is_some() => |w, b| w.author_of(b).is_some();
        Book::author.is_none() => |w, b| w.author_of(b).is_none();
        Book::editor.is(Author::age.is_none()) => |w, b| w.editor_of(b).is_some_and(|a| a.age.is_none());
        Book::editor.is_not(Author::age.is_none()) => |w, b| !w.editor_of(b).is_some_and(|a| a.age.is_none());
        Book::editor.is_some() => |w, b| w.editor_of(b).is_some();
        Book::editor.is_none() => |w, b| w.editor_of(b).is_none();
        Book::editor.is_none() & Book::editor_id.is_some() => |w, b| w.editor_of(b).is_none() && b.editor_id.is_some();
        Book::genres.some(Genre::name.in_(["g1", "g2"])) => |w, b| w.genres_of(b).iter().any(|g| g.name == "g1" || g.name == "g2");
        Book::genres.every(Genre::name.eq("g1")) => |w, b| w.genres_of(b).iter().all(|g| g.name == "g1");
        Book::genres.none(Genre::name.eq("g1")) => |w, b| !w.genres_of(b).iter().any(|g| g.name == "g1");
        Book::genres.none(Genre::all()) => |w, b| w.genres_of(b).is_empty();
        Book::shelves.some(Shelf::room.eq(1)) => |w, b| w.shelves_of(b).iter().any(|s| s.room == 1);
        Book::shelves.every(Shelf::room.eq(1)) & Book::stars.gt(1) => |w, b| b.stars > 1 && w.shelves_of(b).iter().all(|s| s.room == 1);
        Book::author.is(Author::books.some(Book::stars.eq(5)) & Author::portrait.is_none()) => |w, b| {
            w.author_of(b).is_some_and(|a| w.portrait_of(a).is_none() && w.books_by(a).iter().any(|b| b.stars == 5))
        };
        Book::editor.is(Author::friends.some(Author::all())) | !Book::author.is(Author::books.every(Book::stars.gte(2))) => |w, b| {
            w.editor_of(b).is_some_and(|a| !w.friends_of(a).is_empty())
                || !w.author_of(b).is_some_and(|a| w.books_by(a).iter().all(|b| b.stars >= 2))
        };
        Book::genres.count().eq(0) => |w, b| w.genres_of(b).is_empty();
        Book::genres.count().gt(1) => |w, b| w.genres_of(b).len() > 1;
        Book::genres.filter(Genre::name.ne("g1")).count().eq(1) => |w, b| w.genres_of(b).iter().filter(|g| g.name != "g1").count() == 1;
        Book::shelves.count().between(1, 2) => |w, b| (1..=2).contains(&w.shelves_of(b).len());
        Book::author.is(Author::books.count().gt(2)) => |w, b| w.author_of(b).is_some_and(|a| w.books_by(a).len() > 2);
        Book::author.is_not(Author::friends.count().ne(0)) => |w, b| !w.author_of(b).is_some_and(|a| !w.friends_of(a).is_empty());
    }
}

fn of_genres() -> Vec<Question<Genre>> {
    questions! {
        Genre::books.some(Book::stars.gte(3)) => |w, g| w.books_in(g).iter().any(|b| b.stars >= 3);
        Genre::books.every(Book::stars.gte(3)) => |w, g| w.books_in(g).iter().all(|b| b.stars >= 3);
        Genre::books.none(Book::all()) => |w, g| w.books_in(g).is_empty();
        Genre::books.some(Book::author.is(Author::name.ne("a1"))) =>
            |w, g| w.books_in(g).iter().any(|b| w.author_of(b).is_some_and(|a| a.name != "a1"));
        Genre::books.count().gte(2) => |w, g| w.books_in(g).len() >= 2;
        Genre::books.filter(Book::stars.gte(3)).count().not_in([1, 2]) =>
            |w, g| ![1, 2].contains(&w.books_in(g).iter().filter(|b| b.stars >= 3).count());
    }
}

fn of_shelves() -> Vec<Question<Shelf>> {
    questions! {
        Shelf::books.some(Book::stars.gte(3)) => |w, s| w.books_on(s).iter().any(|b| b.stars >= 3);
        Shelf::books.every(Book::stars.gte(3)) => |w, s| w.books_on(s).iter().all(|b| b.stars >= 3);
        Shelf::books.none(Book::all()) => |w, s| w.books_on(s).is_empty();
        Shelf::books.some(Book::shelves.some(Shelf::room.eq(0)) & Book::editor.is_some()) =>
            |w, s| w.books_on(s).iter().any(|b| w.editor_of(b).is_some() && w.shelves_of(b).iter().any(|s| s.room == 0));
        Shelf::books.count().eq(1) => |w, s| w.books_on(s).len() == 1;
        Shelf::books.count().lt(3) => |w, s| w.books_on(s).len() < 3;
        Shelf::books.filter(Book::stars.gte(3)).count().in_([0, 2]) =>
            |w, s| [0, 2].contains(&w.books_on(s).iter().filter(|b| b.stars >= 3).count());
    }
}

fn of_portraits() -> Vec<Question<Portrait>> {
    questions! {
        Portrait::author.is_some() => |w, p| p.author_id.is_some_and(|id| w.author(id).is_some());
        Portrait::author.is_none() => |w, p| !p.author_id.is_some_and(|id| w.author(id).is_some());
        Portrait::author.is(Author::books.some(Book::all())) =>
            |w, p| p.author_id.and_then(|id| w.author(id)).is_some_and(|a| !w.books_by(a).is_empty());
        Portrait::author.is_not(Author::books.some(Book::all())) =>
            |w, p| !p.author_id.and_then(|id| w.author(id)).is_some_and(|a| !w.books_by(a).is_empty());
    }
}

/// Of how many documents each question was true, and of how many it was not.
type Answers = BTreeMap<&'static str, (usize, usize)>;

fn sorted<'m, M: 'm>(documents: impl Iterator<Item = &'m M>, id: fn(&M) -> i64) -> Vec<i64> {
    let mut ids: Vec<i64> = documents.map(id).collect();
    ids.sort_unstable();
    ids
}

async fn ask<M: Model>(db: &Db, world: &World, all: &[M], id: fn(&M) -> i64, questions: Vec<Question<M>>, answers: &mut Answers) {
    for Question { text, filter, is_true } in questions {
        let expected = sorted(all.iter().filter(|document| is_true(world, document)), id);
        let found = db.find_many(filter.clone()).await.unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(sorted(found.iter(), id), expected, "{text} in {world:?}");
        assert_eq!(db.count(filter.clone()).await.unwrap(), expected.len() as u64, "{text}");
        for document in all.iter().take(1) {
            assert!(matches!(filter.matches(document), Err(Error::NotInMemory { .. })), "{text}");
        }
        let (yes, no) = answers.entry(text).or_default();
        *yes += expected.len();
        *no += all.len() - expected.len();
    }
}

#[tokio::test]
async fn related_documents_are_asked_for_as_in_rust() {
    let fixture = Fixture::new(|builder| builder.model::<Author>().model::<Shelf>()).await;
    let db = &fixture.db;
    let mut answers = Answers::new();
    for seed in 0..WORLDS {
        let world = World::put(db, &mut Dice(seed)).await;
        // Books that no model can read, since they lack the key that each has: they are nobody's.
        let books = fixture.raw.collection::<Document>("books");
        let nobodys =
            [doc! { "_id": -1_i64, "stars": 5 }, doc! { "_id": -2_i64, "stars": 5, "author_id": Bson::Null, "editor_id": Bson::Null }];
        books.insert_many(nobodys).await.unwrap();
        ask(db, &world, &world.authors, |author| author.id, of_authors(), &mut answers).await;
        books.delete_many(doc! { "_id": { "$lt": 0 } }).await.unwrap();
        ask(db, &world, &world.portraits, |portrait| portrait.id, of_portraits(), &mut answers).await;
        ask(db, &world, &world.books, |book| book.id, of_books(), &mut answers).await;
        ask(db, &world, &world.genres, |genre| genre.id, of_genres(), &mut answers).await;
        ask(db, &world, &world.shelves, |shelf| shelf.id, of_shelves(), &mut answers).await;
    }
    assert_eq!(answers.len(), 86);
    for (text, (yes, no)) in answers {
        assert!(yes > 0 && no > 0, "{text} was true of {yes} documents and false of {no}: it tells nothing apart");
    }
}
