//! The impls of an embedded union.

use super::{
    block::{Depth, expand_block},
    composite::expand_composite_traits,
    dummy::{expand_codec_outline, expand_outline},
    owner::{Owner, Scope},
    paths::expand_navigation,
    variant::{expand_marker, expand_union_codec, expand_variants, variant_type},
};
use crate::{
    facts::{located, plain},
    ir::{ShapeIr, UnionIr},
};
use proc_macro2::TokenStream;
use quote::quote;
use std::collections::HashSet;

pub(crate) fn expand_union(union: &UnionIr) -> TokenStream {
    let owner = Owner::from(&union.head.ident);
    let variants = expand_variants(union);
    let markers = union.shapes.iter().enumerate().filter_map(|(index, shape)| {
        let composite = shape.composite()?;
        Some(expand_marker(composite, &Scope::of_variant(&owner, index).fields(), &composite.body))
    });
    let traits = expand_union_traits(union, &expand_tag(union));
    let codec = expand_union_codec(union);
    let paths = expand_union_paths(union);
    expand_block(&union.head, Depth::Full, &quote!(#variants #(#markers)* #traits #codec #paths))
}

pub(crate) fn expand_union_dummy(union: &UnionIr) -> TokenStream {
    let markers =
        union.shapes.iter().filter_map(ShapeIr::composite).map(|composite| expand_marker(composite, &quote!(&[]), &composite.body));
    let traits = expand_union_traits(union, &quote!(::core::option::Option::None));
    let codec = expand_codec_outline(&union.head.ident);
    let paths = expand_union_paths(union);
    expand_outline(&union.head, &quote!(#(#markers)* #traits #codec #paths))
}

/// The tag of a shape or a schema.
pub(super) fn expand_tag(union: &UnionIr) -> TokenStream {
    let tag = &union.tag.text;
    quote!(::core::option::Option::Some(__chakra::Tag { stored: #tag, variants: __VARIANTS }))
}

fn expand_union_traits(union: &UnionIr, tag: &TokenStream) -> TokenStream {
    let name = plain(&union.head.ident);
    let shape = quote!(&__chakra::Shape { name: #name, fields: &[], tag: #tag, closed: false });
    expand_composite_traits(&union.head.ident, &shape)
}

/// The paths into the variants: functions of the enum, and methods on what a path to it derefs to.
fn expand_union_paths(union: &UnionIr) -> TokenStream {
    let (owner, vis, tag) = (&union.head.ident, &union.head.vis, &union.tag.text);
    let functions = expand_variant_paths(union, &mut HashSet::new());
    let mut taken = HashSet::new();
    let methods = union.shapes.iter().filter(|shape| taken.insert(plain(&shape.accessor))).map(|shape| {
        let (name, ty, stored) = (located(&shape.accessor), variant_type(shape), &shape.stored.text);
        quote! {
            #vis fn #name(&self) -> __chakra::Path<__R, __W::Of<::core::option::Option<#ty>>, __W::Kind> {
                __chakra::sub_variant(self, #tag, #stored)
            }
        }
    });
    let navigation = expand_navigation(&Owner::from(owner), &union.head, &quote!(#(#methods)*));
    quote! {
        #[automatically_derived]
        impl #owner {
            #functions
        }
        #navigation
    }
}

/// One function for each variant, unless its name is taken, which only happens in an outline.
pub(super) fn expand_variant_paths(union: &UnionIr, taken: &mut HashSet<String>) -> TokenStream {
    let (owner, vis, tag) = (&union.head.ident, &union.head.vis, &union.tag.text);
    let functions = union.shapes.iter().filter(|shape| taken.insert(plain(&shape.accessor))).map(|shape| {
        let (name, ty, stored) = (located(&shape.accessor), variant_type(shape), &shape.stored.text);
        quote! {
            #vis fn #name() -> __chakra::Path<#owner, ::core::option::Option<#ty>> {
                __chakra::variant_path(#tag, #stored)
            }
        }
    });
    quote!(#(#functions)*)
}
