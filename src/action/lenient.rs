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
    /// related one cannot be read has that error. A required relation that leads nowhere stays unloaded: its
    /// [`get`](crate::Related::get) is [`Error::NotLoaded`](crate::Error::NotLoaded), at any level. Faults of the read itself, as a lost
    /// connection, are its own.
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
