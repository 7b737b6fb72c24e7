//! What a file that uses Chakra needs: `use chakra::prelude::*;`.

pub use crate::{
    Composite, Db, Enum, Model, View,
    action::{IndexCheck as _, New, Nothing, Old},
    model::{Id, Related},
    query::{Drafts as _, Filter, Path, Track as _, avg, connect, connect_or_create, count, count_of, create, create_many, max, min, sum},
};
pub use bson::doc;
pub use chrono::{DateTime, Utc};
