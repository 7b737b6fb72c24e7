//! The driver's own types that pass through to users: options of reads and writes, and the raw collection.

pub use mongodb::options::{Acknowledgment, Collation, Hint, ReadConcern, ReadPreference, ReadPreferenceOptions, WriteConcern};

/// The driver's collection with documents as raw BSON, for what Chakra has no verb for.
///
/// Its calls are the driver's: without Chakra's deadline, shield and errors, and outside of Chakra's transactions.
pub type RawCollection = mongodb::Collection<bson::RawDocumentBuf>;
