//! What is measured of applications and clusters, under upstream's names, in Prometheus' text form. Dashboards made for
//! upstream read it.

use crate::AppKey;
use crate::destinations::Connection;
use crate::name::NAME;
use crate::observe::Observer;
use api::names::{APPLICATION, GROUP};
use api::{Application, HealthStatusCode, SyncStatusCode};
use cluster::{ClusterId, GroupKind};
use controller::{Metrics, PASS_BUCKETS, Passes, Severity};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

/// The bounds of upstream's histogram that passes are told apart by here.
const BOUNDS: [f64; 7] = [0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0];

/// The reason of the event that ends an operation; its severity tells how it ended.
const COMPLETED: &str = "OperationCompleted";

/// What is measured. Cheap to clone.
#[derive(Clone)]
pub struct Measured(pub(crate) Arc<Observer>);

/// One application and the address of its cluster.
struct Row {
    app: Application,
    is_terminating: bool,
    server: String,
}

impl Measured {
    /// All of it.
    #[must_use]
    pub fn exposition(&self, metrics: &Metrics) -> String {
        let rows = self.rows();
        let mut text = String::new();
        infos(&rows, &mut text);
        conditions(&rows, &mut text);
        syncs(&rows, metrics, &mut text);
        self.durations(&rows, &mut text);
        self.orphans(&rows, &mut text);
        passes(&rows, metrics, &mut text);
        self.clusters(&mut text);
        self.requests(&mut text);
        text
    }

    fn rows(&self) -> Vec<Row> {
        let objects = self.0.cache.objects(&GroupKind::new(GROUP, APPLICATION));
        let row = |cached: &cluster::Cached| {
            let app = Application::read(&cached.object).ok()?;
            let found = self.0.destinations.resolve(&app.spec.destination);
            // Compat: where a destination means nothing, what it says is told.
            let server = found.map_or_else(|_| app.spec.destination.server.clone(), |found| found.server.clone());
            Some(Row { is_terminating: cached.object.meta().is_terminating(), app, server })
        };
        let is_dealt_with = |cached: &&cluster::Cached| {
            self.0.settings.deals_with(cached.object.meta().namespace.as_deref().unwrap_or_default())
        };
        objects.iter().filter(is_dealt_with).filter_map(row).collect()
    }

    /// What operations took, since the process began.
    fn durations(&self, rows: &[Row], text: &mut String) {
        let name = "argocd_app_sync_duration_seconds_total";
        head(name, "counter", "Application sync performance in seconds total.", text);
        for row in rows {
            let seconds = self.0.memories.get(&key_of(row)).synced_for.as_secs();
            let mut all = labels(row);
            all.push(("dest_server", row.server.clone()));
            line(name, &all, u64::try_from(seconds).unwrap_or_default(), text);
        }
    }

    fn orphans(&self, rows: &[Row], text: &mut String) {
        let name = "argocd_app_orphaned_resources_count";
        head(name, "gauge", "Number of orphaned resources per application.", text);
        for row in rows {
            if let Some(count) = self.0.memories.get(&key_of(row)).orphans {
                line(name, &labels(row), count as u64, text);
            }
        }
    }

    /// Requests are made for clusters, not for applications: those labels are empty, as upstream's are for its cache.
    fn requests(&self, text: &mut String) {
        let name = "argocd_app_k8s_request_total";
        head(name, "counter", "Number of kubernetes requests executed during application reconciliation.", text);
        let mut ids = vec![ClusterId::home()];
        ids.extend(self.0.destinations.connections().into_iter().map(|(id, _)| id));
        for id in ids {
            let Some(cache) = self.0.destinations.cache(&id) else { continue };
            let mut counts: BTreeMap<(u16, &str, String, String), u64> = BTreeMap::new();
            for (answered, count) in cache.client().answered() {
                let key = (answered.status, answered.verb, answered.resource.into(), answered.namespace.into());
                *counts.entry(key).or_default() += count;
            }
            let server = if id.is_home() { api::names::IN_CLUSTER_SERVER.to_owned() } else { id.to_string() };
            for ((status, verb, resource, namespace), count) in counts {
                let all = [
                    ("name", String::new()),
                    ("namespace", String::new()),
                    ("project", String::new()),
                    ("server", server.clone()),
                    ("response_code", status.to_string()),
                    ("verb", verb.to_owned()),
                    ("resource_kind", resource),
                    ("resource_namespace", namespace),
                    ("dry_run", "false".to_owned()),
                ];
                line(name, &all, count, text);
            }
        }
    }

    fn clusters(&self, text: &mut String) {
        let mut all = vec![(ClusterId::home(), Connection::Up)];
        all.extend(self.0.destinations.connections());
        let told: Vec<(String, bool, String, Option<[usize; 2]>)> = all
            .into_iter()
            .map(|(id, connection)| {
                let cache = self.0.destinations.cache(&id);
                let served = cache.as_ref().and_then(|cache| cache.client().known_served());
                let version = served.as_ref().map(|served| served.cluster_version.clone()).unwrap_or_default();
                let kinds = served.map_or(0, |served| served.preferred_kinds().count());
                let sizes = cache.map(|cache| [cache.size().0, kinds]);
                let server = if id.is_home() { api::names::IN_CLUSTER_SERVER.to_owned() } else { id.to_string() };
                (server, connection == Connection::Up, version, sizes)
            })
            .collect();
        let version = |text: &str| text.trim_start_matches('v').to_owned();
        head("argocd_cluster_info", "gauge", "Information about cluster.", text);
        for (server, _, known, _) in &told {
            line("argocd_cluster_info", &[("server", server.clone()), ("k8s_version", version(known))], 1, text);
        }
        head("argocd_cluster_connection_status", "gauge", "The k8s cluster current connection status.", text);
        for (server, is_up, known, _) in &told {
            let labels = [("server", server.clone()), ("k8s_version", version(known))];
            line("argocd_cluster_connection_status", &labels, u64::from(*is_up), text);
        }
        for (index, name, help) in [
            (0, "argocd_cluster_api_resource_objects", "Number of k8s resource objects in the cache."),
            (1, "argocd_cluster_api_resources", "Number of monitored kubernetes API resources."),
        ] {
            head(name, "gauge", help, text);
            for (server, _, _, sizes) in &told {
                let count = sizes.map_or(0, |sizes| sizes[index]);
                line(name, &[("server", server.clone())], count as u64, text);
            }
        }
    }
}

fn key_of(row: &Row) -> AppKey {
    AppKey::new(&row.app.metadata.namespace, &row.app.metadata.name)
}

fn labels(row: &Row) -> Vec<(&'static str, String)> {
    let Application { metadata, spec, .. } = &row.app;
    vec![
        ("namespace", metadata.namespace.clone()),
        ("name", metadata.name.clone()),
        ("project", spec.project_name().to_owned()),
    ]
}

fn infos(rows: &[Row], text: &mut String) {
    head("argocd_app_info", "gauge", "Information about application.", text);
    for row in rows {
        let Application { spec, status, operation, .. } = &row.app;
        let is_syncing = operation.as_ref().is_some_and(|operation| operation.sync.is_some());
        let operation = match (row.is_terminating, is_syncing) {
            (true, _) => "delete",
            (false, true) => "sync",
            (false, false) => "",
        };
        let sync: SyncStatusCode = status.sync_code();
        let health: HealthStatusCode = status.health_code();
        let repository = spec.effective_sources().first().map(|source| source.repo_url.clone()).unwrap_or_default();
        let mut all = labels(row);
        all.extend([
            ("autosync_enabled", spec.automated().is_some().to_string()),
            ("repo", repository),
            ("dest_server", row.server.clone()),
            ("dest_namespace", spec.destination.namespace.clone()),
            ("sync_status", sync.to_string()),
            ("health_status", health.to_string()),
            ("operation", operation.to_owned()),
        ]);
        line("argocd_app_info", &all, 1, text);
    }
}

/// Unlike upstream, which tells those that a flag names, all of them.
fn conditions(rows: &[Row], text: &mut String) {
    head("argocd_app_condition", "gauge", "Report application conditions.", text);
    for row in rows {
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for condition in &row.app.status.conditions {
            *counts.entry(&condition.condition_type).or_default() += 1;
        }
        for (kind, count) in counts {
            let mut all = labels(row);
            all.push(("condition", kind.to_owned()));
            line("argocd_app_condition", &all, count, text);
        }
    }
}

/// Counted by the events that tell of their ends, since the process began.
fn syncs(rows: &[Row], metrics: &Metrics, text: &mut String) {
    head("argocd_app_sync_total", "counter", "Number of application syncs.", text);
    for told in metrics.events(NAME).iter().filter(|told| *told.kind == *APPLICATION && *told.reason == *COMPLETED) {
        let is_own =
            |row: &&Row| *row.app.metadata.namespace == *told.namespace && *row.app.metadata.name == *told.name;
        let Some(row) = rows.iter().find(is_own) else { continue };
        let phase = if told.severity == Severity::Normal { "Succeeded" } else { "Failed" };
        let mut all = labels(row);
        all.extend([("dest_server", row.server.clone()), ("phase", phase.to_owned()), ("dry_run", "false".to_owned())]);
        line("argocd_app_sync_total", &all, told.count, text);
    }
}

fn passes(rows: &[Row], metrics: &Metrics, text: &mut String) {
    let name = "argocd_app_reconcile";
    head(name, "histogram", "Application reconciliation performance in seconds.", text);
    let mut sums: BTreeMap<(&str, &str), Passes> = BTreeMap::new();
    for row in rows {
        let metadata = &row.app.metadata;
        let own = metrics.passes(NAME, &format!("{}/{}", metadata.namespace, metadata.name));
        let sum = sums.entry((&metadata.namespace, &row.server)).or_default();
        sum.within.iter_mut().zip(own.within).for_each(|(sum, own)| *sum += own);
        sum.count += own.count;
        sum.seconds += own.seconds;
    }
    for ((namespace, server), sum) in sums {
        let labels = format!("namespace=\"{}\",dest_server=\"{}\"", escaped(namespace), escaped(server));
        for (bound, count) in PASS_BUCKETS.iter().zip(sum.within).filter(|(bound, _)| BOUNDS.contains(bound)) {
            let _ = writeln!(text, "{name}_bucket{{{labels},le=\"{bound}\"}} {count}");
        }
        let _ = writeln!(text, "{name}_bucket{{{labels},le=\"+Inf\"}} {}", sum.count);
        let _ = writeln!(text, "{name}_sum{{{labels}}} {}", sum.seconds);
        let _ = writeln!(text, "{name}_count{{{labels}}} {}", sum.count);
    }
}

/// What begins a family.
fn head(name: &str, kind: &str, help: &str, text: &mut String) {
    // Writing to a String cannot fail.
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

/// One measurement.
fn line(name: &str, labels: &[(&str, String)], value: u64, text: &mut String) {
    let labels: Vec<String> = labels.iter().map(|(key, value)| format!("{key}=\"{}\"", escaped(value))).collect();
    let _ = writeln!(text, "{name}{{{}}} {value}", labels.join(","));
}

/// Values of labels are users' words.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
