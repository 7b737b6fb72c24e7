//! What stands in for a declaration with errors: the same impls and names without bodies, so that one mistake gives one message and not
//! one for every use of the model.

use super::{
    block::{Depth, expand_block},
    composite::{expand_composite_traits, expand_field_type},
    draft::expand_draft,
    model::{expand_face, expand_id},
    paths::expand_composite_paths,
};
use crate::ir::{CompositeIr, EnumIr, Form, HeadIr, ModelIr};
use proc_macro2::{Ident, TokenStream};
use quote::quote;

pub(crate) fn expand_model_dummy(model: &ModelIr) -> TokenStream {
    let owner = &model.head.ident;
    let id = expand_id(model);
    let codec = expand_codec_outline(owner);
    let face = expand_face(model, Depth::Outline);
    let draft = expand_draft(model, Depth::Outline);
    expand_outline(
        &model.head,
        &quote! {
            #[automatically_derived]
            impl __chakra::Root for #owner {}
            #[automatically_derived]
            impl __chakra::Model for #owner {
                type Id = #id;
                fn schema() -> &'static __chakra::Schema {
                    ::core::unreachable!()
                }
            }
            #[automatically_derived]
            impl __chakra::EncodeDocument for #owner {
                fn encode_fields(&self, __w: &mut __chakra::Writer) {
                    ::core::unreachable!()
                }
            }
            #codec
            #face
            #draft
        },
    )
}

pub(crate) fn expand_composite_dummy(composite: &CompositeIr) -> TokenStream {
    let owner = &composite.head.ident;
    let traits = expand_composite_traits(owner, &quote!(&[]));
    let codec = expand_codec_outline(owner);
    let paths = expand_composite_paths(composite);
    expand_outline(
        &composite.head,
        &quote! {
            #traits
            #[automatically_derived]
            impl __chakra::EncodeDocument for #owner {
                fn encode_fields(&self, __w: &mut __chakra::Writer) {
                    ::core::unreachable!()
                }
            }
            #codec
            #paths
        },
    )
}

pub(crate) fn expand_enum_dummy(declared: &EnumIr) -> TokenStream {
    let owner = &declared.head.ident;
    let field_type = expand_field_type(owner, &quote!(__chakra::Kind::Enum(&[])));
    let codec = expand_codec_outline(owner);
    expand_outline(
        &declared.head,
        &quote! {
            #[automatically_derived]
            impl __chakra::Enum for #owner {
                const NAMES: &'static [&'static str] = &[];
                fn index(&self) -> usize {
                    ::core::unreachable!()
                }
                fn from_index(__i: usize) -> ::core::option::Option<Self> {
                    ::core::unreachable!()
                }
            }
            #field_type
            #codec
        },
    )
}

fn expand_codec_outline(owner: &Ident) -> TokenStream {
    quote! {
        #[automatically_derived]
        impl __chakra::Encode for #owner {
            fn encode(&self, __w: &mut __chakra::Writer) {
                ::core::unreachable!()
            }
        }
        #[automatically_derived]
        impl<'de> __chakra::Decode<'de> for #owner {
            fn decode(__raw: &__chakra::Raw<'de>) -> ::core::result::Result<Self, __chakra::DecodeError> {
                ::core::unreachable!()
            }
        }
    }
}

/// The block of an outline, but not for a generic type: an impl that leaves its parameters out would be a message of its own.
fn expand_outline(head: &HeadIr, items: &TokenStream) -> TokenStream {
    match head.form {
        Form::Generic => TokenStream::new(),
        Form::Whole | Form::Unreadable => expand_block(head, Depth::Outline, items),
    }
}
