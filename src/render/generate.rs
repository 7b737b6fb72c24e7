//! The values that the library makes up, each as its field stores it.

use crate::{
    Error, Result,
    codec::{AsString, AsTimestamp, Native, to_bson},
    schema::{Field, Generator, Kind, Schema},
};
use bson::{Bson, Uuid, oid::ObjectId};
use chrono::{DateTime, Utc};
use ulid::Ulid;

/// A new value for `field`; `now` is the moment of the verb.
///
/// # Errors
/// A moment that the field cannot store.
pub(super) fn generate(schema: &Schema, field: &Field, generator: Generator, now: DateTime<Utc>) -> Result<Bson> {
    let is_text = matches!(field.kind, Kind::String);
    let uuid = |uuid: uuid::Uuid| if is_text { Bson::String(uuid.to_string()) } else { Bson::from(Uuid::from_bytes(uuid.into_bytes())) };
    Ok(match generator {
        Generator::Now => moment(schema, field, now)?,
        Generator::ObjectId if is_text => Bson::String(ObjectId::new().to_hex()),
        Generator::ObjectId => Bson::ObjectId(ObjectId::new()),
        Generator::Uuid => uuid(uuid::Uuid::new_v4()),
        Generator::UuidV7 => uuid(uuid::Uuid::now_v7()),
        Generator::Cuid => Bson::String(cuid2::create_id()),
        // A moment before 1970 has no number in a ULID.
        Generator::Ulid => Bson::String(Ulid::from_parts(u64::try_from(now.timestamp_millis()).unwrap_or(0), rand::random()).to_string()),
        Generator::NanoId(length) => Bson::String(nanoid::nanoid!(usize::from(length))),
    })
}

/// A moment as the field stores it: a Date, or what `as` says.
///
/// # Errors
/// Where the field cannot store it, as a Timestamp before 1970.
pub(super) fn moment(schema: &Schema, field: &Field, now: DateTime<Utc>) -> Result<Bson> {
    let stored = match field.kind {
        Kind::Timestamp => to_bson(&Native::<_, AsTimestamp>::new(now)),
        Kind::String => to_bson(&Native::<_, AsString>::new(now)),
        Kind::Int64 { .. } => to_bson(&now.timestamp_millis()),
        _ => to_bson(&now),
    };
    stored.map_err(|error| Error::rule(schema, field.stored, error.rule()))
}
