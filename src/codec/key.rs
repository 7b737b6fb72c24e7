//! [`MapKey`]: what may be the key of a map, since the keys of a document are text.

use bson::oid::ObjectId;
use std::{borrow::Cow, sync::Arc};
use uuid::Uuid;

/// A type that can be the key of a map: text, or what has one text of its own.
///
/// Keys that differ have texts that differ, and only the text of a key is read as one: `65A1…` in capitals is no key of a map of ids.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the key of a map in a document",
    label = "the keys of a document are text",
    note = "these can: `String` and its relatives, `char`, `ObjectId`, `Id`, `Uuid`, and types with `#[derive(Enum)]`"
)]
pub trait MapKey: Sized {
    /// The key as text.
    fn as_key(&self) -> Cow<'_, str>;

    /// The key with this text, where there is one.
    fn from_key(key: &str) -> Option<Self>;
}

macro_rules! texts {
    ($($rust:ty),*) => { $(
        impl MapKey for $rust {
            fn as_key(&self) -> Cow<'_, str> {
                Cow::Borrowed(self)
            }

            fn from_key(key: &str) -> Option<Self> {
                Some(key.into())
            }
        }
    )* };
}
texts!(String, Box<str>, Arc<str>);

impl MapKey for Cow<'static, str> {
    fn as_key(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }

    fn from_key(key: &str) -> Option<Self> {
        Some(Cow::Owned(key.to_owned()))
    }
}

impl MapKey for char {
    fn as_key(&self) -> Cow<'_, str> {
        Cow::Owned(self.to_string())
    }

    fn from_key(key: &str) -> Option<Self> {
        // Of one character exactly.
        key.parse().ok()
    }
}

/// As 24 hex digits.
impl MapKey for ObjectId {
    fn as_key(&self) -> Cow<'_, str> {
        Cow::Owned(self.to_hex())
    }

    fn from_key(key: &str) -> Option<Self> {
        Self::parse_str(key).ok().filter(|id| id.to_hex() == key)
    }
}

/// As hex digits with hyphens.
impl MapKey for Uuid {
    fn as_key(&self) -> Cow<'_, str> {
        Cow::Owned(self.to_string())
    }

    fn from_key(key: &str) -> Option<Self> {
        Self::try_parse(key).ok().filter(|id| id.to_string() == key)
    }
}
