//! [`Operator`]: what a query string may ask of a field, which is what its typed path may be asked and a text can say.
//!
//! Not among them: `matches`, since a pattern from outside can keep the server busy; questions of what is stored; and what takes whole lists,
//! composites, maps or places.

use super::asked::Asked;
use crate::{
    model::Model,
    query::{
        Filter, Path,
        expr::{Expr, Order, Test, TextTest},
    },
    schema::Kind,
};

/// An operator, as it stands in brackets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Eq,
    Ne,
    In,
    NotIn,
    Compare(Order),
    Text(TextTest),
    IgnoringCase(TextTest),
    NotIgnoringCase,
    InIgnoringCase,
    IsNone,
    IsSome,
    Has,
    HasEvery,
    HasSome,
    IsEmpty,
    Len,
    NotLen,
    CompareLen(Order),
}

/// Operators that a field has together, by name.
pub(super) type Family = &'static [(&'static str, Operator)];

const EQUALITY: Family = &[("eq", Operator::Eq), ("ne", Operator::Ne), ("in", Operator::In), ("not_in", Operator::NotIn)];
const ORDER: Family = &[
    ("lt", Operator::Compare(Order::Lt)),
    ("lte", Operator::Compare(Order::Lte)),
    ("gt", Operator::Compare(Order::Gt)),
    ("gte", Operator::Compare(Order::Gte)),
];
const TEXT: Family = &[
    ("contains", Operator::Text(TextTest::Contains)),
    ("starts_with", Operator::Text(TextTest::StartsWith)),
    ("ends_with", Operator::Text(TextTest::EndsWith)),
    ("eq_ci", Operator::IgnoringCase(TextTest::Is)),
    ("ne_ci", Operator::NotIgnoringCase),
    ("in_ci", Operator::InIgnoringCase),
    ("contains_ci", Operator::IgnoringCase(TextTest::Contains)),
    ("starts_with_ci", Operator::IgnoringCase(TextTest::StartsWith)),
    ("ends_with_ci", Operator::IgnoringCase(TextTest::EndsWith)),
];
const PRESENCE: Family = &[("is_none", Operator::IsNone), ("is_some", Operator::IsSome)];
const ITEMS: Family = &[("has", Operator::Has), ("has_every", Operator::HasEvery), ("has_some", Operator::HasSome)];
const LENGTH: Family = &[
    ("is_empty", Operator::IsEmpty),
    ("len", Operator::Len),
    ("len_ne", Operator::NotLen),
    ("len_lt", Operator::CompareLen(Order::Lt)),
    ("len_lte", Operator::CompareLen(Order::Lte)),
    ("len_gt", Operator::CompareLen(Order::Gt)),
    ("len_gte", Operator::CompareLen(Order::Gte)),
];

impl Asked {
    /// The operators of the field.
    pub(super) fn families(&self) -> Vec<Family> {
        let mut families = Vec::new();
        let kind = self.field.kind;
        if self.is_listed {
            // As of a typed path through a list.
            if kind.is_scalar() && self.is_spelled() {
                families.push(ITEMS);
            }
            return families;
        }
        match kind {
            Kind::Array(_) if self.is_spelled() => families.extend([ITEMS, LENGTH]),
            Kind::Array(_) => families.push(LENGTH),
            Kind::Map(_) | Kind::Composite(_) => {}
            // Without a type there is nothing to read a text as.
            Kind::Any => return families,
            _ => {
                let of_values = [(EQUALITY, self.is_spelled()), (ORDER, self.is_ordered()), (TEXT, self.is_text())];
                families.extend(of_values.into_iter().filter(|(_, has)| *has).map(|(family, _)| family));
            }
        }
        if self.is_optional {
            families.push(PRESENCE);
        }
        families
    }

    /// The names of its operators.
    pub(super) fn operators(&self) -> impl Iterator<Item = &'static str> {
        self.families().into_iter().flatten().map(|(name, _)| *name)
    }

    /// The operator with this name, where the field has it.
    pub(super) fn operator(&self, name: &str) -> Option<Operator> {
        self.families().into_iter().flatten().find(|(known, _)| *known == name).map(|(_, operator)| *operator)
    }
}

impl Operator {
    /// Whether it takes several values, and its key may so be repeated.
    pub(super) fn takes_several(self) -> bool {
        matches!(self, Self::In | Self::NotIn | Self::InIgnoringCase | Self::HasEvery | Self::HasSome)
    }

    /// The condition on the field.
    ///
    /// # Errors
    /// What the value must be.
    pub(super) fn filter<M: Model>(self, asked: &Asked, values: &[String]) -> Result<Filter<M>, String> {
        let test = |test: Test| -> Filter<M> { Filter::new(Expr::Test(asked.path.clone(), test)) };
        let text = values.first().map_or("", String::as_str);
        let operand = || asked.operand(text).map(|operand| operand.value);
        let operands = || values.iter().map(|text| asked.operand(text).map(|operand| operand.value)).collect::<Result<Vec<_>, String>>();
        Ok(match self {
            Self::Eq => test(Test::Eq(operand()?)),
            Self::Ne => !test(Test::Eq(operand()?)),
            Self::In => test(Test::In(operands()?)),
            Self::NotIn => !test(Test::In(operands()?)),
            Self::Compare(order) => {
                let operand = asked.operand(text)?;
                test(Test::Compare(if operand.is_finer { order.of_cut() } else { order }, operand.value))
            }
            Self::Text(place) => test(Test::Text(place, text.to_owned())),
            Self::IgnoringCase(place) => test(Test::IgnoringCase(place, text.to_owned())),
            Self::NotIgnoringCase => !test(Test::IgnoringCase(TextTest::Is, text.to_owned())),
            Self::InIgnoringCase => Filter::any_of(values.iter().map(|text| test(Test::IgnoringCase(TextTest::Is, text.clone())))),
            Self::IsNone => where_said(test(Test::IsNone), text)?,
            Self::IsSome => where_said(!test(Test::IsNone), text)?,
            Self::Has => test(Test::Has(operand()?)),
            Self::HasEvery => test(Test::HasEvery(operands()?)),
            Self::HasSome => test(Test::HasSome(operands()?)),
            Self::IsEmpty => where_said(test(Test::Len(0)), text)?,
            Self::Len | Self::NotLen | Self::CompareLen(_) => self.length(asked, text)?,
        })
    }

    fn length<M: Model>(self, asked: &Asked, text: &str) -> Result<Filter<M>, String> {
        let number = text.parse::<u32>().map_err(|_| "a number of items".to_owned())?;
        // The item's type makes no difference to how many there are.
        let length = Path::<M, Vec<String>>::from_raw(asked.path.clone()).len();
        Ok(match self {
            Self::CompareLen(Order::Lt) => length.lt(number),
            Self::CompareLen(Order::Lte) => length.lte(number),
            Self::CompareLen(Order::Gt) => length.gt(number),
            Self::CompareLen(Order::Gte) => length.gte(number),
            Self::NotLen => length.ne(number),
            _ => length.eq(number),
        })
    }
}

/// The condition or, where the text says `false`, its complement.
fn where_said<M>(filter: Filter<M>, text: &str) -> Result<Filter<M>, String> {
    match text {
        "true" => Ok(filter),
        "false" => Ok(!filter),
        _ => Err("`true` or `false`".to_owned()),
    }
}
