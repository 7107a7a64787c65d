//! What one metric of an autoscaler says: the replicas it asks for, and what the status tells of it.

use super::metrics::{Measured, Metrics};
use super::replicas::{Pods, for_average, for_pods, for_value};
use crate::pod::Pod;
use apiserver::Object;
use apiserver::quota::Quantity;
use serde_json::{Value, json};

/// What a metric is judged by.
#[derive(Debug, Clone, Copy)]
pub struct Around<'a> {
    /// The autoscaler's namespace.
    pub namespace: &'a str,
    /// The pods of the target.
    pub pods: &'a [Object],
    /// The replicas there are to be now.
    pub current: i64,
    /// Who measures.
    pub metrics: &'a Metrics,
}

/// What a metric asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// How many replicas.
    pub replicas: i64,
    /// The metric, in words.
    pub name: String,
    /// What the status tells of it.
    pub status: Value,
}

/// Why a metric cannot be judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// For machines.
    pub reason: &'static str,
    /// For people.
    pub message: String,
}

/// Judges one metric.
pub fn judged(metric: &Value, around: &Around<'_>) -> Result<Proposal, Failed> {
    match metric["type"].as_str().unwrap_or_default() {
        "Resource" => resource(&metric["resource"], None, around),
        "ContainerResource" => {
            let container = text(&metric["containerResource"], "/container");
            resource(&metric["containerResource"], Some(container), around)
        }
        "Pods" => of_pods(&metric["pods"], around),
        "Object" => of_object(&metric["object"], around),
        "External" => of_external(&metric["external"], around),
        other => Err(Failed {
            reason: "InvalidMetricSourceType",
            message: format!("the HPA was unable to compute the replica count: unknown metric source type {other:?}"),
        }),
    }
}

fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn millis(value: &Value) -> Option<i64> {
    Some(Quantity::parse(value.as_str()?).ok()?.millis())
}

fn quantity(millis: i64) -> String {
    Quantity::parse(&format!("{millis}m")).map(|quantity| quantity.to_string()).unwrap_or_default()
}

/// Pods that count, by whether they are ready.
fn sorted<'p>(pods: &'p [Object]) -> (Vec<&'p Object>, usize) {
    let read = |object: &'p Object| (object, Pod::read(object));
    let living = pods.iter().map(read);
    let living = living.filter(|(object, pod)| !object.meta().is_terminating() && pod.status.phase != "Failed");
    let (ready, unready): (Vec<_>, Vec<_>) = living.partition(|(_, pod)| pod.is_ready());
    (ready.into_iter().map(|(object, _)| object).collect(), unready.len())
}

/// A resource that containers use and ask for.
fn resource(source: &Value, container: Option<&str>, around: &Around<'_>) -> Result<Proposal, Failed> {
    let name = text(source, "/name");
    let failed = |why: String| Failed {
        reason: if container.is_some() { "FailedGetContainerResourceMetric" } else { "FailedGetResourceMetric" },
        message: format!("the HPA was unable to compute the replica count: failed to get {name} utilization: {why}"),
    };
    let (ready, unready) = sorted(around.pods);
    let target = &source["target"];
    let (mut pods, mut requests) = (Pods { unready, ..Pods::default() }, 0);
    for pod in &ready {
        match used(pod, container, name, around.metrics) {
            Some(used) => pods.used.push(used),
            None => pods.missing += 1,
        }
    }
    if pods.used.is_empty() {
        return Err(failed(format!(
            "unable to get metrics for resource {name}: unable to fetch metrics from resource metrics API: the server \
             could not find the requested resource (get pods.metrics.k8s.io)"
        )));
    }
    let utilization = target["averageUtilization"].as_i64();
    if let Some(utilization) = utilization {
        for pod in &ready {
            requests += requested(pod, container, name).map_err(failed)?;
        }
        let each = requests / i64::try_from(ready.len().max(1)).unwrap_or(1);
        (pods.target, pods.most) = (each * utilization / 100, each * utilization.max(100) / 100);
    } else {
        pods.target = millis(&target["averageValue"]).unwrap_or_default();
        pods.most = pods.target;
    }
    let replicas = for_pods(around.current, &pods).ok_or_else(|| failed("no pods are measured".to_owned()))?;
    let mean = mean(&pods.used);
    let mut current = json!({ "averageValue": quantity(mean) });
    let what = if let (Some(_), true) = (utilization, requests > 0) {
        current["averageUtilization"] = (pods.used.iter().sum::<i64>() * 100 / requests).into();
        format!("{name} resource utilization (percentage of request)")
    } else {
        format!("{name} resource")
    };
    let mut told = json!({ "name": name, "current": current });
    let (kind, field) = match container {
        Some(container) => {
            told["container"] = container.into();
            ("ContainerResource", "containerResource")
        }
        None => ("Resource", "resource"),
    };
    let what = container.map_or(what.clone(), |_| what.replace(" resource", " container resource"));
    Ok(Proposal { replicas, name: what, status: json!({ "type": kind, field: told }) })
}

fn mean(used: &[i64]) -> i64 {
    used.iter().sum::<i64>() / i64::try_from(used.len().max(1)).unwrap_or(1)
}

fn containers(pod: &Object, only: Option<&str>) -> Vec<Value> {
    let list = pod.get("/spec/containers").and_then(|list| list.as_array().cloned()).unwrap_or_default();
    list.into_iter().filter(|it| only.is_none_or(|only| it["name"] == only)).collect()
}

/// What the containers of a pod use together; `None` when one was not measured.
fn used(pod: &Object, only: Option<&str>, name: &str, metrics: &Metrics) -> Option<i64> {
    let one = |container: &Value| {
        let container = container["name"].as_str().unwrap_or_default();
        metrics.measure(&Measured::Resource { pod, container, name })
    };
    containers(pod, only).iter().map(one).sum()
}

fn requested(pod: &Object, only: Option<&str>, name: &str) -> Result<i64, String> {
    let one = |container: &Value| {
        millis(&container["resources"]["requests"][name]).ok_or_else(|| {
            let of = container["name"].as_str().unwrap_or_default();
            format!("missing request for {name} in container {of} of Pod {}", pod.name())
        })
    };
    containers(pod, only).iter().map(one).sum()
}

fn of_pods(source: &Value, around: &Around<'_>) -> Result<Proposal, Failed> {
    let metric = text(source, "/metric/name");
    let (ready, unready) = sorted(around.pods);
    let target = millis(&source["target"]["averageValue"]).unwrap_or_default();
    let mut pods = Pods { unready, target, most: target, ..Pods::default() };
    for pod in ready {
        match around.metrics.measure(&Measured::Pods { pod, metric }) {
            Some(used) => pods.used.push(used),
            None => pods.missing += 1,
        }
    }
    let replicas = for_pods(around.current, &pods).ok_or_else(|| unmeasured("FailedGetPodsMetric", "pods", metric))?;
    let status = json!({"type": "Pods", "pods": {
        "metric": source["metric"], "current": {"averageValue": quantity(mean(&pods.used))},
    }});
    Ok(Proposal { replicas, name: format!("pods metric {metric}"), status })
}

fn unmeasured(reason: &'static str, what: &str, metric: &str) -> Failed {
    let message = format!(
        "the HPA was unable to compute the replica count: unable to get {what} metric {metric}: nothing measures it"
    );
    Failed { reason, message }
}

fn of_object(source: &Value, around: &Around<'_>) -> Result<Proposal, Failed> {
    let (metric, kind, name) =
        (text(source, "/metric/name"), text(source, "/describedObject/kind"), text(source, "/describedObject/name"));
    let measured = Measured::Object { namespace: around.namespace, kind, name, metric };
    let value =
        around.metrics.measure(&measured).ok_or_else(|| unmeasured("FailedGetObjectMetric", "object", metric))?;
    let (replicas, current) = of_number(value, &source["target"], around);
    let status = json!({"type": "Object", "object": {
        "metric": source["metric"], "describedObject": source["describedObject"], "current": current,
    }});
    Ok(Proposal { replicas, name: format!("{kind} metric {metric}"), status })
}

fn of_external(source: &Value, around: &Around<'_>) -> Result<Proposal, Failed> {
    let metric = text(source, "/metric/name");
    let measured = Measured::External { namespace: around.namespace, metric };
    let value =
        around.metrics.measure(&measured).ok_or_else(|| unmeasured("FailedGetExternalMetric", "external", metric))?;
    let (replicas, current) = of_number(value, &source["target"], around);
    let status = json!({"type": "External", "external": {"metric": source["metric"], "current": current}});
    Ok(Proposal { replicas, name: format!("external metric {metric}"), status })
}

/// A number for all pods together, by value or by their average.
fn of_number(value: i64, target: &Value, around: &Around<'_>) -> (i64, Value) {
    if let Some(average) = millis(&target["averageValue"]) {
        let each = value / around.current.max(1);
        return (for_average(around.current, value, average), json!({ "averageValue": quantity(each) }));
    }
    let ready = i64::try_from(sorted(around.pods).0.len()).unwrap_or(i64::MAX);
    let wanted = millis(&target["value"]).unwrap_or_default();
    (for_value(around.current, ready, value, wanted), json!({ "value": quantity(value) }))
}
