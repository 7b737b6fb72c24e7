//! The order that a read asks for, and whether an index has it.
//!
//! Read by `service`. Where conditions ask for single keys, the paths of these no more count: what is left of the index's keys must begin with
//! what is left of the order, all the same way or all the other way. For several keys the server reads a part of the index for each, and
//! merges them.

use super::{candidate::Key, condition::Keys};
use bson::{Bson, Document};

/// An order of documents.
#[derive(Debug)]
pub(super) struct Order {
    /// The stored paths, and which way each goes.
    pub(super) keys: Vec<(String, i32)>,
    by_relevance: bool,
}

impl Order {
    /// The order of a rendered sort.
    pub(super) fn of(sort: Option<&Document>) -> Self {
        let mut order = Self { keys: Vec::new(), by_relevance: false };
        for (path, way) in sort.into_iter().flat_map(Document::iter) {
            match way {
                Bson::Int32(sign) => order.keys.push((path.clone(), *sign)),
                _ => order.by_relevance = true,
            }
        }
        order
    }

    /// Whether any order will do.
    pub(super) fn is_open(&self) -> bool {
        self.keys.is_empty() && !self.by_relevance
    }

    /// Whether it is by how well documents answer a search, which is in no index.
    pub(super) fn is_by_relevance(&self) -> bool {
        self.by_relevance
    }

    /// Whether what the filter asks of an index, which compares texts as the read does or does not, comes out of it in this order.
    pub(super) fn is_given_by(&self, keys: &[Key], asked: &[Option<Keys>], is_alike: bool) -> bool {
        if self.by_relevance {
            return false;
        }
        let is_single = |path: &str| keys.iter().zip(asked).any(|(key, asked)| key.path == path && *asked == Some(Keys::Points(1)));
        let wanted: Vec<Step<'_>> = self.steps().into_iter().filter(|step| !is_single(step.0)).collect();
        let given: Vec<Step<'_>> = steps(keys).into_iter().filter(|step| !is_single(step.0)).collect();
        wanted.is_empty() || (is_alike && begins_with(&given, &wanted))
    }

    /// Of how many parts of an index the server would merge this order; nothing where it would not.
    pub(super) fn parts_of(&self, keys: &[Key], asked: &[Option<Keys>], is_alike: bool) -> Option<usize> {
        let points = |asked: &Option<Keys>| if let Some(Keys::Points(points)) = asked { Some(*points) } else { None };
        let merged: Vec<usize> = asked.iter().map_while(points).collect();
        let behind = || keys.iter().zip(asked).skip(merged.len());
        let cuts_list = behind().any(|(key, asked)| key.list.is_some() && asked.is_some());
        let given: Vec<Step<'_>> = behind().map(|(key, _)| (key.path.as_str(), key.sign)).collect();
        let merges = !merged.is_empty() && !cuts_list && !self.by_relevance && is_alike && begins_with(&given, &self.steps());
        merges.then(|| merged.into_iter().fold(1, usize::saturating_mul))
    }

    fn steps(&self) -> Vec<Step<'_>> {
        self.keys.iter().map(|(path, sign)| (path.as_str(), *sign)).collect()
    }
}

/// A path, and which way it goes.
type Step<'k> = (&'k str, i32);

fn steps(keys: &[Key]) -> Vec<Step<'_>> {
    keys.iter().map(|key| (key.path.as_str(), key.sign)).collect()
}

/// Whether `given`, read forwards or backwards, is in the order of `wanted`.
fn begins_with(given: &[Step<'_>], wanted: &[Step<'_>]) -> bool {
    let runs = |way: i32| given.iter().zip(wanted).all(|(given, wanted)| given.0 == wanted.0 && given.1 == wanted.1 * way);
    wanted.len() <= given.len() && (runs(1) || runs(-1))
}
