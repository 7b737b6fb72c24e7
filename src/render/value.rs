//! What the model reads at a path, as an expression: where nothing is stored it is what a missing field reads as, at each level.
//!
//! For the comparison of two paths and for aggregates, which see what filters see.

use super::expression::literal;
use crate::query::{Place, RawPath};
use bson::{Bson, doc};

impl Place {
    /// What the model reads at `path`, which leads here, in documents whose paths begin with `prefix`. `None` is null.
    pub(super) fn read(&self, prefix: &str, path: &RawPath) -> Bson {
        let is_always_there = self.absent.is_none() && self.levels.is_empty();
        self.read_where(prefix, path, is_always_there)
    }

    /// The same for who takes missing as null.
    pub(super) fn read_or_missing(&self, prefix: &str, path: &RawPath) -> Bson {
        self.read_where(prefix, path, self.absent.as_ref().is_none_or(|absent| *absent == Bson::Null))
    }

    /// `is_plain` is whether what is stored may stand for itself, levels aside.
    fn read_where(&self, prefix: &str, path: &RawPath, is_plain: bool) -> Bson {
        let stored = match format!("{prefix}{}", path.stored()) {
            // The document itself, as a variant of it.
            whole if whole.is_empty() => "$$ROOT".to_owned(),
            stored => format!("${}", stored.trim_end_matches('.')),
        };
        let own = self.absent.clone().unwrap_or(Bson::Null);
        let mut value = if is_plain { Bson::String(stored) } else { Bson::from(doc! { "$ifNull": [stored, literal(&own)] }) };
        for level in self.levels.iter().rev() {
            if level.is_strict() || level.absent != own {
                value = Bson::from(doc! { "$cond": [level.is_there(prefix), value, literal(&level.absent)] });
            }
        }
        value
    }
}
