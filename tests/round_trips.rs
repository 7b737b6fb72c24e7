//! Round trips: the commands that each verb sends, as its documentation states them.

use crate::{
    models::{Category, Post, User},
    support::Fixture,
};
use chakra::{Draft, Error, Patch, prelude::*};

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
        ["aggregate"] for db.pipeline::<Book>().select((Book::id, Book::title));
        ["aggregate"] for db.pipeline::<Book>().count();
        ["explain"] for db.find_many(all()).explain();
        ["explain"] for db.find_unique(Book::id.eq(1)).explain_checked();
        ["explain"] for db.count(all()).explain();
        ["explain"] for db.count(Book::author.eq("Woolf")).explain_checked();
        ["ping"] for db.run_command(doc! { "ping": 1 });
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
async fn stages_that_make_other_documents_take_one() {
    #[derive(Debug, PartialEq, Composite)]
    struct Doubled {
        #[chakra(name = "_id")]
        id: i64,
        twice: i64,
    }
    #[derive(Debug, PartialEq, Composite)]
    struct Shelf {
        author: String,
        books: u64,
    }
    #[derive(Debug, PartialEq, Composite)]
    struct Class {
        from: Option<i32>,
        books: u64,
    }
    #[derive(Debug, PartialEq, Composite)]
    struct Inventory {
        shelves: Vec<Shelf>,
        classes: Vec<Class>,
    }
    #[derive(Debug, Composite)]
    struct Named {
        username: String,
    }
    #[derive(Debug, Composite)]
    struct Signed {
        title: String,
        author: Option<Named>,
    }
    let fixture = fixture().await;
    let books = || fixture.db.pipeline::<Book>();
    let doubled = || books().project(|p| p.set(Doubled::twice, Book::stock * 2));
    let added = || books().add(|a| a.set(Doubled::twice, Book::stock * 2));
    let shelves = || books().group(|g| g.by(Shelf::author, Book::author).set(Shelf::books, count::<Book>()));
    let classes = || books().bucket(Book::stock, [0, 10], |b| b.from(Class::from).set(Class::books, count::<Book>()));
    let inventory = || {
        books().facet(|f| {
            f.set(Inventory::shelves, |p| p.group(|g| g.by(Shelf::author, Book::author).set(Shelf::books, count::<Book>())))
                .set(Inventory::classes, |p| p.bucket(Book::stock, [0, 10], |b| b.from(Class::from).set(Class::books, count::<Book>())))
        })
    };
    sends! { fixture:
        ["aggregate"] for doubled().as_::<Doubled>();
        ["aggregate"] for doubled().select(Doubled::twice);
        ["aggregate"] for doubled().count();
        ["aggregate"] for added().as_::<Doubled>();
        ["aggregate"] for added().count();
        ["aggregate"] for shelves().as_::<Shelf>();
        ["aggregate"] for shelves().select((Shelf::author, Shelf::books));
        ["aggregate"] for shelves().count();
        ["aggregate"] for classes().as_::<Class>();
        ["aggregate"] for classes().count();
        ["aggregate"] for inventory().as_::<Inventory>();
        ["aggregate"] for inventory().count();
    }
    let fixture = Fixture::new(|builder| builder.model::<User>()).await;
    let db = &fixture.db;
    db.sync().await.unwrap();
    let user = User::draft().username("a").email("a").first_name("a").last_name("a");
    db.create(Post::draft().title("1").author(create(user))).await.unwrap();
    fixture.commands();
    let signed = || db.pipeline::<Post>().lookup(Signed::author, Post::author);
    sends! { fixture:
        ["aggregate"] for signed().as_::<Signed>();
        ["aggregate"] for signed().select(Signed::title);
        ["aggregate"] for signed().count();
    }
    let authors: Vec<Option<String>> =
        signed().as_::<Signed>().await.unwrap().into_iter().map(|signed| signed.author.map(|author| author.username)).collect();
    assert_eq!(authors, [Some("a".to_owned())]);
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
        ["findAndModify"] for db.update(first()).patch(Book::price, Patch::Set(2.5)).patch(Book::author, Patch::<String>::Keep);
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
        [] for db.update(Book::id.eq(2)).patch(Book::price, Patch::<f64>::Keep) => Invalid;
        [] for db.update(Book::id.eq(2)).patch(Book::author, Patch::<String>::Unset) => Invalid;
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

#[tokio::test]
async fn what_one_batch_does_not_hold_takes_one_more_for_each() {
    let fixture = fixture().await;
    let (db, all) = (&fixture.db, Book::all);
    db.create_many((10..210).map(draft)).await.unwrap();
    fixture.commands();
    let by_title = || db.find_many(all()).order_by(Book::title.asc());
    sends! { fixture:
        ["find", "getMore"] for db.find_many(all());
        ["find", "getMore"] for db.find_many(all()).view::<Spine>();
        ["find", "getMore"] for db.find_many(all()).select(Book::id);
        ["find", "getMore"] for db.find_many(all()).lenient();
        ["find", "getMore", "getMore"] for db.find_many(all()).batch_size(100);
        ["find"] for db.find_many(all()).batch_size(500);
        ["find"] for db.find_many(all()).take(100);
        ["aggregate", "getMore"] for db.find_many(all()).distinct_by(Book::title);
        ["aggregate", "getMore"] for db.distinct(Book::title, all());
        ["aggregate", "getMore"] for db.group_by(Book::title).select(count());
        ["aggregate", "getMore"] for db.pipeline::<Book>().as_::<Book>();
        // A page and what is read from a cursor come in one, however many they are.
        ["find"] for by_title().page(150);
        ["find", "find"] for by_title().cursor(Book::id.eq(2)).take(150);
    }
    // A stream asks for more when it has given what it has.
    let mut stream = db.find_many(all()).stream().await.unwrap();
    assert_eq!(fixture.commands(), ["find"]);
    let mut ids = Vec::new();
    while let Some(book) = stream.next().await {
        ids.push(book.unwrap().id);
    }
    assert_eq!((ids.len(), fixture.commands()), (203, vec!["getMore".to_owned()]));
}

#[tokio::test]
async fn relations_take_one_for_each_of_them_and_level() {
    let fixture = Fixture::new(|builder| builder.model::<User>()).await;
    let db = &fixture.db;
    db.sync().await.unwrap();
    let rust = db.create(Category::draft().name("rust")).await.unwrap();
    fixture.commands();
    let user = |name: &str| User::draft().username(name).email(name).first_name(name).last_name(name);
    let signed = |title: &str, name: &str| Post::draft().title(title).author(create(user(name)));
    sends! { fixture:
        ["insert", "insert", "commitTransaction"]
            for db.create(user("a").posts(create([Post::draft().title("1"), Post::draft().title("2")])));
        // The connected id is read; then come the author, the post, and the list on the other side.
        ["find", "insert", "insert", "update", "commitTransaction"] for db.create(signed("3", "b").categories(connect(rust.id)));
        ["find", "find", "insert", "insert", "update", "commitTransaction"]
            for db.create(signed("4", "c").categories((connect(rust.id), connect([Category::name.eq("rust")]))));
        ["insert", "insert", "commitTransaction"] for db.create_many([signed("5", "d"), signed("6", "e")]);
        ["find", "find"] for db.find_many(User::all()).include(User::posts);
        ["find", "find", "find"] for db.find_many(User::all()).include(User::posts.include(Post::categories));
        ["find", "aggregate"] for db.find_many(User::all()).include(User::posts.take(1));
        ["find", "find"] for db.find_first(User::username.eq("a")).include(User::posts);
        // No author, and so nobody whose posts could be read.
        ["find"] for db.find_many(User::username.eq("nobody")).include(User::posts);
    }
    // However many there are on a level.
    let many = (0..300).map(|at| user(&format!("many {at}")).posts(create([Post::draft().title("1"), Post::draft().title("2")])));
    db.create_many(many).await.unwrap();
    fixture.commands();
    sends! { fixture:
        ["find", "find", "find"] for db.find_many(User::all()).include(User::posts.include(Post::categories));
        ["find", "find"] for db.find_many(User::all()).order_by(User::username.asc()).include(User::posts).lenient();
        ["find", "getMore", "getMore", "getMore", "find"] for db.find_many(User::all()).batch_size(100).include(User::posts);
    }
}

#[tokio::test]
async fn numbers_of_a_sequence_take_one_more() {
    #[derive(Debug, Clone, Model)]
    struct Loan {
        #[chakra(id, auto_increment)]
        id: i64,
        reader: String,
    }
    let fixture = Fixture::new(|builder| builder.model::<Loan>()).await;
    let db = &fixture.db;
    db.sync().await.unwrap();
    fixture.commands();
    let loan = |reader: &str| Loan::draft().reader(reader);
    sends! { fixture:
        // There is no counter yet, which begins behind the largest number that is there.
        ["findAndModify", "find", "update", "findAndModify", "insert"] for db.create(loan("a"));
        ["findAndModify", "insert"] for db.create(loan("b"));
        ["findAndModify", "insert"] for db.create_many(["c", "d", "e"].map(loan));
        ["update", "insert"] for db.insert_many(&[Loan { id: 70, reader: "f".into() }, Loan { id: 60, reader: "g".into() }]);
    }
    assert_eq!(db.create(loan("h")).await.unwrap().id, 71);
}

#[tokio::test]
async fn a_transaction_takes_one_more_than_what_is_in_it() {
    let fixture = fixture().await;
    let db = &fixture.db;
    sends! { fixture:
        ["find", "findAndModify", "commitTransaction"] for db.transaction(|tx| async move {
            let book = tx.get(Book::id.eq(1)).await?;
            tx.update(Book::id.eq(1)).set(Book::stock, book.stock + 1).await
        });
        ["find", "commitTransaction"] for db.transaction(|tx| async move { tx.get(Book::id.eq(1)).await });
        // One inside of another is that one.
        ["findAndModify", "commitTransaction"] for db.transaction(|tx| async move {
            tx.transaction(|tx| async move { tx.update(Book::id.eq(1)).inc(Book::stock, 1).await }).await
        });
        [] for db.transaction(|_| async move { Ok(()) });
    }
    fails! { fixture:
        ["findAndModify", "abortTransaction"] for db.transaction(|tx| async move {
            tx.update(Book::id.eq(1)).inc(Book::stock, 1).await?;
            Err::<(), _>(Error::other("changed my mind"))
        }) => Other;
        ["find", "abortTransaction"] for db.transaction(|tx| async move { tx.get(Book::id.eq(9)).await }) => NotFound;
        [] for db.transaction(|_| async move { Err::<(), _>(Error::other("at once")) }) => Other;
        [] for db.transaction(|tx| async move { tx.sync().await }) => Transaction;
    }
}

#[tokio::test]
async fn a_transaction_that_lost_against_another_sends_everything_again() {
    let fixture = fixture().await;
    let (outside, mut attempts) = (fixture.db.clone(), 0);
    let lost_once = fixture.db.transaction(|tx| {
        attempts += 1;
        let (is_first, outside) = (attempts == 1, outside.clone());
        async move {
            let book = tx.get(Book::id.eq(1)).await?;
            if is_first {
                outside.update(Book::id.eq(1)).inc(Book::stock, 10).await?;
            }
            tx.update(Book::id.eq(1)).set(Book::stock, book.stock + 1).await
        }
    });
    assert_eq!(lost_once.await.unwrap().stock, 12);
    let first = ["find", "findAndModify", "findAndModify", "abortTransaction"];
    assert_eq!(fixture.commands(), [&first[..], &["find", "findAndModify", "commitTransaction"][..]].concat());
}

#[tokio::test]
async fn a_connection_takes_one() {
    let fixture = Fixture::new(|builder| builder.model::<Book>()).await;
    assert_eq!(fixture.commands(), ["hello"]);
}

#[tokio::test]
async fn a_sync_looks_and_makes_each_collection_and_unique_index_by_one() {
    #[derive(Debug, Clone, Model)]
    #[chakra(index(title, year), unique(author, title))]
    struct Edition {
        #[chakra(id)]
        id: i64,
        #[chakra(unique)]
        isbn: String,
        author: String,
        title: String,
        #[chakra(index)]
        year: i32,
    }
    let fixture = Fixture::new(|builder| builder.model::<Edition>()).await;
    let db = &fixture.db;
    fixture.commands();
    sends! { fixture:
        // The last one is what versions of the service have synced.
        ["listCollections", "find"] for db.sync().plan();
        // The collection is claimed, looked at again, made with both indexes that are not unique and each of those that are, and given up.
        ["listCollections", "find", "update", "listCollections", "create", "createIndexes", "createIndexes", "createIndexes", "update"]
            for db.sync();
        ["listCollections", "listIndexes", "find"] for db.sync().plan();
        ["listCollections", "listIndexes", "find"] for db.sync();
    }
    fixture.raw.run_command(doc! { "dropIndexes": "editions", "index": "isbn_1" }).await.unwrap();
    sends! { fixture:
        // Documents may stand in its way.
        ["listCollections", "listIndexes", "find", "update", "listCollections", "listIndexes", "aggregate", "createIndexes", "update"]
            for db.sync();
    }
}
