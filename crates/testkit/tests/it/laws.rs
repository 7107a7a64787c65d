//! Every law holds for the toy, and catches the defect made for it.

use crate::toy::{Defect, Replicas, Toy};
use std::sync::Arc;
use testkit::laws::{self, Broken};

type Law = fn(&Arc<Toy>, u64) -> Result<(), Broken>;

const SEED: u64 = 7;

fn weathers(toy: &Arc<Toy>, seed: u64) -> Result<(), Broken> {
    laws::weathers(toy, seed..seed + 10)
}

/// Fails with the whole story when the law is broken.
fn keeps(law: Law, replicas: Replicas) {
    let kept = law(&Arc::new(Toy { defect: Defect::None, replicas }), SEED);
    assert!(kept.is_ok(), "{}", kept.err().map(|broken| broken.to_string()).unwrap_or_default());
}

fn catches(law: Law, replicas: Replicas, defect: Defect, expected: &str) {
    let broken = law(&Arc::new(Toy { defect, replicas }), SEED).expect_err("the defect is caught");
    assert!(broken.how.contains(expected), "caught for another reason than {expected:?}: {broken}");
}

#[test]
fn converges() {
    keeps(laws::converges, Replicas::One);
    catches(laws::converges, Replicas::One, Defect::StampsTime, "still writing");
}

#[test]
fn heals() {
    keeps(laws::heals, Replicas::One);
    catches(laws::heals, Replicas::One, Defect::StateFirst, "has no copy");
}

#[test]
fn is_drift_proof() {
    keeps(laws::drift_proof, Replicas::One);
    catches(
        laws::drift_proof,
        Replicas::One,
        Defect::TrustsState,
        "a copy is deleted, while it runs: alpha has no copy",
    );
}

#[test]
fn is_stale_safe() {
    keeps(laws::stale_safe, Replicas::One);
    catches(laws::stale_safe, Replicas::One, Defect::PrunesUnasked, "a copy was deleted whose source exists");
}

#[test]
fn does_not_take_unknown_for_absent() {
    keeps(laws::unknown_is_not_absent, Replicas::One);
    catches(
        laws::unknown_is_not_absent,
        Replicas::One,
        Defect::UnknownIsAbsent,
        "a copy was deleted whose source exists",
    );
}

#[test]
fn weathers_bad_watches() {
    keeps(weathers, Replicas::One);
    catches(weathers, Replicas::One, Defect::TriesOnce, "copy");
}

#[test]
fn has_one_leader() {
    keeps(laws::one_leader, Replicas::Several);
    catches(laws::one_leader, Replicas::Several, Defect::IgnoresLease, "both wrote");
}

#[test]
fn the_same_seed_gives_the_same_trace_twenty_times() {
    keeps(laws::repeats, Replicas::One);
    catches(laws::repeats, Replicas::One, Defect::UsesEntropy, "differs from the first");
}
