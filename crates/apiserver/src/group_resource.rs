//! The name of a resource: API group and plural. Leaf module; versions play no part in what an object is.

use std::borrow::Cow;
use std::fmt;

/// Group and plural of a resource, as in `deployments.apps`. The core group is the empty string.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupResource {
    /// API group; empty for core.
    pub group: Cow<'static, str>,
    /// Plural name in lower case.
    pub resource: Cow<'static, str>,
}

impl GroupResource {
    /// A resource known when the program is written.
    #[must_use]
    pub const fn new(group: &'static str, resource: &'static str) -> Self {
        GroupResource { group: Cow::Borrowed(group), resource: Cow::Borrowed(resource) }
    }

    /// A resource learnt at run time, of a custom resource definition for instance.
    #[must_use]
    pub fn owned(group: &str, resource: &str) -> Self {
        GroupResource { group: Cow::Owned(group.to_owned()), resource: Cow::Owned(resource.to_owned()) }
    }
}

impl fmt::Display for GroupResource {
    /// `deployments.apps`, and `pods` for core, as Kubernetes writes it in messages.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.group.is_empty() { f.write_str(&self.resource) } else { write!(f, "{}.{}", self.resource, self.group) }
    }
}

/// The names controllers use most.
pub mod resources {
    use super::GroupResource;

    /// `namespaces`
    pub const NAMESPACES: GroupResource = GroupResource::new("", "namespaces");
    /// `nodes`
    pub const NODES: GroupResource = GroupResource::new("", "nodes");
    /// `pods`
    pub const PODS: GroupResource = GroupResource::new("", "pods");
    /// `services`
    pub const SERVICES: GroupResource = GroupResource::new("", "services");
    /// `endpoints`
    pub const ENDPOINTS: GroupResource = GroupResource::new("", "endpoints");
    /// `endpointslices.discovery.k8s.io`
    pub const ENDPOINT_SLICES: GroupResource = GroupResource::new("discovery.k8s.io", "endpointslices");
    /// `configmaps`
    pub const CONFIG_MAPS: GroupResource = GroupResource::new("", "configmaps");
    /// `secrets`
    pub const SECRETS: GroupResource = GroupResource::new("", "secrets");
    /// `serviceaccounts`
    pub const SERVICE_ACCOUNTS: GroupResource = GroupResource::new("", "serviceaccounts");
    /// `events`, the core ones
    pub const EVENTS: GroupResource = GroupResource::new("", "events");
    /// `leases.coordination.k8s.io`
    pub const LEASES: GroupResource = GroupResource::new("coordination.k8s.io", "leases");
    /// `deployments.apps`
    pub const DEPLOYMENTS: GroupResource = GroupResource::new("apps", "deployments");
    /// `replicasets.apps`
    pub const REPLICA_SETS: GroupResource = GroupResource::new("apps", "replicasets");
    /// `jobs.batch`
    pub const JOBS: GroupResource = GroupResource::new("batch", "jobs");
    /// `horizontalpodautoscalers.autoscaling`
    pub const HORIZONTAL_POD_AUTOSCALERS: GroupResource = GroupResource::new("autoscaling", "horizontalpodautoscalers");
    /// `customresourcedefinitions.apiextensions.k8s.io`
    pub const CUSTOM_RESOURCE_DEFINITIONS: GroupResource =
        GroupResource::new("apiextensions.k8s.io", "customresourcedefinitions");
}
