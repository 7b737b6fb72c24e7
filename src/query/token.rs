//! The token of a page: a position in an order, as text for the outside.
//!
//! Its bytes are a version, a fingerprint of what was asked for, and the position as a document; as text they are base64 that stands in a URL
//! without escapes. Nothing in it is secret, and nothing in it is believed: a token of another read does not fit, and a position is a value to
//! compare with and nothing else.

use crate::codec::{EncodeError, from_document, to_document};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bson::{Bson, Document};

/// The form of a token. One of another form is no token, so that old ones fail when the form changes.
const VERSION: u8 = 1;

/// The token of a position in the read with this fingerprint.
///
/// # Errors
/// A position that cannot be written, which no document has.
pub(crate) fn write_token(fingerprint: u64, position: Vec<Bson>) -> Result<String, EncodeError> {
    let position: Document = position.into_iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect();
    let mut bytes = vec![VERSION];
    bytes.extend(fingerprint.to_le_bytes());
    bytes.extend(to_document(&position)?);
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// The position in a token, where it is one of the read with this fingerprint.
pub(crate) fn read_token(token: &str, fingerprint: u64) -> Option<Vec<Bson>> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (version, rest) = bytes.split_first()?;
    let (found, position) = rest.split_first_chunk::<8>()?;
    if *version != VERSION || u64::from_le_bytes(*found) != fingerprint {
        return None;
    }
    let position: Document = from_document(position).ok()?;
    Some(position.into_iter().map(|(_, value)| value).collect())
}

/// A number that tells reads apart by what they ask for: FNV-1a, which is the same in every process and every version.
pub(crate) fn fingerprint(parts: &[&[u8]]) -> u64 {
    let mut hash = 0xCBF2_9CE4_8422_2325_u64;
    for part in parts {
        // With its length, so that no part runs into the next.
        let length = (part.len() as u64).to_le_bytes();
        for byte in length.iter().chain(*part) {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3);
        }
    }
    hash
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_token_comes_back_and_only_to_its_own_read() {
        let position = vec![Bson::Null, Bson::Double(1.5), Bson::String("ä/+".to_owned()), Bson::Int64(7)];
        let token = write_token(5, position.clone()).unwrap();
        assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'), "{token}");
        assert_eq!(read_token(&token, 5), Some(position));
        assert_eq!(read_token(&token, 6), None);
    }

    #[test]
    fn what_is_no_token_has_no_position() {
        let token = write_token(5, vec![Bson::Int32(1)]).unwrap();
        for end in 0..token.len() {
            assert_eq!(read_token(&token[..end], 5), None, "{end}");
        }
        assert_eq!(read_token("", 5), None);
        assert_eq!(read_token("not base64!", 5), None);
        // Another version.
        let mut bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
        bytes[0] = 2;
        assert_eq!(read_token(&URL_SAFE_NO_PAD.encode(bytes), 5), None);
    }

    #[test]
    fn a_fingerprint_is_always_the_same() {
        // As published for FNV-1a of nothing.
        assert_eq!(fingerprint(&[]), 0xCBF2_9CE4_8422_2325);
        assert_ne!(fingerprint(&[b"ab", b"c"]), fingerprint(&[b"a", b"bc"]));
        assert_ne!(fingerprint(&[b""]), fingerprint(&[b"", b""]));
    }
}
