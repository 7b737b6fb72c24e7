//! `update_many` of documents in every form: what is counted, what is sent, and what is left alone.

use super::{fixture, nothing_sent, rules};
use crate::{
    models::{Item, Line},
    support::Fixture,
};
use bson::{Bson, Document, doc};
use chakra::{Patch, action::Updated, query::Update};

async fn with(documents: impl IntoIterator<Item = Document>) -> Fixture {
    let fixture = fixture::<Item>().await;
    for document in documents {
        fixture.store("items", document).await;
    }
    fixture
}

/// As the codec writes them: not odd to any operator.
fn plain(id: i64) -> Document {
    doc! { "_id": id, "stock": 1, "rank": 5_i64, "state": "new", "tags": [], "codes": [], "lines": [] }
}

fn but(id: i64, more: Document) -> Document {
    let mut document = plain(id);
    document.extend(more);
    document
}

fn without(id: i64, field: &str) -> Document {
    let mut document = plain(id);
    document.remove(field);
    document
}

#[tokio::test]
async fn odd_documents_are_mended_and_changed_among_the_others() {
    let documents = [
        plain(1),
        without(2, "rank"),
        but(3, doc! { "rank": Bson::Null }),
        but(4, doc! { "rank": 6.0 }),
        but(5, doc! { "codes": Bson::Null }),
        without(6, "codes"),
        but(7, doc! { "rank": 7, "unknown": "kept" }),
        // Odd and refused: it is left as it is.
        but(8, doc! { "rank": Bson::Null, "stock": i32::MAX }),
        but(9, doc! { "codes": [1, 2, 3] }),
        but(10, doc! { "rank": i64::MAX }),
    ];
    let fixture = with(documents.clone()).await;
    let update = || Update::new().inc(Item::rank, 1).inc(Item::stock, 1).push(Item::codes, 9);
    let updated = fixture.db.update_many(Item::all()).with(update()).await.unwrap();
    assert_eq!(updated, Updated { matched: 7, modified: 7, refused: 3 });
    assert_eq!(fixture.commands(), ["aggregate", "update", "aggregate", "update"]);
    let changed = |id: i64, rank: i64| doc! { "_id": id, "stock": 2, "rank": rank, "state": "new", "tags": [], "codes": [9], "lines": [] };
    let mut seventh = changed(7, 8);
    seventh.insert("unknown", "kept");
    let [.., eighth, ninth, tenth] = documents;
    let expected =
        [changed(1, 6), changed(2, 6), changed(3, 6), changed(4, 7), changed(5, 6), changed(6, 6), seventh, eighth, ninth, tenth];
    assert_eq!(fixture.stored("items").await, expected);
    // None of what is reached is odd any more.
    let updated = fixture.db.update_many(Item::id.path().lt(8)).with(update()).await.unwrap();
    assert_eq!(updated, Updated { matched: 7, modified: 7, refused: 0 });
    assert_eq!(fixture.commands(), ["aggregate", "update"]);
}

#[tokio::test]
async fn an_update_that_every_document_takes_is_one_command() {
    let fixture = with([plain(1), but(2, doc! { "tags": Bson::Null, "rank": 1.0, "name": "n" }), without(3, "codes")]).await;
    let update = Update::new().set(Item::state, "old").set(Item::codes, [1]).unset(Item::rank).set(Item::name, None).unset(Item::seen);
    let updated = fixture.db.update_many(Item::all()).with(update).await.unwrap();
    assert_eq!(updated, Updated { matched: 3, modified: 3, refused: 0 });
    assert_eq!(fixture.commands(), ["update"]);
    let expected = |id: i64, tags: Bson| doc! { "_id": id, "stock": 1, "state": "old", "tags": tags, "codes": [1], "lines": [] };
    let empty = Bson::Array(vec![]);
    assert_eq!(fixture.stored("items").await, [expected(1, empty.clone()), expected(2, Bson::Null), expected(3, empty)]);
}

#[tokio::test]
async fn matched_and_modified_are_told_apart() {
    let line = |sku: &str| doc! { "sku": sku, "qty": 1 };
    let documents = [
        but(1, doc! { "tags": ["a"], "price": 2.0 }),
        but(2, doc! { "tags": ["b"], "lines": [line("x")] }),
        but(3, doc! { "tags": ["a", "b"], "price": 8.0, "lines": [line("x"), line("y")] }),
    ];
    let all = |matched: u64, modified: u64| Updated { matched, modified, refused: 0 };
    let fixture = with([]).await;
    for (update, expected) in [
        (Update::new().add_to_set(Item::tags, "a"), all(3, 1)),
        (Update::new().pull(Item::tags, "a"), all(3, 2)),
        (Update::new().max(Item::price, 5), all(3, 1)),
        (Update::new().inc(Item::price, 0), all(3, 0)),
        (Update::new().mul(Item::stock, 1), all(3, 0)),
        (Update::new().set(Item::stock, 1), all(3, 0)),
        (Update::new().update_where(Item::lines, Line::sku.eq("y"), |line| line.inc(Line::qty, 1)), all(3, 1)),
        (Update::new().pull_where(Item::lines, Line::qty.lt(2)), all(3, 2)),
        (Update::new().pop(Item::codes), all(3, 0)),
        (Update::new().patch(Item::name, Patch::Set("n")).patch(Item::rank, Patch::<i64>::Keep), all(3, 3)),
        (Update::new().patch(Item::price, Patch::<f64>::Unset), all(3, 2)),
    ] {
        fixture.db.delete_many(Item::all()).await.unwrap();
        for document in documents.clone() {
            fixture.store("items", document).await;
        }
        assert_eq!(fixture.db.update_many(Item::all()).with(update.clone()).await.unwrap(), expected, "{update:?}");
    }
}

#[tokio::test]
async fn only_documents_that_match_are_looked_at() {
    let documents = [but(1, doc! { "stock": i32::MAX }), but(2, doc! { "rank": Bson::Null, "state": "old" }), plain(3)];
    let fixture = with(documents.clone()).await;
    let update = || Update::new().inc(Item::rank, 1).inc(Item::stock, 1);
    let updated = fixture.db.update_many(Item::state.eq("new") & Item::stock.lt(5)).with(update()).await.unwrap();
    assert_eq!(updated, Updated { matched: 1, modified: 1, refused: 0 });
    assert_eq!(fixture.stored("items").await[..2], documents[..2]);
    let updated = fixture.db.update_many(Item::stock.gt(5)).with(update()).await.unwrap();
    assert_eq!(updated, Updated { matched: 0, modified: 0, refused: 1 });
    fixture.commands();
    let updated = fixture.db.update_many(Item::stock.gt(5) & Item::stock.lt(5)).with(update()).await.unwrap();
    assert_eq!(updated, Updated { matched: 0, modified: 0, refused: 0 });
    let nobody = fixture.db.update_many(Item::id.in_(Vec::<i64>::new())).with(update()).await.unwrap();
    assert_eq!(nobody, Updated { matched: 0, modified: 0, refused: 0 });
    assert_eq!(fixture.commands(), ["aggregate", "update"].repeat(2));
}

#[tokio::test]
async fn what_breaks_a_rule_itself_is_sent_to_none() {
    let fixture = with([plain(1)]).await;
    let all = || fixture.db.update_many(Item::all());
    assert_eq!(rules(&all().set(Item::codes, [1, 2, 3, 4]).await.unwrap_err()), "`codes` needs at most 3 items");
    assert_eq!(rules(&all().push_all(Item::codes, [1, 2, 3, 4]).await.unwrap_err()), "`codes` needs at most 3 items");
    assert_eq!(rules(&all().await.unwrap_err()), "it needs at least one change");
    assert_eq!(rules(&all().patch(Item::rank, Patch::<i64>::Keep).await.unwrap_err()), "it needs at least one change");
    nothing_sent(&fixture);
    assert_eq!(fixture.stored("items").await, [plain(1)]);
}
