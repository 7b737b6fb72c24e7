//! [`Odd`]: documents that the model reads, in a form that the operators do not take: a list that is null, a number that is missing and has a
//! default, a whole number that is stored as a Double. Of what Chakra writes only a default that was unset is, or one that was declared later;
//! and what the model cannot read, where the operator would end a series of changes.
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
    /// Whether there is a form to bring them into: what the model cannot read stays as it is.
    pub(super) can_be_mended: bool,
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
                found.push(Odd { documents, mend, can_be_mended: !matches!(odd.mend, Mend::Stays) });
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

/// What becomes of it. What the model cannot read stays as it is, and is still odd then.
enum Mend {
    /// A constant, where it is missing or null.
    IfNull(Bson),
    /// A whole number of that type, where it is a Double; the default, where there is one and no number.
    Whole(&'static str, Option<Bson>),
    /// It is taken out, where it is null.
    Gone,
    /// Nothing.
    Stays,
}

fn of_change<'p>(Placed { change, place, .. }: &'p Placed) -> Vec<(&'p str, OddValue)> {
    let mut odd: Vec<(&str, OddValue)> = Vec::new();
    for level in &place.levels {
        if let Some(default) = &level.default {
            let is = not_of("object");
            odd.push((&level.path, OddValue { is, mend: Mend::IfNull(Bson::Document(default.clone())) }));
        }
    }
    if !matches!(change.operation, Operation::Unset) {
        let no_map = || OddValue { is: there_but_not("object"), mend: Mend::IfNull(Bson::Document(Document::new())) };
        odd.extend(place.maps.iter().map(|map| (map.as_str(), no_map())));
    }
    odd.extend(of_operation(&change.operation, place).into_iter().map(|value| (change.stored(), value)));
    odd
}

fn of_operation(operation: &Operation, place: &Place) -> Option<OddValue> {
    match operation {
        Operation::Inc(_) | Operation::Mul(_) => Some(of_number(place, false)),
        Operation::Bits(..) => Some(of_number(place, true)),
        Operation::Min(_) | Operation::Max(_) => {
            place.default().map(|default| OddValue { is: Bson::Null, mend: Mend::IfNull(default.clone()) })
        }
        Operation::Pull(_) | Operation::Pop(_) if leaves_null(place) => {
            Some(OddValue { is: there_but_not(vec!["array", "null"]), mend: Mend::Stays })
        }
        Operation::Push(_) | Operation::AddToSet(_) | Operation::Pull(_) | Operation::PullWhere(_) | Operation::Pop(_) => {
            // A missing list is taken for an empty one.
            Some(match place.default() {
                Some(Bson::Array(default)) if !default.is_empty() => without_list(default),
                _ => OddValue { is: there_but_not("array"), mend: Mend::Gone },
            })
        }
        Operation::Elements(..) => Some(without_list(place.default().and_then(Bson::as_array).map_or(&[], Vec::as_slice))),
        Operation::Set(_) | Operation::Unset | Operation::CurrentDate | Operation::Fault(_) => None,
    }
}

/// Whether a list that is `None` is stored as null, and stays so where nothing can be taken out of it.
pub(super) fn leaves_null(place: &Place) -> bool {
    place.is_optional() && place.field.is_some_and(|field| field.null)
}

fn without_list(default: &[Bson]) -> OddValue {
    OddValue { is: not_of("array"), mend: Mend::IfNull(Bson::Array(default.to_vec())) }
}

/// What is no number that the server could calculate with. That is so of a whole number that is stored as a Double, too, where the result, which
/// is then a Double, may be beyond 2^53 and another number; and a Double has no bits.
fn of_number(place: &Place, has_bits: bool) -> OddValue {
    const EXACT: i64 = 1 << 53;
    let whole = match place.kind {
        Kind::Int64 { min, max } if has_bits || min < -EXACT || max > EXACT => Some("long"),
        Kind::Int32 { .. } if has_bits => Some("int"),
        _ => None,
    };
    let mut types = if whole.is_some() { vec!["int", "long"] } else { vec!["number"] };
    let default = place.default().cloned();
    // A missing number counts as 0, and `None` is left out elsewhere.
    let or_missing = !has_bits && (default.as_ref().is_some_and(is_zero) || place.is_optional());
    if or_missing && place.is_optional() {
        types.push("null");
    }
    let types = if let [only] = types.as_slice() { Bson::from(*only) } else { Bson::from(types) };
    let mend = match (whole, default) {
        (Some(whole), default) => Mend::Whole(whole, default),
        (None, Some(default)) => Mend::IfNull(default),
        (None, None) => Mend::Stays,
    };
    OddValue { is: if or_missing { there_but_not(types) } else { not_of(types) }, mend }
}

fn not_of(types: impl Into<Bson>) -> Bson {
    Bson::from(doc! { "$not": { "$type": types.into() } })
}

fn there_but_not(types: impl Into<Bson>) -> Bson {
    Bson::from(doc! { "$exists": true, "$not": { "$type": types.into() } })
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
        Some(rest) => {
            let inner = with_field(&below, rest, change);
            // A field set in nothing would make it null.
            Bson::from(doc! { "$cond": [{ "$eq": [{ "$type": &below }, "object"] }, inner, &below] })
        }
        None => change(&below),
    };
    Bson::from(doc! { "$setField": { "field": field, "input": at, "value": value } })
}

impl Mend {
    fn of(&self, at: &str) -> Bson {
        let is_of = |name: &str| doc! { "$eq": [{ "$type": at }, name] };
        Bson::from(match self {
            Self::IfNull(constant) => doc! { "$ifNull": [at, literal(constant)] },
            Self::Whole(name, default) => {
                let whole = doc! { "$convert": { "input": at, "to": *name, "onError": at, "onNull": at } };
                // Of a fraction the conversion would cut something off.
                let is_whole = doc! { "$and": [is_of("double"), { "$eq": [whole.clone(), at] }] };
                let otherwise = match default {
                    Some(default) => Bson::from(doc! { "$ifNull": [at, literal(default)] }),
                    None => Bson::from(at),
                };
                doc! { "$cond": [is_whole, whole, otherwise] }
            }
            Self::Gone => doc! { "$cond": [is_of("null"), "$$REMOVE", at] },
            Self::Stays => return Bson::from(at),
        })
    }
}
