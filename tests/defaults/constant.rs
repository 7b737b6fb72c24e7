//! Constants and expressions: what a draft is filled with, what a missing field reads as, and that filters agree with it.

use crate::support::Fixture;
use bson::{Bson, Document, doc};
use chakra::prelude::*;
use std::{
    collections::{BTreeMap, HashSet},
    sync::atomic::{AtomicI32, Ordering},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Enum)]
#[chakra(rename_all = "lowercase")]
enum Grade {
    Low,
    High,
}

const LIMIT: i64 = 7;
static STANDARD: &str = "standard";

#[derive(Debug, Clone, PartialEq, Model)]
#[chakra(collection = "settings")]
struct Settings {
    #[chakra(id)]
    id: i64,
    #[chakra(default = true)]
    flag: bool,
    #[chakra(default = -3)]
    small: i8,
    #[chakra(default = 4_000_000_000)]
    wide: u32,
    #[chakra(default = -5)]
    long: i64,
    #[chakra(default = LIMIT)]
    by_name: i64,
    #[chakra(default = -2.5)]
    double: f64,
    #[chakra(default = 3)]
    whole_double: f64,
    #[chakra(default = 'x')]
    letter: char,
    #[chakra(default = "new")]
    text: String,
    #[chakra(default = "")]
    empty: String,
    #[chakra(default = "é")]
    boxed: Box<str>,
    #[chakra(default = STANDARD)]
    by_static: String,
    #[chakra(default = Grade::High)]
    grade: Grade,
    #[chakra(default = ["a", "b"])]
    words: Vec<String>,
    #[chakra(default = [Grade::Low, Grade::High])]
    grades: Vec<Grade>,
    // An `Option` has a default for drafts only: a missing one is `None`.
    #[chakra(default = 5)]
    maybe: Option<i32>,
    #[chakra(default = None)]
    none: Option<String>,
}

impl Settings {
    fn of_nothing(id: i64) -> Self {
        Self {
            id,
            flag: true,
            small: -3,
            wide: 4_000_000_000,
            long: -5,
            by_name: 7,
            double: -2.5,
            whole_double: 3.0,
            letter: 'x',
            text: "new".into(),
            empty: String::new(),
            boxed: "é".into(),
            by_static: "standard".into(),
            grade: Grade::High,
            words: vec!["a".into(), "b".into()],
            grades: vec![Grade::Low, Grade::High],
            maybe: None,
            none: None,
        }
    }
}

#[tokio::test]
async fn a_constant_fills_a_draft_and_a_missing_field() {
    let fixture = Fixture::new(|builder| builder.model::<Settings>()).await;
    let db = &fixture.db;
    let created = db.create(Settings::draft().id(1)).await.unwrap();
    assert_eq!(created, Settings { maybe: Some(5), ..Settings::of_nothing(1) });
    let expected = doc! {
        "_id": 1_i64, "flag": true, "small": -3, "wide": 4_000_000_000_i64, "long": -5_i64, "by_name": 7_i64, "double": -2.5,
        "whole_double": 3.0, "letter": "x", "text": "new", "empty": "", "boxed": "é", "by_static": "standard", "grade": "high",
        "words": ["a", "b"], "grades": ["low", "high"], "maybe": 5,
    };
    assert_eq!(format!("{:?}", fixture.stored("settings").await[0]), format!("{expected:?}"));

    fixture.store("settings", doc! { "_id": 2_i64 }).await;
    let nulls = expected.keys().filter(|name| *name != "_id").map(|name| (name.clone(), Bson::Null));
    let nulls: Document = std::iter::once(("_id".to_owned(), Bson::Int64(3))).chain(nulls).collect();
    fixture.store("settings", nulls).await;
    for id in [2, 3] {
        assert_eq!(db.get(Settings::id.eq(id)).await.unwrap(), Settings::of_nothing(id));
    }
    let ids = async |filter: Filter<Settings>| {
        let found = db.find_many(filter).order_by(Settings::id.asc()).await.unwrap();
        found.iter().map(|found| found.id).collect::<Vec<_>>()
    };
    let all = Settings::flag.eq(true)
        & Settings::small.lt(0)
        & Settings::wide.in_([4_000_000_000])
        & Settings::by_name.between(7, 7)
        & Settings::whole_double.eq(3)
        & Settings::letter.eq('x')
        & Settings::text.starts_with("n")
        & Settings::empty.eq("")
        & Settings::by_static.contains("dar")
        & Settings::grade.ne(Grade::Low)
        & Settings::words.has("b")
        & Settings::grades.eq([Grade::Low, Grade::High]);
    assert_eq!(ids(all.clone()).await, [1, 2, 3]);
    assert_eq!(ids(!all).await, Vec::<i64>::new());
    assert_eq!(ids(Settings::maybe.eq(5)).await, [1]);
    assert_eq!(ids(Settings::maybe.is_none()).await, [2, 3]);
    // What is set wins over a default, be it the type's own nothing.
    let draft = Settings::draft().id(4).flag(false).words(vec![]).maybe(None).text("");
    let set = db.create(draft).await.unwrap();
    assert_eq!((set.flag, set.words, set.maybe, set.text), (false, vec![], None, String::new()));
}

#[tokio::test]
async fn unset_gives_a_field_back_to_its_default() {
    let fixture = Fixture::new(|builder| builder.model::<Settings>()).await;
    fixture.db.create(Settings::draft().id(1).text("old").grade(Grade::Low).maybe(6)).await.unwrap();
    let one = || fixture.db.update(Settings::id.eq(1));
    let updated = one().unset(Settings::text).unset(Settings::grade).unset(Settings::maybe).unset(Settings::words).await.unwrap();
    assert_eq!(updated, Settings::of_nothing(1));
    let stored = &fixture.stored("settings").await[0];
    assert!(["text", "grade", "maybe", "words"].iter().all(|name| !stored.contains_key(name)), "{stored}");
}

static CALLS: AtomicI32 = AtomicI32::new(0);

fn next_call() -> i32 {
    CALLS.fetch_add(1, Ordering::SeqCst)
}

mod clocks {
    /// A function of the user's own that is called as a generator is.
    pub(super) fn now() -> String {
        "own".to_owned()
    }
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Job {
    #[chakra(id)]
    id: i64,
    #[chakra(default = next_call())]
    call: i32,
    #[chakra(default = vec![1, LIMIT])]
    numbers: Vec<i64>,
    #[chakra(default = 2 * LIMIT + 1)]
    sum: i64,
    #[chakra(default = format!("{STANDARD}-{}", 1))]
    label: String,
    #[chakra(default = HashSet::from([Grade::Low]))]
    grades: HashSet<Grade>,
    #[chakra(default = BTreeMap::from([("a".to_owned(), 1)]))]
    counts: BTreeMap<String, i32>,
    #[chakra(default = clocks::now())]
    own: String,
    #[chakra(default = Some(next_call()))]
    maybe: Option<i32>,
    // Spells no call.
    #[chakra(default = "now")]
    word: String,
    #[chakra(default = "later()")]
    other_call: String,
}

/// An expression fills drafts, each anew. No one document's value is read for a missing field of another.
#[tokio::test]
async fn an_expression_is_evaluated_for_each_draft() {
    let fixture = Fixture::new(|builder| builder.model::<Job>()).await;
    let db = &fixture.db;
    let created = db.create(Job::draft().id(1)).await.unwrap();
    let expected = Job {
        id: 1,
        call: created.call,
        numbers: vec![1, 7],
        sum: 15,
        label: "standard-1".into(),
        grades: HashSet::from([Grade::Low]),
        counts: BTreeMap::from([("a".into(), 1)]),
        own: "own".into(),
        maybe: created.maybe,
        word: "now".into(),
        other_call: "later()".into(),
    };
    assert_eq!(created, expected);
    assert_eq!(db.get(Job::id.eq(1)).await.unwrap(), expected);
    db.create_many([Job::draft().id(2), Job::draft().id(3)]).await.unwrap();
    let found = db.find_many(Job::all()).await.unwrap();
    let calls: HashSet<i32> = found.iter().flat_map(|job| [job.call, job.maybe.unwrap()]).collect();
    assert_eq!(calls.len(), 6, "{found:?}");
    // A value that is set is not made first.
    let before = CALLS.load(Ordering::SeqCst);
    db.create(Job::draft().id(4).call(100).maybe(None)).await.unwrap();
    assert_eq!(CALLS.load(Ordering::SeqCst), before);
    fixture.store("jobs", doc! { "_id": 5_i64, "word": "w" }).await;
    let error = db.get(Job::id.eq(5)).await.unwrap_err();
    let chakra::Error::Decode { error, .. } = &error else { panic!("{error:?}") };
    assert_eq!((error.path(), error.found()), ("call", "nothing"));
}

#[derive(Debug, Clone, PartialEq, Composite)]
struct Spot {
    x: i32,
    y: f64,
}

#[derive(Debug, Clone, PartialEq, Composite)]
struct Layout {
    grade: Grade,
    spot: Spot,
    note: Option<String>,
    #[chakra(default = 9)]
    depth: i32,
}

const ORIGIN: Spot = Spot { x: 0, y: 0.0 };

#[derive(Debug, Clone, PartialEq, Model)]
struct Page {
    #[chakra(id)]
    id: i64,
    #[chakra(default = Layout { grade: Grade::High, spot: Spot { x: -1, y: 2.5 }, note: None, depth: 4 })]
    layout: Layout,
    #[chakra(default = ORIGIN)]
    origin: Spot,
    #[chakra(default = [Spot { x: 1, y: 1.0 }])]
    spots: Vec<Spot>,
}

fn standard() -> Layout {
    Layout { grade: Grade::High, spot: Spot { x: -1, y: 2.5 }, note: None, depth: 4 }
}

type Case = (&'static str, Filter<Page>, fn(&Page) -> bool);

fn page_cases() -> Vec<Case> {
    vec![
        ("eq", Page::layout.eq(standard()), |p| p.layout == standard()),
        ("eq another", Page::layout.eq(Layout { depth: 5, ..standard() }), |p| p.layout == Layout { depth: 5, ..standard() }),
        ("in", Page::layout.in_([standard()]), |p| p.layout == standard()),
        ("is", Page::layout.is(Layout::grade.eq(Grade::High)), |p| p.layout.grade == Grade::High),
        ("is two", Page::layout.is(Layout::depth.gt(3) & Layout::note.is_none()), |p| p.layout.depth > 3 && p.layout.note.is_none()),
        ("is_not", Page::layout.is_not(Layout::depth.eq(4)), |p| p.layout.depth != 4),
        ("inner eq", Page::layout.grade().eq(Grade::High), |p| p.layout.grade == Grade::High),
        ("inner ne", Page::layout.grade().ne(Grade::High), |p| p.layout.grade != Grade::High),
        ("inner default inside", Page::layout.depth().eq(9), |p| p.layout.depth == 9),
        ("inner default of the whole", Page::layout.depth().eq(4), |p| p.layout.depth == 4),
        ("inner lt", Page::layout.depth().lt(5), |p| p.layout.depth < 5),
        ("inner in", Page::layout.depth().in_([4, 9]), |p| [4, 9].contains(&p.layout.depth)),
        ("inner none", Page::layout.note().is_none(), |p| p.layout.note.is_none()),
        ("inner text", Page::layout.note().starts_with("n"), |p| p.layout.note.as_ref().is_some_and(|n| n.starts_with('n'))),
        ("twice inside", Page::layout.spot().x().eq(-1), |p| p.layout.spot.x == -1),
        ("twice inside gt", Page::layout.spot().y().gt(2), |p| p.layout.spot.y > 2.0),
        ("composite inside", Page::layout.spot().eq(Spot { x: -1, y: 2.5 }), |p| p.layout.spot == Spot { x: -1, y: 2.5 }),
        ("by name", Page::origin.eq(ORIGIN), |p| p.origin == ORIGIN),
        ("by name, inside", Page::origin.x().gte(0), |p| p.origin.x >= 0),
        ("list has", Page::spots.has(Spot { x: 1, y: 1.0 }), |p| p.spots.contains(&Spot { x: 1, y: 1.0 })),
        ("list some", Page::spots.some(Spot::x.eq(1)), |p| p.spots.iter().any(|s| s.x == 1)),
        ("list every", Page::spots.every(Spot::x.eq(1)), |p| p.spots.iter().all(|s| s.x == 1)),
        ("list eq empty", Page::spots.eq(vec![]), |p| p.spots.is_empty()),
        ("path through a list", Page::spots.x().has(1), |p| p.spots.iter().any(|s| s.x == 1)),
    ]
}

/// A composite may be a default: it is read as a whole where the document has none, and its fields' own defaults where it has some.
#[tokio::test]
async fn a_composite_fills_drafts_and_reads_and_filters_agree() {
    let fixture = Fixture::new(|builder| builder.model::<Page>()).await;
    let db = &fixture.db;
    let created = db.create(Page::draft().id(1)).await.unwrap();
    let filled = |id| Page { id, layout: standard(), origin: ORIGIN, spots: vec![Spot { x: 1, y: 1.0 }] };
    assert_eq!(created, filled(1));
    let spot = doc! { "x": -1, "y": 2.5 };
    let stored = doc! {
        "_id": 1_i64, "layout": { "grade": "high", "spot": spot, "depth": 4 }, "origin": { "x": 0, "y": 0.0 },
        "spots": [{ "x": 1, "y": 1.0 }],
    };
    assert_eq!(format!("{:?}", fixture.stored("pages").await[0]), format!("{stored:?}"));
    let null = Bson::Null;
    for document in [
        doc! { "_id": 2_i64 },
        doc! { "_id": 3_i64, "layout": &null, "origin": &null, "spots": &null },
        doc! {
            "_id": 4_i64, "layout": { "spot": { "y": 3.0, "x": 1 }, "grade": "low", "note": "n" },
            "origin": { "x": -1, "y": 0.0 }, "spots": [],
        },
        doc! {
            "_id": 5_i64, "layout": { "spot": { "x": -1, "y": 2.5 }, "grade": "high", "note": &null, "depth": &null },
            "spots": [{ "x": 2, "y": 0 }],
        },
    ] {
        fixture.store("pages", document).await;
    }
    for id in [2, 3] {
        assert_eq!(db.get(Page::id.eq(id)).await.unwrap(), filled(id));
    }
    assert_eq!(db.get(Page::id.eq(5)).await.unwrap().layout, Layout { depth: 9, ..standard() });

    let all = db.find_many(Page::all()).order_by(Page::id.asc()).await.unwrap();
    let mut wrong = Vec::new();
    for (name, filter, predicate) in page_cases() {
        for (negated, filter) in [(false, filter.clone()), (true, !filter)] {
            let found = db.find_many(filter).order_by(Page::id.asc()).await.unwrap_or_else(|error| panic!("{name}: {error:?}"));
            let found: Vec<i64> = found.iter().map(|page| page.id).collect();
            let expected: Vec<i64> = all.iter().filter(|page| predicate(page) != negated).map(|page| page.id).collect();
            if found != expected {
                wrong.push(format!("{}{name}: server {found:?}, Rust {expected:?}", if negated { "not " } else { "" }));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// In a text field it is the text; in a field of JSON it is parsed when the model is compiled.
#[cfg(feature = "serde_json")]
#[tokio::test]
async fn a_text_is_parsed_for_a_field_of_json() {
    use serde_json::json;
    #[derive(Debug, Clone, PartialEq, Model)]
    struct Plugin {
        #[chakra(id)]
        id: i64,
        #[chakra(default = r#"{ "a": [true, null, "x"], "b": 1.5 }"#)]
        config: serde_json::Value,
        #[chakra(default = "[]")]
        list: serde_json::Value,
        #[chakra(default = "\"text\"")]
        text: serde_json::Value,
        #[chakra(default = r#"{ "a": 1 }"#)]
        raw: String,
    }
    let fixture = Fixture::new(|builder| builder.model::<Plugin>()).await;
    let created = fixture.db.create(Plugin::draft().id(1)).await.unwrap();
    let expected = |id| Plugin {
        id,
        config: json!({ "a": [true, null, "x"], "b": 1.5 }),
        list: json!([]),
        text: json!("text"),
        raw: r#"{ "a": 1 }"#.to_owned(),
    };
    assert_eq!(created, expected(1));
    fixture.store("plugins", doc! { "_id": 2_i64 }).await;
    assert_eq!(fixture.db.get(Plugin::id.eq(2)).await.unwrap(), expected(2));
    let stored =
        doc! { "_id": 1_i64, "config": { "a": [true, Bson::Null, "x"], "b": 1.5 }, "list": [], "text": "text", "raw": "{ \"a\": 1 }" };
    assert_eq!(fixture.stored("plugins").await[0], stored);
}
