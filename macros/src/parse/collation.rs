//! `collation(locale = "de", strength = 2)`, or `collation = "de"` for short.

use super::{
    item::{Item, parse_items},
    options::{set, set_name},
    value::name_of,
};
use crate::{
    ctxt::Ctxt,
    ir::{CollationIr, Limit, Name},
    suggest::{list as listed, suggest_or_list},
};
use proc_macro2::Ident;
use syn::{Expr, ExprLit, Lit, MetaList, ext::IdentExt, spanned::Spanned};

/// The settings that are words, and what each may be.
const WORDS: &[(&str, &[&str])] =
    &[("case_first", &["upper", "lower", "off"]), ("alternate", &["non-ignorable", "shifted"]), ("max_variable", &["punct", "space"])];

const FLAGS: &[&str] = &["case_level", "numeric_ordering", "backwards", "normalization"];

/// `collation = "de"`
pub(super) fn parse_locale(value: &Expr, errors: &Ctxt) -> Option<CollationIr> {
    let Some(locale) = name_of(value) else {
        errors.error(value, "a collation names its locale: write `collation(locale = \"de\", strength = 2)`");
        return None;
    };
    let span = value.span();
    Some(CollationIr { locale, strength: None, words: Vec::new(), flags: Vec::new(), span })
}

/// `collation(…)`
pub(super) fn parse_collation(word: &Ident, list: &MetaList, errors: &Ctxt) -> Option<CollationIr> {
    let mut locale = None;
    let missing = Name { text: String::new(), span: word.span() };
    let mut collation = CollationIr { locale: missing, strength: None, words: Vec::new(), flags: Vec::new(), span: word.span() };
    let readable = parse_items(list, errors, |item| match item {
        Item::Plain(path, value) => match path.word() {
            Some(word) => parse_setting(&mut collation, &mut locale, word, value.as_ref(), errors),
            None => errors.error(&path.segments[0], unknown(&path.segments[0].to_string())),
        },
        Item::List(word, _) => errors.error(&word, unknown(&word.to_string())),
    });
    match locale {
        Some(locale) => Some(CollationIr { locale, ..collation }),
        // Where an item could not be read, that is the message.
        None if !readable => None,
        None => {
            errors.error(word, "a collation names its locale: write `collation(locale = \"de\", strength = 2)`");
            None
        }
    }
}

fn parse_setting(collation: &mut CollationIr, locale: &mut Option<Name>, word: &Ident, value: Option<&Expr>, errors: &Ctxt) {
    let name = word.unraw().to_string();
    if let Some(known) = FLAGS.iter().copied().find(|known| *known == name) {
        let flag = match value {
            None => Some(true),
            Some(Expr::Lit(ExprLit { lit: Lit::Bool(given), .. })) => Some(given.value),
            Some(_) => None,
        };
        match flag {
            None => errors.error(value, format!("`{word}` stands alone, or is true or false")),
            Some(_) if collation.flags.iter().any(|(other, _)| *other == known) => refuse_second(word, errors),
            Some(value) => collation.flags.push((known, Limit { value, span: word.span() })),
        }
        return;
    }
    let Some(value) = value else {
        return errors.error(word, if is_known(&name) { format!("`{word}` needs a value") } else { unknown(&name) });
    };
    if let Some((known, values)) = WORDS.iter().find(|(known, _)| *known == name) {
        // An identifier has no hyphen.
        let given = name_of(value).map(|given| Name { text: given.text.replace('_', "-"), ..given });
        match given.filter(|given| values.contains(&given.text.as_str())) {
            None => errors.error(value, format!("`{word}` is one of {}", listed(values))),
            Some(_) if collation.words.iter().any(|(other, _)| other == known) => refuse_second(word, errors),
            Some(given) => collation.words.push((*known, given)),
        }
        return;
    }
    match name.as_str() {
        "locale" => set_name(locale, word, value, "the locale is a text: `locale = \"de\"`", errors),
        "strength" => match level_of(value) {
            Some(level) => set(&mut collation.strength, word, Some(level), errors),
            None => errors.error(value, "`strength` is a whole number from 1, for letters alone, to 5"),
        },
        _ => errors.error(word, unknown(&name)),
    }
}

fn level_of(value: &Expr) -> Option<Limit<i32>> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => {
            let level = number.base10_parse::<i32>().ok().filter(|level| (1..=5).contains(level))?;
            Some(Limit { value: level, span: number.span() })
        }
        _ => None,
    }
}

fn refuse_second(word: &Ident, errors: &Ctxt) {
    errors.error(word, format!("`{word}` stands here already; keep one"));
}

fn known() -> Vec<&'static str> {
    let words = WORDS.iter().map(|(word, _)| *word);
    ["locale", "strength"].into_iter().chain(words).chain(FLAGS.iter().copied()).collect()
}

fn is_known(name: &str) -> bool {
    known().contains(&name)
}

fn unknown(name: &str) -> String {
    format!("unknown setting `{name}` of a collation; {}", suggest_or_list(name, &known()))
}
