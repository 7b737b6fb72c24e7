//! The commands of links between documents that exist: ids put into lists and taken out of them, which moves neither `updated_at` nor
//! `version`.
//!
//! Sent by `relation`.

use super::{
    filter::render_filter,
    include::key_fields,
    plan::{LongList, by_ids},
};
use crate::{
    Error, Result,
    codec::{Raw, from_document, raw_to_bson},
    query::{Expr, Found, RawPath, Test},
    schema::{IdListLimit, Link, RelationSchema, Schema},
};
use bson::{Bson, Document, doc};

/// The field of a look-up that holds how long a list is.
const LENGTH: &str = "__chakra_n";

/// A document whose related ones are written.
#[derive(Debug)]
pub(crate) struct Parent {
    pub(crate) schema: &'static Schema,
    pub(crate) id: Bson,
    document: Document,
}

impl Parent {
    /// The parent that these bytes are.
    ///
    /// # Errors
    /// Bytes that are no document, or one without an `_id`.
    pub(crate) fn read(schema: &'static Schema, bytes: &[u8]) -> Result<Self> {
        let document: Document = from_document(bytes).map_err(|error| Error::decode(schema, bytes, error))?;
        let id = document.get("_id").cloned().ok_or_else(|| Error::rule(schema, "_id", "a value"))?;
        Ok(Self { schema, id, document })
    }

    /// What it holds at a field, null where there is nothing.
    pub(crate) fn get(&self, stored: &str) -> Bson {
        self.document.get(stored).cloned().unwrap_or(Bson::Null)
    }

    /// The ids in a list of its own.
    pub(crate) fn ids(&self, stored: &str) -> Vec<Bson> {
        self.document.get_array(stored).cloned().unwrap_or_default()
    }

    /// Notes what was written to a list of its own.
    pub(crate) fn set_ids(&mut self, stored: &str, ids: Vec<Bson>) {
        self.document.insert(stored, ids);
    }
}

/// The documents that `relation` leads to from this one.
///
/// # Errors
/// A relation that names a field that is not there.
pub(crate) fn related_to(relation: &RelationSchema, parent: &Parent) -> Result<Expr> {
    let (here, there) = key_fields(parent.schema, relation)?;
    Ok(match (relation.link, parent.get(here)) {
        (Link::Lists { ids: Some(_), .. }, _) => Expr::Test(RawPath::new(there), Test::In(parent.ids(here))),
        (_, Bson::Null) => Expr::Nothing,
        (Link::Lists { .. }, id) => Expr::Test(RawPath::new(there), Test::Has(id)),
        (Link::Here(_) | Link::There(_), key) => Expr::Test(RawPath::new(there), Test::Eq(key)),
    })
}

/// The documents with one of these ids that match `also`.
///
/// # Errors
/// What `also` cannot be rendered for.
pub(crate) fn ids_among(schema: &'static Schema, ids: Vec<Bson>, also: &Expr) -> Result<Document> {
    match also {
        Expr::All => Ok(by_ids(ids)),
        also => Ok(doc! { "$and": [by_ids(ids), render_filter(schema, also)?] }),
    }
}

/// What is read of a document that is connected.
pub(crate) fn link_projection(field: &str, list: Option<&str>) -> Document {
    let mut fields = doc! { "_id": 1, field: 1 };
    if let Some(list) = list {
        let path = format!("${list}");
        fields.insert(LENGTH, doc! { "$cond": [{ "$isArray": &path }, { "$size": &path }, 0] });
    }
    fields
}

/// What was read of a document that is connected, or of one that was just created.
///
/// # Errors
/// A document that lacks what links refer to it by.
pub(crate) fn read_link(schema: &Schema, document: &[u8], field: &str, list: Option<&str>) -> Result<Found> {
    let get = |name: &str| {
        let value = Raw::document(document).and_then(|raw| raw.get(name)?.map(raw_to_bson).transpose());
        value.map_err(|error| Error::decode(schema, document, error))
    };
    let needed = |name: &str| {
        let value = get(name)?.filter(|value| *value != Bson::Null);
        value.ok_or_else(|| Error::rule(schema, name, "a value, for a key to reference it"))
    };
    let length = match (get(LENGTH)?, list.map(get).transpose()?.flatten()) {
        (Some(Bson::Int32(length)), _) => usize::try_from(length).unwrap_or(0),
        (_, Some(Bson::Array(ids))) => ids.len(),
        _ => 0,
    };
    Ok(Found { id: needed("_id")?, value: needed(field)?, length })
}

/// Puts one id into the lists of these documents, once each.
pub(crate) fn push_to_all(documents: Vec<Bson>, list: &str, id: &Bson) -> (Document, Document) {
    let mut filter = by_ids(documents);
    filter.insert(list, doc! { "$ne": id.clone() });
    (filter, doc! { "$push": { list: id.clone() } })
}

/// Puts ids that a document's list does not have into it. The document does not match where it got one of them meanwhile.
pub(crate) fn push_all(document: &Bson, list: &str, ids: &[Bson]) -> (Document, Document) {
    let filter = match ids {
        [id] => doc! { "_id": document.clone(), list: { "$ne": id.clone() } },
        ids => doc! { "_id": document.clone(), list: { "$nin": ids.to_vec() } },
    };
    let update = match ids {
        [id] => doc! { "$push": { list: id.clone() } },
        ids => doc! { "$push": { list: { "$each": ids.to_vec() } } },
    };
    (filter, update)
}

/// Takes one id out of the lists of these documents.
pub(crate) fn pull_from_all(documents: Vec<Bson>, list: &str, id: &Bson) -> (Document, Document) {
    let mut filter = by_ids(documents);
    filter.insert(list, id.clone());
    (filter, doc! { "$pull": { list: id.clone() } })
}

/// Takes ids out of the list of one document.
pub(crate) fn pull_all(document: &Bson, list: &str, ids: Vec<Bson>) -> (Document, Document) {
    (doc! { "_id": document.clone() }, doc! { "$pullAll": { list: ids } })
}

/// Refuses a list of ids that is too long, and says of one that is long.
///
/// # Errors
/// More ids than a list may have.
pub(crate) fn check_length(schema: &'static Schema, path: &'static str, length: usize, limit: IdListLimit) -> Result<Option<LongList>> {
    if length > limit.most {
        return Err(Error::rule(schema, path, format!("at most {} ids, the limit of a list that a relation keeps", limit.most)));
    }
    Ok((length >= limit.warn).then_some(LongList { schema, path, length }))
}
