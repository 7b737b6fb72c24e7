//! The stages as a whole, on token streams: what is generated, what is refused, and how much of it there is.
#![allow(clippy::unwrap_used)]

mod enums;
mod errors;
mod expansion;
mod indexes;
mod size;
mod unions;

use proc_macro2::TokenStream;
use syn::DeriveInput;

/// The generated code of a declaration without white space, in which [`assert_has`] finds parts however long the lines are.
fn compact(derive: fn(&DeriveInput) -> TokenStream, declaration: TokenStream) -> String {
    without_space(&derive(&syn::parse2(declaration).unwrap()).to_string())
}

fn without_space(text: &str) -> String {
    text.split_whitespace().collect()
}

#[track_caller]
fn assert_has(code: &str, part: &str) {
    assert!(code.contains(&without_space(part)), "`{part}` is missing in\n{code}");
}

/// The generated code of a declaration, formatted.
fn formatted(derive: fn(&DeriveInput) -> TokenStream, declaration: TokenStream) -> String {
    let tokens = derive(&syn::parse2(declaration).unwrap());
    prettyplease::unparse(&syn::parse2(tokens).unwrap())
}
