//! What is generated for the variants of a union, embedded or a model: the data of each, the type that stands for it in paths, and the codec
//! of them all.

use super::{
    codec::{expand_decode, expand_encode, expand_encode_document, expand_read, expand_writes},
    composite::{expand_composite_traits, expand_shape},
    native::spot,
    owner::{Owner, Scope},
    paths::expand_composite_paths,
    schema::expand_fields,
};
use crate::{
    facts::plain,
    ir::{BodyIr, CompositeIr, ContentIr, ShapeIr, UnionIr},
};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{Type, spanned::Spanned};

/// The type that a path into the variant has: a generated one, or the composite that it holds.
pub(super) fn variant_type(shape: &ShapeIr) -> TokenStream {
    match &shape.content {
        ContentIr::Fields(composite) => composite.head.ident.to_token_stream(),
        ContentIr::Composite(ty) => ty.to_token_stream(),
    }
}

/// The fields and the reader of each variant, and all variants as data: `__TAGS` and `__VARIANTS`.
pub(super) fn expand_variants(union: &UnionIr) -> TokenStream {
    let owner = Owner::from(&union.head.ident);
    let parts = union.shapes.iter().enumerate().map(|(index, shape)| {
        let scope = Scope::of_variant(&owner, index);
        match &shape.content {
            ContentIr::Fields(composite) => {
                let (fields, reader) = (expand_fields(scope, &composite.body), expand_reader(scope, index, shape, &composite.body));
                quote!(#fields #reader)
            }
            ContentIr::Composite(ty) => expand_held_fields(scope, union, ty),
        }
    });
    let tags = union.shapes.iter().map(|shape| &shape.stored.text);
    let variants = union.shapes.iter().enumerate().map(|(index, shape)| {
        let (name, stored, fields) = (plain(&shape.ident), &shape.stored.text, Scope::of_variant(&owner, index).fields());
        quote!(__chakra::Variant { name: #name, stored: #stored, fields: #fields })
    });
    quote! {
        #(#parts)*
        const __TAGS: &[&str] = &[#(#tags),*];
        const __VARIANTS: &[__chakra::Variant] = &[#(#variants),*];
    }
}

/// The fields of the held composite, and the question to the compiler whether one of them is stored under the tag's name.
fn expand_held_fields(scope: Scope<'_>, union: &UnionIr, ty: &Type) -> TokenStream {
    let (name, tag) = (scope.fields(), &union.tag.text);
    quote_spanned! {spot(ty.span())=>
        const #name: &[__chakra::Field] = __chakra::flat_fields::<#ty>();
        const _: [__chakra::Field; 1 + #name.len()] = __chakra::concat_fields(&[&[__chakra::tag_field(#tag, &[])], #name]);
    }
}

fn reader_name(index: usize) -> Ident {
    format_ident!("__read_{}", index)
}

/// The function that reads a document of which the tag names this variant.
fn expand_reader(scope: Scope<'_>, index: usize, shape: &ShapeIr, body: &BodyIr) -> Option<TokenStream> {
    if is_empty(body) {
        return None;
    }
    let (name, owner, variant) = (reader_name(index), scope.owner, &shape.ident);
    let read = expand_read(scope, body, &quote!(#owner::#variant));
    Some(quote! {
        fn #name(__raw: &__chakra::Raw<'_>) -> ::core::result::Result<#owner, __chakra::DecodeError> {
            #read
        }
    })
}

/// True if there is nothing to read but the tag.
fn is_empty(body: &BodyIr) -> bool {
    body.fields.is_empty() && body.unstored.is_empty()
}

/// The type that stands for a variant with named fields: its shape, and the paths to some of its fields.
pub(super) fn expand_marker(composite: &CompositeIr, fields: &TokenStream, paths: &BodyIr) -> TokenStream {
    let (marker, vis) = (Owner::from(&composite.head.ident), &composite.head.vis);
    let traits = expand_composite_traits(&marker, &expand_shape(&marker, fields, false));
    let paths = expand_composite_paths(&marker, &composite.head, paths);
    quote! {
        #[doc(hidden)]
        #vis enum #marker {}
        #traits
        #paths
    }
}

/// The document of a variant: the tag, then what the variant holds.
pub(super) fn expand_union_codec(union: &UnionIr) -> TokenStream {
    let owner = Owner::from(&union.head.ident);
    let writes = union.shapes.iter().enumerate().map(|(index, shape)| expand_writer(union, &owner, index, shape));
    let document = expand_encode_document(&owner, &quote!(match self { #(#writes)* }));
    let encode = expand_encode(&owner);
    let tag = &union.tag.text;
    let last = union.shapes.len().saturating_sub(1);
    let reads = union.shapes.iter().enumerate().map(|(index, shape)| {
        let read = expand_arm(index, shape);
        let number = Literal::usize_unsuffixed(index);
        if index == last { quote!(_ => #read,) } else { quote!(#number => #read,) }
    });
    let decode = expand_decode(
        &owner,
        &quote! {
            match __chakra::find_tag(__raw, #tag, __TAGS)? {
                #(#reads)*
            }
        },
    );
    quote!(#document #encode #decode)
}

fn expand_writer(union: &UnionIr, owner: &Owner, index: usize, shape: &ShapeIr) -> TokenStream {
    let (variant, tag, stored) = (&shape.ident, &union.tag.text, &shape.stored.text);
    let write_tag = quote!(__w.field(#tag, #stored););
    match &shape.content {
        ContentIr::Fields(composite) => {
            let value = |field: &Ident| format_ident!("__v_{}", field, span = spot(field.span()));
            let fields = composite.body.fields.iter().map(|field| {
                let (ident, value) = (&field.ident, value(&field.ident));
                quote!(#ident: #value,)
            });
            let writes = expand_writes(Scope::of_variant(owner, index), &composite.body, |field| value(field).to_token_stream());
            quote!(Self::#variant { #(#fields)* .. } => { #write_tag #writes })
        }
        ContentIr::Composite(ty) => {
            let write = quote_spanned!(spot(ty.span())=> __chakra::EncodeDocument::encode_fields(__value, __w););
            quote!(Self::#variant(__value) => { #write_tag #write })
        }
    }
}

fn expand_arm(index: usize, shape: &ShapeIr) -> TokenStream {
    let variant = &shape.ident;
    match &shape.content {
        ContentIr::Fields(composite) if is_empty(&composite.body) => quote!(::core::result::Result::Ok(Self::#variant {})),
        ContentIr::Fields(_) => {
            let reader = reader_name(index);
            quote!(#reader(__raw))
        }
        ContentIr::Composite(ty) => quote!(<#ty as __chakra::Decode<'_>>::decode(__raw).map(Self::#variant)),
    }
}
