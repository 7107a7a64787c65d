//! The status an application is to have, drafted from what was found.

use super::assess::Assessment;
use super::contents::Desired;
use super::hold::Hold;
use super::status_write::{AlsoRemove, status_write};
use crate::level::CHANGED;
use crate::observed::{Declared, Observed};
use crate::sources::SourceFailure;
use api::names::{
    ANNOTATION_REFRESH, CONDITION_COMPARISON_ERROR, CONDITION_EXCLUDED_RESOURCE_WARNING, CONDITION_INVALID_SPEC_ERROR,
    CONDITION_ORPHANED_RESOURCE_WARNING, CONDITION_REPEATED_RESOURCE_WARNING, CONDITION_SHARED_RESOURCE_WARNING,
    CONDITION_SYNC_ERROR, CONDITION_UNKNOWN_ERROR, CONDITION_UNSUPPORTED_FIELD_WARNING, CONDITION_WAITING_INFO,
};
use api::{
    AppHealthStatus, Application, ApplicationCondition, ApplicationStatus, ApplicationSummary, ComparedTo,
    HealthStatusCode, ResourceHealthStatus, ResourceStatus, SyncStatus, SyncStatusCode, Time,
};
use cluster::{Change, Part, PatchKind, Target, Write};
use controller::{Guard, Plan, Planned};
use health::Health;
use jiff::Timestamp;
use object::{Fetched, Object};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The conditions that every comparison decides anew.
const EVALUATED: [&str; 9] = [
    CONDITION_COMPARISON_ERROR,
    CONDITION_EXCLUDED_RESOURCE_WARNING,
    CONDITION_INVALID_SPEC_ERROR,
    CONDITION_REPEATED_RESOURCE_WARNING,
    CONDITION_SHARED_RESOURCE_WARNING,
    CONDITION_UNKNOWN_ERROR,
    CONDITION_UNSUPPORTED_FIELD_WARNING,
    CONDITION_ORPHANED_RESOURCE_WARNING,
    CONDITION_WAITING_INFO,
];

/// What a comparison found.
pub struct Grounds<'a> {
    /// What is desired.
    pub desired: &'a Desired,
    /// How that compares with what is live.
    pub assessment: &'a Assessment,
}

/// A status to be, and what else its write does.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The status.
    pub status: ApplicationStatus,
    /// What else the write does.
    pub also: AlsoRemove,
    /// The conditions before.
    former: Vec<ApplicationCondition>,
    plan: Plan,
}

impl Draft {
    fn of(status: ApplicationStatus, observed: &Observed) -> Self {
        let wants_refresh = match &observed.application {
            Fetched::Known(declared) => declared.object.meta().annotation(ANNOTATION_REFRESH).is_some(),
            _ => false,
        };
        let refresh = wants_refresh && observed.refreshing.is_none();
        let plan = Plan { waiting: observed.refreshing.iter().cloned().collect(), ..Plan::default() };
        let former = match &observed.application {
            Fetched::Known(Declared { application: Ok(application), .. }) => application.status.conditions.clone(),
            _ => Vec::new(),
        };
        Draft { status, also: AlsoRemove { refresh, operation: false }, former, plan }
    }

    /// The status as it is.
    #[must_use]
    pub fn unchanged(observed: &Observed, status: &ApplicationStatus) -> Self {
        Draft::of(status.clone(), observed)
    }

    /// The status of an application that may not be compared.
    #[must_use]
    pub fn closed(
        observed: &Observed,
        application: &Application,
        conditions: Vec<ApplicationCondition>,
        now: Timestamp,
    ) -> Self {
        let mut draft = Draft::unknown(observed, application, conditions, now);
        draft.status.resources = Vec::new();
        draft
    }

    /// The status of an application whose repository cannot be reached: as it was, for a while.
    #[must_use]
    pub fn unreachable(
        observed: &Observed,
        application: &Application,
        failure: &SourceFailure,
        now: Timestamp,
    ) -> Self {
        let was_compared = application.status.sync_code() != SyncStatusCode::Unknown;
        let since = failure.since.unwrap_or(now);
        let until = since.checked_add(observed.settings.grace).unwrap_or(now);
        if was_compared && until > now {
            let mut draft = Draft::unchanged(observed, &application.status);
            draft.also.refresh = false;
            draft.plan.waiting.push(format!("the repository: {}", failure.message));
            draft.plan = draft.plan.wake_at(until, CHANGED);
            return draft;
        }
        let mut draft = Draft::wrong(observed, application, &unreachable_message(failure), now);
        draft.plan.waiting.push(format!("the repository: {}{}", failure.message, next_text(failure)));
        draft
    }

    /// The status of an application whose desired state cannot be told.
    #[must_use]
    pub fn wrong(observed: &Observed, application: &Application, message: &str, now: Timestamp) -> Self {
        let condition =
            ApplicationCondition::new(CONDITION_COMPARISON_ERROR, format!("Failed to load target state: {message}"));
        Draft::unknown(observed, application, vec![condition], now)
    }

    /// The status of an application whose cluster cannot be used.
    #[must_use]
    pub fn cut_off(observed: &Observed, application: &Application, why: &str, now: Timestamp) -> Self {
        let server = observed.destination.as_ref().map_or("", |destination| &destination.server);
        let message = format!("Failed to load live state: failed to get cluster info for \"{server}\": {why}");
        let condition = ApplicationCondition::new(CONDITION_COMPARISON_ERROR, message);
        let mut draft = Draft::unknown(observed, application, vec![condition], now);
        draft.also.refresh = false;
        draft.plan.waiting.push(format!("the cluster {server}: {why}"));
        draft
    }

    fn unknown(
        observed: &Observed,
        application: &Application,
        conditions: Vec<ApplicationCondition>,
        now: Timestamp,
    ) -> Self {
        let mut status = application.status.clone();
        let known = status.sync.take().unwrap_or_default();
        status.sync = Some(SyncStatus {
            status: SyncStatusCode::Unknown,
            compared_to: ComparedTo::of(&application.spec),
            revision: known.revision,
            revisions: known.revisions,
            unknown: known.unknown,
        });
        set_health(&mut status, &Health::new(HealthStatusCode::Unknown, ""), now);
        let conditions = conditions.into_iter().chain(unsupported(observed)).collect();
        status.set_conditions(conditions, &EVALUATED, Time::new(now));
        finish(&mut status, observed, application, now);
        Draft::of(status, observed)
    }

    /// The status of an application that was compared.
    #[must_use]
    pub fn compared(observed: &Observed, application: &Application, grounds: &Grounds<'_>, now: Timestamp) -> Self {
        let Grounds { desired, assessment } = grounds;
        let mut status = application.status.clone();
        let mut sync = status.sync.take().unwrap_or_default();
        sync.status = assessment.sync();
        sync.compared_to = ComparedTo::of(&application.spec);
        set_revisions(&mut sync, application, &desired.revisions);
        status.sync = Some(sync);
        set_health(&mut status, &assessment.health.health, now);
        status.resources = resources(assessment);
        status.resource_health_source = String::new();
        set_source_types(&mut status, application, &desired.source_types);
        status.summary = summary(assessment, status.summary.take());
        let conditions = conditions(observed, application, grounds, now);
        let evaluated: Vec<&str> = EVALUATED.into_iter().chain([CONDITION_SYNC_ERROR]).collect();
        status.set_conditions(conditions, &evaluated, Time::new(now));
        finish(&mut status, observed, application, now);
        let mut draft = Draft::of(status, observed);
        draft.plan.waiting.extend(desired.awaited.clone());
        if let Some(failure) = &desired.stale {
            draft.plan.waiting.push(format!("the repository: {}", failure.message));
            let until = failure.since.unwrap_or(now).checked_add(observed.settings.grace).unwrap_or(now);
            if until > now {
                draft.plan = draft.plan.wake_at(until, CHANGED);
            }
        }
        draft
    }

    /// A sync that was not made, and why.
    pub fn refuse(&mut self, message: String, now: Timestamp) {
        self.say(CONDITION_SYNC_ERROR, message, now);
    }

    /// A sync that is due and held back, and why.
    pub fn hold(&mut self, hold: &Hold, now: Timestamp) {
        self.say(CONDITION_WAITING_INFO, format!("automated sync {}", hold.reason), now);
        self.plan.waiting.push(hold.text());
        if let Some(until) = hold.until {
            self.plan = std::mem::take(&mut self.plan).wake_at(until, CHANGED);
        }
    }

    /// One condition of a type; what was said before keeps its time.
    fn say(&mut self, kind: &str, message: String, now: Timestamp) {
        let is_same = |known: &&ApplicationCondition| known.condition_type == kind && known.message == message;
        let known = self.former.iter().find(is_same).cloned();
        let condition = known.unwrap_or_else(|| ApplicationCondition::new(kind, message));
        let at = condition.last_transition_time.unwrap_or(Time::new(now));
        self.status.set_conditions(vec![condition], &[kind], at);
    }

    /// To be looked at again then.
    pub fn wake(&mut self, at: Timestamp, waiting: String) {
        self.plan.waiting.push(waiting);
        self.plan = std::mem::take(&mut self.plan).wake_at(at, CHANGED);
    }

    /// The plan that writes it.
    #[must_use]
    pub fn plan(self, declared: &Declared, application: &Application) -> Plan {
        let guard = Guard::unchanged(declared.object.meta());
        let status = status_write(&declared.object, &application.status, &self.status, self.also, guard);
        Plan { status, ..self.plan }
    }
}

/// Writes revisions in the form that fits the number of sources.
pub fn set_revisions(sync: &mut SyncStatus, application: &Application, revisions: &[String]) {
    if application.spec.has_multiple_sources() {
        (sync.revision, sync.revisions) = (String::new(), revisions.to_vec());
    } else {
        (sync.revision, sync.revisions) = (revisions.first().cloned().unwrap_or_default(), Vec::new());
    }
}

fn set_source_types(status: &mut ApplicationStatus, application: &Application, types: &[String]) {
    if application.spec.has_multiple_sources() {
        (status.source_type, status.source_types) = (String::new(), types.to_vec());
    } else {
        (status.source_type, status.source_types) = (types.first().cloned().unwrap_or_default(), Vec::new());
    }
}

fn set_health(status: &mut ApplicationStatus, health: &Health, now: Timestamp) {
    let mut known = status.health.take().unwrap_or_default();
    if known.status != Some(health.status) || known.last_transition_time.is_none() {
        known = AppHealthStatus { status: Some(health.status), last_transition_time: Some(Time::new(now)), ..known };
    }
    known.message.clone_from(&health.message);
    status.health = Some(known);
}

/// What every status says; the time of the comparison only moves when something else does, or somebody asked.
fn finish(status: &mut ApplicationStatus, observed: &Observed, application: &Application, now: Timestamp) {
    status.controller_namespace.clone_from(&observed.settings.namespace);
    let wants_refresh = application.annotation(ANNOTATION_REFRESH).is_some() && observed.refreshing.is_none();
    let revision =
        |status: &ApplicationStatus| status.sync.as_ref().map(|sync| (sync.revision.clone(), sync.revisions.clone()));
    // Compat: whoever waits for an operation waits for a look at the application since it ended.
    let ended = application.status.operation_state.as_ref().and_then(|state| state.finished_at);
    let looked = |at: Time| ended.is_none_or(|ended| at.timestamp() >= ended.timestamp());
    let has_looked = status.reconciled_at.is_some_and(looked);
    if !has_looked || wants_refresh || revision(status) != revision(&application.status) {
        status.reconciled_at = Some(Time::new(now));
    }
}

fn resources(assessment: &Assessment) -> Vec<ResourceStatus> {
    let compared = assessment.comparison.resources.iter().zip(&assessment.health.resources);
    let listed = compared.map(|(compared, health)| {
        let health = health.as_ref().map(|health| ResourceHealthStatus {
            status: Some(health.status),
            message: health.message.clone(),
            ..ResourceHealthStatus::default()
        });
        ResourceStatus { health, ..compared.status.clone() }
    });
    listed.filter(|resource| !resource.kind.is_empty()).collect()
}

fn conditions(
    observed: &Observed,
    application: &Application,
    grounds: &Grounds<'_>,
    now: Timestamp,
) -> Vec<ApplicationCondition> {
    let Grounds { desired, assessment } = grounds;
    let found = desired.targets.conditions.iter().chain(&assessment.pairs.conditions);
    let found = found.chain(&assessment.comparison.conditions).chain(&desired.distrust);
    let mut conditions: Vec<ApplicationCondition> = found.cloned().collect();
    conditions.extend(
        assessment.health.error.iter().map(|error| ApplicationCondition::new(CONDITION_COMPARISON_ERROR, error)),
    );
    if let Some(failure) = &desired.stale {
        let until = failure.since.unwrap_or(now).checked_add(observed.settings.grace).unwrap_or(now);
        if until <= now {
            let message = format!("Failed to load target state: {}", unreachable_message(failure));
            conditions.push(ApplicationCondition::new(CONDITION_COMPARISON_ERROR, message));
        }
    }
    if let Some(count) = observed.orphans.filter(|count| *count > 0) {
        let message = format!("Application has {count} orphaned resources");
        conditions.push(ApplicationCondition::new(CONDITION_ORPHANED_RESOURCE_WARNING, message));
    }
    conditions.extend(kept_sync_error(application, assessment));
    conditions.extend(unsupported(observed));
    conditions
}

/// One condition for each field that has no effect.
fn unsupported(observed: &Observed) -> impl Iterator<Item = ApplicationCondition> + '_ {
    observed.unsupported.iter().map(|used| ApplicationCondition::new(CONDITION_UNSUPPORTED_FIELD_WARNING, used))
}

/// A sync error stays as long as the application is out of sync and no other decision was made.
fn kept_sync_error(application: &Application, assessment: &Assessment) -> Option<ApplicationCondition> {
    let known =
        application.status.conditions.iter().find(|condition| condition.condition_type == CONDITION_SYNC_ERROR)?;
    let last = application.status.operation_state.as_ref();
    let has_failed = last.is_some_and(|state| state.phase.is_completed() && !state.phase.is_successful());
    (assessment.sync() == SyncStatusCode::OutOfSync && has_failed).then(|| known.clone())
}

fn unreachable_message(failure: &SourceFailure) -> String {
    format!("{} (tried again with growing pauses of up to 2 minutes)", failure.message)
}

fn next_text(failure: &SourceFailure) -> String {
    failure.next.map(|next| format!("; next try at {next:.0}")).unwrap_or_default()
}

/// The images that run, and whether the application holds applications.
fn summary(assessment: &Assessment, known: Option<ApplicationSummary>) -> Option<ApplicationSummary> {
    let mut images = BTreeSet::new();
    let mut is_app_of_apps = false;
    for pair in &assessment.pairs.pairs {
        is_app_of_apps |= *pair.key.group == *api::names::GROUP && *pair.key.kind == *api::names::APPLICATION;
        if let Some(live) = pair.live.known()
            && runs_containers(&pair.key.kind)
        {
            images.extend(images_of(live));
        }
    }
    let known = known.unwrap_or_default();
    let summary = ApplicationSummary { images: images.into_iter().collect(), is_app_of_apps, ..known };
    (summary != ApplicationSummary::default()).then_some(summary)
}

/// Kinds whose images are worth the look into the object.
pub fn runs_containers(kind: &str) -> bool {
    const KINDS: [&str; 9] = [
        "Deployment",
        "StatefulSet",
        "DaemonSet",
        "ReplicaSet",
        "Pod",
        "Job",
        "CronJob",
        "Rollout",
        "ReplicationController",
    ];
    KINDS.contains(&kind)
}

/// The images that an object names.
pub fn images_of(live: &Object) -> Vec<String> {
    let value = live.value();
    let templates = ["/spec/template/spec", "/spec", "/spec/jobTemplate/spec/template/spec"];
    let containers = templates
        .iter()
        .filter_map(|pointer| value.pointer(pointer))
        .flat_map(|spec| ["initContainers", "containers"].into_iter().filter_map(|list| spec.get(list)?.as_array()));
    let image = |container: &Value| container.get("image")?.as_str().map(str::to_owned);
    containers.flatten().filter_map(image).collect()
}

/// The plan for an Application that cannot be read: it says so on the object, once.
#[must_use]
pub fn unreadable(declared: &Declared, problem: &str, now: Timestamp) -> Plan {
    let known = declared.object.get("/status/conditions/0/message");
    if known.as_ref().and_then(Value::as_str) == Some(problem) {
        return Plan::default();
    }
    let condition = json!({
        "type": CONDITION_INVALID_SPEC_ERROR, "message": problem, "lastTransitionTime": Time::new(now).to_string(),
    });
    let body = json!({"status": {"conditions": [condition]}});
    let change = Change::Patch { kind: PatchKind::Merge, body, part: Part::Whole };
    let write =
        Planned::new(Write::new(Target::of(&declared.object), change), Guard::unchanged(declared.object.meta()));
    Plan { status: Some(write), ..Plan::default() }
}
