//! [`Changing`]: one document changed, whatever form it is stored in; shared by `update`, `upsert` and `save`.

use super::read::on_primary;
use crate::{
    Error, Result,
    codec::from_document,
    db::Db,
    driver::{ReadOptions, Scope, UpdateSpec, options::ReadPreference},
    relation::{Moved, following},
    render::{RenderedUpdate, Written},
    schema::Schema,
};
use bson::{Document, RawDocumentBuf};
use std::time::Duration;

/// A document that is to be changed.
pub(super) struct Changing<'c> {
    pub(super) db: &'c Db,
    pub(super) scope: &'c Scope,
    pub(super) schema: &'static Schema,
    /// What names the document.
    pub(super) filter: &'c Document,
    pub(super) update: &'c RenderedUpdate,
    /// Whether the document could not be brought into the form that the codec writes, as one that the model cannot read.
    is_stuck: bool,
}

impl<'c> Changing<'c> {
    pub(super) fn new(db: &'c Db, scope: &'c Scope, schema: &'static Schema, filter: &'c Document, update: &'c RenderedUpdate) -> Self {
        Self { db, scope, schema, filter, update, is_stuck: false }
    }

    /// Sends the update and gives the document that it reached, as `spec` asks for it. One atomic command.
    pub(super) async fn send(&self, spec: UpdateSpec) -> Result<Option<RawDocumentBuf>> {
        let (connection, reached) = (self.db.connection(), self.update.reached(self.filter));
        match self.update.written.clone() {
            Written::Nothing => connection.find_one(self.scope, self.schema, reached, on_primary()).await,
            Written::Operators { update, array_filters } => {
                let spec = UpdateSpec { array_filters, ..spec };
                connection.find_one_and_update(self.scope, self.schema, reached, update, spec).await
            }
            Written::Pipeline(stages) => connection.find_one_and_update(self.scope, self.schema, reached, stages, spec).await,
        }
    }

    /// The same where keys reference what it changes, and follow in the transaction of the update.
    pub(super) async fn send_followed(&self, limit: Option<Duration>, moved: &[Moved], spec: UpdateSpec) -> Result<Option<RawDocumentBuf>> {
        if moved.is_empty() {
            return self.send(spec).await;
        }
        let db = self.db.within(self.scope.deadline);
        following(&db, limit, self.schema, moved, self.filter, |tx| {
            let spec = spec.clone();
            async move {
                let scope = tx.scope(limit);
                Changing::new(&tx, &scope, self.schema, self.filter, self.update).send(spec).await
            }
        })
        .await
    }

    /// Sends the update and gives whether it reached a document, which the server does not send then. One atomic command.
    pub(super) async fn send_unanswered(&self) -> Result<bool> {
        let (connection, reached) = (self.db.connection(), self.update.reached(self.filter));
        let spec = UpdateSpec::default();
        let counts = match self.update.written.clone() {
            Written::Nothing => return Ok(connection.find_one(self.scope, self.schema, reached, on_primary()).await?.is_some()),
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
    pub(super) async fn settle(&mut self) -> Result<bool> {
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

/// The one document that a pipeline gives.
pub(super) async fn answer(db: &Db, scope: &Scope, schema: &'static Schema, pipeline: Vec<Document>) -> Result<Document> {
    // A secondary may not have the documents of the write yet.
    let options = ReadOptions { read_preference: Some(ReadPreference::Primary), ..ReadOptions::default() };
    let mut cursor = db.connection().aggregate(scope, schema, pipeline, options).await?;
    while let Some(batch) = cursor.next_batch().await? {
        if let Some(document) = batch.documents().next() {
            let bytes = document?;
            return from_document(bytes).map_err(|error| Error::decode(schema, bytes, error));
        }
    }
    Ok(Document::new())
}
