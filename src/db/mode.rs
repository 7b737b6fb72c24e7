//! [`SyncMode`]: what connecting does with what the models declare. Said to `Builder`, carried out by `action/connect.rs`.

/// What connecting does with the collections and indexes that the models declare; see [`Builder::sync`](crate::Builder::sync).
///
/// # Privileges
/// Where the server has access control, the least that a user needs beside what the application does, on the database unless a collection is
/// named:
///
/// | mode | actions |
/// | --- | --- |
/// | `Off` | none |
/// | `Plan`, `Verify` | `listCollections`, `listIndexes`; `find` on `_chakra_schema`, and on collections for which a time to live is declared |
/// | `Apply` | those, and where something is missing `createCollection` and `createIndex`; `find`, `insert` and `update` on `_chakra_schema`; `find` on collections that get a unique index; `collMod` where something is changed in place |
///
/// The role `read` has all for `Plan` and `Verify`, `readWrite` all for `Apply` but `collMod`, which `dbAdmin` has. `db.sync()` needs what
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
    /// Connecting fails with [`Error::OutOfSync`](crate::Error::OutOfSync) where something that is declared is missing or different. Indexes
    /// that no model knows, and what a higher generation declares otherwise, are no reason. Nothing is written.
    Verify,
    /// What [`Db::sync`](crate::Db::sync) does is done, logged, and kept as [`Db::sync_plan`](crate::Db::sync_plan).
    Apply,
}
