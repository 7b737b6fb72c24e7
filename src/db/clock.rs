//! [`Clock`]: what `now()` is, so that tests can hold it still.
//!
//! Set by `Builder::clock`; read by the verbs for `default = now()` and `updated_at`.

use chrono::{DateTime, Utc};
use std::{fmt, sync::Arc};

/// Tells the time in the server's precision.
#[derive(Clone)]
pub(crate) struct Clock(Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>);

impl Clock {
    pub(crate) fn new(now: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The time, cut to milliseconds: what is stored is then equal to what the write gives back.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        let now = (self.0)();
        DateTime::from_timestamp_millis(now.timestamp_millis()).unwrap_or(now)
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::new(Utc::now)
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_is_cut_to_milliseconds_towards_the_past() {
        let at = |seconds, nanos| DateTime::from_timestamp(seconds, nanos).expect("a time");
        let cut = |time: DateTime<Utc>| Clock::new(move || time).now();
        assert_eq!(cut(at(1, 2_999_999)), at(1, 2_000_000));
        assert_eq!(cut(at(-1, 2_999_999)), at(-1, 2_000_000));
        assert_eq!(cut(at(1, 2_000_000)), at(1, 2_000_000));
    }
}
