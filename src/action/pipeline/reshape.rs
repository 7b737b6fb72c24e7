//! The stages that make other documents: of a composite, whose fields are set one by one.

use super::{facet::Facets, stages::Pipeline};
use crate::{
    model::{Composite, Model},
    query::{
        Buckets, Computes, Documents, Groups, IntoLookup, IntoValue, LookedUp, Ordered, Path, Projected, Shaped, Stage, Within, schema_of,
        stored_boundaries,
    },
};

impl<M: Model, S: Documents<M>> Pipeline<M, S> {
    /// Makes documents of `C`: with the fields that the closure sets, and those that the documents have under the same stored name and of
    /// the same type.
    ///
    /// Sent as `{"$project": {…}}`.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # #[derive(Model)] struct Order { #[chakra(id)] id: Id<Order>, city: String, price: f64, quantity: i32 }
    /// #[derive(Composite)]
    /// struct Amount {
    ///     city: String,
    ///     amount: f64,
    /// }
    /// # async fn f(db: Db) -> chakra::Result<()> {
    /// let amounts: Vec<Amount> = db
    ///     .pipeline::<Order>()
    ///     .project(|p| p.set(Amount::amount, Order::price * Order::quantity))
    ///     .sort(Amount::amount.desc())
    ///     .as_()
    ///     .await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// When it is awaited, [`Error::Invalid`](crate::Error::Invalid) for a field of `C` that is set twice, or that is required and neither set
    /// nor there; nothing is sent then.
    pub fn project<C: Composite>(self, fields: impl FnOnce(Projected<S::Root, C>) -> Projected<S::Root, C>) -> Pipeline<M, Shaped<C>> {
        self.with(Stage::Project(fields(Projected::new()).fields)).known_as()
    }

    /// Adds the fields that the closure sets to the documents, which are documents of `C` from then on. The other fields of `C` are those that
    /// the documents have under the same stored name.
    ///
    /// Sent as `{"$set": {…}}`, which other tools call `$addFields`.
    ///
    /// # Errors
    /// As [`project`](Self::project).
    // A stage of that name, not the operator.
    #[allow(clippy::should_implement_trait)]
    pub fn add<C: Composite>(self, fields: impl FnOnce(Projected<S::Root, C>) -> Projected<S::Root, C>) -> Pipeline<M, Shaped<C>> {
        self.with(Stage::Add(fields(Projected::new()).fields)).known_as()
    }

    /// Makes one document of all with equal keys: its fields are the keys, set by [`by`](Groups::by), and aggregates, set by
    /// [`set`](Groups::set).
    ///
    /// Sent as `{"$group": {"_id": key, …}}`, and a `$project` that moves the keys to their fields, unless the one key's stored name is `_id`.
    /// The order of the groups is the server's; a [`sort`](Self::sort) behind it says another. [`group_by`](crate::Db::group_by) is
    /// the short form where this is all that is asked.
    ///
    /// # Errors
    /// As [`project`](Self::project).
    pub fn group<C: Composite>(self, fields: impl FnOnce(Groups<S::Root, C>) -> Groups<S::Root, C>) -> Pipeline<M, Shaped<C>> {
        let Groups { keys, results, .. } = fields(Groups::new());
        self.with(Stage::Group { keys, results }).known_as()
    }

    /// Makes one document of all whose value lies between two boundaries, the lower one included; and one of those that lie in no other
    /// bucket, whose [`from`](Buckets::from) is `None`. Buckets without documents are not made.
    ///
    /// Sent as `{"$bucket": {"groupBy": value, "boundaries": […], "default": null, "output": {…}}}`, and a `$project` that moves the boundary
    /// to its field.
    ///
    /// ```no_run
    /// # use chakra::{prelude::*, query::count};
    /// # #[derive(Model)] struct Artwork { #[chakra(id)] id: Id<Artwork>, price: f64 }
    /// #[derive(Composite)]
    /// struct Class {
    ///     from: Option<f64>,
    ///     artworks: u64,
    /// }
    /// # async fn f(db: Db) -> chakra::Result<()> {
    /// let classes: Vec<Class> = db
    ///     .pipeline::<Artwork>()
    ///     .bucket(Artwork::price, [0.0, 200.0, 400.0], |b| b.from(Class::from).set(Class::artworks, count::<Artwork>()))
    ///     .as_()
    ///     .await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As [`project`](Self::project), and [`Error::Invalid`](crate::Error::Invalid) for fewer than two boundaries. Boundaries that do not
    /// ascend are an error of the server's.
    pub fn bucket<C, P, V>(
        self,
        of: P,
        boundaries: impl IntoIterator<Item = impl IntoValue<<P::Type as Ordered>::Value, V>>,
        fields: impl FnOnce(Buckets<S::Root, C, <P::Type as Ordered>::Value>) -> Buckets<S::Root, C, <P::Type as Ordered>::Value>,
    ) -> Pipeline<M, Shaped<C>>
    where
        C: Composite,
        P: Computes<Root: Within<S::Root>, Type: Ordered>,
    {
        let Buckets { bounds, results, .. } = fields(Buckets::new());
        let boundaries = stored_boundaries::<P::Type, V>(boundaries);
        self.with(Stage::Bucket { of: of.into_term(), boundaries, bounds, results }).known_as()
    }

    /// Adds the documents that a relation leads to, in the field `to` of the documents of `C` that they are from then on: a `Vec` of a
    /// composite for a relation to many, an `Option` of one for a relation to one. Of the related documents only what that composite reads
    /// is taken.
    ///
    /// The relation may have a filter, an order and a number: `User::posts.filter(Post::published.eq(true)).take(5)`. Sent as
    /// `{"$lookup": {"from": …, "localField": …, "foreignField": …, "pipeline": […], "as": to}}`, and a `$set` that takes the one out of the
    /// list for a relation to one. The key is a field of the documents, whatever made them.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # #[derive(Model)] struct User { #[chakra(id)] id: Id<User>, name: String }
    /// # #[derive(Model)] struct Post { #[chakra(id)] id: Id<Post>, title: String, author_id: Id<User>,
    /// #   #[chakra(relation = ManyToOne, foreign_key = author_id)] author: Related<User> }
    /// #[derive(Composite)]
    /// struct Author {
    ///     name: String,
    /// }
    /// #[derive(Composite)]
    /// struct Signed {
    ///     title: String,
    ///     author: Option<Author>,
    /// }
    /// # async fn f(db: Db) -> chakra::Result<()> {
    /// let signed: Vec<Signed> = db.pipeline::<Post>().lookup(Signed::author, Post::author).as_().await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As [`project`](Self::project), and [`Error::Invalid`](crate::Error::Invalid) where the documents do not have the relation's key, or the
    /// related ones not a required field of what is read of them.
    pub fn lookup<C: Composite, L: IntoLookup, T: LookedUp<L::Amount>, K>(self, to: Path<C, T, K>, relation: L) -> Pipeline<M, Shaped<C>> {
        const {
            let shape = <T::Item as Composite>::SHAPE;
            assert!(shape.tag.is_none(), "related documents are read by their fields: a tagged union has others in each variant");
        }
        let (of, many, into) = (schema_of::<T::Item>(), T::MANY, schema_of::<C>());
        self.with(Stage::Lookup { to: to.raw, lookup: relation.into_lookup(), of, many, into }).known_as()
    }

    /// Makes one document of all, whose fields are what comes of several pipelines over the same documents, each a list.
    ///
    /// Sent as `{"$facet": {field: [stages], …}}`. The server holds the one document in memory, and refuses one larger than 16 MiB.
    ///
    /// ```no_run
    /// # use chakra::{prelude::*, query::{count, sum}};
    /// # #[derive(Model)] struct Order { #[chakra(id)] id: Id<Order>, city: String, total: f64 }
    /// #[derive(Composite)]
    /// struct City {
    ///     city: String,
    ///     total: f64,
    /// }
    /// #[derive(Composite)]
    /// struct Orders {
    ///     number: u64,
    /// }
    /// #[derive(Composite)]
    /// struct Report {
    ///     cities: Vec<City>,
    ///     orders: Vec<Orders>,
    /// }
    /// # async fn f(db: Db) -> chakra::Result<()> {
    /// let report: Vec<Report> = db
    ///     .pipeline::<Order>()
    ///     .facet(|f| {
    ///         f.set(Report::cities, |p| p.group(|g| g.by(City::city, Order::city).set(City::total, sum(Order::total))))
    ///             .set(Report::orders, |p| p.group(|g| g.set(Orders::number, count::<Order>())))
    ///     })
    ///     .as_()
    ///     .await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As [`project`](Self::project).
    pub fn facet<C: Composite>(self, fields: impl FnOnce(Facets<M, S, C>) -> Facets<M, S, C>) -> Pipeline<M, Shaped<C>> {
        let Facets { fields, .. } = fields(Facets::new(self.branch()));
        self.with(Stage::Facet(fields)).known_as()
    }
}
