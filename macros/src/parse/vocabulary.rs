//! The words that may stand in `#[chakra(…)]`, place by place, and what to say about those that may not. Read by `attribute` for every
//! entry.

use crate::{
    ctxt::Ctxt,
    suggest::{list, suggest},
};
use proc_macro2::Ident;
use syn::ext::IdentExt;

/// The words of one place.
pub(crate) struct Vocabulary {
    /// The place, as a message names it.
    place: &'static str,
    words: &'static [&'static str],
    /// Words that may stand there more than once.
    repeatable: &'static [&'static str],
    /// Words that have no meaning there, with the reason.
    refused: &'static [(&'static str, &'static str)],
}

pub(crate) const MODEL: Vocabulary = Vocabulary {
    place: "a model",
    words: &["collection", "rename_all", "index", "unique", "crate"],
    repeatable: &["index", "unique"],
    refused: &[("name", "the name of the collection is `collection = \"…\"`")],
};

pub(crate) const COMPOSITE: Vocabulary = Vocabulary {
    place: "a composite",
    words: &["rename_all", "crate"],
    repeatable: &[],
    refused: &[
        ("collection", "a composite is stored inside a model and has no collection; derive `Model` for that"),
        ("index", "indexes belong to the model: `#[chakra(index(address.city))]` there"),
        ("unique", "indexes belong to the model: `#[chakra(unique(address.city))]` there"),
    ],
};

pub(crate) const ENUM: Vocabulary = Vocabulary { place: "an enum", words: &["rename_all", "crate"], repeatable: &[], refused: &[] };

pub(crate) const VARIANT: Vocabulary = Vocabulary { place: "a variant", words: &["name"], repeatable: &[], refused: &[] };

pub(crate) const MODEL_FIELD: Vocabulary = Vocabulary {
    place: "a field of a model",
    words: &[
        "id",
        "name",
        "unique",
        "index",
        "default",
        "auto_increment",
        "updated_at",
        "version",
        "null",
        "skip",
        "path",
        "min_length",
        "max_length",
        "min",
        "max",
        "relation",
        "foreign_key",
        "ids",
        "inverse_ids",
    ],
    repeatable: &[],
    refused: &[],
};

pub(crate) const COMPOSITE_FIELD: Vocabulary = Vocabulary {
    place: "a field of a composite",
    words: &["name", "default", "null", "skip", "path", "min_length", "max_length", "min", "max"],
    repeatable: &[],
    refused: &[
        ("id", "a composite is a part of a document and has no id of its own"),
        ("unique", "indexes belong to the model: `#[chakra(unique(address.city))]` there"),
        ("index", "indexes belong to the model: `#[chakra(index(address.city))]` there"),
        ("relation", "only a model has relations; keep the key and the relation on the model"),
        ("foreign_key", "only a model has relations; keep the key and the relation on the model"),
        ("ids", "only a model has relations; keep the key and the relation on the model"),
        ("inverse_ids", "only a model has relations; keep the key and the relation on the model"),
        ("updated_at", "a composite is written as a whole by its model; put `updated_at` on a field of the model"),
        ("version", "a composite is written as a whole by its model; put `version` on a field of the model"),
        ("auto_increment", "a sequence numbers documents; put `auto_increment` on the id of a model"),
    ],
};

/// Second spellings, most of them those of the older Chakra.
const ALIASES: &[(&str, &str)] = &[("table", "collection"), ("primary_key", "id"), ("map", "name"), ("ignore", "skip")];

/// Words of the design that no version understands yet. They are named, so that nobody looks for a typo.
const UNSUPPORTED: &[&str] = &[
    "as",
    "serde",
    "pattern",
    "validate",
    "text",
    "hashed",
    "wildcard",
    "sparse",
    "partial",
    "expire_after",
    "collation",
    "hidden",
    "kind",
    "validator",
    "capped",
    "timeseries",
    "deny_unknown",
    "sync",
    "paths",
    "on_delete",
    "on_update",
    "references",
    "inverse_of",
    "tag",
    "repr",
    "other",
    "flatten",
    "extra",
];

pub(crate) fn is_unsupported(word: &str) -> bool {
    UNSUPPORTED.contains(&word)
}

impl Vocabulary {
    /// The word that `key` spells here, or an error that says what is wrong with it.
    pub(crate) fn look_up(&self, key: &Ident, errors: &Ctxt) -> Option<&'static str> {
        let typed = key.unraw().to_string();
        let word = ALIASES.iter().find(|(alias, _)| *alias == typed).map_or(typed.as_str(), |(_, word)| *word);
        if let Some(known) = self.words.iter().find(|known| **known == word) {
            return Some(*known);
        }
        if let Some((_, reason)) = self.refused.iter().find(|(refused, _)| *refused == word) {
            errors.error(key, format!("`{typed}` has no place on {}: {reason}", self.place));
        } else if is_unsupported(&typed) {
            errors.error(key, format!("`{typed}` is not supported yet"));
        } else {
            let aliases = ALIASES.iter().filter(|(_, word)| self.words.contains(word)).map(|(alias, _)| *alias);
            let hint = match suggest(&typed, self.words.iter().copied().chain(aliases)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("{} takes {}", self.place, list(self.words)),
            };
            errors.error(key, format!("unknown attribute `{typed}`; {hint}"));
        }
        None
    }

    pub(crate) fn may_repeat(&self, word: &str) -> bool {
        self.repeatable.contains(&word)
    }
}
