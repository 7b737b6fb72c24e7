//! Ids of every type: who makes them, how they are stored, found, parsed and printed.

use crate::support::Fixture;
use bson::{Document, doc, oid::ObjectId, spec::BinarySubtype};
use chakra::{Error, prelude::*};
use futures::TryStreamExt;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use uuid::Uuid;

const HEX: &str = "65a1b2c3d4e5f60718293a4b";

/// A model with an id of the type, and what is asked of each: it is stored as `_id`, found by it in every way, and taken only once.
macro_rules! ids {
    ($($name:ident: $rust:ty, [$($attribute:tt)*], $given:expr => $stored:expr;)*) => { $(
        #[tokio::test]
        #[allow(clippy::clone_on_copy)]
        async fn $name() {
            #[derive(Debug, Clone, PartialEq, Model)]
            #[chakra(collection = "things")]
            struct Thing {
                #[chakra(id $($attribute)*)]
                id: $rust,
                name: String,
            }
            let fixture = Fixture::new(|builder| builder.model::<Thing>()).await;
            let db = &fixture.db;
            let given: $rust = $given;
            let created = db.create(Thing::draft().id(given.clone()).name("a")).await.unwrap();
            assert_eq!(created, Thing { id: given.clone(), name: "a".into() });
            assert_eq!(fixture.stored("things").await, [doc! { "_id": $stored, "name": "a" }]);
            let key = || Thing::id.eq(given.clone());
            assert_eq!(db.get(key()).await.unwrap(), created);
            assert_eq!(db.find_unique(key()).await.unwrap().as_ref(), Some(&created));
            assert_eq!(db.find_many(Thing::id.in_([given.clone()])).await.unwrap(), [created]);
            assert_eq!(db.count(Thing::id.ne(given.clone())).await.unwrap(), 0);
            assert_eq!(db.update(key()).set(Thing::name, "b").await.unwrap().name, "b");
            let error = db.create(Thing::draft().id(given.clone()).name("c")).await.unwrap_err();
            assert!(error.is_unique_on(Thing::id), "{error:?}");
            let upserted = db.upsert(key()).create(Thing::draft().id(given.clone()).name("d")).set(Thing::name, "e").await.unwrap();
            assert_eq!((upserted.id, upserted.name.as_str()), (given.clone(), "e"));
            assert_eq!(db.delete_many(key()).await.unwrap(), 1);
            assert!(matches!(db.get(key()).await, Err(Error::NotFound { model: "Thing", key: Some(_), fields }) if fields.is_empty()));
        }
    )* };
}

ids! {
    typed: Id<Thing>, [], HEX.parse().unwrap() => ObjectId::parse_str(HEX).unwrap();
    object_id: ObjectId, [], ObjectId::parse_str(HEX).unwrap() => ObjectId::parse_str(HEX).unwrap();
    text: String, [], "ä/1".to_owned() => "ä/1";
    int32: i32, [], -7 => -7_i32;
    int64: i64, [], i64::MAX => i64::MAX;
    unsigned: u64, [], 7 => 7_i64;
    uuid: Uuid, [], Uuid::from_bytes([7; 16]) => bson::Binary { subtype: BinarySubtype::Uuid, bytes: vec![7; 16] };
    date: DateTime<Utc>, [], DateTime::from_timestamp_millis(5).unwrap() => bson::DateTime::from_millis(5);
    // A default makes an id only where the draft has none.
    uuid_with_a_default: Uuid, [, default = uuid()], Uuid::nil() => bson::Binary { subtype: BinarySubtype::Uuid, bytes: vec![0; 16] };
    text_with_a_default: String, [, default = nanoid()], "own".to_owned() => "own";
    number_with_a_sequence: i64, [, auto_increment], 41 => 41_i64;
    hex_stored_as_object_id: String, [, as = "object_id"], HEX.to_owned() => ObjectId::parse_str(HEX).unwrap();
}

/// Ten documents whose drafts have no id: their ids, all different, in order of creation.
macro_rules! generated {
    ($rust:ty, [$($attribute:tt)*]) => {{
        #[derive(Debug, Clone, Model)]
        #[chakra(collection = "things")]
        struct Thing {
            #[chakra(id $($attribute)*)]
            id: $rust,
            name: String,
        }
        let fixture = Fixture::new(|builder| builder.model::<Thing>()).await;
        let mut ids = Vec::new();
        for number in 0..5 {
            ids.push(fixture.db.create(Thing::draft().name(number.to_string())).await.unwrap().id);
        }
        // A draft that is sent alone and those of a bulk write go by different roads.
        fixture.db.create_many((5..10).map(|number| Thing::draft().name(number.to_string()))).await.unwrap();
        let rest = fixture.db.find_many(Thing::name.in_((5..10).map(|number: i32| number.to_string()))).order_by(Thing::name.asc());
        ids.extend(rest.await.unwrap().into_iter().map(|thing| thing.id));
        let stored: Vec<bson::Bson> = fixture.stored("things").await.iter().map(|document| document.get("_id").unwrap().clone()).collect();
        assert_eq!((ids.len(), ids.iter().collect::<HashSet<_>>().len()), (10, 10), "{ids:?}");
        (ids, stored)
    }};
}

#[tokio::test]
async fn ids_are_made_on_the_client_where_a_draft_has_none() {
    let (_, stored) = generated!(Id<Thing>, []);
    assert!(stored.iter().all(|id| id.as_object_id().is_some()), "{stored:?}");
    let (_, stored) = generated!(ObjectId, []);
    assert!(stored.iter().all(|id| id.as_object_id().is_some()), "{stored:?}");

    let (ids, stored) = generated!(Uuid, [, default = uuid()]);
    assert!(ids.iter().all(|id| id.get_version_num() == 4), "{ids:?}");
    assert!(stored.iter().all(|id| matches!(id, bson::Bson::Binary(id) if id.subtype == BinarySubtype::Uuid)), "{stored:?}");
    let (ids, _) = generated!(Uuid, [, default = uuid_v7()]);
    assert!(ids.iter().all(|id| id.get_version_num() == 7) && ids.is_sorted(), "{ids:?}");

    let (ids, _) = generated!(String, [, default = uuid()]);
    assert!(ids.iter().all(|id| Uuid::try_parse(id).is_ok_and(|uuid| uuid.get_version_num() == 4)), "{ids:?}");
    let (ids, _) = generated!(String, [, default = nanoid()]);
    assert!(ids.iter().all(|id| id.len() == 21), "{ids:?}");
    let (ids, stored) = generated!(String, [, as = "object_id", default = auto()]);
    assert!(ids.iter().all(|id| ObjectId::parse_str(id).is_ok()), "{ids:?}");
    assert!(stored.iter().all(|id| id.as_object_id().is_some()), "{stored:?}");

    let (ids, stored) = generated!(i32, [, auto_increment]);
    assert_eq!(ids, (1..=10).collect::<Vec<i32>>());
    assert!(stored.iter().all(|id| id.as_i32().is_some()), "{stored:?}");
    let (ids, stored) = generated!(i64, [, auto_increment]);
    assert_eq!(ids, (1..=10).collect::<Vec<i64>>());
    assert!(stored.iter().all(|id| id.as_i64().is_some()), "{stored:?}");
}

#[derive(Debug, Clone, PartialEq, Composite)]
struct SeatKey {
    tenant: String,
    #[chakra(name = "no")]
    number: i32,
}

/// A model whose id is a composite.
#[derive(Debug, Clone, PartialEq, Model)]
#[chakra(index(id.tenant))]
struct Seat {
    #[chakra(id)]
    id: SeatKey,
    holder: Option<String>,
}

fn seat(tenant: &str, number: i32) -> SeatKey {
    SeatKey { tenant: tenant.into(), number }
}

#[tokio::test]
async fn a_composite_id_is_one_value() {
    let fixture = Fixture::new(|builder| builder.model::<Seat>()).await;
    let db = &fixture.db;
    db.sync().await.unwrap();
    let created = db.create(Seat::draft().id(seat("a", 1))).await.unwrap();
    db.create_many([Seat::draft().id(seat("a", 2)).holder("Ada"), Seat::draft().id(seat("b", 1))]).await.unwrap();
    // Its fields stand in the declared order, on which the server's equality of documents depends.
    let stored = fixture.stored("seats").await;
    assert_eq!(format!("{:?}", stored[0]), format!("{:?}", doc! { "_id": { "tenant": "a", "no": 1 } }));
    assert_eq!(db.get(Seat::id.eq(seat("a", 1))).await.unwrap(), created);
    assert_eq!(db.find_unique(Seat::id.eq(seat("a", 3))).await.unwrap(), None);
    assert!(db.create(Seat::draft().id(seat("a", 1))).await.unwrap_err().is_unique_on(Seat::id));
    assert_eq!(db.update(Seat::id.eq(seat("b", 1))).set(Seat::holder, "Bo").await.unwrap().holder.as_deref(), Some("Bo"));
    assert_eq!(db.find_many(Seat::id.in_([seat("a", 1), seat("b", 1), seat("c", 1)])).await.unwrap().len(), 2);
    assert_eq!(db.find_many(Seat::id.not_in([seat("a", 1)])).await.unwrap().len(), 2);

    // A path into it is a plain one: several documents may share its value.
    let of_a = db.find_many(Seat::id.tenant().eq("a")).order_by(Seat::id.number().desc()).await.unwrap();
    assert_eq!(of_a.iter().map(|seat| seat.id.number).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(db.count(Seat::id.number().gte(2) & Seat::id.is(SeatKey::tenant.eq("a"))).await.unwrap(), 1);
    let error = db.update(Seat::id.eq(seat("a", 1))).set(Seat::id.tenant(), "z").await.unwrap_err();
    assert!(matches!(error, Error::Invalid { .. }), "{error:?}");
    assert_eq!(db.delete(Seat::id.eq(seat("a", 1))).await.unwrap(), created);
    assert_eq!(db.count(Seat::all()).await.unwrap(), 2);
}

/// What the server did for the reads of a collection: its plan, and how many documents it looked at.
async fn plans(fixture: &Fixture, collection: &str) -> Vec<(String, i64)> {
    let filter = doc! { "ns": format!("{}.{collection}", fixture.raw.name()), "op": "query" };
    let profile = fixture.raw.collection::<Document>("system.profile").find(filter).await.unwrap();
    let entries: Vec<Document> = profile.try_collect().await.unwrap();
    let number = |entry: &Document| entry.get("docsExamined").and_then(|number| number.as_i64().or(number.as_i32().map(i64::from)));
    entries.iter().map(|entry| (entry.get_str("planSummary").unwrap().to_owned(), number(entry).unwrap())).collect()
}

#[tokio::test]
async fn an_index_serves_a_composite_id_and_a_path_into_it() {
    let fixture = Fixture::new(|builder| builder.model::<Seat>()).await;
    let db = &fixture.db;
    db.sync().await.unwrap();
    let seats = (0..20).flat_map(|tenant: i32| (0..3).map(move |number| Seat::draft().id(seat(&tenant.to_string(), number))));
    db.create_many(seats).await.unwrap();
    fixture.raw.run_command(doc! { "profile": 2 }).await.unwrap();
    db.get(Seat::id.eq(seat("7", 1))).await.unwrap();
    assert_eq!(db.find_many(Seat::id.tenant().eq("7")).await.unwrap().len(), 3);
    fixture.raw.run_command(doc! { "profile": 0 }).await.unwrap();
    let plans = plans(&fixture, "seats").await;
    let examined: Vec<i64> = plans.iter().map(|(_, examined)| *examined).collect();
    assert_eq!(examined, [1, 3], "{plans:?}");
    assert!(plans.iter().all(|(plan, _)| plan != "COLLSCAN"), "{plans:?}");
    assert_eq!(plans[1].0, "IXSCAN { _id.tenant: 1 }");
}

#[test]
fn an_id_parses_from_and_prints_as_hex() {
    let id: Id<Seat> = HEX.parse().unwrap();
    assert_eq!(id.to_string(), HEX);
    assert_eq!(format!("{id:?}"), format!("Id({HEX})"));
    assert_eq!(id.object_id(), ObjectId::parse_str(HEX).unwrap());
    assert_eq!((Id::<Seat>::from(id.object_id()), ObjectId::from(id)), (id, id.object_id()));
    assert_eq!(HEX.to_uppercase().parse::<Id<Seat>>().unwrap(), id);
    for wrong in ["", "65a1b2c3d4e5f60718293a4", "65a1b2c3d4e5f60718293a4b0", "65a1b2c3d4e5f60718293a4g", "é5a1b2c3d4e5f60718293a4"] {
        assert!(wrong.parse::<Id<Seat>>().is_err(), "{wrong}");
    }
    let later = Id::<Seat>::new();
    assert!(id < later && HashSet::from([id, later, id]).len() == 2);
}

#[test]
fn an_id_is_plain_hex_in_json() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Body {
        id: Id<Seat>,
        others: Vec<Option<Id<Seat>>>,
    }
    let id: Id<Seat> = HEX.parse().unwrap();
    let text = format!(r#"{{"id":"{HEX}","others":["{HEX}",null]}}"#);
    let body = Body { id, others: vec![Some(id), None] };
    assert_eq!(serde_json::to_string(&body).unwrap(), text);
    assert_eq!(serde_json::from_str::<Body>(&text).unwrap(), body);
    assert!(serde_json::from_str::<Id<Seat>>(r#""65a1""#).is_err());
    assert!(serde_json::from_str::<Id<Seat>>("7").is_err());
}

#[tokio::test]
async fn an_id_is_an_object_id_for_the_drivers_serde() {
    #[derive(Debug, Clone, PartialEq, Model)]
    struct Ticket {
        #[chakra(id)]
        id: Id<Ticket>,
        parents: Vec<Id<Ticket>>,
    }
    /// The same document as serde sees it.
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Row {
        #[serde(rename = "_id")]
        id: Id<Ticket>,
        parents: Vec<Id<Ticket>>,
    }
    let fixture = Fixture::new(|builder| builder.model::<Ticket>()).await;
    let rows = fixture.raw.collection::<Row>("tickets");
    let (id, parent) = (HEX.parse().unwrap(), Id::new());
    rows.insert_one(Row { id, parents: vec![parent] }).await.unwrap();
    assert_eq!(fixture.stored("tickets").await, [doc! { "_id": id.object_id(), "parents": [parent.object_id()] }]);
    assert_eq!(fixture.db.get(id).await.unwrap(), Ticket { id, parents: vec![parent] });
    let created = fixture.db.create(Ticket::draft().parents([id])).await.unwrap();
    let row = rows.find_one(doc! { "_id": created.id }).await.unwrap().unwrap();
    assert_eq!(row, Row { id: created.id, parents: vec![id] });
}
