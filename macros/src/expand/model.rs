//! The impls of a model.

use super::{
    block::{Depth, expand_block},
    codec::expand_codec,
    draft::{draft_name, expand_draft},
    paths::expand_model_constants,
    schema::{expand_fields, expand_schema},
};
use crate::ir::ModelIr;
use proc_macro2::TokenStream;
use quote::quote;

pub(crate) fn expand_model(model: &ModelIr) -> TokenStream {
    let owner = &model.head.ident;
    let fields = expand_fields(&model.body);
    let schema = expand_schema(model);
    let id = expand_id(model);
    let codec = expand_codec(owner, &model.body);
    let face = expand_face(model, Depth::Full);
    let draft = expand_draft(model, Depth::Full);
    expand_block(
        &model.head,
        Depth::Full,
        &quote! {
            #fields
            #schema
            #[automatically_derived]
            impl __chakra::Root for #owner {}
            #[automatically_derived]
            impl __chakra::Model for #owner {
                type Id = #id;
                fn schema() -> &'static __chakra::Schema {
                    &__SCHEMA
                }
            }
            #codec
            #face
            #draft
        },
    )
}

/// The type of the id; where there is none, what was most likely meant.
pub(crate) fn expand_id(model: &ModelIr) -> TokenStream {
    let owner = &model.head.ident;
    match model.body.fields.iter().find(|field| field.id.is_some()) {
        Some(field) => {
            let ty = &field.ty;
            quote!(#ty)
        }
        None => quote!(__chakra::Id<#owner>),
    }
}

/// What a user names: the constants, and the two functions.
pub(crate) fn expand_face(model: &ModelIr, depth: Depth) -> TokenStream {
    let (owner, vis, draft) = (&model.head.ident, &model.head.vis, draft_name(model));
    let constants = expand_model_constants(model, depth);
    let (new, all) = match depth {
        Depth::Full => {
            (quote!(#draft::__from_core(__chakra::DraftCore::new(<Self as __chakra::Model>::schema()))), quote!(__chakra::Filter::all()))
        }
        Depth::Outline => (quote!(::core::unreachable!()), quote!(::core::unreachable!())),
    };
    quote! {
        #[automatically_derived]
        impl #owner {
            #constants
            #vis fn draft() -> #draft {
                #new
            }
            #vis fn all() -> __chakra::Filter<#owner> {
                #all
            }
        }
    }
}
