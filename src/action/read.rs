//! [`FindQuery`]: what a read asks for, and how it is read.
//!
//! Filled by the builder in `find`; read by it and by `stream`.

use super::decode::decode;
use crate::{
    Result,
    db::Db,
    driver::{Batch, FindSpec, RawCursor, ReadOptions, Scope, options::ReadPreference},
    model::Model,
    query::{Attach, Expr, Fetched, SortKey, Test},
    relation,
    render::{render_filter, render_sort},
};
use bson::{Bson, Document};
use std::{sync::Arc, time::Duration};

/// What a read asks for.
pub(super) struct FindQuery<M> {
    pub(super) expr: Expr,
    pub(super) sort: Vec<SortKey>,
    pub(super) skip: Option<u64>,
    pub(super) take: Option<u64>,
    pub(super) options: ReadOptions,
    pub(super) includes: Vec<Arc<dyn Attach<M>>>,
    pub(super) deadline: Option<Duration>,
}

impl<M> FindQuery<M> {
    pub(super) fn new(expr: Expr) -> Self {
        Self { expr, sort: Vec::new(), skip: None, take: None, options: ReadOptions::default(), includes: Vec::new(), deadline: None }
    }
}

impl<M: Model> FindQuery<M> {
    /// Everything that matches, in one `Vec`.
    pub(super) async fn read(&self, db: &Db, scope: &Scope, limit: Option<i64>) -> Result<Vec<M>> {
        if self.takes_nothing() {
            return Ok(Vec::new());
        }
        let mut cursor = self.open(db, scope, limit, None).await?;
        let mut found = Vec::new();
        if self.includes.is_empty() {
            while let Some(batch) = cursor.next_batch().await? {
                for document in batch.documents() {
                    found.push(decode(document?)?);
                }
            }
            return Ok(found);
        }
        let mut batches = Vec::new();
        while let Some(batch) = cursor.next_batch().await? {
            batches.push(batch);
        }
        self.decode_with_related(db, scope, &batches).await
    }

    /// Whether the answer is known to be empty: the server takes a limit of 0 for none at all.
    pub(super) fn takes_nothing(&self) -> bool {
        self.take == Some(0)
    }

    /// Sends the `find`.
    pub(super) async fn open(&self, db: &Db, scope: &Scope, limit: Option<i64>, projection: Option<Document>) -> Result<RawCursor> {
        let schema = M::schema();
        let filter = render_filter(schema, &self.expr)?;
        let sort = render_sort(schema, &self.sort, &filter)?;
        let take = self.take.map(|take| i64::try_from(take).unwrap_or(i64::MAX));
        let spec = FindSpec { sort, skip: self.skip, limit: limit.or(take), projection, options: self.options.clone() };
        db.connection().find(scope, schema, filter, spec).await
    }

    /// The documents of these batches as values, their included relations loaded.
    pub(super) async fn decode_with_related(&self, db: &Db, scope: &Scope, batches: &[Batch]) -> Result<Vec<M>> {
        let mut documents: Vec<&[u8]> = Vec::new();
        for batch in batches {
            for document in batch.documents() {
                documents.push(document?);
            }
        }
        let nodes = relation::nodes(&self.includes)?;
        let fetched: Vec<Fetched> =
            if nodes.is_empty() || documents.is_empty() { Vec::new() } else { relation::load(db, scope, &nodes, &documents).await? };
        let mut found = Vec::with_capacity(documents.len());
        for (at, document) in documents.into_iter().enumerate() {
            let mut value: M = decode(document)?;
            for (include, fetched) in self.includes.iter().zip(&fetched) {
                include.attach(&mut value, at, fetched)?;
            }
            found.push(value);
        }
        Ok(found)
    }

    /// The id that the read names, for an error.
    pub(super) fn id(&self) -> Option<&Bson> {
        named_id(&self.expr)
    }
}

/// A read that belongs to a write: a secondary may not have the document yet.
pub(super) fn on_primary() -> FindSpec {
    let options = ReadOptions { read_preference: Some(ReadPreference::Primary), ..ReadOptions::default() };
    FindSpec { options, ..FindSpec::default() }
}

/// The `_id` that a filter names, where it is by an id.
pub(super) fn named_id(expr: &Expr) -> Option<&Bson> {
    match expr {
        Expr::Test(path, Test::Eq(id)) if path.stored() == "_id" => Some(id),
        Expr::And(all) => all.iter().find_map(named_id),
        _ => None,
    }
}
