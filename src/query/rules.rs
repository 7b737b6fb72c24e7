//! The rules for changes: what is refused before anything is sent, and what a stored document must not be, so that no update stores what the
//! model cannot read.
//!
//! What depends on the stored document is a [`Guard`]: a predicate as any filter's, so that the server refuses in the command itself exactly
//! the documents that are refused in memory. Read by `apply` and by `render`.

use super::{
    change::{Change, End, Operation},
    eval::is_nan,
    expr::{Expr, Order, Test},
    path::RawPath,
    place::{Held, Level, Place, place},
    range::{Arithmetic, NoRoom, Room},
};
use crate::{
    Error, Result,
    schema::{Broken, Kind, Layout, Rule, Schema, check_items, check_kind, check_value, counted},
};
use bson::Bson;

/// Documents that an update refuses.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Guard {
    /// Which they are.
    pub(crate) refused: Expr,
    /// The rule that they break.
    pub(crate) broken: Broken,
}

/// A change and where its path leads.
#[derive(Debug)]
pub(crate) struct Placed<'c> {
    pub(crate) change: &'c Change,
    pub(crate) place: Place,
    /// The changes to the items of a list, each where its path leads in them.
    pub(crate) inner: Vec<Placed<'c>>,
}

/// Changes that break no rule of their own.
#[derive(Debug)]
pub(crate) struct Checked<'c> {
    pub(crate) changes: Vec<Placed<'c>>,
    pub(crate) guards: Vec<Guard>,
}

/// Checks all changes of one update, and says which documents they refuse.
///
/// # Errors
/// A value that the codec or a declared limit refuses, two changes to one path or to a path and one below it, or no change at all.
pub(crate) fn check_changes<'c>(schema: &'c Schema, changes: &'c [Change]) -> Result<Checked<'c>> {
    if changes.is_empty() {
        return Err(Error::rule(schema, String::new(), "at least one change"));
    }
    let mut checker = Checker { schema, prefix: String::new(), guards: Vec::new(), broken: Vec::new() };
    let changes = checker.check_all(Layout::from(schema), changes)?;
    if checker.broken.is_empty() { Ok(Checked { changes, guards: checker.guards }) } else { Err(Error::invalid(schema, checker.broken)) }
}

struct Checker<'s> {
    schema: &'s Schema,
    /// The path of the list whose items are changed, with its dot; for messages.
    prefix: String,
    guards: Vec<Guard>,
    broken: Vec<Broken>,
}

impl Checker<'_> {
    fn check_all<'c>(&mut self, layout: Layout, changes: &'c [Change]) -> Result<Vec<Placed<'c>>> {
        self.refuse_overlaps(changes)?;
        changes.iter().map(|change| self.check(layout, change)).collect()
    }

    /// The server would refuse such an update with a message of its own; this names the paths before anything is sent.
    fn refuse_overlaps(&self, changes: &[Change]) -> Result<()> {
        for (at, change) in changes.iter().enumerate() {
            let (path, earlier) = (change.stored(), &changes[..at]);
            let below = |outer: &str, inner: &str| inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('.'));
            if let Some(other) = earlier.iter().map(Change::stored).find(|other| *other == path || below(other, path) || below(path, other))
            {
                let rule = if other == path {
                    "one change only".to_owned()
                } else {
                    format!("no change along with one of `{}{other}`", self.prefix)
                };
                return Err(self.rule(path, rule));
            }
        }
        Ok(())
    }

    fn check<'c>(&mut self, layout: Layout, change: &'c Change) -> Result<Placed<'c>> {
        let path = change.stored();
        if self.prefix.is_empty() && (path == "_id" || path.starts_with("_id.")) {
            return Err(self.rule(path, "no change: the `_id` of a document never changes"));
        }
        let place = place(layout, &change.path);
        self.refuse_place(path, change, &place)?;
        for level in place.levels.iter().filter(|level| level.default.is_none()) {
            let rule = match level.held {
                Held::Object => format!("`{}{}` to be some", self.prefix, level.path),
                Held::Variant { name, .. } if level.path.is_empty() => format!("a `{name}`"),
                Held::Variant { name, .. } => format!("`{}{}` to be a `{name}`", self.prefix, level.path),
            };
            self.guard(path, level.is_not_there(&change.path), rule);
        }
        let inner = self.check_operation(change, &place)?;
        Ok(Placed { change, place, inner })
    }

    /// What cannot be changed at all, or not by this operation.
    fn refuse_place(&self, path: &str, change: &Change, place: &Place) -> Result<()> {
        if let Operation::Fault(error) = &change.operation {
            return Err(self.rule(path, error.rule()));
        }
        if place.is_variant {
            return Err(self.rule(path, "a change of the whole union, or of one of the variant's fields: those stand beside its tag"));
        }
        // The server does not know the user's function, and we do not know the value that comes of it.
        if let Some((composite, Rule { name, .. })) = place.rules.first() {
            return Err(self.rule(path, format!("a change of the whole `{}{composite}`, so that `{name}` can check it", self.prefix)));
        }
        let is_known = matches!(change.operation, Operation::Set(_) | Operation::Unset);
        if let Some(Rule { name, .. }) = place.field.and_then(|field| field.limits.rule).filter(|_| !is_known) {
            return Err(self.rule(path, format!("`set` with the whole value, so that `{name}` can check it")));
        }
        if change.operation.is_of_lists() && matches!(place.kind, Kind::Binary) {
            return Err(self.rule(path, "a list to change; bytes are one value"));
        }
        Ok(())
    }

    fn check_operation<'c>(&mut self, change: &'c Change, place: &Place) -> Result<Vec<Placed<'c>>> {
        let (path, raw) = (change.stored(), &change.path);
        match &change.operation {
            Operation::Set(Bson::Null) if !place.stores_null() => self.check_unset(path, place)?,
            Operation::Unset => self.check_unset(path, place)?,
            Operation::Set(value) => self.check_value(path, place, value),
            Operation::Min(value) | Operation::Max(value) => self.check_value(path, place, value),
            Operation::Inc(amount) => self.check_arithmetic(raw, place, Arithmetic::Add, amount)?,
            Operation::Mul(factor) => self.check_arithmetic(raw, place, Arithmetic::Multiply, factor)?,
            Operation::Bits(..) => {
                if place.field.is_some_and(|field| field.limits.min.is_some() || field.limits.max.is_some()) {
                    return Err(self.rule(path, "`set` with the whole value, so that its limits can be checked"));
                }
                if place.is_optional() {
                    self.guard(path, Expr::Test(raw.clone(), Test::IsNone), "a number, not `None`".to_owned());
                }
            }
            Operation::Push(items) => {
                self.check_items(path, place, items);
                self.check_lengths(raw, place, items.len() as u64, None)?;
            }
            Operation::AddToSet(items) => {
                self.check_items(path, place, items);
                match items.as_slice() {
                    [] => {}
                    [item] => self.check_lengths(raw, place, 1, Some(item))?,
                    _ if place.field.is_some_and(|field| field.limits.max_length.or(field.limits.min_length).is_some()) => {
                        return Err(self.rule(path, "one item at a time, so that the length of the list can be checked"));
                    }
                    _ => {}
                }
            }
            Operation::Pull(_) | Operation::PullWhere(_) => {
                if place.field.is_some_and(|field| field.limits.min_length.is_some()) {
                    return Err(self.rule(path, "`set` with the whole list, so that its least length can be checked"));
                }
            }
            Operation::Pop(End::First | End::Last) => {
                if let Some(least) = place.field.and_then(|field| field.limits.min_length) {
                    let refused = Expr::Test(raw.clone(), Test::LenAtLeast(as_length(least.saturating_add(1)))).negate();
                    self.guard(path, refused, at_least_items(least));
                }
            }
            Operation::Elements(of, changes) => return self.check_elements(raw, place, of, changes),
            Operation::CurrentDate | Operation::Fault(_) => {}
        }
        Ok(Vec::new())
    }

    /// Below an optional composite the path's type is an `Option`, but the field's own may not be; and a patch says what its sender likes.
    fn check_unset(&self, path: &str, place: &Place) -> Result<()> {
        if place.field.is_some_and(|field| field.absent_value().is_none()) {
            return Err(self.rule(path, "a value: the document cannot be read without it"));
        }
        Ok(())
    }

    fn check_value(&mut self, path: &str, place: &Place, value: &Bson) {
        let path = format!("{}{path}", self.prefix);
        self.broken.extend(match &place.field {
            Some(field) => check_value(field, value, &path),
            None => check_kind(place.kind, value, &path),
        });
    }

    fn check_items(&mut self, path: &str, place: &Place, items: &[Bson]) {
        if let Some(field) = &place.field {
            self.broken.extend(check_items(field, items.to_vec(), &format!("{}{path}", self.prefix)));
        }
    }

    /// A result outside the Rust type's range, or beyond a limit, would be stored and then be lost to the model. `None` stays `None`.
    fn check_arithmetic(&mut self, raw: &RawPath, place: &Place, arithmetic: Arithmetic, operand: &Bson) -> Result<()> {
        let room = Room::of(place, arithmetic, operand).map_err(|NoRoom(rule)| self.rule(raw.stored(), rule))?;
        for (inside, outside, bound) in [(Order::Gte, Order::Lt, room.least), (Order::Lte, Order::Gt, room.most)] {
            let Some((bound, rule)) = bound else { continue };
            let test = |order| Expr::Test(raw.clone(), Test::Compare(order, bound.clone()));
            let refused = match (room.is_strict, place.is_optional()) {
                (false, _) => test(outside),
                (true, false) => test(inside).negate(),
                (true, true) => Expr::Test(raw.clone(), Test::IsNone).negate().and(test(inside).negate()),
            };
            self.guard(raw.stored(), refused, rule);
        }
        Ok(())
    }

    /// The length after so many items are appended; of `unless` none is where the list has it.
    fn check_lengths(&mut self, raw: &RawPath, place: &Place, appended: u64, unless: Option<&Bson>) -> Result<()> {
        let Some(limits) = place.field.map(|field| field.limits) else { return Ok(()) };
        let has_at_least = |length: u64| Expr::Test(raw.clone(), Test::LenAtLeast(as_length(length)));
        let has_not = |refused: Expr| match unless.filter(|item| !is_nan(item)) {
            Some(item) => Expr::Test(raw.clone(), Test::Has(item.clone())).negate().and(refused),
            None => refused,
        };
        if let Some(most) = limits.max_length {
            let rule = format!("at most {most} {}", counted(most, "items"));
            // Before the change the list may have that many items.
            let Some(before) = most.checked_sub(appended) else { return Err(self.rule(raw.stored(), rule)) };
            self.guard(raw.stored(), has_not(has_at_least(before.saturating_add(1))), rule);
        }
        if let Some(least) = limits.min_length.filter(|least| *least > appended) {
            self.guard(raw.stored(), has_not(has_at_least(least - appended).negate()), at_least_items(least));
        }
        Ok(())
    }

    /// A document is refused for what one of the items breaks that are changed.
    fn check_elements<'c>(&mut self, raw: &RawPath, place: &Place, of: &Expr, changes: &'c [Change]) -> Result<Vec<Placed<'c>>> {
        if changes.is_empty() {
            return Err(self.rule(raw.stored(), "at least one change of its items"));
        }
        let prefix = format!("{}{}.", self.prefix, raw.stored());
        let mut inner = Checker { schema: self.schema, prefix, guards: Vec::new(), broken: Vec::new() };
        let placed = inner.check_all(place.layout, changes)?;
        self.broken.extend(inner.broken);
        self.guards.extend(inner.guards.into_iter().map(|Guard { refused, broken }| {
            let refused = Expr::Test(raw.clone(), Test::Some(Box::new(of.clone().and(refused))));
            Guard { refused, broken }
        }));
        Ok(placed)
    }

    fn guard(&mut self, path: &str, refused: Expr, rule: String) {
        let guard = Guard { refused, broken: Broken { path: format!("{}{path}", self.prefix), rule } };
        // Two changes through one composite refuse the same documents.
        if !self.guards.iter().any(|known| known.refused == guard.refused) {
            self.guards.push(guard);
        }
    }

    fn rule(&self, path: &str, rule: impl Into<String>) -> Error {
        Error::rule(self.schema, format!("{}{path}", self.prefix), rule)
    }
}

impl Operation {
    fn is_of_lists(&self) -> bool {
        matches!(self, Self::Push(_) | Self::AddToSet(_) | Self::Pull(_) | Self::PullWhere(_) | Self::Pop(_) | Self::Elements(..))
    }
}

impl Level {
    /// The documents in which the level, on the way of `path`, is not there.
    fn is_not_there(&self, path: &RawPath) -> Expr {
        match self.held {
            Held::Object => Expr::Test(path.up_to(self.path.len()), Test::Is(Box::new(Expr::All))).negate(),
            Held::Variant { .. } => Expr::Test(path.up_to_variant(self.path.len()), Test::IsNone),
        }
    }
}

fn at_least_items(least: u64) -> String {
    format!("at least {least} {}", counted(least, "items"))
}

/// No list is longer than a `u32` can count.
fn as_length(length: u64) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
