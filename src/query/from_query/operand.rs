//! [`Operand`]: a value of a query string, as its field is stored.
//!
//! A kind says how a text is read, and the field's own type, which knows more than its kind, has the last word: it must read what was made
//! of the text. So a number beyond a `u8` is refused, an id that is stored as a text is spelled as the codec spells it, and a text that is
//! stored as a number has no order. A field that is stored as another type than its own also reads its own (`codec/native`), which tells
//! what it is.

use super::{asked::Asked, refused::one_of};
use crate::{
    codec::{AsDate, AsDecimal, AsLong, AsString, AsTimestamp, DecodeError, Encode, Native, is_finer_text, to_bson},
    schema::{EnumSchema, Kind},
};
use bson::{Binary, Bson, oid::ObjectId, spec::BinarySubtype};
use std::ops::RangeInclusive;
use uuid::Uuid;

/// An operand of a test.
#[derive(Debug)]
pub(super) struct Operand {
    pub(super) value: Bson,
    /// Whether the text was finer than the value, as a moment with microseconds is.
    pub(super) is_finer: bool,
}

/// One way to read a text.
struct Reading {
    /// What the field's type must read, if this is what the text means.
    own: Bson,
    operand: Operand,
}

impl Reading {
    fn of(value: Bson) -> Self {
        Self { own: value.clone(), operand: Operand { value, is_finer: false } }
    }

    /// Of a field whose values are stored as another type.
    fn stored(own: impl Into<Bson>, value: &impl Encode, is_finer: bool) -> Option<Self> {
        Some(Self { own: own.into(), operand: Operand { value: to_bson(value).ok()?, is_finer } })
    }
}

/// How a moment is spelled.
const MOMENT: &str = "a moment as RFC 3339 spells it, such as `2024-01-02T03:04:05Z`";

impl Asked {
    /// What the text means as a value of the field, or as an item of the list that it is.
    ///
    /// # Errors
    /// What the text must be.
    pub(super) fn operand(&self, text: &str) -> Result<Operand, String> {
        let mut refused = None;
        for reading in self.readings(text) {
            match self.read(&reading.own) {
                Ok(()) => return Ok(reading.operand),
                Err(error) => refused = refused.or(Some(error)),
            }
        }
        Err(self.rule(refused))
    }

    /// Whether texts can be read as its values.
    pub(super) fn is_spelled(&self) -> bool {
        match self.kind() {
            Kind::Array(_) | Kind::Map(_) | Kind::Composite(_) | Kind::Any => false,
            Kind::Binary => self.is_read(&uuid(Uuid::nil())),
            // A moment's seconds; a Timestamp of its own is no moment.
            Kind::Timestamp => self.is_moment(),
            _ => true,
        }
    }

    /// Whether the server's order of its values is theirs, as `Ordered` says of types.
    pub(super) fn is_ordered(&self) -> bool {
        match self.kind() {
            Kind::Int32 { .. } | Kind::Int64 { .. } | Kind::Double { .. } | Kind::ObjectId | Kind::Date => true,
            Kind::Timestamp => self.is_moment(),
            Kind::Decimal128 => !self.is_read(&Bson::String("0".to_owned())),
            // Digits of numbers have another order than the numbers.
            Kind::String => {
                let ids = [Bson::ObjectId(ObjectId::from_bytes([0; 12])), uuid(Uuid::nil())];
                self.is_text() || self.is_moment() || ids.iter().any(|id| self.is_read(id))
            }
            _ => false,
        }
    }

    /// Whether its values are texts of any letters.
    pub(super) fn is_text(&self) -> bool {
        matches!(self.kind(), Kind::String) && self.is_read(&Bson::String("~".to_owned()))
    }

    fn is_moment(&self) -> bool {
        self.is_read(&Bson::DateTime(bson::DateTime::from_millis(0)))
    }

    /// Whether its values are whole numbers, though stored as Double.
    fn is_whole(&self) -> bool {
        !self.is_read(&Bson::Double(0.5))
    }

    /// The kind of one value.
    fn kind(&self) -> Kind {
        match self.field.kind {
            Kind::Array(item) => *item,
            kind => kind,
        }
    }

    fn is_read(&self, value: &Bson) -> bool {
        self.read(value).is_ok()
    }

    /// Whether the field's type reads this as one value.
    fn read(&self, value: &Bson) -> Result<(), DecodeError> {
        if !matches!(self.field.kind, Kind::Array(_)) {
            return self.field.reads(value);
        }
        match self.field.reads(&Bson::Array(vec![value.clone()])) {
            // An item that cannot be read has its place in the path. What has none is the list, where it takes another number of items.
            Err(error) if error.path().is_empty() => Ok(()),
            read => read,
        }
    }

    /// What the text may mean, the likeliest first.
    fn readings(&self, text: &str) -> Vec<Reading> {
        let (one, other) = match self.kind() {
            Kind::Bool => (text.parse::<bool>().ok().map(|value| Reading::of(Bson::Boolean(value))), None),
            Kind::Int32 { min, max } => {
                let number = whole(text, min..=max).and_then(|number| i32::try_from(number).ok());
                (number.map(|number| Reading::of(Bson::Int32(number))), None)
            }
            Kind::Int64 { min, max } => {
                let moment = moment(text).and_then(|at| Reading::stored(at, &Native::<_, AsLong>::new(at), is_finer_text(text)));
                (whole(text, min..=max).map(|number| Reading::of(Bson::Int64(number))), moment)
            }
            Kind::Double { min, max } => (self.double(text, min..=max).map(|number| Reading::of(Bson::Double(number))), None),
            Kind::Decimal128 => (to_bson(&Native::<String, AsDecimal>::new(text.to_owned())).ok().map(Reading::of), None),
            Kind::String => (Some(Reading::of(Bson::String(text.to_owned()))), other_form(text)),
            Kind::Enum(declared) => (variant(&declared, text).map(Reading::of), None),
            Kind::ObjectId => (ObjectId::parse_str(text).ok().map(|id| Reading::of(Bson::ObjectId(id))), None),
            Kind::Date => (moment(text).and_then(|at| Reading::stored(at, &at, is_finer_text(text))), None),
            Kind::Timestamp => (moment(text).and_then(|at| seconds(at, text)), None),
            Kind::Binary => (Uuid::parse_str(text).ok().map(|id| Reading::of(uuid(id))), None),
            Kind::Array(_) | Kind::Map(_) | Kind::Composite(_) | Kind::Any => (None, None),
        };
        one.into_iter().chain(other).collect()
    }

    fn double(&self, text: &str, range: RangeInclusive<f64>) -> Option<f64> {
        let number = if self.is_whole() {
            // Exactly: the range ends where Doubles begin to leave out whole numbers.
            #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)]
            let number = whole(text, *range.start() as i64..=*range.end() as i64)? as f64;
            number
        } else if *range.end() <= f64::from(f32::MAX) {
            // To the nearest `f32`, as a value of the field is.
            text.parse::<f32>().ok()?.into()
        } else {
            text.parse::<f64>().ok()?
        };
        (number.is_finite() && range.contains(&number)).then_some(number)
    }

    /// What a text must be to mean a value; `refused` is what the field's type said of what it might have meant.
    fn rule(&self, refused: Option<DecodeError>) -> String {
        match self.kind() {
            Kind::Bool => "`true` or `false`".to_owned(),
            Kind::Int64 { .. } if self.is_moment() => MOMENT.to_owned(),
            Kind::Int32 { min, max } | Kind::Int64 { min, max } => format!("a whole number from {min} to {max}"),
            Kind::Double { min, max } if self.is_whole() => format!("a whole number from {min} to {max}"),
            Kind::Double { .. } => "a finite number in the range of its type".to_owned(),
            Kind::Enum(declared) => one_of("", declared.names),
            Kind::ObjectId => "24 hex digits".to_owned(),
            Kind::Date | Kind::Timestamp => MOMENT.to_owned(),
            Kind::Binary => "a UUID".to_owned(),
            Kind::Decimal128 => expected(refused).unwrap_or_else(|| "a decimal number of at most 34 digits".to_owned()),
            _ => expected(refused).unwrap_or_else(|| "a value of its type".to_owned()),
        }
    }
}

/// Not what was found: that is a value.
fn expected(refused: Option<DecodeError>) -> Option<String> {
    refused.map(|error| error.expected().to_owned())
}

fn whole(text: &str, range: RangeInclusive<i64>) -> Option<i64> {
    text.parse::<i64>().ok().filter(|number| range.contains(number))
}

fn moment(text: &str) -> Option<bson::DateTime> {
    match to_bson(&Native::<String, AsDate>::new(text.to_owned())) {
        Ok(Bson::DateTime(moment)) => Some(moment),
        _ => None,
    }
}

/// A moment as a Timestamp, of which also the milliseconds are cut.
fn seconds(at: bson::DateTime, text: &str) -> Option<Reading> {
    let is_finer = is_finer_text(text) || at.timestamp_millis() % 1000 != 0;
    Reading::stored(at, &Native::<_, AsTimestamp>::new(at), is_finer)
}

fn uuid(id: Uuid) -> Bson {
    Bson::Binary(Binary { subtype: BinarySubtype::Uuid, bytes: id.as_bytes().to_vec() })
}

/// What the text spells, for a field that is stored as a text: it may be spelled in another way than the codec does.
fn other_form(text: &str) -> Option<Reading> {
    if let Some(at) = moment(text) {
        return Reading::stored(at, &Native::<_, AsString>::new(at), is_finer_text(text));
    }
    if let Ok(id) = ObjectId::parse_str(text) {
        return Reading::stored(id, &Native::<_, AsString>::new(id), false);
    }
    let id = Uuid::parse_str(text).ok()?;
    Reading::stored(uuid(id), &Native::<_, AsString>::new(id), false)
}

/// A variant by its stored name; one that is stored as a number by that or by its name.
fn variant(declared: &EnumSchema, text: &str) -> Option<Bson> {
    let position = declared.names.iter().position(|name| *name == text);
    let Some(numbers) = declared.numbers else {
        return (position.is_some() || declared.open).then(|| Bson::String(text.to_owned()));
    };
    let named = position.and_then(|position| numbers.get(position).copied());
    let number = named.or_else(|| text.parse::<i64>().ok().filter(|number| declared.open || numbers.contains(number)))?;
    Some(match i32::try_from(number) {
        Ok(short) if !declared.long => Bson::Int32(short),
        _ => Bson::Int64(number),
    })
}
