//! Commands that the server refuses while it builds an index on the collection, sent again until it takes them.
//!
//! Called by `apply`, `rebuild`, `unknown` and `validator`; `progress` pauses alike. Where several services sync at once, one may be done with a build when another begins the next.

use super::step::name_of;
use crate::{
    driver::{Connection, Scope},
    error::{Error, Result},
    schema::Schema,
};
use bson::Document;
use std::time::Duration;

/// An index is being built on the collection.
const BUSY: i32 = 12_587;
const INDEX_NOT_FOUND: i32 = 27;

pub(super) const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// Changes a collection or an index in place.
pub(super) async fn modify(connection: &Connection, scope: &Scope, schema: &'static Schema, change: &Document) -> Result<()> {
    let mut pause = FIRST_PAUSE;
    loop {
        match connection.modify(scope, schema, change.clone()).await {
            Err(error) if error.server_code() == Some(BUSY) => wait(scope, &mut pause, error).await?,
            other => return other,
        }
    }
}

/// Changes an index if it still is as it was listed. False where it is gone, or was changed, or made anew, since.
pub(super) async fn modify_seen(
    connection: &Connection,
    scope: &Scope,
    schema: &'static Schema,
    seen: &Document,
    change: &Document,
) -> Result<bool> {
    let mut pause = FIRST_PAUSE;
    loop {
        if !connection.list_indexes(scope, schema).await?.contains(seen) {
            return Ok(false);
        }
        match connection.modify(scope, schema, change.clone()).await {
            Ok(()) => return Ok(true),
            Err(error) if error.server_code() == Some(BUSY) => wait(scope, &mut pause, error).await?,
            Err(error) if error.server_code() == Some(INDEX_NOT_FOUND) => return Ok(false),
            Err(error) => return Err(error),
        }
    }
}

/// Drops the index of this name. False where it is not there.
pub(super) async fn drop_index(connection: &Connection, scope: &Scope, schema: &'static Schema, name: &str) -> Result<bool> {
    let mut pause = FIRST_PAUSE;
    loop {
        match connection.drop_index(scope, schema, name).await {
            Err(error) if error.server_code() == Some(BUSY) => wait(scope, &mut pause, error).await?,
            other => return other,
        }
    }
}

/// Drops an index if it still is as it was listed. False where it is gone, or was changed, or made anew, since.
pub(super) async fn drop_seen(connection: &Connection, scope: &Scope, schema: &'static Schema, seen: &Document) -> Result<bool> {
    let mut pause = FIRST_PAUSE;
    loop {
        if !connection.list_indexes(scope, schema).await?.contains(seen) {
            return Ok(false);
        }
        match connection.drop_index(scope, schema, name_of(seen)).await {
            Err(error) if error.server_code() == Some(BUSY) => wait(scope, &mut pause, error).await?,
            other => return other,
        }
    }
}

/// Pauses, each time for longer, unless the deadline would pass before.
pub(super) async fn wait(scope: &Scope, pause: &mut Duration, error: Error) -> Result<()> {
    if scope.deadline.is_over_after(*pause) {
        return Err(error);
    }
    tokio::time::sleep(*pause).await;
    *pause = LONGEST_PAUSE.min(*pause * 2);
    Ok(())
}
