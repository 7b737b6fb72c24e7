//! [`Unindexed`]: what a read goes through where no index leads to what it asks for.
//!
//! Told by the verdict on a query, and by the server's plan of it.

use std::fmt;

/// What the server goes through, or does, where no index serves a read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Unindexed {
    /// The whole collection: the read has neither a filter nor an order.
    Everything,
    /// Every document of the collection, each of which it tests.
    Documents,
    /// All keys of an index, or all of one type, each of which it tests.
    AllKeys,
    /// What the filter finds, which it sorts in memory.
    Sort,
    /// Groups of documents, which it sorts in memory after a `distinct_by`: no index has these in an order.
    Groups,
}

impl fmt::Display for Unindexed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Everything => "the whole collection is read, without a filter and in no order",
            Self::Documents => "every document is looked at, as no index leads to what the filter asks for",
            Self::AllKeys => "all keys of an index are gone through, as none leads to what the filter asks for",
            Self::Sort => "documents are sorted in memory, as no index has them in the order",
            Self::Groups => "documents are grouped, and the groups are sorted in memory",
        })
    }
}
