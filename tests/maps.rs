//! Maps by their keys: what is asked, what is changed, and keys that cannot stand in a path.

use crate::support::Fixture;
use bson::{Bson, doc};
use chakra::{Draft, Error, Patch, prelude::*};
use std::collections::HashMap;

#[derive(Debug, Clone, PartialEq, Composite)]
struct Place {
    city: String,
    #[chakra(max_length = 2)]
    country: String,
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Shop {
    #[chakra(id)]
    id: i64,
    #[chakra(default = 0)]
    stock: i32,
    sizes: HashMap<String, i32>,
    labels: Option<HashMap<String, String>>,
    by_name: HashMap<String, Place>,
    data: Vec<u8>,
    #[chakra(default = ["new"])]
    tags: Vec<String>,
}

async fn fixture() -> Fixture {
    let fixture = Fixture::new(|builder| builder.model::<Shop>()).await;
    fixture.store("shops", doc! { "_id": 1_i64, "sizes": { "s": 1, "m": 2 }, "stock": 3 }).await;
    fixture.commands();
    fixture
}

fn place(country: &str) -> Place {
    Place { city: "Rome".into(), country: country.into() }
}

#[tokio::test]
async fn a_key_that_cannot_stand_in_a_path_is_refused_and_nothing_is_sent() {
    let fixture = fixture().await;
    let db = &fixture.db;
    for key in ["a.b", "$a", "", "a\0"] {
        let one = || db.update(Shop::id.eq(1));
        let refused = [
            one().set(Shop::sizes.key(key), 5).await.unwrap_err(),
            one().set(Shop::sizes.key(key), None).await.unwrap_err(),
            one().unset(Shop::sizes.key(key)).await.unwrap_err(),
            one().patch(Shop::sizes.key(key), Patch::<i32>::Unset).await.unwrap_err(),
            one().set(Shop::by_name.key(key).city(), "Rome").await.unwrap_err(),
            db.update_many(Shop::all()).unset(Shop::sizes.key(key)).await.unwrap_err(),
            db.find_many(Shop::sizes.key(key).eq(1)).await.unwrap_err(),
            db.delete_many(Shop::stock.ne(Shop::sizes.key(key))).await.unwrap_err(),
            db.delete_many(!Shop::stock.lt(Shop::sizes.key(key))).await.unwrap_err(),
            db.count(Shop::sizes.has_key(key)).await.unwrap_err(),
            Draft::<Shop>::steps().set(Shop::sizes.key(key), 5).set(Shop::id, 2).build().unwrap_err(),
        ];
        for error in refused {
            assert!(matches!(error, Error::Invalid { .. }), "{key:?}: {error:?}");
        }
    }
    assert_eq!(fixture.commands(), Vec::<String>::new());
    assert_eq!(fixture.stored("shops").await, [doc! { "_id": 1_i64, "sizes": { "s": 1, "m": 2 }, "stock": 3 }]);
}

#[tokio::test]
async fn entries_are_changed_alone() {
    let fixture = fixture().await;
    let one = || fixture.db.update(Shop::id.eq(1));
    let shop = one().set(Shop::sizes.key("l"), 3).unset(Shop::sizes.key("s")).set(Shop::by_name.key("x"), place("IT")).await.unwrap();
    assert_eq!(shop.sizes, HashMap::from([("m".to_owned(), 2), ("l".to_owned(), 3)]));
    assert_eq!(one().set(Shop::by_name.key("x").city(), "Milan").await.unwrap().by_name["x"].city, "Milan");
    // The limits of what a map holds are those of its type.
    let error = one().set(Shop::by_name.key("x"), place("ITALY")).await.unwrap_err();
    assert_eq!(error.to_string(), "this `Shop` is not valid: `by_name.x.country` needs at most 2 characters");
    // An entry that is not there has no field to change, and an `Option` that is `None` no entry.
    for update in [one().set(Shop::by_name.key("y").city(), "Rome"), one().set(Shop::labels.key("a"), "b")] {
        assert!(matches!(update.await.unwrap_err(), Error::Invalid { .. }));
    }
    // Null is an empty map, as the model reads it.
    fixture.store("shops", doc! { "_id": 2_i64, "sizes": Bson::Null }).await;
    let updated = fixture.db.update_many(Shop::all()).set(Shop::sizes.key("xl"), 9).await.unwrap();
    assert_eq!((updated.matched, updated.refused), (2, 0));
    assert_eq!(fixture.db.get(Shop::id.eq(2)).await.unwrap().sizes, HashMap::from([("xl".to_owned(), 9)]));
}

#[tokio::test]
async fn bytes_are_no_list_and_a_list_starts_with_its_default() {
    let fixture = fixture().await;
    for filter in [Shop::data.is_empty(), Shop::data.len().ne(0), Shop::data.has_every(Vec::<u8>::new()), Shop::data.has_some([1_u8])] {
        assert!(matches!(fixture.db.count(filter).await.unwrap_err(), Error::Invalid { .. }));
    }
    // The model reads the missing list as its default; the server would start from nothing.
    assert_eq!(fixture.db.update(Shop::id.eq(1)).push(Shop::tags, "x").await.unwrap().tags, ["new", "x"]);
}

#[tokio::test]
async fn below_what_is_not_there_a_list_is_empty_in_memory_too() {
    #[derive(Debug, Clone, PartialEq, Composite)]
    struct Room {
        names: Vec<String>,
    }
    #[derive(Debug, Clone, PartialEq, Composite)]
    struct House {
        rooms: HashMap<String, Room>,
    }
    #[derive(Debug, Clone, PartialEq, Model)]
    struct Owner {
        #[chakra(id)]
        id: i64,
        house: Option<House>,
    }
    let fixture = Fixture::new(|builder| builder.model::<Owner>()).await;
    let room = |names: &[&str]| Room { names: names.iter().map(|name| (*name).to_owned()).collect() };
    let house = |room| Some(House { rooms: HashMap::from([("a".to_owned(), room)]) });
    let owners = [
        Owner { id: 1, house: None },
        Owner { id: 2, house: Some(House { rooms: HashMap::new() }) },
        Owner { id: 3, house: house(room(&[])) },
        Owner { id: 4, house: house(room(&["hall"])) },
    ];
    fixture.db.insert_many(&owners).await.unwrap();
    for (filter, expected) in [
        (Owner::house.rooms().key("a").names().is_empty(), vec![1, 2, 3]),
        (Owner::house.rooms().key("a").names().has("hall"), vec![4]),
        (Owner::house.rooms().key("a").is_none(), vec![1, 2]),
    ] {
        let found = fixture.db.find_many(filter.clone()).order_by(Owner::id.asc()).await.unwrap();
        assert_eq!(found.iter().map(|owner| owner.id).collect::<Vec<_>>(), expected);
        let matching = owners.iter().filter(|owner| filter.matches(owner).unwrap());
        assert_eq!(matching.map(|owner| owner.id).collect::<Vec<_>>(), expected);
    }
}
