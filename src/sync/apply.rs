//! The plan carried out: collections and indexes are created or changed in place, and nothing else is touched.
//!
//! Called by `action/sync.rs` with what `plan` found. Any number of services may do this at once: a collection that another one has created
//! meanwhile counts as there, and the same index is built once, with all of them waiting for it.

use super::{
    claim::{Claim, Claimed, promptly},
    duplicates::refuse_duplicates,
    expiry::count_expired,
    generation::left_to,
    inspect::inspect,
    manner::Manner,
    patience::modify,
    plan::{CollectionPlan, Declared, modification},
    progress::{build, join},
    rebuild::rebuild,
    step::{SyncPlan, SyncStep, name_of},
    unknown::{take_away, taken_away},
};
use crate::{
    driver::{Connection, Scope},
    error::{Error, Result},
    schema::Schema,
};
use bson::{DateTime, Document};

/// An index that is gone, or there under another name or as another one; or one that was dropped while it was built.
const OUTRUN: &[i32] = &[27, 85, 86, 276];
/// How often a collection is planned.
const TURNS: u32 = 5;

/// Creates what is missing, changes what can be changed in place, and takes the steps that were asked for; gives what was done, and what was
/// left untouched.
///
/// # Errors
/// The first unique index that documents stand in the way of; all others are built before it is reported. What the connection reports
/// ends it at once. Steps that were taken stay.
pub(crate) async fn apply(
    connection: &Connection,
    scope: &Scope,
    now: DateTime,
    manner: &Manner,
    plans: Vec<CollectionPlan>,
) -> Result<SyncPlan> {
    let mut steps = Vec::new();
    let mut refused = None;
    let mut is_late = false;
    for plan in plans {
        let (schema, planned) = (plan.schema, plan.steps());
        if is_late {
            steps.extend(planned.into_iter().map(SyncStep::later));
            continue;
        }
        match apply_claimed(connection, scope, now, manner, plan, &mut steps).await {
            Ok(first) => refused = refused.or(first),
            Err(error) if manner.serves_after(&error) => {
                tracing::warn!(%error, "the deadline of a sync passed");
                is_late = true;
                leave_for_later(&error, schema, planned, &mut steps);
            }
            Err(error) => return Err(error),
        }
    }
    refused.map_or(Ok(SyncPlan { steps }), Err)
}

/// What is being built, and what was not done of a collection's steps.
fn leave_for_later(error: &Error, schema: &Schema, planned: Vec<SyncStep>, steps: &mut Vec<SyncStep>) {
    let Schema { model, collection, .. } = *schema;
    let being_built: &[String] = if let Error::StillBuilding { indexes, .. } = error { indexes } else { &[] };
    let is_being_built = |step: &SyncStep| match step {
        SyncStep::CreateIndex { index, .. } => being_built.iter().any(|name| name == name_of(index)),
        SyncStep::StillBuilding { index, .. } => being_built.contains(index),
        _ => false,
    };
    let left: Vec<SyncStep> = planned.into_iter().filter(|step| !steps.contains(step) && !is_being_built(step)).collect();
    steps.extend(being_built.iter().map(|index| SyncStep::StillBuilding { model, collection, index: index.clone() }));
    steps.extend(left.into_iter().map(SyncStep::later));
}

/// Claims the collection where anything is to be changed, and plans anew by what it is then. Gives the first unique index that could not be
/// made.
async fn apply_claimed(
    connection: &Connection,
    scope: &Scope,
    now: DateTime,
    manner: &Manner,
    plan: CollectionPlan,
    steps: &mut Vec<SyncStep>,
) -> Result<Option<Error>> {
    if !plan.has_work() {
        return apply_collection(connection, scope, now, manner, None, plan, steps).await;
    }
    let mut turns = 0;
    loop {
        turns += 1;
        let claim = match Claim::take(connection, scope, &plan).await {
            Ok(Claimed::Ours(claim)) => claim,
            Ok(Claimed::Newer(generation)) => {
                steps.extend(left_to(generation, plan).left);
                return Ok(None);
            }
            Err(error) => return Err(waited_for_builds(connection, plan.schema, error).await),
        };
        let mut done = Vec::new();
        let work = async {
            let plan = replanned(connection, scope, now, plan.clone()).await?;
            apply_again(connection, scope, now, manner, &claim, plan, &mut done).await
        };
        let worked = claim.held_during(work).await;
        let is_lost = claim.is_lost();
        claim.release(done.iter().filter(|step| step.is_taken()).map(ToString::to_string).collect()).await;
        steps.extend(done);
        match worked {
            Err(error) if is_lost && turns < TURNS => tracing::warn!(%error, "a sync begins anew"),
            worked => return worked,
        }
    }
}

/// Of a sync that waited in vain for the claim of another one: what that one builds.
async fn waited_for_builds(connection: &Connection, schema: &'static Schema, error: Error) -> Error {
    let Error::Timeout { after, .. } = &error else { return error };
    let after = *after;
    let states = connection.index_states(&promptly(), schema).await.unwrap_or_default();
    let unfinished = states.iter().filter(|(_, is_built)| !is_built);
    let indexes: Vec<String> = unfinished.map(|(index, _)| name_of(index).to_owned()).collect();
    if indexes.is_empty() { error } else { Error::StillBuilding { model: schema.model, indexes: indexes.into(), after } }
}

/// Another service, such as one that knows of no claims, may take the same steps, so that what was planned by what was there is outrun: it is
/// planned anew.
async fn apply_again(
    connection: &Connection,
    scope: &Scope,
    now: DateTime,
    manner: &Manner,
    claim: &Claim,
    mut plan: CollectionPlan,
    steps: &mut Vec<SyncStep>,
) -> Result<Option<Error>> {
    let mut turns = 0;
    loop {
        turns += 1;
        let again = plan.clone();
        match apply_collection(connection, scope, now, manner, Some(claim), plan, steps).await {
            Err(error) if turns < TURNS && error.server_code().is_some_and(|code| OUTRUN.contains(&code)) => {
                plan = replanned(connection, scope, now, again).await?;
            }
            other => return other,
        }
    }
}

/// Gives the first unique index that could not be made. Without a claim there is nothing to change, and only builds are waited for.
async fn apply_collection(
    connection: &Connection,
    scope: &Scope,
    now: DateTime,
    manner: &Manner,
    claim: Option<&Claim>,
    mut plan: CollectionPlan,
    steps: &mut Vec<SyncStep>,
) -> Result<Option<Error>> {
    let (schema, creation) = (plan.schema, plan.creation());
    let is_new = plan.create.is_some();
    let mut is_ours = false;
    if let Some(options) = plan.create.take() {
        still_claimed(claim).await?;
        is_ours = connection.create_collection(scope, schema, options).await?;
        steps.extend(creation.filter(|_| is_ours));
    }
    let being_built = plan.being_built();
    let waited = wait_for(connection, scope, manner, schema, std::mem::take(&mut plan.there)).await;
    // Builds may have taken hours, in which the collection was filled, or another service let documents live longer.
    if !is_ours && plan.rests_on_what_was_seen() {
        plan = replanned(connection, scope, now, plan).await?;
    }
    let mut refused = match waited {
        Ok(()) => None,
        // All of them are listed: who may not create indexes needs none, and only cannot wait.
        Err(Error::Privilege { .. }) => {
            steps.extend(being_built);
            None
        }
        // A build of another service met duplicates; the other indexes are made all the same.
        Err(error) => Some(as_refused(error)?),
    };
    for change in plan.changes {
        still_claimed(claim).await?;
        modify(connection, scope, schema, &modification(&change)).await?;
        steps.push(change.told(schema));
    }
    still_claimed(claim).await?;
    plan.validator.apply(connection, scope, schema, steps).await?;
    // A command builds all of its indexes or none: what duplicates can refuse goes alone.
    let (unique, plain): (Vec<Declared>, Vec<Declared>) = plan.missing.into_iter().partition(|declared| declared.index.unique);
    if !plain.is_empty() {
        still_claimed(claim).await?;
        let rendered = plain.iter().map(|declared| declared.rendered.clone()).collect();
        build(connection, scope, &manner.watch, schema, rendered).await?;
        steps.extend(plain.iter().map(|declared| declared.creation(schema)));
    }
    for declared in unique {
        still_claimed(claim).await?;
        match create_unique(connection, scope, manner, schema, &declared, !is_new).await {
            Ok(()) => steps.push(declared.creation(schema)),
            Err(error) => refused = refused.or(Some(as_refused(error)?)),
        }
    }
    for one in &plan.rebuilds {
        still_claimed(claim).await?;
        match rebuild(connection, scope, manner, schema, one).await {
            Ok(is_done) => steps.extend(is_done.then(|| one.told(schema))),
            Err(error) => refused = refused.or(Some(as_refused(error)?)),
        }
    }
    for index in &plan.unknown {
        still_claimed(claim).await?;
        if take_away(connection, scope, schema, index).await? {
            steps.push(taken_away(schema, index));
        }
    }
    steps.extend(plan.held.iter().map(|held| held.told(schema)));
    steps.extend(plan.left);
    Ok(refused)
}

async fn still_claimed(claim: Option<&Claim>) -> Result<()> {
    match claim {
        Some(claim) => claim.check().await,
        None => Ok(()),
    }
}

/// The error of a unique index that documents stand in the way of, which keeps no other index from being made.
fn as_refused(error: Error) -> Result<Error> {
    match error {
        Error::Index { .. } | Error::Unique { .. } => {
            // Told at once: what fails later is what the sync gives.
            tracing::error!(%error, "a unique index is missing");
            Ok(error)
        }
        other => Err(other),
    }
}

/// The plan by what the collection is now. What nobody declares stays as it was seen at first: what another service has hidden since is not
/// to be dropped before it is asked for again.
async fn replanned(connection: &Connection, scope: &Scope, now: DateTime, plan: CollectionPlan) -> Result<CollectionPlan> {
    let existing = inspect(connection, scope, &[plan.schema]).await?;
    let plans = super::plan::plan(&[plan.schema], &existing)?.into_iter().map(|anew| anew.asked(plan.asked)).collect();
    let anew = count_expired(connection, scope, now, plans).await?.into_iter().next();
    let (unknown, generation) = (plan.unknown.clone(), plan.generation);
    Ok(anew.map_or(plan, |anew| CollectionPlan { unknown, generation, ..anew }))
}

/// Waits for indexes that are listed but still being built, by another service: the same command again joins a build. An index guards
/// nothing before it is built. What was dropped since it was listed is not made again.
async fn wait_for(
    connection: &Connection,
    scope: &Scope,
    manner: &Manner,
    schema: &'static Schema,
    mut there: Vec<Document>,
) -> Result<()> {
    if there.is_empty() {
        return Ok(());
    }
    let states = connection.index_states(scope, schema).await?;
    there.retain(|index| states.iter().any(|(state, is_built)| !is_built && name_of(state) == name_of(index)));
    if there.is_empty() { Ok(()) } else { join(connection, scope, &manner.watch, schema, there).await }
}

/// Creates a unique index, or says which documents stand in its way.
pub(super) async fn create_unique(
    connection: &Connection,
    scope: &Scope,
    manner: &Manner,
    schema: &'static Schema,
    declared: &Declared,
    search: bool,
) -> Result<()> {
    if search {
        refuse_duplicates(connection, scope, schema, declared).await?;
    }
    match build(connection, scope, &manner.watch, schema, vec![declared.rendered.clone()]).await {
        Err(error @ Error::Unique { .. }) => {
            // They were written since, or were not searched for.
            refuse_duplicates(connection, scope, schema, declared).await?;
            Err(error)
        }
        other => other,
    }
}
