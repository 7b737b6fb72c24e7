//! What tests share: a database of their own, the bare driver beside it, and the commands that were sent.

mod explain;

pub use explain::Access;

use bson::{Bson, Document, RawDocumentBuf, doc};
use chakra::{Builder, CommandRecord, Db};
use chakra_testkit::{TestDb, TestServer};
use std::sync::{Arc, Mutex};

/// A fresh database: Chakra's handle, the driver's, and a record of Chakra's commands.
pub struct Fixture {
    pub db: Db,
    pub raw: mongodb::Database,
    pub uri: String,
    commands: Arc<Mutex<Vec<String>>>,
    _test: TestDb,
}

impl Fixture {
    /// On the shared replica set, with the models that `register` names.
    pub async fn new(register: impl FnOnce(Builder) -> Builder) -> Self {
        let test = TestDb::new().await.unwrap();
        Self::on(test, register).await
    }

    /// On a server of the test's own.
    pub async fn on_server(server: &TestServer, register: impl FnOnce(Builder) -> Builder) -> Self {
        Self::on(server.db().await, register).await
    }

    async fn on(test: TestDb, register: impl FnOnce(Builder) -> Builder) -> Self {
        let commands = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&commands);
        let builder = Db::builder(test.uri()).on_command(move |command| record.lock().unwrap().push(command.name().to_owned()));
        let db = register(builder).connect().await.unwrap();
        let client = mongodb::Client::with_uri_str(test.uri()).await.unwrap();
        let raw = client.database(test.name());
        Self { db, raw, uri: test.uri().to_owned(), commands, _test: test }
    }

    /// The documents of a collection as the server holds them, in order of `_id`.
    pub async fn stored(&self, collection: &str) -> Vec<Document> {
        use futures::TryStreamExt;
        let found = self.raw.collection::<Document>(collection).find(doc! {}).sort(doc! { "_id": 1 }).await.unwrap();
        found.try_collect().await.unwrap()
    }

    /// Puts a document there behind Chakra's back.
    pub async fn store(&self, collection: &str, document: Document) {
        self.raw.collection::<Document>(collection).insert_one(document).await.unwrap();
    }

    /// The same, where each `??` in a text is two bytes that are not UTF-8.
    pub async fn store_odd(&self, collection: &str, document: Document) {
        let mut bytes = doc! { "insert": collection, "documents": [document] }.to_vec().unwrap();
        while let Some(at) = bytes.windows(2).position(|pair| pair == b"??") {
            bytes[at..at + 2].copy_from_slice(&[0xC3, 0x28]);
        }
        self.raw.run_raw_command(RawDocumentBuf::from_bytes(bytes).unwrap()).await.unwrap();
    }

    /// The commands that Chakra sent since the last call.
    pub fn commands(&self) -> Vec<String> {
        std::mem::take(&mut *self.commands.lock().unwrap())
    }
}

/// A fresh database, the bare driver beside it, and the commands that Chakra sent, with their values.
pub struct Sent {
    pub db: Db,
    pub raw: mongodb::Database,
    commands: Arc<Mutex<Vec<Document>>>,
    _test: TestDb,
}

impl Sent {
    pub async fn new() -> Self {
        Self::with(|builder| builder).await
    }

    /// With the models that `register` names.
    pub async fn with(register: impl FnOnce(Builder) -> Builder) -> Self {
        let test = TestDb::new().await.unwrap();
        let commands = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&commands);
        // The rest of an answer is no question of its own.
        let keep = move |command: &CommandRecord| {
            if command.name() != "getMore" {
                record.lock().unwrap().push(command.command().clone());
            }
        };
        let db = register(Db::builder(test.uri()).on_command(keep)).connect().await.unwrap();
        let raw = mongodb::Client::with_uri_str(test.uri()).await.unwrap().database(test.name());
        Self { db, raw, commands, _test: test }
    }

    /// The commands since the last call, in the order in which they were sent.
    pub fn commands(&self) -> Vec<Document> {
        std::mem::take(&mut *self.commands.lock().unwrap())
    }

    /// The last command.
    pub fn command(&self) -> Document {
        self.commands.lock().unwrap().last().cloned().unwrap_or_default()
    }

    /// A part of the last command, as JSON.
    pub fn part(&self, key: &str) -> String {
        self.command().get(key).cloned().unwrap_or(Bson::Null).into_relaxed_extjson().to_string()
    }
}
