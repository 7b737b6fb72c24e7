//! A filter asked of a document in memory.
//!
//! The document is one that the codec wrote: nothing is in it twice, numbers have their field's type, and what is missing is what the model
//! reads for a missing field. Read by `render`, which asks what a test says of a default.

use super::{
    expr::{BitTest, Expr, GeoTest, Order, PathTest, Stored, Test, TextTest},
    path::RawPath,
};
use crate::{
    Error,
    codec::compare_decimals,
    schema::{Kind, Layout, Schema},
};
use bson::{Bson, Document};
use regex::RegexBuilder;
use std::cmp::Ordering;

/// Why a filter cannot be answered in memory.
#[derive(Debug)]
pub(crate) enum Refused {
    /// Only the server can: the operator.
    NotInMemory(&'static str),
    /// An operand that cannot be stored: its path and the rule that it breaks.
    Fault(String, &'static str),
}

impl Refused {
    /// The same for the model that was asked of.
    pub(crate) fn into_error(self, schema: &Schema) -> Error {
        match self {
            Self::NotInMemory(operator) => Error::NotInMemory { operator },
            Self::Fault(path, rule) => Error::rule(schema, path, rule),
        }
    }
}

/// Whether `expr` is true of a document of this layout.
///
/// # Errors
/// An operator that only the server has, or an operand that cannot be stored.
pub(crate) fn matches(layout: Layout, document: &Document, expr: &Expr) -> Result<bool, Refused> {
    Asked { layout, document, stored: None }.matches(expr)
}

/// The same, of a document that is stored as `stored` and was read and written again by the codec as `document`.
///
/// # Errors
/// As [`matches`].
pub(super) fn matches_stored(layout: Layout, document: &Document, stored: &Document, expr: &Expr) -> Result<bool, Refused> {
    Asked { layout, document, stored: Some(stored) }.matches(expr)
}

/// A document that a filter is asked of.
#[derive(Clone, Copy)]
struct Asked<'d> {
    layout: Layout,
    document: &'d Document,
    /// What the server holds, where that is known.
    stored: Option<&'d Document>,
}

impl Asked<'_> {
    fn matches(self, expr: &Expr) -> Result<bool, Refused> {
        Ok(match expr {
            Expr::All => true,
            Expr::Nothing => false,
            // All are asked, so that a fault does not depend on the document.
            Expr::And(all) => self.each(all)?.into_iter().all(|one| one),
            Expr::Or(any) => self.each(any)?.into_iter().any(|one| one),
            Expr::Not(inner) => !self.matches(inner)?,
            Expr::Fault(path, error) => return Err(Refused::Fault(path.clone(), error.rule())),
            Expr::Search(_) => return Err(Refused::NotInMemory("search")),
            Expr::Related(test) => return Err(Refused::NotInMemory(test.operator)),
            Expr::Test(path, Test::Path(test, other)) => {
                let (value, other) = (self.value_at(path).0, self.value_at(other).0);
                match test {
                    PathTest::Eq => is_equal(&value, &other),
                    PathTest::Compare(order) => is_on_side(*order, &value, &other),
                }
            }
            Expr::Test(path, test) => self.test(path, test)?,
        })
    }

    fn each(self, exprs: &[Expr]) -> Result<Vec<bool>, Refused> {
        exprs.iter().map(|expr| self.matches(expr)).collect()
    }

    fn value_at(self, path: &RawPath) -> (Bson, Layout) {
        value_at(self.layout, self.document, path)
    }

    fn test(self, path: &RawPath, test: &Test) -> Result<bool, Refused> {
        let (value, layout) = self.value_at(path);
        let Some(stored) = self.stored else { return holds(layout, &value, test) };
        let there = stored_at(stored, path.stored()).filter(|_| {
            let is_variant = |(tag, name): (String, &str)| stored_at(stored, &tag).and_then(Bson::as_str) == Some(name);
            path.conditions().into_iter().all(is_variant)
        });
        Ok(match (test, &value) {
            (Test::Stored(Stored::Missing), _) => there.is_none(),
            (Test::Stored(Stored::Null), _) => there == Some(&Bson::Null),
            (Test::Is(expr), Bson::Document(document)) => match there.and_then(Bson::as_document) {
                Some(stored) => Asked { layout, document, stored: Some(stored) }.matches(expr)?,
                // A composite that reads as its default: of what is stored in it nothing is true.
                None => holds(layout, &value, test).unwrap_or(false),
            },
            (Test::Some(expr), Bson::Array(items)) => {
                let stored = there.and_then(Bson::as_array).filter(|stored| stored.len() == items.len());
                let stored = |at: usize| stored.and_then(|stored| stored.get(at)?.as_document());
                let documents = items.iter().enumerate().filter_map(|(at, item)| Some((at, item.as_document()?)));
                let each = documents.map(|(at, document)| Asked { layout, document, stored: stored(at) }.matches(expr));
                each.collect::<Result<Vec<_>, _>>()?.into_iter().any(|one| one)
            }
            _ => holds(layout, &value, test)?,
        })
    }
}

/// What a document holds at a path through documents.
fn stored_at<'d>(document: &'d Document, path: &str) -> Option<&'d Bson> {
    match path.split_once('.') {
        None => document.get(path),
        Some((name, rest)) => stored_at(document.get(name)?.as_document()?, rest),
    }
}

/// Whether the test is true of a value; `inner` is what the documents in it look like.
///
/// # Errors
/// An operator that only the server has, or an operand inside that cannot be stored.
pub(crate) fn holds(inner: Layout, value: &Bson, test: &Test) -> Result<bool, Refused> {
    Ok(match (test, value) {
        (Test::Eq(operand), _) => is_equal(value, operand),
        (Test::Key(keys), Bson::Array(items)) => keys.iter().any(|key| has(items, key)),
        (Test::In(operands) | Test::Key(operands), _) => operands.iter().any(|operand| is_equal(value, operand)),
        (Test::IsNone, _) => *value == Bson::Null,
        (Test::Compare(order, operand), _) => is_on_side(*order, value, operand),
        (Test::Text(test, part), Bson::String(text)) => match test {
            TextTest::Contains => text.contains(part.as_str()),
            TextTest::StartsWith => text.starts_with(part.as_str()),
            TextTest::EndsWith => text.ends_with(part.as_str()),
            TextTest::Is => text == part,
        },
        (Test::IgnoringCase(test, part), Bson::String(text)) => is_like(*test, text, part),
        (Test::Mod(divisor, remainder), _) => whole(value).is_some_and(|number| number.wrapping_rem(*divisor) == *remainder),
        (Test::Bits(test, mask), _) => whole(value).is_some_and(|number| {
            #[allow(clippy::cast_sign_loss)]
            let set = number as u64 & mask;
            match test {
                BitTest::AllSet => set == *mask,
                BitTest::AnySet => set != 0,
                BitTest::AllClear => set == 0,
                BitTest::AnyClear => set != *mask,
            }
        }),
        (Test::Has(operand), Bson::Array(items)) => has(items, operand),
        (Test::HasEvery(operands), Bson::Array(items)) => operands.iter().all(|operand| has(items, operand)),
        (Test::HasSome(operands), Bson::Array(items)) => operands.iter().any(|operand| has(items, operand)),
        (Test::Len(len), Bson::Array(items)) => items.len() as u64 == u64::from(*len),
        (Test::LenAtLeast(len), Bson::Array(items)) => items.len() as u64 >= u64::from(*len),
        (Test::Is(expr), Bson::Document(document)) => matches(inner, document, expr)?,
        (Test::Some(expr), Bson::Array(items)) => {
            let documents = items.iter().filter_map(Bson::as_document);
            documents.map(|document| matches(inner, document, expr)).collect::<Result<Vec<_>, _>>()?.into_iter().any(|one| one)
        }
        (Test::Matches(_), _) => return Err(Refused::NotInMemory("matches")),
        (Test::Stored(Stored::Missing), _) => return Err(Refused::NotInMemory("is_missing")),
        (Test::Stored(Stored::Null), _) => return Err(Refused::NotInMemory("is_null")),
        (Test::Geo(GeoTest::Near { .. }), _) => return Err(Refused::NotInMemory("near")),
        (Test::Geo(GeoTest::Within(_)), _) => return Err(Refused::NotInMemory("within")),
        (Test::Geo(GeoTest::Intersects(_)), _) => return Err(Refused::NotInMemory("intersects")),
        _ => false,
    })
}

/// Equality as Rust has it: NaN equals nothing, and `1.50` is `1.5`, also in lists and documents.
pub(crate) fn is_equal(value: &Bson, operand: &Bson) -> bool {
    match (value, operand) {
        (Bson::Decimal128(value), Bson::Decimal128(operand)) => compare_decimals(*value, *operand) == Some(Ordering::Equal),
        (Bson::Array(values), Bson::Array(operands)) => {
            values.len() == operands.len() && values.iter().zip(operands).all(|(value, operand)| is_equal(value, operand))
        }
        (Bson::Document(value), Bson::Document(operand)) => {
            value.len() == operand.len()
                && value.iter().all(|(name, value)| operand.get(name).is_some_and(|operand| is_equal(value, operand)))
        }
        _ => value == operand,
    }
}

pub(super) fn has(items: &[Bson], operand: &Bson) -> bool {
    items.iter().any(|item| is_equal(item, operand))
}

fn is_on_side(order: Order, value: &Bson, operand: &Bson) -> bool {
    compare(value, operand).is_some_and(|found| match order {
        Order::Lt => found == Ordering::Less,
        Order::Lte => found != Ordering::Greater,
        Order::Gt => found == Ordering::Greater,
        Order::Gte => found != Ordering::Less,
    })
}

/// The text test by simple case folding, as the server's regular expressions have it.
fn is_like(test: TextTest, text: &str, part: &str) -> bool {
    let part = regex::escape(part);
    let pattern = match test {
        TextTest::Contains => part,
        TextTest::StartsWith => format!("^{part}"),
        TextTest::EndsWith => format!("{part}$"),
        TextTest::Is => format!("^{part}$"),
    };
    // A part beyond the size that a pattern may have is in no text; the server refuses such an operand.
    RegexBuilder::new(&pattern).case_insensitive(true).size_limit(64 << 20).build().is_ok_and(|regex| regex.is_match(text))
}

fn whole(value: &Bson) -> Option<i64> {
    match value {
        Bson::Int32(number) => Some((*number).into()),
        Bson::Int64(number) => Some(*number),
        _ => None,
    }
}

/// What stands at `path` in a document of this layout, as the model reads it, and what documents in it look like. Below a list of composites
/// these are the values of all of them, in a list.
pub(crate) fn value_at(layout: Layout, document: &Document, path: &RawPath) -> (Bson, Layout) {
    Walk { path, walked: 0 }.document(layout, document)
}

/// How far a path was followed.
#[derive(Clone, Copy)]
struct Walk<'p> {
    path: &'p RawPath,
    walked: usize,
}

impl Walk<'_> {
    fn document(self, mut layout: Layout, document: &Document) -> (Bson, Layout) {
        if let Some(variant) = self.path.variant_at(self.walked) {
            let held = layout.tag.and_then(|tag| document.get(tag.stored));
            match layout.of_variant(variant).filter(|_| held.and_then(Bson::as_str) == Some(variant)) {
                Some(of_variant) => {
                    let tag = layout.tag;
                    layout = of_variant;
                    if self.walked == self.path.stored().len() {
                        // The variant as a whole is its fields, without the tag.
                        let fields = document.iter().filter(|(name, _)| tag.is_none_or(|tag| tag.stored != name.as_str()));
                        return (Bson::Document(fields.map(|(name, value)| (name.clone(), value.clone())).collect()), layout);
                    }
                }
                None => return self.nothing(layout),
            }
        }
        let rest = &self.path.stored()[self.walked..];
        let rest = rest.strip_prefix('.').unwrap_or(rest);
        if rest.is_empty() {
            return (Bson::Document(document.clone()), layout);
        }
        let name = rest.split('.').next().unwrap_or(rest);
        let next = Self { walked: self.path.stored().len() - rest.len() + name.len(), ..self };
        let found = document.get(name).filter(|value| **value != Bson::Null).cloned();
        let Some(field) = layout.field(name) else { return (found.unwrap_or(Bson::Null), Layout::UNKNOWN) };
        let value = found.or_else(|| field.absent_value()).unwrap_or(Bson::Null);
        next.value(&field.kind, value)
    }

    /// What the path reads as from here on where nothing stands here: what its last field is below a `None`.
    fn nothing(self, mut layout: Layout) -> (Bson, Layout) {
        let mut walked = self.walked;
        loop {
            if let Some(of_variant) = self.path.variant_at(walked).and_then(|variant| layout.of_variant(variant)) {
                layout = of_variant;
            }
            let rest = &self.path.stored()[walked..];
            let rest = rest.strip_prefix('.').unwrap_or(rest);
            let Some(field) = rest.split('.').next().and_then(|name| layout.field(name)) else { return (Bson::Null, Layout::UNKNOWN) };
            walked = self.path.stored().len() - rest.len() + field.stored.len();
            if walked == self.path.stored().len() && self.path.variant_at(walked).is_none() {
                return (field.below_nothing(), Layout::within(&field.kind).unwrap_or(Layout::UNKNOWN));
            }
            layout = Layout::within(&field.kind).unwrap_or(Layout::UNKNOWN);
            if let Kind::Map(_) = field.kind {
                // The next segment is a key.
                let rest = self.path.stored().get(walked + 1..).unwrap_or_default();
                walked += 1 + rest.split('.').next().unwrap_or(rest).len();
                if walked >= self.path.stored().len() && self.path.variant_at(walked).is_none() {
                    return (Bson::Null, layout);
                }
            }
        }
    }

    fn value(self, kind: &Kind, value: Bson) -> (Bson, Layout) {
        let ends = self.walked == self.path.stored().len() && self.path.variant_at(self.walked).is_none();
        match value {
            value if ends => (value, Layout::within(kind).unwrap_or(Layout::UNKNOWN)),
            Bson::Document(entries) if matches!(kind, Kind::Map(_)) => self.entry(kind, &entries),
            Bson::Document(document) => self.document(Layout::within(kind).unwrap_or(Layout::UNKNOWN), &document),
            Bson::Array(items) => {
                let item = if let Kind::Array(item) = kind { item } else { &Kind::Any };
                (Bson::Array(items.into_iter().map(|value| self.value(item, value).0).collect()), Layout::UNKNOWN)
            }
            _ => self.nothing(Layout::within(kind).unwrap_or(Layout::UNKNOWN)),
        }
    }

    /// What a map holds under the next key.
    fn entry(self, kind: &Kind, entries: &Document) -> (Bson, Layout) {
        let Kind::Map(item) = kind else { return (Bson::Null, Layout::UNKNOWN) };
        let rest = self.path.stored().get(self.walked + 1..).unwrap_or_default();
        let key = rest.split('.').next().unwrap_or(rest);
        let next = Self { walked: self.walked + 1 + key.len(), ..self };
        next.value(item, entries.get(key).cloned().unwrap_or(Bson::Null))
    }
}

/// Whether the value is NaN, or a list or document with one in it: it equals nothing, not even itself.
pub(crate) fn is_nan(value: &Bson) -> bool {
    match value {
        Bson::Double(number) => number.is_nan(),
        Bson::Decimal128(number) => number.to_string().ends_with("NaN"),
        Bson::Array(items) => items.iter().any(is_nan),
        Bson::Document(fields) => fields.values().any(is_nan),
        _ => false,
    }
}

/// The order of two values of one type that has an order.
pub(super) fn compare(a: &Bson, b: &Bson) -> Option<Ordering> {
    match (a, b) {
        (Bson::Int32(a), Bson::Int32(b)) => Some(a.cmp(b)),
        (Bson::Int64(a), Bson::Int64(b)) => Some(a.cmp(b)),
        (Bson::Double(a), Bson::Double(b)) => a.partial_cmp(b),
        (Bson::String(a), Bson::String(b)) => Some(a.cmp(b)),
        (Bson::DateTime(a), Bson::DateTime(b)) => Some(a.cmp(b)),
        (Bson::Timestamp(a), Bson::Timestamp(b)) => Some(a.cmp(b)),
        (Bson::ObjectId(a), Bson::ObjectId(b)) => Some(a.cmp(b)),
        (Bson::Decimal128(a), Bson::Decimal128(b)) => compare_decimals(*a, *b),
        _ => None,
    }
}
