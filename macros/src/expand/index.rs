//! A model's whole schema, with its indexes.

use super::{native::spot, relation::expand_relation_schema};
use crate::{
    facts::{located, plain},
    ir::{BodyIr, Direction, IndexIr, IndexKeyIr, ModelIr},
};
use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};

/// The schema of a model, made at first use since paths into composites are made at run time.
pub(crate) fn expand_schema(model: &ModelIr) -> TokenStream {
    let (name, collection) = (plain(&model.head.ident), &model.collection.text);
    let relations = model.relations.iter().filter_map(|relation| expand_relation_schema(model, relation));
    let indexes = model.resolved_indexes();
    let indexes = indexes.iter().map(|index| expand_index(model.path_root(), &model.body, index));
    let (extra, deny_unknown, sync) = (!model.body.extras.is_empty(), model.body.deny_unknown.is_some(), model.sync);
    quote! {
        const __RELATIONS: &[__chakra::RelationSchema] = &[#(#relations),*];
        static __SCHEMA: __chakra::LazyLock<__chakra::Schema> = __chakra::LazyLock::new(|| __chakra::Schema {
            model: #name,
            collection: #collection,
            fields: __FIELDS,
            tag: ::core::option::Option::None,
            relations: __RELATIONS,
            indexes: ::std::vec![#(#indexes),*],
            extra: #extra,
            deny_unknown: #deny_unknown,
            sync: #sync,
        });
    }
}

/// An index, over the paths that `root` has as constants.
pub(crate) fn expand_index(root: &Ident, body: &BodyIr, index: &IndexIr) -> TokenStream {
    let constructor = if index.unique { quote!(unique) } else { quote!(plain) };
    let keys = index.keys.iter().map(|key| expand_index_key(root, body, key));
    let named = index.map.as_ref().map(|map| {
        let name = &map.text;
        quote!(.named(#name))
    });
    quote!(__chakra::IndexSchema::#constructor([#(#keys),*]) #named)
}

/// The path itself, so that the compiler checks what stands below a composite.
fn expand_index_key(root: &Ident, body: &BodyIr, key: &IndexKeyIr) -> TokenStream {
    let direction = match key.direction {
        Direction::Ascending => quote!(1),
        Direction::Descending => quote!(-1),
    };
    let Some((first, methods)) = key.segments.split_first() else { return TokenStream::new() };
    let start = expand_start(body, first);
    let mut path = quote_spanned!(spot(first.span())=> &#root::#start);
    for method in methods {
        path.extend(quote_spanned!(spot(method.span())=> .#method()));
    }
    quote!(__chakra::index_key(#path, #direction))
}

/// The constant of the field that an attribute names, or the function that leads into a variant, at the place where it is named.
fn expand_start(body: &BodyIr, named: &Ident) -> TokenStream {
    let start = body.start(&plain(named));
    let mut constant = start.as_ref().map_or(named, |start| start.constant()).clone();
    constant.set_span(located(named).span());
    match start {
        Some(_) => quote!(#constant),
        None => quote_spanned!(constant.span()=> #constant()),
    }
}
