//! The constants by which a user names fields and compound keys, and the methods that go on below a composite.

use super::{block::Depth, relation::expand_relation_constant};
use crate::{
    facts::{CompoundKey, MODEL_FUNCTIONS, PathKind, located, plain},
    ir::{CompositeIr, FieldIr, ModelIr},
    shape::is_option,
};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use std::collections::HashSet;

/// The constants of a model. A name that is taken is left out, which only happens in an outline.
pub(crate) fn expand_model_constants(model: &ModelIr, depth: Depth) -> TokenStream {
    let owner = &model.head.ident;
    let mut taken: HashSet<String> = MODEL_FUNCTIONS.map(String::from).into();
    let mut constants = Vec::new();
    for field in &model.body.fields {
        if taken.insert(plain(&field.constant)) {
            constants.push(expand_constant(owner, field, model.path_kind(field)));
        }
    }
    for relation in &model.relations {
        if taken.insert(plain(&relation.constant)) {
            constants.push(expand_relation_constant(owner, relation, depth));
        }
    }
    for key in model.compound_keys() {
        if taken.insert(plain(&key.accessor)) {
            constants.push(expand_key(model, &key));
        }
    }
    quote!(#(#constants)*)
}

fn expand_constant(owner: &Ident, field: &FieldIr, kind: PathKind) -> TokenStream {
    let (vis, name, ty, stored) = (&field.vis, located(&field.constant), &field.ty, &field.stored.text);
    let kind_type = match kind {
        PathKind::Plain => None,
        PathKind::Defaulted => Some(quote!(, __chakra::Defaulted)),
        PathKind::Unique => Some(quote!(, __chakra::Unique)),
        PathKind::Identity => Some(quote!(, __chakra::Identity)),
        PathKind::Linked => Some(quote!(, __chakra::Linked)),
    };
    quote!(#vis const #name: __chakra::Path<#owner, #ty #kind_type> = __chakra::Path::new(#stored);)
}

fn expand_key(model: &ModelIr, key: &CompoundKey<'_>) -> TokenStream {
    let (owner, vis, name) = (&model.head.ident, &model.head.vis, &key.accessor);
    let types = key.fields.iter().map(|field| {
        let ty = &field.ty;
        // One looks up by values that are there.
        if is_option(ty) { quote!(<#ty as __chakra::FieldType>::Present) } else { quote!(#ty) }
    });
    let stored = key.fields.iter().map(|field| &field.stored.text);
    quote! {
        #vis const #name: __chakra::UniqueKey<#owner, (#(#types),*)> = __chakra::UniqueKey::new(&[#(#stored),*]);
    }
}

/// The constants of a composite, and what a path to it derefs to: methods on a local trait object are inherent, so nobody imports anything.
pub(crate) fn expand_composite_paths(composite: &CompositeIr) -> TokenStream {
    let (owner, vis) = (&composite.head.ident, &composite.head.vis);
    let paths = format_ident!("{}Paths", owner);
    let mut taken = HashSet::new();
    let fields: Vec<_> = composite.body.fields.iter().filter(|field| taken.insert(plain(&field.constant))).collect();
    let constants = fields.iter().map(|field| {
        let kind = if field.default.is_some() { PathKind::Defaulted } else { PathKind::Plain };
        expand_constant(owner, field, kind)
    });
    let methods = fields.iter().map(|field| expand_method(field));
    quote! {
        #[automatically_derived]
        impl #owner {
            #(#constants)*
        }
        #vis trait #paths<__R, __W>: __chakra::Nav {}
        #[automatically_derived]
        impl<__R, __W> #paths<__R, __W> for __chakra::RawPath {}
        #[automatically_derived]
        impl __chakra::Navigate for #owner {
            type Fields<__R: __chakra::Root, __W: __chakra::Wrap> = dyn #paths<__R, __W>;
            fn fields<__R: __chakra::Root, __W: __chakra::Wrap>(__raw: &__chakra::RawPath) -> &Self::Fields<__R, __W> {
                __raw
            }
        }
        #[automatically_derived]
        impl<__R: __chakra::Root, __W: __chakra::Wrap> dyn #paths<__R, __W> {
            #(#methods)*
        }
    }
}

fn expand_method(field: &FieldIr) -> TokenStream {
    let (vis, name, ty, stored) = (&field.vis, located(&field.constant), &field.ty, &field.stored.text);
    quote! {
        #vis fn #name(&self) -> __chakra::Path<__R, __W::Of<#ty>, __W::Kind> {
            __chakra::sub(self, #stored)
        }
    }
}
