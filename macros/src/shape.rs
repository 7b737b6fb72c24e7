//! What a type looks like. A derive sees tokens, not types, so every question here is about spelling: `DateTime<Utc>` is a date because it
//! is called so. Rules that build on it refuse only what is surely wrong and let every unknown name (an alias) pass.
//! Read by `parse`, `check` and `facts`.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{GenericArgument, PathArguments, Type, parse::Parse};

pub(crate) const INTEGERS: &[&str] = &["i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128", "usize"];
pub(crate) const FLOATS: &[&str] = &["f32", "f64"];
pub(crate) const TEXTS: &[&str] = &["String", "str", "char"];
pub(crate) const LISTS: &[&str] = &["Vec", "VecDeque", "HashSet", "BTreeSet"];
pub(crate) const MAPS: &[&str] = &["HashMap", "BTreeMap", "IndexMap"];
pub(crate) const OBJECT_IDS: &[&str] = &["Id", "ObjectId"];
pub(crate) const MOMENTS: &[&str] = &["DateTime", "SystemTime", "Timestamp", "OffsetDateTime"];
pub(crate) const DECIMALS: &[&str] = &["Decimal128", "Decimal"];
/// Types that hold any value.
pub(crate) const ANY: &[&str] = &["Document", "Bson", "Value", "Json"];

/// The type without the invisible groups that `macro_rules!` leaves, and without parentheses.
fn bare(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => bare(&group.elem),
        Type::Paren(paren) => bare(&paren.elem),
        other => other,
    }
}

/// True if the last segment of the type is one of `names`: `chrono::DateTime<Utc>` is a `DateTime`.
pub(crate) fn is_named(ty: &Type, names: &[&str]) -> bool {
    match bare(ty) {
        Type::Path(path) => path.path.segments.last().is_some_and(|last| names.iter().any(|name| last.ident == name)),
        _ => false,
    }
}

/// The `T` of `wrapper<T>`.
pub(crate) fn argument_of<'a>(ty: &'a Type, wrapper: &str) -> Option<&'a Type> {
    arguments_of(ty, &[wrapper]).into_iter().next()
}

/// The types in the angle brackets, if the last segment of the type is one of `wrappers`.
pub(crate) fn arguments_of<'a>(ty: &'a Type, wrappers: &[&str]) -> Vec<&'a Type> {
    let Type::Path(path) = bare(ty) else { return Vec::new() };
    let Some(last) = path.path.segments.last().filter(|last| wrappers.iter().any(|wrapper| last.ident == wrapper)) else {
        return Vec::new();
    };
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return Vec::new() };
    let types = arguments.args.iter().map(|argument| match argument {
        GenericArgument::Type(argument) => Some(argument),
        _ => None,
    });
    types.flatten().collect()
}

/// The same type with its innermost one replaced by what `replace` makes of it: that inside of options, boxes, lists and maps.
pub(crate) fn map_innermost(ty: &Type, replace: &impl Fn(&Type) -> Type) -> Type {
    // Of a map the keys are texts in any case.
    let (position, inner) = match arguments_of(ty, &["Option", "Vec", "VecDeque", "Box"]).as_slice() {
        // A `Box<str>` is a text.
        [item] if !is_named(item, &["str"]) => (0, *item),
        _ => match arguments_of(ty, MAPS).as_slice() {
            [_, value, ..] => (1, *value),
            _ => return replace(ty),
        },
    };
    let mut outer = bare(ty).clone();
    let replaced = map_innermost(inner, replace);
    if let Type::Path(path) = &mut outer
        && let Some(last) = path.path.segments.last_mut()
        && let PathArguments::AngleBracketed(arguments) = &mut last.arguments
        && let Some(GenericArgument::Type(argument)) = arguments.args.iter_mut().nth(position)
    {
        *argument = replaced;
    }
    outer
}

/// The type in a box, or the type itself.
pub(crate) fn unboxed(ty: &Type) -> &Type {
    match arguments_of(ty, &["Box", "Arc"]).as_slice() {
        [inner] => unboxed(inner),
        _ => ty,
    }
}

pub(crate) fn is_option(ty: &Type) -> bool {
    argument_of(ty, "Option").is_some()
}

/// The `T` of `Option<T>`, or the type itself.
pub(crate) fn present(ty: &Type) -> &Type {
    argument_of(ty, "Option").unwrap_or(ty)
}

/// The type as a person writes it, for messages.
pub(crate) fn spell(ty: &Type) -> String {
    ty.to_token_stream().to_string().replace(' ', "").replace(',', ", ")
}

/// The same syntax with `Self` replaced by the declared type: what is generated stands outside of any `impl`, where `Self` means nothing.
pub(crate) fn name_self<T: ToTokens + Parse + Clone>(syntax: &T, name: impl ToTokens) -> T {
    syn::parse2(replace_self(syntax.to_token_stream(), &name.to_token_stream())).unwrap_or_else(|_| syntax.clone())
}

fn replace_self(tokens: TokenStream, name: &TokenStream) -> TokenStream {
    tokens
        .into_iter()
        .flat_map(|token| match token {
            TokenTree::Ident(ident) if ident == "Self" => located_at(name, ident.span()),
            TokenTree::Group(group) => {
                let mut replaced = Group::new(group.delimiter(), replace_self(group.stream(), name));
                replaced.set_span(group.span());
                TokenTree::Group(replaced).into()
            }
            other => other.into(),
        })
        .collect()
}

/// The same tokens, all of them at one place.
pub(crate) fn located_at(tokens: &TokenStream, span: Span) -> TokenStream {
    tokens
        .clone()
        .into_iter()
        .map(|mut token| {
            token.set_span(span);
            token
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use quote::{format_ident, quote};

    fn ty(text: &str) -> Type {
        syn::parse_str(text).unwrap()
    }

    #[test]
    fn types_are_known_by_their_last_segment() {
        assert!(is_named(&ty("chrono::DateTime<Utc>"), &["DateTime"]));
        assert!(is_named(&ty("(i64)"), INTEGERS));
        assert!(!is_named(&ty("[u8; 4]"), LISTS));
        assert_eq!(spell(present(&ty("std::option::Option<Id<User>>"))), "Id<User>");
    }

    #[test]
    fn self_is_named() {
        let named = name_self(&ty("Option<Box<Self>>"), format_ident!("Node"));
        assert_eq!(spell(&named), "Option<Box<Node>>");
        let named = name_self(&ty("Vec<Self>"), quote!(Node::<T>));
        assert_eq!(spell(&named), "Vec<Node::<T>>");
    }

    #[test]
    fn the_innermost_type_is_replaced() {
        let native = |text: &str| spell(&map_innermost(&ty(text), &|inner| syn::parse_quote!(N<#inner>)));
        assert_eq!(native("i32"), "N<i32>");
        assert_eq!(native("Option<Vec<Box<i32>>>"), "Option<Vec<Box<N<i32>>>>");
        assert_eq!(native("std::collections::HashMap<String, Option<i32>, S>"), "std::collections::HashMap<String, Option<N<i32>>, S>");
        assert_eq!(native("[u8; 4]"), "N<[u8;4]>");
        assert_eq!(native("Vec<Box<str>>"), "Vec<N<Box<str>>>");
    }

    #[test]
    fn boxes_are_seen_through() {
        assert_eq!(spell(unboxed(&ty("Box<Arc<Vec<i32>>>"))), "Vec<i32>");
        assert_eq!(spell(unboxed(&ty("Option<Box<i32>>"))), "Option<Box<i32>>");
    }
}
