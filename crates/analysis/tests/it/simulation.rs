//! What `cargo xtask bench verdict` shows at length, in small: the same planner, the same streams.

#[path = "../../bench/stream.rs"]
mod stream;

use serde_json::json;
use stream::{Failing, Traffic, comparing, simulate, threshold};

const HEALTHY: Traffic =
    Traffic { stable: 50, canary: 50, stable_failing: Failing::Alone(0.005), canary_failing: Failing::Alone(0.005) };

#[test]
fn healthy_canaries_are_left_alone_where_a_threshold_fails_them() {
    let run = comparing(&json!({"hold": "30m"}));
    assert_eq!(simulate(&run, 150, 31, &HEALTHY, 1).failed, 0);
    assert!(simulate(&threshold(), 30, 31, &HEALTHY, 1).failed > 15);
}

#[test]
fn a_tenfold_regression_is_found_within_a_few_hundred_requests() {
    let run = comparing(&json!({"hold": "10h"}));
    let traffic = Traffic { canary_failing: Failing::Alone(0.05), ..HEALTHY };
    let outcome = simulate(&run, 101, 600, &traffic, 2);
    assert_eq!(outcome.failed, 101);
    assert!(outcome.looks[50] * 50 <= 500, "{:?}", outcome.looks);
}

#[test]
fn clumps_of_failures_are_no_regression_when_they_are_declared() {
    let run = comparing(&json!({"hold": "30m", "dispersion": 5}));
    let clumped = Failing::Retried(0.005, 5);
    let traffic = Traffic { stable_failing: clumped, canary_failing: clumped, ..HEALTHY };
    assert_eq!(simulate(&run, 150, 31, &traffic, 3).failed, 0);
}

#[test]
fn clumps_that_nobody_declared_are_seldom_taken_for_a_regression() {
    let run = comparing(&json!({"hold": "30m"}));
    let clumped = Failing::Retried(0.005, 5);
    let traffic = Traffic { stable_failing: clumped, canary_failing: clumped, ..HEALTHY };
    // Without a look at how they vary, 7 of 100 are.
    assert!(simulate(&run, 400, 31, &traffic, 4).failed <= 4);
}
