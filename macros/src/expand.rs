//! IR to tokens: data and calls to `codegen`, no logic. [`model`], [`composite`], [`view`], [`enums`], `union` and [`union_model`] put
//! together what the others make; [`dummy`] stands in where the declaration has errors.

mod block;
mod codec;
mod composite;
mod draft;
mod dummy;
mod enums;
mod index;
mod key;
mod limit;
mod model;
mod native;
mod options;
mod owner;
mod paths;
mod relation;
mod schema;
mod storage;
mod union;
mod union_model;
mod variant;
mod view;

pub(crate) use composite::expand_composite;
pub(crate) use dummy::{expand_composite_dummy, expand_enum_dummy, expand_model_dummy};
pub(crate) use enums::expand_enum;
pub(crate) use model::expand_model;
pub(crate) use union::{expand_union, expand_union_dummy};
pub(crate) use union_model::{expand_union_model, expand_union_model_dummy};
pub(crate) use view::{expand_view, expand_view_dummy};
