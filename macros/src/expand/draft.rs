//! The draft of a model: one setter per field, one per relation, and a state parameter that counts the required fields which are set.

use super::{
    block::Depth,
    relation::{expand_arity, expand_fills, expand_hash},
};
use crate::{
    facts::{LinkIr, MAX_REQUIRED, located, plain},
    ir::{FieldIr, ModelIr, RelationIr},
};
use heck::ToUpperCamelCase;
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

/// What every part of a draft is made from.
struct DraftParts<'a> {
    model: &'a ModelIr,
    depth: Depth,
    /// `PostDraft`
    draft: Ident,
    /// The required fields by position in the body; the place in this list is the slot.
    slots: Vec<usize>,
}

/// The name of the draft's type.
pub(crate) fn draft_name(model: &ModelIr) -> Ident {
    format_ident!("{}Draft", model.head.ident)
}

pub(crate) fn expand_draft(model: &ModelIr, depth: Depth) -> TokenStream {
    let mut slots = model.required();
    // Refused by a rule; the outline does without states then.
    if slots.len() > MAX_REQUIRED {
        slots.clear();
    }
    let parts = DraftParts { model, depth, draft: draft_name(model), slots };
    let (owner, vis, draft) = (&model.head.ident, &model.head.vis, &parts.draft);
    let unset = parts.slots.iter().map(|index| {
        let hash = expand_hash(&plain(&model.body.fields[*index].ident));
        quote!(__chakra::Unset<#hash>)
    });
    let fields = model.body.fields.iter().enumerate().filter(|(_, field)| !model.is_linked(field));
    let setters = fields.map(|(index, field)| parts.expand_setter(index, field));
    let relations = model.relations.iter().enumerate().map(|(index, relation)| parts.expand_relation(index, relation));
    let core = parts.body(quote!(#draft { core: __core, state: __chakra::PhantomData }));
    let into_cores = parts.body(quote!(__chakra::one_core(self.core)));
    let complete = parts.expand_complete();
    quote! {
        #vis struct #draft<__S = (#(#unset,)*)> {
            core: __chakra::DraftCore,
            state: __chakra::PhantomData<fn() -> __S>,
        }
        #[automatically_derived]
        impl<__S> #draft<__S> {
            fn __from_core(__core: __chakra::DraftCore) -> Self {
                #core
            }
            #(#setters)*
            #(#relations)*
        }
        #[automatically_derived]
        impl<__S> __chakra::Drafts for #draft<__S> {
            type Model = #owner;
            type Draft = Self;
            fn into_cores(self) -> ::std::vec::Vec<__chakra::DraftCore> {
                #into_cores
            }
        }
        #complete
    }
}

impl DraftParts<'_> {
    fn body(&self, body: TokenStream) -> TokenStream {
        match self.depth {
            Depth::Full => body,
            Depth::Outline => quote!(::core::unreachable!()),
        }
    }

    fn expand_setter(&self, index: usize, field: &FieldIr) -> TokenStream {
        let (vis, name, ty) = (&field.vis, located(&field.ident), &field.ty);
        let slot = self.slots.iter().position(|required| *required == index);
        let (out, bound, done) = self.expand_step(slot);
        let index = Literal::usize_unsuffixed(index);
        let body = self.body(quote! {
            self.core.put(#index, &__chakra::IntoValue::into_value(__value));
            #done
        });
        quote! {
            #vis fn #name<__V>(mut self, __value: impl __chakra::IntoValue<#ty, __V>) -> #out #bound {
                #body
            }
        }
    }

    /// A relation whose key is here and required stands for its key.
    fn expand_relation(&self, index: usize, relation: &RelationIr) -> TokenStream {
        let (vis, name, target) = (&relation.vis, located(&relation.ident), &relation.target);
        let (fills, arity) = (expand_fills(self.model, relation), expand_arity(relation));
        let slot = match self.model.link(relation) {
            Some(LinkIr::Here(key)) => self.slot_of(&key.text),
            _ => None,
        };
        let (out, bound, done) = self.expand_step(slot);
        let index = Literal::usize_unsuffixed(index);
        let body = self.body(quote! {
            self.core.relate(#index, __chakra::NestedWrite::into_nested(__write));
            #done
        });
        quote! {
            #vis fn #name(mut self, __write: impl __chakra::NestedWrite<#target, #fills, #arity>) -> #out #bound {
                #body
            }
        }
    }

    fn slot_of(&self, field: &str) -> Option<usize> {
        let position = self.model.body.position(field)?;
        self.slots.iter().position(|required| *required == position)
    }

    /// What a setter returns, under which bound, and how it ends: with a slot, the state moves on.
    fn expand_step(&self, slot: Option<usize>) -> (TokenStream, TokenStream, TokenStream) {
        let draft = &self.draft;
        match slot {
            None => (quote!(Self), TokenStream::new(), quote!(self)),
            Some(slot) => {
                let slot = Literal::usize_unsuffixed(slot);
                (
                    quote!(#draft<<__S as __chakra::SetAt<#slot>>::Out>),
                    quote!(where __S: __chakra::SetAt<#slot>),
                    quote!(#draft::__from_core(self.core)),
                )
            }
        }
    }

    /// One trait per required field, so that the compiler can say in words which one is missing.
    fn expand_complete(&self) -> TokenStream {
        let draft = &self.draft;
        let names: Vec<Ident> = self.slots.iter().enumerate().map(|(slot, index)| self.given_name(slot, *index)).collect();
        let states: Vec<Ident> = (0..self.slots.len()).map(|slot| format_ident!("__S{}", slot)).collect();
        let traits = names.iter().zip(&self.slots).map(|(name, index)| self.expand_given(name, &self.model.body.fields[*index]));
        quote! {
            #(#traits)*
            #[automatically_derived]
            impl<__F #(, #states: #names<__F>)*> __chakra::Complete<__F> for #draft<(#(#states,)*)> {}
        }
    }

    /// `PostTitleGiven`; the slot is added where two fields differ in underscores only.
    fn given_name(&self, slot: usize, index: usize) -> Ident {
        let camel = |index: usize| plain(&self.model.body.fields[index].ident).to_upper_camel_case();
        let name = camel(index);
        let twin = self.slots.iter().any(|other| *other != index && camel(*other) == name);
        let owner = &self.model.head.ident;
        if twin { format_ident!("{}{}Given{}", owner, name, slot) } else { format_ident!("{}{}Given", owner, name) }
    }

    fn expand_given(&self, name: &Ident, field: &FieldIr) -> TokenStream {
        let (owner, vis) = (plain(&self.model.head.ident), &self.model.head.vis);
        let (ident, words) = (&field.ident, plain(&field.ident));
        let message = format!("required field `{words}` is not set in this draft");
        let label = format!("`{words}` of `{owner}` is missing");
        let relation =
            self.model.relations.iter().find(|relation| matches!(self.model.link(relation), Some(LinkIr::Here(key)) if key.text == words));
        let note = match relation {
            Some(relation) => format!("set it with `.{ident}(…)`, or with `.{}(connect(…))`", relation.ident),
            None => format!("set it with `.{ident}(…)`"),
        };
        quote! {
            #[diagnostic::on_unimplemented(message = #message, label = #label, note = #note)]
            #vis trait #name<__F> {}
            #[diagnostic::do_not_recommend]
            #[automatically_derived]
            impl<__F, __S: __chakra::Given<__F>> #name<__F> for __S {}
        }
    }
}
