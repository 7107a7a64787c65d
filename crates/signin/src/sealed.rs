//! What a browser keeps for us and may neither read nor change.

use crate::entropy::Entropy;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac;

/// Seals bytes under a key that follows from the server's own.
pub(crate) fn seal(plain: &[u8], server_key: &[u8], entropy: &Entropy) -> Option<String> {
    let nonce: [u8; NONCE_LEN] = entropy.bytes();
    let mut sealed = plain.to_vec();
    let sealing = Nonce::assume_unique_for_key(nonce);
    key(server_key)?.seal_in_place_append_tag(sealing, Aad::empty(), &mut sealed).ok()?;
    Some(hex::encode([nonce.as_slice(), &sealed].concat()))
}

/// What was sealed; `None` if it was not sealed by us, or was changed.
pub(crate) fn open(text: &str, server_key: &[u8]) -> Option<Vec<u8>> {
    let bytes = hex::decode(text).ok()?;
    let (nonce, sealed) = bytes.split_at_checked(NONCE_LEN)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let mut sealed = sealed.to_vec();
    let plain = key(server_key)?.open_in_place(nonce, Aad::empty(), &mut sealed).ok()?;
    Some(plain.to_vec())
}

fn key(server_key: &[u8]) -> Option<LessSafeKey> {
    let derived = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, server_key), b"state of a sign-in");
    UnboundKey::new(&AES_256_GCM, derived.as_ref()).ok().map(LessSafeKey::new)
}
