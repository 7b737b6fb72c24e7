//! The look-up order. `Roads` is filled from the environment, once per start, so that everything below works on values; `open`
//! walks it.

use std::{
    env,
    ffi::OsString,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

use mongodb::{Client, bson::doc, options::ClientOptions};

#[cfg(feature = "testcontainers")]
use crate::container::start as start_container;
use crate::{Error, ServerKind, TestServer, TestServerBuilder, process, uri::ServerUri};

/// What the environment says about where to look.
#[derive(Debug, Clone)]
pub(crate) struct Roads {
    /// `MONGODB_URI`.
    uri: Option<String>,
    /// `MONGOD`.
    mongod: Option<PathBuf>,
    /// The folders of `PATH`.
    path: Vec<PathBuf>,
    /// The user's cache: `XDG_CACHE_HOME`, or `.cache` in `HOME`.
    cache: Option<PathBuf>,
    /// `CHAKRA_TEST_SERVER=testcontainers`.
    container_only: bool,
    /// `CHAKRA_TEST_IMAGE`.
    image: String,
}

impl Roads {
    pub(crate) fn from_env() -> Result<Self, Error> {
        Self::read(env::var_os)
    }

    /// An empty variable counts as none.
    fn read(variable: impl Fn(&'static str) -> Option<OsString>) -> Result<Self, Error> {
        let variable = |name: &'static str| variable(name).filter(|value| !value.is_empty());
        let text = |name| {
            let problem = |_| Error::Setting { name, problem: "is not valid UTF-8".to_owned() };
            variable(name).map(OsString::into_string).transpose().map_err(problem)
        };
        let container_only = match text("CHAKRA_TEST_SERVER")?.as_deref() {
            None => false,
            Some("testcontainers") => true,
            Some(other) => {
                let problem = format!("is {other:?}; the only value it may have is \"testcontainers\"");
                return Err(Error::Setting { name: "CHAKRA_TEST_SERVER", problem });
            }
        };
        let absolute = |name| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
        Ok(Self {
            uri: text("MONGODB_URI")?,
            mongod: variable("MONGOD").map(PathBuf::from),
            path: variable("PATH").map(|path| env::split_paths(&path).collect()).unwrap_or_default(),
            cache: absolute("XDG_CACHE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".cache"))),
            container_only,
            image: text("CHAKRA_TEST_IMAGE")?.unwrap_or_else(|| "mongo:6.0".to_owned()),
        })
    }

    /// A `mongod` that the user put there.
    fn installed(&self) -> Result<Option<PathBuf>, Error> {
        match &self.mongod {
            Some(mongod) if is_executable(mongod) => Ok(Some(mongod.clone())),
            Some(mongod) => {
                let problem = format!("is {}, which is no executable file", mongod.display());
                Err(Error::Setting { name: "MONGOD", problem })
            }
            None => Ok(self.path.iter().map(|folder| folder.join("mongod")).find(|mongod| is_executable(mongod))),
        }
    }

    /// Where the download is kept, whether it is there yet or not.
    fn fetched(&self) -> Option<PathBuf> {
        self.cache.as_ref().map(|cache| cache.join("chakra-testkit/mongod-6.0.5/mongod"))
    }
}

/// Takes the first road that is open.
///
/// A road that the user chose, by a variable or by putting a `mongod` on the path, is the last: silently taking another one would hide
/// the mistake. So is a download that runs but refuses its arguments.
pub(crate) async fn open(roads: &Roads, wish: &TestServerBuilder) -> Result<TestServer, Error> {
    if roads.container_only {
        return start_container(&roads.image, wish).await;
    }
    if let Some(uri) = &roads.uri
        && wish.is_plain()
    {
        return given(uri).await;
    }
    if let Some(mongod) = roads.installed()? {
        return process::start(&mongod, ServerKind::Installed, wish).await;
    }
    let mut tried = vec!["there is no mongod on the PATH".to_owned()];
    let fetched = roads.fetched();
    if let Some(mongod) = fetched.as_deref().filter(|mongod| is_executable(mongod)) {
        match process::start(mongod, ServerKind::Fetched, wish).await {
            Err(error @ Error::Unrunnable { .. }) => tried.push(error.with_causes()),
            outcome => return outcome,
        }
    }
    match start_container(&roads.image, wish).await {
        Err(error) => tried.push(error.with_causes()),
        outcome => return outcome,
    }
    match fetch_and_start(fetched, wish).await {
        Err(error @ (Error::Unrunnable { .. } | Error::Fetch(_) | Error::FeatureOff(_) | Error::Io { .. })) => {
            tried.push(error.with_causes());
            Err(Error::NoServer { tried })
        }
        outcome => outcome,
    }
}

/// A `mongod` of this machine, fetched where there is none: for what only processes can be.
pub(crate) async fn binary(roads: &Roads) -> Result<PathBuf, Error> {
    if let Some(mongod) = roads.installed()? {
        return Ok(mongod);
    }
    let fetched = roads.fetched();
    match fetched {
        Some(mongod) if is_executable(&mongod) => Ok(mongod),
        Some(target) => {
            let fetched = fetch(&target).await;
            fetched.map(|()| target).map_err(|error| Error::NoServer { tried: vec![error.with_causes()] })
        }
        None => Err(no_cache()),
    }
}

/// The user's own server: only asked whether it is there.
async fn given(uri: &str) -> Result<TestServer, Error> {
    let server = ServerUri::given(uri)?;
    let answers = async {
        let mut options = ClientOptions::parse(server.without_database()).await?;
        options.server_selection_timeout.get_or_insert(Duration::from_secs(5));
        let client = Client::with_options(options)?;
        let answer = client.database("admin").run_command(doc! { "hello": 1 }).await;
        client.shutdown().immediate(true).await;
        answer
    };
    let hello = answers.await.map_err(|source| Error::Given { source: Box::new(source) })?;
    // Found out here once, instead of in each test that needs a transaction.
    if !hello.contains_key("setName") && hello.get_str("msg").is_err() {
        let problem = "names a standalone server; tests need a replica set, of which one member is enough".to_owned();
        return Err(Error::Setting { name: "MONGODB_URI", problem });
    }
    Ok(TestServer::new(ServerKind::Given, server, None))
}

async fn fetch_and_start(target: Option<PathBuf>, wish: &TestServerBuilder) -> Result<TestServer, Error> {
    let Some(target) = target else {
        return Err(no_cache());
    };
    fetch(&target).await?;
    process::start(&target, ServerKind::Fetched, wish).await
}

fn no_cache() -> Error {
    Error::Fetch("there is no cache to keep it in; set XDG_CACHE_HOME or HOME".to_owned())
}

#[cfg(feature = "download")]
async fn fetch(target: &Path) -> Result<(), Error> {
    let target = target.to_owned();
    blocking(move || crate::fetch::fetch_mongod(&target)).await
}

#[cfg(not(feature = "download"))]
async fn fetch(_target: &Path) -> Result<(), Error> {
    Err(Error::FeatureOff("download"))
}

#[cfg(not(feature = "testcontainers"))]
async fn start_container(_image: &str, _wish: &TestServerBuilder) -> Result<TestServer, Error> {
    Err(Error::FeatureOff("testcontainers"))
}

/// Runs work that blocks beside the runtime, and hands on its panic.
#[cfg(any(feature = "download", feature = "testcontainers"))]
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(value) => value,
        Err(failure) => std::panic::resume_unwind(failure.into_panic()),
    }
}

fn is_executable(file: &Path) -> bool {
    file.metadata().is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;

    use super::*;

    fn roads(variables: &[(&str, &str)]) -> Result<Roads, Error> {
        Roads::read(|name| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| OsString::from(value)))
    }

    fn make_mongod(folder: &Path, mode: u32) -> PathBuf {
        let mongod = folder.join("mongod");
        fs::write(&mongod, "").unwrap();
        fs::set_permissions(&mongod, fs::Permissions::from_mode(mode)).unwrap();
        mongod
    }

    #[test]
    fn the_cache_is_absolute_and_empty_variables_are_none() {
        let fetched = |variables| roads(variables).unwrap().fetched();
        let path = |cache: &str| Some(PathBuf::from(format!("{cache}/chakra-testkit/mongod-6.0.5/mongod")));
        assert_eq!(fetched(&[("XDG_CACHE_HOME", "/c"), ("HOME", "/h")]), path("/c"));
        assert_eq!(fetched(&[("XDG_CACHE_HOME", "c"), ("HOME", "/h")]), path("/h/.cache"));
        assert_eq!(fetched(&[("XDG_CACHE_HOME", ""), ("HOME", "/h")]), path("/h/.cache"));
        assert_eq!(fetched(&[]), None);
        assert_eq!(roads(&[("MONGODB_URI", "")]).unwrap().uri, None);
    }

    #[test]
    fn the_container_can_be_forced_and_a_misspelling_is_told() {
        let forced = roads(&[("CHAKRA_TEST_SERVER", "testcontainers"), ("CHAKRA_TEST_IMAGE", "mongo:7")]).unwrap();
        assert!(forced.container_only);
        assert_eq!(forced.image, "mongo:7");
        assert_eq!(roads(&[]).unwrap().image, "mongo:6.0");
        let error = roads(&[("CHAKRA_TEST_SERVER", "container")]).unwrap_err();
        assert!(error.to_string().contains("\"testcontainers\""), "{error}");
    }

    #[test]
    fn the_variable_wins_over_the_path_and_only_executables_count() {
        let (first, second, chosen) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        make_mongod(first.path(), 0o644);
        let on_path = make_mongod(second.path(), 0o755);
        let named = make_mongod(chosen.path(), 0o755);
        let path = format!("{}:{}", first.path().display(), second.path().display());

        assert_eq!(roads(&[("PATH", &path)]).unwrap().installed().unwrap(), Some(on_path));
        let both = roads(&[("PATH", &path), ("MONGOD", named.to_str().unwrap())]).unwrap();
        assert_eq!(both.installed().unwrap(), Some(named));
        let wrong = roads(&[("PATH", &path), ("MONGOD", "/no/such/mongod")]).unwrap();
        assert!(wrong.installed().unwrap_err().to_string().contains("/no/such/mongod"));
    }
}
