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
    words: &[
        "collection",
        "rename_all",
        "index",
        "unique",
        "text",
        "wildcard",
        "capped",
        "clustered",
        "timeseries",
        "paths",
        "deny_unknown",
        "validator",
        "sync",
        "crate",
    ],
    repeatable: &["index", "unique", "text"],
    refused: &[
        ("name", "the name of the collection is `collection = \"…\"`"),
        ("tag", "a struct has one shape; a model of several is an enum"),
        ("hashed", "an index lists fields and how it keeps them: `#[chakra(index(user_id = hashed))]`"),
        ("sparse", OF_INDEX),
        ("hidden", OF_INDEX),
        ("partial", OF_INDEX),
        ("expire_after", OF_INDEX),
        ("orphans", OF_INDEX),
        ("collation", OF_INDEX),
    ],
};

const NO_COLLECTION: &str = "a composite is stored inside a model and has no collection";

const OF_INDEX: &str = "it is an option of an index: `#[chakra(index(a, b, …))]`";

pub(crate) const COMPOSITE: Vocabulary = Vocabulary {
    place: "a composite",
    words: &["rename_all", "deny_unknown", "crate"],
    repeatable: &[],
    refused: &[
        ("collection", "a composite is stored inside a model and has no collection; derive `Model` for that"),
        ("index", "indexes belong to the model: `#[chakra(index(address.city))]` there"),
        ("unique", "indexes belong to the model: `#[chakra(unique(address.city))]` there"),
        ("text", "indexes belong to the model: `#[chakra(text(address.city))]` there"),
        ("wildcard", "indexes belong to the model: `#[chakra(index(address = wildcard))]` there"),
        ("capped", NO_COLLECTION),
        ("clustered", NO_COLLECTION),
        ("timeseries", NO_COLLECTION),
        ("validator", "a collection has one, so it stands on the model; it looks into its composites too"),
        ("paths", "below a composite a path goes on by method, beside those of nobody else; `path` renames a single one"),
        ("sync", "a composite is stored inside a model and has no collection; `sync = false` stands on the model"),
        ("tag", "a struct has one shape; a composite of several is an enum"),
    ],
};

pub(crate) const VIEW: Vocabulary = Vocabulary {
    place: "a view",
    words: &["rename_all", "crate"],
    repeatable: &[],
    refused: &[
        ("collection", "a view reads from whatever collection the query asks: `db.find_many(…).view::<Card>()`"),
        ("index", "indexes belong to the model"),
        ("unique", "indexes belong to the model"),
        ("text", "indexes belong to the model"),
        ("paths", "filters and orders name the paths of the model; a view only reads"),
        ("sync", "a view has no collection; `sync = false` stands on the model"),
        ("validator", "a view only reads; it stands on the model"),
        ("deny_unknown", "a view asks the server for its own fields only"),
    ],
};

pub(crate) const ENUM: Vocabulary = Vocabulary {
    place: "an enum",
    words: &["rename_all", "repr", "crate"],
    repeatable: &[],
    refused: &[("tag", "its variants have no data, so there is nothing to tell apart; with data it derives `Composite`")],
};

pub(crate) const VARIANT: Vocabulary = Vocabulary { place: "a variant", words: &["name", "value", "other"], repeatable: &[], refused: &[] };

/// A composite of several shapes.
pub(crate) const UNION: Vocabulary = Vocabulary {
    place: "a tagged union",
    words: &["tag", "rename_all", "rename_all_fields", "crate"],
    repeatable: &[],
    refused: &[
        ("collection", "a composite is stored inside a model and has no collection; derive `Model` for that"),
        ("index", "indexes belong to the model: `#[chakra(index(attachment.photo.width))]` there"),
        ("unique", "indexes belong to the model, and a unique key is over fields that every document has"),
        ("text", "indexes belong to the model: `#[chakra(text(attachment.photo.caption))]` there"),
        ("repr", "the tag holds the name of the variant; an enum of plain variants derives `Enum`"),
        ("validator", "a collection has one, so it stands on the model; it looks into its composites too"),
        ("deny_unknown", "a document of a union may be of a later variant; put it on a composite that has one shape"),
    ],
};

/// A model of several shapes.
pub(crate) const UNION_MODEL: Vocabulary = Vocabulary {
    place: "a model of several shapes",
    words: &[
        "collection",
        "tag",
        "rename_all",
        "rename_all_fields",
        "index",
        "unique",
        "text",
        "wildcard",
        "capped",
        "clustered",
        "timeseries",
        "validator",
        "sync",
        "crate",
    ],
    repeatable: &["index", "unique", "text"],
    refused: &[
        ("name", "the name of the collection is `collection = \"…\"`"),
        ("repr", "the tag holds the name of the variant; an enum of plain variants derives `Enum`"),
        ("deny_unknown", "its documents have several shapes, and a later version may know more of them"),
        ("paths", "the fields of a variant are reached through it: `Event::login().user()`"),
    ],
};

/// A variant that is a document.
pub(crate) const SHAPE: Vocabulary = Vocabulary {
    place: "a variant with fields",
    words: &["name", "rename_all", "path"],
    repeatable: &[],
    refused: &[
        ("other", "a document of an unknown variant has no shape to be read as"),
        ("value", "the tag holds the name of the variant; an enum of plain variants derives `Enum`"),
    ],
};

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
        "as",
        "serde",
        "skip",
        "flatten",
        "extra",
        "path",
        "min_length",
        "max_length",
        "min",
        "max",
        "pattern",
        "validate",
        "relation",
        "foreign_key",
        "references",
        "ids",
        "inverse_ids",
        "inverse_of",
        "on_delete",
        "on_update",
    ],
    repeatable: &[],
    refused: &[
        ("text", "a collection has one text index, so it stands on the model, with all of its fields: `#[chakra(text(title, body))]`"),
        ("hashed", "it is a kind of index: `#[chakra(index(kind = hashed))]`"),
        ("wildcard", "it is a kind of index: `#[chakra(index(kind = wildcard))]`"),
        ("kind", "it says more of an index: `#[chakra(index(kind = hashed))]`"),
        ("direction", "it says more of an index: `#[chakra(index(direction = desc))]`"),
        ("sparse", "it is an option of an index: `#[chakra(index(sparse))]`"),
        ("hidden", "it is an option of an index: `#[chakra(index(hidden))]`"),
        ("partial", "it is an option of an index: `#[chakra(index(partial = filter()))]`"),
        ("expire_after", "it is an option of an index: `#[chakra(index(expire_after = \"30d\"))]`"),
        ("orphans", "it is an option of an index: `#[chakra(index(expire_after = \"30d\", orphans = \"allowed\"))]`"),
        ("collation", "it is an option of an index: `#[chakra(index(collation(locale = \"de\")))]`"),
    ],
};

pub(crate) const COMPOSITE_FIELD: Vocabulary = Vocabulary {
    place: "a field of a composite",
    words: &[
        "name",
        "default",
        "null",
        "as",
        "serde",
        "skip",
        "flatten",
        "extra",
        "path",
        "min_length",
        "max_length",
        "min",
        "max",
        "pattern",
        "validate",
    ],
    repeatable: &[],
    refused: &[
        ("id", "a composite is a part of a document and has no id of its own"),
        ("unique", "indexes belong to the model: `#[chakra(unique(address.city))]` there"),
        ("index", "indexes belong to the model: `#[chakra(index(address.city))]` there"),
        ("text", "indexes belong to the model: `#[chakra(text(address.city))]` there"),
        ("relation", "only a model has relations; keep the key and the relation on the model"),
        ("foreign_key", "only a model has relations; keep the key and the relation on the model"),
        ("references", "only a model has relations; keep the key and the relation on the model"),
        ("ids", "only a model has relations; keep the key and the relation on the model"),
        ("inverse_ids", "only a model has relations; keep the key and the relation on the model"),
        ("inverse_of", "only a model has relations; keep the key and the relation on the model"),
        ("on_delete", "only a model has relations; keep the key and the relation on the model"),
        ("on_update", "only a model has relations; keep the key and the relation on the model"),
        ("updated_at", "a composite is written as a whole by its model; put `updated_at` on a field of the model"),
        ("version", "a composite is written as a whole by its model; put `version` on a field of the model"),
        ("auto_increment", "a sequence numbers documents; put `auto_increment` on the id of a model"),
    ],
};

const READS: &str = "a view only reads; this belongs to the model";

pub(crate) const VIEW_FIELD: Vocabulary = Vocabulary {
    place: "a field of a view",
    words: &["name", "default", "skip", "as", "serde"],
    repeatable: &[],
    refused: &[
        ("id", "a view only reads; the id is stored as `_id`: `#[chakra(name = \"_id\")]`"),
        ("unique", READS),
        ("index", READS),
        ("text", READS),
        ("auto_increment", READS),
        ("updated_at", READS),
        ("version", READS),
        ("null", READS),
        ("min_length", READS),
        ("max_length", READS),
        ("min", READS),
        ("max", READS),
        ("pattern", READS),
        ("validate", READS),
        ("path", "filters and orders name the paths of the model; a view only reads"),
        ("flatten", "a view lists the stored names that it asks for; write the fields of the composite themselves"),
        ("extra", "a view asks the server for its own fields only"),
        ("relation", "a view reads what is stored in the document, and a relation is not; read its key instead"),
        ("foreign_key", "a view has no relations; they belong to the model"),
        ("references", "a view has no relations; they belong to the model"),
        ("ids", "a view has no relations; they belong to the model"),
        ("inverse_ids", "a view has no relations; they belong to the model"),
        ("inverse_of", "a view has no relations; they belong to the model"),
        ("on_delete", "a view has no relations; they belong to the model"),
        ("on_update", "a view has no relations; they belong to the model"),
    ],
};

/// Second spellings, most of them those of the older Chakra.
const ALIASES: &[(&str, &str)] = &[("table", "collection"), ("primary_key", "id"), ("map", "name"), ("ignore", "skip")];

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
