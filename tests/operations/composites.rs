//! Lists of composites and of tagged unions: which items are one and the same, however they are stored.

use super::{MENDED, fixture, nothing_sent, rules};
use crate::support::Fixture;
use bson::{Bson, Document, doc};
use chakra::{prelude::*, query::Update};

#[derive(Debug, Clone, PartialEq, Composite)]
struct Part {
    name: String,
    note: Option<String>,
    #[chakra(default = 1)]
    pack: i64,
    codes: Vec<i32>,
    weight: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Composite)]
#[chakra(tag = "kind")]
enum Media {
    Photo {
        url: String,
        by: Option<String>,
    },
    #[chakra(name = "LINK")]
    Link {
        url: String,
    },
    Nothing,
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Kit {
    #[chakra(id)]
    id: i64,
    price: Option<i64>,
    #[chakra(max_length = 4)]
    parts: Vec<Part>,
    slots: Vec<Option<Part>>,
    media: Vec<Media>,
}

fn part(name: &str) -> Part {
    Part { name: name.into(), note: None, pack: 1, codes: vec![], weight: None }
}

fn noted(name: &str, note: &str) -> Part {
    Part { note: Some(note.into()), ..part(name) }
}

/// All forms in which `part("a")` may be stored.
fn forms() -> Vec<Bson> {
    let forms = [
        doc! { "name": "a" },
        doc! { "name": "a", "pack": 1_i64, "codes": [] },
        doc! { "codes": [], "pack": 1, "name": "a" },
        doc! { "unknown": true, "name": "a", "also": { "name": "b" } },
        doc! { "name": "a", "note": Bson::Null, "pack": Bson::Null, "codes": Bson::Null, "weight": Bson::Null },
        doc! { "pack": 1.0, "name": "a" },
    ];
    forms.into_iter().map(Bson::Document).collect()
}

/// Items that are another one than `part("a")`.
fn others() -> Vec<Bson> {
    let others = [
        doc! { "name": "A" },
        doc! { "name": "a", "note": "keep me" },
        doc! { "name": "a", "note": "" },
        doc! { "name": "a", "pack": 2 },
        doc! { "name": "a", "codes": [1] },
        doc! { "name": "a", "weight": 0.0 },
        doc! { "name": "a", "weight": f64::NAN },
    ];
    others.into_iter().map(Bson::Document).collect()
}

async fn with(more: Document) -> Fixture {
    let fixture = fixture::<Kit>().await;
    let mut document = doc! { "_id": 1_i64 };
    document.extend(more);
    fixture.store("kits", document).await;
    fixture
}

fn names(parts: &[Part]) -> Vec<&str> {
    parts.iter().map(|part| part.name.as_str()).collect()
}

#[tokio::test]
async fn an_item_is_recognised_in_every_form() {
    let fixture = fixture::<Kit>().await;
    for (id, form) in (1_i64..).zip(forms()) {
        let before = doc! { "_id": id, "parts": [form] };
        fixture.store("kits", before.clone()).await;
        fixture.commands();
        let one = || fixture.db.update(Kit::id.eq(id));
        assert_eq!(one().add_to_set(Kit::parts, part("a")).await.unwrap().parts, [part("a")], "{before}");
        assert_eq!(one().add_all_to_set(Kit::parts, [part("a")]).await.unwrap().parts, [part("a")], "{before}");
        assert_eq!(fixture.stored("kits").await.last(), Some(&before), "it is left as it is");
        assert_eq!(fixture.commands(), ["findAndModify"; 2]);
        assert_eq!(one().pull(Kit::parts, part("a")).await.unwrap().parts, [], "{before}");
    }
}

#[tokio::test]
async fn another_item_is_added_and_not_pulled() {
    let fixture = fixture::<Kit>().await;
    for (id, other) in (1_i64..).zip(others()) {
        fixture.store("kits", doc! { "_id": id, "parts": [other.clone()] }).await;
        let one = || fixture.db.update(Kit::id.eq(id));
        assert_eq!(one().add_to_set(Kit::parts, part("a")).await.unwrap().parts.len(), 2, "{other}");
        let added = doc! { "name": "a", "pack": 1_i64, "codes": [] };
        let both = doc! { "_id": id, "parts": [other.clone(), added] };
        assert_eq!(fixture.stored("kits").await.last().unwrap().to_string(), both.to_string(), "as the codec writes it");
        assert_eq!(one().pull(Kit::parts, part("a")).await.unwrap().parts.len(), 1, "{other}");
        let kept = doc! { "_id": id, "parts": [other] };
        assert_eq!(fixture.stored("kits").await.last().unwrap().to_string(), kept.to_string());
    }
}

#[tokio::test]
async fn a_pull_takes_all_forms_and_no_other_item() {
    let all = [forms(), others(), forms()].concat();
    let fixture = with(doc! { "parts": all }).await;
    let one = || fixture.db.update(Kit::id.eq(1));
    let left = one().pull(Kit::parts, part("a")).await.unwrap().parts;
    assert_eq!((left.len(), names(&left)), (7, vec!["A", "a", "a", "a", "a", "a", "a"]));
    assert_eq!(left[1], noted("a", "keep me"));
    assert_eq!(one().pull_all(Kit::parts, [part("A"), noted("a", ""), part("b")]).await.unwrap().parts.len(), 5);
    assert_eq!(one().pull_where(Kit::parts, Part::note.eq("keep me") | Part::pack.gt(1)).await.unwrap().parts.len(), 3);
    // What is not there counts as its default, and NaN is no number above any other.
    assert_eq!(one().pull_where(Kit::parts, Part::pack.eq(1) & Part::weight.gte(0)).await.unwrap().parts.len(), 2);
    let left = one().pull_where(Kit::parts, Part::codes.is_empty()).await.unwrap().parts;
    assert_eq!(left, [Part { codes: vec![1], ..part("a") }]);
    assert_eq!(one().pull_where(Kit::parts, Filter::<Part>::all()).await.unwrap().parts, []);
    assert_eq!(fixture.stored("kits").await, [doc! { "_id": 1_i64, "parts": [] }]);
}

#[tokio::test]
async fn one_call_adds_no_item_twice() {
    let fixture = with(doc! { "parts": Bson::Null }).await;
    let one = || fixture.db.update(Kit::id.eq(1));
    assert_eq!(one().add_to_set(Kit::parts, part("b")).await.unwrap().parts, [part("b")]);
    assert_eq!(fixture.commands(), MENDED);
    let media = [Media::Nothing, Media::Link { url: "u".into() }, Media::Nothing, Media::Photo { url: "u".into(), by: None }];
    let added = one().add_all_to_set(Kit::media, media.clone()).await.unwrap();
    let expected = [media[0].clone(), media[1].clone(), media[3].clone()];
    assert_eq!(added.media, expected);
    assert_eq!(one().add_all_to_set(Kit::media, media).await.unwrap().media, expected);
    let stored = doc! { "_id": 1_i64, "parts": [{ "name": "b", "pack": 1_i64, "codes": [] }], "media": [
        { "kind": "Nothing" }, { "kind": "LINK", "url": "u" }, { "kind": "Photo", "url": "u" },
    ] };
    assert_eq!(fixture.stored("kits").await, [stored]);
    // NaN makes every item another one.
    let heavy = Part { weight: Some(f64::NAN), ..part("b") };
    assert_eq!(one().add_to_set(Kit::parts, heavy.clone()).await.unwrap().parts.len(), 2);
    assert_eq!(one().add_to_set(Kit::parts, heavy.clone()).await.unwrap().parts.len(), 3);
    assert_eq!(one().pull(Kit::parts, heavy).await.unwrap().parts.len(), 3);
}

#[tokio::test]
async fn a_list_of_composites_keeps_its_greatest_length() {
    let fixture = with(doc! { "parts": [{ "name": "a" }, { "name": "b" }, { "name": "c" }] }).await;
    let one = || fixture.db.update(Kit::id.eq(1));
    let longer = "`parts` needs at most 4 items";
    assert_eq!(rules(&one().push_all(Kit::parts, [part("d"), part("e")]).await.unwrap_err()), longer);
    assert_eq!(names(&one().push(Kit::parts, part("a")).await.unwrap().parts), ["a", "b", "c", "a"]);
    assert_eq!(rules(&one().push(Kit::parts, part("d")).await.unwrap_err()), longer);
    assert_eq!(rules(&one().add_to_set(Kit::parts, part("d")).await.unwrap_err()), longer);
    assert_eq!(names(&one().add_to_set(Kit::parts, part("b")).await.unwrap().parts), ["a", "b", "c", "a"]);
    assert_eq!(names(&one().pop_first(Kit::parts).await.unwrap().parts), ["b", "c", "a"]);
    assert_eq!(names(&one().add_to_set(Kit::parts, part("d")).await.unwrap().parts), ["b", "c", "a", "d"]);
}

#[tokio::test]
async fn none_is_an_item_among_composites() {
    let fixture = with(doc! { "slots": [{ "name": "a", "note": Bson::Null }, Bson::Null, { "name": "a", "note": "n" }] }).await;
    let one = || fixture.db.update(Kit::id.eq(1));
    let (a, noted) = (Some(part("a")), Some(noted("a", "n")));
    assert_eq!(one().add_to_set(Kit::slots, None).await.unwrap().slots, [a.clone(), None, noted.clone()]);
    assert_eq!(one().add_to_set(Kit::slots, part("a")).await.unwrap().slots, [a.clone(), None, noted.clone()]);
    let slots = one().add_all_to_set(Kit::slots, [Some(part("b")), None, Some(part("b"))]).await.unwrap().slots;
    assert_eq!(slots, [a.clone(), None, noted.clone(), Some(part("b"))]);
    assert_eq!(one().pull(Kit::slots, part("a")).await.unwrap().slots, [None, noted.clone(), Some(part("b"))]);
    assert_eq!(one().pull(Kit::slots, None).await.unwrap().slots, [noted.clone(), Some(part("b"))]);
    fixture.commands();
    let several = one().pull_all(Kit::slots, [None, Some(part("b"))]).await.unwrap_err();
    assert_eq!(rules(&several), "`slots` needs `None` and other items in updates of their own");
    nothing_sent(&fixture);
    assert_eq!(one().pull_all(Kit::slots, [Some(part("b")), Some(part("c"))]).await.unwrap().slots, [noted]);
}

/// Items of a union are told apart by their tag, whatever fields they share.
#[tokio::test]
async fn an_item_of_a_union_is_one_by_its_tag_and_the_fields_of_its_variant() {
    let media = [
        doc! { "kind": "Photo", "url": "u", "by": Bson::Null },
        doc! { "url": "u", "kind": "LINK", "by": "kept by nobody" },
        doc! { "kind": "Photo", "url": "u", "by": "ada" },
        doc! { "kind": "Nothing", "url": "u" },
    ];
    let photo = Media::Photo { url: "u".into(), by: None };
    let link = Media::Link { url: "u".into() };
    let signed = Media::Photo { url: "u".into(), by: Some("ada".into()) };
    let fixture = with(doc! { "media": media.to_vec() }).await;
    let one = || fixture.db.update(Kit::id.eq(1));
    let before = fixture.stored("kits").await;
    for item in [&photo, &link, &signed, &Media::Nothing] {
        assert_eq!(one().add_to_set(Kit::media, item).await.unwrap().media.len(), 4, "{item:?}");
    }
    assert_eq!(fixture.stored("kits").await, before);
    let left = one().pull(Kit::media, &photo).await.unwrap().media;
    assert_eq!(left, [link.clone(), signed.clone(), Media::Nothing]);
    assert_eq!(one().pull_all(Kit::media, [&link, &photo]).await.unwrap().media, [signed.clone(), Media::Nothing]);
    assert_eq!(one().pull_where(Kit::media, Media::photo().by().eq("ada")).await.unwrap().media, [Media::Nothing]);
    assert_eq!(one().pull_where(Kit::media, Media::link().is_none()).await.unwrap().media, []);
}

/// A change of an `Option` makes a pipeline of the whole update, in which every operator means the same.
#[tokio::test]
async fn in_a_pipeline_items_are_told_apart_in_the_same_way() {
    let fixture = fixture::<Kit>().await;
    let all = [forms(), others()].concat();
    for id in 1..=3_i64 {
        fixture.store("kits", doc! { "_id": id, "price": 1_i64, "parts": all.clone(), "slots": [Bson::Null, { "name": "a" }] }).await;
    }
    let priced = |id: i64, update: Update<Kit>| fixture.db.update(Kit::id.eq(id)).inc(Kit::price, 1).with(update);
    let pulled = priced(1, Update::new().pull(Kit::parts, part("a")).pull(Kit::slots, None)).await.unwrap();
    assert_eq!((pulled.price, names(&pulled.parts).len(), pulled.slots), (Some(2), 7, vec![Some(part("a"))]));
    let both = Update::new().pull_all(Kit::parts, [part("a"), noted("a", "keep me")]).pull_all(Kit::slots, [Some(part("a")), None]);
    let pulled = priced(2, both).await.unwrap();
    assert_eq!((pulled.price, pulled.parts.len(), pulled.slots), (Some(2), 6, vec![]));
    let added =
        priced(3, Update::new().pop(Kit::parts).add_all_to_set(Kit::slots, [None, Some(part("a")), Some(part("b"))])).await.unwrap();
    assert_eq!((added.price, added.parts.len(), added.slots), (Some(2), 12, vec![None, Some(part("a")), Some(part("b"))]));
}
