//! Every operator of an update on a real server, one named outcome after the other: what is stored, what is refused and in which words, and
//! what is left alone.
//!
//! `proof` holds random updates against memory; these are the readable cases, read back by the bare driver where the stored type matters.
//!
//! `ranges` is about the ends of the types of numbers, `numbers` about limits, order and bits, `lists` and `composites` about items,
//! `elements` about `update_where`, `paths` about what lies above a value, `clock` about the server's time, `together` about several changes
//! in one update and several updates at once, `many` about `update_many`, `unreadable` about documents that are not the model's,
//! `interrupted` about lost connections, `upserts` about every operator in an upsert, and `roads` about one limit on every road.

mod clock;
mod composites;
mod elements;
mod interrupted;
mod lists;
mod many;
mod numbers;
mod paths;
mod ranges;
mod roads;
mod together;
mod unreadable;
mod upserts;

use crate::support::Fixture;
use chakra::{Error, Outcome, prelude::*};

/// What is sent where a document is stored in a form that the operator does not take: the update reaches nothing, the document is looked at
/// and brought into the form that the codec writes, and the update is sent again.
const MENDED: [&str; 4] = ["findAndModify", "aggregate", "update", "findAndModify"];
/// What is sent where the document refuses the update.
const REFUSED: [&str; 2] = ["findAndModify", "aggregate"];

/// A fresh database that knows one model, and to which nothing was sent.
async fn fixture<M: Model>() -> Fixture {
    let fixture = Fixture::new(|builder| builder.model::<M>()).await;
    fixture.commands();
    fixture
}

/// The rules that are broken, as they are said; nothing of the update was applied.
fn rules(error: &Error) -> String {
    assert_eq!(error.outcome(), Outcome::NotApplied, "{error:?}");
    match error {
        Error::Invalid { broken, .. } => broken.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
        other => panic!("{other:?}"),
    }
}

/// Since the last look.
fn nothing_sent(fixture: &Fixture) {
    assert_eq!(fixture.commands(), Vec::<String>::new());
}
