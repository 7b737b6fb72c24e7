//! A replica set of several processes, whose members can fail. Made of what `process` starts; read by tests of failures.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use mongodb::{Client, bson::Document, bson::doc};
use tokio::time::sleep;

use crate::{
    Error, ServerKind, TestDb, TestServer, TestServerBuilder, locate,
    process::{self, Process},
    replica_set::{self, POLL, START_LIMIT},
    supervisor::Supervisor,
    unique::unique_name,
    uri::ServerUri,
};

/// Removes `$1` once the pipe of the owner closes. The members, whose pipes close at the same moment, may still write for a while.
const KEEPER: &str = r#"
trap '' HUP INT TERM PIPE
while read -r _; do :; done
for _ in 1 2 3 4 5 6 7 8 9 10; do
    rm -rf "$1" 2>/dev/null && exit 0
    sleep 0.1
done
rm -rf "$1"
"#;

/// A replica set of several `mongod` processes on this machine, each of which can be killed, paused and brought back.
///
/// It is always made of processes: of the [roads](crate), only those to a `mongod` of this machine lead to one. It ends with this value or
/// with the process, as a [`TestServer`] does.
#[derive(Debug)]
pub struct TestCluster {
    uri: ServerUri,
    mongod: PathBuf,
    wish: TestServerBuilder,
    /// Ended before what removes their data.
    members: Vec<Member>,
    /// Held for its `Drop`, which removes the data.
    _keeper: Supervisor,
}

/// One `mongod` of the set.
#[derive(Debug)]
struct Member {
    port: u16,
    data: PathBuf,
    /// None while it is dead.
    process: Option<Process>,
}

impl TestCluster {
    /// Starts a replica set of so many members and waits until all of them are in it. The member 0 is the primary at first.
    ///
    /// It takes about three seconds and 130 MB of memory for each member. An election after a failure takes one to two seconds.
    ///
    /// # Errors
    /// [`Error::NoServer`] where there is no `mongod`; where a member ends while it starts, the reason; for no member at all, or more than
    /// the seven that may vote, [`Error::Size`].
    pub async fn start(members: usize) -> Result<Self, Error> {
        if !(1..=7).contains(&members) {
            return Err(Error::Size(members));
        }
        let deadline = Instant::now() + START_LIMIT;
        let mongod = locate::binary(&locate::Roads::from_env()?).await?;
        let wish = TestServer::builder().arg("--wiredTigerCacheSizeGB").arg("0.5").arg("--oplogSize").arg("64");
        let folder = process::make_folder()?;
        let keeper = Supervisor::spawn(KEEPER, [&folder])?;
        let mut started = Vec::with_capacity(members);
        for _ in 0..members {
            let data = folder.join(unique_name("member"));
            fs::create_dir(&data).map_err(Error::io(format!("make the folder {}", data.display())))?;
            let (port, process) = process::listen(&mongod, &data, &wish).await?;
            started.push(Member { port, data, process: Some(process) });
        }
        let addresses: Vec<String> = started.iter().map(|member| process::address(member.port)).collect();
        let cluster = Self { uri: ServerUri::of_set(replica_set::NAME, &addresses), mongod, wish, members: started, _keeper: keeper };
        // With the driver's own time to find it, which may be busy with its start.
        let first = Client::with_uri_str(cluster.member_uri(0)).await?;
        let ready = replica_set::make_ready(&first, Some(&addresses), deadline).await;
        first.shutdown().immediate(true).await;
        ready?;
        for member in 0..members {
            cluster.wait_until_in_set(member, deadline).await?;
        }
        Ok(cluster)
    }

    /// The connection string of the whole set, without a database.
    #[must_use]
    pub fn uri(&self) -> &str {
        self.uri.without_database()
    }

    /// The connection string of one member alone, to be spoken to directly; the first where there is none of that number.
    #[must_use]
    pub fn member_uri(&self, member: usize) -> String {
        let port = self.members.get(member).or_else(|| self.members.first()).map_or(0, |member| member.port);
        ServerUri::direct(process::HOST, port).without_database().to_owned()
    }

    /// How many members it has, dead ones too.
    #[must_use]
    pub fn size(&self) -> usize {
        self.members.len()
    }

    /// A fresh database on this set. It sends nothing.
    #[must_use]
    pub fn db(&self) -> TestDb {
        let name = unique_name("chakra_test");
        let uri = self.uri.with_database(&name);
        TestDb::on(ServerKind::Installed, name, uri)
    }

    /// The member that is the primary now; waits until there is one.
    ///
    /// # Errors
    /// [`Error::NotReady`] where none is elected, as while most members are dead.
    pub async fn primary(&self) -> Result<usize, Error> {
        let deadline = Instant::now() + START_LIMIT;
        loop {
            for (at, member) in self.members.iter().enumerate() {
                if member.is_running() && self.hello(at).await.is_ok_and(|hello| hello.get_bool("isWritablePrimary").is_ok_and(|is| is)) {
                    return Ok(at);
                }
            }
            if Instant::now() > deadline {
                return Err(Error::NotReady(START_LIMIT));
            }
            sleep(POLL).await;
        }
    }

    /// Kills a member as `kill -9` does, and waits until it is gone; its data stay. Nothing where it is dead or not there.
    pub fn kill(&mut self, member: usize) {
        if let Some(member) = self.members.get_mut(member) {
            drop(member.process.take());
        }
    }

    /// Stops a member where it is, as `kill -STOP` does: it keeps its connections and answers nothing.
    ///
    /// # Errors
    /// Where the member is dead or not there.
    pub fn pause(&self, member: usize) -> Result<(), Error> {
        self.signal(member, "STOP")
    }

    /// Lets a paused member go on.
    ///
    /// # Errors
    /// As [`pause`](Self::pause).
    pub fn resume(&self, member: usize) -> Result<(), Error> {
        self.signal(member, "CONT")
    }

    /// Brings a killed member back on its port and with its data, and waits until it is in the set again. Nothing where it runs.
    ///
    /// # Errors
    /// Where it ends while it starts, or is not in the set in time.
    pub async fn restart(&mut self, member: usize) -> Result<(), Error> {
        let Some(dead) = self.members.get_mut(member) else { return Err(Error::Size(member)) };
        if dead.process.is_none() {
            dead.process = Some(process::listen_again(dead.port, &self.mongod, &dead.data, &self.wish).await?);
        }
        self.wait_until_in_set(member, Instant::now() + START_LIMIT).await
    }

    async fn client(&self, member: usize) -> Result<Client, Error> {
        Ok(Client::with_uri_str(format!("{}&serverSelectionTimeoutMS=1000", self.member_uri(member))).await?)
    }

    async fn hello(&self, member: usize) -> Result<Document, Error> {
        let client = self.client(member).await?;
        let hello = client.database("admin").run_command(doc! { "hello": 1 }).await;
        client.shutdown().immediate(true).await;
        Ok(hello?)
    }

    async fn wait_until_in_set(&self, member: usize, deadline: Instant) -> Result<(), Error> {
        loop {
            // One that is busy with its start may not answer at once.
            let answer = self.hello(member).await;
            let is = |name: &str| answer.as_ref().is_ok_and(|hello| hello.get_bool(name).is_ok_and(|is| is));
            if is("isWritablePrimary") || is("secondary") {
                return Ok(());
            }
            if Instant::now() > deadline {
                return answer.and(Err(Error::NotReady(START_LIMIT)));
            }
            sleep(POLL).await;
        }
    }

    fn signal(&self, member: usize, signal: &str) -> Result<(), Error> {
        let process = self.members.get(member).and_then(|member| member.process.as_ref()).ok_or(Error::Size(member))?;
        let failed = || Error::io(format!("send {signal} to member {member}"));
        let pid = fs::read_to_string(process.folder.join("pid")).map_err(failed())?;
        let status = Command::new("kill").args(["-s", signal, pid.trim()]).status().map_err(failed())?;
        match status.success() {
            true => Ok(()),
            false => Err(failed()(std::io::Error::other("it has ended"))),
        }
    }
}

impl Member {
    fn is_running(&self) -> bool {
        self.process.as_ref().is_some_and(|process| Path::new(&process.folder).exists())
    }
}
