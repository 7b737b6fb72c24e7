//! `rebuild`: an index that differs is built anew before the old one goes, whatever interrupts it and however many do it at once.

use super::{left, listed, synced};
use crate::support::{Fixture, Sent};
use bson::{Bson, Document, doc};
use chakra::{Db, Error, SyncStep, prelude::*};
use chakra_testkit::TestServer;

#[derive(Debug, Clone, Model)]
#[chakra(
    collection = "accounts",
    index(a, sparse),
    index(seen),
    index(kept, expire_after = "2h"),
    index(quiet, hidden),
    index(fresh),
    unique(mail),
    unique(code),
    text(title)
)]
struct Account {
    #[chakra(id)]
    id: i64,
    a: i32,
    seen: DateTime<Utc>,
    kept: DateTime<Utc>,
    quiet: i32,
    fresh: i32,
    mail: String,
    code: DateTime<Utc>,
    title: String,
}

#[tokio::test]
async fn the_plan_of_a_model_that_was_changed_in_ten_ways() {
    let fixture = Fixture::new(|builder| builder.model::<Account>()).await;
    let by_hand = vec![
        doc! { "key": { "a": 1 }, "name": "a_1" },
        doc! { "key": { "seen": 1 }, "name": "seen_1", "expireAfterSeconds": 60 },
        doc! { "key": { "kept": 1 }, "name": "kept_1", "expireAfterSeconds": 3_600 },
        doc! { "key": { "quiet": 1 }, "name": "quiet_1" },
        doc! { "key": { "mail": 1 }, "name": "mail_1" },
        doc! { "key": { "code": 1 }, "name": "code_1", "unique": true, "expireAfterSeconds": 60 },
        doc! { "key": { "title": "text" }, "name": "title_text", "weights": { "title": 5 } },
        doc! { "key": { "old": 1 }, "name": "old_1" },
        doc! { "key": { "gone": 1 }, "name": "gone_1", "unique": true, "hidden": true },
    ];
    fixture.raw.run_command(doc! { "createIndexes": "accounts", "indexes": by_hand }).await.unwrap();
    let before = listed(&fixture, "accounts").await;
    let in_place = [
        "change the index `kept_1` on `accounts` in place: `expireAfterSeconds` expected 7200, found 3600",
        "change the index `quiet_1` on `accounts` in place: `hidden` expected true, found none",
    ];
    let create = "create the index `fresh_1` on `accounts`: { \"fresh\": 1 }";
    let rebuilds = [
        "rebuild the index `seen_1` on `accounts` as `seen_1~2`, which is built after the old one is dropped: until then reads do without: \
         `expireAfterSeconds` expected none, found 60",
        "rebuild the index `code_1` on `accounts` as `code_1~3`, while the hidden index `code_1~2` keeps its values unique: \
         `expireAfterSeconds` expected none, found 60",
        "rebuild the index `a_1` on `accounts` as `a_1~2`, which is built before the old one is dropped: `sparse` expected true, found none",
        "rebuild the index `mail_1` on `accounts` as `mail_1~2`, which is built before the old one is dropped: \
         `unique` expected true, found none",
        "rebuild the index `title_text` on `accounts` as `title_text~2`, which is built after the old one is dropped: until then every \
         search fails: `weights` expected { \"title\": 1 }, found { \"title\": 5 }",
    ];
    let unknown = [
        "hide the index `old_1` on `accounts`, which is unknown to the models; asked again, drop it: { \"old\": 1 }",
        "drop the index `gone_1` on `accounts`, which is unknown to the models and hidden: { \"gone\": 1 }, unique, hidden; its values \
         are kept unique no more",
    ];
    let mut expected = in_place.to_vec();
    expected.push(create);
    expected.extend(rebuilds);
    expected.extend(unknown);
    let plan = fixture.db.sync().rebuild().drop_unknown().plan().await.unwrap();
    assert_eq!(plan.to_string().lines().collect::<Vec<_>>(), expected);
    assert_eq!(listed(&fixture, "accounts").await, before, "a plan changes nothing");

    let done = fixture.db.sync().rebuild().drop_unknown().await.unwrap();
    assert_eq!(done, plan, "what is done is what was planned");
    let after: Vec<Document> = listed(&fixture, "accounts").await;
    let text = |index: &Document| index.get_str("name").unwrap() == "title_text~2";
    let weights = after.iter().find(|index| text(index)).unwrap().get_document("weights").unwrap().clone();
    assert_eq!(weights, doc! { "title": 1 });
    assert_eq!(
        after.into_iter().filter(|index| !text(index)).collect::<Vec<_>>(),
        [
            doc! { "key": { "a": 1 }, "name": "a_1~2", "sparse": true },
            doc! { "key": { "code": 1 }, "name": "code_1~3", "unique": true },
            doc! { "key": { "fresh": 1 }, "name": "fresh_1" },
            doc! { "key": { "kept": 1 }, "name": "kept_1", "expireAfterSeconds": 7_200 },
            doc! { "key": { "mail": 1 }, "name": "mail_1~2", "unique": true },
            doc! { "key": { "old": 1 }, "name": "old_1", "hidden": true },
            doc! { "key": { "quiet": 1 }, "name": "quiet_1", "hidden": true },
            doc! { "key": { "seen": 1 }, "name": "seen_1~2" },
        ]
    );
    let unknown = "the index `old_1` on `accounts` is unknown to the models and is left untouched: { \"old\": 1 }, hidden";
    assert_eq!(left(&fixture).await, [unknown]);
    let again = fixture.db.sync().rebuild().await.unwrap();
    assert_eq!(again.to_string(), unknown, "again nothing");
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "members", unique(mail, collation(locale = "en", strength = 2)))]
struct Member {
    #[chakra(id)]
    id: i64,
    mail: String,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "members", unique(at))]
struct Dated {
    #[chakra(id)]
    id: i64,
    at: DateTime<Utc>,
}

fn members(index: Document) -> Document {
    doc! { "createIndexes": "members", "indexes": [index] }
}

fn by_bytes() -> Document {
    members(doc! { "key": { "mail": 1 }, "name": "mail_1", "unique": true })
}

fn dated() -> Document {
    members(doc! { "key": { "at": 1 }, "name": "at_1", "unique": true, "expireAfterSeconds": i32::MAX })
}

/// The commands, each with the name of the index that it makes or drops.
fn named(commands: &[Document]) -> Vec<String> {
    let name = |command: &Document| match (command.get_array("indexes"), command.get_str("index")) {
        (Ok(indexes), _) => indexes[0].as_document().unwrap().get_str("name").unwrap().to_owned(),
        (_, Ok(index)) => index.to_owned(),
        _ => String::new(),
    };
    let told = |command: &Document| format!("{} {}", command.keys().next().unwrap(), name(command)).trim_end().to_owned();
    commands.iter().map(told).collect()
}

#[tokio::test]
async fn one_of_both_is_there_at_each_moment() {
    let sent = Sent::with(|builder| builder.model::<Member>()).await;
    sent.raw.run_command(by_bytes()).await.unwrap();
    sent.commands();
    sent.db.sync().rebuild().await.unwrap();
    // It is planned, claimed, and planned anew.
    let claim = ["listCollections", "listIndexes", "find", "update", "listCollections", "listIndexes"];
    let steps = ["aggregate", "createIndexes mail_1~2", "listIndexes", "dropIndexes mail_1", "update"];
    assert_eq!(named(&sent.commands()), [&claim[..], &steps[..]].concat());
    // A violation of it leads back to the declaration.
    sent.db.create(Member::draft().id(1).mail("Ada \"x\"")).await.unwrap();
    let error = sent.db.create(Member::draft().id(2).mail("ada \"X\"")).await.unwrap_err();
    assert!(error.is_unique_on(Member::mail), "{error:?}");
    assert!(matches!(&error, Error::Unique { index, .. } if &**index == "mail_1~2"), "{error:?}");

    let sent = Sent::with(|builder| builder.model::<Dated>()).await;
    sent.raw.run_command(dated()).await.unwrap();
    sent.commands();
    sent.db.sync().rebuild().await.unwrap();
    let steps = ["createIndexes at_1~2", "listIndexes", "dropIndexes at_1", "createIndexes at_1~3", "dropIndexes at_1~2", "update"];
    let commands = sent.commands();
    assert_eq!(named(&commands), [&claim[..], &steps[..]].concat());
    let bridge = doc! {
        "key": { "at": 1 }, "name": "at_1~2", "unique": true, "partialFilterExpression": { "_id": { "$exists": true } }, "hidden": true,
    };
    assert_eq!(commands[claim.len()].get_array("indexes").unwrap(), &[Bson::Document(bridge)]);
}

#[tokio::test]
async fn duplicates_leave_the_old_one_where_it_is() {
    let fixture = Fixture::new(|builder| builder.model::<Member>()).await;
    fixture.raw.run_command(by_bytes()).await.unwrap();
    for (id, mail) in [(1, "ada"), (2, "Ada"), (3, "bob")] {
        fixture.store("members", doc! { "_id": id, "mail": mail }).await;
    }
    let error = fixture.db.sync().rebuild().await.unwrap_err();
    let text = "the index `mail_1~2` of `Member` cannot be made: `members` holds documents with the same `mail`: _id 1, 2";
    assert_eq!(error.to_string(), text);
    assert_eq!(listed(&fixture, "members").await, [doc! { "key": { "mail": 1 }, "name": "mail_1", "unique": true }]);
}

#[tokio::test]
async fn wherever_it_is_interrupted_the_next_one_finishes_it() {
    let server = TestServer::start().await.unwrap();
    // Each command that changes something fails: before the first, between each two, and before the last.
    for (command, after) in [("createIndexes", 0), ("dropIndexes", 0), ("createIndexes", 1), ("dropIndexes", 1)] {
        let fixture = Fixture::on_server(&server, |builder| builder.model::<Dated>()).await;
        fixture.raw.run_command(dated()).await.unwrap();
        fixture.store("members", doc! { "_id": 1, "at": bson::DateTime::MAX }).await;
        let fail = async |mode: Bson| {
            let data = doc! { "failCommands": [command], "errorCode": 8, "appName": "chakra" };
            let command = doc! { "configureFailPoint": "failCommand", "mode": mode, "data": data };
            fixture.raw.client().database("admin").run_command(command).await.unwrap();
        };
        fail(if after == 0 { "alwaysOn".into() } else { doc! { "skip": after }.into() }).await;
        fixture.db.sync().rebuild().await.unwrap_err();
        fail("off".into()).await;
        let guards = |index: &Document| index.get_bool("unique").unwrap_or(false);
        let between = listed(&fixture, "members").await;
        assert!(between.iter().any(guards), "{command} {after}: {between:?}");
        let error = fixture.raw.collection::<Document>("members").insert_one(doc! { "_id": 2, "at": bson::DateTime::MAX }).await;
        assert!(error.is_err(), "{command} {after}: nothing keeps the values apart: {between:?}");
        fixture.db.sync().rebuild().await.unwrap();
        let found = listed(&fixture, "members").await;
        assert_eq!(found, [doc! { "key": { "at": 1 }, "name": "at_1~3", "unique": true }], "{command} {after}");
        assert_eq!(left(&fixture).await, Vec::<String>::new(), "{command} {after}");
    }
}

#[tokio::test]
async fn a_plain_sync_finishes_no_rebuild_and_tells_what_is_left() {
    let fixture = Fixture::new(|builder| builder.model::<Member>()).await;
    fixture.raw.run_command(by_bytes()).await.unwrap();
    let collation = doc! { "locale": "en", "strength": 2 };
    let twin = members(doc! { "key": { "mail": 1 }, "name": "mail_1~2", "unique": true, "collation": collation });
    fixture.raw.run_command(twin).await.unwrap();
    let done = fixture.db.sync().await.unwrap();
    assert!(matches!(&done.steps[..], [SyncStep::Superseded { index, by, .. }] if index == "mail_1" && by == "mail_1~2"), "{done}");
    assert!(done.is_empty(), "the server has what is declared");
    assert_eq!(listed(&fixture, "members").await.len(), 2);
    let drop = "drop the index `mail_1` on `members`, which was replaced by `mail_1~2` in a rebuild";
    assert_eq!(fixture.db.sync().rebuild().await.unwrap().to_string(), drop);
    assert_eq!(synced(&fixture, "members").await.len(), 1);
}

#[tokio::test]
async fn many_services_may_rebuild_at_once() {
    async fn all<M: Model>(by_hand: Document) -> Vec<Document> {
        let fixture = Fixture::new(|builder| builder).await;
        fixture.raw.run_command(by_hand).await.unwrap();
        let rebuilds = (0..8).map(|_| {
            let uri = fixture.uri.clone();
            tokio::spawn(async move { Db::builder(&uri).model::<M>().connect().await?.sync().rebuild().await.map(drop) })
        });
        for rebuild in futures::future::join_all(rebuilds).await {
            rebuild.unwrap().unwrap();
        }
        listed(&fixture, "members").await
    }
    let found = all::<Member>(by_bytes()).await;
    let [index] = &found[..] else { panic!("one index is left: {found:?}") };
    assert_eq!((index.get_str("name").unwrap(), index.get_bool("unique").unwrap()), ("mail_1~2", true));
    assert_eq!(all::<Dated>(dated()).await, [doc! { "key": { "at": 1 }, "name": "at_1~3", "unique": true }]);
}
