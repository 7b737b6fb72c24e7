//! What an index says beside its fields, as calls on its declaration.

use super::native::spot;
use crate::ir::{CollationIr, Name, OptionsIr, PartialIr};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::Expr;

/// `owner` is the model.
pub(super) fn expand_options(owner: &Ident, options: &OptionsIr) -> TokenStream {
    let named = options.map.as_ref().map(|Name { text, .. }| quote!(.named(#text)));
    let sparse = options.sparse.map(|_| quote!(.sparse()));
    let hidden = options.hidden.map(|_| quote!(.hidden()));
    let expire_after = options.expire_after.as_ref().map(|limit| {
        let seconds = Literal::i32_unsuffixed(limit.value);
        quote!(.expire_after(#seconds))
    });
    let orphans = options.orphans.map(|_| quote!(.allows_orphans()));
    let partial = options.partial.as_ref().map(|partial| expand_partial(owner, partial));
    let collation = options.collation.as_ref().map(expand_collation);
    quote!(#named #sparse #hidden #expire_after #orphans #partial #collation)
}

/// Evaluated when it is asked for: the filter may ask for the model's schema, which is being made here.
fn expand_partial(owner: &Ident, partial: &PartialIr) -> TokenStream {
    let span = spot(partial.span);
    let filter = match &*partial.filter {
        Expr::Path(function) => quote_spanned!(span=> #function()),
        filter => quote!(#filter),
    };
    // At the filter, so that one of another model is shown there.
    let partial = quote_spanned!(span=> partial::<#owner>);
    quote!(.partial(|| __chakra::#partial(#filter)))
}

fn expand_collation(collation: &CollationIr) -> TokenStream {
    let locale = &collation.locale.text;
    let strength = collation.strength.as_ref().map(|level| {
        let level = Literal::i32_unsuffixed(level.value);
        quote!(.strength(#level))
    });
    let words = collation.words.iter().map(|(word, value)| {
        let (word, value) = (format_ident!("{}", word), &value.text);
        quote!(.#word(#value))
    });
    let flags = collation.flags.iter().map(|(word, flag)| {
        let (word, flag) = (format_ident!("{}", word), flag.value);
        quote!(.#word(#flag))
    });
    quote!(.collation(__chakra::CollationSchema::new(#locale) #strength #(#words)* #(#flags)*))
}
