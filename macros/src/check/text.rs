//! Rules of text indexes: one a collection, over fields that exist, with weights of these. Whether a field holds texts is asked of the
//! compiler.

use super::options::LIVES;
use crate::{
    ctxt::Ctxt,
    facts::dotted,
    ir::{ModelIr, OptionsIr},
};
use proc_macro2::Ident;
use std::collections::HashSet;

/// `check_start` says whether a path starts with a field of the model, and reports it where it does not.
pub(super) fn check_texts(model: &ModelIr, check_start: impl Fn(&[Ident]) -> bool, errors: &Ctxt) {
    // A search does not say which index it goes by.
    for second in model.texts.iter().skip(1) {
        errors.error_at(second.span, "the server allows one text index a collection: list all fields in one `text(…)`");
    }
    for text in &model.texts {
        check_options(&text.options, errors);
        let mut fields = HashSet::new();
        for path in &text.paths {
            // The server takes the last and forgets the first.
            if check_start(path) && !fields.insert(dotted(path)) {
                errors.error(&path[0], format!("`{}` stands in this index twice; keep one", dotted(path)));
            }
        }
        let mut weighed = HashSet::new();
        for path in text.weights.iter().map(|weight| &weight.path) {
            let name = dotted(path);
            // The server would look through it too, behind the back of whoever reads the list of fields.
            if !text.paths.iter().any(|field| dotted(field) == name) {
                errors
                    .error(&path[0], format!("`{name}` has a weight and is not in this index: add it to the fields, or remove the weight"));
            } else if !weighed.insert(name) {
                errors.error(&path[0], format!("`{}` has a weight already; keep one", dotted(path)));
            }
        }
    }
}

/// A search has its own order and its own comparison of words.
fn check_options(options: &OptionsIr, errors: &Ctxt) {
    if let Some(mark) = options.sparse {
        errors.error_at(mark, "a text index leaves out documents without words by itself; remove `sparse`");
    }
    if let Some(expiry) = &options.expire_after {
        errors.error_at(expiry.span, "`expire_after` goes by the order of dates: write `index(created_at, expire_after = …)`");
    }
    if let (Some(mark), None) = (options.orphans, &options.expire_after) {
        errors.error_at(mark, LIVES);
    }
    if let Some(collation) = &options.collation {
        errors
            .error_at(collation.span, "a text index compares words by its language and takes no collation: write `language = \"german\"`");
    }
}
