//! The methods of an [`Update`] that write related documents along with its document.

use super::{
    draft::{Complete, Drafts, first_core},
    filter::IntoFilter,
    include::{Relation, ToMany},
    key::{Key, Keys, NamedKey},
    nested::{Nested, NestedCreate, NestedWrite, create},
    related_write::{Changes, NamedOne, OneDocument, OneRelated, RelatedOperation, RelatedWrite, Severable, Which, WhichOne},
    update::Update,
};
use crate::model::Model;

/// What a closure makes of a related document.
fn changed<N>(changes: impl FnOnce(Update<N, OneRelated>) -> Update<N, OneRelated>) -> Changes {
    let update = changes(Update::to(OneRelated(())));
    Changes { own: update.changes, related: update.related }
}

/// Writes to related documents: a write with them is one transaction where the server has them, all or nothing. See
/// [Nested writes](crate::query#nested-writes) for what each sends.
impl<M: Model, To> Update<M, To> {
    /// Creates related documents: one draft, or an array or `Vec` of them where the relation is to many. A draft leaves out the key that its
    /// parent fills.
    ///
    /// One `insert` for all of them, and for the drafts nested in them one for each collection and level. Where the key is in the changed
    /// document it is set by the document's own `findAndModify`; where both sides keep ids, one `update` more adds to the document's list.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # #[derive(Model)] struct User { #[chakra(id)] id: Id<User>, bio: Option<String>, #[chakra(relation = OneToMany, foreign_key = author_id)] posts: Related<Vec<Post>> }
    /// # #[derive(Model)] struct Post { #[chakra(id)] id: Id<Post>, title: String, author_id: Id<User> }
    /// # async fn f(db: Db, id: Id<User>) -> chakra::Result<()> {
    /// db.update(id).set(User::bio, "writes").create(User::posts, [Post::draft().title("one"), Post::draft().title("two")]).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// When the update is awaited: [`Error::Invalid`](crate::Error::Invalid) for several drafts of a relation to one, or where the document
    /// that a OneToOne led to cannot be without its key; [`Error::Unique`](crate::Error::Unique) where a unique key is taken.
    pub fn create<N: Model, A, F, D>(self, relation: Relation<M, N, A, F>, drafts: D) -> Self
    where
        To: OneDocument,
        NestedCreate<D>: NestedWrite<N, F, A>,
    {
        self.relate(&relation, RelatedOperation::Link(NestedWrite::<N, F, A>::into_nested(create(drafts))))
    }

    /// Creates related documents from anything that gives drafts one after the other. It is [`create`](Self::create) otherwise.
    pub fn create_many<N: Model, F, I>(self, relation: Relation<M, N, ToMany, F>, drafts: I) -> Self
    where
        To: OneDocument,
        I: IntoIterator<Item: Complete<F> + Drafts<Model = N>>,
    {
        self.relate(&relation, RelatedOperation::Link(Nested::creating(drafts)))
    }

    /// Connects documents that exist, named by `Id`s or unique filters.
    ///
    /// One `find` for all keys by one field and one for all by several; then, where the key is in the changed document, nothing more; where it is in
    /// theirs, one `update`; where ids are kept in lists, one `update` for each side that has one. An id that is in a list already is not
    /// added again.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # #[derive(Model)] struct Post { #[chakra(id)] id: Id<Post>, category_ids: Vec<Id<Category>>,
    /// #     #[chakra(relation = ManyToMany, ids = category_ids)] categories: Related<Vec<Category>> }
    /// # #[derive(Model)] struct Category { #[chakra(id)] id: Id<Category>, #[chakra(unique)] name: String }
    /// # async fn f(db: Db, p: Id<Post>, d: Id<Category>) -> chakra::Result<()> {
    /// db.update(p).connect(Post::categories, Category::name.eq("Office")).disconnect(Post::categories, d).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) with the key that was asked for, and nothing is written;
    /// [`Error::Invalid`](crate::Error::Invalid) where a list of ids would grow beyond its
    /// [limit](crate::Builder::id_list_limit), or where the document that a OneToOne led to cannot be without its key.
    pub fn connect<N: Model, A, F, K: Keys<N>>(self, relation: Relation<M, N, A, F>, keys: K) -> Self
    where
        To: OneDocument,
    {
        self.relate(&relation, RelatedOperation::Link(Nested::connecting(keys.into_keys())))
    }

    /// Connects the document with this unique key, or creates the draft where there is none.
    ///
    /// One `find`, and then what [`connect`](Self::connect) or [`create`](Self::create) sends. Where another writer creates the same document
    /// in between, the transaction runs again, so that one is created and connected by both.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid), before anything is sent, where the draft contradicts the key or the key has more conditions; those
    /// of [`connect`](Self::connect) and [`create`](Self::create).
    pub fn connect_or_create<N: Model, A, F, K, D>(self, relation: Relation<M, N, A, F>, key: K, draft: D) -> Self
    where
        To: OneDocument,
        K: Key<Model = N>,
        D: Complete<F> + Drafts<Model = N>,
    {
        self.relate(&relation, RelatedOperation::Link(Nested::connecting_or_creating(key.into_unique(), draft)))
    }

    /// Makes exactly these the related documents: others are disconnected, those that are related already stay untouched.
    ///
    /// What [`connect`](Self::connect) sends for those that are new, and what [`disconnect`](Self::disconnect) sends for those that go; where
    /// the changed document has no list of their ids, one `update` takes a [lock](crate::Db::delete), so that of two at the same
    /// time one comes last, and one `find` reads which are related.
    ///
    /// # Errors
    /// Those of [`connect`](Self::connect); [`Error::Invalid`](crate::Error::Invalid) where a document would go that cannot be without its key.
    pub fn replace<N: Model, F, K: Keys<N>>(self, relation: Relation<M, N, ToMany, F>, keys: K) -> Self
    where
        To: OneDocument,
    {
        let keys = keys.into_keys().into_iter().map(|key| key.expr).collect();
        self.relate(&relation, RelatedOperation::Replace(keys))
    }

    /// Takes the relation to these documents away; the documents stay. What is not connected is no error.
    ///
    /// They are named by keys where the relation is to many, and by a filter where it is to one: `User::all()` is the related document,
    /// whatever it is. Where the key is in the changed document, its own `findAndModify` takes it out; where it is in theirs, one `update`;
    /// of lists of ids one `update` for each side that has one. A key that is not an id costs one `find` where ids are kept in lists, and a
    /// filter that asks for more than `all()` one where the key is here.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid), before anything is sent, where the related documents cannot be without their key. Where
    /// this document cannot be without its own, it does not compile.
    pub fn disconnect<N: Model, A: Severable, F, W: Which<N, A>>(self, relation: Relation<M, N, A, F>, which: W) -> Self
    where
        To: OneDocument,
    {
        self.relate(&relation, RelatedOperation::Disconnect(which.into_which()))
    }

    /// Deletes related documents, named as [`disconnect`](Self::disconnect) names them.
    ///
    /// One `find` for all keys by one field and one for each other key, and then what a deletion by [`delete_many`](crate::Db::delete_many) sends.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) with the key of one that is not related, and nothing is written; those of a deletion.
    pub fn delete<N: Model, A: Severable, F, W: Which<N, A>>(self, relation: Relation<M, N, A, F>, which: W) -> Self
    where
        To: OneDocument,
    {
        self.relate(&relation, RelatedOperation::Delete(which.into_which()))
    }

    /// Deletes all related documents that match `filter`. One `find`, and then what a deletion sends.
    ///
    /// # Errors
    /// [`Error::EmptyFilter`](crate::Error::EmptyFilter), before anything is sent, where the filter is empty; `Post::all()` says that every
    /// related document is meant.
    pub fn delete_many<N: Model, F>(self, relation: Relation<M, N, ToMany, F>, filter: impl IntoFilter<N>) -> Self
    where
        To: OneDocument,
    {
        self.relate(&relation, RelatedOperation::DeleteMany(filter.into_filter().expr))
    }

    /// Changes one related document, and what that is related to: named by a unique key where the relation is to many, by a filter where it
    /// is to one.
    ///
    /// One `findAndModify`, which names the document by its key and by the relation, and what the nested writes in `changes` send.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # #[derive(Model)] struct User { #[chakra(id)] id: Id<User>, #[chakra(relation = OneToMany, foreign_key = author_id)] posts: Related<Vec<Post>> }
    /// # #[derive(Model)] struct Post { #[chakra(id)] id: Id<Post>, title: String, author_id: Id<User>,
    /// #     #[chakra(relation = OneToMany, foreign_key = post_id)] comments: Related<Vec<Comment>> }
    /// # #[derive(Model)] struct Comment { #[chakra(id)] id: Id<Comment>, text: String, post_id: Id<Post> }
    /// # async fn f(db: Db, id: Id<User>, post: Id<Post>) -> chakra::Result<()> {
    /// db.update(id)
    ///     .update(User::posts, post, |post| post.set(Post::title, "Again").create(Post::comments, Comment::draft().text("me first")))
    ///     .await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) where there is no such document or it is not related, and nothing is written; those of
    /// [`update`](crate::Db::update).
    pub fn update<N: Model, A, F, W: WhichOne<N, A>>(
        self,
        relation: Relation<M, N, A, F>,
        which: W,
        changes: impl FnOnce(Update<N, OneRelated>) -> Update<N, OneRelated>,
    ) -> Self
    where
        To: OneDocument,
    {
        let (expr, ..) = which.into_which_one();
        self.relate(&relation, RelatedOperation::Update(expr, changed(changes)))
    }

    /// Changes all related documents that match `filter`: what [`update_many`](crate::Db::update_many) sends, with the relation beside the
    /// filter.
    ///
    /// # Errors
    /// [`Error::EmptyFilter`](crate::Error::EmptyFilter), before anything is sent, where the filter is empty;
    /// [`Error::Invalid`](crate::Error::Invalid) where one of them refuses the changes, and nothing is written.
    pub fn update_many<N: Model, F>(
        self,
        relation: Relation<M, N, ToMany, F>,
        filter: impl IntoFilter<N>,
        changes: impl FnOnce(Update<N>) -> Update<N>,
    ) -> Self
    where
        To: OneDocument,
    {
        let changes = changes(Update::new()).changes;
        self.relate(&relation, RelatedOperation::UpdateMany(filter.into_filter().expr, changes))
    }

    /// Changes one related document as [`update`](Self::update) does, or creates the draft and connects it where there is none.
    ///
    /// The `findAndModify` of the change, or a `find` where there is nothing to change; where it found nothing, one `find` more by the key
    /// alone, and what [`create`](Self::create) sends. Where another writer creates the same document in between, the transaction runs again.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) where a document with this key is there and is not related, and nothing is written;
    /// [`Error::Invalid`](crate::Error::Invalid), before anything is sent, where the draft contradicts the key or the key has more conditions; those
    /// of [`update`](Self::update) and [`create`](Self::create).
    pub fn upsert<N: Model, A, F, W: WhichOne<N, A>, D>(
        self,
        relation: Relation<M, N, A, F>,
        which: W,
        draft: D,
        changes: impl FnOnce(Update<N, OneRelated>) -> Update<N, OneRelated>,
    ) -> Self
    where
        To: OneDocument,
        D: Complete<F> + Drafts<Model = N>,
    {
        let (expr, values, narrowed) = which.into_which_one();
        let draft = Box::new(first_core::<N>(draft));
        self.relate(&relation, RelatedOperation::Upsert(NamedOne { expr, named: NamedKey { values, narrowed } }, draft, changed(changes)))
    }

    fn relate<N, A, F>(mut self, relation: &Relation<M, N, A, F>, operation: RelatedOperation) -> Self {
        let relation = relation.name();
        let rest = match self.related.last_mut().filter(|last| last.relation == relation) {
            Some(last) => last.operation.merge(operation),
            None => Some(operation),
        };
        self.related.extend(rest.map(|operation| RelatedWrite { relation, operation }));
        self
    }
}
