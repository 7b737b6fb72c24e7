//! Documents that the model cannot read: an update that would change what is at fault is an error and leaves them alone, and in a series
//! they stand in nobody's way.

use super::{REFUSED, fixture, rules};
use crate::{models::Line, support::Fixture};
use bson::{Bson, Document, doc};
use chakra::{Error, Outcome, action::Updated, prelude::*, query::Update};
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Composite)]
struct Spot {
    x: f64,
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Barrel {
    #[chakra(id)]
    id: i64,
    stock: i32,
    #[chakra(default = 5)]
    rank: i64,
    #[chakra(default = 0)]
    flags: i32,
    name: Option<String>,
    tags: Vec<String>,
    lines: Vec<Line>,
    #[chakra(default = Spot { x: 1.5 })]
    spot: Spot,
    home: Option<Spot>,
    counts: BTreeMap<String, i32>,
}

/// Between two others that are fine, one with this instead of what the model reads there.
async fn with(field: &str, value: impl Into<Bson>) -> Fixture {
    let fixture = fixture::<Barrel>().await;
    let plain = |id: i64| doc! { "_id": id, "stock": 1, "flags": 1, "tags": [], "lines": [{ "sku": "a", "qty": 1 }], "home": { "x": 1.0 } };
    let mut odd = plain(2);
    odd.insert(field, value);
    for document in [plain(1), odd, plain(3)] {
        fixture.store("barrels", document).await;
    }
    fixture
}

async fn second(fixture: &Fixture) -> Document {
    fixture.stored("barrels").await.swap_remove(1)
}

/// The update of the document between the others is an error, and leaves it as it is.
async fn is_refused(fixture: &Fixture, update: Update<Barrel>) -> Error {
    let before = second(fixture).await;
    let updated = fixture.db.update(Barrel::id.eq(2)).set(Barrel::name, "changed").with(update.clone()).await;
    assert_eq!(second(fixture).await, before, "{update:?}: {updated:?}");
    updated.expect_err("what the model cannot read came back")
}

/// The others are changed, and this one is as it was.
async fn is_passed_over(fixture: &Fixture, update: Update<Barrel>) -> u64 {
    let before = second(fixture).await;
    let updated = fixture.db.update_many(Barrel::all()).set(Barrel::name, "changed").with(update.clone()).await;
    assert_eq!(second(fixture).await, before, "{update:?}: {updated:?}");
    let Updated { matched, modified, refused } = updated.unwrap_or_else(|error| panic!("{update:?} ended the series: {error:?}"));
    assert_eq!((matched, modified), (2, 2), "{update:?}");
    refused
}

#[tokio::test]
async fn a_number_beyond_its_type_has_no_room() {
    let fixture = with("stock", 1e300).await;
    fixture.commands();
    let above = "`stock` needs a value of at most 2147483647";
    assert_eq!(rules(&is_refused(&fixture, Update::new().inc(Barrel::stock, 1)).await), above);
    assert_eq!(fixture.commands(), REFUSED);
    assert_eq!(rules(&is_refused(&fixture, Update::new().mul(Barrel::stock, 2)).await), above);
    assert_eq!(is_passed_over(&fixture, Update::new().inc(Barrel::stock, 1)).await, 1);
    assert_eq!(is_passed_over(&fixture, Update::new().mul(Barrel::stock, 2)).await, 1);
}

#[tokio::test]
async fn a_double_beyond_every_whole_number_has_no_bits_and_no_sum() {
    for (field, value) in [("flags", 1e300), ("flags", f64::INFINITY), ("rank", -1e300), ("rank", f64::NEG_INFINITY)] {
        let fixture = with(field, value).await;
        let update = || match field {
            "flags" => Update::new().bit_or(Barrel::flags, 6),
            _ => Update::new().inc(Barrel::rank, 1),
        };
        let error = is_refused(&fixture, update()).await;
        assert_eq!(rules(&error), "it needs a stored form that the model can read", "{field}: {value}");
        assert_eq!(is_passed_over(&fixture, update()).await, 1, "{field}: {value}");
    }
}

/// To cut it off would make another number of it, which no one asked for.
#[tokio::test]
async fn a_fraction_is_not_cut_off() {
    for field in ["flags", "rank"] {
        let fixture = with(field, 1.5).await;
        let update = || match field {
            "flags" => Update::new().bit_or(Barrel::flags, 6),
            _ => Update::new().inc(Barrel::rank, 1),
        };
        let error = is_refused(&fixture, update()).await;
        assert_eq!(rules(&error), "it needs a stored form that the model can read", "{field}");
        assert_eq!(is_passed_over(&fixture, update()).await, 1, "{field}");
    }
}

#[tokio::test]
async fn what_is_of_another_type_is_not_calculated_with() {
    for (field, update) in [
        ("stock", Update::new().inc(Barrel::stock, 1)),
        ("stock", Update::new().mul(Barrel::stock, 2)),
        ("flags", Update::new().bit_or(Barrel::flags, 6)),
        ("rank", Update::new().inc(Barrel::rank, 1)),
        ("tags", Update::new().push(Barrel::tags, "a")),
        ("tags", Update::new().add_to_set(Barrel::tags, "a")),
        ("tags", Update::new().pull(Barrel::tags, "a")),
        ("tags", Update::new().pop(Barrel::tags)),
        ("lines", Update::new().pull_where(Barrel::lines, Line::qty.gt(1))),
        ("counts", Update::new().set(Barrel::counts.key("a"), 1)),
    ] {
        let fixture = with(field, "a text").await;
        let error = is_refused(&fixture, update.clone()).await;
        assert_eq!(rules(&error), "it needs a stored form that the model can read", "{update:?}");
        assert_eq!(error.outcome(), Outcome::NotApplied, "{update:?}");
    }
    let fixture = with("home", "a text").await;
    let error = is_refused(&fixture, Update::new().set(Barrel::home.x(), 2)).await;
    assert_eq!(rules(&error), "`home.x` needs `home` to be some");
    assert_eq!(is_passed_over(&fixture, Update::new().set(Barrel::home.x(), 2)).await, 1);
}

#[tokio::test]
async fn a_text_among_numbers_does_not_end_a_series() {
    for (field, update) in [
        ("stock", Update::new().inc(Barrel::stock, 1)),
        ("stock", Update::new().mul(Barrel::stock, 2)),
        ("flags", Update::new().bit_or(Barrel::flags, 6)),
        ("rank", Update::new().inc(Barrel::rank, 1)),
    ] {
        is_passed_over(&with(field, "a text").await, update).await;
    }
}

#[tokio::test]
async fn a_text_among_lists_does_not_end_a_series() {
    for (field, update) in [
        ("tags", Update::new().push(Barrel::tags, "a")),
        ("tags", Update::new().add_to_set(Barrel::tags, "a")),
        ("tags", Update::new().pull(Barrel::tags, "a")),
        ("tags", Update::new().pop(Barrel::tags)),
        ("lines", Update::new().pull_where(Barrel::lines, Line::qty.gt(1))),
    ] {
        is_passed_over(&with(field, "a text").await, update).await;
    }
}

#[tokio::test]
async fn what_is_no_list_is_not_replaced_by_one() {
    let update = || Update::new().update_where(Barrel::lines, Line::sku.eq("a"), |line| line.inc(Line::qty, 1));
    for value in [Bson::from("a text"), Bson::Int32(7), Bson::Document(doc! { "sku": "a", "qty": 1 })] {
        let fixture = with("lines", value).await;
        is_refused(&fixture, update()).await;
        is_passed_over(&fixture, update()).await;
    }
}

#[tokio::test]
async fn what_is_no_composite_is_not_replaced_by_a_default() {
    let update = || Update::new().set(Barrel::spot.x(), 2);
    for value in [Bson::from("a text"), Bson::Int32(7), Bson::Array(vec![Bson::Double(1.0)])] {
        let fixture = with("spot", value).await;
        is_refused(&fixture, update()).await;
        is_passed_over(&fixture, update()).await;
    }
}

/// The server does not read whole documents: what was asked for is done, and the error says so.
#[tokio::test]
async fn a_change_beside_what_cannot_be_read_is_made_and_said() {
    let fixture = with("stock", "a text").await;
    let error = fixture.db.update(Barrel::id.eq(2)).set(Barrel::name, "changed").await.unwrap_err();
    assert!(matches!(error, Error::Decode { model: "Barrel", collection: "barrels", .. }), "{error:?}");
    assert_eq!(error.outcome(), Outcome::Applied);
    assert!(error.to_string().contains("(_id 2)") && !error.to_string().contains("a text"), "{error}");
    assert_eq!(second(&fixture).await.get_str("name").unwrap(), "changed");
    // What puts another value there makes the document readable again.
    assert_eq!(fixture.db.update(Barrel::id.eq(2)).set(Barrel::stock, 3).await.unwrap().stock, 3);
}
