//! Whether failures come in clumps though nobody said so: from how the counts of each version vary from block to block. A leaf
//! module; the mathematics is in `verdict`.

/// So many standard deviations beyond what independent failures give, and they are taken for clumps.
const DEVIATIONS: f64 = 2.0;
/// From so many blocks on the counts themselves tell.
const TELLING_BLOCKS: f64 = 5.0;
/// Until then: what clumps are feared to hold.
const FEARED: f64 = 5.0;

/// The failures of one version, block by block, as far as their variation needs it.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Arm {
    /// Blocks with requests.
    pub blocks: f64,
    /// Their requests.
    pub requests: f64,
    /// Their failures.
    pub failures: f64,
    /// The sum of failures squared over requests.
    pub squares: f64,
}

impl Arm {
    pub(super) fn see(&mut self, requests: u64, failures: u64) {
        if requests == 0 {
            return;
        }
        let (requests, failures) = (requests as f64, failures as f64);
        self.blocks += 1.0;
        self.requests += requests;
        self.failures += failures;
        self.squares += failures * failures / requests;
    }

    /// Pearson's statistic of equal shares of failures in all blocks, and its degrees of freedom; `None` when there is
    /// nothing that could vary.
    fn variation(&self) -> Option<(f64, f64)> {
        let share = self.failures / self.requests;
        let freedom = self.blocks - 1.0;
        let varies = self.failures >= 2.0 && share < 1.0 && freedom >= 1.0;
        varies.then(|| ((self.squares - self.failures * share) / (share * (1.0 - share)), freedom))
    }
}

/// How many failures seem to come at a time, where nobody said how many: 1 when there is no sign of clumps.
pub(super) fn clumps(arms: [&Arm; 2]) -> f64 {
    let (mut pearson, mut freedom, mut deviation) = (0.0, 0.0, 0.0);
    for arm in arms {
        if let Some((found, free)) = arm.variation() {
            pearson += found;
            freedom += free;
            // Of a multinomial with so many failures.
            deviation += 2.0 * free * (1.0 - 1.0 / arm.failures);
        }
    }
    let found = if pearson > freedom + DEVIATIONS * f64::sqrt(deviation) { pearson / freedom } else { 1.0 };
    let is_early = arms.iter().any(|arm| arm.blocks < TELLING_BLOCKS);
    if is_early { found.max(FEARED) } else { found.max(1.0) }
}

/// Whether the counts themselves tell of clumps.
pub(super) fn are_told(arms: [&Arm; 2]) -> bool {
    arms.iter().all(|arm| arm.blocks >= TELLING_BLOCKS) && clumps(arms) > 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arm(failures: &[u64]) -> Arm {
        let mut arm = Arm::default();
        failures.iter().for_each(|failures| arm.see(50, *failures));
        arm
    }

    #[test]
    fn failures_that_come_together_are_told_from_those_that_come_alone() {
        let alone = arm(&[0, 1, 0, 0, 2, 1, 0, 1, 0, 0]);
        let worse = arm(&[3, 2, 1, 4, 2, 3, 5, 2, 1, 3]);
        let together = arm(&[0, 5, 0, 0, 0, 0, 5, 0, 0, 0]);
        assert!((clumps([&alone, &worse]) - 1.0).abs() < 1e-9, "a version that is worse is not one that varies more");
        assert!(!are_told([&alone, &worse]));
        assert!(clumps([&alone, &together]) > 2.0 && are_told([&alone, &together]));
    }

    #[test]
    fn few_blocks_tell_nothing_and_are_feared() {
        let few = arm(&[0, 5, 0]);
        assert!(clumps([&few, &few]) >= FEARED && !are_told([&few, &few]));
        let none = Arm::default();
        assert!((clumps([&none, &none]) - FEARED).abs() < 1e-9);
        let all_fail = arm(&[50, 50, 50, 50, 50]);
        assert!((clumps([&all_fail, &all_fail]) - 1.0).abs() < 1e-9);
    }
}
