//! What follows from one field, and from the fields of one type.

use super::plain;
use crate::{
    ir::{BodyIr, DefaultValue, FieldIr, FlatIr, ModelIr, NativeForm, RelationKind},
    shape::{LISTS, MAPS, OBJECT_IDS, is_named, is_option, unboxed},
};
use proc_macro2::Ident;

/// The most required fields that a draft can count, which is the length of the library's table of states.
pub(crate) const MAX_REQUIRED: usize = 32;

/// What a field's path may be used for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum PathKind {
    Plain,
    Defaulted,
    Unique,
    Identity,
    Linked,
}

/// What a path starts with.
#[derive(Clone, Copy)]
pub(crate) enum Start<'a> {
    Field(&'a FieldIr),
    Flat(&'a FlatIr),
}

impl Start<'_> {
    /// The path constant.
    pub(crate) fn constant(&self) -> &Ident {
        match self {
            Self::Field(field) => &field.constant,
            Self::Flat(flat) => &flat.constant,
        }
    }
}

impl FieldIr {
    /// True if the library makes up an id where the draft has none.
    pub(crate) fn generates_object_id(&self) -> bool {
        self.id.is_some() && self.default.is_none() && self.auto_increment.is_none() && is_named(&self.ty, OBJECT_IDS)
    }

    /// True if a draft without this field is incomplete.
    pub(crate) fn is_required(&self) -> bool {
        let filled = self.default.is_some()
            || self.updated_at.is_some()
            || self.version.is_some()
            || self.auto_increment.is_some()
            || self.generates_object_id();
        let ty = unboxed(&self.ty);
        !filled && !is_option(ty) && !is_named(ty, LISTS) && !is_named(ty, MAPS)
    }

    pub(crate) fn has_constant_default(&self) -> bool {
        matches!(self.default.as_ref().map(|default| &default.value), Some(DefaultValue::Constant(_) | DefaultValue::Json(_)))
    }

    /// True if a missing value is read as this field's default. A missing `Option` is `None`: its default only fills a draft.
    pub(crate) fn reads_default(&self) -> bool {
        self.has_constant_default() && !is_option(&self.ty)
    }

    /// What `as` or `serde` says.
    pub(crate) fn form(&self) -> Option<NativeForm> {
        self.native.map(|native| native.form)
    }
}

impl BodyIr {
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| plain(&field.ident) == name)
    }

    pub(crate) fn field(&self, name: &str) -> Option<&FieldIr> {
        self.position(name).map(|index| &self.fields[index])
    }

    /// What a path into a document may start with: a stored field, or a flattened composite.
    pub(crate) fn start(&self, name: &str) -> Option<Start<'_>> {
        let flat = || self.flattened.iter().find(|flat| plain(&flat.ident) == name).map(Start::Flat);
        self.field(name).map(Start::Field).or_else(flat)
    }

    /// The names of the fields without which a draft is incomplete, in the order of its slots.
    pub(crate) fn required(&self) -> Vec<&Ident> {
        let own = self.fields.iter().filter(|field| field.is_required()).map(|field| &field.ident);
        own.chain(self.flattened.iter().map(|flat| &flat.ident)).collect()
    }

    /// True if the type keeps or refuses what it does not declare, and so cannot share a document with another type.
    pub(crate) fn is_closed(&self) -> bool {
        self.deny_unknown.is_some() || !self.extras.is_empty()
    }
}

impl ModelIr {
    /// The type that has the path constants.
    pub(crate) fn path_root(&self) -> &Ident {
        self.paths.as_ref().unwrap_or(&self.head.ident)
    }

    pub(crate) fn path_kind(&self, field: &FieldIr) -> PathKind {
        if field.id.is_some() {
            PathKind::Identity
        } else if self.is_linked(field) {
            PathKind::Linked
        } else if self.is_unique(field) {
            PathKind::Unique
        } else if field.reads_default() {
            PathKind::Defaulted
        } else {
            PathKind::Plain
        }
    }

    /// True for the ids of a two-sided relation: only the relation may write them, or the two sides would drift apart.
    pub(crate) fn is_linked(&self, field: &FieldIr) -> bool {
        let name = plain(&field.ident);
        self.relations.iter().any(|relation| {
            relation.kind == RelationKind::ManyToMany
                && relation.inverse_ids.is_some()
                && relation.ids.as_ref().is_some_and(|ids| ids.text == name)
        })
    }
}
