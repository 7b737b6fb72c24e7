//! Tagged unions: documents of several shapes, embedded and as models of their own.
//!
//! `album` has the model that embeds one; `event` is a model that is one.

mod album;
mod event;
mod filters;
mod stored;
