//! What all operators end in: a test of what stands at a path.

use super::super::{
    expr::{Expr, PathTest, Test},
    filter::Filter,
    path::{Path, RawPath},
};
use crate::codec::{Encode, to_bson};
use bson::Bson;

impl<R, T, K> Path<R, T, K> {
    /// A test of what stands at this path, unless the path itself cannot be asked for.
    pub(super) fn test(&self, test: Test) -> Filter<R> {
        Filter::new(match self.raw.fault() {
            Some(fault) => Expr::Fault(self.stored().to_owned(), fault.clone()),
            None => Expr::Test(self.raw.clone(), test),
        })
    }

    /// A test against another path, unless that cannot be asked for.
    pub(super) fn test_path(&self, test: PathTest, other: RawPath) -> Filter<R> {
        match other.fault() {
            Some(fault) => Filter::new(Expr::Fault(other.stored().to_owned(), fault.clone())),
            None => self.test(Test::Path(test, other)),
        }
    }

    /// A test with an operand that passes the codec first.
    pub(super) fn test_value(&self, operand: &impl Encode, test: impl FnOnce(Bson) -> Test) -> Filter<R> {
        match to_bson(operand) {
            Ok(value) => self.test(test(value)),
            Err(error) => Filter::new(Expr::Fault(self.stored().to_owned(), error)),
        }
    }

    /// A test with several of them.
    pub(super) fn test_values(&self, operands: impl Iterator<Item: Encode>, test: impl FnOnce(Vec<Bson>) -> Test) -> Filter<R> {
        match operands.map(|operand| to_bson(&operand)).collect::<Result<Vec<_>, _>>() {
            Ok(values) => self.test(test(values)),
            Err(error) => Filter::new(Expr::Fault(self.stored().to_owned(), error)),
        }
    }
}
