//! Runs a command against a replica set of several processes, which it starts and ends: `MONGODB_URI` names it.
//!
//! `cargo run -p chakra-testkit --features download --example cluster -- 3 cargo test --test chakra sync::`

use std::{
    env,
    process::{Command, ExitCode},
};

use chakra_testkit::TestCluster;

#[tokio::main]
async fn main() -> ExitCode {
    let mut words = env::args().skip(1);
    let (Some(members), Some(program)) = (words.next().and_then(|members| members.parse().ok()), words.next()) else {
        eprintln!("usage: cluster MEMBERS COMMAND [ARGUMENT]…");
        return ExitCode::from(2);
    };
    let cluster = match TestCluster::start(members).await {
        Ok(cluster) => cluster,
        Err(error) => {
            eprintln!("{error:?}");
            return ExitCode::FAILURE;
        }
    };
    let command = Command::new(&program).args(words).env("MONGODB_URI", cluster.uri()).spawn();
    let ended = command.and_then(|mut child| child.wait());
    match ended {
        Ok(status) => ExitCode::from(u8::try_from(status.code().unwrap_or(1)).unwrap_or(1)),
        Err(error) => {
            eprintln!("{program} cannot be run: {error}");
            ExitCode::FAILURE
        }
    }
}
