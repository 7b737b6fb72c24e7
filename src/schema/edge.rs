//! [`Edge`]: a key or a list of ids as it is stored, which is the same seen from both ends of its relation.
//!
//! Made of the relations that models declare; read by `render/check.rs` and `relation/check`, which look at what is stored there.

use super::{KeyPath, Link, RelationSchema, Schema, is_authority, key_path};

/// Where documents of one model name those of another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Edge {
    /// The model that declares the relation: where both ends do, the one that holds the key or list.
    pub(crate) owner: &'static Schema,
    /// The relation's name there.
    pub(crate) relation: &'static str,
    /// The model whose documents hold the key or list.
    pub(crate) holder: &'static Schema,
    /// The key or list.
    pub(crate) key: &'static KeyPath,
    /// The model whose documents are named.
    pub(crate) target: &'static Schema,
    /// The stored field by which they are.
    pub(crate) named: &'static str,
    pub(crate) form: Form,
}

/// What is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// One key.
    Key {
        /// Whether the model cannot be without.
        required: bool,
    },
    /// A list of ids, of which the other side knows nothing.
    List,
    /// A list of ids beside that of the other side, both of which say the same.
    Mutual {
        /// The stored name of the other side's list.
        other: &'static str,
        /// Whether a link exists exactly when this list has it. Both lists of one field that is its own other side do: neither loses a link.
        leads: bool,
    },
}

/// What becomes of a key or id that leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Loose {
    /// It is set to none.
    Cleared,
    /// It is pulled from its list.
    Pulled,
    /// It stays: without it, what it is a part of could not be read.
    Left,
}

impl Edge {
    fn is(&self, other: &Self) -> bool {
        let key = |edge: &Self| (edge.holder.collection, edge.key.stored.as_str(), edge.target.collection, edge.named);
        key(self) == key(other)
    }

    /// What becomes of a key or id that leads nowhere.
    pub(crate) fn loose(&self) -> Loose {
        let may_be_none = self.key.may_be_none() && !self.key.is_list();
        match self.form {
            Form::List | Form::Mutual { .. } if self.key.through().is_none() => Loose::Pulled,
            // Of lists in lists the server takes no path that leads to each that is there.
            _ if may_be_none && self.key.lists.len() < 2 => Loose::Cleared,
            _ => Loose::Left,
        }
    }

    /// Whether an id may come twice: composites of a list may name the same.
    pub(crate) fn may_repeat(&self) -> bool {
        self.key.through().is_some()
    }
}

/// All relations that these models declare.
pub(crate) fn relations_of(schemas: &[&'static Schema]) -> Vec<(&'static Schema, &'static RelationSchema)> {
    schemas.iter().copied().flat_map(|schema| schema.relations.iter().map(move |relation| (schema, relation))).collect()
}

/// The keys and lists by which these relations go, each once.
pub(crate) fn edges(relations: &[(&'static Schema, &'static RelationSchema)]) -> Vec<Edge> {
    let mut found: Vec<Edge> = Vec::new();
    for edge in relations.iter().flat_map(|&(schema, relation)| edges_of(schema, relation)) {
        match found.iter_mut().find(|known| known.is(&edge)) {
            // The end that holds it names it best.
            Some(known) if !std::ptr::eq(known.owner, known.holder) && std::ptr::eq(edge.owner, edge.holder) => *known = edge,
            Some(_) => {}
            None => found.push(edge),
        }
    }
    found
}

/// The key or the lists by which one relation goes. What `connect` refuses has none.
fn edges_of(schema: &'static Schema, relation: &'static RelationSchema) -> Vec<Edge> {
    let target = (relation.target)();
    let edge = |holder: &'static Schema, key: &'static KeyPath, target: &'static Schema, named: &'static str, form: Form| Edge {
        owner: schema,
        relation: relation.name,
        holder,
        key,
        target,
        named,
        form,
    };
    let key = |holder: &'static Schema, name: &'static str, target: &'static Schema| {
        let (key, named) = (key_path(holder, name).ok()?, relation.referenced(target)?);
        Some(edge(holder, key, target, named.stored, Form::Key { required: !key.is_optional }))
    };
    let list = |holder: &'static Schema, ids: Option<&'static str>, target: &'static Schema, other: Option<&'static str>| {
        let key = key_path(holder, ids?).ok()?;
        let form = match other.and_then(|other| key_path(target, other).ok()) {
            None => Form::List,
            Some(other) => {
                let (this, there) = ((holder, key.stored.as_str()), (target, other.stored.as_str()));
                Form::Mutual { other: &other.stored, leads: !is_authority(there, this) }
            }
        };
        Some(edge(holder, key, target, "_id", form))
    };
    match relation.link {
        Link::Here(name) => key(schema, name, target).into_iter().collect(),
        Link::There(name) => key(target, name, schema).into_iter().collect(),
        Link::Lists { ids, inverse } => {
            let both = [list(schema, ids, target, inverse), list(target, inverse, schema, ids)];
            let mut found: Vec<Edge> = both.into_iter().flatten().collect();
            // Of a list that is its own other side there is one.
            found.dedup_by(|second, first| first.is(second));
            found
        }
    }
}
