//! The declaration as plain data: filled by `parse`, judged by `check`, read by `expand`. Spans and identifiers are the user's own, so that
//! every later message and every generated name points at what was written. What merely follows from it is in `facts`.

use proc_macro2::{Ident, Span};
use syn::{Expr, Generics, Lifetime, LitStr, Path, Type, Visibility};

/// `#[derive(Model)]`.
pub(crate) struct ModelIr {
    pub(crate) head: HeadIr,
    pub(crate) collection: Name,
    pub(crate) body: BodyIr,
    pub(crate) relations: Vec<RelationIr>,
    /// Those of the type's own attributes; those of fields and keys are added by `facts`.
    pub(crate) indexes: Vec<IndexIr>,
    /// The text indexes, of which there may be one.
    pub(crate) texts: Vec<TextIr>,
    /// The wildcard indexes over whole documents.
    pub(crate) wildcards: Vec<WildcardIr>,
    /// What the collection is other than plain, of which there may be one.
    pub(crate) storage: Vec<StorageIr>,
    /// Whether the server checks its documents.
    pub(crate) validator: Mark,
    /// `paths = UserPaths`: the type that has the constants instead of the model.
    pub(crate) paths: Option<Ident>,
    /// False for `sync = false`.
    pub(crate) sync: bool,
}

/// `#[derive(Composite)]`.
pub(crate) struct CompositeIr {
    pub(crate) head: HeadIr,
    /// The parameters as declared, none of which is a lifetime.
    pub(crate) generics: Generics,
    pub(crate) body: BodyIr,
}

/// `#[derive(View)]`.
pub(crate) struct ViewIr {
    pub(crate) head: HeadIr,
    /// That of the bytes from which it borrows, where it does.
    pub(crate) lifetime: Option<Lifetime>,
    pub(crate) body: BodyIr,
}

/// What all derives have.
#[derive(Clone)]
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
    /// With parameters that it cannot have: the rules can be checked, but no impl can be written.
    Generic,
}

/// The fields of a struct.
#[derive(Clone, Default)]
pub(crate) struct BodyIr {
    /// The stored ones, in their order.
    pub(crate) fields: Vec<FieldIr>,
    /// Composites whose fields stand among these.
    pub(crate) flattened: Vec<FlatIr>,
    /// What keeps the fields that nothing declares, of which there may be one.
    pub(crate) extras: Vec<ExtraIr>,
    /// Relations and skipped fields, which `Default` fills when a document is read.
    pub(crate) unstored: Vec<Ident>,
    pub(crate) deny_unknown: Mark,
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
#[derive(Clone)]
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
    /// The type in the store, where it is not the type's own.
    pub(crate) native: Option<NativeIr>,
    pub(crate) limits: LimitsIr,
}

/// `flatten`: a composite that has no name of its own in the document.
#[derive(Clone)]
pub(crate) struct FlatIr {
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    pub(crate) constant: Ident,
    /// As written, but for `Self`.
    pub(crate) ty: Type,
    /// Where `flatten` is written.
    pub(crate) mark: Span,
}

/// `extra`: the fields that the type does not declare.
#[derive(Clone)]
pub(crate) struct ExtraIr {
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    pub(crate) ty: Type,
    /// Where `extra` is written.
    pub(crate) mark: Span,
}

/// `as = "…"` or `serde`.
#[derive(Clone, Copy)]
pub(crate) struct NativeIr {
    pub(crate) form: NativeForm,
    /// Where it is written.
    pub(crate) span: Span,
}

/// What a value is stored as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum NativeForm {
    ObjectId,
    Long,
    Double,
    Decimal,
    String,
    Date,
    Timestamp,
    Binary,
    /// What serde makes of it.
    Serde,
}

/// `unique` and `index` on a field; both together are one index.
#[derive(Clone)]
pub(crate) struct FieldIndexIr {
    pub(crate) unique: bool,
    /// Ascending where it does not say.
    pub(crate) form: Option<KeyForm>,
    pub(crate) options: OptionsIr,
    pub(crate) span: Span,
}

/// `min_length`, `max_length`, `min`, `max`, `pattern`, `validate`.
#[derive(Clone, Default)]
pub(crate) struct LimitsIr {
    pub(crate) min_length: Option<Limit<u64>>,
    pub(crate) max_length: Option<Limit<u64>>,
    pub(crate) min: Option<Limit<f64>>,
    pub(crate) max: Option<Limit<f64>>,
    /// A regular expression that can be compiled.
    pub(crate) pattern: Option<Name>,
    pub(crate) validate: Option<RuleIr>,
}

/// `validate = path::to::function`
#[derive(Clone)]
pub(crate) struct RuleIr {
    /// The path as it is written.
    pub(crate) name: String,
    pub(crate) function: Path,
}

#[derive(Clone)]
pub(crate) struct Limit<T> {
    pub(crate) value: T,
    pub(crate) span: Span,
}

/// `default = …`.
#[derive(Clone)]
pub(crate) struct DefaultIr {
    pub(crate) value: DefaultValue,
    pub(crate) span: Span,
}

#[derive(Clone)]
pub(crate) enum DefaultValue {
    /// The same for every document, so it also fills a missing field on read.
    Constant(Box<Expr>),
    /// A constant too: text that is JSON.
    Json(LitStr),
    /// Evaluated at every create.
    Computed(Box<Expr>),
    /// Made up by the library.
    Generated(GeneratorIr),
}

/// What makes up a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum GeneratorIr {
    Now,
    ObjectId,
    Uuid,
    UuidV7,
    Cuid,
    Ulid,
    /// Of that many characters.
    NanoId(u8),
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
    pub(crate) foreign_key: Option<KeyIr>,
    /// The unique field that the key names, where it is not the id.
    pub(crate) references: Option<Name>,
    pub(crate) ids: Option<KeyIr>,
    pub(crate) inverse_ids: Option<KeyIr>,
    /// The relation of the other model that is this one seen from there.
    pub(crate) inverse_of: Option<Name>,
    /// What becomes of the documents of this model when what their key names is deleted, and where it is written.
    pub(crate) on_delete: Option<(ActionIr, Span)>,
    /// The same where the value that the key names changes.
    pub(crate) on_update: Option<(ActionIr, Span)>,
    /// `index = false`: its key or list has no index of its own.
    pub(crate) unindexed: Mark,
}

/// `on_delete = …` and `on_update = …`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ActionIr {
    Cascade,
    Restrict,
    SetNull,
    NoAction,
}

/// A key or a list of ids as a relation names it: a field, or what lies in a composite, as in `shipping.country_id`.
#[derive(Clone)]
pub(crate) struct KeyIr {
    /// Dotted, and without `r#`.
    pub(crate) text: String,
    pub(crate) span: Span,
    /// The field, and the methods of the composites below it.
    pub(crate) segments: Vec<Ident>,
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
    pub(crate) options: OptionsIr,
    pub(crate) span: Span,
}

#[derive(Clone)]
pub(crate) struct IndexKeyIr {
    /// The field, and the methods of the composites below it.
    pub(crate) segments: Vec<Ident>,
    pub(crate) form: KeyForm,
}

/// How an index keeps the values of a path.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum KeyForm {
    Ascending,
    Descending,
    Hashed,
    /// `"2dsphere"`
    Sphere,
    /// All paths below it.
    Wildcard,
}

/// What an index says beside its fields.
#[derive(Clone, Default)]
pub(crate) struct OptionsIr {
    /// `map = "index name"`
    pub(crate) map: Option<Name>,
    pub(crate) sparse: Mark,
    pub(crate) hidden: Mark,
    pub(crate) partial: Option<PartialIr>,
    /// In seconds.
    pub(crate) expire_after: Option<Limit<i32>>,
    /// `orphans = "allowed"`
    pub(crate) orphans: Mark,
    pub(crate) collation: Option<CollationIr>,
}

/// `partial = filter`
#[derive(Clone)]
pub(crate) struct PartialIr {
    /// As written, but for `Self`: a path is a function.
    pub(crate) filter: Box<Expr>,
    pub(crate) span: Span,
}

/// `collation(locale = "de", strength = 2)`
#[derive(Clone)]
pub(crate) struct CollationIr {
    pub(crate) locale: Name,
    pub(crate) strength: Option<Limit<i32>>,
    /// `case_first = "upper"`, `alternate = "shifted"`, `max_variable = "space"`: the word, and the value as the server spells it.
    pub(crate) words: Vec<(&'static str, Name)>,
    /// `case_level`, `numeric_ordering`, `backwards`, `normalization`.
    pub(crate) flags: Vec<(&'static str, Limit<bool>)>,
    pub(crate) span: Span,
}

/// `text(…)`: the index that searches go by.
#[derive(Clone)]
pub(crate) struct TextIr {
    /// The fields, each with the methods of the composites below it.
    pub(crate) paths: Vec<Vec<Ident>>,
    pub(crate) weights: Vec<WeightIr>,
    /// `language = "german"`
    pub(crate) language: Option<Name>,
    /// `language_field = "lang"`: where a document says its own language.
    pub(crate) language_field: Option<Name>,
    pub(crate) options: OptionsIr,
    pub(crate) span: Span,
}

/// `title = 10`, also in `weights(…)`.
#[derive(Clone)]
pub(crate) struct WeightIr {
    pub(crate) path: Vec<Ident>,
    /// From 1 to 99,999.
    pub(crate) weight: i32,
}

/// `wildcard` or `wildcard(…)` on a model: an index over all paths of a document.
#[derive(Clone)]
pub(crate) struct WildcardIr {
    /// `only(…)` and `except(…)`, of which there may be one.
    pub(crate) projections: Vec<ProjectionIr>,
    pub(crate) options: OptionsIr,
    pub(crate) span: Span,
}

/// The fields that a wildcard index has, or has not.
#[derive(Clone)]
pub(crate) struct ProjectionIr {
    /// True for `only`.
    pub(crate) keeps: bool,
    pub(crate) paths: Vec<Vec<Ident>>,
    pub(crate) span: Span,
}

/// `capped(…)`, `clustered` or `timeseries(…)`.
pub(crate) struct StorageIr {
    pub(crate) form: StorageForm,
    pub(crate) span: Span,
}

pub(crate) enum StorageForm {
    /// In bytes and documents.
    Capped {
        size: i64,
        max: Option<i32>,
    },
    Clustered,
    TimeSeries(Box<TimeSeriesIr>),
}

/// `timeseries(time = at, meta = sensor, granularity = "minutes", expire_after = "30d", orphans = "allowed")`
pub(crate) struct TimeSeriesIr {
    pub(crate) time: Ident,
    pub(crate) meta: Option<Ident>,
    pub(crate) granularity: Granularity,
    /// In seconds.
    pub(crate) expire_after: Option<i32>,
    pub(crate) orphans: Mark,
}

/// How close measurements of one source lie.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Granularity {
    Seconds,
    Minutes,
    Hours,
}

/// `#[derive(Enum)]`.
pub(crate) struct EnumIr {
    pub(crate) head: HeadIr,
    pub(crate) rename_all: Mark,
    /// Stored by number, and not by name.
    pub(crate) repr: Option<ReprIr>,
    /// The plain variants, in their order.
    pub(crate) variants: Vec<VariantIr>,
    /// The variants that keep any other value, of which there may be one.
    pub(crate) others: Vec<OtherIr>,
}

/// `repr = i32` or `repr = i64`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReprIr {
    Int32,
    Int64,
}

/// A plain variant.
pub(crate) struct VariantIr {
    pub(crate) ident: Ident,
    /// The name that is stored, unless the enum is stored by number.
    pub(crate) stored: Name,
    /// `name = "…"`
    pub(crate) renamed: Mark,
    /// `value = 3`
    pub(crate) value: Option<NumberIr>,
    pub(crate) discriminant: Option<DiscriminantIr>,
}

/// A whole number, and where it stands.
#[derive(Clone, Copy)]
pub(crate) struct NumberIr {
    pub(crate) value: i128,
    pub(crate) span: Span,
}

/// `User = 3`
#[derive(Clone, Copy)]
pub(crate) enum DiscriminantIr {
    Literal(NumberIr),
    /// An expression, of which a derive cannot know the value.
    Computed(Span),
}

/// `#[chakra(other)] Unknown(String)`
pub(crate) struct OtherIr {
    pub(crate) ident: Ident,
    pub(crate) ty: Type,
    pub(crate) mark: Span,
}

/// `#[derive(Composite)]` on an enum: a tagged union.
pub(crate) struct UnionIr {
    pub(crate) head: HeadIr,
    /// The stored name of the field that holds the name of the variant.
    pub(crate) tag: Name,
    pub(crate) shapes: Vec<ShapeIr>,
}

/// `#[derive(Model)]` on an enum: a model of several shapes.
pub(crate) struct UnionModelIr {
    pub(crate) union: UnionIr,
    /// What is said of the whole: the collection, the indexes, and the fields that every variant declares alike.
    pub(crate) common: ModelIr,
}

/// A variant that is a document.
pub(crate) struct ShapeIr {
    pub(crate) ident: Ident,
    /// What the tag holds.
    pub(crate) stored: Name,
    /// The name of the path into the variant.
    pub(crate) accessor: Ident,
    pub(crate) content: ContentIr,
}

/// What a variant holds beside the tag.
pub(crate) enum ContentIr {
    /// Named fields, or none. The composite is a type that is generated to stand for them in paths.
    Fields(Box<CompositeIr>),
    /// `Photo(Photo)`: the fields of a composite.
    Composite(Box<Type>),
}
