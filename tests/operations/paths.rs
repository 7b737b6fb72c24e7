//! Changes below composites, variants and maps that may not be there, and changes that contradict each other.

use super::{MENDED, REFUSED, fixture, nothing_sent, rules};
use crate::support::Fixture;
use bson::{Bson, Document, doc};
use chakra::{prelude::*, query::Update};
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Composite)]
struct Spot {
    x: f64,
    label: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Composite)]
struct Home {
    #[chakra(name = "town")]
    city: String,
    floor: Option<i32>,
    #[chakra(default = 1)]
    level: i32,
    spot: Option<Spot>,
    names: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Composite)]
#[chakra(tag = "kind")]
enum Media {
    Photo {
        url: String,
        width: i32,
        spot: Option<Spot>,
    },
    #[chakra(name = "LINK")]
    Link {
        url: String,
        tags: Vec<String>,
    },
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Page {
    #[chakra(id)]
    id: i64,
    #[chakra(default = 0)]
    hits: i32,
    home: Option<Home>,
    homes: Vec<Home>,
    #[chakra(default = Spot { x: 1.5, label: None })]
    spot: Spot,
    cover: Option<Media>,
    counts: BTreeMap<String, i32>,
    labels: Option<BTreeMap<String, String>>,
    places: BTreeMap<String, Home>,
}

async fn with(more: Document) -> Fixture {
    let fixture = fixture::<Page>().await;
    let mut document = doc! { "_id": 1_i64 };
    document.extend(more);
    fixture.store("pages", document).await;
    fixture
}

fn home(city: &str) -> Home {
    Home { city: city.into(), floor: None, level: 1, spot: None, names: vec![] }
}

/// What is stored of a field.
async fn stored(fixture: &Fixture, field: &str) -> Option<Bson> {
    fixture.stored("pages").await[0].get(field).cloned()
}

#[tokio::test]
async fn below_an_option_that_is_none_nothing_is_changed() {
    for none in [doc! {}, doc! { "home": Bson::Null }] {
        let fixture = with(none).await;
        let one = || fixture.db.update(Page::id.eq(1)).inc(Page::hits, 1);
        let before = fixture.stored("pages").await;
        let some = "needs `home` to be some";
        for (update, path) in [
            (Update::new().set(Page::home.city(), "Rome"), "home.town"),
            (Update::new().set(Page::home.floor(), None), "home.floor"),
            (Update::new().unset(Page::home.floor()), "home.floor"),
            (Update::new().inc(Page::home.level(), 1), "home.level"),
            (Update::new().min(Page::home.city(), "Rome"), "home.town"),
            (Update::new().mul(Page::home.floor(), 2), "home.floor"),
            (Update::new().bit_or(Page::home.level(), 2), "home.level"),
            (Update::new().push(Page::home.names(), "a"), "home.names"),
            (Update::new().add_to_set(Page::home.names(), "a"), "home.names"),
            (Update::new().pull(Page::home.names(), "a"), "home.names"),
            (Update::new().pop(Page::home.names()), "home.names"),
            (Update::new().set(Page::home.spot(), Spot { x: 1.0, label: None }), "home.spot"),
        ] {
            fixture.commands();
            assert_eq!(rules(&one().with(update).await.unwrap_err()), format!("`{path}` {some}"));
            assert_eq!(fixture.commands(), REFUSED, "{path}");
        }
        // Both are not there, and both are said.
        let error = one().set(Page::home.spot().x(), 2).await.unwrap_err();
        assert_eq!(rules(&error), "`home.spot.x` needs `home` to be some; `home.spot.x` needs `home.spot` to be some");
        // Two changes below one composite break one rule.
        let error = one().set(Page::home.city(), "Rome").push(Page::home.names(), "a").await.unwrap_err();
        assert_eq!(rules(&error), format!("`home.town` {some}"));
        assert_eq!(fixture.stored("pages").await, before);
    }
}

#[tokio::test]
async fn below_an_option_that_is_some_one_field_is_changed() {
    let fixture = with(doc! { "home": { "town": "Oslo", "unknown": 1, "names": Bson::Null } }).await;
    let one = || fixture.db.update(Page::id.eq(1));
    let changed = one().set(Page::home.city(), "Rome").inc(Page::home.floor(), 1).inc(Page::home.level(), 1).await.unwrap();
    assert_eq!(changed.home, Some(Home { level: 2, ..home("Rome") }), "a floor that is none stays none");
    assert_eq!(fixture.commands(), MENDED);
    let changed = one().set(Page::home.floor(), 3).push(Page::home.names(), "a").set(Page::home.spot(), Spot { x: 1.0, label: None });
    assert_eq!(changed.await.unwrap().home.unwrap().names, ["a"]);
    let changed = one().inc(Page::home.floor(), 1).mul(Page::home.spot().x(), 2.5).set(Page::home.spot().label(), "s").await.unwrap();
    let spot = Some(Spot { x: 2.5, label: Some("s".into()) });
    assert_eq!(changed.home, Some(Home { floor: Some(4), level: 2, spot, names: vec!["a".into()], ..home("Rome") }));
    let changed = one().set(Page::home.spot(), None).unset(Page::home.floor()).unset(Page::home.names()).await.unwrap();
    assert_eq!(changed.home, Some(Home { level: 2, ..home("Rome") }));
    let left = doc! { "town": "Rome", "unknown": 1, "level": 2 };
    assert_eq!(stored(&fixture, "home").await, Some(Bson::Document(left)));
    fixture.commands();
    let needed = "needs a value: the document cannot be read without it";
    assert_eq!(rules(&one().set(Page::home.city(), None).await.unwrap_err()), format!("`home.town` {needed}"));
    assert_eq!(rules(&one().unset(Page::home.spot().x()).await.unwrap_err()), format!("`home.spot.x` {needed}"));
    nothing_sent(&fixture);
}

#[tokio::test]
async fn a_composite_that_is_missing_begins_as_its_default() {
    let cases = [
        (Update::new().set(Page::spot.label(), "s"), 1.5, Some("s"), doc! { "x": 1.5, "label": "s" }),
        (Update::new().inc(Page::spot.x(), 1), 2.5, None, doc! { "x": 2.5 }),
        (Update::new().max(Page::spot.x(), 1), 1.5, None, doc! { "x": 1.5 }),
        (Update::new().unset(Page::spot.label()), 1.5, None, doc! { "x": 1.5 }),
    ];
    let fixture = fixture::<Page>().await;
    let mut id = 0_i64;
    for absent in [doc! {}, doc! { "spot": Bson::Null }] {
        for (update, x, label, spot) in cases.clone() {
            id += 1;
            let mut document = doc! { "_id": id };
            document.extend(absent.clone());
            fixture.store("pages", document).await;
            let changed = fixture.db.update(Page::id.eq(id)).with(update.clone()).await.unwrap().spot;
            assert_eq!((changed.x, changed.label.as_deref()), (x, label), "{update:?}");
            assert_eq!(fixture.commands(), MENDED, "{update:?}");
            assert_eq!(fixture.stored("pages").await.pop(), Some(doc! { "_id": id, "spot": spot }), "{update:?}");
        }
    }
    assert_eq!(fixture.db.update(Page::id.eq(1)).unset(Page::spot).await.unwrap().spot, Spot { x: 1.5, label: None });
}

#[tokio::test]
async fn only_the_variant_that_is_there_is_changed() {
    let fixture = with(doc! { "cover": { "kind": "LINK", "url": "l", "tags": ["a"] } }).await;
    let one = || fixture.db.update(Page::id.eq(1));
    let changed = one().set(Page::cover.link().url(), "m").push(Page::cover.link().tags(), "b").await.unwrap();
    assert_eq!(changed.cover, Some(Media::Link { url: "m".into(), tags: vec!["a".into(), "b".into()] }));
    let photo = "needs `cover` to be a `Photo`";
    assert_eq!(rules(&one().set(Page::cover.photo().url(), "p").await.unwrap_err()), format!("`cover.url` {photo}"));
    assert_eq!(rules(&one().inc(Page::cover.photo().width(), 1).await.unwrap_err()), format!("`cover.width` {photo}"));
    let error = one().set(Page::cover.photo().spot().label(), "s").await.unwrap_err();
    assert_eq!(rules(&error), format!("`cover.spot.label` {photo}; `cover.spot.label` needs `cover.spot` to be some"));
    let cover = doc! { "kind": "LINK", "url": "m", "tags": ["a", "b"] };
    assert_eq!(stored(&fixture, "cover").await, Some(Bson::Document(cover)));
    // The stored name of the variant, which is what the document says.
    one().set(Page::cover, Media::Photo { url: "p".into(), width: 1, spot: None }).await.unwrap();
    assert_eq!(rules(&one().pop(Page::cover.link().tags()).await.unwrap_err()), "`cover.tags` needs `cover` to be a `LINK`");
    assert_eq!(
        one().mul(Page::cover.photo().width(), 7).await.unwrap().cover,
        Some(Media::Photo { url: "p".into(), width: 7, spot: None })
    );
    one().set(Page::cover, None).await.unwrap();
    let error = one().set(Page::cover.photo().url(), "p").await.unwrap_err();
    assert_eq!(rules(&error), format!("`cover.url` needs `cover` to be some; `cover.url` {photo}"));
    fixture.commands();
    let whole = "`cover` needs a change of the whole union, or of one of the variant's fields: those stand beside its tag";
    assert_eq!(rules(&one().unset(Page::cover.photo()).await.unwrap_err()), whole);
    // Both variants have a `url`, and a document has one of them.
    let both = one().set(Page::cover.photo().url(), "p").set(Page::cover.link().url(), "l").await.unwrap_err();
    assert_eq!(rules(&both), "`cover.url` needs one change only");
    nothing_sent(&fixture);
}

#[tokio::test]
async fn an_entry_of_a_map_is_an_option() {
    let fixture = with(doc! { "counts": { "a": 1, "0": 5 }, "labels": { "a": "x" } }).await;
    let one = || fixture.db.update(Page::id.eq(1));
    // An entry that is not there is nothing to count from, and a key may look like an index.
    let changed = one().inc(Page::counts.key("a"), 1).inc(Page::counts.key("b"), 1).max(Page::counts.key("0"), 9).await.unwrap();
    assert_eq!(changed.counts, BTreeMap::from([("a".to_owned(), 2), ("0".to_owned(), 9)]));
    assert_eq!(fixture.commands(), ["findAndModify"]);
    let changed = one().set(Page::counts.key("b"), 3).set(Page::counts.key("a"), None).unset(Page::counts.key("0")).await.unwrap();
    assert_eq!(changed.counts, BTreeMap::from([("b".to_owned(), 3)]));
    let changed = one().set(Page::labels.key("a"), "$home").min(Page::labels.key("b"), "b").await.unwrap();
    assert_eq!(changed.labels, Some(BTreeMap::from([("a".to_owned(), "$home".to_owned())])));
    assert_eq!(stored(&fixture, "counts").await, Some(Bson::Document(doc! { "b": 3 })));
    one().set(Page::counts.key("b"), i32::MAX).await.unwrap();
    let error = one().inc(Page::counts.key("b"), 1).await.unwrap_err();
    assert_eq!(rules(&error), "`counts.b` needs a value of at most 2147483647");
    // The map as a whole may be a `None`, which has no entries.
    one().set(Page::labels, None).await.unwrap();
    assert_eq!(rules(&one().set(Page::labels.key("a"), "b").await.unwrap_err()), "`labels.a` needs `labels` to be some");
    assert_eq!(rules(&one().unset(Page::labels.key("a")).await.unwrap_err()), "`labels.a` needs `labels` to be some");
}

#[tokio::test]
async fn what_a_map_holds_is_changed_below_its_key() {
    let fixture = with(doc! { "places": { "a": { "town": "Oslo" } } }).await;
    let one = || fixture.db.update(Page::id.eq(1));
    let changed = one().set(Page::places.key("a").city(), "Rome").push(Page::places.key("a").names(), "x").await.unwrap();
    assert_eq!(changed.places, BTreeMap::from([("a".to_owned(), Home { names: vec!["x".into()], ..home("Rome") })]));
    let missing = one().set(Page::places.key("b").city(), "Rome").await.unwrap_err();
    assert_eq!(rules(&missing), "`places.b.town` needs `places.b` to be some");
    let missing = one().mul(Page::places.key("a").spot().x(), 2).await.unwrap_err();
    assert_eq!(rules(&missing), "`places.a.spot.x` needs `places.a.spot` to be some");
    let changed = one().inc(Page::places.key("a").level(), 4).set(Page::places.key("b"), home("Bonn")).await.unwrap();
    assert_eq!((changed.places["a"].level, changed.places["b"].city.as_str()), (5, "Bonn"));
    // Null is a map without entries, which is made a map before it gets one.
    fixture.store("pages", doc! { "_id": 2_i64, "places": Bson::Null, "counts": Bson::Null }).await;
    let two = || fixture.db.update(Page::id.eq(2));
    assert_eq!(rules(&two().set(Page::places.key("a").city(), "x").await.unwrap_err()), "`places.a.town` needs `places.a` to be some");
    assert_eq!(fixture.stored("pages").await[1], doc! { "_id": 2_i64, "places": Bson::Null, "counts": Bson::Null });
    fixture.commands();
    let changed = two().set(Page::places.key("a"), home("Bonn")).set(Page::counts.key("a"), 1).await.unwrap();
    assert_eq!((changed.places.len(), changed.counts.len()), (1, 1));
    assert_eq!(fixture.commands(), MENDED);
}

#[tokio::test]
async fn two_changes_of_one_place_are_refused_before_anything_is_sent() {
    let fixture = fixture::<Page>().await;
    let one = || fixture.db.update(Page::id.eq(1));
    for (update, expected) in [
        (one().inc(Page::hits, 1).inc(Page::hits, 1), "`hits` needs one change only"),
        (one().max(Page::hits, 1).unset(Page::hits), "`hits` needs one change only"),
        (one().push(Page::homes, home("a")).pop(Page::homes), "`homes` needs one change only"),
        (one().inc(Page::hits, 1).with(Update::new().set(Page::hits, 1)), "`hits` needs one change only"),
        (one().set(Page::home.spot().x(), 1).set(Page::home, None), "`home` needs no change along with one of `home.spot.x`"),
        (one().unset(Page::home).set(Page::home.city(), "x"), "`home.town` needs no change along with one of `home`"),
        (one().set(Page::home.spot(), None).inc(Page::home.spot().x(), 1), "`home.spot.x` needs no change along with one of `home.spot`"),
        (one().set(Page::counts.key("a"), 1).set(Page::counts, BTreeMap::new()), "`counts` needs no change along with one of `counts.a`"),
        (
            one().set(Page::places.key("a"), home("x")).set(Page::places.key("a").city(), "x"),
            "`places.a.town` needs no change along with one of `places.a`",
        ),
        (one().set(Page::cover, None).pop(Page::cover.link().tags()), "`cover.tags` needs no change along with one of `cover`"),
    ] {
        assert_eq!(rules(&update.await.unwrap_err()), expected);
    }
    let many = fixture.db.update_many(Page::all()).inc(Page::hits, 1).mul(Page::hits, 1);
    assert_eq!(rules(&many.await.unwrap_err()), "`hits` needs one change only");
    nothing_sent(&fixture);
    // A name that only begins like another is another place.
    fixture.store("pages", doc! { "_id": 1_i64, "home": { "town": "x" }, "counts": { "a": 1, "ab": 1 } }).await;
    let changed = one().set(Page::home, None).push(Page::homes, home("a")).inc(Page::counts.key("a"), 1).unset(Page::counts.key("ab"));
    let changed = changed.await.unwrap();
    assert_eq!((changed.home, changed.homes, changed.counts.len()), (None, vec![home("a")], 1));
}

#[tokio::test]
async fn an_id_never_changes_nor_does_a_part_of_it() {
    #[derive(Debug, Clone, PartialEq, Composite)]
    struct Place {
        aisle: i32,
        shelf: String,
    }
    #[derive(Debug, Clone, PartialEq, Model)]
    struct Stock {
        #[chakra(id)]
        id: Place,
        count: i32,
    }
    let fixture = fixture::<Stock>().await;
    let one = || fixture.db.update(Stock::id.eq(Place { aisle: 1, shelf: "a".into() }));
    let never = "needs no change: the `_id` of a document never changes";
    assert_eq!(rules(&one().inc(Stock::id.aisle(), 1).await.unwrap_err()), format!("`_id.aisle` {never}"));
    assert_eq!(rules(&one().set(Stock::id.shelf(), "b").inc(Stock::count, 1).await.unwrap_err()), format!("`_id.shelf` {never}"));
    nothing_sent(&fixture);
    fixture.db.insert_many(&[Stock { id: Place { aisle: 1, shelf: "a".into() }, count: 1 }]).await.unwrap();
    assert_eq!(one().inc(Stock::count, 1).await.unwrap().count, 2);
}
