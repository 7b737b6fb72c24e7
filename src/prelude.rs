//! What a file that uses Chakra needs: `use chakra::prelude::*;`.

pub use crate::{
    Composite, Db, Enum, Model, View,
    action::{New, Nothing, Old},
    model::{Id, Related},
    query::{Drafts as _, Filter, Path, Track as _, connect, create},
};
pub use bson::doc;
pub use chrono::{DateTime, Utc};
