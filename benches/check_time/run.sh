#!/usr/bin/env bash
# How long `cargo check` takes over 100 models of 15 fields, beside the same structs with serde's two derives.
#
# Two crates are generated and checked in turn, round by round, so that a machine that slows down slows both. Dependencies are built before
# the clock starts; what is timed is one crate from nothing, not incremental. Printed are the medians and their ratio.
#
#     bash benches/check_time/run.sh [ROUNDS]
set -euo pipefail
export LC_ALL=C

models=100
rounds=${1:-5}
repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
crates=$(mktemp -d)
trap 'rm -rf "$crates"' EXIT
# Beside what the repository builds for itself, so that neither builds the other's dependencies anew.
export CARGO_TARGET_DIR="$repo/target/check_time" CARGO_INCREMENTAL=0

# address DERIVES: the composite that every model holds.
address() {
    cat <<RUST
#[derive(Debug, Clone, $1)]
pub struct Address {
    pub street: String,
    pub city: String,
    pub zip: String,
}
RUST
}

# model NUMBER DERIVES ID ID_MARK DEFAULT…: a struct of the usual mix of fields, with a default on three of them where there is one.
model() {
    cat <<RUST

#[derive(Debug, Clone, $2)]
pub struct Customer$1 {
    $4
    pub id: $3,
    pub name: String,
    pub email: String,
    pub phone: String,
    pub nickname: Option<String>,
    pub bio: Option<String>,
    pub age: Option<i32>,
    ${5:-}
    pub logins: i64,
    ${6:-}
    pub score: f64,
    ${7:-}
    pub active: bool,
    pub tags: Vec<String>,
    pub notes: Vec<String>,
    pub address: Address,
    pub billing: Option<Address>,
    pub balance: i64,
}
RUST
}

# manifest NAME DEPENDENCIES: a crate of the workspace.
manifest() {
    mkdir -p "$crates/$1/src"
    printf '[package]\nname = "%s"\nversion = "0.0.0"\nedition = "2024"\n\n[dependencies]\n%s\n' "$1" "$2" >"$crates/$1/Cargo.toml"
}

generate() {
    printf '[workspace]\nmembers = ["with_chakra", "with_serde"]\nresolver = "3"\n' >"$crates/Cargo.toml"
    # The versions that the repository is tested with.
    cp "$repo/Cargo.lock" "$crates/Cargo.lock"
    manifest with_chakra "chakra = { path = \"$repo\" }"
    manifest with_serde $'bson = { version = "3.1", features = ["serde"] }\nserde = { version = "1", features = ["derive"] }'
    local number
    {
        printf 'use chakra::prelude::*;\n\n'
        address Composite
        for ((number = 1; number <= models; number++)); do
            model "$number" Model "Id<Customer$number>" '#[chakra(id)]' '#[chakra(default = 0)]' '#[chakra(default = 1.0)]' \
                '#[chakra(default = true)]'
        done
    } >"$crates/with_chakra/src/lib.rs"
    {
        printf 'use bson::oid::ObjectId;\nuse serde::{Deserialize, Serialize};\n\n'
        address 'Serialize, Deserialize'
        for ((number = 1; number <= models; number++)); do
            model "$number" 'Serialize, Deserialize' ObjectId '#[serde(rename = "_id")]'
        done
    } >"$crates/with_serde/src/lib.rs"
}

# check NAME OPTION…: checks one of the crates.
check() {
    cargo check --quiet --manifest-path "$crates/$1/Cargo.toml" "${@:2}"
}

# timed NAME: checks one of the crates from nothing, and prints how many milliseconds that took.
timed() {
    touch "$crates/$1/src/lib.rs"
    local began=${EPOCHREALTIME/./}
    check "$1" --offline
    echo $(((${EPOCHREALTIME/./} - began) / 1000))
}

# median NUMBER…
median() {
    printf '%s\n' "$@" | sort -n | sed -n "$((($# + 1) / 2))p"
}

generate
check with_chakra
check with_serde
chakra=()
serde=()
for ((round = 1; round <= rounds; round++)); do
    chakra+=("$(timed with_chakra)")
    serde+=("$(timed with_serde)")
    printf 'round %d: chakra %d ms, serde %d ms\n' "$round" "${chakra[-1]}" "${serde[-1]}"
done
ours=$(median "${chakra[@]}")
theirs=$(median "${serde[@]}")
awk -v models="$models" -v ours="$ours" -v theirs="$theirs" 'BEGIN {
    printf "%d models of 15 fields: derive(Model) %d ms, serde'"'"'s two derives %d ms, ratio %.2f\n", models, ours, theirs, ours / theirs
}'
