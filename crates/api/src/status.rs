//! What an application is.

use crate::hydrator::SourceHydratorStatus;
use crate::names::is_error_condition;
use crate::operation::{OperationInitiator, OperationState};
use crate::source::ApplicationSource;
use crate::spec::{ApplicationDestination, ApplicationSpec, ResourceIgnoreDifferences};
use crate::time::Time;
use crate::wire::wire;
use crate::words::{HealthStatusCode, SyncStatusCode};

wire! {
    /// What an application is.
    pub struct ApplicationStatus {
        /// Every resource, sorted by group, kind, namespace and name.
        pub resources: Vec<ResourceStatus> = "resources";
        /// Whether the live state is the desired one.
        pub sync: Option<SyncStatus> = "sync";
        /// How well it is.
        pub health: Option<AppHealthStatus> = "health";
        /// What was deployed before, oldest first.
        pub history: Vec<RevisionHistory> = "history";
        /// What is wrong or worth knowing.
        pub conditions: Vec<ApplicationCondition> = "conditions";
        /// When it was last compared with a resolved revision.
        pub reconciled_at: Option<Time> = "reconciledAt";
        /// How the current or last operation goes.
        pub operation_state: Option<OperationState> = "operationState";
        /// When it was last observed; no longer written.
        pub observed_at: Option<Time> = "observedAt";
        /// The tool that makes its manifests.
        pub source_type: String = "sourceType";
        /// Links and images.
        pub summary: Option<ApplicationSummary> = "summary";
        /// Where the health of resources is found: inline if empty.
        pub resource_health_source: String = "resourceHealthSource";
        /// The tools that make its manifests, one a source.
        pub source_types: Vec<String> = "sourceTypes";
        /// Namespace of the controller that wrote this.
        pub controller_namespace: String = "controllerNamespace";
        /// What is known of hydration.
        pub source_hydrator: Option<SourceHydratorStatus> = "sourceHydrator";
    }

    /// One resource of an application.
    pub struct ResourceStatus {
        /// API group.
        pub group: String = "group";
        /// API version.
        pub version: String = "version";
        /// Kind.
        pub kind: String = "kind";
        /// Namespace.
        pub namespace: String = "namespace";
        /// Name.
        pub name: String = "name";
        /// Whether it is as desired.
        pub status: Option<SyncStatusCode> = "status";
        /// How well it is.
        pub health: Option<ResourceHealthStatus> = "health";
        /// Whether it is a hook.
        pub hook: bool = "hook";
        /// Whether it is no longer desired.
        pub requires_pruning: bool = "requiresPruning";
        /// Its wave.
        pub sync_wave: i64 = "syncWave";
        /// Whether its deletion must be approved.
        pub requires_deletion_confirmation: bool = "requiresDeletionConfirmation";
    }

    /// How well a resource is.
    pub struct ResourceHealthStatus {
        /// In one word.
        pub status: Option<HealthStatusCode> = "status";
        /// In more words.
        pub message: String = "message";
        /// Since when; not written for resources.
        pub last_transition_time: Option<Time> = "lastTransitionTime";
    }

    /// How well an application is.
    pub struct AppHealthStatus {
        /// In one word.
        pub status: Option<HealthStatusCode> = "status";
        /// Since when.
        pub last_transition_time: Option<Time> = "lastTransitionTime";
        /// Because of which resources.
        pub message: String = "message";
    }

    /// Whether the live state is the desired one.
    pub struct SyncStatus {
        /// In one word.
        pub status: SyncStatusCode = "status" required;
        /// What was compared.
        pub compared_to: ComparedTo = "comparedTo";
        /// The revision compared with.
        pub revision: String = "revision";
        /// The revisions compared with, one a source.
        pub revisions: Vec<String> = "revisions";
    }

    /// What was compared.
    pub struct ComparedTo {
        /// The source.
        pub source: Option<ApplicationSource> = "source";
        /// The destination.
        pub destination: ApplicationDestination = "destination" required;
        /// The sources.
        pub sources: Vec<ApplicationSource> = "sources";
        /// Differences that did not count.
        pub ignore_differences: Vec<ResourceIgnoreDifferences> = "ignoreDifferences";
    }

    /// One deployment of the past.
    pub struct RevisionHistory {
        /// The revision.
        pub revision: String = "revision";
        /// When it ended.
        pub deployed_at: Time = "deployedAt" required;
        /// Its number, one more than the one before.
        pub id: i64 = "id" required;
        /// The source.
        pub source: Option<ApplicationSource> = "source";
        /// When it began.
        pub deploy_started_at: Option<Time> = "deployStartedAt";
        /// The sources.
        pub sources: Vec<ApplicationSource> = "sources";
        /// The revisions, one a source.
        pub revisions: Vec<String> = "revisions";
        /// Who asked for it.
        pub initiated_by: OperationInitiator = "initiatedBy";
    }

    /// Something wrong or worth knowing.
    pub struct ApplicationCondition {
        /// What it is about; errors end in `Error`.
        pub condition_type: String = "type" required;
        /// What it is.
        pub message: String = "message" required;
        /// Since when.
        pub last_transition_time: Option<Time> = "lastTransitionTime";
    }

    /// Links and images of an application.
    pub struct ApplicationSummary {
        /// Links to it.
        pub external_urls: Vec<String> = "externalURLs";
        /// Images it runs.
        pub images: Vec<String> = "images";
        /// Whether it contains applications.
        pub is_app_of_apps: bool = "isAppOfApps";
    }
}

impl ApplicationCondition {
    /// A condition whose time is not known yet.
    #[must_use]
    pub fn new(condition_type: &str, message: impl Into<String>) -> Self {
        ApplicationCondition {
            condition_type: condition_type.to_owned(),
            message: message.into(),
            ..ApplicationCondition::default()
        }
    }

    /// Whether it blocks operations.
    #[must_use]
    pub fn is_error(&self) -> bool {
        is_error_condition(&self.condition_type)
    }
}

impl ApplicationStatus {
    /// The sync status, `Unknown` before the first comparison.
    #[must_use]
    pub fn sync_code(&self) -> SyncStatusCode {
        self.sync.as_ref().map_or(SyncStatusCode::Unknown, |sync| sync.status)
    }

    /// The health, `Unknown` before the first assessment.
    #[must_use]
    pub fn health_code(&self) -> HealthStatusCode {
        self.health.as_ref().and_then(|health| health.status).unwrap_or(HealthStatusCode::Unknown)
    }

    /// Replaces the conditions of the `evaluated` types by `reported`: one with the type and message of an existing
    /// one keeps its time, others get `now`; the result is sorted by type, message and time.
    pub fn set_conditions(&mut self, reported: Vec<ApplicationCondition>, evaluated: &[&str], now: Time) {
        let old = std::mem::take(&mut self.conditions);
        let kept = old.iter().filter(|condition| !evaluated.contains(&condition.condition_type.as_str())).cloned();
        let since = |condition: &ApplicationCondition| {
            let same = |old: &&ApplicationCondition| {
                old.condition_type == condition.condition_type && old.message == condition.message
            };
            old.iter().find(same).and_then(|old| old.last_transition_time)
        };
        let new = reported.into_iter().map(|mut condition| {
            condition.last_transition_time = since(&condition).or(condition.last_transition_time);
            condition
        });
        let mut conditions: Vec<_> = kept.chain(new).collect();
        for condition in &mut conditions {
            condition.last_transition_time.get_or_insert(now);
        }
        conditions.sort_by(|a, b| {
            let key = |c: &ApplicationCondition| (c.condition_type.clone(), c.message.clone(), c.last_transition_time);
            key(a).cmp(&key(b))
        });
        self.conditions = conditions;
    }
}

impl ComparedTo {
    /// What a comparison of this spec compares.
    #[must_use]
    pub fn of(spec: &ApplicationSpec) -> Self {
        let sources: Vec<ApplicationSource> =
            spec.effective_sources().into_iter().map(std::borrow::Cow::into_owned).collect();
        let (source, sources) =
            if spec.has_multiple_sources() { (None, sources) } else { (sources.into_iter().next(), Vec::new()) };
        ComparedTo {
            source,
            sources,
            destination: spec.destination.clone(),
            ignore_differences: spec.ignore_differences.clone(),
            ..ComparedTo::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Time {
        Time::new(jiff::Timestamp::from_second(second).expect("in range"))
    }

    #[test]
    fn conditions_of_evaluated_types_are_replaced_and_keep_their_time() {
        let mut status = ApplicationStatus::default();
        let report = |type_: &str, message: &str| ApplicationCondition::new(type_, message);
        status.set_conditions(vec![report("SyncError", "b"), report("ComparisonError", "a")], &[], at(1));
        status.set_conditions(
            vec![report("ComparisonError", "a"), report("ComparisonError", "c")],
            &["ComparisonError", "SharedResourceWarning"],
            at(2),
        );
        let lines: Vec<_> = status
            .conditions
            .iter()
            .map(|c| {
                format!(
                    "{} {} {}",
                    c.condition_type,
                    c.message,
                    c.last_transition_time.expect("set").timestamp().as_second()
                )
            })
            .collect();
        assert_eq!(lines, ["ComparisonError a 1", "ComparisonError c 2", "SyncError b 1"]);
        status.set_conditions(Vec::new(), &["SyncError"], at(3));
        assert_eq!(status.conditions.len(), 2);
    }
}
