//! Updating: one atomic command, and nothing stored that the model cannot read.

use crate::{
    models::{Address, Item, User, ada},
    support::Fixture,
};
use bson::doc;
use chakra::{Error, action::Updated, prelude::*};

async fn fixture() -> Fixture {
    let fixture = Fixture::new(|builder| builder.model::<User>().model::<Item>()).await;
    fixture.db.sync().await.unwrap();
    fixture.commands();
    fixture
}

fn rule(error: &Error) -> String {
    match error {
        Error::Invalid { broken, .. } => broken.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_update_gives_the_new_document_back() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let before = db.create(ada()).await.unwrap();
    fixture.commands();
    let after = db.update(before.id).set(User::bio, "Countess").inc(User::logins, 3).push(User::tags, "math").await.unwrap();
    assert_eq!(fixture.commands(), ["findAndModify"]);
    assert_eq!((after.bio.as_deref(), after.logins, after.tags.as_slice()), (Some("Countess"), 3, &["math".to_owned()][..]));
    assert_eq!(after.version, before.version + 1);
    assert!(after.updated_at >= before.updated_at);
    let unset = db.update(User::email.eq("ada@example.com")).unset(User::bio).set(User::address, None).await.unwrap();
    assert_eq!((unset.bio, unset.version), (None, 2));
    assert!(!fixture.stored("users").await[0].contains_key("bio"));
    let missing = db.update(Id::<User>::new()).set(User::bio, "x").await.unwrap_err();
    assert!(matches!(missing, Error::NotFound { model: "User", .. }), "{missing:?}");
}

#[tokio::test]
async fn what_would_leave_the_range_of_the_type_is_refused() {
    let fixture = fixture().await;
    let db = &fixture.db;
    db.insert_many(&[Item { stock: i32::MAX - 1, codes: vec![1, 2], ..Item::new(1) }]).await.unwrap();
    assert_eq!(db.update(Item::id.eq(1)).inc(Item::stock, 1).await.unwrap().stock, i32::MAX);
    let error = db.update(Item::id.eq(1)).inc(Item::stock, 1).set(Item::name, "not set").await.unwrap_err();
    assert_eq!(rule(&error), "`stock` needs a value of at most 2147483647");
    assert_eq!(db.update(Item::id.eq(1)).inc(Item::stock, -1).await.unwrap().stock, i32::MAX - 1);
    assert_eq!(db.update(Item::id.eq(1)).push(Item::codes, 3).await.unwrap().codes, [1, 2, 3]);
    let error = db.update(Item::id.eq(1)).push(Item::codes, 4).await.unwrap_err();
    assert_eq!(rule(&error), "`codes` needs at most 3 items");
    let error = db.update(Item::id.eq(1)).set(Item::codes, [1, 2, 3, 4]).await.unwrap_err();
    assert_eq!(rule(&error), "`codes` needs at most 3 items");
    let item = db.get(Item::id.eq(1)).await.unwrap();
    assert_eq!((item.name, item.codes.len()), (None, 3), "nothing of a refused update is applied");
}

#[tokio::test]
async fn a_composite_that_is_none_is_never_stored_by_half() {
    let fixture = fixture().await;
    let db = &fixture.db;
    fixture.store("items", doc! { "_id": 1_i64, "stock": 1 }).await;
    fixture.store("items", doc! { "_id": 2_i64, "stock": 1, "home": bson::Bson::Null }).await;
    for id in [1, 2] {
        let error = db.update(Item::id.eq(id)).set(Item::home.city(), "Rome").await.unwrap_err();
        assert_eq!(rule(&error), "`home.town` needs `home` to be some");
        assert_eq!(db.get(Item::id.eq(id)).await.unwrap().home, None);
    }
    let home = Address { street: "s".into(), city: "Paris".into(), geo: None };
    db.update(Item::id.eq(1)).set(Item::home, home).await.unwrap();
    assert_eq!(db.update(Item::id.eq(1)).set(Item::home.city(), "Rome").await.unwrap().home.unwrap().city, "Rome");
}

#[tokio::test]
async fn a_missing_number_is_counted_from_its_default() {
    let fixture = fixture().await;
    fixture.store("items", doc! { "_id": 1_i64, "stock": 1 }).await;
    assert_eq!(fixture.db.update(Item::id.eq(1)).inc(Item::rank, 1).await.unwrap().rank, 6);
    // The document is looked at once, brought into the form that the codec writes, and then changed.
    assert_eq!(fixture.commands(), ["findAndModify", "aggregate", "update", "findAndModify"]);
    assert_eq!(fixture.db.update(Item::id.eq(1)).inc(Item::rank, 1).await.unwrap().rank, 7);
    assert_eq!(fixture.commands(), ["findAndModify"]);
}

#[tokio::test]
async fn nothing_is_stored_that_the_model_cannot_read() {
    #[derive(Debug, Clone, Composite)]
    struct Part {
        #[chakra(max_length = 3)]
        code: String,
    }
    #[derive(Debug, Clone, Model)]
    struct Bin {
        #[chakra(id)]
        id: i64,
        part: Option<Part>,
        parts: Vec<Part>,
        #[chakra(default = 0, min = 0, max = 10)]
        stock: i64,
        #[chakra(default = 0.0)]
        weight: f32,
        data: Vec<u8>,
    }
    let fixture = Fixture::new(|builder| builder.model::<Bin>()).await;
    let db = &fixture.db;
    let one = || db.update(Bin::id.eq(1));
    fixture.store("bins", doc! { "_id": 1_i64, "part": { "code": "a" } }).await;
    let part = |code: &str| Part { code: code.into() };
    for (error, expected) in [
        // Through an `Option` the path's type is optional, the field's own is not.
        (one().set(Bin::part.code(), None).await.unwrap_err(), "`part.code` needs a value: the document cannot be read without it"),
        (one().unset(Bin::part.code()).await.unwrap_err(), "`part.code` needs a value: the document cannot be read without it"),
        (one().push(Bin::parts, part("long")).await.unwrap_err(), "`parts[0].code` needs at most 3 characters"),
        (one().inc(Bin::stock, -1).await.unwrap_err(), "`stock` needs a value of at least 0"),
        (one().inc(Bin::stock, 11).await.unwrap_err(), "`stock` needs a value of at most 10"),
        (one().inc(Bin::weight, f32::NAN).await.unwrap_err(), "`weight` needs a finite amount"),
        (one().push(Bin::data, 1_u8).await.unwrap_err(), "`data` needs a list to change; bytes are one value"),
    ] {
        assert_eq!(rule(&error), expected);
    }
    assert_eq!(one().inc(Bin::stock, 10).await.unwrap().stock, 10);
    assert_eq!(one().inc(Bin::weight, f32::MAX).await.unwrap().weight, f32::MAX);
    assert!(one().inc(Bin::weight, f32::MAX).await.is_err());
    // What others left as null is what the model reads of it, and does not end a series.
    fixture.store("bins", doc! { "_id": 2_i64, "stock": bson::Bson::Null, "parts": bson::Bson::Null }).await;
    assert_eq!(db.update(Bin::id.eq(2)).inc(Bin::stock, 1).await.unwrap().stock, 1);
    assert_eq!(db.update_many(Bin::all()).push(Bin::parts, part("ok")).await.unwrap(), Updated { matched: 2, modified: 2, refused: 0 });
    assert_eq!(db.find_many(Bin::all()).await.unwrap().len(), 2);
}

#[tokio::test]
async fn contradictions_are_refused_before_anything_is_sent() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let one = || db.update(Item::id.eq(1));
    let home = Address { street: "s".into(), city: "Paris".into(), geo: None };
    for (error, expected) in [
        (one().set(Item::stock, 1).inc(Item::stock, 1).await.unwrap_err(), "`stock` needs one change only"),
        (
            one().set(Item::home, home).set(Item::home.city(), "x").await.unwrap_err(),
            "`home.town` needs no change along with one of `home`",
        ),
        (
            db.update(User::username.eq("a")).set(User::username, "x".repeat(51)).await.unwrap_err(),
            "`username` needs at most 50 characters",
        ),
    ] {
        assert_eq!(rule(&error), expected);
    }
    assert!(matches!(one().await, Err(Error::Invalid { .. })), "an update without changes");
    assert_eq!(fixture.commands(), Vec::<String>::new());
}

#[tokio::test]
async fn many_documents_are_changed_and_refused_ones_counted() {
    let fixture = fixture().await;
    let db = &fixture.db;
    db.insert_many(&[Item { stock: i32::MAX, ..Item::new(1) }, Item::new(2), Item { stock: 5, ..Item::new(3) }, Item::new(4)])
        .await
        .unwrap();
    fixture.commands();
    let updated = db.update_many(Item::id.path().lt(4)).inc(Item::stock, 5).await.unwrap();
    assert_eq!(updated, Updated { matched: 2, modified: 2, refused: 1 });
    assert_eq!(fixture.commands(), ["aggregate", "update"]);
    let stocks: Vec<i32> = db.find_many(Item::all()).order_by(Item::id.asc()).await.unwrap().iter().map(|item| item.stock).collect();
    assert_eq!(stocks, [i32::MAX, 5, 10, 0]);
    fixture.commands();
    let updated = db.update_many(Item::all()).set(Item::state, "old").await.unwrap();
    assert_eq!((updated.matched, updated.refused), (4, 0));
    assert_eq!(fixture.commands(), ["update"]);
}

#[tokio::test]
async fn a_many_write_without_a_filter_is_refused() {
    let fixture = fixture().await;
    let db = &fixture.db;
    db.insert_many(&[Item::new(1), Item::new(2)]).await.unwrap();
    fixture.commands();
    let empty = [
        db.update_many(Filter::<Item>::all_of([])).set(Item::stock, 1).await.unwrap_err(),
        db.delete_many(Filter::<Item>::all_of([])).await.unwrap_err(),
        db.delete_many(Filter::<Item>::none_of([])).await.unwrap_err(),
        db.delete_many(Item::price.ne(f64::NAN)).await.unwrap_err(),
        db.delete_many(Item::id.not_in(Vec::<i64>::new())).await.unwrap_err(),
    ];
    for error in empty {
        assert!(matches!(error, Error::EmptyFilter { model: "Item", .. }), "{error:?}");
    }
    assert_eq!(fixture.commands(), Vec::<String>::new());
    assert_eq!(db.delete_many(Item::all()).await.unwrap(), 2);
}

#[tokio::test]
async fn updates_of_one_counter_at_once_are_all_counted() {
    let fixture = fixture().await;
    fixture.db.insert_many(&[Item::new(1)]).await.unwrap();
    let tasks = (0..8).map(|_| {
        let db = fixture.db.clone();
        tokio::spawn(async move {
            for _ in 0..25 {
                db.update(Item::id.eq(1)).inc(Item::stock, 1).await.unwrap();
            }
        })
    });
    futures::future::try_join_all(tasks).await.unwrap();
    assert_eq!(fixture.db.get(Item::id.eq(1)).await.unwrap().stock, 200);
}
