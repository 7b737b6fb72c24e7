//! `pattern = "…"` and `validate = path`; the other limits are plain numbers.

use super::attribute::{Entry, Value};
use crate::{
    ctxt::Ctxt,
    ir::{Name, RuleIr},
    shape::name_self,
};
use proc_macro2::Ident;
use quote::ToTokens;
use regex_syntax::Error;
use syn::{Expr, ExprLit, Lit};

/// A regular expression that can be compiled.
pub(super) fn parse_pattern(entry: &Entry, errors: &Ctxt) -> Option<Name> {
    let pattern = entry.parse_text(errors)?;
    match regex_syntax::parse(&pattern.text) {
        Ok(_) => Some(pattern),
        Err(error) => {
            errors.error_at(
                pattern.span,
                format!(
                    "`pattern` is a regular expression as the crate `regex` has them, and this is none: {}; write `pattern = r\"^[a-z]+$\"`, \
                     with a backslash before what is meant literally",
                    reason(&error)
                ),
            );
            None
        }
    }
}

/// The reason alone: what stands around it is drawn for a terminal.
fn reason(error: &Error) -> String {
    match error {
        Error::Parse(error) => error.kind().to_string(),
        Error::Translate(error) => error.kind().to_string(),
        other => other.to_string(),
    }
}

/// A function of the user's own.
pub(super) fn parse_rule(entry: &Entry, owner: &Ident, errors: &Ctxt) -> Option<RuleIr> {
    let function = name_self(&entry.parse_path("path::to::function", errors)?, owner);
    let name = match &entry.value {
        Value::Is(expr) => match &**expr {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => text.value(),
            path => path.to_token_stream().to_string().replace(' ', ""),
        },
        _ => return None,
    };
    Some(RuleIr { name, function })
}
