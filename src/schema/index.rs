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
    /// Which way it is sorted.
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
}

impl IndexSchema {
    /// An index that only makes reads fast.
    #[must_use]
    pub fn plain<const N: usize>(keys: [IndexKey; N]) -> Self {
        Self { keys: keys.into(), unique: false, given_name: None }
    }

    /// An index that also keeps its values unique.
    #[must_use]
    pub fn unique<const N: usize>(keys: [IndexKey; N]) -> Self {
        Self { unique: true, ..Self::plain(keys) }
    }

    /// The index under a name of its own.
    #[must_use]
    pub fn named(mut self, name: &'static str) -> Self {
        self.given_name = Some(name);
        self
    }

    /// Its name on the server: the given one, or the server's own convention (`author_id_1_title_1`), so that an error which names the
    /// index leads back to the declaration.
    #[must_use]
    pub fn name(&self) -> String {
        let derived = || self.keys.iter().map(|key| format!("{}_{}", key.path, key.direction.sign())).collect::<Vec<_>>().join("_");
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
}
