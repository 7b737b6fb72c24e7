//! The items of a list in parentheses: fields, words with a value, and words with a list of their own.
//!
//! Read by `index`, `options`, `text`, `wildcard`, `collation` and `storage`.

use super::{
    attribute::{parse_parenthesized, skip_to_comma},
    value::ident_of_text,
};
use crate::ctxt::Ctxt;
use proc_macro2::Ident;
use syn::{Expr, LitStr, MetaList, Token, ext::IdentExt, parse::ParseStream, token};

/// One item of a list.
pub(super) enum Item {
    /// `path` or `path = value`.
    Plain(ItemPath, Option<Expr>),
    /// `word(…)`
    List(Ident, MetaList),
}

/// A field and what stands below it, or a word.
pub(super) struct ItemPath {
    pub(super) segments: Vec<Ident>,
    /// In quotes it is a field in any case: `"sparse"`.
    quoted: bool,
}

impl ItemPath {
    /// The word, if it can be one.
    pub(super) fn word(&self) -> Option<&Ident> {
        match self.segments.as_slice() {
            [word] if !self.quoted => Some(word),
            _ => None,
        }
    }
}

/// Calls `each` for every item of a list; a faulty one is reported and left out. False if there was one.
pub(super) fn parse_items(list: &MetaList, errors: &Ctxt, mut each: impl FnMut(Item)) -> bool {
    let mut readable = true;
    let parser = |input: ParseStream<'_>| -> syn::Result<()> {
        while !input.is_empty() {
            match parse_item(input) {
                Ok(item) => each(item),
                Err(error) => {
                    errors.push(error);
                    readable = false;
                    skip_to_comma(input)?;
                }
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(())
    };
    if let Err(error) = list.parse_args_with(parser) {
        errors.push(error);
        readable = false;
    }
    readable
}

fn parse_item(input: ParseStream<'_>) -> syn::Result<Item> {
    let item = if input.peek(Ident::peek_any) && input.peek2(token::Paren) {
        let word = Ident::parse_any(input)?;
        let list = parse_parenthesized(&word, input)?;
        Item::List(word, list)
    } else {
        let path = parse_path(input)?;
        let value = if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            Some(input.parse()?)
        } else {
            None
        };
        Item::Plain(path, value)
    };
    if input.is_empty() || input.peek(Token![,]) { Ok(item) } else { Err(input.error("expected a comma between the items of this list")) }
}

fn parse_path(input: ParseStream<'_>) -> syn::Result<ItemPath> {
    if input.peek(LitStr) {
        return parse_quoted(&input.parse()?);
    }
    if !input.peek(Ident::peek_any) {
        return Err(input.error(FORM));
    }
    let mut segments = vec![Ident::parse_any(input)?];
    while input.peek(Token![.]) {
        input.parse::<Token![.]>()?;
        segments.push(Ident::parse_any(input)?);
    }
    Ok(ItemPath { segments, quoted: false })
}

/// `"address.city"`, as strings stand for names everywhere.
fn parse_quoted(text: &LitStr) -> syn::Result<ItemPath> {
    let value = text.value();
    let segments = value.split('.').map(|segment| ident_of_text(&LitStr::new(segment, text.span())));
    let segments = segments.collect::<Option<Vec<_>>>().ok_or_else(|| syn::Error::new(text.span(), FORM))?;
    Ok(ItemPath { segments, quoted: true })
}

const FORM: &str = "expected a field or an option, as in `index(address.city, created_at = desc)`";
