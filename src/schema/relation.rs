//! A relation as a model declares it.

use super::{Field, Schema};

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
}

impl RelationSchema {
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
