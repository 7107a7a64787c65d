//! One application as a line of a list: what lists filter, sort and show.

use api::{Application, HealthStatusCode, OperationPhase, SyncStatusCode};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// One application as a line of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct AppRow {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its project.
    pub project: String,
    /// The cluster it goes to, by name or address.
    pub cluster: String,
    /// The namespace it goes to.
    pub to_namespace: String,
    /// The repository of its first source.
    pub repository: String,
    /// The path or the chart of its first source.
    pub path: String,
    /// How many sources it has.
    pub sources: usize,
    /// The revision its first source asks for.
    pub target: String,
    /// The revision it was compared with.
    pub revision: String,
    /// Whether it is as its source says.
    pub sync: SyncStatusCode,
    /// How well it is.
    pub health: HealthStatusCode,
    /// Since when it is as well as it is.
    pub since: Option<Timestamp>,
    /// Whether it syncs by itself.
    pub is_automated: bool,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Where its operation stands.
    pub operation: Option<OperationPhase>,
    /// Whether an operation goes on or is asked for.
    pub is_busy: bool,
    /// Whether it is being deleted.
    pub is_going: bool,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// When it was last deployed.
    pub deployed: Option<Timestamp>,
    /// The first thing that is wrong with it, as its conditions say.
    pub trouble: Option<String>,
}

impl AppRow {
    /// The application as a line.
    #[must_use]
    pub fn of(application: &Application) -> Self {
        let (metadata, spec, status) = (&application.metadata, &application.spec, &application.status);
        let sources = spec.effective_sources();
        let source = sources.first();
        let text =
            |read: fn(&api::ApplicationSource) -> &str| source.map(|own| read(own).to_owned()).unwrap_or_default();
        let state = status.operation_state.as_ref();
        let to = &spec.destination;
        AppRow {
            namespace: metadata.namespace.clone(),
            name: metadata.name.clone(),
            project: spec.project_name().to_owned(),
            cluster: if to.name.is_empty() { to.server.clone() } else { to.name.clone() },
            to_namespace: to.namespace.clone(),
            repository: text(|own| &own.repo_url),
            path: text(|own| if own.chart.is_empty() { &own.path } else { &own.chart }),
            sources: sources.len(),
            target: text(|own| &own.target_revision),
            revision: revision_of(application),
            sync: status.sync_code(),
            health: status.health_code(),
            since: status.health.as_ref().and_then(|own| own.last_transition_time).map(api::Time::timestamp),
            is_automated: spec.automated().is_some(),
            labels: metadata.labels.clone(),
            operation: state.map(|own| own.phase),
            is_busy: application.operation.is_some() || state.is_some_and(|own| !own.phase.is_completed()),
            is_going: metadata.deletion_timestamp.is_some(),
            created: metadata.creation_timestamp.map(api::Time::timestamp),
            deployed: status.history.last().map(|own| own.deployed_at.timestamp()),
            trouble: status.conditions.iter().find(|own| own.is_error()).map(|own| own.message.clone()),
        }
    }

    /// Namespace and name.
    #[must_use]
    pub fn key(&self) -> (&str, &str) {
        (&self.namespace, &self.name)
    }

    /// How much it needs somebody: 0 most.
    #[must_use]
    pub fn urgency(&self) -> u8 {
        match (self.health, self.sync) {
            (HealthStatusCode::Degraded, _) => 0,
            (HealthStatusCode::Missing, _) => 1,
            (_, SyncStatusCode::Unknown) | (HealthStatusCode::Unknown, _) => 2,
            (_, SyncStatusCode::OutOfSync) => 3,
            (HealthStatusCode::Progressing, _) => 4,
            (HealthStatusCode::Suspended, _) => 5,
            (HealthStatusCode::Healthy, SyncStatusCode::Synced) => 6,
        }
    }
}

fn revision_of(application: &Application) -> String {
    let Some(sync) = &application.status.sync else { return String::new() };
    let first = sync.revisions.first().map_or("", String::as_str);
    if sync.revision.is_empty() { first.to_owned() } else { sync.revision.clone() }
}
