//! Values that the server calculates, as expressions.

use super::{aggregate::check_path, expression::literal};
use crate::{
    Error, Result,
    query::{Arithmetic, DatePart, DateUnit, Function, RawPath, Term, place},
    schema::{Kind, Layout, Schema},
};
use bson::{Bson, doc};

/// The value in documents of this model, where `None` is null.
///
/// # Errors
/// A path that cannot be asked for, or a constant that cannot be stored.
pub(super) fn render_term(schema: &Schema, term: &Term) -> Result<Bson> {
    render(schema, term, true)
}

/// The same for who takes missing as null.
///
/// # Errors
/// As [`render_term`].
pub(super) fn render_or_missing(schema: &Schema, term: &Term) -> Result<Bson> {
    render(schema, term, false)
}

fn render(schema: &Schema, term: &Term, needs_null: bool) -> Result<Bson> {
    Ok(match term {
        Term::Path(path) => read(schema, path, needs_null)?,
        Term::Value(value) => literal(value),
        Term::Fault(fault) => return Err(Error::rule(schema, "", fault.rule())),
        Term::Call(function, terms) => call(schema, *function, terms)?,
    })
}

/// What the model reads at a path, where `None` is null, or missing too.
///
/// # Errors
/// A path that cannot be asked for.
pub(super) fn read(schema: &Schema, path: &RawPath, needs_null: bool) -> Result<Bson> {
    check_path(schema, path)?;
    let place = place(Layout::from(schema), path);
    Ok(if needs_null { place.read("", path) } else { place.read_or_missing("", path) })
}

fn call(schema: &Schema, function: Function, terms: &[Term]) -> Result<Bson> {
    let values = terms.iter().map(|term| render_or_missing(schema, term)).collect::<Result<Vec<Bson>>>()?;
    let one = || values.first().cloned().unwrap_or(Bson::Null);
    Ok(Bson::from(match function {
        Function::Calculate { operator, whole } => return Ok(calculate(schema, operator, whole, terms, values)),
        // The server refuses to divide by zero, and with it the whole read.
        Function::Divide => match terms.get(1) {
            Some(Term::Value(divisor)) if !is_zero(divisor) => doc! { "$divide": values },
            _ => {
                let divisor = values.get(1).cloned().unwrap_or(Bson::Null);
                doc! { "$cond": [{ "$eq": [divisor, 0] }, Bson::Null, { "$divide": values }] }
            }
        },
        Function::Concat => doc! { "$concat": joined("$concat", values) },
        // It refuses to count what is no list, too.
        Function::Len => {
            let list = terms.first().map_or(Ok(Bson::Null), |term| list(schema, term))?;
            doc! { "$cond": [{ "$isArray": [list.clone()] }, { "$size": list }, Bson::Null] }
        }
        Function::Or => doc! { "$ifNull": values },
        Function::Part(part) => doc! { part_operator(part): one() },
        Function::Start(unit) => match unit {
            DateUnit::Week => doc! { "$dateTrunc": { "date": one(), "unit": unit_name(unit), "startOfWeek": "monday" } },
            unit => doc! { "$dateTrunc": { "date": one(), "unit": unit_name(unit) } },
        },
    }))
}

/// A list to count the items of.
fn list(schema: &Schema, term: &Term) -> Result<Bson> {
    match term {
        Term::Path(path) if matches!(place(Layout::from(schema), path).kind, Kind::Binary) => {
            Err(Error::rule(schema, path.stored(), "a list to look into; bytes are one value"))
        }
        term => render_term(schema, term),
    }
}

/// What two numbers are together. Whole numbers are Int64 where a Double might lose digits, whoever stored them as Doubles; and of those that no
/// Int64 holds the server makes a Double, which stands for several of them: where that can be, it is refused.
fn calculate(schema: &Schema, operator: Arithmetic, whole: bool, terms: &[Term], values: Vec<Bson>) -> Bson {
    let name = match operator {
        Arithmetic::Add => "$add",
        Arithmetic::Subtract => "$subtract",
        Arithmetic::Multiply => "$multiply",
    };
    let greatest = greatest_of(schema, operator, terms);
    if !whole || greatest < INEXACT {
        let values = if operator == Arithmetic::Subtract { values } else { joined(name, values) };
        return Bson::from(doc! { name: values });
    }
    let long = |(term, value)| if matches!(term, &Term::Value(_)) { value } else { Bson::from(doc! { "$toLong": value }) };
    let result = doc! { name: terms.iter().zip(values).map(long).collect::<Vec<Bson>>() };
    if greatest < BEYOND_LONG {
        return Bson::from(result);
    }
    // A Double has an exponent as a text, which is no integer; as a number the least of all would pass.
    Bson::from(doc! { "$toLong": { "$toString": result } })
}

/// From here on a number is beyond an `i64`.
const BEYOND_LONG: f64 = 9_223_372_036_854_775_808.0;
/// From here on a Double stands for several whole numbers.
const INEXACT: f64 = 9_007_199_254_740_992.0;

/// How far from 0 whole numbers may lie that are calculated so.
fn greatest_of(schema: &Schema, operator: Arithmetic, terms: &[Term]) -> f64 {
    let greatest = terms.iter().map(|term| greatest(schema, term));
    match operator {
        Arithmetic::Add | Arithmetic::Subtract => greatest.sum(),
        Arithmetic::Multiply => greatest.product(),
    }
}

/// How far from 0 a whole number may lie.
#[allow(clippy::cast_precision_loss)]
fn greatest(schema: &Schema, term: &Term) -> f64 {
    match term {
        Term::Path(path) => match place(Layout::from(schema), path).kind {
            Kind::Int32 { min, max } | Kind::Int64 { min, max } => min.unsigned_abs().max(max.unsigned_abs()) as f64,
            _ => BEYOND_LONG,
        },
        Term::Value(Bson::Int32(n)) => f64::from(n.unsigned_abs()),
        Term::Value(Bson::Int64(n)) => n.unsigned_abs() as f64,
        Term::Call(Function::Calculate { operator, whole: true }, terms) => greatest_of(schema, *operator, terms),
        Term::Call(Function::Len, _) => f64::from(u32::MAX),
        Term::Call(Function::Part(_), _) => f64::from(u16::MAX),
        Term::Call(Function::Or, terms) => terms.iter().map(|term| greatest(schema, term)).fold(0.0, f64::max),
        Term::Value(_) | Term::Fault(_) | Term::Call(..) => BEYOND_LONG,
    }
}

/// Whether a path leads to numbers that are stored as Doubles.
pub(super) fn is_double(schema: &Schema, term: &Term) -> bool {
    matches!(term, Term::Path(path) if matches!(place(Layout::from(schema), path).kind, Kind::Double { .. }))
}

/// A Double that stands for a whole number as an Int64; anything else as it is: of a text or a fraction the conversion would make a number that
/// nobody reads there.
pub(super) fn whole_of_double(value: Bson) -> Bson {
    let long = doc! { "$convert": { "input": value.clone(), "to": "long", "onError": value.clone(), "onNull": Bson::Null } };
    let whole = doc! { "$cond": [{ "$eq": ["$$long", value.clone()] }, "$$long", value] };
    Bson::from(doc! { "$let": { "vars": { "long": long }, "in": whole } })
}

/// The operands of an operator that takes any number of them: what the first of two is itself made of comes beside the second.
fn joined(operator: &str, values: Vec<Bson>) -> Vec<Bson> {
    let mut operands = Vec::new();
    for (at, value) in values.into_iter().enumerate() {
        match value {
            Bson::Document(mut call) if at == 0 && call.len() == 1 && matches!(call.get(operator), Some(Bson::Array(_))) => {
                if let Some(Bson::Array(inner)) = call.remove(operator) {
                    operands.extend(inner);
                }
            }
            value => operands.push(value),
        }
    }
    operands
}

fn is_zero(value: &Bson) -> bool {
    match value {
        Bson::Int32(n) => *n == 0,
        Bson::Int64(n) => *n == 0,
        Bson::Double(n) => *n == 0.0,
        // A decimal has many zeros.
        _ => true,
    }
}

fn part_operator(part: DatePart) -> &'static str {
    match part {
        DatePart::Year => "$year",
        DatePart::Month => "$month",
        DatePart::Day => "$dayOfMonth",
        DatePart::Weekday => "$isoDayOfWeek",
        DatePart::Hour => "$hour",
        DatePart::Minute => "$minute",
        DatePart::Second => "$second",
    }
}

fn unit_name(unit: DateUnit) -> &'static str {
    match unit {
        DateUnit::Year => "year",
        DateUnit::Quarter => "quarter",
        DateUnit::Month => "month",
        DateUnit::Week => "week",
        DateUnit::Day => "day",
        DateUnit::Hour => "hour",
        DateUnit::Minute => "minute",
        DateUnit::Second => "second",
    }
}
