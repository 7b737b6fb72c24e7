//! What stands in the way of a unique index: named by `check_duplicates` as the index would see it, counted by a plan, and named by a sync, also
//! where it came between its look and the build.

use super::{left, listed, store_apart};
use crate::support::{Fixture, patient};
use bson::{Bson, Document, doc};
use chakra::{CommandRecord, Db, Error, SyncStep, prelude::*};
use chakra_testkit::TestDb;
use std::sync::{Arc, Mutex};

#[derive(Debug, Clone, Model)]
#[chakra(
    collection = "tickets",
    index(seat),
    unique(seat, day),
    unique(code, sparse),
    unique(mail, collation(locale = "en", strength = 2)),
    unique(nick, partial = Self::is_open.eq(true)),
    unique(phone)
)]
struct Ticket {
    #[chakra(id)]
    id: i64,
    seat: String,
    day: i32,
    code: Option<String>,
    mail: String,
    nick: String,
    is_open: bool,
    phone: Option<String>,
}

fn ticket(id: i32, more: Document) -> Document {
    let text = || id.to_string();
    let mut ticket = doc! { "_id": id, "seat": text(), "day": id, "mail": text(), "nick": text(), "is_open": true };
    ticket.extend(more);
    ticket
}

#[tokio::test]
async fn each_index_is_looked_at_as_it_would_see_the_documents() {
    let fixture = Fixture::new(|builder| builder.model::<Ticket>()).await;
    fixture.commands();
    let empty = fixture.db.sync().check_duplicates().await.unwrap();
    assert!(empty.is_empty());
    assert_eq!(empty.to_string(), "no documents stand in the way of a unique index");
    assert_eq!(fixture.commands(), ["listCollections"], "what is not there has no documents");
    for document in [
        // To a full index the field that the second has not is null.
        ticket(1, doc! { "seat": Bson::Null, "day": 1 }),
        // Four times the same, in two spellings to the collation alone.
        ticket(3, doc! { "mail": "ada", "nick": "n" }),
        ticket(4, doc! { "mail": "Ada", "nick": "n", "is_open": false }),
        ticket(5, doc! { "mail": "ADA", "nick": "n", "is_open": false }),
        ticket(6, doc! { "mail": "ada" }),
        // Null is a value to a sparse index; and absent to one that covers what is there.
        ticket(7, doc! { "code": Bson::Null, "phone": Bson::Null }),
        ticket(8, doc! { "code": Bson::Null, "phone": Bson::Null }),
        ticket(9, doc! { "phone": "secret" }),
        ticket(10, doc! { "phone": "secret" }),
    ] {
        fixture.store("tickets", document).await;
    }
    let mut without = ticket(2, doc! { "day": 1 });
    without.remove("seat");
    fixture.store("tickets", without).await;
    let report = fixture.db.sync().check_duplicates().await.unwrap();
    let sent = fixture.commands();
    assert_eq!(sent.iter().filter(|command| *command == "aggregate").count(), 5, "{sent:?}");
    assert!(!sent.iter().any(|command| ["create", "createIndexes", "collMod"].contains(&command.as_str())), "{sent:?}");
    assert_eq!(listed(&fixture, "tickets").await, Vec::<Document>::new(), "nothing is made");
    let line = |index: &str, fields: &str, groups: &str| {
        format!("the index `{index}` of `Ticket` cannot be made: `tickets` holds documents with the same {fields}: {groups}")
    };
    let mut lines: Vec<String> = report.to_string().lines().map(str::to_owned).collect();
    lines.sort();
    assert_eq!(
        lines,
        [
            line("code_1", "`code`", "_id 7, 8"),
            line("mail_1", "`mail`", "_id 3, 4, 5 and 1 more"),
            line("phone_1", "`phone`", "_id 9, 10"),
            line("seat_1_day_1", "`seat`, `day`", "_id 1, 2"),
        ]
    );
    let phone = report.indexes.iter().find(|keys| keys.index == "phone_1").unwrap();
    assert_eq!((phone.model, phone.collection, &phone.fields[..]), ("Ticket", "tickets", &["phone".to_owned()][..]));
    assert_eq!((phone.groups[0].values(), phone.groups[0].count()), (&[Bson::from("secret")][..], 2));
    assert_eq!(phone.groups[0].ids(), [Bson::Int32(9), Bson::Int32(10)]);
    assert!(!format!("{report:?}").contains("secret"), "the values are not for logs");
    let seat = report.indexes.iter().find(|keys| keys.index == "seat_1_day_1").unwrap();
    assert_eq!(seat.groups[0].values(), [Bson::Null, Bson::Int32(1)]);

    // The server refuses the same indexes, and builds all others, of which those that are not unique come by one command.
    fixture.db.sync().await.unwrap_err();
    let sent = fixture.commands();
    assert_eq!(sent.iter().filter(|command| *command == "createIndexes").count(), 2, "{sent:?}");
    let made = listed(&fixture, "tickets").await;
    let names: Vec<&str> = made.iter().map(|index| index.get_str("name").unwrap()).collect();
    assert_eq!(names, ["nick_1", "seat_1"]);
}

#[tokio::test]
async fn ten_groups_are_named_and_what_is_built_is_not_looked_at() {
    #[derive(Debug, Clone, Model)]
    #[chakra(collection = "plates", unique(number), unique(owner))]
    struct Plate {
        #[chakra(id)]
        id: i64,
        number: String,
        owner: String,
    }
    let fixture = Fixture::new(|builder| builder.model::<Plate>()).await;
    for id in 0..24 {
        fixture.store("plates", doc! { "_id": id, "number": (id / 2).to_string(), "owner": id.to_string() }).await;
    }
    fixture.db.sync().await.unwrap_err();
    fixture.commands();
    let report = fixture.db.sync().check_duplicates().await.unwrap();
    assert_eq!(fixture.commands().iter().filter(|command| *command == "aggregate").count(), 1);
    let [keys] = &report.indexes[..] else { panic!("{report}") };
    assert_eq!((keys.index.as_str(), keys.groups.len()), ("number_1", 10));
    assert!(report.to_string().ends_with("; …"), "{report}");
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "guests", index(name), unique(email), unique(phone))]
struct Guest {
    #[chakra(id)]
    id: i64,
    name: String,
    email: String,
    phone: String,
}

fn guest(id: i32, email: &str) -> Document {
    doc! { "_id": id, "name": "n", "email": email, "phone": id.to_string() }
}

/// A step of a plan that so many documents stand in the way of.
fn refused(step: &str, documents: u64) -> String {
    format!("{step}; {documents} documents share its keys with another, so that it is refused until they differ: see `check_duplicates`")
}

#[tokio::test]
async fn a_plan_counts_what_the_server_would_refuse() {
    let fixture = Fixture::new(|builder| builder.model::<Guest>()).await;
    for (id, email) in [(1, "a"), (2, "a"), (3, "a"), (4, "b"), (5, "b"), (6, "c")] {
        fixture.store("guests", guest(id, email)).await;
    }
    let name = "create the index `name_1` on `guests`: { \"name\": 1 }";
    let email = "create the index `email_1` on `guests`: { \"email\": 1 }, unique";
    let phone = "create the index `phone_1` on `guests`: { \"phone\": 1 }, unique";
    fixture.commands();
    let plan = fixture.db.sync().plan().await.unwrap();
    // One look for each unique index, and nothing is made.
    assert_eq!(fixture.commands(), ["listCollections", "listIndexes", "find", "aggregate", "aggregate"]);
    let mut lines: Vec<String> = plan.to_string().lines().map(str::to_owned).collect();
    lines.sort();
    assert_eq!(lines, [refused(email, 5), name.to_owned(), phone.to_owned()]);
    let counts: Vec<u64> =
        plan.steps.iter().filter_map(|step| if let SyncStep::Refused { documents, .. } = step { Some(*documents) } else { None }).collect();
    assert_eq!((counts, plan.is_empty()), (vec![5], false));
    assert_eq!(fixture.db.sync().tighten().plan().await.unwrap(), plan, "nothing is held");

    // A sync looks for itself, and `tighten` takes no index that the server refuses.
    let text = "the index `email_1` of `Guest` cannot be made: `guests` holds documents with the same `email`: _id 1, 2, 3; _id 4, 5";
    fixture.commands();
    assert_eq!(fixture.db.sync().await.unwrap_err().to_string(), text);
    let sent = fixture.commands();
    assert_eq!(sent.iter().filter(|command| *command == "aggregate").count(), 2, "{sent:?}");
    assert_eq!(fixture.db.sync().tighten().await.unwrap_err().to_string(), text);
    let names = async || listed(&fixture, "guests").await.iter().map(|index| index.get_str("name").unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(names().await, ["name_1", "phone_1"]);
    assert_eq!(left(&fixture).await, [refused(email, 5)]);

    fixture.raw.collection::<Document>("guests").delete_many(doc! { "_id": { "$in": [2, 3] } }).await.unwrap();
    assert_eq!(left(&fixture).await, [refused(email, 2)]);
    fixture.raw.collection::<Document>("guests").delete_one(doc! { "_id": 5 }).await.unwrap();
    assert_eq!(left(&fixture).await, [email]);
    fixture.db.sync().await.unwrap();
    assert_eq!(names().await, ["email_1", "name_1", "phone_1"]);
    fixture.commands();
    assert_eq!(left(&fixture).await, [""; 0]);
    assert!(!fixture.commands().contains(&"aggregate".to_owned()), "what is there guards itself");
}

#[tokio::test]
async fn what_is_counted_is_what_the_index_would_see() {
    let fixture = Fixture::new(|builder| builder.model::<Ticket>()).await;
    for document in [
        ticket(1, doc! { "mail": "ada", "nick": "n" }),
        ticket(2, doc! { "mail": "Ada", "nick": "n", "is_open": false }),
        ticket(3, doc! { "phone": Bson::Null, "code": "c" }),
        ticket(4, doc! { "phone": Bson::Null, "code": "c", "seat": "3", "day": 3 }),
    ] {
        fixture.store("tickets", document).await;
    }
    let plan = fixture.db.sync().plan().await.unwrap();
    let mut counted = Vec::new();
    for step in &plan.steps {
        if let SyncStep::Refused { step, documents } = step {
            let SyncStep::CreateIndex { index, .. } = &**step else { panic!("{step}") };
            counted.push((index.get_str("name").unwrap(), *documents));
        }
    }
    counted.sort_unstable();
    assert_eq!(counted, [("code_1", 2), ("mail_1", 2), ("seat_1_day_1", 2)]);
}

#[tokio::test]
async fn a_plan_counts_for_a_rebuild_that_is_asked_for() {
    let fixture = Fixture::new(|builder| builder.model::<Guest>()).await;
    let there = vec![
        doc! { "key": { "name": 1 }, "name": "name_1" },
        doc! { "key": { "email": 1 }, "name": "email_1" },
        doc! { "key": { "phone": 1 }, "name": "phone_1", "unique": true },
    ];
    fixture.raw.run_command(doc! { "createIndexes": "guests", "indexes": there }).await.unwrap();
    for (id, email) in [(1, "a"), (2, "a"), (3, "b")] {
        fixture.store("guests", guest(id, email)).await;
    }
    let difference = "`unique` expected true, found none";
    fixture.commands();
    let differs = format!("the index `email_1` on `guests` differs; it needs a rebuild and is left untouched: {difference}");
    assert_eq!(left(&fixture).await, [differs]);
    assert!(!fixture.commands().contains(&"aggregate".to_owned()), "what is not done is not counted");
    let rebuild =
        format!("rebuild the index `email_1` on `guests` as `email_1~2`, which is built before the old one is dropped: {difference}");
    assert_eq!(fixture.db.sync().rebuild().plan().await.unwrap().to_string(), refused(&rebuild, 2));
    // They are named whether it is asked for or not.
    let report = fixture.db.sync().check_duplicates().await.unwrap();
    let text = "the index `email_1~2` of `Guest` cannot be made: `guests` holds documents with the same `email`: _id 1, 2";
    assert_eq!(report.to_string(), text);
}

#[tokio::test]
async fn duplicates_that_come_after_the_look_are_named_and_the_others_are_built() {
    let database = TestDb::new().await.unwrap();
    let raw = mongodb::Client::with_uri_str(database.uri()).await.unwrap().database(database.name());
    raw.collection::<Document>("guests").insert_one(guest(1, "a")).await.unwrap();
    let sent = Arc::new(Mutex::new(Vec::new()));
    let (uri, record) = (database.uri().to_owned(), Arc::clone(&sent));
    let listener = move |command: &CommandRecord| {
        let indexes = command.command().get_array("indexes").map(Vec::as_slice).unwrap_or_default();
        let names: Vec<&str> = indexes.iter().map(|index| index.as_document().unwrap().get_str("name").unwrap()).collect();
        let is_first = {
            let mut sent = record.lock().unwrap();
            let what = if names.is_empty() { command.name().to_owned() } else { names.join(" ") };
            sent.push(what.clone());
            what == "email_1" && sent.iter().filter(|sent| **sent == what).count() == 1
        };
        if is_first {
            store_apart(&uri, "guests", guest(2, "a"));
        }
    };
    let db = Db::builder(patient(database.uri())).model::<Guest>().on_command(listener).connect().await.unwrap();
    let error = db.sync().await.unwrap_err();
    assert!(matches!(error, Error::Index { model: "Guest", .. }), "{error:?}");
    let text = "the index `email_1` of `Guest` cannot be made: `guests` holds documents with the same `email`: _id 1, 2";
    assert_eq!(error.to_string(), text);
    assert_eq!(error.detail().as_deref(), Some("email: \"a\" in _id 1, 2"));

    // It had looked before, was refused by the server, and looked again; the index after it was made as well.
    let sent: Vec<String> = sent.lock().unwrap().clone();
    let made: Vec<&str> = sent.iter().map(String::as_str).filter(|what| *what == "aggregate" || what.ends_with("_1")).collect();
    assert_eq!(made, ["name_1", "aggregate", "email_1", "aggregate", "aggregate", "phone_1"]);
    let reply = raw.run_command(doc! { "listIndexes": "guests" }).await.unwrap();
    let listed = reply.get_document("cursor").unwrap().get_array("firstBatch").unwrap();
    let mut names: Vec<&str> = listed.iter().map(|index| index.as_document().unwrap().get_str("name").unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, ["_id_", "name_1", "phone_1"]);
    assert_eq!(raw.collection::<Document>("guests").count_documents(doc! {}).await.unwrap(), 2);
}

#[tokio::test]
async fn what_is_held_is_counted_as_well() {
    #[derive(Debug, Clone, Model)]
    #[chakra(collection = "visits", unique(at, expire_after = "1h"))]
    struct Visit {
        #[chakra(id)]
        id: i64,
        at: DateTime<Utc>,
    }
    let fixture = Fixture::new(|builder| builder.model::<Visit>()).await;
    for id in [1, 2] {
        fixture.store("visits", doc! { "_id": id, "at": bson::DateTime::MAX }).await;
    }
    let plan = fixture.db.sync().plan().await.unwrap();
    let [SyncStep::Held { step: held, documents: Some(0) }] = &plan.steps[..] else { panic!("{plan}") };
    assert!(matches!(&**held, SyncStep::Refused { documents: 2, .. }), "{plan}");
    let tightened = fixture.db.sync().tighten().plan().await.unwrap();
    assert_eq!(&tightened.steps[..], std::slice::from_ref(&**held));
    let error = fixture.db.sync().tighten().await.unwrap_err();
    let text = "the index `at_1` of `Visit` cannot be made: `visits` holds documents with the same `at`: _id 1, 2";
    assert_eq!(error.to_string(), text);
}
