//! The table of built-in kinds. To add a kind, add an entry; groups stand in the order in which discovery lists them,
//! kinds of a group in alphabetical order of their resources.

use crate::kind::{Kind, NameRule, PART_VERBS, STATUS, ScalePaths, Storage, Subresource};

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
    Kind::namespaced("", "ConfigMap", "configmaps").short(&["cm"]),
    Kind::namespaced("", "Endpoints", "endpoints").short(&["ep"]),
    Kind::namespaced("", "Event", "events").short(&["ev"]),
    Kind::namespaced("", "LimitRange", "limitranges").short(&["limits"]),
    Kind::cluster("", "Namespace", "namespaces")
        .short(&["ns"])
        .verbs(&["create", "delete", "get", "list", "patch", "update", "watch"])
        .parts(&[own("finalize", UPDATE), STATUS])
        .status()
        .named(NameRule::Label),
    Kind::cluster("", "Node", "nodes")
        .short(&["no"])
        .parts(&[other("proxy", "", "", "NodeProxyOptions", PROXY), STATUS])
        .status(),
    Kind::namespaced("", "PersistentVolumeClaim", "persistentvolumeclaims").short(&["pvc"]).status(),
    Kind::cluster("", "PersistentVolume", "persistentvolumes").short(&["pv"]).status(),
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
        .counts_spec(),
    Kind::namespaced("", "PodTemplate", "podtemplates"),
    Kind::namespaced("", "ReplicationController", "replicationcontrollers")
        .short(&["rc"])
        .all()
        .scaled(REPLICAS)
        .status()
        .counts_spec(),
    Kind::namespaced("", "ResourceQuota", "resourcequotas").short(&["quota"]).status(),
    Kind::namespaced("", "Secret", "secrets"),
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
        .status(),
    Kind::cluster("apiregistration.k8s.io", "APIService", "apiservices").categories(&["api-extensions"]).status(),
    Kind::namespaced("apps", "ControllerRevision", "controllerrevisions"),
    Kind::namespaced("apps", "DaemonSet", "daemonsets").short(&["ds"]).all().status().counts_spec(),
    Kind::namespaced("apps", "Deployment", "deployments")
        .short(&["deploy"])
        .all()
        .scaled(REPLICAS)
        .status()
        .counts_spec(),
    Kind::namespaced("apps", "ReplicaSet", "replicasets").short(&["rs"]).all().scaled(REPLICAS).status().counts_spec(),
    Kind::namespaced("apps", "StatefulSet", "statefulsets")
        .short(&["sts"])
        .all()
        .scaled(REPLICAS)
        .status()
        .counts_spec(),
    Kind::namespaced("events.k8s.io", "Event", "events")
        .versions(&["v1"], Storage { group: "", version: "v1" })
        .short(&["ev"]),
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
        .status(),
    Kind::namespaced("batch", "CronJob", "cronjobs").short(&["cj"]).all().status().counts_spec(),
    Kind::namespaced("batch", "Job", "jobs").all().status().counts_spec(),
    Kind::cluster("certificates.k8s.io", "CertificateSigningRequest", "certificatesigningrequests")
        .short(&["csr"])
        .parts(&[own("approval", PART_VERBS), STATUS])
        .status(),
    Kind::cluster("networking.k8s.io", "IngressClass", "ingressclasses").counts_spec(),
    Kind::namespaced("networking.k8s.io", "Ingress", "ingresses").short(&["ing"]).status().counts_spec(),
    Kind::cluster("networking.k8s.io", "IPAddress", "ipaddresses").short(&["ip"]),
    Kind::namespaced("networking.k8s.io", "NetworkPolicy", "networkpolicies").short(&["netpol"]).counts_spec(),
    Kind::cluster("networking.k8s.io", "ServiceCIDR", "servicecidrs").status().counts_spec(),
    Kind::namespaced("policy", "PodDisruptionBudget", "poddisruptionbudgets").short(&["pdb"]).status().counts_spec(),
    Kind::cluster("rbac.authorization.k8s.io", "ClusterRoleBinding", "clusterrolebindings"),
    Kind::cluster("rbac.authorization.k8s.io", "ClusterRole", "clusterroles"),
    Kind::namespaced("rbac.authorization.k8s.io", "RoleBinding", "rolebindings"),
    Kind::namespaced("rbac.authorization.k8s.io", "Role", "roles"),
    Kind::cluster("storage.k8s.io", "CSIDriver", "csidrivers"),
    Kind::cluster("storage.k8s.io", "CSINode", "csinodes"),
    Kind::namespaced("storage.k8s.io", "CSIStorageCapacity", "csistoragecapacities"),
    Kind::cluster("storage.k8s.io", "StorageClass", "storageclasses").short(&["sc"]),
    Kind::cluster("storage.k8s.io", "VolumeAttachment", "volumeattachments").status(),
    Kind::cluster("storage.k8s.io", "VolumeAttributesClass", "volumeattributesclasses").short(&["vac"]),
    Kind::cluster("admissionregistration.k8s.io", "MutatingAdmissionPolicy", "mutatingadmissionpolicies")
        .categories(&["api-extensions"])
        .counts_spec(),
    Kind::cluster("admissionregistration.k8s.io", "MutatingAdmissionPolicyBinding", "mutatingadmissionpolicybindings")
        .categories(&["api-extensions"])
        .counts_spec(),
    Kind::cluster("admissionregistration.k8s.io", "MutatingWebhookConfiguration", "mutatingwebhookconfigurations")
        .categories(&["api-extensions"]),
    Kind::cluster("admissionregistration.k8s.io", "ValidatingAdmissionPolicy", "validatingadmissionpolicies")
        .categories(&["api-extensions"])
        .status()
        .counts_spec(),
    Kind::cluster(
        "admissionregistration.k8s.io",
        "ValidatingAdmissionPolicyBinding",
        "validatingadmissionpolicybindings",
    )
    .categories(&["api-extensions"])
    .counts_spec(),
    Kind::cluster("admissionregistration.k8s.io", "ValidatingWebhookConfiguration", "validatingwebhookconfigurations")
        .categories(&["api-extensions"]),
    Kind::cluster("apiextensions.k8s.io", "CustomResourceDefinition", "customresourcedefinitions")
        .short(&["crd", "crds"])
        .categories(&["api-extensions"])
        .status()
        .counts_spec(),
    Kind::cluster("scheduling.k8s.io", "PriorityClass", "priorityclasses").short(&["pc"]),
    Kind::namespaced("coordination.k8s.io", "Lease", "leases"),
    Kind::cluster("node.k8s.io", "RuntimeClass", "runtimeclasses"),
    Kind::namespaced("discovery.k8s.io", "EndpointSlice", "endpointslices"),
    Kind::cluster("resource.k8s.io", "DeviceClass", "deviceclasses").counts_spec(),
    Kind::namespaced("resource.k8s.io", "ResourceClaim", "resourceclaims").status().counts_spec(),
    Kind::namespaced("resource.k8s.io", "ResourceClaimTemplate", "resourceclaimtemplates"),
    Kind::cluster("resource.k8s.io", "ResourceSlice", "resourceslices").counts_spec(),
    Kind::cluster("flowcontrol.apiserver.k8s.io", "FlowSchema", "flowschemas").status().counts_spec(),
    Kind::cluster("flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration", "prioritylevelconfigurations")
        .status()
        .counts_spec(),
];
