//! Whether what lies above a value is there, as a match and as an expression.

use super::{
    expression::literal,
    matching::{Match, at},
};
use crate::query::{Held, Level};
use bson::{Document, doc};

impl Level {
    /// The condition that the level is there, in documents whose paths begin with `prefix`.
    pub(super) fn there(&self, prefix: &str) -> Document {
        match self.held {
            Held::Object => doc! { format!("{prefix}{}", self.path): { "$type": "object" } },
            Held::Variant { name, .. } => doc! { self.tag_path(prefix): name },
        }
    }

    /// The condition that it is not.
    pub(super) fn not_there(&self, prefix: &str) -> Match {
        match self.held {
            Held::Object => at(&format!("{prefix}{}", self.path), doc! { "$not": { "$type": "object" } }),
            Held::Variant { name, .. } => at(&self.tag_path(prefix), doc! { "$ne": name }),
        }
    }

    /// The condition that it is there, as an expression.
    pub(super) fn is_there(&self, prefix: &str) -> Document {
        match self.held {
            Held::Object => doc! { "$eq": [{ "$type": format!("${prefix}{}", self.path) }, "object"] },
            Held::Variant { name, .. } => doc! { "$eq": [format!("${}", self.tag_path(prefix)), literal(&name.into())] },
        }
    }

    fn tag_path(&self, prefix: &str) -> String {
        match self.held {
            Held::Variant { tag, .. } if self.path.is_empty() => format!("{prefix}{tag}"),
            Held::Variant { tag, .. } => format!("{prefix}{}.{tag}", self.path),
            Held::Object => format!("{prefix}{}", self.path),
        }
    }
}
