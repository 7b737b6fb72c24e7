//! What stands in for a declaration with errors: the same impls and names without bodies, so that one mistake gives one message and not
//! one for every use of the model.

use super::{
    block::{Depth, expand_block},
    codec::{expand_decode, expand_encode_document},
    composite::{expand_composite_traits, expand_field_type, expand_shape},
    draft::DraftParts,
    enums::expand_map_key,
    key::expand_field_at,
    model::{expand_face, expand_model_traits},
    owner::Owner,
    paths::{expand_composite_paths, expand_paths_type},
};
use crate::ir::{CompositeIr, EnumIr, Form, HeadIr, ModelIr};
use proc_macro2::TokenStream;
use quote::quote;

pub(crate) fn expand_model_dummy(model: &ModelIr) -> TokenStream {
    let traits = expand_model_traits(model, &quote!(::core::unreachable!()), &[]);
    let codec = expand_codec_outline(&model.head.ident);
    let face = expand_face(model, Depth::Outline);
    let draft = DraftParts::of_model(model, Depth::Outline).expand();
    let paths = expand_paths_type(model);
    let block = expand_outline(&model.head, &quote!(#traits #codec #face #draft));
    quote!(#paths #block)
}

pub(crate) fn expand_composite_dummy(composite: &CompositeIr) -> TokenStream {
    let (owner, body) = (Owner::from(composite), &composite.body);
    let traits = expand_composite_traits(&owner, &expand_shape(&owner, &quote!(&[]), false));
    let codec = expand_codec_outline(&owner);
    let paths = expand_composite_paths(&owner, &composite.head, body);
    let keys = expand_field_at(&owner, body);
    expand_outline(&composite.head, &quote!(#traits #codec #paths #keys))
}

pub(crate) fn expand_enum_dummy(declared: &EnumIr) -> TokenStream {
    let owner = Owner::from(&declared.head.ident);
    let field_type = expand_field_type(&owner, &quote!(__chakra::Kind::Enum(<#owner as __chakra::Enum>::STORED)));
    let codec = expand_value_codec_outline(&owner);
    let key = expand_map_key(declared, Depth::Outline);
    expand_outline(
        &declared.head,
        &quote! {
            #[automatically_derived]
            impl __chakra::Enum for #owner {
                const STORED: __chakra::EnumSchema = __chakra::EnumSchema::named(&[]);
                fn index(&self) -> usize {
                    ::core::unreachable!()
                }
                fn from_index(__i: usize) -> ::core::option::Option<Self> {
                    ::core::unreachable!()
                }
            }
            #field_type
            #codec
            #key
        },
    )
}

/// The codec of a document.
pub(crate) fn expand_codec_outline(owner: impl Into<Owner>) -> TokenStream {
    let owner = owner.into();
    let document = expand_encode_document(&owner, &quote!(::core::unreachable!()));
    let value = expand_value_codec_outline(&owner);
    quote!(#document #value)
}

/// The codec of a value that may be none.
fn expand_value_codec_outline(owner: &Owner) -> TokenStream {
    let encode = owner.implement(
        &quote!(__chakra::Encode),
        &quote! {
            fn encode(&self, __w: &mut __chakra::Writer) {
                ::core::unreachable!()
            }
        },
    );
    let decode = expand_decode(owner, &quote!(::core::unreachable!()));
    quote!(#encode #decode)
}

/// The block of an outline, but not for a type with parameters that it cannot have: an impl that leaves them out would be a message of its
/// own.
pub(crate) fn expand_outline(head: &HeadIr, items: &TokenStream) -> TokenStream {
    match head.form {
        Form::Generic => TokenStream::new(),
        Form::Whole | Form::Unreadable => expand_block(head, Depth::Outline, items),
    }
}
