//! What follows from a name: how attributes call it, and how generated code bears it.

use proc_macro2::{Ident, Span};
use syn::ext::IdentExt;

/// The functions that every model has beside its constants.
pub(crate) const MODEL_FUNCTIONS: [&str; 2] = ["draft", "all"];

/// The name of a field without `r#`, by which attributes call it.
pub(crate) fn plain(ident: &Ident) -> String {
    ident.unraw().to_string()
}

/// The name as generated code bears it: resolved where the derive stands, but shown where the user wrote it.
pub(crate) fn located(ident: &Ident) -> Ident {
    let mut located = ident.clone();
    located.set_span(Span::call_site().located_at(ident.span()));
    located
}
