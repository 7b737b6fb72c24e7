//! The documents that a unique index would refuse: found and named before the server is asked for it.
//!
//! `apply` refuses an index by them; `action/sync.rs` gives them as a report without making anything, and has them counted for a plan.

use super::{
    plan::{CollectionPlan, Declared},
    step::name_of,
};
use crate::{
    codec::{DecodeError, Raw, raw_to_bson},
    driver::{Connection, ReadOptions, Scope, options::Collation},
    error::{Behind, DocumentId, Error, Hidden, Outcome, Result},
    render::{DUPLICATE_GROUPS, render_duplicate_count, render_duplicates},
    schema::Schema,
};
use bson::{Bson, Document};
use std::fmt;

/// What [`check_duplicates`](crate::action::SyncModels::check_duplicates) finds. Prints one index a line, without values of documents.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DuplicateReport {
    /// The declared unique indexes that are not there yet and that documents stand in the way of.
    pub indexes: Vec<DuplicateKeys>,
}

/// The documents that stand in the way of one unique index.
#[derive(Clone, Debug, PartialEq)]
pub struct DuplicateKeys {
    /// The model.
    pub model: &'static str,
    /// The collection.
    pub collection: &'static str,
    /// The name that the index would have.
    pub index: String,
    /// Its stored paths, in order.
    pub fields: Vec<String>,
    /// The largest groups of documents with the same values, at most ten.
    pub groups: Vec<DuplicateGroup>,
}

/// Documents with the same values of a unique key.
///
/// `Display` and `Debug` are safe to log: they have the ids that are no personal data, and how many documents there are.
#[derive(Clone, PartialEq)]
pub struct DuplicateGroup {
    values: Vec<Bson>,
    ids: Vec<Bson>,
    count: u64,
}

impl DuplicateReport {
    /// Whether no document stands in the way of a unique index.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.indexes.is_empty()
    }
}

impl DuplicateGroup {
    /// The values that they share, in the order of the index's paths. A missing field is null to an index.
    #[must_use]
    pub fn values(&self) -> &[Bson] {
        &self.values
    }

    /// The least of their ids, at most three.
    #[must_use]
    pub fn ids(&self) -> &[Bson] {
        &self.ids
    }

    /// How many documents they are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }
}

impl fmt::Display for DuplicateReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("no documents stand in the way of a unique index");
        }
        for (at, keys) in self.indexes.iter().enumerate() {
            let end = if at == 0 { "" } else { "\n" };
            write!(f, "{end}{keys}")?;
        }
        Ok(())
    }
}

impl fmt::Display for DuplicateKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { model, collection, index, fields, groups } = self;
        write!(
            f,
            "the index `{index}` of `{model}` cannot be made: `{collection}` holds documents with the same {}: {}",
            quoted(fields),
            listed(groups)
        )
    }
}

impl fmt::Display for DuplicateGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&named(self))
    }
}

impl fmt::Debug for DuplicateGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&named(self))
    }
}

/// Looks for the documents that stand in the way of each unique index that is to come: one scan of its collection each.
pub(crate) async fn check_duplicates(connection: &Connection, scope: &Scope, mut plans: Vec<CollectionPlan>) -> Result<DuplicateReport> {
    let mut report = DuplicateReport::default();
    // A collection that is not there has no documents.
    for plan in plans.iter_mut().filter(|plan| plan.create.is_none()) {
        let schema = plan.schema;
        let Schema { model, collection, .. } = *schema;
        for declared in plan.unique_to_come() {
            let groups = duplicates_of(connection, scope, schema, declared).await?;
            if !groups.is_empty() {
                let (index, fields) = (name_of(&declared.rendered).to_owned(), declared.index.fields());
                report.indexes.push(DuplicateKeys { model, collection, index, fields, groups });
            }
        }
    }
    Ok(report)
}

/// The plans with the numbers of documents that stand in the way of the unique indexes which are to come: one scan of its collection each.
pub(crate) async fn count_duplicates(
    connection: &Connection,
    scope: &Scope,
    mut plans: Vec<CollectionPlan>,
) -> Result<Vec<CollectionPlan>> {
    // A collection that is not there has no documents.
    for plan in plans.iter_mut().filter(|plan| plan.create.is_none()) {
        let schema = plan.schema;
        for declared in plan.unique_to_come() {
            let counted = scan(connection, scope, schema, declared, render_duplicate_count(declared.index), read_count).await?;
            declared.duplicates = counted.into_iter().sum();
        }
    }
    Ok(plans)
}

/// The error that names the documents which stand in the way of a unique index, where there are some.
pub(super) async fn refuse_duplicates(connection: &Connection, scope: &Scope, schema: &'static Schema, declared: &Declared) -> Result<()> {
    let groups = duplicates_of(connection, scope, schema, declared).await?;
    if groups.is_empty() { Ok(()) } else { Err(duplicates(schema, declared, &groups)) }
}

async fn duplicates_of(
    connection: &Connection,
    scope: &Scope,
    schema: &'static Schema,
    declared: &Declared,
) -> Result<Vec<DuplicateGroup>> {
    scan(connection, scope, schema, declared, render_duplicates(declared.index), read_group).await
}

/// One scan of the collection, on the primary: elsewhere there may be documents that are gone.
async fn scan<T>(
    connection: &Connection,
    scope: &Scope,
    schema: &'static Schema,
    declared: &Declared,
    pipeline: Vec<Document>,
    read: fn(&[u8]) -> Result<T, DecodeError>,
) -> Result<Vec<T>> {
    // What is the same by the index's collation is a duplicate.
    let collation = declared.rendered.get_document("collation").ok();
    let collation = collation.and_then(|collation| bson::deserialize_from_document::<Collation>(collation.clone()).ok());
    // There may be as many values as documents.
    let options = ReadOptions { collation, allow_disk_use: Some(true), ..ReadOptions::on_primary() };
    let cursor = connection.aggregate(scope, schema, pipeline, options).await;
    let cursor = cursor.map_err(|error| error.lacking("find", schema.collection))?;
    let mut found = Vec::new();
    for batch in cursor.all().await? {
        for bytes in batch.documents() {
            let bytes = bytes?;
            found.push(read(bytes).map_err(|error| Error::decode(schema, bytes, error))?);
        }
    }
    Ok(found)
}

fn read_group(bytes: &[u8]) -> Result<DuplicateGroup, DecodeError> {
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
    Ok(DuplicateGroup { values, ids, count: read_count(bytes)? })
}

fn read_count(bytes: &[u8]) -> Result<u64, DecodeError> {
    let count = Raw::document(bytes)?.get("count")?.map(raw_to_bson).transpose()?;
    Ok(count.and_then(|count| count.as_i64()).and_then(|count| u64::try_from(count).ok()).unwrap_or_default())
}

/// The message has the ids that may be shown; the values, and other ids, come by [`Error::detail`].
fn duplicates(schema: &Schema, declared: &Declared, groups: &[DuplicateGroup]) -> Error {
    let paths = declared.index.fields();
    let reason = format!("`{}` holds documents with the same {}: {}", schema.collection, quoted(&paths), listed(groups));
    let detail = groups.iter().map(|group| detailed(&paths, group)).collect::<Vec<_>>().join("; ");
    Error::Index {
        model: schema.model,
        index: name_of(&declared.rendered).into(),
        reason: reason.into(),
        behind: Some(Hidden(Box::new(Behind { detail: Some(detail), driver: None, outcome: Outcome::NotApplied }))),
    }
}

fn quoted(paths: &[String]) -> String {
    paths.iter().map(|path| format!("`{path}`")).collect::<Vec<_>>().join(", ")
}

/// The first groups; there may be others where all that are looked for were found.
fn listed(groups: &[DuplicateGroup]) -> String {
    let mut listed: Vec<String> = groups.iter().map(ToString::to_string).collect();
    if groups.len() == DUPLICATE_GROUPS {
        listed.push("…".to_owned());
    }
    listed.join("; ")
}

/// `_id 1, 2 and 3 more`, or how many they are where their ids are not to be shown.
fn named(group: &DuplicateGroup) -> String {
    let ids: Vec<DocumentId> = group.ids.iter().map(DocumentId::of).collect();
    if ids.is_empty() || !ids.iter().all(DocumentId::is_shown) {
        return format!("{} documents", group.count);
    }
    let shown = ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    match group.count.saturating_sub(ids.len() as u64) {
        0 => format!("_id {shown}"),
        more => format!("_id {shown} and {more} more"),
    }
}

fn detailed(paths: &[String], group: &DuplicateGroup) -> String {
    let values = paths.iter().zip(&group.values).map(|(path, value)| format!("{path}: {value}"));
    let ids = group.ids.iter().map(ToString::to_string);
    format!("{} in _id {}", values.collect::<Vec<_>>().join(", "), ids.collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::schema::{Absent, Direction, IndexKey, IndexSchema, KeyForm, Kind};
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
        let schema = Schema { indexes, ..Schema::bare("User", "users") };
        let schema: &'static Schema = Box::leak(Box::new(schema));
        let index = &schema.indexes[0];
        let declared = Declared { index, rendered: doc! { "key": { "email": 1 }, "name": index.name(), "unique": true }, duplicates: 0 };
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
