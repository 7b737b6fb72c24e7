//! One value: its type in the store, its range, and what its limits say that `$jsonSchema` can say.

use super::{document::Depth, sample::reads_null};
use crate::schema::{EnumSchema, Field, Kind, Limits};
use bson::{Bson, Document, doc};

/// Every whole number up to here is a Double of its own.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Where a value stands: in a field, and in the lists and maps within it.
pub(super) struct Place<'a> {
    pub(super) field: &'a Field,
    /// From the outside.
    pub(super) around: Vec<Container>,
}

#[derive(Clone, Copy)]
pub(super) enum Container {
    List,
    Map,
}

impl<'a> Place<'a> {
    /// The place within a list or a map that stands here.
    fn within(&self, container: Container) -> Place<'a> {
        let mut around = self.around.clone();
        around.push(container);
        Place { field: self.field, around }
    }
}

/// A value of this kind. Only a field itself has limits.
pub(super) fn render_value(depth: &mut Depth, kind: &Kind, limits: Option<&Limits>, place: &Place<'_>, is_null_read: bool) -> Document {
    let mut rendered = match kind {
        Kind::Bool => typed(&["bool"], is_null_read),
        Kind::Int32 { min, max } | Kind::Int64 { min, max } => whole(*min, *max, is_null_read),
        Kind::Double { min, max } => double(*min, *max, is_null_read),
        // Whole numbers of other types are read as exactly.
        Kind::Decimal128 => typed(&["decimal", "int", "long"], is_null_read),
        Kind::String => typed(&["string"], is_null_read),
        Kind::Enum(stored) => variant(stored, is_null_read),
        Kind::ObjectId => typed(&["objectId"], is_null_read),
        Kind::Date => typed(&["date"], is_null_read),
        Kind::Timestamp => typed(&["timestamp"], is_null_read),
        Kind::Binary => typed(&["binData"], is_null_read),
        Kind::Array(item) => {
            let place = place.within(Container::List);
            let item = render_value(depth, item, None, &place, reads_null(&place, item));
            let mut list = typed(&["array"], is_null_read);
            if !item.is_empty() {
                list.insert("items", item);
            }
            list
        }
        Kind::Map(value) => {
            let place = place.within(Container::Map);
            let value = render_value(depth, value, None, &place, reads_null(&place, value));
            let mut map = typed(&["object"], is_null_read);
            if !value.is_empty() {
                map.insert("additionalProperties", value);
            }
            map
        }
        Kind::Composite(shape) => depth.composite(shape(), place, is_null_read),
        Kind::Any => Document::new(),
    };
    if let Some(limits) = limits {
        insert_limits(&mut rendered, kind, limits);
    }
    rendered
}

fn typed(types: &[&str], is_null_read: bool) -> Document {
    let mut types: Vec<Bson> = types.iter().map(|name| Bson::from(*name)).collect();
    types.extend(is_null_read.then(|| Bson::from("null")));
    if let [one] = types.as_slice() {
        return doc! { "bsonType": one.clone() };
    }
    doc! { "bsonType": types }
}

/// Whole numbers of every type that the model reads: another service may have written them.
fn whole(min: i64, max: i64, is_null_read: bool) -> Document {
    let mut rendered = typed(&["int", "long", "double"], is_null_read);
    rendered.extend(doc! { "multipleOf": 1, "minimum": integer(min), "maximum": integer(max) });
    rendered
}

/// The shortest type that has the number.
fn integer(number: i64) -> Bson {
    i32::try_from(number).map_or(Bson::Int64(number), Bson::Int32)
}

#[allow(clippy::float_cmp)]
fn double(min: f64, max: f64, is_null_read: bool) -> Document {
    let mut rendered = typed(&["double", "int", "long"], is_null_read);
    if (min, max) == (f64::from(f32::MIN), f64::from(f32::MAX)) {
        // What is no number of a range is written all the same.
        let beyond = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY].map(Bson::Double);
        rendered.insert("anyOf", vec![Bson::from(doc! { "minimum": min, "maximum": max }), Bson::from(doc! { "enum": beyond.to_vec() })]);
    } else if (min, max) != (f64::MIN, f64::MAX) {
        // A whole number of Rust; some beyond what every Double tells apart are stored, too.
        rendered.insert("multipleOf", 1);
        if min > -EXACT {
            rendered.insert("minimum", number(min));
        }
        if max < EXACT {
            rendered.insert("maximum", number(max));
        }
    }
    rendered
}

fn variant(stored: &EnumSchema, is_null_read: bool) -> Document {
    let null = is_null_read.then_some(Bson::Null);
    match (stored.numbers, stored.open) {
        (None, true) => typed(&["string"], is_null_read),
        (None, false) => doc! { "enum": stored.names.iter().map(|name| Bson::from(*name)).chain(null).collect::<Vec<_>>() },
        (Some(_), true) if stored.long => whole(i64::MIN, i64::MAX, is_null_read),
        (Some(_), true) => whole(i32::MIN.into(), i32::MAX.into(), is_null_read),
        (Some(numbers), false) => {
            // To the server a Decimal128 of the same number is equal, which the model does not read.
            let mut rendered = typed(&["int", "long", "double"], is_null_read);
            rendered.insert("enum", numbers.iter().map(|number| integer(*number)).chain(null).collect::<Vec<_>>());
            rendered
        }
    }
}

fn insert_limits(rendered: &mut Document, kind: &Kind, limits: &Limits) {
    let mut length = |names: &[&str], length: Option<u64>| {
        // No text and no list is as long as what does not fit.
        if let Some(length) = length.and_then(|length| i64::try_from(length).ok()) {
            for name in names {
                rendered.insert(*name, integer(length));
            }
        }
    };
    match kind {
        Kind::String | Kind::Enum(_) => {
            length(&["minLength"], limits.min_length);
            length(&["maxLength"], limits.max_length);
        }
        Kind::Array(_) => {
            length(&["minItems"], limits.min_length);
            length(&["maxItems"], limits.max_length);
        }
        Kind::Any => {
            length(&["minLength", "minItems"], limits.min_length);
            length(&["maxLength", "maxItems"], limits.max_length);
        }
        // Of bytes it counts nothing.
        _ => {}
    }
    if matches!(kind, Kind::Int32 { .. } | Kind::Int64 { .. } | Kind::Double { .. } | Kind::Enum(_)) {
        narrow(rendered, "minimum", limits.min, |limit, own| limit > own);
        narrow(rendered, "maximum", limits.max, |limit, own| limit < own);
    }
    if let Some(Ok(pattern)) = limits.pattern.map(|pattern| pattern.server) {
        rendered.insert("pattern", pattern);
    }
}

/// The bound of a limit, where it says more than that of the type.
#[allow(clippy::cast_precision_loss)]
fn narrow(rendered: &mut Document, name: &str, limit: Option<f64>, says_more: impl Fn(f64, f64) -> bool) {
    let Some(limit) = limit else { return };
    let own = match rendered.get(name) {
        Some(Bson::Int32(own)) => Some(f64::from(*own)),
        // The ends of the 64-bit types are the only ones that are no Doubles, and nothing is beyond them.
        Some(Bson::Int64(own)) => Some(*own as f64),
        Some(Bson::Double(own)) => Some(*own),
        _ => None,
    };
    if own.is_none_or(|own| says_more(limit, own)) {
        rendered.insert(name, number(limit));
    }
}

/// Whole where it can be.
#[allow(clippy::cast_possible_truncation)]
fn number(number: f64) -> Bson {
    if number.fract() == 0.0 && number.abs() <= EXACT { integer(number as i64) } else { Bson::Double(number) }
}
