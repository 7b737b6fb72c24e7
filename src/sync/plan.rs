//! The difference between what the models declare and what the server has: a pure function.
//!
//! Given the schemas and what `inspect` found; read by `apply` and, told as steps, by users. An index is what it is by its keys and its
//! effective options, never by its name: one that somebody made under another name counts as there.

use super::{
    step::{IndexDifference, SyncPlan, SyncStep, name_of},
    text::{as_listed, is_text},
};
use crate::{
    error::{Error, Result},
    render::render_index,
    schema::{IndexSchema, Schema},
};
use bson::{Bson, Document, doc};
use std::collections::HashMap;

/// What makes one index another, beside its keys.
const OPTIONS: &[&str] =
    &["unique", "sparse", "hidden", "partialFilterExpression", "collation", "expireAfterSeconds", "weights", "default_language"];

/// The collation that is none: by the bytes, and not listed.
const PLAIN_ORDER: &str = "simple";

/// A collection as it is on the server.
#[derive(Clone, Debug, Default)]
pub(crate) struct Existing {
    /// The collation that its indexes have where they name none.
    pub(super) collation: Option<Document>,
    /// Its indexes as `listIndexes` gives them, also those that are still being built.
    pub(super) indexes: Vec<Document>,
}

/// What one collection needs.
#[derive(Debug)]
pub(crate) struct CollectionPlan {
    pub(super) schema: &'static Schema,
    /// Whether it is to be created.
    pub(super) create: bool,
    /// The indexes that are to be created.
    pub(super) missing: Vec<Declared>,
    /// The declared indexes that are there, as `listIndexes` gives them and `createIndexes` takes them.
    pub(super) there: Vec<Document>,
    /// What is told and left untouched.
    pub(super) left: Vec<SyncStep>,
}

/// A declared index.
#[derive(Clone, Debug)]
pub(super) struct Declared {
    pub(super) index: &'static IndexSchema,
    /// The index as `createIndexes` takes it.
    pub(super) rendered: Document,
}

/// What the collections of these models need, but for those that are managed elsewhere. `existing` has those that are there, by name.
///
/// # Errors
/// [`Error::Schema`] where a model gives one name to two indexes.
pub(crate) fn plan(schemas: &[&'static Schema], existing: &HashMap<&'static str, Existing>) -> Result<Vec<CollectionPlan>> {
    let mut faults = Vec::new();
    let schemas = schemas.iter().copied().filter(|schema| schema.sync);
    let plans = schemas.map(|schema| plan_collection(schema, existing.get(schema.collection), &mut faults)).collect();
    if faults.is_empty() { Ok(plans) } else { Err(Error::Schema(faults)) }
}

/// The plan as users read it.
pub(crate) fn told(plans: Vec<CollectionPlan>) -> SyncPlan {
    let mut steps = Vec::new();
    for plan in plans {
        steps.extend(plan.create.then(|| plan.creation()));
        steps.extend(plan.missing.iter().map(|declared| declared.creation(plan.schema)));
        steps.extend(plan.left);
    }
    SyncPlan { steps }
}

impl CollectionPlan {
    pub(super) fn creation(&self) -> SyncStep {
        SyncStep::CreateCollection { model: self.schema.model, collection: self.schema.collection }
    }
}

impl Declared {
    pub(super) fn creation(&self, schema: &Schema) -> SyncStep {
        SyncStep::CreateIndex { model: schema.model, collection: schema.collection, index: self.rendered.clone() }
    }
}

fn plan_collection(schema: &'static Schema, existing: Option<&Existing>, faults: &mut Vec<String>) -> CollectionPlan {
    let mut declared = declared(schema, faults);
    let mut plan = CollectionPlan { schema, create: existing.is_none(), missing: Vec::new(), there: Vec::new(), left: Vec::new() };
    let Some(Existing { collation, indexes }) = existing else {
        plan.missing = declared;
        return plan;
    };
    declared.iter_mut().for_each(|one| refuse_collation(&mut one.rendered, collation.as_ref()));
    let mut claimed = vec![false; indexes.len()];
    let mut open = Vec::new();
    for declared in declared {
        match indexes.iter().position(|found| differences(&declared.rendered, collation.as_ref(), found).is_empty()) {
            Some(at) => {
                claimed[at] = true;
                let mut there = indexes[at].clone();
                refuse_collation(&mut there, collation.as_ref());
                plan.there.push(there);
            }
            None => open.push(declared),
        }
    }
    for declared in open {
        let Some(at) = in_its_place(&declared.rendered, indexes, &claimed, collation.as_ref()) else {
            plan.missing.push(declared);
            continue;
        };
        claimed[at] = true;
        plan.left.push(SyncStep::Differs {
            model: schema.model,
            collection: schema.collection,
            index: name_of(&indexes[at]).to_owned(),
            differences: differences(&declared.rendered, collation.as_ref(), &indexes[at]),
        });
    }
    let unknown = indexes.iter().zip(claimed).filter(|(found, claimed)| !claimed && !is_of_id(found));
    plan.left.extend(unknown.map(|(found, _)| SyncStep::Unknown { collection: schema.collection, index: found.clone() }));
    plan
}

/// A text index takes no collation: where it names none, it would get that of the collection, and the server would refuse it.
fn refuse_collation(index: &mut Document, collation: Option<&Document>) {
    if collation.is_some() && is_text(index) {
        index.insert("collation", doc! { "locale": PLAIN_ORDER });
    }
}

/// The declared indexes that have to be made: each once, and without that of the `_id`, which is always there.
fn declared(schema: &'static Schema, faults: &mut Vec<String>) -> Vec<Declared> {
    let mut declared: Vec<Declared> = Vec::new();
    for index in &schema.indexes {
        let rendered = render_index(index);
        let is_same = |other: &Declared| differences(&rendered, None, &other.rendered).is_empty();
        if !is_of_id(&rendered) && !declared.iter().any(is_same) {
            declared.push(Declared { index, rendered });
        }
    }
    // `unique, index` together are one index, also where one of them is that of a foreign key; with a name of its own it is wanted apart.
    let unique: Vec<Document> = declared.iter().filter(|one| one.index.unique).map(|one| one.rendered.clone()).collect();
    let is_covered = |one: &Declared| unique.iter().any(|unique| same_keys(unique, &one.rendered));
    declared.retain(|one| one.index.unique || one.index.given_name.is_some() || !is_covered(one));
    for (at, one) in declared.iter().enumerate() {
        let name = name_of(&one.rendered);
        if declared[..at].iter().any(|other| name_of(&other.rendered) == name) {
            let model = schema.model;
            faults.push(format!("`{model}` declares two different indexes of the name `{name}`: name one of them with `map = \"…\"`"));
        }
    }
    declared
}

/// The index that keeps a declared one from being made: the same one in another state, one that has its name, or of a text index whichever
/// the collection has, since it can have no second. Any other index with the same keys and other options is another index, beside which the
/// server builds the declared one.
fn in_its_place(rendered: &Document, indexes: &[Document], claimed: &[bool], default: Option<&Document>) -> Option<usize> {
    let in_another_state = |at: &usize| {
        !claimed[*at]
            && differences(rendered, default, &indexes[*at]).iter().all(|one| matches!(one.option, "hidden" | "expireAfterSeconds"))
    };
    let is_the_text_index = |at: &usize| is_text(rendered) && is_text(&indexes[*at]);
    let has_name = |at: &usize| name_of(&indexes[*at]) == name_of(rendered);
    let all = 0..indexes.len();
    all.clone().find(in_another_state).or_else(|| all.clone().find(is_the_text_index)).or_else(|| all.clone().find(has_name))
}

/// In what `found` is another index than the declared one. `default` is the collation that an index has where it names none.
fn differences(rendered: &Document, default: Option<&Document>, found: &Document) -> Vec<IndexDifference> {
    let (listed, found) = (as_listed(rendered), as_listed(found));
    let (rendered, found) = (&*listed, &*found);
    let default = default.filter(|_| !is_text(rendered));
    let mut differences = Vec::new();
    if !same_keys(rendered, found) {
        differences.push(IndexDifference { option: "key", expected: rendered.get("key").cloned(), found: found.get("key").cloned() });
    }
    for option in OPTIONS.iter().copied() {
        let default = default.filter(|_| option == "collation").map(|default| Bson::Document(default.clone()));
        let (expected, found) = (effective(rendered, option).or(default), effective(found, option));
        let same = match (&expected, &found) {
            // The server sorts them by path.
            (Some(Bson::Document(expected)), Some(Bson::Document(found))) if option == "weights" => {
                expected.len() == found.len() && has_all(found, expected)
            }
            // The server writes out all fields of a collation.
            (Some(Bson::Document(expected)), Some(Bson::Document(found))) if option == "collation" => has_all(found, expected),
            (Some(expected), Some(found)) => same_value(expected, found),
            (expected, found) => expected.is_none() && found.is_none(),
        };
        if !same {
            differences.push(IndexDifference { option, expected, found });
        }
    }
    differences
}

/// The value of an option, where it says something: a `false` is as good as none.
fn effective(index: &Document, option: &str) -> Option<Bson> {
    match index.get(option)? {
        Bson::Boolean(false) | Bson::Null => None,
        Bson::Document(collation) if option == "collation" && collation.get_str("locale").is_ok_and(|locale| locale == PLAIN_ORDER) => None,
        // Old servers and shells wrote numbers for what is true or false.
        value if matches!(option, "unique" | "sparse" | "hidden") => (number(value) != Some(0.0)).then_some(Bson::Boolean(true)),
        value => Some(value.clone()),
    }
}

/// Whether both have the same paths in the same order, each with the same direction or kind.
fn same_keys(a: &Document, b: &Document) -> bool {
    match (a.get_document("key"), b.get_document("key")) {
        (Ok(a), Ok(b)) => same_documents(a, b),
        _ => false,
    }
}

fn is_of_id(index: &Document) -> bool {
    let only = |key: &Document| key.len() == 1 && key.get("_id").and_then(number).is_some();
    name_of(index) == "_id_" || index.get_document("key").is_ok_and(only)
}

/// Whether a document has these fields, in any order.
fn has_all(document: &Document, fields: &Document) -> bool {
    fields.iter().all(|(field, value)| document.get(field).is_some_and(|found| same_value(value, found)))
}

fn same_documents(a: &Document, b: &Document) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|((a_name, a), (b_name, b))| a_name == b_name && same_value(a, b))
}

/// Equal to the server: field order counts, the type of a number does not.
fn same_value(a: &Bson, b: &Bson) -> bool {
    match (a, b) {
        (Bson::Document(a), Bson::Document(b)) => same_documents(a, b),
        (Bson::Array(a), Bson::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_value(a, b)),
        _ => match (number(a), number(b)) {
            (Some(a), Some(b)) => a == b,
            _ => a == b,
        },
    }
}

fn number(value: &Bson) -> Option<f64> {
    match value {
        Bson::Int32(number) => Some(f64::from(*number)),
        #[allow(clippy::cast_precision_loss)]
        Bson::Int64(number) => Some(*number as f64),
        Bson::Double(number) => Some(*number),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
