//! The description of the fields as data (`__NAMES`, `__FIELDS`, the functions of the defaults), and a model's whole schema.

use super::{codec::default_fn, relation::expand_relation_schema};
use crate::{
    facts::{located, plain},
    ir::{BodyIr, DefaultValue, Direction, FieldIr, IndexIr, IndexKeyIr, LimitsIr, ModelIr},
};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

/// The functions, the names and the fields of a model or composite.
pub(crate) fn expand_fields(body: &BodyIr) -> TokenStream {
    let defaults = body.fields.iter().filter_map(expand_default);
    let names = body.fields.iter().map(|field| &field.stored.text);
    let fields = body.fields.iter().map(expand_field);
    quote! {
        #(#defaults)*
        const __NAMES: &[__chakra::Name] = &[#(__chakra::Name::new(#names)),*];
        const __FIELDS: &[__chakra::Field] = &[#(#fields),*];
    }
}

/// The user's expression in a function of its own, where no generated name can stand in its way.
fn expand_default(field: &FieldIr) -> Option<TokenStream> {
    let expr = match &field.default.as_ref()?.value {
        DefaultValue::Constant(expr) | DefaultValue::Computed(expr) => expr,
        DefaultValue::Now | DefaultValue::Uuid | DefaultValue::ObjectId => return None,
    };
    let (name, ty) = (default_fn(field), &field.ty);
    Some(quote! {
        fn #name() -> #ty {
            __chakra::IntoValue::into_value(#expr)
        }
    })
}

fn expand_field(field: &FieldIr) -> TokenStream {
    let (name, stored, ty) = (plain(&field.ident), &field.stored.text, &field.ty);
    let id = field.id.map(|_| quote!(.id()));
    let updated_at = field.updated_at.map(|_| quote!(.updated_at()));
    let version = field.version.map(|_| quote!(.version()));
    let null = field.null.map(|_| quote!(.null()));
    let fill = expand_fill(field).map(|fill| quote!(.fill(__chakra::Fill::#fill)));
    let limits = expand_limits(&field.limits);
    quote!(__chakra::field::<#ty>(#name, #stored) #id #updated_at #version #null #fill #limits)
}

fn expand_fill(field: &FieldIr) -> Option<TokenStream> {
    if field.auto_increment.is_some() {
        return Some(quote!(Sequence));
    }
    if field.generates_object_id() {
        return Some(quote!(ObjectId));
    }
    Some(match field.default.as_ref()?.value {
        DefaultValue::Constant(_) if field.reads_default() => {
            let writer = expand_default_writer(field);
            quote!(Constant(#writer))
        }
        DefaultValue::Constant(_) | DefaultValue::Computed(_) => {
            let writer = expand_default_writer(field);
            quote!(Computed(#writer))
        }
        DefaultValue::Now => quote!(Now),
        DefaultValue::Uuid => quote!(Uuid),
        DefaultValue::ObjectId => quote!(ObjectId),
    })
}

/// A closure that writes the default, for a schema and for a path alike.
pub(crate) fn expand_default_writer(field: &FieldIr) -> TokenStream {
    let default = default_fn(field);
    quote!(|__w| __chakra::Encode::encode(&#default(), __w))
}

fn expand_limits(limits: &LimitsIr) -> TokenStream {
    let min_length = limits.min_length.as_ref().map(|limit| {
        let value = Literal::u64_unsuffixed(limit.value);
        quote!(.min_length(#value))
    });
    let max_length = limits.max_length.as_ref().map(|limit| {
        let value = Literal::u64_unsuffixed(limit.value);
        quote!(.max_length(#value))
    });
    let min = limits.min.as_ref().map(|limit| {
        let value = expand_number(limit.value);
        quote!(.min(#value))
    });
    let max = limits.max.as_ref().map(|limit| {
        let value = expand_number(limit.value);
        quote!(.max(#value))
    });
    quote!(#min_length #max_length #min #max)
}

/// The sign is a token of its own: a literal token is never negative.
fn expand_number(number: f64) -> TokenStream {
    let sign = number.is_sign_negative().then(|| quote!(-));
    let value = Literal::f64_suffixed(number.abs());
    quote!(#sign #value)
}

/// The schema of a model, made at first use since paths into composites are made at run time.
pub(crate) fn expand_schema(model: &ModelIr) -> TokenStream {
    let owner = &model.head.ident;
    let (name, collection) = (plain(owner), &model.collection.text);
    let relations = model.relations.iter().filter_map(|relation| expand_relation_schema(model, relation));
    let indexes = model.resolved_indexes();
    let indexes = indexes.iter().map(|index| expand_index(model, index));
    quote! {
        const __RELATIONS: &[__chakra::RelationSchema] = &[#(#relations),*];
        static __SCHEMA: __chakra::LazyLock<__chakra::Schema> = __chakra::LazyLock::new(|| __chakra::Schema {
            model: #name,
            collection: #collection,
            fields: __FIELDS,
            relations: __RELATIONS,
            indexes: ::std::vec![#(#indexes),*],
        });
    }
}

fn expand_index(model: &ModelIr, index: &IndexIr) -> TokenStream {
    let constructor = if index.unique { quote!(unique) } else { quote!(plain) };
    let keys = index.keys.iter().map(|key| expand_index_key(model, key));
    let named = index.map.as_ref().map(|map| {
        let name = &map.text;
        quote!(.named(#name))
    });
    quote!(__chakra::IndexSchema::#constructor([#(#keys),*]) #named)
}

/// The path itself, so that the compiler checks what stands below a composite.
fn expand_index_key(model: &ModelIr, key: &IndexKeyIr) -> TokenStream {
    let owner = &model.head.ident;
    let direction = match key.direction {
        Direction::Ascending => quote!(1),
        Direction::Descending => quote!(-1),
    };
    let mut segments = key.segments.iter();
    let constant = segments.next().map(|first| constant_at(model, first));
    quote!(__chakra::index_key(&#owner::#constant #(.#segments())*, #direction))
}

/// The constant of the field that an attribute names, at the place where it names it.
fn constant_at(model: &ModelIr, named: &Ident) -> Ident {
    let mut constant = model.body.field(&plain(named)).map_or(named, |field| &field.constant).clone();
    constant.set_span(located(named).span());
    constant
}
