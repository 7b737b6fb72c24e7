//! All that generated code may call. Not for use by hand: it changes with the macros.
//!
//! Filled by the rooms below, read by what the derive macros expand to. Logic lives here, so that the expansion stays data and calls.

pub use crate::{
    codec::{
        AsBinary, AsDate, AsDecimal, AsDouble, AsLong, AsObjectId, AsSerde, AsString, AsTimestamp, Decode, DecodeError, Encode,
        EncodeDocument, MapKey, Name, Native, Raw, Storage, StructReader, Via, Writer, encode_extra, find_tag,
    },
    model::{
        Composite, Enum, FieldType, FillRelated, Fills, Given, Id, Model, Registered, Related, Root, Set, SetAt, Unset, Unwound, View,
    },
    query::{
        Complete, Defaulted, DraftCore, Drafts, Expiring, Filter, Flattened, Identity, IntoFilter, IntoValue, Linked, Nav, Navigate,
        NestedWrite, OneValue, Path, Plain, RawPath, Relation, Searchable, Spherical, Texts, ToMany, ToOne, ToOptional, Unique, UniqueKey,
        Wrap, one_core, sub, sub_flat, sub_variant, variant_path,
    },
    schema::{
        Absent, CollationSchema, CollectionKind, Direction, EnumSchema, Field, Fill, Generator, Granularity, IndexKey, IndexSchema,
        KeyForm, Kind, Link, Pattern, ReferentialAction, RelationKind, RelationSchema, Role, Rule, Schema, Shape, Tag, TimeSeries, Variant,
    },
};
use crate::{render::render_partial, schema::Verdict};
use bson::Document;
pub use inventory::submit;
pub use regex::Regex;
pub use std::{borrow::Cow, marker::PhantomData, sync::LazyLock, vec::Vec};

/// The declaration of a field that is stored as an `S`.
#[must_use]
pub const fn field<S: FieldType + for<'a> Decode<'a>>(name: &'static str, stored: &'static str) -> Field {
    Field::new(name, stored, S::KIND, S::ABSENT).reading(try_read::<S>)
}

fn try_read<S: for<'a> Decode<'a>>(raw: &Raw<'_>) -> Result<(), DecodeError> {
    S::decode(raw).map(drop)
}

/// The tag of a model of several shapes, as one of its fields.
#[must_use]
pub const fn tag_field(stored: &'static str, names: &'static [&'static str]) -> Field {
    Field::new(stored, stored, Kind::Enum(EnumSchema::named(names)), Absent::Never)
}

/// The fields of a composite that stand among those of another type.
///
/// # Panics
/// When the declaration is compiled, where it is a union, or keeps or refuses unknown fields: it would do so with the other type's.
#[must_use]
pub const fn flat_fields<C: Composite>() -> &'static [Field] {
    assert!(C::SHAPE.tag.is_none(), "a tagged union cannot be flattened");
    assert!(!C::SHAPE.closed, "a composite with `extra` or `deny_unknown` cannot be flattened: it would take the other fields for its own");
    C::SHAPE.fields
}

/// All of these fields, in order.
///
/// # Panics
/// When the declaration is compiled, where two fields are stored under one name.
#[must_use]
pub const fn concat_fields<const N: usize>(parts: &[&[Field]]) -> [Field; N] {
    let mut all = [Field::new("", "", Kind::Any, Absent::Never); N];
    let (mut part, mut at) = (0, 0);
    while part < parts.len() {
        let mut index = 0;
        while index < parts[part].len() {
            all[at] = parts[part][index];
            let mut earlier = 0;
            while earlier < at {
                assert!(
                    !is_same(all[earlier].stored, all[at].stored),
                    "two fields are stored under one name, one of them in a flattened composite"
                );
                earlier += 1;
            }
            at += 1;
            index += 1;
        }
        part += 1;
    }
    all
}

const fn is_same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut at = 0;
    while at < a.len() && at < b.len() && a[at] == b[at] {
        at += 1;
    }
    at == a.len() && at == b.len()
}

/// What a type parameter of a composite must be.
pub trait Value: FieldType + Encode + for<'a> Decode<'a> + Send + Sync {}
impl<T: FieldType + Encode + for<'a> Decode<'a> + Send + Sync> Value for T {}

/// The field of a composite whose Rust name has the hash `H`, for keys over nested paths.
#[diagnostic::on_unimplemented(message = "`{Self}` has no such field", label = "a path of this key leads to no field")]
pub trait FieldAt<const H: u64> {
    /// The type as it is stored.
    type Type: FieldType;
    /// The stored name.
    const STORED: &'static str;
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
    key_of(path, KeyForm::Ordered(direction))
}

/// The path of an index by which documents are deleted.
#[must_use]
pub fn expiring_key<R, T: FieldType<Present: Expiring>, K>(path: &Path<R, T, K>, sign: i32) -> IndexKey {
    index_key(path, sign)
}

/// The path of a text index.
#[must_use]
pub fn text_key<R, T: FieldType<Present: Texts>, K>(path: &Path<R, T, K>) -> IndexKey {
    key_of(path, KeyForm::Text)
}

/// The path of a hashed index.
#[must_use]
pub fn hashed_key<R, T: FieldType, K: OneValue>(path: &Path<R, T, K>) -> IndexKey {
    key_of(path, KeyForm::Hashed)
}

/// The path of an index of places on the earth.
#[must_use]
pub fn sphere_key<R, T: FieldType<Present: Spherical<K>>, K>(path: &Path<R, T, K>) -> IndexKey {
    key_of(path, KeyForm::Sphere)
}

/// The path below which an index has all paths.
#[must_use]
pub fn wildcard_key<R, T: FieldType, K>(path: &Path<R, T, K>) -> IndexKey {
    key_of(path, KeyForm::Wildcard)
}

fn key_of<R, T: FieldType, K>(path: &Path<R, T, K>, form: KeyForm) -> IndexKey {
    IndexKey { path: path.stored().to_owned(), form, kind: T::KIND, absent: T::ABSENT, only: path.raw.conditions() }
}

/// The filter of a partial index as the server takes it.
///
/// # Errors
/// Why the server does not.
pub fn partial<M: Model>(filter: impl IntoFilter<M>) -> Result<Document, String> {
    render_partial(M::schema(), &filter.into_filter().expr)
}

/// The shape of a composite, as a function for [`Kind::Composite`].
#[must_use]
pub fn shape_of<C: Composite>() -> &'static Shape {
    C::SHAPE
}

/// Writes what is stored of a variant.
pub fn encode_enum<E: Enum>(value: &E, w: &mut Writer) {
    crate::model::encode_enum(value, w);
}

/// Reads a variant by what is stored of it.
///
/// # Errors
/// An unknown value, with the known ones.
pub fn decode_enum<E: Enum>(raw: &Raw<'_>) -> Result<E, DecodeError> {
    crate::model::decode_enum(raw)
}

/// Reads a variant by what is stored of it; nothing for an unknown value.
///
/// # Errors
/// A value of another type.
pub fn find_variant<E: Enum>(raw: &Raw<'_>) -> Result<Option<E>, DecodeError> {
    crate::model::find_variant(raw)
}

/// The name of a variant as the key of a map.
pub fn enum_key<E: Enum>(value: &E) -> Cow<'_, str> {
    crate::model::enum_key(value)
}

/// The variant that a map's key names.
#[must_use]
pub fn enum_of_key<E: Enum>(key: &str) -> Option<E> {
    crate::model::enum_of_key(key)
}

/// A pattern that was checked when the declaration was compiled.
#[must_use]
pub fn regex(pattern: &str) -> Regex {
    // What nothing matches stands in for one that this version of the library cannot compile: no value passes unchecked.
    Regex::new(pattern).unwrap_or_else(|_| never())
}

fn never() -> Regex {
    match Regex::new("[^\\s\\S]") {
        Ok(regex) => regex,
        Err(_) => unreachable!("a constant pattern compiles"),
    }
}

/// What a user's rule says of a stored value; nothing where it is fine, or no such value, of which the decoder speaks.
pub fn check_rule<T: for<'a> Decode<'a>, V: Verdict>(name: &str, raw: &Raw<'_>, rule: impl Fn(&T) -> V) -> Option<String> {
    rule(&T::decode(raw).ok()?).fault(name)
}

/// [`check_rule`] for a value that is stored as an `S`.
pub fn check_rule_as<S: Storage<T>, T, V: Verdict>(name: &str, raw: &Raw<'_>, rule: impl Fn(&T) -> V) -> Option<String> {
    rule(&S::decode(raw).ok()?).fault(name)
}

/// A JSON default that was checked when the declaration was compiled.
#[cfg(feature = "serde_json")]
#[must_use]
pub fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap_or_default()
}
