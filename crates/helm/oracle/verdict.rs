//! How two renders compare. Where Helm draws passwords, keys and certificates, its own two renders of one chart differ:
//! a difference that lies within such places, and nowhere else, is chance.

use anyhow::Result;
use similar::{Algorithm, DiffOp, DiffTag, capture_diff_slices};
use std::fmt;
use std::ops::Range;

/// What a comparison found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Equal,
    /// Equal but for what Helm draws anew in every render.
    EqualButForChance,
    Differs,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Verdict::Equal => "equal",
            Verdict::EqualButForChance => "equal but for chance",
            Verdict::Differs => "DIFFERS",
        })
    }
}

/// How often Helm is asked again before a difference counts: a line with the time stays the same within a second.
const AGAIN_MAX: usize = 3;

/// Compares; `again` renders once more with Helm.
pub fn judge(theirs: &str, ours: &str, again: impl Fn() -> Result<String>) -> Result<Verdict> {
    if theirs == ours {
        return Ok(Verdict::Equal);
    }
    for _ in 0..AGAIN_MAX {
        let chance = changed(theirs, &again()?);
        let is_chance =
            |place: &Range<usize>| chance.iter().any(|one| one.start <= place.start && place.end <= one.end);
        if !chance.is_empty() && changed(theirs, ours).iter().all(is_chance) {
            return Ok(Verdict::EqualButForChance);
        }
    }
    Ok(Verdict::Differs)
}

/// The lines of `a` that are others in `b`.
fn changed(a: &str, b: &str) -> Vec<Range<usize>> {
    let (a, b): (Vec<&str>, Vec<&str>) = (a.lines().collect(), b.lines().collect());
    let operations = capture_diff_slices(Algorithm::Myers, &a, &b);
    operations.iter().filter(|one| one.tag() != DiffTag::Equal).map(DiffOp::old_range).collect()
}

/// How many renders came out how.
#[derive(Default)]
pub struct Tally {
    pub equal: usize,
    /// Of the equal ones, those that Helm fails on.
    pub failing: usize,
    pub chance: usize,
    pub differing: usize,
}

impl Tally {
    pub fn count(&mut self, verdict: Verdict, succeeds: bool) {
        match verdict {
            Verdict::Equal => self.equal += 1,
            Verdict::EqualButForChance => self.chance += 1,
            Verdict::Differs => self.differing += 1,
        }
        self.failing += usize::from(verdict == Verdict::Equal && !succeeds);
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Tally { equal, failing, chance, differing } = self;
        let all = equal + chance + differing;
        write!(
            f,
            "{all} renders, {equal} equal ({failing} of them the same failure), {chance} equal but for chance, \
             {differing} differ"
        )
    }
}
