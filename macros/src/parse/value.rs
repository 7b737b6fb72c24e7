//! The value of an entry, read as what its key wants; each method reports a wrong form with the right one. Read by the rest of this room.

use super::attribute::{Entry, Value};
use crate::{
    ctxt::Ctxt,
    facts::dotted,
    ir::{KeyIr, Limit, Mark, Name},
};
use proc_macro2::{Ident, Span};
use syn::{Expr, ExprField, ExprLit, ExprUnary, Lit, LitStr, Member, Path, UnOp, ext::IdentExt, spanned::Spanned};

impl Entry {
    /// `key`, and nothing more.
    pub(crate) fn parse_flag(&self, errors: &Ctxt) -> Mark {
        match &self.value {
            Value::Flag => Some(self.key.span()),
            _ => self.refuse(errors, "takes no value", &self.key.to_string()),
        }
    }

    /// `key = "text"`
    pub(crate) fn parse_text(&self, errors: &Ctxt) -> Option<Name> {
        match self.literal() {
            Some(Lit::Str(text)) => Some(Name { text: text.value(), span: text.span() }),
            _ => self.refuse(errors, "takes a text", &format!("{} = \"…\"", self.key)),
        }
    }

    /// `key = name` or `key = "name"`; `form` shows a good name.
    pub(crate) fn parse_name(&self, form: &str, errors: &Ctxt) -> Option<Name> {
        let name = match &self.value {
            Value::Is(expr) => name_of(expr),
            _ => None,
        };
        name.or_else(|| self.refuse(errors, "takes a name", &format!("{} = {form}", self.key)))
    }

    /// `key = name`, `key = name.below`, or either as a text.
    pub(crate) fn parse_key(&self, form: &str, errors: &Ctxt) -> Option<KeyIr> {
        let key = match &self.value {
            Value::Is(expr) => key_of(expr),
            _ => None,
        };
        key.or_else(|| self.refuse(errors, "takes a name", &format!("{} = {form}", self.key)))
    }

    /// `key = ident` or `key = "ident"`, for a name that will be generated.
    pub(crate) fn parse_ident(&self, form: &str, errors: &Ctxt) -> Option<Ident> {
        let ident = match &self.value {
            Value::Is(expr) => ident_of(expr),
            _ => None,
        };
        ident.or_else(|| self.refuse(errors, "takes an identifier", &format!("{} = {form}", self.key)))
    }

    /// `key = some::path` or `key = "some::path"`
    pub(crate) fn parse_path(&self, form: &str, errors: &Ctxt) -> Option<Path> {
        let path = match &self.value {
            Value::Is(expr) => match &**expr {
                Expr::Path(path) if path.qself.is_none() => Some(path.path.clone()),
                Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => text.parse::<Path>().ok(),
                _ => None,
            },
            _ => None,
        };
        path.or_else(|| self.refuse(errors, "takes a path", &format!("{} = {form}", self.key)))
    }

    /// `key = false`
    pub(crate) fn parse_bool(&self, errors: &Ctxt) -> Option<bool> {
        match self.literal() {
            Some(Lit::Bool(value)) => Some(value.value),
            _ => self.refuse(errors, "is true or false", &format!("{} = false", self.key)),
        }
    }

    /// `key = 50`
    pub(crate) fn parse_length(&self, errors: &Ctxt) -> Option<Limit<u64>> {
        match self.literal() {
            Some(Lit::Int(number)) => match number.base10_parse::<u64>() {
                Ok(value) => Some(Limit { value, span: number.span() }),
                Err(error) => {
                    errors.push(error);
                    None
                }
            },
            _ => self.refuse(errors, "takes a whole number", &format!("{} = 50", self.key)),
        }
    }

    /// `key = -1.5`
    pub(crate) fn parse_number(&self, errors: &Ctxt) -> Option<Limit<f64>> {
        let limit = match &self.value {
            Value::Is(expr) => number_of(expr).map(|value| Limit { value, span: expr.span() }),
            _ => None,
        };
        limit.or_else(|| self.refuse(errors, "takes a number that an `f64` holds exactly", &format!("{} = 0", self.key)))
    }

    fn literal(&self) -> Option<&Lit> {
        match &self.value {
            Value::Is(expr) => match &**expr {
                Expr::Lit(literal) => Some(&literal.lit),
                _ => None,
            },
            _ => None,
        }
    }

    fn refuse<T>(&self, errors: &Ctxt, wants: &str, form: &str) -> Option<T> {
        errors.error(&self.key, format!("`{}` {wants}: write `#[chakra({form})]`", self.key));
        None
    }
}

/// The name that an expression spells: an identifier, or a string.
pub(crate) fn name_of(expr: &Expr) -> Option<Name> {
    match expr {
        Expr::Path(path) => path.path.get_ident().map(|ident| Name { text: ident.unraw().to_string(), span: ident.span() }),
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(Name { text: text.value(), span: text.span() }),
        _ => None,
    }
}

/// The field and what lies below it that an expression spells, also as a string.
fn key_of(expr: &Expr) -> Option<KeyIr> {
    let segments: Vec<Ident> = match expr {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => {
            text.value().split('.').map(|segment| segment_of(segment, text.span())).collect::<Option<_>>()?
        }
        expr => segments_of(expr)?,
    };
    let span = segments.first()?.span();
    Some(KeyIr { text: dotted(&segments), span, segments })
}

fn segments_of(expr: &Expr) -> Option<Vec<Ident>> {
    match expr {
        Expr::Path(path) => path.path.get_ident().map(|ident| vec![ident.clone()]),
        Expr::Field(ExprField { base, member: Member::Named(name), .. }) => {
            let mut segments = segments_of(base)?;
            segments.push(name.clone());
            Some(segments)
        }
        _ => None,
    }
}

/// A name in a text, where a keyword needs no `r#`.
fn segment_of(text: &str, span: Span) -> Option<Ident> {
    let mut segment = syn::parse_str::<Ident>(text).or_else(|_| syn::parse_str::<Ident>(&format!("r#{text}"))).ok()?;
    segment.set_span(span);
    Some(segment)
}

/// The identifier that an expression spells, also as a string.
pub(crate) fn ident_of(expr: &Expr) -> Option<Ident> {
    match expr {
        Expr::Path(path) => path.path.get_ident().cloned(),
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => ident_of_text(text),
        _ => None,
    }
}

pub(crate) fn ident_of_text(text: &LitStr) -> Option<Ident> {
    let mut ident = syn::parse_str::<Ident>(&text.value()).ok()?;
    ident.set_span(text.span());
    Some(ident)
}

fn number_of(expr: &Expr) -> Option<f64> {
    match expr {
        // A limit is kept as an `f64`; a whole number that it does not hold would be another limit.
        #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)]
        Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => {
            number.base10_parse::<i64>().ok().filter(|whole| *whole as f64 as i128 == i128::from(*whole)).map(|whole| whole as f64)
        }
        Expr::Lit(ExprLit { lit: Lit::Float(number), .. }) => number.base10_parse::<f64>().ok(),
        Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) => number_of(expr).map(|number| -number),
        _ => None,
    }
}
