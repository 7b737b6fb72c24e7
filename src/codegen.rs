//! All that generated code may call. Not for use by hand: it changes with the macros.
//!
//! Filled by the rooms below, read by what the derive macros expand to. Logic lives here, so that the expansion stays data and calls.

pub use crate::{
    codec::{Decode, DecodeError, Encode, EncodeDocument, Name, Raw, StructReader, Writer},
    model::{Composite, Enum, FieldType, FillRelated, Fills, Given, Id, Model, Related, Root, Set, SetAt, Unset},
    query::{
        Complete, Defaulted, DraftCore, Drafts, Filter, Identity, IntoValue, Linked, Nav, Navigate, NestedWrite, Path, Plain, RawPath,
        Relation, ToMany, ToOne, ToOptional, Unique, UniqueKey, Wrap, one_core, sub,
    },
    schema::{Absent, Direction, Field, Fill, IndexKey, IndexSchema, Kind, Link, RelationKind, RelationSchema, Role, Schema},
};
pub use std::{marker::PhantomData, sync::LazyLock, vec::Vec};

/// The declaration of a field of type `T`.
#[must_use]
pub const fn field<T: FieldType>(name: &'static str, stored: &'static str) -> Field {
    Field::new(name, stored, T::KIND, T::ABSENT)
}

/// What a version reads as where a document has none.
#[must_use]
pub const fn first_version() -> i64 {
    crate::schema::FIRST_VERSION
}

/// The path of an index; a negative `sign` is descending.
#[must_use]
pub fn index_key<R, T: FieldType, K>(path: &Path<R, T, K>, sign: i32) -> IndexKey {
    let direction = if sign < 0 { Direction::Descending } else { Direction::Ascending };
    IndexKey { path: path.stored().to_owned(), direction, kind: T::KIND, absent: T::ABSENT }
}

/// The fields of a composite, as a function for [`Kind::Composite`].
#[must_use]
pub fn fields_of<C: Composite>() -> &'static [Field] {
    C::FIELDS
}

/// Writes the stored name of a variant.
pub fn encode_enum<E: Enum>(value: &E, w: &mut Writer) {
    crate::model::encode_enum(value, w);
}

/// Reads a variant by its stored name.
///
/// # Errors
/// An unknown name, with the known ones.
pub fn decode_enum<'a, E: Enum>(raw: &Raw<'a>) -> Result<E, DecodeError> {
    crate::model::decode_enum(raw)
}
