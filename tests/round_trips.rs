//! Round trips: the commands that each verb sends, as its documentation states them.

use crate::support::Fixture;
use chakra::{Draft, Error, prelude::*};

#[derive(Debug, Clone, PartialEq, Model)]
#[chakra(unique(author, title))]
struct Book {
    #[chakra(id)]
    id: i64,
    author: String,
    title: String,
    price: Option<f64>,
    #[chakra(max_length = 2)]
    tags: Vec<String>,
    stock: i32,
    #[chakra(version)]
    version: i64,
}

#[derive(Debug, View)]
struct Spine<'a> {
    title: &'a str,
}

fn draft(id: i64) -> Draft<Book> {
    Draft::of(Book::draft().id(id).author("Woolf").title(format!("volume {id}")).stock(1))
}

/// A shelf of three books.
async fn fixture() -> Fixture {
    let fixture = Fixture::new(|builder| builder.model::<Book>()).await;
    fixture.db.sync().await.unwrap();
    fixture.db.create_many((1..=3).map(draft)).await.unwrap();
    fixture.commands();
    fixture
}

/// Awaits each call, and asserts which commands it sent.
macro_rules! sends {
    ($fixture:ident: $( [$($command:literal),*] for $call:expr; )*) => { $(
        $call.await.unwrap();
        assert_eq!($fixture.commands(), [$($command),*] as [&str; _], "{}", stringify!($call));
    )* };
}

/// Awaits a call that fails, and asserts which commands it sent.
macro_rules! fails {
    ($fixture:ident: $( [$($command:literal),*] for $call:expr => $error:ident; )*) => { $(
        let error = $call.await.unwrap_err();
        assert!(matches!(error, Error::$error { .. }), "{}: {error}", stringify!($call));
        assert_eq!($fixture.commands(), [$($command),*] as [&str; _], "{}", stringify!($call));
    )* };
}

#[tokio::test]
async fn reads_take_one() {
    let fixture = fixture().await;
    let (db, all) = (&fixture.db, Book::all);
    sends! { fixture:
        ["find"] for db.find_many(all());
        ["find"] for db.find_many(all()).select((Book::id, Book::title));
        ["find"] for db.find_many(all()).view::<Spine>();
        ["find"] for db.find_many(all()).lenient();
        ["find"] for db.find_many(all()).order_by(Book::title.asc()).page(2);
        ["find"] for db.find_many(all()).stream();
        ["find", "find"] for db.find_many(all()).order_by(Book::title.asc()).cursor(Book::id.eq(2)).take(-2);
        ["aggregate"] for db.find_many(all()).order_by(Book::id.desc()).distinct_by(Book::author);
        ["find"] for db.find_first(Book::stock.gt(0));
        ["find"] for db.find_unique(Book::author_title.eq(("Woolf", "volume 1")));
        ["find"] for db.find_unique(Book::id.eq(9));
        ["find"] for db.get(Book::id.eq(1));
        ["find"] for db.get(Book::id.eq(1)).view::<Spine>();
        ["find"] for db.exists(Book::stock.gt(0));
        ["aggregate"] for db.count(all());
        ["aggregate"] for db.distinct(Book::author, all());
        ["aggregate"] for db.distinct((Book::author, Book::stock), all());
        ["aggregate"] for db.aggregate(all()).select((count(), avg(Book::price)));
        ["aggregate"] for db.group_by(Book::author).having(count().gt(1_u64)).select(sum(Book::stock));
        ["aggregate"] for db.pipeline::<Book>().match_(Book::stock.gt(0)).as_::<Book>();
        ["aggregate"] for db.pipeline::<Book>().view::<Spine>();
        ["aggregate"] for db.pipeline::<Book>().count();
        ["explain"] for db.find_many(all()).explain();
        ["explain"] for db.count(all()).explain();
        [] for db.find_many(all()).take(0);
    }
    let row = db.get(Book::id.eq(1)).view::<Spine>().await.unwrap();
    assert_eq!(row.get().unwrap().title, "volume 1");
    fixture.commands();
    fails! { fixture:
        ["find"] for db.get(Book::id.eq(9)) => NotFound;
    }
}

#[tokio::test]
async fn writes_of_one_document_take_one() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let first = || Book::id.eq(1);
    let whole = db.get(first()).await.unwrap();
    let mut tracked = whole.clone().tracked();
    fixture.commands();
    sends! { fixture:
        ["insert"] for db.create(draft(10));
        ["findAndModify"] for db.update(first()).set(Book::price, 9.5).inc(Book::stock, 1);
        ["findAndModify"] for db.update(first()).inc(Book::stock, 1).returning(Old);
        ["update"] for db.update(first()).inc(Book::stock, 1).returning(Nothing);
        ["findAndModify"] for db.upsert(first()).create(draft(1)).inc(Book::stock, 1);
        ["findAndModify", "findAndModify"] for db.upsert(Book::id.eq(11)).create(draft(11)).inc(Book::stock, 1);
        ["find"] for db.upsert(first()).create(draft(1));
        ["findAndModify"] for db.replace(first(), &whole);
        [] for db.save(&mut tracked);
        ["findAndModify"] for db.delete(Book::id.eq(10));
        ["delete"] for db.delete(Book::id.eq(11)).returning(Nothing);
    }
    let mut tracked = db.get(first()).await.unwrap().tracked();
    tracked.stock = 7;
    fixture.commands();
    sends! { fixture:
        ["findAndModify"] for db.save(&mut tracked);
        ["delete"] for db.delete_value(&tracked);
    }
    fails! { fixture:
        // Nothing is read again where every document that is there would be changed.
        ["findAndModify"] for db.update(first()).set(Book::author, "Joyce") => NotFound;
        ["findAndModify"] for db.delete(first()) => NotFound;
        ["delete", "find"] for db.delete_value(&tracked) => NotFound;
        // Before anything is sent.
        [] for db.update(Book::id.eq(2)).set(Book::tags, ["a", "b", "c"].map(String::from)) => Invalid;
        ["findAndModify", "aggregate"] for db.update(Book::id.eq(2)).inc(Book::stock, i32::MAX) => Invalid;
    }
}

#[tokio::test]
async fn writes_of_many_documents_take_one_for_each_batch() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let values: Vec<Book> = db
        .find_many(Book::all())
        .await
        .unwrap()
        .into_iter()
        .map(|book| Book { id: book.id + 100, author: "Proust".into(), ..book })
        .collect();
    fixture.commands();
    sends! { fixture:
        ["insert"] for db.create_many((20..50).map(draft));
        ["insert"] for db.create_many((40..60).map(draft)).skip_duplicates();
        ["insert"] for db.insert_many(&values);
        [] for db.insert_many(&Vec::<Book>::new());
        ["update"] for db.update_many(Book::id.gte(20)).set(Book::author, "Eliot");
        ["aggregate", "update"] for db.update_many(Book::id.gte(20)).inc(Book::stock, 1);
        ["delete"] for db.delete_many(Book::id.gte(20));
        ["insert", "update", "delete"]
            for db.bulk().create(draft(60)).update(Book::id.eq(1), |book| book.inc(Book::stock, 1)).delete(Book::id.eq(60));
        // A list that is null goes ahead: `push` does not take it.
        ["update", "update"] for db.bulk().update(Book::id.eq(1), |book| book.push(Book::tags, "new"));
        [] for db.bulk();
    }
    fails! { fixture:
        [] for db.delete_many(Filter::<Book>::all_of([])) => EmptyFilter;
        [] for db.bulk().create(draft(61)).delete_many(Filter::<Book>::all_of([])) => Bulk;
    }
}
