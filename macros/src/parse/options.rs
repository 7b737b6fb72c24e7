//! The options that indexes of all kinds have: `map`, `sparse`, `hidden`, `partial`, `expire_after`, `orphans`, `collation`. Which of them an
//! index may have is for `check` to say.

use super::{
    collation::{parse_collation, parse_locale},
    quantity::seconds_of,
    value::name_of,
};
use crate::{
    ctxt::Ctxt,
    ir::{Limit, Name, OptionsIr, PartialIr},
    shape::name_self,
};
use proc_macro2::{Ident, Span};
use quote::ToTokens;
use syn::{Expr, ExprLit, Lit, MetaList, ext::IdentExt, spanned::Spanned};

/// Whether the word is an option where it stands alone.
pub(super) fn is_flag(word: &Ident) -> bool {
    matches!(word.unraw().to_string().as_str(), "sparse" | "hidden")
}

/// `word`. False where it is no option.
pub(super) fn parse_flag(options: &mut OptionsIr, word: &Ident, errors: &Ctxt) -> bool {
    let flag = match word.unraw().to_string().as_str() {
        "sparse" => &mut options.sparse,
        "hidden" => &mut options.hidden,
        _ => return false,
    };
    set(flag, word, Some(word.span()), errors);
    true
}

/// `word = value`; `owner` is the type that `Self` means. False where it is no option.
pub(super) fn parse_value(options: &mut OptionsIr, word: &Ident, value: &Expr, owner: &Ident, errors: &Ctxt) -> bool {
    match word.unraw().to_string().as_str() {
        "map" => set_name(&mut options.map, word, value, "the name of the index is a text: `map = \"author_title_1\"`", errors),
        "sparse" | "hidden" => match value {
            Expr::Lit(ExprLit { lit: Lit::Bool(given), .. }) if given.value => {
                parse_flag(options, word, errors);
            }
            // As good as not written.
            Expr::Lit(ExprLit { lit: Lit::Bool(_), .. }) => {}
            _ => errors.error(value, format!("`{word}` stands alone, or is true or false")),
        },
        "partial" => {
            let partial = PartialIr { filter: Box::new(name_self(value, owner)), span: value.span() };
            set(&mut options.partial, word, Some(partial), errors);
        }
        "expire_after" => {
            let seconds = parse_seconds(value, errors);
            set(&mut options.expire_after, word, seconds, errors);
        }
        "orphans" => {
            let allowed = parse_orphans(value, errors);
            set(&mut options.orphans, word, allowed, errors);
        }
        "collation" => {
            let collation = parse_locale(value, errors);
            set(&mut options.collation, word, collation, errors);
        }
        _ => return false,
    }
    true
}

/// `word(…)`. False where it is no option.
pub(super) fn parse_list(options: &mut OptionsIr, word: &Ident, list: &MetaList, errors: &Ctxt) -> bool {
    if word != "collation" {
        return false;
    }
    let collation = parse_collation(word, list, errors);
    set(&mut options.collation, word, collation, errors);
    true
}

/// `"30d"`
pub(super) fn parse_seconds(value: &Expr, errors: &Ctxt) -> Option<Limit<i32>> {
    let seconds = match value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => seconds_of(&text.value()),
        _ => Err("a text, a whole number and a unit, `s`, `m`, `h`, `d` or `w`"),
    };
    match seconds {
        Ok(seconds) => Some(Limit { value: seconds, span: value.span() }),
        Err(form) => {
            errors.error(value, format!("`expire_after` takes {form}: write `expire_after = \"30d\"`"));
            None
        }
    }
}

/// `"allowed"`, and where it stands.
pub(super) fn parse_orphans(value: &Expr, errors: &Ctxt) -> Option<Span> {
    let is_allowed = name_of(value).is_some_and(|name| name.text == "allowed");
    if !is_allowed {
        errors.error(value, "documents may be left without the one that they refer to, or nothing is said: write `orphans = \"allowed\"`");
    }
    is_allowed.then(|| value.span())
}

/// The value as the name that the option takes.
pub(super) fn set_name(option: &mut Option<Name>, word: &Ident, value: &Expr, form: &str, errors: &Ctxt) {
    match name_of(value) {
        Some(name) => set(option, word, Some(name), errors),
        None => errors.error(value, form),
    }
}

/// Two values for one thing: whichever won, one reader would be surprised. A value that cannot be read has its own message.
pub(super) fn set<T>(option: &mut Option<T>, word: impl ToTokens, value: Option<T>, errors: &Ctxt) {
    if option.is_some() {
        errors.error(&word, format!("`{}` stands here already; keep one", word.to_token_stream()));
    } else if let Some(value) = value {
        *option = Some(value);
    }
}

/// What the options are called, for messages.
pub(super) const OPTIONS: &str =
    "`map`, `sparse`, `hidden`, `partial = filter`, `expire_after = \"30d\"`, `orphans = \"allowed\"` and `collation(locale = \"de\")`";
