//! Values that the server calculates, as expressions.

use super::{aggregate::check_path, expression::literal};
use crate::{
    Error, Result,
    query::{DatePart, DateUnit, Function, RawPath, Term, place},
    schema::{Layout, Schema},
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

fn read(schema: &Schema, path: &RawPath, needs_null: bool) -> Result<Bson> {
    check_path(schema, path)?;
    let place = place(Layout::from(schema), path);
    Ok(if needs_null { place.read("", path) } else { place.read_or_missing("", path) })
}

fn call(schema: &Schema, function: Function, terms: &[Term]) -> Result<Bson> {
    let values = terms.iter().map(|term| render_or_missing(schema, term)).collect::<Result<Vec<Bson>>>()?;
    let one = || values.first().cloned().unwrap_or(Bson::Null);
    Ok(Bson::from(match function {
        Function::Add => doc! { "$add": joined("$add", values) },
        Function::Subtract => doc! { "$subtract": values },
        Function::Multiply => doc! { "$multiply": joined("$multiply", values) },
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
            let list = terms.first().map_or(Ok(Bson::Null), |term| render_term(schema, term))?;
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
