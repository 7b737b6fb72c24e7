//! `bytes::Bytes`: a Binary, as `Vec<u8>` is.

use crate::codec::{AsBinary, Decode, DecodeError, Encode, Raw, StoredAs, Writer, scalar::plain_bytes};
use bson::spec::BinarySubtype;
use bytes::Bytes;

impl Encode for Bytes {
    fn encode(&self, w: &mut Writer) {
        w.binary(BinarySubtype::Generic.into(), self);
    }
}

impl<'a> Decode<'a> for Bytes {
    fn decode(raw: &Raw<'a>) -> Result<Self, DecodeError> {
        plain_bytes(raw).map(Self::copy_from_slice)
    }
}

impl StoredAs<AsBinary> for Bytes {
    fn write(&self, w: &mut Writer) {
        self.encode(w);
    }

    fn read(raw: &Raw<'_>) -> Result<Self, DecodeError> {
        Self::decode(raw)
    }
}
