//! A model of several shapes: one collection, and each document one of the variants.

use super::album::rules;
use crate::support::Fixture;
use bson::{Bson, Document, doc};
use chakra::{Draft, Error, Outcome, action::Updated, prelude::*};

#[derive(Debug, Clone, PartialEq, Composite)]
struct Origin {
    city: String,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[chakra(collection = "events", tag = "kind", index(at = desc))]
enum Event {
    Login {
        #[chakra(id)]
        id: Id<Event>,
        #[chakra(default = now())]
        at: DateTime<Utc>,
        #[chakra(version)]
        version: i64,
        #[chakra(unique, min_length = 2)]
        user: String,
        origin: Option<Origin>,
    },
    #[chakra(name = "PAY")]
    Payment {
        #[chakra(id)]
        id: Id<Event>,
        #[chakra(default = now())]
        at: DateTime<Utc>,
        #[chakra(version)]
        version: i64,
        user: String,
        #[chakra(min = 1)]
        cents: i64,
        #[chakra(default = "EUR")]
        currency: String,
    },
    Ping {
        #[chakra(id)]
        id: Id<Event>,
        #[chakra(default = now())]
        at: DateTime<Utc>,
        #[chakra(version)]
        version: i64,
    },
}

fn moment(ms: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(ms).unwrap()
}

fn login(ms: i64, user: &str) -> Event {
    Event::Login { id: Id::new(), at: moment(ms), version: 0, user: user.into(), origin: None }
}

fn payment(ms: i64, user: &str, cents: i64) -> Event {
    Event::Payment { id: Id::new(), at: moment(ms), version: 0, user: user.into(), cents, currency: "EUR".into() }
}

fn ping(ms: i64) -> Event {
    Event::Ping { id: Id::new(), at: moment(ms), version: 0 }
}

fn id_of(event: &Event) -> Id<Event> {
    match event {
        Event::Login { id, .. } | Event::Payment { id, .. } | Event::Ping { id, .. } => *id,
    }
}

fn at_of(event: &Event) -> i64 {
    match event {
        Event::Login { at, .. } | Event::Payment { at, .. } | Event::Ping { at, .. } => at.timestamp_millis(),
    }
}

fn user_of_login(event: &Event) -> Option<&str> {
    match event {
        Event::Login { user, .. } => Some(user),
        _ => None,
    }
}

async fn fixture() -> Fixture {
    let fixture = Fixture::new(|builder| builder.model::<Event>()).await;
    fixture.commands();
    fixture
}

/// The stored documents in the order of their moments.
async fn stored(fixture: &Fixture) -> Vec<Document> {
    let mut stored = fixture.stored("events").await;
    stored.sort_by_key(|document| document.get_datetime("at").unwrap().timestamp_millis());
    stored
}

#[tokio::test]
async fn each_variant_has_a_draft_and_its_own_fields() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let before = Utc::now();
    let pinged = db.create(Event::draft_ping()).await.unwrap();
    assert_eq!(fixture.commands(), ["insert"]);
    let Event::Ping { at, version: 0, .. } = pinged else { panic!("{pinged:?}") };
    assert!(at >= before - chrono::TimeDelta::milliseconds(1) && at <= Utc::now());
    assert_eq!(db.get(id_of(&pinged)).await.unwrap(), pinged);
    db.delete(id_of(&pinged)).await.unwrap();

    let origin = Origin { city: "Rome".into() };
    let ada = db.create(Event::draft_login().user("ada").at(moment(1)).origin(origin.clone())).await.unwrap();
    assert_eq!(ada, Event::Login { id: id_of(&ada), at: moment(1), version: 0, user: "ada".into(), origin: Some(origin) });
    let paid = db.create(Event::draft_payment().at(moment(2)).cents(5).user("ada")).await.unwrap();
    assert_eq!(paid, Event::Payment { id: id_of(&paid), at: moment(2), version: 0, user: "ada".into(), cents: 5, currency: "EUR".into() });
    let drafts = [Draft::of(Event::draft_ping().at(moment(3))), Draft::of(Event::draft_login().at(moment(4)).user("bob"))];
    assert_eq!(db.create_many(drafts).await.unwrap(), 2);

    let at = bson::DateTime::from_millis;
    let stored = stored(&fixture).await;
    let ids: Vec<Bson> = stored.iter().map(|document| document.get("_id").unwrap().clone()).collect();
    let expected = [
        doc! { "_id": &ids[0], "kind": "Login", "at": at(1), "version": 0_i64, "user": "ada", "origin": { "city": "Rome" } },
        doc! { "_id": &ids[1], "kind": "PAY", "at": at(2), "version": 0_i64, "user": "ada", "cents": 5_i64, "currency": "EUR" },
        doc! { "_id": &ids[2], "kind": "Ping", "at": at(3), "version": 0_i64 },
        doc! { "_id": &ids[3], "kind": "Login", "at": at(4), "version": 0_i64, "user": "bob" },
    ];
    for (stored, expected) in stored.iter().zip(&expected) {
        assert_eq!(stored.to_vec().unwrap(), expected.to_vec().unwrap(), "{stored}");
    }
    assert_eq!(stored.len(), expected.len());
    assert_eq!(ids[..2], [Bson::from(id_of(&ada).object_id()), id_of(&paid).object_id().into()]);
}

#[tokio::test]
async fn whole_values_of_any_variant_are_inserted_together() {
    let fixture = fixture().await;
    let events = [login(1, "ada"), payment(2, "ada", 7), ping(3)];
    assert_eq!(fixture.db.insert_many(&events).await.unwrap(), 3);
    assert_eq!(fixture.commands(), ["insert"]);
    let stored = stored(&fixture).await;
    let keys: Vec<Vec<&str>> = stored.iter().map(|document| document.keys().map(String::as_str).collect()).collect();
    assert_eq!(keys[0], ["_id", "kind", "at", "version", "user"]);
    assert_eq!(keys[1], ["_id", "kind", "at", "version", "user", "cents", "currency"]);
    assert_eq!(keys[2], ["_id", "kind", "at", "version"]);
    assert_eq!(fixture.db.find_many(Event::all()).order_by(Event::at.asc()).await.unwrap(), events);
    let last = fixture.db.find_first(Event::all()).order_by(Event::at.desc()).await.unwrap();
    assert_eq!(last.as_ref(), events.last());
}

/// A filter beside the same question asked in Rust.
type Case = (&'static str, Filter<Event>, fn(&Event) -> bool);

#[tokio::test]
async fn filters_ask_common_fields_and_those_of_a_variant() {
    let fixture = fixture().await;
    let db = &fixture.db;
    db.insert_many(&[login(1, "ada"), login(2, "bob"), payment(3, "ada", 700), payment(4, "bob", 5), ping(5)]).await.unwrap();
    // The tag behind other fields, a default that is missing, a field of another variant.
    let at = bson::DateTime::from_millis;
    fixture.store("events", doc! { "cents": 800, "user": "cy", "at": at(6), "kind": "PAY", "origin": { "city": "Rome" } }).await;
    fixture.store("events", doc! { "user": "ada", "cents": 900, "currency": "USD", "at": at(7), "kind": "Ping", "version": 1 }).await;
    fixture.store("events", doc! { "kind": "Login", "at": at(8), "version": 3, "user": "dan", "origin": Bson::Null }).await;

    let cases: Vec<Case> = vec![
        ("common", Event::at.gt(moment(4)), |e| at_of(e) > 4),
        ("variant", Event::login().is_some(), |e| user_of_login(e).is_some()),
        ("not the variant", Event::ping().is_none(), |e| !matches!(e, Event::Ping { .. })),
        ("eq", Event::login().user().eq("ada"), |e| user_of_login(e) == Some("ada")),
        ("ne", Event::login().user().ne("ada"), |e| user_of_login(e) != Some("ada")),
        ("in", Event::login().user().in_([None, Some("ada".to_owned())]), |e| [None, Some("ada")].contains(&user_of_login(e))),
        ("gt", Event::payment().cents().gt(5), |e| matches!(e, Event::Payment { cents, .. } if *cents > 5)),
        ("none", Event::payment().cents().is_none(), |e| !matches!(e, Event::Payment { .. })),
        ("default", Event::payment().currency().eq("EUR"), |e| matches!(e, Event::Payment { currency, .. } if currency == "EUR")),
        ("default ne", Event::payment().currency().ne("EUR"), |e| !matches!(e, Event::Payment { currency, .. } if currency == "EUR")),
        ("composite", Event::login().origin().is_none(), |e| !matches!(e, Event::Login { origin: Some(_), .. })),
        (
            "in a composite",
            Event::login().origin().city().eq("Rome"),
            |e| matches!(e, Event::Login { origin: Some(origin), .. } if origin.city == "Rome"),
        ),
        (
            "either variant",
            Event::login().user().eq("ada") | Event::payment().user().eq("ada"),
            |e| matches!(e, Event::Login { user, .. } | Event::Payment { user, .. } if user == "ada"),
        ),
        ("common and variant", Event::at.lt(moment(8)) & Event::login().user().ne("bob"), |e| {
            at_of(e) < 8 && user_of_login(e) != Some("bob")
        }),
    ];
    let all = db.find_many(Event::all()).await.unwrap();
    assert_eq!(all.len(), 8);
    let mut wrong = Vec::new();
    for (name, filter, predicate) in cases {
        for (negated, filter) in [(false, filter.clone()), (true, !filter)] {
            let found = db.find_many(filter.clone()).order_by(Event::at.asc()).await.unwrap_or_else(|error| panic!("{name}: {error:?}"));
            let found: Vec<i64> = found.iter().map(at_of).collect();
            let mut expected: Vec<i64> = all.iter().filter(|event| predicate(event) != negated).map(at_of).collect();
            expected.sort_unstable();
            if found != expected || db.count(filter).await.unwrap() != expected.len() as u64 {
                wrong.push(format!("{}{name}: server {found:?}, Rust {expected:?}", if negated { "not " } else { "" }));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn updates_and_deletes_know_the_variant() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let (ada, paid, pinged) = (login(1, "ada"), payment(2, "ada", 7), ping(3));
    db.insert_many(&[ada.clone(), paid.clone(), pinged.clone()]).await.unwrap();
    let changed = db.update(id_of(&ada)).set(Event::login().user(), "eve").set(Event::at, moment(9)).await.unwrap();
    assert_eq!(changed, Event::Login { id: id_of(&ada), at: moment(9), version: 1, user: "eve".into(), origin: None });
    let changed = db.update(Event::id.eq(id_of(&paid))).set(Event::payment().cents(), 8).await.unwrap();
    assert_eq!(
        changed,
        Event::Payment { id: id_of(&paid), at: moment(2), version: 1, user: "ada".into(), cents: 8, currency: "EUR".into() }
    );

    let error = db.update(id_of(&pinged)).set(Event::login().user(), "eve").await.unwrap_err();
    assert_eq!(rules(&error), ["`user` needs a `Login`"]);
    let error = db.update(id_of(&ada)).set(Event::payment().user(), "eve").await.unwrap_err();
    assert_eq!(rules(&error), ["`user` needs a `PAY`"]);
    assert_eq!(db.get(id_of(&pinged)).await.unwrap(), pinged);
    let counts = db.update_many(Event::all()).set(Event::payment().user(), "bob").await.unwrap();
    assert_eq!(counts, Updated { matched: 1, modified: 1, refused: 2 });
    let counts = db.update_many(Event::all()).set(Event::at, moment(20)).await.unwrap();
    assert_eq!(counts, Updated { matched: 3, modified: 3, refused: 0 });

    // A variant is all that the document is.
    let error = db.update(id_of(&ada)).unset(Event::login()).await.unwrap_err();
    assert!(matches!(error, Error::Invalid { .. }), "{error:?}");

    let deleted = db.delete(id_of(&pinged)).await.unwrap();
    assert_eq!(deleted, Event::Ping { id: id_of(&pinged), at: moment(20), version: 1 });
    assert_eq!(db.delete_many(Event::login().is_some()).await.unwrap(), 1);
    let left = db.find_many(Event::all()).await.unwrap();
    assert_eq!(left.iter().map(id_of).collect::<Vec<_>>(), [id_of(&paid)]);
}

#[tokio::test]
async fn an_upsert_creates_or_changes_one_variant() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let id = Id::<Event>::new();
    let upsert = || db.upsert(id).create(Event::draft_login().user("ada").at(moment(1))).set(Event::login().user(), "eve");
    let whole = |version, user: &str| Event::Login { id, at: moment(1), version, user: user.into(), origin: None };
    assert_eq!(upsert().await.unwrap(), whole(0, "ada"));
    assert_eq!(upsert().await.unwrap(), whole(1, "eve"));
    let error = db.upsert(id).create(Event::draft_ping()).set(Event::payment().cents(), 3).await.unwrap_err();
    assert_eq!(rules(&error), ["`cents` needs a `PAY`"]);
    assert_eq!(db.find_many(Event::all()).await.unwrap(), [whole(1, "eve")]);
}

#[tokio::test]
async fn a_unique_field_of_a_variant_is_unique_among_its_documents() {
    let fixture = fixture().await;
    let db = &fixture.db;
    db.sync().await.unwrap();
    let reply = fixture.raw.run_command(doc! { "listIndexes": "events" }).await.unwrap();
    let indexes = reply.get_document("cursor").unwrap().get_array("firstBatch").unwrap();
    let mut indexes: Vec<&Document> = indexes.iter().map(|index| index.as_document().unwrap()).collect();
    indexes.sort_by_key(|index| index.get_str("name").unwrap());
    let names: Vec<&str> = indexes.iter().map(|index| index.get_str("name").unwrap()).collect();
    assert_eq!(names, ["_id_", "at_-1", "user_1"]);
    assert_eq!(*indexes[1].get_document("key").unwrap(), doc! { "at": -1 });
    assert!(!indexes[1].contains_key("partialFilterExpression"), "every variant has it");
    assert_eq!((indexes[2].get_document("key").unwrap(), indexes[2].get_bool("unique").unwrap()), (&doc! { "user": 1 }, true));
    assert_eq!(indexes[2].get_document("partialFilterExpression").unwrap().get_str("kind").unwrap(), "Login");
    assert!(db.sync().await.unwrap().is_empty(), "again nothing");

    db.create(Event::draft_login().user("ada")).await.unwrap();
    db.create(Event::draft_payment().user("ada").cents(1)).await.unwrap();
    db.create(Event::draft_payment().user("ada").cents(2)).await.unwrap();
    let error = db.create(Event::draft_login().user("ada")).await.unwrap_err();
    assert_eq!(error.to_string(), "a `Event` with the same `user` exists already (index `user_1`)");
    assert!(error.is_unique_on(Event::login().user()), "{error:?}");
    assert_eq!(error.outcome(), Outcome::NotApplied);
    assert_eq!(db.count(Event::all()).await.unwrap(), 3);
}

#[tokio::test]
async fn the_limits_of_a_variant_are_its_own() {
    let fixture = fixture().await;
    let db = &fixture.db;
    assert_eq!(rules(&db.create(Event::draft_login().user("x")).await.unwrap_err()), ["`user` needs at least 2 characters"]);
    assert_eq!(rules(&db.create(Event::draft_payment().user("x").cents(0)).await.unwrap_err()), ["`cents` needs a value of at least 1"]);
    assert_eq!(rules(&db.insert_many(&[payment(1, "x", 1), login(2, "x")]).await.unwrap_err()), ["`user` needs at least 2 characters"]);
    let error = db.update(Id::<Event>::new()).set(Event::login().user(), "x").await.unwrap_err();
    assert_eq!(rules(&error), ["`user` needs at least 2 characters"]);
    assert_eq!(fixture.commands(), Vec::<String>::new());
    db.update(Id::<Event>::new()).set(Event::payment().user(), "x").await.unwrap_err();
    assert_eq!(fixture.commands(), ["findAndModify", "aggregate"], "no limit of a payment");
}

#[tokio::test]
async fn a_document_that_is_no_variant_is_named() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let id = bson::oid::ObjectId::new();
    fixture.store("events", doc! { "_id": id, "kind": "Logout", "at": bson::DateTime::from_millis(1) }).await;
    let error = db.get(Id::<Event>::from(id)).await.unwrap_err();
    let expected = "`kind`: expected one of `Login`, `PAY`, `Ping`, found another name";
    assert_eq!(error.to_string(), format!("`events` holds a document (_id {id}) that `Event` cannot read: {expected}"));
    assert_eq!(error.detail().as_deref(), Some("Logout"));
    let Error::Decode { model: "Event", collection: "events", .. } = error else { panic!("{error:?}") };
    // It is none of the variants to a filter either.
    assert_eq!(db.count(Event::login().is_none() & Event::ping().is_none()).await.unwrap(), 1);
}

#[tokio::test]
async fn steps_need_one_of_the_shapes() {
    let error = chakra::Draft::<Event>::steps().build().unwrap_err();
    let text = error.to_string();
    assert!(text.starts_with("this `Event` is not valid: `kind` needs a draft of one of its shapes, `Login`"), "{text}");
}
