//! Names that no other test, process or machine takes: for databases on a shared server, containers and temporary folders.

use std::{
    hash::{BuildHasher, Hasher, RandomState},
    process,
    sync::atomic::{AtomicU64, Ordering},
};

/// `PREFIX_PID_COUNT_RANDOM`. The process and the count tell a person who made it; the random part parts machines and containers,
/// where process ids repeat.
pub(crate) fn unique_name(prefix: &str) -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    // A `RandomState` is seeded from the system's randomness, so its hash of nothing is a random number.
    let random = RandomState::new().build_hasher().finish() & 0xffff_ffff;
    format!("{prefix}_{}_{count}_{random:08x}", process::id())
}

/// Chance, in characters that a key file of `mongod` may have.
pub(crate) fn random_key() -> String {
    let random = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", random(), random())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_differ_and_fit_a_database_name() {
        let (first, second) = (unique_name("chakra_test"), unique_name("chakra_test"));
        assert_ne!(first, second);
        assert!(first.starts_with(&format!("chakra_test_{}_", process::id())));
        assert!(first.len() < 64, "a database name has at most 63 bytes: {first}");
    }
}
