//! [`Origin`]: the document that a loaded value came from.
//!
//! For the verbs of which such a value is the subject, `save` and `delete_value`: they reach the document only in the version that was
//! loaded, and a miss is read again to tell why.

use crate::{
    Error, Result,
    codec::{Raw, raw_to_bson},
    db::Db,
    driver::{FindSpec, Scope},
    query::{Change, Expr, Operation, RawPath, Test},
    render::{render_filter, render_projection},
    schema::{FIRST_VERSION, Field, Role, Schema},
};
use bson::{Bson, Document};

/// A document by its `_id` and, where the model has one, its version.
pub(super) struct Origin {
    schema: &'static Schema,
    id: Bson,
    version: Option<(&'static Field, Bson)>,
}

impl Origin {
    /// Of the value with this encoding.
    pub(super) fn of(schema: &'static Schema, document: &[u8]) -> Result<Self> {
        let value = |field: &'static Field| {
            let found = Raw::document(document).and_then(|raw| raw.get(field.stored)?.map(raw_to_bson).transpose());
            found.map_err(|error| Error::decode(schema, document, error))
        };
        let id = schema.with_role(Role::Id).map_or(Ok(None), value)?;
        let id = id.ok_or_else(|| Error::rule(schema, "_id", "a value"))?;
        let version = match schema.with_role(Role::Version) {
            Some(field) => Some((field, value(field)?.unwrap_or(Bson::Int64(FIRST_VERSION)))),
            None => None,
        };
        Ok(Self { schema, id, version })
    }

    /// What matches the document in the version that was loaded: one without a version counts as in its first.
    pub(super) fn filter(&self) -> Result<Document> {
        let mut expr = self.by_id();
        if let Some((field, version)) = &self.version {
            expr = expr.and(Expr::Test(RawPath::new(field.stored), Test::Eq(version.clone())));
        }
        render_filter(self.schema, &expr)
    }

    /// The change that raises the version. The filter knows which one it is, and `$inc` would fail where others stored a null.
    pub(super) fn raised(&self) -> Option<Change> {
        let (field, version) = self.version.as_ref()?;
        let raised = version.as_i64()?.saturating_add(1);
        Some(Change { path: RawPath::new(field.stored), operation: Operation::Set(Bson::Int64(raised)) })
    }

    /// Why nothing matched: the document is gone, or there in another version.
    pub(super) async fn missed(&self, db: &Db, scope: &Scope) -> Error {
        match self.is_there(db, scope).await {
            Ok(true) => self.conflict(),
            Ok(false) => Error::not_found(self.schema, Some(&self.id)),
            Err(error) => error,
        }
    }

    /// The error that says that the document is not what was loaded.
    pub(super) fn conflict(&self) -> Error {
        Error::conflict(self.schema, &self.id)
    }

    /// Whether there is such a document in any version. Without versions the answer is known.
    async fn is_there(&self, db: &Db, scope: &Scope) -> Result<bool> {
        if self.version.is_none() {
            return Ok(false);
        }
        let filter = render_filter(self.schema, &self.by_id())?;
        let spec = FindSpec { projection: Some(render_projection(&["_id"])), ..FindSpec::on_primary() };
        Ok(db.connection().find_one(scope, self.schema, filter, spec).await?.is_some())
    }

    fn by_id(&self) -> Expr {
        Expr::Test(RawPath::new("_id"), Test::Eq(self.id.clone()))
    }
}
