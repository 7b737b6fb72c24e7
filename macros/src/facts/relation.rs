//! What follows from a relation: where its key is.

use super::plain;
use crate::ir::{KeyIr, ModelIr, RelationIr, RelationKind};

/// Where the key of a relation is.
#[derive(Clone, Copy)]
pub(crate) enum LinkIr<'a> {
    Here(&'a KeyIr),
    There(&'a KeyIr),
    Lists { ids: Option<&'a KeyIr>, inverse: Option<&'a KeyIr> },
}

impl KeyIr {
    /// The name of the field, and not of what lies below it.
    pub(crate) fn first(&self) -> String {
        self.segments.first().map(plain).unwrap_or_default()
    }

    /// Whether it is a part of a composite, which is set as a whole.
    pub(crate) fn is_part(&self) -> bool {
        self.segments.len() > 1
    }
}

impl LinkIr<'_> {
    /// Whether a key or list of ids is a part of a composite: nothing but the composite as a whole can set it.
    pub(crate) fn is_part(self) -> bool {
        match self {
            Self::Here(key) | Self::There(key) => key.is_part(),
            Self::Lists { ids, inverse } => [ids, inverse].into_iter().flatten().any(KeyIr::is_part),
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
            RelationKind::OneToOne if key.is_some_and(|key| self.holds(key)) => key.map(LinkIr::Here),
            RelationKind::OneToOne => key.map(LinkIr::There),
            RelationKind::ManyToMany => Some(LinkIr::Lists { ids: relation.ids.as_ref(), inverse: relation.inverse_ids.as_ref() }),
        }
    }

    /// Whether the key starts with a field of this model.
    fn holds(&self, key: &KeyIr) -> bool {
        if key.is_part() { self.body.start(&key.first()).is_some() } else { self.body.field(&key.text).is_some() }
    }
}
