//! What comes behind a position in an order, with what stands at it or without, as a filter.
//!
//! The order is null and missing, then NaN, then everything else, and no comparison reaches from one to the next: `$lt: 1.0` leaves out NaN and
//! null, and nothing is greater than null. So each step is written out.

use super::matching::{Match, all_of, any_of, at};
use crate::{
    query::{PageKey, PageOrder, is_nan},
    schema::Direction,
};
use bson::{Bson, Document, doc};

/// The sort of an order, or of its reverse.
pub(crate) fn render_page_sort(order: &PageOrder, is_reversed: bool) -> Document {
    order.keys().iter().map(|key| (key.path.clone(), Bson::Int32(direction(key, is_reversed).sign()))).collect()
}

/// The documents of `filter` that come behind a position in the order, or in its reverse.
pub(crate) fn render_behind(filter: Document, order: &PageOrder, position: &[Bson], is_reversed: bool) -> Document {
    beyond(filter, order, position, is_reversed, false)
}

/// Those that come behind it, and the one that stands there.
pub(crate) fn render_from(filter: Document, order: &PageOrder, position: &[Bson], is_reversed: bool) -> Document {
    beyond(filter, order, position, is_reversed, true)
}

/// Where the position has nothing in a criterion that two others follow, their steps are not written as alternatives, but as what does not come
/// before: the server merges alternatives that indexes serve, and in that merge a missing field comes before a null (6.0.5), which everywhere
/// else are one. A document would be passed over.
fn beyond(filter: Document, order: &PageOrder, position: &[Bson], is_reversed: bool, with_own: bool) -> Document {
    let steps: Vec<Step<'_>> = order.keys().iter().zip(position).map(|(key, value)| Step { key, value }).collect();
    let nothing = steps.iter().position(|step| *step.value == Bson::Null).filter(|at| at + 2 < steps.len());
    let (first, rest) = steps.split_at(nothing.map_or(steps.len(), |at| at + 1));
    let mut branches = alternatives(first, is_reversed, with_own && rest.is_empty());
    if !rest.is_empty() {
        let ahead = alternatives(rest, !is_reversed, !with_own);
        let mut all = equal(first);
        all.push(Match::Doc(doc! { "$nor": [any_of(ahead).into_document()] }));
        branches.push(all_of(all));
    }
    let behind = any_of(branches).into_document();
    match (filter.is_empty(), behind.is_empty()) {
        (true, _) => behind,
        (false, true) => filter,
        (false, false) => doc! { "$and": [filter, behind] },
    }
}

/// One criterion of a position.
struct Step<'p> {
    key: &'p PageKey,
    value: &'p Bson,
}

/// Equal in all criteria up to one, and behind in that; with `with_own` also equal in the last.
fn alternatives(steps: &[Step<'_>], is_reversed: bool, with_own: bool) -> Vec<Match> {
    let mut branches = Vec::with_capacity(steps.len());
    for (at, step) in steps.iter().enumerate() {
        let mut all = equal(&steps[..at]);
        let reached = if with_own && at + 1 == steps.len() { at_or_behind } else { behind };
        all.push(reached(step.key, step.value, direction(step.key, is_reversed)));
        branches.push(all_of(all));
    }
    branches
}

fn equal(steps: &[Step<'_>]) -> Vec<Match> {
    steps.iter().map(|step| at(&step.key.path, doc! { "$eq": step.value.clone() })).collect()
}

fn direction(key: &PageKey, is_reversed: bool) -> Direction {
    if is_reversed { key.direction.reversed() } else { key.direction }
}

/// What comes behind a value in one criterion.
fn behind(key: &PageKey, value: &Bson, direction: Direction) -> Match {
    let path = key.path.as_str();
    let nothing = || if key.is_optional { at(path, Bson::Null) } else { Match::Nothing };
    match (direction, value) {
        (Direction::Ascending, Bson::Null) => at(path, doc! { "$ne": Bson::Null }),
        (Direction::Ascending, value) if is_nan(value) => at(path, doc! { "$gte": f64::NEG_INFINITY }),
        (Direction::Ascending, value) => at(path, doc! { "$gt": value.clone() }),
        (Direction::Descending, Bson::Null) => Match::Nothing,
        (Direction::Descending, value) if is_nan(value) => nothing(),
        (Direction::Descending, value) => {
            let less = at(path, doc! { "$lt": value.clone() });
            let not_a_number = if key.is_floating() { at(path, f64::NAN) } else { Match::Nothing };
            any_of(vec![less, not_a_number, nothing()])
        }
    }
}

/// What stands at a value in one criterion, or comes behind it.
fn at_or_behind(key: &PageKey, value: &Bson, direction: Direction) -> Match {
    let path = key.path.as_str();
    match (direction, value) {
        (Direction::Ascending, Bson::Null) => Match::All,
        (Direction::Descending, Bson::Null) => at(path, Bson::Null),
        (_, value) if is_nan(value) => any_of(vec![at(path, f64::NAN), behind(key, value, direction)]),
        (Direction::Ascending, value) => at(path, doc! { "$gte": value.clone() }),
        (Direction::Descending, value) => {
            let less = at(path, doc! { "$lte": value.clone() });
            let not_a_number = if key.is_floating() { at(path, f64::NAN) } else { Match::Nothing };
            let nothing = if key.is_optional { at(path, Bson::Null) } else { Match::Nothing };
            any_of(vec![less, not_a_number, nothing])
        }
    }
}
