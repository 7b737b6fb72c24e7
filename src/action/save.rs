//! `save`: a loaded value's changes, and no more.

use super::{insert::check_limits, origin::Origin};
use crate::{
    Error, Result,
    db::Db,
    driver::UpdateSpec,
    model::Model,
    query::{Change, Tracked},
    relation::{self, Changing},
    render::{render_projection, render_update},
    schema::{Broken, Role, Schema},
};
use bson::Document;
use futures::future::BoxFuture;
use std::{fmt, future::IntoFuture, time::Duration};

/// The saving of a tracked value; awaiting it sends it.
#[must_use = "a save does nothing unless awaited"]
pub struct Save<'v, M> {
    db: Db,
    value: &'v mut Tracked<M>,
    deadline: Option<Duration>,
}

impl Db {
    /// Stores what changed in a value since it was loaded, or saved last, and moves `updated_at` and `version` in the document and in the
    /// value. Relations in it are not written. Where nothing changed, nothing is sent and nothing moves.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # #[derive(Composite)] struct Address { street: String, city: String }
    /// # #[derive(Model)] struct User { #[chakra(id)] id: Id<User>, bio: Option<String>, address: Option<Address>, #[chakra(version)] version: i64 }
    /// # async fn f(db: Db, id: Id<User>) -> chakra::Result<()> {
    /// let mut user = db.get(id).await?.tracked();
    /// user.bio = None;
    /// if let Some(address) = &mut user.address {
    ///     address.city = "Rome".into();
    /// }
    /// db.save(&mut user).await?; // {"$set": {"address.city": "Rome", "version": 4}, "$unset": {"bio": ""}}
    /// # Ok(()) }
    /// ```
    ///
    /// # What is sent
    /// One `findAndModify` by the `_id`, atomic, with `$set` and `$unset` of what changed: composites by the fields in them, so that what a
    /// stored one holds beyond its declaration stays; a list, a map, a composite that was `None`, one with a `validate` of its own or with
    /// further fields (`extra`) that changed, and a union that became another variant as a whole.
    ///
    /// A composite, or a variant, of which only a part is sent must still be there, or half of one would be stored: where somebody took it
    /// out meanwhile, that is [`Error::Conflict`], after one `aggregate` that looks for the reason. Where others stored it in a form that
    /// takes no parts (missing, and read by its default), one `update` more brings it into the form that Chakra writes, and the
    /// `findAndModify` is sent again.
    ///
    /// Where a value changed [that keys reference](Self::update), the `findAndModify` is a part of a transaction, as in
    /// `update`. A key of the document itself that follows does so on the server alone: the value keeps what it held, and sends nothing of it.
    ///
    /// # Versions
    /// With a `version` in the model the document is reached only in the version that the value has (a missing one counts as 0), so that of
    /// two who load and save the same document one gets [`Error::Conflict`]: load it again, change it again, save it again. The value that
    /// met the conflict keeps its changes. Without a `version` the last writer of a field wins. After a miss one `find` tells a conflict
    /// from a document that is gone.
    ///
    /// # Afterwards
    /// `updated_at` and `version` in the value are what is stored; the other fields are the value's own, as they can be stored (dates in
    /// milliseconds). After an error the value is as it was. In a transaction that is undone later the value knows nothing of that: load it
    /// again.
    ///
    /// # Errors
    /// [`Error::Invalid`] before anything is sent, with all limits that the value breaks, and where the `_id`, the `version` or an id list
    /// that a relation keeps on both sides was changed; [`Error::Conflict`]; [`Error::NotFound`] where the document is gone;
    /// [`Error::Unique`] where a unique key is taken; [`Error::Restricted`] where keys hold a value that changed.
    pub fn save<'v, M: Model>(&self, value: &'v mut Tracked<M>) -> Save<'v, M> {
        Save { db: self.clone(), value, deadline: None }
    }
}

impl<M> Save<'_, M> {
    /// How long the whole call may take; without it the [`Db`]'s own.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }
}

impl<'v, M: Model> IntoFuture for Save<'v, M> {
    type Output = Result<()>;
    type IntoFuture = BoxFuture<'v, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let (schema, Save { db, value, deadline }) = (M::schema(), self);
            let (db, after) = (db.in_one_moment(), value.encoded()?);
            let mut changes = value.changes_to(&after)?;
            if changes.is_empty() {
                return Ok(());
            }
            refuse(schema, &changes)?;
            check_limits(schema, &after)?;
            let (scope, moved) = (db.scope(deadline), relation::moved(schema, &changes));
            let origin = Origin::of(schema, value.baseline()?)?;
            changes.extend(origin.raised());
            let update = render_update(schema, &changes, db.now())?;
            let filter = origin.filter()?;
            update.check_size(schema, &filter)?;
            let spec = UpdateSpec { return_new: true, projection: Some(stamped(schema)), ..UpdateSpec::default() };
            let mut changing = Changing::new(&db, &scope, schema, &filter, &update);
            loop {
                if let Some(stored) = changing.send_followed(deadline, &moved, spec.clone()).await? {
                    return value.saved(after, stored.as_bytes()).map_err(|error| db.behind_write(error));
                }
                match changing.settle().await {
                    // It is there and takes the changes: it became so in between.
                    Ok(true) => {}
                    Ok(false) => return Err(origin.missed(&db, &scope).await),
                    // What was changed by parts is not there any more.
                    Err(Error::Invalid { behind: None, .. }) => return Err(origin.conflict()),
                    Err(error) => return Err(error),
                }
            }
        })
    }
}

/// Refuses changes that are not the value's to make.
fn refuse(schema: &Schema, changes: &[Change]) -> Result<()> {
    let mut broken = Vec::new();
    for change in changes {
        let Some(field) = schema.fields.iter().find(|field| field.stored == change.stored()) else { continue };
        let mut refuse = |rule: String| broken.push(Broken { path: field.stored.to_owned(), rule });
        if field.role == Role::Version {
            refuse("no change by hand: every write raises it".to_owned());
        }
        if let Some(relation) = schema.kept_by(field) {
            refuse(format!("no change: the relation `{}` keeps these ids true to those on the other side", relation.name));
        }
    }
    if broken.is_empty() { Ok(()) } else { Err(Error::invalid(schema, broken)) }
}

/// The fields that the write moves: nothing else is asked for.
fn stamped(schema: &Schema) -> Document {
    let stamped = schema.fields.iter().filter(|field| matches!(field.role, Role::Id | Role::UpdatedAt | Role::Version));
    render_projection(&stamped.map(|field| field.stored).collect::<Vec<_>>())
}

impl<M> fmt::Debug for Save<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Save")
    }
}
