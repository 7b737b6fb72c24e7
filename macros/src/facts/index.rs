//! What follows from the indexes: all that there are, and which fields they make unique.

use super::{LinkIr, plain};
use crate::ir::{CollationIr, FieldIr, IndexIr, IndexKeyIr, KeyForm, KeyIr, ModelIr, OptionsIr, RelationKind, TextIr};
use proc_macro2::{Ident, Span};
use quote::ToTokens;

/// A path as it is written: the field, and the methods below it.
pub(crate) fn dotted(path: &[Ident]) -> String {
    path.iter().map(plain).collect::<Vec<_>>().join(".")
}

impl KeyForm {
    /// Whether values are kept in their order.
    pub(crate) fn is_ordered(self) -> bool {
        matches!(self, Self::Ascending | Self::Descending)
    }
}

impl IndexIr {
    /// The path as it is written, if it is the only one.
    fn sole_path(&self) -> Option<String> {
        match self.keys.as_slice() {
            [key] => Some(key.path()),
            _ => None,
        }
    }

    /// The field, if it is the only one.
    pub(crate) fn sole_field(&self) -> Option<String> {
        match self.keys.as_slice() {
            [key] => key.plain_field(),
            _ => None,
        }
    }

    /// Whether no two documents of the collection have the same values, and not of a part of it alone.
    pub(crate) fn is_key(&self) -> bool {
        self.unique && self.options.partial.is_none()
    }

    /// Whether it finds any document by its values, in the order of their bytes.
    fn finds_all(&self) -> bool {
        self.keys.iter().all(|key| key.form.is_ordered()) && self.options.partial.is_none() && self.options.collation.is_none()
    }

    /// What makes it this index and no other, as the server tells them apart.
    pub(crate) fn signature(&self) -> String {
        let keys: Vec<(String, KeyForm)> = self.keys.iter().map(|key| (key.path(), key.form)).collect();
        let partial = self.options.partial.as_ref().map(|partial| partial.filter.to_token_stream().to_string());
        let collation = self.options.collation.as_ref().map(CollationIr::spelled);
        format!("{keys:?} {} {partial:?} {collation:?}", self.options.sparse.is_some())
    }

    /// What it is called on the server, but for the stored names of the fields.
    pub(crate) fn name(&self) -> String {
        let part = |key: &IndexKeyIr| {
            let form = match key.form {
                KeyForm::Ascending => "1",
                KeyForm::Descending => "-1",
                KeyForm::Hashed => "hashed",
                KeyForm::Sphere => "2dsphere",
                KeyForm::Wildcard => "wildcard",
            };
            format!("{}_{form}", key.path())
        };
        let derived = || self.keys.iter().map(part).collect::<Vec<_>>().join("_");
        self.options.map.as_ref().map_or_else(derived, |map| map.text.clone())
    }
}

impl CollationIr {
    /// What makes it this collation and no other.
    fn spelled(&self) -> String {
        let mut words: Vec<(&str, &str)> = self.words.iter().map(|(word, value)| (*word, value.text.as_str())).collect();
        let mut flags: Vec<(&str, bool)> = self.flags.iter().map(|(word, flag)| (*word, flag.value)).collect();
        words.sort_unstable();
        flags.sort_unstable();
        format!("{} {:?} {words:?} {flags:?}", self.locale.text, self.strength.as_ref().map(|level| level.value))
    }
}

impl IndexKeyIr {
    /// The dotted path as it is written.
    pub(crate) fn path(&self) -> String {
        dotted(&self.segments)
    }

    /// The field, if nothing below it is meant.
    pub(crate) fn plain_field(&self) -> Option<String> {
        match self.segments.as_slice() {
            [field] => Some(plain(field)),
            _ => None,
        }
    }
}

impl TextIr {
    /// How much a word in the path counts.
    pub(crate) fn weight(&self, path: &[Ident]) -> i32 {
        let given = self.weights.iter().find(|given| dotted(&given.path) == dotted(path));
        given.map_or(1, |given| given.weight)
    }
}

impl ModelIr {
    /// True if at most one document has a given value: declared so on the field or the model, or the key of a OneToOne.
    pub(crate) fn is_unique(&self, field: &FieldIr) -> bool {
        let name = plain(&field.ident);
        field.index.as_ref().is_some_and(|index| index.unique && index.options.partial.is_none())
            || self.indexes.iter().any(|index| index.is_key() && index.sole_field().as_ref() == Some(&name))
            || self.is_one_to_one(&name)
    }

    /// True for the key of a OneToOne.
    fn is_one_to_one(&self, path: &str) -> bool {
        self.relations.iter().any(|relation| {
            relation.kind == RelationKind::OneToOne && matches!(self.link(relation), Some(LinkIr::Here(key)) if key.text == path)
        })
    }

    /// Those of the model, and those of its fields.
    pub(crate) fn declared_indexes(&self) -> Vec<IndexIr> {
        let mut all = self.indexes.clone();
        for field in &self.body.fields {
            if let Some(index) = &field.index {
                let form = index.form.unwrap_or(KeyForm::Ascending);
                all.push(index_of(field, index.unique, form, index.options.clone(), index.span));
            }
        }
        all
    }

    /// The declared ones, and one for each key and id list that none of them covers.
    pub(crate) fn resolved_indexes(&self) -> Vec<IndexIr> {
        let mut all = self.declared_indexes();
        for relation in self.relations.iter().filter(|relation| relation.unindexed.is_none()) {
            let key = match self.link(relation) {
                Some(LinkIr::Here(key)) | Some(LinkIr::Lists { ids: Some(key), .. }) => key,
                _ => continue,
            };
            let covered = all.iter().any(|index| index.sole_path().as_ref() == Some(&key.text) && index.finds_all());
            if covered {
                continue;
            }
            if key.is_part() && self.body.start(&key.first()).is_some() {
                all.push(index_within(key));
            } else if let Some(field) = self.body.field(&key.text)
                && field.id.is_none()
            {
                all.push(index_of(field, false, KeyForm::Ascending, OptionsIr::default(), key.span));
            }
        }
        // A plain index on a unique field would be a second one with the same keys, which the server refuses.
        for index in all.iter_mut().filter(|index| index.finds_all()) {
            let field = index.sole_field().and_then(|name| self.body.field(&name));
            let is_key = index.sole_path().is_some_and(|path| self.is_one_to_one(&path));
            index.unique |= is_key || field.is_some_and(|field| self.is_unique(field));
        }
        all
    }
}

/// The index of a key that is a part of a composite.
fn index_within(key: &KeyIr) -> IndexIr {
    let keys = vec![IndexKeyIr { segments: key.segments.clone(), form: KeyForm::Ascending }];
    IndexIr { keys, unique: false, accessor: None, options: OptionsIr::default(), span: key.span }
}

fn index_of(field: &FieldIr, unique: bool, form: KeyForm, options: OptionsIr, span: Span) -> IndexIr {
    let key = IndexKeyIr { segments: vec![field.ident.clone()], form };
    IndexIr { keys: vec![key], unique, accessor: None, options, span }
}
