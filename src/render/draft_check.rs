//! What drafts are refused for before a number of a sequence is taken or anything else is sent: values that cannot be stored, and writes to
//! relations that contradict each other or what the draft sets itself.
//!
//! Left to the plan is what only a look-up tells: whether two keys that are not ids name one document.

use super::{
    draft::{Known, known, refuse_broken},
    nested::check_reached,
    plan::{TO_BE_NAMED, field_index, is_by_others, named_there, not_one, nothing_to_name},
};
use crate::{
    Error, Result,
    query::{DraftCore, Expr, Nested},
    schema::{Link, RelationKind, RelationSchema, Role},
};
use bson::Bson;
use std::collections::HashSet;

/// Checks drafts and everything nested in them.
///
/// # Errors
/// A value that cannot be stored; all limits that one draft breaks; several documents, or none, for a relation to one; a key that is given
/// twice, by the draft itself, by its relation or by what it is nested in; all required fields that nothing fills; and a field that keys are
/// to name, without a value.
pub(crate) fn check_drafts<'d>(drafts: impl IntoIterator<Item = &'d DraftCore>) -> Result<()> {
    drafts.into_iter().try_for_each(|draft| check(draft, None))
}

/// The same of drafts that stand in a write to `relation`.
///
/// # Errors
/// As [`check_drafts`].
pub(super) fn check_related_drafts<'d>(relation: &RelationSchema, drafts: impl IntoIterator<Item = &'d DraftCore>) -> Result<()> {
    drafts.into_iter().try_for_each(|draft| check(draft, Some(relation)))
}

fn check(draft: &DraftCore, parent: Option<&RelationSchema>) -> Result<()> {
    check_values(draft)?;
    let schema = draft.schema();
    let mut filled = Filled { draft, fields: HashSet::new() };
    if let Some(relation) = parent {
        filled.by_parent(relation)?;
    }
    let mut nested: Vec<_> = draft.nested().collect();
    nested.sort_by_key(|(index, _)| is_by_others(schema, *index));
    for (index, nested) in nested {
        let Some(relation) = schema.relations.get(*index) else { continue };
        check_reached(schema, relation)?;
        filled.by_relation(relation, nested)?;
        check_related_drafts(relation, nested.drafts())?;
    }
    let missing = draft.missing(|index| filled.fields.contains(&index));
    if !missing.is_empty() {
        return Err(Error::invalid(schema, missing));
    }
    parent.map_or(Ok(()), |relation| filled.check_named_by(relation))
}

fn check_values(draft: &DraftCore) -> Result<()> {
    let schema = draft.schema();
    let set = draft.set_fields();
    draft.fault().map_or(Ok(()), |error| Err(Error::encode(schema, error)))?;
    let bytes = set.map_err(|error| Error::encode(schema, &error))?;
    refuse_broken(schema, &bytes)
}

/// The fields of a draft that relations fill, by their number. They are filled in the order in which the plan does it.
struct Filled<'d> {
    draft: &'d DraftCore,
    fields: HashSet<usize>,
}

impl Filled<'_> {
    /// By the relation that the draft is nested in.
    fn by_parent(&mut self, relation: &RelationSchema) -> Result<()> {
        let schema = self.draft.schema();
        match relation.link {
            Link::There(key) => {
                let key = field_index(schema, relation, key)?;
                // The nesting says which key it is; another one beside it would be lost.
                if self.draft.is_set(key) {
                    return Err(Error::rule(schema, schema.fields[key].stored, "no value of its own in a draft whose parent fills it"));
                }
                self.fields.insert(key);
            }
            Link::Lists { inverse: Some(list), .. } => {
                self.fields.insert(field_index(schema, relation, list)?);
            }
            Link::Here(_) | Link::Lists { inverse: None, .. } => {}
        }
        Ok(())
    }

    /// By a relation of the draft's own, to which this is written.
    fn by_relation(&mut self, relation: &RelationSchema, nested: &Nested) -> Result<()> {
        let schema = self.draft.schema();
        match relation.link {
            Link::Here(key) => {
                if fewest(nested) != 1 {
                    return Err(not_one(schema, relation));
                }
                let key = field_index(schema, relation, key)?;
                if self.draft.is_set(key) || !self.fields.insert(key) {
                    return Err(Error::rule(schema, relation.name, "one related document, given once"));
                }
            }
            Link::There(_) => {
                self.by_reference(relation)?;
                if relation.kind == RelationKind::OneToOne && fewest(nested) > 1 {
                    return Err(not_one(schema, relation));
                }
            }
            Link::Lists { ids: Some(list), .. } => {
                self.fields.insert(field_index(schema, relation, list)?);
            }
            Link::Lists { ids: None, .. } => {}
        }
        Ok(())
    }

    /// The field that the keys of related documents name, where that is not the id: it needs a value, and what is made up for it is what they
    /// hold.
    fn by_reference(&mut self, relation: &RelationSchema) -> Result<()> {
        let schema = self.draft.schema();
        let Some(name) = relation.references else { return Ok(()) };
        let index = field_index(schema, relation, name)?;
        let field = &schema.fields[index];
        if field.role == Role::Id || self.fields.contains(&index) {
            return Ok(());
        }
        match known(self.draft, index)? {
            Known::Nothing => return Err(Error::invalid(schema, vec![field.without_value()])),
            Known::Value(Bson::Null) => return Err(nothing_to_name(schema, field, relation)),
            Known::Value(_) | Known::Later => {}
        }
        if !self.draft.is_set(index) {
            self.fields.insert(index);
        }
        Ok(())
    }

    /// Refuses a document to which its parent's key could not refer.
    fn check_named_by(&self, relation: &RelationSchema) -> Result<()> {
        let schema = self.draft.schema();
        let named = named_there(relation);
        let Some(index) = schema.fields.iter().position(|field| field.stored == named) else { return Ok(()) };
        if self.fields.contains(&index) {
            return Ok(());
        }
        match known(self.draft, index)? {
            Known::Nothing | Known::Value(Bson::Null) => Err(Error::rule(schema, named, TO_BE_NAMED)),
            Known::Value(_) | Known::Later => Ok(()),
        }
    }
}

/// How many documents a write leads to at least. Keys may all name the same one, but for two ids.
fn fewest(nested: &Nested) -> usize {
    let keys = || nested.connect.iter().chain(nested.or_create.iter().map(|either| &either.key));
    let ids: Vec<&Bson> = keys().filter_map(Expr::named_id).collect();
    let named = match ids.first() {
        Some(first) if ids.iter().any(|id| is_other(first, id)) => 2,
        _ => usize::from(keys().next().is_some()),
    };
    nested.create.len() + named
}

/// Whether the server tells two ids apart for certain: of texts its collation decides, and numbers of two types may be equal.
fn is_other(a: &Bson, b: &Bson) -> bool {
    match (a, b) {
        (Bson::ObjectId(_), Bson::ObjectId(_))
        | (Bson::Int32(_), Bson::Int32(_))
        | (Bson::Int64(_), Bson::Int64(_))
        | (Bson::Binary(_), Bson::Binary(_)) => a != b,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::schema::{Absent, Field, Kind, Schema};
    use std::sync::LazyLock;

    const LONG: Kind = Kind::Int64 { min: i64::MIN, max: i64::MAX };
    const FIELDS: &[Field] = &[Field::new("id", "_id", LONG, Absent::Never).id(), Field::new("team_id", "team", LONG, Absent::Never)];

    fn task() -> &'static Schema {
        static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema { fields: FIELDS, ..Schema::bare("Task", "tasks") });
        &SCHEMA
    }

    fn by(link: Link) -> RelationSchema {
        RelationSchema {
            name: "tasks",
            kind: RelationKind::OneToMany,
            required: false,
            target: task,
            link,
            references: None,
            inverse_of: None,
            on_delete: None,
            on_update: None,
        }
    }

    #[test]
    fn a_required_key_is_set_or_filled_by_the_parent() {
        let mut draft = DraftCore::new(task());
        let text = |checked: Result<()>| checked.unwrap_err().to_string();
        assert_eq!(text(check_drafts([&draft])), "this `Task` is not valid: `_id` needs a value; `team` needs a value");
        draft.put(0, &1_i64);
        assert_eq!(text(check_drafts([&draft])), "this `Task` is not valid: `team` needs a value");
        check_related_drafts(&by(Link::There("team_id")), [&draft]).unwrap();
        // Other relations do not fill it.
        assert_eq!(text(check_related_drafts(&by(Link::Here("task_id")), [&draft])), "this `Task` is not valid: `team` needs a value");
        draft.put(1, &2_i64);
        check_drafts([&draft]).unwrap();
        let own = "this `Task` is not valid: `team` needs no value of its own in a draft whose parent fills it";
        assert_eq!(text(check_related_drafts(&by(Link::There("team_id")), [&draft])), own);
    }

    #[test]
    fn ids_that_differ_for_certain_are_several() {
        let key = |id: Bson| Expr::Test(crate::query::RawPath::new("_id"), crate::query::Test::Eq(id));
        let of = |ids: [Bson; 2]| fewest(&Nested { connect: ids.map(key).to_vec(), ..Nested::default() });
        assert_eq!(of([1_i64.into(), 2_i64.into()]), 2);
        assert_eq!(of([1_i64.into(), 1_i64.into()]), 1);
        // A collation may take the texts for one, and the server the numbers.
        assert_eq!(of(["a".into(), "A".into()]), 1);
        assert_eq!(of([1_i64.into(), 1_i32.into()]), 1);
        let created = Nested { create: vec![DraftCore::new(task())], connect: vec![key(1_i64.into())], ..Nested::default() };
        assert_eq!((fewest(&created), fewest(&Nested::default())), (2, 0));
    }
}
