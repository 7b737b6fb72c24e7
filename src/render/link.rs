//! The commands of links between documents that exist: ids put into lists and taken out of them. Of lists that a relation keeps on both sides
//! that moves neither `updated_at` nor `version`; any other list is a field that a `save` may send as a whole, and moves both.
//!
//! Sent by `relation`.

use super::{
    filter::render_filter,
    include::key_fields,
    plan::{LongList, TO_BE_NAMED, by_ids},
    update::stamp,
};
use crate::{
    Error, Result,
    codec::{Raw, from_document, raw_to_bson},
    query::{Expr, Found, RawPath, Test},
    schema::{Field, IdListLimit, Link, RelationSchema, Schema},
};
use bson::{Bson, Document, doc};
use chrono::{DateTime, Utc};

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
        value.ok_or_else(|| Error::rule(schema, name, TO_BE_NAMED))
    };
    let length = match (get(LENGTH)?, list.map(get).transpose()?.flatten()) {
        (Some(Bson::Int32(length)), _) => usize::try_from(length).unwrap_or(0),
        (_, Some(Bson::Array(ids))) => ids.len(),
        _ => 0,
    };
    Ok(Found { id: needed("_id")?, value: needed(field)?, length })
}

/// Puts one id into the lists of these documents, once each.
///
/// # Errors
/// A moment for `updated_at` that its field cannot hold, as with the others below.
pub(crate) fn push_to_all(
    schema: &Schema,
    documents: Vec<Bson>,
    list: &Field,
    id: &Bson,
    now: DateTime<Utc>,
) -> Result<(Document, Document)> {
    let mut filter = by_ids(documents);
    filter.insert(list.stored, doc! { "$ne": id.clone() });
    Ok((filter, listing(schema, list, doc! { "$push": { list.stored: id.clone() } }, now)?))
}

/// Puts ids that a document's list does not have into it. The document does not match where it got one of them meanwhile.
pub(crate) fn push_all(schema: &Schema, document: &Bson, list: &Field, ids: &[Bson], now: DateTime<Utc>) -> Result<(Document, Document)> {
    let (others, added) = match ids {
        [id] => (doc! { "$ne": id.clone() }, id.clone()),
        ids => (doc! { "$nin": ids.to_vec() }, Bson::from(doc! { "$each": ids.to_vec() })),
    };
    let filter = doc! { "_id": document.clone(), list.stored: others };
    Ok((filter, listing(schema, list, doc! { "$push": { list.stored: added } }, now)?))
}

/// Takes one id out of the lists of these documents.
pub(crate) fn pull_from_all(
    schema: &Schema,
    documents: Vec<Bson>,
    list: &Field,
    id: &Bson,
    now: DateTime<Utc>,
) -> Result<(Document, Document)> {
    let mut filter = by_ids(documents);
    filter.insert(list.stored, id.clone());
    Ok((filter, listing(schema, list, doc! { "$pull": { list.stored: id.clone() } }, now)?))
}

/// Takes ids out of the list of one document. It does not match where it has none of them, so that nothing else of it moves.
pub(crate) fn pull_all(schema: &Schema, document: &Bson, list: &Field, ids: Vec<Bson>, now: DateTime<Utc>) -> Result<(Document, Document)> {
    let filter = doc! { "_id": document.clone(), list.stored: { "$in": ids.clone() } };
    Ok((filter, listing(schema, list, doc! { "$pullAll": { list.stored: ids } }, now)?))
}

/// The change of a list of ids, with what moves along.
///
/// # Errors
/// A moment for `updated_at` that its field cannot hold.
pub(super) fn listing(schema: &Schema, list: &Field, mut change: Document, now: DateTime<Utc>) -> Result<Document> {
    if schema.kept_by(list).is_none() {
        stamp(schema, now, &mut change)?;
    }
    Ok(change)
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::schema::{Absent, Kind, RelationKind};

    const LONG: Kind = Kind::Int64 { min: i64::MIN, max: i64::MAX };
    const LISTS: &[Field] =
        &[Field::new("one", "o", Kind::Array(&LONG), Absent::EmptyList), Field::new("both", "b", Kind::Array(&LONG), Absent::EmptyList)];
    const VERSION: Field = Field::new("version", "v", LONG, Absent::Never).version();

    fn team() -> &'static Schema {
        const fn lists(name: &'static str, ids: &'static str, inverse: Option<&'static str>) -> RelationSchema {
            RelationSchema {
                name,
                kind: RelationKind::ManyToMany,
                required: false,
                target: team,
                link: Link::Lists { ids: Some(ids), inverse },
                references: None,
                inverse_of: None,
                on_delete: None,
                on_update: None,
            }
        }
        static SCHEMA: std::sync::LazyLock<Schema> = std::sync::LazyLock::new(|| Schema {
            fields: &[VERSION],
            relations: const { &[lists("labels", "one", None), lists("topics", "both", Some("both"))] },
            ..Schema::bare("Team", "teams")
        });
        &SCHEMA
    }

    #[test]
    fn a_list_on_one_side_moves_the_version_and_lists_on_both_do_not() {
        let (one, both, now, id) = (&LISTS[0], &LISTS[1], DateTime::UNIX_EPOCH, Bson::Int32(1));
        let raised = doc! { "v": 1_i64 };
        assert_eq!(
            push_all(team(), &id, one, &[2.into()], now).unwrap(),
            (doc! { "_id": 1, "o": { "$ne": 2 } }, doc! { "$push": { "o": 2 }, "$inc": raised.clone() })
        );
        assert_eq!(
            push_all(team(), &id, both, &[2.into(), 3.into()], now).unwrap(),
            (doc! { "_id": 1, "b": { "$nin": [2, 3] } }, doc! { "$push": { "b": { "$each": [2, 3] } } })
        );
        assert_eq!(
            pull_all(team(), &id, one, vec![2.into()], now).unwrap(),
            (doc! { "_id": 1, "o": { "$in": [2] } }, doc! { "$pullAll": { "o": [2] }, "$inc": raised.clone() })
        );
        assert_eq!(
            push_to_all(team(), vec![2.into()], one, &id, now).unwrap(),
            (doc! { "_id": { "$in": [2] }, "o": { "$ne": 1 } }, doc! { "$push": { "o": 1 }, "$inc": raised.clone() })
        );
        assert_eq!(pull_from_all(team(), vec![], one, &id, now).unwrap().1, doc! { "$pull": { "o": 1 }, "$inc": raised });
        assert_eq!(pull_from_all(team(), vec![], both, &id, now).unwrap().1, doc! { "$pull": { "b": 1 } });
    }
}
