//! What an update writes to the documents that its document is related to, without its types, and the words in which they are named.
//!
//! Filled by the methods in `update_related`; checked by `render` and carried out by `relation`.

use super::{
    change::Change,
    draft::DraftCore,
    expr::Expr,
    filter::IntoFilter,
    include::{ToMany, ToOne, ToOptional},
    key::{Key, Keys, NamedKey},
    nested::Nested,
    path::RawPath,
};
use bson::Bson;

/// Changes to one document, and to those that it is related to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Changes {
    pub(crate) own: Vec<Change>,
    pub(crate) related: Vec<RelatedWrite>,
}

/// A write to a relation of the document.
#[derive(Clone, Debug)]
pub(crate) struct RelatedWrite {
    /// The relation's field.
    pub(crate) relation: &'static str,
    pub(crate) operation: RelatedOperation,
}

/// What is done with related documents.
#[derive(Clone, Debug)]
pub(crate) enum RelatedOperation {
    /// Documents are created, connected, or the one or the other.
    Link(Nested),
    /// Exactly these are related from now on.
    Replace(Vec<Expr>),
    /// Those that match one of these are related no more.
    Disconnect(Vec<Expr>),
    /// The one that each of these names is deleted.
    Delete(Vec<Expr>),
    /// All that match are deleted.
    DeleteMany(Expr),
    /// The one that matches is changed.
    Update(Expr, Changes),
    /// All that match are changed.
    UpdateMany(Expr, Vec<Change>),
    /// The one that matches is changed, or the draft is created and connected.
    Upsert(NamedOne, Box<DraftCore>, Changes),
}

/// One document that is related.
#[derive(Clone, Debug)]
pub(crate) struct NamedOne {
    pub(crate) expr: Expr,
    /// The unique key; nothing where it is a filter.
    pub(crate) named: NamedKey,
}

impl RelatedOperation {
    /// Does what `other` does too, where both are alike; gives it back where they are not.
    pub(crate) fn merge(&mut self, other: Self) -> Option<Self> {
        match (self, other) {
            (Self::Link(earlier), Self::Link(later)) => {
                earlier.add(later);
                None
            }
            (Self::Disconnect(earlier), Self::Disconnect(later)) | (Self::Delete(earlier), Self::Delete(later)) => {
                earlier.extend(later);
                None
            }
            (_, other) => Some(other),
        }
    }

    /// The drafts in it, however deep they stand.
    fn drafts<'d>(&'d self, found: &mut Vec<&'d DraftCore>) {
        match self {
            Self::Link(nested) => found.extend(nested.drafts()),
            Self::Update(_, changes) => changes.drafts(found),
            Self::Upsert(_, draft, changes) => {
                found.push(draft);
                changes.drafts(found);
            }
            Self::Replace(_) | Self::Disconnect(_) | Self::Delete(_) | Self::DeleteMany(_) | Self::UpdateMany(..) => {}
        }
    }
}

impl Changes {
    /// The drafts in the related writes, however deep they stand; what is nested in a draft is the draft's.
    pub(crate) fn drafts<'d>(&'d self, found: &mut Vec<&'d DraftCore>) {
        self.related.iter().for_each(|write| write.operation.drafts(found));
    }
}

/// What nested writes are written to: one document, which a unique key or its parent names.
#[diagnostic::on_unimplemented(
    message = "related documents are written with one document, which `{Self}` is not",
    label = "not an update of one document",
    note = "nested writes are of `db.update(key)`, of `db.upsert(key)`, and of the closures of nested updates; not of `update_many`, of a \
            bulk, of list items, or of an `Update` on its own"
)]
pub trait OneDocument {}

/// The related document that a nested write changes.
#[derive(Clone, Copy, Debug)]
pub struct OneRelated(pub(super) ());
impl OneDocument for OneRelated {}

/// A relation that may lead to nothing, so that what it leads to can be taken away.
#[diagnostic::on_unimplemented(
    message = "this relation always leads to a document, so that it cannot be taken away",
    label = "a required relation",
    note = "`connect` another document in its place, or make the key an `Option` and the relation a `Related<Option<…>>`"
)]
pub trait Severable {}
impl Severable for ToOptional {}
impl Severable for ToMany {}

/// What names related documents of `M`: unique keys where the relation is to many, a filter where it is to one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not name related documents of `{M}`",
    label = "expected an `Id`, a unique filter or a list of them where the relation is to many, a filter where it is to one",
    note = "of a relation to one `{M}::all()` is the related document, whatever it is"
)]
pub trait Which<M, A> {
    /// What each of them matches.
    #[doc(hidden)]
    fn into_which(self) -> Vec<Expr>;
}
#[diagnostic::do_not_recommend]
impl<M, K: Keys<M>> Which<M, ToMany> for K {
    fn into_which(self) -> Vec<Expr> {
        self.into_keys().into_iter().map(|key| key.expr).collect()
    }
}

/// What names one related document of `M`: a unique key where the relation is to many, a filter where it is to one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not name one related document of `{M}`",
    label = "expected an `Id` or a unique filter where the relation is to many, a filter where it is to one",
    note = "of a relation to one `{M}::all()` is the related document, whatever it is"
)]
pub trait WhichOne<M, A> {
    /// What it matches, the stored paths and values of its key, and whether there are more conditions.
    #[doc(hidden)]
    fn into_which_one(self) -> (Expr, Vec<(RawPath, Bson)>, bool);
}
#[diagnostic::do_not_recommend]
impl<M, K: Key<Model = M>> WhichOne<M, ToMany> for K {
    fn into_which_one(self) -> (Expr, Vec<(RawPath, Bson)>, bool) {
        let key = self.into_unique();
        (key.expr, key.key, key.narrowed)
    }
}

macro_rules! to_one {
    ($($one:ident)*) => { $(
        #[diagnostic::do_not_recommend]
        impl<M, W: IntoFilter<M>> Which<M, $one> for W {
            fn into_which(self) -> Vec<Expr> {
                vec![self.into_filter().expr]
            }
        }
        #[diagnostic::do_not_recommend]
        impl<M, W: IntoFilter<M>> WhichOne<M, $one> for W {
            fn into_which_one(self) -> (Expr, Vec<(RawPath, Bson)>, bool) {
                (self.into_filter().expr, Vec::new(), false)
            }
        }
    )* };
}
to_one!(ToOne ToOptional);
