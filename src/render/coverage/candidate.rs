//! The indexes that a collection has by its model's declarations, and what each gives to a read.
//!
//! Read by `service`; `advice` makes some that are not declared.

use super::{
    super::{
        collation::{render_collation, same_collation},
        index::render_index,
    },
    condition::{Condition, Conditions, Keys},
    implied::{Texts, implies},
    name::named,
};
use crate::schema::{IndexKey, IndexSchema, KeyForm, Projection, Schema};
use bson::{Bson, Document};

/// One key of an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    /// The stored path.
    pub(super) path: String,
    pub(super) form: Form,
    /// `1` or `-1`; 0 of what is in no order.
    pub(super) sign: i32,
    /// The path as attributes call it.
    pub(super) name: String,
    /// The stored path of the outermost list on the way.
    pub(super) list: Option<String>,
}

/// How a key keeps its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Ordered,
    Hashed,
    Sphere,
    Wildcard,
}

/// An index.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    /// Its name on the server.
    pub(super) name: String,
    pub(super) keys: Vec<Key>,
    pub(super) is_unique: bool,
    pub(super) is_text: bool,
    /// Whether the server answers no read by it.
    pub(super) is_hidden: bool,
    is_sparse: bool,
    /// How its texts are compared, beside the read.
    texts: Texts,
    /// What documents must meet to be in it.
    partial: Option<Document>,
    /// Whether that is declared, and does not follow from an `Option`.
    is_partial: bool,
    /// How it compares texts, where not by their bytes.
    collation: Option<Document>,
    projection: Option<Projection>,
}

/// The indexes of a collection, beside a read with this collation: that of the id, and the declared ones as they are made.
pub(super) fn candidates(schema: &Schema, collation: Option<&Document>) -> Vec<Candidate> {
    let keys = Key::of(schema, "_id", 1, &[]).into_iter().collect();
    let id = Candidate { name: "_id_".to_owned(), is_unique: true, texts: texts(None, collation), ..Candidate::plain(keys, None) };
    std::iter::once(id).chain(schema.indexes.iter().map(|index| Candidate::declared(schema, index, collation))).collect()
}

fn texts(index: Option<&Document>, read: Option<&Document>) -> Texts {
    match (index, same_collation(index, read)) {
        (_, false) => Texts::Apart,
        (None, true) => Texts::Bytes,
        (Some(_), true) => Texts::Alike,
    }
}

impl Key {
    /// A key in order on this path; nothing where no index can be declared on it.
    pub(super) fn of(schema: &Schema, path: &str, sign: i32, tags: &[(&str, &str)]) -> Option<Self> {
        let named = named(schema, path, tags)?;
        Some(Self { path: path.to_owned(), form: Form::Ordered, sign, name: named.name, list: named.list })
    }

    /// The same as one of places on the earth.
    pub(super) fn of_places(self) -> Self {
        Self { form: Form::Sphere, sign: 0, ..self }
    }

    fn declared(schema: &Schema, key: &IndexKey) -> Self {
        let tags: Vec<(&str, &str)> = key.only.iter().map(|(tag, variant)| (tag.as_str(), *variant)).collect();
        let (form, sign) = match key.form {
            KeyForm::Ordered(direction) => (Form::Ordered, direction.sign()),
            KeyForm::Text => (Form::Ordered, 1),
            KeyForm::Hashed => (Form::Hashed, 0),
            KeyForm::Sphere => (Form::Sphere, 0),
            KeyForm::Wildcard => (Form::Wildcard, 0),
        };
        let undeclared = || Self { path: key.path.clone(), form, sign, name: key.path.clone(), list: None };
        Self::of(schema, &key.path, sign, &tags).map_or_else(undeclared, |known| Self { form, ..known })
    }

    /// As an attribute takes it.
    fn attribute(&self) -> String {
        let form = match (self.form, self.sign) {
            (Form::Ordered, -1) => "desc",
            (Form::Ordered, _) => return self.name.clone(),
            (Form::Hashed, _) => "hashed",
            (Form::Sphere, _) => "\"2dsphere\"",
            (Form::Wildcard, _) => "wildcard",
        };
        format!("{} = {form}", self.name)
    }
}

impl Candidate {
    fn declared(schema: &Schema, index: &IndexSchema, read: Option<&Document>) -> Self {
        let options = &index.options;
        let collation = options.collation.as_ref().map(render_collation);
        Self {
            name: index.name(),
            keys: index.keys.iter().map(|key| Key::declared(schema, key)).collect(),
            is_unique: index.unique,
            is_text: index.text.is_some(),
            is_hidden: options.hidden,
            is_sparse: options.sparse,
            texts: texts(collation.as_ref(), read),
            partial: render_index(index).get_document("partialFilterExpression").ok().cloned(),
            is_partial: options.partial.is_some(),
            collation,
            projection: options.projection.clone(),
        }
    }

    /// An index that only makes reads with this collation fast, called as an attribute declares it.
    pub(super) fn plain(keys: Vec<Key>, collation: Option<&Document>) -> Self {
        let mut index = Self {
            name: String::new(),
            keys,
            is_unique: false,
            is_text: false,
            is_hidden: false,
            is_sparse: false,
            texts: texts(collation, collation),
            partial: None,
            is_partial: false,
            collation: collation.cloned(),
            projection: None,
        };
        index.name = index.attribute();
        index
    }

    /// The attribute that declares it: `index(role, created_at = desc)`.
    pub(super) fn attribute(&self) -> String {
        let word = match (self.is_text, self.is_unique) {
            _ if self.is_of_all() => "wildcard",
            (true, _) => "text",
            (_, true) => "unique",
            _ => "index",
        };
        let mut parts: Vec<String> = self.keys.iter().filter(|_| !self.is_of_all()).map(Key::attribute).collect();
        let options = [(self.is_sparse, "sparse"), (self.is_hidden, "hidden"), (self.is_partial, "partial = …")];
        parts.extend(options.iter().filter(|(holds, _)| *holds).map(|(_, option)| (*option).to_owned()));
        parts.extend(self.projection.as_ref().map(|projection| match projection {
            Projection::Only(_) => "only(…)".to_owned(),
            Projection::Except(_) => "except(…)".to_owned(),
        }));
        parts.extend(self.collation.as_ref().map(spelled));
        if parts.is_empty() { word.to_owned() } else { format!("{word}({})", parts.join(", ")) }
    }

    /// Whether it is the id's own.
    pub(super) fn is_of_id(&self) -> bool {
        matches!(self.keys.as_slice(), [key] if key.path == "_id" && key.form == Form::Ordered)
    }

    /// Whether it is over all paths of a document.
    fn is_of_all(&self) -> bool {
        matches!(self.keys.as_slice(), [key] if key.path.is_empty() && key.form == Form::Wildcard)
    }

    /// Whether its texts are those of the read, in the same order.
    pub(super) fn is_alike(&self) -> bool {
        self.texts != Texts::Apart
    }

    /// Whether it has all documents, so that it may give all of them an order.
    pub(super) fn has_all(&self) -> bool {
        !self.is_sparse && self.keys.iter().all(|key| matches!(key.form, Form::Ordered | Form::Hashed))
    }

    /// Whether every document that meets these conditions is in it.
    pub(super) fn has_all_of(&self, conditions: &Conditions<'_>) -> bool {
        self.partial.as_ref().is_none_or(|partial| implies(conditions, partial, self.texts))
    }

    /// What conditions ask of each of its keys. Of several on one path the server takes that which leads to the fewest keys; and on lists
    /// only those together that are about the same item.
    pub(super) fn asked(&self, conditions: &Conditions<'_>) -> Vec<Option<Keys>> {
        if self.keys.iter().any(|key| key.form == Form::Wildcard) {
            return self.asked_anywhere(conditions);
        }
        let mut of_list: Option<Option<usize>> = None;
        let mut asked = Vec::with_capacity(self.keys.len());
        for key in &self.keys {
            let is_list = key.list.is_some();
            let here = conditions.all.iter().filter(|condition| condition.path == key.path);
            let fits = here.filter(|condition| !is_list || of_list.is_none_or(|item| item.is_some() && item == condition.item));
            let best = fits.filter_map(|condition| Some((self.keys_for(key, condition)?, condition.item))).min_by_key(|(keys, _)| *keys);
            if is_list && of_list.is_none() {
                of_list = best.map(|(_, item)| item);
            }
            asked.push(best.map(|(keys, _)| keys));
        }
        // Documents without a place are not in it, so that the server takes it for a place alone.
        let is_of_places = |(key, asked): (&Key, &Option<Keys>)| key.form == Form::Sphere && asked.is_none();
        if self.keys.iter().zip(&asked).any(is_of_places) {
            asked.fill(None);
        }
        asked
    }

    /// What a condition asks of a key on its path.
    fn keys_for(&self, key: &Key, condition: &Condition<'_>) -> Option<Keys> {
        let keys = match key.form {
            Form::Sphere => return condition.is_place().then_some(Keys::Range),
            Form::Hashed => condition.hashed_keys(self.is_alike()),
            Form::Ordered | Form::Wildcard => condition.keys(key.list.is_some(), self.is_alike()),
        };
        let keys = keys.filter(|_| !self.is_sparse || condition.finds_present());
        // A pattern is not found by the keys of a collation, which are not the texts.
        keys.map(|keys| if self.collation.is_some() && condition.operator == "$regex" { Keys::All } else { keys })
    }

    /// What conditions ask of a wildcard, of which the server takes one path for each read: all keys of that path are not all keys.
    fn asked_anywhere(&self, conditions: &Conditions<'_>) -> Vec<Option<Keys>> {
        let [key] = self.keys.as_slice() else { return vec![None; self.keys.len()] };
        let here = conditions.all.iter().filter(|condition| self.has_path(key, &condition.path));
        let asked = here.filter_map(|condition| condition.wildcard_keys(self.is_alike()));
        vec![asked.map(|keys| keys.min(Keys::Range)).min()]
    }

    /// Whether a path is among those of a wildcard. A number may be a place in a list, which is none of them.
    fn has_path(&self, key: &Key, path: &str) -> bool {
        let is_at = |root: &str| path == root || path.strip_prefix(root).is_some_and(|rest| rest.starts_with('.'));
        let is_number = |segment: &str| segment.bytes().all(|byte| byte.is_ascii_digit());
        if path.split('.').any(is_number) || !(key.path.is_empty() || is_at(&key.path)) {
            return false;
        }
        match &self.projection {
            Some(Projection::Only(paths)) => paths.iter().any(|root| is_at(root)),
            Some(Projection::Except(paths)) => path != "_id" && !paths.iter().any(|root| is_at(root)),
            None => path != "_id" || !key.path.is_empty(),
        }
    }
}

/// The collation as an attribute takes it.
fn spelled(collation: &Document) -> String {
    let part = |(setting, value): (&String, &Bson)| {
        let word: String = setting.chars().flat_map(|c| c.is_uppercase().then_some('_').into_iter().chain(c.to_lowercase())).collect();
        match value {
            Bson::Boolean(true) => word,
            value => format!("{word} = {value}"),
        }
    };
    format!("collation({})", collation.iter().map(part).collect::<Vec<_>>().join(", "))
}
