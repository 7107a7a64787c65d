//! The columns that lists of a kind show, and the cells of a row, computed from the object and the time.
//!
//! Columns stand in `data/columns.txt`, the cells of each kind in a function of one of the modules here.

mod age;
mod cluster;
mod events;
mod labels;
mod name;
mod network;
mod pod;
mod policy;
mod storage;
mod workloads;

pub use age::{age, human_duration};

use crate::kind::Kind;
use crate::read;
use jiff::Timestamp;
use name::name;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::LazyLock;

const TEXT: &str = include_str!("../data/columns.txt");

/// One column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Heading.
    pub name: &'static str,
    /// `string`, `integer`, …
    pub kind: &'static str,
    /// OpenAPI format; `name` marks the column that names the object.
    pub format: &'static str,
    /// What it shows.
    pub description: String,
    /// 0 is always shown, more only in wide output.
    pub priority: i32,
}

/// The cells of one object's row at this time, one for each column.
pub type Row = fn(&Value, Timestamp) -> Vec<Value>;

static COLUMNS: LazyLock<BTreeMap<&'static str, Vec<Column>>> = LazyLock::new(read_all);

impl Kind {
    /// The columns of its lists.
    #[must_use]
    pub fn columns(&self) -> &'static [Column] {
        let key = format!("{}/{}", self.group, self.kind);
        let default = || COLUMNS.get("/LimitRange").map(Vec::as_slice).unwrap_or_default();
        row_of(self).and_then(|_| COLUMNS.get(key.as_str())).map_or_else(default, Vec::as_slice)
    }

    /// The cells of one object's row at this time, one for each column.
    #[must_use]
    pub fn row(&self, object: &Value, now: Timestamp) -> Vec<Value> {
        row_of(self).unwrap_or(name_and_creation)(object, now)
    }

    /// The conditions of a row that say that the object is done, which clients may hide.
    #[must_use]
    pub fn row_conditions(&self, object: &Value) -> Option<Value> {
        if self.kind == "Pod" { pod::row_conditions(object) } else { None }
    }
}

fn row_of(kind: &Kind) -> Option<Row> {
    Some(match (kind.group, kind.kind) {
        ("", "Pod") => pod::row,
        ("", "Service") => network::service,
        ("", "ConfigMap") => storage::config_map,
        ("", "Secret") => storage::secret,
        ("", "PersistentVolumeClaim") => storage::claim,
        ("", "PersistentVolume") => storage::volume,
        ("", "Endpoints") => network::endpoints,
        (_, "Event") => events::row,
        ("", "ResourceQuota") => policy::quota,
        ("", "PodTemplate") => workloads::pod_template,
        ("", "ReplicationController") => workloads::replication_controller,
        ("", "Namespace") => cluster::namespace,
        ("", "ServiceAccount") => cluster::service_account,
        ("", "Node") => cluster::node,
        ("apps", "Deployment") => workloads::deployment,
        ("apps", "ReplicaSet") => workloads::replica_set,
        ("apps", "StatefulSet") => workloads::stateful_set,
        ("apps", "DaemonSet") => workloads::daemon_set,
        ("apps", "ControllerRevision") => workloads::revision,
        ("batch", "Job") => workloads::job,
        ("batch", "CronJob") => workloads::cron_job,
        ("autoscaling", _) => workloads::autoscaler,
        ("networking.k8s.io", "Ingress") => network::ingress,
        ("networking.k8s.io", "IngressClass") => network::ingress_class,
        ("networking.k8s.io", "NetworkPolicy") => network::network_policy,
        ("discovery.k8s.io", "EndpointSlice") => network::slice,
        ("policy", "PodDisruptionBudget") => policy::disruption_budget,
        ("rbac.authorization.k8s.io", "RoleBinding" | "ClusterRoleBinding") => policy::binding,
        ("coordination.k8s.io", "Lease") => cluster::lease,
        ("storage.k8s.io", "StorageClass") => storage::storage_class,
        ("storage.k8s.io", "VolumeAttachment") => storage::attachment,
        ("storage.k8s.io", "CSINode") => storage::csi_node,
        ("scheduling.k8s.io", "PriorityClass") => cluster::priority_class,
        ("node.k8s.io", "RuntimeClass") => cluster::runtime_class,
        ("apiregistration.k8s.io", "APIService") => cluster::api_service,
        ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration") => {
            policy::webhooks
        }
        ("certificates.k8s.io", "CertificateSigningRequest") => policy::signing_request,
        _ => return None,
    })
}

/// Name and time of creation: the row of kinds without columns of their own.
fn name_and_creation(object: &Value, _: Timestamp) -> Vec<Value> {
    vec![name(object), read::at(read::at(object, "metadata"), "creationTimestamp").clone()]
}

fn read_all() -> BTreeMap<&'static str, Vec<Column>> {
    let lines = || TEXT.lines().filter(|line| !line.starts_with('#'));
    let texts: BTreeMap<&str, &str> = lines().filter_map(|line| line.strip_prefix("text ")?.split_once(' ')).collect();
    let mut kinds: BTreeMap<&'static str, Vec<Column>> = BTreeMap::new();
    let mut current = "";
    for line in lines() {
        if let Some(kind) = line.strip_prefix("kind ") {
            current = kind;
        } else if let Some(column) = read_column(line, &texts) {
            kinds.entry(current).or_default().push(column);
        }
    }
    kinds
}

fn read_column(line: &'static str, texts: &BTreeMap<&str, &str>) -> Option<Column> {
    let mut parts = line.splitn(5, '|');
    let (name, kind, format) = (parts.next()?, parts.next()?, parts.next()?);
    let (priority, description) = (parts.next()?.parse().ok()?, parts.next()?);
    let shared = description.strip_prefix('#').and_then(|number| texts.get(number)).copied();
    let description = shared.unwrap_or(description).replace("\\n", "\n");
    Some(Column { name, kind, format, description, priority })
}
