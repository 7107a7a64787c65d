//! Replays a folder of recorded cases against an API server in memory and prints each difference: what
//! `cargo xtask vectors` runs.

use apiserver::ApiServer;
use clock::Clock;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use vectors::{Known, load, replay};

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> ExitCode {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let folder = std::env::args_os().nth(1).map_or(own, PathBuf::from);
    let mut out = std::io::stdout().lock();
    let cases = match load(&folder) {
        Ok(cases) => cases,
        Err(error) => {
            // Nothing can be told to somebody who has closed standard output.
            let _ = writeln!(out, "{}: {error}", folder.display());
            return ExitCode::FAILURE;
        }
    };
    let start = jiff::Timestamp::UNIX_EPOCH;
    let report = replay(&cases, async || ApiServer::in_memory(Clock::simulated(start, 7))).await;
    for outcome in &report.outcomes {
        if let Some(difference) = &outcome.difference {
            let _ = writeln!(out, "{} {}: {difference}", outcome.file, outcome.name);
        }
    }
    let _ = write!(out, "{}", report.summary());
    let verdict = report.verdict(&Known::parse(include_str!("../known-unmet.txt")));
    for case in &verdict.broken {
        let _ = writeln!(out, "not met, and not in known-unmet.txt: {case}");
    }
    if verdict.broken.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
