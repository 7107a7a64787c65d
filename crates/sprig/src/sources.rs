//! Where functions get what a template cannot know by itself: the present, the local zone, chance, other machines' names.
//! The caller puts a [`Sources`] into the state of its run ([`gotemplate::State::put`]); without one the present is 1970,
//! chance is a fixed stream and no name resolves, so that nothing leaks in by accident.

use crate::time::{Time, Zone};
use hmac::{Hmac, KeyInit, Mac};
use rand_core::{TryCryptoRng, TryRng};
use sha2::Sha256;
use std::convert::Infallible;

/// Everything a render reads besides its input.
#[derive(Debug)]
pub struct Sources {
    /// What `now` gives.
    pub now: Time,
    /// The zone that `date` shows times in.
    pub local: Zone,
    /// What random functions draw from.
    pub chance: Chance,
    /// What `getHostByName` gives.
    pub hosts: Hosts,
    /// Which release of the version library `semver` and `semverCompare` follow.
    pub versions: goversion::Release,
}

/// What `getHostByName` gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Hosts {
    /// An error: a render does not ask the network.
    #[default]
    Refused,
    /// An empty address, as Helm gives without `--enable-dns`.
    Empty,
}

impl Default for Sources {
    fn default() -> Self {
        Sources {
            now: Time::from_unix(0, 0),
            local: Zone::Utc,
            chance: Chance::from_seed([0; 32]),
            hosts: Hosts::default(),
            versions: goversion::Release::default(),
        }
    }
}

/// A stream of random bytes that follows from a seed: HMAC-SHA-256 over a counter. As secret as the seed, so keys and
/// passwords may be drawn from it.
#[derive(Clone)]
pub struct Chance {
    key: Hmac<Sha256>,
    counter: u64,
    block: [u8; 32],
    used: usize,
}

impl Chance {
    /// The stream of a seed. The same seed gives the same stream.
    #[must_use]
    pub fn from_seed(seed: [u8; 32]) -> Self {
        let key = Hmac::new_from_slice(&seed).expect("invariant: HMAC takes a key of any length");
        Chance { key, counter: 0, block: [0; 32], used: 32 }
    }

    /// The next bytes.
    pub fn fill(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            if self.used == self.block.len() {
                let mut mac = self.key.clone();
                mac.update(&self.counter.to_be_bytes());
                self.block = mac.finalize().into_bytes().into();
                self.counter += 1;
                self.used = 0;
            }
            *byte = self.block[self.used];
            self.used += 1;
        }
    }

    /// The next bytes, as an array.
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// A number in `0..bound`, each equally likely; 0 when `bound` is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        if bound == 0 {
            return 0;
        }
        // 128 bits make the bias smaller than anybody could see.
        (u128::from_be_bytes(self.bytes()) % u128::from(bound)) as u64
    }

    /// A version 4 UUID.
    pub fn uuid(&mut self) -> String {
        let mut bytes: [u8; 16] = self.bytes();
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-")
    }
}

impl std::fmt::Debug for Chance {
    /// Without the seed: it is a secret.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Chance({} blocks drawn)", self.counter)
    }
}

impl TryRng for Chance {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_le_bytes(self.bytes()))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_le_bytes(self.bytes()))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.fill(bytes);
        Ok(())
    }
}

impl TryCryptoRng for Chance {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_its_stream() {
        let draw = |seed| Chance::from_seed([seed; 32]).bytes::<40>();
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        let uuid = Chance::from_seed([3; 32]).uuid();
        assert_eq!((uuid.len(), &uuid[14..15]), (36, "4"));
    }
}
