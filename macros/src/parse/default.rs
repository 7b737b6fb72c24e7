//! `default = …`: a constant, a generator, or an expression.

use super::{
    attribute::{Entry, Value},
    generator::parse_generator,
};
use crate::{
    ctxt::Ctxt,
    ir::{DefaultIr, DefaultValue},
    shape::{is_named, name_self, present, unboxed},
};
use proc_macro2::Ident;
use syn::{Expr, ExprLit, Lit, LitStr, Type, UnOp, spanned::Spanned};

/// Types of which a text is the spelling of any value.
const JSON: &[&str] = &["Value", "Json"];

/// The default of a field of type `ty`.
pub(super) fn parse_default(entry: &Entry, ty: &Type, owner: &Ident, errors: &Ctxt) -> Option<DefaultIr> {
    let Value::Is(expr) = &entry.value else {
        errors.error(&entry.key, "`default` takes a value: write `#[chakra(default = 0)]`, `#[chakra(default = now())]` or any expression");
        return None;
    };
    let value = match parse_generator(expr) {
        Some(Ok(generator)) => DefaultValue::Generated(generator),
        Some(Err(message)) => {
            errors.error(&**expr, message);
            return None;
        }
        None => match text_of(expr) {
            Some(text) if is_named(unboxed(present(ty)), JSON) => DefaultValue::Json(parse_json(text, errors)?),
            _ if is_constant(expr) => DefaultValue::Constant(Box::new(name_self(&**expr, owner))),
            _ => DefaultValue::Computed(Box::new(name_self(&**expr, owner))),
        },
    };
    Some(DefaultIr { value, span: expr.span() })
}

/// The text, if it is JSON.
fn parse_json(text: &LitStr, errors: &Ctxt) -> Option<LitStr> {
    match serde_json::from_str::<serde_json::Value>(&text.value()) {
        Ok(_) => Some(text.clone()),
        Err(error) => {
            errors.error(
                text,
                format!("the default of a JSON field is JSON ({error}): write `\"{{}}\"`, `\"[1, 2]\"` or `\"\\\"text\\\"\"`"),
            );
            None
        }
    }
}

fn text_of(expr: &Expr) -> Option<&LitStr> {
    match expr {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text),
        Expr::Group(group) => text_of(&group.expr),
        Expr::Paren(paren) => text_of(&paren.expr),
        _ => None,
    }
}

/// Literals, paths, lists of constants, and structs of constants: what has the same value for every document.
fn is_constant(expr: &Expr) -> bool {
    match expr {
        Expr::Lit(_) | Expr::Path(_) => true,
        Expr::Unary(unary) => matches!(unary.op, UnOp::Neg(_)) && matches!(*unary.expr, Expr::Lit(_)),
        Expr::Array(array) => array.elems.iter().all(is_constant),
        // The rest of a value could be made anew each time.
        Expr::Struct(value) => value.rest.is_none() && value.fields.iter().all(|field| is_constant(&field.expr)),
        Expr::Group(group) => is_constant(&group.expr),
        Expr::Paren(paren) => is_constant(&paren.expr),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::ir::GeneratorIr;
    use quote::format_ident;

    fn parsed(ty: &str, text: &str) -> Result<DefaultValue, String> {
        let errors = Ctxt::new();
        let value = Value::Is(Box::new(syn::parse_str(text).unwrap()));
        let entry = Entry { key: format_ident!("default"), word: "default", value };
        let default = parse_default(&entry, &syn::parse_str(ty).unwrap(), &format_ident!("Post"), &errors);
        errors.finish().map_err(|error| error.to_string())?;
        Ok(default.unwrap().value)
    }

    #[test]
    fn constants_are_told_from_calls() {
        let constants = ["0", "-1.5", "true", "\"draft\"", "[1, 2]", "Role::User", "LIMIT", "None", "\"now\"", "Point { x: 0, y: [ONE] }"];
        for text in constants {
            assert!(matches!(parsed("T", text), Ok(DefaultValue::Constant(_))), "{text}");
        }
        let computed =
            ["String::new()", "self::now()", "1 + 1", "vec![1]", "Point { x: 0, y: one() }", "Point { x: 0, ..ORIGIN }", "later()"];
        for text in computed {
            assert!(matches!(parsed("T", text), Ok(DefaultValue::Computed(_))), "{text}");
        }
    }

    #[test]
    fn generators_are_no_functions() {
        for text in ["now()", "\"now()\""] {
            assert!(matches!(parsed("T", text), Ok(DefaultValue::Generated(GeneratorIr::Now))), "{text}");
        }
        assert!(parsed("T", "uuid(5)").err().unwrap().contains("`uuid(7)`"));
    }

    #[test]
    fn a_text_is_json_where_the_field_is() {
        for ty in ["serde_json::Value", "Option<Value>", "Json"] {
            assert!(matches!(parsed(ty, "\"{}\""), Ok(DefaultValue::Json(_))), "{ty}");
        }
        assert!(matches!(parsed("String", "\"{}\""), Ok(DefaultValue::Constant(_))));
        assert!(matches!(parsed("Value", "Value::Null"), Ok(DefaultValue::Constant(_))));
        let message = parsed("Value", "\"text\"").err().unwrap();
        assert!(message.contains("expected ident at line 1 column 2") && message.contains(r#"`"\"text\""`"#), "{message}");
    }
}
