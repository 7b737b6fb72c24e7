//! The difference between what the models declare and what the server has: a pure function.
//!
//! Given the schemas and what `inspect` found; read by `apply` and, told as steps, by users. An index is what it is by its keys and its
//! effective options, never by its name: one that somebody made under another name counts as there.

use super::{
    compare::{differences, is_of_id, number, same_keys},
    generation::Generation,
    rebuild::{Rebuild, free_name, is_bridge},
    step::{SyncDifference, SyncPlan, SyncStep, name_of},
    storage::{EXPIRY, storage_differences},
    text::{is_asked_alone, is_text},
    unknown::taken_away,
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
    /// The names of those that are still being built.
    pub(super) unfinished: Vec<String>,
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
    /// The indexes that are built anew, in place of those that differ.
    pub(super) rebuilds: Vec<Rebuild>,
    /// The indexes that no model declares and that are hidden or dropped.
    pub(super) unknown: Vec<Document>,
    /// What is rebuilt by [`asked`](Self::asked) alone.
    pub(super) rebuildable: Vec<Rebuild>,
    /// The declared indexes that are still being built, as `listIndexes` gives them and `createIndexes` takes them.
    pub(super) there: Vec<Document>,
    /// What is to be done about its validator.
    pub(super) validator: ValidatorPlan,
    /// What is told and left untouched.
    pub(super) left: Vec<SyncStep>,
    /// What was asked for beside what every sync does.
    pub(super) asked: Asked,
    /// Which version of the service asks for it, and which one had it before.
    pub(super) generation: Generation,
}

/// What is asked for beside what every sync does.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Asked {
    /// What lets the server delete documents.
    pub(crate) tighten: bool,
    /// The indexes that differ, built anew.
    pub(crate) rebuild: bool,
    /// The indexes that no model declares, hidden and then dropped.
    pub(crate) drop_unknown: bool,
}

/// A declared index.
#[derive(Clone, Debug)]
pub(super) struct Declared {
    pub(super) index: &'static IndexSchema,
    /// The index as `createIndexes` takes it.
    pub(super) rendered: Document,
    /// How many documents have the same values of its keys as another, where it is unique. Counted by `duplicates`, for a plan alone.
    pub(super) duplicates: u64,
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
    pub(super) documents: Option<u64>,
}

#[derive(Clone, Debug)]
pub(super) enum Work {
    Create(Declared),
    Change(Change),
    Rebuild(Box<Rebuild>),
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
    SyncPlan { steps: plans.into_iter().flat_map(|plan| plan.steps()).collect() }
}

impl CollectionPlan {
    /// Its steps in the order in which they are taken, and then what is not done.
    pub(super) fn steps(&self) -> Vec<SyncStep> {
        let schema = self.schema;
        let mut steps: Vec<SyncStep> = self.creation().into_iter().collect();
        steps.extend(self.being_built());
        steps.extend(self.changes.iter().map(|change| change.told(schema)));
        steps.extend(self.validator.told(schema));
        steps.extend(self.missing.iter().map(|declared| declared.creation(schema)));
        steps.extend(self.rebuilds.iter().map(|rebuild| rebuild.told(schema)));
        steps.extend(self.unknown.iter().map(|index| taken_away(schema, index)));
        steps.extend(self.held.iter().map(|held| held.told(schema)));
        steps.extend(self.left.iter().cloned());
        steps
    }

    /// With what else was asked for.
    pub(crate) fn asked(mut self, asked: Asked) -> Self {
        self.asked = asked;
        if asked.rebuild {
            self = self.rebuilding();
        }
        if asked.drop_unknown {
            self = self.dropping_unknown();
        }
        if asked.tighten { self.tightened() } else { self }
    }

    /// The unique indexes that it makes, or holds.
    pub(super) fn unique_to_come(&mut self) -> Vec<&mut Declared> {
        let held = self.held.iter_mut().filter_map(|held| match &mut held.work {
            Work::Create(declared) => Some(declared),
            Work::Rebuild(rebuild) => Some(&mut rebuild.declared),
            Work::Change(_) => None,
        });
        let anew = self.rebuilds.iter_mut().filter(|rebuild| !rebuild.is_leftover()).map(|rebuild| &mut rebuild.declared);
        self.missing.iter_mut().chain(anew).chain(held).filter(|declared| declared.index.unique).collect()
    }

    pub(super) fn creation(&self) -> Option<SyncStep> {
        let Schema { model, collection, .. } = *self.schema;
        self.create.clone().map(|options| SyncStep::CreateCollection { model, collection, options })
    }

    /// The declared indexes that somebody is building.
    pub(super) fn being_built(&self) -> Vec<SyncStep> {
        let Schema { model, collection, .. } = *self.schema;
        self.there.iter().map(|index| SyncStep::StillBuilding { model, collection, index: name_of(index).to_owned() }).collect()
    }

    /// Whether anything is changed on the server, or kept of who declares it.
    pub(super) fn has_work(&self) -> bool {
        self.create.is_some()
            || !self.changes.is_empty()
            || !self.missing.is_empty()
            || !self.rebuilds.is_empty()
            || !self.unknown.is_empty()
            || self.validator.has_work()
            || self.generation.rises()
    }

    /// Whether it sets when documents are deleted or what the server asks of them, and nobody asked for that whatever there is.
    pub(super) fn rests_on_what_was_seen(&self) -> bool {
        let sets_expiry = |declared: &Declared| declared.index.options.expire_after.is_some();
        let expires = || {
            self.changes.iter().any(|change| change.difference.option == EXPIRY)
                || self.missing.iter().chain(self.rebuilds.iter().map(|rebuild| &rebuild.declared)).any(sets_expiry)
        };
        // Meanwhile another service may have made a validator refuse, which a warning would undo.
        !self.asked.tighten && (expires() || self.validator.rests_on_what_was_seen())
    }

    /// With all that is held.
    pub(super) fn tightened(mut self) -> Self {
        self.asked.tighten = true;
        self.validator.tighten();
        for held in std::mem::take(&mut self.held) {
            match held.work {
                Work::Create(declared) => self.missing.push(declared),
                Work::Change(change) => self.changes.push(change),
                Work::Rebuild(rebuild) => self.rebuilds.push(*rebuild),
            }
        }
        self
    }
}

impl Declared {
    /// The index under the name that it has on the server, as `createIndexes` takes it back.
    fn standing(&self, schema: &Schema, found: &Document, default: Option<&Document>) -> Self {
        let rendered = if schema.storage.time_series().is_some() {
            // Of a time series the server does not take all indexes back as it lists them.
            let mut rendered = self.rendered.clone();
            rendered.insert("name", name_of(found));
            rendered
        } else {
            let mut there = found.clone();
            // The name of the collection, as servers before 4.4 stored it, is not taken back.
            there.remove("ns");
            refuse_collation(&mut there, default);
            there
        };
        Self { index: self.index, rendered, duplicates: 0 }
    }

    pub(super) fn creation(&self, schema: &Schema) -> SyncStep {
        self.refused(SyncStep::CreateIndex { model: schema.model, collection: schema.collection, index: self.rendered.clone() })
    }

    /// The step that makes it, with how many documents stand in its way.
    pub(super) fn refused(&self, step: SyncStep) -> SyncStep {
        if self.duplicates == 0 { step } else { SyncStep::Refused { step: Box::new(step), documents: self.duplicates } }
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
            Work::Rebuild(rebuild) => rebuild.told(schema),
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
        rebuilds: Vec::new(),
        unknown: Vec::new(),
        rebuildable: Vec::new(),
        there: Vec::new(),
        validator: ValidatorPlan::of(schema, existing.map(|existing| &existing.options)),
        left: Vec::new(),
        asked: Asked::default(),
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
    // What stands under a name of its own, as the server is sent it: another index of such a name is what a rebuild left.
    let mut standing = Vec::new();
    let mut open = Vec::new();
    for declared in declared {
        match indexes.iter().position(|found| differences(&declared.rendered, default, found).is_empty()) {
            Some(at) => {
                claimed[at] = true;
                plan.wait_for(&indexes[at], existing);
                standing.push(declared.standing(schema, &indexes[at], default));
            }
            None => open.push(declared),
        }
    }
    let mut missing = Vec::new();
    for declared in open {
        match in_another_state(&declared.rendered, indexes, &claimed, default) {
            Some(at) => {
                claimed[at] = true;
                if plan.compare_index(&declared, &indexes[at], existing) {
                    standing.push(declared.standing(schema, &indexes[at], default));
                }
            }
            None => missing.push(declared),
        }
    }
    for mut declared in missing {
        match in_its_place(&declared, indexes, &claimed, default) {
            Some(at) => {
                claimed[at] = true;
                plan.compare_index(&declared, &indexes[at], existing);
            }
            None => {
                let name = free_name(&declared, existing);
                declared.rendered.insert("name", name);
                plan.create_index(declared, existing);
            }
        }
    }
    for (found, _) in indexes.iter().zip(claimed).filter(|(found, claimed)| !claimed && !is_of_server(schema, found)) {
        plan.leave(found, &standing);
    }
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
                self.held.push(Held { by: Some(declared.index), seconds, documents: None, work: Work::Create(declared) });
            }
            _ => self.missing.push(declared),
        }
    }

    /// What is hidden, and when documents are deleted, is changed in place; anything else needs a rebuild. Gives whether it is the former.
    fn compare_index(&mut self, declared: &Declared, found: &Document, existing: &Existing) -> bool {
        let differences = differences(&declared.rendered, existing.collation.as_ref(), found);
        let index = name_of(found).to_owned();
        let hides = |difference: &SyncDifference| difference.option == "hidden" && difference.expected == Some(Bson::Boolean(true));
        // A search and a place are asked of their index by the server alone: hidden, it would refuse those of a service that runs.
        let is_refused = is_asked_alone(found) && differences.iter().any(hides);
        if !is_refused && differences.iter().all(is_changed_in_place) {
            self.wait_for(found, existing);
            for difference in differences {
                self.change(Change { index: Some(index.clone()), difference }, Some(declared.index), existing);
            }
            return true;
        }
        let Schema { model, collection, .. } = *self.schema;
        self.rebuildable.push(Rebuild::new(declared, found, differences.clone(), existing));
        self.left.push(SyncStep::Differs { model, collection, index, differences });
        false
    }

    /// An index that is no declared one: what a rebuild left, or what nobody knows.
    fn leave(&mut self, found: &Document, standing: &[Declared]) {
        let Schema { model, collection, .. } = *self.schema;
        let anew = self.rebuildable.iter().map(|rebuild| &rebuild.declared);
        let by = standing.iter().chain(&self.missing).chain(anew).find(|declared| declared.index.is_named(name_of(found))).cloned();
        match by.filter(|by| by.index.is_named(name_of(&by.rendered))) {
            Some(by) => {
                let (index, replaced_by) = (name_of(found).to_owned(), name_of(&by.rendered).to_owned());
                self.left.push(SyncStep::Superseded { model, collection, index, by: replaced_by });
                self.rebuildable.push(Rebuild::leftover(by, found));
            }
            None => self.left.push(SyncStep::Unknown { collection, index: found.clone() }),
        }
    }

    /// Takes up a change, or holds it where documents that are there would live shorter.
    fn change(&mut self, change: Change, by: Option<&'static IndexSchema>, existing: &Existing) {
        let SyncDifference { option, expected, found } = &change.difference;
        let lives = found.as_ref().and_then(number);
        let seconds = expected.as_ref().filter(|_| *option == EXPIRY && !existing.is_empty).and_then(Bson::as_i32);
        // What is no number, as a NaN that a shell wrote, is not known to be shorter.
        match seconds.filter(|seconds| !lives.is_some_and(|lives| lives <= f64::from(*seconds))) {
            Some(seconds) => self.held.push(Held { by, seconds, documents: None, work: Work::Change(change) }),
            None => self.changes.push(change),
        }
    }

    /// The index guards nothing before it is built.
    fn wait_for(&mut self, found: &Document, existing: &Existing) {
        if existing.unfinished.iter().any(|name| name == name_of(found)) {
            let mut there = found.clone();
            // The name of the collection, as servers before 4.4 stored it, is not taken back.
            there.remove("ns");
            refuse_collation(&mut there, existing.collation.as_ref());
            self.there.push(there);
        }
    }
}

/// Of an index the server changes these: it shows and hides every one, and gives a time to live to those that have one declared. It takes
/// none away.
pub(super) fn is_changed_in_place(difference: &SyncDifference) -> bool {
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
            declared.push(Declared { index, rendered, duplicates: 0 });
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

/// The declared index in another state: hidden or not, and with another time to live. The server makes no second one of it.
fn in_another_state(rendered: &Document, indexes: &[Document], claimed: &[bool], default: Option<&Document>) -> Option<usize> {
    let is_it = |found: &Document| differences(rendered, default, found).iter().all(|one| matches!(one.option, "hidden" | EXPIRY));
    indexes.iter().zip(claimed).position(|(found, claimed)| !claimed && is_it(found))
}

/// The index that keeps a declared one from being made: one that has its name and is no other declared one, or of a text index whichever
/// the collection has, since it can have no second. Any other index with the same keys and other options is another index, beside which the
/// server builds the declared one.
fn in_its_place(declared: &Declared, indexes: &[Document], claimed: &[bool], default: Option<&Document>) -> Option<usize> {
    let is_the_text_index = |found: &Document| is_text(&declared.rendered) && is_text(found);
    let open = |is_it: &dyn Fn(&Document) -> bool| indexes.iter().zip(claimed).position(|(found, claimed)| !claimed && is_it(found));
    let own = declared.index.name();
    indexes
        .iter()
        .position(is_the_text_index)
        .or_else(|| open(&|found| name_of(found) == own))
        .or_else(|| open(&|found| declared.index.is_named(name_of(found)) && !is_bridge(declared, found, default)))
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
