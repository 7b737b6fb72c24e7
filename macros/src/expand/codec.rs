//! `EncodeDocument`, `Encode` and `Decode` of a struct: the same for a model and a composite.
//!
//! Decoding keeps one `Option` slot per field, one `?` per document field and one match at the end: a `?` per arm costs a fifth of the
//! compile time.

use crate::{
    facts::located,
    ir::{BodyIr, FieldIr},
};
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};

pub(crate) fn expand_codec(owner: &Ident, body: &BodyIr) -> TokenStream {
    let writes = body.fields.iter().map(expand_write);
    let decode = expand_decode(body);
    quote! {
        #[automatically_derived]
        impl __chakra::EncodeDocument for #owner {
            fn encode_fields(&self, __w: &mut __chakra::Writer) {
                #(#writes)*
            }
        }
        #[automatically_derived]
        impl __chakra::Encode for #owner {
            fn encode(&self, __w: &mut __chakra::Writer) {
                __w.document(|__w| __chakra::EncodeDocument::encode_fields(self, __w))
            }
        }
        #[automatically_derived]
        impl<'de> __chakra::Decode<'de> for #owner {
            fn decode(__raw: &__chakra::Raw<'de>) -> ::core::result::Result<Self, __chakra::DecodeError> {
                #decode
            }
        }
    }
}

fn expand_write(field: &FieldIr) -> TokenStream {
    let (ident, stored) = (&field.ident, &field.stored.text);
    let write = if field.null.is_some() { quote!(field_or_null) } else { quote!(field) };
    // At the field, so that a type which cannot be encoded is shown there.
    quote_spanned!(span_of(field)=> __w.#write(#stored, &self.#ident);)
}

fn expand_decode(body: &BodyIr) -> TokenStream {
    let slots: Vec<Ident> = (0..body.fields.len()).map(|index| format_ident!("__f{}", index)).collect();
    let numbered = || body.fields.iter().zip(&slots).enumerate();
    let puts = numbered().map(|(index, (field, slot))| {
        let index = Literal::usize_unsuffixed(index);
        quote_spanned!(span_of(field)=> #index => __r.put(&mut #slot),)
    });
    let settles = numbered().map(|(index, (field, slot))| {
        let index = Literal::usize_unsuffixed(index);
        if field.reads_default() {
            let default = default_fn(field);
            quote!(__r.settle_or(&mut #slot, #default);)
        } else if field.version.is_some() {
            quote!(__r.settle_or(&mut #slot, __chakra::first_version);)
        } else {
            quote!(__r.settle(&mut #slot, #index);)
        }
    });
    let idents = body.fields.iter().map(|field| &field.ident);
    let unstored = &body.unstored;
    let value = quote!(Self { #(#idents: #slots,)* #(#unstored: ::core::default::Default::default(),)* });
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
        let mut __r = __chakra::StructReader::new(__raw, __NAMES)?;
        #(let mut #slots = ::core::option::Option::None;)*
        while let ::core::option::Option::Some(__i) = __r.next()? {
            match __i {
                #(#puts)*
                _ => ::core::result::Result::Ok::<(), __chakra::DecodeError>(()),
            }?;
        }
        #(#settles)*
        #finish
    }
}

/// The function that evaluates the default of a field, apart from all generated names.
pub(crate) fn default_fn(field: &FieldIr) -> Ident {
    format_ident!("__default_{}", field.ident)
}

fn span_of(field: &FieldIr) -> Span {
    located(&field.ident).span()
}
