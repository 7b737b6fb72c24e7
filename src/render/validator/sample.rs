//! What a type in Rust knows and its kind does not: whether an item of a list may be null, and whether a composite refuses other fields.
//!
//! The reader of a declared field is asked, with values made up by the kind. Where it takes none of them, nothing is known, and the validator
//! lets pass what may be.

use super::value::{Container, Place};
use crate::schema::{Field, Fill, Kind, Layout, Shape};
use bson::{Binary, Bson, DateTime, Decimal128, Document, Timestamp, doc, oid::ObjectId, spec::BinarySubtype};

/// How deep made-up documents hold others.
const MAX_LEVELS: usize = 4;

/// Texts of the types that are stored as one.
const TEXTS: &[&str] = &["a", "0", "1970-01-01T00:00:00.000Z", "000000000000000000000000", "00000000-0000-0000-0000-000000000000"];

/// Whether a value of this kind may be null where it stands within a list or a map.
pub(super) fn reads_null(place: &Place<'_>, kind: &Kind) -> bool {
    // What is not declared by the user, the coordinates of a place on the earth, has no such items.
    place.field.read.is_some() && (place.reads(&Bson::Null) || !samples(kind, MAX_LEVELS).iter().any(|value| place.reads(value)))
}

/// Whether the composite that stands there refuses fields that it does not declare, rather than to keep them.
pub(super) fn refuses_others(place: &Place<'_>, shape: &'static Shape) -> bool {
    let with_other = |mut document: Document| {
        // No declared field has a dot in its name.
        document.insert(".other", true);
        Bson::Document(document)
    };
    let mut known = documents(shape, MAX_LEVELS).into_iter().filter(|document| place.reads(&Bson::Document(document.clone())));
    known.next().is_some_and(|document| !place.reads(&with_other(document)))
}

impl Place<'_> {
    /// Whether the field reads what has this value here.
    fn reads(&self, value: &Bson) -> bool {
        let mut wrapped = vec![value.clone()];
        for container in self.around.iter().rev() {
            wrapped = wrapped.iter().flat_map(|value| container.around(value)).collect();
        }
        wrapped.iter().any(|value| self.field.reads(value).is_ok())
    }
}

impl Container {
    /// Some that hold the value: lists of a fixed length hold it several times, and maps have keys of several types.
    fn around(self, value: &Bson) -> Vec<Bson> {
        match self {
            Self::List => (1..=4).map(|length| Bson::Array(vec![value.clone(); length])).collect(),
            Self::Map => TEXTS.iter().map(|key| Bson::from(doc! { *key: value.clone() })).collect(),
        }
    }
}

/// Some values of a kind, of which a type may read some.
fn samples(kind: &Kind, levels: usize) -> Vec<Bson> {
    let Some(below) = levels.checked_sub(1) else { return Vec::new() };
    match kind {
        Kind::Bool => vec![Bson::Boolean(false)],
        Kind::Int32 { .. } | Kind::Int64 { .. } => vec![Bson::Int64(0)],
        Kind::Double { .. } => vec![Bson::Double(0.0)],
        Kind::Decimal128 => "0".parse::<Decimal128>().map(Bson::Decimal128).into_iter().collect(),
        Kind::String => TEXTS.iter().map(|text| Bson::from(*text)).collect(),
        Kind::Enum(stored) => match stored.numbers {
            Some(numbers) => numbers.first().map(|number| Bson::Int64(*number)).into_iter().collect(),
            None => stored.names.first().map(|name| Bson::from(*name)).into_iter().collect(),
        },
        Kind::ObjectId => vec![Bson::ObjectId(ObjectId::from_bytes([0; 12]))],
        Kind::Date => vec![Bson::DateTime(DateTime::from_millis(0))],
        Kind::Timestamp => vec![Bson::Timestamp(Timestamp { time: 1, increment: 0 })],
        Kind::Binary => {
            let binary = |subtype, length| Bson::Binary(Binary { subtype, bytes: vec![0; length] });
            vec![binary(BinarySubtype::Generic, 0), binary(BinarySubtype::Uuid, 16)]
        }
        Kind::Array(item) => {
            let mut lists = vec![Bson::Array(Vec::new())];
            lists.extend(samples(item, below).iter().flat_map(|item| Container::List.around(item)));
            lists
        }
        Kind::Map(_) => vec![Bson::Document(Document::new())],
        Kind::Composite(shape) => documents(shape(), below).into_iter().map(Bson::Document).collect(),
        // Null is a value of it.
        Kind::Any => Vec::new(),
    }
}

/// A document of this shape with the fields that it needs; of a union one for each variant.
fn documents(shape: &'static Shape, levels: usize) -> Vec<Document> {
    let layout = Layout::from(shape);
    match &layout.tag {
        None => document(Document::new(), layout.fields, levels).into_iter().collect(),
        Some(tag) => {
            let variants = tag.variants.iter();
            variants.filter_map(|variant| document(doc! { tag.stored: variant.stored }, variant.fields, levels)).collect()
        }
    }
}

fn document(mut document: Document, fields: &[Field], levels: usize) -> Option<Document> {
    for field in fields.iter().filter(|field| is_needed(field)) {
        let value = match field.kind {
            Kind::Any => [Bson::Null, Bson::Document(Document::new())].into_iter().find(|value| field.reads(value).is_ok()),
            _ => samples(&field.kind, levels).into_iter().find(|value| field.reads(value).is_ok()),
        };
        document.insert(field.stored, value?);
    }
    Some(document)
}

fn is_needed(field: &Field) -> bool {
    !matches!(field.fill, Fill::Constant(_)) && field.absent_value().is_none()
}
