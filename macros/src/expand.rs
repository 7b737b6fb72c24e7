//! IR to tokens: data and calls to `codegen`, no logic. [`model`], [`composite`] and [`enums`] put together what the others make;
//! [`dummy`] stands in where the declaration has errors.

mod block;
mod codec;
mod composite;
mod draft;
mod dummy;
mod enums;
mod model;
mod paths;
mod relation;
mod schema;

pub(crate) use composite::expand_composite;
pub(crate) use dummy::{expand_composite_dummy, expand_enum_dummy, expand_model_dummy};
pub(crate) use enums::expand_enum;
pub(crate) use model::expand_model;
