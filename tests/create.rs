//! Creating: what is stored, what is filled in, what is refused.

use crate::{
    models::{Item, Line, Role, User, ada},
    support::Fixture,
};
use bson::doc;
use chakra::{Error, Outcome, prelude::*};

async fn fixture() -> Fixture {
    let fixture = Fixture::new(|builder| builder.model::<User>().model::<Item>()).await;
    fixture.db.sync().await.unwrap();
    fixture.commands();
    fixture
}

#[tokio::test]
async fn a_draft_is_stored_with_its_defaults_and_given_back() {
    let fixture = fixture().await;
    let before = Utc::now();
    let ada = fixture.db.create(ada()).await.unwrap();
    assert_eq!(fixture.commands(), ["insert"]);
    assert_eq!((ada.role, ada.logins, ada.version, ada.bio.clone(), ada.tags.len()), (Role::User, 0, 0, None, 0));
    assert!(ada.created_at >= before - chrono::TimeDelta::milliseconds(1) && ada.created_at <= Utc::now());
    assert_eq!(ada.created_at, ada.updated_at, "one moment for the whole command");
    assert!(ada.posts.is_unloaded());
    assert!(matches!(ada.posts.get(), Err(Error::NotLoaded { .. })));
    assert_eq!(fixture.db.get(ada.id).await.unwrap().created_at, ada.created_at, "a value read back is the value given back");
}

#[tokio::test]
async fn a_taken_unique_key_is_a_typed_error() {
    let fixture = fixture().await;
    fixture.db.create(ada()).await.unwrap();
    let error = fixture.db.create(User::draft().username("ada").email("b@x").first_name("B").last_name("B")).await.unwrap_err();
    assert!(error.is_unique_on(User::username) && !error.is_unique_on(User::email), "{error:?}");
    assert_eq!(error.to_string(), "a `User` with the same `username` exists already (index `username_1`)");
    assert_eq!(error.outcome(), Outcome::NotApplied);
    // The stored name of a renamed field leads back to the field.
    let error = fixture.db.create(User::draft().username("b").email("ada@example.com").first_name("B").last_name("B")).await.unwrap_err();
    assert!(error.is_unique_on(User::email), "{error:?}");
    // And a compound key to each of its fields.
    let error = fixture.db.create(User::draft().username("c").email("c@x").first_name("Ada").last_name("Lovelace")).await.unwrap_err();
    assert!(error.is_unique_on(User::first_name) && error.is_unique_on(User::last_name), "{error:?}");
    assert_eq!(fixture.db.count(User::all()).await.unwrap(), 1);
}

#[tokio::test]
async fn all_broken_limits_are_reported_before_anything_is_sent() {
    #[derive(Debug, Clone, Composite)]
    struct Part {
        #[chakra(min_length = 2)]
        code: String,
        #[chakra(max = 9.5)]
        weight: f64,
    }
    #[derive(Debug, Clone, Model)]
    struct Box_ {
        #[chakra(id)]
        id: Id<Box_>,
        #[chakra(max_length = 3)]
        label: String,
        #[chakra(min = 1, max = 10)]
        count: i32,
        #[chakra(max_length = 2)]
        parts: Vec<Part>,
    }
    let fixture = Fixture::new(|builder| builder.model::<Box_>()).await;
    fixture.commands();
    let part = |code: &str, weight| Part { code: code.into(), weight };
    let draft = || Box_::draft().label("ééé").count(1).parts(vec![part("ab", 9.5)]);
    fixture.db.create(draft()).await.unwrap();
    assert_eq!(fixture.commands(), ["insert"], "characters are counted, not bytes");

    let error = fixture
        .db
        .create(draft().label("long").count(11).parts(vec![part("ab", 1.0), part("a", f64::NAN), part("", 10.0)]))
        .await
        .unwrap_err();
    let Error::Invalid { broken, .. } = &error else { panic!("{error:?}") };
    let broken: Vec<String> = broken.iter().map(ToString::to_string).collect();
    assert_eq!(
        broken,
        [
            "`label` needs at most 3 characters",
            "`count` needs a value of at most 10",
            "`parts` needs at most 2 items",
            "`parts[1].code` needs at least 2 characters",
            "`parts[1].weight` needs a value of at most 9.5",
            "`parts[2].code` needs at least 2 characters",
            "`parts[2].weight` needs a value of at most 9.5",
        ]
    );
    let whole = Box_ { id: Id::new(), label: "long".into(), count: 0, parts: vec![] };
    let error = fixture.db.insert_many(&[whole]).await.unwrap_err();
    assert_eq!(error.to_string(), "this `Box_` is not valid: `label` needs at most 3 characters; `count` needs a value of at least 1");
    assert_eq!(fixture.commands(), Vec::<String>::new());
}

#[tokio::test]
async fn many_are_created_by_one_command_and_failures_are_named_one_by_one() {
    let fixture = fixture().await;
    let user = |name: &str| User::draft().username(name).email(format!("{name}@x")).first_name(name).last_name(name);
    assert_eq!(fixture.db.create_many([user("a"), user("b")]).await.unwrap(), 2);
    assert_eq!(fixture.commands(), ["insert"]);
    assert_eq!(fixture.db.create_many(Vec::<chakra::Draft<User>>::new()).await.unwrap(), 0);
    assert_eq!(fixture.commands(), Vec::<String>::new());

    let error = fixture.db.create_many([user("c"), user("a"), user("d")]).await.unwrap_err();
    let Error::Bulk { inserted, failed, outcome, .. } = &error else { panic!("{error:?}") };
    assert_eq!((*inserted, failed.len(), failed[0].0, *outcome), (1, 1, 1, Outcome::Applied));
    assert!(matches!(failed[0].1, Error::Unique { model: "User", .. }), "{failed:?}");

    let error = fixture.db.create_many([user("e"), user("a"), user("f"), user("b")]).ordered(false).await.unwrap_err();
    let Error::Bulk { inserted, failed, .. } = &error else { panic!("{error:?}") };
    assert_eq!((*inserted, failed.iter().map(|(at, _)| *at).collect::<Vec<_>>()), (2, vec![1, 3]));

    assert_eq!(fixture.db.create_many([user("a"), user("g"), user("b")]).skip_duplicates().await.unwrap().created, 1);
    let names: Vec<String> =
        fixture.db.find_many(User::all()).order_by(User::username.asc()).await.unwrap().into_iter().map(|user| user.username).collect();
    assert_eq!(names, ["a", "b", "c", "e", "f", "g"]);
}

#[tokio::test]
async fn whole_values_are_inserted_as_they_are() {
    let fixture = fixture().await;
    let items: Vec<Item> =
        (0..2_500).map(|id| Item { lines: vec![Line { sku: "x".into(), qty: 1, note: None }], ..Item::new(id) }).collect();
    assert_eq!(fixture.db.insert_many(&items).await.unwrap(), 2_500);
    assert_eq!(fixture.commands(), ["insert"]);
    assert_eq!(fixture.db.find_many(Item::all()).order_by(Item::id.asc()).await.unwrap(), items);
    assert_eq!(fixture.db.insert_many(&Vec::<Item>::new()).await.unwrap(), 0);
}

#[tokio::test]
async fn a_value_that_bson_cannot_hold_is_refused_with_its_path() {
    #[derive(Debug, Clone, Model)]
    struct Big {
        #[chakra(id)]
        id: Id<Big>,
        numbers: Vec<u64>,
    }
    let fixture = Fixture::new(|builder| builder.model::<Big>()).await;
    let error = fixture.db.create(Big::draft().numbers([1, u64::MAX])).await.unwrap_err();
    assert_eq!(error.to_string(), "this `Big` is not valid: `numbers[1]` needs a number up to 9223372036854775807, the largest Int64");
    let error = fixture.db.create(Big::draft().numbers(vec![0; 1_500_000])).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::NotApplied, "{error:?}");
    assert_eq!(fixture.db.count(Big::all()).await.unwrap(), 0);
}

#[tokio::test]
async fn null_is_stored_only_where_it_is_declared() {
    #[derive(Debug, Clone, Model)]
    struct Note {
        #[chakra(id)]
        id: i64,
        #[chakra(null)]
        kept: Option<String>,
        left_out: Option<String>,
        #[chakra(skip)]
        here_only: u8,
    }
    let fixture = Fixture::new(|builder| builder.model::<Note>()).await;
    let note = fixture.db.create(Note::draft().id(1)).await.unwrap();
    assert_eq!((note.kept, note.left_out, note.here_only), (None, None, 0));
    fixture.db.insert_many(&[Note { id: 2, kept: None, left_out: None, here_only: 7 }]).await.unwrap();
    fixture.db.create(Note::draft().id(3).kept("a").left_out("b")).await.unwrap();
    fixture.db.update(Note::id.eq(3)).set(Note::kept, None).set(Note::left_out, None).await.unwrap();
    let null = bson::Bson::Null;
    let expected = [doc! { "_id": 1_i64, "kept": &null }, doc! { "_id": 2_i64, "kept": &null }, doc! { "_id": 3_i64, "kept": &null }];
    assert_eq!(fixture.stored("notes").await, expected);
}

#[tokio::test]
async fn a_timestamp_of_zero_is_refused_since_the_server_stores_another() {
    #[derive(Debug, Clone, Model)]
    struct Stamp {
        #[chakra(id)]
        id: i64,
        at: bson::Timestamp,
        #[chakra(as = "timestamp")]
        moment: Option<DateTime<Utc>>,
        any: Option<bson::Bson>,
    }
    let fixture = Fixture::new(|builder| builder.model::<Stamp>()).await;
    fixture.commands();
    let zero = bson::Timestamp { time: 0, increment: 0 };
    let first = DateTime::<Utc>::from_timestamp_millis(999).unwrap();
    let stamp = Stamp { id: 1, at: zero, moment: Some(first), any: Some(zero.into()) };
    let rule = "needs a Timestamp other than 0, for which the server stores its own clock";
    let error = fixture.db.insert_many([&stamp]).await.unwrap_err();
    assert_eq!(error.to_string(), format!("this `Stamp` is not valid: `at` {rule}; `moment` {rule}; `any` {rule}"));
    let error = fixture.db.create(Stamp::draft().id(1).at(zero)).await.unwrap_err();
    assert_eq!(error.to_string(), format!("this `Stamp` is not valid: `at` {rule}"));
    assert_eq!(fixture.commands(), Vec::<String>::new());
    let later = bson::Timestamp { time: 0, increment: 1 };
    fixture.db.create(Stamp::draft().id(1).at(later)).await.unwrap();
    assert_eq!(fixture.stored("stamps").await, [doc! { "_id": 1_i64, "at": later }]);
}
