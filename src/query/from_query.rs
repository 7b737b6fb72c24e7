//! A filter from the query string of a URL: what a client asks for, as far as a service lets it.
//!
//! [`QueryRules`] say what that is and put the filter together. `pair` takes the string apart, `asked` finds the declared field that a key
//! names and `scope` says whether it is open, `operator` has the operators of each field, and `operand` reads the values by the field's own
//! codec. Nothing that is not declared reaches a filter, and no value reaches a message (`refused`).

mod asked;
mod operand;
mod operator;
mod pair;
mod refused;
mod rules;
mod scope;

pub use rules::QueryRules;
