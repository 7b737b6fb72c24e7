//! What each verb sends for a filter on related documents, and what is refused.

use super::world::{Author, Book, Genre, Portrait, Shelf};
use crate::support::{Fixture, Sent};
use bson::{Bson, Document, doc};
use chakra::{
    Error,
    options::{Collation, ReadConcern},
    prelude::*,
};

fn author(id: i64) -> Author {
    let (friends, books, edited) = (Related::default(), Related::default(), Related::default());
    Author { id, name: format!("a{id}"), age: None, friend_ids: vec![], friends, books, edited, portrait: Related::default() }
}

fn book(id: i64, stars: i32, author_id: i64, editor_id: Option<i64>, genre_ids: &[i64]) -> Book {
    Book {
        id,
        stars,
        author_id,
        author: Related::default(),
        editor_id,
        editor: Related::default(),
        genre_ids: genre_ids.to_vec(),
        genres: Related::default(),
        shelf_ids: vec![],
        shelves: Related::default(),
    }
}

/// Three authors, of whom the first has two books, the second one, and the third none. The fourth book is by nobody, and the editor of the
/// third is nobody.
async fn put(db: &Db) {
    db.insert_many(&[author(1), author(2), author(3)]).await.unwrap();
    let books = [book(1, 5, 1, Some(2), &[1, 2]), book(2, 1, 1, None, &[2]), book(3, 4, 2, Some(9), &[]), book(4, 5, 8, None, &[1])];
    db.insert_many(&books).await.unwrap();
    let genre = |id: i64, book_ids: &[i64]| Genre { id, name: format!("g{id}"), book_ids: book_ids.to_vec(), books: Related::default() };
    db.insert_many(&[genre(1, &[1, 4]), genre(2, &[1, 2])]).await.unwrap();
}

async fn fixture() -> Fixture {
    let fixture = Fixture::new(|builder| builder.model::<Author>().model::<Shelf>()).await;
    fixture.db.sync().await.unwrap();
    put(&fixture.db).await;
    fixture.commands();
    fixture
}

/// The authors with a book of at least four stars: the first and the second.
fn good() -> Filter<Author> {
    Author::books.some(Book::stars.gte(4))
}

fn ids(authors: &[Author]) -> Vec<i64> {
    authors.iter().map(|author| author.id).collect()
}

/// The command's collection, and its filter or pipeline. A group gives its keys in any order.
fn asked(command: &Document) -> String {
    let (_, collection) = command.iter().next().unwrap();
    let mut asked = command.get("filter").or_else(|| command.get("pipeline")).cloned().unwrap();
    sort_keys(&mut asked);
    format!("{}: {}", collection.as_str().unwrap(), asked.into_relaxed_extjson())
}

fn sort_keys(value: &mut Bson) {
    match value {
        Bson::Document(document) => document.iter_mut().for_each(|(_, value)| sort_keys(value)),
        Bson::Array(items) if items.iter().all(|item| item.as_i64().is_some()) => items.sort_by_key(Bson::as_i64),
        Bson::Array(items) => items.iter_mut().for_each(sort_keys),
        _ => {}
    }
}

#[tokio::test]
async fn keys_are_read_first_and_then_named() {
    let sent = Sent::with(|builder| builder.model::<Author>().model::<Shelf>()).await;
    let db = &sent.db;
    put(db).await;
    sent.commands();
    macro_rules! sends {
        ($($read:expr => $($command:expr),*;)*) => { $(
            $read.await.unwrap();
            let commands: Vec<String> = sent.commands().iter().map(asked).collect();
            assert_eq!(commands, [$($command),*], "{}", stringify!($read));
        )* };
    }
    sends! {
        db.find_many(good() & Author::name.ne("a3")) =>
            r#"books: [{"$match":{"stars":{"$gte":4}}},{"$group":{"_id":"$author_id"}},{"$limit":100001}]"#,
            r#"authors: {"_id":{"$in":[1,2,8]},"name":{"$ne":"a3"}}"#;
        db.find_many(Book::author.is(Author::name.eq("a1"))) =>
            r#"authors: [{"$match":{"name":"a1"}},{"$project":{"_id":1}},{"$limit":100001}]"#,
            r#"books: {"author_id":{"$in":[1]}}"#;
        db.find_many(Book::author.is_not(Author::name.eq("nobody"))) =>
            r#"authors: [{"$match":{"name":"nobody"}},{"$project":{"_id":1}},{"$limit":100001}]"#,
            "books: {}";
        db.find_many(Book::editor.is_some()) =>
            concat!(
                r#"books: [{"$match":{"editor_id":{"$ne":null}}},{"$group":{"_id":"$editor_id"}},"#,
                r#"{"$set":{"found":{"$filter":{"input":{"$cond":[{"$isArray":"$_id"},"$_id",["$_id"]]},"#,
                r#""cond":{"$not":[{"$in":[{"$type":"$$this"},["null","undefined","regex"]]}]}}}}},"#,
                r#"{"$lookup":{"from":"authors","localField":"found","foreignField":"_id","#,
                r#""pipeline":[{"$limit":1},{"$project":{"_id":1}}],"as":"found"}},"#,
                r#"{"$match":{"found":{"$size":0}}},{"$project":{"_id":1}},{"$limit":100001}]"#
            ),
            r#"books: {"editor_id":{"$ne":null,"$nin":[9]}}"#;
        db.find_many(Book::genres.some(Genre::name.eq("g2"))) =>
            r#"genres: [{"$match":{"name":"g2"}},{"$project":{"_id":1}},{"$limit":100001}]"#,
            r#"books: {"genre_ids":{"$in":[2]}}"#;
        db.find_many(Genre::books.none(Book::all())) =>
            r#"books: [{"$project":{"_id":1}},{"$limit":100001}]"#,
            r#"genres: {"book_ids":{"$nin":[1,2,3,4]}}"#;
        db.find_many(Shelf::books.some(Book::stars.eq(9))) =>
            r#"books: [{"$match":{"stars":9}},{"$unwind":"$shelf_ids"},{"$group":{"_id":"$shelf_ids"}},{"$limit":100001}]"#,
            r#"shelves: {"_id":{"$in":[]}}"#;
        // As good as all, and as good as none: the one reads what leads nowhere, the other nothing.
        db.find_many(Book::editor.is(Filter::<Author>::all_of([]))) =>
            concat!(
                r#"books: [{"$match":{"editor_id":{"$ne":null}}},{"$group":{"_id":"$editor_id"}},"#,
                r#"{"$set":{"found":{"$filter":{"input":{"$cond":[{"$isArray":"$_id"},"$_id",["$_id"]]},"#,
                r#""cond":{"$not":[{"$in":[{"$type":"$$this"},["null","undefined","regex"]]}]}}}}},"#,
                r#"{"$lookup":{"from":"authors","localField":"found","foreignField":"_id","#,
                r#""pipeline":[{"$limit":1},{"$project":{"_id":1}}],"as":"found"}},"#,
                r#"{"$match":{"found":{"$size":0}}},{"$project":{"_id":1}},{"$limit":100001}]"#
            ),
            r#"books: {"editor_id":{"$ne":null,"$nin":[9]}}"#;
        db.find_many(Author::books.some(Filter::<Book>::any_of([]))) =>
            r#"authors: {"_id":{"$in":[]}}"#;
        db.find_many(Author::books.every(Book::all())) =>
            "authors: {}";
        // The innermost first.
        db.find_many(Genre::books.some(Book::author.is(good()))) =>
            r#"books: [{"$match":{"stars":{"$gte":4}}},{"$group":{"_id":"$author_id"}},{"$limit":100001}]"#,
            r#"authors: [{"$match":{"_id":{"$in":[1,2,8]}}},{"$project":{"_id":1}},{"$limit":100001}]"#,
            r#"books: [{"$match":{"author_id":{"$in":[1,2]}}},{"$project":{"_id":1}},{"$limit":100001}]"#,
            r#"genres: {"book_ids":{"$in":[1,2,3]}}"#;
    }
}

#[tokio::test]
async fn counts_are_keys_too() {
    let sent = Sent::with(|builder| builder.model::<Author>().model::<Shelf>()).await;
    let db = &sent.db;
    put(db).await;
    sent.commands();
    macro_rules! sends {
        ($($read:expr => $($command:expr),*;)*) => { $(
            $read.await.unwrap();
            let commands: Vec<String> = sent.commands().iter().map(asked).collect();
            assert_eq!(commands, [$($command),*], "{}", stringify!($read));
        )* };
    }
    let looked_up = concat!(
        r#"{"$lookup":{"from":"books","localField":"_id","foreignField":"author_id","#,
        r#""pipeline":[{"$count":"n"}],"as":"__chakra_s0"}},{"$set":{"__chakra_s0":{"$ifNull":[{"$first":"$__chakra_s0.n"},0]}}}"#
    );
    sends! {
        db.find_many(Author::books.count().gt(1)) =>
            concat!(
                r#"books: [{"$group":{"_id":"$author_id","n":{"$sum":1}}},{"$match":{"n":{"$gte":2}}},"#,
                r#"{"$project":{"_id":1}},{"$limit":100001}]"#
            ),
            r#"authors: {"_id":{"$in":[1]}}"#;
        db.find_many(Author::books.filter(Book::stars.gte(4)).count().lt(2)) =>
            concat!(
                r#"books: [{"$match":{"stars":{"$gte":4}}},{"$group":{"_id":"$author_id","n":{"$sum":1}}},"#,
                r#"{"$match":{"n":{"$gte":2}}},{"$project":{"_id":1}},{"$limit":100001}]"#
            ),
            "authors: {}";
        db.find_many(Author::books.count().eq(0)) =>
            r#"books: [{"$group":{"_id":"$author_id"}},{"$limit":100001}]"#,
            r#"authors: {"_id":{"$nin":[1,2,8]}}"#;
        db.find_many(Book::genres.count().eq(2)) =>
            concat!(
                r#"books: [{"$match":{"genre_ids.1":{"$exists":true}}},"#,
                r#"{"$set":{"found":{"$filter":{"input":{"$cond":[{"$isArray":"$genre_ids"},"$genre_ids",["$genre_ids"]]},"#,
                r#""cond":{"$not":[{"$in":[{"$type":"$$this"},["null","undefined","regex"]]}]}}}}},"#,
                r#"{"$lookup":{"from":"genres","localField":"found","foreignField":"_id","pipeline":[{"$count":"n"}],"as":"found"}},{"$match":{"found.n":2}},"#,
                r#"{"$project":{"_id":1}},{"$limit":100001}]"#
            ),
            r#"books: {"_id":{"$in":[1]}}"#;
        db.find_many(Shelf::books.count().in_([1, 3])) =>
            concat!(
                r#"books: [{"$project":{"_id":0,"k":{"$cond":[{"$isArray":"$shelf_ids"},{"$setUnion":["$shelf_ids",[]]},"$shelf_ids"]}}},"#,
                r#"{"$unwind":"$k"},{"$group":{"_id":"$k","n":{"$sum":1}}},{"$match":{"n":{"$in":[1,3]}}},"#,
                r#"{"$project":{"_id":1}},{"$limit":100001}]"#
            ),
            r#"shelves: {"_id":{"$in":[]}}"#;
        db.count(Author::books.count().in_([])) => r#"authors: [{"$match":{"_id":{"$in":[]}}},{"$group":{"_id":1,"n":{"$sum":1}}}]"#;
        db.find_many(Author::name.ne("a9")).order_by((Author::books.count().desc(), Author::name.asc())).take(2) =>
            format!(
                concat!(
                    r#"authors: [{{"$match":{{"name":{{"$ne":"a9"}}}}}},{},{{"$sort":{{"__chakra_s0":-1,"name":1,"_id":1}}}},"#,
                    r#"{{"$limit":2}},{{"$unset":["__chakra_s0"]}}]"#
                ),
                looked_up
            );
        db.find_first(Book::all()).order_by(Book::author.by(Author::name).asc()).select(Book::stars) =>
            concat!(
                r#"books: [{"$set":{"__chakra_s0":{"$filter":{"input":{"$cond":[{"$isArray":"$author_id"},"$author_id",["$author_id"]]},"#,
                r#""cond":{"$not":[{"$in":[{"$type":"$$this"},["null","undefined","regex"]]}]}}}}},"#,
                r#"{"$lookup":{"from":"authors","localField":"__chakra_s0","foreignField":"_id","#,
                r#""pipeline":[{"$limit":1},{"$project":{"_id":0,"v":"$name"}}],"as":"__chakra_s0"}},"#,
                r#"{"$set":{"__chakra_s0":{"$ifNull":[{"$first":"$__chakra_s0.v"},null]}}},"#,
                r#"{"$sort":{"__chakra_s0":1,"_id":1}},{"$limit":1},{"$project":{"stars":1,"_id":0}}]"#
            );
    }
}

#[tokio::test]
async fn what_is_too_much_to_be_named_is_looked_up() {
    let sent = Sent::with(|builder| builder.model::<Author>().most_related_keys(1)).await;
    put(&sent.db).await;
    sent.commands();
    let any_case = Collation::builder().locale("en").strength(mongodb::options::CollationStrength::Secondary).build();
    let found = sent.db.find_many(good() & Author::name.ne("a3")).collation(any_case).comment("why").take(5).await.unwrap();
    assert_eq!(ids(&found), [1, 2]);
    let commands = sent.commands();
    let looked_up = concat!(
        r#"authors: [{"$match":{"name":{"$ne":"a3"}}},{"$lookup":{"from":"books","localField":"_id","foreignField":"author_id","#,
        r#""pipeline":[{"$match":{"stars":{"$gte":4}}},{"$limit":1},{"$project":{"_id":1}}],"as":"__chakra_r0"}},"#,
        r#"{"$match":{"__chakra_r0.0":{"$exists":true}}},{"$unset":["__chakra_r0"]},{"$limit":5}]"#
    );
    let keys = r#"books: [{"$match":{"stars":{"$gte":4}}},{"$group":{"_id":"$author_id"}},{"$limit":2}]"#;
    assert_eq!(commands.iter().map(asked).collect::<Vec<_>>(), [keys, looked_up]);
    for command in commands {
        assert_eq!(command.get_document("collation").unwrap().get_str("locale").unwrap(), "en");
        assert_eq!(command.get_str("comment").unwrap(), "why");
    }
    sent.db.count(Author::books.filter(Book::editor.is_some()).count().lt(1)).await.unwrap();
    let found = sent.db.find_many(good()).no_cursor_timeout(true).await;
    assert!(matches!(found, Err(Error::Invalid { .. })), "an aggregate has no such option");
}

#[tokio::test]
async fn every_read_takes_them() {
    #[derive(Debug, View)]
    struct Name<'a> {
        name: &'a str,
    }
    let fixture = fixture().await;
    let db = &fixture.db;
    let read = || db.find_many(good()).order_by(Author::id.asc());
    assert_eq!(ids(&read().await.unwrap()), [1, 2]);
    assert_eq!(fixture.commands(), ["aggregate", "find"]);
    assert!(read().take(0).await.unwrap().is_empty());
    assert_eq!(fixture.commands(), [""; 0]);
    assert_eq!(db.find_first(good()).order_by(Author::id.desc()).await.unwrap().map(|author| author.id), Some(2));
    assert!(db.find_unique(Author::id.eq(2) & good()).await.unwrap().is_some());
    assert!(db.find_unique(Author::id.eq(3) & good()).await.unwrap().is_none());
    assert!(matches!(db.get(Author::id.eq(3) & good()).await, Err(Error::NotFound { .. })));
    assert_eq!(db.count(good()).await.unwrap(), 2);
    assert!(db.exists(good()).await.unwrap());
    assert!(!db.exists(good() & Author::id.eq(3)).await.unwrap());
    assert_eq!(db.distinct(Author::name, good()).await.unwrap(), ["a1", "a2"]);
    assert_eq!(ids(&read().distinct_by(Author::name).await.unwrap()), [1, 2]);
    assert_eq!(read().select(Author::name).await.unwrap(), ["a1", "a2"]);
    assert_eq!(read().lenient().await.unwrap().len(), 2);
    assert_eq!(ids(&read().cursor(Author::id.eq(2) & good()).await.unwrap()), [2]);
    let names = read().view::<Name>().await.unwrap();
    assert_eq!(names.iter().map(|name| name.unwrap().name).collect::<Vec<_>>(), ["a1", "a2"]);
    assert_eq!(db.find_first(good() & Author::id.eq(2)).view::<Name>().await.unwrap().unwrap().get().unwrap().name, "a2");
    let mut stream = read().stream().await.unwrap();
    let mut streamed = Vec::new();
    while let Some(author) = stream.next().await {
        streamed.push(author.unwrap().id);
    }
    assert_eq!(streamed, [1, 2]);
    assert_eq!(db.aggregate(good()).select(count()).await.unwrap(), 2);
    let groups = db.group_by(Author::name).filter(good()).order_by(Author::name.asc()).select(count()).await.unwrap();
    assert_eq!(groups, [("a1".to_owned(), 1), ("a2".to_owned(), 1)]);
}

#[tokio::test]
async fn pipelines_take_them_in_every_stage() {
    #[derive(Debug, PartialEq, Composite)]
    struct Card {
        #[chakra(name = "_id")]
        id: i64,
    }
    #[derive(Debug, PartialEq, Composite)]
    struct Shown {
        #[chakra(name = "_id")]
        id: i64,
        books: Vec<Card>,
    }
    let fixture = fixture().await;
    let db = &fixture.db;
    assert_eq!(db.pipeline::<Author>().match_(good()).count().await.unwrap(), 2);
    assert_eq!(fixture.commands(), ["aggregate", "aggregate"]);
    let by_first = Book::author.is(Author::name.eq("a1"));
    assert_eq!(db.pipeline::<Book>().unwind(Book::genre_ids).match_(by_first.clone().unwound()).count().await.unwrap(), 3);
    assert_eq!(db.pipeline::<Genre>().union_with(by_first).count().await.unwrap(), 4);
    let of_second_genre = Author::books.filter(Book::genres.some(Genre::name.eq("g2"))).order_by(Book::id.asc());
    let shown = db.pipeline::<Author>().match_(good()).sort(Author::id.asc()).lookup(Shown::books, of_second_genre);
    let card = |id| Card { id };
    assert_eq!(shown.as_::<Shown>().await.unwrap(), [Shown { id: 1, books: vec![card(1), card(2)] }, Shown { id: 2, books: vec![] }]);
}

#[tokio::test]
async fn every_write_takes_them() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let (second, third) = (|| Author::id.eq(2) & good(), || Author::id.eq(3) & good());
    assert_eq!(db.update(second()).set(Author::age, 50).await.unwrap().age, Some(50));
    assert_eq!(fixture.commands(), ["aggregate", "findAndModify"]);
    assert!(matches!(db.update(third()).set(Author::age, 50).await, Err(Error::NotFound { .. })));
    assert_eq!(db.replace(second(), author(2)).await.unwrap().age, None);
    assert!(matches!(db.replace(third(), author(3)).await, Err(Error::NotFound { .. })));
    fixture.commands();
    assert_eq!(db.update_many(good()).set(Author::age, 51).await.unwrap().matched, 2);
    assert_eq!(fixture.commands(), ["aggregate", "update"]);
    assert!(matches!(db.delete(third()).await, Err(Error::NotFound { .. })));
    assert_eq!(db.delete(second()).await.unwrap().id, 2);
    fixture.commands();
    assert_eq!(db.delete_many(Author::books.none(Book::all())).await.unwrap(), 1);
    // Authors are in lists of their friends, out of which the ids are taken.
    assert_eq!(fixture.commands(), ["aggregate", "find", "find", "update", "update", "delete", "commitTransaction"]);
    assert_eq!(ids(&db.find_many(Author::all()).await.unwrap()), [1]);

    let error = db.upsert(second()).create(Author::draft().id(2).name("a2")).await.unwrap_err();
    assert!(matches!(error, Error::Invalid { .. }), "{error:?}");
    // What a draft connects is found by them too.
    let book = |id: i64, by: Filter<Author>| Book::draft().id(id).stars(2).author(connect(Author::id.eq(1) & by));
    assert_eq!(db.create(book(10, good())).await.unwrap().author_id, 1);
    assert!(matches!(db.create(book(11, !good())).await, Err(Error::NotFound { model: "Author", .. })));
}

#[tokio::test]
async fn a_bulk_reads_the_keys_in_front_of_its_writes() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let portrait = |id, author_id| Portrait { id, colour: "red".into(), author_id, author: Related::default() };
    db.insert_many(&[portrait(1, Some(1)), portrait(2, None)]).await.unwrap();
    fixture.commands();
    let bulk = db.bulk().update_many(good(), |author| author.set(Author::age, 40)).delete_many(Portrait::author.is_none());
    let report = bulk.update(Author::id.eq(3) & good(), |author| author.set(Author::age, 1)).await.unwrap();
    assert_eq!((report.matched, report.deleted), (2, 1));
    let commands = fixture.commands();
    assert_eq!(commands[..3], ["aggregate"; 3]);
    assert!(commands[3..].iter().all(|command| command != "aggregate"), "{commands:?}");
    let report = db.bulk().delete_many(Portrait::author.is_not(Author::name.eq("nobody"))).await.unwrap();
    assert_eq!(report.deleted, 1);
}

#[tokio::test]
async fn a_condition_that_the_data_leaves_empty_is_no_forgotten_one() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let unwanted = Author::books.none(Book::stars.gt(100));
    assert_eq!(db.update_many(unwanted.clone()).set(Author::age, 1).await.unwrap().matched, 3);
    assert_eq!(db.delete_many(unwanted & Filter::all_of([])).await.unwrap(), 3);
    assert!(matches!(db.delete_many(Filter::<Book>::all_of([])).await, Err(Error::EmptyFilter { .. })));
}

#[tokio::test]
async fn a_forgotten_condition_beside_or_in_a_relation_is_refused() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let nothing = || Filter::<Book>::all_of([]);
    let no_book = || Filter::<Book>::any_of([]);
    // What is written of the keys has no part in it: each is true of every author, whatever there is.
    let forgotten = [
        Filter::<Author>::all_of([]) | good(),
        Author::books.every(nothing()),
        Author::books.none(no_book()),
        Author::portrait.is_not(Filter::<Portrait>::any_of([])),
        Author::books.some(nothing()),
        Author::books.none(nothing()),
        Author::books.none(Book::genres.some(Filter::<Genre>::any_of([]))),
    ];
    for filter in forgotten {
        let error = db.update_many(filter.clone()).set(Author::age, 1).await.unwrap_err();
        assert!(matches!(error, Error::EmptyFilter { verb: "update_many", .. }), "{filter:?}: {error:?}");
        let error = db.delete_many(filter.clone()).await.unwrap_err();
        assert!(matches!(error, Error::EmptyFilter { verb: "delete_many", .. }), "{filter:?}: {error:?}");
        let bulk = db.bulk().update_many(filter.clone(), |author| author.set(Author::age, 1));
        let bulk = bulk.update_many(filter.clone(), |author| author.set(Author::age, 2));
        let Error::Bulk { failed, .. } = bulk.await.unwrap_err() else { panic!("{filter:?}") };
        assert!(matches!(failed[..], [(0, Error::EmptyFilter { .. }), (1, Error::EmptyFilter { .. })]), "{filter:?}: {failed:?}");
    }
    assert_eq!(fixture.commands(), [""; 0], "nothing is read for them");
    // Beside a condition they leave that, and what is written out is meant.
    assert_eq!(db.update_many(Author::books.every(nothing()) & Author::id.eq(1)).set(Author::age, 1).await.unwrap().matched, 1);
    assert_eq!(db.update_many(Author::books.none(Book::all())).set(Author::age, 2).await.unwrap().matched, 1);
    db.delete_many(Book::all()).await.unwrap();
    assert_eq!(db.delete_many(Author::books.none(Book::all())).await.unwrap(), 3, "there are no books");
}

#[tokio::test]
async fn includes_and_counts_take_them() {
    let fixture = fixture().await;
    let edited = Author::books.filter(Book::editor.is_some());
    let of_second_genre = Author::books.filter(Book::genres.some(Genre::name.eq("g2")));
    let read = fixture.db.find_many(Author::all()).order_by(Author::id.asc()).include(edited).include_count(of_second_genre);
    let found = read.await.unwrap();
    assert_eq!(fixture.commands().len(), 5, "the authors, and for each relation the keys and the books");
    let books = |author: &Author| author.books.get().unwrap().iter().map(|book| book.id).collect::<Vec<_>>();
    assert_eq!(found.iter().map(books).collect::<Vec<_>>(), [vec![1], vec![], vec![]]);
    assert_eq!(found.iter().map(|author| author.books.count().unwrap()).collect::<Vec<_>>(), [2, 0, 0]);
}

#[tokio::test]
async fn a_page_goes_on_when_the_keys_are_others() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let read = || db.find_many(good()).order_by(Author::id.asc()).page(1);
    let first = read().await.unwrap();
    assert_eq!(ids(&first.items), [1]);
    db.insert_many(&[book(9, 5, 3, None, &[])]).await.unwrap();
    let second = read().after(first.next()).await.unwrap();
    let third = read().after(second.next()).await.unwrap();
    assert_eq!((ids(&second.items), ids(&third.items), third.next()), (vec![2], vec![3], None));
    let other = db.find_many(Author::books.some(Book::stars.gte(3))).order_by(Author::id.asc()).page(1).after(first.next());
    assert!(matches!(other.await, Err(Error::Invalid { .. })), "a token of another filter");
}

#[tokio::test]
async fn a_transaction_sees_its_own_writes() {
    let fixture = fixture().await;
    let found = fixture
        .db
        .transaction(|tx| async move {
            tx.insert_many(&[book(9, 5, 3, Some(9), &[])]).await?;
            let authors = tx.find_many(good() & Author::portrait.is_none()).order_by(Author::id.asc()).await?;
            let without = tx.update_many(Author::books.none(Book::all())).set(Author::age, 1).await?;
            Ok((ids(&authors), without.matched, tx.count(Book::editor.is_none()).await?))
        })
        .await
        .unwrap();
    assert_eq!(found, (vec![1, 2, 3], 0, 4));
}

#[tokio::test]
async fn keys_are_read_as_the_read_itself() {
    let sent = Sent::with(|builder| builder.model::<Author>()).await;
    put(&sent.db).await;
    let any_case = Collation::builder().locale("en").strength(mongodb::options::CollationStrength::Secondary).build();
    let by_first = || sent.db.find_many(Book::author.is(Author::name.eq("A1")));
    sent.commands();
    assert_eq!(by_first().await.unwrap().len(), 0);
    assert_eq!(by_first().collation(any_case).comment("why").await.unwrap().len(), 2);
    let commands = sent.commands();
    assert_eq!(commands[2].get_str("aggregate").unwrap(), "authors");
    for command in &commands[2..] {
        assert_eq!(command.get_document("collation").unwrap().get_str("locale").unwrap(), "en");
        assert_eq!(command.get_str("comment").unwrap(), "why");
    }
}

#[tokio::test]
async fn includes_are_read_as_the_read_itself() {
    let sent = Sent::with(|builder| builder.model::<Author>()).await;
    put(&sent.db).await;
    sent.commands();
    let any_case = Collation::builder().locale("en").strength(mongodb::options::CollationStrength::Secondary).build();
    let read = sent.db.find_many(Author::name.eq("A1")).collation(any_case).comment("why").read_concern(ReadConcern::majority());
    let latest = Author::edited.filter(Book::author.is(Author::id.gt(0))).order_by(Book::id.desc()).take(1);
    let found = read.include(Author::books.include(Book::genres)).include(latest).include_count(Author::books).await.unwrap();
    assert_eq!(found.len(), 1);
    let commands = sent.commands();
    assert_eq!(commands.len(), 6, "authors, books, genres, keys, edited books, counts");
    for (at, command) in commands.iter().enumerate() {
        assert_eq!(command.get_str("comment").unwrap(), "why");
        assert_eq!(command.get_document("readConcern").unwrap().get_str("level").unwrap(), "majority");
        assert_eq!(command.contains_key("collation"), at == 0, "{command}");
    }
}

#[tokio::test]
async fn plans_and_indexes_are_those_of_the_key() {
    let fixture = fixture().await;
    let plan = fixture.db.find_many(Book::author.is(Author::name.eq("a1"))).explain().await.unwrap();
    assert_eq!(fixture.commands(), ["aggregate", "explain"]);
    assert!(plan.to_string().contains("author_id_1"), "{plan}");
    fixture.db.count(Book::author.is(Author::name.eq("a1"))).explain_checked().await.unwrap();
    assert_eq!(fixture.commands(), ["aggregate", "explain"]);

    chakra::assert_indexed!(Book::author.is(Author::name.eq("a1")));
    chakra::assert_indexed!(good() & Author::name.eq("a1"));
    chakra::assert_indexed!(Genre::books.some(Book::author.is(good())));
    let firsts = fixture.db.find_many(Book::author.is(Author::name.eq("a1")) & Book::id.eq(1)).distinct_by(Book::stars);
    chakra::assert_indexed!(firsts);
    chakra::assert_indexed!(Author::books.count().gt(1));
    chakra::assert_indexed!(Book::genres.count().eq(2));
    let ordered = fixture.db.find_many(Book::author_id.eq(1)).order_by(Book::author.by(Author::name).asc());
    let coverage = ordered.coverage().unwrap();
    assert!(!coverage.is_indexed(), "the server sorts what it looked up: {coverage}");
    assert_eq!(coverage.advice(), None);
    let plan = ordered.explain().await.unwrap();
    assert_eq!(fixture.commands(), ["explain"]);
    assert!(plan.to_string().contains("author_id_1"), "{plan}");
    let other = (Book::stars.eq(1) | Book::author.is(Author::name.eq("a1"))).coverage().unwrap();
    assert!(!other.is_indexed(), "the stars have no index");
}

#[test]
fn a_filter_shows_what_it_asks_of_related_documents() {
    let filter = !good() & Author::portrait.is_none();
    assert_eq!(format!("{filter:?}"), "Filter(and(not(books leads to(stars Gte _)), not(portrait leads to(all))))");
    assert_eq!(good().detail().to_string(), "books leads to(stars Gte 4)");
    let counted = Author::books.filter(Book::stars.gte(4)).count().in_([2, 4, 5]);
    assert_eq!(format!("{counted:?}"), "Filter(books in number _ leads to(stars Gte _))");
    assert_eq!(counted.detail().to_string(), "books in number 2, 4..=5 leads to(stars Gte 4)");
    assert_eq!(Author::books.count().lt(3).detail().to_string(), "not(books in number 3.. leads to(all))");
    assert_eq!(format!("{:?}", Author::books.count().desc()), "Sort(books.count() Descending)");
    assert_eq!(format!("{:?}", Book::author.by(Author::name).asc()), "Sort(author.name Ascending)");
    assert_eq!(format!("{:?}", (Author::books.count().gte(0), Author::books.count().lt(0))), "(Filter(and()), Filter(nothing))");
}

#[tokio::test]
async fn too_many_keys_are_looked_up_by_reads_and_refused_by_writes() {
    let fixture = Fixture::new(|builder| builder.model::<Author>()).await;
    let db = &fixture.db;
    db.insert_many(&[author(1), author(2)]).await.unwrap();
    let books = (1..=100_001_i64).map(|id| doc! { "_id": id, "author_id": id });
    fixture.raw.collection::<Document>("books").insert_many(books).await.unwrap();
    assert_eq!(db.count(Author::books.some(Book::id.lte(100_000))).await.unwrap(), 2, "as many as there may be");
    let all = || Author::books.some(Book::all());
    assert_eq!(db.find_many(all()).await.unwrap().len(), 2, "a read looks them up");
    fixture.commands();
    assert_eq!(db.count(all() & Author::id.eq(1)).await.unwrap(), 1);
    assert!(fixture.commands().iter().all(|command| command == "aggregate" || command == "getMore"));
    let error = db.update_many(all()).set(Author::age, 1).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "`Author::books.some(…)` is answered by the keys of related documents, and there are more than 100000 of them: narrow it down"
    );
    assert!(matches!(db.update_many(all()).set(Author::age, 1).await, Err(Error::TooLarge { relation: "books", .. })));
    assert!(matches!(db.delete_many(!all()).await, Err(Error::TooLarge { most: 100_000, .. })));
    let error = db.bulk().update_many(all(), |author| author.set(Author::age, 1)).await.unwrap_err();
    assert!(matches!(&error, Error::Bulk { failed, .. } if matches!(failed[0], (0, Error::TooLarge { .. }))), "{error:?}");
    assert_eq!(fixture.stored("authors").await.len(), 2);
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "few_stalls")]
struct Stall {
    #[chakra(id)]
    id: i64,
    #[chakra(relation = OneToMany, foreign_key = stall_id)]
    wares: Related<Vec<Ware>>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "few_wares")]
struct Ware {
    #[chakra(id)]
    id: i64,
    stall_id: i64,
    #[chakra(relation = ManyToOne, foreign_key = stall_id, index = false)]
    stall: Related<Stall>,
}

#[tokio::test]
async fn what_is_related_to_a_few_documents_is_looked_up_for_these() {
    let fixture = fixture().await;
    let db = &fixture.db;
    for (named, commands) in [(1_i64..=2, &["aggregate"][..]), (1..=50, &["aggregate"]), (1..=51, &["aggregate", "find"])] {
        fixture.commands();
        let found = db.find_many(Author::id.in_(named.clone()) & good()).order_by(Author::id.asc()).await.unwrap();
        assert_eq!((ids(&found), fixture.commands()), (vec![1, 2], commands.iter().map(|name| (*name).to_owned()).collect()), "{named:?}");
    }
    // What does not name documents by a unique key may mean any number of them.
    db.count(Author::name.in_(["a1", "a2"]) & good()).await.unwrap();
    assert_eq!(fixture.commands(), ["aggregate", "aggregate"]);
    db.find_many((Author::id.in_([1, 2]) | Author::name.eq("a1")) & good()).await.unwrap();
    assert_eq!(fixture.commands(), ["aggregate", "find"]);

    // Without an index each look-up would be a look at all wares.
    db.create(Stall::draft().id(1)).await.unwrap();
    db.create(Ware::draft().id(7).stall_id(1)).await.unwrap();
    fixture.commands();
    let stalls = db.find_many(Stall::id.in_([1, 2]) & Stall::wares.some(Ware::id.eq(7))).await.unwrap();
    assert_eq!(stalls.iter().map(|stall| stall.id).collect::<Vec<_>>(), [1]);
    assert_eq!(fixture.commands(), ["aggregate", "find"]);
    assert!(db.find_unique(Stall::id.eq(1) & Stall::wares.some(Ware::id.eq(7))).await.unwrap().is_some());
    assert_eq!(fixture.commands(), ["aggregate"]);
}
