//! What follows from a relation: where its key is.

use crate::ir::{ModelIr, Name, RelationIr, RelationKind};

/// Where the key of a relation is.
#[derive(Clone, Copy)]
pub(crate) enum LinkIr<'a> {
    Here(&'a Name),
    There(&'a Name),
    Lists { ids: Option<&'a Name>, inverse: Option<&'a Name> },
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
}
