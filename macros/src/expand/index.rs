//! A model's whole schema, with its indexes.

use super::{native::spot, relation::expand_relation_schema};
use crate::{
    facts::{located, plain},
    ir::{BodyIr, Direction, IndexIr, IndexKeyIr, ModelIr, Name, TextIr},
};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{quote, quote_spanned};

/// The schema of a model, made at first use since paths into composites are made at run time.
pub(crate) fn expand_schema(model: &ModelIr) -> TokenStream {
    let (name, collection) = (plain(&model.head.ident), &model.collection.text);
    let relations = model.relations.iter().filter_map(|relation| expand_relation_schema(model, relation));
    let indexes = expand_indexes(model.path_root(), &model.body, &model.resolved_indexes(), &model.texts);
    let (extra, deny_unknown, sync) = (!model.body.extras.is_empty(), model.body.deny_unknown.is_some(), model.sync);
    quote! {
        const __RELATIONS: &[__chakra::RelationSchema] = &[#(#relations),*];
        static __SCHEMA: __chakra::LazyLock<__chakra::Schema> = __chakra::LazyLock::new(|| __chakra::Schema {
            model: #name,
            collection: #collection,
            fields: __FIELDS,
            tag: ::core::option::Option::None,
            relations: __RELATIONS,
            indexes: #indexes,
            extra: #extra,
            deny_unknown: #deny_unknown,
            sync: #sync,
        });
    }
}

/// All indexes of a model, over the paths that `root` has as constants.
pub(crate) fn expand_indexes(root: &Ident, body: &BodyIr, indexes: &[IndexIr], texts: &[TextIr]) -> TokenStream {
    let indexes = indexes.iter().map(|index| expand_index(root, body, index));
    let all = indexes.chain(texts.iter().map(|text| expand_text(root, body, text)));
    quote!(::std::vec![#(#all),*])
}

fn expand_index(root: &Ident, body: &BodyIr, index: &IndexIr) -> TokenStream {
    let constructor = if index.unique { quote!(unique) } else { quote!(plain) };
    let keys = index.keys.iter().map(|key| expand_index_key(root, body, key));
    let named = index.map.as_ref().map(expand_named);
    quote!(__chakra::IndexSchema::#constructor([#(#keys),*]) #named)
}

fn expand_index_key(root: &Ident, body: &BodyIr, key: &IndexKeyIr) -> TokenStream {
    let direction = match key.direction {
        Direction::Ascending => quote!(1),
        Direction::Descending => quote!(-1),
    };
    let path = expand_path(root, body, &key.segments);
    quote!(__chakra::index_key(#path, #direction))
}

fn expand_text(root: &Ident, body: &BodyIr, text: &TextIr) -> TokenStream {
    let keys = text.paths.iter().map(|path| {
        let path = expand_path(root, body, path);
        quote!(__chakra::text_key(#path))
    });
    let weights = text.paths.iter().map(|path| Literal::i32_unsuffixed(text.weight(path)));
    let language = text.language.as_ref().map(|language| {
        let language = &language.text;
        quote!(.default_language(#language))
    });
    let named = text.map.as_ref().map(expand_named);
    quote!(__chakra::IndexSchema::text([#(#keys),*], [#(#weights),*]) #language #named)
}

fn expand_named(map: &Name) -> TokenStream {
    let name = &map.text;
    quote!(.named(#name))
}

/// The path itself, so that the compiler checks what stands below a composite.
fn expand_path(root: &Ident, body: &BodyIr, segments: &[Ident]) -> TokenStream {
    let Some((first, methods)) = segments.split_first() else { return TokenStream::new() };
    let start = expand_start(body, first);
    let mut path = quote_spanned!(spot(first.span())=> &#root::#start);
    for method in methods {
        path.extend(quote_spanned!(spot(method.span())=> .#method()));
    }
    path
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
