//! Referential actions: what deletes, and changes of referenced values, do to the documents that refer to others.
//!
//! Most handles here know no model at all: what refers to a document is known of every model of the program.

mod composites;
mod delete;
mod failure;
mod graph;
mod large;
mod lists;
mod race;
mod sent;
mod update;

use crate::support::Fixture;
use bson::{Bson, Document, doc};
use chakra::prelude::*;

#[derive(Debug, Clone, Model)]
#[chakra(collection = "orgs")]
struct Org {
    #[chakra(id)]
    id: i64,
    name: Option<String>,
    #[chakra(version)]
    version: i64,
    // The key of a licence is declared here alone.
    #[chakra(relation = OneToMany, foreign_key = holder_id)]
    licences: Related<Vec<Licence>>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "teams")]
struct Team {
    #[chakra(id)]
    id: i64,
    org_id: i64,
    #[chakra(relation = ManyToOne, foreign_key = org_id, on_delete = Cascade)]
    org: Related<Org>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "staff")]
struct Member {
    #[chakra(id)]
    id: i64,
    team_id: i64,
    #[chakra(relation = ManyToOne, foreign_key = team_id, on_delete = Cascade)]
    team: Related<Team>,
}

/// One to one, with an optional key that cascades.
#[derive(Debug, Clone, Model)]
#[chakra(collection = "lockers")]
struct Locker {
    #[chakra(id)]
    id: i64,
    member_id: Option<i64>,
    #[chakra(relation = OneToOne, foreign_key = member_id, on_delete = Cascade)]
    member: Related<Option<Member>>,
}

/// What an optional key does that says nothing.
#[derive(Debug, Clone, Model)]
#[chakra(collection = "errands")]
struct Errand {
    #[chakra(id)]
    id: i64,
    #[chakra(name = "by")]
    member_id: Option<i64>,
    #[chakra(relation = ManyToOne, foreign_key = member_id)]
    member: Related<Option<Member>>,
    #[chakra(null)]
    checked_by: Option<i64>,
    #[chakra(relation = ManyToOne, foreign_key = checked_by)]
    checker: Related<Option<Member>>,
    #[chakra(updated_at)]
    updated_at: DateTime<Utc>,
    #[chakra(version)]
    version: i64,
}

/// What a required key does that says nothing.
#[derive(Debug, Clone, Model)]
#[chakra(collection = "payslips")]
struct Payslip {
    #[chakra(id)]
    id: i64,
    member_id: i64,
    #[chakra(relation = ManyToOne, foreign_key = member_id)]
    member: Related<Member>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "visits")]
struct Visit {
    #[chakra(id)]
    id: i64,
    org_id: i64,
    #[chakra(relation = ManyToOne, foreign_key = org_id, on_delete = NoAction)]
    org: Related<Org>,
}

/// It goes with its org, and holds its team back.
#[derive(Debug, Clone, Model)]
#[chakra(collection = "desks")]
struct Desk {
    #[chakra(id)]
    id: i64,
    org_id: i64,
    #[chakra(relation = ManyToOne, foreign_key = org_id, on_delete = Cascade)]
    org: Related<Org>,
    team_id: i64,
    #[chakra(relation = ManyToOne, foreign_key = team_id)]
    team: Related<Team>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "licences")]
struct Licence {
    #[chakra(id)]
    id: i64,
    holder_id: i64,
}

async fn fixture() -> Fixture {
    Fixture::new(|builder| builder).await
}

/// Puts documents there behind Chakra's back.
async fn put(fixture: &Fixture, collection: &str, documents: impl IntoIterator<Item = Document>) {
    fixture.raw.collection::<Document>(collection).insert_many(documents).await.unwrap();
}

async fn ids(fixture: &Fixture, collection: &str) -> Vec<i64> {
    fixture.stored(collection).await.iter().map(|document| document.get_i64("_id").unwrap()).collect()
}

/// Two orgs. The first has two teams, of which the first has two members; the second org has a team of one.
async fn orgs(fixture: &Fixture) {
    put(fixture, "orgs", [doc! { "_id": 1_i64 }, doc! { "_id": 2_i64, "version": 4_i64 }]).await;
    put(fixture, "teams", [(1, 1), (2, 1), (3, 2)].map(|(id, org): (i64, i64)| doc! { "_id": id, "org_id": org })).await;
    put(fixture, "staff", [(1, 1), (2, 1), (3, 3)].map(|(id, team): (i64, i64)| doc! { "_id": id, "team_id": team })).await;
    put(fixture, "lockers", [doc! { "_id": 1_i64, "member_id": 1_i64 }, doc! { "_id": 2_i64, "member_id": 3_i64 }, doc! { "_id": 3_i64 }])
        .await;
    let errand = |id: i64, by: Option<i64>, checked_by: Option<i64>| {
        let mut errand = doc! { "_id": id, "checked_by": checked_by, "updated_at": bson::DateTime::from_millis(1), "version": 7_i64 };
        errand.extend(by.map(|by| ("by".to_owned(), Bson::Int64(by))));
        errand
    };
    put(fixture, "errands", [errand(1, Some(1), Some(3)), errand(2, Some(3), Some(2)), errand(3, None, None)]).await;
}

#[derive(Clone, Copy, Debug)]
enum Verb {
    One,
    Nothing,
    Many,
    Value,
}

const VERBS: [Verb; 4] = [Verb::One, Verb::Nothing, Verb::Many, Verb::Value];

impl Verb {
    /// Deletes an org.
    async fn delete(self, db: &Db, id: i64) -> chakra::Result<()> {
        match self {
            Self::One => db.delete(Org::id.eq(id)).await.map(|org| assert_eq!(org.id, id)),
            Self::Nothing => db.delete(Org::id.eq(id)).returning(Nothing).await,
            Self::Many => db.delete_many(Org::id.in_([id])).await.map(|deleted| assert_eq!(deleted, 1)),
            Self::Value => {
                let org = db.get(Org::id.eq(id)).await?;
                db.delete_value(&org).await
            }
        }
    }
}
