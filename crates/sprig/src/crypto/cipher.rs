//! `encryptAES` and `decryptAES`: AES-256 in CBC mode, the password filled up with zeros as its key.

use crate::codec::{base64_decode, base64_encode};
use crate::sources::Chance;
use aes::Aes256;
use aes::cipher::{Block, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};

const BLOCK: usize = 16;

fn cipher(password: &[u8]) -> Aes256 {
    let mut key = [0; 32];
    let length = password.len().min(key.len());
    key[..length].copy_from_slice(&password[..length]);
    Aes256::new(&key.into())
}

/// `text` encrypted, in base 64 behind a random first block; nothing for nothing.
#[must_use]
pub fn encrypt(password: &[u8], text: &[u8], chance: &mut Chance) -> String {
    if text.is_empty() {
        return String::new();
    }
    let cipher = cipher(password);
    let padding = BLOCK - text.len() % BLOCK;
    let padded = [text, &vec![padding as u8; padding]].concat();
    let mut out: Vec<u8> = chance.bytes::<BLOCK>().to_vec();
    let mut previous: [u8; BLOCK] = out.as_slice().try_into().expect("invariant: one block was drawn");
    for chunk in padded.chunks_exact(BLOCK) {
        let mut block = [0; BLOCK];
        for (at, byte) in chunk.iter().enumerate() {
            block[at] = byte ^ previous[at];
        }
        let mut encrypted: Block<Aes256> = block.into();
        cipher.encrypt_block(&mut encrypted);
        previous = encrypted.into();
        out.extend_from_slice(&previous);
    }
    base64_encode(&out)
}

/// What was encrypted; nothing for nothing.
///
/// # Errors
/// Go's error, or the text of its panic, when `text` is not what [`encrypt`] gives.
pub fn decrypt(password: &[u8], text: &[u8]) -> Result<Vec<u8>, String> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let all = base64_decode(text)?;
    if all.len() < BLOCK {
        let capacity = text.len() / 4 * 3;
        return Err(format!("runtime error: slice bounds out of range [:{BLOCK}] with capacity {capacity}"));
    }
    if all.len() % BLOCK != 0 {
        return Err("crypto/cipher: input not full blocks".to_owned());
    }
    let cipher = cipher(password);
    let mut out = Vec::with_capacity(all.len());
    for pair in all.chunks_exact(BLOCK).collect::<Vec<_>>().windows(2) {
        let encrypted: [u8; BLOCK] = pair[1].try_into().expect("invariant: chunks are blocks");
        let mut block: Block<Aes256> = encrypted.into();
        cipher.decrypt_block(&mut block);
        out.extend(block.iter().zip(pair[0]).map(|(byte, previous)| byte ^ previous));
    }
    let Some(padding) = out.last().copied() else {
        return Err("runtime error: index out of range [-1]".to_owned());
    };
    match out.len().checked_sub(usize::from(padding)) {
        Some(length) => {
            out.truncate(length);
            Ok(out)
        }
        None => {
            let end = out.len() as i64 - i64::from(padding);
            Err(format!("runtime error: slice bounds out of range [:{end}]"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encrypted_is_decrypted() {
        let mut chance = Chance::from_seed([1; 32]);
        for text in [b"x".as_slice(), &[7; 16], &[9; 33]] {
            assert_eq!(decrypt(b"key", encrypt(b"key", text, &mut chance).as_bytes()), Ok(text.to_vec()));
        }
    }
}
