//! What a caller wants of a server. Filled by the caller; read by `locate`, which roads can serve it, and by `process` and
//! `container`, which turn it into a command line.

use std::fmt;

use crate::{Error, TestServer, locate, unique::random_key};

/// Settings that every test server gets, as flag and value. A flag that the caller gives as well is the caller's.
const SETTINGS: [[&str; 2]; 4] = [
    // Opens `configureFailPoint`.
    ["--setParameter", "enableTestCommands=1"],
    // The default pass over the TTL indexes, every 60 s, is too seldom for a test; it can be set at start only.
    ["--setParameter", "ttlMonitorSleepSecs=1"],
    ["--setParameter", "diagnosticDataCollectionEnabled=false"],
    // The default is half of the memory; below 1 GB a 16 MiB document may fail.
    ["--wiredTigerCacheSizeGB", "1"],
];

/// The settings of a server that is yet to start, from [`TestServer::builder`].
#[derive(Clone, Default)]
#[must_use = "a builder does nothing until `start` is awaited"]
pub struct TestServerBuilder {
    pub(crate) standalone: bool,
    pub(crate) args: Vec<String>,
    /// The key of a server with access control.
    pub(crate) key: Option<String>,
}

/// Leaves the key out, which is a password.
impl fmt::Debug for TestServerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let has_auth = self.key.is_some();
        f.debug_struct("TestServerBuilder")
            .field("standalone", &self.standalone)
            .field("args", &self.args)
            .field("auth", &has_auth)
            .finish()
    }
}

impl TestServerBuilder {
    /// Asks for a server that is no member of a replica set: without transactions and change streams.
    pub fn standalone(mut self) -> Self {
        self.standalone = true;
        self
    }

    /// Asks for a server with access control. [`TestServer::uri`] and the URIs of its databases are those of a user who may do everything,
    /// and so may create roles and users.
    pub fn auth(mut self) -> Self {
        self.key = Some(random_key());
        self
    }

    /// Adds one argument to the command line of `mongod`; a flag and its value are two.
    pub fn arg(mut self, arg: impl Into<String>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Starts the server, by the first road that is open (see the [crate's page](crate)).
    ///
    /// # Errors
    /// When no road is open, [`Error::NoServer`], which says what to do; when a road that was chosen by hand does not lead to a
    /// server, the reason.
    pub async fn start(self) -> Result<TestServer, Error> {
        locate::open(&locate::Roads::from_env()?, &self).await
    }

    /// Whether any replica set will do: only then may the user's own server be used.
    pub(crate) fn is_plain(&self) -> bool {
        !self.standalone && self.args.is_empty() && self.key.is_none()
    }

    /// The part of the command line that is the same in a process and in a container.
    pub(crate) fn server_args(&self) -> Vec<String> {
        let mut args: Vec<String> = SETTINGS
            .iter()
            .filter(|[flag, _]| *flag == "--setParameter" || !self.gives(flag))
            .flatten()
            .map(|&part| part.to_owned())
            .collect();
        if !self.standalone {
            args.extend(["--replSet".to_owned(), crate::replica_set::NAME.to_owned()]);
        }
        args.extend(self.args.iter().cloned());
        args
    }

    fn gives(&self, flag: &str) -> bool {
        self.args.iter().any(|arg| arg.split('=').next() == Some(flag))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_of_the_caller_replaces_ours_and_parameters_add_up() {
        let wish = TestServerBuilder::default().arg("--wiredTigerCacheSizeGB=2").arg("--setParameter").arg("x=1");
        let args = wish.server_args().join(" ");
        assert_eq!(
            args,
            "--setParameter enableTestCommands=1 --setParameter ttlMonitorSleepSecs=1 \
             --setParameter diagnosticDataCollectionEnabled=false --replSet rs0 --wiredTigerCacheSizeGB=2 --setParameter x=1"
        );
        assert!(!TestServerBuilder::default().standalone().server_args().contains(&"--replSet".to_owned()));
    }

    #[test]
    fn only_a_plain_wish_can_be_served_by_a_given_server() {
        assert!(TestServerBuilder::default().is_plain());
        assert!(!TestServerBuilder::default().standalone().is_plain());
        assert!(!TestServerBuilder::default().arg("--quiet").is_plain());
        assert!(!TestServerBuilder::default().auth().is_plain());
    }
}
