//! [`Cascade`]: what goes with documents that are to be deleted, level by level, and what holds them back. Only reads.
//!
//! A document that goes is read once, whatever leads to it: so cycles end, and children of two parents go once. What goes anyway holds
//! nothing back.

use super::{
    group::{Group, Known},
    referrers::{KeyReferrer, address, refers_to},
};
use crate::{
    Error, Result,
    db::Db,
    driver::{FindSpec, ReadOptions, Scope},
    error::Outcome,
    relation::link_key::{LinkKey, link_keys},
    render::{in_chunks, referring},
    schema::{ReferentialAction, Schema},
};
use bson::{Bson, Document};
use std::collections::HashSet;

/// Where the documents are, and which ones the verb has in hand already.
pub(super) struct Cascade<'a> {
    pub(super) db: &'a Db,
    pub(super) scope: &'a Scope,
    /// Documents that this verb deletes in other transactions.
    pub(super) doomed: &'a HashSet<Known>,
}

/// The documents that go.
#[derive(Debug)]
pub(super) struct Plan {
    /// From those that a verb names down to those that go with them, and with these.
    pub(super) levels: Vec<Vec<Group>>,
    /// All of them.
    pub(super) known: HashSet<Known>,
}

impl Plan {
    /// All groups, of all levels.
    pub(super) fn groups(&self) -> impl Iterator<Item = &Group> {
        self.levels.iter().flatten()
    }

    /// The ids of the documents of this model that go.
    pub(super) fn ids_of(&self, schema: &'static Schema) -> Vec<Bson> {
        let own = self.groups().filter(|group| std::ptr::eq(group.schema, schema));
        own.flat_map(Group::ids).collect()
    }
}

impl Cascade<'_> {
    /// Everything that goes with `roots`. None where that is more than `most` documents beside these, as soon as it is known.
    ///
    /// One `find` for each level and key that cascades.
    pub(super) async fn plan(&self, roots: Group, most: usize) -> Result<Option<Plan>> {
        let mut known: HashSet<Known> = roots.rows.iter().map(|row| roots.known(row)).collect();
        let first = known.len();
        let (mut levels, mut level) = (Vec::new(), vec![roots]);
        while level.iter().any(|group| !group.rows.is_empty()) {
            let mut next = Vec::new();
            for group in &level {
                for referrer in refers_to(group.schema).deleting(ReferentialAction::Cascade) {
                    let children = self.children(group, referrer, &mut known).await?;
                    if known.len() - first > most {
                        return Ok(None);
                    }
                    next.push(children);
                }
            }
            next.retain(|group| !group.rows.is_empty());
            levels.push(std::mem::replace(&mut level, next));
        }
        Ok(Some(Plan { levels, known }))
    }

    /// The documents that refer to those of `parents` by this key and are not known yet.
    async fn children(&self, parents: &Group, referrer: &'static KeyReferrer, known: &mut HashSet<Known>) -> Result<Group> {
        let mut found = Group::new(referrer.holder, Some(referrer));
        let values = parents.values(referrer.named.stored);
        // In a list of composites there may be keys of documents that stay: it goes by none of them.
        let is_among = referrer.key.through().is_some();
        let gone: HashSet<LinkKey> = if is_among { values.iter().map(LinkKey::of_value).collect() } else { HashSet::new() };
        for values in in_chunks(values) {
            let filter = referring(&referrer.key.stored, values, Vec::new());
            let mut cursor = self
                .db
                .connection()
                .find(self.scope, referrer.holder, filter, FindSpec { projection: Some(found.projection()), ..FindSpec::on_primary() })
                .await?;
            while let Some(batch) = cursor.next_batch().await? {
                for document in batch.documents() {
                    let Some(mut row) = found.row(document?)? else { continue };
                    if is_among {
                        row.go_by(&gone);
                    }
                    let one = found.known(&row);
                    if !self.doomed.contains(&one) && known.insert(one) {
                        found.rows.push(row);
                    }
                }
            }
        }
        Ok(found)
    }

    /// Refuses the plan where documents that stay hold some of it back.
    ///
    /// One `aggregate` for each key that restricts, of each level; a `find` where documents of that model go too.
    ///
    /// # Errors
    /// [`Error::Restricted`].
    pub(super) async fn check(&self, plan: &Plan) -> Result<()> {
        for group in plan.groups() {
            for referrer in refers_to(group.schema).deleting(ReferentialAction::Restrict) {
                let mut count = 0;
                for values in in_chunks(group.values(referrer.named.stored)) {
                    count += self.staying(plan, referrer, referring(&referrer.key.stored, values, Vec::new())).await?;
                }
                if count > 0 {
                    return Err(restricted(group.schema, referrer, count, true));
                }
            }
        }
        Ok(())
    }

    /// How many of the documents that match do not go.
    async fn staying(&self, plan: &Plan, referrer: &KeyReferrer, filter: Document) -> Result<u64> {
        let holder = referrer.holder;
        let goes = |(model, _): &Known| *model == address(holder);
        if !plan.known.iter().chain(self.doomed).any(goes) {
            return count(self.db, self.scope, holder, filter).await;
        }
        let projection = Group::new(holder, None).projection();
        let mut cursor = self
            .db
            .connection()
            .find(self.scope, holder, filter, FindSpec { projection: Some(projection), ..FindSpec::on_primary() })
            .await?;
        let mut staying = 0;
        while let Some(batch) = cursor.next_batch().await? {
            for document in batch.documents() {
                let document = document?;
                let found = link_keys(document, "_id").map_err(|error| Error::decode(holder, document, error))?;
                let one = found.into_iter().next().map(|(key, _)| (address(holder), key));
                if one.is_some_and(|one| !plan.known.contains(&one) && !self.doomed.contains(&one)) {
                    staying += 1;
                }
            }
        }
        Ok(staying)
    }
}

/// How many documents match.
pub(super) async fn count(db: &Db, scope: &Scope, schema: &'static Schema, filter: Document) -> Result<u64> {
    let options = ReadOptions::on_primary();
    db.connection().count(scope, schema, filter, options).await
}

/// The error that says that `count` documents hold one of `schema` back.
#[cold]
pub(super) fn restricted(schema: &Schema, referrer: &KeyReferrer, count: u64, deletes: bool) -> Error {
    let (model, relation) = referrer.relation;
    Error::Restricted {
        model: schema.model,
        relation: format!("{model}::{relation}").into(),
        holder: referrer.holder.model,
        count,
        deletes,
        outcome: Outcome::NotApplied,
    }
}
