//! [`BulkReport`]: what a `bulk` did, all of it or until it failed.
//!
//! Filled by `driver/bulk` from the server's replies; read by users, as the verb's result and in [`Error::Bulk`](super::Error::Bulk).

/// What a [`bulk`](crate::Db::bulk) did.
///
/// The server counts over all statements of a command, so that these are totals: an update whose key names no document is no failure, and is
/// seen by `matched` alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BulkReport {
    /// How many documents were created.
    pub created: u64,
    /// How many documents the updates and replacements reached, a document once for each of them.
    pub matched: u64,
    /// How many of those became different by it.
    pub modified: u64,
    /// How many documents were deleted.
    pub deleted: u64,
}

impl BulkReport {
    pub(crate) fn add(&mut self, other: Self) {
        self.created += other.created;
        self.matched += other.matched;
        self.modified += other.modified;
        self.deleted += other.deleted;
    }

    /// Whether any document is different now.
    pub(crate) fn wrote(self) -> bool {
        self.created + self.modified + self.deleted > 0
    }
}
