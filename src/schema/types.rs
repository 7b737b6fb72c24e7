//! Stored types by name, and whether two of them are the same.
//!
//! Read by `describe`, `diagram` and `verify`. A composite is known by what it holds, not by its address: the compiler may keep one
//! declaration at several places.

use super::{Field, Kind, Layout, Shape, describe::CompositeDescription};

/// What composites are called.
pub(super) type Namer<'a> = dyn FnMut(&'static Shape) -> String + 'a;

/// A type as text: `String`, `[Int32]`, `{String: Address}`.
pub(super) fn type_text(kind: &Kind, name: &mut Namer<'_>) -> String {
    match kind {
        Kind::Array(item) => format!("[{}]", type_text(item, name)),
        Kind::Map(value) => format!("{{String: {}}}", type_text(value, name)),
        Kind::Composite(shape) => name(shape()),
        scalar => scalar_text(scalar).to_owned(),
    }
}

/// The BSON type of a value of this kind.
pub(super) fn scalar_text(kind: &Kind) -> &'static str {
    match kind {
        Kind::Bool => "Bool",
        Kind::Int32 { .. } => "Int32",
        Kind::Int64 { .. } => "Int64",
        Kind::Double { .. } => "Double",
        Kind::Decimal128 => "Decimal128",
        Kind::String => "String",
        Kind::Enum(stored) => match (stored.numbers, stored.long) {
            (None, _) => "String",
            (Some(_), false) => "Int32",
            (Some(_), true) => "Int64",
        },
        Kind::ObjectId => "ObjectId",
        Kind::Date => "Date",
        Kind::Timestamp => "Timestamp",
        Kind::Binary => "Binary",
        Kind::Array(_) => "Array",
        Kind::Map(_) | Kind::Composite(_) => "Document",
        Kind::Any => "Any",
    }
}

/// Whether values of both kinds are stored alike, so that what means the same is the same to the server.
pub(super) fn same_type(a: &Kind, b: &Kind) -> bool {
    match (a, b) {
        (Kind::Array(a), Kind::Array(b)) | (Kind::Map(a), Kind::Map(b)) => same_type(a, b),
        (Kind::Composite(a), Kind::Composite(b)) => same_shape(a(), b()),
        (Kind::Map(_), Kind::Composite(_)) | (Kind::Composite(_), Kind::Map(_)) => false,
        _ => scalar_text(a) == scalar_text(b),
    }
}

/// Whether a field of the kind `to` reads what is stored for a `from`: numbers as numbers, and documents by the fields that it needs.
pub(crate) fn reads_as(from: &Kind, to: &Kind) -> bool {
    reads_within(from, to, MAX_READ_LEVELS)
}

/// How deep composites are compared that may contain themselves; what lies deeper is found out when it is read.
const MAX_READ_LEVELS: usize = 16;

fn reads_within(from: &Kind, to: &Kind, levels: usize) -> bool {
    let Some(levels) = levels.checked_sub(1) else { return true };
    match (from, to) {
        (Kind::Any, _) | (_, Kind::Any) => true,
        (Kind::Array(from), Kind::Array(to)) | (Kind::Map(from), Kind::Map(to)) => reads_within(from, to, levels),
        (Kind::Composite(from), Kind::Composite(to)) => {
            let (from, to) = (from(), to());
            if from.tag.is_some() || to.tag.is_some() {
                return same_shape(from, to);
            }
            // What refuses or keeps other fields would meet those that are left.
            let is_open = !to.closed || from.closed && from.fields.iter().all(|field| Layout::from(to).field(field.stored).is_some());
            is_open && to.fields.iter().all(|field| reads_field(Layout::from(from), field, levels))
        }
        (Kind::Map(_), Kind::Composite(_)) | (Kind::Composite(_), Kind::Map(_)) => false,
        (Kind::Enum(from), Kind::Enum(to)) => {
            from.numbers == to.numbers && (to.open || from.names.iter().all(|name| to.names.contains(name)))
        }
        (_, Kind::Enum(to)) => to.open && scalar_text(from) == scalar_text(&Kind::Enum(*to)),
        // A fraction is no whole number, and a Decimal128 is nothing else.
        (Kind::Int32 { .. } | Kind::Int64 { .. }, Kind::Int32 { .. } | Kind::Int64 { .. } | Kind::Double { .. } | Kind::Decimal128) => true,
        (from, to) => scalar_text(from) == scalar_text(to),
    }
}

/// Whether the field reads the same where it is missing, too.
fn reads_field(from: Layout, to: &Field, levels: usize) -> bool {
    match from.field(to.stored) {
        Some(from) => {
            reads_within(&from.kind, &to.kind, levels) && (from.absent_value() == to.absent_value() || from.absent_value().is_none())
        }
        None => !to.is_required(),
    }
}

/// Whether both are declared alike, all the way down.
pub(super) fn same_shape(a: &'static Shape, b: &'static Shape) -> bool {
    same_below(a, b, &mut Vec::new())
}

/// `assumed` are the pairs on the way: composites may contain themselves, and are the same unless something else tells them apart.
fn same_below(a: &'static Shape, b: &'static Shape, assumed: &mut Vec<[*const Shape; 2]>) -> bool {
    let pair = [std::ptr::from_ref(a), std::ptr::from_ref(b)];
    if std::ptr::eq(a, b) || assumed.contains(&pair) {
        return true;
    }
    assumed.push(pair);
    let outline = |shape: &'static Shape| CompositeDescription::of(shape, shape.name.to_owned(), &mut |inner| inner.name.to_owned());
    a.name == b.name && outline(a) == outline(b) && held(a).zip(held(b)).all(|(a, b)| same_below(a, b, assumed))
}

/// The composites that documents of this shape hold, in order.
fn held(shape: &'static Shape) -> impl Iterator<Item = &'static Shape> {
    all_fields(Layout::from(shape)).filter_map(|field| shape_within(&field.kind))
}

/// All fields that some document of this layout has, variant by variant.
pub(super) fn all_fields(layout: Layout) -> impl Iterator<Item = &'static Field> {
    let variants = layout.tag.map_or(&[][..], |tag| tag.variants);
    layout.fields.iter().chain(variants.iter().flat_map(|variant| variant.fields))
}

/// The composite that a value of this kind is or holds, through lists and maps.
pub(super) fn shape_within(kind: &Kind) -> Option<&'static Shape> {
    match kind {
        Kind::Composite(shape) => Some(shape()),
        Kind::Array(item) | Kind::Map(item) => shape_within(item),
        _ => None,
    }
}

/// The composites that were met, each once and under a name of its own.
#[derive(Debug, Default)]
pub(super) struct Composites {
    known: Vec<(&'static Shape, String)>,
    taken: Vec<String>,
}

impl Composites {
    /// What this composite is called: by its own name, with a number where another one has that.
    pub(super) fn name(&mut self, shape: &'static Shape) -> String {
        if let Some((_, name)) = self.known.iter().find(|(known, _)| same_shape(known, shape)) {
            return name.clone();
        }
        let name = self.take(shape.name);
        self.known.push((shape, name.clone()));
        name
    }

    /// The composite that was met as number `at`.
    pub(super) fn get(&self, at: usize) -> Option<(&'static Shape, String)> {
        self.known.get(at).cloned()
    }

    /// `name`, or with a number where that is taken; taken from now on.
    pub(super) fn take(&mut self, name: &str) -> String {
        let (mut free, mut number) = (name.to_owned(), 2);
        while self.taken.contains(&free) {
            free = format!("{name}{number}");
            number += 1;
        }
        self.taken.push(free.clone());
        free
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Absent, EnumSchema};

    const INT: Kind = Kind::Int32 { min: 0, max: 9 };

    /// `Tree { value: String, children: Vec<Tree> }`, declared at two places.
    mod one {
        use super::*;
        pub(super) fn tree() -> &'static Shape {
            const FIELDS: &[Field] = &[
                Field::new("value", "value", Kind::String, Absent::Never),
                Field::new("children", "children", Kind::Array(&Kind::Composite(tree)), Absent::EmptyList),
            ];
            const SHAPE: &Shape = &Shape { name: "Tree", fields: FIELDS, tag: None, closed: false };
            SHAPE
        }
    }
    mod other {
        use super::*;
        pub(super) fn tree() -> &'static Shape {
            const FIELDS: &[Field] = &[
                Field::new("value", "value", Kind::String, Absent::Never),
                Field::new("children", "children", Kind::Array(&Kind::Composite(one::tree)), Absent::EmptyList),
            ];
            const SHAPE: &Shape = &Shape { name: "Tree", fields: FIELDS, tag: None, closed: false };
            SHAPE
        }
        /// The same but for what its children hold.
        pub(super) fn of_numbers() -> &'static Shape {
            const FIELDS: &[Field] = &[
                Field::new("value", "value", Kind::String, Absent::Never),
                Field::new("children", "children", Kind::Array(&Kind::Composite(numbers)), Absent::EmptyList),
            ];
            const SHAPE: &Shape = &Shape { name: "Tree", fields: FIELDS, tag: None, closed: false };
            SHAPE
        }
        fn numbers() -> &'static Shape {
            const FIELDS: &[Field] = &[
                Field::new("value", "value", INT, Absent::Never),
                Field::new("children", "children", Kind::Array(&Kind::Composite(numbers)), Absent::EmptyList),
            ];
            const SHAPE: &Shape = &Shape { name: "Tree", fields: FIELDS, tag: None, closed: false };
            SHAPE
        }
    }

    #[test]
    fn a_composite_is_known_by_what_it_holds() {
        assert!(same_shape(one::tree(), other::tree()));
        assert!(!same_shape(one::tree(), other::of_numbers()));
        let mut composites = Composites::default();
        let names = [one::tree(), other::tree(), other::of_numbers(), one::tree()].map(|shape| composites.name(shape));
        assert_eq!(names, ["Tree", "Tree", "Tree2", "Tree"]);
    }

    #[test]
    fn types_are_the_same_where_they_are_stored_alike() {
        let (small, long) = (Kind::Int32 { min: 0, max: 255 }, Kind::Int64 { min: i64::MIN, max: i64::MAX });
        assert!(same_type(&INT, &small) && !same_type(&INT, &long));
        let numbered = Kind::Enum(EnumSchema::numbered(&["A"], &[1]));
        assert!(same_type(&numbered, &INT) && !same_type(&numbered, &Kind::String));
        assert!(same_type(&Kind::Enum(EnumSchema::named(&["A"])), &Kind::String));
        assert!(!same_type(&Kind::Array(&INT), &INT) && !same_type(&Kind::Array(&INT), &Kind::Array(&Kind::String)));
        assert_eq!(type_text(&Kind::Map(&Kind::Array(&Kind::Date)), &mut |shape| shape.name.to_owned()), "{String: [Date]}");
    }
}
