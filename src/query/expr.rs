//! [`Expr`]: a filter without its types, closed and small.
//!
//! Filled by the operators, read by `render`. Negative operators are the negation of the positive ones (`ne` is `!eq`), so that each meaning
//! is rendered once.

use super::{numbers::Numbers, path::RawPath};
use crate::{codec::EncodeError, schema::Schema};
use bson::Bson;

/// A predicate on a document.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// True of every document.
    All,
    /// True of none.
    Nothing,
    /// True where all are.
    And(Vec<Expr>),
    /// True where one is.
    Or(Vec<Expr>),
    /// True where the other is not.
    Not(Box<Expr>),
    /// A test of what stands at a stored path.
    Test(RawPath, Test),
    /// A document that the model's text index finds.
    Search(Search),
    /// A document to which a relation leads that passes a test. `relation` puts a test of a key in its place before the filter is rendered.
    Related(Box<RelatedTest>),
    /// An operand that the codec cannot store, with the path that it was compared with. Said when the filter is used.
    Fault(String, EncodeError),
}

/// A test of the documents on the other side of a relation: how many of them match.
#[derive(Clone, Debug)]
pub struct RelatedTest {
    /// The model that has the relation.
    pub(crate) owner: &'static Schema,
    /// The relation's field.
    pub(crate) relation: &'static str,
    /// The operator as it was written, of which this may be the negation.
    pub(crate) operator: &'static str,
    /// How many related documents must match; zero is none of these numbers.
    pub(crate) count: Numbers,
    /// What a related document must match.
    pub(crate) inner: Expr,
}

impl PartialEq for RelatedTest {
    fn eq(&self, other: &Self) -> bool {
        let asks = |test: &Self| (test.relation, test.operator);
        std::ptr::eq(self.owner, other.owner) && asks(self) == asks(other) && self.count == other.count && self.inner == other.inner
    }
}

/// What the text index is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// The words, as the server reads them: `-` before a word excludes it, and quotes make a phrase.
    pub text: String,
    /// The language that they are in, where it is not the index's.
    pub language: Option<String>,
    /// Whether capital and small letters are told apart.
    pub case_sensitive: bool,
    /// Whether letters with and without marks are told apart.
    pub diacritic_sensitive: bool,
}

/// A test of one value. Operands have passed the field's codec.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// Equal to the operand.
    Eq(Bson),
    /// Equal to one of the operands.
    In(Vec<Bson>),
    /// Stored as one of these keys, as the server compares, alone or in a list.
    Key(Vec<Bson>),
    /// On that side of the operand.
    Compare(Order, Bson),
    /// Compared with what stands at another path of the same document.
    Path(PathTest, RawPath),
    /// Text with the operand in that place.
    Text(TextTest, String),
    /// The same, whatever its case.
    IgnoringCase(TextTest, String),
    /// Text in which the server finds a regular expression.
    Matches(String),
    /// A whole number that leaves the second when divided by the first.
    Mod(i64, i64),
    /// A whole number with these bits.
    Bits(BitTest, u64),
    /// A list with the operand in it.
    Has(Bson),
    /// A list with all operands in it.
    HasEvery(Vec<Bson>),
    /// A list with one of the operands in it.
    HasSome(Vec<Bson>),
    /// A list of exactly so many items.
    Len(u32),
    /// A list of at least so many items.
    LenAtLeast(u32),
    /// `None`: null or missing.
    IsNone,
    /// What is stored, not what the model reads.
    Stored(Stored),
    /// A composite of which the inner predicate is true.
    Is(Box<Expr>),
    /// A list with a composite of which the inner predicate is true.
    Some(Box<Expr>),
    /// A place on the earth.
    Geo(GeoTest),
}

/// How two paths compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathTest {
    /// Equal.
    Eq,
    /// The first on that side of the second.
    Compare(Order),
}

/// Where in a text the operand stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextTest {
    /// Anywhere.
    Contains,
    /// At its start.
    StartsWith,
    /// At its end.
    EndsWith,
    /// It is the whole text.
    Is,
}

/// Which bits of the operand a number has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BitTest {
    /// All.
    AllSet,
    /// At least one.
    AnySet,
    /// None.
    AllClear,
    /// Not all.
    AnyClear,
}

/// What a document holds at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    /// No field.
    Missing,
    /// A null.
    Null,
}

/// Where a place lies.
#[derive(Clone, Debug, PartialEq)]
pub enum GeoTest {
    /// Around a point.
    Near {
        /// The point's longitude in degrees.
        longitude: f64,
        /// Its latitude in degrees.
        latitude: f64,
        /// How far from it.
        meters: f64,
    },
    /// In a polygon.
    Within(Bson),
    /// On or in another place.
    Intersects(Bson),
}

/// A side of an operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Less.
    Lt,
    /// Less or equal.
    Lte,
    /// Greater.
    Gt,
    /// Greater or equal.
    Gte,
}

impl Order {
    /// The side of what is left of an operand that is finer than what is stored: both are cut towards the past, so what is below the
    /// operand is below its cut or on it.
    pub(crate) const fn of_cut(self) -> Self {
        match self {
            Self::Lt => Self::Lte,
            Self::Gte => Self::Gt,
            Self::Lte | Self::Gt => self,
        }
    }
}

impl Expr {
    /// The conjunction of nothing. It is true of every document as [`All`](Self::All) is, but nobody wrote that out, so a many-write
    /// refuses it.
    pub(crate) const EMPTY: Self = Self::And(Vec::new());

    /// How many predicates stand in one another.
    pub(crate) fn levels(&self) -> usize {
        match self {
            Self::All | Self::Nothing | Self::Fault(..) | Self::Search(_) => 1,
            Self::And(exprs) | Self::Or(exprs) => 1 + exprs.iter().map(Self::levels).max().unwrap_or(0),
            Self::Not(inner) | Self::Test(_, Test::Some(inner) | Test::Is(inner)) => 1 + inner.levels(),
            Self::Related(test) => 1 + test.inner.levels(),
            Self::Test(..) => 1,
        }
    }

    /// Whether it asks for documents by what stands on the other side of a relation.
    pub(crate) fn has_related(&self) -> bool {
        match self {
            Self::Related(_) => true,
            Self::And(exprs) | Self::Or(exprs) => exprs.iter().any(Self::has_related),
            Self::Not(inner) => inner.has_related(),
            // The composites in a document have no relations.
            Self::All | Self::Nothing | Self::Test(..) | Self::Search(_) | Self::Fault(..) => false,
        }
    }

    /// Whether it asks the text index, below a negation or not.
    pub(crate) fn has_search(&self) -> bool {
        match self {
            Self::Search(_) => true,
            Self::And(exprs) | Self::Or(exprs) => exprs.iter().any(Self::has_search),
            Self::Not(inner) => inner.has_search(),
            // That of a related document is asked of its own model.
            Self::All | Self::Nothing | Self::Test(..) | Self::Related(_) | Self::Fault(..) => false,
        }
    }

    /// The paths from the document itself that it tests.
    pub(crate) fn paths<'e>(&'e self, found: &mut Vec<&'e RawPath>) {
        match self {
            Self::And(exprs) | Self::Or(exprs) => exprs.iter().for_each(|expr| expr.paths(found)),
            Self::Not(inner) => inner.paths(found),
            Self::Test(path, test) => {
                found.push(path);
                if let Test::Path(_, other) = test {
                    found.push(other);
                }
            }
            Self::All | Self::Nothing | Self::Search(_) | Self::Related(_) | Self::Fault(..) => {}
        }
    }

    /// The `_id` that it names, where it is by an id.
    pub(crate) fn named_id(&self) -> Option<&Bson> {
        match self {
            Self::Test(path, Test::Eq(id)) if path.stored() == "_id" => Some(id),
            Self::And(all) => all.iter().find_map(Self::named_id),
            _ => None,
        }
    }

    /// The paths and values of a key: where it is nothing but what fields must hold.
    pub(crate) fn named_values(&self) -> Option<Vec<(&RawPath, &Bson)>> {
        match self {
            Self::Test(path, Test::Eq(value)) => Some(vec![(path, value)]),
            Self::And(all) if !all.is_empty() => Some(all.iter().map(Self::named_values).collect::<Option<Vec<_>>>()?.concat()),
            _ => None,
        }
    }

    /// Both; what is neutral is folded at once.
    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::All, e) | (e, Self::All) => e,
            (Self::And(none), e) | (e, Self::And(none)) if none.is_empty() => e,
            (Self::And(mut left), Self::And(right)) => {
                left.extend(right);
                Self::And(left)
            }
            (Self::And(mut left), e) => {
                left.push(e);
                Self::And(left)
            }
            (left, right) => Self::And(vec![left, right]),
        }
    }

    /// Either.
    pub(crate) fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Nothing, e) | (e, Self::Nothing) => e,
            (Self::Or(mut left), Self::Or(right)) => {
                left.extend(right);
                Self::Or(left)
            }
            (Self::Or(mut left), e) => {
                left.push(e);
                Self::Or(left)
            }
            (left, right) => Self::Or(vec![left, right]),
        }
    }

    /// The exact complement.
    pub(crate) fn negate(self) -> Self {
        match self {
            Self::All => Self::Nothing,
            Self::Nothing => Self::EMPTY,
            Self::Not(inner) => *inner,
            // A fault stays one whichever way it is asked.
            Self::Fault(path, error) => Self::Fault(path, error),
            other => Self::Not(Box::new(other)),
        }
    }
}
