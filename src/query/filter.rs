//! [`Filter`]: a predicate on documents of a model, over an untyped [`Expr`].

use super::{
    eval::{matches, matches_stored},
    expr::Expr,
    shape::Shape,
};
use crate::{
    Error, Result,
    codec::{EncodeError, from_document, to_document},
    model::{Model, Root},
    schema::Layout,
};
use bson::{Document, RawDocument};
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
    /// How many predicates stand in one another.
    levels: usize,
    marker: PhantomData<fn() -> M>,
}

/// How deep filters may be nested: the server takes 200 levels of BSON, of which a predicate has up to three.
const MAX_LEVELS: usize = 128;

impl<M> Filter<M> {
    pub(crate) fn new(expr: Expr) -> Self {
        let levels = expr.levels();
        Self::of(expr, levels)
    }

    /// What is nested too deep stays a fault from then on, and takes no more space: whoever builds it by a loop gets an error and not an
    /// overflow of the stack.
    fn of(expr: Expr, levels: usize) -> Self {
        if levels > MAX_LEVELS {
            return Self::of(Expr::Fault(String::new(), EncodeError::of("a filter of at most 128 levels")), 1);
        }
        Self { expr, levels, marker: PhantomData }
    }

    /// True of every document.
    #[must_use]
    pub fn all() -> Self {
        Self::new(Expr::All)
    }

    /// True where all of `filters` are; of every document where there are none.
    #[must_use]
    pub fn all_of(filters: impl IntoIterator<Item = Self>) -> Self {
        filters.into_iter().fold(Self::new(Expr::EMPTY), BitAnd::bitand)
    }

    /// True where one of `filters` is; of no document where there are none.
    #[must_use]
    pub fn any_of(filters: impl IntoIterator<Item = Self>) -> Self {
        filters.into_iter().fold(Self::new(Expr::Nothing), BitOr::bitor)
    }

    /// The filter with its values, for eyes that may see them.
    #[must_use]
    pub fn detail(&self) -> impl fmt::Display {
        Shape::of(&self.expr).with_values()
    }

    /// True where none of `filters` is.
    #[must_use]
    pub fn none_of(filters: impl IntoIterator<Item = Self>) -> Self {
        !Self::any_of(filters)
    }
}

impl<M: Root> Filter<M> {
    /// The filter behind an [`unwind`](crate::action::Pipeline::unwind), where it stands beside one of items:
    /// `Order::paid.eq(true).unwound() | Order::lines.unwound().quantity().gt(9)`.
    #[must_use]
    pub fn unwound(self) -> Filter<M::Unwound> {
        Filter { expr: self.expr, levels: self.levels, marker: PhantomData }
    }
}

impl<M: Model> Filter<M> {
    /// Whether the filter is true of this value: the same answer as the server's of the document that the value is stored as.
    ///
    /// # Errors
    /// [`Error::NotInMemory`] where the filter asks what only the server knows: `matches`, `exists`, `is_missing`, `is_null`, searches, places
    /// on the earth, and related documents. [`Error::Invalid`] where the value or an operand cannot be stored.
    pub fn matches(&self, value: &M) -> Result<bool> {
        let schema = M::schema();
        let bytes = to_document(value).map_err(|error| Error::encode(schema, &error))?;
        let document: Document = from_document(&bytes).map_err(|error| Error::decode(schema, &bytes, error))?;
        matches(Layout::from(schema), &document, &self.expr).map_err(|refused| refused.into_error(schema))
    }
}

impl<M: Model> Filter<M> {
    /// Whether the filter is true of a document as it is stored: the same answer as the server's, also to `exists`, `is_missing`, `is_null`
    /// and `has_key`.
    ///
    /// ```
    /// # use chakra::{bson::rawdoc, prelude::*};
    /// # #[derive(Model)] struct User { #[chakra(id)] id: i64, name: Option<String> }
    /// assert!(User::name.is_null().matches_raw(&rawdoc! { "_id": 1, "name": null })?);
    /// assert!(User::name.is_missing().matches_raw(&rawdoc! { "_id": 1 })?);
    /// # Ok::<(), chakra::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Decode`] where the model cannot read the document, else as [`matches`](Self::matches).
    pub fn matches_raw(&self, document: &RawDocument) -> Result<bool> {
        let (schema, bytes) = (M::schema(), document.as_bytes());
        let read = |error| Error::decode(schema, bytes, error);
        let value: M = from_document(bytes).map_err(read)?;
        let stored: Document = from_document(bytes).map_err(read)?;
        let bytes = to_document(&value).map_err(|error| Error::encode(schema, &error))?;
        let document: Document = from_document(&bytes).map_err(|error| Error::decode(schema, &bytes, error))?;
        matches_stored(Layout::from(schema), &document, &stored, &self.expr).map_err(|refused| refused.into_error(schema))
    }
}

impl<M> Clone for Filter<M> {
    fn clone(&self) -> Self {
        Self { expr: self.expr.clone(), levels: self.levels, marker: PhantomData }
    }
}
impl<M> fmt::Debug for Filter<M> {
    /// The shape alone: values are a document's, and do not belong into logs. [`detail`](Filter::detail) shows them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Filter({})", Shape::of(&self.expr))
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
        let other = other.into_filter();
        let levels = nested(self.levels, matches!(self.expr, Expr::And(_))).max(nested(other.levels, matches!(other.expr, Expr::And(_))));
        Self::of(self.expr.and(other.expr), levels)
    }
}
impl<M, F: IntoFilter<M>> BitOr<F> for Filter<M> {
    type Output = Self;
    fn bitor(self, other: F) -> Self {
        let other = other.into_filter();
        let levels = nested(self.levels, matches!(self.expr, Expr::Or(_))).max(nested(other.levels, matches!(other.expr, Expr::Or(_))));
        Self::of(self.expr.or(other.expr), levels)
    }
}
impl<M> Not for Filter<M> {
    type Output = Self;
    fn not(self) -> Self {
        let levels = self.levels;
        match self.expr.negate() {
            expr @ Expr::Not(_) => Self::of(expr, levels + 1),
            expr => Self::of(expr, levels.max(1)),
        }
    }
}

/// The levels of a predicate in a conjunction or disjunction; one that is itself of that kind is taken apart.
fn nested(levels: usize, is_taken_apart: bool) -> usize {
    if is_taken_apart { levels } else { levels + 1 }
}
