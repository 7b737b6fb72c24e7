//! What others write while relations are mended, and how much is sent for many documents.

use super::{
    fixture, sent,
    world::{Note, Person, Tag, ids},
};
use crate::support::{Fixture, HANGS};
use bson::{Bson, Document, doc};
use chakra::{Db, FindingKind, prelude::*};
use std::{collections::BTreeSet, future::IntoFuture, sync::Arc, time::Duration};
use tokio::{
    sync::Notify,
    time::{sleep, timeout},
};

#[tokio::test]
async fn many_documents_come_in_batches() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let people: Vec<Document> = (0..100_i64).map(|id| doc! { "_id": id, "n": id.to_string() }).collect();
    fixture.raw.collection::<Document>("people").insert_many(people).await.unwrap();
    // Every fourth names an editor who is not there.
    let editor = |id: i64| if id % 4 == 0 { 1_000 } else { id % 100 };
    let notes: Vec<Document> = (0..20_000_i64).map(|id| doc! { "_id": id, "author_id": id % 100, "ed": editor(id) }).collect();
    fixture.raw.collection::<Document>("notes").insert_many(notes).await.unwrap();

    let report = db.check_relations().only(Note::author).await.unwrap();
    assert!(report.is_clean());
    assert_eq!(report.looked_at(), 20_000);
    // A read of the notes, and one of people for each of twenty batches; the last `getMore` brings the end.
    let commands = fixture.commands();
    assert_eq!(["find", "getMore"].map(|name| sent(&commands, name)), [21, 20]);
    db.check_relations().only(Note::author).batch_size(5_000).await.unwrap();
    let commands = fixture.commands();
    assert_eq!(["find", "getMore"].map(|name| sent(&commands, name)), [5, 4]);

    // A report is bounded, a stream has them all.
    let report = db.check_relations().only(Note::editor).await.unwrap();
    assert_eq!((report.count(), report.findings().len()), (5_000, 1_000));
    let line = "`Note::editor`: 5000 dangling keys in `notes.ed`: _id 0 (1000), 4 (1000), 8 (1000), 12 (1000), 16 (1000) and 4995 more";
    assert_eq!(report.to_string(), line);
    assert_eq!(db.check_relations().only(Note::editor).keep(3).await.unwrap().findings().len(), 3);
    let (mut findings, mut streamed) = (db.check_relations().only(Note::editor).stream(), 0);
    while let Some(finding) = findings.next().await {
        assert_eq!(finding.unwrap().kind, FindingKind::Dangling);
        streamed += 1;
    }
    assert_eq!(streamed, 5_000);

    // One update for each batch.
    fixture.commands();
    assert_eq!(db.check_relations().only(Note::editor).repair().await.unwrap().cleared, 5_000);
    assert_eq!(sent(&fixture.commands(), "update"), 20);
    let left = fixture.raw.collection::<Document>("notes").count_documents(doc! { "ed": { "$exists": true } }).await.unwrap();
    assert_eq!(left, 15_000);
}

#[tokio::test]
async fn lists_of_many_ids_agree_after_several_transactions() {
    let fixture = fixture().await;
    // One note has 2,500 tags that do not know it, and one tag 2,500 notes that do not know it.
    let many: Vec<i64> = (0..2_500).collect();
    let tags: Vec<Document> = many.iter().map(|id| doc! { "_id": *id, "note_ids": [] }).collect();
    fixture.raw.collection::<Document>("tags").insert_many(tags).await.unwrap();
    let notes: Vec<Document> = many.iter().map(|id| doc! { "_id": *id, "author_id": 1_i64, "tags": [] }).collect();
    fixture.raw.collection::<Document>("notes").insert_many(notes).await.unwrap();
    fixture.store("notes", doc! { "_id": 9_000_i64, "author_id": 1_i64, "tags": ids(&many) }).await;
    fixture.store("tags", doc! { "_id": 9_000_i64, "note_ids": ids(&many) }).await;
    let repaired = fixture.db.check_relations().only(Note::tags).repair().await.unwrap();
    assert_eq!((repaired.added, repaired.pulled), (2_500, 2_500));
    assert_eq!(sent(&fixture.commands(), "commitTransaction"), 6);
    let of = |documents: &[Document], field: &str| documents.last().unwrap().get_array(field).unwrap().len();
    let (notes, tags) = (fixture.stored("notes").await, fixture.stored("tags").await);
    assert_eq!((of(&notes, "tags"), of(&tags, "note_ids")), (2_500, 0));
    assert!(tags[..2_500].iter().all(|tag| tag.get("note_ids") == Some(&Bson::Array(ids(&[9_000])))));
    assert!(fixture.db.check_relations().only(Note::tags).await.unwrap().is_clean());
}

/// Notes and their tags, as the lists of `collection` have them.
fn links(documents: &[Document], list: &str, note_first: bool) -> BTreeSet<(i64, i64)> {
    let mut links = BTreeSet::new();
    for document in documents {
        let id = document.get_i64("_id").unwrap();
        let found: Vec<i64> = document.get_array(list).unwrap().iter().map(|item| item.as_i64().unwrap()).collect();
        let once: BTreeSet<i64> = found.iter().copied().collect();
        assert_eq!(once.len(), found.len(), "a duplicate in {document}");
        links.extend(once.into_iter().map(|other| if note_first { (id, other) } else { (other, id) }));
    }
    links
}

#[tokio::test]
async fn links_that_were_acknowledged_meanwhile_are_kept() {
    const TASKS: i64 = 8;
    const EACH: i64 = 12;
    let fixture = fixture().await;
    let db = &fixture.db;
    db.sync().await.unwrap();
    db.create(Person::draft().id(1).nick("ada")).await.unwrap();
    for id in 1..=4 {
        db.create(Tag::draft().id(id)).await.unwrap();
    }
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let db = db.clone();
            tokio::spawn(async move {
                for n in 0..EACH {
                    let tags = connect([Tag::id.eq(1 + n % 4), Tag::id.eq(1 + (n + task + 1) % 4)]);
                    db.create(Note::draft().id(task * EACH + n).author_id(1).tags(tags)).await.unwrap();
                }
            })
        })
        .collect();
    let tags = fixture.raw.collection::<Document>("tags");
    let mut pulled = 0;
    loop {
        let is_last = tasks.iter().all(tokio::task::JoinHandle::is_finished);
        // An id that leads nowhere, in every list.
        let push = doc! { "$push": { "note_ids": { "$each": ids(&[77_777]) } } };
        tags.update_many(doc! {}, push).await.unwrap();
        pulled += db.check_relations().only(Note::tags).repair().await.unwrap().pulled;
        if is_last {
            break;
        }
    }
    for task in tasks {
        task.await.unwrap();
    }
    assert!(pulled >= 4, "{pulled}");
    let (notes, tags) = (links(&fixture.stored("notes").await, "tags", true), links(&fixture.stored("tags").await, "note_ids", false));
    let acknowledged: BTreeSet<(i64, i64)> = (0..TASKS)
        .flat_map(|task| (0..EACH).flat_map(move |n| [1 + n % 4, 1 + (n + task + 1) % 4].map(|tag| (task * EACH + n, tag))))
        .collect();
    assert_eq!(notes, acknowledged);
    assert_eq!(tags, acknowledged);
}

#[tokio::test]
async fn what_two_repairs_mend_is_counted_once() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let lists = |id: i64| match id % 3 {
        0 => ids(&[7, 8]),
        1 => vec![7_i64.into(), Bson::Null],
        _ => ids(&[7]),
    };
    let note = |id: i64| doc! { "_id": id, "author_id": 1_i64, "ed": 9_i64, "shelf_ids": lists(id) };
    fixture.raw.collection::<Document>("notes").insert_many((0..6_000).map(note)).await.unwrap();
    let repair = || db.check_relations().only(Note::editor).only(Note::shelves).repair().into_future();
    let (one, other) = futures::future::try_join(repair(), repair()).await.unwrap();
    assert_eq!((one.cleared + other.cleared, one.pulled + other.pulled), (6_000, 10_000));
    let left = doc! { "$or": [{ "ed": { "$exists": true } }, { "shelf_ids.0": { "$exists": true } }] };
    assert_eq!(fixture.raw.collection::<Document>("notes").count_documents(left).await.unwrap(), 0);
}

/// The other side has the link already, so that who connects it writes the authority alone, and what a repair writes is not in its way.
#[tokio::test]
async fn a_link_that_is_being_made_is_waited_for() {
    let fixture = fixture().await;
    fixture.store("notes", doc! { "_id": 1_i64, "author_id": 1_i64, "tags": [] }).await;
    fixture.store("tags", doc! { "_id": 1_i64, "note_ids": ids(&[1]) }).await;
    let mut session = fixture.raw.client().start_session().await.unwrap();
    session.start_transaction().await.unwrap();
    let notes = fixture.raw.collection::<Document>("notes");
    notes.update_one(doc! { "_id": 1_i64 }, doc! { "$push": { "tags": 1_i64 } }).session(&mut session).await.unwrap();

    let db = fixture.db.clone();
    let repair = tokio::spawn(async move { db.check_relations().only(Note::tags).repair().await });
    let has_lost = async {
        while !fixture.commands().iter().any(|command| command == "abortTransaction") {
            assert!(!repair.is_finished(), "the repair did not meet the transaction that makes the link");
            sleep(Duration::from_millis(2)).await;
        }
    };
    timeout(HANGS, has_lost).await.unwrap();
    session.commit_transaction().await.unwrap();
    let repaired = repair.await.unwrap().unwrap();
    assert_eq!((repaired.pulled, repaired.added), (0, 0));
    assert_eq!(fixture.stored("notes").await[0].get("tags"), Some(&Bson::Array(ids(&[1]))));
    assert_eq!(fixture.stored("tags").await[0].get("note_ids"), Some(&Bson::Array(ids(&[1]))));
}

/// The ways to link a tag to a note whose list names it already.
async fn link(db: &Db, way: u8) -> chakra::Result<()> {
    let (tag, note) = (|| Tag::draft().id(7), || Note::id.eq(1));
    match way {
        0 => db.create(tag().notes(connect([note()]))).await.map(drop),
        1 => {
            db.create(tag()).await?;
            db.update(Tag::id.eq(7)).connect(Tag::notes, note()).await.map(drop)
        }
        2 => {
            db.create(tag()).await?;
            db.update(note()).connect(Note::tags, Tag::id.eq(7)).await.map(drop)
        }
        _ => db.update(note()).create(Note::tags, tag()).await.map(drop),
    }
}

const WAYS: u8 = 4;

async fn assert_linked(fixture: &Fixture, way: u8) {
    assert_eq!(fixture.stored("notes").await[0].get("tags"), Some(&Bson::Array(ids(&[7]))), "{way}");
    assert_eq!(fixture.stored("tags").await[0].get("note_ids"), Some(&Bson::Array(ids(&[1]))), "{way}");
    for collection in ["notes", "tags"] {
        fixture.raw.collection::<Document>(collection).delete_many(doc! {}).await.unwrap();
    }
}

#[tokio::test]
async fn an_id_that_led_nowhere_is_not_pulled_from_who_creates_it_first() {
    let fixture = fixture().await;
    fixture.db.sync().await.unwrap();
    // Two transactions that both make the collection of the locks would meet no sooner than at their ends.
    fixture.store("_chakra_locks", doc! { "_id": "any" }).await;
    for way in 0..WAYS {
        let at = bson::DateTime::from_millis(0);
        fixture.store("notes", doc! { "_id": 1_i64, "author_id": 1_i64, "tags": ids(&[7]), "at": at }).await;
        let (made, goes_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let creating = {
            let (db, made, goes_on) = (fixture.db.clone(), Arc::clone(&made), Arc::clone(&goes_on));
            tokio::spawn(async move {
                db.transaction(|tx| {
                    let (made, goes_on) = (Arc::clone(&made), Arc::clone(&goes_on));
                    async move {
                        link(&tx, way).await?;
                        made.notify_one();
                        goes_on.notified().await;
                        Ok(())
                    }
                })
                .await
            })
        };
        made.notified().await;
        fixture.commands();
        let db = fixture.db.clone();
        let mut repair = tokio::spawn(async move { db.check_relations().only(Note::tags).repair().await });
        let has_lost = async {
            while !fixture.commands().iter().any(|command| command == "abortTransaction") {
                if repair.is_finished() {
                    let repaired = (&mut repair).await;
                    panic!("{way}: the repair did not meet the transaction that creates the tag: {repaired:?}");
                }
                sleep(Duration::from_millis(2)).await;
            }
        };
        timeout(HANGS, has_lost).await.unwrap();
        goes_on.notify_one();
        creating.await.unwrap().unwrap();
        assert_eq!(repair.await.unwrap().unwrap().pulled, 0, "{way}");
        assert_linked(&fixture, way).await;
    }
}

#[tokio::test]
async fn who_creates_what_a_repair_has_missed_links_it_anew() {
    let fixture = fixture().await;
    fixture.db.sync().await.unwrap();
    let db = &fixture.db;
    for way in 0..WAYS {
        let at = bson::DateTime::from_millis(0);
        fixture.store("notes", doc! { "_id": 1_i64, "author_id": 1_i64, "tags": ids(&[7]), "at": at }).await;
        let mut attempts = 0;
        let linked = db.transaction(|tx| {
            attempts += 1;
            let is_first = attempts == 1;
            async move {
                // Its reads see the list as it is now.
                let note = tx.get(Note::id.eq(1)).await?;
                if is_first {
                    assert_eq!(note.tag_ids, [7]);
                    assert_eq!(db.check_relations().only(Note::tags).repair().await?.pulled, 1);
                }
                link(&tx, way).await
            }
        });
        linked.await.unwrap();
        assert_eq!(attempts, 2, "{way}");
        assert_linked(&fixture, way).await;
    }
}
