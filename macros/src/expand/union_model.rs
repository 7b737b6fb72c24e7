//! The impls of a model of several shapes: one schema and one face for all, and for each variant a draft.

use super::{
    block::{Depth, expand_block},
    draft::{DraftParts, draft_name},
    dummy::{expand_codec_outline, expand_outline},
    index::Indexes,
    key::expand_key,
    model::{expand_model_traits, expand_registered},
    owner::{Owner, Scope},
    paths::expand_constant,
    storage::expand_storage,
    union::{expand_tag, expand_variant_paths},
    variant::{expand_marker, expand_union_codec, expand_variants},
};
use crate::{
    facts::{located, plain},
    ir::{CompositeIr, ShapeIr, UnionModelIr},
};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};
use std::collections::HashSet;

pub(crate) fn expand_union_model(model: &UnionModelIr) -> TokenStream {
    let owner = Owner::from(&model.union.head.ident);
    let variants = expand_variants(&model.union);
    let schema = expand_union_schema(model, &owner);
    let traits = expand_model_traits(&model.common, &quote!(&__SCHEMA), &[]);
    let registered = expand_registered(&model.common.head.ident);
    let codec = expand_union_codec(&model.union);
    let face = expand_union_face(model, Depth::Full);
    let shapes = composites(model).map(|(index, shape, composite)| {
        let fields = Scope::of_variant(&owner, index).fields();
        let marker = expand_marker(composite, &fields, &model.own_body(composite));
        let (schema, draft) = (expand_draft_schema(model, index, shape, composite, &fields), expand_draft(model, composite, Depth::Full));
        quote!(#marker #schema #draft)
    });
    expand_block(&model.union.head, Depth::Full, &quote!(#variants #schema #traits #registered #codec #face #(#shapes)*))
}

pub(crate) fn expand_union_model_dummy(model: &UnionModelIr) -> TokenStream {
    let traits = expand_model_traits(&model.common, &quote!(::core::unreachable!()), &[]);
    let codec = expand_codec_outline(&model.union.head.ident);
    let face = expand_union_face(model, Depth::Outline);
    let shapes = composites(model).map(|(_, _, composite)| {
        let marker = expand_marker(composite, &quote!(&[]), &model.own_body(composite));
        let draft = expand_draft(model, composite, Depth::Outline);
        quote!(#marker #draft)
    });
    expand_outline(&model.union.head, &quote!(#traits #codec #face #(#shapes)*))
}

/// The variants with their numbers. Each has named fields, since each has an id.
fn composites(model: &UnionModelIr) -> impl Iterator<Item = (usize, &ShapeIr, &CompositeIr)> {
    model.union.shapes.iter().enumerate().filter_map(|(index, shape)| Some((index, shape, shape.composite()?)))
}

/// The schema of all documents: the tag, and the fields that every variant has, as the first of them declares them.
fn expand_union_schema(model: &UnionModelIr, owner: &Owner) -> TokenStream {
    let (name, collection, sync) = (plain(owner.ident()), &model.common.collection.text, model.common.sync);
    let (stored, tag) = (&model.union.tag.text, expand_tag(&model.union));
    let first = Scope::of_variant(owner, 0).fields();
    let declared = model.union.shapes.first().map_or(&[][..], ShapeIr::fields).iter().enumerate();
    let common = declared.filter(|(_, field)| model.is_common(field)).map(|(index, _)| {
        let index = Literal::usize_unsuffixed(index);
        quote!(#first[#index])
    });
    let indexes = Indexes::of(&model.common).expand(&model.resolved_indexes(), &model.resolved_texts(), &model.resolved_wildcards());
    let (storage, validator) = (expand_storage(&model.common), model.common.validator.is_some());
    quote! {
        const __FIELDS: &[__chakra::Field] = &[__chakra::tag_field(#stored, __TAGS), #(#common),*];
        static __SCHEMA: __chakra::LazyLock<__chakra::Schema> = __chakra::LazyLock::new(|| __chakra::Schema {
            model: #name,
            collection: #collection,
            storage: #storage,
            fields: __FIELDS,
            tag: #tag,
            relations: &[],
            indexes: #indexes,
            extra: false,
            deny_unknown: false,
            validator: #validator,
            sync: #sync,
        });
    }
}

fn draft_schema_name(index: usize) -> Ident {
    format_ident!("__DRAFT_{}", index)
}

/// The schema by which the draft of one variant is written: the tag, which is filled, and all fields of the variant.
fn expand_draft_schema(model: &UnionModelIr, index: usize, shape: &ShapeIr, composite: &CompositeIr, fields: &TokenStream) -> TokenStream {
    let (owner, name, list) = (&model.union.head.ident, draft_schema_name(index), format_ident!("__DRAFT_FIELDS_{}", index));
    let (tag, stored) = (&model.union.tag.text, &shape.stored.text);
    let count = Literal::usize_unsuffixed(1 + composite.body.fields.len());
    quote! {
        const #list: &[__chakra::Field] = &__chakra::concat_fields::<#count>(&[
            &[__chakra::tag_field(#tag, __TAGS).fill(__chakra::Fill::Constant(|__w| __chakra::Encode::encode(#stored, __w)))],
            #fields,
        ]);
        static #name: __chakra::LazyLock<__chakra::Schema> = __chakra::LazyLock::new(|| {
            let __all = <#owner as __chakra::Model>::schema();
            __chakra::Schema { fields: #list, tag: ::core::option::Option::None, indexes: __all.indexes.clone(), ..*__all }
        });
    }
}

fn expand_draft(model: &UnionModelIr, composite: &CompositeIr, depth: Depth) -> TokenStream {
    DraftParts::of_shape(&model.union.head, &composite.body, plain(&composite.head.ident), 1, depth).expand()
}

/// What a user names: the constants of common fields and keys, and the functions.
fn expand_union_face(model: &UnionModelIr, depth: Depth) -> TokenStream {
    let (owner, vis) = (&model.union.head.ident, &model.union.head.vis);
    let body = |full: TokenStream| match depth {
        Depth::Full => full,
        Depth::Outline => quote!(::core::unreachable!()),
    };
    // A name that is taken is left out, which only happens in an outline.
    let mut taken = HashSet::from([String::from("all")]);
    let mut parts = Vec::new();
    for field in &model.common.body.fields {
        if taken.insert(plain(&field.constant)) {
            parts.push(expand_constant(owner, field, model.common.path_kind(field)));
        }
    }
    parts.push(expand_variant_paths(&model.union, &mut taken));
    for (index, shape, composite) in composites(model) {
        let function = shape.draft_function();
        if taken.insert(function.to_string()) {
            let (name, draft, schema) = (located(&function), draft_name(&plain(&composite.head.ident)), draft_schema_name(index));
            let new = body(quote!(#draft::__from_core(__chakra::DraftCore::new(&#schema))));
            parts.push(quote!(#vis fn #name() -> #draft { #new }));
        }
    }
    for key in model.common.unique_keys() {
        if taken.insert(plain(&key.accessor)) {
            parts.push(expand_key(&model.common, &key));
        }
    }
    let all = body(quote!(__chakra::Filter::all()));
    quote! {
        #[automatically_derived]
        impl #owner {
            #(#parts)*
            #vis fn all() -> __chakra::Filter<#owner> {
                #all
            }
        }
    }
}
