//! A database for one test. Made by `TestServer::db`; read by the test, which connects to its URI.

use std::{
    fmt,
    io::{Write as _, stderr},
    thread,
};

use mongodb::Client;
use tokio::runtime;

use crate::{Error, ServerKind, TestServer};

/// A fresh, uniquely named database, so that tests on one server do not see each other.
///
/// It does not keep its server alive: the shared one lives as long as the process, any other one as long as its [`TestServer`].
/// Servers of this crate end with the tests, and their databases with them. On the server of `MONGODB_URI`, dropping this value
/// drops the database.
pub struct TestDb {
    name: String,
    uri: String,
    kind: ServerKind,
}

impl TestDb {
    /// A fresh database on the server that this process shares, [`TestServer::shared`].
    ///
    /// # Errors
    /// When that server cannot be started: [`TestServer::start`].
    pub async fn new() -> Result<Self, Error> {
        Ok(TestServer::shared().await?.db().await)
    }

    /// The connection string with this database in it.
    #[must_use]
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// The name, `chakra_test_PID_COUNT_RANDOM`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn on(kind: ServerKind, name: String, uri: String) -> Self {
        Self { name, uri, kind }
    }
}

/// Leaves the URI out: one from `MONGODB_URI` may hold a password.
impl fmt::Debug for TestDb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestDb").field("name", &self.name).field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        if self.kind != ServerKind::Given {
            return;
        }
        let (uri, name) = (self.uri.clone(), self.name.clone());
        // A thread with a runtime of its own: the test's runtime cannot be waited for here, and may be ending.
        let outcome = thread::spawn(move || drop_database(&uri, &name)).join();
        if !matches!(outcome, Ok(Ok(()))) {
            let _ = writeln!(stderr(), "chakra-testkit: the database {} could not be dropped", self.name);
        }
    }
}

fn drop_database(uri: &str, name: &str) -> Result<(), Error> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build().map_err(Error::io("build a runtime"))?;
    runtime.block_on(async {
        let client = Client::with_uri_str(uri).await?;
        let dropped = client.database(name).drop().await;
        client.shutdown().immediate(true).await;
        Ok(dropped?)
    })
}
