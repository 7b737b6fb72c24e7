//! Rendered predicates and how they combine, and the values in them.
//!
//! What needs no server folds on the way, and conditions on different paths stand beside each other instead of in an `$and`.

use bson::{Bson, Document, doc};

/// A rendered predicate, with the two that need no server kept apart so that they fold.
#[derive(Debug)]
pub(super) enum Match {
    All,
    Nothing,
    Doc(Document),
}

impl Match {
    pub(super) fn into_document(self) -> Document {
        match self {
            Self::All => Document::new(),
            Self::Nothing => nothing(),
            Self::Doc(document) => document,
        }
    }

    pub(super) fn negate(self) -> Self {
        match self {
            Self::All => Self::Nothing,
            Self::Nothing => Self::All,
            Self::Doc(document) => Self::Doc(complement(document)),
        }
    }
}

/// What no document matches: an empty `$in` on `_id` is planned as an empty result, without a scan.
pub(super) fn nothing() -> Document {
    doc! { "_id": { "$in": [] } }
}

/// The documents that do not match, in the shortest form that says exactly that: `$not` is the complement of whatever stands in it, while the
/// opposite of a comparison leaves out null, NaN and missing.
fn complement(document: Document) -> Document {
    match only(&document) {
        // Each for itself, so that an index may serve it.
        Some((key, Bson::Array(branches))) if key == "$or" && branches.iter().all(|branch| branch.as_document().is_some()) => {
            let branches = branches.iter().filter_map(Bson::as_document);
            return all_of(branches.map(|branch| Match::Doc(complement(branch.clone()))).collect()).into_document();
        }
        Some((key, Bson::Array(branches))) if key == "$nor" => {
            if let [Bson::Document(only)] = branches.as_slice() {
                return only.clone();
            }
            return doc! { "$or": branches.clone() };
        }
        Some((path, Bson::Document(range))) if range.len() == 2 && range.keys().all(|operator| is_comparison(operator)) => {
            // On both sides of a range an index serves each.
            let outside = range.iter().map(|(operator, bound)| doc! { path: { "$not": { operator: bound.clone() } } });
            return doc! { "$or": outside.collect::<Vec<_>>() };
        }
        Some((path, condition)) if !path.starts_with('$') => {
            if let Some(condition) = opposite(condition) {
                return doc! { path: condition };
            }
        }
        _ => {}
    }
    if let Some(item) = not_empty(&document) {
        return item;
    }
    doc! { "$nor": [document] }
}

/// The complement of a list that is missing, null or empty: it has a first item.
fn not_empty(document: &Document) -> Option<Document> {
    let mut conditions = document.iter();
    let ((list, Bson::Document(empty)), (first, Bson::Document(missing)), None) =
        (conditions.next()?, conditions.next()?, conditions.next())
    else {
        return None;
    };
    let is_empty =
        only(empty).is_some_and(|(operator, values)| operator == "$in" && *values == Bson::from(vec![Bson::Null, Bson::Array(Vec::new())]));
    let is_missing = only(missing).is_some_and(|(operator, there)| operator == "$exists" && *there == Bson::Boolean(false));
    let is_first = first.strip_prefix(list.as_str()) == Some(".0");
    (is_empty && is_missing && is_first).then(|| doc! { first: { "$exists": true } })
}

/// The complement of a condition on one path.
fn opposite(condition: &Bson) -> Option<Bson> {
    let operators = match condition {
        Bson::Document(operators) if operators.keys().all(|key| key.starts_with('$')) && !operators.is_empty() => operators,
        Bson::Document(_) | Bson::Array(_) | Bson::RegularExpression(_) => return None,
        value => return Some(Bson::from(doc! { "$ne": value.clone() })),
    };
    Some(match only(operators) {
        Some((operator, value)) if operator == "$eq" => Bson::from(doc! { "$ne": value.clone() }),
        Some((operator, value)) if operator == "$ne" && is_plain(value) => value.clone(),
        Some((operator, value)) if operator == "$ne" => Bson::from(doc! { "$eq": value.clone() }),
        Some((operator, value)) if operator == "$in" => Bson::from(doc! { "$nin": value.clone() }),
        Some((operator, value)) if operator == "$nin" => Bson::from(doc! { "$in": value.clone() }),
        Some((operator, Bson::Boolean(there))) if operator == "$exists" => Bson::from(doc! { "$exists": !there }),
        Some((operator, Bson::Document(inner))) if operator == "$not" => Bson::Document(inner.clone()),
        // Places have no `$not`.
        _ if operators.keys().any(|key| key.starts_with("$geo")) => return None,
        _ => Bson::from(doc! { "$not": operators.clone() }),
    })
}

fn is_comparison(operator: &str) -> bool {
    matches!(operator, "$lt" | "$lte" | "$gt" | "$gte")
}

/// Whether the value stands for itself in a match.
pub(super) fn is_plain(value: &Bson) -> bool {
    !matches!(value, Bson::Document(_) | Bson::Array(_) | Bson::RegularExpression(_))
}

/// One condition on one path.
pub(super) fn at(path: &str, value: impl Into<Bson>) -> Match {
    Match::Doc(doc! { path: value.into() })
}

/// Where all match.
pub(super) fn all_of(all: Vec<Match>) -> Match {
    let mut merged = Document::new();
    let mut apart = Vec::new();
    for one in all {
        match one {
            Match::All => {}
            Match::Nothing => return Match::Nothing,
            Match::Doc(document) => {
                if let Err(document) = merge(&mut merged, document) {
                    apart.push(Bson::Document(document));
                }
            }
        }
    }
    if !apart.is_empty() {
        apart.insert(0, Bson::Document(merged));
        return Match::Doc(doc! { "$and": apart });
    }
    if merged.is_empty() { Match::All } else { Match::Doc(merged) }
}

/// Where one matches.
pub(super) fn any_of(any: Vec<Match>) -> Match {
    let mut branches: Vec<Document> = Vec::new();
    for one in any {
        match one {
            Match::All => return Match::All,
            Match::Nothing => {}
            Match::Doc(document) => match branches.last_mut() {
                Some(last) => match with_null(last, &document) {
                    Some(joined) => *last = joined,
                    None => branches.push(document),
                },
                None => branches.push(document),
            },
        }
    }
    match (branches.pop(), branches.is_empty()) {
        (None, _) => Match::Nothing,
        (Some(only), true) => Match::Doc(only),
        (Some(last), false) => {
            branches.push(last);
            Match::Doc(doc! { "$or": branches })
        }
    }
}

/// `{f: v}` or `{f: {$in: […]}}`, or `{f: null}`, as one `$in`: one index scan serves it, an `$or` needs two.
fn with_null(document: &Document, null: &Document) -> Option<Document> {
    let ((path, value), (other, Bson::Null)) = (only(document)?, only(null)?) else { return None };
    if path != other {
        return None;
    }
    let mut values = match value {
        Bson::Document(operators) => match only(operators)? {
            (operator, Bson::Array(values)) if operator == "$in" => values.clone(),
            _ => return None,
        },
        Bson::Array(_) | Bson::RegularExpression(_) | Bson::Null => return None,
        value => vec![value.clone()],
    };
    values.push(Bson::Null);
    Some(doc! { path: { "$in": values } })
}

fn only(document: &Document) -> Option<(&String, &Bson)> {
    document.iter().next().filter(|_| document.len() == 1)
}

/// Puts `new` into `merged` where the two have no path in common, or only different operators on it; else gives it back.
fn merge(merged: &mut Document, new: Document) -> std::result::Result<(), Document> {
    let operators = |value: &Bson| matches!(value, Bson::Document(d) if !d.is_empty() && d.keys().all(|key| key.starts_with('$')));
    let fits = new.iter().all(|(path, value)| match merged.get(path) {
        None => true,
        // Two expressions are no operators on one path.
        Some(_) if path.starts_with('$') => false,
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
