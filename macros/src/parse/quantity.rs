//! Quantities with a unit: spans of time (`"30d"`) and sizes (`"64MiB"`).

/// The units of time, in seconds.
const TIMES: &[(&str, i64)] = &[("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400), ("w", 604_800)];

/// The units of size, in bytes.
const SIZES: &[(&str, i64)] = &[
    ("", 1),
    ("B", 1),
    ("kB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
];

/// The greatest size of a capped collection.
const MAX_SIZE: i64 = 1 << 50;

/// A span of time in seconds, as many as the server takes.
///
/// # Errors
/// What it should be instead.
pub(super) fn seconds_of(text: &str) -> Result<i32, &'static str> {
    let seconds = quantity(text, TIMES).ok_or("a whole number and a unit, `s`, `m`, `h`, `d` or `w`")?;
    i32::try_from(seconds).map_err(|_| "at most 2147483647 seconds, which are 68 years")
}

/// A size in bytes, as many as the server takes.
///
/// # Errors
/// What it should be instead.
pub(super) fn bytes_of(text: &str) -> Result<i64, &'static str> {
    let bytes = quantity(text, SIZES).ok_or("a whole number and a unit, such as `KiB`, `MiB` or `GiB`")?;
    if (1..=MAX_SIZE).contains(&bytes) { Ok(bytes) } else { Err("at least one byte and at most 1024TiB") }
}

/// The number and its unit multiplied; as much as there is where that is too much to count.
fn quantity(text: &str, units: &[(&str, i64)]) -> Option<i64> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let (_, factor) = units.iter().find(|(known, _)| *known == unit.trim())?;
    if number.is_empty() {
        return None;
    }
    Some(number.parse::<i64>().ok().and_then(|number| number.checked_mul(*factor)).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_a_unit() {
        let of = |text: &str| seconds_of(text).ok();
        assert_eq!(
            [of("0s"), of("90m"), of("24h"), of("30d"), of("2w")],
            [Some(0), Some(5_400), Some(86_400), Some(2_592_000), Some(1_209_600)]
        );
        assert_eq!(of("2147483647s"), Some(i32::MAX));
        assert!(seconds_of("2147483648s").unwrap_err().contains("68 years"));
        assert!(seconds_of("99999999999999999999w").unwrap_err().contains("68 years"));
        for text in ["", "30", "d", "-1d", "1.5h", "3 months", "1D", "1y", "d30", "1d12h"] {
            assert!(seconds_of(text).unwrap_err().contains("a unit"), "{text}");
        }
    }

    #[test]
    fn sizes_may_have_one() {
        let of = |text: &str| bytes_of(text).ok();
        assert_eq!(
            [of("1"), of("4096"), of("64MiB"), of("1 GB"), of("1024TiB")],
            [Some(1), Some(4_096), Some(1 << 26), Some(1_000_000_000), Some(1 << 50)]
        );
        assert_eq!([of("0"), of("1025TiB"), of("5Mib"), of("-1"), of("MiB")], [None; 5]);
    }
}
