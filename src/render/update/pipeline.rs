//! Changes as an update pipeline: for those that leave `None` as it is, and those that compare composites by their fields.

use super::{
    equal::{equals, is_composite_item},
    stamp::Stamps,
};
use crate::{
    Error, Result,
    query::{End, Operation, Place, Placed, is_equal, is_nan},
    render::expression::literal,
    schema::{Kind, Schema},
};
use bson::{Bson, Document, doc};

/// All changes in one pipeline; `because` is the one that needs it.
///
/// # Errors
/// A change that no expression makes.
pub(super) fn render_pipeline(schema: &Schema, changes: &[Placed], because: &Placed, stamps: Stamps) -> Result<Vec<Document>> {
    let (mut set, mut unset) = (Document::new(), Vec::new());
    for placed in changes {
        let path = placed.change.stored();
        match expression(placed) {
            Value::Is(value) => drop(set.insert(path, value)),
            Value::Gone => unset.push(path),
            Value::NoExpression => {
                let rule = format!("an update of its own: it cannot be made along with the change of `{}`", because.change.stored());
                return Err(Error::rule(schema, path, rule));
            }
        }
    }
    if let Some((field, now)) = stamps.updated_at {
        set.insert(field.stored, literal(&now));
    }
    if let Some(field) = stamps.version {
        set.insert(field.stored, doc! { "$add": [{ "$ifNull": [format!("${}", field.stored), 0_i64] }, 1_i64] });
    }
    let mut stages = Vec::new();
    if !set.is_empty() {
        stages.push(doc! { "$set": set });
    }
    if !unset.is_empty() {
        stages.push(doc! { "$unset": unset });
    }
    Ok(stages)
}

enum Value {
    Is(Bson),
    Gone,
    NoExpression,
}

fn expression(Placed { change, place, .. }: &Placed) -> Value {
    let stored = Bson::String(format!("${}", change.stored()));
    Value::Is(match &change.operation {
        Operation::Set(Bson::Null) if !place.stores_null() => return Value::Gone,
        Operation::Unset => return Value::Gone,
        Operation::Set(value) => literal(value),
        Operation::Inc(amount) => counted(place, &stored, |number| doc! { "$add": [number, literal(amount)] }),
        Operation::Mul(factor) => counted(place, &stored, |number| doc! { "$multiply": [number, literal(factor)] }),
        // Null and missing lie below everything.
        Operation::Min(value) => choose(doc! { "$gt": [stored.clone(), literal(value)] }, literal(value), stored),
        Operation::Max(value) => {
            let is_less = doc! { "$and": [{ "$gt": [stored.clone(), Bson::Null] }, { "$lt": [stored.clone(), literal(value)] }] };
            choose(is_less, literal(value), stored)
        }
        Operation::CurrentDate if !matches!(place.kind, Kind::Timestamp) => Bson::String("$$NOW".to_owned()),
        Operation::Push(items) => Bson::from(doc! { "$concatArrays": [list(stored), literal(&Bson::Array(items.clone()))] }),
        Operation::AddToSet(items) => with_items(place, list(stored), items),
        Operation::Pull(items) => {
            let is_one: Vec<Bson> = items.iter().map(|item| is_item("$$item", place, item)).collect();
            let kept = doc! { "$filter": { "input": stored.clone(), "as": "item", "cond": { "$not": [{ "$or": is_one }] } } };
            choose(doc! { "$isArray": [stored.clone()] }, Bson::from(kept), stored)
        }
        Operation::Pop(end) => {
            let size = doc! { "$size": list(stored.clone()) };
            let left = match end {
                End::Last => doc! { "$slice": [stored.clone(), 0, { "$subtract": [size.clone(), 1] }] },
                End::First => doc! { "$slice": [stored.clone(), 1, size.clone()] },
            };
            let shorter = choose(doc! { "$gt": [size, 1] }, Bson::from(left), Bson::Array(Vec::new()));
            choose(doc! { "$isArray": [stored.clone()] }, shorter, stored)
        }
        Operation::CurrentDate | Operation::Bits(..) | Operation::PullWhere(_) | Operation::Elements(..) | Operation::Fault(_) => {
            return Value::NoExpression;
        }
    })
}

/// What is calculated of a number; `None` stays as it is stored.
fn counted(place: &Place, stored: &Bson, calculate: impl FnOnce(Bson) -> Document) -> Bson {
    if place.is_optional() {
        return choose(doc! { "$gt": [stored.clone(), Bson::Null] }, Bson::from(calculate(stored.clone())), stored.clone());
    }
    let number = match place.default() {
        Some(default) => Bson::from(doc! { "$ifNull": [stored.clone(), literal(default)] }),
        None => stored.clone(),
    };
    Bson::from(calculate(number))
}

/// The list, and behind it each of the items unless the list or an earlier one of them is it.
fn with_items(place: &Place, list: Bson, items: &[Bson]) -> Bson {
    let mut parts = vec![Bson::from("$$list")];
    for (at, item) in items.iter().enumerate() {
        if items[..at].iter().any(|earlier| is_equal(earlier, item)) {
            continue;
        }
        let new = literal(&Bson::Array(vec![item.clone()]));
        parts.push(if is_nan(item) { new } else { choose(has_item(place, item), Bson::Array(Vec::new()), new) });
    }
    Bson::from(doc! { "$let": { "vars": { "list": list }, "in": { "$concatArrays": parts } } })
}

fn has_item(place: &Place, item: &Bson) -> Bson {
    Bson::from(if is_composite_item(&place.kind, item) {
        doc! { "$anyElementTrue": [{ "$map": { "input": "$$list", "as": "item", "in": is_item("$$item", place, item) } }] }
    } else {
        doc! { "$in": [literal(item), "$$list"] }
    })
}

fn is_item(variable: &str, place: &Place, item: &Bson) -> Bson {
    let kind = if let Kind::Array(item) = place.kind { item } else { &Kind::Any };
    equals(variable, kind, item)
}

/// A missing list is an empty one.
fn list(stored: Bson) -> Bson {
    Bson::from(doc! { "$ifNull": [stored, []] })
}

fn choose(condition: impl Into<Bson>, then: Bson, otherwise: Bson) -> Bson {
    Bson::from(doc! { "$cond": [condition.into(), then, otherwise] })
}
