//! Autoscalers: the first version knows only a CPU percentage; everything else of the second travels in annotations.

use crate::read;
use serde_json::{Value, json};

const METRICS: &str = "autoscaling.alpha.kubernetes.io/metrics";
const BEHAVIOR: &str = "autoscaling.alpha.kubernetes.io/behavior";
const CONDITIONS: &str = "autoscaling.alpha.kubernetes.io/conditions";
const CURRENT_METRICS: &str = "autoscaling.alpha.kubernetes.io/current-metrics";
/// Percent of CPU that is aimed at when nothing is given.
const CPU_PERCENT: i64 = 80;

/// From the first version to the second.
pub fn to_v2(autoscaler: &mut Value) {
    let percent = {
        let spec = read::object_mut(read::at_mut(autoscaler, "spec"));
        spec.remove("targetCPUUtilizationPercentage").and_then(|value| value.as_i64())
    };
    let mut metrics: Vec<Value> =
        taken(autoscaler, METRICS).and_then(|value| value.as_array().cloned()).unwrap_or_default();
    if let Some(percent) = percent.or_else(|| metrics.is_empty().then_some(CPU_PERCENT)) {
        metrics.insert(0, cpu_metric(percent));
    }
    let behavior = taken(autoscaler, BEHAVIOR);
    let spec = read::at_mut(autoscaler, "spec");
    read::set(spec, "metrics", metrics);
    if let Some(behavior) = behavior {
        read::set(spec, "behavior", behavior);
    }
    let (conditions, current) = (taken(autoscaler, CONDITIONS), taken(autoscaler, CURRENT_METRICS));
    let status = read::at_mut(autoscaler, "status");
    read::remove(status, "currentCPUUtilizationPercentage");
    for (field, value) in [("conditions", conditions), ("currentMetrics", current)] {
        if let Some(value) = value {
            read::set(status, field, value);
        }
    }
}

/// From the second version to the first.
pub fn to_v1(autoscaler: &mut Value) {
    let spec = read::object_mut(read::at_mut(autoscaler, "spec"));
    let metrics = spec.remove("metrics").and_then(|value| value.as_array().cloned()).unwrap_or_default();
    let behavior = spec.remove("behavior").filter(|behavior| !behavior.is_null());
    let (cpu, others): (Vec<Value>, Vec<Value>) = metrics.into_iter().partition(|metric| cpu_percent(metric).is_some());
    if let Some(percent) = cpu.first().and_then(cpu_percent) {
        spec.insert("targetCPUUtilizationPercentage".to_owned(), percent.into());
    }
    let status = read::object_mut(read::at_mut(autoscaler, "status"));
    let conditions =
        status.remove("conditions").filter(|conditions| conditions.as_array().is_some_and(|c| !c.is_empty()));
    let current = status.remove("currentMetrics").filter(|metrics| metrics.as_array().is_some_and(|m| !m.is_empty()));
    put(autoscaler, METRICS, (!others.is_empty()).then_some(Value::Array(others)));
    put(autoscaler, BEHAVIOR, behavior);
    put(autoscaler, CONDITIONS, conditions);
    put(autoscaler, CURRENT_METRICS, current);
}

fn cpu_metric(percent: i64) -> Value {
    let target = json!({"type": "Utilization", "averageUtilization": percent});
    json!({"type": "Resource", "resource": {"name": "cpu", "target": target}})
}

fn cpu_percent(metric: &Value) -> Option<i64> {
    let resource = metric.get("resource").filter(|resource| read::text(resource, "name") == "cpu")?;
    resource.pointer("/target/averageUtilization").and_then(Value::as_i64)
}

fn taken(autoscaler: &mut Value, key: &str) -> Option<Value> {
    let metadata = read::at_mut(autoscaler, "metadata");
    let annotations = metadata.get_mut("annotations").and_then(Value::as_object_mut)?;
    let text = annotations.remove(key)?;
    serde_json::from_str(text.as_str()?).ok()
}

fn put(autoscaler: &mut Value, key: &str, value: Option<Value>) {
    if let Some(value) = value {
        let annotations = read::map_mut(read::at_mut(autoscaler, "metadata"), "annotations");
        annotations.insert(key.to_owned(), value.to_string().into());
    }
}
