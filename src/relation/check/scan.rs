//! [`Scan`]: all keys and lists of some relations, a group of documents at a time, with what is wrong in them.
//!
//! Read to its end by the check, one by one by its stream, and by `mend`, which writes between two groups. A batch of the server's, the keys of
//! one group and what they name are in memory, whatever the size of the collections.

use super::{
    examine::{Faulty, Holder, examine},
    finding::Finding,
};
use crate::{
    Result,
    db::Db,
    driver::{FindSpec, RawCursor, ReadOptions, Scope},
    render::{HoldersQuery, render_holders},
    schema::Edge,
};
use std::{collections::VecDeque, vec::IntoIter};

/// How many keys are looked up together; one document may have more.
const MOST_KEYS: usize = 20_000;

/// A walk over keys and lists.
#[derive(Debug)]
pub(crate) struct Scan {
    db: Db,
    scope: Scope,
    options: ReadOptions,
    edges: IntoIter<Edge>,
    open: Option<(Edge, RawCursor)>,
    waiting: VecDeque<Vec<u8>>,
}

/// Documents of which the same key or list was looked at.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) edge: Edge,
    /// How many they were.
    pub(crate) looked_at: u64,
    /// Those in which something is wrong.
    pub(crate) faulty: Vec<Faulty>,
}

impl Group {
    /// What is wrong, one by one.
    pub(crate) fn findings(self) -> impl Iterator<Item = Finding> {
        let Self { edge, faulty, .. } = self;
        faulty.into_iter().flat_map(move |Faulty { id, faults }| faults.into_iter().map(move |fault| Finding::of(&edge, &id, fault)))
    }
}

impl Scan {
    pub(crate) fn new(db: Db, scope: Scope, options: ReadOptions, edges: Vec<Edge>) -> Self {
        Self { db, scope, options, edges: edges.into_iter(), open: None, waiting: VecDeque::new() }
    }

    /// The next group. None at the end.
    ///
    /// # Errors
    /// Those of a read.
    pub(crate) async fn next(&mut self) -> Result<Option<Group>> {
        loop {
            let Some((edge, cursor)) = &mut self.open else {
                let Some(edge) = self.edges.next() else { return Ok(None) };
                let scope = self.scope_of_group();
                self.open = Some((edge, holders(&self.db, &scope, &edge, &self.options).await?));
                continue;
            };
            if self.waiting.is_empty() {
                match cursor.next_batch().await? {
                    None => self.open = None,
                    Some(batch) => {
                        for document in batch.documents() {
                            self.waiting.push_back(document?.to_vec());
                        }
                    }
                }
                continue;
            }
            let edge = *edge;
            let holders = self.group(&edge)?;
            let looked_at = u64::try_from(holders.len()).unwrap_or(u64::MAX);
            let faulty = examine(&self.db, &self.scope_of_group(), &edge, holders, &self.of_named()).await?;
            return Ok(Some(Group { edge, looked_at, faulty }));
        }
    }

    /// As many of the waiting documents as are looked at together, and one at least.
    fn group(&mut self, edge: &Edge) -> Result<Vec<Holder>> {
        let (mut holders, mut keys) = (Vec::new(), 0);
        while keys < MOST_KEYS
            && let Some(document) = self.waiting.pop_front()
        {
            let holder = Holder::read(edge, &document)?;
            keys += holder.len();
            holders.push(holder);
        }
        Ok(holders)
    }

    /// Each group has the whole deadline where the result is a stream.
    fn scope_of_group(&self) -> Scope {
        let mut scope = self.scope.clone();
        if self.options.stream {
            scope.deadline = scope.deadline.restarted();
        }
        scope
    }

    /// What is named is no stream.
    fn of_named(&self) -> ReadOptions {
        ReadOptions { stream: false, ..self.options.clone() }
    }
}

/// The documents that hold a key or list, with that alone.
async fn holders(db: &Db, scope: &Scope, edge: &Edge, options: &ReadOptions) -> Result<RawCursor> {
    let HoldersQuery { filter, sort, projection } = render_holders(edge);
    let spec = FindSpec { sort: Some(sort), projection: Some(projection), options: options.clone(), ..FindSpec::default() };
    db.connection().find(scope, edge.holder, filter, spec).await
}
