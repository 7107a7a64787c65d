//! Names of Git objects.

use std::fmt;

/// The name of a commit, tree, blob or tag: its SHA-1. Prints as 40 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Oid([u8; 20]);

impl Oid {
    /// The object with these 20 bytes as its name.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 20]) -> Self {
        Oid(bytes)
    }

    /// Reads exactly 40 hex digits, in either case.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 20];
        hex::decode_to_slice(text, &mut bytes).ok()?;
        Some(Oid(bytes))
    }

    /// The raw bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }

    /// The first seven digits, for people.
    #[must_use]
    pub fn short(&self) -> String {
        let mut text = self.to_string();
        text.truncate(7);
        text
    }

    /// Whether this is the all-zero name, which Git uses for "none".
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.0 == [0; 20]
    }
}

impl fmt::Display for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_forty_digits_and_nothing_else() {
        let text = "0123456789abcdef0123456789abcdef01234567";
        assert_eq!(Oid::parse(text).map(|oid| oid.to_string()).as_deref(), Some(text));
        assert_eq!(Oid::parse(&text.to_uppercase()), Oid::parse(text));
        assert_eq!(Oid::parse(&text[1..]), None);
        assert_eq!(Oid::parse("zz23456789abcdef0123456789abcdef01234567"), None);
    }
}
