//! The type for which impls are generated, with its parameters, and the names of what is generated beside them.

use crate::ir::{CompositeIr, FieldIr, ViewIr};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::{GenericParam, Generics, LifetimeParam, parse_quote};

/// A declared type. As tokens it is the type itself: `Page<T>`.
#[derive(Clone)]
pub(crate) struct Owner {
    ident: Ident,
    /// Without defaults, which only a declaration has.
    generics: Generics,
}

impl From<&Ident> for Owner {
    fn from(ident: &Ident) -> Self {
        Self { ident: ident.clone(), generics: Generics::default() }
    }
}

impl From<&Self> for Owner {
    fn from(owner: &Self) -> Self {
        owner.clone()
    }
}

/// What stands in a field of a composite is stored, so each parameter is a type that can be.
impl From<&CompositeIr> for Owner {
    fn from(composite: &CompositeIr) -> Self {
        let mut generics = composite.generics.clone();
        for parameter in &mut generics.params {
            match parameter {
                GenericParam::Type(ty) => {
                    ty.attrs.clear();
                    ty.eq_token = None;
                    ty.default = None;
                    ty.bounds.push(parse_quote!(__chakra::Value));
                }
                GenericParam::Const(constant) => {
                    constant.attrs.clear();
                    constant.eq_token = None;
                    constant.default = None;
                }
                GenericParam::Lifetime(_) => {}
            }
        }
        Self { ident: composite.head.ident.clone(), generics }
    }
}

/// Its defaults borrow for as long as it does.
impl From<&ViewIr> for Owner {
    fn from(view: &ViewIr) -> Self {
        let mut generics = Generics::default();
        generics.params.extend(view.lifetime.clone().map(|lifetime| GenericParam::Lifetime(LifetimeParam::new(lifetime))));
        Self { ident: view.head.ident.clone(), generics }
    }
}

impl ToTokens for Owner {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let (ident, arguments) = (&self.ident, self.generics.split_for_impl().1);
        quote!(#ident #arguments).to_tokens(tokens);
    }
}

impl Owner {
    pub(crate) fn ident(&self) -> &Ident {
        &self.ident
    }

    pub(crate) fn is_generic(&self) -> bool {
        !self.generics.params.is_empty()
    }

    /// An impl of a trait.
    pub(crate) fn implement(&self, of: &TokenStream, items: &TokenStream) -> TokenStream {
        self.implement_with(&TokenStream::new(), of, items)
    }

    /// An impl of a trait, with parameters of its own before those of the type.
    pub(crate) fn implement_with(&self, own: &TokenStream, of: &TokenStream, items: &TokenStream) -> TokenStream {
        let (owner, parameters, bounds) = (self, self.declared(own), self.bounds());
        quote! {
            #[automatically_derived]
            impl #parameters #of for #owner #bounds {
                #items
            }
        }
    }

    /// `<'de, T: Bound>`: the parameters of an impl or a function, after those of its own.
    pub(crate) fn declared(&self, own: &TokenStream) -> TokenStream {
        in_brackets(own, self.generics.params.iter().map(ToTokens::to_token_stream))
    }

    /// `<__R, T>`: the parameters of a trait, after those of its own. Only the impls have bounds.
    pub(crate) fn unbounded(&self, own: &TokenStream) -> TokenStream {
        let parameters = self.generics.params.iter().map(|parameter| match parameter {
            GenericParam::Type(ty) => ty.ident.to_token_stream(),
            other => other.to_token_stream(),
        });
        in_brackets(own, parameters)
    }

    /// `<__R, T>` in use.
    pub(crate) fn arguments(&self, own: &TokenStream) -> TokenStream {
        let arguments = self.generics.params.iter().map(|parameter| match parameter {
            GenericParam::Type(ty) => ty.ident.to_token_stream(),
            GenericParam::Const(constant) => constant.ident.to_token_stream(),
            GenericParam::Lifetime(lifetime) => lifetime.lifetime.to_token_stream(),
        });
        in_brackets(own, arguments)
    }

    /// The declared `where`.
    pub(crate) fn bounds(&self) -> TokenStream {
        self.generics.where_clause.to_token_stream()
    }
}

fn in_brackets(own: &TokenStream, parameters: impl Iterator<Item = TokenStream>) -> TokenStream {
    let own = (!own.is_empty()).then(|| own.clone());
    let all: Vec<TokenStream> = own.into_iter().chain(parameters).collect();
    if all.is_empty() { TokenStream::new() } else { quote!(<#(#all),*>) }
}

/// The generated items that belong to one list of fields: a struct has one, a union one for each variant.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'a> {
    pub(crate) owner: &'a Owner,
    /// The number of the variant.
    variant: Option<usize>,
}

impl<'a> Scope<'a> {
    pub(crate) fn new(owner: &'a Owner) -> Self {
        Self { owner, variant: None }
    }

    pub(crate) fn of_variant(owner: &'a Owner, variant: usize) -> Self {
        Self { owner, variant: Some(variant) }
    }

    /// The stored names of the own fields.
    pub(crate) fn names(&self) -> Ident {
        self.item("__NAMES")
    }

    /// The declarations of all fields. Where they speak of parameters, no constant beside the type can hold them.
    pub(crate) fn fields(&self) -> TokenStream {
        if self.owner.is_generic() {
            let owner = self.owner;
            return quote!(<#owner as __chakra::Composite>::SHAPE.fields);
        }
        self.item("__FIELDS").to_token_stream()
    }

    /// The function that evaluates the default of a field, apart from all generated names.
    pub(crate) fn default_fn(&self, field: &FieldIr) -> Ident {
        match self.variant {
            None => format_ident!("__default_{}", field.ident),
            Some(number) => format_ident!("__default_{}_{}", number, field.ident),
        }
    }

    /// The same function as a value. A lifetime is left to inference, which knows it.
    pub(crate) fn default_value(&self, field: &FieldIr) -> TokenStream {
        let (name, arguments) = (self.default_fn(field), self.owner.arguments(&TokenStream::new()));
        let borrows = self.owner.generics.lifetimes().next().is_some();
        if arguments.is_empty() || borrows { name.to_token_stream() } else { quote!(#name::#arguments) }
    }

    /// A closure that writes the default.
    pub(crate) fn default_writer(&self, field: &FieldIr) -> TokenStream {
        let default = self.default_value(field);
        match field.native {
            None => quote!(|__w| __chakra::Encode::encode(&#default(), __w)),
            Some(_) => {
                let (storage, ty) = (field.stored_ty(), &field.ty);
                quote!(|__w| __chakra::Encode::encode(&__chakra::Via::<#storage, #ty>::new(&#default()), __w))
            }
        }
    }

    fn item(&self, name: &str) -> Ident {
        match self.variant {
            None => format_ident!("{}", name),
            Some(number) => format_ident!("{}_{}", name, number),
        }
    }
}
