//! Groups of documents as one pipeline: the match, the group, and then what is asked of the groups.

use super::{
    aggregate::{Fields, check_path},
    filter::operator,
    matched::render_matched,
    matching::{Match, all_of, any_of, at},
    number::as_long,
    size::check_size,
};
use crate::{
    Error, Result,
    query::{Aggregate, GroupExpr, GroupSortKey, Grouping, RawPath, SortKey, is_nan, place},
    schema::{Layout, Schema},
};
use bson::{Bson, Document, doc};

/// A pipeline that groups, and where its rows hold what was asked for.
#[derive(Debug)]
pub(crate) struct RenderedGroups {
    pub(crate) pipeline: Vec<Document>,
    /// The field of each key, in order: `_id` where there is one, and fields in it where there are several.
    pub(crate) keys: Vec<String>,
    /// The field of each aggregate, in the order in which they were asked for.
    pub(crate) results: Vec<String>,
}

/// The pipeline for these aggregates of groups. An aggregate that only a condition or the order asks for is calculated too.
///
/// # Errors
/// A filter or an operand that cannot be rendered, a path that cannot be asked for, or an order by what groups do not have.
pub(crate) fn render_groups(schema: &Schema, grouping: &Grouping, selected: &[Aggregate]) -> Result<RenderedGroups> {
    let mut fields = Fields::default();
    let results: Vec<String> = selected.iter().map(|aggregate| fields.name(aggregate)).collect();
    let matched = render_matched(schema, &grouping.filter)?;
    let having = match &grouping.having {
        Some(having) => render_having(schema, having, &mut fields)?.into_document(),
        None => Document::new(),
    };
    check_size(schema, "a condition on groups", [&having])?;
    let sort = render_sort(schema, grouping, &mut fields)?;

    let mut group = doc! { "_id": group_id(schema, &grouping.keys)? };
    group.extend(fields.accumulators(schema)?);
    let mut pipeline = Vec::new();
    let some = |stage: &str, document: Document| (!document.is_empty()).then(|| doc! { stage: document });
    let number = |stage: &str, n: Option<u64>| n.map(|n| doc! { stage: as_long(n) });
    pipeline.extend(matched.into_stages());
    pipeline.push(doc! { "$group": group });
    pipeline.extend(some("$match", having));
    pipeline.extend(some("$sort", sort));
    pipeline.extend(number("$skip", grouping.skip));
    pipeline.extend(number("$limit", grouping.take));
    Ok(RenderedGroups { pipeline, keys: group_fields(&grouping.keys), results })
}

/// The fields that hold the keys of a group: `_id` itself where there is one, else fields in it.
pub(super) fn group_fields(keys: &[RawPath]) -> Vec<String> {
    match keys {
        [] => Vec::new(),
        [_] => vec!["_id".to_owned()],
        several => (0..several.len()).map(part).collect(),
    }
}

/// The field of `_id` that holds one of several keys.
fn part(at: usize) -> String {
    format!("k{at}")
}

/// What the groups are told apart by, as the model reads it: `None` is null, so that null and missing are one group.
///
/// # Errors
/// A path that cannot be asked for.
pub(super) fn group_id(schema: &Schema, keys: &[RawPath]) -> Result<Bson> {
    let value = |key: &RawPath| -> Result<Bson> {
        check_path(schema, key)?;
        Ok(place(Layout::from(schema), key).read("", key))
    };
    match keys {
        [] => Ok(Bson::Null),
        [key] => value(key),
        several => {
            let mut parts = Document::new();
            for (at, key) in several.iter().enumerate() {
                parts.insert(part(at), value(key)?);
            }
            Ok(Bson::Document(parts))
        }
    }
}

fn render_having<'a>(schema: &Schema, expr: &'a GroupExpr, fields: &mut Fields<'a>) -> Result<Match> {
    Ok(match expr {
        GroupExpr::And(all) => all_of(render_each(schema, all, fields)?),
        GroupExpr::Or(any) => any_of(render_each(schema, any, fields)?),
        GroupExpr::Not(inner) => render_having(schema, inner, fields)?.negate(),
        // NaN equals nothing and is on no side of anything.
        GroupExpr::Eq(_, value) | GroupExpr::Compare(_, _, value) if is_nan(value) => Match::Nothing,
        GroupExpr::Eq(aggregate, value) => at(&fields.name(aggregate), value.clone()),
        GroupExpr::Compare(aggregate, order, value) => at(&fields.name(aggregate), doc! { operator(*order): value.clone() }),
        GroupExpr::Fault(path, error) => return Err(Error::rule(schema, path, error.rule())),
    })
}

fn render_each<'a>(schema: &Schema, exprs: &'a [GroupExpr], fields: &mut Fields<'a>) -> Result<Vec<Match>> {
    exprs.iter().map(|expr| render_having(schema, expr, fields)).collect()
}

/// Of a criterion that comes twice the first counts.
fn render_sort<'a>(schema: &Schema, grouping: &'a Grouping, fields: &mut Fields<'a>) -> Result<Document> {
    let mut sort = Document::new();
    for key in &grouping.sort {
        let (field, direction) = match key {
            GroupSortKey::Aggregate(aggregate, direction) => (fields.name(aggregate), direction),
            GroupSortKey::Key(SortKey::Path { path, direction }) => (key_field(schema, &grouping.keys, path)?, direction),
            GroupSortKey::Key(SortKey::Related(key)) => {
                return Err(Error::rule(schema, key.relation, "an order by keys and aggregates: groups have no related documents"));
            }
            GroupSortKey::Key(SortKey::Relevance) => {
                return Err(Error::rule(schema, "", "an order by keys and aggregates: relevance is of documents, not of groups"));
            }
        };
        if !sort.contains_key(&field) {
            sort.insert(field, direction.sign());
        }
    }
    Ok(sort)
}

/// The field of the rows that holds the key at this path.
fn key_field(schema: &Schema, keys: &[RawPath], path: &str) -> Result<String> {
    let mut there = keys.iter().enumerate().filter(|(_, key)| key.stored() == path).map(|(at, _)| at);
    match (there.next(), there.next()) {
        (Some(_), None) if keys.len() == 1 => Ok("_id".to_owned()),
        (Some(at), None) => Ok(format!("_id.{}", part(at))),
        (None, _) => Err(Error::rule(schema, path, "to be one of the paths that are grouped by: groups have no other fields")),
        // Fields of two variants may have one name.
        (Some(_), Some(_)) => Err(Error::rule(schema, path, "to be grouped by once, for groups to be ordered by it")),
    }
}
