//! Updates made in memory: what is kept of the value, and what leaves it untouched.

use bson::{Document, doc};
use chakra::{Error, prelude::*, query::Update};

#[derive(Debug, Clone, PartialEq, Composite)]
struct Size {
    width: i32,
    #[chakra(skip)]
    shown: String,
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Author {
    #[chakra(id)]
    id: i64,
    name: String,
    #[chakra(default = 0, max = 3)]
    books: i32,
    nick: Option<String>,
    #[chakra(max_length = 2)]
    tags: Vec<String>,
    size: Option<Size>,
    #[chakra(skip)]
    greeting: String,
    #[chakra(extra)]
    rest: Document,
    #[chakra(updated_at)]
    updated_at: DateTime<Utc>,
    #[chakra(version)]
    version: i64,
    #[chakra(relation = OneToMany, foreign_key = author_id)]
    works: Related<Vec<Work>>,
    #[chakra(relation = OneToOne, foreign_key = owner_id)]
    house: Related<Option<House>>,
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Work {
    #[chakra(id)]
    id: i64,
    author_id: i64,
    #[chakra(relation = ManyToOne, foreign_key = author_id)]
    author: Related<Author>,
}

#[derive(Debug, Clone, PartialEq, Model)]
struct House {
    #[chakra(id)]
    id: i64,
    owner_id: i64,
}

fn work(id: i64) -> Work {
    Work { id, author_id: 1, author: Related::default() }
}

fn author() -> Author {
    Author {
        id: 1,
        name: "Ada".into(),
        books: 2,
        nick: None,
        tags: vec!["a".into()],
        size: None,
        greeting: "hello".into(),
        rest: doc! { "unknown": 7, "name2": "n" },
        updated_at: DateTime::from_timestamp_millis(1_000).unwrap(),
        version: 4,
        works: Related::loaded(vec![work(1), work(2)]),
        house: Related::default(),
    }
}

#[test]
fn what_no_document_holds_is_kept() {
    let mut value = author();
    let update = Update::new().set(Author::name, "Eve").inc(Author::books, 1).push(Author::tags, "b").set(Author::nick, "e");
    update.apply(&mut value).unwrap();
    let expected = Author { name: "Eve".into(), books: 3, nick: Some("e".into()), tags: vec!["a".into(), "b".into()], ..author() };
    assert_eq!(value, expected);
    // Loaded and unloaded relations are as they were, and what verbs write beside the changes is theirs.
    assert_eq!(value.works.get().unwrap().len(), 2);
    assert!(value.house.is_unloaded());
    assert_eq!((value.greeting.as_str(), value.version), ("hello", 4));
    value.house = Related::loaded(None);
    Update::new().unset(Author::nick).apply(&mut value).unwrap();
    assert!(value.house.get().unwrap().is_none());
    assert_eq!(value.nick, None);
    // What is loaded may be changed in memory, and is neither stored nor lost.
    value.works.get_mut().unwrap().pop();
    Update::new().inc(Author::version, 1).apply(&mut value).unwrap();
    assert_eq!((value.works.get().unwrap().as_slice(), value.version), (&[work(1)][..], 5));
}

#[test]
fn what_no_document_holds_of_a_composite_is_as_in_a_read() {
    let mut value = Author { size: Some(Size { width: 1, shown: "one".into() }), ..author() };
    Update::new().inc(Author::size.width(), 1).apply(&mut value).unwrap();
    assert_eq!(value.size, Some(Size { width: 2, shown: String::new() }));
}

#[test]
fn an_error_leaves_the_value_untouched() {
    let size = |width: i32| Some(Size { width, shown: String::new() });
    let sized = |width: i32| Author { size: size(width), ..author() };
    let cases = [
        (author(), Update::new().set(Author::name, "Eve").inc(Author::books, 2), "`books` needs a value of at most 3"),
        (author(), Update::new().set(Author::name, "Eve").set(Author::books, 4), "`books` needs a value of at most 3"),
        (author(), Update::new().push(Author::tags, "b").push_all(Author::tags, ["c"]), "`tags` needs one change only"),
        (author(), Update::new().inc(Author::books, 1).push_all(Author::tags, ["b", "c"]), "`tags` needs at most 2 items"),
        (author(), Update::new().set(Author::name, "Eve").inc(Author::size.width(), 1), "`size.width` needs `size` to be some"),
        (
            sized(i32::MAX),
            Update::new().set(Author::nick, "e").inc(Author::size.width(), 1),
            "`size.width` needs a value of at most 2147483647",
        ),
        (
            author(),
            Update::new().unset(Author::tags).set(Author::size.width(), None),
            "`size.width` needs a value: the document cannot be read without it",
        ),
        (
            author(),
            Update::new().inc(Author::books, 2).push_all(Author::tags, ["b", "c"]),
            "`books` needs a value of at most 3; `tags` needs at most 2 items",
        ),
    ];
    for (before, update, expected) in cases {
        let mut value = before.clone();
        let error = update.apply(&mut value).unwrap_err();
        let Error::Invalid { model: "Author", broken, .. } = &error else { panic!("{error:?}") };
        assert_eq!(broken.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "), expected);
        assert_eq!(value, before, "{update:?}");
    }
    let mut value = author();
    let error = Update::new().set(Author::name, "Eve").current_date(Author::updated_at).apply(&mut value).unwrap_err();
    assert_eq!(error.to_string(), "`current_date` can be asked of the server only, not of a value in memory");
    assert_eq!(value, author());
}

#[tokio::test]
async fn no_change_is_no_update() {
    let fixture = crate::support::Fixture::new(|builder| builder.model::<House>()).await;
    fixture.commands();
    let mut value = House { id: 1, owner_id: 1 };
    let said = [
        Update::<House>::new().apply(&mut value).unwrap_err(),
        Update::new().with(Update::<House>::new()).apply(&mut value).unwrap_err(),
        fixture.db.update(House::id.eq(1)).await.unwrap_err(),
        fixture.db.update(House::id.eq(1)).with(Update::new()).await.unwrap_err(),
        fixture.db.update_many(House::all()).await.unwrap_err(),
        fixture.db.update_many(Filter::<House>::all_of([])).await.unwrap_err(),
    ];
    for error in said {
        assert!(matches!(error, Error::Invalid { model: "House", .. }), "{error:?}");
        assert_eq!(error.to_string(), "this `House` is not valid: it must have at least one change");
    }
    assert_eq!(value, House { id: 1, owner_id: 1 });
    assert_eq!(fixture.commands(), Vec::<String>::new());
}
