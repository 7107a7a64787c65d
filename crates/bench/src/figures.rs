//! What was measured, as lines that people and scripts read.

use anyhow::Result;
use std::io::Write;
use std::time::Duration;

/// Prints one figure.
pub fn figure(name: &str, value: f64, unit: &str) -> Result<()> {
    note(&format!("figure: {name} = {value:.3} {unit}"))
}

/// Prints a line that is no figure.
pub fn note(line: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()?;
    Ok(())
}

/// Prints the middle, the tail and the worst of `samples`.
pub fn distribution(name: &str, samples: &[Duration]) -> Result<()> {
    let mut sorted = samples.to_vec();
    sorted.sort();
    for (label, share) in [("p50", 50), ("p99", 99), ("max", 100)] {
        if let Some(value) = percentile(&sorted, share) {
            figure(&format!("{name}_{label}"), value.as_secs_f64() * 1000.0, "ms")?;
        }
    }
    figure(&format!("{name}_samples"), f64::from(u32::try_from(sorted.len())?), "samples")
}

/// The smallest sample that at least `percent` of `sorted` do not exceed.
fn percentile(sorted: &[Duration], percent: usize) -> Option<Duration> {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_a_sample_and_the_tail_is_not_left_out() {
        let samples: Vec<Duration> = (1..=40).map(Duration::from_millis).collect();
        let at = |percent| percentile(&samples, percent).map(|value| value.as_millis());
        assert_eq!((at(50), at(99), at(100)), (Some(20), Some(40), Some(40)));
        assert_eq!(percentile(&[], 50), None);
    }
}
