//! The token of a page: a position in an order, as text for the outside.
//!
//! Its bytes are a version, a fingerprint of what was asked for, and the position as a document; as text they are base64 that stands in a URL
//! without escapes. Nothing in it is secret, and nothing in it is believed: a token of another read does not fit, and a position is a value to
//! compare with and nothing else. Where there are keys, the position is sealed: it has a version of its own, and the fingerprint does not stand
//! in it but is what the seal is bound to.

use crate::codec::{EncodeError, SealKeys, from_document, to_document};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bson::{Bson, Document};

/// The form of a token. One of another form is no token, so that old ones fail when the form changes.
const VERSION: u8 = 1;
/// The form of a sealed token.
const SEALED: u8 = 2;

/// The token of a position in the read with this fingerprint, sealed where there are keys.
///
/// # Errors
/// A position that cannot be written, which no document has.
pub(crate) fn write_token(keys: &SealKeys, fingerprint: u64, position: Vec<Bson>) -> Result<String, EncodeError> {
    let position: Document = position.into_iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect();
    let position = to_document(&position)?;
    let mut bytes = Vec::new();
    match keys.seal(&position, &bound(fingerprint))? {
        Some(sealed) => {
            bytes.push(SEALED);
            bytes.extend(sealed);
        }
        None => {
            bytes.push(VERSION);
            bytes.extend(fingerprint.to_le_bytes());
            bytes.extend(position);
        }
    }
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// The position in a token, where it is one of the read with this fingerprint; where there are keys, one that they sealed.
pub(crate) fn read_token(keys: &SealKeys, token: &str, fingerprint: u64) -> Option<Vec<Bson>> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let position: Document = match (bytes.split_first()?, keys.is_empty()) {
        ((&VERSION, rest), true) => {
            let (found, position) = rest.split_first_chunk::<8>()?;
            if u64::from_le_bytes(*found) != fingerprint {
                return None;
            }
            from_document(position).ok()?
        }
        ((&SEALED, sealed), false) => from_document(&keys.open(sealed, &bound(fingerprint))?).ok()?,
        // Of another form, or one that anybody may write where only we do.
        _ => return None,
    };
    Some(position.into_iter().map(|(_, value)| value).collect())
}

/// What a seal is bound to: its form, and the read.
fn bound(fingerprint: u64) -> [u8; 9] {
    let [a, b, c, d, e, f, g, h] = fingerprint.to_le_bytes();
    [SEALED, a, b, c, d, e, f, g, h]
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

    fn plain() -> SealKeys {
        SealKeys::default()
    }

    fn keyed(key: u8) -> SealKeys {
        let mut keys = SealKeys::default();
        keys.add([key; 32]);
        keys
    }

    #[test]
    fn a_token_comes_back_and_only_to_its_own_read() {
        let position = vec![Bson::Null, Bson::Double(1.5), Bson::String("ä/+".to_owned()), Bson::Int64(7)];
        for keys in [plain(), keyed(1)] {
            let token = write_token(&keys, 5, position.clone()).unwrap();
            assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'), "{token}");
            assert_eq!(read_token(&keys, &token, 5), Some(position.clone()));
            assert_eq!(read_token(&keys, &token, 6), None);
        }
    }

    #[test]
    fn what_is_no_token_has_no_position() {
        for keys in [plain(), keyed(1)] {
            let token = write_token(&keys, 5, vec![Bson::Int32(1)]).unwrap();
            for end in 0..token.len() {
                assert_eq!(read_token(&keys, &token[..end], 5), None, "{end}");
            }
            assert_eq!(read_token(&keys, "", 5), None);
            assert_eq!(read_token(&keys, "not base64!", 5), None);
            // Another version.
            let mut bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
            for version in [0, 1, 2, 3].into_iter().filter(|version| *version != bytes[0]).collect::<Vec<u8>>() {
                bytes[0] = version;
                assert_eq!(read_token(&keys, &URL_SAFE_NO_PAD.encode(&bytes), 5), None);
            }
        }
    }

    #[test]
    fn a_sealed_token_holds_nothing_that_can_be_read_or_changed() {
        let position = || vec![Bson::String("secret".to_owned())];
        let (open, sealed) = (write_token(&plain(), 5, position()).unwrap(), write_token(&keyed(1), 5, position()).unwrap());
        let shows = |token: &str| URL_SAFE_NO_PAD.decode(token).unwrap().windows(6).any(|part| part == b"secret");
        assert_eq!((shows(&open), shows(&sealed)), (true, false));
        // Each is no token where the other is.
        assert_eq!(read_token(&keyed(1), &open, 5), None);
        assert_eq!(read_token(&plain(), &sealed, 5), None);
        assert_eq!(read_token(&keyed(2), &sealed, 5), None);
        let bytes = URL_SAFE_NO_PAD.decode(&sealed).unwrap();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert_eq!(read_token(&keyed(1), &URL_SAFE_NO_PAD.encode(changed), 5), None, "byte {at}");
        }
    }

    #[test]
    fn a_fingerprint_is_always_the_same() {
        // As published for FNV-1a of nothing.
        assert_eq!(fingerprint(&[]), 0xCBF2_9CE4_8422_2325);
        assert_ne!(fingerprint(&[b"ab", b"c"]), fingerprint(&[b"a", b"bc"]));
        assert_ne!(fingerprint(&[b""]), fingerprint(&[b"", b""]));
    }
}
