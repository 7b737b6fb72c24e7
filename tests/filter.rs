//! Filters mean what they say in Rust: for documents stored in every way that the model can read, the server's answer is that of the same
//! predicate on the decoded value.

use crate::{
    models::{Address, Item, Line, Point},
    support::Fixture,
};
use bson::{Bson, Document, doc};
use chakra::prelude::*;
use std::collections::BTreeMap;

/// A filter beside the same question asked in Rust.
type Case = (&'static str, Filter<Item>, fn(&Item) -> bool);

fn at(ms: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(ms).unwrap()
}

/// Documents as Chakra writes them, and as others may: fields missing, null, in another order, in other numeric types.
fn stored() -> Vec<Document> {
    let line = |sku: &str, qty: i32, note: Bson| doc! { "sku": sku, "qty": qty, "note": note };
    vec![
        doc! { "_id": 1_i64, "stock": 0, "rank": 5_i64, "state": "new", "tags": [], "codes": [], "lines": [] },
        doc! { "_id": 2_i64, "stock": 3, "name": "alpha", "price": 1.5, "rank": 7_i64, "state": "old", "tags": ["a", "b"], "codes": [1, 2], "lines": [line("x", 1, Bson::Null)], "home": { "street": "s", "town": "Rome", "geo": { "x": 1.0, "y": 2.0 } }, "seen": bson::DateTime::from_millis(1_000) },
        doc! { "_id": 3, "stock": 3_i64, "name": Bson::Null, "price": Bson::Null, "rank": Bson::Null, "state": Bson::Null, "tags": Bson::Null, "lines": Bson::Null, "home": Bson::Null },
        doc! { "stock": -2.0, "_id": 4_i64 },
        doc! { "_id": 5_i64, "stock": 10, "name": "", "price": f64::NAN, "tags": [""], "lines": [{ "qty": 2, "sku": "y" }, line("x", 5, Bson::from("n"))], "home": { "town": "Paris", "street": "s" } },
        doc! { "_id": 6_i64, "stock": i32::MAX, "name": "a.b*c\n", "price": 2, "rank": 5.0, "tags": ["b", "c", "a"], "home": { "street": "", "town": "", "geo": Bson::Null }, "seen": bson::DateTime::from_millis(2_000) },
        doc! { "_id": 7_i64, "stock": 1, "name": "ALPHA\0é", "price": -0.0, "state": "newest", "extra": { "deep": [1] }, "lines": [line("z", 0, Bson::from("")), line("z", 7, Bson::Null)] },
        doc! { "_id": 8_i64, "stock": 2, "name": "alp", "price": 1e300, "tags": ["aa"], "codes": [2_i64, 1.0], "seen": bson::DateTime::from_millis(-1) },
        doc! { "_id": 9_i64, "stock": 2, "name": "alphabet", "home": { "street": "s", "town": "Rome" }, "lines": [line("x", 1, Bson::Null)] },
    ]
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
enum Grade {
    Low,
    High,
}

#[derive(Debug, Clone, PartialEq, Composite)]
struct Prefs {
    #[chakra(default = 5)]
    zip: i32,
    tags: Vec<String>,
    note: Option<String>,
    limits: BTreeMap<String, i32>,
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Gear {
    #[chakra(id)]
    id: i64,
    grade: Option<Grade>,
    data: Vec<u8>,
    counts: BTreeMap<String, i32>,
    prefs: Option<Prefs>,
    old: Option<Vec<String>>,
    #[chakra(default = ["a"])]
    words: Vec<String>,
    floats: Vec<f64>,
    deep: Vec<Vec<i32>>,
    maybes: Vec<Option<Line>>,
    any: Option<Bson>,
    #[chakra(default = 7)]
    fallback: Option<i32>,
}

fn stored_gear() -> Vec<Document> {
    let bytes = |bytes: &[u8]| bson::Binary { subtype: bson::spec::BinarySubtype::Generic, bytes: bytes.to_vec() };
    vec![
        doc! { "_id": 1_i64 },
        doc! { "_id": 2_i64, "grade": "Low", "data": bytes(&[1, 2]), "counts": { "a": 1 }, "prefs": { "zip": 6, "tags": ["x"], "note": "n", "limits": { "l": 1 } }, "old": ["x"], "words": ["b"], "floats": [1.0], "deep": [[1], [2, 3]], "maybes": [{ "sku": "x", "qty": 1, "note": "n" }], "any": 5, "fallback": 8 },
        doc! { "_id": 3_i64, "grade": "High", "data": bytes(&[]), "counts": {}, "prefs": { "tags": [] }, "old": [], "words": [], "floats": [f64::NAN], "deep": [], "maybes": [Bson::Null], "any": [5, Bson::Null], "fallback": Bson::Null },
        doc! { "_id": 4_i64, "grade": Bson::Null, "data": Bson::Null, "prefs": Bson::Null, "old": Bson::Null, "words": Bson::Null, "maybes": [{ "sku": "x", "qty": 1 }], "any": Bson::Null },
        doc! { "_id": 5_i64, "prefs": { "zip": Bson::Null, "tags": Bson::Null, "note": Bson::Null, "limits": Bson::Null }, "words": ["a"], "deep": [[1, 2]], "maybes": [{ "note": Bson::Null, "qty": 1, "sku": "x" }], "any": { "x": 1 } },
        doc! { "_id": 6_i64, "prefs": { "zip": 5, "limits": {}, "tags": [] }, "maybes": [{ "sku": "x", "qty": 1, "note": "" }, Bson::Null], "any": [[5]], "deep": [[1, 2], [1, 2]], "fallback": 7 },
    ]
}

fn gear_cases() -> Vec<(&'static str, Filter<Gear>, fn(&Gear) -> bool)> {
    let plain = || Line { sku: "x".into(), qty: 1, note: None };
    let noted = || Line { note: Some("n".into()), ..plain() };
    let prefs = |zip| Prefs { zip, tags: vec![], note: None, limits: BTreeMap::new() };
    vec![
        ("enum eq", Gear::grade.eq(Grade::Low), |g| g.grade == Some(Grade::Low)),
        ("enum ne", Gear::grade.ne(Grade::Low), |g| g.grade != Some(Grade::Low)),
        ("enum in", Gear::grade.in_([None, Some(Grade::High)]), |g| g.grade != Some(Grade::Low)),
        ("bytes eq", Gear::data.eq(vec![1, 2]), |g| g.data == [1, 2]),
        ("bytes eq none", Gear::data.eq(vec![]), |g| g.data.is_empty()),
        ("bytes ne none", Gear::data.ne(vec![]), |g| !g.data.is_empty()),
        ("map eq", Gear::counts.eq(BTreeMap::from([("a".to_owned(), 1)])), |g| g.counts == BTreeMap::from([("a".to_owned(), 1)])),
        ("map eq none", Gear::counts.eq(BTreeMap::new()), |g| g.counts.is_empty()),
        ("optional composite eq with defaults", Gear::prefs.eq(prefs(5)), |g| {
            g.prefs.as_ref().is_some_and(|p| p.zip == 5 && p.tags.is_empty() && p.note.is_none() && p.limits.is_empty())
        }),
        ("optional composite ne with defaults", Gear::prefs.ne(prefs(5)), |g| {
            !g.prefs.as_ref().is_some_and(|p| p.zip == 5 && p.tags.is_empty() && p.note.is_none() && p.limits.is_empty())
        }),
        ("default below an option", Gear::prefs.zip().eq(5), |g| g.prefs.as_ref().map(|p| p.zip) == Some(5)),
        ("default below an option, ne", Gear::prefs.zip().ne(5), |g| g.prefs.as_ref().map(|p| p.zip) != Some(5)),
        ("default below an option, none", Gear::prefs.zip().is_none(), |g| g.prefs.is_none()),
        ("default below an option, some", Gear::prefs.zip().is_some(), |g| g.prefs.is_some()),
        ("default below an option, in", Gear::prefs.zip().in_([None, Some(6)]), |g| {
            [None, Some(6)].contains(&g.prefs.as_ref().map(|p| p.zip))
        }),
        ("default below an option, in both", Gear::prefs.zip().in_([None, Some(5)]), |g| {
            [None, Some(5)].contains(&g.prefs.as_ref().map(|p| p.zip))
        }),
        ("default below an option, lt", Gear::prefs.zip().lt(6), |g| g.prefs.as_ref().is_some_and(|p| p.zip < 6)),
        ("list below an option", Gear::prefs.tags().eq(vec![]), |g| g.prefs.as_ref().is_none_or(|p| p.tags.is_empty())),
        ("list below an option, has", Gear::prefs.tags().has("x"), |g| g.prefs.as_ref().is_some_and(|p| p.tags.contains(&"x".to_owned()))),
        ("is with a default inside", Gear::prefs.is(Prefs::zip.eq(5)), |g| g.prefs.as_ref().is_some_and(|p| p.zip == 5)),
        ("optional list none", Gear::old.is_none(), |g| g.old.is_none()),
        ("optional list some", Gear::old.is_some(), |g| g.old.is_some()),
        ("optional list eq none", Gear::old.eq(None), |g| g.old.is_none()),
        ("optional list eq empty", Gear::old.eq(vec![]), |g| g.old == Some(vec![])),
        ("optional list ne empty", Gear::old.ne(vec![]), |g| g.old != Some(vec![])),
        ("optional list in", Gear::old.in_([None, Some(vec![])]), |g| [None, Some(vec![])].contains(&g.old)),
        ("default list eq", Gear::words.eq(["a"]), |g| g.words == ["a"]),
        ("default list ne", Gear::words.ne(["a"]), |g| g.words != ["a"]),
        ("default list eq empty", Gear::words.eq(vec![]), |g| g.words.is_empty()),
        ("default list has", Gear::words.has("a"), |g| g.words.contains(&"a".to_owned())),
        ("nan in a list", Gear::floats.eq([f64::NAN]), |_| false),
        ("nan in a list, ne", Gear::floats.ne([f64::NAN]), |_| true),
        ("list of lists eq", Gear::deep.eq(vec![vec![1, 2]]), |g| g.deep == [vec![1, 2]]),
        ("list of lists has", Gear::deep.has(vec![1, 2]), |g| g.deep.contains(&vec![1, 2])),
        ("list of composites eq tells None from Some", Gear::maybes.eq(vec![Some(plain())]), |g| {
            g.maybes == [Some(Line { sku: "x".into(), qty: 1, note: None })]
        }),
        ("list of composites eq with Some", Gear::maybes.eq(vec![Some(noted())]), |g| {
            g.maybes == [Some(Line { sku: "x".into(), qty: 1, note: Some("n".into()) })]
        }),
        ("list of composites eq null", Gear::maybes.eq(vec![None]), |g| g.maybes == [None]),
        ("list of composites ne null", Gear::maybes.ne(vec![None]), |g| g.maybes != [None]),
        ("list of composites has null", Gear::maybes.has(None), |g| g.maybes.contains(&None)),
        ("any eq", Gear::any.eq(Bson::Int32(5)), |g| g.any == Some(Bson::Int32(5))),
        ("any none", Gear::any.is_none(), |g| g.any.is_none()),
        ("any some", Gear::any.is_some(), |g| g.any.is_some()),
        ("any eq a list", Gear::any.eq(Bson::Array(vec![Bson::Int32(5)])), |g| g.any == Some(Bson::Array(vec![Bson::Int32(5)]))),
        ("a default of an option only fills drafts", Gear::fallback.eq(7), |g| g.fallback == Some(7)),
        ("a default of an option only fills drafts, none", Gear::fallback.is_none(), |g| g.fallback.is_none()),
    ]
}

fn home(item: &Item) -> Option<&Address> {
    item.home.as_ref()
}

// The predicates are written as the filters are, which is not always the shortest way.
#[allow(clippy::nonminimal_bool)]
fn cases() -> Vec<Case> {
    let nine_lives = || Line { sku: "x".into(), qty: 1, note: None };
    let rome = || Address { street: "s".into(), city: "Rome".into(), geo: None };
    vec![
        ("eq", Item::stock.eq(3), |i| i.stock == 3),
        ("ne", Item::stock.ne(3), |i| i.stock != 3),
        ("eq id", Item::id.eq(3).into(), |i| i.id == 3),
        ("in", Item::stock.in_([0, 10]), |i| [0, 10].contains(&i.stock)),
        ("in nothing", Item::stock.in_(Vec::<i32>::new()), |_| false),
        ("not in", Item::stock.not_in([0, 10]), |i| ![0, 10].contains(&i.stock)),
        ("not in nothing", Item::stock.not_in(Vec::<i32>::new()), |_| true),
        ("lt", Item::stock.lt(3), |i| i.stock < 3),
        ("lte", Item::stock.lte(3), |i| i.stock <= 3),
        ("gt", Item::stock.gt(3), |i| i.stock > 3),
        ("gte", Item::stock.gte(3), |i| i.stock >= 3),
        ("between", Item::stock.between(1, 3), |i| (1..=3).contains(&i.stock)),
        ("option eq", Item::name.eq("alpha"), |i| i.name.as_deref() == Some("alpha")),
        ("option eq empty", Item::name.eq(""), |i| i.name.as_deref() == Some("")),
        ("option ne", Item::name.ne("alpha"), |i| i.name.as_deref() != Some("alpha")),
        ("option eq none", Item::name.eq(None), |i| i.name.is_none()),
        ("option ne none", Item::name.ne(None), |i| i.name.is_some()),
        ("is_none", Item::name.is_none(), |i| i.name.is_none()),
        ("is_some", Item::name.is_some(), |i| i.name.is_some()),
        ("option in", Item::name.in_([None, Some("alp".to_owned())]), |i| [None, Some("alp".to_owned())].contains(&i.name)),
        ("option not in", Item::name.not_in(["alp"]), |i| i.name.as_deref() != Some("alp")),
        ("option lt", Item::price.lt(2), |i| i.price.is_some_and(|p| p < 2.0)),
        ("option not lt", !Item::price.lt(2), |i| !i.price.is_some_and(|p| p < 2.0)),
        ("option gte", Item::price.gte(1.5), |i| i.price.is_some_and(|p| p >= 1.5)),
        ("zero and minus zero", Item::price.eq(0), |i| i.price == Some(0.0)),
        ("eq nan", Item::price.eq(f64::NAN), |i| i.price == Some(f64::NAN)),
        ("ne nan", Item::price.ne(f64::NAN), |i| i.price != Some(f64::NAN)),
        // What `p <= NaN` is, which the compiler does not let one write.
        ("lte nan", Item::price.lte(f64::NAN), |_| false),
        ("in nan", Item::price.in_([f64::NAN, 1.5]), |i| [Some(f64::NAN), Some(1.5)].contains(&i.price)),
        ("default eq", Item::rank.eq(5), |i| i.rank == 5),
        ("default ne", Item::rank.ne(5), |i| i.rank != 5),
        ("default eq other", Item::rank.eq(7), |i| i.rank == 7),
        ("default ne other", Item::rank.ne(7), |i| i.rank != 7),
        ("default in", Item::rank.in_([5, 7]), |i| [5, 7].contains(&i.rank)),
        ("default not in", Item::rank.not_in([5]), |i| i.rank != 5),
        ("default lt", Item::rank.lt(6), |i| i.rank < 6),
        ("default gt", Item::rank.gt(6), |i| i.rank > 6),
        ("default between", Item::rank.between(5, 7), |i| (5..=7).contains(&i.rank)),
        ("default text", Item::state.starts_with("ne"), |i| i.state.starts_with("ne")),
        ("default text contains", Item::state.contains("w"), |i| i.state.contains('w')),
        ("default text ends", Item::state.ends_with("new"), |i| i.state.ends_with("new")),
        ("default text lt", Item::state.lt("newer"), |i| i.state.as_str() < "newer"),
        ("contains", Item::name.contains("p"), |i| i.name.as_ref().is_some_and(|n| n.contains('p'))),
        ("contains metacharacters", Item::name.contains(".b*"), |i| i.name.as_ref().is_some_and(|n| n.contains(".b*"))),
        ("contains nul", Item::name.contains("A\0"), |i| i.name.as_ref().is_some_and(|n| n.contains("A\0"))),
        ("contains nothing", Item::name.contains(""), |i| i.name.is_some()),
        ("starts_with", Item::name.starts_with("alp"), |i| i.name.as_ref().is_some_and(|n| n.starts_with("alp"))),
        ("starts_with nothing", Item::name.starts_with(""), |i| i.name.is_some()),
        ("ends_with", Item::name.ends_with("a"), |i| i.name.as_ref().is_some_and(|n| n.ends_with('a'))),
        ("ends_with before newline", Item::name.ends_with("c"), |i| i.name.as_ref().is_some_and(|n| n.ends_with('c'))),
        ("ends_with newline", Item::name.ends_with("c\n"), |i| i.name.as_ref().is_some_and(|n| n.ends_with("c\n"))),
        ("ends_with accent", Item::name.ends_with("é"), |i| i.name.as_ref().is_some_and(|n| n.ends_with('é'))),
        ("not contains", !Item::name.contains("p"), |i| !i.name.as_ref().is_some_and(|n| n.contains('p'))),
        ("has", Item::tags.has("a"), |i| i.tags.contains(&"a".to_owned())),
        ("has empty", Item::tags.has(""), |i| i.tags.contains(&String::new())),
        ("not has", !Item::tags.has("a"), |i| !i.tags.contains(&"a".to_owned())),
        ("has number", Item::codes.has(2), |i| i.codes.contains(&2)),
        ("list eq", Item::tags.eq(["a", "b"]), |i| i.tags == ["a", "b"]),
        ("list ne", Item::tags.ne(["a", "b"]), |i| i.tags != ["a", "b"]),
        ("list eq empty", Item::tags.eq(vec![]), |i| i.tags.is_empty()),
        ("list ne empty", Item::tags.ne(vec![]), |i| !i.tags.is_empty()),
        ("list in", Item::codes.in_([vec![], vec![1, 2]]), |i| i.codes.is_empty() || i.codes == [1, 2]),
        ("some", Item::lines.some(Line::sku.eq("x")), |i| i.lines.iter().any(|l| l.sku == "x")),
        ("some both on one", Item::lines.some(Line::sku.eq("x") & Line::qty.gt(3)), |i| i.lines.iter().any(|l| l.sku == "x" && l.qty > 3)),
        ("some none inside", Item::lines.some(Line::note.is_none()), |i| i.lines.iter().any(|l| l.note.is_none())),
        ("some not", Item::lines.some(!Line::qty.gt(3)), |i| i.lines.iter().any(|l| l.qty <= 3)),
        ("some of all", Item::lines.some(Filter::all()), |i| !i.lines.is_empty()),
        ("every", Item::lines.every(Line::qty.gt(0)), |i| i.lines.iter().all(|l| l.qty > 0)),
        ("not every", !Item::lines.every(Line::qty.gt(0)), |i| !i.lines.iter().all(|l| l.qty > 0)),
        ("none", Item::lines.none(Line::sku.eq("x")), |i| !i.lines.iter().any(|l| l.sku == "x")),
        ("list of composites has", Item::lines.has(nine_lives()), |i| i.lines.contains(&Line { sku: "x".into(), qty: 1, note: None })),
        ("list of composites eq", Item::lines.eq(vec![nine_lives()]), |i| i.lines == [Line { sku: "x".into(), qty: 1, note: None }]),
        ("list of composites ne", Item::lines.ne(vec![nine_lives()]), |i| i.lines != [Line { sku: "x".into(), qty: 1, note: None }]),
        ("path through a list", Item::lines.sku().has("x"), |i| i.lines.iter().any(|l| l.sku == "x")),
        ("path through a list, none", Item::lines.note().has(None), |i| i.lines.iter().any(|l| l.note.is_none())),
        ("composite is", Item::home.is(Address::city.eq("Rome")), |i| home(i).is_some_and(|h| h.city == "Rome")),
        ("composite is_not", Item::home.is_not(Address::city.eq("Rome")), |i| !home(i).is_some_and(|h| h.city == "Rome")),
        ("composite is none inside", Item::home.is(Address::geo.is_none()), |i| home(i).is_some_and(|h| h.geo.is_none())),
        ("composite eq", Item::home.eq(rome()), |i| i.home == Some(Address { street: "s".into(), city: "Rome".into(), geo: None })),
        ("composite ne", Item::home.ne(rome()), |i| i.home != Some(Address { street: "s".into(), city: "Rome".into(), geo: None })),
        ("composite eq none", Item::home.eq(None), |i| i.home.is_none()),
        ("composite in", Item::home.in_([None, Some(rome())]), |i| {
            home(i).is_none_or(|h| *h == Address { street: "s".into(), city: "Rome".into(), geo: None })
        }),
        ("composite is_some", Item::home.is_some(), |i| i.home.is_some()),
        ("nested eq", Item::home.city().eq("Rome"), |i| home(i).is_some_and(|h| h.city == "Rome")),
        ("nested ne", Item::home.city().ne("Rome"), |i| !home(i).is_some_and(|h| h.city == "Rome")),
        ("nested none", Item::home.city().is_none(), |i| i.home.is_none()),
        ("nested composite eq", Item::home.geo().eq(Point { x: 1.0, y: 2.0 }), |i| {
            home(i).is_some_and(|h| h.geo == Some(Point { x: 1.0, y: 2.0 }))
        }),
        ("nested twice", Item::home.geo().x().gt(0), |i| home(i).and_then(|h| h.geo.as_ref()).is_some_and(|g| g.x > 0.0)),
        ("nested twice none", Item::home.geo().x().is_none(), |i| home(i).and_then(|h| h.geo.as_ref()).is_none()),
        ("date gte", Item::seen.gte(at(1_000)), |i| i.seen.is_some_and(|s| s >= at(1_000))),
        ("date lt with a finer bound", Item::seen.lt(at(1_000) + chrono::TimeDelta::microseconds(1)), |i| {
            i.seen.is_some_and(|s| s <= at(1_000))
        }),
        ("date gte with a finer bound", Item::seen.gte(at(1_000) + chrono::TimeDelta::microseconds(1)), |i| {
            i.seen.is_some_and(|s| s > at(1_000))
        }),
        ("and", Item::stock.gt(0) & Item::name.is_some(), |i| i.stock > 0 && i.name.is_some()),
        ("and on one path", Item::stock.gt(0) & Item::stock.ne(3) & Item::stock.ne(2), |i| i.stock > 0 && i.stock != 3 && i.stock != 2),
        ("or", Item::stock.gt(5) | Item::name.is_none(), |i| i.stock > 5 || i.name.is_none()),
        ("not and", !(Item::stock.gt(0) & Item::name.is_some()), |i| !(i.stock > 0 && i.name.is_some())),
        ("not or", !(Item::stock.gt(5) | Item::name.is_none()), |i| !(i.stock > 5 || i.name.is_none())),
        ("double negation", !!Item::rank.lt(6), |i| i.rank < 6),
        ("deep", !(Item::rank.lt(6) & !(Item::tags.has("a") | Item::home.city().ne("Rome"))), |i| {
            !(i.rank < 6 && !(i.tags.contains(&"a".to_owned()) || !home(i).is_some_and(|h| h.city == "Rome")))
        }),
        ("all", Item::all(), |_| true),
        ("not all", !Item::all(), |_| false),
        ("all_of nothing", Filter::all_of([]), |_| true),
        ("any_of nothing", Filter::any_of([]), |_| false),
        ("none_of", Filter::none_of([Item::stock.eq(3), Item::stock.eq(2)]), |i| i.stock != 3 && i.stock != 2),
        ("nothing in an or", Item::stock.in_(Vec::<i32>::new()) | Item::stock.eq(3), |i| i.stock == 3),
        ("nothing in an and", Item::stock.in_(Vec::<i32>::new()) & Item::stock.eq(3), |_| false),
    ]
}

/// Asks every filter, and its negation, of the server and of the decoded values; names those that differ.
async fn compare<M: Model + Clone>(db: &Db, cases: Vec<(&'static str, Filter<M>, fn(&M) -> bool)>, documents: usize, id: fn(&M) -> i64) {
    let all = db.find_many(Filter::<M>::all()).await.unwrap();
    assert_eq!(all.len(), documents);
    let mut wrong = Vec::new();
    for (name, filter, predicate) in cases {
        for (negated, filter) in [(false, filter.clone()), (true, !filter)] {
            let found = db.find_many(filter.clone()).await.unwrap_or_else(|error| panic!("{name}: {error:?}"));
            let mut found: Vec<i64> = found.iter().map(id).collect();
            found.sort_unstable();
            let mut expected: Vec<i64> = all.iter().filter(|value| predicate(value) != negated).map(id).collect();
            expected.sort_unstable();
            if found != expected {
                wrong.push(format!("{}{name}: server {found:?}, Rust {expected:?}", if negated { "not " } else { "" }));
            }
            // The count goes another way to the server.
            if db.count(filter).await.unwrap() != expected.len() as u64 {
                wrong.push(format!("{name}: the count differs"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn the_server_answers_as_the_predicate_on_the_value_does() {
    let fixture = Fixture::new(|builder| builder.model::<Item>()).await;
    for document in stored() {
        fixture.store("items", document).await;
    }
    compare(&fixture.db, cases(), stored().len(), |item| item.id).await;
}

#[tokio::test]
async fn and_so_for_the_less_common_kinds_of_fields() {
    let fixture = Fixture::new(|builder| builder.model::<Gear>()).await;
    for document in stored_gear() {
        fixture.store("gears", document).await;
    }
    compare(&fixture.db, gear_cases(), stored_gear().len(), |gear| gear.id).await;
}

#[tokio::test]
async fn a_cursor_of_a_hundred_thousand_values_in_one_filter_works() {
    let fixture = Fixture::new(|builder| builder.model::<Item>()).await;
    fixture.db.insert_many(&[Item::new(1), Item::new(99_999)]).await.unwrap();
    let ids: Vec<i64> = (2..100_002).collect();
    let found = fixture.db.find_many(Item::id.in_(ids)).await.unwrap();
    assert_eq!(found.iter().map(|item| item.id).collect::<Vec<_>>(), [99_999]);
}

#[tokio::test]
async fn a_text_beyond_the_servers_limit_for_patterns_is_looked_for_by_its_bytes() {
    let fixture = Fixture::new(|builder| builder.model::<Item>()).await;
    let long = "é".repeat(20_000);
    let named = |id, name: Option<String>| Item { name, ..Item::new(id) };
    let items = [named(1, Some(format!("a{long}"))), named(2, Some(format!("{long}b"))), named(3, Some("é".into())), named(4, None)];
    fixture.db.insert_many(&items).await.unwrap();
    let found = async |filter: Filter<Item>| {
        let expected: Vec<i64> = items.iter().filter(|item| filter.matches(item).unwrap()).map(|item| item.id).collect();
        let found = fixture.db.find_many(filter).order_by(Item::id.asc()).await.unwrap();
        assert_eq!(found.iter().map(|item| item.id).collect::<Vec<_>>(), expected);
        expected
    };
    assert_eq!(found(Item::name.contains(&*long)).await, [1, 2]);
    assert_eq!(found(!Item::name.contains(&*long)).await, [3, 4]);
    assert_eq!(found(Item::name.ends_with(&*long)).await, [1]);
    assert_eq!(found(Item::name.starts_with(&*long)).await, [2]);
    assert_eq!(found(!Item::name.ends_with(&*long)).await, [2, 3, 4]);
}

#[tokio::test]
async fn what_only_a_pattern_can_look_for_is_refused_before_it_is_sent() {
    let fixture = Fixture::new(|builder| builder.model::<Item>()).await;
    fixture.commands();
    let error = fixture.db.find_many(Item::name.ci().contains("x".repeat(40_000))).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "this `Item` is not valid: `name` needs a text to search for of at most 65522 bytes, counting one more for each character"
    );
    // In the items of a list the server takes no expression.
    let error = fixture.db.find_many(Item::lines.some(Line::sku.contains("x".repeat(40_000)))).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "this `Item` is not valid: `sku` needs a text to search for of at most 65522 bytes, counting one more for each character"
    );
    assert_eq!(fixture.commands(), Vec::<String>::new());
}
