//! Every law holds for the toy, and catches the defect made for it.

use crate::toy::{Defect, Toy};
use std::sync::Arc;
use testkit::laws::{self, Broken};

type Law = fn(&Arc<Toy>, u64) -> Result<(), Broken>;

const SEED: u64 = 7;

fn weathers(toy: &Arc<Toy>, seed: u64) -> Result<(), Broken> {
    laws::weathers(toy, seed..seed + 10)
}

/// Fails with the whole story when the law is broken.
fn keeps(law: Law) {
    if let Err(broken) = law(&Arc::new(Toy(Defect::None)), SEED) {
        panic!("{broken}");
    }
}

fn catches(law: Law, defect: Defect, expected: &str) {
    let broken = law(&Arc::new(Toy(defect)), SEED).expect_err("the defect is caught");
    assert!(broken.how.contains(expected), "caught for another reason than {expected:?}: {broken}");
}

#[test]
fn converges() {
    keeps(laws::converges);
    catches(laws::converges, Defect::StampsTime, "still writing");
}

#[test]
fn heals() {
    keeps(laws::heals);
    catches(laws::heals, Defect::StateFirst, "has no copy");
}

#[test]
fn is_drift_proof() {
    keeps(laws::drift_proof);
    catches(laws::drift_proof, Defect::TrustsState, "a copy is deleted, while it runs: alpha has no copy");
}

#[test]
fn is_stale_safe() {
    keeps(laws::stale_safe);
    catches(laws::stale_safe, Defect::PrunesUnasked, "a copy was deleted whose source exists");
}

#[test]
fn does_not_take_unknown_for_absent() {
    keeps(laws::unknown_is_not_absent);
    catches(laws::unknown_is_not_absent, Defect::UnknownIsAbsent, "a copy was deleted whose source exists");
}

#[test]
fn weathers_bad_watches() {
    keeps(weathers);
    catches(weathers, Defect::TriesOnce, "copy");
}

#[test]
fn has_one_leader() {
    keeps(laws::one_leader);
    catches(laws::one_leader, Defect::IgnoresLease, "both wrote");
}

#[test]
fn the_same_seed_gives_the_same_trace_twenty_times() {
    keeps(laws::repeats);
    catches(laws::repeats, Defect::UsesEntropy, "differs from the first");
}
