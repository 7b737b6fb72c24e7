//! The locks that keep a document from being deleted while another is linked to it.
//!
//! A snapshot lets two transactions pass each other where they write different documents: one deletes a parent, the other stores a child of
//! it, and both commit. So each of the two also writes one and the same document of `_chakra_locks`, `{_id: "<collection>/<slot>", n}`, by
//! which the second of them fails with a conflict and is run again. A collection has 65,536 slots, so that the locks stay few, a few
//! megabytes of them at most, and a thousand documents that are deleted together touch one slot in sixty-five; two documents that share one wait
//! for each other now and then, and no more. The application's user needs `find`, `insert` and `update` on this
//! collection, which the first lock creates. Nothing reads it, and it may be dropped while nobody writes.

use crate::{
    Result,
    db::Db,
    driver::{Scope, Target},
    render::take_locks,
    schema::Schema,
};
use bson::Bson;
use std::collections::BTreeSet;

/// The collection of the locks.
const LOCKS: &str = "_chakra_locks";

/// How many locks a collection has.
const SLOTS: u64 = 65_536;

/// Takes the locks of the documents of one model with these ids, until the transaction ends. One `update`; nothing outside of a transaction,
/// where nothing would hold them.
///
/// Whoever deletes documents, changes a value that keys reference, or links a document to one that it does not write, must have called this
/// in the same transaction.
///
/// # Errors
/// A conflict with another transaction, by which this one is run again.
pub(crate) async fn lock(db: &Db, scope: &Scope, schema: &'static Schema, ids: &[Bson]) -> Result<()> {
    lock_all(db, scope, vec![(schema, ids.to_vec())]).await
}

/// The same of several models, in one `update` for all.
///
/// # Errors
/// As [`lock`].
pub(super) async fn lock_all(db: &Db, scope: &Scope, documents: Vec<(&'static Schema, Vec<Bson>)>) -> Result<()> {
    if !db.in_transaction() {
        return Ok(());
    }
    // Each once, and in one order for all, so that two who want the same meet at the first.
    let mut locks: BTreeSet<String> = BTreeSet::new();
    for (schema, ids) in documents {
        locks.extend(ids.iter().map(|id| format!("{}/{}", schema.collection, slot(id))));
    }
    if locks.is_empty() {
        return Ok(());
    }
    db.connection().command(scope, "update", Target::named(LOCKS), take_locks(LOCKS, locks)).await.map(drop)
}

/// The slot of an id: the same for ids that the server takes for equal, whatever number type holds them, and the same in every version.
fn slot(id: &Bson) -> u64 {
    let mut hash = Fnv(0xcbf2_9ce4_8422_2325);
    hash.value(id);
    hash.0 % SLOTS
}

/// FNV-1a, of 64 bits.
struct Fnv(u64);

impl Fnv {
    fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    fn number(&mut self, number: f64) {
        // Zero has two signs, and NaN many forms.
        let number = if number == 0.0 { 0.0 } else { number };
        let bits = if number.is_nan() { f64::NAN.to_bits() } else { number.to_bits() };
        self.bytes(&bits.to_le_bytes());
    }

    fn value(&mut self, value: &Bson) {
        match value {
            // Equal numbers round to the same Double.
            Bson::Int32(number) => self.number(f64::from(*number)),
            Bson::Int64(number) => self.number(*number as f64),
            Bson::Double(number) => self.number(*number),
            Bson::Decimal128(number) => self.number(number.to_string().parse().unwrap_or(f64::NAN)),
            Bson::String(text) | Bson::Symbol(text) => self.bytes(text.as_bytes()),
            Bson::ObjectId(id) => self.bytes(&id.bytes()),
            Bson::Binary(binary) => {
                self.bytes(&[binary.subtype.into()]);
                self.bytes(&binary.bytes);
            }
            Bson::DateTime(moment) => self.bytes(&moment.timestamp_millis().to_le_bytes()),
            Bson::Boolean(value) => self.bytes(&[u8::from(*value)]),
            Bson::Document(document) => {
                for (name, value) in document {
                    self.bytes(name.as_bytes());
                    self.value(value);
                }
            }
            Bson::Array(items) => items.iter().for_each(|item| self.value(item)),
            // Rare as ids: they share a lock by their type.
            other => self.bytes(&[other.element_type() as u8]),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{super::link_key::LinkKey, *};
    use bson::{doc, oid::ObjectId};

    #[test]
    fn equal_ids_have_one_lock() {
        let ten = slot(&Bson::Int32(10));
        assert_eq!(ten, slot(&Bson::Int64(10)));
        assert_eq!(ten, slot(&Bson::Double(10.0)));
        assert_eq!(ten, slot(&Bson::Decimal128("1E1".parse().unwrap())));
        assert_eq!(slot(&Bson::Double(0.0)), slot(&Bson::Double(-0.0)));
        assert_eq!(slot(&doc! { "a": 1, "b": 2_i64 }.into()), slot(&doc! { "a": 1.0, "b": 2 }.into()));
        let large = i64::MAX - 1;
        assert_eq!(slot(&Bson::Int64(large)), slot(&Bson::Decimal128(large.to_string().parse().unwrap())));
    }

    #[test]
    fn ids_that_are_one_key_have_one_lock() {
        let decimal = |text: &str| Bson::Decimal128(text.parse().unwrap());
        let ids: Vec<Bson> = vec![
            1.into(),
            1_i64.into(),
            1.0.into(),
            decimal("1.00"),
            0.5.into(),
            decimal("0.5"),
            0.1.into(),
            decimal("0.1"),
            1e22.into(),
            decimal("1E22"),
            f64::INFINITY.into(),
            decimal("Infinity"),
            f64::NAN.into(),
            decimal("NaN"),
            "a".into(),
            Bson::Symbol("a".to_owned()),
            doc! { "t": 1, "n": [5] }.into(),
            doc! { "t": 1_i64, "n": [decimal("5.0")] }.into(),
        ];
        for (a, b) in ids.iter().flat_map(|a| ids.iter().map(move |b| (a, b))) {
            assert!(LinkKey::of_value(a) != LinkKey::of_value(b) || slot(a) == slot(b), "{a:?} {b:?}");
        }
    }

    #[test]
    fn locks_are_spread() {
        let of_numbers: BTreeSet<u64> = (0..1_000_i64).map(|id| slot(&Bson::Int64(id))).collect();
        let of_ids: BTreeSet<u64> = (0..1_000_u32)
            .map(|id| {
                let mut bytes = [7_u8; 12];
                bytes[8..].copy_from_slice(&id.to_be_bytes());
                slot(&Bson::ObjectId(ObjectId::from_bytes(bytes)))
            })
            .collect();
        // As many as a fair draw leaves, more or less.
        assert!(of_numbers.len() > 950 && of_ids.len() > 950, "{} {}", of_numbers.len(), of_ids.len());
        assert!(of_numbers.iter().chain(&of_ids).all(|slot| *slot < SLOTS));
    }

    #[test]
    fn a_slot_never_moves() {
        // Two versions of a program must lock the same document.
        assert_eq!(slot(&Bson::String("a".to_owned())), 0xaf63_dc4c_8601_ec8c % SLOTS);
    }
}
