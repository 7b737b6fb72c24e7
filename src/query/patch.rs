//! [`Patch`]: what a request says about one field.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Visitor};
use std::{fmt, marker::PhantomData};

/// What a request says about one field: leave it, set it, or take it out. Given to an update by [`Update::patch`](super::Update::patch).
///
/// In JSON a value sets the field, a `null` takes it out, and a field that is not there is kept, where the struct says
/// `#[serde(default)]`. Without that a missing field is an error, never a `null`.
///
/// ```
/// use chakra::Patch;
///
/// #[derive(serde::Deserialize)]
/// #[serde(default)]
/// #[derive(Default)]
/// struct Body {
///     name: Patch<String>,
///     bio: Patch<String>,
///     city: Patch<String>,
/// }
/// let body: Body = serde_json::from_str(r#"{ "name": "Ada", "bio": null }"#)?;
/// assert_eq!((body.name, body.bio, body.city), (Patch::Set("Ada".into()), Patch::Unset, Patch::Keep));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Patch<T> {
    /// Nothing: the field stays as it is.
    #[default]
    Keep,
    /// The field gets this value.
    Set(T),
    /// The field is taken out: it then reads as `None`, as empty, or as its default.
    Unset,
}

impl<T> Patch<T> {
    /// Whether the field stays as it is; for `skip_serializing_if`.
    #[must_use]
    pub const fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }

    /// The patch of the value that `change` makes of this one's.
    #[must_use]
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Patch<U> {
        match self {
            Self::Keep => Patch::Keep,
            Self::Set(value) => Patch::Set(change(value)),
            Self::Unset => Patch::Unset,
        }
    }
}

/// `None` takes the field out.
impl<T> From<Option<T>> for Patch<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Unset, Self::Set)
    }
}

impl<T: Serialize> Serialize for Patch<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Set(value) => value.serialize(serializer),
            Self::Keep | Self::Unset => serializer.serialize_none(),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Not as an `Option`: serde gives that its `None` for a missing field too, and the field would be taken out.
        deserializer.deserialize_newtype_struct("Patch", PatchVisitor(PhantomData))
    }
}

struct PatchVisitor<T>(PhantomData<fn() -> T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for PatchVisitor<T> {
    type Value = Patch<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value or null")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        Option::<T>::deserialize(deserializer).map(Patch::from)
    }
}
