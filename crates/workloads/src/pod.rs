//! A pod as the controllers look at it: phase, readiness and what counts as alive.

use apiserver::Object;
use jiff::Timestamp;
use serde::Deserialize;

/// The fields of a pod that controllers read.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Pod {
    /// The spec's part.
    pub spec: Spec,
    /// The status's part.
    pub status: Status,
}

/// What controllers read of a pod's spec.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Spec {
    /// Where it runs.
    pub node_name: String,
    /// What happens when a container ends.
    pub restart_policy: String,
    /// Its name within a headless service.
    pub hostname: String,
    /// The headless service's name.
    pub subdomain: String,
    /// Whether it has its node's address.
    pub host_network: bool,
}

/// What controllers read of a pod's status.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Status {
    /// `Pending`, `Running`, `Succeeded`, `Failed`.
    pub phase: String,
    /// Its address.
    #[serde(rename = "podIP")]
    pub pod_ip: String,
    /// Its addresses.
    #[serde(rename = "podIPs")]
    pub pod_ips: Vec<PodIp>,
    /// When a node took it.
    pub start_time: Option<Timestamp>,
    /// Conditions.
    pub conditions: Vec<Condition>,
    /// State of the containers.
    pub container_statuses: Vec<ContainerStatus>,
}

/// One address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct PodIp {
    /// The address.
    pub ip: String,
}

/// One condition.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Condition {
    /// Its type.
    pub r#type: String,
    /// `True`, `False` or `Unknown`.
    pub status: String,
    /// Why.
    pub reason: String,
    /// Since when.
    pub last_transition_time: Option<Timestamp>,
}

/// A container's state as far as controllers look.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ContainerStatus {
    /// How often it was restarted.
    pub restart_count: i64,
    /// Where it stands.
    pub state: ContainerState,
}

/// Whether a container has ended.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ContainerState {
    /// How it ended.
    pub terminated: Option<Terminated>,
}

/// How a container ended.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Terminated {
    /// When.
    pub finished_at: Option<Timestamp>,
}

impl Pod {
    /// Reads a pod.
    #[must_use]
    pub fn read(object: &Object) -> Self {
        crate::reading::read(object)
    }

    /// The condition of that type.
    #[must_use]
    pub fn condition(&self, kind: &str) -> Option<&Condition> {
        self.status.conditions.iter().find(|condition| condition.r#type == kind)
    }

    /// Whether it is ready.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.condition("Ready").is_some_and(|condition| condition.status == "True")
    }

    /// Whether all its containers have ended for good.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.status.phase == "Succeeded" || self.status.phase == "Failed"
    }

    /// Since when it is ready.
    #[must_use]
    pub fn ready_since(&self) -> Option<Timestamp> {
        let condition = self.condition("Ready").filter(|condition| condition.status == "True")?;
        condition.last_transition_time
    }

    /// Whether it has been ready for so long.
    #[must_use]
    pub fn is_available(&self, min_ready_seconds: i64, now: Timestamp) -> bool {
        if !self.is_ready() {
            return false;
        }
        min_ready_seconds == 0
            || self.ready_since().is_some_and(|since| crate::reading::after_seconds(since, min_ready_seconds) <= now)
    }

    /// The restarts of its containers.
    #[must_use]
    pub fn restarts(&self) -> i64 {
        self.status.container_statuses.iter().map(|status| status.restart_count).max().unwrap_or_default()
    }
}
