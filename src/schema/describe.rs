//! A schema as data without functions: what it serializes to, what makes two of them equal, and what `listing` prints.
//!
//! Made from a [`Schema`] where one of these is asked for. What a declaration does not say is left out.

use super::{
    Absent, Constant, EnumSchema, Field, Fill, Generator, Kind, Layout, Limits, Link, ReferentialAction, RelationSchema, Role, Schema,
    Shape, Tag,
    describe_index::{IndexDescription, StorageDescription},
    plain::Plain,
    types::{Composites, Namer, type_text},
};
use crate::codec::to_bson;
use serde::{Serialize, Serializer};

impl Serialize for Schema {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Description::of(self).serialize(serializer)
    }
}

/// Equal in everything that is declared; what a computed default or a rule does is not looked at.
impl PartialEq for Schema {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other) || Description::of(self) == Description::of(other)
    }
}

/// A model.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Description {
    pub(super) model: &'static str,
    pub(super) collection: &'static str,
    /// What the collection is other than plain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) storage: Option<StorageDescription>,
    pub(super) fields: Vec<FieldDescription>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tag: Option<TagDescription>,
    #[serde(skip_serializing_if = "is_false")]
    pub(super) extra: bool,
    #[serde(skip_serializing_if = "is_false")]
    pub(super) deny_unknown: bool,
    #[serde(skip_serializing_if = "is_false")]
    pub(super) validator: bool,
    #[serde(skip_serializing_if = "is_true")]
    pub(super) sync: bool,
    /// Each composite that its fields lead to, once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) composites: Vec<CompositeDescription>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) relations: Vec<RelationDescription>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) indexes: Vec<IndexDescription>,
}

/// A composite, under the name by which fields refer to it.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct CompositeDescription {
    pub(super) name: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) fields: Vec<FieldDescription>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tag: Option<TagDescription>,
    /// Whether it keeps or refuses fields that it does not declare.
    #[serde(skip_serializing_if = "is_false")]
    pub(super) closed: bool,
}

/// The tag of a union, and its variants.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct TagDescription {
    pub(super) stored: &'static str,
    pub(super) variants: Vec<VariantDescription>,
}

#[derive(Debug, PartialEq, Serialize)]
pub(super) struct VariantDescription {
    pub(super) name: &'static str,
    pub(super) stored: &'static str,
    pub(super) fields: Vec<FieldDescription>,
}

#[derive(Debug, PartialEq, Serialize)]
pub(super) struct FieldDescription {
    pub(super) name: &'static str,
    pub(super) stored: &'static str,
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(skip_serializing_if = "is_false")]
    pub(super) optional: bool,
    /// Whether `None` is stored as null.
    #[serde(skip_serializing_if = "is_false")]
    pub(super) null: bool,
    /// The least and the greatest number of the Rust type, where the stored type holds more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) range: Option<[Plain; 2]>,
    #[serde(rename = "enum", skip_serializing_if = "Option::is_none")]
    pub(super) variants: Option<EnumDescription>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) role: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) default: Option<Plain>,
    #[serde(skip_serializing_if = "is_false")]
    pub(super) computed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) generated: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) limits: Option<LimitsDescription>,
}

/// What is stored of each variant, and what it is called where that is a number.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct EnumDescription {
    pub(super) values: Vec<Plain>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) names: Option<&'static [&'static str]>,
    #[serde(skip_serializing_if = "is_false")]
    pub(super) open: bool,
}

#[derive(Debug, PartialEq, Serialize)]
pub(super) struct LimitsDescription {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) min_length: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) max_length: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) min: Option<Plain>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) max: Option<Plain>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) pattern: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) validate: Option<&'static str>,
}

/// A relation; of the keys there are those that its kind goes by, as they are called in Rust.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct RelationDescription {
    pub(super) name: &'static str,
    pub(super) kind: String,
    pub(super) target: &'static str,
    #[serde(skip_serializing_if = "is_false")]
    pub(super) required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) foreign_key: Option<&'static str>,
    /// The model that has the foreign key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) key_of: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) references: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ids: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) inverse_ids: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) inverse_of: Option<&'static str>,
    /// Where it is not what a key does that says nothing; beside a key in a composite where it is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) on_delete: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) on_update: Option<String>,
}

impl Description {
    pub(super) fn of(schema: &Schema) -> Self {
        let mut composites = Composites::default();
        let fields = describe_fields(schema.fields, &mut |shape| composites.name(shape));
        let tag = schema.tag.as_ref().map(|tag| TagDescription::of(tag, &mut |shape| composites.name(shape)));
        let mut described = Vec::new();
        // Each one may lead to more.
        while let Some((shape, name)) = composites.get(described.len()) {
            described.push(CompositeDescription::of(shape, name, &mut |inner| composites.name(inner)));
        }
        Self {
            model: schema.model,
            collection: schema.collection,
            storage: StorageDescription::of(&schema.storage),
            fields,
            tag,
            extra: schema.extra,
            deny_unknown: schema.deny_unknown,
            validator: schema.validator,
            sync: schema.sync,
            composites: described,
            relations: schema.relations.iter().map(|relation| RelationDescription::of(schema, relation)).collect(),
            indexes: schema.indexes.iter().map(IndexDescription::of).collect(),
        }
    }
}

impl CompositeDescription {
    pub(super) fn of(shape: &Shape, name: String, namer: &mut Namer<'_>) -> Self {
        let Layout { fields, tag } = Layout::from(shape);
        let fields = describe_fields(fields, namer);
        Self { name, fields, tag: tag.as_ref().map(|tag| TagDescription::of(tag, namer)), closed: shape.closed }
    }
}

impl TagDescription {
    fn of(tag: &Tag, namer: &mut Namer<'_>) -> Self {
        let mut variants = Vec::new();
        for variant in tag.variants {
            let fields = describe_fields(variant.fields, namer);
            variants.push(VariantDescription { name: variant.name, stored: variant.stored, fields });
        }
        Self { stored: tag.stored, variants }
    }
}

fn describe_fields(fields: &[Field], namer: &mut Namer<'_>) -> Vec<FieldDescription> {
    fields.iter().map(|field| FieldDescription::of(field, namer)).collect()
}

impl FieldDescription {
    fn of(field: &Field, namer: &mut Namer<'_>) -> Self {
        let (default, generated) = match field.fill {
            // A constant that cannot be stored is refused where a draft uses it.
            Fill::Constant(write) => (to_bson(&Constant(write)).ok().map(Plain::from), None),
            Fill::Generated(generator) => (None, Some(spelled(generator))),
            Fill::Sequence => (None, Some("auto_increment".to_owned())),
            Fill::Nothing | Fill::Computed(_) => (None, None),
        };
        Self {
            name: field.name,
            stored: field.stored,
            kind: type_text(&field.kind, namer),
            optional: field.absent == Absent::Null,
            null: field.null,
            range: range(&field.kind),
            variants: enum_within(&field.kind).map(EnumDescription::of),
            role: match field.role {
                Role::Plain => None,
                Role::Id => Some("id"),
                Role::UpdatedAt => Some("updated_at"),
                Role::Version => Some("version"),
            },
            default,
            computed: matches!(field.fill, Fill::Computed(_)),
            generated,
            limits: LimitsDescription::of(&field.limits),
        }
    }
}

impl EnumDescription {
    fn of(stored: EnumSchema) -> Self {
        let numbers = stored.numbers.map(|numbers| numbers.iter().copied().map(Plain::Whole).collect());
        let names = || stored.names.iter().map(|name| Plain::Text((*name).to_owned())).collect();
        Self { values: numbers.unwrap_or_else(names), names: stored.numbers.map(|_| stored.names), open: stored.open }
    }
}

impl LimitsDescription {
    /// Nothing where there are no limits.
    fn of(limits: &Limits) -> Option<Self> {
        let described = Self {
            min_length: limits.min_length,
            max_length: limits.max_length,
            min: limits.min.map(Plain::number),
            max: limits.max.map(Plain::number),
            pattern: limits.pattern.map(|pattern| pattern.text),
            validate: limits.rule.map(|rule| rule.name),
        };
        let none = Self { min_length: None, max_length: None, min: None, max: None, pattern: None, validate: None };
        (described != none).then_some(described)
    }
}

impl RelationDescription {
    fn of(schema: &Schema, relation: &RelationSchema) -> Self {
        let target = (relation.target)().model;
        let (foreign_key, key_of, ids, inverse_ids) = match relation.link {
            Link::Here(key) => (Some(key), Some(schema.model), None, None),
            Link::There(key) => (Some(key), Some(target), None, None),
            Link::Lists { ids, inverse } => (None, None, ids, inverse),
        };
        // Beside a key in a composite there is none that is not said.
        let usual = match relation.link {
            Link::Here(key) if !key.contains('.') => Some(ReferentialAction::of_key(relation.required)),
            Link::Here(_) | Link::There(_) | Link::Lists { .. } => None,
        };
        let said = |action: Option<ReferentialAction>| action.filter(|action| Some(*action) != usual).map(|action| format!("{action:?}"));
        Self {
            name: relation.name,
            kind: format!("{:?}", relation.kind),
            target,
            required: relation.required,
            foreign_key,
            key_of,
            references: relation.references,
            ids,
            inverse_ids,
            inverse_of: relation.inverse_of,
            on_delete: said(relation.on_delete),
            on_update: said(relation.on_update),
        }
    }
}

/// A generator as the attribute spells it.
fn spelled(generator: Generator) -> String {
    match generator {
        Generator::Now => "now()".to_owned(),
        Generator::ObjectId => "auto()".to_owned(),
        Generator::Uuid => "uuid()".to_owned(),
        Generator::UuidV7 => "uuid_v7()".to_owned(),
        Generator::Cuid => "cuid()".to_owned(),
        Generator::Ulid => "ulid()".to_owned(),
        Generator::NanoId(length) => format!("nanoid({length})"),
    }
}

/// The numbers of the Rust type, where its stored type holds more.
fn range(kind: &Kind) -> Option<[Plain; 2]> {
    match *kind {
        Kind::Int32 { min, max } => {
            ((min, max) != (i64::from(i32::MIN), i64::from(i32::MAX))).then_some([Plain::Whole(min), Plain::Whole(max)])
        }
        Kind::Int64 { min, max } => ((min, max) != (i64::MIN, i64::MAX)).then_some([Plain::Whole(min), Plain::Whole(max)]),
        Kind::Double { min, max } => ((min, max) != (f64::MIN, f64::MAX)).then_some([Plain::number(min), Plain::number(max)]),
        Kind::Array(item) | Kind::Map(item) => range(item),
        _ => None,
    }
}

fn enum_within(kind: &Kind) -> Option<EnumSchema> {
    match *kind {
        Kind::Enum(stored) => Some(stored),
        Kind::Array(item) | Kind::Map(item) => enum_within(item),
        _ => None,
    }
}

// By reference, as serde calls them.
fn is_false(value: &bool) -> bool {
    !value
}

fn is_true(value: &bool) -> bool {
    *value
}
