//! [`Connection`]: the driver's client as every room below `action` uses it, and what is known of the server behind it.
//!
//! Opened once by `action/connect.rs`; `call`, `read`, `write`, `bulk`, `admin` and `session` give it its verbs.

use super::{
    call::{Call, Deadline, Effect, Permits, Scope, Target},
    events::{CommandListener, handler},
    fault,
    options::RawCollection,
};
use crate::error::{Behind, Error, Hidden, Outcome, Result};
use bson::{Document, doc};
use mongodb::{
    Client, Database,
    error::ErrorKind,
    options::{Acknowledgment, ClientOptions, DriverInfo, WriteConcern},
};
use std::{
    fmt,
    sync::{Arc, OnceLock},
    time::Duration,
};
use tokio::{runtime::Handle, time::timeout};

/// The driver's own default of 10 makes calls of a busy service wait for each other.
const POOL: u32 = 32;
/// The driver's own default of 30 s is longer than people wait to see that a server is not there.
const SERVER_SELECTION: Duration = Duration::from_secs(5);
/// With `maxPoolSize=0` the driver's pool has no limit; ours needs one.
const UNLIMITED_POOL: usize = 1000;

/// What [`Connection::open`] needs to know. No field but the connection string is needed.
#[derive(Default)]
pub(crate) struct ConnectSpec {
    pub(crate) uri: String,
    pub(crate) max_pool_size: Option<u32>,
    pub(crate) server_selection_timeout: Option<Duration>,
    pub(crate) write_concern: Option<WriteConcern>,
    pub(crate) on_command: Option<CommandListener>,
}

/// What the server says of itself.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Topology {
    /// Whether it is a replica set or a sharded cluster: both have transactions.
    pub(crate) transactions: bool,
    /// The newest protocol it speaks: 17 is 6.0, 21 is 7.0, 25 is 8.0.
    pub(crate) max_wire_version: i32,
}

/// A database of a server or cluster. Clones share everything.
#[derive(Clone)]
pub(crate) struct Connection(Arc<Inner>);

struct Inner {
    client: Client,
    database: Database,
    permits: Permits,
    write_concern: WriteConcern,
    topology: OnceLock<Topology>,
}

impl Connection {
    /// Reads the connection string, makes the pool and asks the server who it is, so that a wrong host or password is an error here.
    ///
    /// # Errors
    /// [`Error::Connect`], within the server selection timeout.
    pub(crate) async fn open(spec: ConnectSpec) -> Result<Self> {
        if Handle::try_current().is_err() {
            return Err(Error::other("Chakra's futures must be awaited inside a Tokio runtime"));
        }
        let hosts = hosts_in(&spec.uri);
        let refused = |reason: &str, raw| refused(&hosts, reason, raw);
        let wait = spec.server_selection_timeout.unwrap_or(SERVER_SELECTION);
        // `mongodb+srv` asks the name server here, which may be as far away as the database.
        let mut options = match timeout(wait, ClientOptions::parse(spec.uri.as_str())).await {
            Ok(Ok(options)) => options,
            Ok(Err(raw)) => return Err(refused(&parse_reason(&spec.uri, &raw), Some(raw))),
            Err(_) => return Err(refused("its name could not be resolved in time", None)),
        };
        // The parser knows the hosts better: an `@` may also stand in an option.
        let hosts = options.hosts.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let refused = |reason: &str, raw| self::refused(&hosts, reason, raw);
        let Some(database) = options.default_database.clone() else {
            return Err(refused("the connection string names no database: write mongodb://HOST/DATABASE", None));
        };
        let pool = *options.max_pool_size.get_or_insert(POOL);
        let pool = spec.max_pool_size.unwrap_or(pool);
        // One connection for plain calls and one for transactions is the least; zero is the driver's word for no limit.
        options.max_pool_size = Some(if pool == 0 { 0 } else { pool.max(2) });
        let wait = spec.server_selection_timeout.or(options.server_selection_timeout).unwrap_or(SERVER_SELECTION);
        options.server_selection_timeout = Some(wait);
        options.app_name.get_or_insert_with(|| "chakra".to_owned());
        options.driver_info = Some(DriverInfo::builder().name("chakra").version(env!("CARGO_PKG_VERSION").to_owned()).build());
        // `w=1` loses acknowledged writes in a failover. A connection string is copied from a tutorial; a call in the code is a decision.
        let write_concern = spec.write_concern.unwrap_or_else(|| majority(options.write_concern.take()));
        options.write_concern = Some(write_concern.clone());
        options.command_event_handler = spec.on_command.map(handler);
        let client = Client::with_options(options).map_err(|raw| refused(&parse_reason(&spec.uri, &raw), Some(raw)))?;

        let size = if pool == 0 { UNLIMITED_POOL } else { usize::try_from(pool).unwrap_or(UNLIMITED_POOL) };
        let database = client.database(&database);
        let (permits, topology) = (Permits::new(size), OnceLock::new());
        let connection = Self(Arc::new(Inner { client, database, permits, write_concern, topology }));
        let topology = connection.greet(wait).await.map_err(|error| with_hosts(error, &hosts))?;
        // Nobody else has this connection yet.
        let _ = connection.0.topology.set(topology);
        Ok(connection)
    }

    /// Asks the server who it is, over an authenticated connection.
    async fn greet(&self, wait: Duration) -> Result<Topology> {
        let call = Call::new("hello", Target::database(), Effect::Read);
        // Longer than the driver takes to select a server: its error says more than that a deadline has passed.
        let scope = Scope { deadline: Deadline::new(Some(wait + Duration::from_millis(200)), None), session: None, for_transaction: false };
        let database = self.0.database.clone();
        let reply = self.call(call, &scope, move |_| Box::pin(async move { database.run_command(doc! { "hello": 1 }).await })).await?;
        Ok(topology_of(&reply))
    }

    pub(super) fn client(&self) -> &Client {
        &self.0.client
    }

    pub(super) fn database(&self) -> &Database {
        &self.0.database
    }

    pub(super) fn permits(&self) -> &Permits {
        &self.0.permits
    }

    /// The write concern of every write and commit.
    pub(crate) fn write_concern(&self) -> &WriteConcern {
        &self.0.write_concern
    }

    /// What the server said of itself when the connection was opened.
    pub(crate) fn topology(&self) -> Topology {
        self.0.topology.get().copied().unwrap_or_default()
    }

    /// The database's name.
    pub(crate) fn database_name(&self) -> &str {
        self.0.database.name()
    }

    /// The driver's collection, whose documents stay bytes.
    pub(crate) fn collection(&self, name: &str) -> RawCollection {
        self.0.database.collection(name)
    }

    /// Refuses new calls, then closes the driver's connections when its cursors and sessions are gone, or at the latest after `wait`.
    pub(crate) async fn shutdown(&self, wait: Duration) {
        self.0.permits.close();
        let client = self.client().clone();
        let Ok(handle) = Handle::try_current() else { return };
        // In a task of its own: a driver's future is never dropped half-way.
        let ended = handle.spawn(async move { client.shutdown().await });
        if timeout(wait, ended).await.is_err() {
            let client = self.client().clone();
            let _ = handle.spawn(async move { client.shutdown().immediate(true).await }).await;
        }
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The driver's client prints its options, and with them the password.
        f.debug_struct("Connection").field("database", &self.database_name()).field("topology", &self.topology()).finish_non_exhaustive()
    }
}

fn majority(named: Option<WriteConcern>) -> WriteConcern {
    let mut concern = named.unwrap_or_default();
    concern.w = Some(Acknowledgment::Majority);
    concern
}

fn topology_of(hello: &Document) -> Topology {
    let sharded = hello.get_str("msg").is_ok_and(|msg| msg == "isdbgrid");
    Topology {
        transactions: sharded || hello.contains_key("setName"),
        max_wire_version: hello.get_i32("maxWireVersion").unwrap_or_default(),
    }
}

fn refused(hosts: &str, reason: &str, raw: Option<mongodb::error::Error>) -> Error {
    let behind = raw.map(|raw| Hidden(Box::new(Behind { detail: None, driver: Some(raw), outcome: Outcome::NotApplied })));
    Error::Connect { hosts: hosts.into(), reason: reason.into(), behind }
}

/// The hosts that were asked for say more than those that answered. What was found and did not greet in time is no connection either.
fn with_hosts(error: Error, asked: &str) -> Error {
    let hosts = asked.into();
    match error {
        Error::Connect { reason, behind, .. } => Error::Connect { hosts, reason, behind },
        Error::Timeout { after, .. } => {
            let detail = Some(error.to_string());
            let behind = Some(Hidden(Box::new(Behind { detail, driver: None, outcome: Outcome::NotApplied })));
            Error::Connect { hosts, reason: format!("it did not answer within {after:?}").into(), behind }
        }
        other => other,
    }
}

/// What the driver has against a connection string, unless its words may repeat a part of the credentials.
fn parse_reason(uri: &str, raw: &mongodb::error::Error) -> String {
    let message = match &*raw.kind {
        ErrorKind::InvalidArgument { message, .. } | ErrorKind::InvalidTlsConfig { message, .. } => message.clone(),
        ErrorKind::DnsResolve { .. } => return "its name cannot be resolved".to_owned(),
        ErrorKind::ServerSelection { message, .. } => return fault::selection_reason(message),
        _ => String::new(),
    };
    let leaks = secrets_in(uri).any(|secret| message.contains(secret));
    if message.is_empty() || leaks {
        return "the connection string cannot be read: write mongodb://USER:PASSWORD@HOST/DATABASE, with special characters in user and \
                password percent-encoded"
            .to_owned();
    }
    format!("the connection string cannot be used: {message}")
}

/// Everything in front of the last `@`, cut at each character that a message may be cut at. An unescaped `@`, `/` or `?` in a password is
/// exactly the case in which the driver quotes the wrong part.
fn secrets_in(uri: &str) -> impl Iterator<Item = &str> {
    let rest = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    // Without an `@`, what is no list of hosts may be credentials whose `@` was forgotten.
    let credentials = match rest.rsplit_once('@') {
        Some((credentials, _)) => credentials,
        None if hosts_in(uri) == "the server" => rest,
        None => "",
    };
    credentials.split([':', '@', '/', '?', ',', '&', '=', '%']).filter(|part| !part.is_empty())
}

/// The hosts of a connection string, without its credentials. What does not look like hosts may be credentials.
fn hosts_in(uri: &str) -> String {
    let rest = uri.split_once("://").map_or("", |(_, rest)| rest);
    let rest = rest.rsplit_once('@').map_or(rest, |(_, hosts)| hosts);
    let hosts = rest.split(['/', '?']).next().unwrap_or_default();
    let is_host = |host: &str| match host.rsplit_once(':') {
        Some((name, port)) => !name.is_empty() && port.chars().all(|c| c.is_ascii_digit() || c == ']'),
        None => !host.is_empty(),
    };
    if hosts.split(',').all(is_host) { hosts.to_owned() } else { "the server".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn refusal(uri: &str) -> Error {
        let spec = ConnectSpec { uri: uri.to_owned(), server_selection_timeout: Some(Duration::from_millis(200)), ..Default::default() };
        Connection::open(spec).await.expect_err("a connection to nowhere was opened")
    }

    #[tokio::test]
    async fn no_password_is_ever_shown() {
        for uri in [
            "mongodb://ada:s3cret@localhost:1",
            "mongodb://ada:s3cret@localhost:1/blog",
            "mongodb://ada:s3cret@localhost:port/blog",
            "mongodb://ada:s3/cret@localhost/blog",
            "mongodb://ada:s3cr@et@localhost/blog",
            "mongodb://ada:s3cr%et@localhost/blog",
            "mongodb://ada:s3cret?x@localhost/blog",
            "mongo://ada:s3cret@localhost/blog",
        ] {
            let error = refusal(uri).await;
            for text in [error.to_string(), format!("{error:?}")] {
                for secret in ["ada", "s3cr", "cret"] {
                    assert!(!text.contains(secret), "{uri} gives {text}");
                }
                assert!(text.contains("localhost"), "{uri} gives {text}");
            }
        }
    }

    #[tokio::test]
    async fn a_forgotten_at_sign_shows_no_password() {
        let text = refusal("mongodb://ada:s3cret/blog").await.to_string();
        assert!(!text.contains("s3cret") && !text.contains("ada"), "{text}");
    }

    #[tokio::test]
    async fn a_missing_database_is_named() {
        assert!(refusal("mongodb://localhost:1").await.to_string().contains("names no database"));
    }

    #[test]
    fn a_server_that_greets_too_late_is_no_connection() {
        let after = Duration::from_millis(700);
        let late = Error::Timeout { what: "hello".into(), after, outcome: Outcome::NotApplied, behind: None };
        let error = with_hosts(late, "one:1");
        assert_eq!(error.to_string(), "cannot connect to one:1: it did not answer within 700ms");
        assert!(matches!(error, Error::Connect { .. }) && error.is_retryable());
    }

    #[test]
    fn hosts_come_without_credentials() {
        assert_eq!(hosts_in("mongodb://a:b@one:1,two:2/blog?w=1"), "one:1,two:2");
        assert_eq!(hosts_in("mongodb+srv://cluster.example.net"), "cluster.example.net");
        assert_eq!(hosts_in("nonsense"), "the server");
    }

    #[test]
    fn a_weaker_write_concern_becomes_majority_and_keeps_the_rest() {
        let named = WriteConcern::builder().w(Acknowledgment::Nodes(1)).journal(true).build();
        let concern = majority(Some(named));
        assert_eq!((concern.w, concern.journal), (Some(Acknowledgment::Majority), Some(true)));
    }

    #[test]
    fn hello_tells_whether_there_are_transactions() {
        assert!(!topology_of(&doc! { "maxWireVersion": 17 }).transactions);
        assert!(topology_of(&doc! { "setName": "rs", "maxWireVersion": 17 }).transactions);
        assert!(topology_of(&doc! { "msg": "isdbgrid" }).transactions);
    }
}
