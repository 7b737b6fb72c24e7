//! A filter as a match document.
//!
//! One rule for what is not there: each test is asked in Rust of what the model reads for a missing or null field; where the answer is yes,
//! the rendering matches null and missing too. Negation is the complement of the whole test, never the opposite operator.

use super::{
    place::{Place, place},
    text::{MAX_PATTERN, escape, successor},
};
use crate::{
    Error, Result,
    query::{Expr, Order, Test},
    schema::{Field, Kind, Schema},
};
use bson::{Bson, Document, doc};
use std::cmp::Ordering;

/// `expr` as a match on documents of this model.
///
/// # Errors
/// An operand that the field cannot store, or a pattern that the server cannot compile.
pub(crate) fn render_filter(schema: &Schema, expr: &Expr) -> Result<Document> {
    Ok(Renderer { schema, fields: schema.fields, prefix: String::new() }.expr(expr)?.into_document())
}

/// A rendered predicate, with the two that need no server kept apart so that they fold.
enum Match {
    All,
    Nothing,
    Doc(Document),
}

impl Match {
    fn into_document(self) -> Document {
        match self {
            Self::All => Document::new(),
            // An empty `$in` on `_id` is planned as an empty result, without a scan.
            Self::Nothing => doc! { "_id": { "$in": [] } },
            Self::Doc(document) => document,
        }
    }

    fn negate(self) -> Self {
        match self {
            Self::All => Self::Nothing,
            Self::Nothing => Self::All,
            Self::Doc(document) => Self::Doc(doc! { "$nor": [document] }),
        }
    }
}

/// Renders predicates on one document, or on a composite in it.
struct Renderer<'s> {
    /// The model, for messages.
    schema: &'s Schema,
    fields: &'static [Field],
    /// The path of the composite that predicates are about, with its dot.
    prefix: String,
}

impl Renderer<'_> {
    fn expr(&self, expr: &Expr) -> Result<Match> {
        match expr {
            Expr::All => Ok(Match::All),
            Expr::Nothing => Ok(Match::Nothing),
            Expr::And(all) => self.and(all),
            Expr::Or(any) => self.or(any),
            Expr::Not(inner) => self.not(inner),
            Expr::Test(path, test) => self.test(path, test),
            Expr::Fault(path, error) => Err(Error::rule(self.schema, self.full(path), error.rule())),
        }
    }

    fn and(&self, all: &[Expr]) -> Result<Match> {
        let mut merged = Document::new();
        let mut apart = Vec::new();
        for expr in all {
            match self.expr(expr)? {
                Match::All => {}
                Match::Nothing => return Ok(Match::Nothing),
                Match::Doc(document) => {
                    if let Err(document) = merge(&mut merged, document) {
                        apart.push(Bson::Document(document));
                    }
                }
            }
        }
        if !apart.is_empty() {
            if !merged.is_empty() {
                apart.insert(0, Bson::Document(merged));
            }
            return Ok(Match::Doc(doc! { "$and": apart }));
        }
        Ok(if merged.is_empty() { Match::All } else { Match::Doc(merged) })
    }

    fn or(&self, any: &[Expr]) -> Result<Match> {
        let mut branches = Vec::new();
        for expr in any {
            match self.expr(expr)? {
                Match::All => return Ok(Match::All),
                Match::Nothing => {}
                Match::Doc(document) => branches.push(document),
            }
        }
        Ok(match branches.len() {
            0 => Match::Nothing,
            1 => branches.pop().map_or(Match::Nothing, Match::Doc),
            _ => Match::Doc(doc! { "$or": branches }),
        })
    }

    /// The complement, in the short form where the server has one for exactly that.
    fn not(&self, inner: &Expr) -> Result<Match> {
        let Expr::Test(path, test) = inner else { return Ok(self.expr(inner)?.negate()) };
        let full = self.full(path);
        match (self.test(path, test)?, test) {
            (Match::Doc(document), Test::Eq(_) | Test::In(_) | Test::IsNone | Test::Some(_)) if document.len() == 1 => {
                let negated = match document.get(&full) {
                    Some(Bson::Document(operators)) if operators.len() == 1 => match operators.iter().next() {
                        Some((operator, value)) if operator == "$eq" => Some(doc! { "$ne": value.clone() }),
                        Some((operator, value)) if operator == "$in" => Some(doc! { "$nin": value.clone() }),
                        Some((operator, _)) if operator == "$elemMatch" => Some(doc! { "$not": operators.clone() }),
                        _ => None,
                    },
                    Some(value @ (Bson::Document(_) | Bson::Array(_) | Bson::RegularExpression(_))) => {
                        Some(doc! { "$not": { "$eq": value.clone() } })
                    }
                    Some(value) => Some(doc! { "$ne": value.clone() }),
                    None => None,
                };
                Ok(match negated {
                    Some(negated) => Match::Doc(doc! { full: negated }),
                    None => Match::Doc(document).negate(),
                })
            }
            (rendered, _) => Ok(rendered.negate()),
        }
    }

    fn test(&self, path: &str, test: &Test) -> Result<Match> {
        let place = place(self.fields, path);
        let full = self.full(path);
        let rendered = self.present(&full, &place, test)?;
        // Null and missing are matched by these renderings already.
        let covered = matches!(test, Test::IsNone | Test::Eq(Bson::Null))
            || matches!((test, &place.absent), (Test::In(values), Some(Bson::Null)) if values.contains(&Bson::Null))
            || is_empty_list(test);
        if covered || !place.absent.as_ref().is_some_and(|absent| holds(test, absent)) {
            return Ok(rendered);
        }
        Ok(or_absent(rendered, &full, &place.kind))
    }

    /// The rendering of a test for documents in which the value is there.
    fn present(&self, full: &str, place: &Place, test: &Test) -> Result<Match> {
        Ok(match test {
            Test::Eq(value) => self.eq(full, place, value)?,
            Test::In(values) => self.one_of(full, place, values)?,
            Test::Compare(_, operand) if is_nan(operand) => Match::Nothing,
            Test::Compare(order, operand) => at(full, doc! { operator(*order): operand.clone() }),
            Test::Contains(part) => self.pattern(full, escape(part))?,
            Test::EndsWith(part) => self.pattern(full, format!("{}\\z", escape(part)))?,
            Test::StartsWith(part) if part.is_empty() => at(full, doc! { "$type": "string" }),
            Test::StartsWith(part) => match successor(part) {
                Some(end) => at(full, doc! { "$gte": part, "$lt": end }),
                None => at(full, doc! { "$gte": part }),
            },
            Test::Has(value) => self.has(full, place, value)?,
            // Null inside a list matches `{f: null}`, so a list is none where it is no array.
            Test::IsNone if matches!(place.kind, Kind::Array(_)) => at(full, doc! { "$not": { "$type": "array" } }),
            Test::IsNone => at(full, Bson::Null),
            Test::Is(inner) => self.is(full, place, inner)?,
            Test::Some(inner) => match self.within(&place.kind, String::new()).expr(inner)? {
                Match::Nothing => Match::Nothing,
                rendered => at(full, doc! { "$elemMatch": rendered.into_document() }),
            },
        })
    }

    fn eq(&self, full: &str, place: &Place, value: &Bson) -> Result<Match> {
        Ok(match (&place.kind, value) {
            _ if is_nan(value) => Match::Nothing,
            (_, Bson::Null) => at(full, Bson::Null),
            // Whole documents compare field by field: order, unknown fields and null against missing would change the server's answer.
            (Kind::Composite(fields), Bson::Document(value)) => {
                let inner = self.eq_composite(full, fields(), value)?;
                if place.absent.is_some() && value.values().all(|value| *value == Bson::Null) { with_object(full, inner) } else { inner }
            }
            (Kind::Array(item), Bson::Array(items)) => match item {
                _ if items.is_empty() => at(&format!("{full}.0"), doc! { "$exists": false }),
                Kind::Composite(fields) => {
                    let mut all = doc! { full: { "$size": i64::try_from(items.len()).unwrap_or(i64::MAX) } };
                    for (index, item) in items.iter().enumerate() {
                        let Bson::Document(item) = item else { continue };
                        match self.eq_composite(&format!("{full}.{index}"), fields(), item)? {
                            Match::Doc(document) => all.extend(document),
                            Match::All => {}
                            Match::Nothing => return Ok(Match::Nothing),
                        }
                    }
                    Match::Doc(all)
                }
                _ => at(full, doc! { "$eq": items.clone() }),
            },
            // A list at such a field would be searched by its items.
            (Kind::Any, value) if !matches!(value, Bson::Array(_)) => at(full, doc! { "$eq": value.clone(), "$not": { "$type": "array" } }),
            (_, Bson::Document(_) | Bson::Array(_) | Bson::RegularExpression(_)) => at(full, doc! { "$eq": value.clone() }),
            _ => at(full, value.clone()),
        })
    }

    fn eq_composite(&self, full: &str, fields: &'static [Field], value: &Document) -> Result<Match> {
        let inner = Self { schema: self.schema, fields, prefix: format!("{full}.") };
        let tests: Vec<Expr> = fields
            .iter()
            .map(|field| {
                let value = value.get(field.stored).cloned().unwrap_or(Bson::Null);
                Expr::Test(field.stored.into(), Test::Eq(value))
            })
            .collect();
        inner.and(&tests)
    }

    fn one_of(&self, full: &str, place: &Place, values: &[Bson]) -> Result<Match> {
        let values: Vec<&Bson> = values.iter().filter(|value| !is_nan(value)).collect();
        // Composites, lists and any-valued fields have no `$in` that means the same; each value is then asked alone.
        if matches!(place.kind, Kind::Composite(_) | Kind::Array(_) | Kind::Any) {
            let branches = values.iter().map(|value| self.eq(full, place, value)).collect::<Result<Vec<_>>>()?;
            let documents: Vec<Document> =
                branches.into_iter().filter_map(|branch| if let Match::Doc(document) = branch { Some(document) } else { None }).collect();
            return Ok(if documents.is_empty() { Match::Nothing } else { Match::Doc(doc! { "$or": documents }) });
        }
        Ok(if values.is_empty() { Match::Nothing } else { at(full, doc! { "$in": values.into_iter().cloned().collect::<Vec<Bson>>() }) })
    }

    fn pattern(&self, full: &str, pattern: String) -> Result<Match> {
        if pattern.len() > MAX_PATTERN {
            return Err(Error::rule(self.schema, full.to_owned(), "a text to search for of at most 32764 bytes, with its escapes"));
        }
        Ok(at(full, doc! { "$regex": pattern }))
    }

    fn has(&self, full: &str, place: &Place, value: &Bson) -> Result<Match> {
        if is_nan(value) {
            return Ok(Match::Nothing);
        }
        // Inside a list of composites, one of them must have the value.
        if let Some((list, rest)) = &place.list {
            let list_place = super::place::place(self.fields, list);
            let inner = self.within(&list_place.kind, String::new());
            let inner_place = super::place::place(inner.fields, rest);
            let test = match inner_place.kind {
                Kind::Array(_) if !matches!(value, Bson::Array(_)) => Test::Has(value.clone()),
                _ => Test::Eq(value.clone()),
            };
            let inner = inner.test(rest, &test)?.into_document();
            return Ok(at(&self.full(list), doc! { "$elemMatch": inner }));
        }
        Ok(match (&place.kind, value) {
            (Kind::Array(Kind::Composite(fields)), Bson::Document(value)) => {
                let inner = Self { schema: self.schema, fields: fields(), prefix: String::new() };
                let tests: Vec<Expr> = inner
                    .fields
                    .iter()
                    .map(|field| Expr::Test(field.stored.into(), Test::Eq(value.get(field.stored).cloned().unwrap_or(Bson::Null))))
                    .collect();
                at(full, doc! { "$elemMatch": inner.and(&tests)?.into_document() })
            }
            // `{l: null}` would match a missing list, `{l: [1]}` the list itself.
            (_, Bson::Null | Bson::Array(_) | Bson::Document(_) | Bson::RegularExpression(_)) => {
                at(full, doc! { "$elemMatch": { "$eq": value.clone() } })
            }
            _ => at(full, value.clone()),
        })
    }

    fn is(&self, full: &str, place: &Place, inner: &Expr) -> Result<Match> {
        let rendered = self.within(&place.kind, format!("{full}.")).expr(inner)?;
        // Alone, `{"a.g": null}` would match a missing `a`.
        Ok(match (rendered, &place.absent) {
            (Match::Nothing, _) => Match::Nothing,
            (rendered, None) => rendered,
            (rendered, Some(_)) => with_object(full, rendered),
        })
    }

    /// A renderer for what a value of this kind holds.
    fn within(&self, kind: &Kind, prefix: String) -> Self {
        let mut kind = *kind;
        while let Kind::Array(item) = kind {
            kind = *item;
        }
        let fields = if let Kind::Composite(fields) = kind { fields() } else { &[] };
        Self { schema: self.schema, fields, prefix }
    }

    fn full(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }
}

fn at(path: &str, value: impl Into<Bson>) -> Match {
    Match::Doc(doc! { path: value.into() })
}

/// `rendered`, only where `path` holds a document.
fn with_object(path: &str, rendered: Match) -> Match {
    let mut document = doc! { path: { "$type": "object" } };
    match rendered {
        Match::Nothing => Match::Nothing,
        Match::All => Match::Doc(document),
        Match::Doc(rendered) => match merge(&mut document, rendered) {
            Ok(()) => Match::Doc(document),
            Err(rendered) => Match::Doc(doc! { "$and": [document, rendered] }),
        },
    }
}

/// `rendered`, or the value is null or missing.
fn or_absent(rendered: Match, path: &str, kind: &Kind) -> Match {
    let absent = match kind {
        Kind::Array(_) => doc! { path: { "$not": { "$type": "array" } } },
        _ => doc! { path: Bson::Null },
    };
    let document = match rendered {
        Match::All => return Match::All,
        Match::Nothing => return Match::Doc(absent),
        Match::Doc(document) => document,
    };
    // One index scan serves an `$in` with null; an `$or` needs two.
    match document.get(path) {
        Some(Bson::Document(operators)) => match operators.get_array("$in") {
            Ok(values) if operators.len() == 1 => {
                let mut values = values.clone();
                values.push(Bson::Null);
                Match::Doc(doc! { path: { "$in": values } })
            }
            _ => Match::Doc(doc! { "$or": [document, absent] }),
        },
        Some(value @ (Bson::String(_) | Bson::Int32(_) | Bson::Int64(_) | Bson::Double(_) | Bson::Boolean(_))) => {
            Match::Doc(doc! { path: { "$in": [value.clone(), Bson::Null] } })
        }
        _ => Match::Doc(doc! { "$or": [document, absent] }),
    }
}

/// Puts `new` into `merged` where the two have no path in common, or only different operators on it; else gives it back.
fn merge(merged: &mut Document, new: Document) -> std::result::Result<(), Document> {
    let operators = |value: &Bson| matches!(value, Bson::Document(d) if !d.is_empty() && d.keys().all(|key| key.starts_with('$')));
    let fits = new.iter().all(|(path, value)| match merged.get(path) {
        None => true,
        Some(Bson::Document(old)) if operators(value) && old.keys().all(|key| key.starts_with('$')) => {
            value.as_document().is_some_and(|value| value.keys().all(|key| !old.contains_key(key)))
        }
        Some(_) => false,
    });
    if !fits {
        return Err(new);
    }
    for (path, value) in new {
        match (merged.get_mut(&path), value) {
            (Some(Bson::Document(old)), Bson::Document(value)) => old.extend(value),
            (_, value) => {
                merged.insert(path, value);
            }
        }
    }
    Ok(())
}

fn operator(order: Order) -> &'static str {
    match order {
        Order::Lt => "$lt",
        Order::Lte => "$lte",
        Order::Gt => "$gt",
        Order::Gte => "$gte",
    }
}

fn is_nan(value: &Bson) -> bool {
    match value {
        Bson::Double(number) => number.is_nan(),
        Bson::Decimal128(number) => number.to_string().ends_with("NaN"),
        _ => false,
    }
}

fn is_empty_list(test: &Test) -> bool {
    matches!(test, Test::Eq(Bson::Array(items)) if items.is_empty())
}

/// Whether the test is true of `absent`, what the model reads for a missing or null value.
fn holds(test: &Test, absent: &Bson) -> bool {
    match (test, absent) {
        (Test::Eq(value), _) => value == absent && !is_nan(value),
        (Test::In(values), _) => values.iter().any(|value| value == absent && !is_nan(value)),
        (Test::IsNone, Bson::Null) => true,
        (Test::Compare(order, operand), _) => compare(absent, operand).is_some_and(|found| match order {
            Order::Lt => found == Ordering::Less,
            Order::Lte => found != Ordering::Greater,
            Order::Gt => found == Ordering::Greater,
            Order::Gte => found != Ordering::Less,
        }),
        (Test::Contains(part), Bson::String(text)) => text.contains(part.as_str()),
        (Test::StartsWith(part), Bson::String(text)) => text.starts_with(part.as_str()),
        (Test::EndsWith(part), Bson::String(text)) => text.ends_with(part.as_str()),
        (Test::Has(value), Bson::Array(items)) => items.contains(value),
        _ => false,
    }
}

/// The order of two values of one type that has an order.
fn compare(a: &Bson, b: &Bson) -> Option<Ordering> {
    match (a, b) {
        (Bson::Int32(a), Bson::Int32(b)) => Some(a.cmp(b)),
        (Bson::Int64(a), Bson::Int64(b)) => Some(a.cmp(b)),
        (Bson::Double(a), Bson::Double(b)) => a.partial_cmp(b),
        (Bson::String(a), Bson::String(b)) => Some(a.cmp(b)),
        (Bson::DateTime(a), Bson::DateTime(b)) => Some(a.cmp(b)),
        (Bson::ObjectId(a), Bson::ObjectId(b)) => Some(a.cmp(b)),
        _ => None,
    }
}
