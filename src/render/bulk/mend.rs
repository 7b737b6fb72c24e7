//! [`PlannedMend`]: what brings odd documents into the form that updates take, as statements that go ahead of these.
//!
//! Filled by `plan`, for the statements of one command. Documents that are named by their ids share a statement for what is odd in the same
//! way: it is one look-up where all are right, as they mostly are. Where it fails, one statement for each says whose document it was.

use super::statement::{Mend, encoded};
use crate::{
    Result,
    render::matching::{Match, all_of, is_plain},
    schema::Schema,
};
use bson::{Bson, Document, RawDocumentBuf, doc};
use std::collections::HashMap;

/// So many ids stand in one statement that mends.
const IDS: usize = 1_000;

/// A statement that mends.
#[derive(Debug)]
pub(crate) struct PlannedMend {
    /// The operation that it is for, or the first one.
    pub(crate) operation: usize,
    pub(crate) statement: RawDocumentBuf,
    /// The operations that share it, where it is by ids.
    pub(crate) shared: Option<SharedMend>,
}

/// What operations share that are odd in the same way.
#[derive(Debug)]
pub(crate) struct SharedMend {
    schema: &'static Schema,
    odd: Document,
    stage: Document,
    /// The operations, each with the id that it names.
    ids: Vec<(usize, Bson)>,
}

impl SharedMend {
    /// Whether it is of more operations than one.
    pub(crate) fn is_of_several(&self) -> bool {
        self.ids.len() > 1
    }

    /// A statement for each operation.
    ///
    /// # Errors
    /// What no command can carry.
    pub(crate) fn apart(self) -> Result<Vec<(usize, RawDocumentBuf)>> {
        let Self { schema, odd, stage, ids } = self;
        let one = |(operation, id): (usize, Bson)| {
            let statement = mending_statement(doc! { "_id": id }, odd.clone(), stage.clone(), false);
            Ok((operation, encoded(schema, &statement)?))
        };
        ids.into_iter().map(one).collect()
    }
}

/// The statements that mend, of mends with the numbers of their operations.
///
/// # Errors
/// What no command can carry.
pub(super) fn plan_mends(schema: &'static Schema, mends: Vec<(usize, Mend)>) -> Result<Vec<PlannedMend>> {
    let mut planned = Vec::new();
    let mut ways: Vec<(Document, Document, Vec<(usize, Bson)>)> = Vec::new();
    let mut known: HashMap<Vec<u8>, usize> = HashMap::new();
    for (operation, Mend { filter, many, ways: odds }) in mends {
        let id = named_id(&filter);
        for (odd, stage) in odds {
            let Some(id) = &id else {
                let statement = encoded(schema, &mending_statement(filter.clone(), odd, stage, many))?;
                planned.push(PlannedMend { operation, statement, shared: None });
                continue;
            };
            let at =
                *known.entry(encoded(schema, &doc! { "odd": odd.clone(), "stage": stage.clone() })?.into_bytes()).or_insert(ways.len());
            match ways.get_mut(at) {
                Some((_, _, ids)) => ids.push((operation, id.clone())),
                None => ways.push((odd, stage, vec![(operation, id.clone())])),
            }
        }
    }
    for (odd, stage, ids) in ways {
        for ids in ids.chunks(IDS) {
            let operation = ids.first().map_or(0, |(operation, _)| *operation);
            let named: Vec<Bson> = ids.iter().map(|(_, id)| id.clone()).collect();
            let filter = doc! { "_id": { "$in": named } };
            let statement = encoded(schema, &mending_statement(filter, odd.clone(), stage.clone(), true))?;
            let shared = SharedMend { schema, odd: odd.clone(), stage: stage.clone(), ids: ids.to_vec() };
            planned.push(PlannedMend { operation, statement, shared: Some(shared) });
        }
    }
    Ok(planned)
}

fn mending_statement(filter: Document, odd: Document, stage: Document, many: bool) -> Document {
    doc! { "q": all_of(vec![Match::Doc(filter), Match::Doc(odd)]).into_document(), "u": [stage], "multi": many }
}

/// The id, where the filter is nothing but one that stands for itself.
fn named_id(filter: &Document) -> Option<Bson> {
    match filter.iter().next() {
        Some((path, id)) if filter.len() == 1 && path == "_id" && is_plain(id) => Some(id.clone()),
        _ => None,
    }
}
