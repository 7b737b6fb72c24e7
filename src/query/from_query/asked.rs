//! [`Asked`]: the declared field that a key of a query string names.
//!
//! A key has the names of the declaration, `address.city`; it may have stored ones, `address.town`, where no field has that name in Rust.

use super::{
    refused::{Refused, one_of, shown},
    scope::Scope,
};
use crate::{
    query::RawPath,
    schema::{Absent, Field, Kind, Layout},
};

/// A field that a condition is made on.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) path: RawPath,
    pub(super) field: &'static Field,
    /// Whether the path leads through a list of composites, and so to many values.
    pub(super) is_listed: bool,
    /// Whether it may be `None`, by itself or by what it stands in.
    pub(super) is_optional: bool,
}

impl Asked {
    /// The field of these documents that `key` names.
    ///
    /// # Errors
    /// A name that none of the open fields has, with those that there are in its place.
    pub(super) fn find(layout: Layout, scope: &Scope, key: &str) -> Result<Self, Refused> {
        let mut level = Level { layout, path: None, name: String::new(), is_listed: false, is_optional: false };
        let (above, last) = key.rsplit_once('.').map_or((None, key), |(above, last)| (Some(above), last));
        for segment in above.into_iter().flat_map(|above| above.split('.')) {
            match level.named(segment, scope).and_then(|field| level.below(field)) {
                Some(below) => level = below,
                None => return Err(level.refuse(key, scope)),
            }
        }
        let Some(field) = level.named(last, scope) else { return Err(level.refuse(key, scope)) };
        if level.has_conditions(field, scope) {
            return Ok(level.asked(field));
        }
        // A composite, which has conditions on its fields only.
        Err(level.below(field).unwrap_or(level).refuse(key, scope))
    }
}

/// The fields of a document or of a composite in it.
struct Level {
    layout: Layout,
    /// Of the composite; the document itself has none.
    path: Option<RawPath>,
    name: String,
    is_listed: bool,
    is_optional: bool,
}

impl Level {
    /// The open field with that name: the only one that is called so in Rust, or else the one that is stored so. Two fields of one name come
    /// from composites that are flattened.
    fn named(&self, name: &str, scope: &Scope) -> Option<&'static Field> {
        let fields: &'static [Field] = self.layout.fields;
        let mut declared = fields.iter().filter(|&field| field.name == name && self.is_open(field, scope));
        match (declared.next(), declared.next()) {
            (Some(field), None) => Some(field),
            _ => fields.iter().find(|&field| field.stored == name && self.is_open(field, scope)),
        }
    }

    /// Whether there may be conditions on the field or on what is in it.
    fn is_open(&self, field: &'static Field, scope: &Scope) -> bool {
        scope.leads(&self.path_of(field)) && (self.has_conditions(field, scope) || self.below(field).is_some())
    }

    fn has_conditions(&self, field: &'static Field, scope: &Scope) -> bool {
        // What nobody declared has no path in Rust either.
        field.read.is_some() && scope.allows(&self.path_of(field)) && !self.asked(field).families().is_empty()
    }

    fn asked(&self, field: &'static Field) -> Asked {
        Asked {
            path: self.path_of(field),
            field,
            is_listed: self.is_listed,
            // Below an `Option` a value is one too, but a list is empty there.
            is_optional: field.absent == Absent::Null || self.is_optional && field.absent == Absent::Never,
        }
    }

    /// The fields of the composite, or of the composites in the list, that this field holds; nothing of a union, whose fields depend on its
    /// variant.
    fn below(&self, field: &'static Field) -> Option<Self> {
        let (shape, is_list) = match &field.kind {
            Kind::Composite(shape) => (shape(), false),
            Kind::Array(Kind::Composite(shape)) => (shape(), true),
            _ => return None,
        };
        if shape.tag.is_some() || shape.fields.iter().all(|field| field.read.is_none()) {
            return None;
        }
        Some(Self {
            layout: Layout::from(shape),
            path: Some(self.path_of(field)),
            name: self.name_of(field),
            is_listed: self.is_listed || is_list,
            is_optional: self.is_optional || field.absent == Absent::Null,
        })
    }

    fn path_of(&self, field: &Field) -> RawPath {
        match &self.path {
            Some(above) => RawPath::of(&[above.stored(), field.stored]),
            None => RawPath::new(field.stored),
        }
    }

    /// By its name in Rust, or the stored one where another field has the same.
    fn name_of(&self, field: &Field) -> String {
        let is_shared = self.layout.fields.iter().filter(|other| other.name == field.name).count() > 1;
        let name = if is_shared { field.stored } else { field.name };
        if self.name.is_empty() { name.to_owned() } else { format!("{}.{name}", self.name) }
    }

    fn refuse(&self, key: &str, scope: &Scope) -> Refused {
        let fields: &'static [Field] = self.layout.fields;
        let open = fields.iter().filter(|&field| self.is_open(field, scope));
        let names: Vec<String> = open.map(|field| self.name_of(field)).collect();
        let rule = if names.is_empty() { "a field, of which none is open here".to_owned() } else { one_of("the fields ", names) };
        Refused::new(shown(key), rule)
    }
}
