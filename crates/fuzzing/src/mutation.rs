//! Inputs out of inputs, by a seed: the same seed damages the same way everywhere.

/// Makes inputs out of a corpus.
pub struct Mutator<'c> {
    state: u64,
    corpus: &'c [Vec<u8>],
    tokens: &'static [&'static str],
}

/// Inputs do not grow beyond this: what is longer only takes longer.
const LENGTH_MAX: usize = 16 << 10;
/// At most so many bytes are taken out, doubled or moved at once.
const PIECE_MAX: usize = 64;

impl<'c> Mutator<'c> {
    /// A stream of damage to `corpus`.
    #[must_use]
    pub fn new(seed: u64, corpus: &'c [Vec<u8>], tokens: &'static [&'static str]) -> Self {
        Mutator { state: seed, corpus, tokens }
    }

    /// `input` damaged in one to four places.
    pub fn damage(&mut self, input: &[u8]) -> Vec<u8> {
        let mut bytes = input.to_vec();
        for _ in 0..=self.below(4) {
            self.damage_once(&mut bytes);
        }
        bytes.truncate(LENGTH_MAX.max(input.len()));
        bytes
    }

    fn damage_once(&mut self, bytes: &mut Vec<u8>) {
        match self.below(8) {
            0 => self.flip(bytes),
            1 => self.set(bytes),
            2 => drop(self.cut(bytes)),
            3 => self.double(bytes),
            4 => self.splice(bytes),
            5 => {
                let piece = self.cut(bytes);
                self.insert(bytes, &piece);
            }
            _ => {
                let token = self.below(self.tokens.len().max(1));
                let token = self.tokens.get(token).copied().unwrap_or_default();
                self.insert(bytes, token.as_bytes());
            }
        }
    }

    fn flip(&mut self, bytes: &mut [u8]) {
        let (at, bit) = (self.below(bytes.len()), self.below(8));
        if let Some(byte) = bytes.get_mut(at) {
            *byte ^= 1 << bit;
        }
    }

    /// Any byte, as often one that means something in many languages.
    fn set(&mut self, bytes: &mut [u8]) {
        const TELLING: &[u8] = b"\0\n\t \"'{}[]()<>:,-|.&*!#%@`\\/0179aeE\xff\x80\xc3";
        let (at, telling, any) = (self.below(bytes.len()), self.below(TELLING.len()), self.below(256));
        let value = if self.below(2) == 0 { TELLING[telling] } else { any as u8 };
        if let Some(byte) = bytes.get_mut(at) {
            *byte = value;
        }
    }

    fn cut(&mut self, bytes: &mut Vec<u8>) -> Vec<u8> {
        let from = self.below(bytes.len());
        let to = (from + 1 + self.below(PIECE_MAX)).min(bytes.len());
        bytes.drain(from..to).collect()
    }

    fn double(&mut self, bytes: &mut Vec<u8>) {
        let from = self.below(bytes.len());
        let to = (from + 1 + self.below(PIECE_MAX)).min(bytes.len());
        let piece = bytes[from..to].repeat(1 + self.below(8));
        bytes.splice(to..to, piece);
    }

    /// The beginning of this one and the end of another.
    fn splice(&mut self, bytes: &mut Vec<u8>) {
        let other = self.below(self.corpus.len());
        let Some(other) = self.corpus.get(other) else { return };
        let (keep, from) = (self.below(bytes.len()), self.below(other.len()));
        bytes.truncate(keep);
        bytes.extend_from_slice(&other[from..]);
    }

    fn insert(&mut self, bytes: &mut Vec<u8>, piece: &[u8]) {
        let at = self.below(bytes.len() + 1);
        bytes.splice(at..at, piece.iter().copied());
    }

    /// A number below `end`, 0 when that is 0 (SplitMix64).
    fn below(&mut self, end: usize) -> usize {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % end.max(1) as u64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_damages_the_same_way_twice() {
        let corpus = [b"one: 1\n".to_vec(), Vec::new(), b"two".to_vec()];
        let run = || {
            let mut mutator = Mutator::new(7, &corpus, &["<<", "&a"]);
            (0..500).map(|i| mutator.damage(&corpus[i % 3])).collect::<Vec<_>>()
        };
        let first = run();
        assert_eq!(first, run());
        assert!(first.iter().filter(|input| !corpus.contains(input)).count() > 200, "it damages");
    }
}
