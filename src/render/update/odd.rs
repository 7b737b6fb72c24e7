//! [`Odd`]: documents that the model reads, in a form that the operators do not take: a list that is null, a number that is missing and has a
//! default, a whole number that is stored as a Double. Nothing that Chakra writes is odd.
//!
//! Such documents are left out by the update, and brought into the form that the codec writes before it is sent again.

use crate::{
    query::{Level, Operation, Place, Placed},
    render::expression::literal,
    schema::Kind,
};
use bson::{Bson, Document, doc};

/// Documents in a form that an operator does not take, and the stage of a pipeline that brings them into the one it takes.
#[derive(Debug)]
pub(super) struct Odd {
    pub(super) documents: Document,
    pub(super) mend: Document,
}

/// All that is odd to one of these changes; what lies above comes first.
pub(super) fn odds(changes: &[Placed]) -> Vec<Odd> {
    let mut found = Vec::new();
    of_all(&[], changes, &mut found);
    found
}

fn of_all(way: &[Step], changes: &[Placed], found: &mut Vec<Odd>) {
    for placed in changes {
        let Placed { change, place, inner } = placed;
        for (path, odd) in of_change(placed) {
            let levels: Vec<&Level> = place.levels.iter().filter(|level| level.default.is_none() && level.is_above(path)).collect();
            let steps = [way, &[Step::Fields(path.to_owned())]].concat();
            let documents = documents(&steps, &levels, &odd.is);
            let mend = stage(&steps, &levels, &odd);
            if !found.iter().any(|known| known.documents == documents) {
                found.push(Odd { documents, mend });
            }
        }
        if !inner.is_empty() {
            of_all(&[way, &[Step::Fields(change.stored().to_owned()), Step::Items]].concat(), inner, found);
        }
    }
}

/// A part of the way to a value.
#[derive(Clone, Debug)]
enum Step {
    /// A path through documents.
    Fields(String),
    /// The items of a list.
    Items,
}

/// A stored value that an operator does not take.
struct OddValue {
    /// As a condition on it.
    is: Bson,
    mend: Mend,
}

/// What becomes of it.
enum Mend {
    /// A constant, where it is not of that type.
    Unless(&'static str, Bson),
    /// A constant, where it is missing or null.
    IfNull(Bson),
    /// A whole number of that type, where it is a Double.
    Whole(&'static str),
    /// It is taken out, where it is null.
    Gone,
}

fn of_change<'p>(Placed { change, place, .. }: &'p Placed) -> Vec<(&'p str, OddValue)> {
    let mut odd: Vec<(&str, OddValue)> = Vec::new();
    for level in &place.levels {
        if let Some(default) = &level.default {
            let is = Bson::from(doc! { "$not": { "$type": "object" } });
            odd.push((&level.path, OddValue { is, mend: Mend::Unless("object", Bson::Document(default.clone())) }));
        }
    }
    if !matches!(change.operation, Operation::Unset) {
        let null_map = || OddValue { is: is_null(), mend: Mend::Unless("object", Bson::Document(Document::new())) };
        odd.extend(place.maps.iter().map(|map| (map.as_str(), null_map())));
    }
    odd.extend(of_operation(&change.operation, place).into_iter().map(|value| (change.stored(), value)));
    odd
}

fn of_operation(operation: &Operation, place: &Place) -> Vec<OddValue> {
    match operation {
        Operation::Inc(_) | Operation::Mul(_) => {
            let counts_from_zero = place.default().is_some_and(is_zero);
            [of_default(place, counts_from_zero), of_double(place, false)].into_iter().flatten().collect()
        }
        Operation::Bits(..) => [of_default(place, false), of_double(place, true)].into_iter().flatten().collect(),
        Operation::Min(_) | Operation::Max(_) => of_default(place, false).into_iter().collect(),
        Operation::Push(_) | Operation::AddToSet(_) | Operation::Pull(_) | Operation::PullWhere(_) | Operation::Pop(_) => {
            // A missing list is taken for an empty one.
            vec![match place.default() {
                Some(Bson::Array(default)) if !default.is_empty() => without_list(default),
                _ => OddValue { is: Bson::from(doc! { "$type": "null", "$not": { "$type": "array" } }), mend: Mend::Gone },
            }]
        }
        Operation::Elements(..) => {
            vec![without_list(place.default().and_then(Bson::as_array).map_or(&[], Vec::as_slice))]
        }
        Operation::Set(_) | Operation::Unset | Operation::CurrentDate | Operation::Fault(_) => Vec::new(),
    }
}

fn without_list(default: &[Bson]) -> OddValue {
    let is = Bson::from(doc! { "$not": { "$type": "array" } });
    OddValue { is, mend: Mend::Unless("array", Bson::Array(default.to_vec())) }
}

/// A value that has a default, and is not there. `or_missing` says that the operator takes a missing one.
fn of_default(place: &Place, or_missing: bool) -> Option<OddValue> {
    let default = place.default()?.clone();
    Some(OddValue { is: if or_missing { is_null() } else { Bson::Null }, mend: Mend::IfNull(default) })
}

/// A whole number that is stored as a Double: the sum is a Double too, which beyond 2^53 is another number. Bits it has none.
fn of_double(place: &Place, has_bits: bool) -> Option<OddValue> {
    const EXACT: i64 = 1 << 53;
    let whole = match place.kind {
        Kind::Int64 { min, max } if has_bits || min < -EXACT || max > EXACT => "long",
        Kind::Int32 { .. } if has_bits => "int",
        _ => return None,
    };
    Some(OddValue { is: Bson::from(doc! { "$type": "double" }), mend: Mend::Whole(whole) })
}

fn is_null() -> Bson {
    Bson::from(doc! { "$type": "null" })
}

fn is_zero(value: &Bson) -> bool {
    matches!(value, Bson::Int32(0) | Bson::Int64(0)) || matches!(value, Bson::Double(number) if *number == 0.0 && number.is_sign_positive())
}

impl Level {
    /// Whether it lies on the way of a path.
    fn is_above(&self, path: &str) -> bool {
        self.path.is_empty() || path.strip_prefix(self.path.as_str()).is_some_and(|rest| rest.starts_with('.'))
    }
}

/// The documents in which the value at the end of the way is odd, and everything above it is there.
fn documents(steps: &[Step], levels: &[&Level], is: &Bson) -> Document {
    let Some((Step::Fields(path), rest)) = steps.split_first() else { return Document::new() };
    match rest {
        [] => {
            let mut documents: Document = levels.iter().flat_map(|level| level.there("")).collect();
            documents.insert(path, is.clone());
            documents
        }
        [_, rest @ ..] => doc! { path: { "$elemMatch": documents(rest, levels, is) } },
    }
}

/// The stage that mends the value at the end of the way.
fn stage(steps: &[Step], levels: &[&Level], odd: &OddValue) -> Document {
    let Some((Step::Fields(path), rest)) = steps.split_first() else { return Document::new() };
    let at = format!("${path}");
    let value = if rest.is_empty() { odd.mend.of(&at) } else { mended(&at, rest, levels, odd, 0) };
    doc! { "$set": { path: value } }
}

/// What stands at `at`, with the value at the end of the way mended.
fn mended(at: &str, steps: &[Step], levels: &[&Level], odd: &OddValue, depth: usize) -> Bson {
    match steps {
        [] => odd.mend.of(at),
        [Step::Items, rest @ ..] => {
            let item = format!("e{depth}");
            let map = doc! { "input": at, "as": &item, "in": mended(&format!("$${item}"), rest, levels, odd, depth + 1) };
            Bson::from(doc! { "$cond": [{ "$isArray": [at] }, { "$map": map }, at] })
        }
        [Step::Fields(path), rest @ ..] => {
            let is_last = rest.is_empty();
            // `at` is a variable; levels lie in the innermost item.
            let there = levels.iter().filter(|_| is_last).map(|level| Bson::Document(level.is_there(&format!("{}.", &at[1..]))));
            let mut conditions = vec![Bson::from(doc! { "$eq": [{ "$type": at }, "object"] })];
            conditions.extend(there);
            let value = with_field(at, path, &|at| mended(at, rest, levels, odd, depth));
            Bson::from(doc! { "$cond": [{ "$and": conditions }, value, at] })
        }
    }
}

/// The document at `at`, with what stands at `path` in it changed.
fn with_field(at: &str, path: &str, change: &dyn Fn(&str) -> Bson) -> Bson {
    let (field, rest) = path.split_once('.').map_or((path, None), |(field, rest)| (field, Some(rest)));
    let below = format!("{at}.{field}");
    let value = match rest {
        Some(rest) => with_field(&below, rest, change),
        None => change(&below),
    };
    Bson::from(doc! { "$setField": { "field": field, "input": at, "value": value } })
}

impl Mend {
    fn of(&self, at: &str) -> Bson {
        let is_of = |name: &str| doc! { "$eq": [{ "$type": at }, name] };
        Bson::from(match self {
            Self::Unless(name, constant) => doc! { "$cond": [is_of(name), at, literal(constant)] },
            Self::IfNull(constant) => doc! { "$ifNull": [at, literal(constant)] },
            // A Double that no whole number equals is read by nobody; it stays as it is.
            Self::Whole(name) => {
                let convert = doc! { "input": at, "to": *name, "onError": at, "onNull": at };
                doc! { "$cond": [is_of("double"), { "$convert": convert }, at] }
            }
            Self::Gone => doc! { "$cond": [is_of("null"), "$$REMOVE", at] },
        })
    }
}
