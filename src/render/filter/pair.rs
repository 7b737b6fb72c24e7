//! Two paths of one document compared: the one place where a filter needs an expression.

use super::{
    super::{expression::literal, matching::Match},
    renderer::Renderer,
};
use crate::{
    Error, Result,
    query::{Order, PathTest, Place, RawPath, place},
    schema::Kind,
};
use bson::{Bson, Document, doc};

impl Renderer<'_> {
    pub(super) fn pair(&self, path: &RawPath, test: PathTest, other: &RawPath) -> Result<Match> {
        let full = self.full(path.stored());
        if !self.outermost {
            return Err(Error::rule(
                self.schema,
                full,
                "a value to compare with: two paths compare in the document, not in the items of a list",
            ));
        }
        let (here, there) = (place(self.layout, path), place(self.layout, other));
        let (a, b) = (self.value(path, &here), self.value(other, &there));
        let floating = matches!(here.kind, Kind::Double { .. } | Kind::Decimal128);
        // In an expression null and NaN lie below everything and equal themselves.
        let nan = Bson::Double(f64::NAN);
        let mut all: Vec<Document> = Vec::new();
        match test {
            PathTest::Eq => {
                all.push(doc! { "$eq": [a.clone(), b] });
                if floating {
                    all.push(doc! { "$ne": [a, nan] });
                }
            }
            PathTest::Compare(order) => {
                let lesser = if matches!(order, Order::Lt | Order::Lte) { a.clone() } else { b.clone() };
                all.push(doc! { super::renderer::operator(order): [a, b] });
                all.push(doc! { "$gt": [lesser, if floating { nan } else { Bson::Null }] });
            }
        }
        let only = if all.len() == 1 { all.pop() } else { None };
        Ok(Match::Doc(doc! { "$expr": only.unwrap_or_else(|| doc! { "$and": all }) }))
    }

    /// What the model reads at a path, as an expression.
    fn value(&self, path: &RawPath, place: &Place) -> Bson {
        let stored = Bson::String(format!("${}", self.full(path.stored())));
        let own = place.absent.clone().unwrap_or(Bson::Null);
        let is_always_there = place.absent.is_none() && place.levels.is_empty();
        let mut value = if is_always_there { stored } else { Bson::from(doc! { "$ifNull": [stored, literal(&own)] }) };
        for level in place.levels.iter().rev() {
            if level.is_strict() || level.absent != own {
                value = Bson::from(doc! { "$cond": [level.is_there(&self.prefix), value, literal(&level.absent)] });
            }
        }
        value
    }
}
