//! AnalysisRuns on an embedded cluster: alone, and as Rollouts make them.

mod script;
mod stage;

mod alone;
mod canaries;
mod jobs;
mod restarts;
