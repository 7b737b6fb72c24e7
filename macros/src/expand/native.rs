//! The type of a field as it is stored: its own, or what `as` or `serde` says.

use crate::{
    ir::{FieldIr, NativeForm, NativeIr},
    shape::map_innermost,
};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::Type;

impl FieldIr {
    /// The type of which paths, drafts and the schema speak.
    pub(crate) fn stored_ty(&self) -> TokenStream {
        storage_of(&self.ty, self.native)
    }
}

/// Where the compiler shows that a field cannot be stored: at what says how, or else at the field.
pub(crate) fn place_of(field: &FieldIr) -> Span {
    spot(field.native.map_or_else(|| field.ident.span(), |native| native.span))
}

/// How a value of the type is stored. What does not fit is shown at the attribute.
pub(crate) fn storage_of(ty: &Type, native: Option<NativeIr>) -> TokenStream {
    let Some(native) = native else { return ty.to_token_stream() };
    let span = spot(native.span);
    let marker = Ident::new(&marker_name(native.form), span);
    let replaced = map_innermost(ty, &|inner| Type::Verbatim(quote_spanned!(span=> __chakra::Native<#inner, __chakra::#marker>)));
    replaced.to_token_stream()
}

/// The place of a user's token, for generated names.
pub(crate) fn spot(span: Span) -> Span {
    Span::call_site().located_at(span)
}

fn marker_name(form: NativeForm) -> String {
    format!("As{form:?}")
}
