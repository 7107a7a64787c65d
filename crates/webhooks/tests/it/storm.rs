//! Storms of pushes: each application waits once, and goes once more for what came after it went.

use std::collections::BTreeMap;
use std::time::Duration;
use webhooks::{Concern, Pace, Waiting};

fn all(names: &[u32]) -> BTreeMap<u32, Concern> {
    names.iter().map(|name| (*name, Concern::Refresh)).collect()
}

fn names(taken: Vec<(u32, Concern)>) -> Vec<u32> {
    taken.into_iter().map(|(name, _)| name).collect()
}

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

#[test]
fn a_storm_is_one_refresh_and_one_more_for_what_came_after() {
    let mut waiting = Waiting::new(Pace::default());
    for push in 0..10_000 {
        waiting.add(ms(push / 100), all(&[1, 2, 3]), || 0.0);
    }
    assert_eq!(waiting.len(), 3);
    assert_eq!(names(waiting.take(ms(100), 100)), [1, 2, 3]);
    assert!(waiting.is_empty());
    // The last commit comes a moment after the refresh began.
    waiting.add(ms(101), all(&[2]), || 0.0);
    assert_eq!(waiting.take(ms(1_000), 100), []);
    assert_eq!(waiting.next(), Some(ms(1_100)));
    assert_eq!(names(waiting.take(ms(1_100), 100)), [2]);
    assert!(waiting.is_empty() && waiting.next().is_none());
}

/// Whatever the order of pushes and refreshes, a refresh of an application begins after the last push to it.
#[test]
fn the_last_push_is_never_lost() {
    let mut seed = 7_u64;
    let mut draw = move |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    let mut waiting = Waiting::new(Pace { interval: ms(50), threshold: 1, jitter: ms(40) });
    let mut pushed: BTreeMap<u32, u64> = BTreeMap::new();
    let mut seen: BTreeMap<u32, u64> = BTreeMap::new();
    for now in 0..5_000_u64 {
        if draw(3) == 0 {
            let names: Vec<u32> = (0..8).filter(|_| draw(2) == 0).collect();
            pushed.extend(names.iter().map(|name| (*name, now)));
            let chance = draw(100) as f64 / 100.0;
            waiting.add(ms(now), all(&names), || chance);
        }
        let most = draw(3) as usize;
        seen.extend(names(waiting.take(ms(now), most)).into_iter().map(|name| (name, now)));
        assert!(waiting.len() <= 8);
    }
    seen.extend(names(waiting.take(ms(10_000), 100)).into_iter().map(|name| (name, 10_000)));
    assert_eq!(pushed.len(), 8);
    for (name, push) in pushed {
        assert!(seen[&name] >= push, "application {name}: pushed at {push}, last refreshed at {}", seen[&name]);
    }
}

#[test]
fn those_beyond_the_threshold_are_put_off_by_chance() {
    let mut waiting = Waiting::new(Pace { interval: ms(0), threshold: 2, jitter: ms(1_000) });
    waiting.add(ms(0), all(&[1, 2, 3, 4]), || 0.5);
    assert_eq!(names(waiting.take(ms(0), 100)), [1, 2]);
    assert_eq!(names(waiting.take(ms(500), 100)), [3, 4]);
}

#[test]
fn a_second_push_neither_puts_off_nor_weakens() {
    let mut waiting = Waiting::new(Pace { interval: ms(0), threshold: 0, jitter: ms(1_000) });
    waiting.add(ms(0), BTreeMap::from([(1, Concern::Hydrate)]), || 0.1);
    waiting.add(ms(50), all(&[1]), || 0.9);
    assert_eq!(waiting.next(), Some(ms(100)));
    assert_eq!(waiting.take(ms(100), 1), [(1, Concern::Hydrate)]);
}

#[test]
fn no_more_are_taken_than_asked_for_and_the_longest_due_go_first() {
    let mut waiting = Waiting::new(Pace::default());
    waiting.add(ms(5), all(&[1]), || 0.0);
    waiting.add(ms(3), all(&[2]), || 0.0);
    assert_eq!(names(waiting.take(ms(10), 1)), [2]);
    assert_eq!(names(waiting.take(ms(10), 1)), [1]);
}
