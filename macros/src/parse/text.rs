//! `text(…)` on a model: the fields that a search looks through, their weights, and the language of the index.

use super::{
    attribute::{Entry, Value},
    index::direction_of,
    item::{Item, ItemPath, parse_items},
    options::{is_flag, parse_flag, parse_list, parse_value, set_name},
};
use crate::{
    ctxt::Ctxt,
    facts::dotted,
    ir::{OptionsIr, TextIr, WeightIr},
};
use proc_macro2::Ident;
use syn::{Expr, ExprLit, Lit, MetaList, ext::IdentExt};

/// The greatest weight that the server takes.
const MAX_WEIGHT: i32 = 99_999;

/// A faulty one is there all the same, so that code which searches is not refused too. `owner` is the type that `Self` means.
pub(super) fn parse_text(entry: &Entry, owner: &Ident, errors: &Ctxt) -> TextIr {
    let mut text = TextIr {
        paths: Vec::new(),
        weights: Vec::new(),
        language: None,
        language_field: None,
        options: OptionsIr::default(),
        span: entry.key.span(),
    };
    let Value::List(list) = &entry.value else {
        errors.error(&entry.key, "`text` lists the fields to search: write `#[chakra(text(title, body))]`");
        return text;
    };
    let readable = parse_items(list, errors, |item| match item {
        Item::Plain(path, Some(value)) => parse_option(&mut text, path, &value, owner, errors),
        Item::Plain(path, None) => match path.word().filter(|word| is_flag(word)) {
            Some(word) => {
                parse_flag(&mut text.options, word, errors);
            }
            None => text.paths.push(path.segments),
        },
        Item::List(word, list) if word == "weights" => parse_weights(&mut text, &list, errors),
        Item::List(word, list) => {
            if !parse_list(&mut text.options, &word, &list, errors) {
                errors.error(&word, unknown_option(&word));
            }
        }
    });
    // Where an item could not be read, that is the message.
    if text.paths.is_empty() && readable {
        errors.error(&entry.key, "`text(…)` needs a field to search: write `#[chakra(text(title, body))]`");
    }
    text
}

fn parse_option(text: &mut TextIr, path: ItemPath, value: &Expr, owner: &Ident, errors: &Ctxt) {
    if let Some(word) = path.word()
        && parse_word(text, word, value, owner, errors)
    {
        return;
    }
    let path = path.segments;
    if direction_of(value).is_some() {
        errors.error(value, format!("a search goes by relevance, so its fields have no direction: write `{}`", dotted(&path)));
        // It is a field all the same, so that the index is not also called empty.
        text.paths.push(path);
    } else if is_number(value) {
        text.paths.push(path.clone());
        add_weight(text, path, value, errors);
    } else {
        errors.error(&path[0], unknown_option(&path[0]));
    }
}

/// False where the word is no option.
fn parse_word(text: &mut TextIr, word: &Ident, value: &Expr, owner: &Ident, errors: &Ctxt) -> bool {
    match word.unraw().to_string().as_str() {
        "language" => {
            let form = "the language is a text: `language = \"german\"`, or `\"none\"` for words as they are written";
            set_name(&mut text.language, word, value, form, errors);
        }
        "language_field" => {
            let form = "the field is named as it is stored: `language_field = \"lang\"`";
            set_name(&mut text.language_field, word, value, form, errors);
        }
        // A field may be called as an option is: what has a weight is a field.
        _ if is_number(value) || direction_of(value).is_some() => return false,
        _ => return parse_value(&mut text.options, word, value, owner, errors),
    }
    true
}

fn parse_weights(text: &mut TextIr, list: &MetaList, errors: &Ctxt) {
    parse_items(list, errors, |item| match item {
        Item::Plain(path, Some(value)) => add_weight(text, path.segments, &value, errors),
        Item::Plain(path, None) => errors.error(&path.segments[0], weight_form(&path.segments)),
        Item::List(word, _) => errors.error(&word, weight_form(std::slice::from_ref(&word))),
    });
}

fn add_weight(text: &mut TextIr, path: Vec<Ident>, value: &Expr, errors: &Ctxt) {
    match weight_of(value) {
        Some(weight) => text.weights.push(WeightIr { path, weight }),
        None => errors.error(&path[0], weight_form(&path)),
    }
}

fn weight_form(path: &[Ident]) -> String {
    format!("a weight is a whole number from 1 to {MAX_WEIGHT}: write `{} = 10`", dotted(path))
}

fn weight_of(value: &Expr) -> Option<i32> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => {
            number.base10_parse::<i32>().ok().filter(|weight| (1..=MAX_WEIGHT).contains(weight))
        }
        _ => None,
    }
}

fn is_number(value: &Expr) -> bool {
    matches!(value, Expr::Lit(ExprLit { lit: Lit::Int(_), .. }))
}

fn unknown_option(word: &Ident) -> String {
    format!(
        "unknown option `{}`; a text index takes a weight for each field (`title = 10`), `language`, `language_field`, `map`, `hidden` and \
         `partial`",
        word.unraw()
    )
}
