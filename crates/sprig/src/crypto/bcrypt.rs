//! bcrypt: passwords hashed slowly, with a salt.

use crate::sources::Chance;
use blowfish::Blowfish;

const ALPHABET: &[u8; 64] = b"./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/// What Sprig asks for: 2 to the power of it are the rounds.
const COST: u32 = 10;
/// The longest password: what follows would not count.
const PASSWORD_BYTES_MAX: usize = 72;

/// The hash of `password` under a salt of its own.
///
/// # Errors
/// Go's text, when the password is too long.
pub fn bcrypt(password: &[u8], chance: &mut Chance) -> Result<String, String> {
    if password.len() > PASSWORD_BYTES_MAX {
        return Err(format!("bcrypt: password length exceeds {PASSWORD_BYTES_MAX} bytes"));
    }
    let salt: [u8; 16] = chance.bytes();
    Ok(hashed(password, &salt))
}

fn hashed(password: &[u8], salt: &[u8; 16]) -> String {
    let key = [password, &[0]].concat();
    let mut state = Blowfish::bc_init_state();
    state.salted_expand_key(salt, &key);
    for _ in 0..1_u32 << COST {
        state.bc_expand_key(&key);
        state.bc_expand_key(salt);
    }
    let mut words = *b"OrpheanBeholderScryDoubt";
    for block in words.chunks_exact_mut(8) {
        let half = |at: usize| u32::from_be_bytes([block[at], block[at + 1], block[at + 2], block[at + 3]]);
        let mut pair = [half(0), half(4)];
        for _ in 0..64 {
            pair = state.bc_encrypt(pair);
        }
        block[..4].copy_from_slice(&pair[0].to_be_bytes());
        block[4..].copy_from_slice(&pair[1].to_be_bytes());
    }
    // The last byte of the result is left out, as ever since the first implementation.
    format!("$2a${COST}${}{}", digits(salt), digits(&words[..23]))
}

/// Base 64 with bcrypt's own alphabet, without padding.
fn digits(bytes: &[u8]) -> String {
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let at = |index| u32::from(chunk.get(index).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        out.extend((0..=chunk.len()).map(|digit| char::from(ALPHABET[(bits >> (18 - 6 * digit)) as usize & 63])));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_golang_org_x_crypto() {
        // Checked with bcrypt.CompareHashAndPassword of golang.org/x/crypto v0.26.0.
        let hash = hashed(b"secret", b"0123456789abcdef");
        assert_eq!(hash, "$2a$10$KBCwKxOzLha2MUDgW0PjXe5iC0KgerkTIWLGUoONajjj98vdFiyt2");
    }
}
