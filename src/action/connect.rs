//! `connect`: from a connection string to a [`Db`].

use super::sync_mode::run_mode;
use crate::{
    db::{Builder, Db, Registry},
    driver::{ConnectSpec, Connection},
    error::{Error, Result},
};

impl Db {
    /// Connects to the database that the connection string names (`mongodb://host/database`), with every default.
    ///
    /// ```no_run
    /// # async fn run() -> chakra::Result<()> {
    /// let db = chakra::Db::connect("mongodb://localhost:27017/blog").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Those of [`Builder::connect`].
    pub async fn connect(uri: impl AsRef<str>) -> Result<Db> {
        Db::builder(uri).connect().await
    }
}

impl Builder {
    /// Checks the registered models, then connects and asks the server who it is: one round trip. Where [`sync`](Self::sync) says so, what the
    /// models declare is then planned, verified or applied, with the round trips of [`Db::sync`], and without a deadline unless
    /// [`sync_deadline`](Self::sync_deadline) sets one.
    ///
    /// # Errors
    /// [`Error::Schema`] with all faults of the models, before anything is sent; [`Error::Connect`] where the connection string cannot be
    /// used, names no database, or no server answers within the server selection timeout, or the credentials are refused;
    /// [`Error::OutOfSync`] by [`SyncMode::Verify`](crate::SyncMode::Verify), and the errors of [`Db::sync`] by every mode but `Off`.
    pub async fn connect(self) -> Result<Db> {
        let registry = Registry::of(&self.roots);
        let faults = registry.faults();
        if !faults.is_empty() {
            return Err(Error::Schema(faults));
        }
        let connection = Connection::open(ConnectSpec {
            uri: self.uri.clone(),
            max_pool_size: self.max_pool_size,
            server_selection_timeout: self.server_selection_timeout,
            write_concern: self.write_concern.clone(),
            on_command: self.on_command.clone(),
        })
        .await?;
        let (mode, deadline, still_building) = (self.sync, self.sync_deadline, self.still_building);
        let db = Db::new(connection, registry, self);
        run_mode(&db, mode, deadline, still_building).await?;
        Ok(db)
    }
}
