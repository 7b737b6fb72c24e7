//! `distinct`: the values of one path or of several, each once.

use super::options::read_options;
use crate::{
    Error, Result,
    codec::{DecodeError, Raw, Writer},
    db::Db,
    driver::ReadOptions,
    error::Outcome,
    model::Model,
    query::{DistinctKey, DistinctParts, Expr, IntoFilter, RawPath},
    relation,
    render::{RenderedDistinct, render_distinct, render_matched},
};
use futures::future::BoxFuture;
use std::{collections::HashSet, fmt, future::IntoFuture, marker::PhantomData, time::Duration};

/// A read of the distinct values of a path of `M`, or of several, as it is built; awaiting it sends it.
#[must_use = "a read does nothing unless awaited"]
pub struct Distinct<M, V> {
    db: Db,
    paths: Vec<RawPath>,
    items: bool,
    read: fn(&mut DistinctParts<'_>) -> Result<V, DecodeError>,
    write: fn(&V, &mut Writer),
    pub(super) expr: Expr,
    pub(super) options: ReadOptions,
    deadline: Option<Duration>,
    marker: PhantomData<fn() -> M>,
}

impl Db {
    /// Reads the values that stand at a path in the documents that match `filter`, each once, in the server's order; of a tuple of two to six
    /// paths the tuples of values that documents have, ordered by the first, then by the second, and so on.
    ///
    /// Values are those that the model reads: a null or missing field is `None`, once, or the field's constant default. Of a list they are
    /// the items, so `User::tags` gives each tag once; a path through a list of composites gives the values of all of them. Neither can stand
    /// in a tuple, in which each path has one value. An array `[T; N]` and a map are values of their own. Composites are one where all that
    /// the model reads of them is.
    ///
    /// Sends one `aggregate` with `$match`, `$group` by the path, or by `{k0: path, k1: path}`, and `$sort` (for a list an `$unwind` in front),
    /// and one `getMore` for each 16 MiB after the first 101 values: unlike the server's command `distinct`, it may give any number of them.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # #[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)] enum Role { User, Admin }
    /// # #[derive(Composite)] struct Address { city: String }
    /// # #[derive(Model)] struct User { #[chakra(id)] id: Id<User>, age: i32, role: Role, address: Option<Address>, tags: Vec<String> }
    /// # async fn f(db: Db) -> chakra::Result<()> {
    /// let cities: Vec<Option<String>> = db.distinct(User::address.city(), User::all()).await?;
    /// let tags: Vec<String> = db.distinct(User::tags, User::age.gte(18)).await?;
    /// let pairs: Vec<(Option<String>, Role)> = db.distinct((User::address.city(), User::role), User::all()).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// Under a [`collation`](Distinct::collation) texts that are equal by it are one, and which of them is given is open.
    ///
    /// # Errors
    /// [`Error::Decode`] where a value is not what the model says; the error names the path, but no document, of which there may be many.
    /// [`Error::Invalid`] where a value of the filter cannot be compared with its field, and what the connection reports. Bytes are one value
    /// and no list, and do not compile.
    pub fn distinct<M: Model, P: DistinctKey<M>>(&self, paths: P, filter: impl IntoFilter<M>) -> Distinct<M, P::Value> {
        Distinct {
            db: self.clone(),
            paths: paths.paths(),
            items: P::ITEMS,
            read: P::read,
            write: P::write,
            expr: filter.into_filter().expr,
            options: ReadOptions::default(),
            deadline: None,
            marker: PhantomData,
        }
    }
}

read_options!([M, V] Distinct<M, V> { options, deadline });
read_options!(spilling [M, V] Distinct<M, V> { options });

impl<M, V> Distinct<M, V> {
    /// How many values the server sends at a time.
    pub fn batch_size(mut self, values: u32) -> Self {
        self.options.batch_size = Some(values);
        self
    }
}

impl<M: Model, V: Send + 'static> IntoFuture for Distinct<M, V> {
    type Output = Result<Vec<V>>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let schema = M::schema();
            let scope = self.db.scope(self.deadline);
            let expr = relation::resolve(&self.db, &scope, self.expr, &self.options).await?;
            let matched = render_matched(schema, &expr)?;
            let RenderedDistinct { pipeline, fields } = render_distinct(schema, &self.paths, self.items, matched)?;
            let mut cursor = self.db.connection().aggregate(&scope, schema, pipeline, self.options).await?;
            let (mut values, mut seen) = (Vec::new(), HashSet::new());
            while let Some(batch) = cursor.next_batch().await? {
                for group in batch.documents() {
                    let read = value_of(group?, &fields, &self.paths, self.read);
                    let value = read.map_err(|error| Error::Decode {
                        model: schema.model,
                        collection: schema.collection,
                        id: None,
                        error,
                        outcome: Outcome::NotApplied,
                    })?;
                    // What was read can be written.
                    if seen.insert(Writer::build(|w| (self.write)(&value, w)).unwrap_or_default()) {
                        values.push(value);
                    }
                }
            }
            Ok(values)
        })
    }
}

/// The value that a group stands for: its `_id`, or what stands in that.
fn value_of<V>(
    group: &[u8],
    fields: &[String],
    paths: &[RawPath],
    read: fn(&mut DistinctParts<'_>) -> Result<V, DecodeError>,
) -> Result<V, DecodeError> {
    let row = Raw::document(group)?;
    let parts = if paths.len() == 1 { row } else { row.get("_id")?.ok_or_else(DecodeError::malformed)? };
    read(&mut DistinctParts::new(parts, fields, paths))
}

impl<M, V> fmt::Debug for Distinct<M, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let paths: Vec<&str> = self.paths.iter().map(RawPath::stored).collect();
        write!(f, "Distinct({})", paths.join(", "))
    }
}
