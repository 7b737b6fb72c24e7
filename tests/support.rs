//! What tests share: a database of their own, the bare driver beside it, and the commands that were sent.

mod explain;
mod heard;

pub use explain::Access;
pub use heard::Heard;

use bson::{Bson, Document, RawDocumentBuf, doc};
use chakra::{Builder, CommandRecord, Db};
use chakra_testkit::{TestDb, TestServer};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

/// A limit against hanging alone, far above what a busy machine takes.
pub const HANGS: Duration = Duration::from_secs(90);

/// The connection string with the time that a busy machine takes to answer: Chakra's own five seconds may be too few.
pub fn patient(uri: &str) -> String {
    let is_said = uri.to_ascii_lowercase().contains("serverselectiontimeoutms=");
    if is_said { uri.to_owned() } else { format!("{uri}&serverSelectionTimeoutMS=60000") }
}

/// The number in this environment variable, where somebody asks for another one than usual.
pub fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|number| number.parse().unwrap())
}

/// Deadlines, ever longer, for what has to come to a point before they pass: on a machine that is not busy the first one is enough.
pub fn deadlines(first: Duration) -> impl Iterator<Item = Duration> {
    [1, 8, 64].into_iter().map(move |times| first * times)
}

/// Whether a sync at work renews its claim, or looks how far a build is. It does so once a second: how often is a matter of the machine.
fn is_by_the_clock(command: &CommandRecord) -> bool {
    let renewal = doc! { "$currentDate": { "at": true } };
    let renews = |update: &Bson| update.as_document().and_then(|update| update.get_document("u").ok()) == Some(&renewal);
    let is_renewal = || command.command().get_array("updates").is_ok_and(|updates| updates.iter().any(renews));
    command.name() == "currentOp" || (command.collection() == Some("_chakra_schema") && is_renewal())
}

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
        let keep = move |command: &CommandRecord| {
            if !is_by_the_clock(command) {
                record.lock().unwrap().push(command.name().to_owned());
            }
        };
        let uri = patient(test.uri());
        let db = register(Db::builder(&uri).on_command(keep)).connect().await.unwrap();
        let client = mongodb::Client::with_uri_str(&uri).await.unwrap();
        let raw = client.database(test.name());
        Self { db, raw, uri, commands, _test: test }
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

    /// The commands that Chakra sent since the last call, but for what a sync does once a second.
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
            if command.name() != "getMore" && !is_by_the_clock(command) {
                record.lock().unwrap().push(command.command().clone());
            }
        };
        let uri = patient(test.uri());
        let db = register(Db::builder(&uri).on_command(keep)).connect().await.unwrap();
        let raw = mongodb::Client::with_uri_str(&uri).await.unwrap().database(test.name());
        Self { db, raw, commands, _test: test }
    }

    /// The commands since the last call, in the order in which they were sent, but for what a sync does once a second.
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
