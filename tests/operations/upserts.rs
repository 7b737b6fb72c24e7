//! Every operator in an upsert: where there is no document the draft is created as it is, and where there is one the changes are made to it.

use super::{fixture, nothing_sent, rules};
use crate::{
    models::{Address, Item, Line},
    support::Fixture,
};
use bson::{Bson, doc};
use chakra::{Draft, Patch, prelude::*, query::Update};

fn at(millis: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(millis).unwrap()
}

fn line(sku: &str, qty: i32) -> Line {
    Line { sku: sku.into(), qty, note: None }
}

/// What the draft creates.
fn item(id: i64) -> Item {
    Item {
        name: Some("n".into()),
        stock: 10,
        price: Some(2.0),
        rank: 6,
        tags: vec!["a".into(), "b".into()],
        codes: vec![1],
        lines: vec![line("x", 1), line("y", 2)],
        home: Some(Address { street: "s".into(), city: "Rome".into(), geo: None }),
        seen: Some(at(1_000)),
        ..Item::new(id)
    }
}

fn draft(id: i64) -> Draft<Item> {
    let Item { name, stock, price, rank, tags, codes, lines, home, seen, .. } = item(id);
    let draft = Item::draft().id(id).name(name).stock(stock).price(price).rank(rank).tags(tags).codes(codes).lines(lines);
    Draft::of(draft.home(home).seen(seen))
}

/// A change, and what it makes of the item.
type Case = (Update<Item>, fn(&mut Item));

fn numbers() -> Vec<Case> {
    vec![
        (Update::new().set(Item::stock, 3), |item| item.stock = 3),
        (Update::new().set(Item::price, None), |item| item.price = None),
        (Update::new().unset(Item::rank), |item| item.rank = 5),
        (Update::new().inc(Item::stock, -11), |item| item.stock = -1),
        (Update::new().inc(Item::price, 0.5), |item| item.price = Some(2.5)),
        (Update::new().mul(Item::stock, 7), |item| item.stock = 70),
        (Update::new().mul(Item::price, -2), |item| item.price = Some(-4.0)),
        (Update::new().min(Item::stock, 9), |item| item.stock = 9),
        (Update::new().min(Item::name, "m"), |item| item.name = Some("m".into())),
        (Update::new().max(Item::rank, 7), |item| item.rank = 7),
        (Update::new().max(Item::seen, at(2_000)), |item| item.seen = Some(at(2_000))),
        (Update::new().bit_and(Item::stock, 3), |item| item.stock = 2),
        (Update::new().bit_or(Item::stock, 5), |item| item.stock = 15),
        (Update::new().bit_xor(Item::rank, 3), |item| item.rank = 5),
        (Update::new().set(Item::home.city(), "Oslo"), |item| item.home.as_mut().unwrap().city = "Oslo".into()),
        (Update::new().patch(Item::name, Patch::Set("p")), |item| item.name = Some("p".into())),
        (Update::new().patch(Item::state, Patch::Set("old")), |item| item.state = "old".into()),
        (Update::new().patch(Item::home, Patch::<Address>::Unset), |item| item.home = None),
    ]
}

fn lists() -> Vec<Case> {
    vec![
        (Update::new().push(Item::tags, "a"), |item| item.tags.push("a".into())),
        (Update::new().push_all(Item::codes, [2, 1]), |item| item.codes = vec![1, 2, 1]),
        (Update::new().add_to_set(Item::codes, 1), |_| {}),
        (Update::new().add_to_set(Item::lines, line("x", 1)), |_| {}),
        (Update::new().add_all_to_set(Item::tags, ["b", "c"]), |item| item.tags.push("c".into())),
        (Update::new().pull(Item::tags, "a"), |item| item.tags = vec!["b".into()]),
        (Update::new().pull(Item::lines, line("x", 1)), |item| drop(item.lines.remove(0))),
        (Update::new().pull_all(Item::tags, ["a", "b", "c"]), |item| item.tags.clear()),
        (Update::new().pull_where(Item::lines, Line::qty.gt(1)), |item| drop(item.lines.remove(1))),
        (Update::new().pop(Item::codes), |item| item.codes.clear()),
        (Update::new().pop_first(Item::tags), |item| drop(item.tags.remove(0))),
        (Update::new().unset(Item::tags), |item| item.tags.clear()),
        (Update::new().update_where(Item::lines, Line::sku.eq("y"), |line| line.set(Line::note, "n").inc(Line::qty, 1)), |item| {
            item.lines[1] = Line { note: Some("n".into()), ..line("y", 3) };
        }),
        (Update::new().inc(Item::price, 1).push(Item::tags, "c").set(Item::name, None), |item| {
            (item.price, item.name) = (Some(3.0), None);
            item.tags.push("c".into());
        }),
    ]
}

#[tokio::test]
async fn a_draft_is_created_as_it_is_and_a_document_is_changed() {
    let fixture = fixture::<Item>().await;
    for (id, (update, change)) in (1_i64..).zip(numbers().into_iter().chain(lists())) {
        let upsert = || fixture.db.upsert(Item::id.eq(id)).create(draft(id)).with(update.clone());
        assert_eq!(upsert().await.unwrap(), item(id), "{update:?}");
        assert_eq!(fixture.commands(), ["findAndModify"; 2], "{update:?}");
        let mut changed = item(id);
        change(&mut changed);
        assert_eq!(upsert().await.unwrap(), changed, "{update:?}");
        assert_eq!(fixture.commands(), ["findAndModify"], "{update:?}");
        // In memory the same is made of the same.
        let mut value = item(id);
        update.apply(&mut value).unwrap();
        assert_eq!(value, changed, "{update:?}");
    }
}

#[tokio::test]
async fn the_servers_time_is_taken_for_a_change_only() {
    let fixture = fixture::<Item>().await;
    let upsert = || fixture.db.upsert(Item::id.eq(1)).create(draft(1)).current_date(Item::seen);
    assert_eq!(upsert().await.unwrap().seen, Some(at(1_000)));
    assert!(upsert().await.unwrap().seen > Some(at(1_000)));
}

#[tokio::test]
async fn what_a_change_refuses_is_asked_of_a_document_that_is_there() {
    let fixture = fixture::<Item>().await;
    let full = |id: i64| Item::draft().id(id).stock(i32::MAX).codes([1, 2, 3]);
    let upsert = |update: Update<Item>| fixture.db.upsert(Item::id.eq(1)).create(full(1)).with(update);
    let refused = [
        (Update::new().inc(Item::stock, 1), "`stock` needs a value of at most 2147483647"),
        (Update::new().push(Item::codes, 4), "`codes` needs at most 3 items"),
        (Update::new().set(Item::home.city(), "Rome"), "`home.town` needs `home` to be some"),
        (
            Update::new().inc(Item::stock, 1).add_to_set(Item::codes, 4),
            "`stock` needs a value of at most 2147483647; `codes` needs at most 3 items",
        ),
    ];
    // None of the changes is made to the draft, so none of them is refused.
    let created = upsert(Update::new().inc(Item::stock, 1).push(Item::codes, 4)).await.unwrap();
    assert_eq!((created.stock, created.codes), (i32::MAX, vec![1, 2, 3]));
    let before = fixture.stored("items").await;
    for (update, expected) in refused {
        fixture.commands();
        assert_eq!(rules(&upsert(update).await.unwrap_err()), expected);
        assert_eq!(fixture.commands(), ["findAndModify", "findAndModify", "aggregate"]);
    }
    assert_eq!(fixture.stored("items").await, before);
}

#[tokio::test]
async fn a_document_in_another_form_is_mended_and_changed() {
    let fixture = fixture::<Item>().await;
    fixture.store("items", doc! { "_id": 1_i64, "stock": 1, "codes": Bson::Null }).await;
    let upsert = || fixture.db.upsert(Item::id.eq(1)).create(draft(1)).inc(Item::rank, 1).push(Item::codes, 7);
    assert_eq!(upsert().await.unwrap(), Item { stock: 1, rank: 6, codes: vec![7], ..Item::new(1) });
    assert_eq!(fixture.commands(), ["findAndModify", "findAndModify", "aggregate", "update", "findAndModify"]);
    assert_eq!(upsert().await.unwrap().codes, [7, 7]);
    assert_eq!(fixture.commands(), ["findAndModify"]);
    let stored = doc! { "_id": 1_i64, "stock": 1, "codes": [7, 7], "rank": 7_i64 };
    assert_eq!(fixture.stored("items").await, [stored]);
}

#[tokio::test]
async fn contradictions_are_refused_before_anything_is_created() {
    let fixture = fixture::<Item>().await;
    let upsert = || fixture.db.upsert(Item::id.eq(1)).create(draft(1));
    for (update, expected) in [
        (upsert().inc(Item::stock, 1).set(Item::stock, 1), "`stock` needs one change only"),
        (upsert().set(Item::home, None).set(Item::home.city(), "x"), "`home.town` needs no change along with one of `home`"),
        (upsert().patch(Item::stock, Patch::<i32>::Unset), "`stock` needs a value: the document cannot be read without it"),
        (upsert().push_all(Item::codes, [1, 2, 3, 4]), "`codes` needs at most 3 items"),
    ] {
        assert_eq!(rules(&update.await.unwrap_err()), expected);
    }
    nothing_sent(&fixture);
}

/// A hundred changes of one counter, half of them by upserts that may create it.
#[tokio::test]
async fn upserts_and_updates_at_once_are_all_made() {
    let fixture = fixture::<Item>().await;
    fixture.db.upsert(Item::id.eq(1)).create(Item::draft().id(1).stock(0)).await.unwrap();
    let tasks = (0..100).map(|number| {
        let db = fixture.db.clone();
        tokio::spawn(async move {
            if number % 2 == 0 {
                db.upsert(Item::id.eq(1)).create(Item::draft().id(1).stock(0)).inc(Item::stock, 1).await
            } else {
                db.update(Item::id.eq(1)).inc(Item::stock, 1).await
            }
        })
    });
    for done in futures::future::try_join_all(tasks).await.unwrap() {
        done.unwrap();
    }
    assert_eq!(fixture.db.find_many(Item::all()).await.unwrap(), [Item { stock: 100, ..Item::new(1) }]);
}

/// What only a fixture that never saw the collection shows: the first of them creates it, whichever that is.
#[tokio::test]
async fn different_operators_at_once_create_one_document() {
    let fixture: Fixture = fixture::<Item>().await;
    let updates = [
        Update::new().inc(Item::stock, 1),
        Update::new().push(Item::tags, "t"),
        Update::new().inc(Item::price, 1),
        Update::new().update_where(Item::lines, Filter::<Line>::all(), |line| line.inc(Line::qty, 1)),
    ];
    let start = || Item::draft().id(1).stock(0).price(0.0).lines([line("x", 0)]);
    let tasks = (0..64).map(|number| {
        let upsert = fixture.db.upsert(Item::id.eq(1)).create(start()).with(updates[number % 4].clone());
        tokio::spawn(async move { upsert.await })
    });
    for done in futures::future::try_join_all(tasks).await.unwrap() {
        done.unwrap();
    }
    let found = fixture.db.find_many(Item::all()).await.unwrap();
    let [found] = found.as_slice() else { panic!("{found:?}") };
    // Whoever created it changed nothing.
    let changes =
        i64::from(found.stock) + i64::try_from(found.tags.len()).unwrap() + found.price.unwrap() as i64 + i64::from(found.lines[0].qty);
    assert_eq!(changes, 63, "{found:?}");
}
