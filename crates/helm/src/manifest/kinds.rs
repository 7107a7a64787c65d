//! The order in which kinds are installed: what others need comes first.

use crate::profile::Profile;
use std::cmp::Ordering;

const INSTALL: [&str; 36] = [
    "PriorityClass",
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

/// What Helm 4 installs after everything else it knows.
const WEBHOOKS: [&str; 2] = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

const UNINSTALL: [&str; 35] = [
    "APIService",
    "Ingress",
    "IngressClass",
    "Service",
    "CronJob",
    "Job",
    "StatefulSet",
    "HorizontalPodAutoscaler",
    "Deployment",
    "ReplicaSet",
    "ReplicationController",
    "Pod",
    "DaemonSet",
    "RoleBindingList",
    "RoleBinding",
    "RoleList",
    "Role",
    "ClusterRoleBindingList",
    "ClusterRoleBinding",
    "ClusterRoleList",
    "ClusterRole",
    "CustomResourceDefinition",
    "PersistentVolumeClaim",
    "PersistentVolume",
    "StorageClass",
    "ConfigMap",
    "SecretList",
    "Secret",
    "ServiceAccount",
    "PodDisruptionBudget",
    "PodSecurityPolicy",
    "LimitRange",
    "ResourceQuota",
    "NetworkPolicy",
    "Namespace",
];

/// Which of two kinds is installed first. Kinds Helm does not know come last, by name.
#[must_use]
pub fn install_order(a: &str, b: &str, profile: Profile) -> Ordering {
    install_place(a, profile).cmp(&install_place(b, profile))
}

/// What [`install_order`] compares.
pub(super) fn install_place(kind: &str, profile: Profile) -> Place {
    let webhooks = WEBHOOKS.iter().filter(|_| profile.is_four());
    place(kind, INSTALL.iter().chain(webhooks))
}

/// Which of two kinds is taken away first.
#[must_use]
pub fn uninstall_order(a: &str, b: &str, profile: Profile) -> Ordering {
    // Validation goes before mutation, so that no webhook stands in the way of the rest.
    let webhooks = WEBHOOKS.iter().rev().filter(|_| profile.is_four());
    let order = || webhooks.clone().chain(&UNINSTALL).chain(["PriorityClass"].iter());
    place(a, order()).cmp(&place(b, order()))
}

/// Where a kind stands in an order of kinds.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    Known(usize),
    /// Behind all others, by name.
    Unknown(String),
}

fn place<'k>(kind: &str, mut order: impl Iterator<Item = &'k &'k str>) -> Place {
    order.position(|known| *known == kind).map_or_else(|| Place::Unknown(kind.to_owned()), Place::Known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_needed_comes_first_and_goes_last() {
        let newest = Profile::V4_2;
        assert_eq!(install_order("Namespace", "Deployment", newest), Ordering::Less);
        assert_eq!(uninstall_order("Namespace", "Deployment", newest), Ordering::Greater);
        assert_eq!(install_order("Rollout", "Deployment", newest), Ordering::Greater);
        assert_eq!(install_order("Rollout", "Analysis", newest), Ordering::Greater);
        assert_eq!(install_order("ValidatingWebhookConfiguration", "Rollout", newest), Ordering::Less);
        assert_eq!(install_order("ValidatingWebhookConfiguration", "Rollout", Profile::V3_21), Ordering::Greater);
    }
}
