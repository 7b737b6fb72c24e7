//! The two halves of an include: an untyped node that `relation` loads by, and a typed one that puts what was read into the model.
//!
//! Made of what the builder in `include` holds.

use super::{
    expr::Expr,
    include::{Include, ToMany},
    sort::SortKey,
};
use crate::{
    DocumentId, Error, Result,
    codec::from_document,
    model::{Filling, Model},
    schema::{RelationSchema, Schema},
};
use std::collections::HashMap;

/// The untyped half of an include: what to load, or to count.
#[derive(Clone, Debug)]
pub(crate) struct IncludeNode {
    /// The model that has the relation.
    pub(crate) owner: &'static Schema,
    pub(crate) relation: &'static RelationSchema,
    pub(crate) filter: Expr,
    pub(crate) sort: Vec<SortKey>,
    pub(crate) skip: u64,
    pub(crate) take: Option<u64>,
    /// Whether the related documents are counted and not read.
    pub(crate) counts: bool,
    pub(crate) children: Vec<IncludeNode>,
}

/// What was read for one node.
#[derive(Debug, Default)]
pub(crate) struct Fetched {
    /// The related documents, each once.
    pub(crate) documents: Vec<Vec<u8>>,
    /// For each parent, in order, the positions of its related documents.
    pub(crate) of_parent: Vec<Vec<usize>>,
    /// For each parent, in order, how many related documents there are, where they were counted.
    pub(crate) counts: Vec<u64>,
    /// By parent, its `_id` and the key that leads nowhere, where the relation requires a document.
    pub(crate) dangling: HashMap<usize, Box<[DocumentId; 2]>>,
    /// What was read for the node's children, with `documents` as their parents.
    pub(crate) children: Vec<Fetched>,
}

/// The typed half of an include of `R`: puts what was read into the model.
pub(crate) trait Attach<R>: Send + Sync {
    /// The untyped half.
    ///
    /// # Errors
    /// Where the model has no such relation, which derived code rules out, or where a count is asked for more than a filter.
    fn node(&self) -> Result<IncludeNode>;

    /// Fills the relation of the parent number `at`.
    ///
    /// # Errors
    /// Where a related document cannot be decoded, or a required one is missing.
    fn attach(&self, parent: &mut R, at: usize, fetched: &Fetched) -> Result<()>;
}

impl<R: Model, M: Model, A: 'static> Attach<R> for Include<R, M, A> {
    fn node(&self) -> Result<IncludeNode> {
        let owner = R::schema();
        let relation =
            owner.relation(self.name).ok_or_else(|| Error::Schema(vec![format!("`{}` has no relation `{}`", owner.model, self.name)]))?;
        let children = self.children.iter().map(|child| child.node()).collect::<Result<_>>()?;
        let (filter, sort) = (self.filter.clone(), self.sort.clone());
        Ok(IncludeNode { owner, relation, filter, sort, skip: self.skip, take: self.take, counts: false, children })
    }

    fn attach(&self, parent: &mut R, at: usize, fetched: &Fetched) -> Result<()> {
        let positions = fetched.of_parent.get(at).map_or(&[][..], Vec::as_slice);
        let mut found = Vec::with_capacity(positions.len());
        for &position in positions {
            let document = fetched.documents.get(position).map_or(&[][..], Vec::as_slice);
            // A document that stands on the other side of several is decoded for each, so that models need no `Clone`.
            let mut related: M = from_document(document).map_err(|error| Error::decode(M::schema(), document, error))?;
            for (child, fetched) in self.children.iter().zip(&fetched.children) {
                child.attach(&mut related, position, fetched)?;
            }
            found.push(related);
        }
        // Where a filter was asked for, nothing found is an answer; a required relation then stays unloaded.
        if !(self.fill)(parent, Filling::Found(found)) && self.filter == Expr::All {
            return Err(Error::dangling(R::schema(), self.name, M::schema(), fetched.dangling.get(&at).cloned()));
        }
        Ok(())
    }
}

/// The number of related documents in place of them.
pub(super) struct Counting<R, M>(pub(super) Include<R, M, ToMany>);

impl<R: Model, M: Model> Attach<R> for Counting<R, M> {
    fn node(&self) -> Result<IncludeNode> {
        let node = self.0.node()?;
        if !node.sort.is_empty() || node.skip > 0 || node.take.is_some() || !node.children.is_empty() {
            let rule = "a count of related documents without `order_by`, `skip`, `take` and `include`: it takes a `filter`";
            return Err(Error::rule(R::schema(), self.0.name, rule));
        }
        Ok(IncludeNode { counts: true, ..node })
    }

    fn attach(&self, parent: &mut R, at: usize, fetched: &Fetched) -> Result<()> {
        (self.0.fill)(parent, Filling::Counted(fetched.counts.get(at).copied().unwrap_or(0)));
        Ok(())
    }
}
