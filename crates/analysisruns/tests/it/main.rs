//! AnalysisRuns and Experiments on an embedded cluster: alone, and as Rollouts make them.

mod script;
mod stage;

mod alone;
mod canaries;
mod experiments;
mod jobs;
mod restarts;
