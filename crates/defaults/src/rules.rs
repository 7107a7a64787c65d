//! The rules: what each type of Kubernetes fills in, by the type's name. Adding one is one entry in [`of_type`].

mod admission;
mod autoscaling;
mod batch;
mod core;
mod fields;
mod image;
mod network;
mod pod;
mod pod_resources;
mod rest;
mod volumes;
mod workloads;

use serde_json::{Map, Value};

/// Fills in a struct. Everything below it is clean and its always-present structs are there.
pub type Rule = fn(&mut Map<String, Value>);

/// The rule of the type of that name.
pub fn of_type(name: &str) -> Option<Rule> {
    Some(match name {
        "core/v1.Pod" => pod::pod,
        "core/v1.PodSpec" => pod::pod_spec,
        "core/v1.Container" | "core/v1.EphemeralContainer" => pod::container,
        "core/v1.ContainerPort" => pod::container_port,
        "core/v1.Probe" => pod::probe,
        "core/v1.GRPCAction" => pod::grpc_action,
        "core/v1.HTTPGetAction" => pod::http_get,
        "core/v1.ObjectFieldSelector" => pod::field_selector,
        "core/v1.FileKeySelector" => pod::file_key_selector,
        "core/v1.Volume" => volumes::volume,
        "core/v1.SecretVolumeSource"
        | "core/v1.ConfigMapVolumeSource"
        | "core/v1.DownwardAPIVolumeSource"
        | "core/v1.ProjectedVolumeSource" => volumes::default_mode,
        "core/v1.ServiceAccountTokenProjection" => volumes::token_projection,
        "core/v1.HostPathVolumeSource" => volumes::host_path,
        "core/v1.ISCSIVolumeSource" | "core/v1.ISCSIPersistentVolumeSource" => volumes::iscsi,
        "core/v1.RBDVolumeSource" | "core/v1.RBDPersistentVolumeSource" => volumes::rbd,
        "core/v1.AzureDiskVolumeSource" => volumes::azure_disk,
        "core/v1.ScaleIOVolumeSource" | "core/v1.ScaleIOPersistentVolumeSource" => volumes::scale_io,
        "core/v1.PersistentVolume" => volumes::persistent_volume,
        "core/v1.PersistentVolumeClaim" => volumes::claim,
        "core/v1.PersistentVolumeClaimSpec" => volumes::claim_spec,
        "core/v1.Service" => network::service,
        "core/v1.EndpointPort" => network::endpoint_port,
        "discovery/v1.EndpointPort" => network::slice_port,
        "networking/v1.NetworkPolicy" => network::network_policy,
        "networking/v1.NetworkPolicyPort" => network::network_policy_port,
        "networking/v1.IngressClass" => network::ingress_class,
        "core/v1.Namespace" => core::namespace,
        "core/v1.NodeStatus" => core::node_status,
        "core/v1.Secret" => core::secret,
        "core/v1.LimitRangeItem" => core::limit_range_item,
        "core/v1.ReplicationController" => workloads::replication_controller,
        "apps/v1.Deployment" => workloads::deployment,
        "apps/v1.ReplicaSet" => workloads::replica_set,
        "apps/v1.DaemonSet" => workloads::daemon_set,
        "apps/v1.StatefulSet" => workloads::stateful_set,
        "batch/v1.Job" => batch::job,
        "batch/v1.CronJob" => batch::cron_job,
        "batch/v1.PodFailurePolicyOnPodConditionsPattern" => batch::condition_pattern,
        "autoscaling/v1.HorizontalPodAutoscaler" => autoscaling::v1,
        "autoscaling/v2.HorizontalPodAutoscaler" => autoscaling::v2,
        "rbac/v1.RoleBinding" | "rbac/v1.ClusterRoleBinding" => rest::role_binding,
        "rbac/v1.Subject" => rest::subject,
        "scheduling/v1.PriorityClass" => rest::priority_class,
        "storage/v1.StorageClass" => rest::storage_class,
        "storage/v1.CSIDriver" => rest::csi_driver,
        "resource/v1.ExactDeviceRequest" | "resource/v1.DeviceSubRequest" => rest::device_request,
        "apiextensions/v1.CustomResourceDefinition" => rest::custom_resource_definition,
        "apiextensions/v1.ServiceReference"
        | "admissionregistration/v1.ServiceReference"
        | "apiregistration/v1.ServiceReference" => admission::service_reference,
        "admissionregistration/v1.ValidatingWebhook" => admission::validating_webhook,
        "admissionregistration/v1.MutatingWebhook" => admission::mutating_webhook,
        "admissionregistration/v1.RuleWithOperations"
        | "admissionregistration/v1.NamedRuleWithOperations"
        | "admissionregistration/v1.Rule" => admission::rule,
        "admissionregistration/v1.MatchResources" => admission::match_resources,
        "admissionregistration/v1.ValidatingAdmissionPolicySpec"
        | "admissionregistration/v1.MutatingAdmissionPolicySpec" => admission::policy_spec,
        "flowcontrol/v1.FlowSchemaSpec" => rest::flow_schema,
        "flowcontrol/v1.ExemptPriorityLevelConfiguration" => rest::exempt_level,
        "flowcontrol/v1.LimitedPriorityLevelConfiguration" => rest::limited_level,
        "flowcontrol/v1.QueuingConfiguration" => rest::queuing,
        _ => return None,
    })
}
