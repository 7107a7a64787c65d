//! The signs that stand for kinds and states. A leaf module.

use api::rollouts::AnalysisPhase;

/// A Rollout.
pub const ROLLOUT: &str = "⟳";
/// A revision.
pub const REVISION: &str = "#";
/// A ReplicaSet.
pub const REPLICA_SET: &str = "⧉";
/// A pod.
pub const POD: &str = "□";
/// A Job.
pub const JOB: &str = "⊞";
/// An Experiment.
pub const EXPERIMENT: &str = "Σ";
/// An AnalysisRun.
pub const ANALYSIS_RUN: &str = "α";

/// It has not begun.
pub const WAITING: &str = "◷";
/// It goes on.
pub const PROGRESSING: &str = "◌";
/// Somebody should look.
pub const WARNING: &str = "⚠";
/// Nobody can tell.
pub const UNKNOWN: &str = "?";
/// It is well.
pub const OK: &str = "✔";
/// It is not.
pub const BAD: &str = "✖";
/// It stands still.
pub const PAUSED: &str = "॥";
/// Nothing is to be said of it.
pub const NEUTRAL: &str = "•";
/// A state that has no sign.
pub const NONE: &str = " ";

/// The sign of a Rollout's phase.
pub fn of_rollout(phase: &str) -> &'static str {
    match phase {
        "Progressing" => PROGRESSING,
        "Error" | "InvalidSpec" => WARNING,
        "Paused" => PAUSED,
        "Healthy" => OK,
        "Degraded" => BAD,
        "Unknown" => UNKNOWN,
        "ScaledDown" => NEUTRAL,
        _ => NONE,
    }
}

/// The sign of a ReplicaSet's state.
pub fn of_set(state: &str) -> &'static str {
    match state {
        "Progressing" => PROGRESSING,
        "Healthy" => OK,
        "ReplicaFailure" => BAD,
        "ScaledDown" => NEUTRAL,
        _ => NONE,
    }
}

/// The sign of an analysis' phase, or an experiment's.
pub fn of_analysis(phase: &str) -> &'static str {
    match AnalysisPhase::parse(phase) {
        Some(AnalysisPhase::Successful) => OK,
        Some(AnalysisPhase::Inconclusive) => UNKNOWN,
        Some(AnalysisPhase::Failed) => BAD,
        Some(AnalysisPhase::Error) => WARNING,
        Some(AnalysisPhase::Running) => PROGRESSING,
        Some(AnalysisPhase::Pending) => WAITING,
        None => NONE,
    }
}

/// The sign of a pod's state.
pub fn of_pod(state: &str) -> &'static str {
    if state.starts_with("Init:") {
        return PROGRESSING;
    }
    if state.starts_with("Signal:") || state.starts_with("ExitCode:") {
        return BAD;
    }
    if state.ends_with("Error") || state.starts_with("Err") {
        return WARNING;
    }
    match state {
        "Pending" | "Terminating" | "ContainerCreating" => PROGRESSING,
        "Running" | "Completed" => OK,
        "Failed" | "InvalidImageName" | "CrashLoopBackOff" => BAD,
        "ImagePullBackOff" | "RegistryUnavailable" => WARNING,
        "Unknown" => UNKNOWN,
        _ => NONE,
    }
}
