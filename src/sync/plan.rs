//! The difference between what the models declare and what the server has: a pure function.
//!
//! Given the schemas and what `inspect` found; read by `apply` and, told as steps, by users. An index is what it is by its keys and its
//! effective options, never by its name: one that somebody made under another name counts as there.

use super::{
    compare::{differences, is_of_id, number, same_keys},
    generation::Generation,
    step::{SyncDifference, SyncPlan, SyncStep, name_of},
    storage::{EXPIRY, storage_differences},
    text::is_text,
    validator::ValidatorPlan,
};
use crate::{
    error::{Error, Result},
    render::{BY_BYTES, render_index, render_storage},
    schema::{IndexSchema, Schema},
};
use bson::{Bson, Document, doc};
use std::collections::HashMap;

/// A collection as it is on the server.
#[derive(Clone, Debug, Default)]
pub(crate) struct Existing {
    /// The collation that its indexes have where they name none.
    pub(super) collation: Option<Document>,
    /// What it was created with.
    pub(super) options: Document,
    /// Its indexes as `listIndexes` gives them, also those that are still being built.
    pub(super) indexes: Vec<Document>,
    /// Whether it has no documents. It is only looked at where a time to live is declared.
    pub(super) is_empty: bool,
}

/// What one collection needs.
#[derive(Clone, Debug)]
pub(crate) struct CollectionPlan {
    pub(super) schema: &'static Schema,
    /// What it is to be created with, where it is not there.
    pub(super) create: Option<Document>,
    /// What is to be changed in place.
    pub(super) changes: Vec<Change>,
    /// The indexes that are to be created.
    pub(super) missing: Vec<Declared>,
    /// What is done by [`tightened`](Self::tightened) alone.
    pub(super) held: Vec<Held>,
    /// The declared indexes that are there, as `listIndexes` gives them and `createIndexes` takes them.
    pub(super) there: Vec<Document>,
    /// What is to be done about its validator.
    pub(super) validator: ValidatorPlan,
    /// What is told and left untouched.
    pub(super) left: Vec<SyncStep>,
    /// Whether it was asked for what is held, too.
    pub(super) is_tightened: bool,
    /// Which version of the service asks for it, and which one had it before.
    pub(super) generation: Generation,
}

/// A declared index.
#[derive(Clone, Debug)]
pub(super) struct Declared {
    pub(super) index: &'static IndexSchema,
    /// The index as `createIndexes` takes it.
    pub(super) rendered: Document,
}

/// What `collMod` changes.
#[derive(Clone, Debug)]
pub(super) struct Change {
    /// The name of the index on the server; none where it is the collection itself.
    pub(super) index: Option<String>,
    pub(super) difference: SyncDifference,
}

/// What lets the server delete documents that are there.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) work: Work,
    /// The declared index by which they are deleted; none where it is the collection itself.
    pub(super) by: Option<&'static IndexSchema>,
    /// How long they live.
    pub(super) seconds: i32,
    /// How many the server would delete at once. Counted by `expiry`.
    pub(super) documents: u64,
}

#[derive(Clone, Debug)]
pub(super) enum Work {
    Create(Declared),
    Change(Change),
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
        let schema = plan.schema;
        steps.extend(plan.creation());
        steps.extend(plan.changes.iter().map(|change| change.told(schema)));
        steps.extend(plan.validator.told(schema));
        steps.extend(plan.missing.iter().map(|declared| declared.creation(schema)));
        steps.extend(plan.held.iter().map(|held| held.told(schema)));
        steps.extend(plan.left);
    }
    SyncPlan { steps }
}

impl CollectionPlan {
    pub(super) fn creation(&self) -> Option<SyncStep> {
        let Schema { model, collection, .. } = *self.schema;
        self.create.clone().map(|options| SyncStep::CreateCollection { model, collection, options })
    }

    /// Whether anything is changed on the server, or kept of who declares it.
    pub(super) fn has_work(&self) -> bool {
        self.create.is_some()
            || !self.changes.is_empty()
            || !self.missing.is_empty()
            || self.validator.has_work()
            || self.generation.rises()
    }

    /// Whether it sets when documents are deleted or what the server asks of them, and nobody asked for that whatever there is.
    pub(super) fn rests_on_what_was_seen(&self) -> bool {
        let sets_expiry = |declared: &Declared| declared.index.options.expire_after.is_some();
        let expires = || self.changes.iter().any(|change| change.difference.option == EXPIRY) || self.missing.iter().any(sets_expiry);
        // Meanwhile another service may have made a validator refuse, which a warning would undo.
        !self.is_tightened && (expires() || self.validator.rests_on_what_was_seen())
    }

    /// With all that is held.
    pub(crate) fn tightened(mut self) -> Self {
        self.is_tightened = true;
        self.validator.tighten();
        for held in std::mem::take(&mut self.held) {
            match held.work {
                Work::Create(declared) => self.missing.push(declared),
                Work::Change(change) => self.changes.push(change),
            }
        }
        self
    }
}

impl Declared {
    pub(super) fn creation(&self, schema: &Schema) -> SyncStep {
        SyncStep::CreateIndex { model: schema.model, collection: schema.collection, index: self.rendered.clone() }
    }
}

impl Change {
    pub(super) fn told(&self, schema: &Schema) -> SyncStep {
        let (model, collection, difference) = (schema.model, schema.collection, self.difference.clone());
        match &self.index {
            Some(index) => SyncStep::ChangeIndex { model, collection, index: index.clone(), difference },
            None => SyncStep::ChangeCollection { model, collection, difference },
        }
    }
}

impl Held {
    pub(super) fn told(&self, schema: &Schema) -> SyncStep {
        let step = match &self.work {
            Work::Create(declared) => declared.creation(schema),
            Work::Change(change) => change.told(schema),
        };
        SyncStep::Held { step: Box::new(step), documents: self.documents }
    }
}

fn plan_collection(schema: &'static Schema, existing: Option<&Existing>, faults: &mut Vec<String>) -> CollectionPlan {
    let mut declared = declared(schema, faults);
    let mut plan = CollectionPlan {
        schema,
        create: None,
        changes: Vec::new(),
        missing: Vec::new(),
        held: Vec::new(),
        there: Vec::new(),
        validator: ValidatorPlan::of(schema, existing.map(|existing| &existing.options)),
        left: Vec::new(),
        is_tightened: false,
        generation: Generation::default(),
    };
    let Some(existing) = existing else {
        let mut options = render_storage(&schema.storage);
        options.extend(plan.validator.creation());
        plan.create = Some(options);
        plan.missing = declared;
        return plan;
    };
    plan.compare_storage(existing);
    let (default, indexes) = (existing.collation.as_ref(), &existing.indexes);
    declared.iter_mut().for_each(|one| refuse_collation(&mut one.rendered, default));
    let mut claimed = vec![false; indexes.len()];
    let mut open = Vec::new();
    for declared in declared {
        match indexes.iter().position(|found| differences(&declared.rendered, default, found).is_empty()) {
            Some(at) => {
                claimed[at] = true;
                plan.wait_for(&indexes[at], default);
            }
            None => open.push(declared),
        }
    }
    for declared in open {
        match in_its_place(&declared.rendered, indexes, &claimed, default) {
            None => plan.create_index(declared, existing),
            Some(at) => {
                claimed[at] = true;
                plan.compare_index(&declared, &indexes[at], existing);
            }
        }
    }
    let unknown = indexes.iter().zip(claimed).filter(|(found, claimed)| !claimed && !is_of_server(schema, found));
    plan.left.extend(unknown.map(|(found, _)| SyncStep::Unknown { collection: schema.collection, index: found.clone() }));
    plan
}

impl CollectionPlan {
    /// The time to live of a time series is changed in place; anything else is for a new collection.
    fn compare_storage(&mut self, existing: &Existing) {
        let Schema { model, collection, storage, .. } = *self.schema;
        let (expiry, differences): (Vec<_>, Vec<_>) =
            storage_differences(&storage, existing).into_iter().partition(|difference| difference.option == EXPIRY);
        let is_series = storage.time_series().is_some() && differences.iter().all(|difference| difference.option != "timeseries");
        for difference in expiry {
            if is_series {
                self.change(Change { index: None, difference }, None, existing);
            } else if differences.is_empty() {
                self.left.push(SyncStep::CollectionDiffers { model, collection, differences: vec![difference] });
            }
        }
        if !differences.is_empty() {
            self.left.push(SyncStep::CollectionDiffers { model, collection, differences });
        }
    }

    fn create_index(&mut self, declared: Declared, existing: &Existing) {
        match declared.index.options.expire_after {
            Some(seconds) if !existing.is_empty => {
                self.held.push(Held { by: Some(declared.index), seconds, documents: 0, work: Work::Create(declared) });
            }
            _ => self.missing.push(declared),
        }
    }

    /// What is hidden, and when documents are deleted, is changed in place; anything else needs a rebuild.
    fn compare_index(&mut self, declared: &Declared, found: &Document, existing: &Existing) {
        let differences = differences(&declared.rendered, existing.collation.as_ref(), found);
        let index = name_of(found).to_owned();
        // A search and a place are asked of their index by the server alone: hidden, it would refuse those of a service that runs.
        let is_asked_alone =
            found.get_document("key").is_ok_and(|keys| keys.values().any(|form| matches!(form.as_str(), Some("text" | "2dsphere"))));
        let hides = |difference: &SyncDifference| difference.option == "hidden" && difference.expected == Some(Bson::Boolean(true));
        let is_refused = is_asked_alone && differences.iter().any(hides);
        if !is_refused && differences.iter().all(is_changed_in_place) {
            self.wait_for(found, existing.collation.as_ref());
            for difference in differences {
                self.change(Change { index: Some(index.clone()), difference }, Some(declared.index), existing);
            }
            return;
        }
        let Schema { model, collection, .. } = *self.schema;
        self.left.push(SyncStep::Differs { model, collection, index, differences });
    }

    /// Takes up a change, or holds it where documents that are there would live shorter.
    fn change(&mut self, change: Change, by: Option<&'static IndexSchema>, existing: &Existing) {
        let SyncDifference { option, expected, found } = &change.difference;
        let lives = found.as_ref().and_then(number);
        let seconds = expected.as_ref().filter(|_| *option == EXPIRY && !existing.is_empty).and_then(Bson::as_i32);
        match seconds.filter(|seconds| lives.is_none_or(|lives| f64::from(*seconds) < lives)) {
            Some(seconds) => self.held.push(Held { by, seconds, documents: 0, work: Work::Change(change) }),
            None => self.changes.push(change),
        }
    }

    /// The index guards nothing before it is built.
    fn wait_for(&mut self, found: &Document, default: Option<&Document>) {
        // Of a time series the server does not take all indexes back as it lists them.
        if self.schema.storage.time_series().is_none() {
            let mut there = found.clone();
            refuse_collation(&mut there, default);
            self.there.push(there);
        }
    }
}

/// Of an index the server changes these: it shows and hides every one, and gives a time to live to those that have one declared. It takes
/// none away.
fn is_changed_in_place(difference: &SyncDifference) -> bool {
    match difference.option {
        "hidden" => true,
        EXPIRY => difference.expected.is_some(),
        _ => false,
    }
}

/// Whether the server makes it by itself: that of the ids, and from 6.3 on one of the source and the time of a time series.
fn is_of_server(schema: &Schema, found: &Document) -> bool {
    let Some(series) = schema.storage.time_series() else { return is_of_id(found) };
    is_of_id(found) || series.meta.is_some_and(|meta| same_keys(found, &doc! { "key": { meta: 1, series.time: 1 } }))
}

/// A text index takes no collation: where it names none, it would get that of the collection, and the server would refuse it.
fn refuse_collation(index: &mut Document, collation: Option<&Document>) {
    if collation.is_some() && is_text(index) {
        index.insert("collation", doc! { "locale": BY_BYTES });
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
    let unique: Vec<Document> = declared.iter().filter(|one| one.index.is_key()).map(|one| one.rendered.clone()).collect();
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
        !claimed[*at] && differences(rendered, default, &indexes[*at]).iter().all(|one| matches!(one.option, "hidden" | EXPIRY))
    };
    let is_the_text_index = |at: &usize| is_text(rendered) && is_text(&indexes[*at]);
    let has_name = |at: &usize| name_of(&indexes[*at]) == name_of(rendered);
    let all = 0..indexes.len();
    all.clone().find(in_another_state).or_else(|| all.clone().find(is_the_text_index)).or_else(|| all.clone().find(has_name))
}

/// What `collMod` is told.
pub(super) fn modification(change: &Change) -> Document {
    let value = match (&change.difference.expected, change.difference.option) {
        (Some(value), _) => value.clone(),
        // What a time series never deletes.
        (None, EXPIRY) => Bson::from("off"),
        (None, _) => Bson::Boolean(false),
    };
    match &change.index {
        Some(name) => doc! { "index": { "name": name, change.difference.option: value } },
        None => doc! { change.difference.option: value },
    }
}

#[cfg(test)]
mod tests;
