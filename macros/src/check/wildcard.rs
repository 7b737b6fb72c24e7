//! Rules of the index over all paths of a document: over fields that exist, each once, and with options that the server takes.

use super::{collation::check_collation, options::LIVES};
use crate::{
    ctxt::Ctxt,
    facts::dotted,
    ir::{ModelIr, ProjectionIr},
};
use proc_macro2::Ident;

/// `check_start` says whether a path starts with a field of the model, and reports it where it does not.
pub(super) fn check_wildcards(model: &ModelIr, check_start: impl Fn(&[Ident]) -> bool, errors: &Ctxt) {
    for wildcard in &model.wildcards {
        for projection in &wildcard.projections {
            for path in &projection.paths {
                check_start(path);
            }
            check_apart(projection, errors);
        }
        // The server takes a list of what is in or of what is out.
        if let Some(second) = wildcard.projections.get(1) {
            errors.error_at(second.span, "a wildcard index has one list of fields, `only(…)` or `except(…)`; keep one");
        }
        if let Some(mark) = wildcard.options.sparse {
            errors.error_at(mark, "a wildcard index leaves out documents without the fields by itself; remove `sparse`");
        }
        if let Some(expiry) = &wildcard.options.expire_after {
            errors.error_at(expiry.span, "`expire_after` goes by one date, and a wildcard has all fields; make an index of the date alone");
        }
        if let (Some(mark), None) = (wildcard.options.orphans, &wildcard.options.expire_after) {
            errors.error_at(mark, LIVES);
        }
        if let Some(collation) = &wildcard.options.collation {
            check_collation(collation, errors);
        }
    }
}

/// The server refuses a field and what is below it in one list.
fn check_apart(projection: &ProjectionIr, errors: &Ctxt) {
    let names: Vec<String> = projection.paths.iter().map(|path| dotted(path)).collect();
    for (at, (path, name)) in projection.paths.iter().zip(&names).enumerate() {
        let covers = |other: &String| name == other || name.starts_with(&format!("{other}.")) || other.starts_with(&format!("{name}."));
        if let Some(first) = names[..at].iter().find(|other| covers(other)) {
            errors.error(&path[0], format!("`{name}` goes with `{first}`, which stands here already; keep one"));
        }
    }
}
