//! How often healthy canaries are failed, and how soon bad ones are: the shipped planner in virtual time, fixed seeds.
//! `cargo xtask bench verdict` builds and runs it; a number as argument divides how many canaries are watched.

#[path = "../bench/stream.rs"]
mod stream;

use serde_json::json;
use std::io::Write as _;
use stream::{Failing, Outcome, Traffic, comparing, simulate, threshold};

/// How likely a canary that is not worse may be failed.
const ALPHA: f64 = 0.001;
/// Watched at once.
const THREADS: u64 = 2;

struct Row {
    what: &'static str,
    settings: Option<serde_json::Value>,
    traffic: Traffic,
    count: u64,
    looks: u64,
}

fn alone(stable: f64, canary: f64, (stable_requests, canary_requests): (u64, u64)) -> Traffic {
    Traffic {
        stable: stable_requests,
        canary: canary_requests,
        stable_failing: Failing::Alone(stable),
        canary_failing: Failing::Alone(canary),
    }
}

fn both(failing: Failing) -> Traffic {
    Traffic { stable: 50, canary: 50, stable_failing: failing, canary_failing: failing }
}

fn rows() -> Vec<Row> {
    let equal = (50, 50);
    let small = (950, 50);
    let short = || Some(json!({"hold": "30m"}));
    let long = || Some(json!({"hold": "200h"}));
    let clumps = |count: u64| Some(json!({"hold": "30m", "dispersion": count}));
    let row = |what, settings, traffic, count, looks| Row { what, settings, traffic, count, looks };
    let pods = Failing::BadPod(0.005, 0.05, 0.5);
    vec![
        row("healthy, 0.5 %", short(), alone(0.005, 0.005, equal), 1_000_000, 31),
        row("healthy, 0.5 %, canary 5 %", short(), alone(0.005, 0.005, small), 100_000, 31),
        row("healthy, 5 %", short(), alone(0.05, 0.05, equal), 50_000, 31),
        row("0.5 % -> 5 %", long(), alone(0.005, 0.05, equal), 2_000, 10_000),
        row("0.5 % -> 1.5 %", long(), alone(0.005, 0.015, equal), 2_000, 10_000),
        row("0.5 % -> 5 %, canary 5 %", long(), alone(0.005, 0.05, small), 2_000, 10_000),
        row("0.5 % -> 1.5 %, canary 5 %", long(), alone(0.005, 0.015, small), 1_000, 10_000),
        row("healthy, 5 retries", short(), both(Failing::Retried(0.005, 5)), 50_000, 31),
        row("healthy, 5 retries, declared", clumps(5), both(Failing::Retried(0.005, 5)), 50_000, 31),
        row("healthy, bad pods", short(), both(pods), 50_000, 31),
        row("healthy, bad pods, declared 3", clumps(3), both(pods), 50_000, 31),
        row("threshold: healthy, 0.5 %", None, alone(0.005, 0.005, equal), 20_000, 31),
        row("threshold: 0.5 % -> 5 %", None, alone(0.005, 0.05, equal), 5_000, 31),
        row("threshold: 0.5 % -> 1.5 %", None, alone(0.005, 0.015, equal), 5_000, 31),
    ]
}

fn main() -> std::io::Result<()> {
    let divisor = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(1_u64).max(1);
    let mut out = std::io::stdout().lock();
    writeln!(out, "alpha {ALPHA}; a look a minute; requests are those to the canary\n")?;
    writeln!(out, "| canaries | watched | failed | share | passed | requests until failed: median | p90 |")?;
    writeln!(out, "|---|---|---|---|---|---|---|")?;
    for (at, row) in rows().into_iter().enumerate() {
        let count = (row.count / divisor).max(1);
        let outcome = watched(&row, count, at as u64 + 1);
        let share = outcome.failed as f64 / count as f64 * 100.0;
        let requests = |part: f64| {
            let index = ((outcome.looks.len() as f64 * part) as usize).min(outcome.looks.len().saturating_sub(1));
            outcome.looks.get(index).map_or_else(|| "-".to_owned(), |looks| (looks * row.traffic.canary).to_string())
        };
        let (what, failed, passed) = (row.what, outcome.failed, outcome.passed);
        let (median, most) = (requests(0.5), requests(0.9));
        writeln!(out, "| {what} | {count} | {failed} | {share:.3} % | {passed} | {median} | {most} |")?;
        out.flush()?;
    }
    Ok(())
}

/// The row's canaries, some on each thread; what comes of them does not depend on how they are dealt out.
fn watched(row: &Row, count: u64, seed: u64) -> Outcome {
    let run = row.settings.as_ref().map_or_else(threshold, comparing);
    let shares: Vec<(u64, u64)> =
        (0..THREADS).map(|at| (at, count / THREADS + u64::from(at < count % THREADS))).collect();
    let outcomes: Vec<Outcome> = std::thread::scope(|scope| {
        let run = &run;
        let threads: Vec<_> = shares
            .into_iter()
            .map(|(at, share)| {
                scope.spawn(move || simulate(run, share, row.looks, &row.traffic, seed << 40 | at << 32))
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("invariant: simulations do not panic")).collect()
    });
    let mut all = Outcome { failed: 0, passed: 0, looks: Vec::new() };
    for outcome in outcomes {
        all.failed += outcome.failed;
        all.passed += outcome.passed;
        all.looks.extend(outcome.looks);
    }
    all.looks.sort_unstable();
    all
}
