//! `text(…)` on a model: the fields that a search looks through, their weights, and the language of the index.

use super::{
    attribute::{Entry, Value, parse_parenthesized},
    index::{direction_of, expect_comma, parse_item, parse_items},
    value::name_of,
    vocabulary::is_unsupported,
};
use crate::{
    ctxt::Ctxt,
    facts::dotted,
    ir::{Name, TextIr, WeightIr},
};
use proc_macro2::Ident;
use syn::{Expr, ExprLit, Lit, MetaList, ext::IdentExt, parse::ParseStream, token};

/// The greatest weight that the server takes.
const MAX_WEIGHT: i32 = 99_999;

/// One item of the list.
enum Item {
    /// `path` or `word = value`
    Plain(Vec<Ident>, Option<Expr>),
    /// `word(…)`
    List(Ident, MetaList),
}

/// A faulty one is there all the same, so that code which searches is not refused too.
pub(super) fn parse_text(entry: &Entry, errors: &Ctxt) -> TextIr {
    let mut text = TextIr { paths: Vec::new(), weights: Vec::new(), language: None, map: None, span: entry.key.span() };
    let Value::List(list) = &entry.value else {
        errors.error(&entry.key, "`text` lists the fields to search: write `#[chakra(text(title, body))]`");
        return text;
    };
    let readable = parse_items(list, parse_text_item, errors, |item| match item {
        Item::Plain(path, Some(value)) => parse_option(&mut text, path, &value, errors),
        Item::Plain(path, None) => text.paths.push(path),
        Item::List(word, list) if word == "weights" => parse_weights(&mut text, &list, errors),
        Item::List(word, _) => errors.error(&word, unknown_option(&word)),
    });
    // Where an item could not be read, that is the message.
    if text.paths.is_empty() && readable {
        errors.error(&entry.key, "`text(…)` needs a field to search: write `#[chakra(text(title, body))]`");
    }
    text
}

fn parse_text_item(input: ParseStream<'_>) -> syn::Result<Item> {
    if !(input.peek(Ident::peek_any) && input.peek2(token::Paren)) {
        return parse_item(input).map(|(path, value)| Item::Plain(path, value));
    }
    let word = Ident::parse_any(input)?;
    let list = parse_parenthesized(&word, input)?;
    expect_comma(input)?;
    Ok(Item::List(word, list))
}

fn parse_option(text: &mut TextIr, path: Vec<Ident>, value: &Expr, errors: &Ctxt) {
    let is = |word: &str| matches!(path.as_slice(), [only] if only == word);
    if is("language") {
        let form = "the language is a text: `language = \"german\"`, or `\"none\"` for words as they are written";
        set_text(&mut text.language, &path, value, form, errors);
    } else if is("map") {
        set_text(&mut text.map, &path, value, "the name of the index is a text: `map = \"search\"`", errors);
    } else if let [option] = path.as_slice()
        && is_unsupported(&option.unraw().to_string())
    {
        errors.error(option, format!("`{}` is not supported yet", option.unraw()));
    } else if direction_of(value).is_some() {
        errors.error(value, format!("a search goes by relevance, so its fields have no direction: write `{}`", dotted(&path)));
        // It is a field all the same, so that the index is not also called empty.
        text.paths.push(path);
    } else if let Expr::Lit(ExprLit { lit: Lit::Int(_), .. }) = value {
        errors.error(value, format!("weights stand in a list of their own: write `{0}, weights({0} = …)`", dotted(&path)));
        text.paths.push(path);
    } else {
        errors.error(&path[0], unknown_option(&path[0]));
    }
}

fn set_text(option: &mut Option<Name>, path: &[Ident], value: &Expr, form: &str, errors: &Ctxt) {
    match name_of(value) {
        None => errors.error(value, form),
        // Two values for one thing: whichever won, one reader would be surprised.
        Some(_) if option.is_some() => errors.error(&path[0], format!("`{}` stands here already; keep one", path[0])),
        Some(name) => *option = Some(name),
    }
}

fn parse_weights(text: &mut TextIr, list: &MetaList, errors: &Ctxt) {
    parse_items(list, parse_item, errors, |(path, value)| match value.as_ref().map(weight_of) {
        Some(Some(weight)) => text.weights.push(WeightIr { path, weight }),
        _ => errors.error(&path[0], format!("a weight is a whole number from 1 to {MAX_WEIGHT}: write `weights({} = 10)`", dotted(&path))),
    });
}

fn weight_of(value: &Expr) -> Option<i32> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => {
            number.base10_parse::<i32>().ok().filter(|weight| (1..=MAX_WEIGHT).contains(weight))
        }
        _ => None,
    }
}

fn unknown_option(word: &Ident) -> String {
    format!("unknown option `{}`; a text index takes `weights(…)`, `language` and `map`", word.unraw())
}
