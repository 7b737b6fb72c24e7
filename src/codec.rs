//! Values and bytes: the one codec that every value passes, wherever it goes.
//!
//! [`Encode`] writes a value with a [`Writer`], [`Decode`] reads it from a [`Raw`]; both work on BSON bytes directly. Nothing here knows
//! models, filters or the server.

mod alike;
mod container;
mod decimal;
mod decode;
mod encode;
mod equal;
mod external;
mod foreign;
mod key;
mod link_key;
mod moment;
mod native;
mod reader;
mod scalar;
mod seal;
mod struct_reader;
pub mod tag;
mod writer;

pub(crate) use alike::alike_key;
pub(crate) use decimal::compare_decimals;
pub(crate) use decode::HIDDEN_KEY;
pub use decode::{Decode, DecodeError, from_document};
pub use encode::{Encode, EncodeDocument, EncodeError, to_bson, to_document};
pub use external::raw_to_bson;
pub use key::MapKey;
pub(crate) use link_key::{LinkKey, distinct_by};
pub(crate) use moment::{Moment, is_finer_text};
pub use native::{
    AsBinary, AsDate, AsDecimal, AsDouble, AsLong, AsObjectId, AsSerde, AsString, AsTimestamp, Native, Storage, StoredAs, Via,
};
pub use reader::{Elements, MAX_DEPTH, Name, Raw};
pub(crate) use seal::SealKeys;
pub use struct_reader::{StoredName, StructReader, encode_extra, find_tag};
pub use writer::Writer;
