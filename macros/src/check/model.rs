//! The rules of a model as a whole; those of its parts are in the files beside this one.

use super::{
    body::check_body,
    constants::check_constants,
    field::check_field,
    index::check_indexes,
    names::{check_collection, check_stored_names},
    relation::check_relation,
    storage::check_storage,
    validator::check_validator,
};
use crate::{
    ctxt::Ctxt,
    facts::MAX_REQUIRED,
    ir::{BodyIr, FieldIr, Form, KeyForm, Mark, ModelIr},
    shape::{MOMENTS, is_named, is_option, present, spell},
};
use proc_macro2::{Ident, Span};

pub(crate) fn check_model(model: &ModelIr, errors: &Ctxt) {
    check_collection(&model.collection, errors);
    if model.head.form == Form::Unreadable {
        return;
    }
    check_ids(model, errors);
    check_single(&model.body, errors);
    check_stored_names(&model.body, errors);
    check_body(&model.body, errors);
    for field in &model.body.fields {
        check_field(field, errors);
        check_roles(field, errors);
    }
    for relation in &model.relations {
        check_relation(model, relation, errors);
    }
    check_indexes(model, errors);
    check_storage(model, errors);
    check_validator(model, &model.body.fields, errors);
    check_constants(model, errors);
    check_draft(&model.head.ident, &model.body, errors);
}

/// A write knows one moment and one count of each document.
pub(super) fn check_single(body: &BodyIr, errors: &Ctxt) {
    let roles: [(&str, fn(&FieldIr) -> Mark); 2] = [("updated_at", |field| field.updated_at), ("version", |field| field.version)];
    for (role, mark) in roles {
        let mut marked = body.fields.iter().filter_map(|field| Some((field, mark(field)?)));
        let Some((first, _)) = marked.next() else { continue };
        for (_, span) in marked {
            errors.error_at(span, format!("`{role}` stands on `{}` already, and a model has one; remove it here", first.ident));
        }
    }
}

/// Every document has exactly one `_id`, and references, reloads and saves go by it.
fn check_ids(model: &ModelIr, errors: &Ctxt) {
    let name = &model.head.ident;
    let mut ids = model.body.fields.iter().filter_map(|field| Some((field, field.id?)));
    if ids.next().is_none() {
        errors.error(name, format!("`{name}` has no id: add `#[chakra(id)] pub id: Id<{name}>`"));
    }
    for (field, mark) in ids {
        errors.error_at(
            mark,
            format!("a model has one id, and `{}` is a second; a compound id is one field whose type is a `Composite`", field.ident),
        );
    }
}

/// What only a field of a model can be: the id, a number of a sequence, a time of change, a version.
pub(super) fn check_roles(field: &FieldIr, errors: &Ctxt) {
    // Each of them writes the field by a rule of its own.
    let roles = [("id", field.id), ("updated_at", field.updated_at), ("version", field.version)];
    let mut given = roles.iter().filter_map(|(role, mark)| Some((role, (*mark)?)));
    if let Some((first, _)) = given.next()
        && let Some((second, mark)) = given.next()
    {
        errors.error_at(mark, format!("`{}` cannot be both `{first}` and `{second}`; use two fields", field.ident));
    }
    if let Some(mark) = field.id {
        check_id(field, mark, errors);
    }
    if let Some(mark) = field.auto_increment {
        check_auto_increment(field, mark, errors);
    }
    // It is the moment of the write, as a type that is one.
    if let Some(mark) = field.updated_at
        && !is_named(&field.ty, MOMENTS)
    {
        errors.error_at(mark, format!("`updated_at` keeps a time: write `{}: DateTime<Utc>`", field.ident));
    }
    // It is incremented and compared by the server, which needs a number that cannot run out.
    if let Some(mark) = field.version
        && !is_named(&field.ty, &["i64"])
    {
        errors.error_at(mark, format!("`version` counts: write `{}: i64`", field.ident));
    }
    // They are filled at every create, so a default would never be seen.
    if let Some(default) = &field.default {
        let fills = [("updated_at", field.updated_at), ("version", field.version), ("auto_increment", field.auto_increment)];
        if let Some((role, _)) = fills.iter().find(|(_, mark)| mark.is_some()) {
            errors.error_at(default.span, format!("`{role}` fills `{}` already; remove the default", field.ident));
        }
    }
}

fn check_id(field: &FieldIr, mark: Span, errors: &Ctxt) {
    // The driver's habit of `Option<ObjectId>`; here the id of a new document is the draft's business.
    if is_option(&field.ty) {
        errors.error_at(
            mark,
            format!(
                "a stored document always has its id: write `{}: {}`; a draft may leave it out",
                field.ident,
                spell(present(&field.ty))
            ),
        );
    }
    // The server keeps this name, and keeps its own unique index on it.
    if let Some(name) = &field.renamed
        && name.text != "_id"
    {
        errors.error_at(name.span, "the id is stored as `_id` in every collection; remove `name`");
    }
    // A hashed one is for collections that are sharded by it.
    if let Some(index) = &field.index
        && (index.unique || index.form.is_none_or(KeyForm::is_ordered))
    {
        errors.error_at(index.span, "the id is unique and indexed by itself; remove this");
    }
    // The same id for every document could be inserted once.
    if let Some(default) = &field.default
        && field.has_constant_default()
    {
        errors.error_at(
            default.span,
            "the id cannot have a constant default, since it differs in every document: use `auto()`, `uuid()` or `auto_increment`",
        );
    }
}

/// The sequence is named by the collection, and the number is known before the insert only for the id.
fn check_auto_increment(field: &FieldIr, mark: Span, errors: &Ctxt) {
    if field.id.is_none() {
        errors.error_at(mark, "`auto_increment` is only supported on the id yet: write `#[chakra(id, auto_increment)]`");
    } else if !is_named(&field.ty, &["i64", "i32"]) {
        errors.error_at(mark, format!("`auto_increment` counts: write `{}: i64`", field.ident));
    }
}

/// The states of a draft are a tuple, and the library's table of tuples ends somewhere.
pub(super) fn check_draft(owner: &Ident, body: &BodyIr, errors: &Ctxt) {
    let required = body.required().len();
    if required > MAX_REQUIRED {
        errors.error(
            owner,
            format!(
                "`{owner}` has {required} required fields, and a draft can count {MAX_REQUIRED}; give some a default or make them \
                 `Option`, or group them in a `Composite`"
            ),
        );
    }
}
