//! The rules of a view.

use super::{composite::check_read_default, field::check_field, names::check_embedded_names};
use crate::{
    ctxt::Ctxt,
    ir::{Form, ViewIr},
};

pub(crate) fn check_view(view: &ViewIr, errors: &Ctxt) {
    if view.head.form == Form::Unreadable {
        return;
    }
    check_embedded_names(&view.body, errors);
    for field in &view.body.fields {
        check_field(field, errors);
        check_read_default(field, "view", errors);
    }
}
