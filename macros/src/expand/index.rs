//! A model's whole schema, with its indexes.

use super::{native::spot, options::expand_options, relation::expand_relation_schema, storage::expand_storage};
use crate::{
    facts::{located, plain},
    ir::{BodyIr, IndexIr, IndexKeyIr, KeyForm, ModelIr, TextIr, WildcardIr},
};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{quote, quote_spanned};

/// The schema of a model, made at first use since paths into composites are made at run time.
pub(crate) fn expand_schema(model: &ModelIr) -> TokenStream {
    let (name, collection) = (plain(&model.head.ident), &model.collection.text);
    let relations = model.relations.iter().filter_map(|relation| expand_relation_schema(model, relation));
    let indexes = Indexes::of(model).expand(&model.resolved_indexes(), &model.texts, &model.wildcards);
    let storage = expand_storage(model);
    let (extra, deny_unknown) = (!model.body.extras.is_empty(), model.body.deny_unknown.is_some());
    let (validator, sync) = (model.validator.is_some(), model.sync);
    quote! {
        const __RELATIONS: &[__chakra::RelationSchema] = &[#(#relations),*];
        static __SCHEMA: __chakra::LazyLock<__chakra::Schema> = __chakra::LazyLock::new(|| __chakra::Schema {
            model: #name,
            collection: #collection,
            storage: #storage,
            fields: __FIELDS,
            tag: ::core::option::Option::None,
            relations: __RELATIONS,
            indexes: #indexes,
            extra: #extra,
            deny_unknown: #deny_unknown,
            validator: #validator,
            sync: #sync,
        });
    }
}

/// The indexes of a model as calls.
pub(crate) struct Indexes<'a> {
    /// The model.
    owner: &'a Ident,
    /// The type that has the path constants.
    root: &'a Ident,
    body: &'a BodyIr,
}

impl<'a> Indexes<'a> {
    pub(crate) fn of(model: &'a ModelIr) -> Self {
        Self { owner: &model.head.ident, root: model.path_root(), body: &model.body }
    }

    /// All of them, as a list.
    pub(crate) fn expand(&self, indexes: &[IndexIr], texts: &[TextIr], wildcards: &[WildcardIr]) -> TokenStream {
        let indexes = indexes.iter().map(|index| self.expand_index(index));
        let texts = texts.iter().map(|text| self.expand_text(text));
        let all = indexes.chain(texts).chain(wildcards.iter().map(|wildcard| self.expand_wildcard(wildcard)));
        quote!(::std::vec![#(#all),*])
    }

    fn expand_index(&self, index: &IndexIr) -> TokenStream {
        let constructor = if index.unique { quote!(unique) } else { quote!(plain) };
        let expires = index.options.expire_after.is_some();
        let keys = index.keys.iter().map(|key| self.expand_key(key, expires));
        let options = expand_options(self.owner, &index.options);
        quote!(__chakra::IndexSchema::#constructor([#(#keys),*]) #options)
    }

    fn expand_key(&self, key: &IndexKeyIr, expires: bool) -> TokenStream {
        let path = self.expand_path(&key.segments);
        match key.form {
            KeyForm::Ascending | KeyForm::Descending => {
                let sign = if key.form == KeyForm::Ascending { quote!(1) } else { quote!(-1) };
                let function = if expires { quote!(expiring_key) } else { quote!(index_key) };
                quote!(__chakra::#function(#path, #sign))
            }
            KeyForm::Hashed => quote!(__chakra::hashed_key(#path)),
            KeyForm::Sphere => quote!(__chakra::sphere_key(#path)),
            KeyForm::Wildcard => quote!(__chakra::wildcard_key(#path)),
        }
    }

    fn expand_text(&self, text: &TextIr) -> TokenStream {
        let keys = text.paths.iter().map(|path| {
            let path = self.expand_path(path);
            quote!(__chakra::text_key(#path))
        });
        let weights = text.paths.iter().map(|path| Literal::i32_unsuffixed(text.weight(path)));
        let language = text.language.as_ref().map(|language| {
            let language = &language.text;
            quote!(.default_language(#language))
        });
        let field = text.language_field.as_ref().map(|field| {
            let field = &field.text;
            quote!(.language_field(#field))
        });
        let options = expand_options(self.owner, &text.options);
        quote!(__chakra::IndexSchema::text([#(#keys),*], [#(#weights),*]) #language #field #options)
    }

    fn expand_wildcard(&self, wildcard: &WildcardIr) -> TokenStream {
        let projection = wildcard.projections.first().map(|projection| {
            let word = if projection.keeps { quote!(only) } else { quote!(except) };
            let paths = projection.paths.iter().map(|path| {
                let path = self.expand_path(path);
                quote!(__chakra::index_key(#path, 1))
            });
            quote!(.#word([#(#paths),*]))
        });
        let options = expand_options(self.owner, &wildcard.options);
        quote!(__chakra::IndexSchema::wildcard() #projection #options)
    }

    /// The path itself, so that the compiler checks what stands below a composite.
    fn expand_path(&self, segments: &[Ident]) -> TokenStream {
        let Some((first, methods)) = segments.split_first() else { return TokenStream::new() };
        let (root, start) = (self.root, self.expand_start(first));
        let mut path = quote_spanned!(spot(first.span())=> &#root::#start);
        for method in methods {
            path.extend(quote_spanned!(spot(method.span())=> .#method()));
        }
        path
    }

    /// The constant of the field that an attribute names, or the function that leads into a variant, at the place where it is named.
    fn expand_start(&self, named: &Ident) -> TokenStream {
        let start = self.body.start(&plain(named));
        let mut constant = start.as_ref().map_or(named, |start| start.constant()).clone();
        constant.set_span(located(named).span());
        match start {
            Some(_) => quote!(#constant),
            None => quote_spanned!(constant.span()=> #constant()),
        }
    }
}
