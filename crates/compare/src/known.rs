//! Which kinds are compared by Kubernetes' own types and defaults.

use object::Gvk;
use schema::{Schema, TypeRef};

/// The groups upstream registers types and defaults for. CustomResourceDefinition and APIService are not among them.
const GROUPS: [&str; 21] = [
    "",
    "admission.k8s.io",
    "admissionregistration.k8s.io",
    "apps",
    "authentication.k8s.io",
    "authorization.k8s.io",
    "autoscaling",
    "batch",
    "certificates.k8s.io",
    "coordination.k8s.io",
    "discovery.k8s.io",
    "events.k8s.io",
    "extensions",
    "flowcontrol.apiserver.k8s.io",
    "imagepolicy.k8s.io",
    "networking.k8s.io",
    "node.k8s.io",
    "policy",
    "rbac.authorization.k8s.io",
    "scheduling.k8s.io",
    "storage.k8s.io",
];

/// The type of a kind that is compared by its type; `None` for kinds that are compared as plain JSON.
pub(crate) fn known_type(schema: &Schema, gvk: &Gvk) -> Option<TypeRef> {
    if !GROUPS.contains(&&*gvk.group) {
        return None;
    }
    schema.kind(&gvk.group, &gvk.version, &gvk.kind)
}
