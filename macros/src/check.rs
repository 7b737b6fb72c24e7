//! The rules: each reports at the token that breaks it and shows the right form. They read the whole IR and change nothing; what they
//! accept, [`expand`](crate::expand) can generate.

mod body;
mod collation;
mod composite;
mod constants;
mod enums;
mod field;
mod generator;
mod index;
mod kind;
mod limit;
mod model;
mod names;
mod options;
mod relation;
mod storage;
mod text;
mod union;
mod union_model;
mod validator;
mod view;
mod wildcard;

pub(crate) use composite::check_composite;
pub(crate) use enums::check_enum;
pub(crate) use model::check_model;
pub(crate) use union::check_union;
pub(crate) use union_model::check_union_model;
pub(crate) use view::check_view;
