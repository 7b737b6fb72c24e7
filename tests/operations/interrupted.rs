//! Connections that are lost while a document is brought into the form that an operator takes: it reads the same before and afterwards.

use super::MENDED;
use crate::{models::Item, support::Fixture};
use bson::{Bson, Document, doc};
use chakra::{Outcome, action::Updated, query::Update};

/// Makes the server close the connection on these commands of Chakra's, after so many of them.
async fn close_on(fixture: &Fixture, command: &str, after: i32) {
    let mode = if after == 0 { Bson::from("alwaysOn") } else { Bson::Document(doc! { "skip": after }) };
    let data = doc! { "failCommands": [command], "closeConnection": true, "appName": "chakra" };
    set_fail_point(fixture, doc! { "configureFailPoint": "failCommand", "mode": mode, "data": data }).await;
}

async fn close_no_more(fixture: &Fixture) {
    set_fail_point(fixture, doc! { "configureFailPoint": "failCommand", "mode": "off" }).await;
}

async fn set_fail_point(fixture: &Fixture, command: Document) {
    fixture.raw.client().database("admin").run_command(command).await.unwrap();
}

/// Odd to `update()` in two ways: a number that is missing, and a list that is null.
fn odd(id: i64) -> Document {
    doc! { "_id": id, "stock": 1, "codes": Bson::Null, "tags": ["a"], "lines": [{ "sku": "a", "qty": 1 }], "unknown": "kept" }
}

fn mended(id: i64) -> Document {
    doc! { "_id": id, "stock": 1, "tags": ["a"], "lines": [{ "sku": "a", "qty": 1 }], "unknown": "kept", "rank": 5_i64 }
}

fn update() -> Update<Item> {
    Update::new().inc(Item::rank, 1).push(Item::codes, 7).inc(Item::stock, 1)
}

#[tokio::test]
async fn a_document_reads_the_same_wherever_its_mending_is_cut_off() {
    let server = chakra_testkit::TestServer::start().await.unwrap();
    let fixture = Fixture::on_server(&server, |builder| builder.model::<Item>()).await;
    let db = &fixture.db;
    // The second command, the third, and the fourth, which is the second of its name. What was sent may have been made, and it is not made
    // twice: only reads are certain.
    let cases = [
        (1, "aggregate", 0, Outcome::NotApplied, odd(1)),
        (2, "update", 0, Outcome::Unknown, odd(2)),
        (3, "findAndModify", 1, Outcome::Unknown, mended(3)),
    ];
    for (id, command, after, outcome, left) in cases {
        fixture.store("items", odd(id)).await;
        let before = db.get(Item::id.eq(id)).await.unwrap();
        close_on(&fixture, command, after).await;
        let error = db.update(Item::id.eq(id)).with(update()).await.unwrap_err();
        close_no_more(&fixture).await;
        assert_eq!(error.outcome(), outcome, "{command}: {error:?}");
        assert_eq!(db.get(Item::id.eq(id)).await.unwrap(), before, "{command}");
        assert_eq!(fixture.stored("items").await.pop(), Some(left), "{command}");
        // The next one makes it whole.
        fixture.commands();
        let changed = db.update(Item::id.eq(id)).with(update()).await.unwrap();
        assert_eq!(changed, Item { rank: 6, codes: vec![7], stock: 2, ..before }, "{command}");
        if command == "findAndModify" {
            assert_eq!(fixture.commands(), MENDED[..1]);
        } else {
            assert_eq!(fixture.commands(), MENDED);
        }
    }
}

#[tokio::test]
async fn a_series_is_cut_off_between_two_documents_or_before_all() {
    let server = chakra_testkit::TestServer::start().await.unwrap();
    let fixture = Fixture::on_server(&server, |builder| builder.model::<Item>()).await;
    let db = &fixture.db;
    for (command, after, outcome, left) in [
        ("aggregate", 0, Outcome::NotApplied, [odd(1), odd(2)]),
        ("update", 0, Outcome::Unknown, [odd(1), odd(2)]),
        ("update", 1, Outcome::Unknown, [mended(1), mended(2)]),
    ] {
        db.delete_many(Item::all()).await.unwrap();
        for document in [odd(1), odd(2)] {
            fixture.store("items", document).await;
        }
        let before = db.find_many(Item::all()).order_by(Item::id.asc()).await.unwrap();
        close_on(&fixture, command, after).await;
        let error = db.update_many(Item::all()).with(update()).await.unwrap_err();
        close_no_more(&fixture).await;
        assert_eq!(error.outcome(), outcome, "{command} {after}: {error:?}");
        assert_eq!(db.find_many(Item::all()).order_by(Item::id.asc()).await.unwrap(), before, "{command} {after}");
        assert_eq!(fixture.stored("items").await, left, "{command} {after}");
        let updated = db.update_many(Item::all()).with(update()).await.unwrap();
        assert_eq!(updated, Updated { matched: 2, modified: 2, refused: 0 }, "{command} {after}");
    }
}
