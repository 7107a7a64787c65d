//! Whether an application syncs by itself now.

use api::{
    ApplicationSource, ApplicationSpec, Operation, OperationInitiator, OperationState, ResourceStatus, RetryStrategy,
    SyncOperation, SyncOperationResource, SyncOperationResult, SyncStatusCode, semantically_equal,
};
use jiff::{SignedDuration, Timestamp};

/// How often an automated sync is tried again when the policy does not say.
pub const AUTOMATED_RETRIES: i64 = 5;
/// First pause between two repairs of an application; the very first repair is immediate.
const HEAL_PAUSE: SignedDuration = SignedDuration::from_secs(2);
/// What the pause is multiplied by for each further repair.
const HEAL_FACTOR: i32 = 3;
/// The longest pause.
const HEAL_PAUSE_MAX: SignedDuration = SignedDuration::from_secs(300);
/// After so long without a repair the next one is immediate again: longer than the longest pause, so that a fight over
/// an object never counts as over.
const HEAL_COOLDOWN: SignedDuration = SignedDuration::from_secs(330);

/// What the decision goes by.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    /// The application's spec.
    pub spec: &'a ApplicationSpec,
    /// The status just found.
    pub sync: SyncStatusCode,
    /// The resources just compared.
    pub resources: &'a [ResourceStatus],
    /// The revisions just compared, one a source.
    pub revisions: &'a [String],
    /// Whether what these revisions say differs from what was synced last; when not, another revision is no news.
    pub content: Content,
    /// What was recorded of the last operation.
    pub last: Option<&'a OperationState>,
    /// Whether the history has any deployment.
    pub was_deployed: bool,
    /// The time.
    pub now: Timestamp,
}

/// Whether the compared revisions say something new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// They may.
    MayDiffer,
    /// They say what the last sync applied.
    SameAsSynced,
}

/// The decision.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    /// No sync; nothing is wrong.
    No,
    /// No sync, for this reason, which belongs into a SyncError condition.
    Refused(String),
    /// A repair, but not before that time.
    NotBefore(Timestamp),
    /// This sync.
    Sync(Box<Operation>),
}

/// Decides. The caller has made sure that no operation is under way and nothing is being deleted.
#[must_use]
pub fn decide(situation: &Situation<'_>) -> Decision {
    let Some(policy) = situation.spec.automated() else { return Decision::No };
    // Unlike upstream, what was never deployed is synced once although nothing differs: a crash right after the first
    // sync's writes, or objects that were there before, must not leave a history without a deployment to go back to.
    let is_first = situation.sync == SyncStatusCode::Synced && situation.last.is_none() && !situation.was_deployed;
    let is_first_of_something = is_first && !situation.resources.is_empty();
    if situation.sync != SyncStatusCode::OutOfSync && !is_first_of_something {
        return Decision::No;
    }
    let prune = policy.prune == Some(true);
    let differing = || situation.resources.iter().filter(|r| r.status.is_some_and(|s| s != SyncStatusCode::Synced));
    if !prune && differing().next().is_some() && differing().all(|resource| resource.requires_pruning) {
        return Decision::No;
    }
    let mut sync = full_sync(situation, prune);
    match attempted(situation) {
        Attempted::No => {}
        Attempted::Unsuccessfully(message) => {
            let revisions = situation.revisions.join(", ");
            return Decision::Refused(format!("Failed last sync attempt to [{revisions}]: {message}"));
        }
        Attempted::Successfully if policy.self_heal != Some(true) => return Decision::No,
        Attempted::Successfully => {
            let repairs = repairs_so_far(situation);
            if let Some(at) = not_before(situation, repairs) {
                return Decision::NotBefore(at);
            }
            sync.auto_heal_attempts_count = repairs + 1;
            sync.resources = differing().map(selector).collect();
        }
    }
    // Compat: an application whose resources all went, or that has none left, is taken for a mistake in the source.
    if prune && policy.allow_empty != Some(true) && situation.resources.iter().all(|resource| resource.requires_pruning)
    {
        let revisions = situation.revisions.join(", ");
        return Decision::Refused(format!(
            "Skipping sync attempt to [{revisions}]: auto-sync will wipe out all resources"
        ));
    }
    let policy_retry = situation.spec.sync_policy.as_ref().and_then(|policy| policy.retry.clone());
    let retry = policy_retry.unwrap_or(RetryStrategy { limit: AUTOMATED_RETRIES, ..RetryStrategy::default() });
    let initiated_by = OperationInitiator { automated: true, ..OperationInitiator::default() };
    Decision::Sync(Box::new(Operation { sync: Some(sync), initiated_by, retry, ..Operation::default() }))
}

fn full_sync(situation: &Situation<'_>, prune: bool) -> SyncOperation {
    let sources: Vec<ApplicationSource> =
        situation.spec.effective_sources().into_iter().map(std::borrow::Cow::into_owned).collect();
    let options = situation.spec.sync_policy.as_ref().map(|policy| policy.sync_options.clone());
    let common = SyncOperation { prune, sync_options: options.unwrap_or_default(), ..SyncOperation::default() };
    if situation.spec.has_multiple_sources() {
        SyncOperation { sources, revisions: situation.revisions.to_vec(), ..common }
    } else {
        let revision = situation.revisions.first().cloned().unwrap_or_default();
        SyncOperation { source: sources.into_iter().next(), revision, ..common }
    }
}

fn selector(resource: &ResourceStatus) -> SyncOperationResource {
    SyncOperationResource {
        group: resource.group.clone(),
        kind: resource.kind.clone(),
        name: resource.name.clone(),
        // Unlike upstream the namespace is named: a namesake elsewhere has not drifted.
        namespace: resource.namespace.clone(),
        ..SyncOperationResource::default()
    }
}

enum Attempted {
    No,
    Successfully,
    Unsuccessfully(String),
}

fn attempted(situation: &Situation<'_>) -> Attempted {
    let Some(last) = situation.last else { return Attempted::No };
    let is_attempted = match &last.sync_result {
        // Compat: an operation that ended before it had a result counts as an attempt at whatever was wanted.
        None => last.phase.is_completed(),
        Some(result) => is_same_revision(situation, result) && is_same_source(situation.spec, result),
    };
    match (is_attempted, last.phase.is_successful()) {
        (false, _) => Attempted::No,
        (true, true) => Attempted::Successfully,
        (true, false) => Attempted::Unsuccessfully(last.message.clone()),
    }
}

fn is_same_revision(situation: &Situation<'_>, result: &SyncOperationResult) -> bool {
    if situation.content == Content::SameAsSynced {
        return true;
    }
    if situation.spec.has_multiple_sources() {
        result.revisions == situation.revisions
    } else {
        Some(&result.revision) == situation.revisions.first()
    }
}

fn is_same_source(spec: &ApplicationSpec, result: &SyncOperationResult) -> bool {
    // Compat: of a single source the target revision does not count, it was resolved already.
    let without_target =
        |source: &ApplicationSource| ApplicationSource { target_revision: String::new(), ..source.clone() };
    let sources: Vec<ApplicationSource> =
        spec.effective_sources().into_iter().map(std::borrow::Cow::into_owned).collect();
    if spec.has_multiple_sources() {
        return semantically_equal(&sources, &result.sources);
    }
    let of_spec = sources.first().map(without_target);
    semantically_equal(&of_spec, &result.source.as_ref().map(without_target))
}

fn repairs_so_far(situation: &Situation<'_>) -> i64 {
    let last = situation.last;
    let count = last.and_then(|last| last.operation.sync.as_ref()).map_or(0, |sync| sync.auto_heal_attempts_count);
    let quiet_since = last.and_then(|last| last.finished_at).map(|at| at.timestamp());
    let is_over = quiet_since.is_some_and(|since| situation.now.duration_since(since) > HEAL_COOLDOWN);
    if is_over { 0 } else { count }
}

/// Until when the next repair waits: 0, 2, 6, 18, … seconds after the end of the last.
fn not_before(situation: &Situation<'_>, repairs: i64) -> Option<Timestamp> {
    let power = u32::try_from(repairs - 1).ok()?;
    let factor = HEAL_FACTOR.saturating_pow(power.min(10));
    let pause = HEAL_PAUSE.checked_mul(factor).map_or(HEAL_PAUSE_MAX, |pause| pause.min(HEAL_PAUSE_MAX));
    let until = situation.last?.finished_at?.timestamp().checked_add(pause).ok()?;
    (until > situation.now).then_some(until)
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::{OperationPhase, Time};

    fn spec(automated: &str) -> ApplicationSpec {
        let text = format!(
            r#"{{"source": {{"repoURL": "r", "path": "p"}}, "destination": {{}}, "project": "default",
                "syncPolicy": {{"automated": {automated}}}}}"#
        );
        serde_json::from_str(&text).expect("a spec")
    }

    fn resource(name: &str, status: SyncStatusCode, prune: bool) -> ResourceStatus {
        let kind = "ConfigMap".to_owned();
        ResourceStatus { kind, name: name.into(), status: Some(status), requires_pruning: prune, ..Default::default() }
    }

    fn decide_with(
        spec: &ApplicationSpec,
        resources: &[ResourceStatus],
        last: Option<&OperationState>,
        now: &str,
    ) -> Decision {
        decide(&Situation {
            spec,
            sync: SyncStatusCode::OutOfSync,
            resources,
            revisions: &["abc".to_owned()],
            content: Content::MayDiffer,
            last,
            was_deployed: true,
            now: now.parse().expect("a time"),
        })
    }

    fn ended(phase: OperationPhase, revision: &str, repairs: i64) -> OperationState {
        let sync = SyncOperation { auto_heal_attempts_count: repairs, ..SyncOperation::default() };
        let source = spec("{}").source;
        let result = SyncOperationResult { revision: revision.into(), source, ..SyncOperationResult::default() };
        OperationState {
            operation: Operation { sync: Some(sync), ..Operation::default() },
            phase,
            message: "broken".into(),
            sync_result: Some(result),
            finished_at: Some(Time::new("2026-01-01T00:00:00Z".parse().expect("a time"))),
            ..OperationState::default()
        }
    }

    const NOON: &str = "2026-01-01T00:00:00Z";

    #[test]
    fn a_new_revision_is_synced_in_full_with_five_retries() {
        let drifted = [resource("a", SyncStatusCode::OutOfSync, false)];
        let last = ended(OperationPhase::Failed, "other", 3);
        let Decision::Sync(operation) = decide_with(&spec("{}"), &drifted, Some(&last), NOON) else { panic!("a sync") };
        let sync = operation.sync.expect("a sync");
        assert_eq!((operation.retry.limit, sync.revision.as_str(), sync.resources.len()), (5, "abc", 0));
        assert_eq!(sync.auto_heal_attempts_count, 0);
    }

    #[test]
    fn a_failed_revision_is_not_tried_again() {
        let drifted = [resource("a", SyncStatusCode::OutOfSync, false)];
        let last = ended(OperationPhase::Failed, "abc", 0);
        let refused = Decision::Refused("Failed last sync attempt to [abc]: broken".into());
        assert_eq!(decide_with(&spec(r#"{"selfHeal": true}"#), &drifted, Some(&last), NOON), refused);
    }

    #[test]
    fn drift_is_left_alone_without_self_heal() {
        let drifted = [resource("a", SyncStatusCode::OutOfSync, false)];
        let last = ended(OperationPhase::Succeeded, "abc", 0);
        assert_eq!(decide_with(&spec("{}"), &drifted, Some(&last), NOON), Decision::No);
    }

    #[test]
    fn repairs_name_what_drifted_and_wait_longer_each_time() {
        let resources = [resource("a", SyncStatusCode::OutOfSync, false), resource("b", SyncStatusCode::Synced, false)];
        let policy = spec(r#"{"selfHeal": true}"#);
        let after = |repairs, now| {
            decide_with(&policy, &resources, Some(&ended(OperationPhase::Succeeded, "abc", repairs)), now)
        };
        let Decision::Sync(first) = after(0, NOON) else { panic!("an immediate repair") };
        let sync = first.sync.expect("a sync");
        assert_eq!((sync.auto_heal_attempts_count, sync.resources.len(), &*sync.resources[0].name), (1, 1, "a"));
        for (repairs, until) in [
            (1, "00:00:02"),
            (2, "00:00:06"),
            (3, "00:00:18"),
            (4, "00:00:54"),
            (5, "00:02:42"),
            (6, "00:05:00"),
            (60, "00:05:00"),
        ] {
            let expected = Decision::NotBefore(format!("2026-01-01T{until}Z").parse().expect("a time"));
            assert_eq!(after(repairs, NOON), expected, "after {repairs} repairs");
        }
        assert!(
            matches!(after(9, "2026-01-01T00:05:31Z"), Decision::Sync(again) if again.sync.as_ref().is_some_and(|s| s.auto_heal_attempts_count == 1))
        );
    }

    #[test]
    fn nothing_is_wiped_out_and_nothing_is_done_for_prunes_alone() {
        let extra = [resource("a", SyncStatusCode::OutOfSync, true)];
        let wiped = |policy: &str| decide_with(&spec(policy), &extra, None, NOON);
        assert_eq!(
            wiped(r#"{"prune": true}"#),
            Decision::Refused("Skipping sync attempt to [abc]: auto-sync will wipe out all resources".into())
        );
        assert!(matches!(wiped(r#"{"prune": true, "allowEmpty": true}"#), Decision::Sync(_)));
        assert_eq!(wiped("{}"), Decision::No);
        assert_eq!(wiped(r#"{"prune": true, "enabled": false}"#), Decision::No);
    }
}
