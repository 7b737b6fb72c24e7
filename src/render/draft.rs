//! A draft as the bytes of its document.

use super::generate::generate;
use crate::{
    Error, Result,
    codec::{Encode, Raw, Writer, raw_to_bson, to_bson},
    query::{DraftCore, DraftParts},
    schema::{Absent, Constant, Field, Fill, IdListLimit, Kind, Layout, Role, Schema, check_document},
};
use bson::Bson;
use chrono::{DateTime, Utc};
use std::collections::HashMap;

/// What the drafts of one verb share.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    /// The moment of the verb, taken once.
    pub(crate) now: DateTime<Utc>,
    /// For each collection with a sequence, the next number that was reserved.
    pub(crate) numbers: HashMap<&'static str, i64>,
    /// How long a list of ids may be.
    pub(crate) id_lists: IdListLimit,
}

impl Context {
    fn next_number(&mut self, schema: &Schema) -> i64 {
        let next = self.numbers.entry(schema.collection).or_insert(1);
        *next += 1;
        *next - 1
    }
}

/// What a sequence is asked for by some drafts, nested ones included.
#[derive(Debug)]
pub(crate) struct NumbersNeeded {
    pub(crate) schema: &'static Schema,
    /// How many numbers to reserve.
    pub(crate) reserve: i64,
    /// The greatest number that a draft brings itself.
    pub(crate) taken: Option<i64>,
}

/// Refuses elements that break their limits.
///
/// # Errors
/// All limits that they break.
pub(super) fn refuse_broken(schema: &Schema, document: &[u8]) -> Result<()> {
    let raw = Raw::document(document).map_err(|error| Error::decode(schema, document, error))?;
    match check_document(Layout::from(schema), raw) {
        broken if broken.is_empty() => Ok(()),
        broken => Err(Error::invalid(schema, broken)),
    }
}

/// The sequences that these drafts need numbers of.
pub(crate) fn numbers_needed<'d>(drafts: impl IntoIterator<Item = &'d DraftCore>) -> Vec<NumbersNeeded> {
    let mut needed = Vec::new();
    let mut open: Vec<&DraftCore> = drafts.into_iter().collect();
    while let Some(draft) = open.pop() {
        open.extend(draft.nested().flat_map(|(_, nested)| nested.drafts()));
        let schema = draft.schema();
        let Some(index) = schema.fields.iter().position(|field| matches!(field.fill, Fill::Sequence)) else { continue };
        // By collection: the drafts of a model of several shapes have a schema for each.
        let at = needed.iter().position(|n: &NumbersNeeded| n.schema.collection == schema.collection).unwrap_or_else(|| {
            needed.push(NumbersNeeded { schema, reserve: 0, taken: None });
            needed.len() - 1
        });
        match draft.element(index).map(element_value) {
            None => needed[at].reserve += 1,
            Some(Some(Bson::Int64(number))) => needed[at].taken = needed[at].taken.max(Some(number)),
            Some(Some(Bson::Int32(number))) => needed[at].taken = needed[at].taken.max(Some(number.into())),
            Some(_) => {}
        }
    }
    needed
}

/// The draft's `_id`: its own, or a new one.
pub(super) fn decide_id(parts: &DraftParts, context: &mut Context) -> Result<Bson> {
    let schema = parts.schema;
    let index = schema.fields.iter().position(|field| field.role == Role::Id);
    decide(parts, index.ok_or_else(|| Error::Schema(vec![format!("`{}` has no id", schema.model)]))?, context)
}

/// The value that the field number `index` of the draft's document has: the draft's own, or what fills it.
///
/// # Errors
/// Where it has none.
pub(super) fn decide(parts: &DraftParts, index: usize, context: &mut Context) -> Result<Bson> {
    let schema = parts.schema;
    let Some(field) = schema.fields.get(index) else { return Err(Error::Schema(vec![format!("`{}` has no such field", schema.model)])) };
    // A `None` that was set is not filled.
    let is_set = parts.fields.get(index).is_some_and(Option::is_some);
    let value = if is_set { set_value(parts, index) } else { filled(schema, field, context)? };
    value.ok_or_else(|| Error::invalid(schema, vec![field.without_value()]))
}

/// What a draft says of a field before anything is made up for it.
pub(super) enum Known {
    Value(Bson),
    /// The document will have none.
    Nothing,
    /// A value is made up, or counted.
    Later,
}

/// What is known of the field number `index`, which no relation fills.
///
/// # Errors
/// A constant that cannot be stored.
pub(super) fn known(draft: &DraftCore, index: usize) -> Result<Known> {
    let schema = draft.schema();
    let Some(field) = schema.fields.get(index) else { return Ok(Known::Nothing) };
    let value = match field.fill {
        // A `None` that was set is not filled.
        _ if draft.is_set(index) => draft.element(index).and_then(element_value),
        Fill::Constant(write) => written(schema, field, write)?,
        Fill::Nothing => left_out(field),
        Fill::Computed(_) | Fill::Generated(_) | Fill::Sequence => return Ok(Known::Later),
    };
    Ok(value.map_or(Known::Nothing, Known::Value))
}

/// The value that the draft sets for the field number `index`.
fn set_value(parts: &DraftParts, index: usize) -> Option<Bson> {
    element_value(&parts.elements[parts.fields.get(index)?.clone()?])
}

/// The value of one element as it stands between others.
fn element_value(element: &[u8]) -> Option<Bson> {
    let bytes = Writer::build(|w| w.splice(element)).ok()?;
    let (_, value) = Raw::document(&bytes).ok()?.fields().ok()?.next().ok()??;
    raw_to_bson(value).ok()
}

/// What fills a field that the draft leaves out; nothing where nothing does.
fn filled(schema: &Schema, field: &Field, context: &mut Context) -> Result<Option<Bson>> {
    match field.fill {
        Fill::Constant(write) | Fill::Computed(write) => written(schema, field, write),
        Fill::Generated(generator) => generate(schema, field, generator, context.now).map(Some),
        Fill::Sequence => {
            let number = context.next_number(schema);
            match (&field.kind, i32::try_from(number)) {
                (Kind::Int32 { .. }, Ok(number)) => Ok(Some(Bson::Int32(number))),
                (Kind::Int32 { max, .. }, Err(_)) => {
                    Err(Error::rule(schema, field.stored.to_owned(), format!("a next number of at most {max}")))
                }
                _ => Ok(Some(Bson::Int64(number))),
            }
        }
        Fill::Nothing => Ok(left_out(field)),
    }
}

/// What a constant or an expression writes for a field.
fn written(schema: &Schema, field: &Field, write: fn(&mut Writer)) -> Result<Option<Bson>> {
    let value = to_bson(&Constant(write)).map_err(|error| Error::rule(schema, field.stored.to_owned(), error.rule()))?;
    // `None` is left out as it is everywhere.
    Ok((field.null || value != Bson::Null).then_some(value))
}

/// What stands for a field that is left out and that nothing fills.
fn left_out(field: &Field) -> Option<Bson> {
    match field.absent {
        Absent::EmptyList if matches!(field.kind, Kind::Binary) => to_bson(&Vec::<u8>::new()).ok(),
        Absent::EmptyList | Absent::EmptySet => Some(Bson::Array(Vec::new())),
        Absent::EmptyMap => Some(Bson::Document(bson::Document::new())),
        Absent::Null if field.null => Some(Bson::Null),
        Absent::Null | Absent::Never => None,
    }
}

/// The bytes of the draft's document: its fields in declared order, each the given value, the set one, or what fills it.
///
/// # Errors
/// All limits that the document breaks, or a required field that nothing gives a value.
pub(super) fn render_draft(parts: &DraftParts, given: &HashMap<usize, Bson>, context: &mut Context) -> Result<Vec<u8>> {
    let schema = parts.schema;
    let mut fills = HashMap::new();
    let mut missing = Vec::new();
    for (index, field) in schema.fields.iter().enumerate() {
        if given.contains_key(&index) || parts.fields[index].is_some() {
            continue;
        }
        match filled(schema, field, context)? {
            Some(value) => {
                fills.insert(index, value);
            }
            None if field.absent == Absent::Never => missing.push(field.without_value()),
            None => {}
        }
    }
    if !missing.is_empty() {
        return Err(Error::invalid(schema, missing));
    }
    let bytes = Writer::build(|w| {
        for (index, field) in schema.fields.iter().enumerate() {
            if let Some(value) = given.get(&index).or_else(|| fills.get(&index)) {
                write_value(w, field, value);
            } else if let Some(range) = &parts.fields[index] {
                w.splice(&parts.elements[range.clone()]);
            }
        }
        w.splice(&parts.elements[parts.extra.clone()]);
    })
    .map_err(|error| Error::encode(schema, &error))?;
    refuse_broken(schema, &bytes)?;
    Ok(bytes)
}

fn write_value(w: &mut Writer, field: &Field, value: &impl Encode) {
    w.field_or_null(field.stored, value);
}

/// The list that the draft sets for the field number `index`, to which relations add.
pub(super) fn set_list(parts: &DraftParts, index: usize) -> Vec<Bson> {
    match set_value(parts, index) {
        Some(Bson::Array(items)) => items,
        _ => Vec::new(),
    }
}
