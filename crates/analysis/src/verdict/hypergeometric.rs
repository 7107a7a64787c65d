//! The hypergeometric distribution, tilted by an odds ratio. A leaf module.

/// Terms that are this much smaller than the largest change nothing.
const NEGLIGIBLE: f64 = 1e-18;

/// How `marked` bad ones fall on the canary, of `canary` requests to it and `stable` to the other.
#[derive(Debug, Clone)]
pub(super) struct Hypergeometric {
    /// The least value whose probability is not negligible.
    first: u64,
    /// Probabilities from there on.
    probabilities: Vec<f64>,
}

impl Hypergeometric {
    /// The distribution without a tilt; `None` when there is nothing to tell: no bad ones, or nothing but.
    pub fn new(stable: u64, canary: u64, marked: u64) -> Option<Self> {
        let (lowest, highest) = (marked.saturating_sub(stable), marked.min(canary));
        if lowest == highest {
            return None;
        }
        let (n_s, n_c, m) = (stable as f64, canary as f64, marked as f64);
        // Walk both ways from the most likely value: its neighbours follow from it by one factor each.
        let mode = (((m + 1.0) * (n_c + 1.0)) / (n_s + n_c + 2.0)).floor() as u64;
        let mode = mode.clamp(lowest, highest);
        let up = |x: f64| (m - x) * (n_c - x) / ((x + 1.0) * (n_s - m + x + 1.0));
        let mut above = vec![1.0];
        let (mut value, mut term) = (mode, 1.0);
        while value < highest && term > NEGLIGIBLE {
            term *= up(value as f64);
            value += 1;
            above.push(term);
        }
        let mut below = Vec::new();
        (value, term) = (mode, 1.0);
        while value > lowest && term > NEGLIGIBLE {
            value -= 1;
            term /= up(value as f64);
            below.push(term);
        }
        below.reverse();
        let first = mode - below.len() as u64;
        let mut probabilities = below;
        probabilities.extend(above);
        let total: f64 = probabilities.iter().sum();
        probabilities.iter_mut().for_each(|probability| *probability /= total);
        Some(Hypergeometric { first, probabilities })
    }

    /// The logarithm of the likelihood of `value` under odds `exp(log_ratio)` times as high, relative to no difference.
    pub fn log_likelihood_ratio(&self, value: u64, log_ratio: f64) -> f64 {
        if log_ratio == 0.0 {
            return 0.0;
        }
        // Sums of x·log ψ relative to the value itself, so that nothing overflows where it matters.
        let own = value as f64;
        let terms = self.probabilities.iter().enumerate().map(|(at, probability)| {
            let other = (self.first + at as u64) as f64;
            (other - own).mul_add(log_ratio, probability.max(f64::MIN_POSITIVE).ln())
        });
        -log_sum(terms)
    }

    /// Mean and variance.
    pub fn moments(stable: u64, canary: u64, marked: u64) -> (f64, f64) {
        let (n_s, n_c, m) = (stable as f64, canary as f64, marked as f64);
        let n = n_s + n_c;
        let mean = m * n_c / n;
        let variance = if n > 1.0 { mean * (n_s / n) * ((n - m) / (n - 1.0)) } else { 0.0 };
        (mean, variance)
    }
}

/// `ln Σ exp(term)`.
pub(super) fn log_sum(terms: impl Iterator<Item = f64> + Clone) -> f64 {
    let largest = terms.clone().fold(f64::NEG_INFINITY, f64::max);
    if largest == f64::NEG_INFINITY {
        return largest;
    }
    largest + terms.map(|term| (term - largest).exp()).sum::<f64>().ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_urns_are_counted_by_hand() {
        // 3 stable, 2 canary, 2 bad: 3, 6 and 1 of 10 ways.
        let urn = Hypergeometric::new(3, 2, 2).expect("several values");
        let expected = [0.3, 0.6, 0.1];
        assert_eq!(urn.first, 0);
        for (found, expected) in urn.probabilities.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-12);
        }
        // ψ = 2: 0.3 + 1.2 + 0.4 = 1.9.
        let ratio = urn.log_likelihood_ratio(1, 2_f64.ln()).exp();
        assert!((ratio - 2.0 / 1.9).abs() < 1e-12, "{ratio}");
    }

    #[test]
    fn without_a_difference_the_expectation_is_one() {
        for (stable, canary, marked) in [(50, 50, 3), (950, 50, 7), (10, 3, 5), (100_000, 5_000, 900)] {
            let urn = Hypergeometric::new(stable, canary, marked).expect("several values");
            for log_ratio in [-2.0, 0.4, 1.0, 3.0] {
                let expectation: f64 = urn
                    .probabilities
                    .iter()
                    .enumerate()
                    .map(|(at, p)| p * urn.log_likelihood_ratio(urn.first + at as u64, log_ratio).exp())
                    .sum();
                assert!((expectation - 1.0).abs() < 1e-9, "{stable} {canary} {marked} {log_ratio}: {expectation}");
            }
        }
    }

    #[test]
    fn nothing_bad_and_nothing_but_tell_nothing() {
        assert!(Hypergeometric::new(10, 10, 0).is_none());
        assert!(Hypergeometric::new(10, 10, 20).is_none());
        assert!(Hypergeometric::new(10, 0, 5).is_none());
    }
}
