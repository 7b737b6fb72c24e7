//! What an embedded document looks like, and the values of an enum.

use super::{Field, Kind, Schema};

/// An embedded document: the fields of a composite, or the variants of a tagged union.
#[derive(Debug)]
pub struct Shape {
    /// The type's name.
    pub name: &'static str,
    /// The stored fields of every such document, in order; none of a tagged union.
    pub fields: &'static [Field],
    /// What tells the variants of a tagged union apart.
    pub tag: Option<Tag>,
    /// Whether it keeps or refuses fields that it does not declare: then its fields cannot stand among those of another.
    pub closed: bool,
}

/// The tag of a union, and what it decides.
#[derive(Clone, Copy, Debug)]
pub struct Tag {
    /// The stored name of the field that holds the variant's name.
    pub stored: &'static str,
    /// The variants, in order.
    pub variants: &'static [Variant],
}

/// One variant of a tagged union.
#[derive(Clone, Copy, Debug)]
pub struct Variant {
    /// Its name in Rust.
    pub name: &'static str,
    /// What the tag holds.
    pub stored: &'static str,
    /// Its stored fields, in order, without the tag.
    pub fields: &'static [Field],
}

impl Tag {
    /// The variant of which the tag holds `stored`.
    #[must_use]
    pub fn variant(&self, stored: &str) -> Option<&'static Variant> {
        self.variants.iter().find(|variant| variant.stored == stored)
    }
}

/// An enum of plain variants: what is stored of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EnumSchema {
    /// What is stored of each variant, in order, where that is a name; else its name in Rust.
    pub names: &'static [&'static str],
    /// What is stored of each variant, in order, where that is a number.
    pub numbers: Option<&'static [i64]>,
    /// Whether a number is an Int64 rather than an Int32.
    pub long: bool,
    /// Whether any other value is read too, by the variant marked `other`.
    pub open: bool,
}

impl EnumSchema {
    /// An enum that is stored by name.
    #[must_use]
    pub const fn named(names: &'static [&'static str]) -> Self {
        Self { names, numbers: None, long: false, open: false }
    }

    /// An enum that is stored by number, an Int32.
    #[must_use]
    pub const fn numbered(names: &'static [&'static str], numbers: &'static [i64]) -> Self {
        Self { names, numbers: Some(numbers), long: false, open: false }
    }

    /// The enum with numbers stored as Int64.
    #[must_use]
    pub const fn long(mut self) -> Self {
        self.long = true;
        self
    }

    /// The enum with a variant for all other values.
    #[must_use]
    pub const fn open(mut self) -> Self {
        self.open = true;
        self
    }
}

/// The fields that the documents of a model or an embedded one have: what a path is followed through.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    pub(crate) fields: &'static [Field],
    pub(crate) tag: Option<Tag>,
}

impl Layout {
    /// Of a document of which nothing is declared.
    pub(crate) const UNKNOWN: Self = Self { fields: &[], tag: None };

    /// Of the documents that a value of this kind holds, through lists and maps.
    pub(crate) fn within(kind: &Kind) -> Option<Self> {
        match kind {
            Kind::Composite(shape) => Some(Self::from(shape())),
            Kind::Array(item) | Kind::Map(item) => Self::within(item),
            _ => None,
        }
    }

    pub(crate) fn field(&self, stored: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.stored == stored)
    }

    /// Of one variant's documents.
    pub(crate) fn of_variant(&self, stored: &str) -> Option<Self> {
        self.tag?.variant(stored).map(|variant| Self { fields: variant.fields, tag: None })
    }
}

impl From<&Schema> for Layout {
    fn from(schema: &Schema) -> Self {
        Self { fields: schema.fields, tag: schema.tag }
    }
}

impl From<&Shape> for Layout {
    fn from(shape: &Shape) -> Self {
        Self { fields: shape.fields, tag: shape.tag }
    }
}
