//! What Kubernetes accepts of pods but warns of.

use crate::checks::quantities;
use crate::field::Path;
use crate::read;
use serde_json::Value;
use std::collections::BTreeSet;

/// Labels of nodes that were replaced.
const OLD_NODE_LABELS: &[(&str, &str)] = &[
    ("beta.kubernetes.io/arch", "deprecated since v1.14; use \"kubernetes.io/arch\" instead"),
    ("beta.kubernetes.io/os", "deprecated since v1.14; use \"kubernetes.io/os\" instead"),
    (
        "failure-domain.beta.kubernetes.io/region",
        "deprecated since v1.17; use \"topology.kubernetes.io/region\" instead",
    ),
    ("failure-domain.beta.kubernetes.io/zone", "deprecated since v1.17; use \"topology.kubernetes.io/zone\" instead"),
    ("beta.kubernetes.io/instance-type", "deprecated since v1.17; use \"node.kubernetes.io/instance-type\" instead"),
];

/// Warnings of a pod.
pub fn of_pod(pod: &Value) -> Vec<String> {
    let mut warnings = Vec::new();
    spec(&Path::root("spec"), read::at(pod, "spec"), &mut warnings);
    warnings
}

/// Warnings of a template.
#[must_use]
pub fn of_template(path: &Path<'_>, template: &Value) -> Vec<String> {
    let mut warnings = Vec::new();
    spec(&path.child("spec"), read::at(template, "spec"), &mut warnings);
    warnings
}

fn spec(path: &Path<'_>, spec: &Value, warnings: &mut Vec<String>) {
    let selector = path.child("nodeSelector");
    for (key, _) in read::entries(spec, "nodeSelector") {
        if let Some((_, message)) = OLD_NODE_LABELS.iter().find(|(label, _)| *label == key) {
            warnings.push(format!("{}: {message}", selector.key(key)));
        }
    }
    spread(&path.child("topologySpreadConstraints"), read::list(spec, "topologySpreadConstraints"), warnings);
    repeated(&path.child("hostAliases"), read::list(spec, "hostAliases"), "ip", warnings);
    repeated(&path.child("imagePullSecrets"), read::list(spec, "imagePullSecrets"), "name", warnings);
    for list in ["initContainers", "containers"] {
        let place = path.child(list);
        for (index, container) in read::list(spec, list).iter().enumerate() {
            one_container(&place.index(index), container, warnings);
        }
    }
}

fn spread(path: &Path<'_>, constraints: &[Value], warnings: &mut Vec<String>) {
    for (index, constraint) in constraints.iter().enumerate() {
        let place = path.index(index);
        let key = read::text(constraint, "topologyKey");
        if let Some((_, message)) = OLD_NODE_LABELS.iter().find(|(label, _)| *label == key) {
            warnings.push(format!("{}: {key} is {message}", place.child("topologyKey")));
        }
        if read::given(constraint, "labelSelector").is_none() {
            let place = place.child("labelSelector");
            warnings.push(format!("{place}: a null labelSelector results in matching no pod"));
        }
    }
}

fn repeated(path: &Path<'_>, items: &[Value], field: &str, warnings: &mut Vec<String>) {
    for (index, item) in items.iter().enumerate() {
        let text = read::text(item, field);
        if items[..index].iter().any(|other| read::text(other, field) == text) {
            let place = path.index(index);
            warnings.push(format!("{}: duplicate {field} {text:?}", place.child(field)));
        }
    }
}

/// Whether a variable of a name given before makes the earlier one pointless: it does not build on it.
fn hides_earlier(variable: &Value, name: &str) -> bool {
    let reference = format!("$({name})");
    let value = read::text(variable, "value");
    read::given(variable, "valueFrom").is_some() || value == reference || !value.contains(&reference)
}

fn one_container(path: &Path<'_>, container: &Value, warnings: &mut Vec<String>) {
    fractional_bytes(&path.child("resources"), read::at(container, "resources"), warnings);
    let place = path.child("env");
    let mut names = BTreeSet::new();
    for (index, variable) in read::list(container, "env").iter().enumerate() {
        let name = read::text(variable, "name");
        if !names.insert(name) && hides_earlier(variable, name) {
            let place = place.index(index);
            warnings
                .push(format!("{place}: hides previous definition of {name:?}, which may be dropped when using apply"));
        }
    }
    duplicate_ports(&path.child("ports"), read::list(container, "ports"), warnings);
}

fn fractional_bytes(path: &Path<'_>, resources: &Value, warnings: &mut Vec<String>) {
    for which in ["limits", "requests"] {
        let place = path.child(which);
        for name in ["memory", "ephemeral-storage"] {
            let Some(value) = read::map(resources, which).and_then(|amounts| amounts.get(name)) else { continue };
            let amount = quantities::of(value);
            if !amount.is_whole() {
                let message = format!("fractional byte value \"{amount}\" is invalid, must be an integer");
                warnings.push(format!("{}: {message}", place.key(name)));
            }
        }
    }
}

fn duplicate_ports(path: &Path<'_>, ports: &[Value], warnings: &mut Vec<String>) {
    let key = |port: &Value| {
        let numbers = (read::number(port, "containerPort"), read::number(port, "hostPort"));
        (numbers, read::text(port, "protocol").to_owned(), read::text(port, "hostIP").to_owned())
    };
    for (index, port) in ports.iter().enumerate() {
        if let Some(first) = ports[..index].iter().position(|other| key(other) == key(port)) {
            let (here, there) = (path.index(index).to_string(), path.index(first).to_string());
            warnings.push(format!("{here}: duplicate port definition with {there}"));
        }
    }
}
