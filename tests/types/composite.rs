//! Composites, enums by name and by number, and tagged unions, as types of a field.

use super::harness::types;
use crate::support::Fixture;
use bson::{Bson, doc};
use chakra::{Error, prelude::*};

#[derive(Debug, Clone, PartialEq, Composite)]
struct Place {
    #[chakra(name = "town")]
    city: String,
    zip: Option<i32>,
    tags: Vec<String>,
    grade: Grade,
}

fn rome() -> Place {
    Place { city: "Rome".into(), zip: None, tags: vec![], grade: Grade::VeryGood }
}

fn oslo() -> Place {
    Place { city: "Oslo".into(), zip: Some(7), tags: vec!["fjord".into()], grade: Grade::Poor }
}

/// A composite that contains itself.
#[derive(Debug, Clone, PartialEq, Composite)]
struct Tree {
    label: char,
    next: Option<Box<Tree>>,
    children: Vec<Tree>,
}

fn leaf(label: char) -> Tree {
    Tree { label, next: None, children: vec![] }
}

fn branch() -> Tree {
    Tree { label: 'b', next: Some(Box::new(leaf('n'))), children: vec![leaf('c'), Tree { children: vec![leaf('e')], ..leaf('d') }] }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[chakra(rename_all = "SCREAMING_SNAKE_CASE")]
enum Grade {
    Poor,
    VeryGood,
    #[chakra(name = "?")]
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[chakra(repr = i32)]
enum Level {
    #[chakra(value = -1)]
    Low,
    #[chakra(value = 10)]
    High,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[chakra(repr = i64)]
enum Size {
    Small = 1,
    #[chakra(value = 5_000_000_000)]
    Huge,
}

#[derive(Debug, Clone, PartialEq, Eq, Enum)]
enum Colour {
    Red,
    #[chakra(other)]
    Other(String),
}

#[derive(Debug, Clone, PartialEq, Eq, Enum)]
#[chakra(repr = i32)]
enum Code {
    #[chakra(value = 0)]
    Fine,
    #[chakra(other)]
    Other(i32),
}

#[derive(Debug, Clone, PartialEq, Composite)]
#[chakra(tag = "kind")]
enum Attachment {
    Photo {
        url: String,
        width: Option<i32>,
    },
    #[chakra(name = "LINK")]
    Link {
        #[chakra(name = "href")]
        url: String,
    },
}

fn photo() -> Attachment {
    Attachment::Photo { url: "u".into(), width: Some(1) }
}

fn link() -> Attachment {
    Attachment::Link { url: "u".into() }
}

types! {
    composite: check Place = [
        rome() => Bson::Document(doc! { "town": "Rome", "tags": [], "grade": "VERY_GOOD" }),
        oslo() => Bson::Document(doc! { "town": "Oslo", "zip": 7, "tags": ["fjord"], "grade": "POOR" })
    ];
    boxed_composite: check Box<Place> = [
        Box::new(rome()) => Bson::Document(doc! { "town": "Rome", "tags": [], "grade": "VERY_GOOD" }),
        Box::new(oslo()) => Bson::Document(doc! { "town": "Oslo", "zip": 7, "tags": ["fjord"], "grade": "POOR" })
    ];
    recursive_composite: check Tree = [
        leaf('a') => Bson::Document(doc! { "label": "a", "children": [] }),
        branch() => Bson::Document(doc! { "label": "b", "next": { "label": "n", "children": [] }, "children": [
            { "label": "c", "children": [] },
            { "label": "d", "children": [{ "label": "e", "children": [] }] },
        ] })
    ];
    enum_by_name: check Grade = [Grade::VeryGood => Bson::from("VERY_GOOD"), Grade::Unknown => Bson::from("?")];
    enum_by_int32: check Level = [Level::Low => Bson::Int32(-1), Level::High => Bson::Int32(10)];
    enum_by_int64: check Size = [Size::Small => Bson::Int64(1), Size::Huge => Bson::Int64(5_000_000_000)];
    enum_with_other_names: check Colour = [Colour::Red => Bson::from("Red"), Colour::Other("blue".into()) => Bson::from("blue")];
    enum_with_other_numbers: check Code = [Code::Fine => Bson::Int32(0), Code::Other(-7) => Bson::Int32(-7)];
    tagged_union: check Attachment = [
        photo() => Bson::Document(doc! { "kind": "Photo", "url": "u", "width": 1 }),
        link() => Bson::Document(doc! { "kind": "LINK", "href": "u" })
    ];
    boxed_union: check Box<Attachment> = [
        Box::new(Attachment::Photo { url: "u".into(), width: None }) => Bson::Document(doc! { "kind": "Photo", "url": "u" }),
        Box::new(link()) => Bson::Document(doc! { "kind": "LINK", "href": "u" })
    ];
}

/// Reads a document of `value` behind Chakra's back; the error as path, expected, found and detail.
macro_rules! refused {
    ($rust:ty, $($stored:tt)+) => {{
        #[derive(Debug, Clone, Model)]
        #[chakra(collection = "probes")]
        struct Sample {
            #[chakra(id)]
            id: i64,
            value: $rust,
        }
        let fixture = Fixture::new(|builder| builder.model::<Sample>()).await;
        fixture.store("probes", doc! { "_id": 1_i64, "value": $($stored)+ }).await;
        match fixture.db.get(Sample::id.eq(1)).await.map(|sample| sample.id) {
            Err(Error::Decode { error, .. }) => {
                let detail = error.detail().map(str::to_owned);
                (error.path().to_owned(), error.expected().to_owned(), error.found().to_owned(), detail)
            }
            other => panic!("{other:?}"),
        }
    }};
}

fn told(path: &str, expected: &str, found: &str, detail: Option<&str>) -> (String, String, String, Option<String>) {
    (path.into(), expected.into(), found.into(), detail.map(str::to_owned))
}

#[tokio::test]
async fn an_unknown_value_names_the_path_and_the_known_ones() {
    let names = "one of `POOR`, `VERY_GOOD`, `?`";
    assert_eq!(refused!(Grade, "VeryGood"), told("value", names, "another name", Some("VeryGood")));
    assert_eq!(refused!(Vec<Grade>, ["POOR", "BAD"]), told("value[1]", names, "another name", Some("BAD")));
    assert_eq!(refused!(Option<Grade>, 3), told("value", "String", "Int32", None));
    assert_eq!(refused!(Level, 11), told("value", "one of -1 (`Low`), 10 (`High`)", "another number", Some("11")));
    assert_eq!(refused!(Level, "Low"), told("value", "Int64", "String", None));
    let nested = doc! { "label": "a", "children": [{ "label": "b", "next": { "label": "cc", "children": [] } }] };
    assert_eq!(
        refused!(Tree, nested),
        told("value.children[0].next.label", "a String of one character", "a String of another length", None)
    );
    let kinds = "one of `Photo`, `LINK`";
    assert_eq!(refused!(Attachment, { "kind": "Link", "href": "u" }), told("value.kind", kinds, "another name", Some("Link")));
    assert_eq!(refused!(Attachment, { "href": "u" }), told("value.kind", "the name of a variant", "nothing", None));
    assert_eq!(refused!(Vec<Attachment>, [{ "kind": "LINK", "url": "u" }]), told("value[0].href", "a value", "nothing", None));
}

#[tokio::test]
async fn numbers_of_an_enum_are_read_in_every_integral_type() {
    #[derive(Debug, Clone, PartialEq, Model)]
    struct Step {
        #[chakra(id)]
        id: i64,
        level: Level,
        size: Size,
    }
    let fixture = Fixture::new(|builder| builder.model::<Step>()).await;
    fixture.store("steps", doc! { "_id": 1_i64, "level": 10_i64, "size": 1 }).await;
    fixture.store("steps", doc! { "_id": 2_i64, "level": 10.0, "size": 1.0 }).await;
    for id in [1, 2] {
        assert_eq!(fixture.db.get(Step::id.eq(id)).await.unwrap(), Step { id, level: Level::High, size: Size::Small });
    }
    assert_eq!(fixture.db.count(Step::level.eq(Level::High) & Step::size.in_([Size::Small])).await.unwrap(), 2);
}
