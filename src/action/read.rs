//! [`FindQuery`]: what a read asks for, and how it is read.
//!
//! Filled by the builder in `find`; read by it, by `stream` and by `page`.

use super::{
    command::{ReadCommand, check_aggregate},
    decode::decode,
    rows::Rows,
};
use crate::{
    Error, Result,
    codec::{DecodeError, Raw},
    db::Db,
    driver::{Batch, FindSpec, RawCursor, ReadOptions, Scope},
    model::Model,
    query::{Attach, Column, Expr, Fetched, RawPath, SortKey},
    relation,
    render::{Firsts, render_firsts, render_matched, render_order, render_sort},
    schema::Schema,
};
use bson::Document;
use std::{sync::Arc, time::Duration};

/// What a read of documents of `M` asks for, of each of which it makes a `T`.
pub(super) struct FindQuery<M, T = M> {
    pub(super) expr: Expr,
    pub(super) sort: Vec<SortKey>,
    pub(super) skip: Option<u64>,
    pub(super) take: Option<u64>,
    /// Of documents that are alike at these paths only the first is read.
    pub(super) distinct: Vec<RawPath>,
    pub(super) options: ReadOptions,
    pub(super) includes: Vec<Arc<dyn Attach<M>>>,
    pub(super) deadline: Option<Duration>,
    pub(super) rows: Rows<M, T>,
}

impl<M> FindQuery<M> {
    pub(super) fn new(expr: Expr) -> Self {
        Self {
            expr,
            sort: Vec::new(),
            skip: None,
            take: None,
            distinct: Vec::new(),
            options: ReadOptions::default(),
            includes: Vec::new(),
            deadline: None,
            rows: Rows::whole(),
        }
    }
}

impl<M, T> FindQuery<M, T> {
    /// The same read, of which something else is made.
    pub(super) fn with_rows<U>(self, rows: Rows<M, U>) -> FindQuery<M, U> {
        let Self { expr, sort, skip, take, distinct, options, includes, deadline, rows: _ } = self;
        FindQuery { expr, sort, skip, take, distinct, options, includes, deadline, rows }
    }
}

impl<M: Model, T> FindQuery<M, T> {
    /// Reads what the filter and the order ask of related documents, before they are rendered.
    ///
    /// # Errors
    /// Those of the reads; before anything is sent, what is wrong with the includes, and `distinct_by` in an order by related documents, which
    /// would be looked up for those that are left out too.
    pub(super) async fn resolve(&mut self, db: &Db, scope: &Scope) -> Result<()> {
        relation::nodes(&self.includes)?;
        if let (false, Some(SortKey::Related(key))) = (self.distinct.is_empty(), self.sort.iter().find(|key| key.is_related())) {
            return Err(Error::rule(M::schema(), key.relation, "an order by the documents' own fields for `distinct_by`"));
        }
        let expr = std::mem::replace(&mut self.expr, Expr::All);
        self.expr = relation::resolve(db, scope, expr, &self.options).await?;
        self.sort = relation::resolve_order(db, scope, std::mem::take(&mut self.sort), &self.options).await?;
        Ok(())
    }

    /// Everything that matches, in one `Vec`.
    pub(super) async fn read(&self, db: &Db, scope: &Scope, limit: Option<i64>) -> Result<Vec<T>> {
        if self.takes_nothing() {
            return Ok(Vec::new());
        }
        let projection = self.rows.projection(M::schema())?;
        let options = self.options_of_whole();
        let cursor = self.render_with(options, limit, projection)?.open(db, scope, M::schema()).await?;
        match &self.rows {
            // Each batch is forgotten as soon as it is read.
            Rows::Whole(whole) if self.includes.is_empty() => each(cursor, decode::<M>).await.map(whole),
            Rows::Lenient(lenient) if self.includes.is_empty() => each(cursor, |document| Ok(decode::<M>(document))).await.map(lenient),
            Rows::Selected(columns, read) => each(cursor, |document| select::<M, T>(columns, *read, document)).await,
            _ => {
                let batches = cursor.all().await?;
                self.values(db, scope, documents(&batches)?).await
            }
        }
    }

    /// Whether the answer is known to be empty: the server takes a limit of 0 for none at all.
    pub(super) fn takes_nothing(&self) -> bool {
        self.take == Some(0)
    }

    /// Sends the read's command.
    pub(super) async fn open(&self, db: &Db, scope: &Scope, limit: Option<i64>, projection: Option<Document>) -> Result<RawCursor> {
        self.render(limit, projection)?.open(db, scope, M::schema()).await
    }

    /// The command that is sent: a `find`, unless related documents are looked up, or only the first of documents that are alike is read.
    pub(super) fn render(&self, limit: Option<i64>, projection: Option<Document>) -> Result<ReadCommand> {
        self.render_with(self.options.clone(), limit, projection)
    }

    /// The options of a read that is given back as a whole: where related documents wait for all of it, all of it comes in one round trip.
    fn options_of_whole(&self) -> ReadOptions {
        let at_once = (!self.includes.is_empty()).then_some(relation::AT_ONCE);
        ReadOptions { batch_size: self.options.batch_size.or(at_once), ..self.options.clone() }
    }

    fn render_with(&self, options: ReadOptions, limit: Option<i64>, projection: Option<Document>) -> Result<ReadCommand> {
        let schema = M::schema();
        let matched = render_matched(schema, &self.expr)?;
        let limit = limit.or(self.take.map(|take| i64::try_from(take).unwrap_or(i64::MAX)));
        let skip = self.skip;
        if self.distinct.is_empty() {
            let order = render_order(schema, &self.sort, &matched.first)?;
            return ReadCommand::of(schema, matched, order, FindSpec { sort: None, skip, limit, projection, options });
        }
        check_aggregate(schema, &options, "`distinct_by`")?;
        let sort = render_sort(schema, &self.sort, &matched.first)?;
        let pipeline = render_firsts(schema, &self.distinct, Firsts { matched, sort, skip, limit, projection })?;
        Ok(ReadCommand::Aggregate(pipeline, Box::new(options)))
    }

    /// Refuses what a read in slices has no place for.
    ///
    /// # Errors
    /// `distinct_by`: the first of those that are alike may lie in another slice.
    pub(super) fn check_sliced(&self) -> Result<()> {
        if self.distinct.is_empty() {
            return Ok(());
        }
        Err(Error::rule(M::schema(), "", "a read without `distinct_by` to be read by pages or from a cursor"))
    }

    /// What is made of these documents, their included relations loaded.
    pub(super) async fn values(&self, db: &Db, scope: &Scope, documents: Vec<&[u8]>) -> Result<Vec<T>> {
        match &self.rows {
            Rows::Whole(whole) => {
                let mut found = documents.iter().map(|document| decode::<M>(document)).collect::<Result<Vec<M>>>()?;
                let fetched = self.load(db, scope, &documents).await?;
                for (at, value) in found.iter_mut().enumerate() {
                    self.attach(value, at, &fetched, false)?;
                }
                Ok(whole(found))
            }
            Rows::Lenient(lenient) => {
                let mut found: Vec<Result<M>> = documents.iter().map(|document| decode::<M>(document)).collect();
                // Nothing is loaded for a document that cannot be read.
                let readable: Vec<&[u8]> =
                    documents.iter().zip(&found).filter(|(_, value)| value.is_ok()).map(|(document, _)| *document).collect();
                let fetched = self.load(db, scope, &readable).await?;
                let mut at = 0;
                for slot in &mut found {
                    if let Ok(value) = slot {
                        let attached = self.attach(value, at, &fetched, true);
                        at += 1;
                        if let Err(error) = attached {
                            *slot = Err(error);
                        }
                    }
                }
                Ok(lenient(found))
            }
            Rows::Selected(columns, read) => documents.into_iter().map(|document| select::<M, T>(columns, *read, document)).collect(),
        }
    }

    /// The related documents of these.
    async fn load(&self, db: &Db, scope: &Scope, documents: &[&[u8]]) -> Result<Vec<Fetched>> {
        let nodes = relation::nodes(&self.includes)?;
        if nodes.is_empty() || documents.is_empty() {
            return Ok(Vec::new());
        }
        relation::load(db, scope, &nodes, documents, &relation::of_related(&self.options)).await
    }

    fn attach(&self, value: &mut M, at: usize, fetched: &[Fetched], lenient: bool) -> Result<()> {
        self.includes.iter().zip(fetched).try_for_each(|(include, fetched)| include.attach(value, at, fetched, lenient))
    }

    /// The error of a read that found nothing, with the key that it names.
    pub(super) fn not_found(&self, schema: &Schema) -> Error {
        Error::not_found_by(schema, &self.expr)
    }
}

/// What is made of each document of a result.
async fn each<U>(mut cursor: RawCursor, make: impl Fn(&[u8]) -> Result<U>) -> Result<Vec<U>> {
    let mut found = Vec::new();
    while let Some(batch) = cursor.next_batch().await? {
        for document in batch.documents() {
            found.push(make(document?)?);
        }
    }
    Ok(found)
}

/// The documents of these batches, in order.
pub(super) fn documents(batches: &[Batch]) -> Result<Vec<&[u8]>> {
    batches.iter().flat_map(Batch::documents).collect()
}

/// The selected values of one document.
fn select<M: Model, T>(columns: &[Column], read: fn(&[Column], &Raw<'_>) -> Result<T, DecodeError>, document: &[u8]) -> Result<T> {
    let selected = Raw::document(document).and_then(|raw| read(columns, &raw));
    selected.map_err(|error| Error::decode(M::schema(), document, error))
}
