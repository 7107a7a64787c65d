//! FNV-1a with 32 bits.

/// A running hash.
pub(super) struct Fnv32a(u32);

impl Fnv32a {
    pub(super) fn new() -> Self {
        Fnv32a(0x811c_9dc5)
    }

    pub(super) fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
        }
    }

    pub(super) fn sum(&self) -> u32 {
        self.0
    }
}

impl std::fmt::Write for Fnv32a {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.write(text.as_bytes());
        Ok(())
    }
}
