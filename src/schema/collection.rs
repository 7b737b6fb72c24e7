//! What a collection is other than plain.

/// How the server keeps the documents of a collection. It is said when the collection is created.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum CollectionKind {
    /// In no order, as long as nobody deletes them.
    #[default]
    Plain,
    /// In the order in which they came, the oldest making room for new ones.
    Capped {
        /// How many bytes there may be; the server rounds it up to a multiple of 256.
        size: i64,
        /// How many documents there may be.
        max: Option<i32>,
    },
    /// In the order of their ids, without an index beside.
    Clustered,
    /// As measurements over time, in bundles.
    TimeSeries(TimeSeries),
}

/// What measurements over time go by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeSeries {
    /// The stored name of the field that says when.
    pub time: &'static str,
    /// The stored name of the field that says whose measurement it is.
    pub meta: Option<&'static str>,
    /// How close the measurements of one source lie.
    pub granularity: Granularity,
    /// How many seconds after its time a measurement is deleted.
    pub expire_after: Option<i32>,
    /// Whether documents may refer to measurements that are deleted so.
    pub allows_orphans: bool,
}

/// How close the measurements of one source lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Granularity {
    /// Some in a minute.
    Seconds,
    /// Some in an hour.
    Minutes,
    /// Some in a day.
    Hours,
}

impl Granularity {
    /// As the server writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Seconds => "seconds",
            Self::Minutes => "minutes",
            Self::Hours => "hours",
        }
    }
}

impl CollectionKind {
    /// What it says as a time series, where it is one.
    pub(crate) const fn time_series(&self) -> Option<&TimeSeries> {
        match self {
            Self::TimeSeries(series) => Some(series),
            Self::Plain | Self::Capped { .. } | Self::Clustered => None,
        }
    }
}
