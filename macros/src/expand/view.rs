//! The impls of a view: it is read, and says what it reads.

use super::{
    block::{Depth, expand_block},
    codec::expand_read,
    owner::{Owner, Scope},
    schema::{expand_defaults, expand_names},
};
use crate::ir::{Form, ViewIr};
use proc_macro2::TokenStream;
use quote::quote;

pub(crate) fn expand_view(view: &ViewIr) -> TokenStream {
    let owner = Owner::from(view);
    let scope = Scope::new(&owner);
    let (defaults, names) = (expand_defaults(scope, &view.body), expand_names(scope, &view.body));
    let read = expand_read(scope, &view.body, &quote!(Self));
    let fields = view.body.fields.iter().map(|field| &field.stored.text);
    let traits = expand_view_traits(view, &read, &quote!(&[#(#fields),*]));
    expand_block(&view.head, Depth::Full, &quote!(#defaults #names #traits))
}

pub(crate) fn expand_view_dummy(view: &ViewIr) -> TokenStream {
    // An impl that leaves parameters out would be a message of its own.
    if view.head.form == Form::Generic {
        return TokenStream::new();
    }
    let traits = expand_view_traits(view, &quote!(::core::unreachable!()), &quote!(&[]));
    expand_block(&view.head, Depth::Outline, &traits)
}

/// What borrows lives as long as the bytes.
fn expand_view_traits(view: &ViewIr, read: &TokenStream, fields: &TokenStream) -> TokenStream {
    let owner = &view.head.ident;
    let (bytes, of_bytes, parameters, of_any, of_given) = match &view.lifetime {
        Some(lifetime) => (quote!(#lifetime), quote!(<#lifetime>), quote!(<'__x>), quote!(<'__x>), quote!(<'__v>)),
        None => (quote!('de), TokenStream::new(), TokenStream::new(), TokenStream::new(), TokenStream::new()),
    };
    quote! {
        #[automatically_derived]
        impl<#bytes> __chakra::Decode<#bytes> for #owner #of_bytes {
            fn decode(__raw: &__chakra::Raw<#bytes>) -> ::core::result::Result<Self, __chakra::DecodeError> {
                #read
            }
        }
        #[automatically_derived]
        impl #parameters __chakra::View for #owner #of_any {
            type Of<'__v> = #owner #of_given;
            const FIELDS: &'static [&'static str] = #fields;
        }
    }
}
