//! [`RelationReport`]: what a check found, and [`Repaired`]: what a repair did, as data that print themselves.
//!
//! Filled group by group by `action`; however much is wrong, it keeps what it was told to keep and counts the rest.

use super::{
    finding::{Ends, Finding, FindingKind},
    scan::Group,
};
use crate::{
    error::DocumentId,
    schema::{Edge, Form, Loose},
};
use std::fmt;

/// So many documents of each kind are named in print.
const NAMED: usize = 5;

/// What a check of relations found. Prints one line for each key or list and kind of fault.
#[derive(Clone, Default)]
pub struct RelationReport {
    findings: Vec<Finding>,
    keep: usize,
    looked_at: u64,
    totals: Vec<Total>,
}

/// How often one thing is wrong with one key or list.
#[derive(Clone)]
struct Total {
    edge: Edge,
    kind: FindingKind,
    count: u64,
    first: Vec<(DocumentId, Option<DocumentId>)>,
}

impl RelationReport {
    /// An empty report that keeps so many findings.
    pub(crate) fn keeping(keep: usize) -> Self {
        Self { keep, ..Self::default() }
    }

    pub(crate) fn add(&mut self, group: Group) {
        self.looked_at += group.looked_at;
        let edge = group.edge;
        for finding in group.findings() {
            let total = self.total(edge, finding.kind);
            total.count += 1;
            if total.first.len() < NAMED {
                total.first.push((finding.id.clone(), finding.key.clone()));
            }
            if self.findings.len() < self.keep {
                self.findings.push(finding);
            }
        }
    }

    fn total(&mut self, edge: Edge, kind: FindingKind) -> &mut Total {
        let is_it =
            |total: &Total| total.kind == kind && std::ptr::eq(total.edge.holder, edge.holder) && std::ptr::eq(total.edge.key, edge.key);
        let at = self.totals.iter().position(is_it).unwrap_or(self.totals.len());
        if at == self.totals.len() {
            self.totals.push(Total { edge, kind, count: 0, first: Vec::new() });
        }
        &mut self.totals[at]
    }

    /// The first findings, as many as the check was told to keep.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// How many there are, also of those that are not kept.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.totals.iter().map(|total| total.count).sum()
    }

    /// How many there are of a kind.
    #[must_use]
    pub fn count_of(&self, kind: FindingKind) -> u64 {
        self.totals.iter().filter(|total| total.kind == kind).map(|total| total.count).sum()
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.totals.is_empty()
    }

    /// How many keys and lists were looked at.
    #[must_use]
    pub fn looked_at(&self) -> u64 {
        self.looked_at
    }

    /// Whether a repair has something to do.
    pub(crate) fn needs_repair(&self) -> bool {
        self.totals.iter().any(|total| total.kind.is_mended(&total.edge))
    }

    /// Writes the report as what a repair will do.
    pub(crate) fn write_plan(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_clean() {
            return f.write_str("nothing to do: every key and id leads to a document that agrees");
        }
        self.write_lines(f, Total::planned)
    }

    fn write_lines(&self, f: &mut fmt::Formatter<'_>, line: fn(&Total) -> String) -> fmt::Result {
        for (at, total) in self.totals.iter().enumerate() {
            let end = if at == 0 { "" } else { "\n" };
            write!(f, "{end}`{}::{}`: {}: {}", total.edge.owner.model, total.edge.relation, line(total), total.named())?;
        }
        Ok(())
    }
}

impl fmt::Display for RelationReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_clean() {
            return write!(f, "every key and id leads to a document that agrees: {} looked at", self.looked_at);
        }
        self.write_lines(f, Total::found)
    }
}

impl fmt::Debug for RelationReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FindingKind {
    /// Whether a repair writes something.
    pub(super) fn is_mended(self, edge: &Edge) -> bool {
        match self {
            Self::Dangling => edge.loose() != Loose::Left,
            Self::OneSided | Self::Duplicate => true,
            Self::Orphan | Self::Unreadable => false,
        }
    }
}

impl Total {
    fn found(&self) -> String {
        let (one, many) = match self.kind {
            FindingKind::Dangling if self.is_key() => ("dangling key in", "dangling keys in"),
            FindingKind::Dangling => ("dangling id in", "dangling ids in"),
            FindingKind::OneSided => ("one-sided id in", "one-sided ids in"),
            FindingKind::Duplicate => ("duplicate id in", "duplicate ids in"),
            FindingKind::Orphan => ("orphan by", "orphans by"),
            FindingKind::Unreadable => ("unreadable value of", "unreadable values of"),
        };
        let what = if self.count == 1 { one } else { many };
        match self.other() {
            Some(other) if self.kind == FindingKind::OneSided => {
                format!("{} {what} {}, of which {other} does not know", self.count, self.place())
            }
            _ => format!("{} {what} {}", self.count, self.place()),
        }
    }

    fn planned(&self) -> String {
        let ids = |what: &str| format!("{} {what}{}", self.count, if self.count == 1 { "" } else { "s" });
        let place = self.place();
        match (self.kind, self.edge.form, self.other()) {
            (FindingKind::Dangling, ..) if self.edge.loose() == Loose::Cleared => {
                format!("set {} in {place} to none", ids(if self.is_key() { "dangling key" } else { "dangling id" }))
            }
            (FindingKind::Dangling, ..) if self.edge.loose() == Loose::Left => format!("leave {}", self.found()),
            (FindingKind::OneSided, Form::Mutual { leads: true, .. }, Some(other)) => {
                format!("add to {other} {} that {place} has", ids("link"))
            }
            (FindingKind::OneSided, _, Some(other)) => format!("pull {} from {place}, of which {other} does not know", ids("id")),
            (FindingKind::Duplicate, ..) => format!("pull {} from {place}", ids("duplicate id")),
            (FindingKind::Dangling | FindingKind::OneSided, ..) => format!("pull {} from {place}", ids("dangling id")),
            (FindingKind::Orphan | FindingKind::Unreadable, ..) => format!("leave {}", self.found()),
        }
    }

    fn is_key(&self) -> bool {
        matches!(self.edge.form, Form::Key { .. })
    }

    /// The key or list.
    fn place(&self) -> String {
        format!("`{}.{}`", self.edge.holder.collection, self.edge.key.stored)
    }

    /// The list of the other side.
    fn other(&self) -> Option<String> {
        match self.edge.form {
            Form::Mutual { other, .. } => Some(format!("`{}.{other}`", self.edge.target.collection)),
            Form::Key { .. } | Form::List => None,
        }
    }

    /// The first of them.
    fn named(&self) -> String {
        let first: Vec<String> = self.first.iter().map(|(id, key)| Ends(id, key.as_ref()).to_string()).collect();
        let listed = format!("_id {}", first.join(", "));
        match self.count.saturating_sub(u64::try_from(first.len()).unwrap_or(u64::MAX)) {
            0 => listed,
            more => format!("{listed} and {more} more"),
        }
    }
}

/// What a repair of relations did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Repaired {
    /// How many optional keys that named no document were set to none.
    pub cleared: u64,
    /// How many ids were pulled from lists: those that named no document, and those that the authority does not have.
    pub pulled: u64,
    /// How many ids were pulled that stood in their list already.
    pub duplicates: u64,
    /// How many ids were added to lists because the authority has them.
    pub added: u64,
    /// How many findings were left as they are: orphans, what cannot be read, and what a composite cannot be without.
    pub left: u64,
}

impl Repaired {
    /// Counts a finding that is mended, or left.
    pub(super) fn count(&mut self, edge: &Edge, kind: FindingKind) {
        let counter = match (kind, edge.form, edge.loose()) {
            (FindingKind::OneSided, Form::Mutual { leads: true, .. }, _) => &mut self.added,
            (FindingKind::Dangling, _, Loose::Cleared) => &mut self.cleared,
            (FindingKind::Dangling, _, Loose::Pulled) | (FindingKind::OneSided, ..) => &mut self.pulled,
            (FindingKind::Duplicate, ..) => &mut self.duplicates,
            (FindingKind::Dangling, _, Loose::Left) | (FindingKind::Orphan | FindingKind::Unreadable, ..) => &mut self.left,
        };
        *counter += 1;
    }

    /// The same in so many documents.
    pub(super) fn times(self, documents: u64) -> Self {
        let times = |count: u64| count.saturating_mul(documents);
        Self {
            cleared: times(self.cleared),
            pulled: times(self.pulled),
            duplicates: times(self.duplicates),
            added: times(self.added),
            left: times(self.left),
        }
    }

    pub(super) fn add(&mut self, other: Self) {
        self.cleared += other.cleared;
        self.pulled += other.pulled;
        self.duplicates += other.duplicates;
        self.added += other.added;
        self.left += other.left;
    }
}

impl fmt::Display for Repaired {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cleared, pulled, duplicates, added, left } = self;
        write!(f, "{cleared} keys set to none, {pulled} ids pulled, {duplicates} duplicates pulled, {added} ids added, {left} left")
    }
}
