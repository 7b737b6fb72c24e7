//! `distinct_by`: a read that gives one document of those that are alike.

use super::find::{Find, Many};
use crate::{model::Model, query::GroupKey};

impl<M: Model, T> Find<M, Many, T> {
    /// Of documents with the same values at `paths`, one path or a tuple of up to six, reads only the first in the read's order.
    ///
    /// Values are the same where the model reads the same: null and missing are one, and so are a missing field and its constant default. Under
    /// a [`collation`](Find::collation) texts that are equal by it are one. Where the order leaves open which document is the first, it is
    /// continued by the `_id`, so that it is always the same; without an order it is by the `_id`. `skip` and `take` count what is left.
    ///
    /// Sends one `aggregate` instead of the `find`: `$match`, `$sort` by the order and the `_id`, `$group` by the values with
    /// `{"$first": "$$ROOT"}`, `$sort` again, and as far as they are asked for `$skip`, `$limit` and `$project`. All documents that match are
    /// read on the server, in the order of an index where there is one; it needs memory for each group, and above 100 MB its disk. Works with
    /// all that a `find_many` takes but [`page`](Find::page) and [`cursor`](Find::cursor).
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # #[derive(Model)] struct Price { #[chakra(id)] id: Id<Price>, shop: String, ware: String, at: DateTime<Utc>, cents: i64 }
    /// # async fn f(db: Db) -> chakra::Result<()> {
    /// let latest: Vec<Price> = db.find_many(Price::all()).order_by(Price::at.desc()).distinct_by((Price::shop, Price::ware)).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// A list, a map, a whole composite and a value of any type do not compile: the server would tell apart what is one to the model.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) for a key of a map that cannot stand in a path, and together with `no_cursor_timeout` and
    /// `allow_partial_results`, which an `aggregate` does not have. Else as [`find_many`](crate::Db::find_many).
    pub fn distinct_by<G: GroupKey<M>>(mut self, paths: G) -> Self {
        self.query.distinct = paths.list();
        self
    }
}
