//! `select`: some paths of each document, read as the model reads them and without the rest.

use crate::{
    models::{Address, Item, Line, Point, User, ada},
    support::{Fixture, Sent},
};
use bson::{Bson, doc};
use chakra::{Error, prelude::*};
use futures::TryStreamExt;
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Composite)]
#[chakra(tag = "kind")]
enum Media {
    Photo { url: String, width: i32 },
    Film { url: String, minutes: Option<i32> },
}

#[derive(Debug, Clone, PartialEq, Composite)]
struct Size {
    #[chakra(name = "w", default = 7)]
    width: i32,
    unit: Option<String>,
}

const STANDARD: Size = Size { width: 3, unit: None };

#[derive(Debug, Clone, PartialEq, Composite)]
struct Name {
    first: String,
    last: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Composite)]
struct Part {
    name: String,
    #[chakra(default = 1)]
    count: i32,
    media: Option<Media>,
    sizes: Vec<Size>,
    tags: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[chakra(collection = "wares")]
struct Ware {
    #[chakra(id)]
    id: i64,
    #[chakra(default = STANDARD)]
    size: Size,
    #[chakra(flatten)]
    name: Name,
    cover: Option<Media>,
    media: Vec<Media>,
    parts: Vec<Part>,
    weights: BTreeMap<String, i32>,
    bytes: Vec<u8>,
    #[chakra(as = "string")]
    number: Option<i32>,
    secret: String,
}

fn ware(id: i64) -> Ware {
    Ware {
        id,
        size: Size { width: 1, unit: None },
        name: Name { first: format!("f{id}"), last: None },
        cover: None,
        media: vec![],
        parts: vec![],
        weights: BTreeMap::new(),
        bytes: vec![],
        number: None,
        secret: "secret".into(),
    }
}

fn photo(url: &str) -> Media {
    Media::Photo { url: url.into(), width: 4 }
}

fn film(url: &str, minutes: Option<i32>) -> Media {
    Media::Film { url: url.into(), minutes }
}

fn part(name: &str) -> Part {
    Part { name: name.into(), count: 1, media: None, sizes: vec![], tags: vec![] }
}

async fn wares() -> Fixture {
    let fixture = Fixture::new(|builder| builder.model::<Ware>()).await;
    let sizes = vec![Size { width: 1, unit: Some("m".into()) }, Size { width: 2, unit: None }];
    let full = Ware {
        cover: Some(photo("c")),
        media: vec![photo("a"), film("b", Some(90)), film("d", None)],
        parts: vec![
            Part { media: Some(photo("p")), sizes, tags: vec!["x".into(), "y".into()], ..part("one") },
            Part { count: 5, media: Some(film("q", None)), ..part("two") },
            part("three"),
        ],
        weights: BTreeMap::from([("a".to_owned(), 2)]),
        bytes: vec![1, 2],
        number: Some(12),
        ..ware(1)
    };
    let cover = Some(film("e", Some(3)));
    fixture.db.insert_many(&[full, Ware { cover, ..ware(2) }]).await.unwrap();
    // As little as the model reads.
    fixture.store("wares", doc! { "_id": 3_i64, "first": "f3", "secret": "s", "weights": Bson::Null, "parts": [{ "name": "n" }] }).await;
    fixture.commands();
    fixture
}

#[tokio::test]
async fn one_path_gives_values_and_a_tuple_gives_tuples() {
    let fixture = wares().await;
    let db = &fixture.db;
    let firsts: Vec<String> = db.find_many(Ware::all()).order_by(Ware::id.desc()).select(Ware::name.first()).await.unwrap();
    assert_eq!(firsts, ["f3", "f2", "f1"]);
    let pairs: Vec<(i64, Option<String>)> =
        db.find_many(Ware::id.in_([1_i64, 2])).select((Ware::id, Ware::name.last())).order_by(Ware::id.asc()).await.unwrap();
    assert_eq!(pairs, [(1, None), (2, None)]);
    let (id, (bytes, first)) = db.get(Ware::id.eq(1)).select((Ware::id, (Ware::bytes, Ware::name.first()))).await.unwrap();
    assert_eq!((id, bytes, first.as_str()), (1, vec![1, 2], "f1"));
    assert_eq!(db.find_unique(Ware::id.eq(9)).select(Ware::id).await.unwrap(), None);
    assert_eq!(db.find_first(Ware::all()).order_by(Ware::id.desc()).select(Ware::id).await.unwrap(), Some(3));
    let error = db.get(Ware::id.eq(9)).select(Ware::id).await.unwrap_err();
    assert_eq!(error.to_string(), "no `Ware` with _id 9 was found");
    assert_eq!(db.find_many(Ware::all()).select((Ware::id,)).skip(1).take(1).order_by(Ware::id.asc()).await.unwrap(), [(2,)]);
    assert_eq!(fixture.commands(), ["find"; 7]);
    assert_eq!(db.find_many(Ware::all()).take(0).select(Ware::id).await.unwrap(), Vec::<i64>::new());
    assert_eq!(fixture.commands(), Vec::<String>::new());
}

#[tokio::test]
async fn what_is_not_there_is_what_the_model_reads() {
    let fixture = wares().await;
    let read = fixture.db.find_many(Ware::id.path().gte(2)).order_by(Ware::id.asc());
    let read =
        read.select((Ware::size, Ware::size.width(), Ware::size.unit(), Ware::weights, Ware::weights.key("a"), Ware::bytes, Ware::parts));
    let [second, third] = <[_; 2]>::try_from(read.await.unwrap()).unwrap();
    let size = Size { width: 1, unit: None };
    assert_eq!(second, (size, 1, None, BTreeMap::new(), None, vec![], vec![]));
    assert_eq!(third, (STANDARD, 3, None, BTreeMap::new(), None, vec![], vec![part("n")]));
    assert_eq!(fixture.db.get(Ware::id.eq(1)).select(Ware::weights.key("a")).await.unwrap(), Some(2));
    let numbers = fixture.db.find_many(Ware::all()).order_by(Ware::id.asc()).select(Ware::number).await.unwrap();
    assert_eq!(numbers.into_iter().map(|number| number.map(|number| number.into_inner())).collect::<Vec<_>>(), [Some(12), None, None]);
}

#[tokio::test]
async fn a_path_into_a_variant_is_an_option() {
    let fixture = wares().await;
    let paths = (Ware::cover.photo().url(), Ware::cover.film().url(), Ware::cover.film().minutes(), Ware::cover);
    let read = fixture.db.find_many(Ware::all()).order_by(Ware::id.asc()).select(paths).await.unwrap();
    let (c, e) = (Some("c".to_owned()), Some("e".to_owned()));
    assert_eq!(read, [(c, None, None, Some(photo("c"))), (None, e, Some(3), Some(film("e", Some(3)))), (None, None, None, None)]);
}

#[tokio::test]
async fn a_path_through_a_list_gives_the_values_of_all_its_items() {
    let fixture = wares().await;
    let paths = (Ware::parts.name(), Ware::parts.count(), Ware::parts.tags(), Ware::parts.sizes().width(), Ware::parts.sizes().unit());
    let read = fixture.db.find_many(Ware::all()).order_by(Ware::id.asc()).select(paths).await.unwrap();
    let strings = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<Vec<String>>();
    let first = (
        strings(&["one", "two", "three"]),
        vec![1, 5, 1],
        vec![strings(&["x", "y"]), vec![], vec![]],
        vec![1, 2],
        vec![Some("m".to_owned()), None],
    );
    let nothing = (vec![], vec![], vec![], vec![], vec![]);
    // A default is there in an item too.
    let third = (strings(&["n"]), vec![1], vec![vec![]], vec![], vec![]);
    assert_eq!(read, [first, nothing, third]);

    // Items that are another variant, or without one, have no value.
    let paths = (Ware::media.photo().url(), Ware::media.film().minutes(), Ware::parts.media().photo().url());
    let read = fixture.db.get(Ware::id.eq(1)).select(paths).await.unwrap();
    assert_eq!(read, (strings(&["a"]), vec![Some(90), None], strings(&["p"])));
}

#[tokio::test]
async fn exactly_the_paths_are_sent() {
    let sent = Sent::with(|builder| builder.model::<Ware>()).await;
    let db = &sent.db;
    let projection = || sent.part("projection");
    db.find_many(Ware::all()).select(Ware::id).await.unwrap();
    assert_eq!(projection(), r#"{"_id":1}"#);
    db.find_many(Ware::all()).select((Ware::name.first(), Ware::parts.name())).await.unwrap();
    assert_eq!(projection(), r#"{"first":1,"parts.name":1,"_id":0}"#);
    // The tag says whether the value is the variant's.
    db.find_many(Ware::all()).select(Ware::cover.photo().url()).await.unwrap();
    assert_eq!(projection(), r#"{"cover.url":1,"cover.kind":1,"_id":0}"#);
    // The server refuses a path beside what lies below it.
    db.find_many(Ware::all()).select((Ware::size.width(), Ware::size, Ware::size.width())).await.unwrap();
    assert_eq!(projection(), r#"{"size":1,"_id":0}"#);
    db.find_first(Ware::secret.eq("x")).order_by(Ware::size.width().desc()).select(Ware::id).await.unwrap();
    assert_eq!(
        (sent.part("filter"), sent.part("sort"), sent.part("limit")),
        (r#"{"secret":"x"}"#.into(), r#"{"size.w":-1}"#.into(), "1".into())
    );
}

#[tokio::test]
async fn a_stream_gives_what_was_selected() {
    let fixture = Fixture::new(|builder| builder.model::<Item>()).await;
    fixture.db.insert_many(&(0..250).map(Item::new).collect::<Vec<_>>()).await.unwrap();
    fixture.commands();
    let mut stream =
        fixture.db.find_many(Item::all()).order_by(Item::id.asc()).batch_size(100).select((Item::id, Item::state)).stream().await.unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap(), (0, "new".to_owned()));
    assert_eq!(fixture.commands(), ["find"]);
    let rest: Vec<(i64, String)> = stream.try_collect().await.unwrap();
    assert_eq!((rest.len(), rest[248].0), (249, 249));
}

#[tokio::test]
async fn what_is_not_selected_is_not_looked_at() {
    let fixture = Fixture::new(|builder| builder.model::<Item>()).await;
    let store = |document| fixture.store("items", document);
    store(doc! { "_id": 1_i64, "stock": "many", "home": { "street": "s" }, "lines": [{ "sku": "a" }, { "qty": 2 }] }).await;
    let db = &fixture.db;
    assert_eq!(db.find_many(Item::all()).select((Item::id, Item::rank)).await.unwrap(), [(1, 5)]);
    assert_eq!(db.find_many(Item::all()).select(Item::home.street()).await.unwrap(), [Some("s".to_owned())]);
    let fault = |error: Error| {
        let said = error.to_string();
        let Error::Decode { model: "Item", collection: "items", error, .. } = error else { panic!("{said}") };
        (error.path().to_owned(), error.expected().to_owned(), error.found().to_owned())
    };
    let owned = |path: &str, expected: &str, found: &str| (path.to_owned(), expected.to_owned(), found.to_owned());
    let error = db.find_many(Item::all()).select((Item::id, Item::stock)).await.unwrap_err();
    assert_eq!(error.to_string(), "`items` holds a document (_id 1) that `Item` cannot read: `stock`: expected Int32, found String");
    // The composite is there, so that its city is required.
    let error = db.find_many(Item::all()).select(Item::home.city()).await.unwrap_err();
    assert_eq!(fault(error), owned("home.town", "a value", "nothing"));
    let error = db.find_many(Item::all()).select(Item::lines.sku()).await.unwrap_err();
    assert_eq!(fault(error), owned("lines[1].sku", "a value", "nothing"));
}

#[tokio::test]
async fn it_reads_what_the_model_reads() {
    let fixture = Fixture::new(|builder| builder.model::<Item>().model::<User>()).await;
    let home = Address { street: "s".into(), city: "Rome".into(), geo: Some(Point { x: 1.0, y: 2.0 }) };
    let line = Line { sku: "a".into(), qty: 1, note: None };
    let items =
        [Item { name: Some("n".into()), home: Some(home), lines: vec![line], tags: vec!["t".into()], ..Item::new(1) }, Item::new(2)];
    fixture.db.insert_many(&items).await.unwrap();
    fixture.store("items", doc! { "_id": 3_i64, "stock": 2.0, "name": Bson::Null, "rank": 7, "tags": Bson::Null }).await;
    let whole = fixture.db.find_many(Item::all()).order_by(Item::id.asc()).await.unwrap();
    let paths = (
        Item::id,
        Item::name,
        Item::stock,
        Item::price,
        Item::rank,
        Item::state,
        Item::tags,
        Item::codes,
        Item::lines,
        Item::home,
        Item::seen,
    );
    let read = fixture.db.find_many(Item::all()).order_by(Item::id.asc()).select(paths).await.unwrap();
    let read: Vec<Item> = read
        .into_iter()
        .map(|(id, name, stock, price, rank, state, tags, codes, lines, home, seen)| Item {
            id,
            name,
            stock,
            price,
            rank,
            state,
            tags,
            codes,
            lines,
            home,
            seen,
        })
        .collect();
    assert_eq!(read, whole);

    let created = fixture.db.create(ada()).await.unwrap();
    let card = fixture
        .db
        .find_unique(User::email.eq("ada@example.com"))
        .select((User::id, User::role, User::created_at, User::version))
        .await
        .unwrap();
    assert_eq!(card, Some((created.id, created.role, created.created_at, created.version)));
}

#[tokio::test]
async fn a_key_that_cannot_stand_in_a_path_is_refused() {
    let fixture = wares().await;
    let error = fixture.db.find_many(Ware::all()).select((Ware::id, Ware::weights.key("a.b"))).await.unwrap_err();
    assert!(matches!(error, Error::Invalid { model: "Ware", .. }), "{error:?}");
    assert_eq!(fixture.commands(), Vec::<String>::new());
}
