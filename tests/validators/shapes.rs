//! What is checked of each declaration, and what the documentation says of it.

use super::{options, refusing, takes};
use crate::support::Fixture;
use bson::{Bson, Document, doc};
use chakra::{Db, Error, prelude::*};
use std::collections::BTreeMap;
use uuid::Uuid;

/// As in the documentation.
#[derive(Debug, Clone, Model)]
#[chakra(collection = "members", validator)]
pub struct Member {
    #[chakra(id)]
    pub id: Id<Member>,
    #[chakra(min_length = 1, max_length = 20, pattern = "^[a-z]+$")]
    pub name: String,
    #[chakra(min = 0)]
    pub age: Option<i32>,
    #[chakra(default = Level::Free)]
    pub level: Level,
    pub tags: Vec<String>,
    pub address: Option<Address>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum Level {
    Free,
    Paid,
}

#[derive(Debug, Clone, PartialEq, Composite)]
pub struct Address {
    pub city: String,
}

#[tokio::test]
async fn the_validator_is_the_one_of_the_documentation() {
    let guide = include_str!("../../src/docs/validators.md");
    let (_, rest) = guide.split_once("```json\n").unwrap();
    let (shown, _) = rest.split_once("\n```").unwrap();
    let shown: serde_json::Value = serde_json::from_str(shown).unwrap();
    let fixture = refusing::<Member>().await;
    let validator = options(&fixture, "members").await.get_document("validator").unwrap().clone();
    assert_eq!(Bson::from(validator).into_relaxed_extjson(), shown);
}

/// Each document with whether it passes.
async fn assert_taken(fixture: &Fixture, collection: &str, cases: impl IntoIterator<Item = (Document, bool)>) {
    for (document, passes) in cases {
        assert_eq!(takes(fixture, collection, &document).await, passes, "{document}");
    }
}

#[tokio::test]
async fn lengths_are_characters_and_a_pattern_ends_with_the_text() {
    let fixture = refusing::<Member>().await;
    let name = |name: &str| doc! { "name": name };
    let cases = [("abc", true), ("abc\n", false), ("abc\0", false), ("", false), ("a1", false)];
    assert_taken(&fixture, "members", cases.map(|(text, passes)| (name(text), passes))).await;
    #[derive(Debug, Clone, Model)]
    #[chakra(collection = "words", validator)]
    struct Word {
        #[chakra(id)]
        id: Id<Word>,
        #[chakra(min_length = 2, max_length = 3)]
        text: Option<String>,
        #[chakra(pattern = r"^[à-ü.\-]{2}|\x{1F600}$")]
        sign: Option<String>,
    }
    let fixture = refusing::<Word>().await;
    let texts = [("éé", true), ("😀😀😀", true), ("é", false), ("😀😀😀😀", false), ("e\u{301}e\u{301}", false)];
    assert_taken(&fixture, "words", texts.map(|(text, passes)| (doc! { "text": text }, passes))).await;
    let signs = [("é-", true), ("a\n😀", true), ("😀\n", false), ("-", false), ("ç.x", true), ("", false)];
    for (sign, passes) in signs {
        assert_eq!(takes(&fixture, "words", &doc! { "sign": sign }).await, passes, "{sign:?}");
        let created = fixture.db.create(Word::draft().sign(sign)).await;
        assert_eq!(created.is_ok(), passes, "in Rust {sign:?}");
    }
}

#[tokio::test]
async fn the_longest_text_that_repeats_a_group_is_taken() {
    #[derive(Debug, Clone, Model)]
    #[chakra(collection = "slugs", validator)]
    struct Slug {
        #[chakra(id)]
        id: Id<Slug>,
        #[chakra(max_length = 500, pattern = "^(?:[a-z]|-)+$")]
        either: Option<String>,
        #[chakra(max_length = 500, pattern = "^([a-z]+-?)+$")]
        parts: Option<String>,
        #[chakra(max_length = 500, pattern = "^(((((a|b)|c)|d)|e)|f)+?$")]
        deep: Option<String>,
        #[chakra(pattern = "^(?:(?:ab){20}c){25}$")]
        counted: Option<String>,
        #[chakra(pattern = "^[a-z-]+$")]
        plain: Option<String>,
    }
    let fixture = refusing::<Slug>().await;
    let (many, counted) = ("a".repeat(500), ("ab".repeat(20) + "c").repeat(25));
    for (field, text, passes) in [
        ("either", many.clone(), true),
        ("parts", "a-".repeat(250), true),
        ("parts", "--".to_owned(), false),
        ("deep", many.clone(), true),
        ("deep", many.clone() + "a", false),
        ("counted", counted, true),
        ("plain", "a-".repeat(50_000), true),
    ] {
        let what = format!("{field} of {}", text.len());
        assert_eq!(takes(&fixture, "slugs", &doc! { field: &text }).await, passes, "{what}");
    }
}

#[derive(Debug, Clone, PartialEq, Composite)]
#[chakra(deny_unknown)]
struct Closed {
    a: i32,
}

#[derive(Debug, Clone, PartialEq, Composite)]
struct Kept {
    a: i32,
    #[chakra(extra)]
    rest: Document,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[chakra(collection = "forms", validator, deny_unknown)]
struct Form {
    #[chakra(id)]
    id: Id<Form>,
    closed: Option<Closed>,
    many: Vec<Closed>,
    by_id: BTreeMap<Uuid, Closed>,
    kept: Option<Kept>,
}

#[tokio::test]
async fn what_is_closed_takes_no_other_field() {
    let fixture = refusing::<Form>().await;
    let key = "67e55044-10b1-426f-9247-bb680e5fe0c8";
    let cases = [
        (doc! {}, true),
        (doc! { "more": 1 }, false),
        (doc! { "closed": { "a": 1 } }, true),
        (doc! { "closed": { "a": 1, "b": 1 } }, false),
        (doc! { "many": [{ "a": 1 }] }, true),
        (doc! { "many": [{ "a": 1 }, { "a": 1, "b": 1 }] }, false),
        (doc! { "many": [{ "a": 1 }, Bson::Null] }, false),
        (doc! { "by_id": { key: { "a": 1 } } }, true),
        (doc! { "by_id": { key: { "a": 1, "b": 1 } } }, false),
        (doc! { "kept": { "a": 1, "b": 1 } }, true),
        (doc! { "kept": { "b": 1 } }, false),
    ];
    assert_taken(&fixture, "forms", cases).await;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[chakra(repr = i32)]
enum Code {
    Low = 1,
    High = 2,
}

#[derive(Debug, Clone, PartialEq, Eq, Enum)]
#[chakra(repr = i32)]
enum Open {
    #[chakra(value = 1)]
    One,
    #[chakra(other)]
    Other(i32),
}

#[derive(Debug, Clone, PartialEq, Model)]
#[chakra(collection = "numbers", validator)]
struct Number {
    #[chakra(id)]
    id: Id<Number>,
    int: Option<i32>,
    long: Option<i64>,
    half: Option<f32>,
    large: Option<u64>,
    #[chakra(as = "double", max = 2.5)]
    ratio: Option<f64>,
    #[chakra(as = "double")]
    byte: Option<u8>,
    code: Option<Code>,
    open: Option<Open>,
    holes: Option<[Option<f64>; 6]>,
    deep: Vec<Vec<Option<i32>>>,
}

#[tokio::test]
async fn numbers_pass_in_every_type_that_holds_them_and_in_their_range() {
    let fixture = refusing::<Number>().await;
    let decimal = Bson::Decimal128("1".parse().unwrap());
    let cases = [
        ("int", Bson::Int64(5), true),
        ("int", Bson::Double(5.0), true),
        ("int", Bson::Double(5.5), false),
        ("int", Bson::Double(f64::NAN), false),
        ("int", Bson::Int64(1 << 31), false),
        ("int", decimal.clone(), false),
        ("long", Bson::Double(9_223_372_036_854_775_808.0), false),
        ("long", Bson::Double(-9_223_372_036_854_775_808.0), true),
        ("long", Bson::Int64(i64::MAX), true),
        ("half", Bson::Double(f64::from(f32::MAX)), true),
        ("half", Bson::Double(1e300), false),
        ("half", Bson::Double(f64::NAN), true),
        ("half", Bson::Double(f64::NEG_INFINITY), true),
        ("large", Bson::Int32(-1), false),
        ("ratio", Bson::Double(2.5), true),
        ("ratio", Bson::Double(2.51), false),
        ("ratio", Bson::Double(f64::NAN), false),
        ("byte", Bson::Double(255.0), true),
        ("byte", Bson::Double(256.0), false),
        ("byte", Bson::Double(0.5), false),
        ("code", Bson::Int64(2), true),
        ("code", Bson::Int32(3), false),
        ("code", decimal, false),
        ("open", Bson::Int32(77), true),
        ("open", Bson::from("One"), false),
        ("holes", Bson::from(vec![Bson::Null, Bson::Double(1.0)]), true),
        ("holes", Bson::from(vec!["a"]), false),
        ("deep", Bson::from(vec![Bson::from(vec![Bson::Null, Bson::Int32(1)])]), true),
        ("deep", Bson::from(vec![Bson::Null]), false),
    ];
    assert_taken(&fixture, "numbers", cases.map(|(name, value, passes)| (doc! { name: value }, passes))).await;
    // As the codec writes them, at their ends.
    let holes = Some([None, Some(f64::INFINITY), None, Some(-0.0), None, None]);
    let number = |half, large, byte| Number {
        id: Id::new(),
        int: Some(i32::MIN),
        long: Some(i64::MIN),
        half: Some(half),
        large: Some(large),
        ratio: Some(f64::MIN),
        byte: Some(byte),
        code: Some(Code::Low),
        open: Some(Open::Other(i32::MAX)),
        holes,
        deep: vec![vec![], vec![None, Some(1)]],
    };
    fixture.db.insert_many(&[number(f32::INFINITY, 0, 0), number(f32::NAN, i64::MAX as u64, u8::MAX)]).await.unwrap();
}

#[derive(Debug, Clone, PartialEq, Model)]
#[chakra(collection = "events", tag = "kind", validator)]
enum Event {
    Login {
        #[chakra(id)]
        id: Id<Event>,
        at: DateTime<Utc>,
        user: String,
    },
    #[chakra(name = "PAY")]
    Payment {
        #[chakra(id)]
        id: Id<Event>,
        at: DateTime<Utc>,
        #[chakra(min = 1)]
        cents: i64,
        user: Option<i32>,
    },
}

#[tokio::test]
async fn a_model_of_several_shapes_is_checked_by_its_tag() {
    let fixture = refusing::<Event>().await;
    let at = bson::DateTime::from_millis(1);
    let cases = [
        (doc! { "kind": "Login", "at": at, "user": "a" }, true),
        (doc! { "kind": "Login", "at": at, "user": 1 }, false),
        (doc! { "kind": "Login", "at": at }, false),
        (doc! { "kind": "Login", "user": "a" }, false),
        (doc! { "kind": "PAY", "at": at, "cents": 1_i64 }, true),
        (doc! { "kind": "PAY", "at": at, "cents": 1_i64, "user": 1 }, true),
        (doc! { "kind": "PAY", "at": at, "cents": 0_i64 }, false),
        (doc! { "kind": "Payment", "at": at, "cents": 1_i64 }, false),
        (doc! { "at": at, "user": "a" }, false),
    ];
    assert_taken(&fixture, "events", cases).await;
    fixture.db.create(Event::draft_login().at(DateTime::UNIX_EPOCH).user("ada")).await.unwrap();
    fixture.db.create(Event::draft_payment().at(DateTime::UNIX_EPOCH).cents(5)).await.unwrap();
}

#[derive(Debug, Clone, PartialEq, Composite)]
struct Tree {
    name: String,
    trees: Vec<Tree>,
    next: Option<Box<Tree>>,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[chakra(collection = "woods", validator)]
struct Wood {
    #[chakra(id)]
    id: Id<Wood>,
    tree: Tree,
}

/// A tree in which `depth` stand above the innermost one.
fn tree(depth: usize, innermost: Document) -> Document {
    (0..depth).fold(innermost, |inner, at| match at % 2 {
        0 => doc! { "name": "a", "trees": [inner] },
        _ => doc! { "name": "a", "next": inner },
    })
}

#[tokio::test]
async fn composites_that_contain_themselves_are_looked_into_eight_levels_deep() {
    let fixture = refusing::<Wood>().await;
    for depth in 0..8 {
        let wood = |innermost| doc! { "tree": tree(depth, innermost) };
        assert_taken(&fixture, "woods", [(wood(doc! { "name": "a" }), true), (wood(doc! { "name": 1 }), false)]).await;
    }
    assert_taken(&fixture, "woods", [(doc! { "tree": tree(8, doc! { "name": 1 }) }, true)]).await;
    let mut value = Tree { name: "a".into(), trees: vec![], next: None };
    for _ in 0..20 {
        value = Tree { name: "a".into(), trees: vec![value], next: None };
    }
    fixture.db.create(Wood::draft().tree(value)).await.unwrap();
}

/// With each level of it a validator is eight times as large.
#[derive(Debug, Clone, PartialEq, Composite)]
struct Bush {
    name: String,
    north: Option<Box<Bush>>,
    east: Option<Box<Bush>>,
    south: Option<Box<Bush>>,
    west: Option<Box<Bush>>,
    above: Option<Box<Bush>>,
    below: Option<Box<Bush>>,
    inside: Option<Box<Bush>>,
    beside: Option<Box<Bush>>,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[chakra(collection = "gardens", validator)]
struct Garden {
    #[chakra(id)]
    id: Id<Garden>,
    bush: Bush,
}

#[tokio::test]
async fn a_validator_looks_as_deep_as_fits_into_a_megabyte() {
    let fixture = refusing::<Garden>().await;
    // Five levels would be two megabytes.
    let size = options(&fixture, "gardens").await.get_document("validator").unwrap().to_vec().unwrap().len();
    assert!((200_000..1 << 20).contains(&size), "{size}");
    let garden = |depth: usize, innermost: Document| {
        let around = |inner: Document, at: usize| match at % 3 {
            0 => doc! { "name": "a", "north": inner },
            1 => doc! { "name": "a", "below": inner },
            _ => doc! { "name": "a", "beside": inner },
        };
        doc! { "bush": (0..depth).fold(innermost, around) }
    };
    for depth in 0..4 {
        let cases = [(garden(depth, doc! { "name": "a" }), true), (garden(depth, doc! { "name": 1 }), false)];
        assert_taken(&fixture, "gardens", cases).await;
    }
    // Of what lies deeper it is only said that it is a document.
    let cases = [(garden(4, doc! { "name": 1 }), true), (garden(3, doc! { "name": "a", "west": 1 }), false)];
    assert_taken(&fixture, "gardens", cases).await;
}

#[derive(Debug, Clone, PartialEq, Composite)]
struct Zip {
    #[chakra(pattern = r"^\d{5}$")]
    code: String,
    #[chakra(pattern = "^(?:[0-9]+-)*$")]
    parts: String,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[chakra(validator)]
struct Letter {
    #[chakra(id)]
    id: Id<Letter>,
    to: Vec<Zip>,
}

#[tokio::test]
async fn a_pattern_of_a_composite_that_the_server_reads_otherwise_is_said_at_connect() {
    // Nothing listens there.
    let error = Db::builder("mongodb://127.0.0.1:9/x").model::<Letter>().connect().await.unwrap_err();
    let Error::Schema(faults) = error else { panic!("{error:?}") };
    let expected = "`Zip::code`: in a model with `validator`, as `Letter` is, a pattern must mean the same in Rust and on the server: \
                    `\\d` goes by Unicode in Rust, and by ASCII on the server: write `[0-9]`";
    assert_eq!((faults.len(), faults[0].as_str()), (2, expected));
    assert!(faults[1].contains("`Zip::parts`") && faults[1].contains("`(?:[0-9]+-)*` repeats a group"), "{}", faults[1]);
}
