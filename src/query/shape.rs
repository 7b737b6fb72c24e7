//! [`Shape`]: filters and changes as text, with their values or without.

use super::{
    change::{Change, End, Operation},
    expr::{Expr, GeoTest, PathTest, Stored, Test},
};
use bson::Bson;
use std::fmt;

/// What is printed of a filter or of changes.
pub(super) struct Shape<'e> {
    what: What<'e>,
    shows_values: bool,
}

enum What<'e> {
    Expr(&'e Expr),
    Changes(&'e [Change]),
}

impl<'e> Shape<'e> {
    /// The paths of a filter and how they are tested.
    pub(super) fn of(expr: &'e Expr) -> Self {
        Self { what: What::Expr(expr), shows_values: false }
    }

    /// The paths that are changed, and how.
    pub(super) fn of_changes(changes: &'e [Change]) -> Self {
        Self { what: What::Changes(changes), shows_values: false }
    }

    /// The same with all values.
    pub(super) fn with_values(self) -> Self {
        Self { shows_values: true, ..self }
    }
}

impl fmt::Display for Shape<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut printer = Printer { f, shows_values: self.shows_values };
        match self.what {
            What::Expr(expr) => printer.expr(expr),
            What::Changes(changes) => printer.changes(changes),
        }
    }
}

struct Printer<'f, 'b> {
    f: &'f mut fmt::Formatter<'b>,
    shows_values: bool,
}

impl Printer<'_, '_> {
    /// `name(…, …)`.
    fn list(&mut self, name: &str, items: &[Expr]) -> fmt::Result {
        write!(self.f, "{name}(")?;
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                self.f.write_str(", ")?;
            }
            self.expr(item)?;
        }
        self.f.write_str(")")
    }

    fn value(&mut self, value: &Bson) -> fmt::Result {
        if self.shows_values { write!(self.f, "{value}") } else { self.f.write_str("_") }
    }

    fn text(&mut self, text: &str) -> fmt::Result {
        if self.shows_values { write!(self.f, "{text:?}") } else { self.f.write_str("_") }
    }

    fn values(&mut self, values: &[Bson]) -> fmt::Result {
        if !self.shows_values {
            return match values.len() {
                1 => self.f.write_str("1 value"),
                several => write!(self.f, "{several} values"),
            };
        }
        self.f.write_str("[")?;
        for (at, value) in values.iter().enumerate() {
            if at > 0 {
                self.f.write_str(", ")?;
            }
            self.value(value)?;
        }
        self.f.write_str("]")
    }

    fn expr(&mut self, expr: &Expr) -> fmt::Result {
        match expr {
            Expr::All => self.f.write_str("all"),
            Expr::Nothing => self.f.write_str("nothing"),
            Expr::And(items) => self.list("and", items),
            Expr::Or(items) => self.list("or", items),
            Expr::Not(inner) => self.list("not", std::slice::from_ref(inner)),
            Expr::Fault(path, _) => write!(self.f, "{path} fault"),
            Expr::Search(search) => {
                self.f.write_str("search ")?;
                self.text(&search.text)
            }
            Expr::Related(test) => {
                self.f.write_str(test.relation)?;
                if !test.count.is_some() {
                    self.f.write_str(" in number ")?;
                    if self.shows_values { write!(self.f, "{}", test.count)? } else { self.f.write_str("_")? }
                }
                self.list(" leads to", std::slice::from_ref(&test.inner))
            }
            Expr::Test(path, test) => {
                self.f.write_str(if path.stored().is_empty() { "it" } else { path.stored() })?;
                self.test(test)
            }
        }
    }

    fn test(&mut self, test: &Test) -> fmt::Result {
        match test {
            Test::Eq(value) => {
                self.f.write_str(" eq ")?;
                self.value(value)
            }
            Test::In(values) | Test::Key(values) => {
                self.f.write_str(" in ")?;
                self.values(values)
            }
            Test::Compare(order, value) => {
                write!(self.f, " {order:?} ")?;
                self.value(value)
            }
            Test::Path(PathTest::Eq, other) => write!(self.f, " eq {}", other.stored()),
            Test::Path(PathTest::Compare(order), other) => write!(self.f, " {order:?} {}", other.stored()),
            Test::Text(test, part) => {
                write!(self.f, " {test:?} ")?;
                self.text(part)
            }
            Test::IgnoringCase(test, part) => {
                write!(self.f, " {test:?} ")?;
                self.text(part)?;
                self.f.write_str(" in any case")
            }
            Test::Matches(pattern) => {
                self.f.write_str(" matches ")?;
                self.text(pattern)
            }
            Test::Mod(divisor, remainder) => write!(self.f, " mod {divisor} is {remainder}"),
            Test::Bits(test, mask) => write!(self.f, " bits {test:?} {mask:#x}"),
            Test::Has(value) => {
                self.f.write_str(" has ")?;
                self.value(value)
            }
            Test::HasEvery(values) => {
                self.f.write_str(" has every of ")?;
                self.values(values)
            }
            Test::HasSome(values) => {
                self.f.write_str(" has some of ")?;
                self.values(values)
            }
            Test::Len(len) => write!(self.f, " len eq {len}"),
            Test::LenAtLeast(len) => write!(self.f, " len gte {len}"),
            Test::IsNone => self.f.write_str(" is_none"),
            Test::Stored(Stored::Missing) => self.f.write_str(" is_missing"),
            Test::Stored(Stored::Null) => self.f.write_str(" is_null"),
            Test::Is(inner) => self.list(" is", std::slice::from_ref(inner)),
            Test::Some(inner) => self.list(" some", std::slice::from_ref(inner)),
            Test::Geo(test) => self.geo(test),
        }
    }

    fn geo(&mut self, test: &GeoTest) -> fmt::Result {
        match test {
            GeoTest::Near { longitude, latitude, meters } if self.shows_values => {
                write!(self.f, " near ({longitude}, {latitude}) by {meters} m")
            }
            GeoTest::Near { .. } => self.f.write_str(" near _"),
            GeoTest::Within(area) => {
                self.f.write_str(" within ")?;
                self.value(area)
            }
            GeoTest::Intersects(place) => {
                self.f.write_str(" intersects ")?;
                self.value(place)
            }
        }
    }

    fn changes(&mut self, changes: &[Change]) -> fmt::Result {
        for (at, change) in changes.iter().enumerate() {
            if at > 0 {
                self.f.write_str(", ")?;
            }
            self.f.write_str(change.stored())?;
            self.operation(&change.operation)?;
        }
        Ok(())
    }

    fn operation(&mut self, operation: &Operation) -> fmt::Result {
        let (name, operand) = match operation {
            Operation::Set(value) => ("set", Some(value)),
            Operation::Inc(value) => ("inc", Some(value)),
            Operation::Mul(value) => ("mul", Some(value)),
            Operation::Min(value) => ("min", Some(value)),
            Operation::Max(value) => ("max", Some(value)),
            Operation::Unset => ("unset", None),
            Operation::CurrentDate => ("current_date", None),
            Operation::Pop(End::Last) => ("pop", None),
            Operation::Pop(End::First) => ("pop_first", None),
            Operation::Fault(_) => ("fault", None),
            Operation::Bits(operation, mask) => {
                write!(self.f, " bits {operation:?} ")?;
                return self.value(mask);
            }
            Operation::Push(values) | Operation::AddToSet(values) | Operation::Pull(values) => {
                let name = match operation {
                    Operation::Push(_) => "push",
                    Operation::AddToSet(_) => "add_to_set",
                    _ => "pull",
                };
                write!(self.f, " {name} ")?;
                return self.values(values);
            }
            Operation::PullWhere(of) => return self.list(" pull_where", std::slice::from_ref(of)),
            Operation::Elements(of, changes) => {
                self.list(" where", std::slice::from_ref(of))?;
                self.f.write_str(" {")?;
                self.changes(changes)?;
                return self.f.write_str("}");
            }
        };
        write!(self.f, " {name}")?;
        if let Some(operand) = operand {
            self.f.write_str(" ")?;
            self.value(operand)?;
        }
        Ok(())
    }
}
