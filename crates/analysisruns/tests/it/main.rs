//! AnalysisRuns and Experiments on an embedded cluster: alone, and as Rollouts make them.

#![expect(clippy::panic, reason = "a test that cannot go on says why; a source that panics is one of the cases")]

#[path = "../../../analysis/tests/it/documents.rs"]
mod documents;

mod script;
mod stage;

mod laboratory;
mod timelines;

mod alone;
mod bad_input;
mod canaries;
mod experiments;
mod jobs;
mod restarts;
mod weights;
