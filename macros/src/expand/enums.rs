//! The impls of an enum.

use super::{
    block::{Depth, expand_block},
    composite::expand_field_type,
};
use crate::{
    facts::plain,
    ir::{EnumIr, ReprIr},
};
use proc_macro2::{Literal, TokenStream};
use quote::quote;

pub(crate) fn expand_enum(declared: &EnumIr) -> TokenStream {
    let owner = &declared.head.ident;
    let stored = expand_stored(declared);
    let variants: Vec<_> = declared.variants.iter().map(|variant| &variant.ident).collect();
    let numbers: Vec<_> = (0..variants.len()).map(Literal::usize_unsuffixed).collect();
    let other = declared.others.first().map(|other| {
        let (ident, number) = (&other.ident, Literal::usize_unsuffixed(variants.len()));
        quote!(Self::#ident(..) => #number,)
    });
    let field_type = expand_field_type(owner, &quote!(__chakra::Kind::Enum(<#owner as __chakra::Enum>::STORED)));
    let codec = expand_enum_codec(declared);
    let key = expand_map_key(declared, Depth::Full);
    expand_block(
        &declared.head,
        Depth::Full,
        &quote! {
            #[automatically_derived]
            impl __chakra::Enum for #owner {
                const STORED: __chakra::EnumSchema = #stored;
                fn index(&self) -> usize {
                    match self {
                        #(Self::#variants => #numbers,)*
                        #other
                    }
                }
                fn from_index(__i: usize) -> ::core::option::Option<Self> {
                    match __i {
                        #(#numbers => ::core::option::Option::Some(Self::#variants),)*
                        _ => ::core::option::Option::None,
                    }
                }
            }
            #field_type
            #codec
            #key
        },
    )
}

fn expand_stored(declared: &EnumIr) -> TokenStream {
    let open = (!declared.others.is_empty()).then(|| quote!(.open()));
    let Some(repr) = declared.repr else {
        let names = declared.variants.iter().map(|variant| &variant.stored.text);
        return quote!(__chakra::EnumSchema::named(&[#(#names),*]) #open);
    };
    let names = declared.variants.iter().map(|variant| plain(&variant.ident));
    let numbers = declared.numbers().into_iter().map(|number| {
        // The sign is a token of its own: a literal token is never negative.
        let sign = (number.value < 0).then(|| quote!(-));
        let value = Literal::u128_unsuffixed(number.value.unsigned_abs());
        quote!(#sign #value)
    });
    let long = (repr == ReprIr::Int64).then(|| quote!(.long()));
    quote!(__chakra::EnumSchema::numbered(&[#(#names),*], &[#(#numbers),*]) #long #open)
}

fn expand_enum_codec(declared: &EnumIr) -> TokenStream {
    let owner = &declared.head.ident;
    let (encode, decode) = match declared.others.first() {
        None => (quote!(__chakra::encode_enum(self, __w)), quote!(__chakra::decode_enum(__raw))),
        Some(other) => {
            let (ident, ty) = (&other.ident, &other.ty);
            let encode = quote! {
                match self {
                    Self::#ident(__other) => __chakra::Encode::encode(__other, __w),
                    _ => __chakra::encode_enum(self, __w),
                }
            };
            let decode = quote! {
                match __chakra::find_variant(__raw)? {
                    ::core::option::Option::Some(__known) => ::core::result::Result::Ok(__known),
                    ::core::option::Option::None => <#ty as __chakra::Decode<'_>>::decode(__raw).map(Self::#ident),
                }
            };
            (encode, decode)
        }
    };
    quote! {
        #[automatically_derived]
        impl __chakra::Encode for #owner {
            fn encode(&self, __w: &mut __chakra::Writer) {
                #encode
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

/// A map's keys are texts, and a variant is one where each has a name of its own.
pub(crate) fn expand_map_key(declared: &EnumIr, depth: Depth) -> Option<TokenStream> {
    if declared.repr.is_some() || !declared.others.is_empty() {
        return None;
    }
    let owner = &declared.head.ident;
    let (write, read) = match depth {
        Depth::Full => (quote!(__chakra::enum_key(self)), quote!(__chakra::enum_of_key(__key))),
        Depth::Outline => (quote!(::core::unreachable!()), quote!(::core::unreachable!())),
    };
    Some(quote! {
        #[automatically_derived]
        impl __chakra::MapKey for #owner {
            fn as_key(&self) -> __chakra::Cow<'_, str> {
                #write
            }
            fn from_key(__key: &str) -> ::core::option::Option<Self> {
                #read
            }
        }
    })
}
