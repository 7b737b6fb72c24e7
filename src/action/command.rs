//! [`ReadCommand`]: the command that a read of documents becomes, a find where one can say it and else an aggregate.
//!
//! Made by `read`, `page` and `cursor_read`; sent by them, or explained.

use crate::{
    Error, Result,
    db::Db,
    driver::{Explained, FindSpec, RawCursor, ReadOptions, Scope},
    render::{Matched, RenderedOrder, render_read},
    schema::Schema,
};
use bson::Document;

/// A rendered read.
#[derive(Debug)]
pub(super) enum ReadCommand {
    Find(Document, Box<FindSpec>),
    Aggregate(Vec<Document>, Box<ReadOptions>),
}

impl ReadCommand {
    /// The documents that match, in this order, which stands in the place of that of `spec`.
    ///
    /// # Errors
    /// Options that an aggregate does not have, where only that can say it.
    pub(super) fn of(schema: &Schema, matched: Matched, order: RenderedOrder, spec: FindSpec) -> Result<Self> {
        if matched.is_plain() && order.lookups.is_empty() {
            return Ok(Self::Find(matched.first, Box::new(FindSpec { sort: order.sort, ..spec })));
        }
        let FindSpec { projection, skip, limit, options, .. } = spec;
        check_aggregate(schema, &options, "a filter or an order by which related documents are looked up")?;
        Ok(Self::Aggregate(render_read(matched, order, skip, limit, projection), Box::new(options)))
    }

    pub(super) async fn open(self, db: &Db, scope: &Scope, schema: &'static Schema) -> Result<RawCursor> {
        match self {
            Self::Find(filter, spec) => db.connection().find(scope, schema, filter, *spec).await,
            Self::Aggregate(pipeline, options) => db.connection().aggregate(scope, schema, pipeline, *options).await,
        }
    }

    pub(super) fn explained(self, schema: &Schema) -> Explained {
        match self {
            Self::Find(filter, spec) => Explained::find(schema.collection, filter, *spec),
            Self::Aggregate(pipeline, options) => Explained::aggregate(schema.collection, pipeline, *options),
        }
    }
}

/// Refuses the options of a find where an aggregate is sent, which is because of `what`.
///
/// # Errors
/// `no_cursor_timeout` and `allow_partial_results`.
pub(super) fn check_aggregate(schema: &Schema, options: &ReadOptions, what: &str) -> Result<()> {
    if options.no_cursor_timeout.is_none() && options.allow_partial_results.is_none() {
        return Ok(());
    }
    let rule = format!("a read without `no_cursor_timeout` and `allow_partial_results`, which an aggregate does not have, for {what}");
    Err(Error::rule(schema, "", rule))
}
