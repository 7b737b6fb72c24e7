//! Two paths of one document compared: the one place where a filter needs an expression.

use super::{super::matching::Match, renderer::Renderer};
use crate::{
    Error, Result,
    query::{Order, PathTest, RawPath, place},
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
        let (a, b) = (here.read(&self.prefix, path), there.read(&self.prefix, other));
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
                let (lesser, place) = if matches!(order, Order::Lt | Order::Lte) { (a.clone(), here) } else { (b.clone(), there) };
                all.push(doc! { super::renderer::operator(order): [a, b] });
                // What is never `None` lies above it.
                if floating || place.is_optional() || !place.levels.is_empty() {
                    all.push(doc! { "$gt": [lesser, if floating { nan } else { Bson::Null }] });
                }
            }
        }
        let only = if all.len() == 1 { all.pop() } else { None };
        Ok(Match::Doc(doc! { "$expr": only.unwrap_or_else(|| doc! { "$and": all }) }))
    }
}
