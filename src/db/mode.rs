//! [`SyncMode`] and [`StillBuilding`]: what connecting does with what the models declare, and what becomes of what takes too long. Said to
//! `Builder`, carried out by `action/connect.rs` and `sync`.

/// What connecting does with the collections and indexes that the models declare; see [`Builder::sync`](crate::Builder::sync).
///
/// # Privileges
/// Where the server has access control, the least that a user needs beside what the application does, on the database unless a collection is
/// named:
///
/// | mode | actions |
/// | --- | --- |
/// | `Off` | none |
/// | `Verify` | `listCollections`, `listIndexes`; `find` on `_chakra_schema`, and on collections for which a time to live is declared |
/// | `Plan` | those; `find` on collections with a validator that could refuse and does not, to count what breaks it, and on those that get a unique index, to count what stands in its way |
/// | `Apply` | those of `Verify`, and where something is missing `createCollection` and `createIndex`; `insert` and `update` on `_chakra_schema`; `find` on collections that get a unique index; `collMod` where something is changed in place, a validator too |
/// | `db.sync().tighten()` | those of `Apply` |
/// | `db.sync().rebuild()` | those of `Apply`, and `dropIndex` |
/// | `db.sync().drop_unknown()` | those of `Apply`, `collMod` for what is hidden, and `dropIndex` for what is dropped |
/// | `db.sync().check_duplicates()` | `listCollections`, `listIndexes`; `find` on collections that get a unique index, and on those for which a time to live is declared |
/// | progress, where it is listened to | `inprog` on the cluster; without it only the beginning and the end of a build are told |
///
/// The role `read` has all for `Plan`, `Verify` and `check_duplicates`, `readWrite` all for `Apply` and `rebuild` but `collMod`, which `dbAdmin` has;
/// `clusterMonitor` has `inprog`. `db.sync()` needs what
/// `Apply` does and `db.sync().plan()` what `Plan` does. What is missing is [`Error::Privilege`](crate::Error::Privilege), which also says what
/// there is to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SyncMode {
    /// Nothing is looked at. The default.
    #[default]
    Off,
    /// What there is to do is logged, a step an event, and kept as [`Db::sync_plan`](crate::Db::sync_plan). Nothing is written.
    Plan,
    /// Connecting fails with [`Error::OutOfSync`](crate::Error::OutOfSync) where something that is declared is missing or different, or an
    /// index is still being built. Indexes that no model knows, a validator that only warns, and what a higher generation declares
    /// otherwise, are no reason. Nothing is written.
    Verify,
    /// What [`Db::sync`](crate::Db::sync) does is done, logged, and kept as [`Db::sync_plan`](crate::Db::sync_plan).
    Apply,
}

/// What becomes of an index that is still being built when the deadline of a `sync` passes. The build goes on in both cases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StillBuilding {
    /// The `sync` fails with [`Error::StillBuilding`](crate::Error::StillBuilding): a service that starts has all its indexes.
    #[default]
    Wait,
    /// The `sync` ends well, and its [`SyncPlan`](crate::SyncPlan) lists what is still being built and what was not begun: a service starts, with
    /// reads that are slow, and with unique keys that nobody guards, until another `sync` is through. A deadline that passes before it is known
    /// what there is to do is an error all the same.
    Serve,
}
