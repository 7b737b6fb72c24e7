//! Limits: on every road all broken rules of a value are said together, with their paths, and nothing is sent.

use crate::support::Fixture;
use bson::{Bson, doc};
use chakra::{Error, Outcome, action::Updated, prelude::*};

fn is_slug(text: &str) -> bool {
    !text.starts_with('-')
}

mod checks {
    pub fn even(number: &i32) -> Result<(), String> {
        if number % 2 == 0 { Ok(()) } else { Err(format!("{number} is odd")) }
    }

    /// A list as a slice, an error that is no `String`.
    pub fn distinct(tags: &[String]) -> Result<(), &'static str> {
        let mut sorted = tags.to_vec();
        sorted.sort();
        sorted.dedup();
        if sorted.len() == tags.len() { Ok(()) } else { Err("one stands there twice") }
    }
}

#[derive(Debug, Clone, PartialEq, Composite)]
struct Line {
    #[chakra(min_length = 2, pattern = "^[a-z]+$")]
    sku: String,
    #[chakra(min = 1, max = 9)]
    qty: i32,
}

#[derive(Debug, Clone, PartialEq, Composite)]
struct Span {
    low: i32,
    high: i32,
}

impl Span {
    fn is_forward(&self) -> bool {
        self.low <= self.high
    }
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Order {
    #[chakra(id)]
    id: i64,
    #[chakra(unique, min_length = 3, max_length = 5, pattern = "^[a-z-]+$", validate = is_slug)]
    slug: String,
    #[chakra(default = 0, min = 0, max = 100, validate = checks::even)]
    total: i32,
    #[chakra(as = "long", validate = checks::even)]
    bonus: Option<i32>,
    #[chakra(min = -1.5, max = 1.5)]
    weight: Option<f64>,
    #[chakra(max_length = 2, validate = checks::distinct)]
    tags: Vec<String>,
    #[chakra(max_length = 2)]
    lines: Vec<Line>,
    #[chakra(validate = Span::is_forward)]
    span: Option<Span>,
    #[chakra(pattern = "[A-Z]{2}")]
    code: Option<String>,
    #[chakra(default = 5, min = 1, max = 10)]
    count: i32,
}

fn line(sku: &str, qty: i32) -> Line {
    Line { sku: sku.into(), qty }
}

fn good(id: i64) -> Order {
    Order {
        id,
        slug: "a-b".into(),
        total: 100,
        bonus: Some(-2),
        weight: Some(-1.5),
        tags: vec!["a".into(), "b".into()],
        lines: vec![line("ab", 1), line("cd", 9)],
        span: Some(Span { low: 1, high: 1 }),
        // A pattern matches somewhere, unless it says where.
        code: Some("xABx".into()),
        count: 10,
    }
}

/// Breaks every rule that can be broken at once.
fn bad(id: i64) -> Order {
    Order {
        id,
        slug: "-X".into(),
        total: 101,
        bonus: Some(3),
        weight: Some(f64::NAN),
        tags: vec!["a".into(), "b".into(), "a".into()],
        lines: vec![line("ok", 1), line("", 0), line("AB", 10)],
        span: Some(Span { low: 2, high: 1 }),
        code: Some("Ab".into()),
        count: 0,
    }
}

const BROKEN: [&str; 19] = [
    "`slug` needs at least 3 characters",
    "`slug` needs a text that matches `^[a-z-]+$`",
    "`slug` needs to pass `is_slug`",
    "`total` needs a value of at most 100",
    "`total` needs to pass `checks::even`: 101 is odd",
    "`bonus` needs to pass `checks::even`: 3 is odd",
    "`weight` needs a value of at least -1.5",
    "`weight` needs a value of at most 1.5",
    "`tags` needs at most 2 items",
    "`tags` needs to pass `checks::distinct`: one stands there twice",
    "`lines` needs at most 2 items",
    "`lines[1].sku` needs at least 2 characters",
    "`lines[1].sku` needs a text that matches `^[a-z]+$`",
    "`lines[1].qty` needs a value of at least 1",
    "`lines[2].sku` needs a text that matches `^[a-z]+$`",
    "`lines[2].qty` needs a value of at most 9",
    "`span` needs to pass `Span::is_forward`",
    "`code` needs a text that matches `[A-Z]{2}`",
    "`count` needs a value of at least 1",
];

fn draft(order: Order) -> chakra::Draft<Order> {
    let Order { id, slug, total, bonus, weight, tags, lines, span, code, count } = order;
    let draft = Order::draft().id(id).slug(slug).total(total).bonus(bonus).weight(weight).tags(tags);
    chakra::Draft::of(draft.lines(lines).span(span).code(code).count(count))
}

fn rules(error: &Error) -> Vec<String> {
    assert_eq!(error.outcome(), Outcome::NotApplied);
    match error {
        Error::Invalid { model: "Order", broken, .. } => broken.iter().map(ToString::to_string).collect(),
        other => panic!("{other:?}"),
    }
}

async fn fixture() -> Fixture {
    let fixture = Fixture::new(|builder| builder.model::<Order>()).await;
    fixture.commands();
    fixture
}

fn nothing_sent(fixture: &Fixture) {
    assert_eq!(fixture.commands(), Vec::<String>::new());
}

#[tokio::test]
async fn drafts_and_whole_values_are_checked_as_a_whole() {
    let fixture = fixture().await;
    let db = &fixture.db;
    assert_eq!(rules(&db.create(draft(bad(1))).await.unwrap_err()), BROKEN);
    assert_eq!(rules(&db.create_many([draft(good(1)), draft(bad(2))]).await.unwrap_err()), BROKEN);
    assert_eq!(rules(&db.insert_many(&[good(1), bad(2)]).await.unwrap_err()), BROKEN);
    nothing_sent(&fixture);
    assert_eq!(db.create(draft(good(1))).await.unwrap(), good(1));
    db.insert_many(&[Order { slug: "abcde".into(), ..good(2) }]).await.unwrap();
    // What is `None` or left out breaks nothing.
    let least = db.create(Order::draft().id(3).slug("abc")).await.unwrap();
    assert_eq!((least.total, least.bonus, least.weight, least.span, least.code, least.count), (0, None, None, None, None, 5));
}

#[tokio::test]
async fn updates_are_checked_before_they_are_sent() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let Order { slug, total, bonus, weight, tags, lines, span, code, count, .. } = bad(1);
    let one =
        db.update(Order::id.eq(1)).set(Order::slug, &slug).set(Order::total, total).set(Order::bonus, bonus).set(Order::weight, weight);
    let one =
        one.set(Order::tags, &tags).set(Order::lines, &lines).set(Order::span, &span).set(Order::code, &code).set(Order::count, count);
    assert_eq!(rules(&one.await.unwrap_err()), BROKEN);
    let many = db.update_many(Order::all()).set(Order::slug, &slug).set(Order::lines, &lines).set(Order::count, count);
    assert_eq!(rules(&many.await.unwrap_err()), [&BROKEN[..3], &BROKEN[10..16], &BROKEN[18..]].concat());
    let many = db.update_many(Order::all()).push(Order::lines, line("", 10));
    let expected = [
        "`lines[0].sku` needs at least 2 characters",
        "`lines[0].sku` needs a text that matches `^[a-z]+$`",
        "`lines[0].qty` needs a value of at most 9",
    ];
    assert_eq!(rules(&many.await.unwrap_err()), expected);
    assert_eq!(
        rules(&db.update(Order::id.eq(1)).push(Order::lines, line("", 10)).set(Order::total, 7).await.unwrap_err()),
        [&expected[..], &["`total` needs to pass `checks::even`: 7 is odd"]].concat()
    );
    nothing_sent(&fixture);
}

#[tokio::test]
async fn what_depends_on_the_stored_value_is_asked_in_the_same_command() {
    let fixture = fixture().await;
    let db = &fixture.db;
    db.insert_many(&[good(1), Order { slug: "abc".into(), lines: vec![], count: 1, ..good(2) }]).await.unwrap();
    fixture.commands();
    let one = || db.update(Order::id.eq(1));
    assert_eq!(rules(&one().inc(Order::count, 1).await.unwrap_err()), ["`count` needs a value of at most 10"]);
    assert_eq!(rules(&one().inc(Order::count, -10).await.unwrap_err()), ["`count` needs a value of at least 1"]);
    assert_eq!(rules(&one().push(Order::lines, line("ab", 1)).await.unwrap_err()), ["`lines` needs at most 2 items"]);
    assert_eq!(db.get(Order::id.eq(1)).await.unwrap(), good(1));
    let counts = db.update_many(Order::all()).inc(Order::count, 1).push(Order::lines, line("ab", 1)).await.unwrap();
    assert_eq!(counts, Updated { matched: 1, modified: 1, refused: 1 });
    let two = db.get(Order::id.eq(2)).await.unwrap();
    assert_eq!((two.count, two.lines), (2, vec![line("ab", 1)]));
}

#[tokio::test]
async fn a_rule_of_ones_own_needs_the_whole_value() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let total = ["`total` needs `set` with the whole value, so that `checks::even` can check it"];
    let tags = ["`tags` needs `set` with the whole value, so that `checks::distinct` can check it"];
    assert_eq!(rules(&db.update(Order::id.eq(1)).inc(Order::total, 2).await.unwrap_err()), total);
    assert_eq!(rules(&db.update(Order::id.eq(1)).push(Order::tags, "c").await.unwrap_err()), tags);
    assert_eq!(rules(&db.update_many(Order::all()).inc(Order::total, 2).await.unwrap_err()), total);
    let upsert = db.upsert(Order::slug.eq("abc")).create(Order::draft().id(1).slug("abc")).push(Order::tags, "c");
    assert_eq!(rules(&upsert.await.unwrap_err()), tags);
    // What becomes of a composite that has a rule is not known here either.
    let said = rules(&db.update(Order::id.eq(1)).set(Order::span.low(), 5).await.unwrap_err());
    assert!(said.len() == 1 && said[0].starts_with("`span.low` needs ") && said[0].contains("`Span::is_forward`"), "{said:?}");
    nothing_sent(&fixture);
    db.insert_many(&[good(1)]).await.unwrap();
    let set =
        db.update(Order::id.eq(1)).set(Order::span, Span { low: 1, high: 2 }).set(Order::total, 2).set(Order::tags, ["c"]).await.unwrap();
    assert_eq!((set.span, set.total, set.tags), (Some(Span { low: 1, high: 2 }), 2, vec!["c".to_owned()]));
}

#[tokio::test]
async fn an_upsert_checks_its_draft_and_its_changes() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let changes = db.upsert(Order::id.eq(1)).create(draft(good(1))).set(Order::slug, "-X").set(Order::count, 0);
    assert_eq!(rules(&changes.await.unwrap_err()), [&BROKEN[..3], &BROKEN[18..]].concat());
    let created = db.upsert(Order::id.eq(1)).create(draft(bad(1))).set(Order::count, 2);
    assert_eq!(rules(&created.await.unwrap_err()), BROKEN);
    nothing_sent(&fixture);
    assert_eq!(fixture.stored("orders").await, []);
}

#[tokio::test]
async fn what_is_stored_already_is_read_whatever_it_breaks() {
    let fixture = fixture().await;
    fixture.store("orders", doc! { "_id": 1_i64, "slug": "-X", "total": 101, "count": 0, "code": Bson::Null }).await;
    let read = fixture.db.get(Order::id.eq(1)).await.unwrap();
    assert_eq!((read.slug.as_str(), read.total, read.count), ("-X", 101, 0));
    // A change of something else leaves it as it is.
    assert_eq!(fixture.db.update(Order::id.eq(1)).set(Order::weight, 1).await.unwrap().slug, "-X");
}
