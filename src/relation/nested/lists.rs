//! Relations by lists of ids, on the parent's side, on the other, or on both.
//!
//! Without a transaction the authority of a two-sided relation (the smaller `collection.field`) says what is linked: a link is made on the other
//! side first and there last, and taken away there first.

use super::related::{named, without};
use crate::{
    Result,
    query::{Expr, Found, Nested, RawPath, Test},
    relation::{
        link_key::LinkKey,
        lock::lock,
        look_up::{find_each, find_ids},
        run::{Run, warn},
        settle::{as_id, distinct},
    },
    render::{
        Connect, Given, Parent, Plan, check_length, field_of, in_chunks, plan_create, pull_all, pull_from_all, push_all, push_to_all,
        read_link, related_to,
    },
    schema::{Field, Link, RelationSchema, Schema, is_authority},
};
use bson::Bson;
use std::collections::HashSet;

/// Where the ids are kept.
struct Lists {
    target: &'static Schema,
    /// The list of the parent.
    own: Option<&'static Field>,
    /// The list of the related documents.
    others: Option<&'static Field>,
}

impl Lists {
    fn of(parent: &Parent, relation: &'static RelationSchema) -> Result<Self> {
        let target = (relation.target)();
        let (ids, inverse) = match relation.link {
            Link::Lists { ids, inverse } => (ids, inverse),
            Link::Here(_) | Link::There(_) => (None, None),
        };
        let own = ids.map(|name| field_of(parent.schema, relation, name)).transpose()?;
        let others = inverse.map(|name| field_of(target, relation, name)).transpose()?;
        Ok(Self { target, own, others })
    }

    /// Whether the parent's list is written first when a link is made, and last when it is taken away.
    fn is_own_first(&self, parent: &Parent) -> bool {
        match (self.own, self.others) {
            (Some(own), Some(others)) => is_authority((self.target, others.stored), (parent.schema, own.stored)),
            _ => false,
        }
    }

    /// Locks a parent that has no list: its links are in other documents, so that nothing else is written by all that change them.
    async fn lock(&self, run: &Run, parent: &Parent) -> Result<()> {
        match self.own {
            Some(_) => Ok(()),
            None => lock(&run.db, &run.scope, parent.schema, std::slice::from_ref(&parent.id)).await,
        }
    }
}

/// Creates and connects documents, each id once.
pub(super) async fn connect(run: &mut Run, parent: &mut Parent, relation: &'static RelationSchema, nested: Nested) -> Result<()> {
    let lists = Lists::of(parent, relation)?;
    if nested.found.is_empty() && nested.create.is_empty() {
        return Ok(());
    }
    lists.lock(run, parent).await?;
    add(run, parent, &lists, nested).await
}

async fn add(run: &mut Run, parent: &mut Parent, lists: &Lists, nested: Nested) -> Result<()> {
    if nested.found.is_empty() && nested.create.is_empty() {
        return Ok(());
    }
    let given = lists.others.map_or(Given::Nothing, |others| Given::Listed(others.name, parent.id.clone()));
    let plan = plan_create(nested.create, &given, &mut run.context)?;
    let connected = distinct(nested.found.iter().map(|found| found.id.clone()).collect());
    let mut ids = connected.clone();
    for document in &plan.roots {
        ids.push(read_link(lists.target, document, "_id", None)?.id);
    }
    let current = lists.own.map_or_else(Vec::new, |own| parent.ids(own.stored));
    let added = without(ids.clone(), &current);
    check_lengths(run, parent, lists, &nested.found, (current.as_slice(), added.as_slice()))?;
    if lists.own.is_some() && lists.others.is_some() {
        // Those that the list has already are not written: a repair may be about to pull them, because they led nowhere until now.
        lock(&run.db, &run.scope, lists.target, &without(ids, &added)).await?;
    }
    if lists.is_own_first(parent) {
        push_own(run, parent, lists, added).await?;
        push_others(run, parent, lists, &plan, connected).await
    } else {
        push_others(run, parent, lists, &plan, connected).await?;
        push_own(run, parent, lists, added).await
    }
}

/// Exactly these are linked from now on; only the difference is written.
///
/// Without a transaction a write that was cut off, or that met another one, may have left an id on one side alone. So what goes is looked up
/// on both sides, and what stays is put into both, where it is missing.
pub(super) async fn replace(run: &mut Run, parent: &mut Parent, relation: &'static RelationSchema, kept: Vec<Found>) -> Result<()> {
    let lists = Lists::of(parent, relation)?;
    // Before the look at what is linked: of two at once, each could take away what the other one keeps.
    lists.lock(run, parent).await?;
    let mut current = match lists.own {
        Some(own) => parent.ids(own.stored),
        None => find_ids(run, lists.target, related_to(relation, parent)?).await?,
    };
    let ids: Vec<Bson> = kept.iter().map(|found| found.id.clone()).collect();
    let mut found = kept;
    match (lists.own, lists.others) {
        (Some(_), Some(others)) if !run.db.in_transaction() => {
            let listed = Expr::Test(RawPath::new(others.stored), Test::Has(parent.id.clone()));
            current.extend(find_ids(run, lists.target, listed).await?);
        }
        _ => {
            let known: HashSet<LinkKey> = current.iter().map(LinkKey::of_value).collect();
            found.retain(|found| !known.contains(&LinkKey::of_value(&found.id)));
        }
    }
    unlink(run, parent, &lists, distinct(without(current, &ids))).await?;
    add(run, parent, &lists, Nested { found, ..Nested::default() }).await
}

/// Takes links away; what is not linked is nothing.
pub(super) async fn disconnect(run: &mut Run, parent: &mut Parent, relation: &'static RelationSchema, which: &[Expr]) -> Result<()> {
    let lists = Lists::of(parent, relation)?;
    let mut gone: Vec<Bson> = which.iter().filter_map(as_id).cloned().collect();
    let others: Vec<Connect<'_>> = which.iter().filter(|key| as_id(key).is_none()).map(|key| named(lists.target, key)).collect();
    if !others.is_empty() {
        gone.extend(find_each(run, &others, &Expr::All).await?.into_iter().flatten().map(|found| found.id));
    }
    unlink(run, parent, &lists, distinct(gone)).await
}

/// Refuses lists that would be too long, before anything is written to them.
fn check_lengths(run: &Run, parent: &Parent, lists: &Lists, found: &[Found], (current, added): (&[Bson], &[Bson])) -> Result<()> {
    let limit = run.context.id_lists;
    if let (Some(own), false) = (lists.own, added.is_empty()) {
        check_length(parent.schema, own.stored, current.len() + added.len(), limit)?.iter().for_each(warn);
    }
    if let Some(others) = lists.others {
        let mut seen: HashSet<LinkKey> = HashSet::new();
        let new: HashSet<LinkKey> = added.iter().map(LinkKey::of_value).collect();
        let mut grows = |key: LinkKey| (lists.own.is_none() || new.contains(&key)) && seen.insert(key);
        for found in found.iter().filter(|found| grows(LinkKey::of_value(&found.id))) {
            check_length(lists.target, others.stored, found.length + 1, limit)?.iter().for_each(warn);
        }
    }
    Ok(())
}

async fn push_others(run: &mut Run, parent: &Parent, lists: &Lists, plan: &Plan, connected: Vec<Bson>) -> Result<()> {
    run.carry_out(plan).await?;
    if let (Some(others), false) = (lists.others, connected.is_empty()) {
        for ids in in_chunks(connected) {
            let expected = ids.len() as u64;
            let (filter, update) = push_to_all(lists.target, ids, others, &parent.id, run.context.now)?;
            let counts = run.change(lists.target, filter, update).await?;
            // The same of what the others have already.
            if lists.own.is_some() && counts.matched < expected {
                lock(&run.db, &run.scope, parent.schema, std::slice::from_ref(&parent.id)).await?;
            }
        }
    }
    Ok(())
}

async fn push_own(run: &mut Run, parent: &mut Parent, lists: &Lists, added: Vec<Bson>) -> Result<()> {
    let Some(own) = lists.own.filter(|_| !added.is_empty()) else { return Ok(()) };
    let (filter, update) = push_all(parent.schema, &parent.id, own, &added, run.context.now)?;
    if run.change(parent.schema, filter, update).await?.matched == 0 {
        // Without a transaction another writer may have put one of them there since the document was read: each for itself.
        for id in &added {
            let (filter, update) = push_to_all(parent.schema, vec![parent.id.clone()], own, id, run.context.now)?;
            run.change(parent.schema, filter, update).await?;
        }
    }
    let mut ids = parent.ids(own.stored);
    ids.extend(added);
    parent.set_ids(own.stored, ids);
    Ok(())
}

/// Takes these ids out of the parent's list, and the parent's out of theirs.
async fn unlink(run: &mut Run, parent: &mut Parent, lists: &Lists, gone: Vec<Bson>) -> Result<()> {
    if gone.is_empty() {
        return Ok(());
    }
    if lists.is_own_first(parent) {
        pull_others(run, parent, lists, gone.clone()).await?;
        pull_own(run, parent, lists, gone).await
    } else {
        pull_own(run, parent, lists, gone.clone()).await?;
        pull_others(run, parent, lists, gone).await
    }
}

async fn pull_others(run: &mut Run, parent: &Parent, lists: &Lists, gone: Vec<Bson>) -> Result<()> {
    let Some(others) = lists.others else { return Ok(()) };
    for ids in in_chunks(gone) {
        let (filter, update) = pull_from_all(lists.target, ids, others, &parent.id, run.context.now)?;
        run.change(lists.target, filter, update).await?;
    }
    Ok(())
}

async fn pull_own(run: &mut Run, parent: &mut Parent, lists: &Lists, gone: Vec<Bson>) -> Result<()> {
    let Some(own) = lists.own else { return Ok(()) };
    let left = without(parent.ids(own.stored), &gone);
    let (filter, update) = pull_all(parent.schema, &parent.id, own, gone, run.context.now)?;
    run.change(parent.schema, filter, update).await?;
    parent.set_ids(own.stored, left);
    Ok(())
}
