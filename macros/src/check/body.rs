//! Rules of the fields beside the stored ones: flattened composites, and what is done with fields that nobody declares.

use crate::{
    ctxt::Ctxt,
    ir::{BodyIr, FlatIr},
    shape::{ANY, DECIMALS, FLOATS, INTEGERS, LISTS, MAPS, MOMENTS, OBJECT_IDS, TEXTS, argument_of, is_named, spell},
};

pub(crate) fn check_body(body: &BodyIr, errors: &Ctxt) {
    for flat in &body.flattened {
        check_flattened(flat, errors);
    }
    let mut extras = body.extras.iter();
    let Some(first) = extras.next() else { return };
    // Both would be given every unknown field, and write it twice.
    for second in extras {
        errors.error_at(second.mark, format!("`{}` keeps all fields that nobody declares already; remove one of the two", first.ident));
    }
    if let Some(mark) = body.deny_unknown {
        errors.error_at(mark, format!("`deny_unknown` refuses what `{}` would keep; remove one of the two", first.ident));
    }
}

/// Its fields stand among the others, so it is there exactly once in every document.
fn check_flattened(flat: &FlatIr, errors: &Ctxt) {
    let (ident, found) = (&flat.ident, spell(&flat.ty));
    if let Some(inner) = ["Option", "Box", "Arc"].iter().find_map(|wrapper| argument_of(&flat.ty, wrapper)) {
        errors.error(
            &flat.ty,
            format!(
                "`flatten` puts the fields of a composite into every document: write `{ident}: {}`, or make its fields optional",
                spell(inner)
            ),
        );
        return;
    }
    let others: [&[&str]; 9] = [INTEGERS, FLOATS, TEXTS, LISTS, OBJECT_IDS, MOMENTS, DECIMALS, ANY, &["bool", "Uuid", "Binary"]];
    if is_named(&flat.ty, MAPS) {
        errors.error(
            &flat.ty,
            format!("`flatten` is for a composite, whose fields are known; a map of all others is `#[chakra(extra)] {ident}: Document`"),
        );
    } else if others.iter().any(|names| is_named(&flat.ty, names)) {
        errors.error(&flat.ty, format!("`flatten` is for a composite, and `{found}` has no fields; remove it"));
    }
}
