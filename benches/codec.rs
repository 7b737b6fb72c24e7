//! Decoding and encoding one document of 12 fields and about 375 bytes, beside serde through the `bson` crate.
//!
//! Both are measured in turn in one process, round by round, so that a machine that slows down slows both; printed are the medians and their
//! ratio. `cargo bench --bench codec`.
#![allow(missing_docs, clippy::unwrap_used)]

use bson::oid::ObjectId;
use chakra::{
    codec::{from_document, to_document},
    prelude::*,
};
use serde::{Deserialize, Serialize};
use std::{
    hint::black_box,
    time::{Duration, Instant},
};

const ROUNDS: usize = 41;
const CALLS: u32 = 5_000;

#[derive(Debug, Clone, PartialEq, Enum)]
enum Role {
    User,
    Admin,
}

#[derive(Debug, Clone, PartialEq, Composite)]
struct Address {
    street: String,
    city: String,
    zip: String,
}

#[derive(Debug, Clone, PartialEq, Model)]
struct User {
    #[chakra(id)]
    id: Id<User>,
    username: String,
    email: String,
    first_name: String,
    last_name: String,
    bio: Option<String>,
    role: Role,
    address: Address,
    tags: Vec<String>,
    logins: i64,
    created_at: bson::DateTime,
    active: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct SerdeAddress {
    street: String,
    city: String,
    zip: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum SerdeRole {
    User,
    Admin,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct SerdeUser {
    #[serde(rename = "_id")]
    id: ObjectId,
    username: String,
    email: String,
    first_name: String,
    last_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    bio: Option<String>,
    role: SerdeRole,
    address: SerdeAddress,
    tags: Vec<String>,
    logins: i64,
    created_at: bson::DateTime,
    active: bool,
}

fn user() -> User {
    User {
        id: Id::from_object_id(ObjectId::from_bytes([7; 12])),
        username: "ada.lovelace".into(),
        email: "ada.lovelace@example.com".into(),
        first_name: "Ada".into(),
        last_name: "Lovelace".into(),
        bio: Some("Wrote the first program for a machine that was never built.".into()),
        role: Role::Admin,
        address: Address { street: "12 St James's Square".into(), city: "London".into(), zip: "SW1Y 4JH".into() },
        tags: vec!["math".into(), "poetry".into(), "engines".into()],
        logins: 1_843,
        created_at: bson::DateTime::from_millis(1_700_000_000_000),
        active: true,
    }
}

/// The median times of one call of `a` and of `b`, taken in turn.
fn pair(mut a: impl FnMut(), mut b: impl FnMut()) -> (Duration, Duration) {
    let mut times = (Vec::new(), Vec::new());
    let time = |call: &mut dyn FnMut()| {
        let start = Instant::now();
        for _ in 0..CALLS {
            call();
        }
        start.elapsed() / CALLS
    };
    for _ in 0..ROUNDS {
        times.0.push(time(&mut a));
        times.1.push(time(&mut b));
    }
    times.0.sort_unstable();
    times.1.sort_unstable();
    (times.0[ROUNDS / 2], times.1[ROUNDS / 2])
}

fn report(what: &str, (chakra, serde): (Duration, Duration)) {
    let ratio = serde.as_secs_f64() / chakra.as_secs_f64();
    println!("{what}: chakra {chakra:?}, serde {serde:?}, {ratio:.2} times faster");
}

fn main() {
    let user = user();
    let bytes = to_document(&user).unwrap();
    let theirs: SerdeUser = bson::deserialize_from_slice(&bytes).unwrap();
    assert_eq!(bson::serialize_to_vec(&theirs).unwrap(), bytes, "both must do the same work");
    println!("a document of 12 fields and {} bytes", bytes.len());
    report(
        "decode",
        pair(
            || drop(black_box(from_document::<User>(black_box(&bytes)).unwrap())),
            || drop(black_box(bson::deserialize_from_slice::<SerdeUser>(black_box(&bytes)).unwrap())),
        ),
    );
    report(
        "encode",
        pair(
            || drop(black_box(to_document(black_box(&user)).unwrap())),
            || drop(black_box(bson::serialize_to_raw_document_buf(black_box(&theirs)).unwrap())),
        ),
    );
}
