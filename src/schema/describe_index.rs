//! Indexes, and collections that are not plain, as data without functions.
//!
//! Made by `describe` for a whole schema, printed by `listing`, compared by `verify_index`.

use super::{CollationSchema, CollectionKind, IndexKey, IndexSchema, KeyForm, Projection, TimeSeries, plain::Plain};
use bson::Bson;
use serde::Serialize;

#[derive(Debug, PartialEq, Serialize)]
pub(super) struct IndexDescription {
    pub(super) name: String,
    pub(super) keys: Vec<IndexKeyDescription>,
    #[serde(skip_serializing_if = "is_false")]
    pub(super) unique: bool,
    #[serde(skip_serializing_if = "is_false")]
    pub(super) text: bool,
    /// That of a text index, where it is not the server's default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) language: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) language_field: Option<&'static str>,
    #[serde(skip_serializing_if = "is_false")]
    pub(super) sparse: bool,
    #[serde(skip_serializing_if = "is_false")]
    pub(super) hidden: bool,
    /// In seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) expire_after: Option<i32>,
    /// `allowed`, where documents may refer to those that are deleted so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) orphans: Option<&'static str>,
    /// As the server takes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) partial: Option<Plain>,
    /// By the names of the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) collation: Option<Plain>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) only: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) except: Vec<String>,
}

#[derive(Debug, PartialEq, Serialize)]
pub(super) struct IndexKeyDescription {
    pub(super) path: String,
    /// `1` or `-1`, as the server writes it, of a key in order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) direction: Option<i32>,
    /// `hashed`, `2dsphere` or `wildcard`, of one that is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) kind: Option<&'static str>,
    /// In a text index.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) weight: Option<i32>,
    /// What the tags of the unions on the way must hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) only: Option<Plain>,
}

/// What a collection is other than plain.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum StorageDescription {
    Capped {
        size: i64,
        #[serde(skip_serializing_if = "Option::is_none")]
        max: Option<i32>,
    },
    Clustered,
    TimeSeries {
        time: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        meta: Option<&'static str>,
        granularity: &'static str,
        /// In seconds.
        #[serde(skip_serializing_if = "Option::is_none")]
        expire_after: Option<i32>,
        #[serde(skip_serializing_if = "Option::is_none")]
        orphans: Option<&'static str>,
    },
}

impl IndexDescription {
    pub(super) fn of(index: &IndexSchema) -> Self {
        let (text, options) = (index.text.as_ref(), &index.options);
        let weight = |at: usize| text.and_then(|text| text.weights.get(at).copied());
        let (only, except) = match &options.projection {
            None => (Vec::new(), Vec::new()),
            Some(Projection::Only(paths)) => (paths.clone(), Vec::new()),
            Some(Projection::Except(paths)) => (Vec::new(), paths.clone()),
        };
        Self {
            name: index.name(),
            keys: index.keys.iter().enumerate().map(|(at, key)| IndexKeyDescription::of(key, weight(at))).collect(),
            unique: index.unique,
            text: text.is_some(),
            language: text.and_then(|text| text.language),
            language_field: text.and_then(|text| text.language_field),
            sparse: options.sparse,
            hidden: options.hidden,
            expire_after: options.expire_after,
            orphans: allowed(options.allows_orphans),
            // Why there is none is said at connect.
            partial: options.partial.map(|filter| filter().map_or_else(Plain::Text, |filter| Plain::from(Bson::Document(filter)))),
            collation: options.collation.as_ref().map(described),
            only,
            except,
        }
    }

    /// The path of a key that is one field.
    pub(super) fn of_one_key(&self) -> Option<&str> {
        match self.keys.as_slice() {
            [only] if self.unique && self.partial.is_none() => Some(&only.path),
            _ => None,
        }
    }
}

fn described(collation: &CollationSchema) -> Plain {
    Plain::Document(collation.settings().map(|(name, value)| (name.to_owned(), Plain::from(value))).collect())
}

impl IndexKeyDescription {
    /// Of a text index with its weight.
    fn of(key: &IndexKey, weight: Option<i32>) -> Self {
        let only = key.only.iter().map(|(tag, variant)| (tag.clone(), Plain::Text((*variant).to_owned()))).collect();
        let only = (!key.only.is_empty()).then_some(Plain::Document(only));
        let (direction, kind) = match key.form {
            KeyForm::Ordered(direction) => (Some(direction.sign()), None),
            KeyForm::Text => (None, None),
            KeyForm::Hashed => (None, Some("hashed")),
            KeyForm::Sphere => (None, Some("2dsphere")),
            KeyForm::Wildcard => (None, Some("wildcard")),
        };
        Self { path: key.path.clone(), direction, kind, weight, only }
    }
}

impl StorageDescription {
    /// Nothing of a plain collection.
    pub(super) fn of(storage: &CollectionKind) -> Option<Self> {
        match *storage {
            CollectionKind::Plain => None,
            CollectionKind::Capped { size, max } => Some(Self::Capped { size, max }),
            CollectionKind::Clustered => Some(Self::Clustered),
            CollectionKind::TimeSeries(TimeSeries { time, meta, granularity, expire_after, allows_orphans }) => {
                Some(Self::TimeSeries { time, meta, granularity: granularity.name(), expire_after, orphans: allowed(allows_orphans) })
            }
        }
    }
}

fn allowed(orphans: bool) -> Option<&'static str> {
    orphans.then_some("allowed")
}

// By reference, as serde calls it.
fn is_false(value: &bool) -> bool {
    !value
}
