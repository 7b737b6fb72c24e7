//! Binary as the native form of bytes.

use super::{AsBinary, StoredAs};
use crate::codec::{Decode, DecodeError, Encode, Raw, Writer, scalar::plain_bytes, tag};
use bson::{Binary, spec::BinarySubtype};
use uuid::Uuid;

// A field of type `Vec<u8>` is a list of these, and one Binary.
impl StoredAs<AsBinary> for u8 {
    fn write(&self, w: &mut Writer) {
        w.binary(BinarySubtype::Generic.into(), &[*self]);
    }

    fn read(raw: &Raw<'_>) -> Result<Self, DecodeError> {
        match raw.tag() {
            tag::BINARY => match plain_bytes(raw)? {
                [byte] => Ok(*byte),
                _ => Err(DecodeError::new("a Binary of 1 byte", "a Binary of another length")),
            },
            _ => Self::decode(raw),
        }
    }

    fn write_list<'v>(items: impl Iterator<Item = &'v Self>, w: &mut Writer)
    where
        Self: 'v,
    {
        let bytes: Vec<u8> = items.copied().collect();
        w.binary(BinarySubtype::Generic.into(), &bytes);
    }

    fn read_list(raw: &Raw<'_>) -> Result<Vec<Self>, DecodeError> {
        Self::decode_list(raw)
    }
}

impl<const N: usize> StoredAs<AsBinary> for [u8; N] {
    fn write(&self, w: &mut Writer) {
        self.encode(w);
    }

    fn read(raw: &Raw<'_>) -> Result<Self, DecodeError> {
        Self::decode(raw)
    }
}

macro_rules! binaries {
    ($($rust:ty),*) => { $(
        impl StoredAs<AsBinary> for $rust {
            fn write(&self, w: &mut Writer) {
                self.encode(w);
            }

            fn read(raw: &Raw<'_>) -> Result<Self, DecodeError> {
                Self::decode(raw)
            }
        }
    )* };
}
binaries!(Binary, Uuid);
