//! A search in the model's text index, and where the server takes one.

use super::super::matching::Match;
use crate::{
    Error, Result,
    query::{Expr, Search},
    schema::Schema,
};
use bson::doc;

/// The documents that the text index finds. Options are sent where they say something.
pub(super) fn search(asked: &Search) -> Match {
    let mut text = doc! { "$search": asked.text.as_str() };
    if let Some(language) = &asked.language {
        text.insert("$language", language.as_str());
    }
    for (option, wanted) in [("$caseSensitive", asked.case_sensitive), ("$diacriticSensitive", asked.diacritic_sensitive)] {
        if wanted {
            text.insert(option, true);
        }
    }
    Match::Doc(doc! { "$text": text })
}

/// Refuses searches where the server takes none. It goes by the filter as it was written, not by what is left of it once it has folded, so
/// that no operand decides.
///
/// # Errors
/// A search below a negation, or a second one.
pub(super) fn check_searches(schema: &Schema, expr: &Expr) -> Result<()> {
    if count(schema, expr, false)? > 1 {
        return Err(Error::rule(schema, "", "one search at most: the server takes no second one in a filter"));
    }
    Ok(())
}

fn count(schema: &Schema, expr: &Expr, negated: bool) -> Result<usize> {
    match expr {
        // What is not found is in no index.
        Expr::Search(_) if negated => Err(Error::rule(
            schema,
            "",
            "a search outside of `!` and `none_of`, which the server cannot answer: leave words out in the search itself, as in \
             `coffee -shop`",
        )),
        Expr::Search(_) => Ok(1),
        Expr::And(exprs) | Expr::Or(exprs) => exprs.iter().map(|expr| count(schema, expr, negated)).sum(),
        Expr::Not(inner) => count(schema, inner, true),
        // A composite has no text index, and a related document that of its own model.
        Expr::All | Expr::Nothing | Expr::Test(..) | Expr::Related(_) | Expr::Fault(..) => Ok(0),
    }
}
