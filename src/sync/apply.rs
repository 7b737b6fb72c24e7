//! The plan carried out: collections and indexes are created or changed in place, and nothing else is touched.
//!
//! Called by `action/sync.rs` with what `plan` found. Any number of services may do this at once: a collection that another one has created
//! meanwhile counts as there, and the same index is built once, with all of them waiting for it.

use super::{
    expiry::count_expired,
    generation::{Claim, Claimed, left_to},
    inspect::inspect,
    plan::{CollectionPlan, Declared, modification},
    step::{SyncPlan, SyncStep, name_of},
};
use crate::{
    codec::{DecodeError, Raw, raw_to_bson},
    driver::{
        Connection, ReadOptions, Scope,
        options::{Collation, ReadPreference},
    },
    error::{Behind, DocumentId, Error, Hidden, Outcome, Result},
    render::{DUPLICATE_GROUPS, render_duplicates},
    schema::{IndexSchema, Schema},
};
use bson::{Bson, DateTime, Document};

const INDEX_OPTIONS_CONFLICT: i32 = 85;

/// Creates what is missing and changes what can be changed in place; gives what was done, and what was left untouched.
///
/// # Errors
/// The first unique index that documents stand in the way of; all others are built before it is reported. What the connection reports
/// ends it at once. Steps that were taken stay.
pub(crate) async fn apply(connection: &Connection, scope: &Scope, now: DateTime, plans: Vec<CollectionPlan>) -> Result<SyncPlan> {
    let mut steps = Vec::new();
    let mut refused = None;
    for plan in plans {
        let first = apply_claimed(connection, scope, now, plan, &mut steps).await?;
        refused = refused.or(first);
    }
    refused.map_or(Ok(SyncPlan { steps }), Err)
}

/// Claims the collection where anything is to be changed, and plans anew by what it is then. Gives the first unique index that could not be
/// made.
async fn apply_claimed(
    connection: &Connection,
    scope: &Scope,
    now: DateTime,
    plan: CollectionPlan,
    steps: &mut Vec<SyncStep>,
) -> Result<Option<Error>> {
    if !plan.has_work() {
        return apply_collection(connection, scope, now, plan, steps).await;
    }
    let claim = match Claim::take(connection, scope, &plan).await? {
        Claimed::Ours(claim) => claim,
        Claimed::Newer(generation) => {
            steps.extend(left_to(generation, plan).left);
            return Ok(None);
        }
    };
    let mut done = Vec::new();
    let work = async {
        let plan = replanned(connection, scope, now, plan).await?;
        apply_collection(connection, scope, now, plan, &mut done).await
    };
    let worked = claim.held_during(connection, scope, work).await;
    let applied = done.iter().filter(|step| step.is_taken()).map(ToString::to_string).collect();
    let released = claim.release(connection, scope, applied).await;
    steps.extend(done);
    let refused = worked?;
    released.map(|()| refused)
}

/// Gives the first unique index that could not be made.
async fn apply_collection(
    connection: &Connection,
    scope: &Scope,
    now: DateTime,
    mut plan: CollectionPlan,
    steps: &mut Vec<SyncStep>,
) -> Result<Option<Error>> {
    let (schema, creation) = (plan.schema, plan.creation());
    let is_new = plan.create.is_some();
    let mut is_ours = false;
    if let Some(options) = plan.create.take() {
        is_ours = connection.create_collection(scope, schema, options).await?;
        steps.extend(creation.filter(|_| is_ours));
    }
    let waited = wait_for(connection, scope, schema, std::mem::take(&mut plan.there)).await;
    // Builds may have taken hours, in which the collection was filled, or another service let documents live longer.
    if !is_ours && plan.rests_on_what_was_seen() {
        plan = replanned(connection, scope, now, plan).await?;
    }
    let mut refused = match waited {
        Ok(()) => None,
        // A build of another service met duplicates; the other indexes are made all the same.
        Err(error @ Error::Unique { .. }) => Some(error),
        Err(error) => return Err(error),
    };
    for change in plan.changes {
        connection.modify(scope, schema, modification(&change)).await?;
        steps.push(change.told(schema));
    }
    plan.validator.apply(connection, scope, schema, steps).await?;
    // A command builds all of its indexes or none: what duplicates can refuse goes alone.
    let (unique, plain): (Vec<Declared>, Vec<Declared>) = plan.missing.into_iter().partition(|declared| declared.index.unique);
    if !plain.is_empty() {
        let rendered = plain.iter().map(|declared| declared.rendered.clone()).collect();
        connection.create_indexes(scope, schema, rendered).await?;
        steps.extend(plain.iter().map(|declared| declared.creation(schema)));
    }
    for declared in unique {
        match create_unique(connection, scope, schema, &declared, !is_new).await {
            Ok(()) => steps.push(declared.creation(schema)),
            Err(error @ (Error::Index { .. } | Error::Unique { .. })) => {
                tracing::error!(%error, "a unique index is missing");
                refused = refused.or(Some(error));
            }
            Err(error) => return Err(error),
        }
    }
    steps.extend(plan.held.iter().map(|held| held.told(schema)));
    steps.extend(plan.left);
    Ok(refused)
}

/// The plan by what the collection is now.
async fn replanned(connection: &Connection, scope: &Scope, now: DateTime, plan: CollectionPlan) -> Result<CollectionPlan> {
    let schemas = [plan.schema];
    let existing = inspect(connection, scope, &schemas).await?;
    let plans = super::plan::plan(&schemas, &existing)?;
    let plans = if plan.is_tightened {
        plans.into_iter().map(CollectionPlan::tightened).collect()
    } else {
        count_expired(connection, scope, now, plans).await?
    };
    let generation = plan.generation;
    Ok(plans.into_iter().next().map_or(plan, |anew| CollectionPlan { generation, ..anew }))
}

/// Waits for indexes that are listed but perhaps still being built, by another service: the same command again joins a build, and returns
/// at once where there is none. An index guards nothing before it is built.
async fn wait_for(connection: &Connection, scope: &Scope, schema: &'static Schema, mut there: Vec<Document>) -> Result<()> {
    if there.is_empty() {
        return Ok(());
    }
    for index in &mut there {
        // The name of the collection, as servers before 4.4 stored it, is not taken back.
        index.remove("ns");
    }
    match connection.create_indexes(scope, schema, there.clone()).await {
        // All of them are listed: who may not create indexes needs none, and only cannot wait.
        Err(Error::Privilege { .. }) => Ok(()),
        // Another service has changed one in place since it was listed, which therefore is built: the others are waited for.
        Err(error) if error.server_code() == Some(INDEX_OPTIONS_CONFLICT) => {
            for index in there {
                match connection.create_indexes(scope, schema, vec![index]).await {
                    Err(error) if error.server_code() == Some(INDEX_OPTIONS_CONFLICT) => {}
                    other => other?,
                }
            }
            Ok(())
        }
        other => other,
    }
}

/// Creates a unique index, or says which documents stand in its way.
async fn create_unique(connection: &Connection, scope: &Scope, schema: &'static Schema, declared: &Declared, search: bool) -> Result<()> {
    if search {
        refuse_duplicates(connection, scope, schema, declared).await?;
    }
    match connection.create_indexes(scope, schema, vec![declared.rendered.clone()]).await {
        Err(error @ Error::Unique { .. }) => {
            // They were written since, or were not searched for.
            refuse_duplicates(connection, scope, schema, declared).await?;
            Err(error)
        }
        other => other,
    }
}

/// Documents with the same values.
struct Group {
    values: Vec<Bson>,
    /// Some of their ids.
    ids: Vec<Bson>,
    count: i64,
}

/// One scan of the collection, on the primary: elsewhere there may be documents that are gone.
async fn refuse_duplicates(connection: &Connection, scope: &Scope, schema: &'static Schema, declared: &Declared) -> Result<()> {
    // What is the same by the index's collation is a duplicate.
    let collation = declared.rendered.get_document("collation").ok();
    let collation = collation.and_then(|collation| bson::deserialize_from_document::<Collation>(collation.clone()).ok());
    let options = ReadOptions { read_preference: Some(ReadPreference::Primary), collation, ..ReadOptions::default() };
    let cursor = connection.aggregate(scope, schema, render_duplicates(declared.index), options).await;
    let cursor = cursor.map_err(|error| error.lacking("find", schema.collection))?;
    let mut groups = Vec::new();
    for batch in cursor.all().await? {
        for bytes in batch.documents() {
            let bytes = bytes?;
            groups.push(read_group(bytes).map_err(|error| Error::decode(schema, bytes, error))?);
        }
    }
    if groups.is_empty() { Ok(()) } else { Err(duplicates(schema, declared, &groups)) }
}

fn read_group(bytes: &[u8]) -> Result<Group, DecodeError> {
    let group = Raw::document(bytes)?;
    let value = |name: &str| -> Result<Option<Bson>, DecodeError> { group.get(name)?.map(raw_to_bson).transpose() };
    let values = match value("_id")? {
        Some(Bson::Document(values)) => values.into_iter().map(|(_, value)| value).collect(),
        _ => Vec::new(),
    };
    let ids = match value("ids")? {
        Some(Bson::Array(ids)) => ids,
        _ => Vec::new(),
    };
    let count = value("count")?.and_then(|count| count.as_i64()).unwrap_or_default();
    Ok(Group { values, ids, count })
}

/// The message has the ids that may be shown; the values, and other ids, come by [`Error::detail`].
fn duplicates(schema: &Schema, declared: &Declared, groups: &[Group]) -> Error {
    let paths = declared.index.fields();
    let mut listed: Vec<String> = groups.iter().map(named).collect();
    if groups.len() == DUPLICATE_GROUPS {
        listed.push("…".to_owned());
    }
    let fields = paths.iter().map(|path| format!("`{path}`")).collect::<Vec<_>>().join(", ");
    let reason = format!("`{}` holds documents with the same {fields}: {}", schema.collection, listed.join("; "));
    let detail = groups.iter().map(|group| detailed(declared.index, group)).collect::<Vec<_>>().join("; ");
    Error::Index {
        model: schema.model,
        index: name_of(&declared.rendered).into(),
        reason: reason.into(),
        behind: Some(Hidden(Box::new(Behind { detail: Some(detail), driver: None, outcome: Outcome::NotApplied }))),
    }
}

/// `_id 1, 2 and 3 more`, or how many they are where their ids are not to be shown.
fn named(group: &Group) -> String {
    let ids: Vec<DocumentId> = group.ids.iter().map(DocumentId::of).collect();
    if ids.is_empty() || !ids.iter().all(DocumentId::is_shown) {
        return format!("{} documents", group.count);
    }
    let shown = ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    match usize::try_from(group.count).unwrap_or_default().saturating_sub(ids.len()) {
        0 => format!("_id {shown}"),
        more => format!("_id {shown} and {more} more"),
    }
}

fn detailed(index: &IndexSchema, group: &Group) -> String {
    let values = index.keys.iter().zip(&group.values).map(|(key, value)| format!("{}: {value}", key.path));
    let ids = group.ids.iter().map(ToString::to_string);
    format!("{} in _id {}", values.collect::<Vec<_>>().join(", "), ids.collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::schema::{Absent, CollectionKind, Direction, IndexKey, KeyForm, Kind};
    use bson::doc;

    #[test]
    fn duplicates_are_named_without_their_values() {
        let key = IndexKey {
            path: "email".to_owned(),
            form: KeyForm::Ordered(Direction::Ascending),
            kind: Kind::String,
            absent: Absent::Never,
            only: Vec::new(),
        };
        let indexes = vec![IndexSchema::unique([key])];
        let schema = Schema {
            model: "User",
            collection: "users",
            storage: CollectionKind::Plain,
            fields: &[],
            tag: None,
            relations: &[],
            indexes,
            extra: false,
            deny_unknown: false,
            validator: false,
            sync: true,
        };
        let schema: &'static Schema = Box::leak(Box::new(schema));
        let index = &schema.indexes[0];
        let declared = Declared { index, rendered: doc! { "key": { "email": 1 }, "name": index.name(), "unique": true } };
        let group = |email: &str, ids: Vec<Bson>, count: i64| {
            let group = doc! { "_id": { "v0": email }, "ids": ids, "count": count };
            read_group(&bson::serialize_to_vec(&group).unwrap()).unwrap()
        };
        let numbered = group("ada@x.y", vec![Bson::Int32(1), Bson::Int32(2), Bson::Int32(3)], 5);
        let groups = [numbered, group("eve@x.y", vec![Bson::from("eve"), Bson::from("bob")], 2)];
        let error = duplicates(schema, &declared, &groups);
        let reason = "`users` holds documents with the same `email`: _id 1, 2, 3 and 2 more; 2 documents";
        assert_eq!(error.to_string(), format!("the index `email_1` of `User` cannot be made: {reason}"));
        assert!(!format!("{error:?}").contains("eve"));
        assert_eq!(error.detail().as_deref(), Some("email: \"ada@x.y\" in _id 1, 2, 3; email: \"eve@x.y\" in _id \"eve\", \"bob\""));
    }
}
