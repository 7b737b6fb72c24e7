//! The promises of a test server, kept by real ones: what it is, and above all that it ends with its owner.
//!
//! Some owners must die in a process of their own. For these this binary runs itself again, with the one test `role` and its part
//! in an environment variable.

#![allow(clippy::unwrap_used)]

use std::{
    env,
    io::{BufRead as _, BufReader},
    net::TcpStream,
    panic,
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use chakra_testkit::{ServerKind, TestDb, TestServer, TestServerBuilder};
use mongodb::{
    Client,
    bson::{Document, doc},
    error::ErrorKind,
};

/// Says which part the test `role` plays.
const ROLE: &str = "CHAKRA_TESTKIT_ROLE";

/// A server of our own also where `MONGODB_URI` is set: a given server takes no arguments.
fn own() -> TestServerBuilder {
    TestServer::builder().arg("--setParameter").arg("cursorTimeoutMillis=600001")
}

async fn connect(server: &TestServer) -> Client {
    Client::with_uri_str(server.uri()).await.unwrap()
}

async fn admin(client: &Client, command: Document) -> Document {
    client.database("admin").run_command(command).await.unwrap()
}

/// What must be gone once a server's owner is.
#[derive(Debug)]
struct Watched {
    address: String,
    /// The process and its data, unless they are inside a container.
    process: Option<(i64, PathBuf)>,
}

impl Watched {
    async fn new(server: &TestServer) -> Self {
        let client = connect(server).await;
        let address = server.uri().strip_prefix("mongodb://").unwrap().split('/').next().unwrap().to_owned();
        let process = if server.kind() == ServerKind::Container {
            None
        } else {
            let status = admin(&client, doc! { "serverStatus": 1 }).await;
            let options = admin(&client, doc! { "getCmdLineOpts": 1 }).await;
            let storage = options.get_document("parsed").unwrap().get_document("storage").unwrap();
            Some((status.get_i64("pid").unwrap(), PathBuf::from(storage.get_str("dbPath").unwrap())))
        };
        let watched = Self { address, process };
        assert!(watched.is_there(), "{watched:?}");
        watched
    }

    fn is_there(&self) -> bool {
        let answers = TcpStream::connect(&self.address).is_ok();
        answers && self.process.as_ref().is_none_or(|(pid, folder)| is_alive(*pid) && folder.exists())
    }

    fn is_gone(&self) -> bool {
        match &self.process {
            // Its port may be someone else's by now.
            Some((pid, folder)) => !is_alive(*pid) && !folder.exists(),
            None => TcpStream::connect(&self.address).is_err(),
        }
    }

    /// The supervisor needs a moment after the owner's process has ended.
    fn is_gone_soon(&self) -> bool {
        (0..6_000).any(|_| {
            thread::sleep(Duration::from_millis(10));
            self.is_gone()
        })
    }

    /// One line, for the process that plays a part to tell the test that started it.
    fn to_line(&self) -> String {
        match &self.process {
            Some((pid, folder)) => format!("SERVER {} {pid} {}", self.address, folder.display()),
            None => format!("SERVER {}", self.address),
        }
    }

    fn from_line(line: &str) -> Self {
        let mut words = line.split_once("SERVER ").unwrap().1.split(' ');
        let address = words.next().unwrap().to_owned();
        let process = words.next().map(|pid| (pid.parse().unwrap(), PathBuf::from(words.next().unwrap())));
        Self { address, process }
    }
}

fn is_alive(pid: i64) -> bool {
    let kill = format!("kill -0 {pid}");
    Command::new("sh").args(["-c", &kill]).stderr(Stdio::null()).status().unwrap().success()
}

/// This binary again, playing a part.
fn role_command(part: &str) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", "role", "--ignored", "--nocapture"]).env(ROLE, part).stdin(Stdio::null());
    command
}

/// Starts a part that owns a server, and waits for its line.
fn start_owner(part: &str) -> (Child, Watched) {
    let mut owner = role_command(part).env_remove("MONGODB_URI").stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(owner.stdout.take().unwrap()).lines();
    let line = lines.map(Result::unwrap).find(|line| line.contains("SERVER ")).expect("the owner tells its server");
    (owner, Watched::from_line(&line))
}

#[tokio::test]
#[ignore = "a part for the other tests, which run it in a process of its own"]
async fn role() {
    match env::var(ROLE).as_deref() {
        Ok("owner until killed") => {
            let server = own().start().await.unwrap();
            println!("\n{}", Watched::new(&server).await.to_line());
            // Far longer than the test waits before it kills this process, and not for ever should the test die first.
            tokio::time::sleep(Duration::from_secs(120)).await;
        }
        Ok("owner that leaves") => {
            let server = TestServer::shared().await.unwrap();
            println!("\n{}", Watched::new(server).await.to_line());
            std::process::exit(0);
        }
        Ok("guest") => {
            let server = TestServer::shared().await.unwrap();
            assert_eq!(server.kind(), ServerKind::Given);
            let db = TestDb::new().await.unwrap();
            let client = Client::with_uri_str(db.uri()).await.unwrap();
            client.default_database().unwrap().collection("c").insert_one(doc! { "x": 1 }).await.unwrap();
            assert!(client.list_database_names().await.unwrap().contains(&db.name().to_owned()));
            println!("\nGUEST {}", db.name());
        }
        other => panic!("{ROLE} is {other:?}; this is no test by itself"),
    }
}

#[tokio::test]
async fn a_server_is_a_replica_set_that_takes_acknowledged_writes_at_once() {
    let server = own().start().await.unwrap();
    let client = connect(&server).await;
    let reply = client
        .database("x")
        .run_command(doc! { "insert": "c", "documents": [{ "a": 1 }], "writeConcern": { "w": "majority" } })
        .await
        .unwrap();
    assert_eq!(reply.get_i32("n").unwrap(), 1);
    let hello = admin(&client, doc! { "hello": 1 }).await;
    assert_eq!(hello.get_str("setName").unwrap(), "rs0");
}

#[tokio::test]
async fn a_server_runs_transactions() {
    let server = own().start().await.unwrap();
    let client = connect(&server).await;
    let items = client.database("x").collection::<Document>("items");
    items.insert_one(doc! { "_id": 0 }).await.unwrap();
    let mut session = client.start_session().await.unwrap();
    session.start_transaction().await.unwrap();
    items.insert_one(doc! { "_id": 1 }).session(&mut session).await.unwrap();
    session.abort_transaction().await.unwrap();
    assert_eq!(items.count_documents(doc! {}).await.unwrap(), 1);
}

#[tokio::test]
async fn a_standalone_is_in_no_set() {
    let server = TestServer::standalone().await.unwrap();
    let client = connect(&server).await;
    let hello = admin(&client, doc! { "hello": 1 }).await;
    assert!(!hello.contains_key("setName"), "{hello}");
    assert!(hello.get_bool("isWritablePrimary").unwrap());
}

#[tokio::test]
async fn with_access_control_its_own_user_may_do_all_and_others_nothing() {
    let server = TestServer::builder().auth().start().await.unwrap();
    let database = server.db().await;
    let client = Client::with_uri_str(database.uri()).await.unwrap();
    let items = client.database(database.name()).collection::<Document>("items");
    items.insert_one(doc! { "_id": 1 }).await.unwrap();
    admin(&client, doc! { "createUser": "ada", "pwd": "s3cret", "roles": [] }).await;
    let (_, rest) = database.uri().split_once('@').unwrap();
    let nobody = format!("mongodb://{}", rest.replace("authSource=local&", ""));
    let ada = format!("mongodb://ada:s3cret@{}", rest.replace("authSource=local", "authSource=admin"));
    for uri in [nobody, ada] {
        let other = Client::with_uri_str(&uri).await.unwrap();
        let error = other.database(database.name()).collection::<Document>("items").find_one(doc! {}).await.unwrap_err();
        assert!(matches!(&*error.kind, ErrorKind::Command(refused) if refused.code == 13), "{error:?}");
    }
}

#[tokio::test]
async fn arguments_and_our_settings_reach_the_server() {
    let server = own().start().await.unwrap();
    let client = connect(&server).await;
    for (name, value) in [("cursorTimeoutMillis", 600_001), ("ttlMonitorSleepSecs", 1)] {
        let reply = admin(&client, doc! { "getParameter": 1, name: 1 }).await;
        let found = reply.get(name).and_then(|found| found.as_i64().or(found.as_i32().map(i64::from)));
        assert_eq!(found, Some(value), "{reply}");
    }
    // Only with `enableTestCommands` is there such a command.
    let off = doc! { "configureFailPoint": "failCommand", "mode": "off" };
    assert_eq!(admin(&client, off).await.get_f64("ok").unwrap(), 1.0);
}

#[tokio::test]
async fn a_refused_argument_is_told() {
    let error = TestServer::builder().arg("--noSuchOption").start().await.unwrap_err();
    // In a container the reason is in the container's own log.
    if env::var_os("CHAKRA_TEST_SERVER").is_none() {
        assert!(error.to_string().contains("noSuchOption"), "{error}");
    }
}

#[tokio::test]
async fn a_dropped_server_is_gone_at_once() {
    let server = own().start().await.unwrap();
    let watched = Watched::new(&server).await;
    drop(server);
    assert!(watched.is_gone(), "{watched:?}");
}

#[test]
fn a_panicking_owner_takes_its_server_along() {
    let owner = thread::spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let server = own().start().await.unwrap();
            panic::panic_any(Watched::new(&server).await);
        });
    });
    let watched = owner.join().unwrap_err().downcast::<Watched>().unwrap();
    assert!(watched.is_gone(), "{watched:?}");
}

#[test]
fn a_killed_owner_leaves_no_server() {
    let (mut owner, watched) = start_owner("owner until killed");
    assert!(watched.is_there(), "{watched:?}");
    // This is SIGKILL: nothing in the owner runs any more.
    owner.kill().unwrap();
    owner.wait().unwrap();
    assert!(watched.is_gone_soon(), "{watched:?}");
}

#[test]
fn the_shared_server_ends_with_the_process() {
    let (mut owner, watched) = start_owner("owner that leaves");
    assert!(owner.wait().unwrap().success());
    assert!(watched.is_gone_soon(), "{watched:?}");
}

#[tokio::test]
async fn a_shared_server_has_a_database_for_each_test() {
    let (first, second) = (TestDb::new().await.unwrap(), TestDb::new().await.unwrap());
    assert_ne!(first.name(), second.name());
    let mut clients = Vec::new();
    for db in [&first, &second] {
        let client = Client::with_uri_str(db.uri()).await.unwrap();
        let database = client.default_database().unwrap();
        assert_eq!(database.name(), db.name());
        assert_eq!(database.collection::<Document>("c").count_documents(doc! {}).await.unwrap(), 0);
        database.collection("c").insert_one(doc! { "of": db.name() }).await.unwrap();
        clients.push(client);
    }
    let shared = TestServer::shared().await.unwrap();
    let names = connect(shared).await.list_database_names().await.unwrap();
    assert!(names.contains(&first.name().to_owned()) && names.contains(&second.name().to_owned()), "{names:?}");
}

#[tokio::test]
async fn a_given_server_is_used_left_running_and_left_clean() {
    let server = own().start().await.unwrap();
    let mut guest = role_command("guest");
    // With the time that a busy machine takes to answer.
    guest.env("MONGODB_URI", format!("{}&serverSelectionTimeoutMS=60000", server.uri())).env_remove("CHAKRA_TEST_SERVER");
    let output = guest.output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{printed}{}", String::from_utf8_lossy(&output.stderr));

    let name = printed.split_once("GUEST ").unwrap().1.split_whitespace().next().unwrap().to_owned();
    let names = connect(&server).await.list_database_names().await.unwrap();
    assert!(names.contains(&"admin".to_owned()) && !names.contains(&name), "{names:?}");
}

#[test]
fn a_given_server_that_does_not_answer_is_told() {
    let mut guest = role_command("guest");
    // Port 1 is reserved, and nothing listens there.
    guest.env("MONGODB_URI", "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=300").env_remove("CHAKRA_TEST_SERVER");
    let output = guest.output().unwrap();
    assert!(!output.status.success());
    let printed = String::from_utf8_lossy(&output.stderr);
    assert!(printed.contains("MONGODB_URI is set, but its server does not answer"), "{printed}");
}
