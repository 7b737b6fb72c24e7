//! `wildcard` on a model: the index over all paths of a document, or over some fields and what is below them.

use super::{
    attribute::{Entry, Value},
    item::{Item, parse_items},
    options::{OPTIONS, is_flag, parse_flag, parse_list, parse_value},
};
use crate::{
    ctxt::Ctxt,
    ir::{OptionsIr, ProjectionIr, WildcardIr},
};
use proc_macro2::Ident;
use syn::MetaList;

/// `owner` is the type that `Self` means.
pub(super) fn parse_wildcard(entry: &Entry, owner: &Ident, errors: &Ctxt) -> Option<WildcardIr> {
    let mut wildcard = WildcardIr { projections: Vec::new(), options: OptionsIr::default(), span: entry.key.span() };
    match &entry.value {
        Value::Flag => {}
        Value::List(list) => {
            parse_items(list, errors, |item| parse_part(&mut wildcard, item, owner, errors));
        }
        Value::Is(value) => {
            errors.error(value, "a wildcard index has all fields, or some: write `wildcard`, or `wildcard(only(attributes))`");
            return None;
        }
    }
    Some(wildcard)
}

fn parse_part(wildcard: &mut WildcardIr, item: Item, owner: &Ident, errors: &Ctxt) {
    match item {
        Item::List(word, list) if word == "only" || word == "except" => {
            let paths = parse_paths(&word, &list, errors);
            wildcard.projections.push(ProjectionIr { keeps: word == "only", paths, span: word.span() });
        }
        Item::List(word, list) => {
            if !parse_list(&mut wildcard.options, &word, &list, errors) {
                errors.error(&word, unknown(&word));
            }
        }
        Item::Plain(path, value) => {
            let known = match (path.word(), &value) {
                (Some(word), None) if is_flag(word) => parse_flag(&mut wildcard.options, word, errors),
                (Some(word), Some(value)) => parse_value(&mut wildcard.options, word, value, owner, errors),
                _ => false,
            };
            if !known {
                errors.error(&path.segments[0], unknown(&path.segments[0]));
            }
        }
    }
}

/// The fields of `only(…)` or `except(…)`.
fn parse_paths(word: &Ident, list: &MetaList, errors: &Ctxt) -> Vec<Vec<Ident>> {
    let mut paths = Vec::new();
    let readable = parse_items(list, errors, |item| match item {
        Item::Plain(path, value) => {
            if let Some(value) = value {
                errors.error(value, format!("`{word}(…)` lists fields, which have no values here"));
            }
            // It is a field all the same, so that the list is not also called empty.
            paths.push(path.segments);
        }
        Item::List(inner, _) => {
            errors.error(&inner, format!("`{word}(…)` lists fields: write `{word}(attributes, place.city)`"));
            paths.push(vec![inner]);
        }
    });
    // Where an item could not be read, that is the message.
    if paths.is_empty() && readable {
        errors.error(word, format!("`{word}(…)` needs a field: write `{word}(attributes, place.city)`"));
    }
    paths
}

fn unknown(word: &Ident) -> String {
    format!("`{word}` is no part of a wildcard index: it takes `only(…)` or `except(…)` with fields, and {OPTIONS}")
}
