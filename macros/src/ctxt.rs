//! The error collector: what `parse` and `check` fill, and what the entry points in `lib` read once, before anything is generated.
//!
//! It panics when it is dropped unread, so that no stage can lose an error by returning early.

use proc_macro2::Span;
use quote::ToTokens;
use std::{cell::RefCell, fmt::Display};

/// All errors of one declaration, in the order they were found.
pub(crate) struct Ctxt {
    /// `None` once somebody has looked.
    errors: RefCell<Option<Vec<syn::Error>>>,
}

impl Ctxt {
    pub(crate) fn new() -> Self {
        Self { errors: RefCell::new(Some(Vec::new())) }
    }

    /// Reports a fault over all of `tokens`.
    pub(crate) fn error(&self, tokens: impl ToTokens, message: impl Display) {
        self.push(syn::Error::new_spanned(tokens, message));
    }

    /// Reports a fault at one place.
    pub(crate) fn error_at(&self, span: Span, message: impl Display) {
        self.push(syn::Error::new(span, message));
    }

    /// Takes over an error of the parser.
    pub(crate) fn push(&self, error: syn::Error) {
        if let Some(errors) = self.errors.borrow_mut().as_mut() {
            errors.push(error);
        }
    }

    /// All errors as one, which rustc shows one by one.
    pub(crate) fn finish(self) -> syn::Result<()> {
        let errors = self.errors.take().unwrap_or_default();
        let combined = errors.into_iter().reduce(|mut all, next| {
            all.combine(next);
            all
        });
        combined.map_or(Ok(()), Err)
    }
}

impl Drop for Ctxt {
    fn drop(&mut self) {
        // A second panic while unwinding would abort and hide the first.
        if !std::thread::panicking() && self.errors.borrow().is_some() {
            panic!("the errors of a declaration were never looked at");
        }
    }
}
