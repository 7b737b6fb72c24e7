//! The description of the fields as data: `__NAMES`, `__FIELDS` and the functions of the defaults.

use super::{limit::expand_limits, native::spot, owner::Scope};
use crate::{
    facts::plain,
    ir::{BodyIr, DefaultValue, FieldIr, GeneratorIr},
};
use proc_macro2::{Literal, TokenStream};
use quote::{quote, quote_spanned};

/// The functions, the names and the fields of one body.
pub(crate) fn expand_fields(scope: Scope<'_>, body: &BodyIr) -> TokenStream {
    let (defaults, names) = (expand_defaults(scope, body), expand_names(scope, body));
    let fields = (!scope.owner.is_generic()).then(|| {
        let (name, list) = (scope.fields(), expand_field_list(scope, body));
        quote!(const #name: &[__chakra::Field] = #list;)
    });
    quote!(#defaults #names #fields)
}

/// The stored names for the reader.
pub(crate) fn expand_names(scope: Scope<'_>, body: &BodyIr) -> TokenStream {
    let (name, names) = (scope.names(), body.fields.iter().map(|field| &field.stored.text));
    quote!(const #name: &[__chakra::Name] = &[#(__chakra::Name::new(#names)),*];)
}

/// Each user's expression in a function of its own, where no generated name can stand in its way.
pub(crate) fn expand_defaults(scope: Scope<'_>, body: &BodyIr) -> TokenStream {
    let functions = body.fields.iter().filter_map(|field| {
        let value = match &field.default.as_ref()?.value {
            DefaultValue::Constant(expr) | DefaultValue::Computed(expr) => quote!(#expr),
            DefaultValue::Json(text) => quote_spanned!(spot(text.span())=> __chakra::json(#text)),
            DefaultValue::Generated(_) => return None,
        };
        let (name, ty) = (scope.default_fn(field), &field.ty);
        let (parameters, bounds) = (scope.owner.declared(&TokenStream::new()), scope.owner.bounds());
        Some(quote! {
            fn #name #parameters() -> #ty #bounds {
                __chakra::IntoValue::into_value(#value)
            }
        })
    });
    quote!(#(#functions)*)
}

/// The fields as an expression for a constant: the own ones, and behind them those of flattened composites.
pub(crate) fn expand_field_list(scope: Scope<'_>, body: &BodyIr) -> TokenStream {
    let own = body.fields.iter().map(|field| expand_field(scope, field));
    let own = quote!(&[#(#own),*]);
    if body.flattened.is_empty() {
        return own;
    }
    // At the attribute, so that two fields of one name are shown there.
    let parts: Vec<_> = body
        .flattened
        .iter()
        .map(|flat| {
            let ty = &flat.ty;
            quote_spanned!(spot(flat.mark)=> __chakra::flat_fields::<#ty>())
        })
        .collect();
    let count = Literal::usize_unsuffixed(body.fields.len());
    let span = spot(body.flattened[0].mark);
    quote_spanned!(span=> &__chakra::concat_fields::<{ #count #(+ #parts.len())* }>(&[#own, #(#parts),*]))
}

fn expand_field(scope: Scope<'_>, field: &FieldIr) -> TokenStream {
    let (name, stored, storage) = (plain(&field.ident), &field.stored.text, field.stored_ty());
    let id = field.id.map(|_| quote!(.id()));
    let updated_at = field.updated_at.map(|_| quote!(.updated_at()));
    let version = field.version.map(|_| quote!(.version()));
    let null = field.null.map(|_| quote!(.null()));
    let fill = expand_fill(scope, field).map(|fill| quote!(.fill(__chakra::Fill::#fill)));
    let limits = expand_limits(field);
    quote!(__chakra::field::<#storage>(#name, #stored) #id #updated_at #version #null #fill #limits)
}

fn expand_fill(scope: Scope<'_>, field: &FieldIr) -> Option<TokenStream> {
    if field.auto_increment.is_some() {
        return Some(quote!(Sequence));
    }
    if field.generates_object_id() {
        return Some(expand_generator(GeneratorIr::ObjectId));
    }
    let fill = match &field.default.as_ref()?.value {
        DefaultValue::Generated(generator) => return Some(expand_generator(*generator)),
        DefaultValue::Constant(_) | DefaultValue::Json(_) if field.reads_default() => quote!(Constant),
        DefaultValue::Constant(_) | DefaultValue::Json(_) | DefaultValue::Computed(_) => quote!(Computed),
    };
    let writer = scope.default_writer(field);
    Some(quote!(#fill(#writer)))
}

fn expand_generator(generator: GeneratorIr) -> TokenStream {
    let generator = match generator {
        GeneratorIr::Now => quote!(Now),
        GeneratorIr::ObjectId => quote!(ObjectId),
        GeneratorIr::Uuid => quote!(Uuid),
        GeneratorIr::UuidV7 => quote!(UuidV7),
        GeneratorIr::Cuid => quote!(Cuid),
        GeneratorIr::Ulid => quote!(Ulid),
        GeneratorIr::NanoId(length) => {
            let length = Literal::u8_unsuffixed(length);
            quote!(NanoId(#length))
        }
    };
    quote!(Generated(__chakra::Generator::#generator))
}
