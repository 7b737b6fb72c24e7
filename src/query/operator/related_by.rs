//! What the one document that a relation leads to holds, as something to order by.

use crate::{
    model::{FieldType, Model},
    query::{
        Path, Relation, Sort, ToOne, ToOptional, Whole,
        expr::Expr,
        sort::{RelatedKey, RelatedValue, SortKey},
    },
    schema::{Direction, Kind},
};
use std::{fmt, marker::PhantomData};

/// A field of the document that a relation of `R` to one leads to, to order documents of `R` by. Where there is no such document it is `None`.
///
/// ```no_run
/// # use chakra::prelude::*;
/// # #[derive(Model)] struct User { #[chakra(id)] id: Id<User>, username: String }
/// # #[derive(Model)] struct Post { #[chakra(id)] id: Id<Post>, author_id: Id<User>,
/// #     #[chakra(relation = ManyToOne, foreign_key = author_id)] author: Related<User> }
/// # async fn f(db: Db) -> chakra::Result<()> {
/// let posts = db.find_many(Post::all()).order_by((Post::author.by(User::username).asc(), Post::id.desc())).take(20).await?;
/// # Ok(()) }
/// ```
pub struct RelatedField<R> {
    relation: &'static str,
    path: String,
    marker: PhantomData<fn() -> R>,
}

impl<R> Clone for RelatedField<R> {
    fn clone(&self) -> Self {
        Self { relation: self.relation, path: self.path.clone(), marker: PhantomData }
    }
}
impl<R> fmt::Debug for RelatedField<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RelatedField({}.{})", self.relation, self.path)
    }
}

impl<R: Model> RelatedField<R> {
    /// From the least value up; first those without a related document, and those of which it holds `None`.
    ///
    /// Sent as an `aggregate`: see [`order_by`](crate::action::Find::order_by).
    #[must_use]
    pub fn asc(&self) -> Sort<R> {
        self.sort(Direction::Ascending)
    }

    /// From the greatest value down; last those without a related document.
    #[must_use]
    pub fn desc(&self) -> Sort<R> {
        self.sort(Direction::Descending)
    }

    fn sort(&self, direction: Direction) -> Sort<R> {
        let (relation, value) = (self.relation, RelatedValue::Path(self.path.clone()));
        Sort::by(SortKey::Related(Box::new(RelatedKey { owner: R::schema(), relation, filter: Expr::All, value, direction })))
    }
}

macro_rules! to_one {
    ($($one:ident)*) => { $(
        impl<R: Model, M: Model, F> Relation<R, M, $one, F> {
            /// A field of the related document, to order by. A list has no order and does not compile.
            #[must_use]
            pub fn by<T: FieldType, K: Whole>(&self, path: Path<M, T, K>) -> RelatedField<R> {
                // The server would take the least or the greatest item.
                const { assert!(!matches!(T::KIND, Kind::Array(_)), "a list has no order: sort by another field") };
                RelatedField { relation: self.name(), path: path.stored().to_owned(), marker: PhantomData }
            }
        }
    )* };
}
to_one!(ToOne ToOptional);
