//! The odds ratios that are weighed against each other. A leaf module.

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

/// How much a ratio above 1 counts before anything was seen: regressions of three times and more are what a few hundred
/// requests can show, and what must not be missed; smaller ones get their share. Sums to 1 over the ratios above 1.
pub(super) fn weight_above(at: usize) -> f64 {
    const SHARES: [f64; SIDE] = [0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 6.0, 7.0, 8.0, 9.0, 9.0, 7.0, 5.0, 3.0, 2.0];
    let total: f64 = SHARES.iter().sum();
    at.checked_sub(SIDE + 1).and_then(|at| SHARES.get(at)).map_or(0.0, |share| share / total)
}
