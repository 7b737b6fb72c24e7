//! Limits: what a value must keep to beyond its type, checked before anything is sent.

use super::{Absent, Field, Kind, Layout};
use crate::codec::{Decode, HIDDEN_KEY, Raw, tag};
use bson::Bson;
use regex::Regex;
use std::fmt;

/// The limits that a field declares.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The least length: Unicode scalar values of text, items of a list.
    pub min_length: Option<u64>,
    /// The greatest length.
    pub max_length: Option<u64>,
    /// The least number.
    pub min: Option<f64>,
    /// The greatest number.
    pub max: Option<f64>,
    /// What a text must match somewhere.
    pub pattern: Option<Pattern>,
    /// A rule of the user's own.
    pub rule: Option<Rule>,
}

impl Limits {
    /// No limit at all.
    pub const NONE: Self = Self { min_length: None, max_length: None, min: None, max: None, pattern: None, rule: None };

    fn is_none(&self) -> bool {
        let lengths = self.min_length.is_none() && self.max_length.is_none();
        lengths && self.min.is_none() && self.max.is_none() && self.pattern.is_none() && self.rule.is_none()
    }
}

/// A regular expression that a text must match somewhere, in the syntax of the `regex` crate.
#[derive(Clone, Copy)]
pub struct Pattern {
    /// As it is declared.
    pub text: &'static str,
    /// As the server's validator has it; or why nothing there means the same.
    pub server: Result<&'static str, &'static str>,
    regex: fn() -> &'static Regex,
}

impl Pattern {
    /// A pattern, and where it is kept once it was compiled.
    #[doc(hidden)]
    #[must_use]
    pub const fn new(text: &'static str, server: Result<&'static str, &'static str>, regex: fn() -> &'static Regex) -> Self {
        Self { text, server, regex }
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pattern({:?})", self.text)
    }
}

/// A function of the user's own that says what is wrong with a value.
#[derive(Clone, Copy)]
pub struct Rule {
    /// The function's path, as it is declared.
    pub name: &'static str,
    /// Nothing where the value is fine.
    check: fn(&Raw<'_>) -> Option<String>,
}

impl Rule {
    /// A rule over the stored value.
    #[doc(hidden)]
    #[must_use]
    pub const fn new(name: &'static str, check: fn(&Raw<'_>) -> Option<String>) -> Self {
        Self { name, check }
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rule({})", self.name)
    }
}

/// What a rule of the user's own answers: a `bool`, or a `Result` of which the error says what is wrong.
#[diagnostic::on_unimplemented(
    message = "a `validate` function returns `bool` or `Result<(), E>`, not `{Self}`",
    label = "expected `fn(&T) -> bool` or `fn(&T) -> Result<(), E>` where `E` can be displayed"
)]
pub trait Verdict {
    /// What is wrong, for the rule called `name`; nothing where the value is fine.
    fn fault(self, name: &str) -> Option<String>;
}

impl Verdict for bool {
    fn fault(self, name: &str) -> Option<String> {
        (!self).then(|| format!("to pass `{name}`"))
    }
}

impl<E: fmt::Display> Verdict for Result<(), E> {
    fn fault(self, name: &str) -> Option<String> {
        self.err().map(|error| format!("to pass `{name}`: {error}"))
    }
}

/// One rule that a value breaks, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The stored path of the value, with the index of a list's item: `lines[2].sku`. Of a query string the key, as it was asked.
    pub path: String,
    /// The rule, as it would be said: ``at most 50 characters``.
    pub rule: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => write!(f, "it needs {}", self.rule),
            path => write!(f, "`{path}` needs {}", self.rule),
        }
    }
}

/// How many bytes a document may have (`maxBsonObjectSize`), and a command but for some more.
pub(crate) const MAX_DOCUMENT: usize = 16 << 20;

/// All rules that the fields of a document break. Bytes that cannot be read break none: the decoder speaks of them.
pub(crate) fn check_document(layout: Layout, document: Raw<'_>) -> Vec<Broken> {
    let mut broken = Vec::new();
    if document.bytes().len() > MAX_DOCUMENT {
        broken.push(Broken { path: String::new(), rule: "at most 16 MiB as a document".to_owned() });
    }
    if is_limited(layout, &mut Vec::new()) {
        check_fields(layout, document, "", &mut broken);
    }
    check_timestamps(layout, document, &mut broken);
    broken
}

/// An insert of a Timestamp of 0 in the document itself stores the server's own clock instead, and what was written would not be read back.
fn check_timestamps(layout: Layout, document: Raw<'_>, broken: &mut Vec<Broken>) {
    let fields = of_document(layout, document).fields;
    for field in fields.iter().filter(|field| matches!(field.kind, Kind::Timestamp | Kind::Any)) {
        if let Ok(Some(value)) = document.get(field.stored)
            && value.tag() == tag::TIMESTAMP
            && value.bytes().iter().all(|byte| *byte == 0)
        {
            let rule = "a Timestamp other than 0, for which the server stores its own clock".to_owned();
            broken.push(Broken { path: field.stored.to_owned(), rule });
        }
    }
}

/// All rules that items for the list `field` break, leaving the list's own length aside; `path` is where they go.
pub(crate) fn check_items(field: &Field, items: Vec<Bson>, path: &str) -> Vec<Broken> {
    check_value(&Field { limits: Limits::NONE, ..*field }, &Bson::Array(items), path)
}

/// All rules that one value of a kind breaks, where no field declares more; `path` is where it goes.
pub(crate) fn check_kind(kind: Kind, value: &Bson, path: &str) -> Vec<Broken> {
    check_value(&Field::new("", "", kind, Absent::Null), value, path)
}

/// All rules that one value of `field` breaks; `path` is where it goes.
pub(crate) fn check_value(field: &Field, value: &Bson, path: &str) -> Vec<Broken> {
    let mut broken = Vec::new();
    // The check walks bytes; a value that cannot be encoded is refused where it is encoded.
    if let Ok(bytes) = crate::codec::Writer::build(|w| w.field_or_null("", value))
        && let Ok(document) = Raw::document(&bytes)
        && let Ok(Some(value)) = document.get("")
    {
        check_one(field, value, path, &mut broken);
    }
    broken
}

/// Whether anything in these documents has a limit: most models check nothing and pay nothing. `seen` are the documents on the way, which
/// may contain themselves.
fn is_limited(layout: Layout, seen: &mut Vec<*const Field>) -> bool {
    let variants = layout.tag.map_or(&[][..], |tag| tag.variants);
    std::iter::once(layout.fields).chain(variants.iter().map(|variant| variant.fields)).any(|fields| {
        if fields.is_empty() || seen.contains(&fields.as_ptr()) {
            return false;
        }
        seen.push(fields.as_ptr());
        fields.iter().any(|field| !field.limits.is_none() || Layout::within(&field.kind).is_some_and(|inner| is_limited(inner, seen)))
    })
}

fn check_fields(layout: Layout, document: Raw<'_>, prefix: &str, broken: &mut Vec<Broken>) {
    let layout = of_document(layout, document);
    let Ok(mut elements) = document.fields() else { return };
    while let Ok(Some((name, value))) = elements.next() {
        if let Some(field) = layout.fields.iter().find(|field| field.stored.as_bytes() == name) {
            check_one(field, value, &join(prefix, field.stored), broken);
        }
    }
}

/// The layout of the variant that this document is, where there are several.
fn of_document(layout: Layout, document: Raw<'_>) -> Layout {
    let variant = || {
        let tag = document.get(layout.tag?.stored).ok()??;
        layout.of_variant(<&str>::decode(&tag).ok()?)
    };
    variant().unwrap_or(layout)
}

fn check_one(field: &Field, value: Raw<'_>, path: &str, broken: &mut Vec<Broken>) {
    if value.is_null() {
        return;
    }
    if !field.limits.is_none() {
        let rules = broken_rules(&field.limits, value);
        broken.extend(rules.into_iter().map(|rule| Broken { path: path.to_owned(), rule }));
    }
    check_nested(&field.kind, value, path, broken);
}

fn check_nested(kind: &Kind, value: Raw<'_>, path: &str, broken: &mut Vec<Broken>) {
    match kind {
        Kind::Composite(shape) => check_fields(Layout::from(shape()), value, path, broken),
        Kind::Array(item) if Layout::within(item).is_some() => {
            let Ok(mut items) = value.items() else { return };
            let mut index = 0;
            while let Ok(Some((_, value))) = items.next() {
                check_nested(item, value, &format!("{path}[{index}]"), broken);
                index += 1;
            }
        }
        Kind::Map(item) if Layout::within(item).is_some() => {
            let Ok(mut entries) = value.fields() else { return };
            while let Ok(Some((_, value))) = entries.next() {
                check_nested(item, value, &join(path, HIDDEN_KEY), broken);
            }
        }
        _ => {}
    }
}

fn broken_rules(limits: &Limits, value: Raw<'_>) -> Vec<String> {
    let mut rules = Vec::new();
    if let Some((length, what)) = length(value) {
        if let Some(least) = limits.min_length.filter(|least| length < *least) {
            rules.push(format!("at least {least} {}", counted(least, what)));
        }
        if let Some(most) = limits.max_length.filter(|most| length > *most) {
            rules.push(format!("at most {most} {}", counted(most, what)));
        }
    }
    if let Some(number) = Number::of(value) {
        if let Some(least) = limits.min.filter(|least| !number.is_at_least(*least)) {
            rules.push(format!("a value of at least {least}"));
        }
        if let Some(most) = limits.max.filter(|most| !number.is_at_most(*most)) {
            rules.push(format!("a value of at most {most}"));
        }
    }
    if let Some(pattern) = limits.pattern
        && <&str>::decode(&value).is_ok_and(|text| !(pattern.regex)().is_match(text))
    {
        rules.push(format!("a text that matches `{}`", pattern.text));
    }
    rules.extend(limits.rule.and_then(|rule| (rule.check)(&value)));
    rules
}

/// `character` or `characters`.
pub(crate) fn counted(number: u64, what: &'static str) -> &'static str {
    if number == 1 { what.trim_end_matches('s') } else { what }
}

/// How long a text, a list or bytes are, counted without copying them.
fn length(value: Raw<'_>) -> Option<(u64, &'static str)> {
    match value.tag() {
        tag::STRING => <&str>::decode(&value).ok().map(|text| (text.chars().count() as u64, "characters")),
        tag::ARRAY => {
            let (mut items, mut count) = (value.items().ok()?, 0);
            while let Ok(Some(_)) = items.next() {
                count += 1;
            }
            Some((count, "items"))
        }
        // The length in front, and the subtype.
        tag::BINARY => Some(((value.bytes().len().saturating_sub(5)) as u64, "bytes")),
        _ => None,
    }
}

/// A number as it is stored: a large Int64 is no Double.
#[derive(Clone, Copy)]
enum Number {
    Whole(i64),
    Double(f64),
}

impl Number {
    fn of(value: Raw<'_>) -> Option<Self> {
        match value.tag() {
            tag::INT32 | tag::INT64 => i64::decode(&value).ok().map(Self::Whole),
            tag::DOUBLE => f64::decode(&value).ok().map(Self::Double),
            _ => None,
        }
    }

    /// False of NaN, which is in no range.
    #[allow(clippy::cast_possible_truncation)]
    fn is_at_least(self, least: f64) -> bool {
        match self {
            Self::Whole(number) => i128::from(number) >= least.ceil() as i128,
            Self::Double(number) => number >= least,
        }
    }

    #[allow(clippy::cast_possible_truncation)]
    fn is_at_most(self, most: f64) -> bool {
        match self {
            Self::Whole(number) => i128::from(number) <= most.floor() as i128,
            Self::Double(number) => number <= most,
        }
    }
}

fn join(prefix: &str, name: &str) -> String {
    if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") }
}
