//! A model: its collection and everything declared in it.

use super::{CollectionKind, Field, IndexSchema, Link, RelationSchema, Role, Shape, Tag};

/// A model as it is declared.
#[derive(Debug)]
pub struct Schema {
    /// The struct's name.
    pub model: &'static str,
    /// The collection that holds its documents.
    pub collection: &'static str,
    /// How the server keeps them.
    pub storage: CollectionKind,
    /// Its stored fields, in order; of a model of several shapes those that every document has, the tag first.
    pub fields: &'static [Field],
    /// What tells the shapes of a model with several apart.
    pub tag: Option<Tag>,
    /// Its relations, in order.
    pub relations: &'static [RelationSchema],
    /// Its indexes: declared ones, those of unique fields, and those of keys and id lists.
    pub indexes: Vec<IndexSchema>,
    /// Whether fields that it does not declare are kept, in a field marked `extra`.
    pub extra: bool,
    /// Whether a document with a field that it does not declare cannot be read.
    pub deny_unknown: bool,
    /// Whether the server checks its documents too, by a `$jsonSchema` that `sync` sets.
    pub validator: bool,
    /// Whether `sync` creates the collection and its indexes; they are managed elsewhere where it does not.
    pub sync: bool,
}

impl Schema {
    /// The declaration of documents that no collection holds, such as a pipeline makes them.
    pub(crate) const fn of_shape(shape: &'static Shape) -> Self {
        Self {
            model: shape.name,
            collection: "",
            storage: CollectionKind::Plain,
            fields: shape.fields,
            tag: shape.tag,
            relations: &[],
            indexes: Vec::new(),
            extra: false,
            deny_unknown: shape.closed,
            validator: false,
            sync: false,
        }
    }

    /// A declaration with nothing in it, for tests to fill.
    #[cfg(test)]
    pub(crate) fn bare(model: &'static str, collection: &'static str) -> Self {
        Self {
            model,
            collection,
            storage: CollectionKind::Plain,
            fields: &[],
            tag: None,
            relations: &[],
            indexes: Vec::new(),
            extra: false,
            deny_unknown: false,
            validator: false,
            sync: true,
        }
    }

    /// The field with that name in Rust.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The relation with that name.
    #[must_use]
    pub fn relation(&self, name: &str) -> Option<&'static RelationSchema> {
        self.relations.iter().find(|relation| relation.name == name)
    }

    /// The relation that keeps this list of ids true to one on the other side, where there is one: nothing else may change the list.
    pub(crate) fn kept_by(&self, field: &Field) -> Option<&'static RelationSchema> {
        let keeps =
            |relation: &&RelationSchema| matches!(relation.link, Link::Lists { ids: Some(ids), inverse: Some(_) } if ids == field.name);
        self.relations.iter().find(keeps)
    }

    /// The field with that role.
    #[must_use]
    pub fn with_role(&self, role: Role) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.role == role)
    }
}

/// `roots` and every model that they lead to through relations, each once, in the order in which they are met.
pub(crate) fn registered_with(roots: &[&'static Schema]) -> Vec<&'static Schema> {
    let mut found: Vec<&'static Schema> = Vec::new();
    let mut open: Vec<&'static Schema> = roots.iter().rev().copied().collect();
    while let Some(schema) = open.pop() {
        if found.iter().any(|known| std::ptr::eq(*known, schema)) {
            continue;
        }
        found.push(schema);
        open.extend(schema.relations.iter().rev().map(|relation| (relation.target)()));
    }
    found
}
