//! The table of built-in kinds. To add a kind, add an entry; groups stand in the order in which discovery lists them,
//! kinds of a group in alphabetical order of their resources.

use crate::hooks::{
    autoscaler, batch, certificate, classes, config, disruption_budget, endpoints, event, ingress, limits, namespace,
    network_policy, node, pod, rbac, service, volumes, workloads,
};
use crate::kind::{Kind, NameRule, PART_VERBS, STATUS, ScalePaths, Storage, Subresource};
use crate::selectable;

const GET: &[&str] = &["get"];
const CREATE: &[&str] = &["create"];
const UPDATE: &[&str] = &["update"];
const PROXY: &[&str] = &["create", "delete", "get", "patch", "update"];
const STREAM: &[&str] = &["create", "get"];

/// A subresource that takes and gives the kind itself.
const fn own(name: &'static str, verbs: &'static [&'static str]) -> Subresource {
    Subresource { name, gvk: None, verbs }
}

/// A subresource with a kind of its own.
const fn other(
    name: &'static str,
    group: &'static str,
    version: &'static str,
    kind: &'static str,
    verbs: &'static [&'static str],
) -> Subresource {
    Subresource { name, gvk: Some((group, version, kind)), verbs }
}

const REPLICAS: ScalePaths =
    ScalePaths { spec_replicas: "/spec/replicas", status_replicas: "/status/replicas", selector: "/spec/selector" };

/// Every built-in kind.
pub static KINDS: &[Kind] = &[
    Kind::namespaced("", "Binding", "bindings").verbs(CREATE),
    Kind::cluster("", "ComponentStatus", "componentstatuses").short(&["cs"]).verbs(&["get", "list"]),
    Kind::namespaced("", "ConfigMap", "configmaps").short(&["cm"]).with(config::CONFIG_MAP),
    Kind::namespaced("", "Endpoints", "endpoints")
        .short(&["ep"])
        .creates_on_update()
        .deprecated(endpoints::DEPRECATED)
        .with(endpoints::ENDPOINTS),
    Kind::namespaced("", "Event", "events")
        .short(&["ev"])
        .creates_on_update()
        .with(event::HOOKS)
        .selects(selectable::EVENT),
    Kind::namespaced("", "LimitRange", "limitranges").short(&["limits"]).creates_on_update().with(limits::RANGE),
    Kind::cluster("", "Namespace", "namespaces")
        .short(&["ns"])
        .verbs(&["create", "delete", "get", "list", "patch", "update", "watch"])
        .parts(&[own("finalize", UPDATE), STATUS])
        .status()
        .named(NameRule::Label)
        .with(namespace::HOOKS)
        .selects(selectable::NAMESPACE),
    Kind::cluster("", "Node", "nodes")
        .short(&["no"])
        .parts(&[other("proxy", "", "", "NodeProxyOptions", PROXY), STATUS])
        .status()
        .first_status()
        .with(node::HOOKS)
        .selects(selectable::NODE),
    Kind::namespaced("", "PersistentVolumeClaim", "persistentvolumeclaims")
        .short(&["pvc"])
        .status()
        .with(volumes::CLAIM),
    Kind::cluster("", "PersistentVolume", "persistentvolumes").short(&["pv"]).status().with(volumes::VOLUME),
    Kind::namespaced("", "Pod", "pods")
        .short(&["po"])
        .all()
        .parts(&[
            other("attach", "", "", "PodAttachOptions", STREAM),
            other("binding", "", "", "Binding", CREATE),
            own("ephemeralcontainers", PART_VERBS),
            other("eviction", "policy", "v1", "Eviction", CREATE),
            other("exec", "", "", "PodExecOptions", STREAM),
            own("log", GET),
            other("portforward", "", "", "PodPortForwardOptions", STREAM),
            other("proxy", "", "", "PodProxyOptions", PROXY),
            own("resize", PART_VERBS),
            STATUS,
        ])
        .status()
        .counts_spec()
        .with(pod::HOOKS)
        .selects(selectable::POD),
    Kind::namespaced("", "PodTemplate", "podtemplates").counts(&["/template"]).with(workloads::POD_TEMPLATE),
    Kind::namespaced("", "ReplicationController", "replicationcontrollers")
        .short(&["rc"])
        .all()
        .scaled(REPLICAS)
        .status()
        .counts_spec()
        .with(workloads::REPLICATION_CONTROLLER)
        .selects(selectable::REPLICAS),
    Kind::namespaced("", "ResourceQuota", "resourcequotas").short(&["quota"]).status().with(limits::QUOTA),
    Kind::namespaced("", "Secret", "secrets").with(config::SECRET).selects(selectable::SECRET),
    Kind::namespaced("", "ServiceAccount", "serviceaccounts").short(&["sa"]).parts(&[other(
        "token",
        "authentication.k8s.io",
        "v1",
        "TokenRequest",
        CREATE,
    )]),
    Kind::namespaced("", "Service", "services")
        .short(&["svc"])
        .all()
        .parts(&[other("proxy", "", "", "ServiceProxyOptions", PROXY), STATUS])
        .status()
        .named(NameRule::Label)
        .creates_on_update()
        .with(service::HOOKS)
        .selects(selectable::SERVICE),
    Kind::cluster("apiregistration.k8s.io", "APIService", "apiservices")
        .categories(&["api-extensions"])
        .status()
        .needs_resource_version(),
    Kind::namespaced("apps", "ControllerRevision", "controllerrevisions").with(workloads::REVISION),
    Kind::namespaced("apps", "DaemonSet", "daemonsets")
        .short(&["ds"])
        .all()
        .status()
        .counts_spec()
        .with(workloads::DAEMON_SET),
    Kind::namespaced("apps", "Deployment", "deployments")
        .short(&["deploy"])
        .all()
        .scaled(REPLICAS)
        .status()
        .counts(&["/spec", "/metadata/annotations"])
        .with(workloads::DEPLOYMENT),
    Kind::namespaced("apps", "ReplicaSet", "replicasets")
        .short(&["rs"])
        .all()
        .scaled(REPLICAS)
        .status()
        .counts_spec()
        .with(workloads::REPLICA_SET),
    Kind::namespaced("apps", "StatefulSet", "statefulsets")
        .short(&["sts"])
        .all()
        .scaled(REPLICAS)
        .status()
        .counts_spec()
        .named(NameRule::Label)
        .with(workloads::STATEFUL_SET),
    Kind::namespaced("events.k8s.io", "Event", "events")
        .versions(&["v1"], Storage { group: "", version: "v1" })
        .short(&["ev"])
        .creates_on_update()
        .with(event::HOOKS)
        .selects(selectable::EVENT_V1),
    Kind::cluster("authentication.k8s.io", "SelfSubjectReview", "selfsubjectreviews").verbs(CREATE),
    Kind::cluster("authentication.k8s.io", "TokenReview", "tokenreviews").verbs(CREATE),
    Kind::namespaced("authorization.k8s.io", "LocalSubjectAccessReview", "localsubjectaccessreviews").verbs(CREATE),
    Kind::cluster("authorization.k8s.io", "SelfSubjectAccessReview", "selfsubjectaccessreviews").verbs(CREATE),
    Kind::cluster("authorization.k8s.io", "SelfSubjectRulesReview", "selfsubjectrulesreviews").verbs(CREATE),
    Kind::cluster("authorization.k8s.io", "SubjectAccessReview", "subjectaccessreviews").verbs(CREATE),
    Kind::namespaced("autoscaling", "HorizontalPodAutoscaler", "horizontalpodautoscalers")
        .versions(&["v2", "v1"], Storage { group: "autoscaling", version: "v2" })
        .short(&["hpa"])
        .all()
        .status()
        .with(autoscaler::HOOKS),
    Kind::namespaced("batch", "CronJob", "cronjobs")
        .short(&["cj"])
        .all()
        .status()
        .counts_spec()
        .named(NameRule::CronJob)
        .with(batch::CRON_JOB),
    Kind::namespaced("batch", "Job", "jobs").all().status().counts_spec().with(batch::JOB).selects(selectable::JOB),
    Kind::cluster("certificates.k8s.io", "CertificateSigningRequest", "certificatesigningrequests")
        .short(&["csr"])
        .parts(&[own("approval", PART_VERBS), STATUS])
        .status()
        .with(certificate::HOOKS)
        .selects(selectable::SIGNING_REQUEST),
    Kind::cluster("networking.k8s.io", "IngressClass", "ingressclasses").counts_spec().with(classes::INGRESS),
    Kind::namespaced("networking.k8s.io", "Ingress", "ingresses")
        .short(&["ing"])
        .status()
        .counts_spec()
        .with(ingress::HOOKS),
    Kind::cluster("networking.k8s.io", "IPAddress", "ipaddresses").short(&["ip"]).named(NameRule::IpAddress),
    Kind::namespaced("networking.k8s.io", "NetworkPolicy", "networkpolicies")
        .short(&["netpol"])
        .counts_spec()
        .with(network_policy::HOOKS),
    Kind::cluster("networking.k8s.io", "ServiceCIDR", "servicecidrs").status().counts_spec(),
    Kind::namespaced("policy", "PodDisruptionBudget", "poddisruptionbudgets")
        .short(&["pdb"])
        .status()
        .counts_spec()
        .needs_resource_version()
        .with(disruption_budget::HOOKS),
    Kind::cluster("rbac.authorization.k8s.io", "ClusterRoleBinding", "clusterrolebindings")
        .named(NameRule::PathSegment)
        .creates_on_update()
        .with(rbac::CLUSTER_BINDING),
    Kind::cluster("rbac.authorization.k8s.io", "ClusterRole", "clusterroles")
        .named(NameRule::PathSegment)
        .creates_on_update()
        .with(rbac::CLUSTER_ROLE),
    Kind::namespaced("rbac.authorization.k8s.io", "RoleBinding", "rolebindings")
        .named(NameRule::PathSegment)
        .creates_on_update()
        .with(rbac::BINDING),
    Kind::namespaced("rbac.authorization.k8s.io", "Role", "roles")
        .named(NameRule::PathSegment)
        .creates_on_update()
        .with(rbac::ROLE),
    Kind::cluster("storage.k8s.io", "CSIDriver", "csidrivers").needs_resource_version(),
    Kind::cluster("storage.k8s.io", "CSINode", "csinodes").needs_resource_version(),
    Kind::namespaced("storage.k8s.io", "CSIStorageCapacity", "csistoragecapacities").needs_resource_version(),
    Kind::cluster("storage.k8s.io", "StorageClass", "storageclasses").short(&["sc"]).with(classes::STORAGE),
    Kind::cluster("storage.k8s.io", "VolumeAttachment", "volumeattachments").status().needs_resource_version(),
    Kind::cluster("storage.k8s.io", "VolumeAttributesClass", "volumeattributesclasses").short(&["vac"]),
    Kind::cluster("admissionregistration.k8s.io", "MutatingAdmissionPolicy", "mutatingadmissionpolicies")
        .categories(&["api-extensions"])
        .counts_spec()
        .needs_resource_version(),
    Kind::cluster("admissionregistration.k8s.io", "MutatingAdmissionPolicyBinding", "mutatingadmissionpolicybindings")
        .categories(&["api-extensions"])
        .counts_spec()
        .needs_resource_version(),
    Kind::cluster("admissionregistration.k8s.io", "MutatingWebhookConfiguration", "mutatingwebhookconfigurations")
        .categories(&["api-extensions"])
        .counts(&["/webhooks"])
        .needs_resource_version(),
    Kind::cluster("admissionregistration.k8s.io", "ValidatingAdmissionPolicy", "validatingadmissionpolicies")
        .categories(&["api-extensions"])
        .status()
        .counts_spec()
        .needs_resource_version(),
    Kind::cluster(
        "admissionregistration.k8s.io",
        "ValidatingAdmissionPolicyBinding",
        "validatingadmissionpolicybindings",
    )
    .categories(&["api-extensions"])
    .counts_spec()
    .needs_resource_version(),
    Kind::cluster("admissionregistration.k8s.io", "ValidatingWebhookConfiguration", "validatingwebhookconfigurations")
        .categories(&["api-extensions"])
        .counts(&["/webhooks"])
        .needs_resource_version(),
    Kind::cluster("apiextensions.k8s.io", "CustomResourceDefinition", "customresourcedefinitions")
        .short(&["crd", "crds"])
        .categories(&["api-extensions"])
        .status()
        .counts_spec()
        .needs_resource_version(),
    Kind::cluster("scheduling.k8s.io", "PriorityClass", "priorityclasses")
        .short(&["pc"])
        .counts(&[])
        .with(classes::PRIORITY),
    Kind::namespaced("coordination.k8s.io", "Lease", "leases")
        .creates_on_update()
        .needs_resource_version()
        .with(endpoints::LEASE),
    Kind::cluster("node.k8s.io", "RuntimeClass", "runtimeclasses")
        .creates_on_update()
        .needs_resource_version()
        .with(classes::RUNTIME),
    Kind::namespaced("discovery.k8s.io", "EndpointSlice", "endpointslices")
        .counts(&["/endpoints", "/ports", "/addressType", "/metadata/labels"])
        .with(endpoints::SLICE),
    Kind::cluster("resource.k8s.io", "DeviceClass", "deviceclasses").counts_spec(),
    Kind::namespaced("resource.k8s.io", "ResourceClaim", "resourceclaims").status().counts_spec(),
    Kind::namespaced("resource.k8s.io", "ResourceClaimTemplate", "resourceclaimtemplates"),
    Kind::cluster("resource.k8s.io", "ResourceSlice", "resourceslices").counts_spec(),
    Kind::cluster("flowcontrol.apiserver.k8s.io", "FlowSchema", "flowschemas").status().counts_spec(),
    Kind::cluster("flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration", "prioritylevelconfigurations")
        .status()
        .counts_spec(),
];
