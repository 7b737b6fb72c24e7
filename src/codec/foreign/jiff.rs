//! `jiff::Timestamp`: a Date, like every moment.

use crate::codec::moment::{Moment, moments};
use jiff::Timestamp;

const NANOS_PER_MILLI: i128 = 1_000_000;

impl Moment for Timestamp {
    const EXPECTED: &'static str = "Date within jiff's years";

    fn millis(&self) -> Option<i64> {
        i64::try_from(self.as_nanosecond().div_euclid(NANOS_PER_MILLI)).ok()
    }

    fn from_millis(millis: i64) -> Option<Self> {
        Self::from_millisecond(millis).ok()
    }

    fn is_finer(&self) -> bool {
        self.as_nanosecond() % NANOS_PER_MILLI != 0
    }
}

moments!(Timestamp);
