//! Teams, and what is related to them by every kind of link.

use crate::support::Sent;
use bson::{Document, doc};
use chakra::prelude::*;

#[derive(Debug, Clone, Model)]
pub struct Team {
    #[chakra(id)]
    pub id: i64,
    #[chakra(unique)]
    pub name: String,
    #[chakra(version)]
    pub version: i64,
    #[chakra(relation = OneToMany, foreign_key = team_id)]
    pub people: Related<Vec<Person>>,
    #[chakra(relation = OneToMany, foreign_key = team_id)]
    pub tasks: Related<Vec<Task>>,
    #[chakra(relation = OneToMany, foreign_key = team_name, references = name)]
    pub notes: Related<Vec<Note>>,
    #[chakra(relation = OneToOne, foreign_key = team_id)]
    pub badge: Related<Option<Badge>>,
    #[chakra(relation = OneToOne, foreign_key = team_id)]
    pub charter: Related<Option<Charter>>,
    pub label_ids: Vec<i64>,
    #[chakra(relation = ManyToMany, ids = label_ids)]
    pub labels: Related<Vec<Label>>,
    #[chakra(relation = ManyToMany, inverse_ids = team_ids)]
    pub events: Related<Vec<Event>>,
    pub topic_ids: Vec<i64>,
    #[chakra(relation = ManyToMany, ids = topic_ids, inverse_ids = team_ids)]
    pub topics: Related<Vec<Topic>>,
    pub parent_id: Option<i64>,
    #[chakra(relation = ManyToOne, foreign_key = parent_id)]
    pub parent: Related<Option<Team>>,
    #[chakra(relation = OneToMany, foreign_key = parent_id)]
    pub children: Related<Vec<Team>>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "people")]
pub struct Person {
    #[chakra(id)]
    pub id: i64,
    #[chakra(unique)]
    pub name: String,
    #[chakra(default = 0)]
    pub age: i32,
    #[chakra(version)]
    pub version: i64,
    #[chakra(updated_at)]
    pub seen_at: DateTime<Utc>,
    pub team_id: Option<i64>,
    #[chakra(relation = ManyToOne, foreign_key = team_id)]
    pub team: Related<Option<Team>>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "tasks")]
pub struct Task {
    #[chakra(id)]
    pub id: i64,
    #[chakra(default = 0)]
    pub rank: i32,
    pub team_id: i64,
    #[chakra(relation = ManyToOne, foreign_key = team_id)]
    pub team: Related<Team>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "notes")]
pub struct Note {
    #[chakra(id)]
    pub id: i64,
    pub team_name: Option<String>,
    #[chakra(relation = ManyToOne, foreign_key = team_name, references = name)]
    pub team: Related<Option<Team>>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "badges")]
pub struct Badge {
    #[chakra(id)]
    pub id: i64,
    pub team_id: Option<i64>,
    #[chakra(relation = OneToOne, foreign_key = team_id)]
    pub team: Related<Option<Team>>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "charters")]
pub struct Charter {
    #[chakra(id)]
    pub id: i64,
    #[chakra(default = 0)]
    pub pages: i32,
    pub team_id: i64,
    #[chakra(relation = OneToOne, foreign_key = team_id)]
    pub team: Related<Team>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "labels")]
pub struct Label {
    #[chakra(id)]
    pub id: i64,
    #[chakra(unique)]
    pub name: String,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "events")]
pub struct Event {
    #[chakra(id)]
    pub id: i64,
    pub team_ids: Vec<i64>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "topics")]
pub struct Topic {
    #[chakra(id)]
    pub id: i64,
    #[chakra(unique)]
    pub name: String,
    pub team_ids: Vec<i64>,
    #[chakra(relation = ManyToMany, ids = team_ids, inverse_ids = topic_ids)]
    pub teams: Related<Vec<Team>>,
}

/// Two teams and nothing that is related to them.
pub async fn world() -> Sent {
    let sent = Sent::with(|builder| builder.model::<Team>()).await;
    sent.db.sync().await.unwrap();
    for (id, name) in [(1_i64, "red"), (2, "blue")] {
        store(&sent, "teams", doc! { "_id": id, "name": name, "version": 0_i64 }).await;
    }
    sent.commands();
    sent
}

pub async fn store(sent: &Sent, collection: &str, document: Document) {
    sent.raw.collection::<Document>(collection).insert_one(document).await.unwrap();
}

/// The stored documents, in order of `_id`.
pub async fn stored(sent: &Sent, collection: &str) -> Vec<Document> {
    use futures::TryStreamExt;
    let found = sent.raw.collection::<Document>(collection).find(doc! {}).sort(doc! { "_id": 1 }).await.unwrap();
    found.try_collect().await.unwrap()
}

/// What stands at `field` in each document, in order of `_id`.
pub async fn values(sent: &Sent, collection: &str, field: &str) -> Vec<(i64, Option<bson::Bson>)> {
    let documents = stored(sent, collection).await;
    documents.iter().map(|document| (document.get_i64("_id").unwrap(), document.get(field).cloned())).collect()
}

/// The whole numbers that stand at `field`, or in the list there.
pub async fn numbers(sent: &Sent, collection: &str, field: &str) -> Vec<(i64, Vec<i64>)> {
    let whole = |value: bson::Bson| match value {
        bson::Bson::Array(items) => items.iter().map(|item| item.as_i64().unwrap()).collect(),
        other => vec![other.as_i64().unwrap()],
    };
    let found = values(sent, collection, field).await;
    found.into_iter().map(|(id, value)| (id, value.map_or_else(Vec::new, whole))).collect()
}

/// The commands since the last call, each with its collection; what locks send is left out.
pub fn commands(sent: &Sent) -> Vec<String> {
    let name = |command: &Document| {
        let (name, to) = command.iter().next()?;
        match to.as_str() {
            Some("_chakra_locks") => None,
            Some(collection) => Some(format!("{name} {collection}")),
            None => Some(name.clone()),
        }
    };
    sent.commands().iter().filter_map(name).collect()
}
