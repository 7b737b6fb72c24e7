//! What a type looks like. A derive sees tokens, not types, so every question here is about spelling: `DateTime<Utc>` is a date because it
//! is called so. Rules that build on it refuse only what is surely wrong and let every unknown name (an alias) pass.
//! Read by `parse`, `check` and `facts`.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{GenericArgument, PathArguments, Type, parse::Parse};

pub(crate) const INTEGERS: &[&str] = &["i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128", "usize"];
pub(crate) const FLOATS: &[&str] = &["f32", "f64"];
pub(crate) const TEXTS: &[&str] = &["String", "str", "char"];
pub(crate) const LISTS: &[&str] = &["Vec", "VecDeque", "HashSet", "BTreeSet"];
pub(crate) const MAPS: &[&str] = &["HashMap", "BTreeMap"];
pub(crate) const OBJECT_IDS: &[&str] = &["Id", "ObjectId"];

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
    let Type::Path(path) = bare(ty) else { return None };
    let last = path.path.segments.last()?;
    if last.ident != wrapper {
        return None;
    }
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first()? {
        GenericArgument::Type(argument) => Some(argument),
        _ => None,
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

/// The same syntax with `Self` replaced by the declared name: what is generated stands outside of any `impl`, where `Self` means nothing.
pub(crate) fn name_self<T: ToTokens + Parse + Clone>(syntax: &T, name: &Ident) -> T {
    syn::parse2(replace_self(syntax.to_token_stream(), name)).unwrap_or_else(|_| syntax.clone())
}

fn replace_self(tokens: TokenStream, name: &Ident) -> TokenStream {
    tokens
        .into_iter()
        .map(|token| match token {
            TokenTree::Ident(ident) if ident == "Self" => {
                let mut named = name.clone();
                named.set_span(ident.span());
                TokenTree::Ident(named)
            }
            TokenTree::Group(group) => {
                let mut replaced = Group::new(group.delimiter(), replace_self(group.stream(), name));
                replaced.set_span(group.span());
                TokenTree::Group(replaced)
            }
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use quote::format_ident;

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
        let named = name_self(&ty("Option<Box<Self>>"), &format_ident!("Node"));
        assert_eq!(spell(&named), "Option<Box<Node>>");
    }
}
