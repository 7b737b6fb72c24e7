//! [`DraftSteps`]: a draft of which only the run time knows what is set.

use super::{
    draft::{Draft, DraftCore},
    path::{Defaulted, Identity, Path, Plain, Unique},
    value::IntoValue,
};
use crate::{
    Error, Result,
    codec::Encode,
    model::{FieldType, Model},
    schema::Field,
};
use std::{fmt, marker::PhantomData};

/// Kinds of paths that a draft may set.
#[diagnostic::on_unimplemented(
    message = "this field cannot be set in a draft",
    label = "`Linked` is an id list that its relation keeps; `Flattened` and `Many` have no value of their own"
)]
pub trait Drafted {}
impl Drafted for Plain {}
impl Drafted for Defaulted {}
impl Drafted for Unique {}
impl Drafted for Identity {}

/// A draft that is filled field by field, as from the optional parts of a request. Start with [`Draft::steps`], end with
/// [`build`](Self::build).
///
/// ```
/// # use chakra::prelude::*;
/// use chakra::Draft;
/// # #[derive(Model)] struct User { #[chakra(id)] id: Id<User>, email: String, bio: Option<String> }
///
/// fn new_user(email: Option<String>, bio: Option<String>) -> chakra::Result<Draft<User>> {
///     Draft::<User>::steps().set_if(User::email, email).set_if(User::bio, bio).build()
/// }
/// assert!(new_user(Some("ada@example.com".into()), None).is_ok());
/// assert_eq!(new_user(None, None).unwrap_err().to_string(), "this `User` is not valid: `email` needs a value");
/// ```
pub struct DraftSteps<M> {
    core: DraftCore,
    marker: PhantomData<fn() -> M>,
}

impl<M> fmt::Debug for DraftSteps<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DraftSteps({})", self.core.schema().model)
    }
}

impl<M: Model> DraftSteps<M> {
    pub(super) fn new() -> Self {
        Self { core: DraftCore::new(M::schema()), marker: PhantomData }
    }

    /// Sets a field of the model itself; of two values for one field the last counts.
    #[must_use]
    pub fn set<T: FieldType + Encode, K: Drafted, V>(mut self, path: Path<M, T, K>, value: impl IntoValue<T, V>) -> Self {
        let whole = |field: &Field| field.stored == path.stored() && !path.raw.has_variants();
        let field = self.core.schema().fields.iter().position(whole);
        match field {
            Some(index) if path.raw.fault().is_none() => self.core.put(index, &value.into_value()),
            _ => self.core.fail_at(path.stored(), "a field of the model itself; a composite is set as a whole"),
        }
        self
    }

    /// Sets a field where there is a value for it.
    #[must_use]
    pub fn set_if<T: FieldType + Encode, K: Drafted, S: IntoValue<T, V>, V>(self, path: Path<M, T, K>, value: Option<S>) -> Self {
        match value {
            Some(value) => self.set(path, value),
            None => self,
        }
    }

    /// The draft, complete. Nothing is sent; limits are checked where it is used.
    ///
    /// # Errors
    /// [`Error::Invalid`] with every required field that has no value, or with a value that cannot be stored.
    pub fn build(self) -> Result<Draft<M>> {
        let schema = self.core.schema();
        if let Some(tag) = schema.tag {
            let shapes = tag.variants.iter().map(|variant| format!("`{}`", variant.name)).collect::<Vec<_>>().join(", ");
            return Err(Error::rule(schema, tag.stored, format!("a draft of one of its shapes, {shapes}, not of the model")));
        }
        if let Some(fault) = self.core.fault() {
            return Err(Error::encode(schema, fault));
        }
        let missing = self.core.missing(|_| false);
        if missing.is_empty() { Ok(Draft::from_core(self.core)) } else { Err(Error::invalid(schema, missing)) }
    }
}
