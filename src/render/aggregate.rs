//! Aggregates as one pipeline that groups, and the names of their results in its rows.

use super::filter::render_filter;
use crate::{
    Error, Result,
    query::{Aggregate, Expr, RawPath, place},
    schema::{Kind, Layout, Schema},
};
use bson::{Bson, Document, doc};

/// A pipeline that groups, and where its rows hold what was asked for.
#[derive(Debug)]
pub(crate) struct RenderedGroups {
    pub(crate) pipeline: Vec<Document>,
    /// The field of each aggregate, in the order in which they were asked for.
    pub(crate) results: Vec<String>,
}

/// The pipeline for these aggregates of all documents that match. It has no row where there are none.
///
/// # Errors
/// A filter that cannot be rendered, or a path that cannot be asked for.
pub(crate) fn render_aggregates(schema: &Schema, filter: &Expr, selected: &[Aggregate]) -> Result<RenderedGroups> {
    let mut pipeline = Vec::new();
    let filter = render_filter(schema, filter)?;
    if !filter.is_empty() {
        pipeline.push(doc! { "$match": filter });
    }
    let mut fields = Fields::default();
    let results = selected.iter().map(|aggregate| fields.name(aggregate)).collect();
    let mut group = doc! { "_id": Bson::Null };
    group.extend(fields.accumulators(schema)?);
    pipeline.push(doc! { "$group": group });
    Ok(RenderedGroups { pipeline, results })
}

/// The aggregates of a group, each once, whoever asks for it.
#[derive(Default)]
struct Fields<'a>(Vec<&'a Aggregate>);

impl<'a> Fields<'a> {
    /// The field of the rows that holds the aggregate.
    fn name(&mut self, aggregate: &'a Aggregate) -> String {
        let known = self.0.iter().position(|known| *known == aggregate);
        let at = known.unwrap_or_else(|| {
            self.0.push(aggregate);
            self.0.len() - 1
        });
        format!("a{at}")
    }

    fn accumulators(&self, schema: &Schema) -> Result<Document> {
        let mut accumulators = Document::new();
        for (at, aggregate) in self.0.iter().enumerate() {
            accumulators.insert(format!("a{at}"), accumulator(schema, aggregate)?);
        }
        Ok(accumulators)
    }
}

/// What the server collects of a group. It leaves out null and missing, and from sums and averages all that is no number.
fn accumulator(schema: &Schema, aggregate: &Aggregate) -> Result<Document> {
    Ok(match aggregate {
        Aggregate::Count => doc! { "$sum": 1 },
        Aggregate::CountOf(path) => doc! { "$sum": { "$cond": [{ "$gt": [values(schema, path)?, Bson::Null] }, 1, 0] } },
        // Doubles that stand for whole numbers would be added as Doubles, and digits be lost.
        Aggregate::Sum { path, whole: true } if matches!(place(Layout::from(schema), path).kind, Kind::Double { .. }) => {
            doc! { "$sum": { "$toLong": values(schema, path)? } }
        }
        Aggregate::Sum { path, .. } => doc! { "$sum": values(schema, path)? },
        Aggregate::Avg(path) => doc! { "$avg": values(schema, path)? },
        Aggregate::Min(path) => doc! { "$min": values(schema, path)? },
        Aggregate::Max(path) => doc! { "$max": values(schema, path)? },
    })
}

/// What the model reads at a path, as an expression; where that is `None`, it may be missing too.
fn values(schema: &Schema, path: &RawPath) -> Result<Bson> {
    check_path(schema, path)?;
    Ok(place(Layout::from(schema), path).read_or_missing("", path))
}

fn check_path(schema: &Schema, path: &RawPath) -> Result<()> {
    match path.fault() {
        Some(fault) => Err(Error::rule(schema, path.stored(), fault.rule())),
        None => Ok(()),
    }
}
