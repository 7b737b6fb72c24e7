//! Rules of names in the database: what the server refuses or reads as something else.

use crate::{
    ctxt::Ctxt,
    ir::{BodyIr, Name},
};
use std::collections::HashMap;

/// The server refuses these names for a collection, or keeps them for itself.
pub(crate) fn check_collection(collection: &Name, errors: &Ctxt) {
    let name = collection.text.as_str();
    let fault = if name.is_empty() {
        "is empty"
    } else if name.contains('$') {
        "contains `$`"
    } else if name.contains('\0') {
        "contains a NUL"
    } else if name.starts_with('.') {
        "begins with a dot"
    } else if name.starts_with("_chakra_") {
        "begins with `_chakra_`, which belongs to the library"
    } else if name.starts_with("system.") {
        "begins with `system.`, which belongs to the server"
    } else {
        return;
    };
    errors.error_at(collection.span, format!("the name of the collection {fault}: write `#[chakra(collection = \"users\")]`"));
}

/// The names of a document in a collection, which has an id.
pub(crate) fn check_stored_names(body: &BodyIr, errors: &Ctxt) {
    for field in &body.fields {
        check_stored_name(&field.stored, field.id.is_some(), errors);
    }
    check_distinct(body, errors);
}

/// The names of a document in another one, or in a view, where `_id` is a name like any other.
pub(crate) fn check_embedded_names(body: &BodyIr, errors: &Ctxt) {
    for field in &body.fields {
        check_stored_name(&field.stored, true, errors);
    }
    check_distinct(body, errors);
}

/// Two fields under one name would overwrite each other.
fn check_distinct(body: &BodyIr, errors: &Ctxt) {
    let mut seen = HashMap::new();
    for field in &body.fields {
        // Two ids are two of one name, but that is another rule's message.
        if let Some(first) = seen.insert(field.stored.text.as_str(), &field.ident)
            && field.id.is_none()
        {
            errors.error_at(
                field.stored.span,
                format!(
                    "`{}` is stored as \"{}\", and so is `{first}`: rename one with `#[chakra(name = \"…\")]`",
                    field.ident, field.stored.text
                ),
            );
        }
    }
}

/// A name that reads as an operator or a path cannot be queried; `may_be_id` allows `_id`.
pub(super) fn check_stored_name(stored: &Name, may_be_id: bool, errors: &Ctxt) {
    let name = stored.text.as_str();
    let fault = if name.is_empty() {
        "a stored name cannot be empty"
    } else if name.starts_with('$') {
        "a stored name cannot begin with `$`, which the server reads as an operator"
    } else if name.contains('.') {
        "a stored name cannot contain `.`, which the server reads as a path; a nested document is a `Composite`"
    } else if name.contains('\0') {
        "a stored name cannot contain a NUL"
    } else if name == "_id" && !may_be_id {
        "`_id` is the id of the document: mark the field with `#[chakra(id)]`, or store it under another name"
    } else {
        return;
    };
    errors.error_at(stored.span, fault);
}
