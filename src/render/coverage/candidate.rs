//! The indexes that a collection has by its model's declarations, and what each gives to a read.
//!
//! Read by `service`; `advice` makes some that are not declared.

use super::{
    super::index::render_index,
    condition::{Conditions, Keys},
    name::named,
};
use crate::schema::{IndexKey, IndexSchema, Schema};
use bson::Document;

/// One key of an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    /// The stored path.
    pub(super) path: String,
    /// `1` or `-1`.
    pub(super) sign: i32,
    /// The path as attributes call it.
    pub(super) name: String,
    /// The stored path of the outermost list on the way.
    pub(super) list: Option<String>,
}

/// An index.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    /// Its name on the server.
    pub(super) name: String,
    pub(super) keys: Vec<Key>,
    pub(super) is_unique: bool,
    pub(super) is_text: bool,
    /// What documents must meet to be in it.
    partial: Option<Document>,
}

/// The indexes of a collection: that of the id, and the declared ones as they are made.
pub(super) fn candidates(schema: &Schema) -> Vec<Candidate> {
    let keys = Key::of(schema, "_id", 1, &[]).into_iter().collect();
    let id = Candidate { name: "_id_".to_owned(), keys, is_unique: true, is_text: false, partial: None };
    std::iter::once(id).chain(schema.indexes.iter().map(|index| Candidate::declared(schema, index))).collect()
}

impl Key {
    /// A key on this path; nothing where no index can be declared on it.
    pub(super) fn of(schema: &Schema, path: &str, sign: i32, tags: &[(&str, &str)]) -> Option<Self> {
        let named = named(schema, path, tags)?;
        Some(Self { path: path.to_owned(), sign, name: named.name, list: named.list })
    }
}

impl Candidate {
    fn declared(schema: &Schema, index: &IndexSchema) -> Self {
        let key = |key: &IndexKey| {
            let tags: Vec<(&str, &str)> = key.only.iter().map(|(tag, variant)| (tag.as_str(), *variant)).collect();
            let sign = key.direction.sign();
            let undeclared = || Key { path: key.path.clone(), sign, name: key.path.clone(), list: None };
            Key::of(schema, &key.path, sign, &tags).unwrap_or_else(undeclared)
        };
        Self {
            name: index.name(),
            keys: index.keys.iter().map(key).collect(),
            is_unique: index.unique,
            is_text: index.text.is_some(),
            partial: render_index(index).get_document("partialFilterExpression").ok().cloned(),
        }
    }

    /// An index that only makes reads fast, called as an attribute declares it.
    pub(super) fn plain(keys: Vec<Key>) -> Self {
        let mut index = Self { name: String::new(), keys, is_unique: false, is_text: false, partial: None };
        index.name = index.attribute();
        index
    }

    /// The attribute that declares it: `index(role, created_at = desc)`.
    pub(super) fn attribute(&self) -> String {
        let word = match (self.is_text, self.is_unique) {
            (true, _) => "text",
            (_, true) => "unique",
            _ => "index",
        };
        let key = |key: &Key| if key.sign < 0 { format!("{} = desc", key.name) } else { key.name.clone() };
        format!("{word}({})", self.keys.iter().map(key).collect::<Vec<_>>().join(", "))
    }

    /// Whether it is the id's own.
    pub(super) fn is_of_id(&self) -> bool {
        matches!(self.keys.as_slice(), [key] if key.path == "_id")
    }

    /// Whether every document that meets these conditions is in it.
    pub(super) fn has_all_of(&self, conditions: &Conditions<'_>) -> bool {
        let mut required = self.partial.iter().flat_map(Document::iter);
        required.all(|(path, required)| conditions.imply(path, required))
    }

    /// What conditions ask of each of its keys. Of several on one path the server takes that which leads to the fewest keys; and on lists
    /// only those together that are about the same item.
    pub(super) fn asked(&self, conditions: &Conditions<'_>) -> Vec<Option<Keys>> {
        let mut of_list: Option<Option<usize>> = None;
        let mut asked = Vec::with_capacity(self.keys.len());
        for key in &self.keys {
            let is_list = key.list.is_some();
            let here = conditions.all.iter().filter(|condition| condition.path == key.path);
            let fits = here.filter(|condition| !is_list || of_list.is_none_or(|item| item.is_some() && item == condition.item));
            let best = fits.filter_map(|condition| Some((condition.keys(is_list)?, condition.item))).min_by_key(|(keys, _)| *keys);
            if is_list && of_list.is_none() {
                of_list = best.map(|(_, item)| item);
            }
            asked.push(best.map(|(keys, _)| keys));
        }
        asked
    }
}
