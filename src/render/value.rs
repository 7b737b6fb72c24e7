//! What the model reads at a path, as an expression.

use crate::query::Place;
use bson::{Bson, doc};

/// The value at the stored path `full`, which begins with `prefix`; `place` is where it leads.
pub(super) fn value_of(prefix: &str, full: &str, place: &Place) -> Bson {
    let stored = Bson::String(format!("${full}"));
    let own = place.absent.clone().unwrap_or(Bson::Null);
    let is_always_there = place.absent.is_none() && place.levels.is_empty();
    let mut value = if is_always_there { stored } else { Bson::from(doc! { "$ifNull": [stored, literal(&own)] }) };
    for level in place.levels.iter().rev() {
        if level.is_strict() || level.absent != own {
            value = Bson::from(doc! { "$cond": [level.is_there(prefix), value, literal(&level.absent)] });
        }
    }
    value
}

/// A value that no part of an expression is read into.
fn literal(value: &Bson) -> Bson {
    match value {
        Bson::Null => Bson::Null,
        value => Bson::from(doc! { "$literal": value.clone() }),
    }
}
