//! What was seen so far, and how much it says.

use super::hypergeometric::{Hypergeometric, log_sum};
use super::ratios::{COUNT, PRIORS, SIDE, log_ratio};
use super::scatter::{Arm, are_told, clumps};

/// How many blocks a declared dispersion counts as much as.
const DECLARED_BLOCKS: f64 = 10.0;

const MILLION: f64 = 1_000_000.0;

/// The counts of one interval.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Block {
    /// Requests to the stable version.
    pub stable: u64,
    /// Those of them that ended badly.
    pub stable_bad: u64,
    /// Requests to the canary.
    pub canary: u64,
    /// Those of them that ended badly.
    pub canary_bad: u64,
}

/// How much more failures vary than independent ones do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Dispersion {
    /// Failures are independent.
    Independent,
    /// They come in clumps: of about so many until blocks tell more.
    Clumped(f64),
}

impl Block {
    /// How many requests one interval may have: work grows with the square root of them.
    pub const REQUESTS_MAX: u64 = 1_000_000_000;

    /// What is wrong with the counts.
    #[must_use]
    pub fn mistake(&self) -> Option<String> {
        if self.stable_bad > self.stable || self.canary_bad > self.canary {
            return Some("more bad requests than requests were counted".to_owned());
        }
        let is_too_large = self.stable.max(self.canary) > Block::REQUESTS_MAX;
        is_too_large.then(|| format!("more than {} requests were counted in one interval", Block::REQUESTS_MAX))
    }
}

/// Where the odds ratio is, at all times at once, but with probability α.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// From here; 0 when it may be as small as one likes.
    pub low: f64,
    /// To here; infinite when it may be as large as one likes.
    pub high: f64,
}

/// What was seen so far. Grows by [`Evidence::see`].
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// The log likelihood of each ratio, relative to no difference.
    log_likelihoods: [f64; COUNT],
    /// All counts.
    total: Block,
    /// Blocks that said something, and the sum of their Pearson statistics.
    blocks: f64,
    pearson: f64,
    dispersion: Dispersion,
    /// How the failures of each version vary.
    stable: Arm,
    canary: Arm,
}

impl Evidence {
    /// Nothing was seen.
    #[must_use]
    pub fn new(dispersion: Dispersion) -> Self {
        let (stable, canary) = (Arm::default(), Arm::default());
        let total = Block::default();
        Evidence { log_likelihoods: [0.0; COUNT], total, blocks: 0.0, pearson: 0.0, dispersion, stable, canary }
    }

    /// All counts so far.
    #[must_use]
    pub fn total(&self) -> Block {
        self.total
    }

    /// What failures are divided by: from blocks seen before the next one.
    #[must_use]
    pub fn dispersion(&self) -> f64 {
        match self.dispersion {
            Dispersion::Independent => 1.0,
            Dispersion::Clumped(declared) => {
                let found = (DECLARED_BLOCKS * declared + self.pearson) / (DECLARED_BLOCKS + self.blocks);
                found.max(declared).max(1.0)
            }
        }
    }

    /// How many failures seem to come at a time though failures were said to be independent; `None` when nothing tells of
    /// it.
    #[must_use]
    pub fn undeclared(&self) -> Option<f64> {
        let arms = [&self.stable, &self.canary];
        (self.dispersion == Dispersion::Independent && are_told(arms)).then(|| clumps(arms))
    }

    /// The log likelihood of a ratio, as much of it as counts: what was declared is divided by in every block.
    fn counting(&self) -> [f64; COUNT] {
        let divisor = self.divisor();
        self.log_likelihoods.map(|log_likelihood| log_likelihood / divisor)
    }

    fn divisor(&self) -> f64 {
        match self.dispersion {
            Dispersion::Independent => clumps([&self.stable, &self.canary]),
            Dispersion::Clumped(_) => 1.0,
        }
    }

    fn log_e_value_divided(&self, divisor: f64) -> f64 {
        log_sum((SIDE + 1..COUNT).map(|at| PRIORS.above[at] + self.log_likelihoods[at] / divisor))
    }

    /// Takes in the next block; one with a [`Block::mistake`] tells nothing.
    pub fn see(&mut self, block: Block) {
        if block.mistake().is_some() {
            return;
        }
        let divisor = self.dispersion();
        let Block { stable, stable_bad, canary, canary_bad } = &mut self.total;
        for (total, more) in [
            (stable, block.stable),
            (stable_bad, block.stable_bad),
            (canary, block.canary),
            (canary_bad, block.canary_bad),
        ] {
            *total = total.saturating_add(more);
        }
        self.stable.see(block.stable, block.stable_bad);
        self.canary.see(block.canary, block.canary_bad);
        let marked = block.stable_bad + block.canary_bad;
        let Some(urn) = Hypergeometric::new(block.stable, block.canary, marked) else { return };
        for (at, log_likelihood) in self.log_likelihoods.iter_mut().enumerate() {
            *log_likelihood += urn.log_likelihood_ratio(block.canary_bad, log_ratio(at)) / divisor;
        }
        let (mean, variance) = Hypergeometric::moments(block.stable, block.canary, marked);
        if variance > 0.0 {
            self.blocks += 1.0;
            self.pearson += (block.canary_bad as f64 - mean).powi(2) / variance;
        }
    }

    /// The natural logarithm of the e-value against "the canary is not worse".
    #[must_use]
    pub fn log_e_value(&self) -> f64 {
        self.log_e_value_divided(self.divisor())
    }

    /// The e-value against "the canary is not worse": at least `1/α` means worse, with confidence `1 − α`.
    #[must_use]
    pub fn e_value(&self) -> f64 {
        self.log_e_value().exp()
    }

    /// The odds ratio that fits best what was seen.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        log_ratio(self.best()).exp()
    }

    fn best(&self) -> usize {
        let mut best = SIDE;
        for (at, log_likelihood) in self.log_likelihoods.iter().enumerate() {
            if *log_likelihood > self.log_likelihoods[best] {
                best = at;
            }
        }
        best
    }

    /// The confidence sequence of the odds ratio.
    #[must_use]
    pub fn interval(&self, alpha: f64) -> Interval {
        let counting = self.counting();
        let mixture = log_sum((0..COUNT).map(|at| PRIORS.all[at] + counting[at]));
        let is_in = |at: &usize| mixture - counting[*at] < -alpha.ln();
        let (low, high) = ((0..COUNT).find(is_in), (0..COUNT).rev().find(is_in));
        Interval {
            low: low.filter(|at| *at > 0).map_or(0.0, |at| log_ratio(at - 1).exp()),
            high: high.filter(|at| at + 1 < COUNT).map_or(f64::INFINITY, |at| log_ratio(at + 1).exp()),
        }
    }

    /// About how many more requests to the canary it takes until it can be failed, if it goes on as it did; `None` when it
    /// does not look worse. 0 when only more blocks are missing.
    #[must_use]
    pub fn needed(&self, alpha: f64) -> Option<u64> {
        let divisor = self.undeclared().unwrap_or(1.0);
        let gained = self.log_likelihoods[self.best()] / divisor;
        let is_worse = self.best() > SIDE && gained > 0.0 && self.total.canary > 0;
        let missing = -alpha.ln() - self.log_e_value_divided(divisor);
        is_worse.then(|| (missing.max(0.0) * self.total.canary as f64 / gained).ceil() as u64)
    }

    /// As text that [`Evidence::read`] reads: what a measurement carries from one look to the next.
    #[must_use]
    pub fn write(&self) -> String {
        let Block { stable, stable_bad, canary, canary_bad } = self.total;
        let mut parts = vec![stable.to_string(), stable_bad.to_string(), canary.to_string(), canary_bad.to_string()];
        // In millionths: what is lost in rounding is far below what any threshold tells apart.
        let millionths = |value: f64| ((value * MILLION).round() as i64).to_string();
        parts.extend([(self.blocks as u64).to_string(), millionths(self.pearson)]);
        parts.extend(self.log_likelihoods.iter().map(|value| millionths(*value)));
        for arm in [&self.stable, &self.canary] {
            parts.extend([(arm.blocks as u64).to_string(), millionths(arm.squares)]);
        }
        parts.join(" ")
    }

    /// What [`Evidence::write`] wrote; `None` when it is something else.
    #[must_use]
    pub fn read(text: &str, dispersion: Dispersion) -> Option<Self> {
        let mut parts = text.split(' ');
        let mut count = || parts.next()?.parse().ok();
        let (stable, stable_bad, canary, canary_bad) = (count()?, count()?, count()?, count()?);
        let mut evidence = Evidence::new(dispersion);
        evidence.total = Block { stable, stable_bad, canary, canary_bad };
        evidence.blocks = parts.next()?.parse::<u64>().ok()? as f64;
        let mut number = || parts.next()?.parse::<i64>().ok().map(|millionths| millionths as f64 / MILLION);
        evidence.pearson = number()?;
        for log_likelihood in &mut evidence.log_likelihoods {
            *log_likelihood = number()?;
        }
        for (arm, requests, failures) in
            [(&mut evidence.stable, stable, stable_bad), (&mut evidence.canary, canary, canary_bad)]
        {
            *arm = Arm {
                blocks: number()? * MILLION,
                requests: requests as f64,
                failures: failures as f64,
                squares: number()?,
            };
        }
        parts.next().is_none().then_some(evidence)
    }
}

/// The natural logarithm of the average of e-values, given theirs: the e-value of several bounds of a histogram at once.
#[must_use]
pub fn log_average(logarithms: &[f64]) -> f64 {
    if logarithms.is_empty() {
        return 0.0;
    }
    log_sum(logarithms.iter().copied()) - (logarithms.len() as f64).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALPHA: f64 = 0.001;

    #[test]
    fn a_clearly_worse_canary_is_found_and_measured() {
        let mut evidence = Evidence::new(Dispersion::Independent);
        for _ in 0..20 {
            evidence.see(Block { stable: 100, stable_bad: 1, canary: 100, canary_bad: 8 });
        }
        assert!(evidence.e_value() > 1.0 / ALPHA);
        assert!((4.0..=16.0).contains(&evidence.ratio()), "{}", evidence.ratio());
        let interval = evidence.interval(ALPHA);
        assert!(interval.low > 1.0 && interval.high < 64.0, "{interval:?}");
        assert_eq!(evidence.needed(ALPHA), Some(0));
    }

    #[test]
    fn a_canary_that_is_better_never_looks_worse() {
        let mut evidence = Evidence::new(Dispersion::Independent);
        for _ in 0..100 {
            evidence.see(Block { stable: 100, stable_bad: 5, canary: 100, canary_bad: 1 });
        }
        assert!(evidence.e_value() < 1e-6);
        assert!(evidence.interval(ALPHA).high < 1.0);
        assert_eq!(evidence.needed(ALPHA), None);
    }

    #[test]
    fn what_is_written_is_read() {
        let mut evidence = Evidence::new(Dispersion::Clumped(2.0));
        evidence.see(Block { stable: 950, stable_bad: 4, canary: 50, canary_bad: 2 });
        let text = evidence.write();
        let read = Evidence::read(&text, Dispersion::Clumped(2.0)).expect("evidence");
        assert_eq!(read.write(), text);
        assert!(Evidence::read("1 2 3", Dispersion::Independent).is_none());
        assert!(Evidence::read(&text.replace("950", "x"), Dispersion::Independent).is_none());
    }

    #[test]
    fn clumps_weigh_less() {
        let block = Block { stable: 100, stable_bad: 0, canary: 100, canary_bad: 5 };
        let (mut one, mut clump) = (Evidence::new(Dispersion::Independent), Evidence::new(Dispersion::Clumped(5.0)));
        for _ in 0..6 {
            one.see(block);
            clump.see(block);
        }
        assert!(one.log_e_value() > 3.0 * clump.log_e_value());
    }

    #[test]
    fn nothing_seen_says_nothing() {
        let evidence = Evidence::new(Dispersion::Independent);
        assert!((evidence.e_value() - 1.0).abs() < 1e-9);
        assert_eq!(evidence.interval(ALPHA), Interval { low: 0.0, high: f64::INFINITY });
        assert_eq!(evidence.needed(ALPHA), None);
    }
}
