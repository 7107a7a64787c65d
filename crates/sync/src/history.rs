//! What was deployed, and going back to it.

use api::{
    ApplicationSpec, Operation, OperationPhase, OperationState, RevisionHistory, SyncOperation, SyncStrategy,
    SyncStrategyApply, Time,
};

/// Adds the deployment that this operation was, if it was one, and drops the oldest beyond `limit`.
// Compat: partial syncs, dry runs and failures leave no entry; numbers continue from the last entry, whatever was dropped.
pub fn remember(history: &mut Vec<RevisionHistory>, state: &OperationState, limit: usize, now: Time) {
    let Some(sync) = &state.operation.sync else { return };
    let Some(result) = &state.sync_result else { return };
    if state.phase != OperationPhase::Succeeded || sync.dry_run || !sync.resources.is_empty() {
        return;
    }
    let id = history.last().map_or(0, |last| last.id.saturating_add(1));
    history.push(RevisionHistory {
        revision: result.revision.clone(),
        revisions: result.revisions.clone(),
        source: result.source.clone(),
        sources: result.sources.clone(),
        deployed_at: now,
        deploy_started_at: Some(state.started_at),
        initiated_by: state.operation.initiated_by.clone(),
        id,
        ..RevisionHistory::default()
    });
    let surplus = history.len().saturating_sub(limit);
    history.drain(..surplus);
}

/// Why there is no going back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RollbackError {
    /// The automated policy would undo it at once.
    #[error("rollback cannot be initiated when auto-sync is enabled")]
    Automated,
    /// There is no such deployment.
    #[error("application '{application}' does not have deployment id '{id}' in history")]
    NotInHistory {
        /// The application.
        application: String,
        /// The number asked for.
        id: i64,
    },
    /// Something is under way.
    #[error("another operation is already in progress")]
    InProgress,
}

/// What a rollback asks for.
#[derive(Debug, Clone, Copy)]
pub struct Rollback<'a> {
    /// The application's name, for messages.
    pub application: &'a str,
    /// Its spec.
    pub spec: &'a ApplicationSpec,
    /// Its history.
    pub history: &'a [RevisionHistory],
    /// The number of the deployment to go back to.
    pub id: i64,
    /// Whether to delete what that deployment did not have.
    pub prune: Pruning,
    /// Who asks.
    pub username: &'a str,
}

/// Whether an operation deletes what is no longer desired.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pruning {
    /// It does.
    Prune,
    /// It does not.
    Keep,
}

/// The operation that goes back to an earlier deployment, without hooks as upstream does.
///
/// # Errors
/// With automated sync on, or when the history has no such deployment.
pub fn rollback(request: &Rollback<'_>) -> Result<Operation, RollbackError> {
    if request.spec.automated().is_some() {
        return Err(RollbackError::Automated);
    }
    let Some(entry) = request.history.iter().find(|entry| entry.id == request.id) else {
        return Err(RollbackError::NotInHistory { application: request.application.to_owned(), id: request.id });
    };
    let policy = request.spec.sync_policy.as_ref();
    let sync = SyncOperation {
        revision: entry.revision.clone(),
        revisions: entry.revisions.clone(),
        source: entry.source.clone(),
        sources: entry.sources.clone(),
        prune: request.prune == Pruning::Prune,
        sync_strategy: Some(SyncStrategy { apply: Some(SyncStrategyApply::default()), ..SyncStrategy::default() }),
        sync_options: policy.map(|policy| policy.sync_options.clone()).unwrap_or_default(),
        ..SyncOperation::default()
    };
    let mut operation = Operation { sync: Some(sync), ..Operation::default() };
    operation.initiated_by.username = request.username.to_owned();
    Ok(operation)
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::{SyncOperationResource, SyncOperationResult};

    fn succeeded(revision: &str) -> OperationState {
        let result = SyncOperationResult { revision: revision.into(), ..SyncOperationResult::default() };
        OperationState {
            operation: Operation { sync: Some(SyncOperation::default()), ..Operation::default() },
            phase: OperationPhase::Succeeded,
            sync_result: Some(result),
            ..OperationState::default()
        }
    }

    #[test]
    fn numbers_go_on_and_the_oldest_are_dropped() {
        let mut history = Vec::new();
        for revision in ["a", "b", "c"] {
            remember(&mut history, &succeeded(revision), 2, Time::default());
        }
        let rows: Vec<_> = history.iter().map(|entry| (entry.id, entry.revision.as_str())).collect();
        assert_eq!(rows, [(1, "b"), (2, "c")]);
        remember(&mut history, &succeeded("d"), 0, Time::default());
        assert!(history.is_empty());
    }

    #[test]
    fn only_full_successes_are_remembered() {
        let mut history = Vec::new();
        let sync = |state: &mut OperationState, change: fn(&mut SyncOperation)| {
            state.operation.sync.iter_mut().for_each(change)
        };
        let mut partial = succeeded("a");
        sync(&mut partial, |sync| sync.resources.push(SyncOperationResource::default()));
        let mut trial = succeeded("b");
        sync(&mut trial, |sync| sync.dry_run = true);
        let failed = OperationState { phase: OperationPhase::Failed, ..succeeded("c") };
        for state in [partial, trial, failed] {
            remember(&mut history, &state, 10, Time::default());
        }
        assert_eq!(history, []);
    }

    #[test]
    fn rollback_needs_auto_sync_off_and_a_deployment() {
        let read = |text: &str| serde_json::from_str::<ApplicationSpec>(text).expect("a spec");
        let history = [RevisionHistory { id: 3, revision: "abc".into(), ..RevisionHistory::default() }];
        let go = |spec: &ApplicationSpec, id| {
            let request =
                Rollback { application: "shop", spec, history: &history, id, prune: Pruning::Keep, username: "me" };
            rollback(&request)
        };
        let automated = read(r#"{"syncPolicy": {"automated": {}}}"#);
        assert_eq!(go(&automated, 3), Err(RollbackError::Automated));
        let manual = read("{}");
        assert_eq!(go(&manual, 4), Err(RollbackError::NotInHistory { application: "shop".into(), id: 4 }));
        let operation = go(&manual, 3).expect("a rollback");
        let text = serde_json::to_string(&operation).expect("text");
        assert_eq!(text, r#"{"sync":{"revision":"abc","syncStrategy":{"apply":{}}},"initiatedBy":{"username":"me"}}"#);
    }
}
