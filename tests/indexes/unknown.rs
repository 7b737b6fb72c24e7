//! `drop_unknown`: an index that no model declares is hidden when it is asked for, dropped when it is asked for again, and nothing else is.

use super::{left, listed};
use crate::support::Fixture;
use bson::{Document, doc};
use chakra::{Db, SyncStep, prelude::*};

#[derive(Debug, Clone, Model)]
#[chakra(collection = "parcels", index(sent))]
struct Parcel {
    #[chakra(id)]
    id: i64,
    sent: i32,
}

fn names(indexes: &[Document]) -> Vec<String> {
    let hidden = |index: &Document| if index.get_bool("hidden").unwrap_or(false) { " hidden" } else { "" };
    indexes.iter().map(|index| format!("{}{}", index.get_str("name").unwrap(), hidden(index))).collect()
}

async fn by_hand(fixture: &Fixture, indexes: Vec<Document>) {
    fixture.raw.run_command(doc! { "createIndexes": "parcels", "indexes": indexes }).await.unwrap();
}

#[tokio::test]
async fn each_is_hidden_first_and_dropped_when_it_is_asked_for_again() {
    let fixture = Fixture::new(|builder| builder.model::<Parcel>()).await;
    let old = vec![
        doc! { "key": { "sent": 1 }, "name": "sent_1" },
        doc! { "key": { "code": 1 }, "name": "code_1", "unique": true },
        doc! { "key": { "note": "text" }, "name": "note_text" },
        doc! { "key": { "place": "2dsphere" }, "name": "place_2dsphere" },
        doc! { "key": { "$**": 1 }, "name": "all" },
        doc! { "key": { "at": 1 }, "name": "at_1", "expireAfterSeconds": i32::MAX },
    ];
    by_hand(&fixture, old).await;
    fixture.commands();
    let done = fixture.db.sync().drop_unknown().await.unwrap();
    assert!(done.steps.iter().all(|step| matches!(step, SyncStep::HideUnknown { .. })), "{done}");
    // It is planned, claimed, and planned anew; and each is looked at once more.
    let mut expected = vec!["listCollections", "listIndexes", "find", "update", "listCollections", "listIndexes"];
    expected.extend(["listIndexes", "collMod"].repeat(5));
    expected.push("update");
    assert_eq!(fixture.commands(), expected);
    let hidden = ["all hidden", "at_1 hidden", "code_1 hidden", "note_text hidden", "place_2dsphere hidden", "sent_1"];
    assert_eq!(names(&listed(&fixture, "parcels").await), hidden);

    fixture.store("parcels", doc! { "_id": 1, "sent": 1, "code": 1 }).await;
    let again = fixture.raw.collection::<Document>("parcels").insert_one(doc! { "_id": 2, "sent": 1, "code": 1 }).await;
    assert!(again.is_err(), "hidden, it keeps its values unique");
    // A sync that is not asked shows nothing again and drops nothing.
    assert!(fixture.db.sync().await.unwrap().is_empty());
    fixture.db.sync().rebuild().tighten().await.unwrap();
    assert_eq!(names(&listed(&fixture, "parcels").await), hidden);

    let done = fixture.db.sync().drop_unknown().await.unwrap();
    assert!(done.steps.iter().all(|step| matches!(step, SyncStep::DropUnknown { .. })), "{done}");
    assert_eq!(names(&listed(&fixture, "parcels").await), ["sent_1"]);
    fixture.commands();
    assert!(fixture.db.sync().drop_unknown().await.unwrap().steps.is_empty());
    assert_eq!(fixture.commands(), ["listCollections", "listIndexes", "find"], "what is declared, and that of the ids, stay");
}

#[tokio::test]
async fn what_is_shown_again_is_hidden_again() {
    let fixture = Fixture::new(|builder| builder.model::<Parcel>()).await;
    by_hand(&fixture, vec![doc! { "key": { "old": 1 }, "name": "old_1" }]).await;
    fixture.db.sync().drop_unknown().await.unwrap();
    let show = doc! { "collMod": "parcels", "index": { "name": "old_1", "hidden": false } };
    fixture.raw.run_command(show).await.unwrap();
    let hide = "hide the index `old_1` on `parcels`, which is unknown to the models; asked again, drop it: { \"old\": 1 }";
    assert_eq!(fixture.db.sync().drop_unknown().await.unwrap().to_string(), hide);
    assert_eq!(names(&listed(&fixture, "parcels").await), ["old_1 hidden", "sent_1"]);
}

#[tokio::test]
async fn what_a_model_declares_again_is_shown_by_a_plain_sync() {
    #[derive(Debug, Clone, Model)]
    #[chakra(collection = "parcels", index(sent), index(old))]
    struct Before {
        #[chakra(id)]
        id: i64,
        sent: i32,
        old: i32,
    }
    let fixture = Fixture::new(|builder| builder.model::<Parcel>()).await;
    let before = Db::builder(&fixture.uri).model::<Before>().connect().await.unwrap();
    before.sync().await.unwrap();
    fixture.db.sync().drop_unknown().await.unwrap();
    assert_eq!(names(&listed(&fixture, "parcels").await), ["old_1 hidden", "sent_1"]);
    before.sync().await.unwrap();
    assert_eq!(names(&listed(&fixture, "parcels").await), ["old_1", "sent_1"]);
}

#[tokio::test]
async fn what_is_managed_elsewhere_and_what_cannot_be_seen_to_be_hidden_is_left_alone() {
    #[derive(Debug, Clone, Model)]
    #[chakra(collection = "parcels", sync = false)]
    struct Elsewhere {
        #[chakra(id)]
        id: i64,
    }
    #[derive(Debug, Clone, Model)]
    #[chakra(collection = "readings", timeseries(time = at, meta = sensor))]
    struct Reading {
        #[chakra(id)]
        id: Id<Reading>,
        at: DateTime<Utc>,
        sensor: i32,
    }
    let fixture = Fixture::new(|builder| builder.model::<Elsewhere>().model::<Reading>()).await;
    fixture.db.sync().await.unwrap();
    by_hand(&fixture, vec![doc! { "key": { "old": 1 }, "name": "old_1" }]).await;
    let of_series = doc! { "createIndexes": "readings", "indexes": [{ "key": { "sensor": -1 }, "name": "by hand" }] };
    fixture.raw.run_command(of_series).await.unwrap();
    for _ in 0..2 {
        let done = fixture.db.sync().drop_unknown().await.unwrap();
        assert!(matches!(&done.steps[..], [SyncStep::Unknown { collection: "readings", .. }]), "{done}");
    }
    assert_eq!(names(&listed(&fixture, "parcels").await), ["old_1"]);
    assert!(names(&listed(&fixture, "readings").await).contains(&"by hand".to_owned()));
    assert_eq!(left(&fixture).await.len(), 1);
}
