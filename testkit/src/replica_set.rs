//! From a server that listens to one that takes writes. Called by `process` and `container`.

use std::time::{Duration, Instant};

use mongodb::{Client, bson::doc};
use tokio::time::sleep;

use crate::Error;

/// The name of every test server's replica set.
pub(crate) const NAME: &str = "rs0";

/// The pause between two looks at a server that is starting.
pub(crate) const POLL: Duration = Duration::from_millis(10);

/// How long a server may take to be ready. An idle machine needs a third of a second.
pub(crate) const START_LIMIT: Duration = Duration::from_secs(60);

/// Initiates the set with this one member, if there is to be a set, and waits until the server is writable.
pub(crate) async fn make_ready(client: &Client, member: Option<&str>, deadline: Instant) -> Result<(), Error> {
    let admin = client.database("admin");
    if let Some(host) = member {
        let members = vec![doc! { "_id": 0, "host": host }];
        // The default timeout of 10 s would be felt when a test makes the primary step down.
        let config = doc! { "_id": NAME, "members": members, "settings": { "electionTimeoutMillis": 1000 } };
        admin.run_command(doc! { "replSetInitiate": config }).await?;
    }
    loop {
        let hello = admin.run_command(doc! { "hello": 1 }).await?;
        if hello.get_bool("isWritablePrimary").is_ok_and(|writable| writable) {
            return Ok(());
        }
        if Instant::now() > deadline {
            return Err(Error::NotReady(START_LIMIT));
        }
        sleep(POLL).await;
    }
}
