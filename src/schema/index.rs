//! An index as a model declares it.

use super::{Absent, CollationSchema, Kind};
use bson::Document;

/// What stands before the number of an index that was built while another one had its name.
const TURN: char = '~';

/// Which way an index is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the least value up; written `1`.
    Ascending,
    /// From the greatest value down; written `-1`.
    Descending,
}

/// How an index keeps the values of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyForm {
    /// In their order.
    Ordered(Direction),
    /// By the words in them.
    Text,
    /// By a hash, which finds equal values and knows no order.
    Hashed,
    /// By their place on the earth.
    Sphere,
    /// All paths below this one, each in its order.
    Wildcard,
}

/// One path of an index.
#[derive(Clone, Debug)]
pub struct IndexKey {
    /// The stored path.
    pub path: String,
    /// How its values are kept.
    pub form: KeyForm,
    /// The type of its values.
    pub kind: Kind,
    /// What the model reads where there is none.
    pub absent: Absent,
    /// The tags of the unions on the way, and what each must hold: another variant's field of that name is another field.
    pub only: Vec<(String, &'static str)>,
}

/// A declared index.
#[derive(Clone, Debug)]
pub struct IndexSchema {
    /// Its paths, in order.
    pub keys: Vec<IndexKey>,
    /// Whether no two documents may have the same values.
    pub unique: bool,
    /// The name that the declaration gives it.
    pub given_name: Option<&'static str>,
    /// What it says as a text index, where it is one.
    pub text: Option<TextIndex>,
    /// What else it says.
    pub options: IndexOptions,
}

/// What an index says beside its paths, whatever its kind.
#[derive(Clone, Debug, Default)]
pub struct IndexOptions {
    /// Whether it leaves out documents that have none of its paths.
    pub sparse: bool,
    /// Whether the server keeps it and answers no read by it.
    pub hidden: bool,
    /// How many seconds after the date at its path the server deletes a document, from 0 up.
    pub expire_after: Option<i32>,
    /// Whether documents may refer to those that the server deletes by it.
    pub allows_orphans: bool,
    /// Which documents it has, where these are not all.
    pub partial: Option<PartialFilter>,
    /// How its texts are compared and ordered, where that is not by their bytes.
    pub collation: Option<CollationSchema>,
    /// Which fields a wildcard index over whole documents has, where these are not all.
    pub projection: Option<Projection>,
}

/// Makes the filter of a partial index as the server takes it, or says why the server does not.
pub type PartialFilter = fn() -> Result<Document, String>;

/// The fields of a wildcard index over whole documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Projection {
    /// Those at these stored paths and below.
    Only(Vec<String>),
    /// All but those.
    Except(Vec<String>),
}

/// What a text index says beside its paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextIndex {
    /// How much a word in each path counts, in the order of the paths: 1 to 99,999.
    pub weights: Vec<i32>,
    /// The language of the texts, by which words are found in their other forms; the server's default is `english`.
    pub language: Option<&'static str>,
    /// The stored name of the field by which a document says its own language; the server's default is `language`.
    pub language_field: Option<&'static str>,
}

impl IndexSchema {
    /// An index that only makes reads fast.
    #[must_use]
    pub fn plain<const N: usize>(keys: [IndexKey; N]) -> Self {
        Self { keys: keys.into(), unique: false, given_name: None, text: None, options: IndexOptions::default() }
    }

    /// An index that also keeps its values unique.
    #[must_use]
    pub fn unique<const N: usize>(keys: [IndexKey; N]) -> Self {
        Self { unique: true, ..Self::plain(keys) }
    }

    /// An index of the words in these paths, each with its weight.
    #[must_use]
    pub fn text<const N: usize>(keys: [IndexKey; N], weights: [i32; N]) -> Self {
        Self { text: Some(TextIndex { weights: weights.into(), language: None, language_field: None }), ..Self::plain(keys) }
    }

    /// An index over all paths of a document.
    #[must_use]
    pub fn wildcard() -> Self {
        let whole = IndexKey { path: String::new(), form: KeyForm::Wildcard, kind: Kind::Any, absent: Absent::Never, only: Vec::new() };
        Self::plain([whole])
    }

    /// The wildcard index over what is at these paths and below.
    #[must_use]
    pub fn only<const N: usize>(mut self, keys: [IndexKey; N]) -> Self {
        self.options.projection = Some(Projection::Only(keys.map(|key| key.path).into()));
        self
    }

    /// The wildcard index over what is not at these paths and below.
    #[must_use]
    pub fn except<const N: usize>(mut self, keys: [IndexKey; N]) -> Self {
        self.options.projection = Some(Projection::Except(keys.map(|key| key.path).into()));
        self
    }

    /// The text index of texts in this language.
    #[must_use]
    pub fn default_language(mut self, language: &'static str) -> Self {
        self.text = self.text.map(|text| TextIndex { language: Some(language), ..text });
        self
    }

    /// The text index of documents that say their language in this field.
    #[must_use]
    pub fn language_field(mut self, stored: &'static str) -> Self {
        self.text = self.text.map(|text| TextIndex { language_field: Some(stored), ..text });
        self
    }

    /// The index without documents that have none of its paths.
    #[must_use]
    pub fn sparse(mut self) -> Self {
        self.options.sparse = true;
        self
    }

    /// The index as one that answers no read.
    #[must_use]
    pub fn hidden(mut self) -> Self {
        self.options.hidden = true;
        self
    }

    /// The index by which the server deletes documents, so many seconds after their date.
    #[must_use]
    pub fn expire_after(mut self, seconds: i32) -> Self {
        self.options.expire_after = Some(seconds);
        self
    }

    /// The index by which documents are deleted although others may refer to them.
    #[must_use]
    pub fn allows_orphans(mut self) -> Self {
        self.options.allows_orphans = true;
        self
    }

    /// The index of some documents alone.
    #[must_use]
    pub fn partial(mut self, filter: PartialFilter) -> Self {
        self.options.partial = Some(filter);
        self
    }

    /// The index with texts in the order of a language.
    #[must_use]
    pub fn collation(mut self, collation: CollationSchema) -> Self {
        self.options.collation = Some(collation);
        self
    }

    /// The index under a name of its own.
    #[must_use]
    pub fn named(mut self, name: &'static str) -> Self {
        self.given_name = Some(name);
        self
    }

    /// Its name on the server: the given one, or by the server's convention (`author_id_1_title_1`, `title_text_body_text`), so that an error
    /// which names the index leads back to the declaration.
    #[must_use]
    pub fn name(&self) -> String {
        let derived = || self.keys.iter().map(IndexKey::part_of_name).collect::<Vec<_>>().join("_");
        self.given_name.map_or_else(derived, str::to_owned)
    }

    /// The names that it may have on the server: its own, and in turn `name~2`, `name~3`, …, under which it is built while another index
    /// has its own. An index cannot be renamed.
    pub(crate) fn names(&self) -> impl Iterator<Item = String> {
        let own = self.name();
        let others = own.clone();
        std::iter::once(own).chain((2..=u16::MAX).map(move |turn| format!("{others}{TURN}{turn}")))
    }

    /// Whether it may have this name on the server.
    pub(crate) fn is_named(&self, name: &str) -> bool {
        let own = self.name();
        let is_number = |text: &str| text.parse::<u16>().is_ok_and(|turn| turn >= 2 && turn.to_string() == text);
        let is_turn = |rest: &str| rest.strip_prefix(TURN).is_some_and(is_number);
        name.strip_prefix(own.as_str()).is_some_and(|rest| rest.is_empty() || is_turn(rest))
    }

    /// Whether no two documents of the collection have the same values, and not of a part of it alone.
    pub(crate) fn is_key(&self) -> bool {
        self.unique && self.options.partial.is_none()
    }

    /// The stored paths, in order.
    #[must_use]
    pub fn fields(&self) -> Vec<String> {
        self.keys.iter().map(|key| key.path.clone()).collect()
    }
}

impl IndexKey {
    fn part_of_name(&self) -> String {
        let form = match self.form {
            KeyForm::Ordered(direction) => return format!("{}_{}", self.path, direction.sign()),
            KeyForm::Text => "text",
            KeyForm::Hashed => "hashed",
            KeyForm::Sphere => "2dsphere",
            KeyForm::Wildcard if self.path.is_empty() => return "wildcard".to_owned(),
            KeyForm::Wildcard => "wildcard",
        };
        format!("{}_{form}", self.path)
    }
}

impl Direction {
    /// `1` or `-1`, as the server writes it.
    #[must_use]
    pub const fn sign(self) -> i32 {
        match self {
            Self::Ascending => 1,
            Self::Descending => -1,
        }
    }

    /// The other way.
    #[must_use]
    pub const fn reversed(self) -> Self {
        match self {
            Self::Ascending => Self::Descending,
            Self::Descending => Self::Ascending,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_is_known_by_each_of_its_names() {
        let index = IndexSchema::wildcard().named("all");
        assert_eq!(index.names().take(3).collect::<Vec<_>>(), ["all", "all~2", "all~3"]);
        for name in ["all", "all~2", "all~17"] {
            assert!(index.is_named(name), "{name}");
        }
        for name in ["", "al", "all~", "all~1", "all~02", "all~+2", "all~x", "all2", "all~2~3", "wall"] {
            assert!(!index.is_named(name), "{name}");
        }
    }
}
