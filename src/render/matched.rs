//! [`Matched`]: a filter as the stages that leave the documents it matches.
//!
//! One match, which a find takes as well; and where tests of related documents are left in the filter, of which the keys are too many to be
//! named, a `$lookup` for each behind what else the filter asks.

use super::{
    filter::render_filter,
    include::{COUNT, key_fields, naming},
    number::as_long,
    related::related_by,
};
use crate::{
    Error, Result,
    query::{Expr, Numbers, RawPath, RelatedTest, Stored, Test},
    schema::{RelationSchema, Schema},
};
use bson::{Bson, Document, doc};

/// What the fields are called that hold what was looked up; gone again before documents are sent.
const LOOKED_UP: &str = "__chakra_r";

/// A rendered filter.
#[derive(Debug)]
pub(crate) struct Matched {
    /// What is asked of documents as they are stored.
    pub(crate) first: Document,
    /// What follows, where related documents are looked up.
    looked_up: Vec<Document>,
}

impl Matched {
    /// Whether the first match is all.
    pub(crate) fn is_plain(&self) -> bool {
        self.looked_up.is_empty()
    }

    /// The same with another condition in its first match.
    pub(crate) fn with_first(self, change: impl FnOnce(Document) -> Document) -> Self {
        Self { first: change(self.first), ..self }
    }

    /// The stages, of which there are none where everything matches.
    pub(crate) fn into_stages(self) -> Vec<Document> {
        let first = (!self.first.is_empty()).then(|| doc! { "$match": self.first });
        first.into_iter().chain(self.looked_up).collect()
    }
}

/// `expr` on documents of this model.
///
/// # Errors
/// As [`render_filter`], and a search in what is looked up or in an alternative to it.
pub(crate) fn render_matched(schema: &Schema, expr: &Expr) -> Result<Matched> {
    if !expr.has_related() {
        return Ok(Matched { first: render_filter(schema, expr)?, looked_up: Vec::new() });
    }
    let (asking, plain): (Vec<Expr>, Vec<Expr>) = match expr {
        Expr::And(all) => all.iter().cloned().partition(Expr::has_related),
        expr => (vec![expr.clone()], Vec::new()),
    };
    if asking.iter().any(Expr::has_search) {
        return Err(Error::rule(schema, "", "no search in an alternative to related documents that have to be looked up"));
    }
    let first = render_filter(schema, &Expr::And(plain))?;
    let mut lookups = Lookups::default();
    let asking = lookups.each(&asking)?;
    let mut looked_up = lookups.stages;
    looked_up.push(doc! { "$match": render_filter(schema, &Expr::And(asking))? });
    looked_up.push(doc! { "$unset": lookups.fields });
    Ok(Matched { first, looked_up })
}

/// The stages that look related documents up, while a filter is walked.
#[derive(Default)]
struct Lookups {
    stages: Vec<Document>,
    fields: Vec<String>,
}

impl Lookups {
    fn each(&mut self, exprs: &[Expr]) -> Result<Vec<Expr>> {
        exprs.iter().map(|expr| self.expr(expr)).collect()
    }

    /// `expr` with a test of what was looked up in the place of each test of related documents.
    fn expr(&mut self, expr: &Expr) -> Result<Expr> {
        Ok(match expr {
            Expr::And(all) => Expr::And(self.each(all)?),
            Expr::Or(any) => Expr::Or(self.each(any)?),
            Expr::Not(inner) => Expr::Not(Box::new(self.expr(inner)?)),
            Expr::Related(test) => {
                let field = format!("{LOOKED_UP}{}", self.fields.len());
                self.stages.extend(render_join(test.owner, related_by(test)?, &test.inner, enough(test), &field)?);
                let is_empty = Expr::Test(RawPath::of(&[&field, "0"]), Test::Stored(Stored::Missing));
                self.fields.push(field);
                is_empty.negate()
            }
            plain => plain.clone(),
        })
    }
}

/// What is looked up for a test, and no more: a document where the test is true, and none where it is not.
fn enough(test: &RelatedTest) -> Vec<Document> {
    if test.count.is_some() {
        return vec![doc! { "$limit": 1 }, doc! { "$project": { "_id": 1 } }];
    }
    vec![doc! { "$count": COUNT }, doc! { "$match": one_of(COUNT, &test.count) }]
}

/// The stages that put into a field what `tail` makes of the related documents that match `filter`, found by the index of their key. Keys that
/// stand in this field first are what is looked up.
///
/// # Errors
/// A filter that cannot be rendered, or that holds a search.
pub(super) fn render_join(
    owner: &'static Schema,
    relation: &RelationSchema,
    filter: &Expr,
    tail: Vec<Document>,
    into: &str,
) -> Result<Vec<Document>> {
    let target = (relation.target)();
    let (here, there) = key_fields(owner, relation)?;
    // The server takes a search in the first stage of a pipeline only, and the key comes first.
    if filter.has_search() {
        return Err(Error::rule(target, "", "no search in a filter by which related documents are looked up for each document"));
    }
    let mut pipeline = Vec::new();
    // The server joins what is nothing here with what is nothing there.
    if here != "_id" && there != "_id" {
        pipeline.push(doc! { "$match": { there: { "$ne": Bson::Null } } });
    }
    pipeline.extend(render_matched(target, filter)?.into_stages());
    pipeline.extend(tail);
    let keys = naming(owner, relation)?.map(|keys| doc! { "$set": { into: keys } });
    let local = if keys.is_some() { into } else { here };
    let lookup = doc! { "$lookup": {
        "from": target.collection,
        "localField": local,
        "foreignField": there,
        "pipeline": pipeline,
        "as": into,
    } };
    Ok(keys.into_iter().chain([lookup]).collect())
}

/// The condition that a field holds one of these numbers.
pub(super) fn one_of(field: &str, numbers: &Numbers) -> Document {
    let (mut single, mut ranges) = (Vec::new(), Vec::new());
    for range in numbers.ranges() {
        let (from, to) = (*range.start(), *range.end());
        if from == to {
            single.push(as_long(from));
        } else if to == u64::MAX {
            ranges.push(doc! { field: { "$gte": as_long(from) } });
        } else {
            ranges.push(doc! { field: { "$gte": as_long(from), "$lte": as_long(to) } });
        }
    }
    match (single.as_slice(), ranges.as_slice()) {
        ([], [range]) => range.clone(),
        ([number], []) => doc! { field: *number },
        (_, []) => doc! { field: { "$in": single } },
        ([], _) => doc! { "$or": ranges },
        _ => {
            ranges.insert(0, doc! { field: { "$in": single } });
            doc! { "$or": ranges }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_asked_for_in_the_shortest_form() {
        let one = |ranges: Vec<std::ops::RangeInclusive<u64>>| one_of("n", &Numbers::of(ranges));
        assert_eq!(one(vec![3..=3]), doc! { "n": 3_i64 });
        assert_eq!(one(vec![3..=3, 5..=5]), doc! { "n": { "$in": [3_i64, 5_i64] } });
        assert_eq!(one(vec![4..=u64::MAX]), doc! { "n": { "$gte": 4_i64 } });
        assert_eq!(one(vec![2..=4]), doc! { "n": { "$gte": 2_i64, "$lte": 4_i64 } });
        let several = doc! { "$or": [{ "n": { "$in": [1_i64] } }, { "n": { "$gte": 4_i64, "$lte": 5_i64 } }] };
        assert_eq!(one(vec![4..=5, 1..=1]), several);
        assert_eq!(one(vec![1..=2, 4..=u64::MAX]), doc! { "$or": [{ "n": { "$gte": 1_i64, "$lte": 2_i64 } }, { "n": { "$gte": 4_i64 } }] });
    }
}
