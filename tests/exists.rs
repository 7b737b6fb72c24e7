//! `exists`, and the options that every read takes.

use crate::{
    models::{Item, User, ada},
    support::{Fixture, Sent},
};
use bson::doc;
use chakra::{
    Error,
    options::{Collation, Hint, ReadPreference},
    prelude::*,
};
use std::time::Duration;

#[tokio::test]
async fn it_says_whether_a_document_matches() {
    let fixture = Fixture::new(|builder| builder.model::<User>().model::<Item>()).await;
    let db = &fixture.db;
    fixture.commands();
    assert!(!db.exists(Item::all()).await.unwrap());
    db.insert_many(&[Item { stock: 3, ..Item::new(1) }, Item::new(2)]).await.unwrap();
    fixture.commands();
    assert!(db.exists(Item::all()).await.unwrap());
    assert!(db.exists(Item::stock.gt(2)).await.unwrap());
    assert!(!db.exists(Item::stock.gt(3)).await.unwrap());
    assert!(db.exists(Item::id.eq(2)).await.unwrap());
    assert!(!db.exists(Item::id.eq(3)).await.unwrap());
    // A default is there for a filter, and so it is here.
    fixture.store("items", doc! { "_id": 4_i64, "stock": 9 }).await;
    assert!(db.exists(Item::stock.eq(9) & Item::rank.eq(5)).await.unwrap());
    assert_eq!(fixture.commands(), ["find"; 6]);

    let ada = db.create(ada()).await.unwrap();
    assert!(db.exists(User::id.eq(ada.id)).await.unwrap());
    assert!(!db.exists(User::email.eq("nobody")).await.unwrap());
}

#[tokio::test]
async fn a_document_that_the_model_cannot_read_is_there() {
    let fixture = Fixture::new(|builder| builder.model::<Item>()).await;
    fixture.store("items", doc! { "_id": 1_i64, "stock": "many" }).await;
    assert!(fixture.db.exists(Item::all()).await.unwrap());
}

#[tokio::test]
async fn one_id_is_asked_for() {
    let sent = Sent::with(|builder| builder.model::<Item>()).await;
    let simple = Collation::builder().locale("en").build();
    let asked = sent.db.exists(Item::stock.eq(1)).comment("why").hint(Hint::Name("_id_".to_owned())).collation(simple);
    let asked = asked.max_time(Duration::from_secs(15)).read_preference(ReadPreference::Primary).deadline(Duration::from_secs(60));
    // An index of no collection cannot be used.
    let _ = asked.await;
    assert_eq!(sent.part("find"), "\"items\"");
    assert_eq!((sent.part("projection").as_str(), sent.part("limit").as_str()), ("{\"_id\":1}", "1"));
    assert_eq!((sent.part("singleBatch").as_str(), sent.part("comment").as_str()), ("true", "\"why\""));
    assert_eq!((sent.part("hint").as_str(), sent.part("maxTimeMS").as_str()), ("\"_id_\"", "15000"));
    assert_eq!(sent.command().get_document("collation").unwrap().get_str("locale").unwrap(), "en");
}

#[tokio::test]
async fn a_count_takes_the_same_options() {
    let sent = Sent::with(|builder| builder.model::<Item>()).await;
    sent.db
        .insert_many(&[Item { name: Some("ADA".into()), ..Item::new(1) }, Item { name: Some("ada".into()), ..Item::new(2) }])
        .await
        .unwrap();
    let any_case = Collation::builder().locale("en").strength(mongodb::options::CollationStrength::Secondary).build();
    assert_eq!(sent.db.count(Item::name.eq("ada")).await.unwrap(), 1);
    assert_eq!(sent.db.count(Item::name.eq("ada")).collation(any_case).comment("why").await.unwrap(), 2);
    assert_eq!(sent.part("comment"), "\"why\"");
}

#[tokio::test]
async fn a_value_that_cannot_be_compared_is_refused_before_anything_is_sent() {
    #[derive(Model)]
    struct Big {
        #[chakra(id)]
        id: i64,
        n: u64,
    }
    let fixture = Fixture::new(|builder| builder.model::<Big>()).await;
    fixture.commands();
    let error = fixture.db.exists(Big::n.eq(u64::MAX)).await.unwrap_err();
    assert!(matches!(error, Error::Invalid { model: "Big", .. }), "{error:?}");
    assert_eq!(fixture.commands(), Vec::<String>::new());
}
