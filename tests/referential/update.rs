//! Changes of values that keys reference, by each verb that changes documents.

use super::{fixture, put};
use crate::support::{Fixture, Sent};
use bson::{Bson, Document, doc};
use chakra::{Error, Outcome, prelude::*};

#[derive(Debug, Clone, Model)]
#[chakra(collection = "accounts")]
struct Account {
    #[chakra(id)]
    id: i64,
    #[chakra(name = "h", unique)]
    handle: String,
    #[chakra(unique)]
    mail: Option<String>,
    #[chakra(unique)]
    number: i64,
    note: Option<String>,
    #[chakra(version)]
    version: i64,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "follows")]
struct Follow {
    #[chakra(id)]
    id: i64,
    handle: String,
    #[chakra(relation = ManyToOne, foreign_key = handle, references = handle, on_update = Cascade)]
    account: Related<Account>,
    number: Option<i64>,
    #[chakra(relation = ManyToOne, foreign_key = number, references = number, on_update = Cascade)]
    numbered: Related<Option<Account>>,
    #[chakra(updated_at)]
    updated_at: DateTime<Utc>,
    #[chakra(version)]
    version: i64,
}

/// Required, and so it holds a value back.
#[derive(Debug, Clone, Model)]
#[chakra(collection = "invoices")]
struct Invoice {
    #[chakra(id)]
    id: i64,
    handle: String,
    #[chakra(relation = ManyToOne, foreign_key = handle, references = handle)]
    account: Related<Account>,
}

/// Optional, and so it becomes `None`; and one that does nothing.
#[derive(Debug, Clone, Model)]
#[chakra(collection = "mentions")]
struct Mention {
    #[chakra(id)]
    id: i64,
    mail: Option<String>,
    #[chakra(relation = ManyToOne, foreign_key = mail, references = mail)]
    account: Related<Option<Account>>,
    old: String,
    #[chakra(relation = ManyToOne, foreign_key = old, references = handle, on_update = NoAction)]
    before: Related<Account>,
}

async fn accounts(fixture: &Fixture) {
    let account = |id: i64, handle: &str| doc! { "_id": id, "h": handle, "mail": format!("{handle}@x"), "number": id, "version": 0_i64 };
    put(fixture, "accounts", [account(1, "ada"), account(2, "bob")]).await;
    let follow =
        |id: i64, handle: &str| doc! { "_id": id, "handle": handle, "updated_at": bson::DateTime::from_millis(1), "version": 5_i64 };
    put(fixture, "follows", [follow(1, "ada"), follow(2, "bob"), follow(3, "ada")]).await;
    let mention = |id: i64, handle: &str| doc! { "_id": id, "mail": format!("{handle}@x"), "old": handle };
    put(fixture, "mentions", [mention(1, "ada"), mention(2, "bob")]).await;
}

/// The handles of follows, with their versions.
async fn follows(fixture: &Fixture) -> Vec<(String, i64)> {
    let stored = fixture.stored("follows").await;
    stored.iter().map(|follow| (follow.get_str("handle").unwrap().to_owned(), follow.get_i64("version").unwrap())).collect()
}

#[derive(Clone, Copy, Debug)]
enum Verb {
    Update,
    Unanswered,
    Save,
    Replace,
    Upsert,
    Many,
}

const VERBS: [Verb; 6] = [Verb::Update, Verb::Unanswered, Verb::Save, Verb::Replace, Verb::Upsert, Verb::Many];

impl Verb {
    /// Gives the first account another handle, and takes out its mail.
    async fn change(self, db: &Db, handle: &str) -> chakra::Result<()> {
        let first = || Account::id.eq(1);
        match self {
            Self::Update => {
                let account = db.update(first()).set(Account::handle, handle).unset(Account::mail).await?;
                assert_eq!((account.handle.as_str(), account.version), (handle, 1));
            }
            Self::Unanswered => db.update(first()).set(Account::handle, handle).unset(Account::mail).returning(Nothing).await?,
            Self::Save => {
                let mut account = db.get(first()).await?.tracked();
                account.handle = handle.to_owned();
                account.mail = None;
                db.save(&mut account).await?;
                assert_eq!(account.version, 1);
            }
            Self::Replace => {
                let account = db.get(first()).await?;
                let account = db.replace(first(), Account { handle: handle.to_owned(), mail: None, ..account }).await?;
                assert_eq!(account.handle, handle);
            }
            Self::Upsert => {
                let draft = Account::draft().id(1).handle("nobody").number(9);
                let account = db.upsert(first()).create(draft).set(Account::handle, handle).unset(Account::mail).await?;
                assert_eq!(account.handle, handle);
            }
            Self::Many => {
                let updated = db.update_many(Account::id.lte(1)).set(Account::handle, handle).unset(Account::mail).await?;
                assert_eq!((updated.matched, updated.modified), (1, 1));
            }
        }
        Ok(())
    }
}

#[tokio::test]
async fn keys_follow_or_become_none() {
    for verb in VERBS {
        let fixture = fixture().await;
        accounts(&fixture).await;
        verb.change(&fixture.db, "eve").await.unwrap();
        assert_eq!(fixture.stored("accounts").await[0].get_str("h").unwrap(), "eve", "{verb:?}");
        let moved = [("eve".to_owned(), 6), ("bob".to_owned(), 5), ("eve".to_owned(), 6)];
        assert_eq!(follows(&fixture).await, moved, "{verb:?}");
        assert!(fixture.stored("follows").await[0].get_datetime("updated_at").unwrap().timestamp_millis() > 1);
        // Optional, it became `None`; with `NoAction` it stays what it was.
        let mentions = [doc! { "_id": 1_i64, "old": "ada" }, doc! { "_id": 2_i64, "mail": "bob@x", "old": "bob" }];
        assert_eq!(fixture.stored("mentions").await, mentions, "{verb:?}");
    }
}

#[tokio::test]
async fn keys_hold_a_value_back() {
    for verb in VERBS {
        let fixture = fixture().await;
        accounts(&fixture).await;
        put(&fixture, "invoices", [1_i64, 2].map(|id| doc! { "_id": id, "handle": "ada" })).await;
        let before = [fixture.stored("accounts").await, fixture.stored("follows").await, fixture.stored("mentions").await];
        let error = verb.change(&fixture.db, "eve").await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "this `Account` cannot change the value that keys reference: 2 `Invoice` refer to it by `Invoice::account`, which is `on_update = \
             Restrict`",
            "{verb:?}"
        );
        assert!(matches!(error, Error::Restricted { deletes: false, outcome: Outcome::NotApplied, .. }));
        let after = [fixture.stored("accounts").await, fixture.stored("follows").await, fixture.stored("mentions").await];
        assert_eq!(before, after, "{verb:?}");
        // The same value is no change of it.
        verb.change(&fixture.db, "ada").await.unwrap();
        assert_eq!(follows(&fixture).await[0], ("ada".to_owned(), 5), "{verb:?}");
    }
}

#[tokio::test]
async fn other_changes_are_what_they_were() {
    let sent = Sent::new().await;
    let names = |sent: &Sent| sent.commands().iter().map(|command| command.keys().next().unwrap().clone()).collect::<Vec<_>>();
    let db = &sent.db;
    let accounts = sent.raw.collection::<Document>("accounts");
    accounts.insert_one(doc! { "_id": 1_i64, "h": "ada", "number": 1_i64, "version": 0_i64 }).await.unwrap();
    names(&sent);
    db.update(Account::id.eq(1)).set(Account::note, "x").await.unwrap();
    assert_eq!(names(&sent), ["findAndModify"]);
    db.update_many(Account::all()).set(Account::note, "y").await.unwrap();
    assert_eq!(names(&sent), ["update"]);
    let mut account = db.get(Account::id.eq(1)).await.unwrap().tracked();
    account.note = None;
    names(&sent);
    db.save(&mut account).await.unwrap();
    assert_eq!(names(&sent), ["findAndModify"]);
    // With one that concerns keys: what is there, the locks, who holds it back, the write, what is there now, and who follows.
    db.update(Account::id.eq(1)).set(Account::handle, "eve").await.unwrap();
    assert_eq!(names(&sent), ["find", "update", "aggregate", "findAndModify", "find", "update", "commitTransaction"]);
    // Nothing changed, and nobody follows.
    db.update(Account::id.eq(1)).set(Account::handle, "eve").await.unwrap();
    assert_eq!(names(&sent), ["find", "update", "findAndModify", "find", "commitTransaction"]);
    let missing = db.update(Account::id.eq(9)).set(Account::handle, "kim").await.unwrap_err();
    assert!(matches!(missing, Error::NotFound { .. }), "{missing:?}");
}

#[tokio::test]
async fn values_that_move_up_one_by_one_take_their_own_keys_along() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let account = |id: i64| doc! { "_id": id, "h": format!("a{id}"), "number": id, "version": 0_i64 };
    put(&fixture, "accounts", (1..=4).rev().map(account)).await;
    let follow =
        |id: i64, number: i64| doc! { "_id": id, "handle": "x", "number": number, "updated_at": bson::DateTime::now(), "version": 0_i64 };
    put(&fixture, "follows", (1..=4).map(|id| follow(id, id))).await;
    assert_eq!(db.update_many(Account::id.lte(3)).inc(Account::number, 10).await.unwrap().modified, 3);
    assert_eq!(db.update_many(Account::all()).inc(Account::number, 1).await.unwrap().modified, 4);
    let numbers: Vec<i64> = fixture.stored("follows").await.iter().map(|follow| follow.get_i64("number").unwrap()).collect();
    assert_eq!(numbers, [12, 13, 14, 5]);
}

/// A key that is itself referenced.
#[derive(Debug, Clone, Model)]
#[chakra(collection = "badges")]
struct Badge {
    #[chakra(id)]
    id: i64,
    #[chakra(unique)]
    number: Option<i64>,
    #[chakra(relation = OneToOne, foreign_key = number, references = number, on_update = Cascade)]
    account: Related<Option<Account>>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "doors")]
struct Door {
    #[chakra(id)]
    id: i64,
    opens_for: i64,
    #[chakra(relation = ManyToOne, foreign_key = opens_for, references = number, on_update = Cascade)]
    badge: Related<Badge>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "alarms")]
struct Alarm {
    #[chakra(id)]
    id: i64,
    at: i64,
    #[chakra(relation = ManyToOne, foreign_key = at, references = opens_for, on_update = Restrict)]
    door: Related<Door>,
}

#[tokio::test]
async fn keys_of_keys_follow_and_hold_back() {
    let fixture = fixture().await;
    let db = &fixture.db;
    put(&fixture, "accounts", [doc! { "_id": 1_i64, "h": "ada", "number": 7_i64 }]).await;
    put(&fixture, "badges", [doc! { "_id": 1_i64, "number": 7_i64 }]).await;
    put(&fixture, "doors", [doc! { "_id": 1_i64, "opens_for": 7_i64 }, doc! { "_id": 2_i64, "opens_for": 8_i64 }]).await;
    db.update(Account::id.eq(1)).set(Account::number, 9).await.unwrap();
    assert_eq!(fixture.stored("badges").await, [doc! { "_id": 1_i64, "number": 9_i64 }]);
    let doors = [doc! { "_id": 1_i64, "opens_for": 9_i64 }, doc! { "_id": 2_i64, "opens_for": 8_i64 }];
    assert_eq!(fixture.stored("doors").await, doors);
    // What is held back three levels below holds all of it back.
    put(&fixture, "alarms", [doc! { "_id": 1_i64, "at": 9_i64 }]).await;
    let error = db.update(Account::id.eq(1)).set(Account::number, 10).await.unwrap_err();
    assert!(matches!(error, Error::Restricted { model: "Door", holder: "Alarm", count: 1, .. }), "{error:?}");
    assert_eq!(fixture.stored("doors").await, doors);
    // A key that is always there cannot follow to nothing.
    let error = db.update(Badge::id.eq(1)).unset(Badge::number).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "this `Badge` is not valid: `number` needs a value: the keys of `Door::badge` follow it, and are always there"
    );
    fixture.raw.collection::<Document>("doors").drop().await.unwrap();
    db.update(Badge::id.eq(1)).unset(Badge::number).await.unwrap();
    assert_eq!(fixture.stored("badges").await, [doc! { "_id": 1_i64 }]);
}

#[tokio::test]
async fn what_fails_is_undone_with_the_keys() {
    let fixture = Fixture::new(|builder| builder.model::<Account>()).await;
    fixture.db.sync().await.unwrap();
    let db = &fixture.db;
    accounts(&fixture).await;
    let error = db.update(Account::id.eq(1)).set(Account::handle, "bob").await.unwrap_err();
    assert!(error.is_unique_on(Account::handle), "{error:?}");
    assert_eq!(error.outcome(), Outcome::NotApplied);
    assert_eq!(follows(&fixture).await, ["ada", "bob", "ada"].map(|handle| (handle.to_owned(), 5)));
    let undone = db.transaction(|tx| async move {
        tx.update(Account::id.eq(1)).set(Account::handle, "eve").await?;
        assert_eq!(tx.count(Follow::handle.eq("eve")).await?, 2);
        Err::<(), _>(Error::other("no"))
    });
    undone.await.unwrap_err();
    assert_eq!(follows(&fixture).await[0].0, "ada");
    // An upsert that creates has nothing to let follow.
    let draft = Account::draft().id(3).handle("kim").number(3);
    assert_eq!(db.upsert(Account::id.eq(3)).create(draft).set(Account::handle, "zoe").await.unwrap().handle, "kim");
}

#[tokio::test]
async fn a_bulk_leaves_values_that_keys_reference_alone() {
    let fixture = fixture().await;
    let db = &fixture.db;
    accounts(&fixture).await;
    fixture.commands();
    let value = db.get(Account::id.eq(2)).await.unwrap();
    fixture.commands();
    let bulk = db
        .bulk()
        .update(Account::id.eq(1), |account| account.set(Account::note, "x"))
        .update(Account::id.eq(1), |account| account.set(Account::handle, "eve"))
        .update_many(Account::all(), |account| account.inc(Account::number, 1))
        .replace(Account::id.eq(2), value);
    let Error::Bulk { failed, outcome, .. } = bulk.await.unwrap_err() else { panic!("a bulk that changes handles") };
    assert_eq!((failed.iter().map(|(at, _)| *at).collect::<Vec<_>>(), outcome), (vec![1, 2, 3], Outcome::NotApplied));
    assert_eq!(
        failed[0].1.to_string(),
        "this `Account` is not valid: it must have no change in a bulk of a value that keys reference: `db.update` and `db.replace` let the \
         keys follow"
    );
    assert_eq!(fixture.commands(), [""; 0]);
    assert!(fixture.stored("accounts").await.iter().all(|account| account.get("note").unwrap_or(&Bson::Null) == &Bson::Null));
}

#[test]
fn a_schema_tells_what_is_done_on_an_update() {
    let listing = Follow::schema().to_string();
    let line = "relation account: Account, ManyToOne, foreign_key = handle, references = handle, on_update = Cascade";
    assert!(listing.contains(line), "{listing}");
    let described = serde_json::to_value(Mention::schema()).unwrap();
    assert_eq!(described["relations"][1]["on_update"], "NoAction");
    assert!(described["relations"][0].get("on_update").is_none());
}

#[tokio::test]
async fn all_that_one_verb_writes_is_of_one_moment() {
    use std::sync::atomic::{AtomicI64, Ordering};
    let ticks = AtomicI64::new(1_000);
    // A clock that never says the same twice.
    let tick = move || DateTime::<Utc>::from_timestamp_millis(ticks.fetch_add(1, Ordering::Relaxed)).unwrap();
    let sent = Sent::with(|builder| builder.clock(tick)).await;
    let of = |collection: &str| sent.raw.collection::<Document>(collection);
    of("accounts").insert_one(doc! { "_id": 1_i64, "h": "a", "number": 1_i64, "version": 0_i64 }).await.unwrap();
    let long_ago = bson::DateTime::from_millis(0);
    let follow = |id: i64, handle: &str, number: i64| doc! { "_id": id, "handle": handle, "number": number, "updated_at": long_ago, "version": 0_i64 };
    of("follows").insert_many([follow(1, "a", 9), follow(2, "z", 1)]).await.unwrap();
    sent.db.update(Account::id.eq(1)).set(Account::handle, "b").set(Account::number, 2_i64).await.unwrap();
    let follows = sent.db.find_many(Follow::all()).order_by(Follow::id.asc()).await.unwrap();
    assert_eq!(follows.iter().map(|it| (it.handle.as_str(), it.number)).collect::<Vec<_>>(), [("b", Some(9)), ("z", Some(2))]);
    assert!(follows[0].updated_at.timestamp_millis() >= 1_000);
    assert_eq!(follows[0].updated_at, follows[1].updated_at);
}
