//! The rules of an enum.

use crate::{ctxt::Ctxt, ir::EnumIr};
use std::collections::HashMap;

/// Two variants under one text could be written, but only one of them read.
pub(crate) fn check_enum(declared: &EnumIr, errors: &Ctxt) {
    let mut seen = HashMap::new();
    for variant in &declared.variants {
        if let Some(first) = seen.insert(variant.stored.text.as_str(), &variant.ident) {
            errors.error_at(
                variant.stored.span,
                format!(
                    "`{}` is stored as \"{}\", and so is `{first}`: rename one with `#[chakra(name = \"…\")]`",
                    variant.ident, variant.stored.text
                ),
            );
        }
    }
}
