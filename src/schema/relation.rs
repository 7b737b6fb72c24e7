//! A relation as a model declares it.

use super::{Field, KeyPath, Schema, key_path};

/// How many stand on either side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelationKind {
    /// One on both sides.
    OneToOne,
    /// One here, many there; they hold the key.
    OneToMany,
    /// Many here, which hold the key, one there.
    ManyToOne,
    /// Many on both sides, by lists of ids.
    ManyToMany,
}

/// Where the key of a relation is stored. Names are those in Rust, dotted below a composite: `lines.product_id`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// In a field of this model.
    Here(&'static str),
    /// In a field of the related model.
    There(&'static str),
    /// In lists of ids, here, there or on both sides.
    Lists {
        /// The list of this model.
        ids: Option<&'static str>,
        /// The list of the related model.
        inverse: Option<&'static str>,
    },
}

/// What becomes of the documents whose key names a document that is deleted, or whose referenced value changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReferentialAction {
    /// They are deleted too; their keys follow a changed value.
    Cascade,
    /// They hold it back: the write is refused.
    Restrict,
    /// Their keys become `None`.
    SetNull,
    /// Nothing: their keys lead nowhere from then on.
    NoAction,
}

impl ReferentialAction {
    /// What a key does that says nothing: one that is always there holds its document back, and one that may be `None` becomes so.
    pub(crate) const fn of_key(required: bool) -> Self {
        if required { Self::Restrict } else { Self::SetNull }
    }
}

/// A declared relation.
#[derive(Clone, Copy, Debug)]
pub struct RelationSchema {
    /// The field's name.
    pub name: &'static str,
    /// How many stand on either side.
    pub kind: RelationKind,
    /// Whether the related document must be there (`Related<T>`, not `Related<Option<T>>` or a list).
    pub required: bool,
    /// The related model.
    pub target: fn() -> &'static Schema,
    /// Where the key is stored.
    pub link: Link,
    /// The field that the key names, of the model that does not hold it, where that is not the id.
    pub references: Option<&'static str>,
    /// The relation of the other model that is the same seen from there, where the declaration names it.
    pub inverse_of: Option<&'static str>,
    /// What becomes of the documents of this model when the one that their key names is deleted. None where the key is not here, and where
    /// the key is part of a composite and the declaration does not say: then it is `Restrict` for a key that is always there, and else
    /// `SetNull`.
    pub on_delete: Option<ReferentialAction>,
    /// The same where the value that the key references changes, which an id never does.
    pub on_update: Option<ReferentialAction>,
}

/// How long the lists of ids that relations keep may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct IdListLimit {
    /// From how many ids on it is said that a list is long.
    pub(crate) warn: usize,
    /// How many ids a list may have.
    pub(crate) most: usize,
}

impl Default for IdListLimit {
    fn default() -> Self {
        Self { warn: 10_000, most: 100_000 }
    }
}

impl RelationSchema {
    /// Whether a link that is made by it writes nothing of the related document, which must be there all the same: its key is here, and a
    /// delete or a change of what the key names takes notice of it, or its id stands in a list of this side alone.
    pub(crate) fn needs_lock(&self) -> bool {
        let acts = |action: Option<ReferentialAction>| action.is_some_and(|action| action != ReferentialAction::NoAction);
        match self.link {
            Link::Here(_) => acts(self.on_delete) || (self.references.is_some() && acts(self.on_update)),
            Link::There(_) => false,
            Link::Lists { ids, inverse } => ids.is_some() && inverse.is_none(),
        }
    }

    /// The key by which documents of `schema`, which declares the relation, name others: of their own, in a composite, or in each composite
    /// of a list. None where the key is not here, and of a list of ids.
    pub(crate) fn key_here(&self, schema: &'static Schema) -> Option<&'static KeyPath> {
        let (Link::Here(name) | Link::Lists { ids: Some(name), .. }) = self.link else { return None };
        key_path(schema, name).ok().filter(|path| !path.is_list())
    }

    /// What becomes of documents of `schema`, which declares the relation, when the one that their key names is deleted, and when what the key
    /// references changes: as the declaration says, or as their key does that says nothing. None where the key is not here.
    pub(crate) fn actions(&self, schema: &'static Schema) -> Option<[ReferentialAction; 2]> {
        self.key_here(schema).map(|key| [key.action(self.on_delete), key.action(self.on_update)])
    }

    /// The field of `of`, the model that does not hold the key, that the key names.
    pub(crate) fn referenced(&self, of: &Schema) -> Option<&'static Field> {
        match self.references {
            Some(name) => of.field(name),
            None => of.fields.iter().find(|field| field.stored == "_id"),
        }
    }
}

/// Whether `list`, a model and the stored name of its list of ids, is the authority of the two lists of a relation: a link exists exactly when
/// this one has it. It is the one with the smaller `collection.field`, whichever end asks.
pub(crate) fn is_authority(list: (&Schema, &str), other: (&Schema, &str)) -> bool {
    let name = |(schema, stored): (&Schema, &str)| format!("{}.{stored}", schema.collection);
    name(list) < name(other)
}
