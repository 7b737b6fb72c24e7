//! Filters and updates mean what they say: for every document that the model can read, the server's answer to a filter is the filter's own in
//! memory, what the server makes of the document by an update is what the update makes of the value, and a value that is saved by its
//! changes is the value that is read.
//!
//! Documents are generated as values and stored in every way in which the codec may meet them; filters are trees over every operator that
//! can be asked in memory, updates are lists of every operation, made one after the other. One case is one filter asked of a whole
//! collection, or one update made to a few documents. `CHAKRA_PROOF_CASES` sets how many, `CHAKRA_PROOF_SEED` which; a failure prints the
//! smallest filter or updates and documents that proptest finds.

pub mod documents;
mod filters;
pub mod model;
mod updates;

use self::{
    documents::{Stored, stored},
    filters::{Tree, tree},
    model::Thing,
    updates::{Case, Edit, case},
};
use crate::support::{Fixture, number};
use bson::Document;
use chakra::{Error, codec::from_document, query::Track};
use proptest::{
    collection::vec,
    test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner},
};
use std::{cell::Cell, collections::BTreeSet, time::Instant};
use tokio::runtime::Runtime;

/// How many filters are asked, and how many of one collection.
const CASES: u32 = 3_000;
const CASES_PER_COLLECTION: u32 = 250;
const DOCUMENTS: usize = 40;
/// How many values are saved.
const SAVES: u32 = 1_000;
const SEED: u64 = 0x5eed;

#[test]
fn the_server_and_memory_agree_on_every_filter() {
    let (runtime, began) = (runtime(), Instant::now());
    let cases = number("CHAKRA_PROOF_CASES").unwrap_or(CASES.into());
    let seed = number("CHAKRA_PROOF_SEED").unwrap_or(SEED);
    let fixture = runtime.block_on(Fixture::new(|builder| builder.model::<Thing>()));
    let mut asked = 0;
    for round in 0..cases.div_ceil(CASES_PER_COLLECTION.into()) {
        let mut runner = runner(seed.wrapping_add(round));
        let documents = sample(&mut runner);
        let things = runtime.block_on(store(&fixture, &documents));
        let agree = |tree: Tree| runtime.block_on(agrees(&fixture, &things, &tree));
        if let Err(error) = runner.run(&tree(), agree) {
            panic!("round {round} of seed {seed}: {error}\n{}", filters::explain(&error));
        }
        asked += CASES_PER_COLLECTION;
    }
    println!("{asked} filters asked of {DOCUMENTS} documents each, seed {seed}, in {:?}", began.elapsed());
}

#[test]
fn the_server_and_memory_agree_on_every_update() {
    let (runtime, began) = (runtime(), Instant::now());
    let cases = number("CHAKRA_PROOF_CASES").unwrap_or(CASES.into());
    let seed = number("CHAKRA_PROOF_SEED").unwrap_or(SEED);
    let fixture = runtime.block_on(Fixture::new(|builder| builder.model::<Thing>()));
    let (made, told, next_id) = (Cell::new(0_u64), Cell::new(0_u64), Cell::new(0_i64));
    let mut round = 0;
    while made.get() < cases {
        runtime.block_on(fixture.db.delete_many(Thing::all()).into_future()).unwrap();
        let agree = |case: Case| {
            made.set(made.get() + case.edits.len() as u64);
            runtime.block_on(makes_the_same(&fixture, &case, &next_id, &told))
        };
        if let Err(error) = runner(seed.wrapping_add(round)).run(&case(), agree) {
            panic!("round {round} of seed {seed}: {error}");
        }
        round += 1;
    }
    println!(
        "{} updates made, of which {} were refused before anything was sent, seed {seed}, in {:?}",
        made.get(),
        told.get(),
        began.elapsed()
    );
}

#[test]
fn a_value_that_is_saved_is_the_value_that_is_read() {
    let (runtime, began) = (runtime(), Instant::now());
    let cases = number("CHAKRA_PROOF_CASES").unwrap_or(SAVES.into());
    let seed = number("CHAKRA_PROOF_SEED").unwrap_or(SEED);
    let fixture = runtime.block_on(Fixture::new(|builder| builder.model::<Thing>()));
    let next_id = Cell::new(0_i64);
    for round in 0..cases.div_ceil(CASES_PER_COLLECTION.into()) {
        let saves = |(before, after): (Stored, Stored)| runtime.block_on(saves_the_difference(&fixture, &before, &after, &next_id));
        if let Err(error) = runner(seed.wrapping_add(round)).run(&(stored(), stored()), saves) {
            panic!("round {round} of seed {seed}: {error}");
        }
    }
    println!("{} values saved, seed {seed}, in {:?}", next_id.get() / 2, began.elapsed());
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

/// A source of values that gives others for another seed.
pub fn runner(seed: u64) -> TestRunner {
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

/// The documents of a case under ids of their own, changed by one update after the other on the server and in memory.
async fn makes_the_same(fixture: &Fixture, case: &Case, next_id: &Cell<i64>, told: &Cell<u64>) -> Result<(), TestCaseError> {
    let first = next_id.get();
    let documents: Vec<Document> = (first..).zip(&case.documents).map(|(id, stored)| stored.with_id(id)).collect();
    next_id.set(first + documents.len() as i64);
    let mut things: Vec<Thing> = documents.iter().map(|document| from_document(&document.to_vec().unwrap()).unwrap()).collect();
    fixture.raw.collection::<Document>("things").insert_many(documents).await.unwrap();
    for edit in &case.edits {
        let failed = |what: String| TestCaseError::fail(format!("{}: {what}", edit.update().detail()));
        make(fixture, edit, &mut things, first, told).await.map_err(failed)?;
        let found = fixture.db.find_many(Thing::id.path().gte(first)).order_by(Thing::id.asc()).await;
        let found = found.map_err(|error| failed(format!("{error}: {:?}", error.driver())))?;
        assert_eq!(found.len(), things.len());
        for (found, thing) in found.iter().zip(&things) {
            let (found, expected) = (spelled(found), spelled(thing));
            if found != expected {
                return Err(failed(format!("\nthe server has {found}\nmemory       {expected}")));
            }
        }
    }
    Ok(())
}

/// One update of all documents from `first` on, and of the values.
async fn make(fixture: &Fixture, edit: &Edit, things: &mut [Thing], first: i64, told: &Cell<u64>) -> Result<(), String> {
    let update = edit.update();
    // Asked of nothing, it is refused only for what it is itself.
    let nothing = fixture.db.update(Thing::id.eq(-1)).with(update.clone()).await;
    if !matches!(nothing, Err(Error::NotFound { .. })) {
        told.set(told.get() + 1);
    }
    let mut expected = Vec::new();
    for thing in things.iter() {
        let mut changed = thing.clone();
        expected.push(update.apply(&mut changed).map(|()| changed));
    }
    if edit.many {
        let updated = match fixture.db.update_many(Thing::id.path().gte(first)).with(update).await {
            Ok(updated) => updated,
            Err(error) if is_told_beforehand(&error) => return Ok(()),
            // A value that breaks a limit itself.
            Err(error) if expected.iter().all(|one| one.as_ref().is_err_and(|one| one.to_string() == error.to_string())) => return Ok(()),
            Err(error) => return Err(format!("{error}: {:?}", error.driver())),
        };
        let refused = expected.iter().filter(|changed| changed.is_err()).count() as u64;
        if (updated.matched, updated.refused) != (expected.len() as u64 - refused, refused) {
            return Err(format!("{updated:?}, and memory refuses {refused} of {}", expected.len()));
        }
    }
    for (thing, changed) in things.iter_mut().zip(expected) {
        if !edit.many {
            match (fixture.db.update(Thing::id.eq(thing.id)).with(edit.update()).await, &changed) {
                (Ok(found), Ok(changed)) if spelled(&found) == spelled(changed) => {}
                (Err(found), Err(expected)) if found.to_string() == expected.to_string() => {}
                (Err(error), _) if is_told_beforehand(&error) => continue,
                (found, expected) => {
                    let raw = found.as_ref().err().and_then(Error::driver);
                    return Err(format!("\nthe server {found:?} {raw:?}\nmemory     {expected:?}\nof {thing:?}"));
                }
            }
        }
        if let Ok(changed) = changed {
            *thing = changed;
        }
    }
    Ok(())
}

/// One document, in whatever form it is stored, loaded and saved as another value.
async fn saves_the_difference(fixture: &Fixture, before: &Stored, after: &Stored, next_id: &Cell<i64>) -> Result<(), TestCaseError> {
    let id = next_id.get();
    next_id.set(id + 2);
    fixture.store("things", before.with_id(id)).await;
    let mut thing = fixture.db.get(Thing::id.eq(id)).await.unwrap().tracked();
    let wanted: Thing = from_document(&after.with_id(id).to_vec().unwrap()).unwrap();
    *thing = wanted.clone();
    let changed = thing.changed().unwrap();
    let failed = |what: String| TestCaseError::fail(format!("{changed:?}: {what}"));
    // The same limits hold as for a new document.
    let inserted = fixture.db.insert_many(&[Thing { id: id + 1, ..wanted.clone() }]).await;
    match (fixture.db.save(&mut thing).await, inserted) {
        (Ok(()), Ok(_)) => {}
        (Ok(()), Err(_)) if changed.is_empty() => {}
        (Err(saved), Err(inserted)) if saved.to_string() == inserted.to_string() => return Ok(()),
        (saved, inserted) => return Err(failed(format!("saved {saved:?}, inserted {inserted:?}"))),
    }
    let found = fixture.db.get(Thing::id.eq(id)).await.map_err(|error| failed(error.to_string()))?;
    let (found, wanted) = (spelled(&found), spelled(&wanted));
    if found == wanted { Ok(()) } else { Err(failed(format!("\nthe server has {found}\nsaved was      {wanted}"))) }
}

/// The value as text, in which NaN is NaN, and -0 is 0 as it is in Rust and to the server.
fn spelled(thing: &Thing) -> String {
    [",", " ", ")", "]"].into_iter().fold(format!("{thing:?}"), |text, end| text.replace(&format!("-0.0{end}"), &format!("0.0{end}")))
}

/// Changes that one command cannot make together; said before anything is sent.
fn is_told_beforehand(error: &Error) -> bool {
    matches!(error, Error::Invalid { broken, .. } if broken.iter().any(|broken| broken.rule.contains("of its own")))
}
