//! [`Progress`]: how far a bulk has come, over all its commands.

use crate::{
    driver::write::{as_count, is_about_a_document},
    error::{BulkReport, Error, Outcome, Result},
};
use std::collections::BTreeMap;

/// How it ended that several statements were sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// All were sent, and more may be.
    Open,
    /// All were sent, and nothing more should be.
    Over,
    /// Not all were sent, and nothing more should be.
    Early,
}

/// Those of the statements that may be sent, and the others; each with its operation.
pub(super) type Split<S> = (Vec<(usize, S)>, Vec<(usize, S)>);

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

    /// Notes how a command ended. Each of its statements has a place: its operation and that one's model. A command that `prepares`
    /// changes nothing that is read, and what it is for was not sent: it is not counted, and however it failed its operations are not applied.
    /// True where nothing more should be sent.
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
                self.unknown |= !prepares && outcome == Outcome::Unknown;
                let is_about_all = failed.iter().any(|(_, error)| !is_about_a_document(error));
                for (at, error) in failed {
                    self.fail(places, at, prepares, error);
                }
                self.stops() || is_about_all
            }
            Err(error) => {
                match error.outcome() {
                    _ if prepares => {}
                    // Only an insert that was not acknowledged says so: all its documents are in.
                    Outcome::Applied => self.report.created += as_count(places.len()),
                    Outcome::Unknown => self.unknown = true,
                    Outcome::NotApplied => {}
                }
                self.fail(places, 0, prepares, error);
                true
            }
        }
    }

    /// Whether the first failure is the last thing.
    pub(super) fn stops(&self) -> bool {
        self.ordered || self.in_transaction
    }

    /// The statements that may be sent after these operations failed: in order those ahead of the first of them, of a transaction none.
    /// The others are given as well.
    pub(super) fn left<S>(&self, statements: Vec<(usize, S)>, failed: &BTreeMap<usize, Error>) -> Split<S> {
        let first = if self.stops() { failed.keys().next().copied() } else { None };
        let is_over = self.in_transaction && first.is_some();
        let is_left = |operation: &usize| !is_over && first.is_none_or(|first| *operation < first) && !failed.contains_key(operation);
        statements.into_iter().partition(|(operation, _)| is_left(operation))
    }

    /// Whether what was refused is to be tried again once these are made: in order they may make room for it.
    pub(super) fn tries_again<S>(&self, ahead: &[(usize, S)], failed: &BTreeMap<usize, Error>) -> bool {
        self.stops() && !failed.is_empty() && !ahead.is_empty()
    }

    /// Notes operations of which the own statements are not sent, after those that may be were sent and `ended` so; in order only where
    /// everything ahead of them is made. True where nothing more should be sent.
    pub(super) fn refuse(&mut self, model: &'static str, failed: BTreeMap<usize, Error>, ended: Ended) -> bool {
        let is_over = ended != Ended::Open || (self.stops() && !failed.is_empty());
        // What is made and only not acknowledged is named too, and says so.
        let is_made = ended != Ended::Early && self.failed.iter().all(|(_, error)| error.outcome() == Outcome::Applied);
        if is_made || !self.stops() {
            for (operation, error) in failed {
                self.fail_at(operation, model, error);
            }
        }
        is_over
    }

    fn count(&mut self, report: BulkReport, prepares: bool) {
        if !prepares {
            self.report.add(report);
        }
    }

    fn fail(&mut self, places: &[(usize, &'static str)], at: usize, prepares: bool, error: Error) {
        // A number that the command does not have is no reason to name an operation that was not in it; no command is empty.
        let (operation, model) = places.get(at).or(places.last()).copied().unwrap_or_default();
        let error = if prepares { error.with_outcome(Outcome::NotApplied) } else { error };
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
    fn what_prepares_and_fails_leaves_nothing_unknown() {
        let mut progress = Progress::new(true, false);
        assert!(!progress.note(&POSTS, false, Ok(matched(1))));
        assert!(progress.note(&USERS, true, Err(late())));
        assert_eq!(progress.failed[0].1.outcome(), Outcome::NotApplied);
        assert_eq!(failure(progress), ("User", matched(1), vec![4], Outcome::Applied));
        let mut progress = Progress::new(true, false);
        assert!(progress.note(&USERS, true, Err(late().with_outcome(Outcome::Applied))));
        assert!(matches!(progress.end(), Err(Error::Timeout { outcome: Outcome::NotApplied, .. })));
        let mut progress = Progress::new(true, false);
        let failed = vec![(1, late())];
        let bulk = Error::Bulk { model: "User", inserted: 0, failed, outcome: Outcome::Unknown, applied: Some(Box::new(matched(2))) };
        assert!(!progress.note(&POSTS, false, Ok(matched(1))));
        assert!(progress.note(&USERS, true, Err(bulk)));
        assert_eq!(failure(progress), ("User", matched(1), vec![7], Outcome::Applied));
    }

    #[test]
    fn a_number_that_the_command_does_not_have_is_its_last() {
        let mut progress = Progress::new(false, false);
        assert!(!progress.note(&USERS, false, refused(&[5], matched(2))));
        assert_eq!(failure(progress), ("User", matched(2), vec![9], Outcome::Applied));
    }

    #[test]
    fn what_is_refused_ahead_is_named_beside_what_is_not_acknowledged() {
        // A command that is made, or of which it is not known, and the operation that was refused ahead of it.
        let named = |ordered: bool, outcome: Outcome, ended: Ended| {
            let mut progress = Progress::new(ordered, false);
            let failed = vec![(0, late().with_outcome(outcome))];
            let bulk = Error::Bulk { model: "User", inserted: 0, failed, outcome, applied: Some(Box::new(matched(1))) };
            assert!(progress.note(&USERS, false, Err(bulk)));
            assert!(progress.refuse("User", BTreeMap::from([(8, late())]), ended));
            failure(progress).2
        };
        assert_eq!(named(false, Outcome::Applied, Ended::Over), [4, 8]);
        assert_eq!(named(false, Outcome::Unknown, Ended::Early), [4, 8]);
        assert_eq!(named(true, Outcome::Applied, Ended::Over), [4, 8]);
        assert_eq!(named(true, Outcome::Applied, Ended::Early), [4]);
        assert_eq!(named(true, Outcome::Unknown, Ended::Over), [4]);
    }

    #[test]
    fn what_is_refused_ahead_is_left_out() {
        let refused = || BTreeMap::from([(7, late()), (8, late())]);
        let left = |progress: &Progress, failed: &BTreeMap<usize, Error>| {
            let (left, _) = progress.left(vec![(4, ()), (7, ()), (8, ()), (9, ())], failed);
            left.into_iter().map(|(operation, ())| operation).collect::<Vec<_>>()
        };
        let mut unordered = Progress::new(false, false);
        assert_eq!(left(&unordered, &refused()), [4, 9]);
        assert_eq!(left(&unordered, &BTreeMap::new()), [4, 7, 8, 9]);
        assert!(!unordered.refuse("User", refused(), Ended::Open));
        assert!(!unordered.note(&USERS, false, Ok(matched(2))));
        assert_eq!(failure(unordered), ("User", matched(2), vec![7, 8], Outcome::Applied));
        let mut ordered = Progress::new(true, false);
        assert_eq!(left(&ordered, &refused()), [4]);
        assert!(!ordered.refuse("User", BTreeMap::new(), Ended::Open));
        assert!(ordered.tries_again(&[(4, ())], &refused()));
        assert!(!ordered.tries_again(&[(4, ())], &BTreeMap::new()) && !ordered.tries_again::<()>(&[], &refused()));
        assert!(ordered.refuse("User", refused(), Ended::Open));
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
