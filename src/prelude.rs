//! What a file that uses Chakra needs: `use chakra::prelude::*;`.

pub use crate::{
    Composite, Db, Enum, Model,
    model::{Id, Related},
    query::{Filter, Path, connect, create},
};
pub use bson::doc;
pub use chrono::{DateTime, Utc};
