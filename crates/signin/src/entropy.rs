//! Chance that nobody can guess. What `clock` calls random is for names and jitter, and repeats by its seed.

use clock::{Clock, Random};
use ring::rand::{SecureRandom, SystemRandom};
use std::sync::{Mutex, PoisonError};

/// Where secrets come from.
#[derive(Debug)]
pub enum Entropy {
    /// The machine's own generator.
    System(SystemRandom),
    /// A stream that a seed repeats: for simulations only, nothing in them is worth guessing.
    Seeded(Mutex<Random>),
}

/// Letters and digits.
const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

impl Entropy {
    /// The machine's generator, or the seed's stream where time is simulated too.
    #[must_use]
    pub fn of(clock: &Clock) -> Self {
        if clock.is_simulated() {
            Entropy::Seeded(Mutex::new(clock.random("sign-in")))
        } else {
            Entropy::System(SystemRandom::new())
        }
    }

    /// Bytes that nobody can guess.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        match self {
            Entropy::System(random) => {
                random.fill(&mut bytes).expect("invariant: the machine's generator answers once it has started");
            }
            Entropy::Seeded(random) => {
                let mut random = random.lock().unwrap_or_else(PoisonError::into_inner);
                for byte in &mut bytes {
                    *byte = (random.next_u64() >> 56) as u8;
                }
            }
        }
        bytes
    }

    /// A text of letters and digits, each as likely as any other.
    #[must_use]
    pub fn text(&self, length: usize) -> String {
        let mut text = String::with_capacity(length);
        while text.len() < length {
            let bytes: [u8; 64] = self.bytes();
            // What is above the greatest multiple of 62 would make the first letters likelier.
            let fair =
                bytes.into_iter().filter(|byte| *byte < 248).map(|byte| char::from(ALPHABET[usize::from(byte) % 62]));
            text.extend(fair.take(length - text.len()));
        }
        text
    }

    /// A version 4 UUID.
    #[must_use]
    pub fn uuid(&self) -> String {
        let mut bytes: [u8; 16] = self.bytes();
        bytes[6] = (bytes[6] & 0x0f) | 0x40;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        let digits = hex::encode(bytes);
        format!("{}-{}-{}-{}-{}", &digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..])
    }
}
