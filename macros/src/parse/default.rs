//! `default = …`: a constant, a generator, or an expression.

use super::attribute::{Entry, Value};
use crate::{
    ctxt::Ctxt,
    ir::{DefaultIr, DefaultValue},
    shape::name_self,
};
use proc_macro2::Ident;
use syn::{Expr, ExprCall, ExprLit, Lit, UnOp, spanned::Spanned};

/// The calls that mean a generator and not a function of the user's, who writes a path (`self::now()`) for their own.
const GENERATORS: &[&str] = &["now", "uuid", "auto", "uuid_v7", "cuid", "ulid", "nanoid"];

pub(crate) fn parse_default(entry: &Entry, owner: &Ident, errors: &Ctxt) -> Option<DefaultIr> {
    let Value::Is(expr) = &entry.value else {
        errors.error(&entry.key, "`default` takes a value: write `#[chakra(default = 0)]`, `#[chakra(default = now())]` or any expression");
        return None;
    };
    let value = match parse_generator(expr) {
        Some((name, true)) if name == "now" => DefaultValue::Now,
        Some((name, true)) if name == "uuid" => DefaultValue::Uuid,
        Some((name, true)) if name == "auto" => DefaultValue::ObjectId,
        Some((name, bare)) => {
            let call = if bare { "()" } else { "(…)" };
            errors.error(
                &**expr,
                format!("`{name}{call}` is not supported yet; there are `now()`, `uuid()`, `auto()`, constants and expressions"),
            );
            return None;
        }
        None if is_constant(expr) => DefaultValue::Constant(Box::new(name_self(&**expr, owner))),
        None => DefaultValue::Computed(Box::new(name_self(&**expr, owner))),
    };
    Some(DefaultIr { value, span: expr.span() })
}

/// The generator that an expression calls, and whether it does so without arguments. A string that spells such a call is the call.
fn parse_generator(expr: &Expr) -> Option<(String, bool)> {
    match expr {
        Expr::Call(call) => generator_of(call),
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => match syn::parse_str::<Expr>(&text.value()) {
            Ok(Expr::Call(call)) => generator_of(&call),
            _ => None,
        },
        _ => None,
    }
}

fn generator_of(call: &ExprCall) -> Option<(String, bool)> {
    let Expr::Path(function) = &*call.func else { return None };
    let name = function.path.get_ident()?.to_string();
    GENERATORS.contains(&name.as_str()).then(|| (name, call.args.is_empty()))
}

/// Literals, lists of them, and paths: what has the same value for every document.
fn is_constant(expr: &Expr) -> bool {
    match expr {
        Expr::Lit(_) | Expr::Path(_) => true,
        Expr::Unary(unary) => matches!(unary.op, UnOp::Neg(_)) && matches!(*unary.expr, Expr::Lit(_)),
        Expr::Array(array) => array.elems.iter().all(is_constant),
        Expr::Group(group) => is_constant(&group.expr),
        Expr::Paren(paren) => is_constant(&paren.expr),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use quote::format_ident;

    fn parsed(text: &str) -> Result<DefaultValue, String> {
        let errors = Ctxt::new();
        let value = Value::Is(Box::new(syn::parse_str(text).unwrap()));
        let entry = Entry { key: format_ident!("default"), word: "default", value };
        let default = parse_default(&entry, &format_ident!("Post"), &errors);
        errors.finish().map_err(|error| error.to_string())?;
        Ok(default.unwrap().value)
    }

    #[test]
    fn constants_are_told_from_calls() {
        for text in ["0", "-1.5", "true", "\"draft\"", "[1, 2]", "Role::User", "LIMIT", "None", "\"now\""] {
            assert!(matches!(parsed(text), Ok(DefaultValue::Constant(_))), "{text}");
        }
        for text in ["String::new()", "self::now()", "1 + 1", "vec![1]", "Point { x: 0 }", "later()"] {
            assert!(matches!(parsed(text), Ok(DefaultValue::Computed(_))), "{text}");
        }
    }

    #[test]
    fn generators_are_calls_or_strings() {
        for text in ["now()", "\"now()\""] {
            assert!(matches!(parsed(text), Ok(DefaultValue::Now)), "{text}");
        }
        assert!(matches!(parsed("uuid()"), Ok(DefaultValue::Uuid)));
        assert!(matches!(parsed("\"auto()\""), Ok(DefaultValue::ObjectId)));
    }

    #[test]
    fn other_generators_are_refused_by_name() {
        for (text, name) in [("ulid()", "`ulid()`"), ("\"cuid()\"", "`cuid()`"), ("nanoid(10)", "`nanoid(…)`"), ("uuid(7)", "`uuid(…)`")]
        {
            let error = parsed(text).err().unwrap();
            assert!(error.starts_with(&format!("{name} is not supported yet")), "{error}");
        }
    }
}
