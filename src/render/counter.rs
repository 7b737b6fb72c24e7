//! The commands on the counters of `auto_increment`. Pure; sent by `db/sequence.rs`.

use bson::{Document, doc};

/// Takes the next `count` numbers.
pub(crate) fn take(count: i64) -> Document {
    doc! { "$inc": { "seq": count } }
}

/// Starts a counter after `at`, unless it was started meanwhile.
pub(crate) fn start(at: i64) -> Document {
    doc! { "$setOnInsert": { "seq": at } }
}

/// Raises a counter to `to`, unless it is there already.
pub(crate) fn raise(to: i64) -> Document {
    doc! { "$max": { "seq": to } }
}

/// The documents whose `_id` is a number: others sort above numbers and say nothing about the counter.
pub(crate) fn numbered() -> Document {
    doc! { "_id": { "$type": "number" } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_counts_in_int64() {
        // An Int32 would make the server answer in doubles when it overflows.
        assert_eq!(take(5), doc! { "$inc": { "seq": 5_i64 } });
        assert_eq!(start(5), doc! { "$setOnInsert": { "seq": 5_i64 } });
        assert_eq!(raise(5), doc! { "$max": { "seq": 5_i64 } });
    }
}
