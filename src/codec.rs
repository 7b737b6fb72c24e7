//! Values and bytes: the one codec that every value passes, wherever it goes.
//!
//! [`Encode`] writes a value with a [`Writer`], [`Decode`] reads it from a [`Raw`]; both work on BSON bytes directly. Nothing here knows
//! models, filters or the server.

mod container;
mod decode;
mod encode;
mod external;
mod reader;
mod scalar;
pub mod tag;
mod writer;

pub(crate) use decode::HIDDEN_KEY;
pub use decode::{Decode, DecodeError, StructReader, from_document};
pub use encode::{Encode, EncodeDocument, EncodeError, to_bson, to_document};
pub use external::raw_to_bson;
pub use reader::{Elements, MAX_DEPTH, Name, Raw};
pub use writer::Writer;
