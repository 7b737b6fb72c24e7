//! `#[derive(Enum)]` to [`EnumIr`].

use super::{
    attribute::{Entry, Value, parse_entries},
    head::{parse_enum_head, parse_rename_all},
    vocabulary,
};
use crate::{
    ctxt::Ctxt,
    ir::{DiscriminantIr, EnumIr, Mark, Name, NumberIr, OtherIr, ReprIr, VariantIr},
    naming::RenameRule,
    shape::name_self,
};
use syn::{Data, DeriveInput, Expr, ExprLit, ExprUnary, Fields, Lit, UnOp, Variant, ext::IdentExt, spanned::Spanned};

pub(crate) fn parse_enum(input: &DeriveInput, errors: &Ctxt) -> EnumIr {
    let entries = parse_entries(&input.attrs, &vocabulary::ENUM, errors);
    let head = parse_enum_head(input, &entries, errors);
    let rename = parse_rename_all(&entries, errors);
    let repr = entries.iter().find(|entry| entry.word == "repr").map(|entry| parse_repr(entry, errors));
    let mut declared = EnumIr { head, rename_all: mark_of(&entries, "rename_all"), repr, variants: Vec::new(), others: Vec::new() };
    if let Data::Enum(data) = &input.data {
        for variant in &data.variants {
            parse_variant(variant, rename, &mut declared, errors);
        }
    }
    declared
}

/// `repr = i32`. Where it cannot be read, the enum is still one that is stored by number.
fn parse_repr(entry: &Entry, errors: &Ctxt) -> ReprIr {
    match entry.parse_name("i32", errors) {
        Some(Name { text, .. }) if text == "i64" => ReprIr::Int64,
        Some(Name { text, span }) if text != "i32" => {
            errors.error_at(span, format!("the numbers are Int32 or Int64, not `{text}`: write `repr = i32` or `repr = i64`"));
            ReprIr::Int32
        }
        _ => ReprIr::Int32,
    }
}

fn parse_variant(variant: &Variant, rename: Option<RenameRule>, declared: &mut EnumIr, errors: &Ctxt) {
    let entries = parse_entries(&variant.attrs, &vocabulary::VARIANT, errors);
    if let Some(other) = entries.iter().find(|entry| entry.word == "other") {
        let others = parse_other(variant, other, &entries, declared, errors);
        declared.others.extend(others);
        return;
    }
    // A plain variant is its name or its number; data would need a document with a tag.
    if !matches!(variant.fields, Fields::Unit) {
        errors.error(
            &variant.ident,
            "an `Enum` has plain variants only; variants with data are a tagged union: `#[derive(Composite)]` with \
             `#[chakra(tag = \"kind\")]`",
        );
    }
    let name = entries.iter().find(|entry| entry.word == "name").and_then(|entry| entry.parse_text(errors));
    declared.variants.push(VariantIr {
        ident: variant.ident.clone(),
        stored: name.unwrap_or_else(|| stored_name(variant, rename)),
        renamed: mark_of(&entries, "name"),
        value: entries.iter().find(|entry| entry.word == "value").and_then(|entry| parse_value(entry, errors)),
        discriminant: variant.discriminant.as_ref().map(|(_, expr)| match integer_of(expr) {
            Some(value) => DiscriminantIr::Literal(NumberIr { value, span: expr.span() }),
            None => DiscriminantIr::Computed(expr.span()),
        }),
    });
}

/// The name under which a variant is stored that says none itself.
pub(super) fn stored_name(variant: &Variant, rename: Option<RenameRule>) -> Name {
    let name = variant.ident.unraw().to_string();
    Name { text: rename.map_or_else(|| name.clone(), |rule| rule.apply(&name)), span: variant.ident.span() }
}

/// `other`, on a variant with room for what was stored.
fn parse_other(variant: &Variant, other: &Entry, entries: &[Entry], declared: &EnumIr, errors: &Ctxt) -> Option<OtherIr> {
    let mark = other.parse_flag(errors)?;
    // It is stored as whatever it keeps.
    for entry in entries.iter().filter(|entry| entry.word != "other") {
        errors.error(&entry.key, format!("`other` keeps what was stored, so `{}` means nothing; remove one of the two", entry.key));
    }
    match &variant.fields {
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
            let ty = name_self(&fields.unnamed[0].ty, &declared.head.ident);
            Some(OtherIr { ident: variant.ident.clone(), ty, mark })
        }
        _ => {
            let kept = declared.repr.map_or("String", ReprIr::spelling);
            errors.error_at(mark, format!("`other` keeps what was stored: write `{}({kept})`", variant.ident));
            None
        }
    }
}

/// `value = 3`
fn parse_value(entry: &Entry, errors: &Ctxt) -> Option<NumberIr> {
    let number = match &entry.value {
        Value::Is(expr) => integer_of(expr).map(|value| NumberIr { value, span: expr.span() }),
        _ => None,
    };
    if number.is_none() {
        errors.error(&entry.key, "`value` is the number of the variant: write `#[chakra(value = 3)]`");
    }
    number
}

/// The number that an expression spells.
fn integer_of(expr: &Expr) -> Option<i128> {
    match expr {
        Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => number.base10_parse().ok(),
        Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) => integer_of(expr).map(|number| -number),
        Expr::Paren(paren) => integer_of(&paren.expr),
        Expr::Group(group) => integer_of(&group.expr),
        _ => None,
    }
}

fn mark_of(entries: &[Entry], word: &str) -> Mark {
    entries.iter().find(|entry| entry.word == word).map(|entry| entry.key.span())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn numbers_are_literals_with_a_sign() {
        for (text, number) in
            [("3", 3), ("-3", -3), ("0x10", 16), ("(1_000)", 1000), ("7i64", 7), ("-9223372036854775808", i64::MIN.into())]
        {
            assert_eq!(integer_of(&syn::parse_str(text).unwrap()), Some(number), "{text}");
        }
        for text in ["1.5", "A", "1 + 1", "b'a'"] {
            assert_eq!(integer_of(&syn::parse_str(text).unwrap()), None, "{text}");
        }
    }
}
