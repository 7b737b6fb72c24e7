//! Changes of values that keys reference: the keys follow, become `None`, or hold the change back, in the transaction of the write.
//!
//! Called by the verbs that change documents, where a change concerns such a field; every other write stays as it is.

use super::{
    cascade::{count, restricted},
    group::Group,
    referrers::{address, refers_to},
};
use crate::{
    Error, Result,
    db::Db,
    driver::{FindSpec, Scope, UpdateSpec},
    query::{Change, Operation},
    relation::{lock::lock, run::half_done},
    render::{by_ids, clear_key_at, in_chunks, referring, set_key_at},
    schema::{ReferentialAction, Schema},
};
use bson::{Bson, Document, RawDocumentBuf, doc};
use futures::future::{BoxFuture, FutureExt};
use std::{
    collections::{HashMap, HashSet},
    future::Future,
    time::Duration,
};

/// What is done where keys follow, for a message.
const CHANGE: &str = "a change of a value that keys reference";

/// A field whose value keys reference, and which a write may change.
#[derive(Clone, Debug)]
pub(crate) struct Moved {
    /// Its stored name.
    stored: &'static str,
    /// What it becomes, where the write says it; null stands for `None`.
    becomes: Option<Bson>,
}

/// The fields of these changes whose values keys reference, by relations that take notice of it.
pub(crate) fn moved(schema: &'static Schema, changes: &[Change]) -> Vec<Moved> {
    let referrers = refers_to(schema);
    let named = referrers.named().into_iter().filter(|stored| !referrers.moving(stored).is_empty());
    named
        .filter_map(|stored| {
            let below = |path: &str| path.strip_prefix(stored).is_some_and(|rest| rest.starts_with('.'));
            let change = changes.iter().find(|change| change.stored() == stored || below(change.stored()))?;
            let becomes = match &change.operation {
                Operation::Set(value) if change.stored() == stored => Some(value.clone()),
                Operation::Unset if change.stored() == stored => Some(Bson::Null),
                _ => None,
            };
            Some(Moved { stored, becomes })
        })
        .collect()
}

/// Whether keys that follow these changes may be those of documents of `root`.
pub(in crate::relation) fn moves_reach(schema: &'static Schema, changes: &[Change], root: &'static Schema) -> bool {
    values_reach(schema, &moved(schema, changes), root)
}

/// The same of these fields.
fn values_reach(schema: &'static Schema, moved: &[Moved], root: &'static Schema) -> bool {
    let mut open: Vec<(&'static Schema, &'static str)> = moved.iter().map(|moved| (schema, moved.stored)).collect();
    let mut seen: HashSet<(usize, &'static str)> = HashSet::new();
    while let Some((schema, stored)) = open.pop() {
        if !seen.insert((address(schema), stored)) {
            continue;
        }
        for referrer in refers_to(schema).moving(stored) {
            if referrer.holder.collection == root.collection {
                return true;
            }
            open.push((referrer.holder, referrer.key.stored.as_str()));
        }
    }
    false
}

/// The same of a whole document that takes the place of another: it may change every field.
pub(crate) fn moved_by_replacing(schema: &'static Schema, document: &Document) -> Vec<Moved> {
    let referrers = refers_to(schema);
    let named = referrers.named().into_iter().filter(|stored| !referrers.moving(stored).is_empty());
    named.map(|stored| Moved { stored, becomes: Some(document.get(stored).cloned().unwrap_or(Bson::Null)) }).collect()
}

/// Makes a write to the documents that match, and lets the keys that reference what it changes follow. One transaction, or the one that `db`
/// is in; on a standalone server the keys follow after the write.
///
/// Beside the write itself: a `find` before and after it, the locks in one `update`, an `aggregate` for each key that restricts, and for each
/// value that changed an `update` for each key that follows or becomes `None`.
///
/// # Errors
/// [`Error::Restricted`] before the write, and those of the write.
pub(crate) async fn following<F, Fut, T>(
    db: &Db,
    limit: Option<Duration>,
    schema: &'static Schema,
    moved: &[Moved],
    filter: &Document,
    write: F,
) -> Result<T>
where
    F: Fn(Db) -> Fut + Send + Sync,
    Fut: Future<Output = Result<T>> + Send,
    T: Send,
{
    let (db, write) = (&db.within(db.scope(limit).deadline), &write);
    db.in_one_transaction(limit, |tx| {
        async move {
            let scope = tx.scope(limit);
            let before = Group::new(schema, None).read(&tx, &scope, filter.clone()).await?;
            if !before.rows.is_empty() {
                lock(&tx, &scope, schema, &before.ids()).await?;
            }
            for moved in moved {
                let old = before.values(moved.stored).into_iter().filter(|old| moved.becomes.as_ref() != Some(old)).collect();
                let clears = moved.becomes == Some(Bson::Null);
                check(&tx, &scope, (schema, moved.stored), old, clears, &mut HashSet::new()).await?;
            }
            let written = write(tx.clone()).await?;
            let followed = follow(&tx, &scope, &before, moved).await;
            followed.map_err(|error| half_done(&tx, error, CHANGE))?;
            Ok(written)
        }
        .boxed()
    })
    .await
}

/// The same for a write that gives its document back, as `spec` asks for it. Where keys of the document itself may have followed, and it is
/// asked for as it is afterwards, one `find` more reads it again, in the same transaction.
///
/// # Errors
/// As [`following`].
pub(crate) async fn following_one<F, Fut>(
    db: &Db,
    limit: Option<Duration>,
    schema: &'static Schema,
    moved: &[Moved],
    filter: &Document,
    spec: &UpdateSpec,
    write: F,
) -> Result<Option<RawDocumentBuf>>
where
    F: Fn(Db) -> Fut + Send + Sync,
    Fut: Future<Output = Result<Option<RawDocumentBuf>>> + Send,
{
    if !spec.return_new || !values_reach(schema, moved, schema) {
        return following(db, limit, schema, moved, filter, write).await;
    }
    let (db, write) = (&db.within(db.scope(limit).deadline), &write);
    db.in_one_transaction(limit, |tx| {
        async move {
            let Some(written) = following(&tx, limit, schema, moved, filter, write).await? else { return Ok(None) };
            let read = async {
                let Some(row) = Group::new(schema, None).row(written.as_bytes())? else { return Ok(None) };
                let again = FindSpec { projection: spec.projection.clone(), ..FindSpec::on_primary() };
                tx.connection().find_one(&tx.scope(limit), schema, doc! { "_id": row.id }, again).await
            };
            let found = read.await.map_err(|error| half_done(&tx, error, CHANGE))?;
            Ok(Some(found.unwrap_or(written)))
        }
        .boxed()
    })
    .await
}

/// Lets the keys follow what was written.
async fn follow(db: &Db, scope: &Scope, before: &Group, moved: &[Moved]) -> Result<()> {
    for (stored, old, new) in changed(db, scope, before, moved).await? {
        shift(db, scope, (before.schema, stored), old, new).await?;
    }
    Ok(())
}

/// Refuses the change of the values `old` of a field where keys hold it back, also where they are named by others in turn.
fn check<'a>(
    db: &'a Db,
    scope: &'a Scope,
    (schema, stored): (&'static Schema, &'static str),
    old: Vec<Bson>,
    clears: bool,
    seen: &'a mut HashSet<(usize, &'static str)>,
) -> BoxFuture<'a, Result<()>> {
    async move {
        if old.is_empty() || !seen.insert((address(schema), stored)) {
            return Ok(());
        }
        for referrer in refers_to(schema).moving(stored) {
            let (holder, key) = (referrer.holder, referrer.key);
            let restricts = referrer.on_update == ReferentialAction::Restrict;
            let refuses = restricts || (clears && !referrer.may_be_none());
            // Nothing is asked where the answer makes no difference.
            if !refuses && refers_to(holder).moving(&key.stored).is_empty() {
                continue;
            }
            let mut held = 0;
            for values in in_chunks(old.clone()) {
                held += count(db, scope, holder, referring(&key.stored, values, Vec::new())).await?;
            }
            match (held, restricts, refuses) {
                (0, ..) => {}
                (_, true, _) => return Err(restricted(schema, referrer, held, false)),
                (_, false, true) => {
                    let rule = format!("a value: the keys of {} follow it, and are always there", referrer.spoken());
                    return Err(Error::rule(schema, stored, rule));
                }
                (_, false, false) => {
                    let clears = clears || referrer.on_update == ReferentialAction::SetNull;
                    check(db, scope, (holder, key.stored.as_str()), old.clone(), clears, seen).await?;
                }
            }
        }
        Ok(())
    }
    .boxed()
}

/// What the write changed: the field, the value before and the value now, in the order in which keys can follow.
async fn changed(db: &Db, scope: &Scope, before: &Group, moved: &[Moved]) -> Result<Vec<(&'static str, Bson, Option<Bson>)>> {
    let mut now = HashMap::new();
    for ids in in_chunks(before.ids()) {
        let after = Group::new(before.schema, None).read(db, scope, by_ids(ids)).await?;
        now.extend(after.rows.into_iter().map(|row| (row.key.clone(), row)));
    }
    let mut all = Vec::new();
    for moved in moved {
        let mut pairs = Vec::new();
        for row in &before.rows {
            // One that is gone was deleted by someone else, which only a server without transactions lets happen.
            let (Some(old), Some(after)) = (row.value(moved.stored), now.get(&row.key)) else { continue };
            let new = after.value(moved.stored);
            if new != Some(old) {
                pairs.push((old.clone(), new.cloned()));
            }
        }
        all.extend(in_order(pairs).into_iter().map(|(old, new)| (moved.stored, old, new)));
    }
    Ok(all)
}

/// A value that was free only since another document gave it up is taken after that one's keys have gone: else the two would be mixed.
fn in_order(pairs: Vec<(Bson, Option<Bson>)>) -> Vec<(Bson, Option<Bson>)> {
    let by_old: HashMap<String, usize> = pairs.iter().enumerate().map(|(at, (old, _))| (old.to_string(), at)).collect();
    let (mut taken, mut ordered) = (vec![false; pairs.len()], Vec::with_capacity(pairs.len()));
    for start in 0..pairs.len() {
        let (mut chain, mut next) = (Vec::new(), Some(start));
        while let Some(at) = next.filter(|at| !taken[*at]) {
            taken[at] = true;
            chain.push(at);
            next = pairs[at].1.as_ref().and_then(|new| by_old.get(&new.to_string()).copied());
        }
        ordered.extend(chain.into_iter().rev().map(|at| pairs[at].clone()));
    }
    ordered
}

/// Lets the keys that hold `old` follow to `new`, or become `None`, and what names these keys in turn.
fn shift<'a>(
    db: &'a Db,
    scope: &'a Scope,
    (schema, stored): (&'static Schema, &'static str),
    old: Bson,
    new: Option<Bson>,
) -> BoxFuture<'a, Result<()>> {
    async move {
        for referrer in refers_to(schema).moving(stored) {
            let (holder, key) = (referrer.holder, referrer.key);
            let new = match referrer.on_update {
                ReferentialAction::Cascade => new.clone(),
                ReferentialAction::SetNull => None,
                ReferentialAction::Restrict | ReferentialAction::NoAction => continue,
            };
            let now = db.now();
            let (update, array_filters) = match &new {
                Some(new) => set_key_at(holder, key, (old.clone(), new.clone()), now)?,
                None => clear_key_at(holder, key, vec![old.clone()], now)?,
            };
            let filter = referring(&key.stored, vec![old.clone()], Vec::new());
            let spec = UpdateSpec { array_filters, ..UpdateSpec::default() };
            let counts = db.connection().update_many(scope, holder, filter, update, spec).await?;
            // Where nothing held the value any more, a ring has closed.
            if counts.modified > 0 {
                shift(db, scope, (holder, key.stored.as_str()), old.clone(), new).await?;
            }
        }
        Ok(())
    }
    .boxed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_taken_after_it_was_given_up() {
        let pair = |old: i32, new: i32| (Bson::Int32(old), Some(Bson::Int32(new)));
        assert_eq!(in_order(vec![pair(1, 2), pair(2, 3), pair(7, 8), pair(3, 4)]), [pair(3, 4), pair(2, 3), pair(1, 2), pair(7, 8)]);
        assert_eq!(in_order(vec![pair(2, 3), pair(1, 2)]), [pair(2, 3), pair(1, 2)]);
        assert_eq!(in_order(vec![(Bson::Int32(1), None), pair(2, 1)]), [(Bson::Int32(1), None), pair(2, 1)]);
        // A ring cannot come of writes one after the other, and ends all the same.
        assert_eq!(in_order(vec![pair(1, 2), pair(2, 1)]).len(), 2);
    }
}
