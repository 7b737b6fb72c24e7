//! `connect`: from a connection string to a [`Db`].

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
    /// Checks the registered models, then connects and asks the server who it is: one round trip.
    ///
    /// # Errors
    /// [`Error::Schema`] with all faults of the models, before anything is sent; [`Error::Connect`] where the connection string cannot be
    /// used, names no database, or no server answers within the server selection timeout, or the credentials are refused.
    pub async fn connect(self) -> Result<Db> {
        let registry = Registry::of(&self.roots);
        let faults = registry.faults();
        if !faults.is_empty() {
            return Err(Error::Schema(faults));
        }
        let connection = Connection::open(ConnectSpec {
            uri: self.uri,
            max_pool_size: self.max_pool_size,
            server_selection_timeout: self.server_selection_timeout,
            write_concern: self.write_concern,
            on_command: self.on_command,
        })
        .await?;
        Ok(Db::new(connection, registry, self.clock, self.deadline, self.page_keys, self.id_lists))
    }
}
