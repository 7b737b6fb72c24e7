//! Changes made in memory, to a document that the codec wrote: what the server makes of the same document is read as the same value.
//!
//! Read by [`Update::apply`](super::Update::apply).

use super::{
    change::{BitOperation, Change, End, Operation},
    eval::{Refused, compare, has, is_nan, matches, value_at},
    expr::Expr,
    path::RawPath,
    place::Place,
    rules::{Checked, Placed, check_changes},
};
use crate::{
    Error, Result,
    schema::{Kind, Layout, Schema},
};
use bson::{Bson, Document};
use std::cmp::Ordering;

/// Makes the changes to a document of this model.
///
/// # Errors
/// What [`check_changes`] refuses, the rules of the guards that refuse this document, or an operation that only the server has.
pub(crate) fn apply(schema: &'static Schema, changes: &[Change], document: &mut Document) -> Result<()> {
    let Checked { changes, guards } = check_changes(schema, changes)?;
    let layout = Layout::from(schema);
    let mut broken = Vec::new();
    for guard in guards {
        if matches(layout, document, &guard.refused).map_err(|refused| refused.into_error(schema))? {
            broken.push(guard.broken);
        }
    }
    if !broken.is_empty() {
        return Err(Error::invalid(schema, broken));
    }
    apply_all(layout, &changes, document).map_err(|refused| refused.into_error(schema))
}

fn apply_all(layout: Layout, changes: &[Placed], document: &mut Document) -> Result<(), Refused> {
    for placed in changes {
        let path = &placed.change.path;
        let (value, _) = value_at(layout, document, path);
        match changed(placed, value)? {
            Changed::Same => {}
            Changed::To(value) => Way { path, walked: 0 }.put(layout, document, Some(value)),
            Changed::Gone => Way { path, walked: 0 }.put(layout, document, None),
        }
    }
    Ok(())
}

/// What becomes of a value.
enum Changed {
    Same,
    To(Bson),
    /// The field is taken out.
    Gone,
}

/// What the change makes of the value that the model reads there.
fn changed(Placed { change, place, inner }: &Placed, value: Bson) -> Result<Changed, Refused> {
    Ok(match (&change.operation, value) {
        (Operation::Fault(error), _) => return Err(Refused::Fault(change.stored().to_owned(), error.rule())),
        (Operation::CurrentDate, _) => return Err(Refused::NotInMemory("current_date")),
        (Operation::Set(Bson::Null), _) if !place.stores_null() => Changed::Gone,
        (Operation::Set(value), _) => Changed::To(value.clone()),
        (Operation::Unset, _) => Changed::Gone,
        // What is not there is nothing to count from, to compare with, or to take out of.
        (
            Operation::Inc(_)
            | Operation::Mul(_)
            | Operation::Min(_)
            | Operation::Max(_)
            | Operation::Bits(..)
            | Operation::Pull(_)
            | Operation::PullWhere(_)
            | Operation::Pop(_)
            | Operation::Elements(..),
            Bson::Null,
        ) => Changed::Same,
        (Operation::Inc(amount), value) => Changed::To(sum(&place.kind, &value, amount)?),
        (Operation::Mul(factor), value) => Changed::To(product(&place.kind, &value, factor)?),
        (Operation::Min(operand), value) => to_if(server_order(operand, &value) == Ordering::Less, operand),
        (Operation::Max(operand), value) => to_if(server_order(operand, &value) == Ordering::Greater, operand),
        (Operation::Bits(operation, mask), value) => bits(*operation, &value, mask).map_or(Changed::Same, Changed::To),
        (Operation::Push(items), value) => {
            let mut list = into_list(value);
            list.extend(items.iter().cloned());
            Changed::To(Bson::Array(list))
        }
        (Operation::AddToSet(items), value) => {
            let mut list = into_list(value);
            for item in items {
                if !has(&list, item) {
                    list.push(item.clone());
                }
            }
            Changed::To(Bson::Array(list))
        }
        (Operation::Pull(operands), value) => {
            let mut list = into_list(value);
            list.retain(|item| !has(operands, item));
            Changed::To(Bson::Array(list))
        }
        (Operation::PullWhere(of), value) => {
            let mut kept = Vec::new();
            for item in into_list(value) {
                if !is_one(place, of, &item)? {
                    kept.push(item);
                }
            }
            Changed::To(Bson::Array(kept))
        }
        (Operation::Pop(end), value) => {
            let mut list = into_list(value);
            match end {
                End::Last => drop(list.pop()),
                End::First if list.is_empty() => {}
                End::First => drop(list.remove(0)),
            }
            Changed::To(Bson::Array(list))
        }
        (Operation::Elements(of, _), value) => {
            let mut list = into_list(value);
            for item in &mut list {
                if is_one(place, of, item)?
                    && let Bson::Document(item) = item
                {
                    apply_all(place.layout, inner, item)?;
                }
            }
            Changed::To(Bson::Array(list))
        }
    })
}

fn to_if(is_taken: bool, operand: &Bson) -> Changed {
    if is_taken { Changed::To(operand.clone()) } else { Changed::Same }
}

fn into_list(value: Bson) -> Vec<Bson> {
    if let Bson::Array(items) = value { items } else { Vec::new() }
}

/// Whether the item is a composite of which the predicate is true.
fn is_one(place: &Place, of: &Expr, item: &Bson) -> Result<bool, Refused> {
    item.as_document().map_or(Ok(false), |item| matches(place.layout, item, of))
}

/// The order by which the server sorts and takes the lesser or the greater of two: NaN lies below all numbers.
fn server_order(a: &Bson, b: &Bson) -> Ordering {
    match (is_nan(a), is_nan(b)) {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => compare(a, b).unwrap_or(Ordering::Equal),
    }
}

/// The guards have seen to it that a whole number stays in its type's range.
fn sum(kind: &Kind, value: &Bson, amount: &Bson) -> Result<Bson, Refused> {
    match (value, amount) {
        (Bson::Double(value), Bson::Double(amount)) => Ok(Bson::Double(value + amount)),
        (Bson::Decimal128(_), _) => Err(Refused::NotInMemory("inc of a Decimal128")),
        (value, amount) => Ok(of_kind(kind, long(value).wrapping_add(long(amount)))),
    }
}

fn product(kind: &Kind, value: &Bson, factor: &Bson) -> Result<Bson, Refused> {
    match (value, factor) {
        (Bson::Double(value), Bson::Double(factor)) => Ok(Bson::Double(value * factor)),
        (Bson::Decimal128(_), _) => Err(Refused::NotInMemory("mul of a Decimal128")),
        (value, factor) => Ok(of_kind(kind, long(value).wrapping_mul(long(factor)))),
    }
}

fn bits(operation: BitOperation, value: &Bson, mask: &Bson) -> Option<Bson> {
    let combine = |a: i64, b: i64| match operation {
        BitOperation::And => a & b,
        BitOperation::Or => a | b,
        BitOperation::Xor => a ^ b,
    };
    match value {
        Bson::Int32(value) => i32::try_from(combine((*value).into(), long(mask))).ok().map(Bson::Int32),
        Bson::Int64(value) => Some(Bson::Int64(combine(*value, long(mask)))),
        _ => None,
    }
}

fn of_kind(kind: &Kind, number: i64) -> Bson {
    match (kind, i32::try_from(number)) {
        (Kind::Int32 { .. }, Ok(number)) => Bson::Int32(number),
        _ => Bson::Int64(number),
    }
}

fn long(number: &Bson) -> i64 {
    match number {
        Bson::Int32(number) => (*number).into(),
        Bson::Int64(number) => *number,
        _ => 0,
    }
}

/// How far a path was followed to where its value goes.
#[derive(Clone, Copy)]
struct Way<'p> {
    path: &'p RawPath,
    walked: usize,
}

impl<'p> Way<'p> {
    /// The next segment, and the way behind it.
    fn next(self) -> (&'p str, Self) {
        let rest = &self.path.stored()[self.walked..];
        let rest = rest.strip_prefix('.').unwrap_or(rest);
        let segment = rest.split('.').next().unwrap_or(rest);
        (segment, Self { walked: self.path.stored().len() - rest.len() + segment.len(), ..self })
    }

    fn is_at_end(self) -> bool {
        self.walked == self.path.stored().len()
    }

    /// Puts the value there, or takes out what is there. What lies above is there, or reads as a default.
    fn put(self, mut layout: Layout, document: &mut Document, value: Option<Bson>) {
        if let Some(of_variant) = self.path.variant_at(self.walked).and_then(|variant| layout.of_variant(variant)) {
            layout = of_variant;
        }
        let (segment, next) = self.next();
        if next.is_at_end() {
            replace(document, segment, value);
            return;
        }
        let Some(field) = layout.field(segment) else { return };
        let there = document.get(segment).and_then(Bson::as_document).cloned();
        let mut inner = there.or_else(|| field.absent_value().and_then(|value| value.as_document().cloned())).unwrap_or_default();
        let layout = Layout::within(&field.kind).unwrap_or(Layout::UNKNOWN);
        if matches!(field.kind, Kind::Map(_)) {
            next.put_entry(layout, &mut inner, value);
        } else {
            next.put(layout, &mut inner, value);
        }
        document.insert(segment, inner);
    }

    /// The same in a map: the next segment is a key.
    fn put_entry(self, layout: Layout, entries: &mut Document, value: Option<Bson>) {
        let (key, next) = self.next();
        if next.is_at_end() {
            replace(entries, key, value);
        } else if let Some(Bson::Document(entry)) = entries.get_mut(key) {
            next.put(layout, entry, value);
        }
    }
}

fn replace(document: &mut Document, name: &str, value: Option<Bson>) {
    match value {
        Some(value) => drop(document.insert(name, value)),
        None => drop(document.remove(name)),
    }
}
