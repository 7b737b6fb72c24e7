//! Writes to related documents along with a document that exists: everything or nothing.
//!
//! `verb` runs a whole verb; `apply` changes one document and what it is related to, and is what a nested change is again; `here`, `there` and
//! `lists` are the links by a key of its own, by a key of the others, and by lists of ids. `reach` knows whether a write comes back to the document
//! that it is made for, and `loss` what must not be taken away where nothing can be undone.

mod apply;
mod here;
mod lists;
mod loss;
mod reach;
mod related;
mod there;
mod verb;

pub(crate) use verb::{Give, UpsertDraft, update, upsert};
