//! [`Coverage`]: the verdict on a read, in words.

use super::{
    super::matching::nothing,
    advice::Adviser,
    candidate::{Candidate, Key, candidates},
    condition::{Condition, Conditions, Keys},
    order::Order,
    service::services,
};
use crate::{Error, error::Unindexed, schema::Schema};
use bson::Document;
use std::fmt;

/// Whether declared indexes serve a read, by the rules of the server and without asking one.
///
/// A read is served where an index leads to the keys that its filter names, and has them in its order. Of conditions that must all hold one
/// is enough, of alternatives each needs its own. Where several indexes would do, the server chooses by trial and may take another one; which it
/// takes, [`explain_checked`](crate::action::Find::explain_checked) knows.
///
/// It prints as what an assertion has to say; it shows paths and no values.
#[derive(Clone, Debug)]
#[must_use = "it says whether the query is indexed and does nothing about it"]
pub struct Coverage {
    model: &'static str,
    indexes: Vec<String>,
    problem: Option<Unindexed>,
    advice: Option<String>,
    /// Why there is no advice.
    because: &'static str,
    asked: String,
    declared: Vec<String>,
    has_filter: bool,
    /// Whether there is at most one document.
    finds_one: bool,
    /// Whether what it finds is grouped, and the groups are sorted.
    sorts_groups: bool,
}

/// Why no index helps to sort groups.
const GROUPS: &str = "no index has groups in an order";

impl Coverage {
    /// Whether declared indexes serve the read.
    #[must_use]
    pub fn is_indexed(&self) -> bool {
        self.problem.is_none()
    }

    /// The names on the server of the indexes that serve it: one, or one for each alternative of the filter. None where nothing can be found,
    /// so that nothing is looked up. Where only [groups](Unindexed::Groups) are sorted in memory, those that serve what is grouped.
    #[must_use]
    pub fn indexes(&self) -> &[String] {
        &self.indexes
    }

    /// What the server would go through, where they do not.
    #[must_use]
    pub fn problem(&self) -> Option<Unindexed> {
        self.problem
    }

    /// The indexes that would serve it, or what it groups, as an attribute of the model declares them: `index(role, created_at = desc)`. Nothing
    /// where no index that can be declared would, and where there is one.
    #[must_use]
    pub fn advice(&self) -> Option<&str> {
        self.advice.as_deref()
    }

    /// Whether the read leaves documents out.
    pub(crate) fn has_filter(&self) -> bool {
        self.has_filter
    }

    /// The same of a read that groups what it finds, and sorts the groups. One document is one group.
    pub(crate) fn with_groups(mut self) -> Self {
        self.sorts_groups = !self.finds_one;
        if self.sorts_groups && self.problem.is_none() {
            self.problem = Some(Unindexed::Groups);
        }
        self
    }

    /// What was found out on the server, as an error; nothing where the read is served.
    pub(crate) fn refuted(self, found: Option<Unindexed>) -> Option<Error> {
        // That groups are sorted stands in no plan of what is grouped.
        let found = found.or(self.sorts_groups.then_some(Unindexed::Groups))?;
        let is_served = self.problem.is_none_or(|problem| problem == Unindexed::Groups);
        // A read of everything looks at every document for another reason.
        let problem = match self.problem {
            Some(problem) if !is_served && found == Unindexed::Documents && !self.has_filter => problem,
            _ => found,
        };
        let advice = if found == Unindexed::Groups {
            GROUPS.to_owned()
        } else if is_served {
            let it = if self.sorts_groups { "what is grouped" } else { "it" };
            format!(
                "`{}` is declared and would serve {it}: `sync` makes it where it is not there yet, and where it is, the server tried and \
                 prefers another way",
                self.indexes.join("`, `")
            )
        } else {
            self.help()
        };
        Some(Error::Unindexed { model: self.model, problem, advice: advice.into() })
    }

    fn help(&self) -> String {
        match (&self.advice, self.sorts_groups) {
            (Some(advice), false) => format!("`#[chakra({advice})]` would serve it"),
            (Some(advice), true) => format!("`#[chakra({advice})]` would serve what is grouped, and {GROUPS}"),
            (None, false) => self.because.to_owned(),
            (None, true) if self.because.is_empty() => GROUPS.to_owned(),
            (None, true) => format!("{}, and {GROUPS}", self.because),
        }
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(problem) = self.problem else {
            return match self.indexes.as_slice() {
                [] => write!(f, "this query of `{}` finds nothing, and nothing is looked up", self.model),
                indexes => write!(f, "this query of `{}` is served by `{}`", self.model, indexes.join("`, `")),
            };
        };
        writeln!(f, "this query of `{}` is not indexed: {problem}", self.model)?;
        writeln!(f, "  asked: {}", self.asked)?;
        writeln!(f, "  advice: {}", self.help())?;
        write!(f, "  declared: {}", self.declared.join(", "))
    }
}

/// Looks for an index that serves a read with this rendered filter and this rendered sort, of which texts are compared by this collation.
pub(crate) fn cover(schema: &Schema, filter: &Document, sort: Option<&Document>, collation: Option<&Document>) -> Coverage {
    let candidates = candidates(schema, collation);
    let (conditions, order) = (Conditions::of(filter), Order::of(sort));
    let mut coverage = Coverage {
        model: schema.model,
        indexes: Vec::new(),
        problem: None,
        advice: None,
        because: "",
        asked: asked(schema, &conditions, &order),
        declared: declared(&candidates),
        has_filter: !conditions.is_empty(),
        finds_one: *filter == nothing(),
        sorts_groups: false,
    };
    if *filter == nothing() {
        return coverage;
    }
    let services = services(&conditions, &order, &candidates);
    coverage.finds_one = services.iter().any(|service| service.finds_one);
    if let Some(service) = services.iter().find(|service| service.serves(&conditions)) {
        coverage.indexes = service.by.iter().map(|name| (*name).to_owned()).collect();
        return coverage;
    }
    coverage.problem = Some(match (conditions.is_empty(), order.is_open()) {
        (true, true) => Unindexed::Everything,
        (true, false) => Unindexed::Sort,
        _ if services.iter().any(|service| service.narrows) => Unindexed::Sort,
        _ if services.is_empty() => Unindexed::Documents,
        _ => Unindexed::AllKeys,
    });
    let advised = Adviser { schema, order: &order, candidates: &candidates, collation }.advise(&conditions);
    if advised.is_empty() {
        coverage.because = because(&conditions, &order);
    } else {
        coverage.advice = Some(advised.iter().map(Candidate::attribute).collect::<Vec<_>>().join(", "));
    }
    coverage
}

/// Why no index that can be declared would help.
fn because(conditions: &Conditions<'_>, order: &Order) -> &'static str {
    let narrows = |conditions: &Conditions<'_>| {
        let leads = |condition: &Condition<'_>| condition.is_place() || condition.keys(false, true).is_some_and(|keys| keys != Keys::All);
        conditions.all.iter().any(leads) || !conditions.any.is_empty()
    };
    if conditions.is_empty() && order.is_open() {
        "it needs a filter, or an order that an index has"
    } else if order.is_by_relevance() {
        "an order by relevance is made in memory, always, since no index has it"
    } else if conditions.search {
        "what a search finds is in no order, and no index gives it one"
    } else if !order.is_open() && narrows(conditions) {
        "no index both leads to what the filter asks for and has it in this order"
    } else {
        "no index that can be declared leads to what the filter asks for"
    }
}

/// The indexes that there are, as attributes declare them; that of the id is always there.
fn declared(candidates: &[Candidate]) -> Vec<String> {
    let attribute = |index: &Candidate| if index.is_of_id() { "the id".to_owned() } else { index.attribute() };
    candidates.iter().map(attribute).collect()
}

/// What the filter and the order ask for, without a value.
fn asked(schema: &Schema, conditions: &Conditions<'_>, order: &Order) -> String {
    let mut parts = vec![asked_of(schema, conditions, &[])];
    if parts.iter().all(String::is_empty) {
        parts = vec!["everything".to_owned()];
    }
    let key = |(path, sign): &(String, i32)| {
        let name = name_of(schema, path, &[]);
        if *sign < 0 { format!("{name} = desc") } else { name }
    };
    let mut keys: Vec<String> = order.keys.iter().map(key).collect();
    keys.extend(order.is_by_relevance().then(|| "relevance".to_owned()));
    if !keys.is_empty() {
        parts.push(format!("in the order of {}", keys.join(", ")));
    }
    parts.join("; ")
}

fn asked_of(schema: &Schema, conditions: &Conditions<'_>, tags: &[(&str, &str)]) -> String {
    let tags: Vec<(&str, &str)> = tags.iter().copied().chain(conditions.texts()).collect();
    let mut parts: Vec<String> = Vec::new();
    for condition in &conditions.all {
        let key = Key::of(schema, &condition.path, 1, &tags);
        let how = match condition.keys(key.is_some_and(|key| key.list.is_some()), true) {
            _ if condition.is_place() => "a place",
            Some(Keys::Points(1)) => "one value",
            Some(Keys::Points(_)) => "some values",
            Some(Keys::Range | Keys::Present) => "a range",
            Some(Keys::All) | None => "a test",
        };
        let part = format!("{} ({how})", name_of(schema, &condition.path, &tags));
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    for branches in &conditions.any {
        let branches: Vec<String> = branches.iter().map(|branch| asked_of(schema, branch, &tags)).collect();
        parts.push(format!("either {}", branches.join(" or ")));
    }
    parts.extend(conditions.search.then(|| "a search".to_owned()));
    parts.extend(conditions.others.then(|| "a test of the document".to_owned()));
    parts.join(", ")
}

/// The path as attributes call it, or as it is stored where these have no name for it.
fn name_of(schema: &Schema, path: &str, tags: &[(&str, &str)]) -> String {
    Key::of(schema, path, 1, tags).map_or_else(|| path.to_owned(), |key| key.name)
}
