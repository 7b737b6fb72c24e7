//! `index(…)` and `unique(…)`: on a type with fields, directions and options; on a field with a direction.

use super::{
    attribute::{Entry, Value, skip_to_comma},
    value::{ident_of, ident_of_text, name_of},
    vocabulary::is_unsupported,
};
use crate::{
    ctxt::Ctxt,
    ir::{Direction, IndexIr, IndexKeyIr, Name},
};
use proc_macro2::Ident;
use syn::{Expr, LitStr, MetaList, Token, ext::IdentExt, parse::ParseStream};

/// `index(…)` or `unique(…)` on a model.
pub(crate) fn parse_index(entry: &Entry, errors: &Ctxt) -> Option<IndexIr> {
    let Value::List(list) = &entry.value else {
        errors.error(&entry.key, format!("`{0}` on a model lists fields: write `#[chakra({0}(first_name, last_name))]`", entry.key));
        return None;
    };
    let unique = entry.word == "unique";
    let mut index = IndexIr { keys: Vec::new(), unique, accessor: None, map: None, span: entry.key.span() };
    let readable = parse_items(list, parse_item, errors, |(path, value)| {
        let direction = value.as_ref().map_or(Some(Direction::Ascending), direction_of);
        match (direction, path.as_slice(), value) {
            (None, [option], Some(value)) => parse_option(&mut index, option, &value, errors),
            (None, _, value) => errors.error(value, "the direction of a field is `asc` or `desc`"),
            (Some(direction), segments, _) => {
                index.keys.push(IndexKeyIr { segments: segments.to_vec(), direction });
            }
        }
    });
    // Where an item could not be read, that is the message.
    if index.keys.is_empty() && readable {
        errors.error(&entry.key, format!("`{0}(…)` needs a field: write `#[chakra({0}(first_name, last_name))]`", entry.key));
        return None;
    }
    (!index.keys.is_empty()).then_some(index)
}

/// `unique` or `index(direction = desc)` on a field.
pub(crate) fn parse_field_index(entry: &Entry, errors: &Ctxt) -> Option<Direction> {
    let list = match &entry.value {
        Value::Flag => return Some(Direction::Ascending),
        Value::List(list) => list,
        Value::Is(_) => {
            errors.error(
                &entry.key,
                format!("`{0} = …` is not supported yet; write `#[chakra({0})]` or `#[chakra({0}(direction = desc))]`", entry.key),
            );
            return None;
        }
    };
    let mut direction = Direction::Ascending;
    parse_items(list, parse_item, errors, |(path, value)| match (path.as_slice(), value) {
        ([option], Some(value)) if option == "direction" => match direction_of(&value) {
            Some(given) => direction = given,
            None => errors.error(value, "the direction of an index is `asc` or `desc`"),
        },
        ([option], _) if is_unsupported(&option.unraw().to_string()) => {
            errors.error(option, format!("`{}` is not supported yet", option.unraw()));
        }
        ([option], _) if option == "name" || option == "map" => errors
            .error(option, format!("an index with a name of its own stands on the model: `#[chakra({}(field, map = \"…\"))]`", entry.key)),
        ([first, ..], _) => {
            errors.error(first, format!("unknown option `{first}`; write `#[chakra({}(direction = desc))]`", entry.key));
        }
        ([], _) => {}
    });
    Some(direction)
}

fn parse_option(index: &mut IndexIr, option: &Ident, value: &Expr, errors: &Ctxt) {
    let word = option.unraw().to_string();
    let named = name_of(value);
    match (word.as_str(), named) {
        ("name", _) if !index.unique => {
            errors.error(option, "`name` is the accessor of a `unique(…)`; the name of the index itself is `map = \"…\"`")
        }
        ("name", _) => match ident_of(value) {
            Some(accessor) => index.accessor = Some(accessor),
            None => errors.error(value, "the accessor is an identifier: `name = author_title`"),
        },
        ("map", Some(name)) => index.map = Some(name),
        ("map", None) => errors.error(value, "the name of the index is a text: `map = \"author_title_1\"`"),
        _ if is_unsupported(&word) => errors.error(option, format!("`{word}` is not supported yet")),
        (_, named) => {
            match named {
                Some(Name { text, .. }) if text == "text" => {
                    errors.error(value, format!("a text index stands by itself: write `#[chakra(text({word}))]`"));
                }
                Some(Name { text, .. }) if is_unsupported(&text) || text == "2dsphere" => {
                    errors.error(value, format!("`{text}` indexes are not supported yet"));
                }
                _ => errors.error(value, format!("the direction of a field is `asc` or `desc`: `{word} = desc`")),
            }
            // It is a field all the same, so that the index is not also called empty.
            index.keys.push(IndexKeyIr { segments: vec![option.clone()], direction: Direction::Ascending });
        }
    }
}

pub(super) fn direction_of(value: &Expr) -> Option<Direction> {
    match name_of(value)?.text.as_str() {
        "asc" => Some(Direction::Ascending),
        "desc" => Some(Direction::Descending),
        _ => None,
    }
}

/// Calls `each` for every item of a list; a faulty one is reported and left out. False if there was one.
pub(super) fn parse_items<T>(
    list: &MetaList,
    parse_one: fn(ParseStream<'_>) -> syn::Result<T>,
    errors: &Ctxt,
    mut each: impl FnMut(T),
) -> bool {
    let mut readable = true;
    let parser = |input: ParseStream<'_>| -> syn::Result<()> {
        while !input.is_empty() {
            match parse_one(input) {
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

/// `path` or `path = value`
pub(super) fn parse_item(input: ParseStream<'_>) -> syn::Result<(Vec<Ident>, Option<Expr>)> {
    let path = if input.peek(LitStr) { parse_dotted_text(&input.parse()?)? } else { parse_dotted(input)? };
    let value = if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        Some(input.parse()?)
    } else {
        None
    };
    expect_comma(input)?;
    Ok((path, value))
}

/// The end of an item.
pub(super) fn expect_comma(input: ParseStream<'_>) -> syn::Result<()> {
    if input.is_empty() || input.peek(Token![,]) { Ok(()) } else { Err(input.error("expected a comma between the fields of an index")) }
}

fn parse_dotted(input: ParseStream<'_>) -> syn::Result<Vec<Ident>> {
    if !input.peek(Ident::peek_any) {
        return Err(input.error("expected a field, as in `index(address.city, created_at = desc)`"));
    }
    let mut path = vec![Ident::parse_any(input)?];
    while input.peek(Token![.]) {
        input.parse::<Token![.]>()?;
        path.push(Ident::parse_any(input)?);
    }
    Ok(path)
}

/// `"address.city"`, as strings stand for names everywhere.
fn parse_dotted_text(text: &LitStr) -> syn::Result<Vec<Ident>> {
    let value = text.value();
    let segments = value.split('.').map(|segment| ident_of_text(&LitStr::new(segment, text.span())));
    segments
        .collect::<Option<Vec<_>>>()
        .ok_or_else(|| syn::Error::new(text.span(), "expected a field, as in `index(address.city, created_at = desc)`"))
}
