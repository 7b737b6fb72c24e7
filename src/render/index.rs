//! A declared index as the server describes it.

use crate::schema::{Absent, IndexKey, IndexSchema, Kind};
use bson::{Binary, Bson, Document, Timestamp, doc, oid::ObjectId, spec::BinarySubtype};

/// The index as a member of `createIndexes`.
pub(crate) fn render_index(index: &IndexSchema) -> Document {
    let kind = |key: &IndexKey| match index.text {
        Some(_) => Bson::from("text"),
        None => Bson::Int32(key.direction.sign()),
    };
    let keys: Document = index.keys.iter().map(|key| (key.path.clone(), kind(key))).collect();
    let mut document = doc! { "key": keys, "name": index.name() };
    if index.unique {
        document.insert("unique", true);
        if let Some(present) = only_present(index) {
            document.insert("partialFilterExpression", present);
        }
    }
    if let Some(text) = &index.text {
        // Without weights all paths count alike.
        if text.weights.iter().any(|weight| *weight != 1) {
            let weights = index.keys.iter().zip(&text.weights).map(|(key, weight)| (key.path.clone(), Bson::Int32(*weight)));
            document.insert("weights", weights.collect::<Document>());
        }
        document.extend(text.language.map(|language| ("default_language".to_owned(), Bson::from(language))));
    }
    document
}

/// A unique index on an optional field covers present values only, so that two `None`s do not collide. `$gte` the least value of the type
/// says so and still serves `find_unique`; `$type` would not serve it, and `$exists` would collide on nulls.
fn only_present(index: &IndexSchema) -> Option<Document> {
    let optional = index.keys.iter().filter(|key| key.absent == Absent::Null);
    let mut present: Document =
        optional.filter_map(|key| Some((key.path.clone(), Bson::from(doc! { "$gte": least(&key.kind)? })))).collect();
    present.extend(index.keys.iter().flat_map(|key| key.only.iter()).map(|(tag, variant)| (tag.clone(), Bson::from(*variant))));
    (!present.is_empty()).then_some(present)
}

/// The least value of a kind; nothing where the kind has none.
pub(super) fn least(kind: &Kind) -> Option<Bson> {
    Some(match kind {
        Kind::Bool => Bson::Boolean(false),
        // NaN alone lies below, and no two documents should share it either, but it equals nothing in Rust.
        Kind::Int32 { .. } | Kind::Int64 { .. } | Kind::Double { .. } | Kind::Decimal128 => Bson::Double(f64::NEG_INFINITY),
        Kind::Enum(stored) if stored.numbers.is_some() => Bson::Double(f64::NEG_INFINITY),
        Kind::String | Kind::Enum(_) => Bson::String(String::new()),
        Kind::Timestamp => Bson::Timestamp(Timestamp { time: 0, increment: 0 }),
        Kind::ObjectId => Bson::ObjectId(ObjectId::from_bytes([0; 12])),
        Kind::Date => Bson::DateTime(bson::DateTime::MIN),
        // The server compares the length of binaries first.
        Kind::Binary => Bson::Binary(Binary { subtype: BinarySubtype::Generic, bytes: Vec::new() }),
        Kind::Composite(_) | Kind::Map(_) => Bson::Document(Document::new()),
        Kind::Array(_) | Kind::Any => return None,
    })
}
