//! How far writes to related documents reach: whether they may change the document that they go with, or delete it.

use crate::{
    query::{Changes, DraftCore, RelatedOperation},
    relation::referential::{moves_reach, refers_to},
    render::relation_of,
    schema::{Link, RelationSchema, Schema},
};

/// Whether the related writes may change a document of `root` after its own update, so that it has to be read again.
pub(super) fn may_reach(root: &'static Schema, schema: &'static Schema, changes: &Changes) -> bool {
    changes.related.iter().any(|write| {
        let Ok(relation) = relation_of(schema, write) else { return true };
        let is_own_list = is_same(schema, root) && matches!(relation.link, Link::Lists { ids: Some(_), .. });
        is_own_list || reaches(root, relation, &write.operation)
    })
}

/// Whether one write may change a document of `root` beside what the one that it is made for notes itself: its own list of the relation.
pub(super) fn reaches(root: &'static Schema, relation: &'static RelationSchema, operation: &RelatedOperation) -> bool {
    let target = (relation.target)();
    // A key here is set by the document's own update: of what it leads to nothing is written.
    let links_write = !matches!(relation.link, Link::Here(_)) && is_same(target, root);
    match operation {
        RelatedOperation::Link(nested) => links_write || nested.drafts().any(|draft| draft_reaches(root, draft)),
        RelatedOperation::Replace(_) | RelatedOperation::Disconnect(_) => links_write,
        // A deletion reaches whatever refers to the document.
        RelatedOperation::Delete(_) | RelatedOperation::DeleteMany(_) => true,
        RelatedOperation::Update(_, inner) => changes_reach(root, target, inner),
        RelatedOperation::UpdateMany(_, changes) => is_same(target, root) || moves_reach(target, changes, root),
        RelatedOperation::Upsert(_, draft, inner) => links_write || draft_reaches(root, draft) || changes_reach(root, target, inner),
    }
}

/// Whether one write may delete a document of `root`, as one of those that it names or by a cascade.
pub(super) fn may_delete(root: &'static Schema, relation: &'static RelationSchema, operation: &RelatedOperation) -> bool {
    let target = (relation.target)();
    match operation {
        RelatedOperation::Delete(_) | RelatedOperation::DeleteMany(_) => deletion_reaches(root, target),
        RelatedOperation::Update(_, inner) | RelatedOperation::Upsert(_, _, inner) => inner.related.iter().any(|write| {
            let Ok(relation) = relation_of(target, write) else { return true };
            may_delete(root, relation, &write.operation)
        }),
        RelatedOperation::Link(_) | RelatedOperation::Replace(_) | RelatedOperation::Disconnect(_) | RelatedOperation::UpdateMany(..) => {
            false
        }
    }
}

/// Whether the deletion of a document of `target` may take one of `root` with it.
pub(super) fn deletion_reaches(root: &'static Schema, target: &'static Schema) -> bool {
    is_same(target, root) || refers_to(target).reach(root)
}

fn changes_reach(root: &'static Schema, target: &'static Schema, changes: &Changes) -> bool {
    is_same(target, root) || moves_reach(target, &changes.own, root) || may_reach(root, target, changes)
}

/// Whether what is nested in a draft may write documents of `root`.
pub(super) fn draft_reaches(root: &'static Schema, draft: &DraftCore) -> bool {
    draft.nested().any(|(index, nested)| {
        let Some(relation) = draft.schema().relations.get(*index) else { return true };
        is_same((relation.target)(), root) || nested.drafts().any(|draft| draft_reaches(root, draft))
    })
}

/// The shapes of a model of several have a schema each, and one collection.
fn is_same(a: &Schema, b: &Schema) -> bool {
    a.collection == b.collection
}
