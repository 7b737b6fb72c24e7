//! `capped(…)`, `clustered` and `timeseries(…)` on a model: what its collection is other than plain.

use super::{
    attribute::{Entry, Value},
    item::{Item, parse_items},
    options::{parse_orphans, parse_seconds, set},
    quantity::bytes_of,
    value::{ident_of, name_of},
};
use crate::{
    ctxt::Ctxt,
    ir::{Granularity, StorageForm, StorageIr, TimeSeriesIr},
    suggest::{list as listed, suggest_or_list},
};
use proc_macro2::Ident;
use syn::{Expr, ExprLit, Lit, MetaList};

const GRANULARITIES: &[(&str, Granularity)] =
    &[("seconds", Granularity::Seconds), ("minutes", Granularity::Minutes), ("hours", Granularity::Hours)];

/// Nothing where it cannot be read.
pub(super) fn parse_storage(entry: &Entry, errors: &Ctxt) -> Option<StorageIr> {
    let form = match entry.word {
        "capped" => parse_capped(list_of(entry, "capped(size = \"64MiB\", max = 1000)", errors)?, entry, errors),
        "timeseries" => parse_time_series(list_of(entry, "timeseries(time = at, meta = sensor)", errors)?, entry, errors),
        _ => entry.parse_flag(errors).map(|_| StorageForm::Clustered),
    }?;
    Some(StorageIr { form, span: entry.key.span() })
}

fn list_of<'e>(entry: &'e Entry, form: &str, errors: &Ctxt) -> Option<&'e MetaList> {
    match &entry.value {
        Value::List(list) => Some(list),
        _ => {
            errors.error(&entry.key, format!("`{}` says more: write `#[chakra({form})]`", entry.key));
            None
        }
    }
}

fn parse_capped(list: &MetaList, entry: &Entry, errors: &Ctxt) -> Option<StorageForm> {
    let (mut size, mut max) = (None, None);
    let given = parse_values(list, &["size", "max"], "size", errors, |word, value| match word.to_string().as_str() {
        "size" => set(&mut size, word, parse_size(value, errors), errors),
        _ => set(&mut max, word, parse_max(value, errors), errors),
    });
    if !given {
        errors.error(&entry.key, "a capped collection has a size: write `capped(size = \"64MiB\")`");
    }
    Some(StorageForm::Capped { size: size?, max })
}

fn parse_size(value: &Expr, errors: &Ctxt) -> Option<i64> {
    let size = match value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => bytes_of(&text.value()),
        Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => bytes_of(number.base10_digits()),
        _ => Err("a whole number and a unit, such as `KiB`, `MiB` or `GiB`"),
    };
    size.map_err(|form| errors.error(value, format!("`size` takes {form}: write `size = \"64MiB\"`"))).ok()
}

fn parse_max(value: &Expr, errors: &Ctxt) -> Option<i32> {
    let max = match value {
        Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => number.base10_parse::<i32>().ok().filter(|max| *max > 0),
        _ => None,
    };
    if max.is_none() {
        errors.error(value, "`max` is a whole number of documents, from 1 to 2147483647: write `max = 1000`");
    }
    max
}

fn parse_time_series(list: &MetaList, entry: &Entry, errors: &Ctxt) -> Option<StorageForm> {
    let (mut time, mut meta, mut granularity, mut expire_after, mut orphans) = (None, None, None, None, None);
    let words = ["time", "meta", "granularity", "expire_after", "orphans"];
    let given = parse_values(list, &words, "time", errors, |word, value| match word.to_string().as_str() {
        "time" => set(&mut time, word, parse_field(word, value, errors), errors),
        "meta" => set(&mut meta, word, parse_field(word, value, errors), errors),
        "granularity" => set(&mut granularity, word, parse_granularity(value, errors), errors),
        "expire_after" => set(&mut expire_after, word, parse_seconds(value, errors), errors),
        _ => set(&mut orphans, word, parse_orphans(value, errors), errors),
    });
    if !given {
        errors.error(&entry.key, "a time series names the field of the time: write `timeseries(time = at, meta = sensor)`");
    }
    Some(StorageForm::TimeSeries(Box::new(TimeSeriesIr {
        time: time?,
        meta,
        granularity: granularity.unwrap_or(Granularity::Seconds),
        expire_after: expire_after.map(|limit| limit.value),
        orphans,
    })))
}

fn parse_field(word: &Ident, value: &Expr, errors: &Ctxt) -> Option<Ident> {
    let field = ident_of(value);
    if field.is_none() {
        errors.error(value, format!("`{word}` names a field of the model: write `{word} = at`"));
    }
    field
}

fn parse_granularity(value: &Expr, errors: &Ctxt) -> Option<Granularity> {
    let name = name_of(value);
    let known = name.as_ref().and_then(|name| GRANULARITIES.iter().find(|(spelling, _)| *spelling == name.text));
    if known.is_none() {
        let spellings: Vec<&str> = GRANULARITIES.iter().map(|(spelling, _)| *spelling).collect();
        errors.error(value, format!("`granularity` is one of {}", listed(&spellings)));
    }
    known.map(|(_, granularity)| *granularity)
}

/// Calls `each` for every `word = value`, of words that are known. False if the required one is missing and nothing else is wrong.
fn parse_values(list: &MetaList, words: &[&str], required: &str, errors: &Ctxt, mut each: impl FnMut(&Ident, &Expr)) -> bool {
    let mut given = false;
    let readable = parse_items(list, errors, |item| match &item {
        Item::Plain(path, Some(value)) if path.word().is_some_and(|word| words.iter().any(|known| word == known)) => {
            given |= path.segments[0] == required;
            each(&path.segments[0], value);
        }
        Item::Plain(path, _) => {
            given = true;
            refuse(&path.segments[0], words, errors);
        }
        Item::List(word, _) => {
            given = true;
            refuse(word, words, errors);
        }
    });
    // What could not be read has its own message.
    given || !readable
}

fn refuse(word: &Ident, words: &[&str], errors: &Ctxt) {
    let name = word.to_string();
    let fault = if words.contains(&name.as_str()) {
        format!("`{name}` needs a value: `{name} = …`")
    } else {
        format!("unknown option `{name}`; {}", suggest_or_list(&name, words))
    };
    errors.error(word, fault);
}
