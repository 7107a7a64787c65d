//! Pods, their templates and containers.

use super::fields::{add_missing, default_number, default_to, items, map, number_at, text};
use super::{image, pod_resources};
use serde_json::{Map, Value, json};

/// Seconds a pod is given to end when it does not say otherwise.
const GRACE_SECONDS: i64 = 30;

pub fn pod(pod: &mut Map<String, Value>) {
    let Some(spec) = map(pod, "spec") else { return };
    for list in ["containers", "initContainers"] {
        items(spec, list).for_each(requests_from_limits);
    }
    pod_resources::fill(spec);
    default_to(spec, "enableServiceLinks", true);
    if spec.get("hostNetwork") == Some(&Value::Bool(true)) {
        for list in ["containers", "initContainers"] {
            items(spec, list).for_each(host_ports);
        }
    }
}

/// Only pods get requests from limits, templates do not.
fn requests_from_limits(container: &mut Map<String, Value>) {
    let Some(resources) = map(container, "resources") else { return };
    let Some(Value::Object(limits)) = resources.get("limits").cloned() else { return };
    if let Some(requests) = map(resources, "requests") {
        add_missing(requests, &limits);
    }
}

fn host_ports(container: &mut Map<String, Value>) {
    for port in items(container, "ports") {
        let container_port = number_at(port, "containerPort");
        if container_port != 0 {
            default_number(port, "hostPort", container_port);
        }
    }
}

pub fn pod_spec(spec: &mut Map<String, Value>) {
    default_to(spec, "dnsPolicy", "ClusterFirst");
    default_to(spec, "restartPolicy", "Always");
    default_to(spec, "securityContext", json!({}));
    default_to(spec, "terminationGracePeriodSeconds", GRACE_SECONDS);
    default_to(spec, "schedulerName", "default-scheduler");
    mirror_service_account(spec);
}

/// The old name of the service account's field always says what the new one says.
fn mirror_service_account(spec: &mut Map<String, Value>) {
    let name = ["serviceAccountName", "serviceAccount"].iter().find_map(|key| spec.get(*key)).cloned();
    if let Some(name) = name {
        spec.insert("serviceAccountName".to_owned(), name.clone());
        spec.insert("serviceAccount".to_owned(), name);
    }
}

pub fn container(container: &mut Map<String, Value>) {
    let policy = if image::tag(text(container, "image")) == "latest" { "Always" } else { "IfNotPresent" };
    default_to(container, "imagePullPolicy", policy);
    default_to(container, "terminationMessagePath", "/dev/termination-log");
    default_to(container, "terminationMessagePolicy", "File");
}

pub fn container_port(port: &mut Map<String, Value>) {
    default_to(port, "protocol", "TCP");
}

pub fn probe(probe: &mut Map<String, Value>) {
    default_number(probe, "timeoutSeconds", 1);
    default_number(probe, "periodSeconds", 10);
    default_number(probe, "successThreshold", 1);
    default_number(probe, "failureThreshold", 3);
}

pub fn grpc_action(action: &mut Map<String, Value>) {
    default_to(action, "service", "");
}

pub fn http_get(action: &mut Map<String, Value>) {
    default_to(action, "path", "/");
    default_to(action, "scheme", "HTTP");
}

pub fn field_selector(selector: &mut Map<String, Value>) {
    default_to(selector, "apiVersion", "v1");
}

pub fn file_key_selector(selector: &mut Map<String, Value>) {
    default_to(selector, "optional", false);
}
