//! The impls of a composite.

use super::{
    block::{Depth, expand_block},
    codec::expand_codec,
    key::expand_field_at,
    owner::{Owner, Scope},
    paths::expand_composite_paths,
    schema::{expand_field_list, expand_fields},
};
use crate::{facts::plain, ir::CompositeIr};
use proc_macro2::TokenStream;
use quote::quote;

pub(crate) fn expand_composite(composite: &CompositeIr) -> TokenStream {
    let (owner, body) = (Owner::from(composite), &composite.body);
    let scope = Scope::new(&owner);
    let fields = expand_fields(scope, body);
    let list = if owner.is_generic() { expand_field_list(scope, body) } else { scope.fields() };
    let traits = expand_composite_traits(&owner, &expand_shape(&owner, &list, body.is_closed()));
    let codec = expand_codec(&owner, body);
    let paths = expand_composite_paths(&owner, &composite.head, body);
    let keys = expand_field_at(&owner, body);
    expand_block(&composite.head, Depth::Full, &quote!(#fields #traits #codec #paths #keys))
}

/// The shape of a struct.
pub(crate) fn expand_shape(owner: &Owner, fields: &TokenStream, closed: bool) -> TokenStream {
    let name = plain(owner.ident());
    quote!(&__chakra::Shape { name: #name, fields: #fields, tag: ::core::option::Option::None, closed: #closed })
}

/// What a composite is as a type.
pub(crate) fn expand_composite_traits(owner: impl Into<Owner>, shape: &TokenStream) -> TokenStream {
    let owner = owner.into();
    let root = owner.implement(
        &quote!(__chakra::Root),
        &quote!(
            type Unwound = __chakra::Unwound<Self>;
        ),
    );
    let composite = owner.implement(&quote!(__chakra::Composite), &quote!(const SHAPE: &'static __chakra::Shape = #shape;));
    let field_type = expand_field_type(&owner, &quote!(__chakra::Kind::Composite(__chakra::shape_of::<#owner>)));
    quote!(#root #composite #field_type)
}

/// A type that is never absent unless it stands in an `Option`.
pub(crate) fn expand_field_type(owner: impl Into<Owner>, kind: &TokenStream) -> TokenStream {
    owner.into().implement(
        &quote!(__chakra::FieldType),
        &quote! {
            type Present = Self;
            type Optional = ::core::option::Option<Self>;
            const KIND: __chakra::Kind = #kind;
            const ABSENT: __chakra::Absent = __chakra::Absent::Never;
        },
    )
}
