//! An index as a model declares it.

use super::{Absent, Kind};

/// Which way an index is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the least value up; written `1`.
    Ascending,
    /// From the greatest value down; written `-1`.
    Descending,
}

/// One path of an index.
#[derive(Clone, Debug)]
pub struct IndexKey {
    /// The stored path.
    pub path: String,
    /// Which way it is sorted; in a text index, which has no order, it says nothing.
    pub direction: Direction,
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
}

/// What a text index says beside its paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextIndex {
    /// How much a word in each path counts, in the order of the paths: 1 to 99,999.
    pub weights: Vec<i32>,
    /// The language of the texts, by which words are found in their other forms; the server's default is `english`.
    pub language: Option<&'static str>,
}

impl IndexSchema {
    /// An index that only makes reads fast.
    #[must_use]
    pub fn plain<const N: usize>(keys: [IndexKey; N]) -> Self {
        Self { keys: keys.into(), unique: false, given_name: None, text: None }
    }

    /// An index that also keeps its values unique.
    #[must_use]
    pub fn unique<const N: usize>(keys: [IndexKey; N]) -> Self {
        Self { unique: true, ..Self::plain(keys) }
    }

    /// An index of the words in these paths, each with its weight.
    #[must_use]
    pub fn text<const N: usize>(keys: [IndexKey; N], weights: [i32; N]) -> Self {
        Self { text: Some(TextIndex { weights: weights.into(), language: None }), ..Self::plain(keys) }
    }

    /// The text index of texts in this language.
    #[must_use]
    pub fn default_language(mut self, language: &'static str) -> Self {
        self.text = self.text.map(|text| TextIndex { language: Some(language), ..text });
        self
    }

    /// The index under a name of its own.
    #[must_use]
    pub fn named(mut self, name: &'static str) -> Self {
        self.given_name = Some(name);
        self
    }

    /// Its name on the server: the given one, or the server's own convention (`author_id_1_title_1`, `title_text_body_text`), so that an
    /// error which names the index leads back to the declaration.
    #[must_use]
    pub fn name(&self) -> String {
        let part = |key: &IndexKey| match self.text {
            Some(_) => format!("{}_text", key.path),
            None => format!("{}_{}", key.path, key.direction.sign()),
        };
        let derived = || self.keys.iter().map(part).collect::<Vec<_>>().join("_");
        self.given_name.map_or_else(derived, str::to_owned)
    }

    /// The stored paths, in order.
    #[must_use]
    pub fn fields(&self) -> Vec<String> {
        self.keys.iter().map(|key| key.path.clone()).collect()
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
