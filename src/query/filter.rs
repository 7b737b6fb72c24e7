//! [`Filter`]: a predicate on documents of a model, over an untyped [`Expr`].

use super::{
    eval::{Refused, matches},
    expr::Expr,
};
use crate::{
    Error, Result,
    codec::{from_document, to_document},
    model::Model,
    schema::Layout,
};
use bson::Document;
use std::{
    fmt,
    marker::PhantomData,
    ops::{BitAnd, BitOr, Not},
};

/// A predicate on documents of `M`. Combined by `&`, `|` and `!`; a scope is a function that returns one.
///
/// ```
/// # use chakra::prelude::*;
/// # #[derive(Model)] struct User { #[chakra(id)] id: Id<User>, age: i32, name: String }
/// fn adults() -> Filter<User> {
///     User::age.gte(18)
/// }
/// let filter = adults() & !User::name.starts_with("test-");
/// # let _ = filter;
/// ```
pub struct Filter<M> {
    pub(crate) expr: Expr,
    marker: PhantomData<fn() -> M>,
}

impl<M> Filter<M> {
    pub(crate) fn new(expr: Expr) -> Self {
        Self { expr, marker: PhantomData }
    }

    /// True of every document.
    #[must_use]
    pub fn all() -> Self {
        Self::new(Expr::All)
    }

    /// True where all of `filters` are; of every document where there are none.
    #[must_use]
    pub fn all_of(filters: impl IntoIterator<Item = Self>) -> Self {
        Self::new(filters.into_iter().map(|filter| filter.expr).fold(Expr::EMPTY, Expr::and))
    }

    /// True where one of `filters` is; of no document where there are none.
    #[must_use]
    pub fn any_of(filters: impl IntoIterator<Item = Self>) -> Self {
        Self::new(filters.into_iter().map(|filter| filter.expr).fold(Expr::Nothing, Expr::or))
    }

    /// True where none of `filters` is.
    #[must_use]
    pub fn none_of(filters: impl IntoIterator<Item = Self>) -> Self {
        !Self::any_of(filters)
    }
}

impl<M: Model> Filter<M> {
    /// Whether the filter is true of this value: the same answer as the server's of the document that the value is stored as.
    ///
    /// # Errors
    /// [`Error::NotInMemory`] where the filter asks what only the server knows: `matches`, `exists`, `is_missing`, `is_null`, searches, and
    /// places on the earth. [`Error::Invalid`] where the value or an operand cannot be stored.
    pub fn matches(&self, value: &M) -> Result<bool> {
        let schema = M::schema();
        let bytes = to_document(value).map_err(|error| Error::encode(schema, &error))?;
        let document: Document = from_document(&bytes).map_err(|error| Error::decode(schema, &bytes, error))?;
        matches(Layout::from(schema), &document, &self.expr).map_err(|refused| match refused {
            Refused::NotInMemory(operator) => Error::NotInMemory { operator },
            Refused::Fault(path, rule) => Error::rule(schema, path, rule),
        })
    }
}

impl<M> Clone for Filter<M> {
    fn clone(&self) -> Self {
        Self::new(self.expr.clone())
    }
}
impl<M> fmt::Debug for Filter<M> {
    /// The shape alone: values are a document's, and do not belong into logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Filter(")?;
        shape(&self.expr, f)?;
        f.write_str(")")
    }
}

/// Writes which paths are tested, and how.
fn shape(expr: &Expr, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    use super::expr::{GeoTest, PathTest, Stored, Test};
    let list = |f: &mut fmt::Formatter<'_>, name: &str, items: &[Expr]| {
        write!(f, "{name}(")?;
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                f.write_str(", ")?;
            }
            shape(item, f)?;
        }
        f.write_str(")")
    };
    match expr {
        Expr::All => f.write_str("all"),
        Expr::Nothing => f.write_str("nothing"),
        Expr::And(items) => list(f, "and", items),
        Expr::Or(items) => list(f, "or", items),
        Expr::Not(inner) => list(f, "not", std::slice::from_ref(inner)),
        Expr::Fault(path, _) => write!(f, "{path} fault"),
        Expr::Search(_) => f.write_str("search _"),
        Expr::Test(path, test) => {
            let path = path.stored();
            match test {
                Test::Eq(_) => write!(f, "{path} eq _"),
                Test::In(values) => write!(f, "{path} in {} values", values.len()),
                Test::Compare(order, _) => write!(f, "{path} {order:?} _"),
                Test::Path(PathTest::Eq, other) => write!(f, "{path} eq {}", other.stored()),
                Test::Path(PathTest::Compare(order), other) => write!(f, "{path} {order:?} {}", other.stored()),
                Test::Text(test, _) => write!(f, "{path} {test:?} _"),
                Test::IgnoringCase(test, _) => write!(f, "{path} {test:?} _ in any case"),
                Test::Matches(_) => write!(f, "{path} matches _"),
                Test::Mod(divisor, remainder) => write!(f, "{path} mod {divisor} is {remainder}"),
                Test::Bits(test, mask) => write!(f, "{path} bits {test:?} {mask:#x}"),
                Test::Has(_) => write!(f, "{path} has _"),
                Test::HasEvery(values) => write!(f, "{path} has every of {} values", values.len()),
                Test::HasSome(values) => write!(f, "{path} has some of {} values", values.len()),
                Test::Len(len) => write!(f, "{path} len eq {len}"),
                Test::LenAtLeast(len) => write!(f, "{path} len gte {len}"),
                Test::IsNone => write!(f, "{path} is_none"),
                Test::Stored(Stored::Missing) => write!(f, "{path} is_missing"),
                Test::Stored(Stored::Null) => write!(f, "{path} is_null"),
                Test::Is(inner) => list(f, &format!("{path} is"), std::slice::from_ref(inner)),
                Test::Some(inner) => list(f, &format!("{path} some"), std::slice::from_ref(inner)),
                Test::Geo(GeoTest::Near { .. }) => write!(f, "{path} near _"),
                Test::Geo(GeoTest::Within(_)) => write!(f, "{path} within _"),
                Test::Geo(GeoTest::Intersects(_)) => write!(f, "{path} intersects _"),
            }
        }
    }
}

/// What stands for a filter of `M`: a [`Filter`] or a [`UniqueFilter`](super::UniqueFilter).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a filter of `{M}`",
    label = "expected a filter of `{M}`",
    note = "filters are combined by `&`, `|` and `!`; `&&`, `||` and `==` are Rust's own and give a `bool`"
)]
pub trait IntoFilter<M> {
    /// The filter.
    fn into_filter(self) -> Filter<M>;
}
#[diagnostic::do_not_recommend]
impl<M> IntoFilter<M> for Filter<M> {
    fn into_filter(self) -> Filter<M> {
        self
    }
}

impl<M, F: IntoFilter<M>> BitAnd<F> for Filter<M> {
    type Output = Self;
    fn bitand(self, other: F) -> Self {
        Self::new(self.expr.and(other.into_filter().expr))
    }
}
impl<M, F: IntoFilter<M>> BitOr<F> for Filter<M> {
    type Output = Self;
    fn bitor(self, other: F) -> Self {
        Self::new(self.expr.or(other.into_filter().expr))
    }
}
impl<M> Not for Filter<M> {
    type Output = Self;
    fn not(self) -> Self {
        Self::new(self.expr.negate())
    }
}
