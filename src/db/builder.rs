//! [`Builder`]: everything that can be said about a connection before it is made. Consumed by `action/connect.rs`.

use super::{Clock, Db, StillBuilding, SyncMode};
use crate::{
    codec::SealKeys,
    driver::{CommandListener, CommandRecord, options::WriteConcern},
    model::Model,
    render::MOST_RELATED,
    schema::{IdListLimit, Schema},
};
use chrono::{DateTime, Utc};
use std::{fmt, sync::Arc, time::Duration};

/// How long a call may take unless it says otherwise.
const DEADLINE: Duration = Duration::from_secs(30);

/// What a connection is made of. Start with [`Db::builder`], end with [`connect`](Builder::connect).
///
/// What the connection string says holds unless a method here says otherwise, but for the write concern: see
/// [`write_concern`](Self::write_concern).
#[must_use = "a builder does nothing until `connect` is awaited"]
pub struct Builder {
    pub(crate) uri: String,
    pub(crate) roots: Vec<&'static Schema>,
    pub(crate) deadline: Duration,
    pub(crate) clock: Clock,
    pub(crate) max_pool_size: Option<u32>,
    pub(crate) server_selection_timeout: Option<Duration>,
    pub(crate) write_concern: Option<WriteConcern>,
    pub(crate) on_command: Option<CommandListener>,
    pub(crate) page_keys: SealKeys,
    pub(crate) most_related_keys: u32,
    pub(crate) generation: u32,
    pub(crate) sync: SyncMode,
    pub(crate) sync_deadline: Option<Duration>,
    pub(crate) still_building: StillBuilding,
    pub(crate) id_lists: IdListLimit,
}

impl Db {
    /// Starts a connection. The connection string must name a database: `mongodb://host/database`.
    pub fn builder(uri: impl AsRef<str>) -> Builder {
        Builder {
            uri: uri.as_ref().to_owned(),
            roots: Vec::new(),
            deadline: DEADLINE,
            clock: Clock::default(),
            max_pool_size: None,
            server_selection_timeout: None,
            write_concern: None,
            on_command: None,
            page_keys: SealKeys::default(),
            most_related_keys: MOST_RELATED,
            generation: 0,
            sync: SyncMode::default(),
            sync_deadline: None,
            still_building: StillBuilding::default(),
            id_lists: IdListLimit::default(),
        }
    }
}

impl Builder {
    /// Registers a model and every model that its relations lead to: they are checked at connect, and `db.sync()` makes the server agree
    /// with them. Verbs work on models that are not registered too.
    pub fn model<M: Model>(mut self) -> Self {
        self.roots.push(M::schema());
        self
    }

    /// How long each call may take, its retries included, unless it has a `.deadline(…)` of its own. 30 seconds by default.
    pub fn deadline(mut self, limit: Duration) -> Self {
        self.deadline = limit;
        self
    }

    /// How many connections to one server there may be; 32 by default, and at least 2, since one in eight is kept for transactions. Calls
    /// beyond wait, and their wait counts against their deadline.
    pub fn max_pool_size(mut self, connections: u32) -> Self {
        self.max_pool_size = Some(connections);
        self
    }

    /// How long to look for a server that can take a call, at connect and later; 5 seconds by default.
    pub fn server_selection_timeout(mut self, limit: Duration) -> Self {
        self.server_selection_timeout = Some(limit);
        self
    }

    /// The write concern of every write, instead of majority. A `w` in the connection string does not weaken it, because a write that only
    /// one member has is lost when that member fails: 1,313 of 7,890 in our measurement.
    pub fn write_concern(mut self, concern: WriteConcern) -> Self {
        self.write_concern = Some(concern);
        self
    }

    /// Seals the tokens of [`page`](crate::action::Find::page) with this key, so that who gets one can neither read the values in it nor make or
    /// change one. How long they are still shows in its length.
    ///
    /// All processes that read each other's tokens need the same keys. After another call the key of the last one seals, and tokens that were
    /// sealed with an earlier one are still read: to change the key, first give the new one in front of the old one to every process, then
    /// behind it, and leave the old one out when no token of its time is in use any more. Tokens that are not sealed are refused from the
    /// first key on.
    ///
    /// The cipher is XChaCha20-Poly1305. A key is 32 bytes of chance, from a secret store and not from a text that somebody thought of.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # async fn run(key: [u8; 32], old_key: [u8; 32]) -> chakra::Result<()> {
    /// let db = Db::builder("mongodb://localhost:27017/blog").page_key(old_key).page_key(key).connect().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn page_key(mut self, key: [u8; 32]) -> Self {
        self.page_keys.add(key);
        self
    }

    /// How many keys a filter on [related documents](crate::query#related-documents) may name; 100,000 by default, of ObjectIds a filter of 2 MiB.
    ///
    /// Where there are more, a read looks the related documents up for each of its own instead, by a `$lookup`, and a write is
    /// [`Error::TooLarge`](crate::Error::TooLarge). A filter has room for 16 MiB: raise it with the size of the keys in mind. A read whose keys
    /// take more than 4 MiB looks up as well, however few they are.
    pub fn most_related_keys(mut self, keys: u32) -> Self {
        self.most_related_keys = keys;
        self
    }

    /// What [`connect`](Self::connect) does with the collections and indexes that the models declare. Nothing by default: `db.sync()` is
    /// called when it is wanted.
    ///
    /// ```no_run
    /// # use chakra::{SyncMode, prelude::*};
    /// # #[derive(Model)] struct User { #[chakra(id)] id: Id<User>, #[chakra(unique)] email: String }
    /// # async fn f() -> chakra::Result<()> {
    /// let db = Db::builder("mongodb://localhost:27017/blog").model::<User>().sync(SyncMode::Apply).connect().await?;
    /// # let _ = db; Ok(()) }
    /// ```
    pub fn sync(mut self, mode: SyncMode) -> Self {
        self.sync = mode;
        self
    }

    /// How long what [`sync`](Self::sync) asks for may take; without it, as long as it needs. A build that was begun goes on without the caller.
    ///
    /// It is a part of [`connect`](Self::connect) alone: `db.sync()` has a [`deadline`](crate::action::SyncModels::deadline) of its own.
    pub fn sync_deadline(mut self, limit: Duration) -> Self {
        self.sync_deadline = Some(limit);
        self
    }

    /// What becomes of an index that is still being built when the [`sync_deadline`](Self::sync_deadline) passes: connecting fails, or the
    /// service starts without it, and [`Db::sync_plan`] tells what is missing. Without a deadline it says nothing.
    ///
    /// ```no_run
    /// # use chakra::{StillBuilding, SyncMode, prelude::*};
    /// # use std::time::Duration;
    /// # #[derive(Model)] struct User { #[chakra(id)] id: Id<User>, #[chakra(unique)] email: String }
    /// # async fn f() -> chakra::Result<()> {
    /// let builder = Db::builder("mongodb://localhost:27017/blog").model::<User>().sync(SyncMode::Apply);
    /// let db = builder.sync_deadline(Duration::from_secs(60)).still_building(StillBuilding::Serve).connect().await?;
    /// # let _ = db; Ok(()) }
    /// ```
    pub fn still_building(mut self, then: StillBuilding) -> Self {
        self.still_building = then;
        self
    }

    /// Which version of the service this is, where several with different declarations run side by side, as while one is rolled out: raise
    /// it with each change of a declaration. 0 by default.
    ///
    /// A sync leaves a collection that a higher generation has synced as it is: it creates nothing in it, changes nothing, and tells what
    /// it would have done as [`SyncStep::LeftTo`](crate::SyncStep::LeftTo). So an older version that is started again does not undo
    /// what the newer one declares, and an index that the newer one has dropped does not come back. Of equal generations each brings what
    /// is changed in place to what it declares itself. `_chakra_schema` keeps the highest generation of each collection; to go back to an
    /// older version for good, give it a higher generation.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # #[derive(Model)] struct User { #[chakra(id)] id: Id<User>, #[chakra(unique)] email: String }
    /// # async fn f() -> chakra::Result<()> {
    /// let db = Db::builder("mongodb://localhost:27017/blog").model::<User>().generation(7).connect().await?;
    /// db.sync().await?;
    /// # Ok(()) }
    /// ```
    pub fn generation(mut self, generation: u32) -> Self {
        self.generation = generation;
        self
    }

    /// How many ids the lists of a ManyToMany relation may have: from `warn` on, 10,000 by default, each write that makes one longer says so
    /// by a `tracing` event; beyond `most`, 100,000 by default, it is [`Error::Invalid`](crate::Error::Invalid) and nothing is written.
    ///
    /// A list is a part of its document, which the server keeps below 16 MiB, and is read and sent with it. What has more than some ten
    /// thousand on the other side is better told by a model of its own between the two, with a key to each.
    pub fn id_list_limit(mut self, warn: usize, most: usize) -> Self {
        self.id_lists = IdListLimit { warn, most };
        self
    }

    /// What `now()` is, for tests. It is cut to milliseconds, as the server stores it.
    pub fn clock(mut self, now: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        self.clock = Clock::new(now);
        self
    }

    /// Calls `listener` with every command that is sent to the server, for tests that count round trips. It is called inside of the
    /// driver and must be quick; while it is set, each command is also parsed.
    pub fn on_command(mut self, listener: impl Fn(&CommandRecord) + Send + Sync + 'static) -> Self {
        self.on_command = Some(Arc::new(listener));
        self
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The connection string may hold a password.
        let models: Vec<&str> = self.roots.iter().map(|schema| schema.model).collect();
        f.debug_struct("Builder").field("models", &models).field("deadline", &self.deadline).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_builder_hides_its_connection_string_and_its_keys() {
        let text = format!("{:?}", Db::builder("mongodb://ada:s3cret@localhost/blog").page_key([231; 32]));
        assert!(!text.contains("s3cret") && !text.contains("ada") && !text.contains("231"), "{text}");
    }
}
