//! Several changes in one update, changes without an effect, and many updates of one document at once.

use super::{fixture, nothing_sent, rules};
use crate::{
    models::{Address, Item, Line, User, ada},
    support::Fixture,
};
use bson::{Bson, Timestamp, doc};
use chakra::{Error, action::Updated, prelude::*, query::Update};
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

#[derive(Debug, Clone, PartialEq, Model)]
struct Pile {
    #[chakra(id)]
    id: i64,
    price: Option<i64>,
    #[chakra(default = 5)]
    rank: i64,
    flags: i32,
    stamp: Option<Timestamp>,
    seen: Option<DateTime<Utc>>,
    tags: Vec<String>,
    reals: Vec<f64>,
    lines: Vec<Line>,
    home: Option<Address>,
    note: Option<String>,
}

fn line(sku: &str, qty: i32) -> Line {
    Line { sku: sku.into(), qty, note: None }
}

fn pile(id: i64) -> Pile {
    let tags = ["a", "b", "c"].map(str::to_owned).into();
    let lines = vec![line("a", 1), line("b", 2)];
    let home = Some(Address { street: "s".into(), city: "Rome".into(), geo: None });
    Pile { id, price: Some(2), rank: 5, flags: 1, stamp: None, seen: None, tags, reals: vec![], lines, home, note: Some("n".into()) }
}

async fn with(piles: &[Pile]) -> Fixture {
    let fixture = fixture::<Pile>().await;
    fixture.db.insert_many(piles).await.unwrap();
    fixture.commands();
    fixture
}

#[tokio::test]
async fn all_changes_are_made_by_one_command() {
    let fixture = with(&[pile(1), pile(2)]).await;
    let at = DateTime::from_timestamp_millis(1_000).unwrap();
    let update = Update::new()
        .inc(Pile::rank, 2)
        .bit_or(Pile::flags, 6)
        .set(Pile::seen, at)
        .push(Pile::tags, "d")
        .update_where(Pile::lines, Line::sku.eq("b"), |line| line.inc(Line::qty, 40))
        .set(Pile::home.city(), "Oslo")
        .unset(Pile::note);
    let changed = fixture.db.update(Pile::id.eq(1)).with(update.clone()).await.unwrap();
    let tags = ["a", "b", "c", "d"].map(str::to_owned).into();
    let lines = vec![line("a", 1), line("b", 42)];
    let home = Some(Address { street: "s".into(), city: "Oslo".into(), geo: None });
    let expected = Pile { rank: 7, flags: 7, seen: Some(at), tags, lines, home, note: None, ..pile(1) };
    assert_eq!(changed, expected);
    assert_eq!(fixture.commands(), ["findAndModify"]);
    let many = fixture.db.update_many(Pile::all()).with(update).await.unwrap();
    assert_eq!(many, Updated { matched: 2, modified: 2, refused: 0 });
    assert_eq!(fixture.db.get(Pile::id.eq(2)).await.unwrap(), Pile { id: 2, ..expected });
}

/// One of the changes hangs on a `None`, and all of them are made by expressions.
#[tokio::test]
async fn all_changes_that_an_expression_can_make_go_along_with_one_of_an_option() {
    let fixture = with(&[pile(1), Pile { price: None, ..pile(2) }]).await;
    let at = DateTime::from_timestamp_millis(1_000).unwrap();
    let update = Update::new()
        .mul(Pile::price, -3)
        .inc(Pile::rank, 2)
        .max(Pile::flags, 9)
        .set(Pile::seen, at)
        .push_all(Pile::tags, ["$note", "a"])
        .pull(Pile::lines, line("a", 1))
        .add_all_to_set(Pile::reals, [1.5, 1.5, 2.0])
        .min(Pile::home.city(), "Oslo")
        .set(Pile::note, "$tags");
    let changed = fixture.db.update(Pile::id.eq(1)).with(update.clone()).await.unwrap();
    let tags = ["a", "b", "c", "$note", "a"].map(str::to_owned).into();
    let home = Some(Address { street: "s".into(), city: "Oslo".into(), geo: None });
    let (lines, reals) = (vec![line("b", 2)], vec![1.5, 2.0]);
    let note = Some("$tags".to_owned());
    let expected = Pile { price: Some(-6), rank: 7, flags: 9, seen: Some(at), tags, reals, lines, home, note, ..pile(1) };
    assert_eq!(changed, expected);
    assert_eq!(fixture.commands(), ["findAndModify"]);
    let changed = fixture.db.update(Pile::id.eq(2)).with(update).await.unwrap();
    assert_eq!(changed, Pile { id: 2, price: None, ..expected });
    // None of the stored types is another one than before.
    let stored = &fixture.stored("piles").await[0];
    assert_eq!((stored.get_i64("price").unwrap(), stored.get_i64("rank").unwrap(), stored.get_i32("flags").unwrap()), (-6, 7, 9));
    let popped = Update::new().inc(Pile::price, 1).pop(Pile::tags).pop_first(Pile::lines).unset(Pile::note).set(Pile::seen, None);
    let popped = fixture.db.update(Pile::id.eq(1)).with(popped).await.unwrap();
    assert_eq!((popped.price, popped.tags.len(), popped.lines.len(), popped.note, popped.seen), (Some(-5), 4, 0, None, None));
    assert_eq!(stored.get("note"), Some(&Bson::String("$tags".to_owned())));
    let stored = &fixture.stored("piles").await[0];
    assert!(!stored.contains_key("note") && !stored.contains_key("seen"), "{stored}");
}

#[tokio::test]
async fn what_no_expression_makes_is_refused_before_anything_is_sent() {
    let fixture = with(&[pile(1)]).await;
    let one = || fixture.db.update(Pile::id.eq(1));
    let priced = "needs an update of its own: it cannot be made along with the change of `price`";
    for (update, expected) in [
        (one().inc(Pile::price, 1).pull_where(Pile::lines, Line::qty.gt(1)), format!("`lines` {priced}")),
        (one().pull_where(Pile::lines, Line::qty.gt(1)).mul(Pile::price, 2), format!("`lines` {priced}")),
        (one().max(Pile::price, 1).bit_and(Pile::flags, 1), format!("`flags` {priced}")),
        (one().min(Pile::price, 1).current_date(Pile::stamp), format!("`stamp` {priced}")),
        (one().update_where(Pile::lines, Line::qty.gt(1), |line| line.inc(Line::qty, 1)).inc(Pile::price, 1), format!("`lines` {priced}")),
        (
            one().add_to_set(Pile::lines, line("a", 1)).bit_xor(Pile::flags, 1),
            "`flags` needs an update of its own: it cannot be made along with the change of `lines`".to_owned(),
        ),
        (
            one().add_all_to_set(Pile::reals, [f64::NAN, 1.0]).bit_xor(Pile::flags, 1),
            "`flags` needs an update of its own: it cannot be made along with the change of `reals`".to_owned(),
        ),
    ] {
        assert_eq!(rules(&update.await.unwrap_err()), expected);
    }
    let many = fixture.db.update_many(Pile::all()).inc(Pile::price, 1).bit_or(Pile::flags, 1).await.unwrap_err();
    assert_eq!(rules(&many), format!("`flags` {priced}"));
    let upsert = fixture.db.upsert(Pile::id.eq(1)).create(Pile::draft().id(1).flags(1)).inc(Pile::price, 1).bit_or(Pile::flags, 1);
    assert_eq!(rules(&upsert.await.unwrap_err()), format!("`flags` {priced}"));
    nothing_sent(&fixture);
    // In two updates both are made.
    assert_eq!(one().inc(Pile::price, 1).await.unwrap().price, Some(3));
    assert_eq!(one().pull_where(Pile::lines, Line::qty.gt(1)).bit_or(Pile::flags, 2).await.unwrap().lines, [line("a", 1)]);
}

#[tokio::test]
async fn an_update_without_an_effect_gives_the_document_back() {
    let fixture = with(&[pile(1), Pile { reals: vec![1.5], ..pile(2) }]).await;
    let without = [
        Update::new().pull(Pile::reals, f64::NAN),
        Update::new().pull_all(Pile::reals, [f64::NAN, f64::NAN]),
        Update::new().pull_all(Pile::tags, Vec::<String>::new()),
        Update::new().pull_where(Pile::lines, Line::sku.in_(Vec::<String>::new())),
        Update::new().update_where(Pile::lines, Line::qty.in_(Vec::<i32>::new()), |line| line.set(Line::qty, 1)),
        Update::new().pull(Pile::reals, f64::NAN).pull_all(Pile::tags, Vec::<String>::new()),
    ];
    for update in without {
        assert_eq!(fixture.db.update(Pile::id.eq(1)).with(update.clone()).await.unwrap(), pile(1), "{update:?}");
        assert_eq!(fixture.commands(), ["find"], "{update:?}");
        let many = fixture.db.update_many(Pile::all()).with(update.clone()).await.unwrap();
        assert_eq!(many, Updated { matched: 2, modified: 0, refused: 0 }, "{update:?}");
        let missing = fixture.db.update(Pile::id.eq(9)).with(update.clone()).await.unwrap_err();
        assert!(matches!(missing, Error::NotFound { model: "Pile", .. }), "{update:?}: {missing:?}");
        let upsert = fixture.db.upsert(Pile::id.eq(1)).create(Pile::draft().id(1).flags(9)).with(update.clone()).await.unwrap();
        assert_eq!(upsert, pile(1), "{update:?}");
        fixture.commands();
    }
    // A change that changes nothing is sent, since only the server knows.
    let same = fixture.db.update(Pile::id.eq(1)).set(Pile::flags, 1).max(Pile::rank, 1).add_to_set(Pile::tags, "a").await.unwrap();
    assert_eq!(same, pile(1));
    assert_eq!(fixture.commands(), ["findAndModify"]);
    let same = fixture.db.update_many(Pile::all()).set(Pile::flags, 1).max(Pile::rank, 1).pull(Pile::tags, "z").await.unwrap();
    assert_eq!(same, Updated { matched: 2, modified: 0, refused: 0 });
}

/// Whether they have an effect or not: someone wrote the document.
#[tokio::test]
async fn every_update_moves_version_and_updated_at() {
    let at = |millis: i64| DateTime::from_timestamp_millis(millis).unwrap();
    let clock = Arc::new(AtomicI64::new(0));
    let time = Arc::clone(&clock);
    let now = move || DateTime::from_timestamp_millis(time.load(Ordering::Relaxed)).unwrap();
    let fixture = Fixture::new(|builder| builder.model::<User>().clock(now)).await;
    let user = fixture.db.create(ada()).await.unwrap();
    let updates = [
        Update::new().set(User::bio, "b"),
        Update::new().pull_all(User::tags, Vec::<String>::new()),
        Update::new().max(User::bio, "a"),
        Update::new().inc(User::logins, 1),
    ];
    for (number, update) in (1_i64..).zip(updates) {
        clock.store(number * 60_000, Ordering::Relaxed);
        let changed = fixture.db.update(user.id).with(update.clone()).await.unwrap();
        assert_eq!((changed.version, changed.updated_at), (user.version + number, at(number * 60_000)), "{update:?}");
        assert_eq!(fixture.stored("users").await[0].get_i64("version").unwrap(), user.version + number, "{update:?}");
    }
    // A refused update moves nothing.
    let error = fixture.db.update(user.id).set(User::address.city(), "Rome").await.unwrap_err();
    assert_eq!(rules(&error), "`address.town` needs `address` to be some");
    assert_eq!(fixture.db.get(user.id).await.unwrap().version, user.version + 4);
}

#[tokio::test]
async fn many_different_updates_of_one_document_at_once_are_all_made() {
    const TASKS: i32 = 64;
    let fixture = fixture::<Item>().await;
    // Also in a form that has to be mended first, which several of them find.
    let lines = [doc! { "sku": "a", "qty": 0 }, doc! { "sku": "b", "qty": 0 }];
    let odd = doc! { "_id": 1_i64, "stock": 0, "price": 0.0, "codes": Bson::Null, "tags": Bson::Null, "lines": lines.to_vec() };
    fixture.store("items", odd).await;
    let tasks = (0..TASKS).map(|number| {
        let one = fixture.db.update(Item::id.eq(1));
        let update = match number % 8 {
            0 => one.inc(Item::stock, 1),
            1 => one.inc(Item::rank, 1),
            2 => one.inc(Item::price, 0.5),
            3 => one.push(Item::tags, number.to_string()),
            4 => one.add_to_set(Item::tags, "same"),
            5 => one.update_where(Item::lines, Line::sku.eq("a"), |line| line.inc(Line::qty, 1)),
            6 => one.inc(Item::stock, -3).max(Item::rank, 1),
            _ => one.push(Item::codes, number),
        };
        tokio::spawn(async move { update.await })
    });
    let done = futures::future::try_join_all(tasks).await.unwrap();
    let refused: Vec<String> = done.iter().filter_map(|done| done.as_ref().err()).map(rules).collect();
    // Of eight codes a list of three takes three.
    assert_eq!(refused, ["`codes` needs at most 3 items"; 5]);
    let item = fixture.db.get(Item::id.eq(1)).await.unwrap();
    assert_eq!((item.stock, item.rank, item.price), (8 - 24, 5 + 8, Some(4.0)));
    assert_eq!(item.lines, [line("a", 8), line("b", 0)]);
    assert_eq!(item.codes.len(), 3);
    let mut tags = item.tags;
    tags.sort_unstable();
    let mut expected: Vec<String> = (0..TASKS).filter(|number| number % 8 == 3).map(|number| number.to_string()).collect();
    expected.push("same".to_owned());
    expected.sort_unstable();
    assert_eq!(tags, expected);
}
