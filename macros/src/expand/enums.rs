//! The impls of an enum.

use super::{
    block::{Depth, expand_block},
    composite::expand_field_type,
};
use crate::ir::EnumIr;
use proc_macro2::{Literal, TokenStream};
use quote::quote;

pub(crate) fn expand_enum(declared: &EnumIr) -> TokenStream {
    let owner = &declared.head.ident;
    let names = declared.variants.iter().map(|variant| &variant.stored.text);
    let variants: Vec<_> = declared.variants.iter().map(|variant| &variant.ident).collect();
    let numbers: Vec<_> = (0..variants.len()).map(Literal::usize_unsuffixed).collect();
    let field_type = expand_field_type(owner, &quote!(__chakra::Kind::Enum(<#owner as __chakra::Enum>::NAMES)));
    expand_block(
        &declared.head,
        Depth::Full,
        &quote! {
            #[automatically_derived]
            impl __chakra::Enum for #owner {
                const NAMES: &'static [&'static str] = &[#(#names),*];
                fn index(&self) -> usize {
                    match self {
                        #(Self::#variants => #numbers,)*
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
            #[automatically_derived]
            impl __chakra::Encode for #owner {
                fn encode(&self, __w: &mut __chakra::Writer) {
                    __chakra::encode_enum(self, __w)
                }
            }
            #[automatically_derived]
            impl<'de> __chakra::Decode<'de> for #owner {
                fn decode(__raw: &__chakra::Raw<'de>) -> ::core::result::Result<Self, __chakra::DecodeError> {
                    __chakra::decode_enum(__raw)
                }
            }
        },
    )
}
