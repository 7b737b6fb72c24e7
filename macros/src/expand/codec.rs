//! `EncodeDocument`, `Encode` and `Decode`: of a model and a composite alike, and in parts for what has several shapes.
//!
//! Decoding keeps one `Option` slot per field, one `?` per document field and one match at the end: a `?` per arm costs a fifth of the
//! compile time.

use super::{
    native::{place_of, spot},
    owner::{Owner, Scope},
};
use crate::{
    ir::{BodyIr, FieldIr},
    shape::located_at,
};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote, quote_spanned};

pub(crate) fn expand_codec(owner: impl Into<Owner>, body: &BodyIr) -> TokenStream {
    let owner = owner.into();
    let scope = Scope::new(&owner);
    let writes = expand_writes(scope, body, |field| quote!(&self.#field));
    let read = expand_read(scope, body, &quote!(Self));
    let (document, encode, decode) = (expand_encode_document(&owner, &writes), expand_encode(&owner), expand_decode(&owner, &read));
    quote!(#document #encode #decode)
}

/// The elements, as a part of a document.
pub(crate) fn expand_encode_document(owner: impl Into<Owner>, writes: &TokenStream) -> TokenStream {
    owner.into().implement(
        &quote!(__chakra::EncodeDocument),
        &quote! {
            fn encode_fields(&self, __w: &mut __chakra::Writer) {
                #writes
            }
        },
    )
}

/// The document around the elements.
pub(crate) fn expand_encode(owner: impl Into<Owner>) -> TokenStream {
    owner.into().implement(
        &quote!(__chakra::Encode),
        &quote! {
            fn encode(&self, __w: &mut __chakra::Writer) {
                __w.document(|__w| __chakra::EncodeDocument::encode_fields(self, __w))
            }
        },
    )
}

pub(crate) fn expand_decode(owner: impl Into<Owner>, read: &TokenStream) -> TokenStream {
    owner.into().implement_with(
        &quote!('de),
        &quote!(__chakra::Decode<'de>),
        &quote! {
            fn decode(__raw: &__chakra::Raw<'de>) -> ::core::result::Result<Self, __chakra::DecodeError> {
                #read
            }
        },
    )
}

/// The statements that write all fields to `__w`; `value` gives a reference to a field.
pub(crate) fn expand_writes(scope: Scope<'_>, body: &BodyIr, value: impl Fn(&Ident) -> TokenStream) -> TokenStream {
    let fields = body.fields.iter().map(|field| expand_write(field, &value(&field.ident)));
    let flattened = body.flattened.iter().map(|flat| {
        let span = spot(flat.ident.span());
        let value = located_at(&value(&flat.ident), span);
        quote_spanned!(span=> __chakra::EncodeDocument::encode_fields(#value, __w);)
    });
    let extras = body.extras.iter().map(|extra| {
        let (value, declared) = (value(&extra.ident), scope.fields());
        quote!(__chakra::encode_extra(#value, #declared, __w);)
    });
    quote!(#(#fields)* #(#flattened)* #(#extras)*)
}

/// One place for all tokens: rustc joins their spans, and falls back to the derive where they differ.
fn expand_write(field: &FieldIr, value: &TokenStream) -> TokenStream {
    let (stored, span) = (&field.stored.text, place_of(field));
    let write = Ident::new(if field.null.is_some() { "field_or_null" } else { "field" }, span);
    let value = located_at(value, span);
    let value = match field.native {
        None => value,
        Some(_) => {
            let (storage, ty) = (field.stored_ty(), &field.ty);
            quote_spanned!(span=> &__chakra::Via::<#storage, #ty>::new(#value))
        }
    };
    quote_spanned!(span=> __w.#write(#stored, #value);)
}

/// The body of a function that reads the document `__raw`; `constructor` is `Self`, or a variant of it.
pub(crate) fn expand_read(scope: Scope<'_>, body: &BodyIr, constructor: &TokenStream) -> TokenStream {
    let names = scope.names();
    let slots: Vec<Ident> = (0..body.fields.len()).map(|index| format_ident!("__f{}", index)).collect();
    let numbered = || body.fields.iter().zip(&slots).enumerate();
    let puts = numbered().map(|(index, (field, slot))| expand_put(index, field, slot));
    let settles = numbered().map(|(index, (field, slot))| expand_settle(scope, index, field, slot));
    let refuse = body.deny_unknown.map(|_| {
        let declared = scope.fields();
        quote!(__r.refuse_unknown(#declared)?;)
    });
    let value = expand_value(scope, body, &slots, constructor);
    let finish = if slots.is_empty() {
        quote!(::core::result::Result::Ok(#value))
    } else {
        quote! {
            match (#(#slots,)*) {
                (#(::core::option::Option::Some(#slots),)*) => ::core::result::Result::Ok(#value),
                _ => ::core::result::Result::Err(__r.missing()),
            }
        }
    };
    quote! {
        let mut __r = __chakra::StructReader::new(__raw, #names)?;
        #(let mut #slots = ::core::option::Option::None;)*
        while let ::core::option::Option::Some(__i) = __r.next()? {
            match __i {
                #(#puts)*
                _ => ::core::result::Result::Ok::<(), __chakra::DecodeError>(()),
            }?;
        }
        #refuse
        #(#settles)*
        #finish
    }
}

fn expand_put(index: usize, field: &FieldIr, slot: &Ident) -> TokenStream {
    let (index, span) = (Literal::usize_unsuffixed(index), place_of(field));
    let slot = Ident::new(&slot.to_string(), span);
    match field.native {
        None => quote_spanned!(span=> #index => __r.put(&mut #slot),),
        Some(_) => {
            let (storage, ty) = (field.stored_ty(), &field.ty);
            quote_spanned!(span=> #index => __r.put_as::<#storage, #ty>(&mut #slot),)
        }
    }
}

/// At the same place as what is put into the slot, so that a type which cannot be read is told once.
fn expand_settle(scope: Scope<'_>, index: usize, field: &FieldIr, slot: &Ident) -> TokenStream {
    let (index, span) = (Literal::usize_unsuffixed(index), place_of(field));
    let slot = Ident::new(&slot.to_string(), span);
    if field.reads_default() {
        let default = scope.default_value(field);
        quote!(__r.settle_or(&mut #slot, #default);)
    } else if field.version.is_some() {
        quote!(__r.settle_or(&mut #slot, __chakra::first_version);)
    } else if field.native.is_some() {
        let (storage, ty) = (field.stored_ty(), &field.ty);
        quote_spanned!(span=> __r.settle_as::<#storage, #ty>(&mut #slot, #index);)
    } else {
        quote_spanned!(span=> __r.settle(&mut #slot, #index);)
    }
}

/// The value with all its fields, once those that are stored are in their slots.
fn expand_value(scope: Scope<'_>, body: &BodyIr, slots: &[Ident], constructor: &TokenStream) -> TokenStream {
    let idents = body.fields.iter().map(|field| &field.ident);
    let flattened = body.flattened.iter().map(|flat| {
        let (ident, ty) = (&flat.ident, &flat.ty);
        quote!(#ident: <#ty as __chakra::Decode<'_>>::decode(__raw)?,)
    });
    let extras = body.extras.iter().map(|extra| {
        let (ident, declared) = (&extra.ident, scope.fields());
        quote!(#ident: __r.extra(#declared)?,)
    });
    let unstored = &body.unstored;
    quote!(#constructor { #(#idents: #slots,)* #(#flattened)* #(#extras)* #(#unstored: ::core::default::Default::default(),)* })
}
