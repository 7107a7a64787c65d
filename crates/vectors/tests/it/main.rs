//! The recorded cases against the API server in memory.

use apiserver::ApiServer;
use clock::Clock;
use std::path::Path;
use vectors::{Known, load, replay};

#[tokio::test(start_paused = true)]
async fn recorded_answers_are_met() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let cases = load(&root.join("cases")).expect("the recorded cases");
    let known = Known::parse(include_str!("../../known-unmet.txt"));
    assert_eq!(known.without_reason(), Vec::<&str>::new(), "every case of the list has a reason");
    let start = "2026-01-01T00:00:00Z".parse().expect("a time");
    let report = replay(&cases, async || ApiServer::in_memory(Clock::simulated(start, 7))).await;
    print!("{}", report.summary());
    let verdict = report.verdict(&known);
    assert!(verdict.is_fine(), "{verdict:#?}");
}
