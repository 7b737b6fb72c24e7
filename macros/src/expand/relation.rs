//! A relation as data of the schema, as a constant, and as the marker types by which the library tells one from many.

use super::block::Depth;
use crate::{
    facts::{LinkIr, located, plain},
    ir::{ActionIr, Holds, KeyIr, ModelIr, Name, RelationIr, RelationKind},
    naming::field_hash,
};
use proc_macro2::{Literal, Span, TokenStream};
use quote::{format_ident, quote};

pub(crate) fn expand_relation_schema(model: &ModelIr, relation: &RelationIr) -> Option<TokenStream> {
    let (name, target) = (plain(&relation.ident), &relation.target);
    let kind = format_ident!("{}", format!("{:?}", relation.kind));
    let required = relation.holds == Holds::One && is_to_one(relation);
    let link = match model.link(relation)? {
        LinkIr::Here(KeyIr { text, .. }) => quote!(Here(#text)),
        LinkIr::There(KeyIr { text, .. }) => quote!(There(#text)),
        LinkIr::Lists { ids, inverse } => {
            let text = |key: Option<&KeyIr>| expand_text(key.map(|key| key.text.as_str()));
            let (ids, inverse) = (text(ids), text(inverse));
            quote!(Lists { ids: #ids, inverse: #inverse })
        }
    };
    let spelled = |name: Option<&Name>| expand_text(name.map(|name| name.text.as_str()));
    let (references, inverse_of) = (spelled(relation.references.as_ref()), spelled(relation.inverse_of.as_ref()));
    let action = |said: Option<(ActionIr, Span)>| expand_action(model, relation, said);
    let (on_delete, on_update) = (action(relation.on_delete), action(relation.on_update));
    Some(quote! {
        __chakra::RelationSchema {
            name: #name,
            kind: __chakra::RelationKind::#kind,
            required: #required,
            target: <#target as __chakra::Model>::schema,
            link: __chakra::Link::#link,
            references: #references,
            inverse_of: #inverse_of,
            on_delete: #on_delete,
            on_update: #on_update,
        }
    })
}

fn is_to_one(relation: &RelationIr) -> bool {
    matches!(relation.kind, RelationKind::OneToOne | RelationKind::ManyToOne)
}

/// What was said, or the usual: a key that is always there holds its document back, and one that may be `None` becomes so. Whether a part of a
/// composite may be is known where the path is followed.
fn expand_action(model: &ModelIr, relation: &RelationIr, said: Option<(ActionIr, Span)>) -> TokenStream {
    let usual = match model.link(relation) {
        Some(LinkIr::Here(key)) if !key.is_part() => {
            Some(if relation.holds == Holds::One { ActionIr::Restrict } else { ActionIr::SetNull })
        }
        _ => None,
    };
    match said.map(|(action, _)| action).or(usual) {
        Some(action) => {
            let action = format_ident!("{}", format!("{action:?}"));
            quote!(::core::option::Option::Some(__chakra::ReferentialAction::#action))
        }
        None => quote!(::core::option::Option::None),
    }
}

fn expand_text(text: Option<&str>) -> TokenStream {
    match text {
        Some(text) => quote!(::core::option::Option::Some(#text)),
        None => quote!(::core::option::Option::None),
    }
}

pub(crate) fn expand_relation_constant(model: &ModelIr, relation: &RelationIr, depth: Depth) -> TokenStream {
    let owner = &model.head.ident;
    let (vis, constant, target) = (&relation.vis, located(&relation.constant), &relation.target);
    let (name, ident) = (plain(&relation.ident), &relation.ident);
    let (arity, fills) = (expand_arity(relation), expand_fills(model, relation));
    let fill = match depth {
        Depth::Full => quote!(|__m, __v| __chakra::FillRelated::fill(&mut __m.#ident, __v)),
        Depth::Outline => quote!(|__m, __v| ::core::unreachable!()),
    };
    quote!(#vis const #constant: __chakra::Relation<#owner, #target, #arity, #fills> = __chakra::Relation::new(#name, #fill);)
}

/// `ToOne`, `ToOptional` or `ToMany`, by the type of the field.
pub(crate) fn expand_arity(relation: &RelationIr) -> TokenStream {
    match relation.holds {
        Holds::One => quote!(__chakra::ToOne),
        Holds::Optional => quote!(__chakra::ToOptional),
        Holds::Many => quote!(__chakra::ToMany),
    }
}

/// The key of the other model that a nested write fills, by the hash of its name: nothing of the other model is named here.
pub(crate) fn expand_fills(model: &ModelIr, relation: &RelationIr) -> TokenStream {
    let hash = match model.link(relation) {
        Some(LinkIr::There(key)) => expand_hash(&key.text),
        _ => Literal::u64_unsuffixed(0),
    };
    quote!(__chakra::Fills<#hash>)
}

pub(crate) fn expand_hash(field: &str) -> Literal {
    Literal::u64_unsuffixed(field_hash(field))
}
