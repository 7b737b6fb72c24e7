//! Limits: what a value must keep to beyond its type, checked before anything is sent.

use super::{Field, Kind};
use crate::codec::{Raw, raw_to_bson, tag};
use bson::Bson;
use std::{cmp::Ordering, fmt};

/// The limits that a field declares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// The least length: Unicode scalar values of text, items of a list.
    pub min_length: Option<u64>,
    /// The greatest length.
    pub max_length: Option<u64>,
    /// The least number.
    pub min: Option<f64>,
    /// The greatest number.
    pub max: Option<f64>,
}

impl Limits {
    /// No limit at all.
    pub const NONE: Self = Self { min_length: None, max_length: None, min: None, max: None };
}

/// One rule that a value breaks, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The stored path of the value, with the index of a list's item: `lines[2].sku`.
    pub path: String,
    /// The rule, as it would be said: ``at most 50 characters``.
    pub rule: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` needs {}", self.path, self.rule)
    }
}

/// All rules that the fields of a document break. Bytes that cannot be read break none: the decoder speaks of them.
pub(crate) fn check_document(fields: &[Field], document: Raw<'_>) -> Vec<Broken> {
    let mut broken = Vec::new();
    check_fields(fields, document, "", &mut broken);
    broken
}

/// All rules that one value of `field` breaks; `path` is where it goes.
pub(crate) fn check_value(field: &Field, value: &Bson, path: &str) -> Vec<Broken> {
    let mut broken = Vec::new();
    // The check walks bytes; a value that cannot be encoded is refused where it is encoded.
    if let Ok(bytes) = crate::codec::Writer::build(|w| w.field_or_null("", value))
        && let Ok(document) = Raw::document(&bytes)
        && let Ok(Some(value)) = document.get("")
    {
        check_one(field, value, path, &mut broken);
    }
    broken
}

/// Whether anything in these fields has a limit: most models check nothing and pay nothing.
fn limited(fields: &[Field], depth: u8) -> bool {
    fields.iter().any(|field| field.limits != Limits::NONE || nested(&field.kind).is_some_and(|f| depth < 8 && limited(f, depth + 1)))
}

/// The fields of the composites that a value of this kind holds.
fn nested(kind: &Kind) -> Option<&'static [Field]> {
    match kind {
        Kind::Composite(fields) => Some(fields()),
        Kind::Array(item) | Kind::Map(item) => nested(item),
        _ => None,
    }
}

fn check_fields(fields: &[Field], document: Raw<'_>, prefix: &str, broken: &mut Vec<Broken>) {
    if !limited(fields, 0) {
        return;
    }
    let Ok(mut elements) = document.fields() else { return };
    while let Ok(Some((name, value))) = elements.next() {
        if let Some(field) = fields.iter().find(|field| field.stored.as_bytes() == name) {
            check_one(field, value, &join(prefix, field.stored), broken);
        }
    }
}

fn check_one(field: &Field, value: Raw<'_>, path: &str, broken: &mut Vec<Broken>) {
    if value.is_null() {
        return;
    }
    if field.limits != Limits::NONE {
        let rules = broken_rules(&field.limits, value);
        broken.extend(rules.into_iter().map(|rule| Broken { path: path.to_owned(), rule }));
    }
    check_nested(&field.kind, value, path, broken);
}

fn check_nested(kind: &Kind, value: Raw<'_>, path: &str, broken: &mut Vec<Broken>) {
    match kind {
        Kind::Composite(fields) => check_fields(fields(), value, path, broken),
        Kind::Array(item) if nested(item).is_some() => {
            let Ok(mut items) = value.items() else { return };
            let mut index = 0;
            while let Ok(Some((_, value))) = items.next() {
                check_nested(item, value, &format!("{path}[{index}]"), broken);
                index += 1;
            }
        }
        Kind::Map(item) if nested(item).is_some() => {
            let Ok(mut entries) = value.fields() else { return };
            while let Ok(Some((key, value))) = entries.next() {
                check_nested(item, value, &join(path, &String::from_utf8_lossy(key)), broken);
            }
        }
        _ => {}
    }
}

fn broken_rules(limits: &Limits, value: Raw<'_>) -> Vec<String> {
    let mut rules = Vec::new();
    if let Some((length, what)) = length(value) {
        if let Some(least) = limits.min_length.filter(|least| length < *least) {
            rules.push(format!("at least {least} {what}"));
        }
        if let Some(most) = limits.max_length.filter(|most| length > *most) {
            rules.push(format!("at most {most} {what}"));
        }
    }
    if let Some(number) = number(value) {
        // NaN compares with nothing: it is in no range.
        if let Some(least) = limits.min.filter(|least| number.partial_cmp(least).is_none_or(Ordering::is_lt)) {
            rules.push(format!("a value of at least {least}"));
        }
        if let Some(most) = limits.max.filter(|most| number.partial_cmp(most).is_none_or(Ordering::is_gt)) {
            rules.push(format!("a value of at most {most}"));
        }
    }
    rules
}

fn length(value: Raw<'_>) -> Option<(u64, &'static str)> {
    match (value.tag(), raw_to_bson(value).ok()?) {
        (tag::STRING, Bson::String(text)) => Some((text.chars().count() as u64, "characters")),
        (tag::ARRAY, Bson::Array(items)) => Some((items.len() as u64, "items")),
        (tag::BINARY, Bson::Binary(binary)) => Some((binary.bytes.len() as u64, "bytes")),
        _ => None,
    }
}

fn number(value: Raw<'_>) -> Option<f64> {
    match raw_to_bson(value).ok()? {
        Bson::Int32(number) => Some(number.into()),
        #[allow(clippy::cast_precision_loss)]
        Bson::Int64(number) => Some(number as f64),
        Bson::Double(number) => Some(number),
        _ => None,
    }
}

fn join(prefix: &str, name: &str) -> String {
    if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") }
}
