//! What is wrong, made right: ids are pulled and added, and optional keys set to none.
//!
//! Called by `action/repair_relations.rs`. A group is written when it was looked at, so that a repair needs no more memory than a check. A key,
//! and a list of which the other side knows nothing, is the matter of one document. Two lists are made to agree in a transaction, in which they
//! are looked at again, and in which the documents of the authority are written too, and the locks of ids that lead nowhere are taken: two
//! transactions that only read what the other one changes would both commit.

use super::{
    examine::{Fault, Faulty, Holder, examine},
    finding::FindingKind,
    report::Repaired,
    scan::{Group, Scan},
};
use crate::{
    Result,
    db::Db,
    driver::{BulkCommand, FindSpec, ReadOptions, Scope},
    relation::lock::lock,
    render::{Pull, by_ids, render_added, render_cleared, render_holders, render_pulled, render_touched},
    schema::{Edge, Form, Loose},
};
use bson::{Bson, Document};

/// How many documents are made to agree in one transaction …
const DOCUMENTS: usize = 100;
/// … and by how many links.
const LINKS: usize = 1_000;

/// Mends what can be mended in all that `scan` finds.
///
/// # Errors
/// Those of reads and writes. What was mended before stays so.
pub(crate) async fn repair(db: &Db, scope: &Scope, mut scan: Scan, options: &ReadOptions) -> Result<Repaired> {
    let mut repaired = Repaired::default();
    while let Some(group) = scan.next().await? {
        let Group { edge, mut faulty, .. } = group;
        for document in &mut faulty {
            let (mended, left): (Vec<Fault>, Vec<Fault>) = document.faults.drain(..).partition(|fault| fault.kind.is_mended(&edge));
            left.iter().for_each(|fault| repaired.count(&edge, fault.kind));
            document.faults = mended;
        }
        faulty.retain(|document| !document.faults.is_empty());
        if let Form::Mutual { .. } = edge.form {
            for documents in faulty.chunks(DOCUMENTS) {
                let ids: Vec<Bson> = documents.iter().map(|document| document.id.clone()).collect();
                repaired.add(agree(db, &edge, &ids, options).await?);
            }
        } else {
            for (in_each, statements) in apart(db, &edge, faulty)? {
                // What somebody else has mended meanwhile is not changed, and not counted.
                let modified = send(db, scope, vec![BulkCommand::updates(edge.holder, &statements)?]).await?;
                repaired.add(in_each.times(modified));
            }
        }
    }
    Ok(repaired)
}

/// The writes to documents that are nobody else's matter: those that mend as much in each document together, since the server tells only how
/// many documents it has changed.
fn apart(db: &Db, edge: &Edge, faulty: Vec<Faulty>) -> Result<Vec<(Repaired, Vec<Document>)>> {
    let mut groups: Vec<(Repaired, Vec<Document>)> = Vec::new();
    let mut add = |in_each: Repaired, statement| match groups.iter_mut().find(|(other, _)| *other == in_each) {
        Some((_, statements)) => statements.push(statement),
        None => groups.push((in_each, vec![statement])),
    };
    for Faulty { id, faults } in faulty {
        let (mut pulled, mut once) = (Vec::new(), Vec::new());
        for Fault { kind, key } in faults {
            match (kind, edge.loose(), key) {
                (FindingKind::Duplicate, _, Some(key)) => once.push(key),
                (_, Loose::Cleared, Some(key)) => {
                    add(Repaired { cleared: 1, ..Repaired::default() }, render_cleared(edge, &id, &key, db.now())?);
                }
                (_, Loose::Pulled, Some(key)) => pulled.push(key),
                (_, Loose::Left, _) | (_, _, None) => {}
            }
        }
        for Pull { statement, pulled, duplicates } in render_pulled(&edge.key.stored, &id, pulled, once) {
            add(Repaired { pulled, duplicates, ..Repaired::default() }, statement);
        }
    }
    Ok(groups)
}

/// Makes the lists of these documents agree with those of the other side: in one transaction, or in several where many ids are wrong.
async fn agree(db: &Db, edge: &Edge, ids: &[Bson], options: &ReadOptions) -> Result<Repaired> {
    let mut repaired = Repaired::default();
    // A transaction reads from the primary by itself.
    let options = &ReadOptions { comment: options.comment.clone(), ..ReadOptions::default() };
    loop {
        let step = db.in_one_transaction(None, |tx| async move { agree_in(&tx, edge, ids, options).await }).await?;
        repaired.add(step.counted);
        if !step.goes_on {
            return Ok(repaired);
        }
    }
}

/// What one transaction did.
struct Step {
    counted: Repaired,
    /// Whether there is more to do.
    goes_on: bool,
}

async fn agree_in(tx: &Db, edge: &Edge, ids: &[Bson], options: &ReadOptions) -> Result<Step> {
    let scope = tx.scope(None);
    let faulty = look_again(tx, &scope, edge, ids, options).await?;
    // Nobody must create what is missing meanwhile, and find its link in the list already.
    lock(tx, &scope, edge.target, &missing(&faulty)).await?;
    let (commands, step) = together(edge, faulty, tx.in_transaction())?;
    let modified = send(tx, &scope, commands).await?;
    Ok(Step { goes_on: step.goes_on && modified > 0, ..step })
}

/// The ids that lead nowhere.
fn missing(faulty: &[Faulty]) -> Vec<Bson> {
    let faults = faulty.iter().flat_map(|document| &document.faults);
    faults.filter(|fault| fault.kind == FindingKind::Dangling).filter_map(|fault| fault.key.clone()).collect()
}

/// What is wrong with these documents now.
async fn look_again(tx: &Db, scope: &Scope, edge: &Edge, ids: &[Bson], options: &ReadOptions) -> Result<Vec<Faulty>> {
    let projection = Some(render_holders(edge).projection);
    let spec = FindSpec { projection, options: options.clone(), ..FindSpec::default() };
    let mut cursor = tx.connection().find(scope, edge.holder, by_ids(ids.to_vec()), spec).await?;
    let mut holders = Vec::with_capacity(ids.len());
    while let Some(batch) = cursor.next_batch().await? {
        for document in batch.documents() {
            holders.push(Holder::read(edge, document?)?);
        }
    }
    examine(tx, scope, edge, holders, options).await
}

/// The writes that make two lists agree. `touches` says whether documents of the authority that need no change are written as well.
fn together(edge: &Edge, faulty: Vec<Faulty>, touches: bool) -> Result<(Vec<BulkCommand>, Step)> {
    let Form::Mutual { other, leads } = edge.form else {
        return Ok((Vec::new(), Step { counted: Repaired::default(), goes_on: false }));
    };
    let list = edge.key.stored.as_str();
    let (mut here, mut there) = (Vec::new(), Vec::new());
    let (mut authorities, mut link) = (Vec::new(), None);
    let (mut counted, mut left) = (Repaired::default(), LINKS);
    let mut goes_on = false;
    for Faulty { id, faults } in faulty {
        let (mut pulled, mut once) = (Vec::new(), Vec::new());
        for Fault { kind, key } in faults.into_iter().filter(|fault| fault.kind.is_mended(edge)) {
            let Some(key) = key else { continue };
            if left == 0 {
                goes_on = true;
                break;
            }
            left -= 1;
            counted.count(edge, kind);
            match kind {
                FindingKind::OneSided if leads => {
                    there.push(render_added(other, &key, &id));
                    authorities.push(id.clone());
                    link = Some(key);
                }
                FindingKind::OneSided => {
                    authorities.push(key.clone());
                    link = Some(id.clone());
                    pulled.push(key);
                }
                FindingKind::Duplicate => once.push(key),
                _ => pulled.push(key),
            }
        }
        here.extend(render_pulled(list, &id, pulled, once).into_iter().map(|pull| pull.statement));
    }
    if let (true, Some(link)) = (touches, link) {
        let (list, statements) = if leads { (list, &mut here) } else { (other, &mut there) };
        statements.extend(render_touched(list, &authorities, &link));
    }
    let commands = vec![BulkCommand::updates(edge.holder, &here)?, BulkCommand::updates(edge.target, &there)?];
    Ok((commands, Step { counted, goes_on }))
}

/// Gives how many documents are different now.
async fn send(db: &Db, scope: &Scope, commands: Vec<BulkCommand>) -> Result<u64> {
    let commands: Vec<BulkCommand> = commands.into_iter().filter(|command| !command.statements.is_empty()).collect();
    if commands.is_empty() {
        return Ok(0);
    }
    Ok(db.connection().bulk(scope, commands, true).await?.modified)
}
