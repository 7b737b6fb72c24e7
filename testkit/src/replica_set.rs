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

/// Initiates the set with these members, if there is to be a set, and waits until the server is writable; of several, this one becomes the
/// primary.
pub(crate) async fn make_ready(client: &Client, members: Option<&[String]>, deadline: Instant) -> Result<(), Error> {
    let admin = client.database("admin");
    if let Some(hosts) = members {
        let member = |(id, host): (usize, &String)| {
            // The one that is asked may be elected at once, instead of after a lost election of another.
            doc! { "_id": i32::try_from(id).unwrap_or(i32::MAX), "host": host, "priority": if id == 0 { 2 } else { 1 } }
        };
        let members: Vec<_> = hosts.iter().enumerate().map(member).collect();
        // The default timeout of 10 s would be felt when a test makes the primary step down.
        let settings = doc! { "electionTimeoutMillis": 1000, "heartbeatIntervalMillis": 250 };
        admin.run_command(doc! { "replSetInitiate": { "_id": NAME, "members": members, "settings": settings } }).await?;
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
