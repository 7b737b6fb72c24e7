//! A field: its names, its type in the store, and what fills it.

use super::{Broken, EnumSchema, Limits, Pattern, Rule, Shape};
use crate::codec::{DecodeError, Raw, StoredName, Writer, to_bson};
use bson::{Bson, Document};

/// The type that a value has in the store.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Kind {
    /// BSON Boolean.
    Bool,
    /// BSON Int32.
    Int32 {
        /// The least value of the Rust type.
        min: i64,
        /// The greatest value of the Rust type.
        max: i64,
    },
    /// BSON Int64.
    Int64 {
        /// The least value of the Rust type.
        min: i64,
        /// The greatest value of the Rust type.
        max: i64,
    },
    /// BSON Double.
    Double {
        /// The least finite value of the Rust type.
        min: f64,
        /// The greatest finite value of the Rust type.
        max: f64,
    },
    /// BSON Decimal128.
    Decimal128,
    /// BSON String.
    String,
    /// A variant of an enum, by its name or its number.
    Enum(EnumSchema),
    /// BSON ObjectId.
    ObjectId,
    /// BSON Date.
    Date,
    /// BSON Timestamp: whole seconds, and a number within the second.
    Timestamp,
    /// BSON Binary.
    Binary,
    /// A BSON Array of items of one kind.
    Array(&'static Kind),
    /// A BSON Document from any string to values of one kind.
    Map(&'static Kind),
    /// An embedded document of this shape. A function, since composites may contain themselves.
    Composite(fn() -> &'static Shape),
    /// Any BSON value.
    Any,
}

impl Kind {
    /// Whether every value is one that the server compares as Rust does: no list, no document, and nothing unknown.
    pub(crate) const fn is_scalar(&self) -> bool {
        !matches!(self, Self::Array(_) | Self::Map(_) | Self::Composite(_) | Self::Any)
    }
}

/// What the model reads where a field is missing or null.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absent {
    /// Nothing: such a document is a decode error.
    Never,
    /// `None`.
    Null,
    /// An empty list.
    EmptyList,
    /// An empty set: a list whose items are in no order.
    EmptySet,
    /// An empty map.
    EmptyMap,
}

/// What a field is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The user's own.
    Plain,
    /// The `_id`.
    Id,
    /// The moment of the last write.
    UpdatedAt,
    /// The number of writes.
    Version,
}

/// What fills a field that a draft leaves out.
#[derive(Clone, Copy, Debug)]
pub enum Fill {
    /// Nothing: the compiler asks for the field, or the type knows being absent.
    Nothing,
    /// A constant, which also fills the field where a stored document lacks it.
    Constant(fn(&mut Writer)),
    /// An expression, evaluated for each draft.
    Computed(fn(&mut Writer)),
    /// A value that the library makes up.
    Generated(Generator),
    /// The next number of the collection's sequence.
    Sequence,
}

/// What makes up a value for each document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Generator {
    /// The `Db`'s clock.
    Now,
    /// A new ObjectId.
    ObjectId,
    /// A random UUID (version 4 of RFC 9562).
    Uuid,
    /// A UUID that begins with the time (version 7 of RFC 9562), so that later ones are greater.
    UuidV7,
    /// A CUID of the second version: 24 letters and digits that tell nothing.
    Cuid,
    /// A ULID: 26 letters and digits that begin with the time.
    Ulid,
    /// A Nano ID of that many letters, digits, `_` and `-`.
    NanoId(u8),
}

/// A stored field.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The field's name in Rust.
    pub name: &'static str,
    /// Its name in the document.
    pub stored: &'static str,
    /// Its type in the store.
    pub kind: Kind,
    /// What it reads as where it is missing or null.
    pub absent: Absent,
    /// What it is for.
    pub role: Role,
    /// What fills it where a draft leaves it out.
    pub fill: Fill,
    /// What its values must keep to.
    pub limits: Limits,
    /// Whether `None` is stored as null instead of being left out.
    pub null: bool,
    /// Reads a value as one of the field's type in Rust, which knows more than its kind. Only declared fields have it: not the tag of a
    /// union, nor what GeoJSON is made of.
    pub(crate) read: Option<TryRead>,
}

/// Reads a value as one of some type and lets it go.
pub(crate) type TryRead = fn(&Raw<'_>) -> Result<(), DecodeError>;

impl Generator {
    /// Whether what it makes can be read as this kind.
    const fn makes(self, kind: &Kind) -> bool {
        match self {
            Self::Now => matches!(kind, Kind::Date | Kind::Timestamp | Kind::String | Kind::Int64 { .. } | Kind::Any),
            Self::ObjectId => matches!(kind, Kind::ObjectId | Kind::String | Kind::Any),
            Self::Uuid | Self::UuidV7 => matches!(kind, Kind::Binary | Kind::String | Kind::Any),
            Self::Cuid | Self::Ulid | Self::NanoId(_) => matches!(kind, Kind::String | Kind::Any),
        }
    }
}

impl Field {
    pub(crate) const fn new(name: &'static str, stored: &'static str, kind: Kind, absent: Absent) -> Self {
        Self { name, stored, kind, absent, role: Role::Plain, fill: Fill::Nothing, limits: Limits::NONE, null: false, read: None }
    }

    /// The field as one that is declared.
    pub(crate) const fn reading(mut self, read: TryRead) -> Self {
        self.read = Some(read);
        self
    }

    /// The field as the `_id`.
    #[must_use]
    pub const fn id(mut self) -> Self {
        self.role = Role::Id;
        self
    }

    /// The field as the moment of the last write.
    #[must_use]
    pub const fn updated_at(mut self) -> Self {
        self.role = Role::UpdatedAt;
        self.fill = Fill::Generated(Generator::Now);
        self
    }

    /// The field as the number of writes.
    #[must_use]
    pub const fn version(mut self) -> Self {
        self.role = Role::Version;
        // Read for a missing field too, so that a model may get a version later.
        self.fill = Fill::Constant(write_first_version);
        self
    }

    /// The field with `None` stored as null.
    #[must_use]
    pub const fn null(mut self) -> Self {
        self.null = true;
        self
    }

    /// The field with what fills it.
    ///
    /// # Panics
    /// When the declaration is compiled, where a generator makes no value of the field's type.
    #[must_use]
    pub const fn fill(mut self, fill: Fill) -> Self {
        if let Fill::Generated(generator) = fill {
            assert!(generator.makes(&self.kind), "this generator does not make a value of the field's type");
        }
        self.fill = fill;
        self
    }

    /// The field with a least length: Unicode scalar values of text, items of a list.
    #[must_use]
    pub const fn min_length(mut self, length: u64) -> Self {
        self.limits.min_length = Some(length);
        self
    }

    /// The field with a greatest length: Unicode scalar values of text, items of a list.
    #[must_use]
    pub const fn max_length(mut self, length: u64) -> Self {
        self.limits.max_length = Some(length);
        self
    }

    /// The field with a least value.
    #[must_use]
    pub const fn min(mut self, value: f64) -> Self {
        self.limits.min = Some(value);
        self
    }

    /// The field with a greatest value.
    #[must_use]
    pub const fn max(mut self, value: f64) -> Self {
        self.limits.max = Some(value);
        self
    }

    /// The field with a regular expression that its texts must match somewhere.
    #[must_use]
    pub const fn pattern(mut self, pattern: Pattern) -> Self {
        self.limits.pattern = Some(pattern);
        self
    }

    /// The field with a rule of the user's own.
    #[must_use]
    pub const fn validate(mut self, rule: Rule) -> Self {
        self.limits.rule = Some(rule);
        self
    }
}

impl Field {
    /// What the field reads as where it is missing or null; nothing where such a document cannot be read.
    pub(crate) fn absent_value(&self) -> Option<Bson> {
        match (self.fill, self.absent) {
            // A constant that cannot be stored is refused where the draft is; as a default it then stands for nothing.
            (Fill::Constant(write), _) => to_bson(&Constant(write)).ok(),
            (_, Absent::Never) => None,
            (_, Absent::Null) => Some(Bson::Null),
            (_, Absent::EmptyList) if matches!(self.kind, Kind::Binary) => to_bson(&Vec::<u8>::new()).ok(),
            (_, Absent::EmptyList | Absent::EmptySet) => Some(Bson::Array(Vec::new())),
            (_, Absent::EmptyMap) => Some(Bson::Document(Document::new())),
        }
    }

    /// What the field reads as below a composite that is `None`, or in a variant that the value is not: a list is empty there, and anything
    /// else is `None`.
    pub(crate) fn below_nothing(&self) -> Bson {
        match self.absent {
            Absent::EmptyList if matches!(self.kind, Kind::Binary) => to_bson(&Vec::<u8>::new()).unwrap_or(Bson::Null),
            Absent::EmptyList | Absent::EmptySet => Bson::Array(Vec::new()),
            Absent::EmptyMap => Bson::Document(Document::new()),
            Absent::Null | Absent::Never => Bson::Null,
        }
    }

    /// Whether the field's type reads a value that is stored as this one.
    ///
    /// # Errors
    /// What it expects instead.
    pub(crate) fn reads(&self, value: &Bson) -> Result<(), DecodeError> {
        let Some(read) = self.read else { return Err(DecodeError::new("nothing", "a value of a field that is not declared")) };
        let bytes = Writer::build(|w| w.field_or_null("", value)).map_err(|_| DecodeError::malformed())?;
        read(&Raw::document(&bytes)?.get("")?.ok_or_else(DecodeError::malformed)?)
    }

    /// Whether a draft without this field is incomplete.
    pub(crate) fn is_required(&self) -> bool {
        self.absent == Absent::Never && matches!(self.fill, Fill::Nothing)
    }

    /// What is said of a document without a value for it.
    pub(crate) fn without_value(&self) -> Broken {
        Broken { path: self.stored.to_owned(), rule: "a value".to_owned() }
    }
}

impl StoredName for Field {
    fn stored_name(&self) -> &'static str {
        self.stored
    }
}

/// Where every version starts.
pub(crate) const FIRST_VERSION: i64 = 0;

fn write_first_version(w: &mut Writer) {
    crate::codec::Encode::encode(&FIRST_VERSION, w);
}

/// A constant as a value to encode.
pub(crate) struct Constant(pub(crate) fn(&mut Writer));
impl crate::codec::Encode for Constant {
    fn encode(&self, w: &mut Writer) {
        (self.0)(w);
    }
}
