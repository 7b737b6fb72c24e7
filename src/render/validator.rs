//! A model as the server checks its documents: the `$jsonSchema` of its declaration.
//!
//! `document` renders what has fields, `value` one value by its kind and limits, `sample` asks the types what their kinds do not know.
//! Everything that the codec writes passes; what gets past it all the same is listed in `docs/validators.md`. Read by `sync`.

mod document;
mod sample;
mod value;

pub(crate) use document::{render_validator, render_violations};
