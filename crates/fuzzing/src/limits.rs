//! What one input may use.

use budget::{Budget, Limits};

/// Enough for any seed, little enough for thousands of inputs a second.
pub const LIMITS: Limits = Limits { fuel: 300_000, bytes: 2 << 20, depth: 100 };

/// A full budget under [`LIMITS`].
pub(crate) fn budget() -> Budget {
    Budget::new(LIMITS)
}
