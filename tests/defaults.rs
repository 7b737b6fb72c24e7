//! What fills a field that a draft leaves out, and what a missing one reads as.
//!
//! `constant` has the values that are the same for every document, `generated` those that the library makes up, `stamped` the moments of the
//! last write.

mod constant;
mod generated;
mod stamped;
