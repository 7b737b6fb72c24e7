//! Composites: what is stored of embedded documents wherever they stand, what else is read, and how they are found, changed and limited.

use crate::support::Fixture;
use bson::{Bson, Document, doc};
use chakra::{Error, prelude::*};
use std::collections::HashMap;

#[derive(Debug, Clone, PartialEq, Composite)]
#[chakra(rename_all = "camelCase")]
struct Money {
    #[chakra(as = "long", min = 0)]
    minor_units: i32,
    #[chakra(name = "cur", default = "EUR", max_length = 3)]
    currency: String,
    #[chakra(skip)]
    shown: u32,
}

#[derive(Debug, Clone, PartialEq, Composite)]
struct Part {
    name: String,
    price: Option<Money>,
    #[chakra(default = 1)]
    copies: i32,
    parts: Vec<Part>,
    base: Option<Box<Part>>,
    by_city: HashMap<String, Money>,
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Machine {
    #[chakra(id)]
    id: i64,
    engine: Part,
    spare: Option<Part>,
    shelf: Vec<Part>,
    named: HashMap<String, Part>,
}

fn money(minor_units: i32) -> Money {
    Money { minor_units, currency: "EUR".into(), shown: 0 }
}

fn part(name: &str) -> Part {
    Part { name: name.into(), price: None, copies: 1, parts: vec![], base: None, by_city: HashMap::new() }
}

/// What is stored of `part(name)`.
fn part_document(name: &str) -> Document {
    doc! { "name": name, "copies": 1, "parts": [], "by_city": {} }
}

/// A part with something in every field.
fn engine() -> Part {
    Part {
        price: Some(money(100)),
        copies: 2,
        parts: vec![part("bolt"), Part { base: Some(Box::new(part("thread"))), ..part("nut") }],
        base: Some(Box::new(Part { price: Some(money(5)), ..part("frame") })),
        by_city: HashMap::from([("Rome".to_owned(), money(7)), ("Paris".to_owned(), money(8))]),
        ..part("engine")
    }
}

fn engine_document() -> Document {
    doc! {
        "name": "engine",
        "price": { "minorUnits": 100_i64, "cur": "EUR" },
        "copies": 2,
        "parts": [part_document("bolt"), { "name": "nut", "copies": 1, "parts": [], "base": part_document("thread"), "by_city": {} }],
        "base": { "name": "frame", "price": { "minorUnits": 5_i64, "cur": "EUR" }, "copies": 1, "parts": [], "by_city": {} },
        "by_city": { "Paris": { "minorUnits": 8_i64, "cur": "EUR" }, "Rome": { "minorUnits": 7_i64, "cur": "EUR" } },
    }
}

fn machine(id: i64, engine: Part) -> Machine {
    Machine { id, engine, spare: None, shelf: vec![], named: HashMap::new() }
}

fn rules(error: &Error) -> Vec<String> {
    match error {
        Error::Invalid { broken, .. } => broken.iter().map(ToString::to_string).collect(),
        other => panic!("{other:?}"),
    }
}

async fn fixture() -> Fixture {
    let fixture = Fixture::new(|builder| builder.model::<Machine>()).await;
    fixture.commands();
    fixture
}

#[tokio::test]
async fn a_composite_is_stored_the_same_wherever_it_stands() {
    let fixture = fixture().await;
    let named = HashMap::from([("main".to_owned(), engine())]);
    let whole = Machine { spare: Some(engine()), shelf: vec![part("a"), engine()], named, ..machine(2, engine()) };
    let created = fixture.db.create(Machine::draft().id(1).engine(engine())).await.unwrap();
    assert_eq!(created, machine(1, engine()));
    fixture.db.insert_many([&whole]).await.unwrap();
    let expected = [
        doc! { "_id": 1_i64, "engine": engine_document(), "shelf": [], "named": {} },
        doc! {
            "_id": 2_i64, "engine": engine_document(), "spare": engine_document(), "shelf": [part_document("a"), engine_document()],
            "named": { "main": engine_document() },
        },
    ];
    let stored = fixture.stored("machines").await;
    assert_eq!(stored, expected);
    for (stored, expected) in stored.iter().zip(&expected) {
        assert_eq!(stored.to_vec().unwrap(), expected.to_vec().unwrap(), "also in order");
    }
    assert_eq!(fixture.db.get(Machine::id.eq(2)).await.unwrap(), whole);
}

#[tokio::test]
async fn what_is_missing_or_null_in_a_composite_reads_as_its_own_default() {
    let fixture = fixture().await;
    let null = Bson::Null;
    fixture.store("machines", doc! { "_id": 1_i64, "engine": { "name": "e" } }).await;
    let bare = doc! {
        "by_city": &null, "base": &null, "parts": &null, "copies": &null, "unknown": [1], "name": "e",
        "price": { "cur": &null, "minorUnits": 5, "more": { "deep": 1 } },
    };
    let all_null = doc! { "_id": 2_i64, "engine": bare.clone(), "spare": &null, "shelf": &null, "named": &null };
    fixture.store("machines", all_null).await;
    let in_containers =
        doc! { "_id": 3_i64, "engine": { "name": "e", "base": bare.clone() }, "shelf": [bare.clone()], "named": { "x": bare } };
    fixture.store("machines", in_containers).await;

    let read = Part { price: Some(money(5)), ..part("e") };
    let third = Machine {
        shelf: vec![read.clone()],
        named: HashMap::from([("x".to_owned(), read.clone())]),
        ..machine(3, Part { base: Some(Box::new(read.clone())), ..part("e") })
    };
    let found = fixture.db.find_many(Machine::all()).order_by(Machine::id.asc()).await.unwrap();
    assert_eq!(found, [machine(1, part("e")), machine(2, read), third]);
}

#[tokio::test]
async fn a_skipped_field_of_a_composite_stays_here() {
    let fixture = fixture().await;
    let part = Part { price: Some(Money { shown: 7, ..money(1) }), ..part("p") };
    fixture.db.insert_many(&[machine(1, part)]).await.unwrap();
    assert_eq!(
        *fixture.stored("machines").await[0].get_document("engine").unwrap().get_document("price").unwrap(),
        doc! { "minorUnits": 1_i64, "cur": "EUR" }
    );
    assert_eq!(fixture.db.get(Machine::id.eq(1)).await.unwrap().engine.price, Some(money(1)));
}

#[tokio::test]
async fn filters_go_through_boxes_lists_and_recursion() {
    let fixture = fixture().await;
    let second = Machine {
        spare: Some(Part { price: Some(money(5)), ..engine() }),
        shelf: vec![part("a"), Part { price: Some(money(60)), copies: 3, ..part("b") }],
        ..machine(2, Part { parts: vec![part("bolt")], ..part("e") })
    };
    fixture.db.insert_many(&[machine(1, engine()), second]).await.unwrap();
    // As others may store it: the native type is another, the default is missing.
    fixture.store("machines", doc! { "_id": 3_i64, "engine": { "name": "e", "price": { "minorUnits": 100 } } }).await;
    let cases: Vec<(&str, Filter<Machine>, &[i64])> = vec![
        ("native eq", Machine::engine.price().minor_units().eq(100), &[1, 3]),
        ("native gt", Machine::engine.price().minor_units().gt(99), &[1, 3]),
        ("native in", Machine::engine.price().minor_units().in_([5, 100]), &[1, 3]),
        ("native none", Machine::engine.price().minor_units().is_none(), &[2]),
        ("native below an option", Machine::spare.price().minor_units().lt(10), &[2]),
        ("native not below an option", !Machine::spare.price().minor_units().lt(10), &[1, 3]),
        ("default of a nested composite", Machine::engine.price().currency().eq("EUR"), &[1, 3]),
        ("not the default", Machine::engine.price().currency().ne("EUR"), &[2]),
        ("default of a composite", Machine::engine.copies().eq(1), &[2, 3]),
        ("box", Machine::engine.base().name().eq("frame"), &[1]),
        ("box in an option", Machine::spare.base().price().minor_units().eq(5), &[2]),
        ("two boxes", Machine::engine.base().base().is_none(), &[1, 2, 3]),
        ("box is", Machine::engine.base().is(Part::name.starts_with("fr")), &[1]),
        ("list in a composite", Machine::engine.parts().some(Part::name.eq("bolt")), &[1, 2]),
        ("conditions on one item", Machine::engine.parts().some(Part::base.name().eq("thread") & Part::name.eq("nut")), &[1]),
        ("list of lists", Machine::engine.parts().some(Part::parts.some(Part::name.eq("x"))), &[]),
        ("list", Machine::shelf.some(Part::price.minor_units().gte(60) & Part::copies.gt(1)), &[2]),
        ("every", Machine::shelf.every(Part::copies.eq(1)), &[1, 3]),
        ("has", Machine::shelf.has(part("a")), &[2]),
        ("eq", Machine::engine.eq(engine()), &[1]),
        ("ne", Machine::engine.ne(engine()), &[2, 3]),
        ("is", Machine::engine.is(Part::base.is_some() & Part::copies.eq(2)), &[1]),
        ("option is not", Machine::spare.is_not(Part::copies.eq(2)), &[1, 3]),
    ];
    for (name, filter, expected) in cases {
        let found = fixture.db.find_many(filter).order_by(Machine::id.asc()).await.unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert_eq!(found.iter().map(|machine| machine.id).collect::<Vec<_>>(), expected, "{name}");
    }
}

#[tokio::test]
async fn updates_reach_into_composites_and_never_store_half_of_one() {
    let fixture = fixture().await;
    let db = &fixture.db;
    db.insert_many(&[machine(1, engine()), machine(2, part("e"))]).await.unwrap();
    let one = || db.update(Machine::id.eq(1));
    let changed = one()
        .set(Machine::engine.price().minor_units(), 7)
        .inc(Machine::engine.copies(), 1)
        .set(Machine::engine.base().price(), None)
        .set(Machine::engine.base().copies(), 9)
        .push(Machine::engine.parts(), part("washer"))
        .await
        .unwrap();
    let Part { price, copies, parts, base, .. } = changed.engine;
    assert_eq!((price, copies, parts.len()), (Some(money(7)), 3, 3));
    assert_eq!(base, Some(Box::new(Part { copies: 9, ..part("frame") })));
    let stored = &fixture.stored("machines").await[0];
    let stored = stored.get_document("engine").unwrap();
    assert_eq!(stored.get_document("price").unwrap().get("minorUnits"), Some(&Bson::Int64(7)));
    assert!(!stored.get_document("base").unwrap().contains_key("price"));

    let changed = one().set(Machine::engine.base(), part("new")).unset(Machine::engine.price()).await.unwrap();
    assert_eq!((changed.engine.base, changed.engine.price), (Some(Box::new(part("new"))), None));

    let two = || db.update(Machine::id.eq(2));
    for (error, expected) in [
        (
            two().set(Machine::engine.price().minor_units(), 7).await.unwrap_err(),
            vec!["`engine.price.minorUnits` needs `engine.price` to be some"],
        ),
        (
            two().set(Machine::spare.base().name(), "x").await.unwrap_err(),
            vec!["`spare.base.name` needs `spare` to be some", "`spare.base.name` needs `spare.base` to be some"],
        ),
    ] {
        assert_eq!(rules(&error), expected);
    }
    assert_eq!(db.get(Machine::id.eq(2)).await.unwrap(), machine(2, part("e")));
}

#[tokio::test]
async fn limits_hold_however_deep_a_composite_stands() {
    let fixture = fixture().await;
    let bad = || Money { minor_units: -1, currency: "euro".into(), shown: 0 };
    let priced = |price: Money| Part { price: Some(price), ..part("p") };
    let engine = Part {
        price: Some(bad()),
        parts: vec![part("ok"), priced(Money { currency: "euro".into(), ..money(0) })],
        base: Some(Box::new(priced(Money { minor_units: -5, ..money(0) }))),
        by_city: HashMap::from([("Rome".to_owned(), Money { minor_units: -2, ..money(0) })]),
        ..part("e")
    };
    let named = HashMap::from([("x".to_owned(), priced(bad()))]);
    let whole = Machine { named, ..machine(1, engine.clone()) };
    let in_engine = [
        "`engine.price.minorUnits` needs a value of at least 0",
        "`engine.price.cur` needs at most 3 characters",
        "`engine.parts[1].price.cur` needs at most 3 characters",
        "`engine.base.price.minorUnits` needs a value of at least 0",
        "`engine.by_city.{…}.minorUnits` needs a value of at least 0",
    ];
    let in_map = ["`named.{…}.price.minorUnits` needs a value of at least 0", "`named.{…}.price.cur` needs at most 3 characters"];
    let error = fixture.db.insert_many(&[whole]).await.unwrap_err();
    assert_eq!(rules(&error), [&in_engine[..], &in_map[..]].concat());
    let error = fixture.db.create(Machine::draft().id(1).engine(engine.clone())).await.unwrap_err();
    assert_eq!(rules(&error), in_engine);
    let error = fixture.db.update(Machine::id.eq(1)).set(Machine::engine, engine).await.unwrap_err();
    assert_eq!(rules(&error), in_engine);
    assert_eq!(fixture.commands(), Vec::<String>::new());
}

/// One declaration, several types.
#[derive(Debug, Clone, PartialEq, Composite)]
struct Page<T> {
    items: Vec<T>,
    first: Option<T>,
    #[chakra(name = "n", default = 0)]
    total: i64,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[chakra(collection = "books")]
struct Book {
    #[chakra(id)]
    id: i64,
    words: Page<String>,
    prices: Option<Page<Money>>,
}

#[tokio::test]
async fn a_generic_composite_is_one_for_each_type() {
    let fixture = Fixture::new(|builder| builder.model::<Book>()).await;
    let db = &fixture.db;
    let words = || Page { items: vec!["a".to_owned(), "b".to_owned()], first: Some("a".to_owned()), total: 2 };
    let prices = || Page { items: vec![money(1), money(2)], first: Some(money(1)), total: 9 };
    let book = db.create(Book::draft().id(1).words(words()).prices(prices())).await.unwrap();
    assert_eq!(book, Book { id: 1, words: words(), prices: Some(prices()) });
    let price = |units: i64| doc! { "minorUnits": units, "cur": "EUR" };
    let expected = doc! {
        "_id": 1_i64,
        "words": { "items": ["a", "b"], "first": "a", "n": 2_i64 },
        "prices": { "items": [price(1), price(2)], "first": price(1), "n": 9_i64 },
    };
    assert_eq!(fixture.stored("books").await[0].to_vec().unwrap(), expected.to_vec().unwrap());

    fixture.store("books", doc! { "_id": 2_i64, "words": {} }).await;
    let cases: Vec<(&str, Filter<Book>, &[i64])> = vec![
        ("text in a list", Book::words.items().has("b"), &[1]),
        ("text", Book::words.first().eq("a"), &[1]),
        ("text of none", Book::words.first().is_none(), &[2]),
        ("default", Book::words.total().eq(0), &[2]),
        ("composites in a list", Book::prices.items().some(Money::minor_units.gt(1)), &[1]),
        ("composite", Book::prices.first().minor_units().eq(1), &[1]),
        ("is", Book::prices.is(Page::<Money>::total.gt(8)), &[1]),
        ("is of the other type", Book::words.is(Page::<String>::items.has("c")), &[]),
    ];
    for (name, filter, expected) in cases {
        let found = db.find_many(filter).await.unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert_eq!(found.iter().map(|book| book.id).collect::<Vec<_>>(), expected, "{name}");
    }
    let changed = db.update(Book::id.eq(1)).push(Book::words.items(), "c").set(Book::prices.total(), 3).await.unwrap();
    assert_eq!((changed.words.items.len(), changed.prices.unwrap().total), (3, 3));
    let long = Page { first: Some(Money { currency: "euro".into(), ..money(1) }), ..prices() };
    let error = db.update(Book::id.eq(2)).set(Book::prices, long).await.unwrap_err();
    assert_eq!(rules(&error), ["`prices.first.cur` needs at most 3 characters"]);
}
