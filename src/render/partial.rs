//! A filter as the one of a partial index, of which the server takes few operators.
//!
//! Called by generated code, for the schema; what is refused here is said at connect, and not by the server in the middle of a sync.

use super::filter::render_filter;
use crate::{query::Expr, schema::Schema};
use bson::{Bson, Document};

/// `expr` as a `partialFilterExpression`.
///
/// # Errors
/// Why it cannot be one, as the end of a sentence.
pub(crate) fn render_partial(schema: &Schema, expr: &Expr) -> Result<Document, String> {
    let filter = render_filter(schema, expr).map_err(|error| format!("cannot be sent: {error}"))?;
    if filter.is_empty() {
        return Err("is true of every document: remove `partial`".to_owned());
    }
    match refused(&filter) {
        None => Ok(filter),
        Some(refused) => Err(format!(
            "asks for {refused}, which the server does not take there: it takes equality, `in_`, ranges, `exists`, `is_some` of a list or a \
             composite, places, and these combined by `&` and `|`"
        )),
    }
}

/// The first thing that the server refuses.
fn refused(filter: &Document) -> Option<String> {
    filter.iter().find_map(|(key, value)| match (key.as_str(), value) {
        ("$and" | "$or", Bson::Array(branches)) => branches.iter().filter_map(Bson::as_document).find_map(refused),
        (operator, _) if operator.starts_with('$') => Some(format!("`{operator}`")),
        (path, Bson::Document(operators)) if operators.keys().any(|key| key.starts_with('$')) => {
            let operator = operators.iter().find(|(operator, operand)| !is_taken(operator, operand))?.0;
            Some(format!("`{operator}` of `{path}`"))
        }
        (path, Bson::RegularExpression(_)) => Some(format!("a pattern of `{path}`")),
        _ => None,
    })
}

fn is_taken(operator: &str, operand: &Bson) -> bool {
    match operator {
        "$exists" => *operand == Bson::Boolean(true),
        "$eq" | "$in" | "$all" => !has_pattern(operand),
        "$lt" | "$lte" | "$gt" | "$gte" | "$type" | "$geoWithin" | "$geoIntersects" => true,
        _ => false,
    }
}

fn has_pattern(operand: &Bson) -> bool {
    match operand {
        Bson::RegularExpression(_) => true,
        Bson::Array(values) => values.iter().any(|value| matches!(value, Bson::RegularExpression(_))),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bson::doc;

    #[test]
    fn few_operators_are_taken() {
        for taken in [
            doc! { "a": 1, "b": { "$gt": 1, "$lt": 5 } },
            doc! { "a": { "$in": [1, Bson::Null] }, "b": Bson::Null },
            doc! { "a": { "$exists": true } },
            doc! { "a.b": { "$type": "object" }, "c": { "$eq": { "x": 1 } } },
            doc! { "$or": [{ "a": 1 }, { "$and": [{ "b": 1 }, { "c": { "$gte": "" } }] }] },
            doc! { "a": { "$geoWithin": { "$centerSphere": [[1, 1], 0.1] } } },
        ] {
            assert_eq!(refused(&taken), None, "{taken}");
        }
        for (filter, named) in [
            (doc! { "a": { "$ne": 1 } }, "`$ne` of `a`"),
            (doc! { "a": { "$exists": false } }, "`$exists` of `a`"),
            (doc! { "b": 1, "a": { "$eq": Bson::Null, "$not": { "$type": "array" } } }, "`$not` of `a`"),
            (doc! { "$or": [{ "a": 1 }, { "$and": [{ "b": { "$regex": "^x" } }] }] }, "`$regex` of `b`"),
            (doc! { "$nor": [{ "a": 1 }] }, "`$nor`"),
            (doc! { "$expr": { "$gt": ["$a", 1] } }, "`$expr`"),
            (doc! { "a": { "$elemMatch": { "b": 1 } } }, "`$elemMatch` of `a`"),
        ] {
            assert_eq!(refused(&filter).as_deref(), Some(named), "{filter}");
        }
    }
}
