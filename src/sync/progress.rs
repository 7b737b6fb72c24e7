//! Builds of indexes while they run: how far they are, told to who listens, and what to say of one that takes too long.
//!
//! Every build of `sync` goes through [`build`]; [`join`] waits for those that others have begun.

use super::{
    patience::{FIRST_PAUSE, wait},
    step::name_of,
};
use crate::{
    driver::{Connection, Scope},
    error::{Error, Outcome, Result},
    render::render_builds,
    schema::Schema,
};
use bson::{Bson, Document};
use futures::future::{Either, select};
use std::{fmt, pin::pin, sync::Arc, time::Duration};

/// How often the server is asked how far it is.
const BETWEEN: Duration = Duration::from_secs(1);

/// How far the build of one index is. Given to the listener of [`on_progress`](crate::action::SyncModels::on_progress); prints itself.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SyncProgress {
    /// The model.
    pub model: &'static str,
    /// The collection.
    pub collection: &'static str,
    /// The name of the index on the server.
    pub index: String,
    /// What is going on.
    pub phase: BuildPhase,
}

/// What is going on with a build.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BuildPhase {
    /// The command is about to be sent. The index may be there when it arrives.
    Started,
    /// The server is at it. It may be so as well with indexes that another service builds on the collection.
    Running {
        /// In the server's words: `scanning collection`, for example.
        what: String,
        /// How many documents, or keys, it is through with.
        done: u64,
        /// Of how many.
        total: u64,
    },
    /// The index is built.
    Finished,
    /// It is not: the server refused it, or the deadline passed, after which the build may go on.
    Failed,
}

impl fmt::Display for SyncProgress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the index `{}` on `{}`: {}", self.index, self.collection, self.phase)
    }
}

impl fmt::Display for BuildPhase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Started => f.write_str("started"),
            Self::Running { what, done, total: 0 } => write!(f, "{what}, {done}"),
            Self::Running { what, done, total } => write!(f, "{what}, {done} of {total}"),
            Self::Finished => f.write_str("finished"),
            Self::Failed => f.write_str("failed"),
        }
    }
}

/// Who hears of it, beside the subscriber of `tracing`.
#[derive(Clone, Default)]
pub(crate) struct Watch(Option<Arc<dyn Fn(&SyncProgress) + Send + Sync>>);

impl Watch {
    pub(crate) fn by(listener: impl Fn(&SyncProgress) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(listener)))
    }

    fn is_on(&self) -> bool {
        self.0.is_some() || tracing::enabled!(tracing::Level::INFO)
    }

    fn tell(&self, schema: &Schema, index: &str, phase: BuildPhase) {
        let Schema { model, collection, .. } = *schema;
        tracing::info!(model, collection, index, %phase, "an index is built");
        if let Some(listener) = &self.0 {
            listener(&SyncProgress { model, collection, index: index.to_owned(), phase });
        }
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Watch").field(&self.0.is_some()).finish()
    }
}

/// Builds these indexes and waits for them.
///
/// # Errors
/// [`Error::StillBuilding`] when the deadline passes meanwhile, and what the connection reports.
pub(super) async fn build(
    connection: &Connection,
    scope: &Scope,
    watch: &Watch,
    schema: &'static Schema,
    indexes: Vec<Document>,
) -> Result<()> {
    let names: Vec<String> = indexes.iter().map(|index| name_of(index).to_owned()).collect();
    let tell_all = |phase: BuildPhase| names.iter().for_each(|name| watch.tell(schema, name, phase.clone()));
    tell_all(BuildPhase::Started);
    let built = create(connection, scope, watch, schema, indexes).await;
    tell_all(if built.is_ok() { BuildPhase::Finished } else { BuildPhase::Failed });
    built.map_err(|error| still_building(schema, names, error))
}

/// Waits for indexes that are listed and are still being built, perhaps by another service.
///
/// # Errors
/// Those of [`build`].
pub(super) async fn join(
    connection: &Connection,
    scope: &Scope,
    watch: &Watch,
    schema: &'static Schema,
    indexes: Vec<Document>,
) -> Result<()> {
    let names: Vec<String> = indexes.iter().map(|index| name_of(index).to_owned()).collect();
    create(connection, scope, watch, schema, indexes).await.map_err(|error| still_building(schema, names, error))
}

/// Sends the command until all of the indexes are built. The server may say that an index exists which another command is still building, and
/// whose values it does not keep apart yet: only what it lists as built is.
async fn create(connection: &Connection, scope: &Scope, watch: &Watch, schema: &'static Schema, indexes: Vec<Document>) -> Result<()> {
    let mut pause = FIRST_PAUSE;
    loop {
        if send(connection, scope, watch, schema, indexes.clone()).await? {
            return Ok(());
        }
        let states = connection.index_states(scope, schema).await?;
        let is_built = |index: &Document| states.iter().any(|(state, is_built)| *is_built && name_of(state) == name_of(index));
        if indexes.iter().all(is_built) {
            return Ok(());
        }
        wait(scope, &mut pause, scope.deadline.passed("createIndexes", Outcome::Unknown)).await?;
    }
}

async fn send(connection: &Connection, scope: &Scope, watch: &Watch, schema: &'static Schema, indexes: Vec<Document>) -> Result<bool> {
    let created = pin!(connection.create_indexes(scope, schema, indexes));
    if !watch.is_on() {
        return created.await;
    }
    let followed = pin!(follow(connection, scope, watch, schema));
    match select(created, followed).await {
        Either::Left((created, _)) => created,
        Either::Right(((), created)) => created.await,
    }
}

/// Tells how far the builds on a collection are until the server does not say.
async fn follow(connection: &Connection, scope: &Scope, watch: &Watch, schema: &'static Schema) {
    loop {
        tokio::time::sleep(BETWEEN).await;
        // It needs a right of its own, without which the beginning and the end are told alone.
        let Ok(builds) = connection.running(scope, render_builds(connection.database_name(), schema.collection)).await else { return };
        for build in &builds {
            if let Some(phase) = phase_of(build) {
                names_of(build).for_each(|name| watch.tell(schema, name, phase.clone()));
            }
        }
    }
}

/// `Index Build: scanning collection Index Build: scanning collection: 2000/20000 10%`, and the numbers beside it.
fn phase_of(build: &Document) -> Option<BuildPhase> {
    let message = build.get_str("msg").ok()?;
    let what = message.trim_start_matches("Index Build: ");
    let what = what.split([':', '%']).next().unwrap_or(what);
    let what = what.trim_end_matches("Index Build").trim();
    let progress = build.get_document("progress").ok();
    let count = |name: &str| match progress.and_then(|progress| progress.get(name)) {
        Some(Bson::Int32(count)) => u64::try_from(*count).unwrap_or_default(),
        Some(Bson::Int64(count)) => u64::try_from(*count).unwrap_or_default(),
        _ => 0,
    };
    Some(BuildPhase::Running { what: what.to_owned(), done: count("done"), total: count("total") })
}

fn names_of(build: &Document) -> impl Iterator<Item = &str> {
    let indexes = build.get_document("command").ok().and_then(|command| command.get_array("indexes").ok());
    indexes.into_iter().flatten().filter_map(|index| index.as_document().map(name_of))
}

/// The server goes on with what it was sent.
fn still_building(schema: &Schema, names: Vec<String>, error: Error) -> Error {
    match error {
        Error::Timeout { after, outcome: Outcome::Unknown, .. } => {
            Error::StillBuilding { model: schema.model, indexes: names.into(), after }
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bson::doc;

    #[test]
    fn the_server_says_how_far_it_is() {
        let build = |message: &str| {
            doc! {
                "msg": message, "progress": { "done": 2_000, "total": 20_000_i64 },
                "command": { "createIndexes": "x", "indexes": [{ "key": { "a": 1 }, "name": "a_1" }, { "key": { "b": 1 }, "name": "b_1" }] },
            }
        };
        let phase = |message: &str| phase_of(&build(message)).map(|phase| phase.to_string());
        let scanning = "Index Build: scanning collection Index Build: scanning collection: 2000/20000 10%";
        assert_eq!(phase(scanning).as_deref(), Some("scanning collection, 2000 of 20000"));
        let draining = "Index Build: draining writes received during build";
        assert_eq!(phase(draining).as_deref(), Some("draining writes received during build, 2000 of 20000"));
        assert_eq!(names_of(&build(scanning)).collect::<Vec<_>>(), ["a_1", "b_1"]);
        assert_eq!(phase_of(&doc! {}), None);
        assert_eq!(names_of(&doc! {}).count(), 0);
    }

    #[test]
    fn a_build_that_was_not_sent_is_not_going_on() {
        let late = |outcome| Error::Timeout { what: "createIndexes".into(), after: BETWEEN, outcome, behind: None };
        let schema: &'static Schema = Box::leak(Box::new(Schema::bare("User", "users")));
        let names = || vec!["a_1".to_owned(), "b_1".to_owned()];
        assert!(matches!(still_building(schema, names(), late(Outcome::NotApplied)), Error::Timeout { .. }));
        let error = still_building(schema, names(), late(Outcome::Unknown));
        let text = "the server is still building `a_1`, `b_1` of `User` after 1s; the build goes on, and `sync` again waits for it";
        assert_eq!(error.to_string(), text);
        assert_eq!(error.outcome(), Outcome::Unknown);
    }
}
