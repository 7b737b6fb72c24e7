//! Syntax to IR: what the user wrote, or an error at the token that cannot be read. Rules that relate several things to each other are in
//! [`check`](crate::check); an unreadable part is left out of the IR, so that the rest is still checked.

mod attribute;
mod body;
mod collation;
mod composite;
mod declared;
mod default;
mod enums;
mod field;
mod generator;
mod head;
mod index;
mod item;
mod limit;
mod model;
mod native;
mod options;
mod quantity;
mod relation;
mod storage;
mod text;
mod union;
mod union_model;
mod value;
mod view;
mod vocabulary;
mod wildcard;

pub(crate) use composite::parse_composite;
pub(crate) use enums::parse_enum;
pub(crate) use model::parse_model;
pub(crate) use union::parse_union;
pub(crate) use union_model::parse_union_model;
pub(crate) use view::parse_view;
