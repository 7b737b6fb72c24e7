//! `update_where`: which items of a list are changed, what an item refuses for the whole document, and in which forms items may be stored.

use super::{MENDED, REFUSED, fixture, nothing_sent, rules};
use crate::support::Fixture;
use bson::{Bson, Document, doc};
use chakra::{action::Updated, prelude::*, query::Update};
use std::collections::VecDeque;

#[derive(Debug, Clone, PartialEq, Composite)]
struct Part {
    count: i32,
    label: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Composite)]
struct Line {
    sku: String,
    qty: i32,
    note: Option<String>,
    sum: Option<i64>,
    #[chakra(default = 1)]
    pack: i64,
    #[chakra(max_length = 2)]
    codes: Vec<i32>,
    parts: Vec<Part>,
    slots: Vec<Option<Part>>,
    spot: Option<Part>,
}

#[derive(Debug, Clone, PartialEq, Composite)]
#[chakra(tag = "kind")]
enum Media {
    Photo { url: String, width: i32, by: Option<String> },
    Link { url: String, tags: Vec<String> },
}

#[derive(Debug, Clone, PartialEq, Composite)]
struct Home {
    lines: Vec<Line>,
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Cart {
    #[chakra(id)]
    id: i64,
    #[chakra(default = 0)]
    total: i32,
    price: Option<i64>,
    lines: Vec<Line>,
    media: Vec<Media>,
    home: Option<Home>,
    queue: VecDeque<Part>,
}

/// An item with what the model needs to read it, and `more`.
fn line(sku: &str, qty: i32, more: Document) -> Bson {
    let mut line = doc! { "sku": sku, "qty": qty };
    line.extend(more);
    Bson::Document(line)
}

/// The same with every list there, so that no operator finds it odd.
fn whole(sku: &str, qty: i32, more: Document) -> Bson {
    let mut lists = doc! { "pack": 1_i64, "codes": [], "parts": [], "slots": [] };
    lists.extend(more);
    line(sku, qty, lists)
}

fn part(count: i32) -> Part {
    Part { count, label: None }
}

async fn with(more: Document) -> Fixture {
    let fixture = fixture::<Cart>().await;
    let mut document = doc! { "_id": 1_i64 };
    document.extend(more);
    fixture.store("carts", document).await;
    fixture
}

fn quantities(cart: &Cart) -> Vec<i32> {
    cart.lines.iter().map(|line| line.qty).collect()
}

#[tokio::test]
async fn only_matching_items_are_changed() {
    let lines = [whole("a", 1, doc! {}), whole("b", 2, doc! { "note": "kept" }), whole("a", 3, doc! { "note": "gone", "unknown": 1 })];
    let fixture = with(doc! { "total": 6, "lines": lines.to_vec() }).await;
    let one = || fixture.db.update(Cart::id.eq(1));
    let changed = one().update_where(Cart::lines, Line::sku.eq("a"), |line| line.set(Line::qty, 9).unset(Line::note)).inc(Cart::total, 1);
    assert_eq!(quantities(&changed.await.unwrap()), [9, 2, 9]);
    assert_eq!(fixture.commands(), ["findAndModify"]);
    let lines = [whole("a", 9, doc! {}), whole("b", 2, doc! { "note": "kept" }), whole("a", 9, doc! { "unknown": 1 })];
    assert_eq!(fixture.stored("carts").await, [doc! { "_id": 1_i64, "total": 7, "lines": lines.to_vec() }]);
    // Filters mean what they mean everywhere: the second of these is of a default, the third of a `None`.
    for (filter, expected) in [
        (Line::qty.gt(5) & !Line::sku.eq("b"), [0, 2, 0]),
        (Line::pack.eq(1) & Line::qty.gt(0), [0, 0, 0]),
        (Line::note.ne("kept"), [0, 2, 0]),
        (Line::codes.is_empty() & Line::note.is_some(), [9, 0, 9]),
        (Line::parts.some(Part::count.gt(0)) | Line::sku.in_(["b", "c"]), [9, 0, 9]),
    ] {
        let lines = [line("a", 9, doc! {}), line("b", 2, doc! { "note": "kept" }), line("a", 9, doc! {})];
        fixture.raw.collection::<Document>("carts").update_one(doc! {}, doc! { "$set": { "lines": lines.to_vec() } }).await.unwrap();
        let shape = format!("{filter:?}");
        let changed = one().update_where(Cart::lines, filter, |line| line.set(Line::qty, 0)).await.unwrap();
        assert_eq!(quantities(&changed), expected, "{shape}");
    }
}

#[tokio::test]
async fn where_no_item_matches_nothing_changes() {
    let fixture = with(doc! { "total": 1, "lines": [whole("a", 1, doc! {})] }).await;
    let one = || fixture.db.update(Cart::id.eq(1));
    let before = fixture.stored("carts").await;
    let none = || Update::new().update_where(Cart::lines, Line::sku.eq("z"), |line| line.inc(Line::qty, 1));
    assert_eq!(quantities(&one().with(none()).await.unwrap()), [1]);
    assert_eq!(fixture.commands(), ["findAndModify"]);
    let many = fixture.db.update_many(Cart::all()).with(none()).await.unwrap();
    assert_eq!(many, Updated { matched: 1, modified: 0, refused: 0 });
    assert_eq!(fixture.commands(), ["aggregate", "update"]);
    // A filter that is true of nothing: the document is only read.
    let nothing = || Update::new().update_where(Cart::lines, Line::sku.in_(Vec::<String>::new()), |line| line.inc(Line::qty, 1));
    assert_eq!(quantities(&one().with(nothing()).await.unwrap()), [1]);
    assert_eq!(fixture.commands(), ["find"]);
    let many = fixture.db.update_many(Cart::all()).with(nothing()).await.unwrap();
    assert_eq!(many, Updated { matched: 1, modified: 0, refused: 0 });
    assert_eq!(fixture.stored("carts").await, before);
    // What stands beside it is changed all the same.
    assert_eq!(one().with(nothing()).set(Cart::total, 2).await.unwrap().total, 2);
}

#[tokio::test]
async fn a_missing_list_has_no_items_to_change() {
    for missing in [doc! {}, doc! { "lines": Bson::Null }] {
        let fixture = with(missing).await;
        let one = || fixture.db.update(Cart::id.eq(1));
        let update = || one().update_where(Cart::lines, Filter::<Line>::all(), |line| line.set(Line::qty, 1)).set(Cart::total, 5);
        let changed = update().await.unwrap();
        assert_eq!((changed.lines, changed.total), (vec![], 5));
        assert_eq!(fixture.commands(), MENDED);
        assert_eq!(fixture.stored("carts").await, [doc! { "_id": 1_i64, "lines": [], "total": 5 }]);
        assert_eq!(update().await.unwrap().lines, []);
        assert_eq!(fixture.commands(), ["findAndModify"]);
    }
}

#[tokio::test]
async fn one_item_refuses_for_the_whole_document() {
    let lines = [whole("a", i32::MAX, doc! { "codes": [1, 2] }), whole("b", 1, doc! { "codes": [1], "spot": { "count": i32::MIN } })];
    let fixture = with(doc! { "lines": lines.to_vec() }).await;
    let one = || fixture.db.update(Cart::id.eq(1)).set(Cart::total, 9);
    let (all, b) = (Filter::<Line>::all, || Line::sku.eq("b"));
    let before = fixture.stored("carts").await;
    let refused = [
        (Update::new().update_where(Cart::lines, all(), |line| line.inc(Line::qty, 1)), "`lines.qty` needs a value of at most 2147483647"),
        (
            Update::new().update_where(Cart::lines, all(), |line| line.mul(Line::qty, -2)),
            "`lines.qty` needs a value of at least -2147483648",
        ),
        (Update::new().update_where(Cart::lines, all(), |line| line.push(Line::codes, 3)), "`lines.codes` needs at most 2 items"),
        (Update::new().update_where(Cart::lines, all(), |line| line.add_to_set(Line::codes, 3)), "`lines.codes` needs at most 2 items"),
        (
            Update::new().update_where(Cart::lines, all(), |line| line.set(Line::spot.label(), "x")),
            "`lines.spot.label` needs `lines.spot` to be some",
        ),
        (
            Update::new().update_where(Cart::lines, b(), |line| line.inc(Line::spot.count(), -1)),
            "`lines.spot.count` needs a value of at least -2147483648",
        ),
        (Update::new().update_where(Cart::lines, all(), |line| line.bit_or(Line::sum, 1)), "`lines.sum` needs a number, not `None`"),
        (
            Update::new().update_where(Cart::lines, all(), |line| line.inc(Line::qty, 1).push(Line::codes, 3)),
            "`lines.qty` needs a value of at most 2147483647; `lines.codes` needs at most 2 items",
        ),
    ];
    fixture.commands();
    for (update, expected) in refused {
        assert_eq!(rules(&one().with(update).await.unwrap_err()), expected);
        assert_eq!(fixture.commands(), REFUSED);
    }
    assert_eq!(fixture.stored("carts").await, before);
    // The items that are not changed have no say.
    let changed = one().update_where(Cart::lines, b(), |line| line.inc(Line::qty, 1).push(Line::codes, 3).inc(Line::spot.count(), 1));
    let changed = changed.await.unwrap();
    assert_eq!((quantities(&changed), changed.total), (vec![i32::MAX, 2], 9));
    assert_eq!((changed.lines[1].codes.clone(), changed.lines[1].spot.clone()), (vec![1, 3], Some(part(i32::MIN + 1))));
    // What the second list has already makes it no longer.
    let changed = one().update_where(Cart::lines, all(), |line| line.add_to_set(Line::codes, 1)).await.unwrap();
    assert_eq!(changed.lines.iter().map(|line| line.codes.clone()).collect::<Vec<_>>(), [[1, 2], [1, 3]]);
}

#[tokio::test]
async fn items_in_items_are_changed_where_both_match() {
    let lines = [
        whole("a", 1, doc! { "parts": [{ "count": 1 }, { "count": 5, "label": "old" }] }),
        whole("b", 1, doc! { "parts": [{ "count": 6 }] }),
        whole("a", 1, doc! { "parts": [{ "count": 7 }, { "count": i32::MAX }] }),
    ];
    let fixture = with(doc! { "lines": lines.to_vec() }).await;
    let one = || fixture.db.update(Cart::id.eq(1));
    let labelled = one().update_where(Cart::lines, Line::sku.eq("a"), |line| {
        line.set(Line::note, "seen").update_where(Line::parts, Part::count.gt(4), |part| part.set(Part::label, "many"))
    });
    let labelled = labelled.await.unwrap();
    assert_eq!(fixture.commands(), ["findAndModify"]);
    let seen = labelled.lines.iter().map(|line| {
        let labels = line.parts.iter().map(|part| part.label.as_deref().unwrap_or("-")).collect::<Vec<_>>();
        format!("{}: {}", line.note.as_deref().unwrap_or("-"), labels.join(" "))
    });
    assert_eq!(seen.collect::<Vec<_>>(), ["seen: - many", "-: -", "seen: many many"]);
    let counted = |sku: &str, most: i32| {
        one().update_where(Cart::lines, Line::sku.eq(sku), |line| {
            line.inc(Line::qty, 1).update_where(Line::parts, Part::count.lte(most), |part| part.inc(Part::count, 1))
        })
    };
    let before = fixture.stored("carts").await;
    let error = counted("a", i32::MAX).await.unwrap_err();
    assert_eq!(rules(&error), "`lines.parts.count` needs a value of at most 2147483647");
    assert_eq!(fixture.stored("carts").await, before);
    let counts = |cart: Cart| cart.lines.iter().flat_map(|line| &line.parts).map(|part| part.count).collect::<Vec<_>>();
    assert_eq!(counts(counted("a", 6).await.unwrap()), [2, 6, 6, 7, i32::MAX]);
    assert_eq!(counts(counted("b", 9).await.unwrap()), [2, 6, 7, 7, i32::MAX]);
}

#[tokio::test]
async fn items_of_a_union_are_changed_by_their_variant() {
    let media = [
        doc! { "kind": "Photo", "url": "p", "width": 10 },
        doc! { "kind": "Link", "url": "l", "tags": ["a"] },
        doc! { "kind": "Photo", "url": "q", "width": 20, "by": "ada" },
    ];
    let fixture = with(doc! { "media": media.to_vec() }).await;
    let one = || fixture.db.update(Cart::id.eq(1));
    let photos = one()
        .update_where(Cart::media, Media::photo().is_some(), |media| media.inc(Media::photo().width(), 1).set(Media::photo().by(), "eve"));
    let photo = |url: &str, width: i32, by: &str| Media::Photo { url: url.into(), width, by: Some(by.into()) };
    let link = |url: &str, tags: &[&str]| Media::Link { url: url.into(), tags: tags.iter().map(|tag| (*tag).into()).collect() };
    assert_eq!(photos.await.unwrap().media, [photo("p", 11, "eve"), link("l", &["a"]), photo("q", 21, "eve")]);
    let links = one().update_where(Cart::media, Media::link().url().eq("l"), |media| {
        media.set(Media::link().url(), "m").push(Media::link().tags(), "b")
    });
    assert_eq!(links.await.unwrap().media, [photo("p", 11, "eve"), link("m", &["a", "b"]), photo("q", 21, "eve")]);
    // Both variants have a `url`, but a change is made to one of them.
    let before = fixture.stored("carts").await;
    let error = one().update_where(Cart::media, Filter::<Media>::all(), |media| media.set(Media::photo().url(), "x")).await.unwrap_err();
    assert_eq!(rules(&error), "`media.url` needs a `Photo`");
    let error = one().update_where(Cart::media, Media::photo().width().gt(20), |media| media.pop(Media::link().tags())).await.unwrap_err();
    assert_eq!(rules(&error), "`media.tags` needs a `Link`");
    assert_eq!(fixture.stored("carts").await, before);
}

#[tokio::test]
async fn items_are_changed_in_whatever_form_they_are_stored() {
    let lines = [
        line("a", 1, doc! { "pack": 3.0, "codes": Bson::Null, "sum": 4.0, "parts": Bson::Null, "unknown": "kept" }),
        line("a", 1, doc! {}),
        line("b", 1, doc! { "pack": 2.0, "codes": Bson::Null, "sum": Bson::Null }),
    ];
    let fixture = with(doc! { "lines": lines.to_vec() }).await;
    let one = || fixture.db.update(Cart::id.eq(1));
    let changed = one().update_where(Cart::lines, Line::sku.eq("a"), |line| {
        let line = line.push(Line::codes, 7).inc(Line::pack, 2).inc(Line::sum, 1);
        line.update_where(Line::parts, Filter::<Part>::all(), |part| part.inc(Part::count, 1))
    });
    let changed = changed.await.unwrap();
    // The document is mended as a whole, whichever of its items are changed.
    assert_eq!(fixture.commands(), MENDED);
    let shape = |line: &Line| (line.sku.clone(), line.pack, line.codes.clone(), line.sum, line.parts.len());
    let expected = [("a", 5, vec![7], Some(5), 0), ("a", 3, vec![7], None, 0), ("b", 2, vec![], None, 0)];
    let expected = expected.map(|(sku, pack, codes, sum, parts)| (sku.to_owned(), pack, codes, sum, parts));
    assert_eq!(changed.lines.iter().map(shape).collect::<Vec<_>>(), expected);
    let lines = [
        line("a", 1, doc! { "pack": 5_i64, "codes": [7], "sum": 5_i64, "parts": [], "unknown": "kept" }),
        line("a", 1, doc! { "pack": 3_i64, "codes": [7], "parts": [] }),
        line("b", 1, doc! { "pack": 2_i64, "sum": Bson::Null, "parts": [] }),
    ];
    assert_eq!(fixture.stored("carts").await, [doc! { "_id": 1_i64, "lines": lines.to_vec() }]);
}

#[tokio::test]
async fn every_operator_changes_items() {
    let rich = doc! { "sum": 5_i64, "pack": 6_i64, "codes": [1, 2], "parts": [{ "count": 1 }, { "count": 2 }], "spot": { "count": 3 } };
    let fixture = with(doc! { "lines": [whole("a", 4, rich), whole("b", 4, doc! {})] }).await;
    let one = || fixture.db.update(Cart::id.eq(1));
    let a = || Line::sku.eq("a");
    let first = one().update_where(Cart::lines, a(), |line| {
        let line =
            line.mul(Line::qty, 3).max(Line::sum, 7).bit_xor(Line::pack, 3).pull(Line::codes, 1).pull_where(Line::parts, Part::count.gt(1));
        line.min(Line::spot.count(), 2).set(Line::note, "$qty").push(Line::slots, None)
    });
    let first = first.await.unwrap().lines[0].clone();
    let spot = Some(part(2));
    let note = Some("$qty".to_owned());
    let expected =
        Line { sku: "a".into(), qty: 12, note, sum: Some(7), pack: 5, codes: vec![2], parts: vec![part(1)], slots: vec![None], spot };
    assert_eq!(first, expected);
    let second = one().update_where(Cart::lines, a(), |line| {
        let line = line.push_all(Line::slots, [Some(part(1)), None]).add_to_set(Line::parts, part(1)).pop(Line::codes).inc(Line::sum, -8);
        line.set(Line::spot, None).unset(Line::pack).unset(Line::note)
    });
    let second = second.await.unwrap();
    let slots = vec![None, Some(part(1)), None];
    let expected = Line { note: None, sum: Some(-1), pack: 1, codes: vec![], slots, spot: None, ..expected };
    assert_eq!(second.lines[0], expected);
    let third = one().update_where(Cart::lines, a(), |line| {
        line.add_all_to_set(Line::codes, [3, 3]).pop_first(Line::slots).add_to_set(Line::parts, part(9)).unset(Line::sum)
    });
    // Of a list with a greatest length, what several items make is not known.
    assert_eq!(rules(&third.await.unwrap_err()), "`lines.codes` needs one item at a time, so that the length of the list can be checked");
    let third = one().update_where(Cart::lines, a(), |line| line.pop_first(Line::slots).add_to_set(Line::parts, part(9)).unset(Line::sum));
    let third = third.await.unwrap();
    let expected = Line { slots: vec![Some(part(1)), None], parts: vec![part(1), part(9)], sum: None, ..expected };
    assert_eq!(third.lines[0], expected);
    let untouched = Line { sku: "b".into(), qty: 4, pack: 1, slots: vec![], parts: vec![], ..expected };
    assert_eq!(third.lines[1], untouched);
}

#[tokio::test]
async fn below_what_is_not_there_no_item_is() {
    let fixture = with(doc! { "lines": [] }).await;
    let one = || fixture.db.update(Cart::id.eq(1));
    let update = || one().update_where(Cart::home.lines(), Line::sku.eq("a"), |line| line.inc(Line::qty, 1));
    assert_eq!(rules(&update().await.unwrap_err()), "`home.lines` needs `home` to be some");
    fixture.raw.collection::<Document>("carts").update_one(doc! {}, doc! { "$set": { "home": {} } }).await.unwrap();
    assert_eq!(update().await.unwrap().home, Some(Home { lines: vec![] }));
    assert_eq!(fixture.stored("carts").await, [doc! { "_id": 1_i64, "lines": [], "home": { "lines": [] } }]);
    one()
        .push(
            Cart::home.lines(),
            Line { sku: "a".into(), qty: 1, note: None, sum: None, pack: 1, codes: vec![], parts: vec![], slots: vec![], spot: None },
        )
        .await
        .unwrap();
    assert_eq!(update().await.unwrap().home.unwrap().lines[0].qty, 2);
}

#[tokio::test]
async fn every_kind_of_list_that_keeps_its_order_has_items_to_change() {
    #[derive(Debug, Clone, PartialEq, Model)]
    struct Track {
        #[chakra(id)]
        id: i64,
        ends: [Part; 2],
        queue: VecDeque<Part>,
        #[chakra(default = [Part { count: 1, label: None }])]
        usual: Vec<Part>,
    }
    let fixture = fixture::<Track>().await;
    fixture.store("tracks", doc! { "_id": 1_i64, "ends": [{ "count": 1 }, { "count": 2 }], "queue": [{ "count": 3 }] }).await;
    let add = |part: Update<Part, chakra::query::Element>| part.inc(Part::count, 10);
    let update = fixture.db.update(Track::id.eq(1)).update_where(Track::ends, Part::count.gt(1), add);
    let update = update.update_where(Track::queue, Filter::<Part>::all(), add).update_where(Track::usual, Part::count.eq(1), add);
    let changed = update.await.unwrap();
    assert_eq!((changed.ends, changed.queue), ([part(1), part(12)], VecDeque::from([part(13)])));
    // A list that is missing has the items of its default.
    assert_eq!(changed.usual, [part(11)]);
    assert_eq!(fixture.commands(), MENDED);
}

#[tokio::test]
async fn contradictions_in_items_are_refused_before_anything_is_sent() {
    let fixture = with(doc! { "lines": [whole("a", 1, doc! {})] }).await;
    let one = || fixture.db.update(Cart::id.eq(1));
    let a = || Line::sku.eq("a");
    let parts =
        |line: Update<Line, chakra::query::Element>| line.update_where(Line::parts, Part::count.gt(1), |part| part.inc(Part::count, 1));
    for (update, expected) in [
        (one().update_where(Cart::lines, a(), |line| line), "`lines` needs at least one change of its items"),
        (one().update_where(Cart::lines, a(), |line| line.inc(Line::qty, 1).set(Line::qty, 1)), "`lines.qty` needs one change only"),
        (
            one().update_where(Cart::lines, a(), |line| line.set(Line::spot.label(), "x").set(Line::spot, None)),
            "`lines.spot` needs no change along with one of `lines.spot.label`",
        ),
        (
            one().update_where(Cart::lines, a(), |line| line.set(Line::spot, None).inc(Line::spot.count(), 1)),
            "`lines.spot.count` needs no change along with one of `lines.spot`",
        ),
        (one().update_where(Cart::lines, a(), |line| parts(parts(line))), "`lines.parts` needs one change only"),
        (
            one().update_where(Cart::lines, a(), |line| {
                line.update_where(Line::parts, Part::count.gt(1), |part| part.inc(Part::count, 1).inc(Part::count, 2))
            }),
            "`lines.parts.count` needs one change only",
        ),
        (one().update_where(Cart::lines, a(), |line| line.inc(Line::qty, 1)).pop(Cart::lines), "`lines` needs one change only"),
        (one().update_where(Cart::lines, a(), |line| line.push_all(Line::codes, [1, 2, 3])), "`lines.codes` needs at most 2 items"),
        (
            one().update_where(Cart::lines, a(), |line| line.add_all_to_set(Line::parts, [part(1), part(2)])),
            "`lines.parts` needs one such item at a time in the items of a list",
        ),
        (
            one().update_where(Cart::lines, a(), |line| line.set(Line::spot.count(), None)),
            "`lines.spot.count` needs a value: the document cannot be read without it",
        ),
        (
            one().inc(Cart::price, 1).update_where(Cart::lines, a(), |line| line.inc(Line::qty, 1)),
            "`lines` needs an update of its own: it cannot be made along with the change of `price`",
        ),
    ] {
        assert_eq!(rules(&update.await.unwrap_err()), expected);
    }
    nothing_sent(&fixture);
}

/// Paths are said as a user knows them, not as the server is told of them.
#[tokio::test]
async fn a_refusal_in_items_names_their_path() {
    let fixture = with(doc! { "lines": [whole("a", 1, doc! {})] }).await;
    let update = fixture
        .db
        .update(Cart::id.eq(1))
        .update_where(Cart::lines, Line::sku.eq("a"), |line| line.pull_all(Line::slots, [None, Some(part(1))]));
    assert_eq!(rules(&update.await.unwrap_err()), "`lines.slots` needs `None` and other items in updates of their own");
    nothing_sent(&fixture);
}
