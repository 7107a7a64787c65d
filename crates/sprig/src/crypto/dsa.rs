//! DSA keys of 2048 and 256 bits. Nobody should use them; templates may ask for them.

use super::der::{Reader, sequence, tag, unsigned};
use crate::sources::Chance;
use num_bigint::BigUint;

const P_BITS: u64 = 2048;
const Q_BITS: u64 = 256;
/// Rounds of Miller and Rabin's test, as Go takes them.
const PRIME_ROUNDS: u32 = 64;

/// A private key: the group's `p`, `q`, `g`, the public `y`, the secret `x`.
#[derive(Debug, Clone)]
pub(super) struct DsaKey {
    numbers: [BigUint; 5],
}

impl DsaKey {
    /// A new group and a key in it.
    pub fn generate(chance: &mut Chance) -> DsaKey {
        let (p, q) = group(chance);
        let one = BigUint::from(1_u8);
        let exponent = (&p - &one) / &q;
        let g = (2_u32..).map(|base| BigUint::from(base).modpow(&exponent, &p)).find(|g| *g != one);
        let g = g.expect("invariant: of the numbers from 2 on nearly every one has a power that is not 1");
        let x = loop {
            let x = random(chance, Q_BITS);
            if x > BigUint::ZERO && x < q {
                break x;
            }
        };
        let y = g.modpow(&x, &p);
        DsaKey { numbers: [p, q, g, y, x] }
    }

    /// `0, p, q, g, y, x` in DER.
    pub fn to_der(&self) -> Vec<u8> {
        let zero = std::iter::once(unsigned(&[]));
        sequence(&zero.chain(self.numbers.iter().map(|number| unsigned(&number.to_bytes_be()))).collect::<Vec<_>>())
    }

    /// Reads what [`DsaKey::to_der`] writes.
    pub fn from_der(der: &[u8]) -> Option<DsaKey> {
        let mut numbers = Reader(der).inside(tag::SEQUENCE)?;
        numbers.unsigned()?;
        let mut next = || numbers.unsigned().map(BigUint::from_bytes_be);
        Some(DsaKey { numbers: [next()?, next()?, next()?, next()?, next()?] })
    }
}

/// Primes `p` and `q`, of which `q` divides `p - 1`.
fn group(chance: &mut Chance) -> (BigUint, BigUint) {
    loop {
        let mut q = random(chance, Q_BITS);
        q.set_bit(0, true);
        q.set_bit(Q_BITS - 1, true);
        if !is_prime(&q, chance) {
            continue;
        }
        let double = &q << 1_u32;
        for _ in 0..4 * P_BITS {
            let mut p = random(chance, P_BITS);
            p.set_bit(0, true);
            p.set_bit(P_BITS - 1, true);
            let rest = &p % &double;
            let p = p + 1_u8 - rest;
            if p.bits() == P_BITS && is_prime(&p, chance) {
                return (p, q);
            }
        }
    }
}

fn random(chance: &mut Chance, bits: u64) -> BigUint {
    let mut bytes = vec![0; bits.div_ceil(8) as usize];
    chance.fill(&mut bytes);
    BigUint::from_bytes_be(&bytes)
}

/// Whether an odd number is, as good as certainly, a prime.
fn is_prime(number: &BigUint, chance: &mut Chance) -> bool {
    let divisible = (3_u32..2_000).step_by(2).any(|divisor| {
        let rest = number % divisor;
        rest == BigUint::ZERO && *number != BigUint::from(divisor)
    });
    if divisible {
        return false;
    }
    let one = BigUint::from(1_u8);
    let before = number - &one;
    let twos = before.trailing_zeros().unwrap_or(0);
    let odd = &before >> twos;
    (0..PRIME_ROUNDS).all(|_| {
        let base = random(chance, number.bits()) % (number - 3_u8) + 2_u8;
        let mut power = base.modpow(&odd, number);
        power == one
            || (0..twos).any(|_| {
                let hit = power == before;
                power = (&power * &power) % number;
                hit
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn primes_are_told_from_others() {
        let mut chance = Chance::from_seed([5; 32]);
        let mersenne = (BigUint::from(1_u8) << 127_u32) - 1_u8;
        assert!(is_prime(&mersenne, &mut chance));
        assert!(!is_prime(&(&mersenne * &mersenne), &mut chance));
        assert!(!is_prime(&BigUint::from(2_047_u32 * 2_053), &mut chance));
    }
}
