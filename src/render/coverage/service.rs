//! What indexes give to a read: whether they lead to what its filter asks for, and in its order.
//!
//! Asked by `report` of the declared indexes and by `advice` of others.

use super::{
    candidate::Candidate,
    condition::{Conditions, Keys},
    order::Order,
};

/// What one index, or one for each alternative, gives to a read.
#[derive(Debug)]
pub(super) struct Service<'c> {
    /// The indexes' names.
    pub(super) by: Vec<&'c str>,
    /// Whether they lead to the keys that the filter names, and not over all keys.
    pub(super) narrows: bool,
    is_in_order: bool,
    /// In how many parts that are in order, where the server can merge these.
    parts: Option<usize>,
    /// Whether there is at most one document for each index, and so nothing to sort.
    is_single: bool,
    /// Whether there is at most one document at all.
    pub(super) finds_one: bool,
}

/// How many parts the server merges at most (`internalQueryMaxScansToExplode`).
const MOST_PARTS: usize = 200;

impl Service<'_> {
    /// Whether it needs nothing more. Of everything, in the order of an index, all keys are what is asked for.
    pub(super) fn serves(&self, conditions: &Conditions<'_>) -> bool {
        (self.narrows || conditions.is_empty()) && self.is_ordered()
    }

    /// Whether documents come in the order without being sorted.
    fn is_ordered(&self) -> bool {
        self.comes_in_order() || self.is_single
    }

    fn comes_in_order(&self) -> bool {
        self.is_in_order || self.parts.is_some_and(|parts| parts <= MOST_PARTS)
    }
}

/// Whether some index, or one for each alternative, leads to what these conditions ask for in this order.
pub(super) fn is_served(conditions: &Conditions<'_>, order: &Order, candidates: &[Candidate]) -> bool {
    services(conditions, order, candidates).iter().any(|service| service.serves(conditions))
}

/// Whether it needs nothing more as one of several alternatives, of which the server merges those that come in order.
pub(super) fn is_served_beside_others(conditions: &Conditions<'_>, order: &Order, candidates: &[Candidate]) -> bool {
    services(conditions, order, candidates).iter().any(|service| service.narrows && service.comes_in_order())
}

/// All that these indexes give.
pub(super) fn services<'c>(conditions: &Conditions<'_>, order: &Order, candidates: &'c [Candidate]) -> Vec<Service<'c>> {
    if conditions.search {
        // The server takes no other index beside that of a search, which has no order.
        let texts = candidates.iter().filter(|index| index.is_text && !index.is_hidden && index.has_all_of(conditions));
        return texts.map(|index| of_search(index, order)).collect();
    }
    let mut found: Vec<Service<'c>> = usable(conditions, candidates).filter_map(|index| service(index, conditions, order)).collect();
    for branches in &conditions.any {
        let each = branches.iter().map(|branch| {
            let mut services = services(branch, order, candidates);
            services.retain(|service| service.narrows);
            services
        });
        // Alternatives that stand beside other conditions are not merged of parts.
        let is_alone = conditions.all.is_empty() && conditions.any.len() == 1;
        found.extend(together(each, is_alone));
    }
    found
}

/// The indexes that the server looks at for these conditions: of an id, its own alone.
fn usable<'c>(conditions: &Conditions<'_>, candidates: &'c [Candidate]) -> impl Iterator<Item = &'c Candidate> {
    let is_alike = candidates.iter().find(|index| index.is_of_id()).is_none_or(Candidate::is_alike);
    let is_by_id = conditions
        .all
        .iter()
        .any(|condition| condition.path == "_id" && condition.item.is_none() && condition.keys(false, is_alike) == Some(Keys::Points(1)));
    let is_looked_at = move |index: &&Candidate| !index.is_text && !index.is_hidden && (!is_by_id || index.is_of_id());
    candidates.iter().filter(is_looked_at).filter(|index| index.has_all_of(conditions))
}

fn of_search<'c>(index: &'c Candidate, order: &Order) -> Service<'c> {
    Service { by: vec![index.name.as_str()], narrows: true, is_in_order: order.is_open(), parts: None, is_single: false, finds_one: false }
}

/// What one index gives; nothing where it has neither a key for the filter nor the order.
fn service<'c>(index: &'c Candidate, conditions: &Conditions<'_>, order: &Order) -> Option<Service<'c>> {
    let asked = index.asked(conditions);
    let first = asked.first().copied().flatten();
    let is_in_order = order.is_given_by(&index.keys, &asked, index.is_alike());
    if first.is_none() && (order.is_open() || !is_in_order || !index.has_all()) {
        return None;
    }
    let is_single = index.is_unique && asked.iter().all(|keys| *keys == Some(Keys::Points(1)));
    Some(Service {
        by: vec![index.name.as_str()],
        narrows: first.is_some_and(|keys| keys != Keys::All),
        is_in_order,
        parts: order.parts_of(&index.keys, &asked, index.is_alike()),
        is_single,
        finds_one: is_single,
    })
}

/// What indexes give to alternatives; nothing where one of these has none.
fn together<'c>(each: impl Iterator<Item = Vec<Service<'c>>>, is_alone: bool) -> Option<Service<'c>> {
    let parts = is_alone.then_some(0);
    let mut all = Service { by: Vec::new(), narrows: true, is_in_order: true, parts, is_single: true, finds_one: false };
    for services in each {
        let best = services.iter().find(|service| service.is_ordered()).or(services.first())?;
        for &name in &best.by {
            if !all.by.contains(&name) {
                all.by.push(name);
            }
        }
        let fewest = services.iter().filter_map(|service| service.parts).min();
        all.is_in_order &= services.iter().any(|service| service.is_in_order);
        all.is_single &= services.iter().any(|service| service.is_single);
        all.parts = all.parts.zip(fewest).map(|(all, these)| all.saturating_add(these));
    }
    Some(all)
}
