//! `time::OffsetDateTime`: a Date, like every moment. It is read in UTC: a Date has no offset.

use crate::codec::moment::{Moment, moments};
use time::OffsetDateTime;

const NANOS_PER_MILLI: i128 = 1_000_000;

impl Moment for OffsetDateTime {
    const EXPECTED: &'static str = "Date within the years of `time`";

    fn millis(&self) -> Option<i64> {
        i64::try_from(self.unix_timestamp_nanos().div_euclid(NANOS_PER_MILLI)).ok()
    }

    fn from_millis(millis: i64) -> Option<Self> {
        Self::from_unix_timestamp_nanos(i128::from(millis) * NANOS_PER_MILLI).ok()
    }

    fn is_finer(&self) -> bool {
        !self.nanosecond().is_multiple_of(1_000_000)
    }
}

moments!(OffsetDateTime);
