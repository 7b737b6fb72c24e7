//! What keeps the server from checking the documents of a model: a pattern that means something else there.
//!
//! The macro says so of a model's own fields; it cannot look into composites. Read by `verify`.

use super::{
    Layout, Schema,
    types::{all_fields, shape_within},
};

/// The patterns of the model and of all composites below it, each composite once.
pub(super) fn verify_validator(schema: &Schema, faults: &mut Vec<String>) {
    if !schema.validator {
        return;
    }
    let mut open = vec![(schema.model, Layout::from(schema))];
    let mut seen = Vec::new();
    while let Some((owner, layout)) = open.pop() {
        for field in all_fields(layout) {
            if let Some(pattern) = field.limits.pattern
                && let Err(reason) = pattern.server
            {
                let fault = format!(
                    "`{owner}::{}`: in a model with `validator`, as `{}` is, a pattern must mean the same in Rust and on the server: {reason}",
                    field.name, schema.model
                );
                // A common field of a model of several shapes stands in each of them.
                if !faults.contains(&fault) {
                    faults.push(fault);
                }
            }
            if let Some(shape) = shape_within(&field.kind)
                && !seen.contains(&std::ptr::from_ref(shape))
            {
                seen.push(std::ptr::from_ref(shape));
                open.push((shape.name, Layout::from(shape)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::schema::{Absent, Field, Kind, Pattern, Shape};
    use regex::Regex;
    use std::sync::LazyLock;

    const TREES: Kind = Kind::Array(&Kind::Composite(tree));
    const TREE_BY_NAME: Kind = Kind::Map(&Kind::Composite(tree));

    fn pattern(server: Result<&'static str, &'static str>) -> Pattern {
        static REGEX: LazyLock<Regex> = LazyLock::new(|| Regex::new("a").unwrap());
        Pattern::new("a", server, || &REGEX)
    }

    fn tree() -> &'static Shape {
        static SHAPE: LazyLock<Shape> = LazyLock::new(|| Shape {
            name: "Tree",
            fields: Box::leak(Box::new([
                Field::new("code", "c", Kind::String, Absent::Never).pattern(pattern(Err("`\\d` is another thing"))),
                Field::new("trees", "trees", TREES, Absent::EmptyList),
            ])),
            tag: None,
            closed: false,
        });
        &SHAPE
    }

    #[test]
    fn a_pattern_of_a_composite_must_mean_the_same_on_the_server() {
        let fields = Box::leak(Box::new([
            Field::new("name", "name", Kind::String, Absent::Never).pattern(pattern(Ok("a"))),
            Field::new("tree", "tree", TREE_BY_NAME, Absent::EmptyMap),
        ]));
        let mut schema = Schema { fields, validator: true, ..Schema::bare("Wood", "woods") };
        let mut faults = Vec::new();
        verify_validator(&schema, &mut faults);
        let expected = "`Tree::code`: in a model with `validator`, as `Wood` is, a pattern must mean the same in Rust and on the server: \
                        `\\d` is another thing";
        assert_eq!(faults, [expected]);
        schema.validator = false;
        faults.clear();
        verify_validator(&schema, &mut faults);
        assert!(faults.is_empty());
    }
}
