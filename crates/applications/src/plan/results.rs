//! Results of a sync between the engine's form and the status's.

use api::{ResourceResult, SyncOperation};
use object::Key;
use sync::{Options, Phase, Progress, Selector, TaskId, TaskResult, parse_hook_type};

/// As it is written into `operationState.syncResult.resources`.
#[must_use]
pub fn to_wire(result: &TaskResult) -> ResourceResult {
    let key = &result.id.key;
    ResourceResult {
        group: key.group.to_string(),
        version: result.version.clone(),
        kind: key.kind.to_string(),
        namespace: key.namespace.as_deref().unwrap_or_default().to_owned(),
        name: key.name.to_string(),
        status: result.progress.code,
        message: result.progress.message.clone(),
        hook_type: result.hook.map(|hook| hook.to_string()).unwrap_or_default(),
        hook_phase: Some(result.progress.state),
        sync_phase: result.id.phase.as_str().to_owned(),
        ..ResourceResult::default()
    }
}

/// As the engine reads it.
#[must_use]
pub fn from_wire(result: &ResourceResult) -> TaskResult {
    let phase = Phase::parse(&result.sync_phase).unwrap_or(Phase::Sync);
    let namespace = Some(result.namespace.as_str());
    TaskResult {
        id: TaskId { phase, key: Key::new(&result.group, &result.kind, namespace, &result.name) },
        version: result.version.clone(),
        hook: parse_hook_type(&result.hook_type),
        progress: Progress {
            code: result.status,
            state: result.hook_phase.unwrap_or(api::OperationPhase::Running),
            message: result.message.clone(),
        },
    }
}

/// The objects a sync is limited to.
#[must_use]
pub fn selectors(sync: &SyncOperation) -> Vec<Selector> {
    let selector = |resource: &api::SyncOperationResource| Selector {
        group: resource.group.clone(),
        kind: resource.kind.clone(),
        name: resource.name.clone(),
        namespace: (!resource.namespace.is_empty()).then(|| resource.namespace.clone()),
    };
    sync.resources.iter().map(selector).collect()
}

/// The sync options of an operation.
#[must_use]
pub fn options(sync: &SyncOperation) -> Options {
    Options::parse(sync.sync_options.iter().map(String::as_str)).0
}
