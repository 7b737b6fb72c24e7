//! Every derived model of the program, collected when it is linked.
//!
//! Filled by the derive macro, also for models that no [`Db`](crate::Db) knows; read by who must know all relations that lead to a model.

use crate::schema::Schema;

/// A model that the program declares.
#[derive(Debug)]
pub struct Registered(pub fn() -> &'static Schema);

inventory::collect!(Registered);

/// The declarations of all derived models, in no order.
pub(crate) fn declared() -> impl Iterator<Item = &'static Schema> {
    inventory::iter::<Registered>.into_iter().map(|Registered(schema)| schema())
}
