//! The rules: each reports at the token that breaks it and shows the right form. They read the whole IR and change nothing; what they
//! accept, [`expand`](crate::expand) can generate.

mod composite;
mod constants;
mod enums;
mod field;
mod index;
mod model;
mod names;
mod relation;

pub(crate) use composite::check_composite;
pub(crate) use enums::check_enum;
pub(crate) use model::check_model;
