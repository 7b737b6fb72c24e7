//! Filters mean what they say: for every document that the model can read, the server's answer to a filter is the filter's own in memory.
//!
//! Documents are generated as values and stored in every way in which the codec may meet them; filters are trees over every operator that
//! can be asked in memory. One case is one filter asked of a whole collection. `CHAKRA_PROOF_CASES` sets how many; a failure prints the
//! smallest filter and document that proptest finds.

mod documents;
mod filters;
pub mod model;

use self::{
    documents::{Stored, stored},
    filters::{Tree, tree},
    model::Thing,
};
use crate::support::Fixture;
use chakra::codec::from_document;
use proptest::{
    collection::vec,
    test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner},
};
use std::collections::BTreeSet;

/// How many filters are asked, and how many of one collection.
const CASES: u32 = 3_000;
const CASES_PER_COLLECTION: u32 = 250;
const DOCUMENTS: usize = 40;

#[test]
fn the_server_and_memory_agree_on_every_filter() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let cases = std::env::var("CHAKRA_PROOF_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(CASES);
    let seed = std::env::var("CHAKRA_PROOF_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(0x5eed_u64);
    let fixture = runtime.block_on(Fixture::new(|builder| builder.model::<Thing>()));
    let mut asked = 0;
    for round in 0..cases.div_ceil(CASES_PER_COLLECTION) {
        let mut runner = runner(seed.wrapping_add(u64::from(round)));
        let documents = sample(&mut runner);
        let things = runtime.block_on(store(&fixture, &documents));
        let agree = |tree: Tree| runtime.block_on(agrees(&fixture, &things, &tree));
        if let Err(error) = runner.run(&tree(), agree) {
            panic!("round {round} of seed {seed}: {error}\n{}", filters::explain(&error));
        }
        asked += CASES_PER_COLLECTION;
    }
    println!("{asked} filters asked of {DOCUMENTS} documents each, seed {seed}");
}

fn runner(seed: u64) -> TestRunner {
    let config = Config { cases: CASES_PER_COLLECTION, failure_persistence: None, max_shrink_iters: 4_000, ..Config::default() };
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}

fn sample(runner: &mut TestRunner) -> Vec<Stored> {
    use proptest::strategy::{Strategy, ValueTree};
    vec(stored(), DOCUMENTS).new_tree(runner).unwrap().current()
}

/// Puts the documents there as they are, and reads them as the model does.
async fn store(fixture: &Fixture, documents: &[Stored]) -> Vec<Thing> {
    fixture.db.delete_many(Thing::all()).await.unwrap();
    let mut things = Vec::new();
    for (id, document) in (0..).zip(documents) {
        let document = document.with_id(id);
        let bytes = document.to_vec().unwrap();
        let thing: Thing = from_document(&bytes).unwrap_or_else(|error| panic!("{error}: {document}"));
        fixture.store("things", document).await;
        things.push(thing);
    }
    things
}

async fn agrees(fixture: &Fixture, things: &[Thing], tree: &Tree) -> Result<(), TestCaseError> {
    let filter = tree.filter();
    let expected: BTreeSet<i64> = things.iter().filter(|thing| filter.matches(thing).unwrap()).map(|thing| thing.id).collect();
    let found = fixture.db.find_many(filter.clone()).await.map_err(|error| TestCaseError::fail(format!("{filter:?}: {error}")))?;
    let found: BTreeSet<i64> = found.into_iter().map(|thing| thing.id).collect();
    let differ: Vec<String> = expected
        .symmetric_difference(&found)
        .map(|id| {
            let thing = things.iter().find(|thing| thing.id == *id);
            format!("memory says {}, the server {} of {thing:?}", expected.contains(id), found.contains(id))
        })
        .take(1)
        .collect();
    if differ.is_empty() { Ok(()) } else { Err(TestCaseError::fail(format!("{filter:?}: {}", differ.join("\n")))) }
}
