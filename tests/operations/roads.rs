//! One limit at a time, on every road by which a value gets into a document.
//!
//! `limits` breaks all of them at once; here each stands alone, and no road lets it pass.

use super::{fixture, nothing_sent, rules};
use bson::Document;
use chakra::{Draft, Patch, action::Updated, prelude::*, query::Update};

fn is_even(number: &i32) -> bool {
    number % 2 == 0
}

#[derive(Debug, Clone, PartialEq, Composite)]
struct Line {
    #[chakra(pattern = "^[a-z]+$")]
    sku: String,
    #[chakra(min = 1, max = 9)]
    qty: i32,
    #[chakra(max_length = 2)]
    codes: Vec<i32>,
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Product {
    #[chakra(id)]
    id: i64,
    #[chakra(max_length = 5, pattern = "^[a-z]+$")]
    slug: String,
    #[chakra(min = 0, max = 10)]
    stock: i32,
    #[chakra(min = 0.5, max = 2.5)]
    weight: f64,
    #[chakra(min_length = 1, max_length = 2)]
    tags: Vec<String>,
    #[chakra(max_length = 2)]
    lines: Vec<Line>,
    #[chakra(validate = is_even)]
    even: i32,
    #[chakra(max_length = 3)]
    note: Option<String>,
}

fn line(sku: &str, qty: i32) -> Line {
    Line { sku: sku.into(), qty, codes: vec![1] }
}

fn product(id: i64) -> Product {
    let tags = vec!["a".into(), "b".into()];
    let lines = vec![line("x", 8), line("y", 2)];
    Product { id, slug: "slug".into(), stock: 9, weight: 2.0, tags, lines, even: 2, note: None }
}

fn draft(product: &Product) -> Draft<Product> {
    let Product { id, slug, stock, weight, tags, lines, even, note } = product.clone();
    Draft::of(Product::draft().id(id).slug(slug).stock(stock).weight(weight).tags(tags).lines(lines).even(even).note(note))
}

#[tokio::test]
async fn a_whole_value_that_breaks_one_limit_is_refused() {
    let fixture = fixture::<Product>().await;
    let db = &fixture.db;
    let cases: Vec<(fn(&mut Product), &str)> = vec![
        (|product| product.slug = "toolong".into(), "`slug` needs at most 5 characters"),
        (|product| product.slug = "Slug".into(), "`slug` needs a text that matches `^[a-z]+$`"),
        (|product| product.stock = 11, "`stock` needs a value of at most 10"),
        (|product| product.stock = -1, "`stock` needs a value of at least 0"),
        (|product| product.weight = 2.500_000_1, "`weight` needs a value of at most 2.5"),
        (|product| product.weight = 0.4, "`weight` needs a value of at least 0.5"),
        (|product| product.weight = f64::NAN, "`weight` needs a value of at least 0.5; `weight` needs a value of at most 2.5"),
        (|product| product.weight = f64::INFINITY, "`weight` needs a value of at most 2.5"),
        (|product| product.tags.push("c".into()), "`tags` needs at most 2 items"),
        (|product| product.tags.clear(), "`tags` needs at least 1 item"),
        (|product| product.lines.push(line("z", 1)), "`lines` needs at most 2 items"),
        (|product| product.lines[1].sku = "Y".into(), "`lines[1].sku` needs a text that matches `^[a-z]+$`"),
        (|product| product.lines[0].qty = 10, "`lines[0].qty` needs a value of at most 9"),
        (|product| product.lines[1].qty = 0, "`lines[1].qty` needs a value of at least 1"),
        (|product| product.lines[0].codes = vec![1, 2, 3], "`lines[0].codes` needs at most 2 items"),
        (|product| product.even = 3, "`even` needs to pass `is_even`"),
        (|product| product.note = Some("four".into()), "`note` needs at most 3 characters"),
    ];
    for (spoil, expected) in cases {
        let mut bad = product(2);
        spoil(&mut bad);
        let good = product(1);
        assert_eq!(rules(&db.create(draft(&bad)).await.unwrap_err()), expected);
        assert_eq!(rules(&db.create_many([draft(&good), draft(&bad)]).await.unwrap_err()), expected);
        assert_eq!(rules(&db.create_many([draft(&good), draft(&bad)]).ordered(false).await.unwrap_err()), expected);
        assert_eq!(rules(&db.create_many([draft(&bad)]).skip_duplicates().await.unwrap_err()), expected);
        assert_eq!(rules(&db.insert_many([&good, &bad]).await.unwrap_err()), expected);
        assert_eq!(rules(&db.upsert(Product::id.eq(2)).create(draft(&bad)).await.unwrap_err()), expected);
        assert_eq!(rules(&db.upsert(Product::id.eq(2)).create(draft(&bad)).set(Product::stock, 1).await.unwrap_err()), expected);
    }
    nothing_sent(&fixture);
    assert_eq!(fixture.stored("products").await, Vec::<Document>::new());
}

/// Operands that break a limit whatever is stored.
fn wrong() -> Vec<(Update<Product>, &'static str)> {
    let long = "`slug` needs at most 5 characters";
    let (above, below) = ("`stock` needs a value of at most 10", "`stock` needs a value of at least 0");
    let (heavy, light) = ("`weight` needs a value of at most 2.5", "`weight` needs a value of at least 0.5");
    let nan = "`weight` needs a value of at least 0.5; `weight` needs a value of at most 2.5";
    let whole = "`even` needs `set` with the whole value, so that `is_even` can check it";
    let all = Filter::<Line>::all;
    vec![
        (Update::new().set(Product::slug, "toolong"), long),
        (Update::new().min(Product::slug, "toolong"), long),
        (Update::new().max(Product::slug, "toolong"), long),
        (Update::new().patch(Product::slug, Patch::Set("toolong")), long),
        (Update::new().set(Product::slug, "Slug"), "`slug` needs a text that matches `^[a-z]+$`"),
        (Update::new().max(Product::slug, ""), "`slug` needs a text that matches `^[a-z]+$`"),
        (Update::new().set(Product::note, "four"), "`note` needs at most 3 characters"),
        (Update::new().min(Product::note, "four"), "`note` needs at most 3 characters"),
        (Update::new().set(Product::stock, 11), above),
        (Update::new().max(Product::stock, 11), above),
        (Update::new().min(Product::stock, -1), below),
        (Update::new().patch(Product::stock, Patch::Set(-1)), below),
        (Update::new().bit_or(Product::stock, 1), "`stock` needs `set` with the whole value, so that its limits can be checked"),
        (Update::new().set(Product::weight, 3), heavy),
        (Update::new().max(Product::weight, 2.6), heavy),
        (Update::new().min(Product::weight, 0.4), light),
        (Update::new().min(Product::weight, f64::NAN), nan),
        (Update::new().mul(Product::weight, 0), light),
        (Update::new().inc(Product::weight, f64::NAN), "`weight` needs a finite amount"),
        (Update::new().set(Product::tags, ["a", "b", "c"]), "`tags` needs at most 2 items"),
        (Update::new().push_all(Product::tags, ["a", "b", "c"]), "`tags` needs at most 2 items"),
        (Update::new().set(Product::tags, Vec::<String>::new()), "`tags` needs at least 1 item"),
        (
            Update::new().add_all_to_set(Product::tags, ["a", "b"]),
            "`tags` needs one item at a time, so that the length of the list can be checked",
        ),
        (Update::new().pull(Product::tags, "a"), "`tags` needs `set` with the whole list, so that its least length can be checked"),
        (Update::new().push(Product::lines, line("Z", 1)), "`lines[0].sku` needs a text that matches `^[a-z]+$`"),
        (Update::new().push_all(Product::lines, [line("z", 1), line("z", 10)]), "`lines[1].qty` needs a value of at most 9"),
        (Update::new().add_to_set(Product::lines, line("z", 0)), "`lines[0].qty` needs a value of at least 1"),
        (Update::new().set(Product::lines, vec![line("x", 1), line("", 1)]), "`lines[1].sku` needs a text that matches `^[a-z]+$`"),
        (
            Update::new().update_where(Product::lines, all(), |line| line.set(Line::sku, "X")),
            "`lines.sku` needs a text that matches `^[a-z]+$`",
        ),
        (Update::new().update_where(Product::lines, all(), |line| line.max(Line::qty, 10)), "`lines.qty` needs a value of at most 9"),
        (Update::new().update_where(Product::lines, all(), |line| line.set(Line::codes, [1, 2, 3])), "`lines.codes` needs at most 2 items"),
        (
            Update::new().update_where(Product::lines, all(), |line| line.push_all(Line::codes, [1, 2, 3])),
            "`lines.codes` needs at most 2 items",
        ),
        (Update::new().set(Product::even, 3), "`even` needs to pass `is_even`"),
        (Update::new().patch(Product::even, Patch::Set(3)), "`even` needs to pass `is_even`"),
        (Update::new().inc(Product::even, 2), whole),
        (Update::new().mul(Product::even, 2), whole),
        (Update::new().min(Product::even, 2), whole),
        (Update::new().max(Product::even, 4), whole),
        (Update::new().bit_and(Product::even, 2), whole),
    ]
}

#[tokio::test]
async fn an_operand_that_breaks_a_limit_is_refused_before_anything_is_sent() {
    let fixture = fixture::<Product>().await;
    let db = &fixture.db;
    for (update, expected) in wrong() {
        let with = || update.clone();
        assert_eq!(rules(&db.update(Product::id.eq(1)).with(with()).await.unwrap_err()), expected, "{update:?}");
        assert_eq!(rules(&db.update_many(Product::all()).with(with()).await.unwrap_err()), expected, "{update:?}");
        let upsert = db.upsert(Product::id.eq(1)).create(draft(&product(1))).with(with());
        assert_eq!(rules(&upsert.await.unwrap_err()), expected, "{update:?}");
        let mut value = product(1);
        assert_eq!(rules(&update.apply(&mut value).unwrap_err()), expected, "{update:?}");
        assert_eq!(value, product(1), "{update:?}");
    }
    nothing_sent(&fixture);
    assert_eq!(fixture.stored("products").await, Vec::<Document>::new());
}

/// Changes that break a limit of `product(1)`, which only whoever has it can know.
fn too_much() -> Vec<(Update<Product>, &'static str)> {
    let (above, below) = ("`stock` needs a value of at most 10", "`stock` needs a value of at least 0");
    let (heavy, light) = ("`weight` needs a value of at most 2.5", "`weight` needs a value of at least 0.5");
    let all = Filter::<Line>::all;
    vec![
        (Update::new().inc(Product::stock, 2), above),
        (Update::new().inc(Product::stock, -10), below),
        (Update::new().mul(Product::stock, 2), above),
        (Update::new().mul(Product::stock, -1), below),
        (Update::new().inc(Product::weight, 0.6), heavy),
        (Update::new().inc(Product::weight, -1.6), light),
        (Update::new().mul(Product::weight, 1.3), heavy),
        (Update::new().mul(Product::weight, -1), light),
        (Update::new().push(Product::tags, "a"), "`tags` needs at most 2 items"),
        (Update::new().push_all(Product::tags, ["c", "d"]), "`tags` needs at most 2 items"),
        (Update::new().add_to_set(Product::tags, "c"), "`tags` needs at most 2 items"),
        (Update::new().push(Product::lines, line("z", 1)), "`lines` needs at most 2 items"),
        (Update::new().add_to_set(Product::lines, line("z", 1)), "`lines` needs at most 2 items"),
        (Update::new().update_where(Product::lines, all(), |line| line.inc(Line::qty, 2)), "`lines.qty` needs a value of at most 9"),
        (Update::new().update_where(Product::lines, all(), |line| line.inc(Line::qty, -2)), "`lines.qty` needs a value of at least 1"),
        (Update::new().update_where(Product::lines, all(), |line| line.mul(Line::qty, 4)), "`lines.qty` needs a value of at most 9"),
        (
            Update::new().update_where(Product::lines, Line::sku.eq("y"), |line| line.push_all(Line::codes, [2, 3])),
            "`lines.codes` needs at most 2 items",
        ),
        (
            Update::new().inc(Product::stock, 2).push(Product::tags, "c"),
            "`stock` needs a value of at most 10; `tags` needs at most 2 items",
        ),
    ]
}

#[tokio::test]
async fn a_result_that_breaks_a_limit_is_refused_by_the_command_itself() {
    let fixture = fixture::<Product>().await;
    let db = &fixture.db;
    db.insert_many(&[product(1)]).await.unwrap();
    for (update, expected) in too_much() {
        let with = || update.clone();
        assert_eq!(rules(&db.update(Product::id.eq(1)).with(with()).await.unwrap_err()), expected, "{update:?}");
        let many = db.update_many(Product::all()).with(with()).await.unwrap();
        assert_eq!(many, Updated { matched: 0, modified: 0, refused: 1 }, "{update:?}");
        let upsert = db.upsert(Product::id.eq(1)).create(draft(&product(1))).with(with());
        assert_eq!(rules(&upsert.await.unwrap_err()), expected, "{update:?}");
        let mut value = product(1);
        assert_eq!(rules(&update.apply(&mut value).unwrap_err()), expected, "{update:?}");
        assert_eq!(value, product(1), "{update:?}");
        assert_eq!(db.find_many(Product::all()).await.unwrap(), [product(1)], "{update:?}");
    }
}

#[tokio::test]
async fn what_stays_within_the_limits_passes_on_every_road() {
    let fixture = fixture::<Product>().await;
    let db = &fixture.db;
    let at_the_limits = Update::new()
        .set(Product::slug, "abcde")
        .inc(Product::stock, 1)
        .mul(Product::weight, 1.25)
        .add_to_set(Product::tags, "a")
        .update_where(Product::lines, Line::sku.eq("x"), |line| line.inc(Line::qty, 1).push(Line::codes, 2))
        .set(Product::even, -2)
        .set(Product::note, "äöü");
    let mut expected = Product { slug: "abcde".into(), stock: 10, weight: 2.5, even: -2, note: Some("äöü".into()), ..product(1) };
    expected.lines[0] = Line { qty: 9, codes: vec![1, 2], ..line("x", 9) };
    let mut value = product(1);
    at_the_limits.apply(&mut value).unwrap();
    assert_eq!(value, expected);
    assert_eq!(db.create(draft(&product(1))).await.unwrap(), product(1));
    assert_eq!(db.update(Product::id.eq(1)).with(at_the_limits.clone()).await.unwrap(), expected);
    assert_eq!(db.insert_many([&Product { id: 2, ..expected.clone() }]).await.unwrap(), 1);
    assert_eq!(db.create_many([draft(&Product { id: 3, ..expected.clone() }), draft(&product(4))]).await.unwrap(), 2);
    let upsert = |id: i64| db.upsert(Product::id.eq(id)).create(draft(&Product { id, ..expected.clone() })).with(at_the_limits.clone());
    assert_eq!(upsert(4).await.unwrap(), Product { id: 4, ..expected.clone() });
    assert_eq!(upsert(5).await.unwrap(), Product { id: 5, ..expected.clone() });
    // Whole as they are, they are read as they were written.
    let found = db.find_many(Product::all()).order_by(Product::id.asc()).await.unwrap();
    assert_eq!(found, (1..=5).map(|id| Product { id, ..expected.clone() }).collect::<Vec<_>>());
}
