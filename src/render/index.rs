//! A declared index as the server describes it.

use super::{collation::render_collation, matching::nothing};
use crate::schema::{Absent, IndexKey, IndexOptions, IndexSchema, KeyForm, Kind, Projection};
use bson::{Binary, Bson, Document, Timestamp, doc, oid::ObjectId, spec::BinarySubtype};

/// The index as a member of `createIndexes`.
pub(crate) fn render_index(index: &IndexSchema) -> Document {
    let mut document = doc! { "key": index.keys.iter().map(key).collect::<Document>(), "name": index.name() };
    if index.unique {
        document.insert("unique", true);
    }
    document.extend(covered(index).map(|covered| ("partialFilterExpression".to_owned(), Bson::Document(covered))));
    document.extend(options(&index.options));
    if let Some(text) = &index.text {
        // Without weights all paths count alike.
        if text.weights.iter().any(|weight| *weight != 1) {
            let weights = index.keys.iter().zip(&text.weights).map(|(key, weight)| (key.path.clone(), Bson::Int32(*weight)));
            document.insert("weights", weights.collect::<Document>());
        }
        document.extend(text.language.map(|language| ("default_language".to_owned(), Bson::from(language))));
        document.extend(text.language_field.map(|field| ("language_override".to_owned(), Bson::from(field))));
    }
    document
}

fn key(key: &IndexKey) -> (String, Bson) {
    let kind = match key.form {
        KeyForm::Ordered(direction) => Bson::Int32(direction.sign()),
        KeyForm::Text => Bson::from("text"),
        KeyForm::Hashed => Bson::from("hashed"),
        KeyForm::Sphere => Bson::from("2dsphere"),
        KeyForm::Wildcard if key.path.is_empty() => return ("$**".to_owned(), Bson::Int32(1)),
        KeyForm::Wildcard => return (format!("{}.$**", key.path), Bson::Int32(1)),
    };
    (key.path.clone(), kind)
}

fn options(options: &IndexOptions) -> Document {
    let mut document = Document::new();
    if options.sparse {
        document.insert("sparse", true);
    }
    if options.hidden {
        document.insert("hidden", true);
    }
    document.extend(options.expire_after.map(|seconds| ("expireAfterSeconds".to_owned(), Bson::Int32(seconds))));
    document.extend(options.collation.as_ref().map(|collation| ("collation".to_owned(), Bson::from(render_collation(collation)))));
    let (paths, kept) = match &options.projection {
        None => return document,
        Some(Projection::Only(paths)) => (paths, 1),
        Some(Projection::Except(paths)) => (paths, 0),
    };
    let projection: Document = paths.iter().map(|path| (path.clone(), Bson::Int32(kept))).collect();
    document.insert("wildcardProjection", projection);
    document
}

/// Which documents are in the index, where these are not all: those of its filter, and of a unique one those that have the values. The
/// server takes no filter beside `sparse`, which then says it.
fn covered(index: &IndexSchema) -> Option<Document> {
    let present = if index.unique && !index.options.sparse { only_present(index) } else { None };
    // A filter that the server does not take is refused at connect; an index by one that was not serves nothing.
    let declared = index.options.partial.map(|filter| filter().unwrap_or_else(|_| nothing()));
    match (present, declared) {
        (Some(present), Some(declared)) => Some(doc! { "$and": [present, declared] }),
        (present, declared) => present.or(declared),
    }
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
