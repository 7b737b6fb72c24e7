//! [`Progress`]: how far a bulk has come, over all its commands.

use crate::{
    driver::write::{as_count, is_about_a_document},
    error::{BulkReport, Error, Outcome, Result},
};
use std::collections::BTreeMap;

/// How far a bulk has come.
pub(super) struct Progress {
    pub(super) ordered: bool,
    pub(super) in_transaction: bool,
    report: BulkReport,
    failed: Vec<(usize, Error)>,
    /// The first operation that failed, and its model.
    first: Option<(usize, &'static str)>,
    unknown: bool,
}

impl Progress {
    pub(super) fn new(ordered: bool, in_transaction: bool) -> Self {
        Self { ordered, in_transaction, report: BulkReport::default(), failed: Vec::new(), first: None, unknown: false }
    }

    /// Notes how a command ended. Each of its statements has a place: its operation and that one's model. A command that `prepares` is not
    /// counted. True where nothing more should be sent.
    pub(super) fn note(&mut self, places: &[(usize, &'static str)], prepares: bool, result: Result<BulkReport>) -> bool {
        match result {
            Ok(report) => {
                self.count(report, prepares);
                false
            }
            Err(Error::Bulk { inserted, failed, outcome, applied, .. }) => {
                // An insert has no other report than how many were inserted.
                let report = applied.map_or(BulkReport { created: inserted, ..BulkReport::default() }, |report| *report);
                self.count(report, prepares);
                self.unknown |= outcome == Outcome::Unknown;
                let is_about_all = failed.iter().any(|(_, error)| !is_about_a_document(error));
                for (at, error) in failed {
                    self.fail(places, at, error);
                }
                self.stops() || is_about_all
            }
            Err(error) => {
                match error.outcome() {
                    // Only an insert that was not acknowledged says so: all its documents are in.
                    Outcome::Applied => self.report.created += as_count(places.len()),
                    Outcome::Unknown => self.unknown = true,
                    Outcome::NotApplied => {}
                }
                self.fail(places, 0, error);
                true
            }
        }
    }

    /// Whether the first failure is the last thing.
    pub(super) fn stops(&self) -> bool {
        self.ordered || self.in_transaction
    }

    /// The statements that may be sent after these operations failed: in order those ahead of the first of them, of a transaction none.
    pub(super) fn left<S>(&self, mut statements: Vec<(usize, S)>, failed: &BTreeMap<usize, Error>) -> Vec<(usize, S)> {
        let first = if self.stops() { failed.keys().next().copied() } else { None };
        let is_over = self.in_transaction && first.is_some();
        statements.retain(|(operation, _)| !is_over && first.is_none_or(|first| *operation < first) && !failed.contains_key(operation));
        statements
    }

    /// Notes operations of which the own statements are not sent. True where nothing more should be.
    pub(super) fn refuse(&mut self, model: &'static str, failed: BTreeMap<usize, Error>) -> bool {
        let is_over = self.stops() && !failed.is_empty();
        for (operation, error) in failed {
            self.fail_at(operation, model, error);
        }
        is_over
    }

    fn count(&mut self, report: BulkReport, prepares: bool) {
        if !prepares {
            self.report.add(report);
        }
    }

    fn fail(&mut self, places: &[(usize, &'static str)], at: usize, error: Error) {
        let (operation, model) = places.get(at).copied().unwrap_or_default();
        self.fail_at(operation, model, error);
    }

    fn fail_at(&mut self, operation: usize, model: &'static str, error: Error) {
        if self.first.is_none_or(|(first, _)| operation < first) {
            self.first = Some((operation, model));
        }
        self.failed.push((operation, error));
    }

    /// What the bulk did.
    ///
    /// # Errors
    /// [`Error::Bulk`], or the error of the one command that failed as a whole before anything was written.
    pub(super) fn end(mut self) -> Result<BulkReport> {
        let Some((_, model)) = self.first else { return Ok(self.report) };
        let is_one_command = self.failed.len() == 1 && self.failed.iter().all(|(_, error)| !is_about_a_document(error));
        if is_one_command
            && (self.in_transaction || self.report == BulkReport::default())
            && let Some((_, error)) = self.failed.pop()
        {
            return Err(error);
        }
        // The transaction takes back what was written.
        let report = if self.in_transaction { BulkReport::default() } else { self.report };
        let outcome = match (self.in_transaction, self.unknown, report.wrote()) {
            (true, ..) | (false, false, false) => Outcome::NotApplied,
            (false, true, _) => Outcome::Unknown,
            (false, false, true) => Outcome::Applied,
        };
        self.failed.sort_by_key(|(operation, _)| *operation);
        Err(Error::Bulk { model, inserted: report.created, failed: self.failed, outcome, applied: Some(Box::new(report)) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USERS: [(usize, &str); 3] = [(4, "User"), (7, "User"), (9, "User")];
    const POSTS: [(usize, &str); 2] = [(1, "Post"), (8, "Post")];

    fn matched(matched: u64) -> BulkReport {
        BulkReport { matched, modified: matched, ..BulkReport::default() }
    }

    /// Statements of a command that the server refused.
    fn refused(at: &[usize], report: BulkReport) -> Result<BulkReport> {
        let invalid = |at: &usize| (*at, Error::Invalid { model: "User", broken: Vec::new(), behind: None });
        let outcome = if report.wrote() { Outcome::Applied } else { Outcome::NotApplied };
        Err(Error::Bulk { model: "User", inserted: 0, failed: at.iter().map(invalid).collect(), outcome, applied: Some(Box::new(report)) })
    }

    fn late() -> Error {
        Error::Timeout { what: "update".into(), after: std::time::Duration::ZERO, outcome: Outcome::Unknown, behind: None }
    }

    /// The model, the report, the operations that failed, and the outcome.
    fn failure(progress: Progress) -> (&'static str, BulkReport, Vec<usize>, Outcome) {
        match progress.end() {
            Err(Error::Bulk { model, inserted, failed, outcome, applied: Some(report) }) => {
                assert_eq!(inserted, report.created);
                (model, *report, failed.iter().map(|(operation, _)| *operation).collect(), outcome)
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn reports_add_up_and_what_prepares_is_not_counted() {
        let mut progress = Progress::new(true, false);
        assert!(!progress.note(&USERS, true, Ok(matched(3))));
        assert!(!progress.note(&USERS, false, Ok(matched(2))));
        assert!(!progress.note(&POSTS, false, Ok(BulkReport { deleted: 1, ..BulkReport::default() })));
        assert_eq!(progress.end().unwrap(), BulkReport { created: 0, matched: 2, modified: 2, deleted: 1 });
    }

    #[test]
    fn in_order_the_first_failure_is_the_last_thing() {
        let mut progress = Progress::new(true, false);
        assert!(!progress.note(&POSTS, false, Ok(matched(1))));
        assert!(progress.note(&USERS, false, refused(&[1], matched(1))));
        assert_eq!(failure(progress), ("User", matched(2), vec![7], Outcome::Applied));
    }

    #[test]
    fn out_of_order_failures_are_named_in_the_order_of_operations() {
        let mut progress = Progress::new(false, false);
        assert!(!progress.note(&USERS, false, refused(&[0, 2], BulkReport::default())));
        assert!(!progress.note(&POSTS, false, refused(&[0], BulkReport::default())));
        assert_eq!(failure(progress), ("Post", BulkReport::default(), vec![1, 4, 9], Outcome::NotApplied));
    }

    #[test]
    fn a_command_that_failed_as_a_whole_ends_the_bulk() {
        let mut progress = Progress::new(false, false);
        assert!(!progress.note(&POSTS, false, Ok(matched(1))));
        assert!(progress.note(&USERS, false, Err(late())));
        assert_eq!(failure(progress), ("User", matched(1), vec![4], Outcome::Unknown));
        let mut progress = Progress::new(false, false);
        progress.note(&USERS, false, Err(late()));
        assert!(matches!(progress.end(), Err(Error::Timeout { outcome: Outcome::Unknown, .. })));
    }

    #[test]
    fn what_is_refused_ahead_is_left_out() {
        let refused = || BTreeMap::from([(7, late()), (8, late())]);
        let left = |progress: &Progress, failed: &BTreeMap<usize, Error>| {
            progress.left(vec![(4, ()), (7, ()), (8, ()), (9, ())], failed).into_iter().map(|(operation, ())| operation).collect::<Vec<_>>()
        };
        let mut unordered = Progress::new(false, false);
        assert_eq!(left(&unordered, &refused()), [4, 9]);
        assert_eq!(left(&unordered, &BTreeMap::new()), [4, 7, 8, 9]);
        assert!(!unordered.refuse("User", refused()));
        assert!(!unordered.note(&USERS, false, Ok(matched(2))));
        assert_eq!(failure(unordered), ("User", matched(2), vec![7, 8], Outcome::Applied));
        let mut ordered = Progress::new(true, false);
        assert_eq!(left(&ordered, &refused()), [4]);
        assert!(!ordered.refuse("User", BTreeMap::new()));
        assert!(ordered.refuse("User", refused()));
        let transaction = Progress::new(false, true);
        assert_eq!(left(&transaction, &refused()), Vec::<usize>::new());
        assert_eq!(left(&transaction, &BTreeMap::new()), [4, 7, 8, 9]);
    }

    #[test]
    fn a_transaction_takes_everything_back() {
        let mut progress = Progress::new(false, true);
        assert!(!progress.note(&POSTS, false, Ok(matched(2))));
        assert!(progress.note(&USERS, false, refused(&[2], matched(2))));
        assert_eq!(failure(progress), ("User", BulkReport::default(), vec![9], Outcome::NotApplied));
    }
}
