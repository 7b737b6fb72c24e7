//! A running server and its one shared instance. Made by `locate` and the roads it takes; read by tests and by `TestDb`.

use tokio::sync::OnceCell;

use crate::{Error, TestDb, TestServerBuilder, supervisor::Supervisor, unique::unique_name, uri::ServerUri};

/// Where a [`TestServer`] came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ServerKind {
    /// The server in `MONGODB_URI`, which is not ours to stop.
    Given,
    /// A `mongod` of this machine: in `MONGOD` or on the `PATH`.
    Installed,
    /// A `mongod` that was fetched into the user's cache, now or before.
    Fetched,
    /// A container.
    Container,
}

/// A MongoDB that is ready for writes, and that ends with this value or with the process.
///
/// It holds no connection, so it may be shared between tests that each run on a runtime of their own.
#[derive(Debug)]
pub struct TestServer {
    kind: ServerKind,
    uri: ServerUri,
    /// Held for its `Drop`, which ends the server; a given server has none.
    _supervisor: Option<Supervisor>,
}

impl TestServer {
    /// Starts a single-node replica set of its own, by the first road that is open (see the [crate's page](crate)).
    ///
    /// # Errors
    /// As [`TestServerBuilder::start`].
    pub async fn start() -> Result<Self, Error> {
        Self::builder().start().await
    }

    /// Starts a server that is no member of a replica set: without transactions and change streams.
    ///
    /// # Errors
    /// As [`TestServerBuilder::start`].
    pub async fn standalone() -> Result<Self, Error> {
        Self::builder().standalone().start().await
    }

    /// The settings of a server: whether it is a replica set, and further arguments of `mongod`.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), chakra_testkit::Error> {
    /// let server =
    ///     chakra_testkit::TestServer::builder().arg("--setParameter").arg("cursorTimeoutMillis=1000").start().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn builder() -> TestServerBuilder {
        TestServerBuilder::default()
    }

    /// The replica set that all tests of this process share; the first call starts it, and it ends with the process.
    ///
    /// # Errors
    /// As [`TestServerBuilder::start`]. The next call tries again.
    pub async fn shared() -> Result<&'static Self, Error> {
        static SHARED: OnceCell<TestServer> = OnceCell::const_new();
        SHARED.get_or_try_init(Self::start).await
    }

    /// The connection string, without a database: `mongodb://HOST:PORT/?directConnection=true&heartbeatFrequencyMS=500`, or that of
    /// `MONGODB_URI`.
    #[must_use]
    pub fn uri(&self) -> &str {
        self.uri.without_database()
    }

    /// The road that led to this server.
    #[must_use]
    pub fn kind(&self) -> ServerKind {
        self.kind
    }

    /// A fresh database on this server. It sends nothing: MongoDB makes a database at its first write.
    pub async fn db(&self) -> TestDb {
        let name = unique_name("chakra_test");
        let uri = self.uri.with_database(&name);
        TestDb::on(self.kind, name, uri)
    }

    pub(crate) fn new(kind: ServerKind, uri: ServerUri, supervisor: Option<Supervisor>) -> Self {
        Self { kind, uri, _supervisor: supervisor }
    }
}
