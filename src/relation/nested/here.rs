//! Relations by a key of the changed document: what they lead to is written first, and the key is one of the document's own changes.

use super::{
    apply::{apply, reread},
    reach::reaches,
};
use crate::{
    Error, Result,
    query::{Change, Expr, Nested, Operation, RawPath, RelatedOperation, Test},
    relation::{
        look_up::find_ids,
        run::Run,
        settle::{create_now, settle_links},
    },
    render::{Parent, key_fields, read_link},
    schema::{RelationSchema, Schema},
};
use bson::Bson;

/// Whether a write depends on where the key leads now.
pub(super) fn asks_for_key(operation: &RelatedOperation) -> bool {
    match operation {
        RelatedOperation::Disconnect(which) => which.iter().any(|filter| *filter != Expr::All),
        RelatedOperation::Delete(_) | RelatedOperation::Update(..) | RelatedOperation::Upsert(..) => true,
        RelatedOperation::Link(_) | RelatedOperation::Replace(_) | RelatedOperation::DeleteMany(_) | RelatedOperation::UpdateMany(..) => {
            false
        }
    }
}

/// A key while the writes to its relation are made, one after the other.
struct Key {
    relation: &'static RelationSchema,
    /// Its own stored field.
    here: &'static str,
    /// The stored field of the related document that it names.
    there: &'static str,
    /// What it holds; null is none.
    value: Bson,
    is_changed: bool,
}

impl Key {
    fn set(&mut self, value: Bson) {
        self.value = value;
        self.is_changed = true;
    }

    fn target(&self) -> &'static Schema {
        (self.relation.target)()
    }

    /// The related document, where it matches `which` too.
    fn related(&self, which: &Expr) -> Expr {
        match &self.value {
            Bson::Null => Expr::Nothing,
            value => which.clone().and(Expr::Test(RawPath::new(self.there), Test::Eq(value.clone()))),
        }
    }
}

/// What the writes to relations by keys of a document leave to be done.
pub(super) struct Folded {
    /// The documents that are to be deleted when nothing refers to them any more.
    pub(super) deleted: Vec<(&'static Schema, Bson)>,
    /// Whether the writes may have changed the document itself already.
    pub(super) has_reached: bool,
}

/// Makes the writes to relations by keys of this document, and adds what becomes of the keys to its own changes.
pub(super) async fn fold(
    run: &mut Run,
    schema: &'static Schema,
    parent: Option<&Parent>,
    writes: &[(&'static RelationSchema, &RelatedOperation)],
    own: &mut Vec<Change>,
) -> Result<Folded> {
    let mut keys: Vec<Key> = Vec::new();
    let mut folded = Folded { deleted: Vec::new(), has_reached: false };
    let (mut now, mut is_stale): (Option<Parent>, bool) = (None, false);
    for &(relation, operation) in writes {
        if let (true, Some(parent)) = (is_stale, parent) {
            let read = Parent::read(schema, reread(run, schema, &parent.id).await?.as_bytes())?;
            keys.iter_mut().filter(|key| !key.is_changed).for_each(|key| key.value = read.get(key.here));
            (now, is_stale) = (Some(read), false);
        }
        let at = match keys.iter().position(|key| key.relation.name == relation.name) {
            Some(at) => at,
            None => {
                let (here, there) = key_fields(schema, relation)?;
                let value = now.as_ref().or(parent).map_or(Bson::Null, |parent| parent.get(here));
                keys.push(Key { relation, here, there, value, is_changed: false });
                keys.len() - 1
            }
        };
        let Some(key) = keys.get_mut(at) else { continue };
        write(run, key, operation, &mut folded.deleted).await?;
        // A deletion comes later.
        let is_deletion = matches!(operation, RelatedOperation::Delete(_));
        if !is_deletion && reaches(schema, relation, operation) {
            (is_stale, folded.has_reached) = (true, true);
        }
    }
    for key in keys.into_iter().filter(|key| key.is_changed) {
        own.push(Change { path: RawPath::new(key.here), operation: Operation::Set(key.value) });
    }
    Ok(folded)
}

async fn write(run: &mut Run, key: &mut Key, operation: &RelatedOperation, deleted: &mut Vec<(&'static Schema, Bson)>) -> Result<()> {
    let target = key.target();
    match operation {
        RelatedOperation::Link(nested) => link(run, key, nested).await?,
        RelatedOperation::Disconnect(which) => {
            for filter in which {
                if *filter == Expr::All || !find_ids(run, target, key.related(filter)).await?.is_empty() {
                    key.set(Bson::Null);
                }
            }
        }
        RelatedOperation::Delete(which) => {
            for filter in which {
                let found = find_ids(run, target, key.related(filter)).await?.pop();
                deleted.push((target, found.ok_or_else(|| Error::not_found_by(target, filter))?));
                key.set(Bson::Null);
            }
        }
        RelatedOperation::Update(which, changes) => {
            let applied = apply(run, target, key.related(which), changes, false).await?;
            applied.ok_or_else(|| Error::not_found_by(target, which))?;
        }
        RelatedOperation::Upsert(which, draft, changes) => {
            if apply(run, target, key.related(&which.expr), changes, false).await?.is_none() {
                link(run, key, &Nested { create: vec![draft.as_ref().clone()], ..Nested::default() }).await?;
            }
        }
        // Relations to many have no key here.
        RelatedOperation::Replace(_) | RelatedOperation::DeleteMany(_) | RelatedOperation::UpdateMany(..) => {}
    }
    Ok(())
}

/// The key leads to what is connected, or to what is created.
async fn link(run: &mut Run, key: &mut Key, nested: &Nested) -> Result<()> {
    let target = key.target();
    let Nested { create, mut found, .. } = settle_links(run, key.relation, nested).await?;
    if let Some(found) = found.pop() {
        key.set(found.value);
        return Ok(());
    }
    for document in create_now(run, create).await? {
        key.set(read_link(target, &document, key.there, None)?.value);
    }
    Ok(())
}
