//! The impls of a model.

use super::{
    block::{Depth, expand_block},
    codec::expand_codec,
    draft::{DraftParts, draft_name},
    index::expand_schema,
    owner::{Owner, Scope},
    paths::{expand_model_constants, expand_paths_type},
    schema::expand_fields,
};
use crate::{facts::plain, ir::ModelIr};
use proc_macro2::{Ident, TokenStream};
use quote::quote;

pub(crate) fn expand_model(model: &ModelIr) -> TokenStream {
    let owner = Owner::from(&model.head.ident);
    let fields = expand_fields(Scope::new(&owner), &model.body);
    let schema = expand_schema(model);
    let traits = expand_model_traits(model, &quote!(&__SCHEMA), &model.body.unstored);
    let registered = expand_registered(&model.head.ident);
    let codec = expand_codec(&owner, &model.body);
    let face = expand_face(model, Depth::Full);
    let draft = DraftParts::of_model(model, Depth::Full).expand();
    let block = expand_block(&model.head, Depth::Full, &quote!(#fields #schema #traits #registered #codec #face #draft));
    let paths = expand_paths_type(model);
    quote!(#paths #block)
}

/// What a model is as a type; `unstored` are the fields that no document holds.
pub(crate) fn expand_model_traits(model: &ModelIr, schema: &TokenStream, unstored: &[Ident]) -> TokenStream {
    let (owner, id) = (&model.head.ident, expand_id(model));
    let keep_unstored = (!unstored.is_empty()).then(|| {
        quote! {
            fn keep_unstored(&mut self, __from: &mut Self) {
                #(::core::mem::swap(&mut self.#unstored, &mut __from.#unstored);)*
            }
        }
    });
    let searchable = model.texts.first().map(|_| {
        quote! {
            #[automatically_derived]
            impl __chakra::Searchable for #owner {}
        }
    });
    quote! {
        #[automatically_derived]
        impl __chakra::Root for #owner {
            type Unwound = __chakra::Unwound<Self>;
        }
        #[automatically_derived]
        impl __chakra::Model for #owner {
            type Id = #id;
            fn schema() -> &'static __chakra::Schema {
                #schema
            }
            #keep_unstored
        }
        #searchable
    }
}

/// Makes the model known to the whole program when it is linked.
pub(crate) fn expand_registered(owner: &Ident) -> TokenStream {
    quote!(__chakra::submit! { __chakra::Registered(<#owner as __chakra::Model>::schema) })
}

/// The type of the id as it is stored; where there is none, what was most likely meant.
fn expand_id(model: &ModelIr) -> TokenStream {
    let owner = &model.head.ident;
    match model.body.fields.iter().find(|field| field.id.is_some()) {
        Some(field) => field.stored_ty(),
        None => quote!(__chakra::Id<#owner>),
    }
}

/// What a user names: the constants, and the two functions.
pub(crate) fn expand_face(model: &ModelIr, depth: Depth) -> TokenStream {
    let (owner, vis, draft) = (&model.head.ident, &model.head.vis, draft_name(&plain(&model.head.ident)));
    let constants = expand_model_constants(model, depth);
    let (new, all) = match depth {
        Depth::Full => {
            (quote!(#draft::__from_core(__chakra::DraftCore::new(<Self as __chakra::Model>::schema()))), quote!(__chakra::Filter::all()))
        }
        Depth::Outline => (quote!(::core::unreachable!()), quote!(::core::unreachable!())),
    };
    let functions = quote! {
        #vis fn draft() -> #draft {
            #new
        }
        #vis fn all() -> __chakra::Filter<#owner> {
            #all
        }
    };
    match &model.paths {
        None => quote! {
            #[automatically_derived]
            impl #owner {
                #constants
                #functions
            }
        },
        Some(paths) => quote! {
            #[automatically_derived]
            impl #paths {
                #constants
            }
            #[automatically_derived]
            impl #owner {
                #functions
            }
        },
    }
}
