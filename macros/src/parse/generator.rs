//! The generators in `default = …`: calls without a path, or strings that spell them.

use crate::ir::GeneratorIr;
use syn::{Expr, ExprCall, ExprLit, Lit};

/// The length of a Nano ID that names none, as its authors chose it.
const NANOID_LENGTH: u8 = 21;

/// The generator that an expression calls, or what is wrong with the call; nothing for any other expression. A function of the user's own
/// that has such a name is called by a path, `self::now()`.
pub(super) fn parse_generator(expr: &Expr) -> Option<Result<GeneratorIr, String>> {
    match expr {
        Expr::Call(call) => generator_of(call),
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => match syn::parse_str::<Expr>(&text.value()) {
            Ok(Expr::Call(call)) => generator_of(&call),
            _ => None,
        },
        Expr::Group(group) => parse_generator(&group.expr),
        Expr::Paren(paren) => parse_generator(&paren.expr),
        _ => None,
    }
}

fn generator_of(call: &ExprCall) -> Option<Result<GeneratorIr, String>> {
    let Expr::Path(function) = &*call.func else { return None };
    let name = function.path.get_ident()?.to_string();
    let argument = call.args.first().map(number_of);
    let too_many = call.args.len() > 1;
    Some(match (name.as_str(), argument) {
        ("now", None) => Ok(GeneratorIr::Now),
        ("auto", None) => Ok(GeneratorIr::ObjectId),
        ("ulid", None) => Ok(GeneratorIr::Ulid),
        ("uuid_v7", None) => Ok(GeneratorIr::UuidV7),
        ("now" | "auto" | "ulid" | "uuid_v7", Some(_)) => {
            Err(format!("`{name}()` takes nothing; a function of your own is called by a path, as in `self::{name}(…)`"))
        }
        ("uuid", argument) => match argument {
            None | Some(Some(4)) if !too_many => Ok(GeneratorIr::Uuid),
            Some(Some(7)) if !too_many => Ok(GeneratorIr::UuidV7),
            _ => Err(String::from(
                "of the versions of a UUID there are two: write `uuid()` for a random one, or `uuid(7)` for one that begins with the time",
            )),
        },
        ("cuid", argument) => match argument {
            None | Some(Some(2)) if !too_many => Ok(GeneratorIr::Cuid),
            Some(Some(1)) => {
                Err(String::from("the first version of CUID was withdrawn by its author, since its values can be guessed: write `cuid()`"))
            }
            _ => Err(String::from("of the versions of CUID there is the second: write `cuid()`")),
        },
        ("nanoid", None) => Ok(GeneratorIr::NanoId(NANOID_LENGTH)),
        ("nanoid", Some(length)) => match length.and_then(|length| u8::try_from(length).ok()).filter(|length| *length >= 2 && !too_many) {
            Some(length) => Ok(GeneratorIr::NanoId(length)),
            None => Err(String::from("a Nano ID has 2 to 255 characters: write `nanoid()` for 21, or their number, as in `nanoid(10)`")),
        },
        _ => return None,
    })
}

/// The whole number that an argument is.
fn number_of(expr: &Expr) -> Option<u64> {
    match expr {
        Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => number.base10_parse().ok(),
        Expr::Group(group) => number_of(&group.expr),
        Expr::Paren(paren) => number_of(&paren.expr),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn parsed(text: &str) -> Option<Result<GeneratorIr, String>> {
        parse_generator(&syn::parse_str(text).unwrap())
    }

    #[test]
    fn generators_are_calls_or_strings() {
        for (text, generator) in [
            ("now()", GeneratorIr::Now),
            ("\"now()\"", GeneratorIr::Now),
            ("auto()", GeneratorIr::ObjectId),
            ("uuid()", GeneratorIr::Uuid),
            ("uuid(4)", GeneratorIr::Uuid),
            ("\"uuid(7)\"", GeneratorIr::UuidV7),
            ("uuid_v7()", GeneratorIr::UuidV7),
            ("cuid()", GeneratorIr::Cuid),
            ("cuid(2)", GeneratorIr::Cuid),
            ("ulid()", GeneratorIr::Ulid),
            ("nanoid()", GeneratorIr::NanoId(21)),
            ("\"nanoid(2)\"", GeneratorIr::NanoId(2)),
            ("nanoid(255)", GeneratorIr::NanoId(255)),
        ] {
            assert_eq!(parsed(text), Some(Ok(generator)), "{text}");
        }
        for text in ["self::now()", "later()", "\"later()\"", "now", "\"now\"", "now().x", "vec![now()]"] {
            assert_eq!(parsed(text), None, "{text}");
        }
    }

    #[test]
    fn what_does_not_exist_is_refused_with_what_does() {
        for (text, cure) in [
            ("now(1)", "`self::now(…)`"),
            ("uuid(5)", "`uuid(7)`"),
            ("uuid(4, 4)", "`uuid(7)`"),
            ("uuid(seven)", "`uuid(7)`"),
            ("cuid(1)", "withdrawn by its author"),
            ("\"cuid(3)\"", "`cuid()`"),
            ("nanoid(1)", "2 to 255"),
            ("nanoid(256)", "2 to 255"),
            ("nanoid(\"10\")", "2 to 255"),
        ] {
            let message = parsed(text).unwrap().unwrap_err();
            assert!(message.contains(cure), "{text}: {message}");
        }
    }
}
