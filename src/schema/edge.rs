//! [`Edge`]: a key or a list of ids as it is stored, which is the same seen from both ends of its relation.
//!
//! Made of the relations that models declare; read by `render/check.rs` and `relation/check`, which look at what is stored there.

use super::{Absent, Field, Link, RelationSchema, Schema, is_authority};

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
    pub(crate) field: &'static Field,
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

impl Edge {
    fn is(&self, other: &Self) -> bool {
        let key = |edge: &Self| (edge.holder.collection, edge.field.stored, edge.target.collection, edge.named);
        key(self) == key(other)
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
    let edge = |holder: &'static Schema, field: &'static Field, target: &'static Schema, named: &'static str, form: Form| Edge {
        owner: schema,
        relation: relation.name,
        holder,
        field,
        target,
        named,
        form,
    };
    let key = |holder: &'static Schema, key: &str, target: &'static Schema| {
        let (field, named) = (holder.field(key)?, relation.referenced(target)?);
        Some(edge(holder, field, target, named.stored, Form::Key { required: field.absent == Absent::Never }))
    };
    let list = |holder: &'static Schema, ids: Option<&str>, target: &'static Schema, other: Option<&str>| {
        let field = holder.field(ids?)?;
        let form = match other.and_then(|other| target.field(other)) {
            None => Form::List,
            Some(other) => {
                let (this, there) = ((holder, field.stored), (target, other.stored));
                Form::Mutual { other: other.stored, leads: !is_authority(there, this) }
            }
        };
        Some(edge(holder, field, target, "_id", form))
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
