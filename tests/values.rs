//! Filters, orders and updates are values: kept, copied, combined, shown without what is in them, and tried in memory.
//!
//! `kept` is about where they can go, `combined` about those of many parts or of none, `shown` about what is printed of them, `applied` about
//! updates in memory.

mod applied;
mod combined;
mod kept;
mod shown;
