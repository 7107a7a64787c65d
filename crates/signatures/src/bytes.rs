//! A cursor over bytes that never goes past their end.

/// What is left to read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bytes<'b>(pub &'b [u8]);

impl<'b> Bytes<'b> {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The next `count` bytes; `None` when there are fewer.
    pub fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    pub fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    pub fn two(&mut self) -> Option<usize> {
        self.take(2).map(|bytes| usize::from(bytes[0]) << 8 | usize::from(bytes[1]))
    }

    pub fn four(&mut self) -> Option<u32> {
        self.take(4).map(|bytes| bytes.iter().fold(0, |value, byte| value << 8 | u32::from(*byte)))
    }

    /// A string as SSH writes it: four bytes of length, then that many.
    pub fn string(&mut self) -> Option<&'b [u8]> {
        let length = self.four()?;
        self.take(usize::try_from(length).ok()?)
    }

    /// A number as OpenPGP writes it: two bytes that count its bits, then its bytes without leading zeros.
    pub fn number(&mut self) -> Option<&'b [u8]> {
        let bits = self.two()?;
        self.take(bits.div_ceil(8))
    }
}

/// Without the zeros in front.
pub(crate) fn trimmed(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    &number[zeros..]
}

/// `number` in exactly `length` bytes; `None` when it needs more.
pub(crate) fn padded(number: &[u8], length: usize) -> Option<Vec<u8>> {
    let number = trimmed(number);
    let zeros = length.checked_sub(number.len())?;
    let mut padded = vec![0; zeros];
    padded.extend_from_slice(number);
    Some(padded)
}
