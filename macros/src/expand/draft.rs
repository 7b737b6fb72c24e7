//! The draft of a model: one setter per field, one per relation, and a state parameter that counts the required fields which are set.

use super::{
    block::Depth,
    native::{place_of, spot},
    relation::{expand_arity, expand_fills, expand_hash},
};
use crate::{
    facts::{LinkIr, MAX_REQUIRED, located, plain},
    ir::{BodyIr, ExtraIr, FieldIr, FlatIr, HeadIr, ModelIr, RelationIr},
};
use heck::ToUpperCamelCase;
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote, quote_spanned};

/// What every part of a draft is made from.
pub(crate) struct DraftParts<'a> {
    head: &'a HeadIr,
    body: &'a BodyIr,
    /// The model of which the draft writes the relations; one of several shapes has none.
    model: Option<&'a ModelIr>,
    depth: Depth,
    /// `Post`, with which all names begin.
    prefix: String,
    /// The number of the first own field in the schema.
    first: usize,
    /// The names of the required fields; the place in this list is the slot.
    slots: Vec<&'a Ident>,
}

/// The name of the draft's type.
pub(crate) fn draft_name(prefix: &str) -> Ident {
    format_ident!("{}Draft", prefix)
}

impl<'a> DraftParts<'a> {
    pub(crate) fn of_model(model: &'a ModelIr, depth: Depth) -> Self {
        let mut parts = Self::of_shape(&model.head, &model.body, plain(&model.head.ident), 0, depth);
        parts.model = Some(model);
        parts
    }

    /// The draft of one of several shapes; its first field is the number `first` of its schema.
    pub(crate) fn of_shape(head: &'a HeadIr, body: &'a BodyIr, prefix: String, first: usize, depth: Depth) -> Self {
        let mut slots = body.required();
        // Refused by a rule; the outline does without states then.
        if slots.len() > MAX_REQUIRED {
            slots.clear();
        }
        Self { head, body, model: None, depth, prefix, first, slots }
    }

    pub(crate) fn expand(&self) -> TokenStream {
        let (owner, vis, draft) = (&self.head.ident, &self.head.vis, draft_name(&self.prefix));
        let unset = self.slots.iter().map(|field| {
            let hash = expand_hash(&plain(field));
            quote!(__chakra::Unset<#hash>)
        });
        let is_linked = |field: &FieldIr| self.model.is_some_and(|model| model.is_linked(field));
        let fields = self.body.fields.iter().enumerate().filter(|(_, field)| !is_linked(field));
        let fields = fields.map(|(index, field)| self.expand_setter(index, field));
        let flattened = self.body.flattened.iter().enumerate().map(|(index, flat)| self.expand_flat(index, flat));
        let extras = self.body.extras.iter().map(|extra| self.expand_extra(extra));
        let relations = self.model.map_or(&[][..], |model| model.relations.as_slice()).iter().enumerate();
        let relations = relations.map(|(index, relation)| self.expand_relation(index, relation));
        let core = self.code(quote!(#draft { core: __core, state: __chakra::PhantomData }));
        let into_cores = self.code(quote!(__chakra::one_core(self.core)));
        let complete = self.expand_complete();
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
                #(#fields)*
                #(#flattened)*
                #(#extras)*
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

    fn code(&self, code: TokenStream) -> TokenStream {
        match self.depth {
            Depth::Full => code,
            Depth::Outline => quote!(::core::unreachable!()),
        }
    }

    fn expand_setter(&self, index: usize, field: &FieldIr) -> TokenStream {
        let (vis, name, storage) = (&field.vis, located(&field.ident), field.stored_ty());
        let (out, bound, done) = self.expand_step(self.slot_of(&plain(&field.ident)));
        let index = Literal::usize_unsuffixed(self.first + index);
        let put = quote_spanned!(place_of(field)=> self.core.put(#index, &__chakra::IntoValue::into_value(__value)););
        let body = self.code(quote!(#put #done));
        quote! {
            #vis fn #name<__V>(mut self, __value: impl __chakra::IntoValue<#storage, __V>) -> #out #bound {
                #body
            }
        }
    }

    /// A flattened composite is set as a whole. Its fields follow the own ones and those of the composites before it.
    fn expand_flat(&self, index: usize, flat: &FlatIr) -> TokenStream {
        let (vis, name, ty) = (&flat.vis, located(&flat.ident), &flat.ty);
        let (out, bound, done) = self.expand_step(self.slot_of(&plain(&flat.ident)));
        let own = Literal::usize_unsuffixed(self.first + self.body.fields.len());
        let before = self.body.flattened[..index].iter().map(|flat| &flat.ty);
        let first = quote!(#own #(+ __chakra::flat_fields::<#before>().len())*);
        let put = quote_spanned!(spot(flat.mark)=> self.core.put_flat(#first, &__chakra::IntoValue::into_value(__value)););
        let body = self.code(quote!(#put #done));
        quote! {
            #vis fn #name<__V>(mut self, __value: impl __chakra::IntoValue<#ty, __V>) -> #out #bound {
                #body
            }
        }
    }

    fn expand_extra(&self, extra: &ExtraIr) -> TokenStream {
        let (vis, name, ty) = (&extra.vis, located(&extra.ident), &extra.ty);
        let body = self.code(quote! {
            self.core.put_extra(&__chakra::IntoValue::into_value(__value));
            self
        });
        quote! {
            #vis fn #name<__V>(mut self, __value: impl __chakra::IntoValue<#ty, __V>) -> Self {
                #body
            }
        }
    }

    /// A relation whose key is here and required stands for its key. One whose key is a part of a composite has no setter: the composite is set
    /// as a whole, and the key with it.
    fn expand_relation(&self, index: usize, relation: &RelationIr) -> TokenStream {
        let Some(model) = self.model else { return TokenStream::new() };
        if model.link(relation).is_some_and(LinkIr::is_part) {
            return TokenStream::new();
        }
        let (vis, name, target) = (&relation.vis, located(&relation.ident), &relation.target);
        let (fills, arity) = (expand_fills(model, relation), expand_arity(relation));
        let slot = match model.link(relation) {
            Some(LinkIr::Here(key)) => self.slot_of(&key.text),
            _ => None,
        };
        let (out, bound, done) = self.expand_step(slot);
        let index = Literal::usize_unsuffixed(index);
        let body = self.code(quote! {
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
        self.slots.iter().position(|required| plain(required) == field)
    }

    /// What a setter returns, under which bound, and how it ends: with a slot, the state moves on.
    fn expand_step(&self, slot: Option<usize>) -> (TokenStream, TokenStream, TokenStream) {
        let draft = draft_name(&self.prefix);
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
        let draft = draft_name(&self.prefix);
        let names: Vec<Ident> = (0..self.slots.len()).map(|slot| self.given_name(slot)).collect();
        let states: Vec<Ident> = (0..self.slots.len()).map(|slot| format_ident!("__S{}", slot)).collect();
        let traits = names.iter().zip(&self.slots).map(|(name, field)| self.expand_given(name, field));
        quote! {
            #(#traits)*
            #[automatically_derived]
            impl<__F #(, #states: #names<__F>)*> __chakra::Complete<__F> for #draft<(#(#states,)*)> {}
        }
    }

    /// `Post_TitleGiven`, where the underscore keeps `Login` with `user_name` apart from `LoginUser` with `name`; the slot is added where two fields differ in underscores only.
    fn given_name(&self, slot: usize) -> Ident {
        let camel = |slot: usize| plain(self.slots[slot]).to_upper_camel_case();
        let name = camel(slot);
        let twin = (0..self.slots.len()).any(|other| other != slot && camel(other) == name);
        let prefix = &self.prefix;
        if twin { format_ident!("{}_{}Given{}", prefix, name, slot) } else { format_ident!("{}_{}Given", prefix, name) }
    }

    fn expand_given(&self, name: &Ident, ident: &Ident) -> TokenStream {
        let (owner, vis, words) = (plain(&self.head.ident), &self.head.vis, plain(ident));
        let message = format!("required field `{words}` is not set in this draft");
        let label = format!("`{words}` of `{owner}` is missing");
        let relation = self.model.and_then(|model| {
            let is_key = |relation: &&RelationIr| matches!(model.link(relation), Some(LinkIr::Here(key)) if key.text == words);
            model.relations.iter().find(is_key)
        });
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
