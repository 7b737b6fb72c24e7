//! What is to be done about the rules that the server asks of the documents of a collection.
//!
//! Made by `plan` from the declaration and what `listCollections` says; counted, applied and told by itself. A validator that warns refuses
//! nothing, so it is set at once. One that refuses may stand in the way of a service that runs, so it is held until it is asked for. How many
//! documents break it is counted for a plan alone: a service that starts is not to scan its collections.

use super::{compare::same_value, patience::modify, plan::CollectionPlan, step::SyncStep};
use crate::{
    driver::{Connection, ReadOptions, Scope},
    error::Result,
    render::{render_validator, render_violations},
    schema::Schema,
};
use bson::{Bson, Document, doc};

const VALIDATOR: &str = "validator";
const LEVEL: &str = "validationLevel";
const ACTION: &str = "validationAction";
/// Every write is checked, also one to a document that breaks the rules already.
const STRICT: &str = "strict";
const OFF: &str = "off";
const WARN: &str = "warn";
const ERROR: &str = "error";

/// What one collection needs.
#[derive(Clone, Debug, Default)]
pub(super) struct ValidatorPlan {
    /// What the collection is created with, where it is not there.
    created: Option<Document>,
    /// What is set.
    set: Option<Validation>,
    /// What is set by [`tighten`](Self::tighten) alone.
    held: Option<Validation>,
    /// How many documents break what is held.
    documents: Option<u64>,
    /// The validator that is there without being declared.
    unknown: Option<Document>,
}

#[derive(Clone, Debug)]
struct Validation {
    validator: Document,
    refuses: bool,
    /// The one that is there, where it is another, or holds for some writes alone.
    found: Option<Document>,
}

impl ValidatorPlan {
    /// `existing` is what the collection was created with, where it is there.
    pub(super) fn of(schema: &Schema, existing: Option<&Document>) -> Self {
        let found = existing.and_then(|options| options.get_document(VALIDATOR).ok()).filter(|found| !found.is_empty());
        if !schema.validator {
            return Self { unknown: found.cloned(), ..Self::default() };
        }
        let declared = render_validator(schema);
        let validation = |refuses, found| Validation { validator: declared.clone(), refuses, found };
        let Some(options) = existing else {
            let held = Some(validation(true, None));
            return Self { created: Some(declared.clone()), held, documents: Some(0), ..Self::default() };
        };
        let level = options.get_str(LEVEL).unwrap_or(STRICT);
        let other = found.filter(|found| !is_same(found, &declared)).cloned();
        let is_declared = found.is_some() && other.is_none() && level == STRICT;
        let is_off = found.is_none() || level == OFF;
        // Newer servers have a third action, which refuses too.
        let refuses = !is_off && options.get_str(ACTION).unwrap_or(ERROR) != WARN;
        match (refuses, is_declared) {
            (true, true) => Self::default(),
            (true, false) => Self { held: Some(validation(true, found.cloned())), ..Self::default() },
            (false, true) => Self { held: Some(validation(true, None)), ..Self::default() },
            (false, false) => Self { set: Some(validation(false, other)), held: Some(validation(true, None)), ..Self::default() },
        }
    }

    /// Whether anything is changed in a collection that is there.
    pub(super) fn has_work(&self) -> bool {
        self.set.is_some()
    }

    /// Whether something is set, or made anew, that must not be weaker than what another service has set meanwhile.
    pub(super) fn rests_on_what_was_seen(&self) -> bool {
        self.created.is_some() || self.set.is_some()
    }

    /// What the collection is created with: it warns.
    pub(super) fn creation(&self) -> Document {
        self.created.as_ref().map_or_else(Document::new, |validator| modification(validator, false))
    }

    /// With what is held.
    pub(super) fn tighten(&mut self) {
        if let Some(held) = self.held.take() {
            let found = self.set.take().and_then(|set| set.found).or(held.found);
            self.set = Some(Validation { found, ..held });
        }
    }

    /// Counts the documents that break what is held, on the primary: a scan of the collection.
    async fn count(&mut self, connection: &Connection, scope: &Scope, schema: &'static Schema) -> Result<()> {
        let Some(held) = self.held.as_ref().filter(|_| self.created.is_none()) else { return Ok(()) };
        let options = ReadOptions::on_primary();
        let counted = connection.count(scope, schema, render_violations(&held.validator), options).await;
        self.documents = Some(counted.map_err(|error| error.lacking("find", schema.collection))?);
        Ok(())
    }

    /// Sets what is to be set, and tells what was done and what was left.
    pub(super) async fn apply(
        self,
        connection: &Connection,
        scope: &Scope,
        schema: &'static Schema,
        steps: &mut Vec<SyncStep>,
    ) -> Result<()> {
        if let Some(set) = &self.set {
            modify(connection, scope, schema, &modification(&set.validator, set.refuses)).await?;
        }
        steps.extend(self.told(schema));
        Ok(())
    }

    pub(super) fn told(&self, schema: &Schema) -> Vec<SyncStep> {
        let Schema { model, collection, .. } = *schema;
        let told = |Validation { validator, refuses, found }| SyncStep::SetValidator { model, collection, validator, refuses, found };
        let mut steps: Vec<SyncStep> = self.set.clone().map(told).into_iter().collect();
        let documents = self.documents;
        steps.extend(self.held.clone().map(|held| SyncStep::Held { step: Box::new(told(held)), documents }));
        steps.extend(self.unknown.clone().map(|validator| SyncStep::UnknownValidator { collection, validator }));
        steps
    }
}

/// The plans with the numbers of documents that break a validator which is held: one scan of each such collection.
pub(crate) async fn count_broken(connection: &Connection, scope: &Scope, mut plans: Vec<CollectionPlan>) -> Result<Vec<CollectionPlan>> {
    for plan in &mut plans {
        plan.validator.count(connection, scope, plan.schema).await?;
    }
    Ok(plans)
}

/// What `create` and `collMod` are told.
fn modification(validator: &Document, refuses: bool) -> Document {
    doc! { VALIDATOR: validator.clone(), LEVEL: STRICT, ACTION: if refuses { ERROR } else { WARN } }
}

/// The server keeps a validator as it was given; a copy that went through a shell may have numbers of other types.
fn is_same(found: &Document, declared: &Document) -> bool {
    let bytes = |document: &Document| document.to_vec().ok();
    // By bytes, since a NaN among the values of an enum is equal to nothing.
    bytes(found) == bytes(declared) || same_value(&Bson::Document(found.clone()), &Bson::Document(declared.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Absent, Field, Kind};

    fn schema(validator: bool) -> &'static Schema {
        let fields = vec![Field::new("id", "_id", Kind::ObjectId, Absent::Never).id()];
        Box::leak(Box::new(Schema { fields: fields.leak(), validator, ..Schema::bare("User", "users") }))
    }

    /// Each step as who refuses, whether another was found, and whether it is held.
    fn planned(validator: bool, existing: Option<&Document>, tightens: bool) -> Vec<(bool, bool, bool)> {
        let schema = schema(validator);
        let mut plan = ValidatorPlan::of(schema, existing);
        if tightens {
            plan.tighten();
        }
        let told = |step: &SyncStep, held| match step {
            SyncStep::SetValidator { refuses, found, .. } => (*refuses, found.is_some(), held),
            step => panic!("{step}"),
        };
        let each = |step: SyncStep| match step {
            SyncStep::Held { step, documents: None | Some(0) } => told(&step, true),
            step => told(&step, false),
        };
        plan.told(schema).into_iter().map(each).collect()
    }

    #[test]
    fn a_warning_is_set_and_a_refusal_is_held() {
        let same = render_validator(schema(true));
        let other = doc! { "a": 1 };
        let options = |validator: &Document, level: &str, action: &str| {
            doc! { VALIDATOR: validator.clone(), LEVEL: level, ACTION: action }
        };
        let (warn, refuse) = ((false, false, false), (true, false, true));
        for (existing, steps, tightened) in [
            (None, vec![refuse], vec![(true, false, false)]),
            (Some(doc! {}), vec![warn, refuse], vec![(true, false, false)]),
            (Some(doc! { VALIDATOR: {} }), vec![warn, refuse], vec![(true, false, false)]),
            (Some(options(&same, STRICT, WARN)), vec![refuse], vec![(true, false, false)]),
            (Some(options(&same, STRICT, ERROR)), vec![], vec![]),
            (Some(doc! { VALIDATOR: same.clone() }), vec![], vec![]),
            (Some(options(&same, "moderate", ERROR)), vec![(true, true, true)], vec![(true, true, false)]),
            (Some(options(&same, "moderate", WARN)), vec![warn, refuse], vec![(true, false, false)]),
            (Some(options(&same, OFF, ERROR)), vec![warn, refuse], vec![(true, false, false)]),
            (Some(options(&other, STRICT, WARN)), vec![(false, true, false), refuse], vec![(true, true, false)]),
            (Some(options(&other, STRICT, ERROR)), vec![(true, true, true)], vec![(true, true, false)]),
        ] {
            assert_eq!(planned(true, existing.as_ref(), false), steps, "{existing:?}");
            assert_eq!(planned(true, existing.as_ref(), true), tightened, "{existing:?}");
        }
    }

    #[test]
    fn what_no_model_declares_is_told_and_nothing_else() {
        let schema = schema(false);
        let found = doc! { "a": 1 };
        let existing = doc! { VALIDATOR: found.clone() };
        let mut plan = ValidatorPlan::of(schema, Some(&existing));
        plan.tighten();
        assert_eq!(plan.told(schema), [SyncStep::UnknownValidator { collection: "users", validator: found }]);
        assert!(planned(false, Some(&doc! {}), false).is_empty() && planned(false, None, true).is_empty());
    }

    #[test]
    fn a_new_collection_warns() {
        let expected = doc! { VALIDATOR: render_validator(schema(true)), LEVEL: "strict", ACTION: "warn" };
        assert_eq!(ValidatorPlan::of(schema(true), None).creation(), expected);
        assert!(ValidatorPlan::of(schema(true), Some(&doc! {})).creation().is_empty());
    }

    #[test]
    fn a_validator_is_the_same_in_numbers_of_other_types() {
        let (declared, nan) = (doc! { "enum": [1, 2] }, doc! { "enum": [f64::NAN, 2] });
        assert!(is_same(&doc! { "enum": [1_i64, 2.0] }, &declared) && is_same(&nan.clone(), &nan));
        assert!(!is_same(&doc! { "enum": [1, 3] }, &declared) && !is_same(&declared, &nan));
    }
}
