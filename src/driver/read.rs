//! Reads: find, aggregate and count, whose results stay bytes.
//!
//! Called by the verbs and by `relation` with rendered filters and pipelines.

use super::{
    call::{Call, Effect, Scope, Target},
    client::Connection,
    cursor::{Advanced, RawCursor, first, first_in},
    fault,
};
use crate::error::{Error, Outcome, Result};
use bson::{Bson, Document, RawDocumentBuf};
use mongodb::options::{AggregateOptions, Collation, CountOptions, FindOptions, Hint, ReadConcern, ReadPreference, SelectionCriteria};
use std::time::Duration;

/// What every read may be told.
#[derive(Clone, Debug, Default)]
pub(crate) struct ReadOptions {
    pub(crate) hint: Option<Hint>,
    pub(crate) collation: Option<Collation>,
    pub(crate) comment: Option<Bson>,
    /// The user's own limit; the deadline limits the server too.
    pub(crate) max_time: Option<Duration>,
    pub(crate) batch_size: Option<u32>,
    pub(crate) read_preference: Option<ReadPreference>,
    pub(crate) read_concern: Option<ReadConcern>,
    /// Of a find and an aggregate.
    pub(crate) allow_disk_use: Option<bool>,
    /// Of an aggregate alone.
    pub(crate) let_vars: Option<Document>,
    /// Of a find alone.
    pub(crate) no_cursor_timeout: Option<bool>,
    /// Of a find alone.
    pub(crate) allow_partial_results: Option<bool>,
    /// Whether the result is a stream: then each wait has the whole deadline, and only the user's own `max_time` ends the cursor.
    pub(crate) stream: bool,
}

/// More documents in one batch the protocol cannot ask for.
const MAX_BATCH: u32 = i32::MAX.unsigned_abs();

impl ReadOptions {
    /// Of a read that a write is about: a secondary may not have it yet.
    pub(crate) fn on_primary() -> Self {
        Self { read_preference: Some(ReadPreference::Primary), ..Self::default() }
    }

    fn batch(&self) -> Option<u32> {
        self.batch_size.map(|documents| documents.min(MAX_BATCH))
    }

    /// How texts are compared, as the server is told, where that is not by their bytes.
    pub(crate) fn collated(&self) -> Option<Document> {
        let collation = self.collation.as_ref().filter(|collation| collation.locale != "simple")?;
        bson::serialize_to_document(collation).ok()
    }

    /// Refuses what is said of a transaction as a whole, before anything is sent, so that the transaction is as good as before.
    fn refuse_in_transaction(&self, scope: &Scope) -> Result<()> {
        let reason = match (&scope.session, &self.read_concern, &self.read_preference) {
            (None, ..) | (Some(_), None, None | Some(ReadPreference::Primary)) => return Ok(()),
            (Some(_), Some(_), _) => "a read inside of a transaction has the transaction's read concern: give it to `transaction` itself",
            (Some(_), None, Some(_)) => "a transaction reads from the primary: a read inside of it takes no other `read_preference`",
        };
        Err(Error::transaction(reason, Outcome::NotApplied))
    }

    fn max_time(&self, scope: &Scope) -> Option<Duration> {
        // On the server maxTimeMS sums up over all batches of a cursor.
        if self.stream { self.max_time } else { scope.max_time(self.max_time) }
    }
}

/// What a find asks for beside its filter.
#[derive(Clone, Debug, Default)]
pub(crate) struct FindSpec {
    pub(crate) sort: Option<Document>,
    pub(crate) projection: Option<Document>,
    pub(crate) skip: Option<u64>,
    pub(crate) limit: Option<i64>,
    pub(crate) options: ReadOptions,
}

impl FindSpec {
    /// A read of what a write is about: a secondary may not have it yet.
    pub(crate) fn on_primary() -> Self {
        Self { options: ReadOptions::on_primary(), ..Self::default() }
    }

    fn into_driver(self, scope: &Scope) -> FindOptions {
        let (max_time, batch) = (self.options.max_time(scope), self.options.batch());
        FindOptions::builder()
            .sort(self.sort)
            .projection(self.projection)
            .skip(self.skip)
            .limit(self.limit)
            .hint(self.options.hint)
            .collation(self.options.collation)
            .comment(self.options.comment)
            .max_time(max_time)
            .batch_size(batch)
            .selection_criteria(self.options.read_preference.map(SelectionCriteria::ReadPreference))
            .read_concern(self.options.read_concern)
            .allow_disk_use(self.options.allow_disk_use)
            .no_cursor_timeout(self.options.no_cursor_timeout)
            .allow_partial_results(self.options.allow_partial_results)
            .build()
    }
}

impl Connection {
    /// The documents that match, in one round trip and one more for each further batch.
    pub(crate) async fn find(&self, scope: &Scope, target: impl Into<Target>, filter: Document, spec: FindSpec) -> Result<RawCursor> {
        let call = Call::new("find", target, Effect::Read);
        let stream = spec.options.stream;
        let opened = self.open_find(&call, scope, filter, spec).await?;
        Ok(RawCursor::new(self, &call, scope, stream, opened))
    }

    /// The first document that matches. One round trip; the server keeps no cursor.
    pub(crate) async fn find_one(
        &self,
        scope: &Scope,
        target: impl Into<Target>,
        filter: Document,
        spec: FindSpec,
    ) -> Result<Option<RawDocumentBuf>> {
        let call = Call::new("find", target, Effect::Read);
        // A negative limit is the protocol's way to ask for one batch.
        let spec = FindSpec { limit: Some(-1), ..spec };
        let opened = self.open_find(&call, scope, filter, spec).await?;
        first_document(RawCursor::new(self, &call, scope, false, opened)).await
    }

    async fn open_find(&self, call: &Call, scope: &Scope, filter: Document, spec: FindSpec) -> Result<Advanced> {
        spec.options.refuse_in_transaction(scope)?;
        let collection = self.collection(&call.target.collection);
        let options = spec.into_driver(scope);
        self.call(call.clone(), scope, move |session| {
            Box::pin(async move {
                let find = collection.find(filter).with_options(options);
                match session {
                    None => first(find.batch().await?).await,
                    Some(session) => first_in(find.session(&mut *session).batch().await?, session).await,
                }
            })
        })
        .await
    }

    /// What a pipeline gives, in one round trip and one more for each further batch.
    pub(crate) async fn aggregate(
        &self,
        scope: &Scope,
        target: impl Into<Target>,
        pipeline: Vec<Document>,
        options: ReadOptions,
    ) -> Result<RawCursor> {
        // A pipeline may end with $out or $merge, but then it is not Chakra that wrote it: users who do so look after its outcome.
        let call = Call::new("aggregate", target, Effect::Read);
        options.refuse_in_transaction(scope)?;
        let stream = options.stream;
        let collection = self.collection(&call.target.collection);
        let (max_time, batch) = (options.max_time(scope), options.batch());
        let options = AggregateOptions::builder()
            .hint(options.hint)
            .collation(options.collation)
            .comment(options.comment)
            .max_time(max_time)
            .batch_size(batch)
            .selection_criteria(options.read_preference.map(SelectionCriteria::ReadPreference))
            .read_concern(options.read_concern)
            .allow_disk_use(options.allow_disk_use)
            .let_vars(options.let_vars)
            .build();
        let opened = self
            .call(call.clone(), scope, move |session| {
                Box::pin(async move {
                    let aggregate = collection.aggregate(pipeline).with_options(options);
                    match session {
                        None => first(aggregate.batch().await?).await,
                        Some(session) => first_in(aggregate.session(&mut *session).batch().await?, session).await,
                    }
                })
            })
            .await?;
        Ok(RawCursor::new(self, &call, scope, stream, opened))
    }

    /// How many documents match. One round trip.
    pub(crate) async fn count(&self, scope: &Scope, target: impl Into<Target>, filter: Document, options: ReadOptions) -> Result<u64> {
        let call = Call::new("count", target, Effect::Read);
        options.refuse_in_transaction(scope)?;
        let collection = self.collection(&call.target.collection);
        let max_time = options.max_time(scope);
        let options = CountOptions::builder()
            .hint(options.hint)
            .collation(options.collation)
            .comment(options.comment)
            .max_time(max_time)
            .selection_criteria(options.read_preference.map(SelectionCriteria::ReadPreference))
            .read_concern(options.read_concern)
            .build();
        self.call(call, scope, move |session| {
            Box::pin(async move {
                let count = collection.count_documents(filter).with_options(options);
                match session {
                    None => count.await,
                    Some(session) => count.session(session).await,
                }
            })
        })
        .await
    }
}

async fn first_document(mut cursor: RawCursor) -> Result<Option<RawDocumentBuf>> {
    while let Some(batch) = cursor.next_batch().await? {
        if let Some(document) = batch.documents().next() {
            let bytes = document?.to_vec();
            return RawDocumentBuf::from_bytes(bytes).map(Some).map_err(|_| fault::malformed("find".to_owned()));
        }
    }
    Ok(None)
}
