//! Ranges of sizes and costs: what can happen at least and at most, never beyond the largest number.

/// From and to, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Range {
    pub min: u64,
    pub max: u64,
}

/// What is known of a size about which nothing is known.
pub(crate) const UNKNOWN: Range = Range { min: 0, max: u64::MAX };

/// Cost of going through one character.
pub(crate) const TRAVERSAL: f64 = 0.1;
/// Cost of one character of a regular expression, for every character it is tried on.
pub(crate) const REGEX: f64 = 0.25;
/// Cost of making a list and a map.
pub(crate) const LIST: u64 = 10;
/// Cost of making a map.
pub(crate) const MAP: u64 = 30;

impl Range {
    pub const fn exactly(value: u64) -> Self {
        Range { min: value, max: value }
    }

    pub fn plus(self, other: Range) -> Self {
        Range { min: self.min.saturating_add(other.min), max: self.max.saturating_add(other.max) }
    }

    pub fn times(self, other: Range) -> Self {
        Range { min: self.min.saturating_mul(other.min), max: self.max.saturating_mul(other.max) }
    }

    pub fn scaled(self, factor: f64) -> Self {
        Range { min: scaled(self.min, factor), max: scaled(self.max, factor) }
    }

    pub fn or(self, other: Range) -> Self {
        Range { min: self.min.min(other.min), max: self.max.max(other.max) }
    }
}

/// A number times a factor, rounded up; never beyond the largest number.
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub(crate) fn scaled(value: u64, factor: f64) -> u64 {
    // A conversion from a float stops at the largest number, as upstream's does by hand.
    (value as f64 * factor).ceil() as u64
}
