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

const HOST: &str = "127.0.0.1";

/// How often another port is tried when someone takes the free one before `mongod` does.
const PORTS: usize = 5;

/// The exit code of a `mongod` that finds its port taken.
const PORT_TAKEN: i32 = 48;

/// `$1` is the folder of the data, the rest is the command line of `mongod`.
///
/// The server runs in the background. A second background process reads the owner's pipe and kills the server at its end; the script
/// itself waits for the server, so that it ends, and the folder goes, whichever way the server ended. Broken pipes are
/// ignored since the owner, who reads the error output, may be gone. `mongod` sets its own signal handling.
const SCRIPT: &str = r#"
folder=$1
shift
"$@" </dev/null >"$folder/mongod.out" 2>&1 &
server=$!
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

/// Starts this `mongod` and waits until it takes writes.
pub(crate) async fn start(mongod: &Path, kind: ServerKind, wish: &TestServerBuilder) -> Result<TestServer, Error> {
    for _ in 0..PORTS {
        let port = free_port()?;
        if let Some(server) = start_at(port, mongod, kind, wish).await? {
            return Ok(server);
        }
    }
    Err(Error::Ended { mongod: mongod.to_owned(), code: PORT_TAKEN, log: format!("{PORTS} ports were taken in turn") })
}

/// `None` when the port was taken in the meantime.
async fn start_at(port: u16, mongod: &Path, kind: ServerKind, wish: &TestServerBuilder) -> Result<Option<TestServer>, Error> {
    let deadline = Instant::now() + START_LIMIT;
    let folder = make_folder()?;
    if let Some(key) = &wish.key {
        write_key(&key_file(&folder), key)?;
    }
    let mut supervisor = Supervisor::spawn(SCRIPT, command_line(mongod, &folder, port, wish))?;
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
    let outcome = async {
        if !serves(&client, &folder).await? {
            return Ok(false);
        }
        let member = (!wish.standalone).then(|| format!("{HOST}:{port}"));
        replica_set::make_ready(&client, member.as_deref(), deadline).await.map(|()| true)
    }
    .await;
    client.shutdown().immediate(true).await;
    Ok(outcome?.then(|| TestServer::new(kind, uri, Some(supervisor))))
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
fn command_line(mongod: &Path, folder: &Path, port: u16, wish: &TestServerBuilder) -> Vec<OsString> {
    let (log, port) = (folder.join("mongod.log"), port.to_string());
    let mut words: Vec<OsString> = vec![folder.into(), mongod.into()];
    for (flag, value) in [("--dbpath", folder.as_os_str()), ("--logpath", log.as_os_str()), ("--port", OsStr::new(&port))] {
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

/// A folder that only this user can read; the supervisor removes it.
fn make_folder() -> Result<PathBuf, Error> {
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

/// Whether the server that answers is the one with this folder, not another that took the port first.
async fn serves(client: &Client, folder: &Path) -> Result<bool, Error> {
    let reply = client.database("admin").run_command(doc! { "getCmdLineOpts": 1 }).await?;
    let path = reply.get_document("parsed").and_then(|parsed| parsed.get_document("storage")).and_then(|storage| storage.get_str("dbPath"));
    // The folder's own name is unique; `mongod` may write the way to it differently.
    Ok(path.is_ok_and(|path| Path::new(path).file_name() == folder.file_name()))
}
