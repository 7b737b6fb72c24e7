//! Commands on collections and indexes, and the door for commands of the user's own.
//!
//! Called by `sync` and by `Db::run_command`. Sent as commands, not through the driver's builders, so that errors carry the reply's fields.

use super::{
    call::{Call, Effect, Scope, Target},
    client::Connection,
    cursor::{Batch, RawCursor, first},
    fault,
};
use crate::error::{Error, Result};
use bson::{Bson, Document, RawDocument, doc};

const NAMESPACE_NOT_FOUND: i32 = 26;
const INDEX_NOT_FOUND: i32 = 27;
const NAMESPACE_EXISTS: i32 = 48;

/// A collection as the server lists it.
#[derive(Clone, Debug)]
pub(crate) struct CollectionInfo {
    pub(crate) name: String,
    /// `collection`, `view` or `timeseries`.
    pub(crate) kind: String,
    pub(crate) options: Document,
}

impl Connection {
    /// Sends any command to the database. What it changes is not known, so that a lost connection leaves its outcome unknown.
    pub(crate) async fn command(&self, scope: &Scope, op: &'static str, target: impl Into<Target>, command: Document) -> Result<Document> {
        let call = Call::new(op, target, Effect::Many);
        let database = self.database().clone();
        self.call(call, scope, move |session| {
            Box::pin(async move {
                let run = database.run_command(command);
                match session {
                    None => run.await,
                    Some(session) => run.session(session).await,
                }
            })
        })
        .await
    }

    /// The collections of the database.
    pub(crate) async fn list_collections(&self, scope: &Scope) -> Result<Vec<CollectionInfo>> {
        let call = Call::new("listCollections", Target::database(), Effect::Read);
        let scope = outside(scope);
        let database = self.database().clone();
        let opened = self
            .call(call.clone(), &scope, move |_| Box::pin(async move { first(database.list_collections().batch().await?).await }))
            .await
            .map_err(|error| error.lacking("listCollections", ""))?;
        let listed = documents_of(RawCursor::new(self, &call, &scope, false, opened).all().await?)?;
        let text = |document: &Document, key: &str| document.get_str(key).unwrap_or_default().to_owned();
        Ok(listed
            .into_iter()
            .map(|mut listed| CollectionInfo {
                name: text(&listed, "name"),
                kind: text(&listed, "type"),
                options: match listed.remove("options") {
                    Some(Bson::Document(options)) => options,
                    _ => Document::new(),
                },
            })
            .collect())
    }

    /// Creates a collection. False where there is one of that name, whatever its options.
    pub(crate) async fn create_collection(&self, scope: &Scope, target: impl Into<Target>, options: Document) -> Result<bool> {
        let target = target.into();
        let collection = target.collection.clone();
        let mut command = doc! { "create": &*collection };
        command.extend(options);
        self.append_write_concern(&mut command);
        match self.command(scope, "create", target, command).await {
            Ok(_) => Ok(true),
            Err(error) if error.server_code() == Some(NAMESPACE_EXISTS) => Ok(false),
            Err(error) => Err(error.lacking("createCollection", &collection)),
        }
    }

    /// The indexes of a collection as the server normalises them; none where there is no collection. Those that are still being built
    /// are among them.
    pub(crate) async fn list_indexes(&self, scope: &Scope, target: impl Into<Target>) -> Result<Vec<Document>> {
        let call = Call::new("listIndexes", target, Effect::Read);
        let scope = outside(scope);
        let collection = self.collection(&call.target.collection);
        let opened =
            self.call(call.clone(), &scope, move |_| Box::pin(async move { first(collection.list_indexes().batch().await?).await })).await;
        match opened {
            Ok(opened) => documents_of(RawCursor::new(self, &call, &scope, false, opened).all().await?),
            Err(error) if error.server_code() == Some(NAMESPACE_NOT_FOUND) => Ok(Vec::new()),
            Err(error) => Err(error.lacking("listIndexes", &call.target.collection)),
        }
    }

    /// A collection's indexes as [`list_indexes`](Self::list_indexes) gives them, each with whether it is built. Of a time series the server
    /// does not say which are not.
    pub(crate) async fn index_states(&self, scope: &Scope, target: impl Into<Target>) -> Result<Vec<(Document, bool)>> {
        let call = Call::new("listIndexes", target, Effect::Read);
        let collection = call.target.collection.clone();
        let scope = outside(scope);
        let listed = match self.list_with_builds(&call, &scope).await {
            // The driver repeats its own reads after a lost connection, and no commands.
            Err(error) if error.is_retryable() => self.list_with_builds(&call, &scope).await,
            other => other,
        };
        let reply = match listed {
            Err(error) if error.server_code() == Some(NAMESPACE_NOT_FOUND) => return Ok(Vec::new()),
            other => other.map_err(|error| error.lacking("listIndexes", &collection))?,
        };
        let listed = reply.get_document("cursor").and_then(|cursor| cursor.get_array("firstBatch")).map_err(malformed)?;
        // What is being built is the content of a document that has the name of the build beside it.
        let state = |index: &Bson| match (index.as_document()?.get_document("spec"), index.as_document()?) {
            (Ok(spec), _) => Some((spec.clone(), false)),
            (Err(_), built) => Some((built.clone(), true)),
        };
        Ok(listed.iter().filter_map(state).collect())
    }

    async fn list_with_builds(&self, call: &Call, scope: &Scope) -> Result<Document> {
        // A collection has 64 of them at most, which are one batch.
        let command = doc! { "listIndexes": &*call.target.collection, "includeBuildUUIDs": true };
        let database = self.database().clone();
        self.call(call.clone(), scope, move |_| Box::pin(async move { database.run_command(command).await })).await
    }

    /// Builds indexes and waits for them. All or none of them are built. The same command again joins a build that is under way; false where
    /// the server has all of them already, or says so: of several services that send it at once one may hear that while another still builds.
    pub(crate) async fn create_indexes(&self, scope: &Scope, target: impl Into<Target>, indexes: Vec<Document>) -> Result<bool> {
        let target = target.into();
        let collection = target.collection.clone();
        let mut command = doc! { "createIndexes": &*collection, "indexes": indexes };
        if self.topology().transactions {
            // By default the server waits for every voting member, and hangs when one is down. A standalone knows no quorum.
            command.insert("commitQuorum", "majority");
        }
        self.append_write_concern(&mut command);
        let reply =
            self.command(scope, "createIndexes", target, command).await.map_err(|error| error.lacking("createIndex", &collection))?;
        Ok(!says_that_they_exist(&reply))
    }

    /// Changes what `collMod` changes of a collection, or of an index of it.
    pub(crate) async fn modify(&self, scope: &Scope, target: impl Into<Target>, change: Document) -> Result<()> {
        let target = target.into();
        let collection = target.collection.clone();
        let mut command = doc! { "collMod": &*collection };
        command.extend(change);
        self.append_write_concern(&mut command);
        self.command(scope, "collMod", target, command).await.map(drop).map_err(|error| error.lacking("collMod", &collection))
    }

    /// Drops an index by its name. False where there is none of that name.
    pub(crate) async fn drop_index(&self, scope: &Scope, target: impl Into<Target>, name: &str) -> Result<bool> {
        let target = target.into();
        let collection = target.collection.clone();
        let mut command = doc! { "dropIndexes": &*collection, "index": name };
        self.append_write_concern(&mut command);
        match self.command(scope, "dropIndexes", target, command).await {
            Ok(_) => Ok(true),
            Err(error) if matches!(error.server_code(), Some(NAMESPACE_NOT_FOUND | INDEX_NOT_FOUND)) => Ok(false),
            Err(error) => Err(error.lacking("dropIndex", &collection)),
        }
    }

    /// What the server is doing that is like this. It asks for the right to see what others do (`inprog`).
    pub(crate) async fn running(&self, scope: &Scope, like: Document) -> Result<Vec<Document>> {
        let admin = self.client().database("admin");
        let mut command = doc! { "currentOp": 1 };
        command.extend(like);
        let call = Call::new("currentOp", Target::database(), Effect::Read);
        let mut reply = self.call(call, &outside(scope), move |_| Box::pin(async move { admin.run_command(command).await })).await?;
        let Some(Bson::Array(running)) = reply.remove("inprog") else { return Ok(Vec::new()) };
        Ok(running
            .into_iter()
            .filter_map(|operation| if let Bson::Document(operation) = operation { Some(operation) } else { None })
            .collect())
    }

    /// Commands do not inherit the client's write concern.
    fn append_write_concern(&self, command: &mut Document) {
        // A write concern always has a form in BSON; without one the server's default holds.
        if let Ok(concern) = bson::serialize_to_bson(self.write_concern()) {
            command.insert("writeConcern", concern);
        }
    }
}

/// Whether nothing was built. A cluster has one reply for each of its shards.
fn says_that_they_exist(reply: &Document) -> bool {
    let of_shards = reply.get_document("raw").ok();
    let is_noted = |reply: &Document| reply.contains_key("note");
    is_noted(reply) || of_shards.is_some_and(|shards| shards.values().filter_map(Bson::as_document).any(is_noted))
}

/// The catalog is read outside of any transaction.
fn outside(scope: &Scope) -> Scope {
    Scope { deadline: scope.deadline, session: None, for_transaction: scope.for_transaction }
}

fn documents_of(batches: Vec<Batch>) -> Result<Vec<Document>> {
    let mut documents = Vec::new();
    for batch in &batches {
        for bytes in batch.documents() {
            let document = RawDocument::from_bytes(bytes?).map_err(malformed)?;
            documents.push(Document::try_from(document).map_err(malformed)?);
        }
    }
    Ok(documents)
}

fn malformed<E>(_: E) -> Error {
    fault::malformed("reading the catalog".to_owned())
}
