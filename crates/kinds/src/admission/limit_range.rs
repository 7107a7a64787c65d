//! Limit ranges: what containers ask for when they do not say, and how little or much they, pods and claims may ask for.
//!
//! <https://kubernetes.io/docs/concepts/policy/limit-range/>

use crate::read;
use defaults::Quantity;
use serde_json::Value;
use std::collections::BTreeMap;

/// What tells of the defaults that were set.
const ANNOTATION: &str = "kubernetes.io/limit-ranger";
const TOLD: &str = "LimitRanger plugin set: ";

/// Amounts by resource.
type Amounts = BTreeMap<String, Quantity>;

/// Gives the containers of a new pod the requests and limits that they lack.
pub fn set_defaults(pod: &mut Value, ranges: &[Value]) {
    let mut told = Vec::new();
    for range in ranges {
        let items = items(range, "Container");
        let texts = |field: &str| -> BTreeMap<String, String> {
            let given = items.iter().flat_map(|item| read::entries(item, field));
            given.filter_map(|(name, amount)| Some((name.to_owned(), amount.as_str()?.to_owned()))).collect()
        };
        let (requests, limits) = (texts("defaultRequest"), texts("default"));
        for (list, words) in [("containers", "container"), ("initContainers", "init container")] {
            let containers = read::at_mut(pod, "spec").get_mut(list).and_then(Value::as_array_mut);
            for container in containers.into_iter().flatten() {
                let name = read::text(container, "name").to_owned();
                for (field, given, what) in [("requests", &requests, "request"), ("limits", &limits, "limit")] {
                    let set = fill(container, field, given);
                    if !set.is_empty() {
                        told.push(format!("{} {what} for {words} {name}", set.join(", ")));
                    }
                }
            }
        }
    }
    if !told.is_empty() {
        let metadata = read::at_mut(pod, "metadata");
        let mut annotations = read::at(metadata, "annotations").as_object().cloned().unwrap_or_default();
        annotations.insert(ANNOTATION.to_owned(), format!("{TOLD}{}", told.join("; ")).into());
        read::set(metadata, "annotations", annotations);
    }
}

/// Sets what a container does not say; gives the names of what was set.
fn fill(container: &mut Value, field: &str, given: &BTreeMap<String, String>) -> Vec<String> {
    let mut said =
        container.pointer(&format!("/resources/{field}")).and_then(Value::as_object).cloned().unwrap_or_default();
    let missing: Vec<String> = given.keys().filter(|name| !said.contains_key(*name)).cloned().collect();
    if missing.is_empty() {
        return missing;
    }
    for name in &missing {
        said.insert(name.clone(), given[name].clone().into());
    }
    if !container["resources"].is_object() {
        container["resources"] = Value::Object(serde_json::Map::new());
    }
    container["resources"][field] = Value::Object(said);
    missing
}

/// What of a new pod or claim a range does not allow, in Kubernetes' words.
#[must_use]
pub fn broken(plural: &str, object: &Value, range: &Value) -> Vec<String> {
    let mut problems = Vec::new();
    match plural {
        "pods" => {
            for item in items(range, "Container") {
                for list in ["containers", "initContainers"] {
                    for container in read::list(read::at(object, "spec"), list) {
                        check(item, "Container", &asked(container), &mut problems);
                    }
                }
            }
            for item in items(range, "Pod") {
                check(item, "Pod", &of_pod(object), &mut problems);
            }
        }
        "persistentvolumeclaims" => {
            for item in items(range, "PersistentVolumeClaim") {
                check_claim(item, &asked(read::at(object, "spec")).requests, &mut problems);
            }
        }
        _ => {}
    }
    problems
}

fn items<'r>(range: &'r Value, kind: &str) -> Vec<&'r Value> {
    let all = read::list(read::at(range, "spec"), "limits");
    all.iter().filter(|item| read::text(item, "type") == kind).collect()
}

/// What somebody asks for.
#[derive(Default)]
struct Asked {
    requests: Amounts,
    limits: Amounts,
}

fn amounts(value: &Value) -> Amounts {
    let given = value.as_object().into_iter().flatten();
    given.filter_map(|(name, amount)| Some((name.clone(), Quantity::parse(amount.as_str()?).ok()?))).collect()
}

fn asked(container: &Value) -> Asked {
    let resources = &container["resources"];
    Asked { requests: amounts(&resources["requests"]), limits: amounts(&resources["limits"]) }
}

/// What the containers of a pod ask for together, or the largest of those that run before them. A limit counts only
/// where every container has one.
fn of_pod(pod: &Value) -> Asked {
    let containers: Vec<Asked> = read::list(read::at(pod, "spec"), "containers").iter().map(asked).collect();
    let first: Vec<Asked> = read::list(read::at(pod, "spec"), "initContainers").iter().map(asked).collect();
    Asked {
        requests: together(&containers, &first, |it| &it.requests),
        limits: together(&containers, &first, |it| &it.limits),
    }
}

fn together(containers: &[Asked], first: &[Asked], of: fn(&Asked) -> &Amounts) -> Amounts {
    let mut total = Amounts::new();
    for amounts in containers.iter().map(of) {
        for (name, amount) in amounts {
            if containers.iter().all(|container| of(container).contains_key(name)) {
                let sum = total.get(name).map_or(*amount, |sum| *sum + *amount);
                total.insert(name.clone(), sum);
            }
        }
    }
    for (name, amount) in first.iter().flat_map(of) {
        if total.get(name).is_some_and(|sum| sum < amount) {
            total.insert(name.clone(), *amount);
        }
    }
    total
}

fn check(item: &Value, of: &str, asked: &Asked, problems: &mut Vec<String>) {
    for (name, least) in amounts(&item["min"]) {
        let what = format!("minimum {name} usage per {of} is {least}");
        match (asked.requests.get(&name), asked.limits.get(&name)) {
            (None, _) => problems.push(format!("{what}.  No request is specified")),
            (Some(request), _) if *request < least => problems.push(format!("{what}, but request is {request}")),
            (_, Some(limit)) if *limit < least => problems.push(format!("{what}, but limit is {limit}")),
            _ => {}
        }
    }
    for (name, most) in amounts(&item["max"]) {
        let what = format!("maximum {name} usage per {of} is {most}");
        match (asked.requests.get(&name), asked.limits.get(&name)) {
            (_, None) => problems.push(format!("{what}.  No limit is specified")),
            (_, Some(limit)) if *limit > most => problems.push(format!("{what}, but limit is {limit}")),
            (Some(request), _) if *request > most => problems.push(format!("{what}, but request is {request}")),
            _ => {}
        }
    }
    for (name, most) in amounts(&item["maxLimitRequestRatio"]) {
        let what = format!("{name} max limit to request ratio per {of} is {most}");
        let request = asked.requests.get(&name).filter(|amount| !amount.is_zero());
        let limit = asked.limits.get(&name).filter(|amount| !amount.is_zero());
        match (request, limit) {
            (None, _) => problems.push(format!("{what}, but no request is specified or request is 0")),
            (_, None) => problems.push(format!("{what}, but no limit is specified or limit is 0")),
            (Some(request), Some(limit)) => {
                let ratio = limit.approximate() / request.approximate();
                if ratio > most.approximate() {
                    problems.push(format!("{what}, but provided ratio is {ratio:.6}"));
                }
            }
        }
    }
}

fn check_claim(item: &Value, requests: &Amounts, problems: &mut Vec<String>) {
    for (field, word) in [("min", "minimum"), ("max", "maximum")] {
        for (name, bound) in amounts(&item[field]) {
            let what = format!("{word} {name} usage per PersistentVolumeClaim is {bound}");
            match requests.get(&name) {
                None => problems.push(format!("{what}.  No request is specified")),
                Some(request) if (field == "min" && *request < bound) || (field == "max" && *request > bound) => {
                    problems.push(format!("{what}, but request is {request}"));
                }
                Some(_) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn pod(resources: &[Value]) -> Value {
        let container = |(at, resources): (usize, &Value)| json!({"name": format!("c{at}"), "resources": resources});
        let containers: Vec<Value> = resources.iter().enumerate().map(container).collect();
        json!({"metadata": {"name": "p"}, "spec": {"containers": containers}})
    }

    fn range(item: Value) -> Value {
        json!({"spec": {"limits": [item]}})
    }

    /// The example of the documentation, with its annotation as a real cluster has it.
    #[test]
    fn containers_get_what_they_do_not_say() {
        let range = range(json!({
            "type": "Container", "default": {"cpu": "1", "memory": "512Mi"}, "defaultRequest": {"cpu": "500m"},
        }));
        let mut pod = pod(&[json!({}), json!({"limits": {"cpu": "2"}, "requests": {"cpu": "1"}})]);
        set_defaults(&mut pod, &[range]);
        let resources = |at: usize| pod["spec"]["containers"][at]["resources"].clone();
        assert_eq!(resources(0), json!({"limits": {"cpu": "1", "memory": "512Mi"}, "requests": {"cpu": "500m"}}));
        assert_eq!(resources(1), json!({"limits": {"cpu": "2", "memory": "512Mi"}, "requests": {"cpu": "1"}}));
        assert_eq!(
            pod["metadata"]["annotations"][ANNOTATION],
            "LimitRanger plugin set: cpu request for container c0; cpu, memory limit for container c0; \
             memory limit for container c1"
        );
    }

    #[test]
    fn what_is_not_allowed_is_said_as_kubernetes_does() {
        let cpu = |request: &str, limit: &str| json!({"requests": {"cpu": request}, "limits": {"cpu": limit}});
        let of = |kind: &str, field: &str, bound: &str| range(json!({"type": kind, field: {"cpu": bound}}));
        let cases = [
            (
                of("Container", "min", "200m"),
                vec![cpu("100m", "1")],
                "minimum cpu usage per Container is 200m, but request is 100m",
            ),
            (
                of("Container", "min", "200m"),
                vec![json!({})],
                "minimum cpu usage per Container is 200m.  No request is specified",
            ),
            (
                of("Container", "max", "500m"),
                vec![cpu("100m", "1")],
                "maximum cpu usage per Container is 500m, but limit is 1",
            ),
            (
                of("Container", "max", "500m"),
                vec![json!({})],
                "maximum cpu usage per Container is 500m.  No limit is specified",
            ),
            (
                of("Pod", "max", "1"),
                vec![cpu("1", "800m"), cpu("1", "700m")],
                "maximum cpu usage per Pod is 1, but limit is 1500m",
            ),
            (
                of("Container", "maxLimitRequestRatio", "2"),
                vec![cpu("250m", "1")],
                "cpu max limit to request ratio per Container is 2, but provided ratio is 4.000000",
            ),
            (of("Pod", "max", "2"), vec![cpu("1", "800m"), cpu("1", "700m")], ""),
        ];
        for (range, resources, said) in cases {
            assert_eq!(broken("pods", &pod(&resources), &range).join("|"), said);
        }
        let claims =
            range(json!({"type": "PersistentVolumeClaim", "min": {"storage": "1Gi"}, "max": {"storage": "2Gi"}}));
        let claim = |size: &str| json!({"spec": {"resources": {"requests": {"storage": size}}}});
        let told = |size: &str| broken("persistentvolumeclaims", &claim(size), &claims).join("|");
        assert_eq!(told("500Mi"), "minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 500Mi");
        assert_eq!(told("3Gi"), "maximum storage usage per PersistentVolumeClaim is 2Gi, but request is 3Gi");
        assert_eq!(told("1Gi"), "");
    }
}
