//! [`Registry`]: the models that a handle was built with, and those that their relations lead to.
//!
//! Filled by `Builder::connect`; read by `sync`, which only touches what is in it, and by the checks at connect.

use crate::schema::{Schema, registered_with, verify};

/// The registered models, each once, in the order in which they are met.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    schemas: Vec<&'static Schema>,
}

impl Registry {
    /// `roots` and every model that their relations lead to.
    pub(crate) fn new(roots: &[&'static Schema]) -> Self {
        Self { schemas: registered_with(roots) }
    }

    pub(crate) fn schemas(&self) -> &[&'static Schema] {
        &self.schemas
    }

    /// What is wrong with the models together.
    pub(crate) fn faults(&self) -> Vec<String> {
        verify(&self.schemas)
    }
}
