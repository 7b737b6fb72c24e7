//! [`PageOrder`]: in which order pages come, and where in it a document stands.
//!
//! Made from a model and an order; read by `render`, which asks for what comes behind a position, and by the verbs: `page` makes tokens of
//! positions, and `cursor` looks one up.

use super::{eval::is_nan, path::RawPath, place::place, sort::SortKey};
use crate::{
    Error, Result,
    codec::{DecodeError, Raw, raw_to_bson, tag},
    schema::{Absent, Direction, Kind, Layout, Schema},
};
use bson::Bson;

/// An order in which no two documents stand at one place.
#[derive(Debug)]
pub(crate) struct PageOrder(Vec<PageKey>);

/// One criterion of it.
#[derive(Debug)]
pub(crate) struct PageKey {
    pub(crate) path: String,
    pub(crate) direction: Direction,
    kind: Kind,
    /// Whether there may be nothing at the path.
    pub(crate) is_optional: bool,
}

impl PageOrder {
    /// The order by these criteria, and by the id where they leave one open. A collation makes equal what a unique key tells apart.
    ///
    /// # Errors
    /// A criterion behind which the server cannot be asked for more: relevance, related documents, and values of several types.
    pub(crate) fn of(schema: &Schema, sort: &[SortKey], is_collated: bool) -> Result<Self> {
        let mut keys: Vec<PageKey> = Vec::new();
        for criterion in sort {
            let (path, direction) = match criterion {
                SortKey::Path { path, direction } => (path, direction),
                SortKey::Relevance => {
                    let rule = "an order by fields to be read by pages or from a cursor: relevance has no place to go on from";
                    return Err(Error::rule(schema, "", rule));
                }
                SortKey::Related(key) => {
                    let rule = "an order by fields to be read by pages or from a cursor: an order by related documents has no keyset";
                    return Err(Error::rule(schema, key.relation, rule));
                }
            };
            // Of a path that comes twice the first counts.
            if keys.iter().all(|key| key.path != *path) {
                keys.push(PageKey::of(schema, path, *direction)?);
            }
            // No two documents are left to be told apart.
            if path == ID {
                break;
            }
        }
        let text_id = schema
            .fields
            .iter()
            .find(|field| field.stored == ID)
            .is_some_and(|field| matches!(field.kind, Kind::String | Kind::Enum(_) | Kind::Composite(_)));
        if is_collated && text_id {
            return Err(Error::rule(
                schema,
                ID,
                "an id that a collation leaves apart, such as an ObjectId or a number, for a place in an order under one",
            ));
        }
        let is_unique = keys.iter().any(|key| key.path == ID) || (!is_collated && has_unique_key(schema, &keys));
        if !is_unique {
            // The way of the last criterion, so that one index may serve both.
            let direction = keys.last().map_or(Direction::Ascending, |key| key.direction);
            keys.push(PageKey::of(schema, ID, direction)?);
        }
        Ok(Self(keys))
    }

    pub(crate) fn keys(&self) -> &[PageKey] {
        &self.0
    }

    /// Where a document stands: what it holds at each path.
    ///
    /// # Errors
    /// Values that the order says nothing of.
    pub(crate) fn position(&self, schema: &Schema, document: &[u8]) -> Result<Vec<Bson>> {
        let read = |key: &PageKey| {
            let value = stored_at(document, &key.path).map_err(|error| Error::decode(schema, document, error.at(&key.path)))?;
            if key.takes(&value) {
                Ok(value)
            } else {
                Err(Error::rule(schema, key.path.clone(), "values of the field's own type to be an order of pages or from a cursor"))
            }
        };
        self.0.iter().map(read).collect()
    }

    /// Whether a document of the model could stand at this position: what comes with a token may be anything.
    pub(crate) fn takes(&self, position: &[Bson]) -> bool {
        position.len() == self.0.len() && self.0.iter().zip(position).all(|(key, value)| key.takes(value))
    }
}

const ID: &str = "_id";

impl PageKey {
    fn of(schema: &Schema, path: &str, direction: Direction) -> Result<Self> {
        let found = place(Layout::from(schema), &RawPath::of(&[path]));
        if matches!(found.kind, Kind::Any | Kind::Array(_)) {
            return Err(Error::rule(schema, path, "values of one declared type to be an order of pages or from a cursor"));
        }
        let is_optional = found.absent.is_some() || !found.levels.is_empty();
        Ok(Self { path: path.to_owned(), direction, kind: found.kind, is_optional })
    }

    /// Whether NaN may stand there.
    pub(crate) fn is_floating(&self) -> bool {
        matches!(self.kind, Kind::Double { .. } | Kind::Decimal128)
    }

    /// Whether the value is one that the codec reads at the path.
    fn takes(&self, value: &Bson) -> bool {
        match value {
            Bson::Null => self.is_optional,
            Bson::Int32(_) | Bson::Int64(_) | Bson::Double(_) | Bson::Decimal128(_) => {
                self.is_number() && (self.is_floating() || !is_nan(value))
            }
            Bson::String(_) => matches!(self.kind, Kind::String) || matches!(self.kind, Kind::Enum(stored) if stored.numbers.is_none()),
            Bson::Boolean(_) => matches!(self.kind, Kind::Bool),
            Bson::ObjectId(_) => matches!(self.kind, Kind::ObjectId),
            Bson::DateTime(_) => matches!(self.kind, Kind::Date),
            Bson::Timestamp(_) => matches!(self.kind, Kind::Timestamp),
            Bson::Binary(_) => matches!(self.kind, Kind::Binary),
            Bson::Document(_) => matches!(self.kind, Kind::Composite(_) | Kind::Map(_)),
            _ => false,
        }
    }

    fn is_number(&self) -> bool {
        match self.kind {
            Kind::Int32 { .. } | Kind::Int64 { .. } | Kind::Double { .. } | Kind::Decimal128 => true,
            Kind::Enum(stored) => stored.numbers.is_some(),
            _ => false,
        }
    }
}

/// Whether a unique key of the model is among the criteria, of values that are always there.
fn has_unique_key(schema: &Schema, keys: &[PageKey]) -> bool {
    schema.indexes.iter().filter(|index| index.is_key() && !index.keys.is_empty()).any(|index| {
        let is_told_apart = |path: &str| keys.iter().any(|key| key.path == path && !key.is_optional);
        index.keys.iter().all(|key| key.absent == Absent::Never && key.only.is_empty() && is_told_apart(&key.path))
    })
}

/// What a document holds at a path through documents; null where it holds nothing.
fn stored_at(document: &[u8], path: &str) -> Result<Bson, DecodeError> {
    let mut value = Raw::document(document)?;
    for name in path.split('.') {
        match value.tag() {
            tag::DOCUMENT => match value.get(name)? {
                Some(inner) => value = inner,
                None => return Ok(Bson::Null),
            },
            _ => return Ok(Bson::Null),
        }
    }
    if value.is_null() { Ok(Bson::Null) } else { raw_to_bson(value) }
}
