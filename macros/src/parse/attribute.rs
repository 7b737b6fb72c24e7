//! `#[chakra(…)]` to entries: `key`, `key = expression`, `key(…)`. A faulty entry is reported and skipped to its comma, so that the
//! others are still read. Read by every file of this room.

use super::vocabulary::Vocabulary;
use crate::ctxt::Ctxt;
use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::{Attribute, Expr, MacroDelimiter, Meta, MetaList, Token, ext::IdentExt, parse::ParseStream, token};

/// One entry whose key is known where it stands.
pub(crate) struct Entry {
    /// As written, for messages.
    pub(crate) key: Ident,
    /// The word that it spells, aliases resolved.
    pub(crate) word: &'static str,
    pub(crate) value: Value,
}

pub(crate) enum Value {
    /// `key`
    Flag,
    /// `key = expression`
    Is(Box<Expr>),
    /// `key(…)`; it knows its closing parenthesis, at which an unfinished list is reported.
    List(MetaList),
}

/// All entries of all `#[chakra(…)]` of one item.
pub(crate) fn parse_entries(attributes: &[Attribute], vocabulary: &Vocabulary, errors: &Ctxt) -> Vec<Entry> {
    let mut entries = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("chakra")) {
        let Meta::List(list) = &attribute.meta else {
            errors.error(attribute, "the attributes of Chakra stand in parentheses: write `#[chakra(…)]`");
            continue;
        };
        let parser = |input: ParseStream<'_>| parse_list(input, vocabulary, &mut entries, errors);
        if let Err(error) = list.parse_args_with(parser) {
            errors.push(error);
        }
    }
    entries
}

fn parse_list(input: ParseStream<'_>, vocabulary: &Vocabulary, entries: &mut Vec<Entry>, errors: &Ctxt) -> syn::Result<()> {
    while !input.is_empty() {
        match parse_entry(input) {
            Ok((key, value)) => add_entry(key, value, vocabulary, entries, errors),
            Err(error) => {
                errors.push(error);
                skip_to_comma(input)?;
            }
        }
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
    }
    Ok(())
}

fn parse_entry(input: ParseStream<'_>) -> syn::Result<(Ident, Value)> {
    if !input.peek(Ident::peek_any) {
        return Err(input.error("expected the name of an attribute, as in `#[chakra(unique)]`"));
    }
    let key = Ident::parse_any(input)?;
    let value = if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        Value::Is(Box::new(input.parse::<Expr>()?))
    } else if input.peek(token::Paren) {
        Value::List(parse_parenthesized(&key, input)?)
    } else {
        Value::Flag
    };
    if !input.is_empty() && !input.peek(Token![,]) {
        return Err(input.error(format!("expected a comma after `{key}`")));
    }
    Ok((key, value))
}

/// The `(…)` behind a key.
pub(super) fn parse_parenthesized(key: &Ident, input: ParseStream<'_>) -> syn::Result<MetaList> {
    let content;
    let paren = syn::parenthesized!(content in input);
    let tokens = content.parse::<TokenStream>()?;
    Ok(MetaList { path: key.clone().into(), delimiter: MacroDelimiter::Paren(paren), tokens })
}

fn add_entry(key: Ident, value: Value, vocabulary: &Vocabulary, entries: &mut Vec<Entry>, errors: &Ctxt) {
    let Some(word) = vocabulary.look_up(&key, errors) else { return };
    // Two values for one thing: whichever won, one reader would be surprised.
    if let Some(first) = entries.iter().find(|entry| entry.word == word && !vocabulary.may_repeat(word)) {
        errors.error(&key, format!("`{key}` says again what `{}` already says; keep one", first.key));
        return;
    }
    entries.push(Entry { key, word, value });
}

/// Goes on to the next comma, after an error.
pub(crate) fn skip_to_comma(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<TokenTree>()?;
    }
    Ok(())
}
