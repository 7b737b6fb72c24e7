//! [`Group`]: documents of one model that are deleted together, as far as their referrers must know them.

use super::referrers::{KeyReferrer, address, refers_to};
use crate::{
    Error, Result,
    db::Db,
    driver::{FindSpec, Scope},
    relation::link_key::{LinkKey, link_keys},
    render::render_projection,
    schema::Schema,
};
use bson::{Bson, Document};
use std::collections::HashSet;

/// A document among all: that of a model, by the address of its schema, with a key.
pub(super) type Known = (usize, LinkKey);

/// A document that is to be deleted.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) key: LinkKey,
    pub(super) id: Bson,
    /// The values of the fields beside the id that keys name, by their stored names.
    named: Vec<(&'static str, Bson)>,
    /// The keys by which it may go with others: one, unless they stand in a list of composites.
    by: Vec<Bson>,
}

impl Row {
    /// The value of a field that keys name, by its stored name.
    pub(super) fn value(&self, stored: &str) -> Option<&Bson> {
        self.named.iter().find(|(name, _)| *name == stored).map(|(_, value)| value)
    }

    /// Leaves of the keys by which it may go with others those that name documents which go.
    pub(super) fn go_by(&mut self, gone: &HashSet<LinkKey>) {
        let goes = |key: &Bson| gone.contains(&LinkKey::of_value(key));
        // Where none is left, the collation of the collection took another text for one of them: only the server knows which.
        if self.by.iter().any(goes) {
            self.by.retain(goes);
        }
    }
}

/// Documents of one model.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) schema: &'static Schema,
    /// The key by which they go with documents that are deleted. None of those that a verb names.
    pub(super) via: Option<&'static KeyReferrer>,
    pub(super) rows: Vec<Row>,
}

impl Group {
    pub(super) fn new(schema: &'static Schema, via: Option<&'static KeyReferrer>) -> Self {
        Self { schema, via, rows: Vec::new() }
    }

    /// What is read of its documents: the id, the key by which they go with others, and what keys name.
    pub(super) fn projection(&self) -> Document {
        let mut fields = vec!["_id"];
        fields.extend(self.via.map(|via| via.key.stored.as_str()));
        fields.extend(refers_to(self.schema).named());
        render_projection(&fields)
    }

    /// A document as a row of this group.
    ///
    /// # Errors
    /// Bytes that are no document.
    pub(super) fn row(&self, document: &[u8]) -> Result<Option<Row>> {
        let values = |stored: &str| link_keys(document, stored).map_err(|error| Error::decode(self.schema, document, error));
        let Some((key, id)) = values("_id")?.pop() else { return Ok(None) };
        let mut named = Vec::new();
        for stored in refers_to(self.schema).named() {
            named.extend(values(stored)?.pop().map(|(_, value)| (stored, value)));
        }
        let by = match self.via {
            Some(via) => values(&via.key.stored)?.into_iter().map(|(_, value)| value).collect(),
            None => Vec::new(),
        };
        Ok(Some(Row { key, id, named, by }))
    }

    /// The documents that match, as rows of this group.
    pub(super) async fn read(mut self, db: &Db, scope: &Scope, filter: Document) -> Result<Self> {
        let mut cursor = db
            .connection()
            .find(scope, self.schema, filter, FindSpec { projection: Some(self.projection()), ..FindSpec::on_primary() })
            .await?;
        while let Some(batch) = cursor.next_batch().await? {
            for document in batch.documents() {
                let row = self.row(document?)?;
                self.rows.extend(row);
            }
        }
        Ok(self)
    }

    pub(super) fn known(&self, row: &Row) -> Known {
        (address(self.schema), row.key.clone())
    }

    pub(super) fn ids(&self) -> Vec<Bson> {
        self.rows.iter().map(|row| row.id.clone()).collect()
    }

    /// The values that keys which name the field `stored` have of these documents.
    pub(super) fn values(&self, stored: &str) -> Vec<Bson> {
        if stored == "_id" {
            return self.ids();
        }
        self.rows.iter().filter_map(|row| row.value(stored)).cloned().collect()
    }

    /// The keys by which these documents go with others, each once.
    pub(super) fn keys(&self) -> Vec<Bson> {
        // Documents with several keys name the same few again and again.
        let mut seen = HashSet::new();
        let keys = self.rows.iter().flat_map(|row| &row.by);
        keys.filter(|key| seen.insert(LinkKey::of_value(key))).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(by: impl IntoIterator<Item = impl Into<Bson>>) -> Row {
        let id = Bson::Int64(1);
        Row { key: LinkKey::of_value(&id), id, named: Vec::new(), by: by.into_iter().map(Into::into).collect() }
    }

    #[test]
    fn a_document_goes_by_keys_of_what_goes() {
        let mut row = row([Bson::Int32(4), Bson::Int32(5), Bson::Int64(4)]);
        row.go_by(&HashSet::from([LinkKey::of_value(&Bson::Int64(4)), LinkKey::of_value(&Bson::Int64(6))]));
        assert_eq!(row.by, [Bson::Int32(4), Bson::Int64(4)]);
    }

    #[test]
    fn a_document_that_only_a_collation_found_goes_by_all_its_keys() {
        let mut row = row(["a", "b"]);
        row.go_by(&HashSet::from([LinkKey::of_value(&Bson::from("A"))]));
        assert_eq!(row.by, [Bson::from("a"), Bson::from("b")]);
    }

    #[test]
    fn a_key_that_many_documents_share_is_asked_for_once() {
        let schema: &'static Schema = Box::leak(Box::new(Schema::bare("Basket", "baskets")));
        let shared = || row((0..1_000_i64).map(Bson::Int64));
        let rows = vec![shared(), shared(), row([Bson::Int32(7), Bson::Int32(1_000)])];
        let keys = Group { rows, ..Group::new(schema, None) }.keys();
        let expected: Vec<Bson> = (0..1_000_i64).map(Bson::Int64).chain([Bson::Int32(1_000)]).collect();
        assert_eq!(keys, expected);
    }
}
