//! [`Update`]: changes to documents of a model, over an untyped list of [`Change`]s.
//!
//! The operators stand here once; what is changed (`To`: nothing yet, one document, many, an upsert, the items of a list) is the verb's, in
//! `action`.

use super::{
    apply::apply,
    capability::{Dated, Elements, Number, Ordered, Resizable, Sequence, Unsettable},
    change::{BitOperation, Change, End, Operation},
    filter::IntoFilter,
    operator::Integer,
    patch::Patch,
    path::{Path, RawPath, Writable},
    related_write::RelatedWrite,
    shape::Shape,
    value::IntoValue,
};
use crate::{
    Error, Result,
    codec::{Encode, EncodeError, from_document, to_bson, to_document},
    model::{Composite, FieldType, Model, Root},
};
use bson::{Bson, Decimal128, Document};
use std::{fmt, marker::PhantomData};

/// Changes to documents of `M`, and what they are made to: on their own a value that can be kept, cloned, and given to a verb by
/// [`with`](Self::with).
///
/// ```
/// # use chakra::{prelude::*, query::Update};
/// # #[derive(Model)] struct User { #[chakra(id)] id: Id<User>, bio: Option<String>, #[chakra(default = 0)] logins: i64, tags: Vec<String> }
/// fn welcome() -> Update<User> {
///     Update::new().inc(User::logins, 1).add_to_set(User::tags, "member")
/// }
/// let mut user = User { id: Id::new(), bio: None, logins: 0, tags: vec![] };
/// welcome().apply(&mut user)?;
/// assert_eq!((user.logins, user.tags), (1, vec!["member".to_owned()]));
/// # async fn f(db: Db, id: Id<User>) -> chakra::Result<()> {
/// db.update(id).with(welcome()).set(User::bio, "new here").await?;
/// # Ok(()) }
/// # Ok::<(), chakra::Error>(())
/// ```
#[must_use = "an update does nothing unless awaited, or given to a verb by `with`"]
pub struct Update<M, To = Free> {
    pub(crate) changes: Vec<Change>,
    /// What is written to related documents too.
    pub(crate) related: Vec<RelatedWrite>,
    pub(crate) to: To,
    marker: PhantomData<fn() -> M>,
}

/// Nothing yet: the changes are a value.
#[derive(Clone, Copy, Debug, Default)]
pub struct Free(());

/// The items of a list that an [`update_where`](Update::update_where) changes.
#[derive(Clone, Copy, Debug)]
pub struct Element(());

impl<M, To: Clone> Clone for Update<M, To> {
    fn clone(&self) -> Self {
        Self { changes: self.changes.clone(), related: self.related.clone(), to: self.to.clone(), marker: PhantomData }
    }
}

impl<M, To> fmt::Debug for Update<M, To> {
    /// The paths and operations alone: values are a document's, and do not belong into logs. [`detail`](Update::detail) shows them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Update({})", Shape::of_changes(&self.changes))?;
        self.related.iter().try_for_each(|write| write!(f, " with `{}`", write.relation))
    }
}

impl<M> Update<M> {
    /// No change yet.
    pub fn new() -> Self {
        Self::to(Free(()))
    }
}

impl<M> Default for Update<M> {
    fn default() -> Self {
        Self::new()
    }
}

impl<M, To> Update<M, To> {
    pub(crate) fn to(to: To) -> Self {
        Self { changes: Vec::new(), related: Vec::new(), to, marker: PhantomData }
    }

    /// Makes the changes of `other` too.
    pub fn with(mut self, other: Update<M>) -> Self {
        self.changes.extend(other.changes);
        self
    }

    /// The changes with their values, for eyes that may see them.
    pub fn detail(&self) -> impl fmt::Display {
        Shape::of_changes(&self.changes).with_values()
    }

    fn change(mut self, path: RawPath, operation: Operation) -> Self {
        let operation = match path.fault() {
            Some(fault) => Operation::Fault(fault.clone()),
            None => operation,
        };
        self.changes.push(Change { path, operation });
        self
    }

    fn change_value(self, path: RawPath, value: &impl Encode, operation: impl FnOnce(Bson) -> Operation) -> Self {
        let operation = to_bson(value).map_or_else(Operation::Fault, operation);
        self.change(path, operation)
    }

    fn change_values<T: Encode>(
        self,
        path: RawPath,
        values: impl Iterator<Item = T>,
        operation: impl FnOnce(Vec<Bson>) -> Operation,
    ) -> Self {
        let values: Result<Vec<Bson>, EncodeError> = values.map(|value| to_bson(&value)).collect();
        self.change(path, values.map_or_else(Operation::Fault, operation))
    }
}

impl<M: Model, To> Update<M, To> {
    /// Makes the changes to a value in memory: what the server makes of its document. On an error the value is as it was.
    ///
    /// `updated_at` and `version` are moved by the verbs, not here. Relations and skipped fields of the model stay as they are, skipped
    /// fields of composites become their `Default`, as in a read. Changes that one command cannot make together are made here all the same.
    ///
    /// # Errors
    /// [`Error::Invalid`] where a verb would refuse a value or this document, [`Error::NotInMemory`] for `current_date`, and for `inc`
    /// and `mul` of a Decimal128.
    pub fn apply(&self, value: &mut M) -> Result<()> {
        let schema = M::schema();
        let bytes = to_document(value).map_err(|error| Error::encode(schema, &error))?;
        let mut document: Document = from_document(&bytes).map_err(|error| Error::decode(schema, &bytes, error))?;
        apply(schema, &self.changes, &mut document)?;
        let bytes = to_document(&document).map_err(|error| Error::encode(schema, &error))?;
        let mut changed: M = from_document(&bytes).map_err(|error| Error::decode(schema, &bytes, error))?;
        changed.keep_unstored(value);
        *value = changed;
        Ok(())
    }
}

impl<M: Root, To> Update<M, To> {
    /// Puts `value` there: `$set`, or `$unset` for `None` (unless the field is declared `null`).
    ///
    /// Below an optional composite only documents where it is some are changed.
    pub fn set<T: FieldType + Encode, K: Writable, V>(self, path: Path<M, T, K>, value: impl IntoValue<T, V>) -> Self {
        self.change_value(path.raw, &value.into_value(), Operation::Set)
    }

    /// Takes the field out: `$unset`. It then reads as `None`, as empty, or as its default.
    pub fn unset<T: Unsettable<K, V>, K: Writable, V>(self, path: Path<M, T, K>) -> Self {
        self.change(path.raw, Operation::Unset)
    }

    /// Adds `amount`: `$inc`. A document whose result would leave the range of the Rust type, or the declared limits, is refused.
    ///
    /// `None` stays `None`, also below a key that a map does not have: give what is counted a default, or `set` it first.
    pub fn inc<T: Number, K: Writable, V>(self, path: Path<M, T, K>, amount: impl IntoValue<T::Value, V>) -> Self {
        self.change_value(path.raw, &amount.into_value(), Operation::Inc)
    }

    /// Takes `amount` away: `$inc` with its negative. It refuses and leaves `None` as [`inc`](Self::inc) does.
    pub fn dec<T: Number, K: Writable, V>(self, path: Path<M, T, K>, amount: impl IntoValue<T::Value, V>) -> Self {
        let operation = match to_bson(&amount.into_value()) {
            Ok(amount) => negative(amount)
                .map_or_else(|| Operation::Fault(EncodeError::of("an amount whose negative is in its range")), Operation::Inc),
            Err(error) => Operation::Fault(error),
        };
        self.change(path.raw, operation)
    }

    /// Multiplies with `factor`: `$mul`. A document whose result would leave the range of the Rust type, or the declared limits, is refused;
    /// `None` stays `None`.
    pub fn mul<T: Number, K: Writable, V>(self, path: Path<M, T, K>, factor: impl IntoValue<T::Value, V>) -> Self {
        self.change_value(path.raw, &factor.into_value(), Operation::Mul)
    }

    /// Puts `value` there if it is less than what is there: `$min`. `None` stays `None`; NaN lies below all numbers, as in an order.
    pub fn min<T: Ordered, K: Writable, V>(self, path: Path<M, T, K>, value: impl IntoValue<T::Value, V>) -> Self {
        self.change_value(path.raw, &value.into_value(), Operation::Min)
    }

    /// Puts `value` there if it is greater than what is there: `$max`. `None` stays `None`; NaN lies below all numbers, as in an order.
    pub fn max<T: Ordered, K: Writable, V>(self, path: Path<M, T, K>, value: impl IntoValue<T::Value, V>) -> Self {
        self.change_value(path.raw, &value.into_value(), Operation::Max)
    }

    /// Keeps the bits that `mask` has too: `$bit` with `and`. A document with `None` there is refused.
    pub fn bit_and<T: Integer + Number, K: Writable, V>(self, path: Path<M, T, K>, mask: impl IntoValue<T::Value, V>) -> Self {
        self.change_value(path.raw, &mask.into_value(), |mask| Operation::Bits(BitOperation::And, mask))
    }

    /// Sets the bits of `mask`: `$bit` with `or`. A document with `None` there is refused.
    pub fn bit_or<T: Integer + Number, K: Writable, V>(self, path: Path<M, T, K>, mask: impl IntoValue<T::Value, V>) -> Self {
        self.change_value(path.raw, &mask.into_value(), |mask| Operation::Bits(BitOperation::Or, mask))
    }

    /// Turns over the bits of `mask`: `$bit` with `xor`. A document with `None` there is refused.
    pub fn bit_xor<T: Integer + Number, K: Writable, V>(self, path: Path<M, T, K>, mask: impl IntoValue<T::Value, V>) -> Self {
        self.change_value(path.raw, &mask.into_value(), |mask| Operation::Bits(BitOperation::Xor, mask))
    }

    /// Puts the server's clock there, in milliseconds (a Timestamp in its own form): `$currentDate`. For the clock of the [`Db`](crate::Db)
    /// set `now` yourself, or declare the field `updated_at`.
    pub fn current_date<T: Dated, K: Writable>(self, path: Path<M, T, K>) -> Self {
        self.change(path.raw, Operation::CurrentDate)
    }

    /// Appends `item`: `$push`. A document whose list would grow beyond its `max_length` is refused; `None` becomes a list.
    pub fn push<L: Sequence<Item: Encode>, K: Writable, V>(self, path: Path<M, L, K>, item: impl IntoValue<L::Item, V>) -> Self {
        self.change_value(path.raw, &item.into_value(), |item| Operation::Push(vec![item]))
    }

    /// Appends all `items`, in their order: `$push` with `$each`. A document whose list would grow beyond its `max_length` is refused; `None`
    /// becomes a list.
    pub fn push_all<L: Sequence<Item: Encode>, K: Writable, I: IntoIterator, V>(self, path: Path<M, L, K>, items: I) -> Self
    where
        I::Item: IntoValue<L::Item, V>,
    {
        self.change_values(path.raw, items.into_iter().map(IntoValue::into_value), Operation::Push)
    }

    /// Appends `item` unless the list has it, as [`has`](Path::has) says: `$addToSet`. `None` becomes a list.
    pub fn add_to_set<L: Resizable<Item: Encode>, K: Writable, V>(self, path: Path<M, L, K>, item: impl IntoValue<L::Item, V>) -> Self {
        self.change_value(path.raw, &item.into_value(), |item| Operation::AddToSet(vec![item]))
    }

    /// Appends those of `items` that the list has not, one after the other: `$addToSet` with `$each`. `None` becomes a list.
    pub fn add_all_to_set<L: Resizable<Item: Encode>, K: Writable, I: IntoIterator, V>(self, path: Path<M, L, K>, items: I) -> Self
    where
        I::Item: IntoValue<L::Item, V>,
    {
        self.change_values(path.raw, items.into_iter().map(IntoValue::into_value), Operation::AddToSet)
    }

    /// Takes every item out that equals `item`, as [`has`](Path::has) says: `$pull`. A composite equals another if all its fields do.
    pub fn pull<L: Resizable<Item: Encode>, K: Writable, V>(self, path: Path<M, L, K>, item: impl IntoValue<L::Item, V>) -> Self {
        self.change_value(path.raw, &item.into_value(), |item| Operation::Pull(vec![item]))
    }

    /// Takes every item out that equals one of `items`: `$pullAll`, for composites `$pull` with an `$or` of their fields.
    pub fn pull_all<L: Resizable<Item: Encode>, K: Writable, I: IntoIterator, V>(self, path: Path<M, L, K>, items: I) -> Self
    where
        I::Item: IntoValue<L::Item, V>,
    {
        self.change_values(path.raw, items.into_iter().map(IntoValue::into_value), Operation::Pull)
    }

    /// Takes every composite out that matches `filter`: `$pull` with a condition.
    pub fn pull_where<L: Resizable<Item: Composite>, K: Writable>(self, path: Path<M, L, K>, filter: impl IntoFilter<L::Item>) -> Self {
        self.change(path.raw, Operation::PullWhere(filter.into_filter().expr))
    }

    /// Takes the last item off: `$pop`. Of an empty list nothing.
    pub fn pop<L: Sequence, K: Writable>(self, path: Path<M, L, K>) -> Self {
        self.change(path.raw, Operation::Pop(End::Last))
    }

    /// Takes the first item off: `$pop` with `-1`. Of an empty list nothing.
    pub fn pop_first<L: Sequence, K: Writable>(self, path: Path<M, L, K>) -> Self {
        self.change(path.raw, Operation::Pop(End::First))
    }

    /// Makes changes to every composite in the list that matches `filter`: `$[…]` with an array filter. Of an empty list nothing.
    ///
    /// A document is refused for what one of these items refuses.
    ///
    /// ```no_run
    /// # use chakra::prelude::*;
    /// # #[derive(Composite)] struct Line { sku: String, qty: i32 }
    /// # #[derive(Model)] struct Order { #[chakra(id)] id: Id<Order>, lines: Vec<Line> }
    /// # async fn f(db: Db, id: Id<Order>) -> chakra::Result<()> {
    /// db.update(id).update_where(Order::lines, Line::qty.gt(100), |line| line.set(Line::qty, 100)).await?;
    /// # Ok(()) }
    /// ```
    pub fn update_where<L: Elements<Item: Composite>, K: Writable>(
        self,
        path: Path<M, L, K>,
        filter: impl IntoFilter<L::Item>,
        changes: impl FnOnce(Update<L::Item, Element>) -> Update<L::Item, Element>,
    ) -> Self {
        let inner = changes(Update::to(Element(())));
        self.change(path.raw, Operation::Elements(filter.into_filter().expr, inner.changes))
    }

    /// What a patch says: nothing, `$set`, or `$unset`.
    ///
    /// A `null` in a JSON body for a field that cannot be unset is [`Error::Invalid`](crate::Error::Invalid) before anything is sent, and
    /// so is an update without any change, as where all its patches keep. They cost no command beside that of the verb.
    pub fn patch<T: FieldType + Encode, K: Writable, S: IntoValue<T, V>, V>(self, path: Path<M, T, K>, patch: Patch<S>) -> Self {
        match patch {
            Patch::Keep => self,
            Patch::Set(value) => self.set(path, value),
            Patch::Unset => self.change(path.raw, Operation::Unset),
        }
    }
}

fn negative(amount: Bson) -> Option<Bson> {
    Some(match amount {
        Bson::Int32(amount) => Bson::Int32(amount.checked_neg()?),
        Bson::Int64(amount) => Bson::Int64(amount.checked_neg()?),
        Bson::Double(amount) => Bson::Double(-amount),
        Bson::Decimal128(amount) => {
            let mut bytes = amount.bytes();
            // The sign is the highest bit of the last byte.
            bytes[15] ^= 0x80;
            Bson::Decimal128(Decimal128::from_bytes(bytes))
        }
        other => other,
    })
}
