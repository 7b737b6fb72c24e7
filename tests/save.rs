//! Saving a loaded value: only what changed, once, and nobody else's change lost unseen.

use crate::{
    models::{Post, User, ada},
    support::{Fixture, Sent},
};
use bson::{Bson, Document, doc};
use chakra::{Builder, Error, Outcome, prelude::*};
use std::{collections::BTreeMap, sync::Arc};
use tokio::sync::Barrier;

#[derive(Debug, Clone, PartialEq, Composite)]
struct Spot {
    x: f64,
    label: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Composite)]
struct Address {
    street: String,
    #[chakra(name = "town")]
    city: String,
    spot: Option<Spot>,
}

#[derive(Debug, Clone, PartialEq, Composite)]
#[chakra(tag = "kind")]
enum Media {
    Photo { url: String, width: i32 },
    Link { url: String },
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Account {
    #[chakra(id)]
    id: i64,
    #[chakra(unique)]
    name: String,
    #[chakra(max_length = 9)]
    bio: Option<String>,
    #[chakra(null)]
    hint: Option<i32>,
    #[chakra(default = 0.0)]
    score: f64,
    #[chakra(default = 5)]
    rank: i64,
    tags: Vec<String>,
    sizes: BTreeMap<String, i32>,
    home: Option<Address>,
    #[chakra(default = Spot { x: 1.5, label: None })]
    spot: Spot,
    cover: Option<Media>,
    #[chakra(updated_at)]
    updated_at: DateTime<Utc>,
    #[chakra(version)]
    version: i64,
    #[chakra(skip)]
    seen: u32,
}

/// The same without a version.
#[derive(Debug, Clone, PartialEq, Model)]
struct Note {
    #[chakra(id)]
    id: i64,
    title: String,
    body: Option<String>,
    home: Option<Address>,
    #[chakra(default = Spot { x: 1.5, label: None })]
    spot: Spot,
    cover: Option<Media>,
}

/// When the clock of these tests stands still.
fn now() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(1_700_000_000_123).unwrap()
}

fn account(id: i64) -> Account {
    Account {
        id,
        name: format!("n{id}"),
        bio: Some("old".into()),
        hint: None,
        score: 1.0,
        rank: 5,
        tags: vec!["a".into()],
        sizes: BTreeMap::from([("s".into(), 1)]),
        home: Some(address("Rome")),
        spot: Spot { x: 1.5, label: None },
        cover: Some(Media::Photo { url: "u".into(), width: 1 }),
        updated_at: DateTime::UNIX_EPOCH,
        version: 0,
        seen: 0,
    }
}

fn address(city: &str) -> Address {
    Address { street: "s".into(), city: city.into(), spot: None }
}

fn note(id: i64) -> Note {
    Note { id, title: "t".into(), body: None, home: Some(address("Rome")), spot: Spot { x: 1.5, label: None }, cover: None }
}

fn models(builder: Builder) -> Builder {
    builder.model::<Account>().model::<Note>().model::<User>().clock(now)
}

async fn fixture() -> Fixture {
    let fixture = Fixture::new(models).await;
    fixture.db.sync().await.unwrap();
    fixture.db.insert_many(&[account(1)]).await.unwrap();
    fixture.db.insert_many(&[note(1)]).await.unwrap();
    fixture.commands();
    fixture
}

impl Fixture {
    /// The first document of a collection, as it is stored.
    async fn first(&self, collection: &str) -> Document {
        self.stored(collection).await.remove(0)
    }

    /// Changes the first document of a collection behind Chakra's back.
    async fn change(&self, collection: &str, update: Document) {
        self.raw.collection::<Document>(collection).update_one(doc! {}, update).await.unwrap();
    }
}

#[tokio::test]
async fn only_what_changed_is_sent() {
    let sent = Sent::with(models).await;
    sent.db.insert_many(&[account(1)]).await.unwrap();
    let mut account = sent.db.get(Account::id.eq(1)).await.unwrap().tracked();
    account.rank = 6;
    account.bio = None;
    sent.commands();
    sent.db.save(&mut account).await.unwrap();
    assert_eq!(sent.part("findAndModify"), r#""accounts""#);
    assert_eq!(sent.part("query"), r#"{"_id":1,"version":{"$in":[0,null]}}"#);
    let update = r#"{"$set":{"rank":6,"version":1,"updated_at":{"$date":"2023-11-14T22:13:20.123Z"}},"$unset":{"bio":""}}"#;
    assert_eq!(sent.part("update"), update);
    assert_eq!(sent.part("fields"), r#"{"_id":1,"updated_at":1,"version":1}"#);
    assert_eq!(sent.commands().len(), 1);

    account.tags.push("b".into());
    account.hint = Some(3);
    sent.db.save(&mut account).await.unwrap();
    assert_eq!(sent.part("query"), r#"{"_id":1,"version":1}"#);
    let update = r#"{"$set":{"hint":3,"tags":["a","b"],"version":2,"updated_at":{"$date":"2023-11-14T22:13:20.123Z"}}}"#;
    assert_eq!(sent.part("update"), update);
    account.hint = None;
    sent.db.save(&mut account).await.unwrap();
    let update = r#"{"$set":{"hint":null,"version":3,"updated_at":{"$date":"2023-11-14T22:13:20.123Z"}}}"#;
    assert_eq!(sent.part("update"), update);
    assert_eq!(sent.db.get(Account::id.eq(1)).await.unwrap(), account.into_inner());
}

#[tokio::test]
async fn the_value_is_what_is_stored_afterwards() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let mut account = db.get(Account::id.eq(1)).await.unwrap().tracked();
    account.name = "ada".into();
    account.seen = 7;
    assert_eq!(account.changed().unwrap(), ["name"]);
    db.save(&mut account).await.unwrap();
    assert_eq!(fixture.commands()[1..], ["findAndModify"]);
    assert_eq!((account.version, account.updated_at, account.seen), (1, now(), 7), "what no document holds stays");
    assert!(account.changed().unwrap().is_empty());
    // Again: nothing is sent, and nothing moves.
    db.save(&mut account).await.unwrap();
    assert_eq!(fixture.commands(), Vec::<String>::new());
    account.rank = 9;
    account.name = "ada".into();
    assert_eq!(account.changed().unwrap(), ["rank"]);
    db.save(&mut account).await.unwrap();
    assert_eq!(account.version, 2);
    let stored = db.get(Account::id.eq(1)).await.unwrap();
    assert_eq!(Account { seen: 7, ..stored }, account.into_inner());
}

#[tokio::test]
async fn relations_stay_loaded_and_are_not_written() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let ada = db.create(ada()).await.unwrap();
    let mut user = db.find_unique(ada.id).include(User::posts).await.unwrap().unwrap().tracked();
    user.posts = Related::loaded(vec![]);
    assert!(user.changed().unwrap().is_empty());
    user.address = Some(crate::models::Address { street: "s".into(), city: "Rome".into(), geo: None });
    fixture.commands();
    db.save(&mut user).await.unwrap();
    assert_eq!(fixture.commands(), ["findAndModify"]);
    assert_eq!((user.posts.get().unwrap().len(), user.version, user.updated_at), (0, 1, now()));
    let stored = fixture.first("users").await;
    assert_eq!(stored.get_document("address").unwrap(), &doc! { "street": "s", "town": "Rome" });
    assert!(!stored.contains_key("posts"));
}

#[tokio::test]
async fn what_is_filled_or_converted_on_reading_is_no_change() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let stored =
        doc! { "_id": 0_i64, "name": "bare", "rank": 5.0, "score": f64::NAN, "updated_at": bson::DateTime::from_millis(0), "more": 1 };
    fixture.store("accounts", stored.clone()).await;
    let mut account = db.get(Account::id.eq(0)).await.unwrap().tracked();
    assert_eq!((account.rank, account.spot.x, account.version), (5, 1.5, 0));
    fixture.commands();
    db.save(&mut account).await.unwrap();
    assert!(account.changed().unwrap().is_empty());
    assert_eq!(fixture.commands(), Vec::<String>::new());
    assert_eq!(fixture.first("accounts").await.to_vec().unwrap(), stored.to_vec().unwrap());
    // And is not written along with what did change. A missing version counts as 0.
    account.bio = Some("new".into());
    db.save(&mut account).await.unwrap();
    let mut expected = stored;
    expected.extend(doc! { "bio": "new", "version": 1_i64, "updated_at": bson::DateTime::from_millis(now().timestamp_millis()) });
    let mut found = fixture.first("accounts").await;
    assert!(found.get_f64("score").unwrap().is_nan());
    // NaN equals nothing.
    expected.remove("score");
    found.remove("score");
    assert_eq!(found, expected);
}

#[tokio::test]
async fn a_version_that_is_null_counts_as_the_first() {
    let fixture = fixture().await;
    fixture.change("accounts", doc! { "$set": { "version": Bson::Null } }).await;
    let mut account = fixture.db.get(Account::id.eq(1)).await.unwrap().tracked();
    account.rank = 6;
    fixture.db.save(&mut account).await.unwrap();
    assert_eq!((account.version, fixture.first("accounts").await.get_i64("version").unwrap()), (1, 1));
}

#[tokio::test]
async fn composites_are_saved_by_their_fields() {
    let fixture = fixture().await;
    let db = &fixture.db;
    fixture.change("accounts", doc! { "$set": { "home.floor": 7, "cover.alt": "x", "spot.z": 1 } }).await;
    let mut account = db.get(Account::id.eq(1)).await.unwrap().tracked();
    account.home.as_mut().unwrap().city = "Paris".into();
    account.spot.label = Some("here".into());
    account.cover = Some(Media::Photo { url: "u".into(), width: 2 });
    assert_eq!(account.changed().unwrap(), ["home.town", "spot.label", "cover.width"]);
    db.save(&mut account).await.unwrap();
    let stored = fixture.first("accounts").await;
    assert_eq!(stored.get_document("home").unwrap(), &doc! { "street": "s", "town": "Paris", "floor": 7 });
    assert_eq!(stored.get_document("spot").unwrap(), &doc! { "x": 1.5, "label": "here", "z": 1 });
    assert_eq!(stored.get_document("cover").unwrap(), &doc! { "kind": "Photo", "url": "u", "width": 2, "alt": "x" });

    // What was not there is set as a whole, and a field that is gone is taken out.
    account.home.as_mut().unwrap().spot = Some(Spot { x: 2.0, label: Some("b".into()) });
    account.spot.label = None;
    assert_eq!(account.changed().unwrap(), ["home.spot", "spot.label"]);
    db.save(&mut account).await.unwrap();
    let stored = fixture.first("accounts").await;
    let home = doc! { "street": "s", "town": "Paris", "floor": 7, "spot": { "x": 2.0, "label": "b" } };
    assert_eq!(stored.get_document("home").unwrap(), &home);
    assert_eq!(stored.get_document("spot").unwrap(), &doc! { "x": 1.5, "z": 1 });

    // A union of another variant is another value, and so is a list or a map.
    account.cover = Some(Media::Link { url: "u".into() });
    account.sizes.insert("l".into(), 3);
    account.home.as_mut().unwrap().spot.as_mut().unwrap().label = None;
    assert_eq!(account.changed().unwrap(), ["sizes", "home.spot.label", "cover"]);
    db.save(&mut account).await.unwrap();
    let stored = fixture.first("accounts").await;
    assert_eq!(stored.get_document("cover").unwrap(), &doc! { "kind": "Link", "url": "u" });
    assert_eq!(stored.get_document("sizes").unwrap(), &doc! { "l": 3, "s": 1 });
    assert_eq!(db.get(Account::id.eq(1)).await.unwrap(), account.into_inner());
}

#[tokio::test]
async fn of_two_who_loaded_one_version_one_meets_a_conflict() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let mut first = db.get(Account::id.eq(1)).await.unwrap().tracked();
    let mut second = first.clone();
    first.bio = None;
    second.rank = 8;
    db.save(&mut first).await.unwrap();
    fixture.commands();
    let error = db.save(&mut second).await.unwrap_err();
    assert_eq!(error.to_string(), "this `Account` (_id 1) was changed by someone else since it was loaded: load it again");
    assert!(matches!(error, Error::Conflict { model: "Account", .. }) && error.outcome() == Outcome::NotApplied, "{error:?}");
    assert_eq!(fixture.commands(), ["findAndModify", "find"]);
    assert_eq!((second.rank, second.version, second.changed().unwrap()), (8, 0, vec!["rank".to_owned()]), "the value is as it was");
    assert_eq!(db.get(Account::id.eq(1)).await.unwrap().rank, 5);

    // Every write of Chakra's raises the version.
    db.update(Account::id.eq(1)).set(Account::tags, Vec::<String>::new()).await.unwrap();
    first.rank = 8;
    assert!(matches!(db.save(&mut first).await, Err(Error::Conflict { .. })));
    let mut again = db.get(Account::id.eq(1)).await.unwrap().tracked();
    again.rank = 8;
    db.save(&mut again).await.unwrap();
    assert_eq!((again.version, again.tags.len()), (3, 0));

    db.delete(Account::id.eq(1)).await.unwrap();
    again.rank = 9;
    fixture.commands();
    let error = db.save(&mut again).await.unwrap_err();
    assert_eq!(error.to_string(), "no `Account` with _id 1 was found");
    assert_eq!(fixture.commands(), ["findAndModify", "find"]);
}

#[tokio::test]
async fn without_a_version_the_last_writer_of_a_field_wins() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let mut first = db.get(Note::id.eq(1)).await.unwrap().tracked();
    let mut second = first.clone();
    first.title = "first".into();
    first.body = Some("first".into());
    second.title = "second".into();
    db.save(&mut first).await.unwrap();
    db.save(&mut second).await.unwrap();
    let stored = db.get(Note::id.eq(1)).await.unwrap();
    assert_eq!((stored.title.as_str(), stored.body.as_deref()), ("second", Some("first")));
    assert_eq!(second.body, None, "what others wrote is not the value's own");
    db.delete(Note::id.eq(1)).await.unwrap();
    first.title = "third".into();
    fixture.commands();
    assert!(matches!(db.save(&mut first).await, Err(Error::NotFound { model: "Note", .. })));
    assert_eq!(fixture.commands(), ["findAndModify"]);
}

#[tokio::test]
async fn half_a_composite_is_never_stored() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let mut note = db.get(Note::id.eq(1)).await.unwrap().tracked();
    note.home.as_mut().unwrap().city = "Paris".into();
    for gone in [doc! { "$unset": { "home": "" } }, doc! { "$set": { "home": Bson::Null } }] {
        fixture.change("notes", gone).await;
        let before = fixture.first("notes").await;
        fixture.commands();
        let error = db.save(&mut note).await.unwrap_err();
        assert!(matches!(error, Error::Conflict { model: "Note", .. }), "{error:?}");
        assert_eq!(fixture.commands(), ["findAndModify", "aggregate"]);
        assert_eq!(fixture.first("notes").await, before);
    }
    // The same of a variant that became another.
    fixture.change("notes", doc! { "$set": { "cover": { "kind": "Photo", "url": "u", "width": 1 } } }).await;
    let mut note = db.get(Note::id.eq(1)).await.unwrap().tracked();
    note.cover = Some(Media::Photo { url: "u".into(), width: 2 });
    fixture.change("notes", doc! { "$set": { "cover": { "kind": "Link", "url": "u" } } }).await;
    assert!(matches!(db.save(&mut note).await, Err(Error::Conflict { .. })));
    assert_eq!(db.get(Note::id.eq(1)).await.unwrap().cover, Some(Media::Link { url: "u".into() }));
}

#[tokio::test]
async fn a_part_of_a_default_makes_it_whole() {
    let fixture = fixture().await;
    let db = &fixture.db;
    fixture.change("notes", doc! { "$unset": { "spot": "" } }).await;
    let mut note = db.get(Note::id.eq(1)).await.unwrap().tracked();
    note.spot.label = Some("here".into());
    fixture.commands();
    db.save(&mut note).await.unwrap();
    assert_eq!(fixture.commands(), ["findAndModify", "aggregate", "update", "findAndModify"]);
    assert_eq!(fixture.first("notes").await.get_document("spot").unwrap(), &doc! { "x": 1.5, "label": "here" });
    assert_eq!(db.get(Note::id.eq(1)).await.unwrap(), note.into_inner());
}

#[tokio::test]
async fn what_is_not_the_values_to_change_is_refused_before_anything_is_sent() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let account = db.get(Account::id.eq(1)).await.unwrap().tracked();
    fixture.commands();
    let changes: [(fn(&mut Account), &str); 3] = [
        (|account| account.id = 2, "`_id` needs no change: the `_id` of a document never changes"),
        (|account| account.version = 7, "`version` needs no change by hand: every write raises it"),
        (|account| account.bio = Some("far too long".into()), "`bio` needs at most 9 characters"),
    ];
    for (change, rule) in changes {
        let mut account = account.clone();
        change(&mut account);
        let error = db.save(&mut account).await.unwrap_err();
        assert_eq!(error.to_string(), format!("this `Account` is not valid: {rule}"));
    }
    assert_eq!(fixture.commands(), Vec::<String>::new());

    let post = db.create(Post::draft().title("t").author_id(Id::new())).await.unwrap();
    fixture.commands();
    let mut post = post.tracked();
    post.title = "new".into();
    post.category_ids.push(Id::new());
    let error = db.save(&mut post).await.unwrap_err();
    let rule = "`category_ids` needs no change: the relation `categories` keeps these ids true to those on the other side";
    assert_eq!(error.to_string(), format!("this `Post` is not valid: {rule}"));
    assert_eq!(fixture.commands(), Vec::<String>::new());
    post.category_ids.clear();
    db.save(&mut post).await.unwrap();
    assert_eq!(db.get(post.id).await.unwrap().title, "new");
}

#[tokio::test]
async fn a_moment_that_the_value_says_itself_is_kept() {
    let fixture = fixture().await;
    let mut account = fixture.db.get(Account::id.eq(1)).await.unwrap().tracked();
    account.updated_at = DateTime::from_timestamp_millis(5).unwrap();
    fixture.db.save(&mut account).await.unwrap();
    assert_eq!((account.updated_at.timestamp_millis(), account.version), (5, 1));
    assert_eq!(fixture.db.get(Account::id.eq(1)).await.unwrap(), account.into_inner());
}

#[tokio::test]
async fn a_taken_key_leaves_the_value_as_it_was() {
    let fixture = fixture().await;
    let db = &fixture.db;
    db.insert_many(&[account(2)]).await.unwrap();
    let mut account = db.get(Account::id.eq(2)).await.unwrap().tracked();
    account.name = "n1".into();
    let error = db.save(&mut account).await.unwrap_err();
    assert!(error.is_unique_on(Account::name) && error.outcome() == Outcome::NotApplied, "{error:?}");
    assert_eq!((account.version, account.changed().unwrap()), (0, vec!["name".to_owned()]));
    account.name = "n3".into();
    db.save(&mut account).await.unwrap();
    assert_eq!(db.get(Account::id.eq(2)).await.unwrap().name, "n3");
}

#[tokio::test]
async fn optimistic_saves_of_one_document_at_once_lose_nothing() {
    let fixture = fixture().await;
    let all_have_read = Arc::new(Barrier::new(8));
    let tasks = (0..8).map(|_| {
        let (db, all_have_read) = (fixture.db.clone(), Arc::clone(&all_have_read));
        tokio::spawn(async move {
            let (mut conflicts, mut has_met) = (0, false);
            for _ in 0..25 {
                loop {
                    let mut account = db.get(Account::id.eq(1)).await.unwrap().tracked();
                    if !has_met {
                        // All of them save the same at first, of whom one is right.
                        all_have_read.wait().await;
                        has_met = true;
                    }
                    account.rank += 1;
                    match db.save(&mut account).await {
                        Ok(()) => break,
                        Err(Error::Conflict { .. }) => conflicts += 1,
                        Err(error) => panic!("{error:?}"),
                    }
                }
            }
            conflicts
        })
    });
    let conflicts: i32 = futures::future::try_join_all(tasks).await.unwrap().into_iter().sum();
    let account = fixture.db.get(Account::id.eq(1)).await.unwrap();
    assert_eq!((account.rank, account.version), (205, 200));
    assert!(conflicts >= 7, "{conflicts}");
}

#[tokio::test]
async fn in_a_transaction_a_save_is_a_part_of_it() {
    let fixture = fixture().await;
    let db = &fixture.db;
    db.transaction(|tx| async move {
        let mut account = tx.get(Account::id.eq(1)).await?.tracked();
        account.rank = 6;
        tx.save(&mut account).await
    })
    .await
    .unwrap();
    let error = db
        .transaction(|tx| async move {
            let mut account = tx.get(Account::id.eq(1)).await?.tracked();
            account.rank = 7;
            tx.save(&mut account).await?;
            Err::<(), _>(Error::other("changed my mind"))
        })
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "changed my mind");
    let account = db.get(Account::id.eq(1)).await.unwrap();
    assert_eq!((account.rank, account.version), (6, 1));
}

#[derive(Debug, Clone, PartialEq, Model)]
#[chakra(collection = "events", tag = "kind")]
enum Event {
    Login {
        #[chakra(id)]
        id: i64,
        #[chakra(version)]
        version: i64,
        user: String,
        origin: Option<String>,
    },
    Payment {
        #[chakra(id)]
        id: i64,
        #[chakra(version)]
        version: i64,
        user: String,
        cents: i64,
    },
}

#[tokio::test]
async fn a_model_of_several_shapes_is_saved_too() {
    let fixture = Fixture::new(|builder| builder.model::<Event>()).await;
    let db = &fixture.db;
    db.insert_many(&[Event::Login { id: 1, version: 0, user: "ada".into(), origin: Some("x".into()) }]).await.unwrap();
    fixture.change("events", doc! { "$set": { "more": 1 } }).await;
    let mut event = db.get(Event::id.eq(1)).await.unwrap().tracked();
    if let Event::Login { origin, .. } = &mut *event {
        *origin = None;
    }
    assert_eq!(event.changed().unwrap(), ["origin"]);
    db.save(&mut event).await.unwrap();
    let stored = doc! { "kind": "Login", "_id": 1_i64, "version": 1_i64, "user": "ada", "more": 1 };
    assert_eq!(fixture.stored("events").await, [stored]);
    assert!(matches!(&*event, Event::Login { version: 1, .. }), "{event:?}");

    *event = Event::Payment { id: 1, version: 1, user: "ada".into(), cents: 5 };
    assert_eq!(event.changed().unwrap(), ["kind", "user", "cents"]);
    db.save(&mut event).await.unwrap();
    let stored = doc! { "kind": "Payment", "_id": 1_i64, "version": 2_i64, "user": "ada", "cents": 5_i64, "more": 1 };
    assert_eq!(fixture.stored("events").await, [stored]);
    assert_eq!(event.into_inner(), Event::Payment { id: 1, version: 2, user: "ada".into(), cents: 5 });
}

#[derive(Debug, Clone, PartialEq, Composite)]
struct Sheet {
    title: String,
    #[chakra(extra)]
    rest: Document,
}

#[derive(Debug, Clone, PartialEq, Model)]
struct File {
    #[chakra(id)]
    id: i64,
    sheet: Sheet,
    #[chakra(extra)]
    rest: Document,
}

#[tokio::test]
async fn further_fields_are_saved_one_by_one() {
    let fixture = Fixture::new(|builder| builder.model::<File>()).await;
    let db = &fixture.db;
    fixture.store("files", doc! { "_id": 1_i64, "sheet": { "title": "t", "a": 1, "b": 2 }, "c": 3, "d": { "e": 4 } }).await;
    let mut file = db.get(File::id.eq(1)).await.unwrap().tracked();
    file.sheet.rest.insert("b", 20);
    file.sheet.rest.remove("a");
    file.rest.insert("c", 30);
    file.rest.remove("d");
    assert_eq!(file.changed().unwrap(), ["sheet", "c", "d"]);
    db.save(&mut file).await.unwrap();
    assert_eq!(fixture.stored("files").await, [doc! { "_id": 1_i64, "sheet": { "title": "t", "b": 20 }, "c": 30 }]);
    // A null that was put there is stored as one.
    file.rest.insert("c", bson::Bson::Null);
    file.rest.insert("n", bson::Bson::Null);
    db.save(&mut file).await.unwrap();
    let nulls = doc! { "_id": 1_i64, "sheet": { "title": "t", "b": 20 }, "c": bson::Bson::Null, "n": bson::Bson::Null };
    assert_eq!(fixture.stored("files").await, [nulls]);
    file.rest.insert("c", 30);
    file.rest.remove("n");
    db.save(&mut file).await.unwrap();
    // A name that is no path stands in a composite, which is sent as a whole; the document itself is not.
    file.sheet.rest.insert("a.b", 1);
    assert_eq!(file.changed().unwrap(), ["sheet"]);
    db.save(&mut file).await.unwrap();
    assert_eq!(fixture.stored("files").await, [doc! { "_id": 1_i64, "sheet": { "title": "t", "b": 20, "a.b": 1 }, "c": 30 }]);
    file.rest.insert("a.b", 1);
    fixture.commands();
    let error = db.save(&mut file).await.unwrap_err();
    let rule = "further fields with a name that is not empty, has no dot in it and no `$` in front, to be changed";
    assert_eq!(error.to_string(), format!("this `File` is not valid: `{{…}}` needs {rule}"));
    assert_eq!(fixture.commands(), Vec::<String>::new());
}

#[derive(Debug, Clone, PartialEq, Composite)]
struct Span {
    low: i32,
    high: i32,
}

impl Span {
    fn is_forward(&self) -> bool {
        self.low <= self.high
    }
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Plan {
    #[chakra(id)]
    id: i64,
    #[chakra(validate = Span::is_forward)]
    span: Span,
}

#[tokio::test]
async fn a_composite_with_a_rule_over_the_whole_is_saved_as_a_whole() {
    let fixture = Fixture::new(|builder| builder.model::<Plan>()).await;
    let db = &fixture.db;
    db.insert_many(&[Plan { id: 1, span: Span { low: 1, high: 5 } }]).await.unwrap();
    let mut first = db.get(Plan::id.eq(1)).await.unwrap().tracked();
    let mut second = first.clone();
    first.span.low = 4;
    second.span.high = 2;
    assert_eq!(first.changed().unwrap(), ["span"]);
    // Each keeps to the rule; field by field, both together would not.
    db.save(&mut first).await.unwrap();
    db.save(&mut second).await.unwrap();
    assert_eq!(db.get(Plan::id.eq(1)).await.unwrap().span, Span { low: 1, high: 2 });
    second.span.low = 3;
    let error = db.save(&mut second).await.unwrap_err();
    assert_eq!(error.to_string(), "this `Plan` is not valid: `span` needs to pass `Span::is_forward`");
}
