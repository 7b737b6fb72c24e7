//! What follows from the indexes: all that there are, and which fields they make unique.

use super::{LinkIr, plain};
use crate::ir::{Direction, FieldIr, IndexIr, IndexKeyIr, ModelIr, RelationKind, TextIr};
use proc_macro2::{Ident, Span};

/// A path as it is written: the field, and the methods below it.
pub(crate) fn dotted(path: &[Ident]) -> String {
    path.iter().map(plain).collect::<Vec<_>>().join(".")
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
        dotted(&self.segments)
    }

    /// The field, if nothing below it is meant.
    pub(crate) fn plain_field(&self) -> Option<String> {
        match self.segments.as_slice() {
            [field] => Some(plain(field)),
            _ => None,
        }
    }
}

impl TextIr {
    /// How much a word in the path counts.
    pub(crate) fn weight(&self, path: &[Ident]) -> i32 {
        let given = self.weights.iter().find(|given| dotted(&given.path) == dotted(path));
        given.map_or(1, |given| given.weight)
    }
}

impl ModelIr {
    /// True if at most one document has a given value: declared so on the field or the model, or the key of a OneToOne.
    pub(crate) fn is_unique(&self, field: &FieldIr) -> bool {
        let name = plain(&field.ident);
        field.index.as_ref().is_some_and(|index| index.unique)
            || self.indexes.iter().any(|index| index.unique && index.sole_field().as_ref() == Some(&name))
            || self.relations.iter().any(|relation| {
                relation.kind == RelationKind::OneToOne && matches!(self.link(relation), Some(LinkIr::Here(key)) if key.text == name)
            })
    }

    /// Those of the model, and those of its fields.
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
}

fn index_of(field: &FieldIr, unique: bool, direction: Direction, span: Span) -> IndexIr {
    let key = IndexKeyIr { segments: vec![field.ident.clone()], direction };
    IndexIr { keys: vec![key], unique, accessor: None, map: None, span }
}
