//! What the plan says of declared and existing indexes, by value.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::schema::{Absent, CollationSchema, CollectionKind, Direction, Granularity, IndexKey, KeyForm, Kind, TimeSeries};

fn keyed(path: &str, form: KeyForm) -> IndexKey {
    IndexKey { path: path.to_owned(), form, kind: Kind::String, absent: Absent::Never, only: Vec::new() }
}

fn key(path: &str, direction: Direction) -> IndexKey {
    keyed(path, KeyForm::Ordered(direction))
}

fn up(path: &str) -> IndexKey {
    key(path, Direction::Ascending)
}

fn schema(indexes: Vec<IndexSchema>) -> &'static Schema {
    Box::leak(Box::new(declaring(indexes)))
}

fn declaring(indexes: Vec<IndexSchema>) -> Schema {
    Schema { indexes, ..Schema::bare("User", "users") }
}

fn planned(schema: &'static Schema, indexes: Vec<Document>) -> CollectionPlan {
    planned_in(schema, Existing { indexes, ..Existing::default() })
}

fn planned_in(schema: &'static Schema, existing: Existing) -> CollectionPlan {
    plan(&[schema], &HashMap::from([("users", existing)])).unwrap().pop().unwrap()
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
            SyncStep::CreateCollection { model: "User", collection: "users", options: doc! {} },
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
    let plan = planned(schema, there.clone());
    assert!(plan.there.is_empty() && told(vec![plan]).steps.is_empty());

    // One that is not built yet is work, and is waited for.
    let unfinished = Existing { unfinished: vec!["by hand".to_owned()], indexes: there, ..Existing::default() };
    let plan = planned_in(schema, unfinished);
    assert_eq!(plan.there.iter().map(name_of).collect::<Vec<_>>(), ["by hand"]);
    let plan = told(vec![plan]);
    let index = "by hand".to_owned();
    assert_eq!(plan.steps, [SyncStep::StillBuilding { model: "User", collection: "users", index }]);
    assert!(!plan.is_empty());
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
        SyncDifference { option: "unique", expected: Some(Bson::Boolean(true)), found: None },
        SyncDifference { option: "hidden", expected: None, found: Some(Bson::Boolean(true)) },
        SyncDifference {
            option: "partialFilterExpression",
            expected: render_index(&schema.indexes[0]).get("partialFilterExpression").cloned(),
            found: None,
        },
        SyncDifference { option: "expireAfterSeconds", expected: None, found: Some(Bson::Int32(60)) },
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
        let existing = Existing { collation: Some(collation.clone()), indexes: vec![index], ..Existing::default() };
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
    for existing in [HashMap::new(), HashMap::from([("users", Existing { indexes: vec![id_index(), unknown], ..Existing::default() })])] {
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

fn word(path: &str) -> IndexKey {
    keyed(path, KeyForm::Text)
}

fn of_texts() -> IndexSchema {
    IndexSchema::text([word("title"), word("body")], [10, 1])
}

#[test]
fn a_text_index_is_made_as_it_is_declared() {
    let plan = told(plan(&[schema(vec![of_texts()])], &HashMap::new()).unwrap());
    let index = doc! { "key": { "title": "text", "body": "text" }, "name": "title_text_body_text", "weights": { "title": 10, "body": 1 } };
    assert_eq!(plan.steps[1..], [SyncStep::CreateIndex { model: "User", collection: "users", index }]);
    let alike = IndexSchema::text([word("a")], [1]).default_language("none").named("search");
    assert_eq!(render_index(&alike), doc! { "key": { "a": "text" }, "name": "search", "default_language": "none" });
}

#[test]
fn a_text_index_is_known_by_its_weights_and_its_language() {
    let plain = schema(vec![of_texts()]);
    for weights in [doc! { "body": 1, "title": 10 }, doc! { "title": 10_i64, "body": 1.0 }] {
        let plan = planned(plain, vec![id_index(), listed_text("by hand", weights, "english")]);
        assert!(told(vec![plan]).steps.is_empty());
    }
    let french = schema(vec![IndexSchema::text([word("a")], [1]).default_language("french")]);
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
        SyncDifference {
            option: "weights",
            expected: Some(doc! { "title": 10, "body": 1 }.into()),
            found: Some(doc! { "body": 1, "title": 1 }.into()),
        },
        SyncDifference { option: "default_language", expected: Some("english".into()), found: Some("german".into()) },
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
        let unfinished = indexes.iter().map(|index| name_of(index).to_owned()).collect();
        let existing = Existing { collation: Some(doc! { "locale": "de" }), indexes, unfinished, ..Existing::default() };
        plan(&[declared], &HashMap::from([("users", existing)])).unwrap().pop().unwrap()
    };
    let none = doc! { "locale": "simple" };
    assert_eq!(*of(vec![]).missing[0].rendered.get_document("collation").unwrap(), none);
    let plan = of(vec![listed_text("title_text_body_text", doc! { "body": 1, "title": 10 }, "english")]);
    assert_eq!(*plan.there[0].get_document("collation").unwrap(), none, "it is sent again, to wait for it");
    assert!(matches!(&told(vec![plan]).steps[..], [SyncStep::StillBuilding { .. }]));
}

#[test]
fn every_kind_is_made_as_it_is_declared() {
    let collation = CollationSchema::new("de").strength(2).case_level(true);
    for (index, expected) in [
        (IndexSchema::plain([keyed("a", KeyForm::Hashed), up("b")]), doc! { "key": { "a": "hashed", "b": 1 }, "name": "a_hashed_b_1" }),
        (
            IndexSchema::plain([keyed("a", KeyForm::Sphere)]).hidden(),
            doc! { "key": { "a": "2dsphere" }, "name": "a_2dsphere", "hidden": true },
        ),
        (IndexSchema::plain([keyed("a", KeyForm::Wildcard)]), doc! { "key": { "a.$**": 1 }, "name": "a_wildcard" }),
        (IndexSchema::wildcard(), doc! { "key": { "$**": 1 }, "name": "wildcard" }),
        (
            IndexSchema::wildcard().only([up("a"), up("b.c")]),
            doc! { "key": { "$**": 1 }, "name": "wildcard", "wildcardProjection": { "a": 1, "b.c": 1 } },
        ),
        (IndexSchema::wildcard().except([up("a")]), doc! { "key": { "$**": 1 }, "name": "wildcard", "wildcardProjection": { "a": 0 } }),
        (
            IndexSchema::plain([up("a")]).sparse().expire_after(60).named("x"),
            doc! { "key": { "a": 1 }, "name": "x", "sparse": true, "expireAfterSeconds": 60 },
        ),
        (
            IndexSchema::plain([up("a")]).partial(|| Ok(doc! { "b": 1 })).collation(collation),
            doc! {
                "key": { "a": 1 }, "name": "a_1", "partialFilterExpression": { "b": 1 },
                "collation": { "locale": "de", "caseLevel": true, "strength": 2 },
            },
        ),
        (
            IndexSchema::text([word("a")], [1]).language_field("lang").partial(|| Ok(doc! { "b": 1 })),
            doc! { "key": { "a": "text" }, "name": "a_text", "partialFilterExpression": { "b": 1 }, "language_override": "lang" },
        ),
    ] {
        assert_eq!(render_index(&index), expected);
    }
}

#[test]
fn a_unique_option_is_in_its_index_by_what_the_declaration_says() {
    let optional = || IndexKey { absent: Absent::Null, ..up("a") };
    let rendered = |index: IndexSchema| render_index(&index);
    let of = |index: IndexSchema| rendered(index).get("partialFilterExpression").cloned();
    let present = doc! { "a": { "$gte": "" } };
    assert_eq!(of(IndexSchema::unique([optional()])), Some(present.clone().into()));
    let both = doc! { "$and": [present, { "b": 1 }] };
    assert_eq!(of(IndexSchema::unique([optional()]).partial(|| Ok(doc! { "b": 1 }))), Some(both.into()));
    let sparse = doc! { "key": { "a": 1 }, "name": "a_1", "unique": true, "sparse": true };
    assert_eq!(rendered(IndexSchema::unique([optional()]).sparse()), sparse);
    assert_eq!(of(IndexSchema::plain([optional()])), None);
}

fn expiring(seconds: i32) -> &'static Schema {
    schema(vec![IndexSchema::plain([up("at")]).expire_after(seconds)])
}

fn listed(seconds: i32) -> Document {
    doc! { "v": 2, "key": { "at": 1 }, "name": "at_1", "expireAfterSeconds": seconds }
}

fn with(indexes: Vec<Document>, is_empty: bool) -> Existing {
    Existing { indexes, is_empty, ..Existing::default() }
}

#[test]
fn a_time_to_live_is_set_at_once_where_nothing_is_lost() {
    let new = told(plan(&[expiring(60)], &HashMap::new()).unwrap());
    assert!(matches!(&new.steps[..], [SyncStep::CreateCollection { .. }, SyncStep::CreateIndex { .. }]), "{new}");
    let empty = planned_in(expiring(60), with(vec![id_index()], true));
    assert_eq!((empty.missing.len(), empty.held.len()), (1, 0));
    let filled = planned_in(expiring(60), with(vec![id_index()], false));
    assert_eq!((filled.missing.len(), filled.held.len()), (0, 1));
    assert_eq!((filled.held[0].seconds, filled.held[0].by.is_some()), (60, true));
    let steps = told(vec![filled]).steps;
    let index = doc! { "key": { "at": 1 }, "name": "at_1", "expireAfterSeconds": 60 };
    let create = SyncStep::CreateIndex { model: "User", collection: "users", index };
    assert_eq!(steps, [SyncStep::Held { step: Box::new(create.clone()), documents: None }]);
    let tightened = planned_in(expiring(60), with(vec![id_index()], false)).tightened();
    assert_eq!(told(vec![tightened]).steps, [create]);
}

#[test]
fn a_time_to_live_is_lengthened_in_place_and_shortened_when_asked() {
    let change = |expected: i32, found: Option<i32>| {
        let difference = SyncDifference { option: "expireAfterSeconds", expected: Some(expected.into()), found: found.map(Bson::Int32) };
        SyncStep::ChangeIndex { model: "User", collection: "users", index: "at_1".to_owned(), difference }
    };
    let held = |step| SyncStep::Held { step: Box::new(step), documents: None };
    let steps = |seconds: i32, existing: Existing| told(vec![planned_in(expiring(seconds), existing)]).steps;
    assert!(steps(60, with(vec![listed(60)], false)).is_empty());
    assert_eq!(steps(90, with(vec![listed(60)], false)), [change(90, Some(60))]);
    assert_eq!(steps(30, with(vec![listed(60)], false)), [held(change(30, Some(60)))]);
    assert_eq!(steps(30, with(vec![listed(60)], true)), [change(30, Some(60))]);
    let plain = || doc! { "v": 2, "key": { "at": 1 }, "name": "at_1" };
    assert_eq!(steps(60, with(vec![plain()], false)), [held(change(60, None))]);
    assert_eq!(steps(60, with(vec![plain()], true)), [change(60, None)]);

    let mut odd = listed(60);
    odd.insert("expireAfterSeconds", f64::NAN);
    assert!(matches!(&steps(i32::MAX, with(vec![odd], false))[..], [SyncStep::Held { .. }]), "nobody knows what a NaN deletes");

    let unfinished = Existing { unfinished: vec!["at_1".to_owned()], ..with(vec![listed(60)], false) };
    let changed = planned_in(expiring(30), unfinished).tightened();
    assert_eq!(modification(&changed.changes[0]), doc! { "index": { "name": "at_1", "expireAfterSeconds": 30 } });
    assert_eq!(changed.there, [listed(60)], "it is waited for before it is changed");

    // The server takes none away.
    let plan = planned(schema(vec![IndexSchema::plain([up("at")])]), vec![listed(60)]);
    let [SyncStep::Differs { differences, .. }] = &plan.left[..] else { panic!("{:?}", plan.left) };
    assert_eq!(differences.iter().map(|difference| difference.option).collect::<Vec<_>>(), ["expireAfterSeconds"]);
}

#[test]
fn what_is_hidden_is_changed_in_place() {
    let hidden = schema(vec![IndexSchema::plain([up("a")]).hidden()]);
    let shown = schema(vec![IndexSchema::plain([up("a")])]);
    let listed = |hidden: bool| doc! { "v": 2, "key": { "a": 1 }, "name": "by hand", "hidden": hidden };
    let modified = |schema, hidden| {
        let plan = planned(schema, vec![listed(hidden)]);
        assert!(plan.left.is_empty() && plan.missing.is_empty() && plan.held.is_empty(), "{plan:?}");
        plan.changes.iter().map(modification).collect::<Vec<_>>()
    };
    assert_eq!(modified(hidden, false), [doc! { "index": { "name": "by hand", "hidden": true } }]);
    assert_eq!(modified(shown, true), [doc! { "index": { "name": "by hand", "hidden": false } }]);
    assert_eq!(modified(hidden, true), Vec::<Document>::new());
    // Both at once, each as a change of its own.
    let both = schema(vec![IndexSchema::plain([up("at")]).expire_after(90).hidden()]);
    let plan = planned_in(both, with(vec![self::listed(60)], false));
    assert_eq!(plan.changes.len(), 2);
}

fn series(expire_after: Option<i32>) -> &'static Schema {
    let granularity = Granularity::Seconds;
    let series = TimeSeries { time: "at", meta: Some("m"), granularity, expire_after, allows_orphans: false };
    let storage = CollectionKind::TimeSeries(series);
    Box::leak(Box::new(Schema { storage, ..declaring(vec![IndexSchema::plain([up("v")])]) }))
}

#[test]
fn a_collection_that_is_not_plain_is_created_as_such_and_compared() {
    let new = plan(&[series(Some(60))], &HashMap::new()).unwrap().pop().unwrap();
    let options = doc! { "timeseries": { "timeField": "at", "metaField": "m", "granularity": "seconds" }, "expireAfterSeconds": 60 };
    assert_eq!(new.create, Some(options));

    let listed = |seconds: Option<i64>| {
        let mut options =
            doc! { "timeseries": { "timeField": "at", "metaField": "m", "granularity": "seconds", "bucketMaxSpanSeconds": 3600 } };
        options.extend(seconds.map(|seconds| ("expireAfterSeconds".to_owned(), Bson::Int64(seconds))));
        let own = doc! { "v": 2, "key": { "m": 1, "at": 1 }, "name": "m_1_at_1" };
        Existing { options, indexes: vec![doc! { "v": 2, "key": { "v": 1 }, "name": "v_1" }, own], ..Existing::default() }
    };
    let same = planned_in(series(Some(60)), listed(Some(60)));
    assert!(same.there.is_empty(), "the server does not take all of them back");
    assert!(told(vec![same]).steps.is_empty());
    let changes = |schema, existing| planned_in(schema, existing).changes.iter().map(modification).collect::<Vec<_>>();
    assert_eq!(changes(series(Some(90)), listed(Some(60))), [doc! { "expireAfterSeconds": 90 }]);
    assert_eq!(changes(series(None), listed(Some(60))), [doc! { "expireAfterSeconds": "off" }]);
    for existing in [listed(Some(60)), listed(None)] {
        let plan = planned_in(series(Some(30)), existing);
        assert_eq!((plan.changes.len(), plan.held.len(), plan.held[0].by.is_none()), (0, 1, true));
    }
    let plan = planned_in(series(Some(60)), with(vec![], false));
    let [SyncStep::CollectionDiffers { differences, .. }] = &plan.left[..] else { panic!("{:?}", plan.left) };
    assert_eq!(differences.iter().map(|difference| difference.option).collect::<Vec<_>>(), ["timeseries"]);
    assert_eq!(plan.missing.len(), 1, "its indexes are made all the same");
}

fn plan_error(schema: &'static Schema) -> String {
    plan(&[schema], &HashMap::new()).unwrap_err().to_string()
}
