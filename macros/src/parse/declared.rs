//! What an attribute on a model says of its collection, whether the model is of one shape or of several.

use super::{attribute::Entry, head::flag_of, index::parse_index, storage::parse_storage, text::parse_text, wildcard::parse_wildcard};
use crate::{
    ctxt::Ctxt,
    ir::{IndexIr, Mark, Name, StorageIr, TextIr, WildcardIr},
    naming::default_collection,
};
use proc_macro2::Ident;
use syn::ext::IdentExt;

/// A collection and its indexes.
pub(super) struct Declared {
    pub(super) collection: Name,
    pub(super) indexes: Vec<IndexIr>,
    pub(super) texts: Vec<TextIr>,
    pub(super) wildcards: Vec<WildcardIr>,
    pub(super) storage: Vec<StorageIr>,
    pub(super) validator: Mark,
    pub(super) sync: bool,
}

/// `owner` is the model.
pub(super) fn parse_declared(entries: &[Entry], owner: &Ident, errors: &Ctxt) -> Declared {
    let collection = Name { text: default_collection(&owner.unraw().to_string()), span: owner.span() };
    let mut declared = Declared {
        collection,
        indexes: Vec::new(),
        texts: Vec::new(),
        wildcards: Vec::new(),
        storage: Vec::new(),
        validator: flag_of(entries, "validator", errors),
        sync: true,
    };
    for entry in entries {
        match entry.word {
            "collection" => declared.collection = entry.parse_text(errors).unwrap_or_else(|| declared.collection.clone()),
            "index" | "unique" => declared.indexes.extend(parse_index(entry, owner, errors)),
            "text" => declared.texts.push(parse_text(entry, owner, errors)),
            "wildcard" => declared.wildcards.extend(parse_wildcard(entry, owner, errors)),
            "capped" | "clustered" | "timeseries" => declared.storage.extend(parse_storage(entry, errors)),
            "sync" => declared.sync = entry.parse_bool(errors).unwrap_or(true),
            _ => {}
        }
    }
    declared
}
