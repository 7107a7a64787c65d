//! Which fields lists of a kind can be narrowed by, besides name and namespace.

use crate::kind::Selectable;

/// A field whose absence counts as empty text.
const fn text(field: &'static str, pointer: &'static str) -> Selectable {
    Selectable { field, pointer, missing: "" }
}

/// A field whose absence counts as this.
const fn or(field: &'static str, pointer: &'static str, missing: &'static str) -> Selectable {
    Selectable { field, pointer, missing }
}

/// Pods.
pub const POD: &[Selectable] = &[
    text("spec.nodeName", "/spec/nodeName"),
    text("spec.restartPolicy", "/spec/restartPolicy"),
    text("spec.schedulerName", "/spec/schedulerName"),
    text("spec.serviceAccountName", "/spec/serviceAccountName"),
    or("spec.hostNetwork", "/spec/hostNetwork", "false"),
    text("status.phase", "/status/phase"),
    text("status.podIP", "/status/podIP"),
    text("status.podIPs", "/status/podIP"),
    text("status.nominatedNodeName", "/status/nominatedNodeName"),
];
/// Nodes.
pub const NODE: &[Selectable] = &[or("spec.unschedulable", "/spec/unschedulable", "false")];
/// Namespaces.
pub const NAMESPACE: &[Selectable] = &[text("status.phase", "/status/phase"), text("name", "/metadata/name")];
/// Secrets.
pub const SECRET: &[Selectable] = &[text("type", "/type")];
/// Services.
pub const SERVICE: &[Selectable] = &[text("spec.clusterIP", "/spec/clusterIP"), text("spec.type", "/spec/type")];
/// Replication controllers.
pub const REPLICAS: &[Selectable] = &[or("status.replicas", "/status/replicas", "0")];
/// Jobs.
pub const JOB: &[Selectable] = &[or("status.successful", "/status/succeeded", "0")];
/// Certificate signing requests.
pub const SIGNING_REQUEST: &[Selectable] = &[text("spec.signerName", "/spec/signerName")];
/// Events under core.
pub const EVENT: &[Selectable] = &[
    text("involvedObject.kind", "/involvedObject/kind"),
    text("involvedObject.namespace", "/involvedObject/namespace"),
    text("involvedObject.name", "/involvedObject/name"),
    text("involvedObject.uid", "/involvedObject/uid"),
    text("involvedObject.apiVersion", "/involvedObject/apiVersion"),
    text("involvedObject.resourceVersion", "/involvedObject/resourceVersion"),
    text("involvedObject.fieldPath", "/involvedObject/fieldPath"),
    text("reason", "/reason"),
    text("reportingComponent", "/reportingComponent"),
    text("source", "/source/component"),
    text("type", "/type"),
];
/// Events under their own group: the same fields under other names.
pub const EVENT_V1: &[Selectable] = &[
    text("regarding.kind", "/involvedObject/kind"),
    text("regarding.namespace", "/involvedObject/namespace"),
    text("regarding.name", "/involvedObject/name"),
    text("regarding.uid", "/involvedObject/uid"),
    text("regarding.apiVersion", "/involvedObject/apiVersion"),
    text("regarding.resourceVersion", "/involvedObject/resourceVersion"),
    text("regarding.fieldPath", "/involvedObject/fieldPath"),
    text("reason", "/reason"),
    text("reportingController", "/reportingComponent"),
    text("type", "/type"),
];
