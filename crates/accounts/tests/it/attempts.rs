//! Limits on guessing, with upstream's own numbers.

use accounts::{AttemptLimits, Attempts, Known};
use jiff::Timestamp;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a time")
}

#[test]
fn five_failures_within_five_minutes_lock_a_name() {
    let mut attempts = Attempts::new(AttemptLimits::default());
    for second in 0..5 {
        assert!(!attempts.is_locked("alice", at(second)), "after {second}");
        attempts.failed("alice", Known::Account, at(second));
    }
    assert!(attempts.is_locked("alice", at(5)));
    assert!(!attempts.is_locked("bob", at(5)));
    assert!(attempts.is_locked("alice", at(304)));
    assert!(!attempts.is_locked("alice", at(305)));
}

#[test]
fn success_forgets_and_a_window_of_nothing_is_for_ever() {
    let mut attempts = Attempts::new(AttemptLimits { window_seconds: 0, ..AttemptLimits::default() });
    for _ in 0..5 {
        attempts.failed("alice", Known::Account, at(0));
    }
    assert!(attempts.is_locked("alice", at(1_000_000_000)));
    attempts.succeeded("alice");
    assert!(!attempts.is_locked("alice", at(1)) && attempts.is_empty());
}

/// CVE-2024-21662: a flood of names must not make the limit forget the one that is guessed at.
#[test]
fn a_flood_of_names_does_not_unlock() {
    let mut attempts = Attempts::new(AttemptLimits { names_max: 100, ..AttemptLimits::default() });
    for _ in 0..5 {
        attempts.failed("admin", Known::Account, at(0));
    }
    for n in 0..10_000 {
        attempts.failed(&format!("x{n}"), Known::Nobody, at(1));
        assert!(attempts.len() <= 100);
    }
    assert!(attempts.is_locked("admin", at(2)));
    // Even where only accounts are left, memory stays bounded.
    for n in 0..200 {
        attempts.failed(&format!("account{n}"), Known::Account, at(2));
    }
    assert_eq!(attempts.len(), 100);
}

#[test]
fn what_is_past_is_forgotten() {
    let mut attempts = Attempts::new(AttemptLimits::default());
    for n in 0..1_000 {
        attempts.failed(&n.to_string(), Known::Nobody, at(0));
    }
    attempts.failed("late", Known::Nobody, at(1_000));
    assert_eq!(attempts.len(), 1);
}

#[test]
fn variables_change_the_limits_when_they_make_sense() {
    let limits = AttemptLimits::from_variables(|name| {
        Some(
            match name {
                "ARGOCD_SESSION_FAILURE_MAX_FAIL_COUNT" => "3",
                "ARGOCD_SESSION_FAILURE_WINDOW_SECONDS" => "0",
                "ARGOCD_SESSION_MAX_CACHE_SIZE" => "-1",
                "ARGOCD_MAX_CONCURRENT_LOGIN_REQUESTS_COUNT" => "0",
                _ => return None,
            }
            .to_owned(),
        )
    });
    let expected = AttemptLimits { failures_max: 3, window_seconds: 0, names_max: 10_000, concurrent_max: 50 };
    assert_eq!(limits, expected);
}
