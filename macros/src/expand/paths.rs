//! The constants by which a user names fields, and the methods that go on below a composite.

use super::{block::Depth, key::expand_key, owner::Owner, relation::expand_relation_constant};
use crate::{
    facts::{MODEL_FUNCTIONS, PathKind, located, plain},
    ir::{BodyIr, FieldIr, FlatIr, HeadIr, ModelIr},
};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};
use std::collections::HashSet;

/// The constants of a model. A name that is taken is left out, which only happens in an outline.
pub(crate) fn expand_model_constants(model: &ModelIr, depth: Depth) -> TokenStream {
    let owner = &model.head.ident;
    let mut taken: HashSet<String> = HashSet::new();
    if model.paths.is_none() {
        taken.extend(MODEL_FUNCTIONS.map(String::from));
    }
    let mut constants = Vec::new();
    for field in &model.body.fields {
        if taken.insert(plain(&field.constant)) {
            constants.push(expand_constant(owner, field, model.path_kind(field)));
        }
    }
    for flat in &model.body.flattened {
        if taken.insert(plain(&flat.constant)) {
            constants.push(expand_flat_constant(owner, flat));
        }
    }
    for relation in &model.relations {
        if taken.insert(plain(&relation.constant)) {
            constants.push(expand_relation_constant(model, relation, depth));
        }
    }
    for key in model.unique_keys() {
        if taken.insert(plain(&key.accessor)) {
            constants.push(expand_key(model, &key));
        }
    }
    quote!(#(#constants)*)
}

/// The type that has the constants of a model instead of the model, beside which it stands.
pub(crate) fn expand_paths_type(model: &ModelIr) -> Option<TokenStream> {
    // Of the model's own name in an outline only.
    let (vis, paths) = (&model.head.vis, model.paths.as_ref().filter(|paths| **paths != model.head.ident)?);
    let doc = format!("The paths of [`{}`].", plain(&model.head.ident));
    Some(quote! {
        #[doc = #doc]
        #[allow(dead_code, unreachable_pub)]
        #[derive(::core::fmt::Debug, ::core::clone::Clone, ::core::marker::Copy)]
        #vis struct #paths;
    })
}

/// The constant of a field, from `root` on.
pub(crate) fn expand_constant(root: &impl ToTokens, field: &FieldIr, kind: PathKind) -> TokenStream {
    let (vis, name, storage, stored) = (&field.vis, located(&field.constant), field.stored_ty(), &field.stored.text);
    let kind_type = match kind {
        PathKind::Plain => None,
        PathKind::Defaulted => Some(quote!(, __chakra::Defaulted)),
        PathKind::Unique => Some(quote!(, __chakra::Unique)),
        PathKind::Identity => Some(quote!(, __chakra::Identity)),
        PathKind::Linked => Some(quote!(, __chakra::Linked)),
    };
    quote!(#vis const #name: __chakra::Path<#root, #storage #kind_type> = __chakra::Path::new(#stored);)
}

/// A flattened composite adds nothing to the path of its fields.
pub(crate) fn expand_flat_constant(root: &impl ToTokens, flat: &FlatIr) -> TokenStream {
    let (vis, name, ty) = (&flat.vis, located(&flat.constant), &flat.ty);
    quote!(#vis const #name: __chakra::Path<#root, #ty, __chakra::Flattened> = __chakra::Path::new("");)
}

/// The constants of a composite, and what a path to it derefs to: methods on a local trait object are inherent, so nobody imports anything.
pub(crate) fn expand_composite_paths(owner: impl Into<Owner>, head: &HeadIr, body: &BodyIr) -> TokenStream {
    let owner = owner.into();
    let constants = expand_body_constants(&owner, body);
    let navigation = expand_navigation(&owner, head, &expand_methods(body));
    let (parameters, bounds) = (owner.declared(&TokenStream::new()), owner.bounds());
    quote! {
        #[automatically_derived]
        impl #parameters #owner #bounds {
            #constants
        }
        #navigation
    }
}

/// One constant for each field of a composite, from it on.
pub(crate) fn expand_body_constants(root: &impl ToTokens, body: &BodyIr) -> TokenStream {
    let mut taken = HashSet::new();
    let mut constants = Vec::new();
    for field in &body.fields {
        if taken.insert(plain(&field.constant)) {
            let kind = if field.default.is_some() { PathKind::Defaulted } else { PathKind::Plain };
            constants.push(expand_constant(root, field, kind));
        }
    }
    for flat in &body.flattened {
        if taken.insert(plain(&flat.constant)) {
            constants.push(expand_flat_constant(root, flat));
        }
    }
    quote!(#(#constants)*)
}

/// One method for each field, on what a path to the composite derefs to.
pub(crate) fn expand_methods(body: &BodyIr) -> TokenStream {
    let mut taken = HashSet::new();
    let mut methods = Vec::new();
    for field in &body.fields {
        if taken.insert(plain(&field.constant)) {
            let (vis, name, storage, stored) = (&field.vis, located(&field.constant), field.stored_ty(), &field.stored.text);
            methods.push(quote! {
                #vis fn #name(&self) -> __chakra::Path<__R, __W::Of<#storage>, __W::Kind> {
                    __chakra::sub(self, #stored)
                }
            });
        }
    }
    for flat in &body.flattened {
        if taken.insert(plain(&flat.constant)) {
            let (vis, name, ty) = (&flat.vis, located(&flat.constant), &flat.ty);
            methods.push(quote! {
                #vis fn #name(&self) -> __chakra::Path<__R, __W::Of<#ty>, __chakra::Flattened> {
                    __chakra::sub_flat(self)
                }
            });
        }
    }
    quote!(#(#methods)*)
}

/// What a path to the type derefs to, with these methods.
pub(crate) fn expand_navigation(owner: &Owner, head: &HeadIr, methods: &TokenStream) -> TokenStream {
    let (vis, paths) = (&head.vis, paths_name(owner.ident()));
    let own = quote!(__R, __W);
    let (declared, unbounded, arguments) =
        (owner.declared(&quote!(__R: __chakra::Root, __W: __chakra::Wrap)), owner.unbounded(&own), owner.arguments(&own));
    let (bounds, target) = (owner.bounds(), quote!(dyn #paths #arguments));
    let navigate = owner.implement(
        &quote!(__chakra::Navigate),
        &quote! {
            type Fields<__R: __chakra::Root, __W: __chakra::Wrap> = #target;
            fn fields<__R: __chakra::Root, __W: __chakra::Wrap>(__raw: &__chakra::RawPath) -> &Self::Fields<__R, __W> {
                __raw
            }
        },
    );
    quote! {
        #vis trait #paths #unbounded: __chakra::Nav {}
        #[automatically_derived]
        impl #unbounded #paths #arguments for __chakra::RawPath {}
        #navigate
        #[automatically_derived]
        impl #declared #target #bounds {
            #methods
        }
    }
}

/// `AddressPaths`
fn paths_name(owner: &Ident) -> Ident {
    format_ident!("{}Paths", owner)
}
