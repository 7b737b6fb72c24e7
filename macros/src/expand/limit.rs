//! What a field's values must keep to, as calls on its declaration.

use super::native::{spot, storage_of};
use crate::{
    facts::server_pattern,
    ir::{FieldIr, Name, RuleIr},
    shape::present,
};
use proc_macro2::{Literal, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

pub(crate) fn expand_limits(field: &FieldIr) -> TokenStream {
    let limits = &field.limits;
    let min_length = limits.min_length.as_ref().map(|limit| {
        let value = Literal::u64_unsuffixed(limit.value);
        quote!(.min_length(#value))
    });
    let max_length = limits.max_length.as_ref().map(|limit| {
        let value = Literal::u64_unsuffixed(limit.value);
        quote!(.max_length(#value))
    });
    let min = limits.min.as_ref().map(|limit| {
        let value = expand_number(limit.value);
        quote!(.min(#value))
    });
    let max = limits.max.as_ref().map(|limit| {
        let value = expand_number(limit.value);
        quote!(.max(#value))
    });
    let longest = limits.max_length.as_ref().map(|limit| limit.value);
    let pattern = limits.pattern.as_ref().map(|pattern| expand_pattern(pattern, longest));
    let rule = limits.validate.as_ref().map(|rule| expand_rule(field, rule));
    quote!(#min_length #max_length #min #max #pattern #rule)
}

/// The sign is a token of its own: a literal token is never negative.
fn expand_number(number: f64) -> TokenStream {
    let sign = number.is_sign_negative().then(|| quote!(-));
    let value = Literal::f64_suffixed(number.abs());
    quote!(#sign #value)
}

/// Compiled at its first use, and kept where it stands.
fn expand_pattern(pattern: &Name, longest: Option<u64>) -> TokenStream {
    let text = &pattern.text;
    let server = match server_pattern(text, longest) {
        Ok(server) => quote!(::core::result::Result::Ok(#server)),
        Err(reason) => quote!(::core::result::Result::Err(#reason)),
    };
    quote! {
        .pattern(__chakra::Pattern::new(#text, #server, || {
            static __R: __chakra::LazyLock<__chakra::Regex> = __chakra::LazyLock::new(|| __chakra::regex(#text));
            &__R
        }))
    }
}

/// The user's function over a value that is there. The closure lets it take a `&str` for a `String`.
fn expand_rule(field: &FieldIr, rule: &RuleIr) -> TokenStream {
    let (name, function, ty) = (&rule.name, &rule.function, present(&field.ty));
    // At the path, so that a function which takes or gives something else is shown there.
    let span = spot(function.span());
    let check = match field.native {
        None => quote_spanned!(span=> check_rule::<#ty, _>),
        Some(_) => {
            let storage = storage_of(ty, field.native);
            quote_spanned!(span=> check_rule_as::<#storage, #ty, _>)
        }
    };
    let rule = quote_spanned!(span=> |__raw| __chakra::#check(#name, __raw, |__v: &#ty| #function(__v)));
    quote!(.validate(__chakra::Rule::new(#name, #rule)))
}
