//! Text indexes as `listIndexes` gives them: not with their paths as keys, but with one key for all texts and the paths in the weights.
//!
//! Read by `plan`, which writes out what is declared in the same way before it compares.

pub(super) use super::step::{is_asked_alone, is_text};
use bson::{Bson, Document, doc};
use std::borrow::Cow;

/// What the server takes where an index does not say.
const WEIGHT: i32 = 1;
const LANGUAGE: &str = "english";
const LANGUAGE_FIELD: &str = "language";

/// The key that stands for all texts.
const ALL_TEXTS: &str = "_fts";

fn is_kind(value: &Bson) -> bool {
    value.as_str() == Some("text")
}

/// The index as the server lists it. One that comes from there, or has no texts, is as it was.
pub(super) fn as_listed(index: &Document) -> Cow<'_, Document> {
    let Ok(key) = index.get_document("key") else { return Cow::Borrowed(index) };
    if !is_text(index) || key.contains_key(ALL_TEXTS) {
        return Cow::Borrowed(index);
    }
    let given = index.get_document("weights").ok();
    let weight = |path: &String| given.and_then(|given| given.get(path).cloned()).unwrap_or(Bson::Int32(WEIGHT));
    let weights: Document = key.iter().filter(|(_, kind)| is_kind(kind)).map(|(path, _)| (path.clone(), weight(path))).collect();
    let mut listed = index.clone();
    listed.insert("key", doc! { ALL_TEXTS: "text", "_ftsx": 1 });
    listed.insert("weights", weights);
    for (option, default) in [("default_language", LANGUAGE), ("language_override", LANGUAGE_FIELD)] {
        if !listed.contains_key(option) {
            listed.insert(option, default);
        }
    }
    Cow::Owned(listed)
}
