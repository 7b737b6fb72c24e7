//! Versions of a service side by side: what `_chakra_schema` keeps of each collection, so that an older one undoes nothing of a newer one.
//!
//! Read by `action/sync.rs` for every sync, and written by `claim` around what `apply` changes: a sync of a lower generation than is kept gets
//! no claim, so that an older version which saw the collection before a newer one came does not act on what it saw.

use super::{
    plan::{CollectionPlan, told},
    step::SyncStep,
    validator::ValidatorPlan,
};
use crate::{
    driver::{Connection, FindSpec, ReadOptions, Scope, Target, UpdateSpec},
    error::{Error, Result},
    render::applied::{FORMAT, of_collections},
    schema::Schema,
};
use bson::{DateTime, Document, RawBsonRef, RawDocument, oid::ObjectId};
use std::collections::HashMap;

/// The collection of what was applied.
const SCHEMA: &str = "_chakra_schema";

/// Which version of a service plans for a collection, and which was the highest that has synced it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Generation {
    own: u32,
    recorded: Option<u32>,
}

impl Generation {
    /// Whether a lower one, or none, is kept. None is as good as 0.
    pub(super) fn rises(self) -> bool {
        self.own > self.recorded.unwrap_or_default()
    }

    pub(super) fn own(self) -> u32 {
        self.own
    }

    /// The higher one to which this one leaves the collection.
    fn newer(self) -> Option<u32> {
        self.recorded.filter(|recorded| *recorded > self.own)
    }
}

/// The generations that are kept of the collections of these models, by collection. One `find`, on the primary; none where all collections
/// are managed elsewhere.
///
/// # Errors
/// Where something is kept in a form that this version does not know, and what the connection reports.
pub(crate) async fn recorded(connection: &Connection, scope: &Scope, schemas: &[&'static Schema]) -> Result<HashMap<String, u32>> {
    let names: Vec<&str> = schemas.iter().filter(|schema| schema.sync).map(|schema| schema.collection).collect();
    if names.is_empty() {
        return Ok(HashMap::new());
    }
    let records = read(connection, scope, &names).await?;
    Ok(records.into_iter().map(|(collection, record)| (collection, record.generation)).collect())
}

/// The plans of this generation: what is kept of a higher one is left to it.
pub(crate) fn settled(plans: Vec<CollectionPlan>, recorded: &HashMap<String, u32>, own: u32) -> Vec<CollectionPlan> {
    let settle = |mut plan: CollectionPlan| {
        plan.generation = Generation { own, recorded: recorded.get(plan.schema.collection).copied() };
        match plan.generation.newer() {
            Some(newer) => left_to(newer, plan),
            None => plan,
        }
    };
    plans.into_iter().map(settle).collect()
}

/// The plan that does nothing and tells what it would. It does not even wait for indexes: the newer version may be about to drop one, which
/// must not come back.
pub(super) fn left_to(generation: u32, mut plan: CollectionPlan) -> CollectionPlan {
    plan.there.clear();
    let (schema, asked, known) = (plan.schema, plan.asked, plan.generation);
    let leave = |step: SyncStep| match step {
        // How many documents go is the newer one's business.
        SyncStep::Held { step, .. } => SyncStep::LeftTo { generation, step },
        SyncStep::LeftTo { step, .. } => SyncStep::LeftTo { generation, step },
        step => SyncStep::LeftTo { generation, step: Box::new(step) },
    };
    CollectionPlan {
        schema,
        create: None,
        changes: Vec::new(),
        missing: Vec::new(),
        held: Vec::new(),
        rebuilds: Vec::new(),
        unknown: Vec::new(),
        rebuildable: Vec::new(),
        there: Vec::new(),
        left: told(vec![plan]).steps.into_iter().map(leave).collect(),
        validator: ValidatorPlan::default(),
        asked,
        generation: known,
    }
}

/// What is kept of a collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) generation: u32,
    /// The claim of a sync that is changing it.
    pub(super) by: Option<ObjectId>,
    /// When it was last written, by the clock of the server that was the primary then.
    pub(super) at: Option<DateTime>,
}

pub(super) async fn read(connection: &Connection, scope: &Scope, collections: &[&str]) -> Result<HashMap<String, Record>> {
    // A secondary may not have the newest yet.
    let options = ReadOptions::on_primary();
    let spec = FindSpec { options, ..FindSpec::default() };
    let found = connection.find(scope, Target::named(SCHEMA), of_collections(collections), spec).await;
    let mut records = HashMap::new();
    for batch in found.map_err(|error| error.lacking("find", SCHEMA))?.all().await? {
        for bytes in batch.documents() {
            let document = RawDocument::from_bytes(bytes?).map_err(|_| unreadable("one of its documents is malformed"))?;
            let collection = document.get_str("_id").map_err(|_| unreadable("an `_id` is not the name of a collection"))?;
            records.insert(collection.to_owned(), record(collection, document)?);
        }
    }
    Ok(records)
}

fn record(collection: &str, document: &RawDocument) -> Result<Record> {
    match whole(document, "format") {
        Some(format) if format == i64::from(FORMAT) => {}
        format => {
            let format = format.map_or_else(|| "no format".to_owned(), |format| format!("the format {format}"));
            return Err(unreadable(&format!(
                "what was applied to `{collection}` has {format}, and this version of Chakra knows {FORMAT}; it leaves the collection alone: \
                 sync it with the version that wrote this, or a newer one"
            )));
        }
    }
    let generation = whole(document, "generation").and_then(|generation| u32::try_from(generation).ok());
    let generation = generation.ok_or_else(|| unreadable(&format!("the generation of `{collection}` is no whole number from 0 up")))?;
    let by = match document.get("by").ok().flatten() {
        None | Some(RawBsonRef::Null) => None,
        Some(RawBsonRef::ObjectId(by)) => Some(by),
        Some(_) => return Err(unreadable(&format!("the claim of `{collection}` is no ObjectId"))),
    };
    let at = match document.get("at").ok().flatten() {
        None | Some(RawBsonRef::Null) => None,
        Some(RawBsonRef::DateTime(at)) => Some(at),
        Some(_) => return Err(unreadable(&format!("the time of `{collection}` is no Date"))),
    };
    Ok(Record { generation, by, at })
}

/// A whole number, also as a shell writes it.
fn whole(document: &RawDocument, field: &str) -> Option<i64> {
    match document.get(field).ok().flatten()? {
        RawBsonRef::Int32(number) => Some(number.into()),
        RawBsonRef::Int64(number) => Some(number),
        RawBsonRef::Double(number) if number.fract() == 0.0 && number.abs() < 9e15 => Some(number as i64),
        _ => None,
    }
}

#[cold]
fn unreadable(what: &str) -> Error {
    Error::other(format!("`{SCHEMA}` cannot be read: {what}"))
}

/// Whether it was written. An upsert of what is there in another state is not.
pub(super) async fn write(connection: &Connection, scope: &Scope, filter: Document, update: Document, spec: UpdateSpec) -> Result<bool> {
    let upsert = spec.upsert;
    match connection.update_one(scope, Target::named(SCHEMA), filter, update, spec).await {
        Ok(counts) => Ok(upsert || counts.matched > 0),
        Err(Error::Unique { .. }) => Ok(false),
        Err(error) => Err(error.lacking("update", SCHEMA)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use bson::{RawDocumentBuf, doc};

    fn read_record(document: &Document) -> Result<Record> {
        record("users", &RawDocumentBuf::try_from(document).unwrap())
    }

    #[test]
    fn a_generation_rises_above_what_is_kept() {
        let of = |own, recorded| Generation { own, recorded };
        assert!(!of(0, None).rises() && !of(0, Some(0)).rises() && !of(1, Some(1)).rises() && !of(1, Some(2)).rises());
        assert!(of(1, None).rises() && of(1, Some(0)).rises() && of(u32::MAX, Some(1)).rises());
        assert_eq!((of(1, Some(2)).newer(), of(1, Some(1)).newer(), of(1, None).newer()), (Some(2), None, None));
    }

    #[test]
    fn what_is_kept_is_read_in_its_form_alone() {
        let by = ObjectId::new();
        let at = DateTime::from_millis(5);
        let stored = doc! { "_id": "users", "format": 1, "generation": 3_i64, "by": by, "at": at };
        assert_eq!(read_record(&stored).unwrap(), Record { generation: 3, by: Some(by), at: Some(at) });
        let by_hand = doc! { "_id": "users", "format": 1.0, "generation": 3.0 };
        assert_eq!(read_record(&by_hand).unwrap(), Record { generation: 3, by: None, at: None });
        for (document, what) in [
            (doc! { "format": 2, "generation": 3 }, "has the format 2"),
            (doc! { "generation": 3 }, "has no format"),
            (doc! { "format": 1 }, "no whole number"),
            (doc! { "format": 1, "generation": -1 }, "no whole number"),
            (doc! { "format": 1, "generation": 1.5 }, "no whole number"),
            (doc! { "format": 1, "generation": "3" }, "no whole number"),
            (doc! { "format": 1, "generation": 3, "by": "me" }, "no ObjectId"),
            (doc! { "format": 1, "generation": 3, "at": "now" }, "no Date"),
        ] {
            let error = read_record(&document).unwrap_err().to_string();
            assert!(error.starts_with("`_chakra_schema` cannot be read: ") && error.contains("`users`") && error.contains(what), "{error}");
        }
    }
}
