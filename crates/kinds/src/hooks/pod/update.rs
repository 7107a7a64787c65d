//! What may change of a pod: hardly anything but images.

use super::whole::validate as validate_new;
use crate::field::{Errors, Path};
use crate::read;
use serde_json::Value;

const SPEC: Path<'static> = Path::root("spec");
/// The fields that may change, as the refusal lists them.
const UPDATABLE: &str = "`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,\
                         `spec.tolerations` (only additions to existing tolerations),\
                         `spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

/// Keeps all but what the subresource writes.
pub fn keep_for_part(part: &str, new: &mut Value, old: &Value) {
    let mut kept = old.clone();
    let version = read::at(read::at(new, "metadata"), "resourceVersion").clone();
    read::set(read::at_mut(&mut kept, "metadata"), "resourceVersion", version);
    read::copy(read::at_mut(&mut kept, "metadata"), read::at(new, "metadata"), "managedFields");
    match part {
        "ephemeralcontainers" => {
            read::copy(read::at_mut(&mut kept, "spec"), read::at(new, "spec"), "ephemeralContainers");
        }
        "resize" => {
            for list in ["containers", "initContainers"] {
                take_resources(&mut kept, new, list);
            }
        }
        "binding" => {
            read::copy(read::at_mut(&mut kept, "spec"), read::at(new, "spec"), "nodeName");
            read::copy(read::at_mut(&mut kept, "metadata"), read::at(new, "metadata"), "labels");
            read::copy(&mut kept, new, "status");
        }
        _ => (),
    }
    *new = kept;
}

fn take_resources(kept: &mut Value, new: &Value, list: &str) {
    let changed = read::list(read::at(new, "spec"), list).to_vec();
    let Some(containers) = read::at_mut(kept, "spec").get_mut(list).and_then(Value::as_array_mut) else { return };
    for container in containers {
        let name = read::text(container, "name").to_owned();
        if let Some(source) = changed.iter().find(|source| read::text(source, "name") == name) {
            read::copy(container, source, "resources");
            read::copy(container, source, "resizePolicy");
        }
    }
}

/// Problems of an update of the pod itself.
pub fn validate(pod: &Value, old: &Value, errors: &mut Errors) {
    let (spec, before) = (read::at(pod, "spec"), read::at(old, "spec"));
    validate_rest(pod, errors);
    for list in ["containers", "initContainers"] {
        if read::list(spec, list).len() != read::list(before, list).len() {
            return errors.forbidden(&SPEC.child(list), "pod updates may not add or remove containers");
        }
    }
    if !deadline(spec, before, errors) {
        return;
    }
    additions(spec, before, errors);
    if allowed(spec, before) != allowed(before, before) {
        // Compat: Kubernetes adds a diff of its internal form of the specification here; it is left out.
        errors.forbidden(&SPEC, format!("pod updates may not change fields other than {UPDATABLE}\n"));
    }
}

/// The rules for new pods, without the one that only creation has.
fn validate_rest(pod: &Value, errors: &mut Errors) {
    let mut without = pod.clone();
    read::remove(read::at_mut(&mut without, "spec"), "ephemeralContainers");
    validate_new(&without, errors);
}

fn deadline(spec: &Value, before: &Value, errors: &mut Errors) -> bool {
    let path = SPEC.child("activeDeadlineSeconds");
    match (read::given_number(spec, "activeDeadlineSeconds"), read::given_number(before, "activeDeadlineSeconds")) {
        (Some(new), Some(old)) if new > old => {
            errors.invalid_number(&path, new, "must be less than or equal to previous value");
            false
        }
        (None, Some(_)) => {
            errors.invalid(&path, &Value::Null, "must not update from a positive integer to nil value");
            true
        }
        _ => true,
    }
}

fn additions(spec: &Value, before: &Value, errors: &mut Errors) {
    let key = |toleration: &Value| {
        let mut toleration = toleration.clone();
        read::remove(&mut toleration, "tolerationSeconds");
        toleration
    };
    let new: Vec<Value> = read::list(spec, "tolerations").iter().map(key).collect();
    if !read::list(before, "tolerations").iter().all(|old| new.contains(&key(old))) {
        let message = "existing toleration can not be modified except its tolerationSeconds";
        errors.forbidden(&SPEC.child("tolerations"), message);
    }
    let gates = read::list(before, "schedulingGates");
    let path = SPEC.child("schedulingGates");
    for (index, gate) in read::list(spec, "schedulingGates").iter().enumerate().filter(|(_, g)| !gates.contains(g)) {
        let name = crate::field::quoted(read::text(gate, "name"));
        errors.forbidden(&path.index(index), format!("only deletion is allowed, but found new scheduling gate {name}"));
    }
}

/// The specification with everything that may change put as it was.
fn allowed(spec: &Value, before: &Value) -> Value {
    let mut kept = spec.clone();
    for list in ["containers", "initContainers"] {
        let old = read::list(before, list);
        let Some(containers) = kept.get_mut(list).and_then(Value::as_array_mut) else { continue };
        for (container, old) in containers.iter_mut().zip(old) {
            read::copy(container, old, "image");
        }
    }
    for field in ["activeDeadlineSeconds", "schedulingGates", "tolerations"] {
        read::copy(&mut kept, before, field);
    }
    let was_negative = read::number(before, "terminationGracePeriodSeconds") < 0;
    if was_negative && read::number(spec, "terminationGracePeriodSeconds") == 1 {
        read::copy(&mut kept, before, "terminationGracePeriodSeconds");
    }
    if !read::list(before, "schedulingGates").is_empty() {
        read::copy(&mut kept, before, "nodeSelector");
        let node = read::at(before, "affinity").get("nodeAffinity").cloned();
        if let (Some(node), Some(affinity)) = (node, kept.get_mut("affinity")) {
            read::set(affinity, "nodeAffinity", node);
        }
    }
    kept
}

/// Problems of an update of the status.
pub fn validate_status(pod: &Value, old: &Value, errors: &mut Errors) {
    let (spec, before) = (read::at(pod, "spec"), read::at(old, "spec"));
    if read::text(spec, "nodeName") != read::text(before, "nodeName") {
        errors.forbidden(&SPEC.child("nodeName"), "may not be changed directly");
    }
    let class = |pod: &Value| read::text(read::at(pod, "status"), "qosClass").to_owned();
    if class(pod) != class(old) && !class(old).is_empty() {
        let path = Path::root("status");
        errors.invalid_text(&path.child("qosClass"), &class(pod), "field is immutable");
    }
}

/// Problems of an update through another subresource.
pub fn validate_part(part: &str, pod: &Value, old: &Value, errors: &mut Errors) {
    validate_rest(pod, errors);
    if part == "resize" {
        let own = read::text(read::at(pod, "status"), "qosClass");
        if super::qos::class(read::at(pod, "spec")) != own {
            errors.invalid_text(&SPEC, own, "Pod QOS Class may not change as a result of resizing");
        }
    }
    if part != "ephemeralcontainers" {
        return;
    }
    let path = SPEC.child("ephemeralContainers");
    let new = read::list(read::at(pod, "spec"), "ephemeralContainers");
    super::containers::validate_ephemeral(pod, errors);
    for old in read::list(read::at(old, "spec"), "ephemeralContainers") {
        let name = read::text(old, "name");
        match new.iter().find(|container| read::text(container, "name") == name) {
            None => errors.forbidden(&path, format!("existing ephemeral containers {name:?} may not be removed\n")),
            Some(same) if same != old => {
                errors.forbidden(&path, format!("existing ephemeral containers {name:?} may not be changed\n"));
            }
            Some(_) => (),
        }
    }
}
