//! [`SealKeys`]: bytes for the outside that only who has a key can read or change.
//!
//! By XChaCha20-Poly1305, whose nonces are long enough to be taken by chance: any number of processes may seal with one key. Filled by
//! `Db::builder`, used for the tokens of pages.

use super::EncodeError;
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305,
    aead::{Aead, Payload},
};
use std::fmt;

/// How many bytes of chance stand in front of what is sealed.
const NONCE: usize = 24;

/// Keys of 256 bits: the last one seals, and each of them opens.
#[derive(Clone, Default)]
pub(crate) struct SealKeys(Vec<XChaCha20Poly1305>);

impl SealKeys {
    /// From now on this key seals; what the others sealed is opened as before.
    pub(crate) fn add(&mut self, key: [u8; 32]) {
        self.0.push(XChaCha20Poly1305::new(&key.into()));
    }

    /// Whether nothing is sealed.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The bytes, sealed so that they open only where `bound` is the same; nothing where there is no key.
    ///
    /// # Errors
    /// More bytes than the cipher takes (256 GiB).
    pub(crate) fn seal(&self, bytes: &[u8], bound: &[u8]) -> Result<Option<Vec<u8>>, EncodeError> {
        let Some(cipher) = self.0.last() else { return Ok(None) };
        let nonce: [u8; NONCE] = rand::random();
        let sealed = cipher.encrypt(&nonce.into(), Payload { msg: bytes, aad: bound });
        let sealed = sealed.map_err(|_| EncodeError::of("at most 256 GiB to be sealed"))?;
        let mut bytes = nonce.to_vec();
        bytes.extend(sealed);
        Ok(Some(bytes))
    }

    /// The bytes that were sealed, where one of the keys did it and bound them to `bound`.
    pub(crate) fn open(&self, sealed: &[u8], bound: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
        let open = |cipher: &XChaCha20Poly1305| cipher.decrypt(&(*nonce).into(), Payload { msg: sealed, aad: bound }).ok();
        self.0.iter().rev().find_map(open)
    }
}

// Without the keys.
impl fmt::Debug for SealKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealKeys({})", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn keys(keys: &[u8]) -> SealKeys {
        let mut all = SealKeys::default();
        keys.iter().for_each(|key| all.add([*key; 32]));
        all
    }

    #[test]
    fn what_is_sealed_opens_with_its_key_and_its_binding_alone() {
        let sealed = keys(&[1]).seal(b"Ada", b"read").unwrap().unwrap();
        assert_eq!(sealed.len(), NONCE + 3 + 16);
        assert!(!sealed.windows(3).any(|part| part == b"Ada"));
        assert_eq!(keys(&[1]).open(&sealed, b"read").unwrap(), b"Ada");
        assert_eq!(keys(&[1]).open(&sealed, b"other"), None);
        assert_eq!(keys(&[2]).open(&sealed, b"read"), None);
        assert_eq!(keys(&[]).open(&sealed, b"read"), None);
        // Twice the same is not sealed to the same.
        assert_ne!(keys(&[1]).seal(b"Ada", b"read").unwrap().unwrap(), sealed);
    }

    #[test]
    fn every_bit_counts_and_every_byte() {
        let keys = keys(&[1]);
        let sealed = keys.seal(b"Ada", b"read").unwrap().unwrap();
        for at in 0..sealed.len() * 8 {
            let mut changed = sealed.clone();
            changed[at / 8] ^= 1 << (at % 8);
            assert_eq!(keys.open(&changed, b"read"), None, "bit {at}");
        }
        for end in 0..sealed.len() {
            assert_eq!(keys.open(&sealed[..end], b"read"), None, "{end} bytes");
        }
    }

    #[test]
    fn the_last_key_seals_and_all_open() {
        let (old, both) = (keys(&[1]), keys(&[1, 2]));
        let (by_old, by_both) = (old.seal(b"a", b"").unwrap().unwrap(), both.seal(b"b", b"").unwrap().unwrap());
        assert_eq!(both.open(&by_old, b"").unwrap(), b"a");
        assert_eq!(both.open(&by_both, b"").unwrap(), b"b");
        assert_eq!(keys(&[2]).open(&by_both, b"").unwrap(), b"b");
        assert_eq!(old.open(&by_both, b""), None);
        assert_eq!(keys(&[]).seal(b"a", b"").unwrap(), None);
        assert_eq!((keys(&[]).is_empty(), both.is_empty()), (true, false));
    }

    #[test]
    fn keys_are_not_shown() {
        assert_eq!(format!("{:?}", keys(&[7, 8])), "SealKeys(2)");
    }
}
