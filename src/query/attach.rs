//! The two halves of an include: an untyped node that `relation` loads by, and a typed one that puts what was read into the model.
//!
//! Made of what the builder in `include` holds.

use super::{
    expr::Expr,
    include::{Include, ToMany},
    path::RawPath,
    sort::SortKey,
};
use crate::{
    DocumentId, Error, Result,
    codec::from_document,
    model::{Filling, Model},
    schema::{Field, Link, RelationSchema, Role, Schema, key_path},
};
use std::{collections::HashMap, ops::Range};

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
    /// The stored fields that are read of each document; all of them where nothing is said.
    pub(crate) select: Option<Vec<&'static str>>,
    /// Whether the related documents are counted and not read.
    pub(crate) counts: bool,
    pub(crate) children: Vec<IncludeNode>,
}

/// Documents as bytes, those of one answer of the server in one piece.
#[derive(Debug, Default)]
pub(crate) struct RawDocuments {
    pieces: Vec<Vec<u8>>,
    /// For each document its piece, and where in it.
    at: Vec<(usize, Range<usize>)>,
}

impl RawDocuments {
    /// Takes the documents of one answer.
    ///
    /// # Errors
    /// The first that the answer does not have.
    pub(crate) fn take<'d, E>(&mut self, documents: impl Iterator<Item = Result<&'d [u8], E>>) -> Result<(), E> {
        let (mut piece, number) = (Vec::new(), self.pieces.len());
        for document in documents {
            let start = piece.len();
            piece.extend_from_slice(document?);
            self.at.push((number, start..piece.len()));
        }
        self.pieces.push(piece);
        Ok(())
    }

    /// Takes those of `other` too, after its own.
    pub(crate) fn append(&mut self, other: Self) {
        let before = self.pieces.len();
        self.at.extend(other.at.into_iter().map(|(piece, range)| (before + piece, range)));
        self.pieces.extend(other.pieces);
    }

    pub(crate) fn get(&self, position: usize) -> Option<&[u8]> {
        let (piece, range) = self.at.get(position)?;
        self.pieces.get(*piece)?.get(range.clone())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.at.len()).filter_map(|position| self.get(position))
    }

    pub(crate) fn len(&self) -> usize {
        self.at.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.at.is_empty()
    }

    /// Forgets those of which `keep` is not true.
    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&[u8]) -> bool) {
        let pieces = &self.pieces;
        self.at.retain(|(piece, range)| pieces.get(*piece).and_then(|piece| piece.get(range.clone())).is_some_and(&mut keep));
    }
}

/// What was read for one node.
#[derive(Debug, Default)]
pub(crate) struct Fetched {
    /// The related documents, each once.
    pub(crate) documents: RawDocuments,
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
    /// Where the model has no such relation, which derived code rules out, where a count is asked for more than a filter, or where a field
    /// that is not selected has no value.
    fn node(&self) -> Result<IncludeNode>;

    /// Fills the relation of the parent number `at`. A required one of which the document is missing stays unloaded where that is `lenient`.
    ///
    /// # Errors
    /// Where a related document cannot be decoded, or a required one is missing.
    fn attach(&self, parent: &mut R, at: usize, fetched: &Fetched, lenient: bool) -> Result<()>;
}

impl<R: Model, M: Model, A: 'static> Attach<R> for Include<R, M, A> {
    fn node(&self) -> Result<IncludeNode> {
        let owner = R::schema();
        let relation =
            owner.relation(self.name).ok_or_else(|| Error::Schema(vec![format!("`{}` has no relation `{}`", owner.model, self.name)]))?;
        let children = self.children.iter().map(|child| child.node()).collect::<Result<Vec<_>>>()?;
        let select = self.select.as_deref().map(|paths| selected(relation, M::schema(), paths)).transpose()?;
        let (filter, sort) = (self.filter.clone(), self.sort.clone());
        Ok(IncludeNode { owner, relation, filter, sort, skip: self.skip, take: self.take, select, counts: false, children })
    }

    fn attach(&self, parent: &mut R, at: usize, fetched: &Fetched, lenient: bool) -> Result<()> {
        let positions = fetched.of_parent.get(at).map_or(&[][..], Vec::as_slice);
        let mut found = Vec::with_capacity(positions.len());
        for &position in positions {
            let document = fetched.documents.get(position).unwrap_or_default();
            // A document that stands on the other side of several is decoded for each, so that models need no `Clone`.
            let mut related: M = from_document(document).map_err(|error| Error::decode(M::schema(), document, error))?;
            for (child, fetched) in self.children.iter().zip(&fetched.children) {
                child.attach(&mut related, position, fetched, lenient)?;
            }
            found.push(related);
        }
        // Where a filter was asked for, nothing found is an answer; a required relation then stays unloaded.
        if !(self.fill)(parent, Filling::Found(found)) && self.filter == Expr::All && !lenient {
            return Err(Error::dangling(R::schema(), self.name, M::schema(), fetched.dangling.get(&at).cloned()));
        }
        Ok(())
    }
}

/// The stored fields that are read of documents of `target`, which the relation leads to: the selected ones, and those that are always needed,
/// among them what its own relations go by, which may be loaded later.
///
/// # Errors
/// A path into a field, a field without a value that is not among them, and documents of several shapes.
fn selected(relation: &RelationSchema, target: &'static Schema, paths: &[RawPath]) -> Result<Vec<&'static str>> {
    if target.tag.is_some() {
        return Err(Error::rule(target, "", "a model of one shape, for an include to `select` fields of it"));
    }
    let mut names: Vec<&str> = paths.iter().map(RawPath::stored).collect();
    if let Some(path) = paths.iter().find(|path| target.fields.iter().all(|field| field.stored != path.stored())) {
        let rule = "a whole field, for an include to `select` it: the rest of a composite would be missing";
        return Err(Error::rule(target, path.stored(), rule));
    }
    let mut needs = |name: Option<&'static str>| names.extend(name.and_then(|name| key_path(target, name).ok()).map(|key| key.root.stored));
    match relation.link {
        Link::There(key) => needs(Some(key)),
        Link::Here(_) => needs(relation.references),
        Link::Lists { ids: None, inverse } => needs(inverse),
        Link::Lists { ids: Some(_), .. } => {}
    }
    for relation in target.relations {
        match relation.link {
            Link::Here(key) => needs(Some(key)),
            Link::There(_) => needs(relation.references),
            Link::Lists { ids, .. } => needs(ids),
        }
    }
    let is_kept = |field: &&Field| names.contains(&field.stored) || matches!(field.role, Role::Id | Role::Version | Role::UpdatedAt);
    if let Some(missing) = target.fields.iter().find(|field| !is_kept(field) && field.absent_value().is_none()) {
        return Err(Error::rule(target, missing.stored, "to be selected too: it has no value without being read"));
    }
    Ok(target.fields.iter().filter(is_kept).map(|field| field.stored).collect())
}

/// The number of related documents in place of them.
pub(super) struct Counting<R, M>(pub(super) Include<R, M, ToMany>);

impl<R: Model, M: Model> Attach<R> for Counting<R, M> {
    fn node(&self) -> Result<IncludeNode> {
        if !self.0.is_filter() {
            let rule = "a count of related documents without `order_by`, `skip`, `take`, `select` and `include`: it takes a `filter`";
            return Err(Error::rule(R::schema(), self.0.name, rule));
        }
        Ok(IncludeNode { counts: true, ..self.0.node()? })
    }

    fn attach(&self, parent: &mut R, at: usize, fetched: &Fetched, _: bool) -> Result<()> {
        (self.0.fill)(parent, Filling::Counted(fetched.counts.get(at).copied().unwrap_or(0)));
        Ok(())
    }
}
