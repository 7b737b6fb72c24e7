//! `bulk`: what is sent, in how many commands, what is stored then, and what is said of operations that failed.

use crate::{
    models::{Post, User},
    support::{Fixture, Sent},
};
use bson::{Bson, Document, doc};
use chakra::{
    Builder, Draft, Error, Outcome,
    action::{Bulk, BulkReport},
    prelude::*,
};
use chakra_testkit::TestServer;

#[derive(Debug, Clone, PartialEq, Model)]
struct Card {
    #[chakra(id)]
    id: i64,
    #[chakra(unique)]
    name: String,
    stock: i32,
    #[chakra(default = 5)]
    rank: i64,
    #[chakra(max_length = 3)]
    codes: Vec<i32>,
    note: Option<String>,
    #[chakra(updated_at)]
    updated_at: DateTime<Utc>,
    #[chakra(version)]
    version: i64,
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Visit {
    #[chakra(id)]
    id: i64,
    card: i64,
}

/// When the clock of these tests stands still.
fn now() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(1_700_000_000_123).unwrap()
}

fn models(builder: Builder) -> Builder {
    builder.model::<Card>().model::<Visit>().clock(now)
}

fn draft(id: i64) -> Draft<Card> {
    Draft::of(Card::draft().id(id).name(format!("n{id}")).stock(1))
}

fn visit(id: i64, card: i64) -> Draft<Visit> {
    Draft::of(Visit::draft().id(id).card(card))
}

/// As `draft` is stored, once it was written so many times more; at first long ago.
fn stored(id: i64, writes: i64) -> Document {
    let touched = if writes == 0 { 0 } else { now().timestamp_millis() };
    doc! {
        "_id": id, "name": format!("n{id}"), "stock": 1, "rank": 5_i64, "codes": [],
        "updated_at": bson::DateTime::from_millis(touched), "version": writes,
    }
}

fn created(id: i64) -> Document {
    but(stored(id, 0), doc! { "updated_at": bson::DateTime::from_millis(now().timestamp_millis()) })
}

fn but(mut document: Document, more: Document) -> Document {
    document.extend(more);
    document
}

/// The cards 1 to 3, stored behind Chakra's back.
async fn filled(fixture: Fixture) -> Fixture {
    fixture.db.sync().await.unwrap();
    for id in 1..=3 {
        fixture.store("cards", stored(id, 0)).await;
    }
    fixture.commands();
    fixture
}

async fn fixture() -> Fixture {
    filled(Fixture::new(models).await).await
}

/// What was applied, and which operations failed.
fn failure(error: &Error) -> (BulkReport, Vec<usize>, Outcome) {
    match error {
        Error::Bulk { inserted, failed, outcome, applied: Some(applied), .. } => {
            assert_eq!((*inserted, error.outcome()), (applied.created, *outcome));
            (**applied, failed.iter().map(|(at, _)| *at).collect(), *outcome)
        }
        other => panic!("{other:?}"),
    }
}

fn failed(error: &Error, operation: usize) -> &Error {
    match error {
        Error::Bulk { failed, .. } => &failed.iter().find(|(at, _)| *at == operation).unwrap().1,
        other => panic!("{other:?}"),
    }
}

fn report(created: u64, matched: u64, modified: u64, deleted: u64) -> BulkReport {
    BulkReport { created, matched, modified, deleted }
}

#[tokio::test]
async fn writes_of_two_models_are_made_in_order() {
    let fixture = fixture().await;
    let third =
        Card { id: 3, name: "third".into(), stock: 9, rank: 7, codes: vec![1], note: None, updated_at: DateTime::UNIX_EPOCH, version: 40 };
    let report_of_all = fixture
        .db
        .bulk()
        .create(draft(10))
        .create_many([visit(1, 10), visit(2, 1)])
        .update(Card::id.eq(1), |card| card.set(Card::note, "x").inc(Card::stock, 1))
        .update_many(Card::id.gte(2) & Card::id.lte(3), |card| card.set(Card::note, "y"))
        .replace(Card::id.eq(3), &third)
        .update(Card::name.eq("nobody"), |card| card.set(Card::note, "z"))
        .delete(Card::id.eq(2))
        .delete(Card::id.eq(99))
        .delete_many(Visit::card.eq(10))
        .await
        .unwrap();
    assert_eq!(report_of_all, report(3, 4, 4, 2));
    assert_eq!(fixture.commands(), ["insert", "insert", "update", "delete", "delete"]);
    let replaced = but(stored(3, 2), doc! { "name": "third", "stock": 9, "rank": 7_i64, "codes": [1] });
    let expected = [but(stored(1, 1), doc! { "note": "x", "stock": 2 }), replaced, created(10)];
    assert_eq!(fixture.stored("cards").await, expected);
    assert_eq!(fixture.stored("visits").await, [doc! { "_id": 2_i64, "card": 1_i64 }]);
}

#[tokio::test]
async fn a_thousand_of_each_kind_are_three_commands() {
    let fixture = fixture().await;
    let db = &fixture.db;
    db.delete_many(Card::all()).await.unwrap();
    db.create_many((0..2_000).map(draft)).await.unwrap();
    fixture.commands();
    let mut bulk = db.bulk();
    for id in 0..1_000 {
        bulk = bulk.create(draft(5_000 + id)).update(Card::id.eq(id), |card| card.set(Card::note, "seen")).delete(Card::id.eq(1_000 + id));
    }
    assert_eq!(bulk.ordered(false).await.unwrap(), report(1_000, 1_000, 1_000, 1_000));
    assert_eq!(fixture.commands(), ["insert", "update", "delete"]);
    let cards = fixture.stored("cards").await;
    let seen = (0..1_000).map(|id| but(stored(id, 1), doc! { "note": "seen" }));
    let expected: Vec<Document> = seen.chain((5_000..6_000).map(created)).collect();
    assert!(cards == expected, "{} cards", cards.len());
}

#[tokio::test]
async fn an_empty_bulk_sends_nothing() {
    let fixture = fixture().await;
    assert_eq!(fixture.db.bulk().await.unwrap(), BulkReport::default());
    assert_eq!(fixture.db.bulk().create_many(Vec::<Draft<Card>>::new()).ordered(false).await.unwrap(), BulkReport::default());
    assert_eq!(fixture.commands(), Vec::<String>::new());
}

/// The only statement in a command's list.
fn statement(command: &Document, list: &str) -> Document {
    match command.get_array(list).unwrap().as_slice() {
        [Bson::Document(statement)] => statement.clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_statements_are_those_of_the_verbs() {
    let sent = Sent::with(models).await;
    let db = &sent.db;
    db.create_many([draft(1), draft(2)]).await.unwrap();
    let value = db.get(Card::id.eq(2)).await.unwrap();
    let first = || Card::id.eq(1);
    sent.commands();

    db.update(first()).inc(Card::stock, 2).push(Card::codes, 1).returning(Nothing).await.unwrap();
    db.update_many(Card::stock.lt(3)).set(Card::note, "a").unset(Card::rank).await.unwrap();
    db.replace(Card::name.eq("n2"), &value).returning(Nothing).await.unwrap();
    let updates: Vec<Document> = sent.commands().iter().map(|command| statement(command, "updates")).collect();
    db.delete(first()).returning(Nothing).await.unwrap();
    db.delete_many(Card::stock.gt(3)).await.unwrap();
    let deletes: Vec<Document> = sent.commands().iter().map(|command| statement(command, "deletes")).collect();

    let bulk = db
        .bulk()
        .update(first(), |card| card.inc(Card::stock, 2).push(Card::codes, 1))
        .update_many(Card::stock.lt(3), |card| card.set(Card::note, "a").unset(Card::rank))
        .replace(Card::name.eq("n2"), &value)
        .delete(first())
        .delete_many(Card::stock.gt(3));
    bulk.await.unwrap();
    // The list may be null, which `push` does not take: that goes ahead.
    let commands = sent.commands();
    let [mending, update, delete] = commands.as_slice() else { panic!("{commands:?}") };
    let expected = doc! {
        "q": { "_id": { "$in": [1_i64] }, "codes": { "$exists": true, "$not": { "$type": "array" } } },
        "u": [{ "$set": { "codes": { "$cond": [{ "$eq": [{ "$type": "$codes" }, "null"] }, "$$REMOVE", "$codes"] } } }],
        "multi": true,
    };
    assert_eq!(statement(mending, "updates"), expected);
    for (command, list, verbs, flag, flags) in [
        (update, "updates", updates, "multi", vec![Bson::from(false), Bson::from(true), Bson::from(false)]),
        (delete, "deletes", deletes, "limit", vec![Bson::from(1), Bson::from(0)]),
    ] {
        let statements: Vec<&Document> = command.get_array(list).unwrap().iter().filter_map(Bson::as_document).collect();
        let part = |statements: &[&Document], key: &str| statements.iter().map(|one| one.get(key).cloned()).collect::<Vec<_>>();
        let verbs: Vec<&Document> = verbs.iter().collect();
        for key in ["q", "u", "arrayFilters"] {
            assert_eq!(part(&statements, key), part(&verbs, key), "{key}");
        }
        assert_eq!(part(&statements, flag), flags.into_iter().map(Some).collect::<Vec<_>>());
        assert_eq!(command.get_document("writeConcern").unwrap().get_str("w").unwrap(), "majority");
        assert!(command.get_bool("ordered").unwrap());
    }
}

#[tokio::test]
async fn in_order_nothing_is_applied_after_a_failure() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let taken = Draft::of(Card::draft().id(11).name("n1").stock(1));
    let error = db
        .bulk()
        .create_many([draft(10), taken, draft(12)])
        .update(Card::id.eq(1), |card| card.set(Card::note, "x"))
        .delete(Card::id.eq(2))
        .await
        .unwrap_err();
    assert_eq!(failure(&error), (report(1, 0, 0, 0), vec![1], Outcome::Applied));
    assert!(matches!(failed(&error, 1), Error::Unique { model: "Card", index, .. } if &**index == "name_1"), "{error:?}");
    assert!(failed(&error, 1).is_unique_on(Card::name));
    assert_eq!(
        error.to_string(),
        "1 documents were created, 0 matched of which 0 were modified, 0 were deleted, and 1 operations failed; number 1: a `Card` with the \
         same `name` exists already (index `name_1`)"
    );
    assert_eq!(fixture.commands(), ["insert"]);
    let before = [stored(1, 0), stored(2, 0), stored(3, 0), created(10)];
    assert_eq!(fixture.stored("cards").await, before);

    let error = db
        .bulk()
        .delete(Card::id.eq(10))
        .update(Card::id.eq(3), |card| card.set(Card::note, "x"))
        .update(Card::id.eq(1), |card| card.set(Card::name, "n2"))
        .update(Card::id.eq(2), |card| card.set(Card::note, "x"))
        .delete(Card::id.eq(2))
        .await
        .unwrap_err();
    assert_eq!(failure(&error), (report(0, 1, 1, 1), vec![2], Outcome::Applied));
    assert!(failed(&error, 2).is_unique_on(Card::name));
    assert_eq!(failed(&error, 2).outcome(), Outcome::NotApplied);
    assert_eq!(fixture.commands(), ["delete", "update"]);
    assert_eq!(fixture.stored("cards").await, [stored(1, 0), stored(2, 0), but(stored(3, 1), doc! { "note": "x" })]);

    let error = db.bulk().update(Card::id.eq(1), |card| card.set(Card::name, "n2")).await.unwrap_err();
    assert_eq!(failure(&error), (BulkReport::default(), vec![0], Outcome::NotApplied));
}

#[tokio::test]
async fn out_of_order_everything_else_is_applied() {
    let fixture = fixture().await;
    let error = fixture
        .db
        .bulk()
        .create(draft(1))
        .update(Card::id.eq(1), |card| card.set(Card::note, "x"))
        .create(draft(10))
        .update(Card::id.eq(2), |card| card.set(Card::name, "n3"))
        .create(visit(1, 1))
        .delete(Card::id.eq(3))
        .update(Card::id.eq(10), |card| card.set(Card::note, "x"))
        .ordered(false)
        .await
        .unwrap_err();
    assert_eq!(failure(&error), (report(2, 2, 2, 1), vec![0, 3], Outcome::Applied));
    assert!(failed(&error, 0).is_unique_on(Card::id) && failed(&error, 3).is_unique_on(Card::name), "{error:?}");
    assert_eq!(fixture.commands(), ["insert", "update", "insert", "delete"]);
    let expected = [but(stored(1, 1), doc! { "note": "x" }), stored(2, 0), but(stored(10, 1), doc! { "note": "x" })];
    assert_eq!(fixture.stored("cards").await, expected);
    assert_eq!(fixture.stored("visits").await.len(), 1);
}

#[tokio::test]
async fn a_document_that_the_collections_validator_refuses_is_named() {
    let fixture = fixture().await;
    let validator = doc! { "collMod": "cards", "validator": { "note": { "$ne": "refused" } } };
    fixture.raw.run_command(validator).await.unwrap();
    let bulk = fixture.db.bulk().update(Card::id.eq(1), |card| card.set(Card::note, "fine"));
    let error = bulk.update_many(Card::id.gte(2), |card| card.set(Card::note, "refused")).ordered(false).await.unwrap_err();
    // It is for many documents, of which the server does not tell how many it wrote before.
    assert_eq!(failure(&error), (report(0, 1, 1, 0), vec![1], Outcome::Unknown));
    assert!(matches!(failed(&error, 1), Error::Invalid { model: "Card", .. }), "{error:?}");
    assert_eq!(failed(&error, 1).outcome(), Outcome::Unknown);
    assert!(!fixture.stored("cards").await.iter().any(|card| card.get_str("note").is_ok_and(|note| note == "refused")));

    // Here the first one is written.
    let validator = doc! { "$or": [{ "_id": { "$ne": 3 } }, { "note": { "$ne": "y" } }] };
    fixture.raw.run_command(doc! { "collMod": "cards", "validator": validator }).await.unwrap();
    let all = |db: &Db| db.bulk().update_many(Card::id.gte(1), |card| card.set(Card::note, "y"));
    let error = all(&fixture.db).await.unwrap_err();
    assert_eq!(failure(&error), (BulkReport::default(), vec![0], Outcome::Unknown));
    let notes: Vec<bool> = fixture.stored("cards").await.iter().map(|card| card.get_str("note").is_ok_and(|note| note == "y")).collect();
    assert_eq!(notes, [true, true, false]);
    // A transaction takes it back.
    let error = fixture.db.transaction(|tx| async move { all(&tx).await }).await.unwrap_err();
    assert_eq!(failure(&error), (BulkReport::default(), vec![0], Outcome::NotApplied));
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Blob {
    #[chakra(id)]
    id: i64,
    #[chakra(unique)]
    name: String,
    text: String,
}

fn blob(id: i64) -> Blob {
    Blob { id, name: format!("n{id}"), text: String::new() }
}

#[tokio::test]
async fn large_statements_are_split_by_their_size_and_keep_their_positions() {
    let fixture = Fixture::new(|builder| builder.model::<Blob>()).await;
    let db = &fixture.db;
    db.sync().await.unwrap();
    db.insert_many(&(0..20).map(blob).collect::<Vec<_>>()).await.unwrap();
    fixture.commands();
    let text = "x".repeat(1 << 20);
    let update = |ordered| {
        (0..20_i64)
            .fold(db.bulk(), |bulk, id| {
                bulk.update(Blob::id.eq(id), |blob| {
                    let blob = blob.set(Blob::text, &text);
                    if id == 17 { blob.set(Blob::name, "n0") } else { blob }
                })
            })
            .ordered(ordered)
    };
    // 15 of them are less than 16 MB.
    let error = update(false).await.unwrap_err();
    assert_eq!(failure(&error), (report(0, 19, 19, 0), vec![17], Outcome::Applied));
    assert!(failed(&error, 17).is_unique_on(Blob::name));
    assert_eq!(fixture.commands(), ["update", "update"]);
    let error = update(true).await.unwrap_err();
    assert_eq!(failure(&error), (report(0, 17, 0, 0), vec![17], Outcome::NotApplied));

    fixture.commands();
    let create = |range: std::ops::Range<i64>| {
        let name = |id: i64| if id % 100 == 47 { "n0".to_owned() } else { format!("n{id}") };
        db.bulk().create_many(range.map(|id| Blob::draft().id(id).name(name(id)).text(&text)).collect::<Vec<_>>())
    };
    // 44 of them are less than 47 MB.
    let error = create(100..150).ordered(false).await.unwrap_err();
    assert_eq!(failure(&error), (report(49, 0, 0, 0), vec![47], Outcome::Applied));
    let error = create(200..250).await.unwrap_err();
    assert_eq!(failure(&error), (report(47, 0, 0, 0), vec![47], Outcome::Applied));
    assert_eq!(fixture.commands(), ["insert"; 4]);
    assert_eq!(db.count(Blob::all()).await.unwrap(), 20 + 49 + 47);
}

#[tokio::test]
async fn more_than_a_hundred_thousand_statements_are_split() {
    let sent = Sent::with(models).await;
    sent.db.create_many((0..3).map(draft)).await.unwrap();
    sent.commands();
    let bulk = (0..100_001_i64).fold(sent.db.bulk(), |bulk, id| bulk.delete(Card::id.eq(100_000 - id)));
    assert_eq!(bulk.deadline(std::time::Duration::from_secs(120)).await.unwrap(), report(0, 0, 0, 3));
    let sizes: Vec<usize> = sent.commands().iter().map(|command| command.get_array("deletes").unwrap().len()).collect();
    assert_eq!(sizes, [100_000, 1]);
}

#[tokio::test]
async fn what_is_not_right_is_said_of_every_operation_before_anything_is_sent() {
    let fixture = fixture().await;
    let value = fixture.db.get(Card::id.eq(2)).await.unwrap();
    fixture.commands();
    let user = User::draft().username("a").email("a@x").first_name("A").last_name("B");
    let error = fixture
        .db
        .bulk()
        .create(draft(10))
        .update(Card::id.eq(1), |card| card.set(Card::codes, [1, 2, 3, 4]))
        .update_many(Filter::<Card>::all_of([]), |card| card.set(Card::note, "x"))
        .delete_many(Filter::<Card>::all_of([]))
        .update(Card::id.eq(1), |card| card)
        .create(Card::draft().id(11).name("n11").stock(1).codes([1, 2, 3, 4]))
        .replace(Card::id.eq(1), &value)
        .replace(Card::id.eq(2), Card { codes: vec![1, 2, 3, 4], ..value.clone() })
        .create(user.posts(create([Post::draft().title("Hi")])))
        .delete(Card::id.eq(1))
        .await
        .unwrap_err();
    assert_eq!(failure(&error), (BulkReport::default(), vec![1, 2, 3, 4, 5, 6, 7, 8], Outcome::NotApplied));
    let rules = |operation: usize| match failed(&error, operation) {
        Error::Invalid { model, broken, .. } => format!("{model}: {}", broken[0]),
        other => panic!("{other:?}"),
    };
    for operation in [1, 5, 7] {
        assert_eq!(rules(operation), "Card: `codes` needs at most 3 items");
    }
    assert!(matches!(failed(&error, 2), Error::EmptyFilter { verb: "update_many", model: "Card" }));
    assert!(matches!(failed(&error, 3), Error::EmptyFilter { verb: "delete_many", model: "Card" }));
    assert_eq!(rules(4), "Card: it needs at least one change");
    assert_eq!(rules(6), "Card: `_id` needs the key's own value: the `_id` of a document never changes");
    assert_eq!(rules(8), "User: it needs no nested writes in a bulk");
    assert_eq!(fixture.commands(), Vec::<String>::new());
    assert_eq!(fixture.stored("cards").await, [stored(1, 0), stored(2, 0), stored(3, 0)]);
}

#[tokio::test]
async fn a_document_that_refuses_the_changes_stays_as_it_is() {
    let fixture = fixture().await;
    let full = but(stored(4, 0), doc! { "stock": i32::MAX, "codes": [1, 2, 3] });
    fixture.store("cards", full.clone()).await;
    let bulk = fixture.db.bulk().update(Card::id.eq(4), |card| card.inc(Card::stock, 1).set(Card::note, "x"));
    let bulk = bulk.update(Card::id.eq(1), |card| card.inc(Card::stock, 1));
    let done = bulk.update_many(Card::id.gte(3), |card| card.push(Card::codes, 7)).await.unwrap();
    assert_eq!(done, report(0, 2, 2, 0));
    let expected = [but(stored(1, 1), doc! { "stock": 2 }), stored(2, 0), but(stored(3, 1), doc! { "codes": [7] }), full];
    assert_eq!(fixture.stored("cards").await, expected);
}

#[tokio::test]
async fn documents_in_another_form_are_changed_too() {
    let fixture = fixture().await;
    let mut without_rank = stored(4, 0);
    without_rank.remove("rank");
    let null_list = but(stored(5, 0), doc! { "codes": Bson::Null });
    for document in [without_rank, null_list] {
        fixture.store("cards", document).await;
    }
    let bulk =
        fixture.db.bulk().update(Card::id.eq(4), |card| card.inc(Card::rank, 2)).update(Card::id.eq(1), |card| card.inc(Card::rank, 3));
    let bulk = bulk.update(Card::name.eq("n5"), |card| card.push(Card::codes, 7).inc(Card::rank, 4));
    // What brings them into the form that Chakra writes is not counted.
    assert_eq!(bulk.await.unwrap(), report(0, 3, 3, 0));
    assert_eq!(fixture.commands(), ["update", "update"]);
    let rank = |id: i64, rank: i64| but(stored(id, 1), doc! { "rank": rank });
    let expected = [rank(1, 8), stored(2, 0), stored(3, 0), rank(4, 7), but(rank(5, 9), doc! { "codes": [7] })];
    assert_eq!(fixture.stored("cards").await, expected);
    // Nothing is to be mended for changes that every form takes.
    fixture.db.bulk().update(Card::id.eq(1), |card| card.set(Card::rank, 1).inc(Card::stock, 1)).await.unwrap();
    assert_eq!(fixture.commands(), ["update"]);
}

#[tokio::test]
async fn in_order_an_update_finds_what_the_ones_before_it_left() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let bulk = db.bulk().update(Card::id.eq(1), |card| card.unset(Card::rank)).update(Card::id.eq(1), |card| card.inc(Card::rank, 1));
    assert_eq!(bulk.await.unwrap(), report(0, 2, 2, 0));
    assert_eq!(fixture.commands(), ["update"; 3]);
    db.update(Card::id.eq(2)).unset(Card::rank).await.unwrap();
    fixture.commands();
    let bulk = db.bulk().update(Card::id.eq(2), |card| card.set(Card::note, "x"));
    let bulk = bulk.update_many(Card::note.eq("x"), |card| card.inc(Card::rank, 1));
    assert_eq!(bulk.await.unwrap(), report(0, 2, 2, 0));
    assert_eq!(fixture.commands(), ["update"; 3]);
    let expected = [but(stored(1, 2), doc! { "rank": 6_i64 }), but(stored(2, 3), doc! { "rank": 6_i64, "note": "x" }), stored(3, 0)];
    assert_eq!(fixture.stored("cards").await, expected);
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Seat {
    #[chakra(id)]
    id: i64,
    #[chakra(unique, default = 100)]
    number: i64,
    #[chakra(default = 0)]
    row: i64,
}

/// A thousand seats, of which one has no number; the one that it reads as is another seat's.
async fn seats() -> Fixture {
    let fixture = Fixture::new(|builder| builder.model::<Seat>().model::<Visit>()).await;
    fixture.db.sync().await.unwrap();
    let seat = |id: i64| Seat { id, number: id * 2, row: 0 };
    fixture.db.insert_many(&(0..1_000).filter(|id| *id != 500).map(seat).collect::<Vec<_>>()).await.unwrap();
    fixture.store("seats", doc! { "_id": 500_i64, "row": 0_i64 }).await;
    fixture.commands();
    fixture
}

/// What is stored when those that `moved` names have their next number.
fn moved(moved: impl Fn(i64) -> bool) -> Vec<Document> {
    let seat = |id: i64| match id {
        500 => doc! { "_id": id, "row": 0_i64 },
        _ => doc! { "_id": id, "number": id * 2 + i64::from(moved(id)), "row": 0_i64 },
    };
    (0..1_000).map(seat).collect()
}

fn move_all(db: &Db) -> Bulk {
    (0..1_000_i64).fold(db.bulk(), |bulk, id| bulk.update(Seat::id.eq(id), |seat| seat.inc(Seat::number, 1)))
}

#[tokio::test]
async fn what_goes_ahead_fails_for_its_own_operation_alone() {
    let fixture = seats().await;
    let error = move_all(&fixture.db).create(visit(1, 1)).ordered(false).await.unwrap_err();
    assert_eq!(failure(&error), (report(1, 999, 999, 0), vec![500], Outcome::Applied));
    assert!(failed(&error, 500).is_unique_on(Seat::number), "{error:?}");
    // For all at once, then for each, and the updates of the others.
    assert_eq!(fixture.commands(), ["update", "update", "update", "insert"]);
    assert!(fixture.stored("seats").await == moved(|_| true));

    // In order what comes before is made, and nothing behind.
    let fixture = seats().await;
    let error = move_all(&fixture.db).create(visit(1, 1)).await.unwrap_err();
    assert_eq!(failure(&error), (report(0, 500, 500, 0), vec![500], Outcome::Applied));
    assert!(failed(&error, 500).is_unique_on(Seat::number), "{error:?}");
    // Once seat 50 has moved, seat 500 may have the number that it reads as; the next one is then seat 50's.
    assert_eq!(fixture.commands(), ["update"; 5]);
    let mut expected = moved(|id| id < 500);
    expected[500].insert("number", 100_i64);
    assert!(fixture.stored("seats").await == expected);

    // In a transaction nothing is.
    let fixture = seats().await;
    let error = fixture.db.transaction(|tx| async move { move_all(&tx).ordered(false).await }).await.unwrap_err();
    assert_eq!(failure(&error), (BulkReport::default(), vec![500], Outcome::NotApplied));
    assert!(failed(&error, 500).is_unique_on(Seat::number), "{error:?}");
    assert!(fixture.stored("seats").await == moved(|_| false));
}

#[tokio::test]
async fn in_order_what_goes_ahead_finds_the_room_that_was_made() {
    let fixture = seats().await;
    let make_room = || {
        let bulk = fixture.db.bulk().update(Seat::id.eq(50), |seat| seat.set(Seat::number, 5_001));
        bulk.update(Seat::id.eq(500), |seat| seat.inc(Seat::number, 1)).update(Seat::id.eq(7), |seat| seat.inc(Seat::row, 1))
    };
    assert_eq!(make_room().await.unwrap(), report(0, 3, 3, 0));
    // For all at once, for each, the first update, for each again, and the other updates.
    assert_eq!(fixture.commands(), ["update"; 5]);
    let mut expected = moved(|_| false);
    expected[50].insert("number", 5_001_i64);
    expected[500].insert("number", 101_i64);
    expected[7].insert("row", 1_i64);
    assert!(fixture.stored("seats").await == expected);

    // Where nothing comes before, it is not tried again.
    let fixture = seats().await;
    let bulk = fixture.db.bulk().update(Seat::id.eq(500), |seat| seat.inc(Seat::number, 1));
    let error = bulk.update(Seat::id.eq(50), |seat| seat.set(Seat::number, 5_001)).await.unwrap_err();
    assert_eq!(failure(&error), (BulkReport::default(), vec![0], Outcome::NotApplied));
    assert_eq!(fixture.commands(), ["update"; 2]);
    assert!(fixture.stored("seats").await == moved(|_| false));
}

#[tokio::test]
async fn what_was_refused_ahead_is_named_whatever_becomes_of_the_others() {
    let server = TestServer::start().await.unwrap();
    let fixture = Fixture::on_server(&server, |builder| builder.model::<Seat>().model::<Visit>()).await;
    let db = &fixture.db;
    db.sync().await.unwrap();
    fixture.store("seats", doc! { "_id": 1_i64, "number": 100_i64, "row": 0_i64 }).await;
    fixture.store("seats", doc! { "_id": 2_i64, "row": 0_i64 }).await;
    fixture.commands();
    let fail = async |mode: Bson, data: Document| {
        let command = doc! { "configureFailPoint": "failCommand", "mode": mode, "data": data };
        fixture.raw.client().database("admin").run_command(command).await.unwrap();
    };

    // Two commands go ahead, and the one behind them is made, but not on a majority yet.
    for (times, ordered) in [(1_i64, true), (2, false)] {
        let concern = doc! { "code": 64, "codeName": "WriteConcernFailed", "errmsg": "waiting for replication timed out" };
        let data = doc! { "failCommands": ["update"], "writeConcernError": concern, "appName": "chakra" };
        fail(Bson::from(doc! { "skip": 2 }), data).await;
        let bulk = db.bulk().update(Seat::id.eq(1), |seat| seat.inc(Seat::row, 1));
        let error = bulk.update(Seat::id.eq(2), |seat| seat.inc(Seat::number, 1)).ordered(ordered).await.unwrap_err();
        assert_eq!(failure(&error), (report(0, 1, 1, 0), vec![0, 1], Outcome::Applied));
        assert_eq!(failed(&error, 0).outcome(), Outcome::Applied);
        assert!(failed(&error, 1).is_unique_on(Seat::number), "{error:?}");
        assert_eq!(failed(&error, 1).outcome(), Outcome::NotApplied);
        assert_eq!(fixture.commands(), ["update"; 3]);
        fail(Bson::from("off"), doc! {}).await;
        let first = doc! { "_id": 1_i64, "number": 100_i64, "row": times };
        assert_eq!(fixture.stored("seats").await, [first, doc! { "_id": 2_i64, "row": 0_i64 }]);
    }

    // What goes ahead is lost: the operation that it is for is not made, and that is known.
    let lost = || doc! { "failCommands": ["update"], "closeConnection": true, "appName": "chakra" };
    let inc = |bulk: Bulk| bulk.update(Seat::id.eq(1), |seat| seat.inc(Seat::row, 1));
    fail(Bson::from(doc! { "times": 1 }), lost()).await;
    let error = inc(db.bulk().create(visit(1, 1))).await.unwrap_err();
    assert_eq!(failure(&error), (report(1, 0, 0, 0), vec![1], Outcome::Applied));
    assert_eq!(failed(&error, 1).outcome(), Outcome::NotApplied);
    assert_eq!(fixture.commands(), ["insert", "update"]);
    fail(Bson::from(doc! { "times": 1 }), lost()).await;
    let error = inc(db.bulk()).await.unwrap_err();
    assert!(matches!(error, Error::Driver(_)), "{error:?}");
    assert_eq!((error.outcome(), error.is_retryable()), (Outcome::NotApplied, true));
}

#[tokio::test]
async fn what_goes_ahead_by_a_filter_fails_beside_what_does_by_ids() {
    let fixture = seats().await;
    let by_number = || {
        let bulk = fixture.db.bulk().update(Seat::id.eq(7), |seat| seat.inc(Seat::row, 1));
        let bulk = bulk.update_many(Seat::id.gte(499) & Seat::id.lte(501), |seat| seat.inc(Seat::number, 10_000));
        bulk.update(Seat::id.eq(500), |seat| seat.inc(Seat::number, 1)).update(Seat::id.eq(8), |seat| seat.inc(Seat::row, 1))
    };
    let error = by_number().ordered(false).await.unwrap_err();
    assert_eq!(failure(&error), (report(0, 2, 2, 0), vec![1, 2], Outcome::Applied));
    assert_eq!(fixture.commands(), ["update"; 3]);
    let error = by_number().await.unwrap_err();
    assert_eq!(failure(&error), (report(0, 1, 1, 0), vec![1], Outcome::Applied));
    let rows: Vec<i64> = fixture.stored("seats").await.iter().map(|seat| seat.get_i64("row").unwrap()).collect();
    assert_eq!((rows[7], rows[8], rows.iter().sum::<i64>()), (2, 1, 3));
}

#[tokio::test]
async fn numbers_of_a_sequence_are_taken_for_all_creates_at_once() {
    #[derive(Debug, Clone, PartialEq, Model)]
    struct Ticket {
        #[chakra(id, auto_increment)]
        id: i64,
        #[chakra(unique)]
        title: String,
    }
    let fixture = Fixture::new(|builder| builder.model::<Ticket>().model::<Visit>()).await;
    fixture.db.sync().await.unwrap();
    let ticket = |title: &str| Ticket::draft().title(title);
    fixture.db.create(ticket("a")).await.unwrap();
    fixture.commands();
    let bulk = fixture.db.bulk().create(ticket("b")).create(visit(1, 1)).create(ticket("c")).ordered(false);
    assert_eq!(bulk.await.unwrap(), report(3, 0, 0, 0));
    assert_eq!(fixture.commands(), ["findAndModify", "insert", "insert"]);
    let tickets = ["a", "b", "c"].into_iter().zip(1_i64..).map(|(title, id)| doc! { "_id": id, "title": title });
    assert_eq!(fixture.stored("tickets").await, tickets.collect::<Vec<_>>());
}

#[tokio::test]
async fn in_a_transaction_it_is_all_or_nothing() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let done = db
        .transaction(|tx| async move {
            let bulk = tx.bulk().create(draft(10)).update(Card::id.eq(1), |card| card.set(Card::note, "x"));
            bulk.delete(Card::id.eq(2)).await
        })
        .await
        .unwrap();
    assert_eq!(done, report(1, 1, 1, 1));
    assert_eq!(fixture.commands(), ["insert", "update", "delete", "commitTransaction"]);
    let expected = [but(stored(1, 1), doc! { "note": "x" }), stored(3, 0), created(10)];
    assert_eq!(fixture.stored("cards").await, expected);

    let error = db
        .transaction(|tx| async move {
            let bulk = tx.bulk().create(draft(11)).update(Card::id.eq(1), |card| card.set(Card::name, "n3"));
            bulk.delete(Card::id.eq(3)).ordered(false).await
        })
        .await
        .unwrap_err();
    assert_eq!(failure(&error), (BulkReport::default(), vec![1], Outcome::NotApplied));
    assert!(failed(&error, 1).is_unique_on(Card::name));
    assert_eq!(fixture.stored("cards").await, expected);
    // Whatever the closure makes of it, the server has given the transaction up.
    let swallowed = db
        .transaction(|tx| async move {
            tx.create(draft(12)).await?;
            let _ = tx.bulk().update(Card::id.eq(1), |card| card.set(Card::name, "n3")).await;
            Ok(())
        })
        .await;
    assert!(matches!(swallowed, Err(Error::Transaction { outcome: Outcome::NotApplied, .. })), "{swallowed:?}");
    assert_eq!(fixture.stored("cards").await, expected);
}

#[tokio::test]
async fn of_a_lost_connection_it_is_said_what_is_known() {
    let server = TestServer::start().await.unwrap();
    let fixture = filled(Fixture::on_server(&server, models).await).await;
    let db = &fixture.db;
    let fail = async |data: Document| {
        let command = doc! { "configureFailPoint": "failCommand", "mode": { "times": 1 }, "data": data };
        fixture.raw.client().database("admin").run_command(command).await.unwrap();
    };
    let lost = |command: &str| doc! { "failCommands": [command], "closeConnection": true, "appName": "chakra" };

    // The driver sends an insert again, and an update it does not.
    fail(lost("insert")).await;
    assert_eq!(db.bulk().create(draft(10)).await.unwrap(), report(1, 0, 0, 0));
    assert_eq!(fixture.commands(), ["insert", "insert"]);
    fail(lost("update")).await;
    let inc = || db.bulk().update(Card::id.eq(1), |card| card.inc(Card::stock, 1));
    let error = inc().delete(Card::id.eq(1)).await.unwrap_err();
    assert!(matches!(error, Error::Driver(_)), "{error:?}");
    assert_eq!((error.outcome(), error.is_retryable()), (Outcome::Unknown, false));
    assert_eq!(fixture.commands(), ["update"]);

    fail(lost("update")).await;
    let bulk = db.bulk().create(draft(11)).delete(Card::id.eq(3)).update(Card::id.eq(2), |card| card.set(Card::note, "x"));
    let error = bulk.delete(Card::id.eq(1)).ordered(false).await.unwrap_err();
    assert_eq!(failure(&error), (report(1, 0, 0, 2), vec![2], Outcome::Unknown));
    assert_eq!(failed(&error, 2).outcome(), Outcome::Unknown);
    assert_eq!(fixture.commands(), ["insert", "delete", "update"]);
    // The server closed the connection before it did anything.
    assert_eq!(fixture.stored("cards").await, [stored(2, 0), created(10), created(11)]);

    // Made, but not on a majority yet.
    let concern = doc! { "code": 64, "codeName": "WriteConcernFailed", "errmsg": "waiting for replication timed out" };
    fail(doc! { "failCommands": ["update"], "writeConcernError": concern, "appName": "chakra" }).await;
    let bulk = db.bulk().update(Card::id.eq(2), |card| card.set(Card::note, "x")).delete(Card::id.eq(10));
    let error = bulk.await.unwrap_err();
    assert_eq!(failure(&error), (report(0, 1, 1, 0), vec![0], Outcome::Applied));
    assert_eq!(failed(&error, 0).outcome(), Outcome::Applied);
    assert_eq!(fixture.stored("cards").await, [but(stored(2, 1), doc! { "note": "x" }), created(10), created(11)]);
}

#[tokio::test]
async fn a_standalone_server_takes_it_too() {
    let server = TestServer::standalone().await.unwrap();
    let fixture = filled(Fixture::on_server(&server, models).await).await;
    let bulk = fixture.db.bulk().create(draft(10)).update(Card::id.eq(1), |card| card.inc(Card::stock, 1)).delete(Card::id.eq(2));
    assert_eq!(bulk.await.unwrap(), report(1, 1, 1, 1));
    assert_eq!(fixture.stored("cards").await, [but(stored(1, 1), doc! { "stock": 2 }), stored(3, 0), created(10)]);
}
