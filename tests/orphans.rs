//! A model that the server deletes documents of, and that others refer to: said when the application connects, unless it allows for orphans.

use crate::support::Fixture;
use bson::{Bson, doc};
use chakra::{Db, Error, Registry, prelude::*};

/// Where the collections of these models would be is of no interest: they are never made, but for one.
#[derive(Debug, Clone, Model)]
#[chakra(collection = "visitors")]
struct Visitor {
    #[chakra(id)]
    id: Id<Visitor>,
    #[chakra(index(expire_after = "30d"))]
    seen: DateTime<Utc>,
    group_ids: Vec<Id<Crowd>>,
    #[chakra(relation = ManyToMany, ids = group_ids, inverse_ids = visitor_ids)]
    groups: Related<Vec<Crowd>>,
}

#[derive(Debug, Clone, Model)]
struct Crowd {
    #[chakra(id)]
    id: Id<Crowd>,
    visitor_ids: Vec<Id<Visitor>>,
    #[chakra(relation = ManyToMany, ids = visitor_ids, inverse_ids = group_ids)]
    visitors: Related<Vec<Visitor>>,
}

/// Nothing leads from a visitor to it.
#[derive(Debug, Clone, Model)]
struct Ticket {
    #[chakra(id)]
    id: Id<Ticket>,
    visitor_id: Id<Visitor>,
    #[chakra(relation = ManyToOne, foreign_key = visitor_id)]
    visitor: Related<Visitor>,
}

/// It refers to others, and nothing to it.
#[derive(Debug, Clone, Model)]
#[chakra(index(at, expire_after = "1h"))]
struct Remark {
    #[chakra(id)]
    id: Id<Remark>,
    at: DateTime<Utc>,
    guest_id: Id<Guest>,
    #[chakra(relation = ManyToOne, foreign_key = guest_id)]
    guest: Related<Guest>,
}

#[derive(Debug, Clone, Model)]
struct Guest {
    #[chakra(id)]
    id: Id<Guest>,
    #[chakra(index(expire_after = "30d", orphans = "allowed"))]
    seen: DateTime<Utc>,
}

#[tokio::test]
async fn all_that_refers_to_it_is_named_when_the_application_connects() {
    let fixture = Fixture::new(|builder| builder).await;
    let error = Db::builder(&fixture.uri).model::<Visitor>().connect().await.unwrap_err();
    let Error::Schema(faults) = &error else { panic!("{error:?}") };
    let cure = "and the server deletes those of `Visitor` by their date without looking at what refers to them: write `orphans = \"allowed\"` \
                beside the `expire_after` of the index `seen_1` of `Visitor`, or remove that";
    let mut expected = [
        format!("`Visitor::groups`: `Visitor` and `Crowd` have lists of each other's ids, {cure}"),
        format!("`Ticket::visitor`: `Ticket` refers to `Visitor` by `visitor_id`, {cure}"),
    ];
    assert_eq!(faults, &expected);
    let mut faults = Registry::new().model::<Ticket>().faults();
    faults.sort();
    expected.sort();
    assert_eq!(faults, expected, "whichever model leads to it");
}

#[tokio::test]
async fn where_they_are_allowed_the_index_is_like_any_other() {
    assert_eq!(Registry::new().model::<Remark>().faults(), Vec::<String>::new());
    let fixture = Fixture::new(|builder| builder.model::<Remark>()).await;
    fixture.db.sync().await.unwrap();
    let listed = fixture.raw.run_command(doc! { "listIndexes": "guests" }).await.unwrap();
    let seen = doc! { "v": 2, "key": { "seen": 1 }, "name": "seen_1", "expireAfterSeconds": 2_592_000 };
    assert_eq!(listed.get_document("cursor").unwrap().get_array("firstBatch").unwrap()[1], Bson::Document(seen));
    assert!(fixture.db.sync().await.unwrap().steps.is_empty());
    let schema = serde_json::to_value(Guest::schema()).unwrap();
    assert_eq!(schema["indexes"][0]["orphans"], "allowed");
    assert!(Guest::schema().to_string().contains("expire_after = 2592000 s, orphans = allowed"), "{}", Guest::schema());
}
