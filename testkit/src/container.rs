//! A `mongod` in a container, through `testcontainers`. Called by `locate`.
//!
//! `testcontainers` pulls the image, starts the container and finds its port. The container's end is the supervisor's, by its
//! name, since a static server is never dropped and a killed process drops nothing.

use std::{
    process::{Command, Stdio},
    sync::LazyLock,
    thread,
    time::{Duration, Instant},
};

use mongodb::Client;
use testcontainers::{
    ContainerRequest, GenericImage, ImageExt,
    core::{IntoContainerPort, WaitFor},
    runners::AsyncRunner,
};
use tokio::runtime::{Builder, Runtime};

use crate::{
    Error, ServerKind, TestServer, TestServerBuilder,
    locate::blocking,
    replica_set::{self, START_LIMIT},
    supervisor::Supervisor,
    unique::unique_name,
    uri::ServerUri,
};

/// The server's port inside the container.
const PORT: u16 = 27017;

/// How long the engine may take to tell its version before it counts as absent.
const ENGINE_LIMIT: Duration = Duration::from_secs(5);

/// `$1` is the container's name.
const SCRIPT: &str = r#"
trap '' HUP INT TERM PIPE
while read -r _; do :; done
exec docker rm --force --volumes "$1" </dev/null >/dev/null 2>&1
"#;

/// `$1` is the key, which `mongod` takes from a file that nobody else can read alone; the rest is its command line.
const WITH_KEY: &str = r#"
umask 077
printf %s "$1" >/tmp/mongod.key
shift
exec mongod --keyFile /tmp/mongod.key "$@"
"#;

/// `testcontainers` keeps one client of the engine per process, and a client belongs to the runtime that made it. The runtimes of
/// tests end with their tests, so all talk with the engine happens on this one.
static ENGINE: LazyLock<Runtime> = LazyLock::new(|| {
    Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("chakra-testkit-docker")
        .enable_all()
        .build()
        .expect("a runtime for the talk with Docker's engine")
});

/// Starts a container of this image and waits until its server takes writes.
pub(crate) async fn start(image: &str, wish: &TestServerBuilder) -> Result<TestServer, Error> {
    blocking(find_engine).await?;
    let name = unique_name("chakra_test");
    // Before the container, so that no moment is left in which a killed owner leaves one behind.
    let supervisor = Supervisor::spawn(SCRIPT, [&name])?;
    let running = ENGINE.spawn(run(request(image, &name, wish), wish.key.clone(), supervisor)).await;
    let (uri, supervisor) = running.map_err(container_error)??;

    let client = Client::with_uri_str(uri.without_database()).await?;
    let member = (!wish.standalone).then(|| vec![format!("127.0.0.1:{PORT}")]);
    let ready = replica_set::make_ready(&client, member.as_deref(), Instant::now() + START_LIMIT).await;
    client.shutdown().immediate(true).await;
    ready.map(|()| TestServer::new(ServerKind::Container, uri, Some(supervisor)))
}

/// Fails at once where the command or the engine is missing, and soon where the engine hangs.
fn find_engine() -> Result<(), Error> {
    let mut docker = Command::new("docker")
        .args(["version", "--format", "{{.Server.Version}}"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(Error::io("run the docker command"))?;
    let deadline = Instant::now() + ENGINE_LIMIT;
    while Instant::now() < deadline {
        match docker.try_wait().map_err(Error::io("run the docker command"))? {
            Some(status) if status.success() => return Ok(()),
            Some(_) => return Err(container_error("Docker's engine does not answer")),
            None => thread::sleep(Duration::from_millis(10)),
        }
    }
    let _ = docker.kill();
    let _ = docker.wait();
    Err(container_error("Docker's engine is silent"))
}

fn request(image: &str, name: &str, wish: &TestServerBuilder) -> ContainerRequest<GenericImage> {
    let (repository, tag) = split_image(image);
    // The entry point of the official image would only add users and scripts, and start slower.
    GenericImage::new(repository, tag)
        .with_entrypoint(if wish.key.is_some() { "sh" } else { "mongod" })
        .with_exposed_port(PORT.tcp())
        // Not the port: Docker's proxy accepts before the server does.
        .with_wait_for(WaitFor::message_on_stdout("Waiting for connections"))
        .with_cmd(command_line(wish))
        .with_container_name(name)
        .with_startup_timeout(START_LIMIT)
}

/// What the entry point is given.
fn command_line(wish: &TestServerBuilder) -> Vec<String> {
    let key = wish.key.as_ref().map(|key| ["-c", WITH_KEY, "chakra-testkit", key.as_str()].map(str::to_owned));
    key.into_iter().flatten().chain(["--bind_ip_all".to_owned()]).chain(wish.server_args()).collect()
}

/// Holds the supervisor while the container starts: should nobody wait for the outcome, the container still goes with it.
async fn run(
    request: ContainerRequest<GenericImage>,
    key: Option<String>,
    supervisor: Supervisor,
) -> Result<(ServerUri, Supervisor), Error> {
    let container = request.start().await.map_err(container_error)?;
    let host = container.get_host().await.map_err(container_error)?.to_string();
    let port = container.get_host_port_ipv4(PORT.tcp()).await.map_err(container_error)?;
    // Its `Drop` removes the container; from here on that is the supervisor's work alone.
    std::mem::forget(container);
    // "localhost" may be ::1 first, and the port is an IPv4 one.
    let host = if host == "localhost" { "127.0.0.1" } else { host.as_str() };
    let uri = match key {
        Some(key) => ServerUri::of_member(host, port, &key),
        None => ServerUri::direct(host, port),
    };
    Ok((uri, supervisor))
}

fn container_error(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::Container { source: source.into() }
}

/// `mongo:6.0` is a repository and a tag; the colon of `host:5000/mongo` parts no tag off.
fn split_image(image: &str) -> (&str, &str) {
    match image.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => (repository, tag),
        _ => (image, "latest"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_a_repository_and_a_tag() {
        assert_eq!(split_image("mongo:6.0"), ("mongo", "6.0"));
        assert_eq!(split_image("mongo"), ("mongo", "latest"));
        assert_eq!(split_image("host:5000/mongo"), ("host:5000/mongo", "latest"));
        assert_eq!(split_image("host:5000/mongo:7"), ("host:5000/mongo", "7"));
    }
}
