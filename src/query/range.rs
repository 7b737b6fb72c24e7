//! [`Room`]: which stored numbers may be added to or multiplied, so that the result stays in its field's range.
//!
//! Both operations are monotone in the stored number, so such numbers lie between two bounds, which are found exactly: `max - amount` is
//! not the greatest Double to which `amount` can be added, because every sum is rounded.

use super::place::Place;
use crate::schema::Kind;
use bson::Bson;
use std::ops::RangeInclusive;

/// What is done with the stored number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arithmetic {
    Add,
    Multiply,
}

/// The bounds of a stored number; none where its type is bound enough.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Room {
    /// From where on, and the rule that is broken below.
    pub(crate) least: Option<(Bson, String)>,
    /// Up to where, and the rule that is broken above.
    pub(crate) most: Option<(Bson, String)>,
    /// Whether NaN is out of bounds too: it is in no declared range.
    pub(crate) is_strict: bool,
}

/// Why no stored number has room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NoRoom(pub(crate) String);

impl Room {
    /// The room in the field at `place`.
    ///
    /// # Errors
    /// An operand that takes every number out of range.
    pub(crate) fn of(place: &Place, arithmetic: Arithmetic, operand: &Bson) -> Result<Self, NoRoom> {
        let limits = place.field.map(|field| field.limits);
        let (least, most) = (limits.and_then(|limits| limits.min), limits.and_then(|limits| limits.max));
        match (place.kind, operand) {
            (Kind::Int32 { min, max } | Kind::Int64 { min, max }, Bson::Int32(_) | Bson::Int64(_)) => {
                let operand = i128::from(whole(operand));
                Whole { of_type: min.into()..=max.into(), range: whole_range(min, max, least, most) }.room(place, arithmetic, operand)
            }
            // An f64 that overflows becomes infinite, on the server as in Rust; an f32 or a limit is left.
            (Kind::Double { min, max }, Bson::Double(operand)) if least.is_some() || most.is_some() || max < f64::MAX => {
                let range = least.map_or(min, |least| min.max(least))..=most.map_or(max, |most| max.min(most));
                double_room(&range, arithmetic, *operand, least.is_some() || most.is_some())
            }
            _ => Ok(Self::default()),
        }
    }
}

fn at_most(most: impl std::fmt::Display) -> String {
    format!("a value of at most {most}")
}

fn at_least(least: impl std::fmt::Display) -> String {
    format!("a value of at least {least}")
}

/// The whole numbers of a type that its limits leave. A limit of 1e300 is no `i64`: `as` ends at the type's own bounds, which is meant.
#[allow(clippy::cast_possible_truncation)]
fn whole_range(min: i64, max: i64, least: Option<f64>, most: Option<f64>) -> RangeInclusive<i128> {
    let (least, most) = (least.map_or(min, |least| min.max(least.ceil() as i64)), most.map_or(max, |most| max.min(most.floor() as i64)));
    least.into()..=most.into()
}

struct Whole {
    of_type: RangeInclusive<i128>,
    range: RangeInclusive<i128>,
}

impl Whole {
    fn room(&self, place: &Place, arithmetic: Arithmetic, operand: i128) -> Result<Room, NoRoom> {
        let (min, max) = (*self.range.start(), *self.range.end());
        let (below_min, above_max) = (at_least(min), at_most(max));
        let (least, most) = match (arithmetic, operand) {
            (Arithmetic::Add, operand) => ((min - operand, below_min), (max - operand, above_max)),
            (Arithmetic::Multiply, 0) => {
                return if self.range.contains(&0) {
                    Ok(Room::default())
                } else {
                    Err(NoRoom(if max < 0 { above_max } else { below_min }))
                };
            }
            (Arithmetic::Multiply, factor @ 1..) => ((div_up(min, factor), below_min), (div_down(max, factor), above_max)),
            // A negative factor turns the range around.
            (Arithmetic::Multiply, factor) => ((div_up(max, factor), above_max), (div_down(min, factor), below_min)),
        };
        if least.0 > *self.of_type.end() {
            return Err(NoRoom(least.1));
        }
        if most.0 < *self.of_type.start() {
            return Err(NoRoom(most.1));
        }
        let bound = |(bound, rule): (i128, String)| Some((as_kind(&place.kind, bound)?, rule));
        Ok(Room {
            least: if least.0 > *self.of_type.start() { bound(least) } else { None },
            most: if most.0 < *self.of_type.end() { bound(most) } else { None },
            is_strict: false,
        })
    }
}

fn as_kind(kind: &Kind, number: i128) -> Option<Bson> {
    match kind {
        Kind::Int32 { .. } => i32::try_from(number).ok().map(Bson::Int32),
        _ => i64::try_from(number).ok().map(Bson::Int64),
    }
}

fn div_down(number: i128, by: i128) -> i128 {
    number.div_euclid(by) - i128::from(by < 0 && number.rem_euclid(by) != 0)
}

fn div_up(number: i128, by: i128) -> i128 {
    -div_down(-number, by)
}

fn double_room(range: &RangeInclusive<f64>, arithmetic: Arithmetic, operand: f64, is_strict: bool) -> Result<Room, NoRoom> {
    let (below_min, above_max) = (at_least(range.start()), at_most(range.end()));
    if !operand.is_finite() {
        return Err(NoRoom("a finite amount".to_owned()));
    }
    let result = |stored: f64| match arithmetic {
        Arithmetic::Add => stored + operand,
        Arithmetic::Multiply => stored * operand,
    };
    let not_above = |stored: f64| result(stored) <= *range.end();
    let not_below = |stored: f64| result(stored) >= *range.start();
    let falls = arithmetic == Arithmetic::Multiply && operand < 0.0;
    let (least, most) = if falls {
        ((least_that(not_above), above_max), (greatest_that(not_below), below_min))
    } else {
        ((least_that(not_below), below_min), (greatest_that(not_above), above_max))
    };
    match (least, most) {
        ((None, rule), _) | (_, (None, rule)) => Err(NoRoom(rule)),
        ((Some(least), below), (Some(most), above)) => {
            Ok(Room { least: Some((Bson::Double(least), below)), most: Some((Bson::Double(most), above)), is_strict })
        }
    }
}

/// The greatest finite Double of which `holds` is true, where it is true of all that are less.
fn greatest_that(holds: impl Fn(f64) -> bool) -> Option<f64> {
    let (mut known, mut beyond) = (ordinal(f64::MIN), ordinal(f64::MAX) + 1);
    if !holds(f64::MIN) {
        return None;
    }
    while beyond - known > 1 {
        let middle = known + (beyond - known) / 2;
        if holds(of_ordinal(middle)) { known = middle } else { beyond = middle }
    }
    Some(of_ordinal(known))
}

/// The least finite Double of which `holds` is true, where it is true of all that are greater.
fn least_that(holds: impl Fn(f64) -> bool) -> Option<f64> {
    greatest_that(|stored| holds(-stored)).map(|stored| -stored)
}

/// The place of a finite Double among all of them in their order.
fn ordinal(number: f64) -> i128 {
    let magnitude = i128::from(number.abs().to_bits());
    if number.is_sign_negative() { -1 - magnitude } else { magnitude }
}

fn of_ordinal(ordinal: i128) -> f64 {
    let bits = |magnitude: i128| f64::from_bits(u64::try_from(magnitude).unwrap_or_default());
    if ordinal < 0 { -bits(-1 - ordinal) } else { bits(ordinal) }
}

fn whole(number: &Bson) -> i64 {
    match number {
        Bson::Int32(number) => (*number).into(),
        Bson::Int64(number) => *number,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use proptest::prelude::*;

    fn bounds(room: &Room) -> (Option<f64>, Option<f64>) {
        let of = |bound: &Option<(Bson, String)>| bound.as_ref().and_then(|(bound, _)| bound.as_f64());
        (of(&room.least), of(&room.most))
    }

    proptest! {
        #[test]
        fn a_double_has_room_exactly_where_the_result_stays_in_range(
            low in -1e3..1e3_f64, width in 0.0..1e3_f64, operand in -10.0..10.0_f64, stored in -2e3..2e3_f64, multiply: bool,
        ) {
            let range = low..=low + width;
            let arithmetic = if multiply { Arithmetic::Multiply } else { Arithmetic::Add };
            let result = |stored: f64| if multiply { stored * operand } else { stored + operand };
            let room = double_room(&range, arithmetic, operand, true);
            let (least, most) = room.as_ref().map_or((Some(f64::INFINITY), None), bounds);
            let near: Vec<f64> = [least, most].into_iter().flatten().flat_map(|bound| [bound.next_down(), bound, bound.next_up()]).collect();
            for stored in near.into_iter().chain([stored]).filter(|stored| stored.is_finite()) {
                let has_room = room.is_ok() && least.is_none_or(|least| stored >= least) && most.is_none_or(|most| stored <= most);
                prop_assert_eq!(has_room, range.contains(&result(stored)), "{} {:?} {}", stored, range.clone(), operand);
            }
        }

        #[test]
        fn a_whole_number_has_room_exactly_where_the_result_stays_in_range(
            low in -50..50_i64, width in 0..60_i64, operand in -20..20_i128, multiply: bool,
        ) {
            let range = i128::from(low)..=i128::from(low + width);
            let whole = Whole { of_type: -100..=100, range: range.clone() };
            let place = Place { kind: Kind::Int64 { min: -100, max: 100 }, ..Place::unknown() };
            let arithmetic = if multiply { Arithmetic::Multiply } else { Arithmetic::Add };
            let room = whole.room(&place, arithmetic, operand);
            for stored in -100..=100_i32 {
                let result = if multiply { i128::from(stored) * operand } else { i128::from(stored) + operand };
                let has_room = room.as_ref().is_ok_and(|room| {
                    let of = |bound: &Option<(Bson, String)>| bound.as_ref().and_then(|(bound, _)| bound.as_i64());
                    of(&room.least).is_none_or(|least| i64::from(stored) >= least) && of(&room.most).is_none_or(|most| i64::from(stored) <= most)
                });
                // Where no number has room, the operand is refused before any is asked.
                let expected = range.contains(&result) && room.is_ok();
                prop_assert_eq!(has_room, expected, "{} {:?} {}", stored, range.clone(), operand);
                prop_assert!(room.is_ok() || !range.contains(&result));
            }
        }
    }

    #[test]
    fn ordinals_are_in_the_order_of_doubles() {
        let numbers = [f64::MIN, -1.5, -1e-300, -0.0, 0.0, 1e-300, 1.5, f64::MAX];
        assert!(numbers.is_sorted_by_key(|number| ordinal(*number)));
        for number in numbers {
            assert_eq!(of_ordinal(ordinal(number)).to_bits(), number.to_bits());
        }
        assert_eq!(ordinal(1.5) + 1, ordinal(1.5_f64.next_up()));
    }
}
