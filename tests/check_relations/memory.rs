//! However large a collection is, one batch of it is in memory: seen by a process of its own, which does nothing else.
//!
//! That process is this binary again, with the ignored test `role` and the database in an environment variable.

use super::{
    fixture,
    world::{Passport, Person},
};
use crate::support::patient;
use bson::{Bson, Document, doc};
use chakra::{Db, FindingKind};
use std::{env, fs, process::Command};

/// Says which database is looked through.
const DATABASE: &str = "CHAKRA_TEST_RELATIONS";
/// How many passports there are, and more bytes than this many in each.
const PASSPORTS: i32 = 200_000;
const BYTES: usize = 1_000;
/// How much more memory a look through them may take: a third of what they are.
const MOST_KIB: usize = 64 << 10;

/// The most memory that this process has had, in KiB.
fn peak() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches("kB").trim().parse().unwrap()
}

#[tokio::test]
#[ignore = "a look through a large collection for the other test, which runs it in a process of its own"]
async fn role() {
    let uri = env::var(DATABASE).expect("the database of the test that runs this");
    let db = Db::builder(patient(&uri)).model::<Person>().connect().await.unwrap();
    // What is there once is no growth.
    assert_eq!(db.count(Passport::all()).await.unwrap(), 200_000);
    let before = peak();
    let report = db.check_relations().only(Person::passport).await.unwrap();
    let grown = peak() - before;
    let orphans = report.count_of(FindingKind::Orphan);
    assert_eq!((report.looked_at(), orphans, report.findings().len()), (200_000, 200_000, 1_000));
    println!("{grown} KiB more");
    assert!(grown < MOST_KIB, "{grown} KiB more");
}

#[tokio::test]
async fn a_large_collection_takes_no_more_memory_than_a_batch_of_it() {
    let fixture = fixture().await;
    // Made by the server itself: each names by a key of its own somebody who is not there.
    fixture.store("one", doc! { "_id": 1 }).await;
    let stages: Vec<Bson> = [
        doc! { "$project": { "n": { "$range": [0, PASSPORTS] } } },
        doc! { "$unwind": "$n" },
        doc! { "$project": { "_id": { "$toLong": "$n" }, "person_nick": { "$concat": ["x".repeat(BYTES), { "$toString": "$n" }] } } },
        doc! { "$out": "passports" },
    ]
    .map(Bson::from)
    .into();
    fixture.raw.run_command(doc! { "aggregate": "one", "pipeline": stages, "cursor": Document::new() }).await.unwrap();

    let mut role = Command::new(env::current_exe().unwrap());
    role.args(["--exact", "check_relations::memory::role", "--ignored", "--nocapture"]).env(DATABASE, &fixture.uri);
    let output = tokio::task::spawn_blocking(move || role.output()).await.unwrap().unwrap();
    let printed = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && printed.contains("1 passed"), "{printed}");
}
