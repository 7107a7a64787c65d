//! The marks of states. A leaf module.

use api::{HealthStatusCode, OperationPhase, ResultCode, SyncStatusCode};
use look::marks::{BAD, HELD, IDLE, Mark, OK, RUNNING, UNKNOWN, WARNING, mark};
use maud::Markup;

const MISSING: Mark = Mark { class: "warn", sign: "missing" };
const DIFFERS: Mark = Mark { class: "warn", sign: "differs" };

/// The mark of a health.
pub fn of_health(health: HealthStatusCode) -> Mark {
    match health {
        HealthStatusCode::Healthy => OK,
        HealthStatusCode::Progressing => RUNNING,
        HealthStatusCode::Suspended => HELD,
        HealthStatusCode::Degraded => BAD,
        HealthStatusCode::Missing => MISSING,
        HealthStatusCode::Unknown => UNKNOWN,
    }
}

/// The mark of a sync status.
pub fn of_sync(sync: SyncStatusCode) -> Mark {
    match sync {
        SyncStatusCode::Synced => OK,
        SyncStatusCode::OutOfSync => DIFFERS,
        SyncStatusCode::Unknown => UNKNOWN,
    }
}

/// The mark of an operation.
pub fn of_phase(phase: OperationPhase) -> Mark {
    match phase {
        OperationPhase::Running | OperationPhase::Terminating => RUNNING,
        OperationPhase::Succeeded => OK,
        OperationPhase::Failed => BAD,
        OperationPhase::Error => WARNING,
    }
}

/// The mark of what a sync did to one resource.
pub fn of_result(result: ResultCode) -> Mark {
    match result {
        ResultCode::Synced | ResultCode::Pruned => OK,
        ResultCode::SyncFailed => BAD,
        ResultCode::PruneSkipped => IDLE,
    }
}

/// A health with its word.
pub fn health(health: HealthStatusCode) -> Markup {
    mark(of_health(health), health.as_str())
}

/// A sync status with its word.
pub fn sync(sync: SyncStatusCode) -> Markup {
    let word = if sync == SyncStatusCode::OutOfSync { "Out of sync" } else { sync.as_str() };
    mark(of_sync(sync), word)
}
