//! `distinct`: the values of one path, each once.

use super::options::read_options;
use crate::{
    Error, Result,
    codec::{Decode, DecodeError, Encode, Raw, Writer},
    db::Db,
    driver::ReadOptions,
    error::Outcome,
    model::{FieldType, Model},
    query::{Distinctive, Expr, IntoFilter, Path, RawPath, Readable},
    render::{render_distinct, render_filter},
    schema::Kind,
};
use futures::future::BoxFuture;
use std::{collections::HashSet, fmt, future::IntoFuture, marker::PhantomData, time::Duration};

/// What a type becomes with an `Option`, which a list does not.
type WithOption<T> = <<T as FieldType>::Present as FieldType>::Optional;

/// A read of the distinct values of a path of `M`, as it is built; awaiting it sends it.
#[must_use = "a read does nothing unless awaited"]
pub struct Distinct<M, V> {
    db: Db,
    path: RawPath,
    items: bool,
    pub(super) expr: Expr,
    pub(super) options: ReadOptions,
    deadline: Option<Duration>,
    marker: PhantomData<fn() -> (M, V)>,
}

impl Db {
    /// Reads the values that stand at `path` in the documents that match `filter`, each once, in the server's order.
    ///
    /// Values are those that the model reads: a null or missing field is `None`, once, or the field's constant default. Of a list they are
    /// the items, so `User::tags` gives each tag once; a path through a list of composites gives the values of all of them. An array
    /// `[T; N]` and a map are values of their own. Composites are one where all that the model reads of them is.
    ///
    /// Sends one `aggregate` with `$match`, `$group` by the path and `$sort` (for a list an `$unwind` in front), and one `getMore` for each
    /// 16 MiB after the first 101 values: unlike the server's command `distinct`, it may give any number of them.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # #[derive(Composite)] struct Address { city: String }
    /// # #[derive(Model)] struct User { #[chakra(id)] id: Id<User>, age: i32, address: Option<Address>, tags: Vec<String> }
    /// # async fn f(db: Db) -> chakra::Result<()> {
    /// let cities: Vec<Option<String>> = db.distinct(User::address.city(), User::all()).await?;
    /// let tags: Vec<String> = db.distinct(User::tags, User::age.gte(18)).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// Under a [`collation`](Distinct::collation) texts that are equal by it are one, and which of them is given is open.
    ///
    /// # Errors
    /// [`Error::Decode`] where a value is not what the model says; the error names the path, but no document, of which there may be many.
    /// [`Error::Invalid`] where a value of the filter cannot be compared with its field, and what the connection reports. Bytes are one value
    /// and no list, and do not compile.
    pub fn distinct<M, T, K>(
        &self,
        path: Path<M, T, K>,
        filter: impl IntoFilter<M>,
    ) -> Distinct<M, <T as Distinctive<WithOption<T>>>::Value>
    where
        M: Model,
        T: FieldType + Distinctive<WithOption<T>>,
        K: Readable,
    {
        const {
            assert!(
                !(<T as Distinctive<WithOption<T>>>::ITEMS && matches!(T::KIND, Kind::Binary)),
                "bytes are one value and no list: read them by `select`"
            );
        }
        Distinct {
            db: self.clone(),
            path: path.raw,
            items: <T as Distinctive<WithOption<T>>>::ITEMS,
            expr: filter.into_filter().expr,
            options: ReadOptions::default(),
            deadline: None,
            marker: PhantomData,
        }
    }
}

read_options!([M, V] Distinct<M, V> { options, deadline });

impl<M, V> Distinct<M, V> {
    /// How many values the server sends at a time.
    pub fn batch_size(mut self, values: u32) -> Self {
        self.options.batch_size = Some(values);
        self
    }
}

impl<M: Model, V: Encode + for<'a> Decode<'a> + Send + 'static> IntoFuture for Distinct<M, V> {
    type Output = Result<Vec<V>>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let schema = M::schema();
            if let Some(fault) = self.path.fault() {
                return Err(Error::rule(schema, self.path.stored(), fault.rule()));
            }
            let filter = render_filter(schema, &self.expr)?;
            let pipeline = render_distinct(schema, &self.path, self.items, filter);
            let scope = self.db.scope(self.deadline);
            let mut cursor = self.db.connection().aggregate(&scope, schema, pipeline, self.options).await?;
            let (mut values, mut seen) = (Vec::new(), HashSet::new());
            while let Some(batch) = cursor.next_batch().await? {
                for group in batch.documents() {
                    let value: V = read(group?).map_err(|error| Error::Decode {
                        model: schema.model,
                        collection: schema.collection,
                        id: None,
                        error: error.at(self.path.stored()),
                        outcome: Outcome::NotApplied,
                    })?;
                    if seen.insert(written(&value)) {
                        values.push(value);
                    }
                }
            }
            Ok(values)
        })
    }
}

/// The value of a group.
fn read<V: for<'a> Decode<'a>>(group: &[u8]) -> Result<V, DecodeError> {
    match Raw::document(group)?.get("_id")? {
        Some(value) if !value.is_null() => V::decode(&value),
        _ => V::absent().ok_or_else(|| DecodeError::new("a value", "nothing")),
    }
}

/// What the codec writes of a value: the server tells apart what is one to the model, such as composites with unknown fields.
fn written(value: &impl Encode) -> Vec<u8> {
    // What was read can be written.
    Writer::build(|w| w.field_or_null("", value)).unwrap_or_default()
}

impl<M, V> fmt::Debug for Distinct<M, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Distinct({})", self.path.stored())
    }
}
