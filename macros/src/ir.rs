//! The declaration as plain data: filled by `parse`, judged by `check`, read by `expand`. Spans and identifiers are the user's own, so that
//! every later message and every generated name points at what was written. What merely follows from it is in `facts`.

use proc_macro2::{Ident, Span};
use syn::{Expr, Path, Type, Visibility};

/// `#[derive(Model)]`.
pub(crate) struct ModelIr {
    pub(crate) head: HeadIr,
    pub(crate) collection: Name,
    pub(crate) body: BodyIr,
    pub(crate) relations: Vec<RelationIr>,
    /// Those of the type's own attributes; those of fields and keys are added by `facts`.
    pub(crate) indexes: Vec<IndexIr>,
}

/// `#[derive(Composite)]`.
pub(crate) struct CompositeIr {
    pub(crate) head: HeadIr,
    pub(crate) body: BodyIr,
}

/// `#[derive(Enum)]`.
pub(crate) struct EnumIr {
    pub(crate) head: HeadIr,
    pub(crate) variants: Vec<VariantIr>,
}

/// What all three have.
pub(crate) struct HeadIr {
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    /// `::chakra`, or that of `#[chakra(crate = path)]`.
    pub(crate) crate_path: Path,
    pub(crate) form: Form,
}

/// How much of the declaration can be worked with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Whole,
    /// Not the kind of item that this derive takes: nothing more can be said about it, but it can have its dummy.
    Unreadable,
    /// With parameters: the rules can be checked, but no impl can be written.
    Generic,
}

/// The fields of a struct.
pub(crate) struct BodyIr {
    /// The stored ones, in their order.
    pub(crate) fields: Vec<FieldIr>,
    /// Relations and skipped fields, which `Default` fills when a document is read.
    pub(crate) unstored: Vec<Ident>,
}

/// A name in words, and where it stands.
#[derive(Clone)]
pub(crate) struct Name {
    pub(crate) text: String,
    pub(crate) span: Span,
}

/// An attribute that is there or not, and where.
pub(crate) type Mark = Option<Span>;

/// A stored field.
pub(crate) struct FieldIr {
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    /// As written, but for `Self`.
    pub(crate) ty: Type,
    /// The name in the document.
    pub(crate) stored: Name,
    /// The name in `name = "…"`.
    pub(crate) renamed: Option<Name>,
    /// The name of the path constant, and of the method in a composite.
    pub(crate) constant: Ident,
    pub(crate) id: Mark,
    pub(crate) auto_increment: Mark,
    pub(crate) updated_at: Mark,
    pub(crate) version: Mark,
    pub(crate) null: Mark,
    pub(crate) index: Option<FieldIndexIr>,
    pub(crate) default: Option<DefaultIr>,
    pub(crate) limits: LimitsIr,
}

/// `unique` and `index` on a field; both together are one index.
pub(crate) struct FieldIndexIr {
    pub(crate) unique: bool,
    pub(crate) direction: Direction,
    pub(crate) span: Span,
}

/// `min_length`, `max_length`, `min`, `max`.
#[derive(Default)]
pub(crate) struct LimitsIr {
    pub(crate) min_length: Option<Limit<u64>>,
    pub(crate) max_length: Option<Limit<u64>>,
    pub(crate) min: Option<Limit<f64>>,
    pub(crate) max: Option<Limit<f64>>,
}

pub(crate) struct Limit<T> {
    pub(crate) value: T,
    pub(crate) span: Span,
}

/// `default = …`.
pub(crate) struct DefaultIr {
    pub(crate) value: DefaultValue,
    pub(crate) span: Span,
}

pub(crate) enum DefaultValue {
    /// The same for every document, so it also fills a missing field on read.
    Constant(Box<Expr>),
    /// Evaluated at every create.
    Computed(Box<Expr>),
    Now,
    Uuid,
    ObjectId,
}

/// A relation; its field is not stored.
pub(crate) struct RelationIr {
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    pub(crate) constant: Ident,
    pub(crate) kind: RelationKind,
    /// Where the kind is written.
    pub(crate) kind_span: Span,
    pub(crate) ty: Type,
    /// The related model.
    pub(crate) target: Type,
    pub(crate) holds: Holds,
    pub(crate) foreign_key: Option<Name>,
    pub(crate) ids: Option<Name>,
    pub(crate) inverse_ids: Option<Name>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum RelationKind {
    OneToOne,
    OneToMany,
    ManyToOne,
    ManyToMany,
}

/// What the `Related<…>` of a relation says.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holds {
    /// `Related<T>`
    One,
    /// `Related<Option<T>>`
    Optional,
    /// `Related<Vec<T>>`
    Many,
}

/// `index(…)` or `unique(…)`.
#[derive(Clone)]
pub(crate) struct IndexIr {
    pub(crate) keys: Vec<IndexKeyIr>,
    pub(crate) unique: bool,
    /// `name = accessor`
    pub(crate) accessor: Option<Ident>,
    /// `map = "index name"`
    pub(crate) map: Option<Name>,
    pub(crate) span: Span,
}

#[derive(Clone)]
pub(crate) struct IndexKeyIr {
    /// The field, and the methods of the composites below it.
    pub(crate) segments: Vec<Ident>,
    pub(crate) direction: Direction,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Direction {
    Ascending,
    Descending,
}

pub(crate) struct VariantIr {
    pub(crate) ident: Ident,
    pub(crate) stored: Name,
}
