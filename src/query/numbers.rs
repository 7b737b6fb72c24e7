//! [`Numbers`]: how many related documents there may be for a test to be true.
//!
//! Made by the operators of a relation, rendered as a condition on a count.

use std::{fmt, ops::RangeInclusive};

/// Numbers, as ranges in order with gaps between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Numbers(Vec<RangeInclusive<u64>>);

impl Numbers {
    /// The numbers in one of `ranges`.
    pub(crate) fn of(ranges: impl IntoIterator<Item = RangeInclusive<u64>>) -> Self {
        let mut ranges: Vec<RangeInclusive<u64>> = ranges.into_iter().filter(|range| !range.is_empty()).collect();
        ranges.sort_by_key(|range| *range.start());
        let mut apart: Vec<RangeInclusive<u64>> = Vec::with_capacity(ranges.len());
        for range in ranges {
            match apart.last_mut() {
                Some(last) if *range.start() <= last.end().saturating_add(1) => *last = *last.start()..=(*last.end()).max(*range.end()),
                _ => apart.push(range),
            }
        }
        Self(apart)
    }

    /// All but zero.
    pub(crate) fn some() -> Self {
        Self::of([1..=u64::MAX])
    }

    /// Whether these are all numbers but zero.
    pub(crate) fn is_some(&self) -> bool {
        *self == Self::some()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn has_zero(&self) -> bool {
        self.least() == Some(0)
    }

    /// The least of them.
    pub(crate) fn least(&self) -> Option<u64> {
        self.0.first().map(|range| *range.start())
    }

    /// All others.
    pub(crate) fn complement(&self) -> Self {
        let (mut next, mut gaps) = (Some(0), Vec::with_capacity(self.0.len() + 1));
        for range in &self.0 {
            // Below the first number of a range that starts with 0 there is none.
            gaps.extend(next.zip(range.start().checked_sub(1)).map(|(from, to)| from..=to));
            next = range.end().checked_add(1);
        }
        gaps.extend(next.map(|from| from..=u64::MAX));
        Self::of(gaps)
    }

    pub(crate) fn ranges(&self) -> &[RangeInclusive<u64>] {
        &self.0
    }
}

impl fmt::Display for Numbers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, range) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str(", ")?;
            }
            match (*range.start(), *range.end()) {
                (from, to) if from == to => write!(f, "{from}")?,
                (from, u64::MAX) => write!(f, "{from}..")?,
                (from, to) => write!(f, "{from}..={to}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_ranges_with_gaps_between_them() {
        let shown = |ranges: Vec<RangeInclusive<u64>>| Numbers::of(ranges).to_string();
        assert_eq!(shown(vec![5..=5, 1..=2, 3..=3, 5..=5]), "1..=3, 5");
        assert_eq!(shown(vec![1..=9, 2..=3]), "1..=9");
        assert_eq!(shown(vec![u64::MAX..=u64::MAX, 0..=u64::MAX]), "0..");
        #[allow(clippy::reversed_empty_ranges)]
        let nothing = Numbers::of([3..=2]);
        assert!(nothing.is_empty());
    }

    #[test]
    fn a_complement_has_all_others() {
        let complement = |ranges: Vec<RangeInclusive<u64>>| {
            let numbers = Numbers::of(ranges);
            let others = numbers.complement();
            assert_eq!(others.complement(), numbers);
            assert_ne!(others.has_zero(), numbers.has_zero());
            others.to_string()
        };
        assert_eq!(complement(vec![]), "0..");
        assert_eq!(complement(vec![0..=0]), "1..");
        assert_eq!(complement(vec![2..=3, 7..=u64::MAX]), "0..=1, 4..=6");
        assert_eq!(complement(vec![0..=0, u64::MAX..=u64::MAX]), "1..=18446744073709551614");
        assert!(Numbers::of([0..=u64::MAX]).complement().is_empty());
        assert!(Numbers::of([0..=0]).complement().is_some());
    }
}
