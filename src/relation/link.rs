//! Running the plans of drafts: a flat create is a plan of one write.
//!
//! A plan of one document is one command. Anything more is a transaction where the server has them; where not, it runs in the plan's own order,
//! which its renderer documents.

use super::{
    run::{RacedKey, Run, until_won},
    settle::create_now,
};
use crate::{
    Error, Result,
    db::{Db, sequence},
    error::Outcome,
    query::DraftCore,
    render::{Context, Given, NumbersNeeded, agree_drafts, check_drafts, connects, numbers_needed, plan_create},
};
use std::{collections::HashMap, time::Duration};

/// Creates these drafts and everything nested in them; gives the documents of the outermost ones.
pub(crate) async fn create(db: &Db, deadline: Option<Duration>, mut drafts: Vec<DraftCore>) -> Result<Vec<Vec<u8>>> {
    // One deadline over all commands of the verb.
    let db = &db.within(db.scope(deadline).deadline).in_one_moment();
    agree_drafts(&mut drafts)?;
    let context = context(db, deadline, &drafts).await?;
    if connects(&drafts).is_empty() {
        let plan = plan_create(drafts, &Given::Nothing, &mut context.clone())?;
        if plan.is_atomic() {
            Run::new(db.clone(), deadline, context).carry_out(&plan).await?;
        } else {
            db.in_one_transaction(deadline, |tx| {
                let (plan, mut run) = (&plan, Run::new(tx, deadline, context.clone()));
                async move {
                    let done = run.carry_out(plan).await;
                    run.end(done)
                }
            })
            .await?;
        }
        return Ok(plan.roots);
    }
    let mut raced = Vec::new();
    RacedKey::of_drafts(&drafts, &mut raced);
    // What is connected must be there when the transaction commits, so it is looked up inside, and planned anew with each attempt.
    until_won(db, deadline, &raced, |tx| {
        let (drafts, mut run) = (drafts.clone(), Run::new(tx, deadline, context.clone()));
        async move {
            let created = create_now(&mut run, drafts).await;
            run.end(created)
        }
    })
    .await
}

/// The documents of drafts without nested writes, ready to be sent.
pub(crate) async fn render_flat(db: &Db, deadline: Option<Duration>, drafts: Vec<DraftCore>) -> Result<Vec<Vec<u8>>> {
    let mut context = context(db, deadline, &drafts).await?;
    Ok(plan_create(drafts, &Given::Nothing, &mut context)?.roots)
}

/// The same of each draft by itself, so that the caller knows which one is at fault. They have passed [`check_drafts`] already.
///
/// # Errors
/// That of a sequence, of which the drafts need numbers.
pub(crate) async fn render_each(db: &Db, deadline: Option<Duration>, drafts: Vec<DraftCore>) -> Result<Vec<Result<Vec<u8>>>> {
    let mut context = numbered(db, deadline, numbers_needed(&drafts)).await?;
    let render = |draft| -> Result<Vec<u8>> {
        let plan = plan_create(vec![draft], &Given::Nothing, &mut context)?;
        // One draft has one root.
        Ok(plan.roots.into_iter().next().unwrap_or_default())
    };
    Ok(drafts.into_iter().map(render).collect())
}

async fn context(db: &Db, deadline: Option<Duration>, drafts: &[DraftCore]) -> Result<Context> {
    check_drafts(drafts)?;
    numbered(db, deadline, numbers_needed(drafts)).await
}

/// What the drafts of one verb share. Numbers of sequences are taken here, outside any transaction: a counter inside one would make every
/// other transaction on it fail.
pub(super) async fn numbered(db: &Db, deadline: Option<Duration>, needed: Vec<NumbersNeeded>) -> Result<Context> {
    let mut numbers = HashMap::new();
    for needed in needed {
        if let Some(taken) = needed.taken {
            sequence::raise(db, deadline, needed.schema, taken).await.map_err(nothing_sent)?;
        }
        if needed.reserve > 0 {
            numbers.insert(
                needed.schema.collection,
                sequence::next_block(db, deadline, needed.schema, needed.reserve).await.map_err(nothing_sent)?,
            );
        }
    }
    Ok(Context { now: db.now(), numbers, id_lists: db.id_lists() })
}

/// A number that was taken is a gap; the document that was to have it was not sent.
pub(crate) fn nothing_sent(error: Error) -> Error {
    error.with_outcome(Outcome::NotApplied)
}
