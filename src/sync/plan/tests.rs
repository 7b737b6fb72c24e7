//! What the plan says of declared and existing indexes, by value.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::schema::{Absent, Direction, IndexKey, Kind};

fn key(path: &str, direction: Direction) -> IndexKey {
    IndexKey { path: path.to_owned(), direction, kind: Kind::String, absent: Absent::Never, only: Vec::new() }
}

fn up(path: &str) -> IndexKey {
    key(path, Direction::Ascending)
}

fn schema(indexes: Vec<IndexSchema>) -> &'static Schema {
    Box::leak(Box::new(declaring(indexes)))
}

fn declaring(indexes: Vec<IndexSchema>) -> Schema {
    Schema {
        model: "User",
        collection: "users",
        fields: &[],
        tag: None,
        relations: &[],
        indexes,
        extra: false,
        deny_unknown: false,
        sync: true,
    }
}

fn planned(schema: &'static Schema, indexes: Vec<Document>) -> CollectionPlan {
    let existing = HashMap::from([("users", Existing { collation: None, indexes })]);
    plan(&[schema], &existing).unwrap().pop().unwrap()
}

fn id_index() -> Document {
    doc! { "v": 2, "key": { "_id": 1 }, "name": "_id_" }
}

#[test]
fn a_missing_collection_gets_everything() {
    let schema = schema(vec![IndexSchema::unique([up("email")]), IndexSchema::plain([up("home.town"), key("at", Direction::Descending)])]);
    let plan = told(plan(&[schema], &HashMap::new()).unwrap());
    let index = |index: Document| SyncStep::CreateIndex { model: "User", collection: "users", index };
    assert_eq!(
        plan.steps,
        [
            SyncStep::CreateCollection { model: "User", collection: "users" },
            index(doc! { "key": { "email": 1 }, "name": "email_1", "unique": true }),
            index(doc! { "key": { "home.town": 1, "at": -1 }, "name": "home.town_1_at_-1" }),
        ]
    );
}

#[test]
fn an_index_is_known_by_its_keys_and_options() {
    let schema = schema(vec![IndexSchema::unique([up("email")]), IndexSchema::plain([up("a"), up("b")])]);
    let there = vec![
        id_index(),
        doc! { "v": 2, "key": { "email": 1.0 }, "name": "by hand", "unique": true, "sparse": false },
        doc! { "v": 2, "key": { "a": 1_i64, "b": 1 }, "name": "a_1_b_1" },
    ];
    let plan = planned(schema, there);
    assert_eq!(plan.there.len(), 2);
    assert!(told(vec![plan]).steps.is_empty());
}

#[test]
fn the_order_of_the_keys_counts() {
    let schema = schema(vec![IndexSchema::plain([up("a"), up("b")])]);
    let plan = planned(schema, vec![doc! { "key": { "b": 1, "a": 1 }, "name": "b_1_a_1" }]);
    assert_eq!(plan.missing.len(), 1);
    assert!(matches!(&plan.left[..], [SyncStep::Unknown { .. }]));
}

#[test]
fn each_difference_is_told_with_both_sides() {
    let mut optional = up("email");
    optional.absent = Absent::Null;
    let schema = schema(vec![IndexSchema::unique([optional])]);
    let plan = planned(schema, vec![doc! { "key": { "email": 1 }, "name": "email_1", "hidden": true, "expireAfterSeconds": 60 }]);
    assert!(plan.missing.is_empty());
    let [SyncStep::Differs { index, differences, .. }] = &plan.left[..] else { panic!("{:?}", plan.left) };
    assert_eq!(index, "email_1");
    let expected = [
        IndexDifference { option: "unique", expected: Some(Bson::Boolean(true)), found: None },
        IndexDifference { option: "hidden", expected: None, found: Some(Bson::Boolean(true)) },
        IndexDifference {
            option: "partialFilterExpression",
            expected: render_index(&schema.indexes[0]).get("partialFilterExpression").cloned(),
            found: None,
        },
        IndexDifference { option: "expireAfterSeconds", expected: None, found: Some(Bson::Int32(60)) },
    ];
    assert_eq!(differences, &expected);
}

#[test]
fn a_name_that_is_taken_is_told() {
    let schema = schema(vec![IndexSchema::plain([up("a")]).named("mine")]);
    let plan = planned(schema, vec![doc! { "key": { "b": 1 }, "name": "mine" }]);
    let [SyncStep::Differs { differences, .. }] = &plan.left[..] else { panic!("{:?}", plan.left) };
    assert_eq!(differences.iter().map(|difference| difference.option).collect::<Vec<_>>(), ["key"]);
}

#[test]
fn the_collation_of_the_collection_is_expected_of_its_indexes() {
    let collation = doc! { "locale": "de", "strength": 3, "version": "57.1" };
    let schema = schema(vec![IndexSchema::plain([up("a")])]);
    let of = |index: Document| {
        let existing = Existing { collation: Some(collation.clone()), indexes: vec![index] };
        told(plan(&[schema], &HashMap::from([("users", existing)])).unwrap())
    };
    assert!(of(doc! { "key": { "a": 1 }, "name": "a_1", "collation": collation.clone() }).is_empty());
    assert!(!of(doc! { "key": { "a": 1 }, "name": "a_1" }).is_empty());
}

#[test]
fn what_is_declared_twice_is_made_once() {
    let twice = schema(vec![
        IndexSchema::plain([up("a")]),
        IndexSchema::unique([up("a")]),
        IndexSchema::unique([up("a")]).named("again"),
        IndexSchema::plain([up("_id")]),
    ]);
    let plan = planned(twice, vec![id_index()]);
    assert_eq!(plan.missing.iter().map(|declared| name_of(&declared.rendered)).collect::<Vec<_>>(), ["a_1"]);
    assert!(plan.missing[0].index.unique);

    let clash = schema(vec![IndexSchema::plain([up("a")]).named("x"), IndexSchema::plain([up("b")]).named("x")]);
    let error = plan_error(clash);
    assert!(error.contains("`User`") && error.contains("`x`"), "{error}");
}

#[test]
fn what_is_managed_elsewhere_is_left_alone() {
    let indexes = vec![IndexSchema::unique([up("email")])];
    let schema: &'static Schema = Box::leak(Box::new(Schema { sync: false, ..declaring(indexes) }));
    let unknown = doc! { "key": { "old": 1 }, "name": "old_1" };
    for existing in [HashMap::new(), HashMap::from([("users", Existing { collation: None, indexes: vec![id_index(), unknown] })])] {
        assert!(plan(&[schema], &existing).unwrap().is_empty());
    }
}

/// A text index as `listIndexes` gives it.
fn listed_text(name: &str, weights: Document, language: &str) -> Document {
    doc! {
        "v": 2, "key": { "_fts": "text", "_ftsx": 1 }, "name": name, "weights": weights, "default_language": language,
        "language_override": "language", "textIndexVersion": 3,
    }
}

fn of_texts() -> IndexSchema {
    IndexSchema::text([up("title"), up("body")], [10, 1])
}

#[test]
fn a_text_index_is_made_as_it_is_declared() {
    let plan = told(plan(&[schema(vec![of_texts()])], &HashMap::new()).unwrap());
    let index = doc! { "key": { "title": "text", "body": "text" }, "name": "title_text_body_text", "weights": { "title": 10, "body": 1 } };
    assert_eq!(plan.steps[1..], [SyncStep::CreateIndex { model: "User", collection: "users", index }]);
    let alike = IndexSchema::text([up("a")], [1]).default_language("none").named("search");
    assert_eq!(render_index(&alike), doc! { "key": { "a": "text" }, "name": "search", "default_language": "none" });
}

#[test]
fn a_text_index_is_known_by_its_weights_and_its_language() {
    let plain = schema(vec![of_texts()]);
    for weights in [doc! { "body": 1, "title": 10 }, doc! { "title": 10_i64, "body": 1.0 }] {
        let plan = planned(plain, vec![id_index(), listed_text("by hand", weights, "english")]);
        assert_eq!(plan.there.len(), 1);
        assert!(told(vec![plan]).steps.is_empty());
    }
    let french = schema(vec![IndexSchema::text([up("a")], [1]).default_language("french")]);
    assert!(told(vec![planned(french, vec![listed_text("a_text", doc! { "a": 1 }, "french")])]).steps.is_empty());
}

#[test]
fn another_text_index_stands_in_the_way() {
    let declared = schema(vec![of_texts(), IndexSchema::plain([up("title")])]);
    let plan = planned(declared, vec![listed_text("old", doc! { "body": 1, "title": 1 }, "german")]);
    assert_eq!(plan.missing.iter().map(|declared| name_of(&declared.rendered)).collect::<Vec<_>>(), ["title_1"]);
    let [SyncStep::Differs { index, differences, .. }] = &plan.left[..] else { panic!("{:?}", plan.left) };
    assert_eq!(index, "old");
    let expected = [
        IndexDifference {
            option: "weights",
            expected: Some(doc! { "title": 10, "body": 1 }.into()),
            found: Some(doc! { "body": 1, "title": 1 }.into()),
        },
        IndexDifference { option: "default_language", expected: Some("english".into()), found: Some("german".into()) },
    ];
    assert_eq!(differences, &expected);

    // With a key in front it serves other queries; it is the collection's text index all the same.
    let mut prefixed = listed_text("a_1_title_text", doc! { "body": 1, "title": 10 }, "english");
    prefixed.insert("key", doc! { "a": 1, "_fts": "text", "_ftsx": 1 });
    let plan = planned(schema(vec![of_texts()]), vec![prefixed]);
    assert!(plan.missing.is_empty());
    let [SyncStep::Differs { differences, .. }] = &plan.left[..] else { panic!("{:?}", plan.left) };
    assert_eq!(differences.iter().map(|difference| difference.option).collect::<Vec<_>>(), ["key"]);
}

#[test]
fn a_text_index_has_no_collation_whatever_the_collection_has() {
    let declared = schema(vec![of_texts()]);
    let of = |indexes: Vec<Document>| {
        let existing = Existing { collation: Some(doc! { "locale": "de" }), indexes };
        plan(&[declared], &HashMap::from([("users", existing)])).unwrap().pop().unwrap()
    };
    let none = doc! { "locale": "simple" };
    assert_eq!(*of(vec![]).missing[0].rendered.get_document("collation").unwrap(), none);
    let plan = of(vec![listed_text("title_text_body_text", doc! { "body": 1, "title": 10 }, "english")]);
    assert_eq!(*plan.there[0].get_document("collation").unwrap(), none, "it is sent again, to wait for it");
    assert!(told(vec![plan]).steps.is_empty());
}

fn plan_error(schema: &'static Schema) -> String {
    plan(&[schema], &HashMap::new()).unwrap_err().to_string()
}
