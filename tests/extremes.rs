//! How large, how deep and how odd: what the server can take works, and what it cannot is refused before anything is sent.
//!
//! `size` is about commands and documents of up to 16 MiB, `depth` about filters in filters, `keys` about maps whose keys no path can have,
//! `text` about what looks like a pattern or is too long for one.

mod depth;
mod keys;
mod size;
mod text;

use chakra::Error;

/// The path and the rule of an error that breaks exactly one.
fn broken(error: &Error) -> (&str, &str) {
    let Error::Invalid { broken, .. } = error else { panic!("{error:?}") };
    let [only] = broken.as_slice() else { panic!("{error}") };
    (&only.path, &only.rule)
}
