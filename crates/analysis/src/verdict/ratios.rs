//! The odds ratios that are weighed against each other. A leaf module.

use std::sync::LazyLock;

/// How many ratios there are on each side of 1.
pub(super) const SIDE: usize = 16;
/// How many there are in all, 1 in the middle.
pub(super) const COUNT: usize = 2 * SIDE + 1;
/// The natural logarithm of the step from one to the next: `64^(1/16)`.
const STEP: f64 = 0.259_930_192_709_979_6;

/// The logarithm of the ratio at that place.
pub(super) fn log_ratio(at: usize) -> f64 {
    (at as f64 - SIDE as f64) * STEP
}

/// How much each ratio above 1 counts before anything was seen: regressions of three times and more are what a few hundred
/// requests can show, and what must not be missed; smaller ones get their share.
const SHARES: [f64; SIDE] = [0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 6.0, 7.0, 8.0, 9.0, 9.0, 7.0, 5.0, 3.0, 2.0];
/// What a prior of both sides gives to no difference.
const SHARE_OF_NONE: f64 = 0.1;

/// Logarithms of prior weights, by place.
pub(super) struct Priors {
    /// Of the ratios above 1 only; sums to 1 over them.
    pub above: [f64; COUNT],
    /// Of all, one side like the other.
    pub all: [f64; COUNT],
}

/// The weights, computed once.
pub(super) static PRIORS: LazyLock<Priors> = LazyLock::new(|| {
    let total: f64 = SHARES.iter().sum();
    let mut priors = Priors { above: [f64::NEG_INFINITY; COUNT], all: [SHARE_OF_NONE.ln(); COUNT] };
    for (at, share) in SHARES.iter().enumerate() {
        let weight = share / total;
        let side = ((1.0 - SHARE_OF_NONE) / 2.0 * weight).ln();
        priors.above[SIDE + 1 + at] = weight.ln();
        priors.all[SIDE + 1 + at] = side;
        priors.all[SIDE - 1 - at] = side;
    }
    priors
});
