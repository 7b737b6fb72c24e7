//! Aggregates as accumulators of a group, and the fields that hold their results.

use super::term::{is_double, read, render_or_missing, render_term, whole_of_double};
use crate::{
    Error, Result,
    query::{Aggregate, RawPath},
    schema::Schema,
};
use bson::{Bson, Document, doc};

/// The aggregates of a group, each once, whoever asks for it.
#[derive(Default)]
pub(super) struct Fields<'a>(Vec<&'a Aggregate>);

impl<'a> Fields<'a> {
    /// The field of the rows that holds the aggregate.
    pub(super) fn name(&mut self, aggregate: &'a Aggregate) -> String {
        let known = self.0.iter().position(|known| *known == aggregate);
        let at = known.unwrap_or_else(|| {
            self.0.push(aggregate);
            self.0.len() - 1
        });
        format!("a{at}")
    }

    /// What the server collects for each of them.
    ///
    /// # Errors
    /// A path that cannot be asked for.
    pub(super) fn accumulators(&self, schema: &Schema) -> Result<Document> {
        let mut accumulators = Document::new();
        for (at, aggregate) in self.0.iter().enumerate() {
            accumulators.insert(format!("a{at}"), accumulator(schema, aggregate)?);
        }
        Ok(accumulators)
    }
}

/// What the server collects of a group. It leaves out null and missing, and from sums and averages all that is no number.
pub(super) fn accumulator(schema: &Schema, aggregate: &Aggregate) -> Result<Document> {
    Ok(match aggregate {
        Aggregate::Count => doc! { "$sum": 1 },
        Aggregate::CountOf(path) => doc! { "$sum": { "$cond": [{ "$gt": [read(schema, path, false)?, Bson::Null] }, 1, 0] } },
        // Doubles that stand for whole numbers would be added as Doubles, and digits be lost.
        Aggregate::Sum { of, whole: true } if is_double(schema, of) => doc! { "$sum": whole_of_double(render_or_missing(schema, of)?) },
        Aggregate::Sum { of, .. } => doc! { "$sum": render_or_missing(schema, of)? },
        Aggregate::Avg(of) => doc! { "$avg": render_or_missing(schema, of)? },
        Aggregate::Min(of) => doc! { "$min": render_or_missing(schema, of)? },
        Aggregate::Max(of) => doc! { "$max": render_or_missing(schema, of)? },
        Aggregate::First(of) => doc! { "$first": render_term(schema, of)? },
        Aggregate::Last(of) => doc! { "$last": render_term(schema, of)? },
        Aggregate::List(of) => doc! { "$push": render_term(schema, of)? },
        Aggregate::Set(of) => doc! { "$addToSet": render_term(schema, of)? },
    })
}

/// Refuses a map's key that cannot stand in a path.
///
/// # Errors
/// Such a key.
pub(super) fn check_path(schema: &Schema, path: &RawPath) -> Result<()> {
    match path.fault() {
        Some(fault) => Err(Error::rule(schema, path.stored(), fault.rule())),
        None => Ok(()),
    }
}
