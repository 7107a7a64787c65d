//! The order of kinds within a wave: what others stand on goes first.

/// Kinds in the order they are applied. Kinds not listed come after all of these.
// Compat: the list and its comparison by kind alone, whatever the group, are upstream's.
const KINDS: [&str; 35] = [
    "Namespace",
    "NetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "PodSecurityPolicy",
    "PodDisruptionBudget",
    "ServiceAccount",
    "Secret",
    "SecretList",
    "ConfigMap",
    "StorageClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleList",
    "ClusterRoleBinding",
    "ClusterRoleBindingList",
    "Role",
    "RoleList",
    "RoleBinding",
    "RoleBindingList",
    "Service",
    "DaemonSet",
    "Pod",
    "ReplicationController",
    "ReplicaSet",
    "Deployment",
    "HorizontalPodAutoscaler",
    "StatefulSet",
    "Job",
    "CronJob",
    "IngressClass",
    "Ingress",
    "APIService",
];

/// The place of `kind` in the order: lower is applied earlier.
#[must_use]
pub fn kind_rank(kind: &str) -> usize {
    KINDS.iter().position(|listed| *listed == kind).unwrap_or(KINDS.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_stand_on_goes_first() {
        let mut kinds = ["Rollout", "Deployment", "Service", "ConfigMap", "Namespace", "CustomResourceDefinition"];
        kinds.sort_by_key(|kind| kind_rank(kind));
        assert_eq!(kinds, ["Namespace", "ConfigMap", "CustomResourceDefinition", "Service", "Deployment", "Rollout"]);
    }
}
