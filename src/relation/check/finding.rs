//! [`Finding`]: one thing that is wrong with a relation, as data that prints itself without a value of a document.
//!
//! Made of what `examine` says; read by `report` and by users.

use super::examine::Fault;
use crate::{error::DocumentId, schema::Edge};
use bson::Bson;
use std::fmt;

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FindingKind {
    /// An optional key, or an item of a list of ids, that names no document. That is also an item of another type than the ids, or null. Repair
    /// sets the key to none, and pulls the item. In a list of composites it sets the key to none where that is an `Option`, and leaves it
    /// where it is not; and so it does where the composite is optional that holds a key.
    Dangling,
    /// An id in a list, of a document that is there and does not have this one in its own list, where both sides keep one. Repair adds it there
    /// where this list is the authority, which has the smaller `collection.field`; where the other one is, it pulls the id here.
    OneSided,
    /// An id that stands in its list already, further to the front. Repair keeps the first. Composites of one list may name the same.
    Duplicate,
    /// A document whose required key is null or missing, or names no document. Repair leaves it: it would have to be deleted.
    Orphan,
    /// Something else than a list where a list of ids is expected, or bytes that are no value. Repair leaves it.
    Unreadable,
}

/// One thing that is wrong with a relation.
///
/// It prints where it is, and ids as errors do: [`detail`](Self::detail) has those that may be personal.
#[derive(Clone)]
pub struct Finding {
    /// The model that declares the relation: where both ends do, the one that holds the key or list.
    pub owner: &'static str,
    /// The relation's field there.
    pub relation: &'static str,
    /// The model whose document it is.
    pub model: &'static str,
    /// The collection that holds the document.
    pub collection: &'static str,
    /// The stored path of the key or list.
    pub field: &'static str,
    /// What is wrong.
    pub kind: FindingKind,
    /// The document's `_id`.
    pub id: DocumentId,
    /// The key or id that is wrong; none where there is none.
    pub key: Option<DocumentId>,
    stored: Box<(Bson, Option<Bson>)>,
}

impl Finding {
    pub(super) fn of(edge: &Edge, id: &Bson, fault: Fault) -> Self {
        let Edge { owner, relation, holder, key, .. } = *edge;
        Self {
            owner: owner.model,
            relation,
            model: holder.model,
            collection: holder.collection,
            field: &key.stored,
            kind: fault.kind,
            id: DocumentId::of(id),
            key: fault.key.as_ref().map(DocumentId::of),
            stored: Box::new((id.clone(), fault.key)),
        }
    }

    /// The document's `_id` as it is stored.
    #[must_use]
    pub fn stored_id(&self) -> &Bson {
        &self.stored.0
    }

    /// The key or id that is wrong, as it is stored.
    #[must_use]
    pub fn stored_key(&self) -> Option<&Bson> {
        self.stored.1.as_ref()
    }

    /// The ids also where they may be personal: `_id: ada@example.com, key: 7`.
    #[must_use]
    pub fn detail(&self) -> String {
        let key = self.key.as_ref().map_or_else(|| "none".to_owned(), DocumentId::detail);
        format!("_id: {}, key: {key}", self.id.detail())
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { owner, relation, collection, field, kind, .. } = self;
        let what = match kind {
            FindingKind::Dangling => "dangling",
            FindingKind::OneSided => "one-sided",
            FindingKind::Duplicate => "a duplicate",
            FindingKind::Orphan => "an orphan",
            FindingKind::Unreadable => "unreadable",
        };
        write!(f, "`{owner}::{relation}`: {what} by `{collection}.{field}`: _id {}", Ends(&self.id, self.key.as_ref()))
    }
}

impl fmt::Debug for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The document's id, with the key that is wrong behind it.
pub(super) struct Ends<'a>(pub(super) &'a DocumentId, pub(super) Option<&'a DocumentId>);

impl fmt::Display for Ends<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.1 {
            Some(key) => write!(f, "{} ({key})", self.0),
            None => write!(f, "{} (none)", self.0),
        }
    }
}
