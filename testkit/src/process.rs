//! A `mongod` as a child process, on a free port, in a temporary folder. Read by `locate`, which knows the binary.

use std::{
    env,
    ffi::{OsStr, OsString},
    fs,
    io::Write as _,
    net::TcpListener,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    time::Instant,
};

use mongodb::{Client, bson::doc};
use tokio::{net::TcpStream, time::sleep};

use crate::{
    Error, ServerKind, TestServer, TestServerBuilder,
    replica_set::{self, POLL, START_LIMIT},
    supervisor::Supervisor,
    unique::unique_name,
    uri::ServerUri,
};

pub(crate) const HOST: &str = "127.0.0.1";

/// How often another port is tried when someone takes the free one before `mongod` does.
const PORTS: usize = 5;

/// The exit code of a `mongod` that finds its port taken.
const PORT_TAKEN: i32 = 48;

/// `$1` is a folder that goes with the server, the rest is the command line of `mongod`.
///
/// The server runs in the background. A second background process reads the owner's pipe and kills the server at its end; the script
/// itself waits for the server, so that it ends, and the folder goes, whichever way the server ended. Broken pipes are
/// ignored since the owner, who reads the error output, may be gone. `mongod` sets its own signal handling.
const SCRIPT: &str = r#"
folder=$1
shift
"$@" </dev/null >"$folder/mongod.out" 2>&1 &
server=$!
echo "$server" >"$folder/pid"
trap '' HUP INT TERM PIPE
exec 3<&0 </dev/null
(while read -r _ <&3; do :; done; kill -9 "$server") >/dev/null 2>&1 &
watcher=$!
exec 3<&-
wait "$server"
code=$?
kill -9 "$watcher" 2>/dev/null
grep '"s":"[EF]"' "$folder/mongod.log" 2>/dev/null | tail -n 4 | cut -c 1-800 >&2
tail -c 1500 "$folder/mongod.out" >&2
tail -c 1500 "$folder/mongod.log" 2>/dev/null >&2
rm -rf "$folder"
exit "$code"
"#;

/// A `mongod` that listens.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) supervisor: Supervisor,
    /// The log and the process id; gone with the process.
    pub(crate) folder: PathBuf,
    pub(crate) uri: ServerUri,
}

/// Starts this `mongod` and waits until it takes writes.
pub(crate) async fn start(mongod: &Path, kind: ServerKind, wish: &TestServerBuilder) -> Result<TestServer, Error> {
    for _ in 0..PORTS {
        let port = free_port()?;
        if let Some(server) = start_at(port, mongod, kind, wish).await? {
            return Ok(server);
        }
    }
    Err(taken(mongod))
}

/// `None` when the port was taken in the meantime.
async fn start_at(port: u16, mongod: &Path, kind: ServerKind, wish: &TestServerBuilder) -> Result<Option<TestServer>, Error> {
    let deadline = Instant::now() + START_LIMIT;
    let folder = make_folder()?;
    let Some(process) = listen_at(port, mongod, folder.clone(), &folder, wish).await? else { return Ok(None) };
    let member = (!wish.standalone).then(|| vec![address(port)]);
    let client = Client::with_uri_str(process.uri.without_database()).await?;
    let outcome = replica_set::make_ready(&client, member.as_deref(), deadline).await;
    client.shutdown().immediate(true).await;
    outcome.map(|()| Some(TestServer::new(kind, process.uri, Some(process.supervisor))))
}

/// Starts this `mongod` on the first free port, with its data in `data`, and waits until it listens.
pub(crate) async fn listen(mongod: &Path, data: &Path, wish: &TestServerBuilder) -> Result<(u16, Process), Error> {
    for _ in 0..PORTS {
        let port = free_port()?;
        if let Some(process) = listen_at(port, mongod, make_folder()?, data, wish).await? {
            return Ok((port, process));
        }
    }
    Err(taken(mongod))
}

/// The same on a port that it had before. A connection of someone else may have it for a while.
pub(crate) async fn listen_again(port: u16, mongod: &Path, data: &Path, wish: &TestServerBuilder) -> Result<Process, Error> {
    let deadline = Instant::now() + START_LIMIT;
    loop {
        if let Some(process) = listen_at(port, mongod, make_folder()?, data, wish).await? {
            return Ok(process);
        }
        if Instant::now() > deadline {
            return Err(taken(mongod));
        }
        sleep(POLL).await;
    }
}

fn taken(mongod: &Path) -> Error {
    Error::Ended { mongod: mongod.to_owned(), code: PORT_TAKEN, log: "its port was taken".to_owned() }
}

/// The name by which a member of a replica set goes.
pub(crate) fn address(port: u16) -> String {
    format!("{HOST}:{port}")
}

/// `None` when the port was taken in the meantime. The supervisor removes `folder` at the end.
async fn listen_at(port: u16, mongod: &Path, folder: PathBuf, data: &Path, wish: &TestServerBuilder) -> Result<Option<Process>, Error> {
    let deadline = Instant::now() + START_LIMIT;
    if let Some(key) = &wish.key {
        write_key(&key_file(&folder), key)?;
    }
    let mut supervisor = Supervisor::spawn(SCRIPT, command_line(mongod, &folder, data, port, wish))?;
    while !is_listening(port).await {
        if let Some((code, log)) = supervisor.ended()? {
            return why_it_ended(mongod, code, log).map(|()| None);
        }
        if Instant::now() > deadline {
            return Err(Error::NotReady(START_LIMIT));
        }
        sleep(POLL).await;
    }
    let uri = match &wish.key {
        Some(key) => ServerUri::of_member(HOST, port, key),
        None => ServerUri::direct(HOST, port),
    };
    let client = Client::with_uri_str(uri.without_database()).await?;
    let ours = serves(&client, data).await;
    client.shutdown().immediate(true).await;
    Ok(ours?.then_some(Process { supervisor, folder, uri }))
}

/// `Ok` when another port may help.
fn why_it_ended(mongod: &Path, code: i32, log: String) -> Result<(), Error> {
    let mongod = mongod.to_owned();
    match code {
        PORT_TAKEN => Ok(()),
        // The shell's codes for what cannot be executed, which a missing library gives as well, and for an illegal instruction.
        126 | 127 | 132 => Err(Error::Unrunnable { mongod, output: log }),
        _ => Err(Error::Ended { mongod, code, log }),
    }
}

/// `$1`, then the command line.
fn command_line(mongod: &Path, folder: &Path, data: &Path, port: u16, wish: &TestServerBuilder) -> Vec<OsString> {
    let (log, port) = (folder.join("mongod.log"), port.to_string());
    let mut words: Vec<OsString> = vec![folder.into(), mongod.into()];
    for (flag, value) in [("--dbpath", data.as_os_str()), ("--logpath", log.as_os_str()), ("--port", OsStr::new(&port))] {
        words.push(flag.into());
        words.push(value.into());
    }
    let rest = ["--bind_ip", HOST, "--nounixsocket", "--quiet"];
    words.extend(rest.into_iter().map(OsString::from));
    if wish.key.is_some() {
        words.extend([OsString::from("--keyFile"), key_file(folder).into_os_string()]);
    }
    words.extend(wish.server_args().into_iter().map(OsString::from));
    words
}

/// A folder that only this user can read; a supervisor removes it.
pub(crate) fn make_folder() -> Result<PathBuf, Error> {
    let folder = env::temp_dir().join(unique_name("chakra_test"));
    fs::DirBuilder::new().mode(0o700).create(&folder).map_err(Error::io(format!("make the folder {}", folder.display())))?;
    Ok(folder)
}

fn key_file(folder: &Path) -> PathBuf {
    folder.join("mongod.key")
}

/// `mongod` takes a key that nobody else can read alone.
fn write_key(file: &Path, key: &str) -> Result<(), Error> {
    let written =
        fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file).and_then(|mut file| file.write_all(key.as_bytes()));
    written.map_err(Error::io(format!("write the key {}", file.display())))
}

fn free_port() -> Result<u16, Error> {
    let listener = TcpListener::bind((HOST, 0)).map_err(Error::io("find a free port"))?;
    Ok(listener.local_addr().map_err(Error::io("find a free port"))?.port())
}

/// Asked before the driver is: the driver would look again only after half a second.
async fn is_listening(port: u16) -> bool {
    match TcpStream::connect((HOST, port)).await {
        // On one machine a socket can happen to connect to itself, when the system gives it the very port it calls.
        Ok(stream) => matches!((stream.local_addr(), stream.peer_addr()), (Ok(local), Ok(peer)) if local != peer),
        Err(_) => false,
    }
}

/// Whether the server that answers is the one with these data, not another that took the port first.
async fn serves(client: &Client, data: &Path) -> Result<bool, Error> {
    let reply = client.database("admin").run_command(doc! { "getCmdLineOpts": 1 }).await?;
    let path = reply.get_document("parsed").and_then(|parsed| parsed.get_document("storage")).and_then(|storage| storage.get_str("dbPath"));
    // The folder's own name is unique; `mongod` may write the way to it differently.
    Ok(path.is_ok_and(|path| Path::new(path).file_name() == data.file_name()))
}
