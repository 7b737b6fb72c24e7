//! Fields beside those that a struct declares: `flatten` puts a composite's among its parent's, `extra` keeps unknown ones, `deny_unknown`
//! refuses them.

use crate::support::Fixture;
use bson::{Bson, Document, doc};
use chakra::{Draft, Error, prelude::*};
use std::collections::HashMap;

#[derive(Debug, Clone, PartialEq, Composite)]
struct Place {
    street: String,
    #[chakra(name = "town")]
    city: String,
}

#[derive(Debug, Clone, PartialEq, Composite)]
struct Contact {
    #[chakra(name = "mail", min_length = 3)]
    email: String,
    phone: Option<String>,
    #[chakra(default = "en", max_length = 2)]
    lang: String,
    tags: Vec<String>,
    home: Option<Place>,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[chakra(collection = "people", unique(contact.email), index(contact.lang, age = desc))]
struct Person {
    #[chakra(id)]
    id: i64,
    #[chakra(flatten)]
    contact: Contact,
    name: String,
    age: Option<i32>,
}

fn contact(email: &str) -> Contact {
    Contact { email: email.into(), phone: None, lang: "en".into(), tags: vec![], home: None }
}

fn full_contact() -> Contact {
    let home = Place { street: "s".into(), city: "Rome".into() };
    Contact { phone: Some("1".into()), lang: "it".into(), tags: vec!["x".into()], home: Some(home), ..contact("ada@x") }
}

fn person(id: i64, contact: Contact) -> Person {
    Person { id, contact, name: "n".into(), age: None }
}

fn rules(error: &Error) -> Vec<String> {
    match error {
        Error::Invalid { broken, .. } => broken.iter().map(ToString::to_string).collect(),
        other => panic!("{other:?}"),
    }
}

/// Path, what was expected and what was found.
fn fault(error: &Error) -> (&str, &str, &str) {
    match error {
        Error::Decode { error, .. } => (error.path(), error.expected(), error.found()),
        other => panic!("{other:?}"),
    }
}

async fn indexes(fixture: &Fixture, collection: &str) -> Vec<Document> {
    let reply = fixture.raw.run_command(doc! { "listIndexes": collection }).await.unwrap();
    let indexes = reply.get_document("cursor").unwrap().get_array("firstBatch").unwrap();
    let mut indexes: Vec<Document> = indexes.iter().map(|index| index.as_document().unwrap().clone()).collect();
    indexes.iter_mut().for_each(|index| drop(index.remove("v")));
    indexes.sort_by_key(|index| index.get_str("name").unwrap().to_owned());
    indexes
}

async fn people() -> Fixture {
    let fixture = Fixture::new(|builder| builder.model::<Person>()).await;
    fixture.commands();
    fixture
}

#[tokio::test]
async fn a_flattened_composite_stands_at_the_level_of_its_parent() {
    let fixture = people().await;
    let db = &fixture.db;
    let ada = db.create(Person::draft().id(1).name("n").contact(full_contact())).await.unwrap();
    assert_eq!(ada, person(1, full_contact()));
    let bob = Person { age: Some(7), ..person(2, contact("bob@x")) };
    db.insert_many([&bob]).await.unwrap();
    // The parent's own fields first.
    let expected = [
        doc! {
            "_id": 1_i64, "name": "n", "mail": "ada@x", "phone": "1", "lang": "it", "tags": ["x"],
            "home": { "street": "s", "town": "Rome" },
        },
        doc! { "_id": 2_i64, "name": "n", "age": 7, "mail": "bob@x", "lang": "en", "tags": [] },
    ];
    let stored = fixture.stored("people").await;
    for (stored, expected) in stored.iter().zip(&expected) {
        assert_eq!(stored.to_vec().unwrap(), expected.to_vec().unwrap(), "{stored}");
    }
    assert_eq!(stored.len(), 2);
    assert_eq!(db.find_many(Person::all()).order_by(Person::id.asc()).await.unwrap(), [ada, bob]);
}

#[tokio::test]
async fn documents_of_others_are_read_as_if_its_fields_were_the_parents() {
    let fixture = people().await;
    let null = Bson::Null;
    fixture
        .store("people", doc! { "tags": &null, "_id": 1_i64, "lang": &null, "mail": "a@x", "other": 1, "name": "n", "phone": &null })
        .await;
    assert_eq!(fixture.db.get(Person::id.eq(1)).await.unwrap(), person(1, contact("a@x")));
    fixture.store("people", doc! { "_id": 2_i64, "name": "n" }).await;
    assert_eq!(fault(&fixture.db.get(Person::id.eq(2)).await.unwrap_err()), ("mail", "a value", "nothing"));
    fixture.store("people", doc! { "_id": 3_i64, "name": "n", "mail": "a", "home": { "street": 1, "town": "t" } }).await;
    assert_eq!(fault(&fixture.db.get(Person::id.eq(3)).await.unwrap_err()), ("home.street", "String", "Int32"));
}

#[tokio::test]
async fn paths_into_it_filter_order_and_update() {
    let fixture = people().await;
    let db = &fixture.db;
    db.insert_many(&[person(1, full_contact()), person(2, contact("bob@x"))]).await.unwrap();
    fixture.store("people", doc! { "_id": 3_i64, "name": "n", "mail": "cy@x" }).await;
    let cases: Vec<(&str, Filter<Person>, &[i64])> = vec![
        ("eq", Person::contact.email().eq("bob@x"), &[2]),
        ("ne", Person::contact.email().ne("bob@x"), &[1, 3]),
        ("text", Person::contact.email().ends_with("@x"), &[1, 2, 3]),
        ("none", Person::contact.phone().is_none(), &[2, 3]),
        ("default", Person::contact.lang().eq("en"), &[2, 3]),
        ("list", Person::contact.tags().has("x"), &[1]),
        ("composite in it", Person::contact.home().city().eq("Rome"), &[1]),
        ("is", Person::contact.home().is(Place::street.eq("s")), &[1]),
        ("not", !Person::contact.home().city().eq("Rome"), &[2, 3]),
    ];
    for (name, filter, expected) in cases {
        let found = db.find_many(filter).order_by(Person::contact.email().asc()).await.unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert_eq!(found.iter().map(|person| person.id).collect::<Vec<_>>(), expected, "{name}");
    }

    let two = || db.update(Person::id.eq(2));
    let changed =
        two().set(Person::contact.email(), "new@x").set(Person::contact.phone(), "2").push(Person::contact.tags(), "y").await.unwrap();
    let expected = Contact { phone: Some("2".into()), tags: vec!["y".into()], ..contact("new@x") };
    assert_eq!(changed, person(2, expected));
    let place = || Place { street: "t".into(), city: "Paris".into() };
    let error = two().set(Person::contact.home().city(), "Paris").await.unwrap_err();
    assert_eq!(rules(&error), ["`home.town` needs `home` to be some"]);
    two().set(Person::contact.home(), place()).set(Person::contact.phone(), None).unset(Person::contact.tags()).await.unwrap();
    assert_eq!(
        fixture.stored("people").await[1],
        doc! { "_id": 2_i64, "name": "n", "mail": "new@x", "lang": "en", "home": { "street": "t", "town": "Paris" } }
    );
    let counts = db.update_many(Person::all()).set(Person::contact.home().city(), "Oslo").await.unwrap();
    assert_eq!((counts.matched, counts.refused), (2, 1));
}

#[tokio::test]
async fn its_limits_are_the_parents() {
    let fixture = people().await;
    let db = &fixture.db;
    let bad = Contact { lang: "eng".into(), ..contact("a") };
    let expected = ["`mail` needs at least 3 characters", "`lang` needs at most 2 characters"];
    assert_eq!(rules(&db.create(Person::draft().id(1).name("n").contact(bad.clone())).await.unwrap_err()), expected);
    assert_eq!(rules(&db.insert_many(&[person(1, bad)]).await.unwrap_err()), expected);
    let one = db.update(Person::id.eq(1)).set(Person::contact.lang(), "eng").set(Person::contact.email(), "a");
    assert_eq!(rules(&one.await.unwrap_err()), [expected[1], expected[0]]);
    assert_eq!(fixture.commands(), Vec::<String>::new());
}

#[tokio::test]
async fn indexes_and_keys_lead_into_it() {
    let fixture = people().await;
    let db = &fixture.db;
    db.sync().await.unwrap();
    assert_eq!(
        indexes(&fixture, "people").await,
        [
            doc! { "key": { "_id": 1 }, "name": "_id_" },
            doc! { "key": { "lang": 1, "age": -1 }, "name": "lang_1_age_-1" },
            doc! { "key": { "mail": 1 }, "unique": true, "name": "mail_1" },
        ]
    );
    db.insert_many(&[person(1, full_contact()), person(2, contact("bob@x"))]).await.unwrap();
    assert_eq!(db.find_unique(Person::contact_email.eq("bob@x")).await.unwrap(), Some(person(2, contact("bob@x"))));
    let error = db.create(Person::draft().id(3).name("n").contact(contact("bob@x"))).await.unwrap_err();
    assert!(error.is_unique_on(Person::contact.email()), "{error:?}");
    let upsert = || db.upsert(Person::contact_email.eq("cy@x")).create(Person::draft().id(4).name("n").contact(contact("cy@x")));
    assert_eq!(upsert().set(Person::age, 7).await.unwrap(), person(4, contact("cy@x")));
    assert_eq!(upsert().set(Person::age, 7).await.unwrap(), Person { age: Some(7), ..person(4, contact("cy@x")) });
}

#[derive(Debug, Clone, PartialEq, Composite)]
struct Audit {
    #[chakra(default = 1)]
    level: i32,
    by: Option<String>,
}

/// A composite with another among its own fields.
#[derive(Debug, Clone, PartialEq, Composite)]
struct Letter {
    text: String,
    #[chakra(flatten)]
    audit: Audit,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[chakra(collection = "entries")]
struct Entry {
    #[chakra(id)]
    id: i64,
    #[chakra(flatten)]
    audit: Audit,
    letters: Vec<Letter>,
}

#[tokio::test]
async fn a_draft_takes_it_as_one_and_steps_take_its_fields() {
    let fixture = Fixture::new(|builder| builder.model::<Entry>().model::<Person>()).await;
    let db = &fixture.db;
    let by = || Some("system".to_owned());
    let given = db.create(Entry::draft().id(1).audit(Audit { level: 3, by: by() })).await.unwrap();
    assert_eq!(given.audit, Audit { level: 3, by: by() });
    // The last value counts, and a `None` that is set is none.
    let given = db.create(Entry::draft().id(2).audit(Audit { level: 3, by: by() }).audit(Audit { level: 4, by: None })).await.unwrap();
    assert_eq!(given.audit, Audit { level: 4, by: None });
    // Its own defaults fill what steps leave out, and what a document lacks.
    let steps = Draft::<Entry>::steps().set(Entry::id, 3).build().unwrap();
    assert_eq!(db.create(steps).await.unwrap().audit, Audit { level: 1, by: None });
    let steps = Draft::<Entry>::steps().set(Entry::audit.by(), "x").set(Entry::id, 4).set(Entry::audit.level(), 5).build().unwrap();
    db.create(steps).await.unwrap();
    let expected = [
        doc! { "_id": 1_i64, "letters": [], "level": 3, "by": "system" },
        doc! { "_id": 2_i64, "letters": [], "level": 4 },
        doc! { "_id": 3_i64, "letters": [], "level": 1 },
        doc! { "_id": 4_i64, "letters": [], "level": 5, "by": "x" },
    ];
    assert_eq!(fixture.stored("entries").await, expected);
    fixture.store("entries", doc! { "_id": 5_i64 }).await;
    assert_eq!(db.get(Entry::id.eq(5)).await.unwrap(), Entry { id: 5, audit: Audit { level: 1, by: None }, letters: vec![] });
    let error = Draft::<Person>::steps().set(Person::id, 1).build().unwrap_err();
    assert_eq!(rules(&error), ["`name` needs a value", "`mail` needs a value"]);
}

#[tokio::test]
async fn composites_flatten_others_too() {
    let fixture = Fixture::new(|builder| builder.model::<Entry>()).await;
    let db = &fixture.db;
    let letter = |level| Letter { text: "t".into(), audit: Audit { level, by: None } };
    let entry = Entry { id: 1, audit: Audit { level: 0, by: None }, letters: vec![letter(5), letter(6)] };
    db.insert_many([&entry]).await.unwrap();
    let stored = doc! { "_id": 1_i64, "letters": [{ "text": "t", "level": 5 }, { "text": "t", "level": 6 }], "level": 0 };
    assert_eq!(fixture.stored("entries").await[0].to_vec().unwrap(), stored.to_vec().unwrap());
    assert_eq!(db.find_many(Entry::letters.some(Letter::audit.level().eq(6))).await.unwrap(), [entry]);
    assert_eq!(db.count(Entry::letters.some(Letter::audit.level().gt(6))).await.unwrap(), 0);
}

#[derive(Debug, Clone, PartialEq, Composite)]
struct Sheet {
    title: String,
    #[chakra(extra)]
    rest: HashMap<String, Bson>,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[chakra(collection = "files")]
struct File {
    #[chakra(id)]
    id: i64,
    #[chakra(name = "title")]
    name: String,
    sheets: Vec<Sheet>,
    #[chakra(extra)]
    rest: Document,
}

#[tokio::test]
async fn unknown_fields_survive_where_they_are_kept() {
    let fixture = Fixture::new(|builder| builder.model::<File>()).await;
    let db = &fixture.db;
    let foreign = doc! {
        "_id": 1_i64, "title": "t", "sheets": [{ "title": "s", "a": 1, "b": [1, { "c": Bson::Null }] }],
        "z": { "deep": [1.5, "x"] }, "name": Bson::Null, "y": bson::oid::ObjectId::new(),
    };
    fixture.store("files", foreign.clone()).await;
    let read = db.get(File::id.eq(1)).await.unwrap();
    assert_eq!(read.rest, doc! { "z": foreign.get("z").unwrap(), "name": Bson::Null, "y": foreign.get("y").unwrap() });
    let rest = HashMap::from([("a".to_owned(), Bson::Int32(1)), ("b".to_owned(), bson::bson!([1, { "c": null }]))]);
    assert_eq!(read.sheets, [Sheet { title: "s".into(), rest }]);

    db.delete(File::id.eq(1)).await.unwrap();
    db.insert_many([&read]).await.unwrap();
    assert_eq!(fixture.stored("files").await[0].to_vec().unwrap(), foreign.to_vec().unwrap());
    assert_eq!(db.get(File::id.eq(1)).await.unwrap(), read);

    // What no document has is nothing more; and a draft takes further fields, behind its own.
    assert_eq!(db.create(File::draft().id(2).name("n")).await.unwrap().rest, Document::new());
    db.create(File::draft().id(3).rest(doc! { "b": 1, "a": 2 }).name("n")).await.unwrap();
    let expected = doc! { "_id": 3_i64, "title": "n", "sheets": [], "b": 1, "a": 2 };
    assert_eq!(fixture.stored("files").await[2].to_vec().unwrap(), expected.to_vec().unwrap());
}

#[tokio::test]
async fn what_is_declared_is_never_stored_a_second_time_from_further_fields() {
    let fixture = Fixture::new(|builder| builder.model::<File>()).await;
    let db = &fixture.db;
    fixture.commands();
    let file = |rest: Document| File { id: 1, name: "n".into(), sheets: vec![], rest };
    let rule = "a name that no declared field has, among the further ones";
    for (rest, path) in [(doc! { "other": 1, "title": "x" }, "title"), (doc! { "_id": 2 }, "_id")] {
        let expected = [format!("`{path}` needs {rule}")];
        assert_eq!(rules(&db.insert_many(&[file(rest.clone())]).await.unwrap_err()), expected);
        assert_eq!(rules(&db.create(File::draft().id(1).name("n").rest(rest)).await.unwrap_err()), expected);
    }
    let sheet = Sheet { title: "s".into(), rest: HashMap::from([("title".to_owned(), Bson::Null)]) };
    let error = db.insert_many(&[File { sheets: vec![sheet], ..file(doc! {}) }]).await.unwrap_err();
    assert_eq!(rules(&error), [format!("`sheets[0].title` needs {rule}")]);
    // The Rust name is not a stored one.
    assert_eq!(fixture.commands(), Vec::<String>::new());
    db.insert_many(&[file(doc! { "name": "kept" })]).await.unwrap();
    assert_eq!(fixture.stored("files").await, [doc! { "_id": 1_i64, "title": "n", "sheets": [], "name": "kept" }]);
}

#[derive(Debug, Clone, PartialEq, Composite)]
#[chakra(deny_unknown)]
struct Strict {
    x: i32,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[chakra(collection = "forms", deny_unknown)]
struct Form {
    #[chakra(id)]
    id: i64,
    #[chakra(name = "n")]
    number: Option<i32>,
    at: Option<Strict>,
}

#[tokio::test]
async fn an_unknown_field_is_an_error_where_it_is_denied() {
    let fixture = Fixture::new(|builder| builder.model::<Form>()).await;
    let db = &fixture.db;
    fixture.store("forms", doc! { "_id": 1_i64, "at": { "x": 1 }, "n": 2 }).await;
    assert_eq!(db.get(Form::id.eq(1)).await.unwrap(), Form { id: 1, number: Some(2), at: Some(Strict { x: 1 }) });
    for (id, document, path, found) in [
        (2_i64, doc! { "_id": 2_i64, "number": 2 }, "number", "Int32"),
        (3, doc! { "_id": 3_i64, "old": Bson::Null }, "old", "Null"),
        (4, doc! { "_id": 4_i64, "at": { "x": 1, "y": "2" } }, "at.y", "String"),
    ] {
        fixture.store("forms", document).await;
        let error = db.get(Form::id.eq(id)).await.unwrap_err();
        assert_eq!(fault(&error), (path, "no other field", found));
        assert_eq!(
            error.to_string(),
            format!("`forms` holds a document (_id {id}) that `Form` cannot read: `{path}`: expected no other field, found {found}")
        );
    }
}
