//! The numbers of `auto_increment`: one counter for each collection, in `_chakra_counters`.
//!
//! A counter is `{_id: <collection>, seq: <the last number that was given>}`. Numbers are taken outside of any transaction, so that creates
//! do not wait for each other and a number is never given twice; what a failed create took is a gap.

use super::Db;
use crate::{
    driver::{FindSpec, ReadOptions, Scope, Target, UpdateSpec},
    error::{Error, Result},
    render,
    schema::Schema,
};
use bson::{RawBsonRef, doc};
use std::time::Duration;

/// The collection of the counters.
pub(crate) const COUNTERS: &str = "_chakra_counters";

/// Takes the next `count` numbers of a collection and gives the first. One round trip; three more the first time, which start after the
/// largest `_id` that is there.
///
/// # Errors
/// Those of a write. Numbers that were taken by a call of unknown outcome are gaps.
pub(crate) async fn next_block(db: &Db, limit: Option<Duration>, schema: &'static Schema, count: i64) -> Result<i64> {
    let db = db.outside();
    let scope = db.scope(limit);
    loop {
        let spec = UpdateSpec { return_new: true, ..UpdateSpec::default() };
        let counter = doc! { "_id": schema.collection };
        let taken = db.connection().find_one_and_update(&scope, counters(), counter, render::counter::take(count), spec).await?;
        match taken {
            Some(counter) => {
                let last = counter.get("seq").ok().flatten().and_then(whole).ok_or_else(|| unreadable(schema))?;
                return Ok(last.saturating_sub(count - 1));
            }
            None => start(&db, &scope, schema).await?,
        }
    }
}

/// Makes sure that the numbers given from now on are larger than `to`, after documents were stored with numbers of their own. One round
/// trip, or four the first time.
///
/// # Errors
/// Those of a write.
pub(crate) async fn raise(db: &Db, limit: Option<Duration>, schema: &'static Schema, to: i64) -> Result<()> {
    let db = db.outside();
    let scope = db.scope(limit);
    loop {
        let counter = doc! { "_id": schema.collection };
        let raised = db.connection().update_one(&scope, counters(), counter, render::counter::raise(to), UpdateSpec::default()).await?;
        if raised.matched > 0 {
            return Ok(());
        }
        start(&db, &scope, schema).await?;
    }
}

/// Makes the counter of a collection that has none. Several may do so at once: the first one's start holds.
async fn start(db: &Db, scope: &Scope, schema: &'static Schema) -> Result<()> {
    let largest = FindSpec {
        sort: Some(doc! { "_id": -1 }),
        projection: Some(doc! { "_id": 1 }),
        // A secondary may not have the newest document yet.
        options: ReadOptions::on_primary(),
        ..FindSpec::default()
    };
    let document = db.connection().find_one(scope, schema, render::counter::numbered(), largest).await?;
    let at = document.as_ref().and_then(|document| document.get("_id").ok().flatten()).and_then(whole).unwrap_or(0);
    let counter = doc! { "_id": schema.collection };
    let spec = UpdateSpec { upsert: true, ..UpdateSpec::default() };
    match db.connection().update_one(scope, counters(), counter, render::counter::start(at.max(0)), spec).await {
        // Of two upserts at once one may find that the other was faster.
        Ok(_) | Err(Error::Unique { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

fn counters() -> Target {
    Target::named(COUNTERS)
}

/// The number, where it is one without a fraction.
fn whole(value: RawBsonRef<'_>) -> Option<i64> {
    match value {
        RawBsonRef::Int32(number) => Some(number.into()),
        RawBsonRef::Int64(number) => Some(number),
        // Beyond 2^53 a double does not know its neighbours; the next number after it could be itself.
        RawBsonRef::Double(number) if number.abs() <= 9_007_199_254_740_992.0 => Some(number.ceil() as i64),
        _ => None,
    }
}

#[cold]
fn unreadable(schema: &'static Schema) -> Error {
    Error::other(format!("the counter of `{}` in `{COUNTERS}` has no whole number in `seq`", schema.model))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_any_number_type_count() {
        assert_eq!(whole(RawBsonRef::Int32(7)), Some(7));
        assert_eq!(whole(RawBsonRef::Int64(7)), Some(7));
        assert_eq!(whole(RawBsonRef::Double(6.5)), Some(7));
        assert_eq!(whole(RawBsonRef::Double(1e300)), None);
        assert_eq!(whole(RawBsonRef::String("7")), None);
    }
}
