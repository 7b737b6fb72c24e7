//! Drafts from what is only known at run time, and patches out of JSON bodies.

use crate::support::Fixture;
use bson::{Bson, Document, doc};
use chakra::{Draft, Error, Patch, prelude::*};
use serde::Deserialize;

#[derive(Debug, Clone, PartialEq, Deserialize, Composite)]
struct Geo {
    x: f64,
    y: f64,
}

#[derive(Debug, Clone, PartialEq, Deserialize, Composite)]
struct Home {
    street: String,
    #[chakra(name = "town")]
    city: String,
    geo: Option<Geo>,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[chakra(collection = "members")]
struct Member {
    #[chakra(id)]
    id: i64,
    #[chakra(name = "mail", max_length = 10)]
    email: String,
    name: String,
    bio: Option<String>,
    #[chakra(default = 1)]
    level: i32,
    tags: Vec<String>,
    scores: Vec<f64>,
    home: Option<Home>,
    work: Option<Box<Home>>,
    nested: Option<Vec<String>>,
}

fn member(id: i64) -> Member {
    Member {
        id,
        email: "a@x".into(),
        name: "Ada".into(),
        bio: None,
        level: 1,
        tags: vec![],
        scores: vec![],
        home: None,
        work: None,
        nested: None,
    }
}

fn home() -> Home {
    Home { street: "s".into(), city: "Rome".into(), geo: None }
}

async fn fixture() -> Fixture {
    let fixture = Fixture::new(|builder| builder.model::<Member>()).await;
    fixture.commands();
    fixture
}

fn nothing_sent(fixture: &Fixture) {
    assert_eq!(fixture.commands(), Vec::<String>::new());
}

#[tokio::test]
async fn setters_take_what_converts() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let (name, tags) = (String::from("Ada"), vec!["a".to_owned(), "b".to_owned()]);
    let least = Member::draft().id(1).email("a@x").name(&name).bio(None).home(None);
    assert_eq!(db.create(least).await.unwrap(), member(1));
    // An `Option` takes its inside, a `Vec` an array or a reference, a box what is in it, an `f64` a whole number; the last value counts.
    let draft = Member::draft().id(&2_i64).email(String::from("b@x")).name("Bob").bio("x").tags(["x"]).tags(&tags).scores([1, 2]);
    let draft = draft.home(home()).work(home()).nested(["n"]).level(3).bio("b");
    let expected = Member {
        email: "b@x".into(),
        name: "Bob".into(),
        bio: Some("b".into()),
        level: 3,
        tags,
        scores: vec![1.0, 2.0],
        home: Some(home()),
        work: Some(Box::new(home())),
        nested: Some(vec!["n".into()]),
        ..member(2)
    };
    assert_eq!(db.create(draft).await.unwrap(), expected);
    let draft = Member::draft().id(3).email("a@x").name("Ada").bio(Some("b".to_owned())).nested(Some(vec![])).home(Some(home())).home(None);
    let created = db.create(draft).await.unwrap();
    assert_eq!(created, Member { bio: Some("b".into()), nested: Some(vec![]), ..member(3) });
    let stored = &fixture.stored("members").await[2];
    let expected = doc! { "_id": 3_i64, "mail": "a@x", "name": "Ada", "bio": "b", "level": 1, "tags": [], "scores": [], "nested": [] };
    assert_eq!(stored.to_vec().unwrap(), expected.to_vec().unwrap(), "in declared order, whatever the order of the setters");
}

#[tokio::test]
async fn set_if_sets_where_there_is_a_value() {
    let fixture = fixture().await;
    let draft = |id: i64, bio: Option<&str>, level: Option<i32>| {
        let draft = Member::draft().id(id).email("a@x").name("Ada");
        draft.set_if(bio, |draft, bio| draft.bio(bio)).set_if(level, |draft, level| draft.level(level))
    };
    assert_eq!(fixture.db.create(draft(1, None, None)).await.unwrap(), member(1));
    let set = fixture.db.create(draft(2, Some("b"), Some(7))).await.unwrap();
    assert_eq!(set, Member { bio: Some("b".into()), level: 7, ..member(2) });
}

#[tokio::test]
async fn drafts_that_were_built_on_different_ways_stand_in_one_list() {
    let fixture = fixture().await;
    let drafts = vec![
        Draft::of(Member::draft().id(1).email("a@x").name("Ada")),
        Draft::of(Member::draft().name("Ada").email("a@x").bio("b").id(2)),
        Draft::<Member>::steps().set(Member::name, "Ada").set(Member::email, "a@x").set(Member::id, 3).build().unwrap(),
    ];
    assert_eq!(fixture.db.create_many(drafts).await.unwrap(), 3);
    let found = fixture.db.find_many(Member::all()).order_by(Member::id.asc()).await.unwrap();
    assert_eq!(found, [member(1), Member { bio: Some("b".into()), ..member(2) }, member(3)]);
}

#[tokio::test]
async fn a_draft_in_steps_says_all_that_is_missing() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let error = Draft::<Member>::steps().build().unwrap_err();
    assert_eq!(error.to_string(), "this `Member` is not valid: `_id` needs a value; `mail` needs a value; `name` needs a value");
    let (name, nested): (Option<&str>, Option<Vec<String>>) = (Some("Ada"), None);
    let error = Draft::<Member>::steps().set_if(Member::name, name).set(Member::id, 1).build().unwrap_err();
    assert_eq!(error.to_string(), "this `Member` is not valid: `mail` needs a value");

    let draft = Draft::<Member>::steps()
        .set(Member::level, 2)
        .set(Member::id, 1)
        .set(Member::email, "first@x")
        .set_if(Member::name, name)
        .set_if(Member::nested, nested)
        .set(Member::bio, "b")
        .set(Member::bio, None)
        .set(Member::home, home())
        .set(Member::email, "last@x");
    let created = db.create(draft.build().unwrap()).await.unwrap();
    assert_eq!(created, Member { email: "last@x".into(), level: 2, home: Some(home()), ..member(1) });
    // Limits are checked where the draft is used.
    fixture.commands();
    let long = Draft::<Member>::steps().set(Member::id, 2).set(Member::name, "n").set(Member::email, "x".repeat(11)).build().unwrap();
    assert_eq!(db.create(long).await.unwrap_err().to_string(), "this `Member` is not valid: `mail` needs at most 10 characters");
    nothing_sent(&fixture);
}

#[tokio::test]
async fn steps_set_fields_of_the_model_itself() {
    let complete = || Draft::<Member>::steps().set(Member::id, 1).set(Member::email, "a@x").set(Member::name, "Ada");
    let error = complete().set(Member::home.city(), "Rome").build().unwrap_err();
    let expected = "this `Member` is not valid: `home.town` needs a field of the model itself; a composite is set as a whole";
    assert_eq!(error.to_string(), expected);
    // The first such path is named, also where something is missing.
    let error = Draft::<Member>::steps().set(Member::home.city(), "Rome").set(Member::home.street(), "s").build().unwrap_err();
    assert_eq!(error.to_string(), expected);
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Body {
    email: Patch<String>,
    name: Patch<String>,
    bio: Patch<String>,
    level: Patch<i32>,
    tags: Patch<Vec<String>>,
    home: Patch<Home>,
    city: Patch<String>,
    geo: Patch<Geo>,
    nested: Patch<Option<Vec<String>>>,
}

impl Body {
    fn of(json: &str) -> Self {
        serde_json::from_str(json).unwrap()
    }
}

/// What each field of the body does to the document 1.
async fn patch(db: &Db, body: Body) -> chakra::Result<Member> {
    db.update(Member::id.eq(1))
        .patch(Member::email, body.email)
        .patch(Member::name, body.name)
        .patch(Member::bio, body.bio)
        .patch(Member::level, body.level)
        .patch(Member::tags, body.tags)
        .patch(Member::home, body.home)
        .patch(Member::home.city(), body.city)
        .patch(Member::home.geo(), body.geo)
        .patch(Member::nested, body.nested)
        .await
}

fn rules(error: &Error) -> Vec<String> {
    match error {
        Error::Invalid { broken, .. } => broken.iter().map(ToString::to_string).collect(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_json_body_patches_an_update() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let geo = Some(Geo { x: 1.0, y: 2.0 });
    let full = Member { bio: Some("b".into()), level: 5, tags: vec!["t".into()], nested: Some(vec!["n".into()]), ..member(1) };
    db.insert_many(&[Member { home: Some(Home { geo, ..home() }), ..full.clone() }]).await.unwrap();
    let set = patch(db, Body::of(r#"{ "name": "Eve", "level": 6, "tags": ["a", "b"], "city": "Paris", "nested": [] }"#)).await.unwrap();
    let expected = Member {
        name: "Eve".into(),
        level: 6,
        tags: vec!["a".into(), "b".into()],
        home: Some(Home { city: "Paris".into(), geo: Some(Geo { x: 1.0, y: 2.0 }), ..home() }),
        nested: Some(vec![]),
        ..full
    };
    assert_eq!(set, expected);
    let unset = patch(db, Body::of(r#"{ "bio": null, "level": null, "tags": null, "geo": null, "nested": null }"#)).await.unwrap();
    let home = Some(Home { city: "Paris".into(), ..home() });
    assert_eq!(unset, Member { bio: None, level: 1, tags: vec![], home, nested: None, ..expected });
    let stored = doc! { "_id": 1_i64, "mail": "a@x", "name": "Eve", "scores": [], "home": { "street": "s", "town": "Paris" } };
    assert_eq!(fixture.stored("members").await, [stored]);
    let moved = patch(db, Body::of(r#"{ "home": { "street": "t", "city": "Oslo", "geo": { "x": 0, "y": 0.5 } } }"#)).await.unwrap();
    assert_eq!(moved.home, Some(Home { street: "t".into(), city: "Oslo".into(), geo: Some(Geo { x: 0.0, y: 0.5 }) }));
    assert_eq!(patch(db, Body::of(r#"{ "home": null }"#)).await.unwrap().home, None);
}

#[tokio::test]
async fn what_a_patch_must_not_do_is_refused_before_anything_is_sent() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let needed = "needs a value: the document cannot be read without it";
    for (json, expected) in [
        (r#"{ "name": null }"#, format!("`name` {needed}")),
        (r#"{ "email": null, "bio": "b" }"#, format!("`mail` {needed}")),
        (r#"{ "city": null }"#, format!("`home.town` {needed}")),
        (r#"{ "email": "much too long" }"#, "`mail` needs at most 10 characters".to_owned()),
        (r#"{ "home": null, "city": "x" }"#, "`home.town` needs no change along with one of `home`".to_owned()),
        ("{}", "it needs at least one change".to_owned()),
    ] {
        assert_eq!(rules(&patch(db, Body::of(json)).await.unwrap_err()), [expected], "{json}");
    }
    nothing_sent(&fixture);
    // Whether there is a home, only the server knows.
    db.insert_many(&[member(1)]).await.unwrap();
    let error = patch(db, Body::of(r#"{ "city": "x" }"#)).await.unwrap_err();
    assert_eq!(rules(&error), ["`home.town` needs `home` to be some"]);
    assert_eq!(fixture.stored("members").await, [document(1)]);
}

/// What is stored of `member(id)`.
fn document(id: i64) -> Document {
    doc! { "_id": id, "mail": "a@x", "name": "Ada", "level": 1, "tags": [], "scores": [] }
}

#[test]
fn a_field_that_a_body_must_have_is_asked_for_by_serde() {
    #[derive(Debug, Deserialize)]
    struct Strict {
        bio: Patch<String>,
    }
    let error = serde_json::from_str::<Strict>("{}").unwrap_err();
    assert!(error.to_string().starts_with("missing field `bio`"), "{error}");
    let read = |json: &str| serde_json::from_str::<Strict>(json).unwrap().bio;
    assert_eq!((read(r#"{ "bio": null }"#), read(r#"{ "bio": "" }"#)), (Patch::Unset, Patch::Set(String::new())));
    let error = serde_json::from_str::<Strict>(r#"{ "bio": 1 }"#).unwrap_err();
    assert!(error.to_string().starts_with("invalid type: integer `1`, expected a string"), "{error}");
    // Also where the body is BSON.
    let read: Strict = bson::deserialize_from_document(doc! { "bio": Bson::Null }).unwrap();
    assert_eq!(read.bio, Patch::Unset);
    assert_eq!(Patch::from(Some(2)).map(|n: i32| n + 1), Patch::Set(3));
    assert!(Patch::<i32>::default().is_keep());
}
