//! The impls of a composite.

use super::{
    block::{Depth, expand_block},
    codec::expand_codec,
    paths::expand_composite_paths,
    schema::expand_fields,
};
use crate::ir::CompositeIr;
use proc_macro2::{Ident, TokenStream};
use quote::quote;

pub(crate) fn expand_composite(composite: &CompositeIr) -> TokenStream {
    let owner = &composite.head.ident;
    let fields = expand_fields(&composite.body);
    let traits = expand_composite_traits(owner, &quote!(__FIELDS));
    let codec = expand_codec(owner, &composite.body);
    let paths = expand_composite_paths(composite);
    expand_block(&composite.head, Depth::Full, &quote!(#fields #traits #codec #paths))
}

/// What a composite is as a type.
pub(crate) fn expand_composite_traits(owner: &Ident, fields: &TokenStream) -> TokenStream {
    let kind = quote!(__chakra::Kind::Composite(__chakra::fields_of::<#owner>));
    let field_type = expand_field_type(owner, &kind);
    quote! {
        #[automatically_derived]
        impl __chakra::Root for #owner {}
        #[automatically_derived]
        impl __chakra::Composite for #owner {
            const FIELDS: &'static [__chakra::Field] = #fields;
        }
        #field_type
    }
}

/// A type that is never absent unless it stands in an `Option`.
pub(crate) fn expand_field_type(owner: &Ident, kind: &TokenStream) -> TokenStream {
    quote! {
        #[automatically_derived]
        impl __chakra::FieldType for #owner {
            type Present = Self;
            type Optional = ::core::option::Option<Self>;
            const KIND: __chakra::Kind = #kind;
            const ABSENT: __chakra::Absent = __chakra::Absent::Never;
        }
    }
}
