//! `lenient`: a read in which a document that cannot be read fails alone.

use super::{
    find::{Find, Many},
    rows::Rows,
};
use crate::{Result, model::Model};

impl<M: Model> Find<M, Many> {
    /// Gives one `Result` for each document, so that one which the model cannot read does not fail the others.
    ///
    /// Sends what the read would send without it. Included relations are loaded for the documents that can be read. A document of which a
    /// related one cannot be read has that error. Faults of the read itself, as a lost connection, are its own.
    ///
    /// **A required relation that leads nowhere stays unloaded**, at any level: its [`get`](crate::Related::get) is
    /// [`Error::NotLoaded`](crate::Error::NotLoaded), and it serializes as null. The value alone does not tell that from a relation that was not
    /// included, or of which the include's own `filter` took the document out. What does tell it:
    ///
    /// - the read itself: where it includes the relation without a filter, unloaded is that it leads nowhere;
    /// - [`load`](crate::Db::load) of the relation for that value, which is [`Error::Dangling`](crate::Error::Dangling) where it leads nowhere, with
    ///   both ends, and loads it where it was not included;
    /// - the filter `is_none`, as in `Post::author.is_none()`, which those documents match and no others that can be read;
    /// - [`check_relations`](crate::Db::check_relations), which reports each of them with its key as an orphan.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # #[derive(Model)] struct User { #[chakra(id)] id: Id<User>, email: String }
    /// # async fn f(db: Db) -> chakra::Result<()> {
    /// for user in db.find_many(User::all()).lenient().await? {
    ///     match user {
    ///         Ok(user) => println!("{}", user.email),
    ///         Err(error) => eprintln!("{error}"),
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As [`find_many`](crate::Db::find_many), but that [`Error::Decode`](crate::Error::Decode) stands in the place of its document, and that there is
    /// no [`Error::Dangling`](crate::Error::Dangling).
    pub fn lenient(self) -> Find<M, Many, Result<M>> {
        self.with_rows(Rows::lenient())
    }
}
