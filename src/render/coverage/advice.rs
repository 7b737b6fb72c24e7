//! Which indexes would serve a read that none serves.
//!
//! First the paths of which single values are asked, then those of the order, then one of which a range is asked; or, behind single values, a
//! place. What comes out is put to the same test as a declared index, so that nothing is advised that would not help.

use super::{
    candidate::{Candidate, Key},
    condition::{Conditions, Keys},
    order::Order,
    service::{is_served, is_served_beside_others},
};
use crate::schema::Schema;
use bson::Document;

/// What advice is given on.
pub(super) struct Adviser<'a> {
    pub(super) schema: &'a Schema,
    pub(super) order: &'a Order,
    /// The indexes that there are.
    pub(super) candidates: &'a [Candidate],
    /// How the read compares texts, where not by their bytes.
    pub(super) collation: Option<&'a Document>,
}

impl Adviser<'_> {
    /// The indexes to declare; none where no index that can be declared would do.
    pub(super) fn advise(&self, conditions: &Conditions<'_>) -> Vec<Candidate> {
        self.one_or_several(conditions, &[]).unwrap_or_default()
    }

    /// One index, or one for each of the alternatives; `tags` are those that conditions around these name.
    fn one_or_several(&self, conditions: &Conditions<'_>, tags: &[(&str, &str)]) -> Option<Vec<Candidate>> {
        if conditions.search {
            return None;
        }
        let tags: Vec<(&str, &str)> = tags.iter().copied().chain(conditions.texts()).collect();
        let mut possible = self.possible(conditions, &tags).into_iter().map(|keys| self.index(keys));
        if let Some(index) = possible.find(|index| is_served(conditions, self.order, std::slice::from_ref(index))) {
            return Some(vec![index]);
        }
        conditions.any.iter().find_map(|branches| self.one_each(conditions, branches, &tags))
    }

    /// An index for each alternative that has none.
    fn one_each(&self, conditions: &Conditions<'_>, branches: &[Conditions<'_>], tags: &[(&str, &str)]) -> Option<Vec<Candidate>> {
        let mut advised: Vec<Candidate> = Vec::new();
        for branch in branches.iter().filter(|branch| !is_served_beside_others(branch, self.order, self.candidates)) {
            for index in self.one_or_several(branch, tags)? {
                if advised.iter().all(|other| other.name != index.name) {
                    advised.push(index);
                }
            }
        }
        let all: Vec<Candidate> = self.candidates.iter().chain(&advised).cloned().collect();
        is_served(conditions, self.order, &all).then_some(advised)
    }

    /// The keys of indexes that may help, the best first.
    fn possible(&self, conditions: &Conditions<'_>, tags: &[(&str, &str)]) -> Vec<Vec<Key>> {
        let (mut single, mut several, mut range, mut places) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for condition in &conditions.all {
            let Some(key) = Key::of(self.schema, &condition.path, 1, tags) else { continue };
            if condition.is_place() {
                add(&mut places, key.of_places());
                continue;
            }
            match condition.keys(key.list.is_some(), true) {
                Some(Keys::Points(1)) => add(&mut single, key),
                Some(Keys::Points(_)) => add(&mut several, key),
                Some(Keys::Range | Keys::Present) => add(&mut range, key),
                Some(Keys::All) | None => {}
            }
        }
        let in_order = self.order.keys.iter().filter(|(path, _)| !has(&single, path));
        let Some(order): Option<Vec<Key>> = in_order.map(|(path, sign)| Key::of(self.schema, path, *sign, tags)).collect() else {
            return Vec::new();
        };
        several.retain(|key| !has(&single, &key.path) && !has(&order, &key.path));
        range.retain(|key| ![&single, &several, &order].into_iter().any(|keys| has(keys, &key.path)));
        // A range on a list would keep the server from merging parts.
        range.retain(|key| key.list.is_none() || (single.is_empty() && several.is_empty() && order.is_empty()));
        range.truncate(1);
        let first = [single.as_slice(), several.as_slice(), order.as_slice(), range.as_slice()].concat();
        let second = [single.as_slice(), order.as_slice(), several.as_slice(), range.as_slice()].concat();
        places.truncate(1);
        let near = if places.is_empty() { Vec::new() } else { [single.as_slice(), places.as_slice()].concat() };
        let all = [first, second, near].into_iter().flat_map(|keys| [on_one_list(&keys, false), on_one_list(&keys, true)]);
        all.filter(|keys| !keys.is_empty()).collect()
    }

    /// The index over these keys. Where the same is declared but has not all documents, the other way round, which serves as well.
    fn index(&self, mut keys: Vec<Key>) -> Candidate {
        let is_declared = |index: &Candidate| !index.is_text && same_keys(&index.keys, &keys);
        if self.candidates.iter().any(is_declared) {
            keys.iter_mut().for_each(|key| key.sign = -key.sign);
        }
        Candidate::plain(keys, self.collation)
    }
}

fn same_keys(a: &[Key], b: &[Key]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.path == b.path && a.sign == b.sign)
}

fn has(keys: &[Key], path: &str) -> bool {
    keys.iter().any(|key| key.path == path)
}

fn add(keys: &mut Vec<Key>, key: Key) {
    if !has(keys, &key.path) {
        keys.push(key);
    }
}

/// The keys without those of a second list, which the server does not take, or of the same list where a document's items need not meet
/// all conditions at once.
fn on_one_list(keys: &[Key], is_one_path: bool) -> Vec<Key> {
    let mut kept: Vec<Key> = Vec::with_capacity(keys.len());
    for key in keys {
        let first = kept.iter().find_map(|kept| kept.list.as_ref());
        let is_apart = match (&key.list, first) {
            (Some(list), Some(first)) => is_one_path || list != first,
            _ => false,
        };
        if !is_apart {
            kept.push(key.clone());
        }
    }
    kept
}
