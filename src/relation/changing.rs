//! [`Changing`]: one document changed, whatever form it is stored in, and [`change_many`]; shared by `update`, `update_many`, `upsert`, `save`
//! and the changes of related documents.

use super::referential::{Moved, following, following_one};
use crate::{
    Error, Result,
    codec::from_document,
    db::Db,
    driver::{FindSpec, ReadOptions, Scope, UpdateCounts, UpdateSpec},
    render::{RenderedUpdate, Written},
    schema::Schema,
};
use bson::{Document, RawDocumentBuf};
use std::time::Duration;

/// A document that is to be changed.
pub(crate) struct Changing<'c> {
    pub(crate) db: &'c Db,
    pub(crate) scope: &'c Scope,
    pub(crate) schema: &'static Schema,
    /// What names the document.
    pub(crate) filter: &'c Document,
    pub(crate) update: &'c RenderedUpdate,
    /// Whether the document could not be brought into the form that the codec writes, as one that the model cannot read.
    is_stuck: bool,
}

impl<'c> Changing<'c> {
    pub(crate) fn new(db: &'c Db, scope: &'c Scope, schema: &'static Schema, filter: &'c Document, update: &'c RenderedUpdate) -> Self {
        Self { db, scope, schema, filter, update, is_stuck: false }
    }

    /// Sends the update and gives the document that it reached, as `spec` asks for it. One atomic command.
    pub(crate) async fn send(&self, spec: UpdateSpec) -> Result<Option<RawDocumentBuf>> {
        let (connection, reached) = (self.db.connection(), self.update.reached(self.filter));
        match self.update.written.clone() {
            Written::Nothing => connection.find_one(self.scope, self.schema, reached, FindSpec::on_primary()).await,
            Written::Operators { update, array_filters } => {
                let spec = UpdateSpec { array_filters, ..spec };
                connection.find_one_and_update(self.scope, self.schema, reached, update, spec).await
            }
            Written::Pipeline(stages) => connection.find_one_and_update(self.scope, self.schema, reached, stages, spec).await,
        }
    }

    /// The same where keys reference what it changes, and follow in the transaction of the update.
    pub(crate) async fn send_followed(&self, limit: Option<Duration>, moved: &[Moved], spec: UpdateSpec) -> Result<Option<RawDocumentBuf>> {
        if moved.is_empty() {
            return self.send(spec).await;
        }
        let db = self.db.within(self.scope.deadline);
        following_one(&db, limit, self.schema, moved, self.filter, &spec, |tx| {
            let spec = spec.clone();
            async move {
                let scope = tx.scope(limit);
                Changing::new(&tx, &scope, self.schema, self.filter, self.update).send(spec).await
            }
        })
        .await
    }

    /// Sends the update and gives whether it reached a document, which the server does not send then. One atomic command.
    pub(crate) async fn send_unanswered(&self) -> Result<bool> {
        let (connection, reached) = (self.db.connection(), self.update.reached(self.filter));
        let spec = UpdateSpec::default();
        let counts = match self.update.written.clone() {
            Written::Nothing => return Ok(connection.find_one(self.scope, self.schema, reached, FindSpec::on_primary()).await?.is_some()),
            Written::Operators { update, array_filters } => {
                let spec = UpdateSpec { array_filters, ..spec };
                connection.update_one(self.scope, self.schema, reached, update, spec).await?
            }
            Written::Pipeline(stages) => connection.update_one(self.scope, self.schema, reached, stages, spec).await?,
        };
        Ok(counts.matched > 0)
    }

    /// After an update that reached nothing: whether there is such a document, so that the update is to be sent again. Brings it into the
    /// form that the operators take where it is in another.
    ///
    /// # Errors
    /// The rules that the document breaks.
    pub(crate) async fn settle(&mut self) -> Result<bool> {
        if self.update.reaches_all() {
            return Ok(false);
        }
        let answer = answer(self.db, self.scope, self.schema, self.update.look(self.filter)).await?;
        let looked = self.update.looked(&answer);
        if !looked.broken.is_empty() {
            return Err(Error::invalid(self.schema, looked.broken));
        }
        if looked.found && looked.odd {
            if self.is_stuck {
                return Err(Error::rule(self.schema, "", "a stored form that the model can read"));
            }
            let (odd, stages) = self.update.normalised(self.filter);
            let mended = self.db.connection().update_one(self.scope, self.schema, odd, stages, UpdateSpec::default()).await?;
            // Nothing is changed either where someone else was first: then the next look finds nothing odd.
            self.is_stuck = mended.modified == 0;
        }
        Ok(looked.found)
    }
}

/// Changes all documents that match `filter`; gives what the update did, and how many it left out because they are, or would have become,
/// what the model cannot read. Where keys reference what it changes, they follow in the transaction of the update.
pub(crate) async fn change_many(
    db: &Db,
    scope: &Scope,
    schema: &'static Schema,
    filter: &Document,
    update: &RenderedUpdate,
    moved: &[Moved],
) -> Result<(UpdateCounts, u64)> {
    if moved.is_empty() {
        return change_matching(db, scope, schema, filter, update).await;
    }
    following(&db.within(scope.deadline), None, schema, moved, filter, |tx| async move {
        change_matching(&tx, &tx.scope(None), schema, filter, update).await
    })
    .await
}

async fn change_matching(
    db: &Db,
    scope: &Scope,
    schema: &'static Schema,
    filter: &Document,
    update: &RenderedUpdate,
) -> Result<(UpdateCounts, u64)> {
    let mut refused = 0;
    while !update.reaches_all() {
        let (broken, odd) = RenderedUpdate::counted(&answer(db, scope, schema, update.count(filter)).await?);
        refused = broken + odd;
        if odd == 0 {
            break;
        }
        let (odd, stages) = update.normalised(filter);
        let mended = db.connection().update_many(scope, schema, odd, stages, UpdateSpec::default()).await?;
        // What is left is what the model cannot read.
        if mended.modified == 0 {
            break;
        }
    }
    let (connection, reached) = (db.connection(), update.reached(filter));
    let counts = match update.written.clone() {
        Written::Nothing => {
            let matched = connection.count(scope, schema, reached, ReadOptions::on_primary()).await?;
            UpdateCounts { matched, modified: 0 }
        }
        Written::Operators { update, array_filters } => {
            let spec = UpdateSpec { array_filters, ..UpdateSpec::default() };
            connection.update_many(scope, schema, reached, update, spec).await?
        }
        Written::Pipeline(stages) => connection.update_many(scope, schema, reached, stages, UpdateSpec::default()).await?,
    };
    Ok((counts, refused))
}

/// The one document that a pipeline gives.
async fn answer(db: &Db, scope: &Scope, schema: &'static Schema, pipeline: Vec<Document>) -> Result<Document> {
    let mut cursor = db.connection().aggregate(scope, schema, pipeline, ReadOptions::on_primary()).await?;
    while let Some(batch) = cursor.next_batch().await? {
        if let Some(document) = batch.documents().next() {
            let bytes = document?;
            return from_document(bytes).map_err(|error| Error::decode(schema, bytes, error));
        }
    }
    Ok(Document::new())
}
