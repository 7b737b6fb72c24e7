//! A filter as a match document.
//!
//! One rule for what is not there: each test is asked in Rust of what the model reads for a missing or null value; where the answer is yes,
//! the rendering matches null and missing too. Negation is the complement of the whole test, never the opposite operator.

use super::{
    matching::{Match, all_of, any_of, at, compare, is_nan},
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
    Ok(Renderer { schema, fields: schema.fields, prefix: String::new(), indexed: false }.expr(expr)?.into_document())
}

/// Renders predicates on one document, or on a composite in it.
struct Renderer<'s> {
    /// The model, for messages.
    schema: &'s Schema,
    fields: &'static [Field],
    /// The path of the composite that predicates are about, with its dot.
    prefix: String,
    /// Whether the prefix leads through an index of a list. The server then also looks for a field of that name in each item, and an item
    /// without one matches null.
    indexed: bool,
}

impl Renderer<'_> {
    fn expr(&self, expr: &Expr) -> Result<Match> {
        match expr {
            Expr::All => Ok(Match::All),
            Expr::Nothing => Ok(Match::Nothing),
            Expr::And(all) => self.each(all).map(all_of),
            Expr::Or(any) => self.each(any).map(any_of),
            Expr::Not(inner) => self.not(inner),
            Expr::Test(path, test) => self.test(path, test),
            Expr::Fault(path, error) => Err(Error::rule(self.schema, self.full(path), error.rule())),
        }
    }

    fn each(&self, exprs: &[Expr]) -> Result<Vec<Match>> {
        exprs.iter().map(|expr| self.expr(expr)).collect()
    }

    /// The complement, in the short form where the server has one for exactly that.
    fn not(&self, inner: &Expr) -> Result<Match> {
        let rendered = self.expr(inner)?;
        let (Expr::Test(path, test), Match::Doc(document)) = (inner, &rendered) else { return Ok(rendered.negate()) };
        // On one path; a comparison keeps `$nor`, since its opposite leaves out null, NaN and missing.
        let alone = document.get(self.full(path)).filter(|_| document.len() == 1 && !matches!(test, Test::Compare(..)));
        let negated = match alone {
            Some(Bson::Document(operators)) if operators.len() == 1 => match operators.iter().next() {
                Some((operator, value)) if operator == "$eq" => Some(doc! { "$ne": value.clone() }),
                Some((operator, value)) if operator == "$in" => Some(doc! { "$nin": value.clone() }),
                Some((operator, Bson::Document(inner))) if operator == "$not" => Some(inner.clone()),
                Some((operator, _)) if operator == "$elemMatch" => Some(doc! { "$not": operators.clone() }),
                _ => None,
            },
            Some(Bson::Document(_) | Bson::Array(_) | Bson::RegularExpression(_)) | None => None,
            Some(value) => Some(doc! { "$ne": value.clone() }),
        };
        Ok(match negated {
            Some(negated) => at(&self.full(path), negated),
            None => rendered.negate(),
        })
    }

    fn test(&self, path: &str, test: &Test) -> Result<Match> {
        let place = place(self.fields, path);
        let full = self.full(path);
        let of_absent = place.absent.as_ref().is_some_and(|absent| holds(test, absent));
        let Some(default) = &place.inner_default else {
            // Missing, null and empty are one to a list, and one test to the server.
            if of_absent && matches!(test, Test::Eq(Bson::Array(items)) if items.is_empty()) {
                return Ok(at(&format!("{full}.0"), doc! { "$exists": false }));
            }
            let present = self.present(&full, &place, test)?;
            return Ok(if of_absent { any_of(vec![present, self.absent(&full, &place.kind)]) } else { present });
        };
        // Missing below an optional composite is one thing, the composite being `None` another.
        let present = self.present(&full, &place, test)?;
        let composite = self.full(place.optional.last().map_or("", String::as_str));
        Ok(match (of_absent, holds(test, default)) {
            (false, false) => present,
            (true, true) => any_of(vec![present, self.absent(&full, &place.kind)]),
            (true, false) => any_of(vec![present, at(&composite, doc! { "$not": { "$type": "object" } })]),
            (false, true) => {
                any_of(vec![present, all_of(vec![at(&composite, doc! { "$type": "object" }), self.absent(&full, &place.kind)])])
            }
        })
    }

    /// The value is null or missing.
    fn absent(&self, full: &str, kind: &Kind) -> Match {
        match kind {
            _ if self.indexed => any_of(vec![at(full, doc! { "$exists": false }), at(full, doc! { "$type": "null" })]),
            // A null inside a list matches `{f: null}`; a list is absent where it is no array.
            Kind::Array(_) => at(full, doc! { "$not": { "$type": "array" } }),
            Kind::Any => at(full, doc! { "$eq": Bson::Null, "$not": { "$type": "array" } }),
            _ => at(full, Bson::Null),
        }
    }

    /// The rendering of a test for documents in which the value is there.
    fn present(&self, full: &str, place: &Place, test: &Test) -> Result<Match> {
        Ok(match test {
            Test::IsNone => Match::Nothing,
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
            Test::Is(inner) => self.is(full, place, inner)?,
            Test::Some(inner) => match self.within(&place.kind, String::new()).expr(inner)? {
                Match::Nothing => Match::Nothing,
                rendered => at(full, doc! { "$elemMatch": rendered.into_document() }),
            },
        })
    }

    fn eq(&self, full: &str, place: &Place, value: &Bson) -> Result<Match> {
        Ok(match (&place.kind, value) {
            (_, value) if is_nan(value) => Match::Nothing,
            (_, Bson::Null) => Match::Nothing,
            // An id is compared as it is stored, which is what its index serves.
            (_, Bson::Document(_)) if full == "_id" => at(full, doc! { "$eq": value.clone() }),
            // Other documents compare field by field: order, unknown fields and null against missing would change the server's answer.
            (Kind::Composite(fields), Bson::Document(value)) => {
                let inner = self.eq_composite(full, fields(), value)?;
                if place.absent.is_some() { with_object(full, inner) } else { inner }
            }
            (Kind::Array(_), Bson::Array(items)) if items.is_empty() => at(full, doc! { "$size": 0 }),
            (Kind::Array(Kind::Composite(fields)), Bson::Array(items)) => self.eq_composites(full, fields(), items)?,
            // A list at such a field would be searched by its items.
            (Kind::Any | Kind::Array(Kind::Array(_)), Bson::Array(_)) => {
                at(full, doc! { "$eq": value.clone(), "$not": { "$elemMatch": { "$eq": value.clone() } } })
            }
            (Kind::Any, _) => at(full, doc! { "$eq": value.clone(), "$not": { "$type": "array" } }),
            (_, Bson::Document(_) | Bson::Array(_) | Bson::RegularExpression(_)) => at(full, doc! { "$eq": value.clone() }),
            _ => at(full, value.clone()),
        })
    }

    /// All declared fields of the composite at `full` are those of `value`.
    fn eq_composite(&self, full: &str, fields: &'static [Field], value: &Document) -> Result<Match> {
        let prefix = if full.is_empty() { String::new() } else { format!("{full}.") };
        let inner = Self { schema: self.schema, fields, prefix, indexed: self.indexed };
        let field_is = |field: &Field| inner.test(field.stored, &Test::Eq(value.get(field.stored).cloned().unwrap_or(Bson::Null)));
        fields.iter().map(field_is).collect::<Result<_>>().map(all_of)
    }

    /// The list at `full` holds these composites, in order.
    fn eq_composites(&self, full: &str, fields: &'static [Field], items: &[Bson]) -> Result<Match> {
        let mut all = vec![at(full, doc! { "$size": i64::try_from(items.len()).unwrap_or(i64::MAX) })];
        let by_index = Self { schema: self.schema, fields: self.fields, prefix: self.prefix.clone(), indexed: true };
        for (index, item) in items.iter().enumerate() {
            let item_at = format!("{full}.{index}");
            all.push(match item {
                Bson::Document(item) => with_object(&item_at, by_index.eq_composite(&item_at, fields, item)?),
                _ => at(&item_at, doc! { "$type": "null" }),
            });
        }
        Ok(all_of(all))
    }

    fn one_of(&self, full: &str, place: &Place, values: &[Bson]) -> Result<Match> {
        let values: Vec<&Bson> = values.iter().filter(|value| !is_nan(value) && **value != Bson::Null).collect();
        // Composites, lists and any-valued fields have no `$in` that means the same; each value is then asked alone.
        if matches!(place.kind, Kind::Composite(_) | Kind::Array(_) | Kind::Any) {
            return values.into_iter().map(|value| self.eq(full, place, value)).collect::<Result<_>>().map(any_of);
        }
        Ok(if values.is_empty() { Match::Nothing } else { at(full, doc! { "$in": values.into_iter().cloned().collect::<Vec<Bson>>() }) })
    }

    fn pattern(&self, full: &str, pattern: String) -> Result<Match> {
        if pattern.len() > MAX_PATTERN {
            return Err(Error::rule(self.schema, full, "a text to search for of at most 32764 bytes, with its escapes"));
        }
        Ok(at(full, doc! { "$regex": pattern }))
    }

    fn has(&self, full: &str, place: &Place, value: &Bson) -> Result<Match> {
        if is_nan(value) {
            return Ok(Match::Nothing);
        }
        // Inside a list of composites, one of them must have the value.
        if let Some((list, rest)) = &place.list {
            let inner = self.within(&super::place::place(self.fields, list).kind, String::new());
            let test = match super::place::place(inner.fields, rest).kind {
                Kind::Array(_) if !matches!(value, Bson::Array(_)) => Test::Has(value.clone()),
                _ => Test::Eq(value.clone()),
            };
            return Ok(at(&self.full(list), doc! { "$elemMatch": inner.test(rest, &test)?.into_document() }));
        }
        Ok(match (&place.kind, value) {
            (Kind::Binary, _) => return Err(Error::rule(self.schema, full, "a list to look into; bytes are one value")),
            (Kind::Array(Kind::Composite(fields)), Bson::Document(value)) => {
                let item = Self { schema: self.schema, fields: self.fields, prefix: String::new(), indexed: false };
                at(full, doc! { "$elemMatch": item.eq_composite("", fields(), value)?.into_document() })
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
        Ok(if place.absent.is_some() { with_object(full, rendered) } else { rendered })
    }

    /// A renderer for what a value of this kind holds.
    fn within(&self, kind: &Kind, prefix: String) -> Self {
        let mut kind = *kind;
        while let Kind::Array(item) = kind {
            kind = *item;
        }
        let fields = if let Kind::Composite(fields) = kind { fields() } else { &[] };
        Self { schema: self.schema, fields, prefix, indexed: false }
    }

    fn full(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }
}

/// `rendered`, only where `path` holds a document.
fn with_object(path: &str, rendered: Match) -> Match {
    all_of(vec![at(path, doc! { "$type": "object" }), rendered])
}

fn operator(order: Order) -> &'static str {
    match order {
        Order::Lt => "$lt",
        Order::Lte => "$lte",
        Order::Gt => "$gt",
        Order::Gte => "$gte",
    }
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
