//! What follows from the IR: which fields a draft requires, what kind of path a field has, which indexes there are in all.
//! Pure questions, asked by `check` and `expand` alike, so that a rule and the code it protects cannot disagree.

use crate::{
    ir::{BodyIr, DefaultValue, Direction, FieldIr, IndexIr, IndexKeyIr, ModelIr, Name, RelationIr, RelationKind},
    shape::{LISTS, MAPS, OBJECT_IDS, is_named, is_option},
};
use proc_macro2::{Ident, Span};
use syn::ext::IdentExt;

/// The most required fields that a draft can count, which is the length of the library's table of states.
pub(crate) const MAX_REQUIRED: usize = 32;

/// The most fields that an accessor of a compound key has, which is the longest key of the library.
pub(crate) const MAX_KEY: usize = 4;

/// The functions that every model has beside its constants.
pub(crate) const MODEL_FUNCTIONS: [&str; 2] = ["draft", "all"];

/// What a field's path may be used for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum PathKind {
    Plain,
    Defaulted,
    Unique,
    Identity,
    Linked,
}

/// Where the key of a relation is.
#[derive(Clone, Copy)]
pub(crate) enum LinkIr<'a> {
    Here(&'a Name),
    There(&'a Name),
    Lists { ids: Option<&'a Name>, inverse: Option<&'a Name> },
}

/// A compound key with an accessor.
pub(crate) struct CompoundKey<'a> {
    pub(crate) accessor: Ident,
    pub(crate) fields: Vec<&'a FieldIr>,
    pub(crate) span: Span,
}

/// The name of a field without `r#`, by which attributes call it.
pub(crate) fn plain(ident: &Ident) -> String {
    ident.unraw().to_string()
}

/// The name as generated code bears it: resolved where the derive stands, but shown where the user wrote it.
pub(crate) fn located(ident: &Ident) -> Ident {
    let mut located = ident.clone();
    located.set_span(Span::call_site().located_at(ident.span()));
    located
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
        !filled && !is_option(&self.ty) && !is_named(&self.ty, LISTS) && !is_named(&self.ty, MAPS)
    }

    pub(crate) fn has_constant_default(&self) -> bool {
        matches!(self.default.as_ref().map(|default| &default.value), Some(DefaultValue::Constant(_)))
    }

    /// True if a missing value is read as this field's default. A missing `Option` is `None`: its default only fills a draft.
    pub(crate) fn reads_default(&self) -> bool {
        self.has_constant_default() && !is_option(&self.ty)
    }
}

impl BodyIr {
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| plain(&field.ident) == name)
    }

    pub(crate) fn field(&self, name: &str) -> Option<&FieldIr> {
        self.position(name).map(|index| &self.fields[index])
    }
}

impl IndexIr {
    /// The field, if it is the only one.
    pub(crate) fn sole_field(&self) -> Option<String> {
        match self.keys.as_slice() {
            [key] => key.plain_field(),
            _ => None,
        }
    }

    /// What makes it this index and no other.
    pub(crate) fn signature(&self) -> Vec<(String, Direction)> {
        self.keys.iter().map(|key| (key.path(), key.direction)).collect()
    }
}

impl IndexKeyIr {
    /// The dotted path as it is written.
    pub(crate) fn path(&self) -> String {
        self.segments.iter().map(plain).collect::<Vec<_>>().join(".")
    }

    /// The field, if nothing below it is meant.
    pub(crate) fn plain_field(&self) -> Option<String> {
        match self.segments.as_slice() {
            [field] => Some(plain(field)),
            _ => None,
        }
    }
}

impl ModelIr {
    /// Where the relation's key is; nothing where the declaration does not say, which is an error.
    pub(crate) fn link<'a>(&self, relation: &'a RelationIr) -> Option<LinkIr<'a>> {
        let key = relation.foreign_key.as_ref();
        match relation.kind {
            RelationKind::ManyToOne => key.map(LinkIr::Here),
            RelationKind::OneToMany => key.map(LinkIr::There),
            RelationKind::OneToOne if key.is_some_and(|key| self.body.field(&key.text).is_some()) => key.map(LinkIr::Here),
            RelationKind::OneToOne => key.map(LinkIr::There),
            RelationKind::ManyToMany => Some(LinkIr::Lists { ids: relation.ids.as_ref(), inverse: relation.inverse_ids.as_ref() }),
        }
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

    /// True if at most one document has a given value: declared so on the field or the model, or the key of a OneToOne.
    pub(crate) fn is_unique(&self, field: &FieldIr) -> bool {
        let name = plain(&field.ident);
        field.index.as_ref().is_some_and(|index| index.unique)
            || self.indexes.iter().any(|index| index.unique && index.sole_field().as_ref() == Some(&name))
            || self.relations.iter().any(|relation| {
                relation.kind == RelationKind::OneToOne && matches!(self.link(relation), Some(LinkIr::Here(key)) if key.text == name)
            })
    }

    /// Those of the model, those of its fields, and those that its relations need to be fast.
    pub(crate) fn declared_indexes(&self) -> Vec<IndexIr> {
        let mut all = self.indexes.clone();
        for field in &self.body.fields {
            if let Some(index) = &field.index {
                all.push(index_of(field, index.unique, index.direction, index.span));
            }
        }
        all
    }

    /// The declared ones, and one for each key and id list that none of them covers.
    pub(crate) fn resolved_indexes(&self) -> Vec<IndexIr> {
        let mut all = self.declared_indexes();
        for relation in &self.relations {
            let key = match self.link(relation) {
                Some(LinkIr::Here(key)) | Some(LinkIr::Lists { ids: Some(key), .. }) => key,
                _ => continue,
            };
            let covered = all.iter().any(|index| index.sole_field().as_ref() == Some(&key.text));
            if let Some(field) = self.body.field(&key.text)
                && !covered
                && field.id.is_none()
            {
                all.push(index_of(field, false, Direction::Ascending, key.span));
            }
        }
        // A plain index on a unique field would be a second one with the same keys, which the server refuses.
        for index in &mut all {
            let field = index.sole_field().and_then(|name| self.body.field(&name));
            index.unique |= field.is_some_and(|field| self.is_unique(field));
        }
        all
    }

    /// The required fields, by position: the slots of the draft.
    pub(crate) fn required(&self) -> Vec<usize> {
        (0..self.body.fields.len()).filter(|index| self.body.fields[*index].is_required()).collect()
    }

    /// The compound keys that one value can look up: all their fields stand directly in this model.
    pub(crate) fn compound_keys(&self) -> Vec<CompoundKey<'_>> {
        self.indexes.iter().filter_map(|index| self.compound_key(index)).collect()
    }

    pub(crate) fn compound_key(&self, index: &IndexIr) -> Option<CompoundKey<'_>> {
        if !index.unique || !(2..=MAX_KEY).contains(&index.keys.len()) {
            return None;
        }
        let names: Vec<String> = index.keys.iter().map(IndexKeyIr::plain_field).collect::<Option<_>>()?;
        let fields: Vec<&FieldIr> = names.iter().map(|name| self.body.field(name)).collect::<Option<_>>()?;
        let accessor =
            index.accessor.as_ref().map_or_else(|| Ident::new(&names.join("_"), Span::call_site().located_at(index.span)), located);
        let span = index.accessor.as_ref().map_or(index.span, Ident::span);
        Some(CompoundKey { accessor, fields, span })
    }
}

fn index_of(field: &FieldIr, unique: bool, direction: Direction, span: Span) -> IndexIr {
    let key = IndexKeyIr { segments: vec![field.ident.clone()], direction };
    IndexIr { keys: vec![key], unique, accessor: None, map: None, span }
}
