//! Reading: keys, orders, slices, streams, and documents that are not what the model says.

use crate::{
    models::{Item, User, ada},
    support::{Fixture, HANGS},
};
use bson::{doc, oid::ObjectId};
use chakra::{Error, prelude::*};
use futures::TryStreamExt;
use uuid::Uuid;

async fn fixture() -> Fixture {
    let fixture = Fixture::new(|builder| builder.model::<User>().model::<Item>()).await;
    fixture.db.sync().await.unwrap();
    fixture.commands();
    fixture
}

#[tokio::test]
async fn unique_keys_find_one_document_or_none() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let ada = db.create(ada()).await.unwrap();
    assert_eq!(db.find_unique(User::email.eq("ada@example.com")).await.unwrap().map(|user| user.id), Some(ada.id));
    assert_eq!(db.find_unique(User::first_name_last_name.eq(("Ada", "Lovelace"))).await.unwrap().map(|user| user.id), Some(ada.id));
    assert_eq!(db.find_unique(ada.id).await.unwrap().map(|user| user.id), Some(ada.id));
    assert!(db.find_unique(User::email.eq("nobody")).await.unwrap().is_none());
    assert!(db.find_unique(User::id.eq(ada.id) & User::bio.is_some()).await.unwrap().is_none());
    assert_eq!(fixture.commands()[1..], ["find", "find", "find", "find", "find"]);

    let missing = Id::<User>::new();
    let error = db.get(missing).await.unwrap_err();
    assert_eq!(error.to_string(), format!("no `User` with _id {missing} was found"));
    let error = db.get(User::email.eq("secret@x")).await.unwrap_err();
    assert_eq!(error.to_string(), "no `User` with this `mail` was found");
}

/// For each type of id two documents with different keys of every kind, and what each key finds.
macro_rules! unique_keys {
    ($($name:ident: $rust:ty, $one:expr, $two:expr;)*) => { $(
        #[tokio::test]
        #[allow(clippy::clone_on_copy)]
        async fn $name() {
            #[derive(Debug, Clone, PartialEq, Model)]
            #[chakra(collection = "keyed", unique(first, last), unique(email, address.number))]
            struct Keyed {
                #[chakra(id)]
                id: $rust,
                #[chakra(unique)]
                code: String,
                first: String,
                last: String,
                email: String,
                address: House,
                #[chakra(unique)]
                nick: Option<String>,
                stock: i32,
            }
            let fixture = Fixture::new(|builder| builder.model::<Keyed>()).await;
            let db = &fixture.db;
            db.sync().await.unwrap();
            let keyed = |id: $rust, n: i32| Keyed {
                id,
                code: format!("c{n}"),
                // Each half of a compound key stands in both documents.
                first: "Ada".into(),
                last: format!("l{n}"),
                email: "a@x".into(),
                address: House { city: "Rome".into(), number: n },
                nick: (n == 1).then(|| "one".to_owned()),
                stock: n,
            };
            let (one, two) = (keyed($one, 1), keyed($two, 2));
            db.insert_many(&[one.clone(), two.clone()]).await.unwrap();
            fixture.commands();
            let id = |of: &Keyed| Keyed::id.eq(of.id.clone());
            for (kind, key, found) in [
                ("an id", id(&one), Some(&one)),
                ("another id", id(&two), Some(&two)),
                ("a unique field", Keyed::code.eq("c2"), Some(&two)),
                ("a unique field that nobody has", Keyed::code.eq("c3"), None),
                ("an optional unique field", Keyed::nick.eq("one"), Some(&one)),
                ("a compound key", Keyed::first_last.eq(("Ada", "l2")), Some(&two)),
                ("a compound key in the other order", Keyed::first_last.eq(("l2", "Ada")), None),
                ("a compound key into a composite", Keyed::email_address_number.eq(("a@x", 1)), Some(&one)),
                ("a compound key into a composite that nobody has", Keyed::email_address_number.eq(("a@x", 3)), None),
                ("a key and more", id(&two) & Keyed::stock.gt(1), Some(&two)),
                ("a key and more that is not so", id(&one) & Keyed::stock.gt(1), None),
                ("a compound key and more", Keyed::first_last.eq(("Ada", "l1")) & Keyed::nick.path().is_some(), Some(&one)),
            ] {
                assert_eq!(db.find_unique(key.clone()).await.unwrap().as_ref(), found, "{kind}");
                assert_eq!(db.get(key).await.ok().as_ref(), found, "{kind}");
                assert_eq!(fixture.commands(), ["find", "find"], "{kind}");
            }
        }
    )* };
}

#[derive(Debug, Clone, PartialEq, Composite)]
struct House {
    city: String,
    number: i32,
}

unique_keys! {
    keys_beside_an_id_of_the_model: Id<Keyed>, Id::new(), Id::new();
    keys_beside_an_object_id: ObjectId, ObjectId::new(), ObjectId::new();
    keys_beside_a_text: String, "1".to_owned(), "2".to_owned();
    keys_beside_a_number: i64, 1, i64::MAX;
    keys_beside_a_uuid: Uuid, Uuid::from_bytes([1; 16]), Uuid::from_bytes([2; 16]);
    keys_beside_a_composite: House, House { city: "Rome".into(), number: 1 }, House { city: "Rome".into(), number: 2 };
}

#[tokio::test]
async fn orders_slices_and_dynamic_filters() {
    let fixture = fixture().await;
    let items: Vec<Item> = (0..10).map(|id| Item { stock: i32::try_from(id % 3).unwrap(), ..Item::new(id) }).collect();
    fixture.db.insert_many(&items).await.unwrap();
    let ids = |found: Vec<Item>| found.into_iter().map(|item| item.id).collect::<Vec<_>>();
    let db = &fixture.db;
    let order = (Item::stock.desc(), Item::id.asc());
    assert_eq!(ids(db.find_many(Item::all()).order_by(order.clone()).await.unwrap()), [2, 5, 8, 1, 4, 7, 0, 3, 6, 9]);
    assert_eq!(ids(db.find_many(Item::all()).order_by(order.clone()).skip(2).take(3).await.unwrap()), [8, 1, 4]);
    assert_eq!(ids(db.find_many(Item::all()).order_by(order.clone()).skip(9).take(3).await.unwrap()), [9]);
    fixture.commands();
    assert_eq!(ids(db.find_many(Item::all()).take(0).await.unwrap()), [0; 0]);
    assert_eq!(fixture.commands(), Vec::<String>::new());
    assert_eq!(db.find_first(Item::stock.eq(1)).order_by(Item::id.desc()).await.unwrap().map(|item| item.id), Some(7));
    assert!(db.find_first(Item::stock.eq(7)).await.unwrap().is_none());
    for (least, expected) in [(Some(8), vec![8, 9]), (None, (0..10).collect())] {
        let found = db.find_many(Item::all()).filter_if(least, |least| Item::id.path().gte(least)).order_by(Item::id.asc()).await.unwrap();
        assert_eq!(ids(found), expected);
    }
    assert_eq!(db.count(Item::stock.eq(0)).await.unwrap(), 4);
}

#[tokio::test]
async fn a_stream_reads_batch_by_batch() {
    let fixture = fixture().await;
    let items: Vec<Item> = (0..500).map(Item::new).collect();
    fixture.db.insert_many(&items).await.unwrap();
    fixture.commands();
    let mut stream = fixture.db.find_many(Item::all()).order_by(Item::id.asc()).batch_size(100).stream().await.unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap().id, 0);
    assert_eq!(fixture.commands(), ["find"]);
    let rest: Vec<Item> = stream.try_collect().await.unwrap();
    assert_eq!(rest.len(), 499);
    assert_eq!(rest.last().map(|item| item.id), Some(499));
    assert_eq!(fixture.commands().iter().filter(|name| *name == "getMore").count(), 5);
    assert!(fixture.db.find_many(Item::all()).take(0).stream().await.unwrap().next().await.is_none());
}

#[tokio::test]
async fn a_stream_that_is_read_slowly_asks_for_no_batch_ahead() {
    let fixture = fixture().await;
    fixture.db.insert_many(&(0..100).map(Item::new).collect::<Vec<_>>()).await.unwrap();
    fixture.commands();
    let mut stream = fixture.db.find_many(Item::all()).order_by(Item::id.asc()).batch_size(10).stream().await.unwrap();
    assert_eq!(fixture.commands(), ["find"]);
    let mut batches = 0;
    for taken in 1..=100_usize {
        assert_eq!(stream.next().await.unwrap().unwrap().id, i64::try_from(taken).unwrap() - 1);
        let commands = fixture.commands();
        assert!(commands.iter().all(|command| command == "getMore"), "{commands:?}");
        batches += commands.len();
        // The batch that is being taken, and no more: the server keeps the rest.
        assert_eq!(batches, (taken - 1) / 10, "after {taken} documents");
    }
    assert!(stream.next().await.is_none());
}

#[tokio::test]
async fn a_stream_that_is_dropped_closes_its_cursor_on_the_server() {
    let fixture = fixture().await;
    fixture.db.insert_many(&(0..500).map(Item::new).collect::<Vec<_>>()).await.unwrap();
    let mut stream = fixture.db.find_many(Item::all()).batch_size(10).stream().await.unwrap();
    stream.next().await.unwrap().unwrap();
    drop(stream);
    let is_closed = async {
        while !fixture.commands().iter().any(|name| name == "killCursors") {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(HANGS, is_closed).await.expect("the cursor was left open");
}

#[tokio::test]
async fn a_document_that_the_model_cannot_read_is_named() {
    let fixture = fixture().await;
    fixture.store("items", doc! { "_id": 7_i64, "stock": 1 }).await;
    fixture.store("items", doc! { "_id": 8_i64, "stock": "many" }).await;
    let error = fixture.db.find_many(Item::all()).order_by(Item::id.asc()).await.unwrap_err();
    assert_eq!(error.to_string(), "`items` holds a document (_id 8) that `Item` cannot read: `stock`: expected Int32, found String");

    fixture.store("items", doc! { "_id": 9_i64, "stock": 1, "lines": [{ "sku": "a", "qty": 1 }, { "sku": "b", "qty": 1.5 }] }).await;
    let error = fixture.db.get(Item::id.eq(9)).await.unwrap_err();
    let Error::Decode { collection: "items", model: "Item", error, .. } = &error else { panic!("{error:?}") };
    assert_eq!((error.path(), error.expected(), error.found()), ("lines[1].qty", "Int32", "a Double that is no such integer"));

    // Other documents of the collection are not affected.
    assert_eq!(fixture.db.get(Item::id.eq(7)).await.unwrap().stock, 1);
}

#[tokio::test]
async fn an_unknown_name_of_an_enum_lists_the_known_ones() {
    let fixture = fixture().await;
    let ada = fixture.db.create(ada()).await.unwrap();
    fixture.raw.collection::<bson::Document>("users").update_one(doc! {}, doc! { "$set": { "role": "PIRATE" } }).await.unwrap();
    let error = fixture.db.get(ada.id).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "`users` holds a document (_id {}) that `User` cannot read: `role`: expected one of `USER`, `ROOT`, found another name",
            ada.id
        )
    );
    assert_eq!(error.detail().as_deref(), Some("PIRATE"));
    assert!(!format!("{error:?}").contains("PIRATE"));
}

#[tokio::test]
async fn an_id_is_hex_in_json_and_an_object_id_in_bson() {
    let id: Id<User> = "65a1b2c3d4e5f60718293a4b".parse().unwrap();
    assert_eq!(serde_json::to_string(&id).unwrap(), "\"65a1b2c3d4e5f60718293a4b\"");
    assert_eq!(serde_json::from_str::<Id<User>>("\"65a1b2c3d4e5f60718293a4b\"").unwrap(), id);
    // As the driver writes and reads it by serde, and as `doc!` takes it.
    let by_serde = bson::serialize_to_raw_document_buf(&std::collections::BTreeMap::from([("_id", id)])).unwrap();
    assert_eq!(by_serde.get_object_id("_id").unwrap(), id.object_id());
    let read: std::collections::BTreeMap<String, Id<User>> = bson::deserialize_from_slice(by_serde.as_bytes()).unwrap();
    assert_eq!(read["_id"], id);
    assert_eq!(doc! { "_id": id }, doc! { "_id": id.object_id() });
}
