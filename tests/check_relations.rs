//! Relations looked through and mended: every fault of every kind of link, by documents that the bare driver stored.
//!
//! `world` has the models and what is wrong; `written` has what others write at the same time, and how much is sent; `memory` how much is held.

// The memory of a process is read from `/proc`.
#[cfg(target_os = "linux")]
mod memory;
mod world;
mod written;

use crate::support::{Fixture, Sent};
use bson::{Bson, Document, doc};
use chakra::{Error, Finding, FindingKind, prelude::*};
use chakra_testkit::TestServer;
use std::time::Duration;
use world::{Note, Passport, Person, Shelf, Tag, assert_mended, corrupt, ids};

async fn fixture() -> Fixture {
    Fixture::new(|builder| builder.model::<Person>()).await
}

/// How often a command was sent.
fn sent(commands: &[String], name: &str) -> usize {
    commands.iter().filter(|command| *command == name).count()
}

const REPORT: [&str; 14] = [
    "`Person::friends`: 1 duplicate id in `people.friend_ids`: _id 1 (2)",
    "`Person::friends`: 4 dangling ids in `people.friend_ids`: _id 1 (9), 1 (…), 1 (…), 1 (…)",
    "`Person::friends`: 1 unreadable value of `people.friend_ids`: _id 2 (none)",
    "`Person::peers`: 1 one-sided id in `people.peer_ids`, of which `people.peer_ids` does not know: _id 1 (2)",
    "`Note::author`: 2 orphans by `notes.author_id`: _id 11 (9), 12 (none)",
    "`Note::editor`: 1 dangling key in `notes.ed`: _id 11 (8)",
    "`Person::passport`: 1 orphan by `passports.person_nick`: _id 2 (…)",
    "`Note::tags`: 2 one-sided ids in `notes.tags`, of which `tags.note_ids` does not know: _id 10 (101), 11 (101)",
    "`Note::tags`: 1 duplicate id in `notes.tags`: _id 10 (100)",
    "`Note::tags`: 1 dangling id in `notes.tags`: _id 11 (102)",
    "`Tag::notes`: 1 one-sided id in `tags.note_ids`, of which `notes.tags` does not know: _id 103 (12)",
    "`Tag::notes`: 1 dangling id in `tags.note_ids`: _id 103 (99)",
    "`Tag::notes`: 1 unreadable value of `tags.note_ids`: _id 104 (none)",
    "`Note::shelves`: 1 dangling id in `notes.shelf_ids`: _id 12 (6)",
];

const PLAN: [&str; 14] = [
    "`Person::friends`: pull 1 duplicate id from `people.friend_ids`: _id 1 (2)",
    "`Person::friends`: pull 4 dangling ids from `people.friend_ids`: _id 1 (9), 1 (…), 1 (…), 1 (…)",
    "`Person::friends`: leave 1 unreadable value of `people.friend_ids`: _id 2 (none)",
    "`Person::peers`: add to `people.peer_ids` 1 link that `people.peer_ids` has: _id 1 (2)",
    "`Note::author`: leave 2 orphans by `notes.author_id`: _id 11 (9), 12 (none)",
    "`Note::editor`: set 1 dangling key in `notes.ed` to none: _id 11 (8)",
    "`Person::passport`: leave 1 orphan by `passports.person_nick`: _id 2 (…)",
    "`Note::tags`: add to `tags.note_ids` 2 links that `notes.tags` has: _id 10 (101), 11 (101)",
    "`Note::tags`: pull 1 duplicate id from `notes.tags`: _id 10 (100)",
    "`Note::tags`: pull 1 dangling id from `notes.tags`: _id 11 (102)",
    "`Tag::notes`: pull 1 id from `tags.note_ids`, of which `notes.tags` does not know: _id 103 (12)",
    "`Tag::notes`: pull 1 dangling id from `tags.note_ids`: _id 103 (99)",
    "`Tag::notes`: leave 1 unreadable value of `tags.note_ids`: _id 104 (none)",
    "`Note::shelves`: pull 1 dangling id from `notes.shelf_ids`: _id 12 (6)",
];

#[tokio::test]
async fn every_fault_of_every_link_is_found_once() {
    let fixture = fixture().await;
    corrupt(&fixture).await;
    fixture.commands();
    let report = fixture.db.check_relations().await.unwrap();
    // One read for each of eight keys and lists, and one of what they name; lists on both sides by a pipeline.
    let expected = "find find find aggregate find find find find find find find aggregate find aggregate find find";
    assert_eq!(fixture.commands().join(" "), expected);
    assert_eq!(report.to_string().lines().collect::<Vec<_>>(), REPORT);
    assert!(!report.is_clean());
    assert_eq!((report.count(), report.findings().len(), report.looked_at()), (19, 19, 21));
    let kinds = [FindingKind::Dangling, FindingKind::OneSided, FindingKind::Duplicate, FindingKind::Orphan, FindingKind::Unreadable];
    assert_eq!(kinds.map(|kind| report.count_of(kind)), [8, 4, 2, 3, 2]);

    // Each has the ids as they are stored, and shows none that may be personal.
    let orphan = report.findings().iter().find(|finding| finding.model == "Passport").unwrap();
    assert_eq!((orphan.owner, orphan.relation, orphan.collection, orphan.field), ("Person", "passport", "passports", "person_nick"));
    assert_eq!((orphan.stored_id(), orphan.stored_key()), (&Bson::Int64(2), Some(&Bson::from("zed"))));
    assert_eq!(orphan.to_string(), "`Person::passport`: an orphan by `passports.person_nick`: _id 2 (…)");
    assert_eq!(format!("{orphan:?}"), orphan.to_string());
    assert_eq!(orphan.detail(), "_id: 2, key: zed");
    assert!(!format!("{report:?}").contains("zed"));

    // As a stream the same ones, in the same order.
    let mut findings = fixture.db.check_relations().stream();
    let mut streamed = Vec::new();
    while let Some(finding) = findings.next().await {
        streamed.push(finding.unwrap().to_string());
    }
    assert_eq!(streamed, report.findings().iter().map(Finding::to_string).collect::<Vec<_>>());
}

#[tokio::test]
async fn what_can_be_mended_is_mended_once() {
    let fixture = fixture().await;
    let db = &fixture.db;
    corrupt(&fixture).await;
    fixture.commands();
    let plan = db.check_relations().repair().plan().await.unwrap();
    assert_eq!(plan.to_string().lines().collect::<Vec<_>>(), PLAN);
    assert!(!plan.is_empty());
    assert_eq!((plan.findings().len(), plan.report().count()), (19, 19));
    assert!(fixture.commands().iter().all(|command| command == "find" || command == "aggregate"));

    let repaired = plan.apply().await.unwrap();
    let expected = "1 keys set to none, 8 ids pulled, 2 duplicates pulled, 3 ids added, 5 left";
    assert_eq!(repaired.to_string(), expected);
    assert_mended(&fixture).await;
    // A list of both sides is mended in a transaction, by one update for each collection, and one for the locks of ids that lead nowhere; a
    // list of one side by one for what is pulled, and one for what a condition cannot name or stands there twice.
    let commands = fixture.commands();
    assert_eq!(["update", "commitTransaction"].map(|name| sent(&commands, name)), [12, 3], "{commands:?}");

    // Only what is left is found again.
    let plan = db.check_relations().repair().plan().await.unwrap();
    let left: Vec<&str> = PLAN.into_iter().filter(|line| line.contains(": leave ")).collect();
    assert_eq!(plan.to_string().lines().collect::<Vec<_>>(), left);
    assert!(plan.is_empty());
    fixture.commands();
    let again = db.check_relations().repair().await.unwrap();
    assert_eq!((again.cleared, again.pulled, again.duplicates, again.added, again.left), (0, 0, 0, 0, 5));
    let commands = fixture.commands();
    assert!(commands.iter().all(|command| command == "find" || command == "aggregate"), "{commands:?}");
    assert_mended(&fixture).await;
}

#[tokio::test]
async fn a_standalone_server_is_mended_by_the_authority_too() {
    let server = TestServer::standalone().await.unwrap();
    let fixture = Fixture::on_server(&server, |builder| builder.model::<Person>()).await;
    corrupt(&fixture).await;
    // A nested create that ended half-way, when the other side had the link and the authority was not there yet; and one of a link that the
    // authority alone has, as when the other side was taken back by hand.
    fixture.store("tags", doc! { "_id": 105_i64, "note_ids": ids(&[13]) }).await;
    fixture.store("tags", doc! { "_id": 106_i64, "note_ids": Bson::Null }).await;
    fixture.store("notes", doc! { "_id": 14_i64, "author_id": 1_i64, "tags": ids(&[106]) }).await;
    fixture.commands();
    let repaired = fixture.db.check_relations().repair().await.unwrap();
    assert_eq!((repaired.cleared, repaired.pulled, repaired.duplicates, repaired.added, repaired.left), (1, 9, 2, 4, 5));
    let commands = fixture.commands();
    // Nothing is written that need not change.
    assert_eq!(["update", "commitTransaction"].map(|name| sent(&commands, name)), [8, 0], "{commands:?}");
    let tags = fixture.stored("tags").await;
    assert_eq!(tags[4..], [doc! { "_id": 105_i64, "note_ids": [] }, doc! { "_id": 106_i64, "note_ids": ids(&[14]) }]);
    for (collection, id) in [("tags", 105_i64), ("tags", 106), ("notes", 14)] {
        fixture.raw.collection::<Document>(collection).delete_one(doc! { "_id": id }).await.unwrap();
    }
    assert_mended(&fixture).await;
}

#[tokio::test]
async fn what_chakra_wrote_is_clean() {
    let fixture = fixture().await;
    let db = &fixture.db;
    db.sync().await.unwrap();
    db.create(Person::draft().id(1).nick("ada")).await.unwrap();
    db.create(Passport::draft().id(1).person_nick("ada")).await.unwrap();
    db.create(Shelf::draft().id(1)).await.unwrap();
    let tags = create([Tag::draft().id(1), Tag::draft().id(2)]);
    db.create(Note::draft().id(1).author(connect(Person::id.eq(1))).editor(connect(Person::id.eq(1))).tags(tags)).await.unwrap();
    db.create(Note::draft().id(2).author_id(1).tags(connect([Tag::id.eq(1)])).shelves(connect([Shelf::id.eq(1)]))).await.unwrap();
    let report = db.check_relations().await.unwrap();
    assert!(report.is_clean(), "{report}");
    assert_eq!(report.count(), 0);
    assert_eq!(report.to_string(), format!("every key and id leads to a document that agrees: {} looked at", report.looked_at()));
    fixture.commands();
    let plan = db.check_relations().repair().plan().await.unwrap();
    assert!(plan.is_empty());
    assert_eq!(plan.to_string(), "nothing to do: every key and id leads to a document that agrees");
    assert_eq!(
        db.check_relations().repair().await.unwrap().to_string(),
        "0 keys set to none, 0 ids pulled, 0 duplicates pulled, 0 ids added, 0 left"
    );
    assert_eq!(sent(&fixture.commands(), "update"), 0);
}

#[tokio::test]
async fn collections_that_are_not_there_are_clean() {
    let fixture = fixture().await;
    fixture.commands();
    let report = fixture.db.check_relations().await.unwrap();
    assert_eq!((report.is_clean(), report.looked_at()), (true, 0));
    assert_eq!(fixture.commands(), ["find"; 8]);
    // What names something, where there is nothing at all, dangles.
    fixture.store("notes", doc! { "_id": 1_i64, "author_id": 1_i64, "ed": 2_i64, "tags": ids(&[3]), "shelf_ids": ids(&[4]) }).await;
    let report = fixture.db.check_relations().await.unwrap();
    let kinds = [FindingKind::Orphan, FindingKind::Dangling];
    assert_eq!((report.count(), kinds.map(|kind| report.count_of(kind))), (4, [1, 3]));
}

#[tokio::test]
async fn numbers_are_one_key_whatever_type_holds_them() {
    let fixture = fixture().await;
    fixture.store("people", doc! { "_id": 1, "n": "ada", "peer_ids": [2.0] }).await;
    fixture.store("people", doc! { "_id": 2_i64, "n": "bob", "peer_ids": ids(&[1]), "friend_ids": [1.0] }).await;
    fixture.store("notes", doc! { "_id": 1_i64, "author_id": 1.0, "ed": 2, "tags": [5.0] }).await;
    fixture.store("tags", doc! { "_id": 5, "note_ids": [1] }).await;
    let report = fixture.db.check_relations().await.unwrap();
    assert!(report.is_clean(), "{report}");
    // But no other number.
    fixture.store("notes", doc! { "_id": 2_i64, "author_id": 1.5, "tags": [5.5] }).await;
    let report = fixture.db.check_relations().await.unwrap();
    assert_eq!((report.count(), report.count_of(FindingKind::Orphan)), (2, 1));
}

#[tokio::test]
async fn what_is_no_id_is_never_asked_for() {
    let fixture = fixture().await;
    // A pattern would match every text, and a name with a `$` be taken for an operator.
    let reference = doc! { "$ref": "people", "$id": 1 };
    let pattern = bson::Regex { pattern: "a".to_owned().try_into().unwrap(), options: String::new().try_into().unwrap() };
    let pattern = Bson::RegularExpression(pattern);
    let odd: Vec<Bson> = vec![reference.clone().into(), pattern.clone(), Bson::Undefined, ids(&[1]).into(), 1_i64.into()];
    fixture.store("people", doc! { "_id": 1_i64, "n": "ada", "friend_ids": odd.clone() }).await;
    fixture.store("passports", doc! { "_id": 1_i64, "person_nick": pattern }).await;
    fixture.store("notes", doc! { "_id": 1_i64, "author_id": 1_i64, "ed": reference, "tags": ids(&[7]) }).await;
    fixture.store("tags", doc! { "_id": 7_i64, "note_ids": { "a": 1 } }).await;
    let report = fixture.db.check_relations().await.unwrap();
    let expected = [
        "`Person::friends`: 1 unreadable value of `people.friend_ids`: _id 1 (none)",
        "`Person::friends`: 3 dangling ids in `people.friend_ids`: _id 1 (…), 1 (…), 1 (…)",
        "`Note::editor`: 1 dangling key in `notes.ed`: _id 1 (…)",
        "`Person::passport`: 1 orphan by `passports.person_nick`: _id 1 (…)",
        "`Tag::notes`: 1 unreadable value of `tags.note_ids`: _id 7 (none)",
    ];
    assert_eq!(report.to_string().lines().collect::<Vec<_>>(), expected);
    let repaired = fixture.db.check_relations().repair().await.unwrap();
    assert_eq!((repaired.cleared, repaired.pulled, repaired.left), (1, 3, 3));
    assert_eq!(fixture.stored("people").await[0].get("friend_ids"), Some(&Bson::Array(vec![Bson::Undefined, Bson::Int64(1)])));
    assert_eq!(fixture.stored("notes").await[0].get("ed"), None);
}

#[tokio::test]
async fn one_relation_is_looked_through_from_whichever_end() {
    let fixture = fixture().await;
    let db = &fixture.db;
    corrupt(&fixture).await;
    fixture.commands();
    let of_notes: Vec<&str> = REPORT.into_iter().filter(|line| line.starts_with("`Note::author`")).collect();
    let report = db.check_relations().only(Person::notes).only(Note::author).await.unwrap();
    assert_eq!(report.to_string().lines().collect::<Vec<_>>(), of_notes);
    assert_eq!(fixture.commands(), ["find", "find"]);
    let of_shelves = db.check_relations().only(Shelf::notes).await.unwrap();
    assert_eq!(of_shelves.to_string(), "`Shelf::notes`: 1 dangling id in `notes.shelf_ids`: _id 12 (6)");
    // A repair of one leaves the others.
    let repaired = db.check_relations().only(Tag::notes).repair().await.unwrap();
    assert_eq!((repaired.cleared, repaired.pulled, repaired.duplicates, repaired.added, repaired.left), (0, 3, 1, 2, 1));
    assert_eq!(db.check_relations().await.unwrap().count(), 19 - 6);
}

#[tokio::test]
async fn without_a_model_there_is_nothing_to_look_through() {
    let fixture = Fixture::new(|builder| builder).await;
    fixture.commands();
    let error = fixture.db.check_relations().await.unwrap_err();
    assert!(matches!(&error, Error::Schema(faults) if faults[0].starts_with("`check_relations` has no model")), "{error:?}");
    assert!(matches!(fixture.db.check_relations().repair().await, Err(Error::Schema(_))));
    assert!(matches!(fixture.db.check_relations().stream().next().await, Some(Err(Error::Schema(_)))));
    assert!(fixture.db.check_relations().only(Note::tags).await.unwrap().is_clean());
    assert_eq!(fixture.commands(), ["find", "find"]);
}

#[tokio::test]
async fn an_id_that_cannot_be_read_is_told_and_ends_nothing() {
    let fixture = fixture().await;
    fixture.store_odd("notes", doc! { "_id": "??", "author_id": 1_i64, "tags": ids(&[7]), "shelf_ids": ids(&[6]) }).await;
    fixture.store_odd("notes", doc! { "_id": 1_i64, "author_id": "??", "shelf_ids": ids(&[6]) }).await;
    let before = fixture.raw.collection::<bson::RawDocumentBuf>("notes").count_documents(doc! {}).await.unwrap();
    let report = fixture.db.check_relations().await.unwrap();
    let kinds = [FindingKind::Unreadable, FindingKind::Dangling, FindingKind::OneSided];
    assert_eq!(kinds.map(|kind| report.count_of(kind)), [4, 1, 0], "{report}");
    let repaired = fixture.db.check_relations().repair().await.unwrap();
    assert_eq!((repaired.pulled, repaired.left), (1, 4));
    assert_eq!(fixture.raw.collection::<Document>("notes").count_documents(doc! {}).await.unwrap(), before);
}

#[tokio::test]
async fn a_deadline_ends_it() {
    let fixture = fixture().await;
    corrupt(&fixture).await;
    let error = fixture.db.check_relations().deadline(Duration::ZERO).await.unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
    let error = fixture.db.check_relations().deadline(Duration::ZERO).repair().await.unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
}

#[tokio::test]
async fn only_what_is_compared_is_read() {
    let sent = Sent::with(|builder| builder.model::<Person>()).await;
    sent.raw.collection::<Document>("notes").insert_one(doc! { "_id": 1_i64, "author_id": 5_i64, "tags": ids(&[7, 7, 8]) }).await.unwrap();
    sent.commands();
    sent.db.check_relations().only(Note::tags).comment("nightly").await.unwrap();
    let commands = sent.commands();
    let [holders, named, others] = commands.as_slice() else { panic!("{commands:?}") };
    assert_eq!(holders.get_document("filter").unwrap(), &doc! { "tags": { "$exists": true } });
    assert_eq!(holders.get_document("projection").unwrap(), &doc! { "_id": 1, "tags": 1 });
    assert_eq!(holders.get_document("sort").unwrap(), &doc! { "$natural": 1 });
    assert_eq!((holders.get_str("comment").unwrap(), named.get_str("comment").unwrap()), ("nightly", "nightly"));
    let has = doc! { "$filter": { "input": "$note_ids", "cond": { "$setIsSubset": [["$$this"], { "$literal": ids(&[1]) }] } } };
    let has = doc! { "$switch": {
        "branches": [{ "case": { "$isArray": ["$note_ids"] }, "then": has }, { "case": { "$lte": ["$note_ids", Bson::Null] }, "then": [] }],
        "default": Bson::Null,
    } };
    let pipeline = vec![Bson::from(doc! { "$match": { "_id": { "$in": ids(&[7, 8]) } } }), doc! { "$project": { "has": has } }.into()];
    assert_eq!(named.get_array("pipeline").unwrap(), &pipeline);
    assert_eq!(others.get_str("find").unwrap(), "tags");

    sent.db.check_relations().only(Note::author).await.unwrap();
    let commands = sent.commands();
    let [holders, named] = commands.as_slice() else { panic!("{commands:?}") };
    assert_eq!(holders.get_document("filter").unwrap(), &doc! {});
    assert_eq!(named.get_document("filter").unwrap(), &doc! { "_id": { "$in": ids(&[5]) } });
    assert_eq!(named.get_document("projection").unwrap(), &doc! { "_id": 1 });
}
