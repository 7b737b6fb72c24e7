//! Unique keys over several fields or nested ones: the constants by which a user names them, and how a composite tells the types of its
//! fields to them.

use super::{
    native::{spot, storage_of},
    owner::Owner,
    relation::expand_hash,
};
use crate::{
    facts::{KeyPath, Start, UniqueKey, plain},
    ir::{BodyIr, ModelIr},
    shape::is_option,
};
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

/// The constant of a key.
pub(crate) fn expand_key(model: &ModelIr, key: &UniqueKey<'_>) -> TokenStream {
    let (owner, vis, name) = (&model.head.ident, &model.head.vis, &key.accessor);
    let (types, stored): (Vec<_>, Vec<_>) = key.paths.iter().map(expand_path).unzip();
    // A tuple of one has a comma.
    quote! {
        #vis const #name: __chakra::UniqueKey<#owner, (#(#types,)*)> = __chakra::UniqueKey::new(&[#(&[#(#stored),*]),*]);
    }
}

/// The type of one value of a key, and the stored names that lead to it.
fn expand_path(path: &KeyPath<'_>) -> (TokenStream, Vec<TokenStream>) {
    let (mut ty, mut stored) = match path.start {
        Start::Field(field) => {
            let (ty, stored) = (&field.ty, &field.stored.text);
            // One looks up by values that are there.
            let present = is_option(ty) && path.below.is_empty();
            let storage = storage_of(ty, field.native);
            (if present { expand_present(&storage, field.ident.span()) } else { storage }, vec![quote!(#stored)])
        }
        Start::Flat(flat) => (flat.ty.to_token_stream(), Vec::new()),
    };
    for method in path.below {
        let hash = expand_hash(&plain(method));
        let (composite, span) = (expand_present(&ty, method.span()), spot(method.span()));
        stored.push(quote_spanned!(span=> <#composite as __chakra::FieldAt<#hash>>::STORED));
        ty = quote_spanned!(span=> <#composite as __chakra::FieldAt<#hash>>::Type);
    }
    if let Some(last) = path.below.last() {
        ty = expand_present(&ty, last.span());
    }
    (ty, stored)
}

fn expand_present(ty: &TokenStream, named: Span) -> TokenStream {
    quote_spanned!(spot(named)=> <#ty as __chakra::FieldType>::Present)
}

/// What keys of models ask of a composite: the type and the stored name of each field, by the name of its method.
pub(crate) fn expand_field_at(owner: impl Into<Owner>, body: &BodyIr) -> TokenStream {
    let owner = owner.into();
    let impls = body.fields.iter().map(|field| {
        let (hash, storage, stored) = (expand_hash(&plain(&field.constant)), field.stored_ty(), &field.stored.text);
        owner.implement(
            &quote!(__chakra::FieldAt<#hash>),
            &quote! {
                type Type = #storage;
                const STORED: &'static str = #stored;
            },
        )
    });
    quote!(#(#impls)*)
}
