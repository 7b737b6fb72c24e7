//! Moments: every type of a date, through the milliseconds since 1970 that a Date holds.
//!
//! A type says in [`Moment`] how it comes from and goes to milliseconds; `moments!` makes its codec of that, and its native forms. What is
//! finer than milliseconds is cut towards the past, for every type alike.

use super::{Decode, DecodeError, Encode, Raw, Writer, tag};
use bson::Timestamp;
use chrono::{DateTime, Datelike, SecondsFormat, Utc};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A type of moments.
pub(crate) trait Moment: Sized {
    /// What a Date must be, so that this type has the moment.
    const EXPECTED: &'static str;

    /// The whole milliseconds since 1970, cut towards the past; nothing where they are beyond a Date.
    fn millis(&self) -> Option<i64>;

    /// The moment so many milliseconds after 1970, where the type has it.
    fn from_millis(millis: i64) -> Option<Self>;

    /// Whether this moment is finer than milliseconds.
    fn is_finer(&self) -> bool;
}

impl Moment for bson::DateTime {
    const EXPECTED: &'static str = "Date";

    #[inline]
    fn millis(&self) -> Option<i64> {
        Some(self.timestamp_millis())
    }

    #[inline]
    fn from_millis(millis: i64) -> Option<Self> {
        Some(Self::from_millis(millis))
    }

    fn is_finer(&self) -> bool {
        false
    }
}

impl Moment for DateTime<Utc> {
    const EXPECTED: &'static str = "Date within chrono's years";

    #[inline]
    fn millis(&self) -> Option<i64> {
        Some(self.timestamp_millis())
    }

    #[inline]
    fn from_millis(millis: i64) -> Option<Self> {
        Self::from_timestamp_millis(millis)
    }

    fn is_finer(&self) -> bool {
        !self.timestamp_subsec_nanos().is_multiple_of(1_000_000)
    }
}

impl Moment for SystemTime {
    const EXPECTED: &'static str = "Date within the system's time";

    fn millis(&self) -> Option<i64> {
        match self.duration_since(UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_millis()).ok(),
            Err(before) => i64::try_from(before.duration().as_nanos().div_ceil(1_000_000)).ok().map(|millis| -millis),
        }
    }

    fn from_millis(millis: i64) -> Option<Self> {
        let apart = Duration::from_millis(millis.unsigned_abs());
        if millis < 0 { UNIX_EPOCH.checked_sub(apart) } else { UNIX_EPOCH.checked_add(apart) }
    }

    fn is_finer(&self) -> bool {
        let apart = self.duration_since(UNIX_EPOCH).unwrap_or_else(|before| before.duration());
        !apart.subsec_nanos().is_multiple_of(1_000_000)
    }
}

/// The codec of types of moments, and the native forms that they have.
macro_rules! moments {
    (@ $rust:ty: $native:ident $write:ident $read:ident) => {
        impl $crate::codec::StoredAs<$crate::codec::$native> for $rust {
            fn write(&self, w: &mut $crate::codec::Writer) {
                $crate::codec::moment::$write(self, w);
            }

            fn read(raw: &$crate::codec::Raw<'_>) -> Result<Self, $crate::codec::DecodeError> {
                $crate::codec::moment::$read(raw)
            }
        }
    };
    ($($rust:ty),*) => { $(
        impl $crate::codec::Encode for $rust {
            #[inline]
            fn encode(&self, w: &mut $crate::codec::Writer) {
                $crate::codec::moment::write_date(self, w);
            }
        }
        impl<'a> $crate::codec::Decode<'a> for $rust {
            #[inline]
            fn decode(raw: &$crate::codec::Raw<'a>) -> Result<Self, $crate::codec::DecodeError> {
                $crate::codec::moment::read_date(raw)
            }
        }
        $crate::codec::moment::moments! { @ $rust: AsDate write_date read_date }
        $crate::codec::moment::moments! { @ $rust: AsTimestamp write_timestamp read_timestamp }
        $crate::codec::moment::moments! { @ $rust: AsLong write_long read_long }
        $crate::codec::moment::moments! { @ $rust: AsString write_text read_text }
    )* };
}
pub(super) use moments;

moments!(bson::DateTime, DateTime<Utc>, SystemTime);

const NO_DATE: &str = "a moment that a Date can hold";

#[inline]
pub(super) fn write_date<T: Moment>(moment: &T, w: &mut Writer) {
    match moment.millis() {
        Some(millis) => w.value(tag::DATE, &millis.to_le_bytes()),
        None => w.fail(NO_DATE),
    }
}

#[inline]
pub(super) fn read_date<T: Moment>(raw: &Raw<'_>) -> Result<T, DecodeError> {
    at_millis(date_millis(raw)?)
}

/// The milliseconds of a Date.
#[inline]
pub(super) fn date_millis(raw: &Raw<'_>) -> Result<i64, DecodeError> {
    match raw.tag() {
        tag::DATE => Ok(i64::from_le_bytes(raw.fixed()?)),
        _ => Err(DecodeError::mismatch("Date", raw)),
    }
}

#[inline]
fn at_millis<T: Moment>(millis: i64) -> Result<T, DecodeError> {
    T::from_millis(millis).ok_or_else(|| DecodeError::new(T::EXPECTED, "a Date out of range"))
}

/// Whole seconds, cut towards the past.
pub(super) fn write_timestamp<T: Moment>(moment: &T, w: &mut Writer) {
    match moment.millis().and_then(|millis| u32::try_from(millis.div_euclid(1000)).ok()) {
        Some(time) => Timestamp { time, increment: 0 }.encode(w),
        None => w.fail("a moment from 1970 to 2106, which a Timestamp can hold"),
    }
}

/// The seconds of a Timestamp: its increment tells several of one second apart, and is no part of the moment.
pub(super) fn read_timestamp<T: Moment>(raw: &Raw<'_>) -> Result<T, DecodeError> {
    match raw.tag() {
        tag::TIMESTAMP => at_millis(i64::from(Timestamp::decode(raw)?.time) * 1000),
        tag::DATE => read_date(raw),
        _ => Err(DecodeError::mismatch("Timestamp", raw)),
    }
}

/// Milliseconds since 1970.
pub(super) fn write_long<T: Moment>(moment: &T, w: &mut Writer) {
    match moment.millis() {
        Some(millis) => millis.encode(w),
        None => w.fail(NO_DATE),
    }
}

pub(super) fn read_long<T: Moment>(raw: &Raw<'_>) -> Result<T, DecodeError> {
    match raw.tag() {
        tag::DATE => read_date(raw),
        _ => at_millis(i64::decode(raw)?),
    }
}

pub(super) fn write_text<T: Moment>(moment: &T, w: &mut Writer) {
    match moment.millis().and_then(rfc_3339) {
        Some(text) => text.encode(w),
        None => w.fail("a moment in the years 0 to 9999, which RFC 3339 can spell"),
    }
}

/// Only as it is written: a filter compares texts, to which another spelling of the moment is another value.
pub(super) fn read_text<T: Moment>(raw: &Raw<'_>) -> Result<T, DecodeError> {
    match raw.tag() {
        tag::STRING => {
            let text = raw.text()?;
            let millis = parse_rfc_3339(text).filter(|millis| rfc_3339(*millis).as_deref() == Some(text));
            let expected = "a String such as `2024-01-02T03:04:05.678Z`";
            at_millis(millis.ok_or_else(|| DecodeError::new(expected, "another String").with_detail(text))?)
        }
        tag::DATE => read_date(raw),
        _ => Err(DecodeError::mismatch("String", raw)),
    }
}

/// The moment as RFC 3339 spells it, in UTC and milliseconds: in these years the order of the texts is that of the moments.
pub(super) fn rfc_3339(millis: i64) -> Option<String> {
    let moment = DateTime::<Utc>::from_timestamp_millis(millis).filter(|moment| (0..=9999).contains(&moment.year()))?;
    Some(moment.to_rfc3339_opts(SecondsFormat::Millis, true))
}

/// The milliseconds of a moment that is spelled as RFC 3339 has it, with any offset and precision, where they can be spelled again.
pub(super) fn parse_rfc_3339(text: &str) -> Option<i64> {
    let millis = DateTime::parse_from_rfc3339(text).ok()?.timestamp_millis();
    rfc_3339(millis).map(|_| millis)
}

/// Whether the text spells a moment that is finer than milliseconds.
pub(crate) fn is_finer_text(text: &str) -> bool {
    DateTime::parse_from_rfc3339(text).is_ok_and(|moment| moment.with_timezone(&Utc).is_finer())
}
