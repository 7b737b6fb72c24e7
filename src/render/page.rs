//! What comes behind a position in an order, as a filter.
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
    let mut branches = Vec::new();
    let mut equal: Vec<(&PageKey, &Bson)> = Vec::new();
    for (key, value) in order.keys().iter().zip(position) {
        // Equal in all criteria so far, and behind in this one.
        let mut all: Vec<Match> = equal.iter().map(|(key, value)| at(&key.path, doc! { "$eq": (*value).clone() })).collect();
        all.push(behind(key, value, direction(key, is_reversed)));
        branches.push(all_of(all));
        equal.push((key, value));
    }
    let behind = any_of(branches).into_document();
    if filter.is_empty() {
        behind
    } else {
        doc! { "$and": [filter, behind] }
    }
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
