//! Containers: names, images, ports, and everything that hangs on them.

use super::one_of::one_of;
use super::volumes_by_name::Volumes;
use super::{environment, mounts, probes, resources, security};
use crate::checks::numbers;
use crate::checks::text::{dns_label, invalid_each, port_name};
use crate::field::{Errors, Path};
use crate::read;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Problems of all containers of a pod.
pub fn validate(path: &Path<'_>, spec: &Value, volumes: &Volumes<'_>, errors: &mut Errors) {
    let regular = read::list(spec, "containers");
    let place = path.child("containers");
    if regular.is_empty() {
        errors.required(&place, "");
    }
    let mut names = BTreeSet::new();
    for (index, container) in regular.iter().enumerate() {
        let place = place.index(index);
        common(&place, container, spec, volumes, errors);
        let name = read::text(container, "name");
        if !names.insert(name) {
            errors.duplicate(&place.child("name"), &json!(name));
        }
        probes::of_container(&place, container, errors);
        restart_policy(&place, container, errors);
    }
    host_port_conflicts(&place, regular, errors);
    init(&path.child("initContainers"), spec, volumes, &mut names, errors);
    ephemeral(&path.child("ephemeralContainers"), spec, volumes, &mut names, errors);
}

/// Problems of the ephemeral containers of a pod whose others are in order.
pub fn validate_ephemeral(pod: &Value, errors: &mut Errors) {
    let spec = read::at(pod, "spec");
    let mut ignored = Errors::default();
    const SPEC: Path<'static> = Path::root("spec");
    let volumes = super::volumes::validate(&SPEC.child("volumes"), read::list(spec, "volumes"), &mut ignored);
    let others = ["containers", "initContainers"].into_iter().flat_map(|list| read::list(spec, list));
    let mut names = others.map(|container| read::text(container, "name")).collect();
    ephemeral(&SPEC.child("ephemeralContainers"), spec, &volumes, &mut names, errors);
}

fn init<'v>(
    path: &Path<'_>,
    spec: &'v Value,
    volumes: &Volumes<'_>,
    names: &mut BTreeSet<&'v str>,
    errors: &mut Errors,
) {
    for (index, container) in read::list(spec, "initContainers").iter().enumerate() {
        let place = path.index(index);
        common(&place, container, spec, volumes, errors);
        let stays = read::text(container, "restartPolicy") == "Always";
        restart_policy(&place, container, errors);
        let name = read::text(container, "name");
        if names.contains(name) {
            errors.duplicate(&place.child("name"), &json!(name));
        } else if !name.is_empty() {
            names.insert(name);
        }
        if stays {
            probes::of_container(&place, container, errors);
            continue;
        }
        for field in ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] {
            if read::given(container, field).is_some() {
                let message = "may not be set for init containers without restartPolicy=Always";
                errors.forbidden(&place.child(field), message);
            }
        }
    }
}

fn ephemeral<'v>(
    path: &Path<'_>,
    spec: &'v Value,
    volumes: &Volumes<'_>,
    names: &mut BTreeSet<&'v str>,
    errors: &mut Errors,
) {
    for (index, container) in read::list(spec, "ephemeralContainers").iter().enumerate() {
        let place = path.index(index);
        common(&place, container, spec, volumes, errors);
        let name = read::text(container, "name");
        if !name.is_empty() && !names.insert(name) {
            errors.duplicate(&place.child("name"), &json!(name));
        }
        for field in ["ports", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle"] {
            if read::given(container, field).is_some() {
                errors.forbidden(&place.child(field), "cannot be set for an Ephemeral Container");
            }
        }
        if read::map(read::at(container, "resources"), "limits").is_some()
            || read::map(read::at(container, "resources"), "requests").is_some()
        {
            errors.forbidden(&place.child("resources"), "cannot be set for an Ephemeral Container");
        }
    }
}

fn common(path: &Path<'_>, container: &Value, spec: &Value, volumes: &Volumes<'_>, errors: &mut Errors) {
    let name = read::text(container, "name");
    if name.is_empty() {
        errors.required(&path.child("name"), "");
    } else {
        invalid_each(&path.child("name"), name, dns_label(name), errors);
    }
    if read::text(container, "image").is_empty() {
        errors.required(&path.child("image"), "");
    }
    let policies = ["File", "FallbackToLogsOnError"];
    let policy = read::text(container, "terminationMessagePolicy");
    one_of(&path.child("terminationMessagePolicy"), policy, &policies, errors);
    ports(&path.child("ports"), read::list(container, "ports"), errors);
    environment::validate(path, container, errors);
    mounts::validate(path, container, volumes, errors);
    let pull = read::text(container, "imagePullPolicy");
    one_of(&path.child("imagePullPolicy"), pull, &["Always", "IfNotPresent", "Never"], errors);
    resources::validate(&path.child("resources"), read::at(container, "resources"), errors);
    resize_policy(&path.child("resizePolicy"), read::list(container, "resizePolicy"), errors);
    let host_users = read::given_flag(spec, "hostUsers") != Some(false);
    security::of_container(&path.child("securityContext"), read::at(container, "securityContext"), host_users, errors);
}

fn restart_policy(path: &Path<'_>, container: &Value, errors: &mut Errors) {
    let Some(policy) = container.get("restartPolicy").and_then(Value::as_str) else { return };
    let supported = ["Always", "Never", "OnFailure"];
    if !supported.contains(&policy) {
        errors.not_supported(&path.child("restartPolicy"), policy, &supported);
    }
}

fn resize_policy(path: &Path<'_>, policies: &[Value], errors: &mut Errors) {
    for (index, policy) in policies.iter().enumerate() {
        let place = path.index(index);
        let resource = read::text(policy, "resourceName");
        one_of(&place.child("resourceName"), resource, &["cpu", "memory"], errors);
        let restart = read::text(policy, "restartPolicy");
        one_of(&place.child("restartPolicy"), restart, &["NotRequired", "RestartContainer"], errors);
    }
}

fn ports(path: &Path<'_>, ports: &[Value], errors: &mut Errors) {
    let mut names = BTreeSet::new();
    for (index, port) in ports.iter().enumerate() {
        let place = path.index(index);
        let name = read::text(port, "name");
        if !name.is_empty() {
            let problems = port_name(name);
            if problems.is_empty() && !names.insert(name) {
                errors.duplicate(&place.child("name"), &json!(name));
            }
            invalid_each(&place.child("name"), name, problems, errors);
        }
        match read::number(port, "containerPort") {
            0 => errors.required(&place.child("containerPort"), ""),
            number => numbers::port(&place.child("containerPort"), number, errors),
        }
        if let Some(number) = read::given_number(port, "hostPort").filter(|number| *number != 0) {
            numbers::port(&place.child("hostPort"), number, errors);
        }
        one_of(&place.child("protocol"), read::text(port, "protocol"), &["SCTP", "TCP", "UDP"], errors);
    }
}

fn host_port_conflicts(path: &Path<'_>, containers: &[Value], errors: &mut Errors) {
    let mut taken = BTreeSet::new();
    for (index, container) in containers.iter().enumerate() {
        let place = path.index(index);
        let ports = place.child("ports");
        for (index, port) in read::list(container, "ports").iter().enumerate() {
            let number = read::number(port, "hostPort");
            let (protocol, address) = (read::text(port, "protocol"), read::text(port, "hostIP"));
            let key = format!("{protocol}/{address}/{number}");
            if number != 0 && !taken.insert(key.clone()) {
                let place = ports.index(index);
                errors.duplicate(&place.child("hostPort"), &json!(key));
            }
        }
    }
}
