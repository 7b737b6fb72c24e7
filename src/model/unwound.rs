//! [`Unwound`]: what paths start from behind an `unwind` in a pipeline.

use super::Root;
use std::marker::PhantomData;

/// Documents of `R` of which lists were unwound: an item stands where the list was.
///
/// Its paths are those of `R`, and those behind [`Path::unwound`](crate::Path::unwound), which no other documents have.
#[derive(Debug)]
pub struct Unwound<R>(PhantomData<fn() -> R>);

impl<R: Root> Root for Unwound<R> {
    // However many lists are taken apart, the documents are of one kind.
    type Unwound = Self;
}
