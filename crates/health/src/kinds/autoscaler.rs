//! HorizontalPodAutoscaler: its conditions, in the status (v2) or in an annotation (v1).

use crate::fields::{list, text};
use crate::outcome::{Health, HealthError};
use api::HealthStatusCode::{Degraded, Healthy, Progressing};
use object::Object;
use serde_json::Value;

/// Where autoscaling/v1 keeps the conditions it has no field for.
const CONDITIONS: &str = "autoscaling.alpha.kubernetes.io/conditions";

const FAILURES: [(&str, &str); 8] = [
    ("AbleToScale", "FailedGetScale"),
    ("AbleToScale", "FailedUpdateScale"),
    ("ScalingActive", "FailedGetResourceMetric"),
    ("ScalingActive", "FailedGetObjectMetric"),
    ("ScalingActive", "FailedGetPodsMetric"),
    ("ScalingActive", "FailedGetExternalMetric"),
    ("ScalingActive", "FailedComputeMetricsReplicas"),
    ("ScalingActive", "InvalidSelector"),
];

pub(super) fn health(live: &Object) -> Result<Health, HealthError> {
    let value = live.value();
    if &*live.gvk().version == "v2" {
        return Ok(judge(list(&value, "/status/conditions")));
    }
    let Some(annotation) = live.meta().annotation(CONDITIONS) else { return Ok(judge(&[])) };
    let conditions: Vec<Value> =
        serde_json::from_str(annotation).map_err(|_| HealthError::Field("conditions annotation"))?;
    Ok(judge(&conditions))
}

// Compat: a reason of failure counts whatever the condition's status.
fn judge(conditions: &[Value]) -> Health {
    let failed = |it: &&Value| FAILURES.contains(&(text(it, "/type"), text(it, "/reason")));
    let works =
        |it: &&Value| matches!(text(it, "/type"), "AbleToScale" | "ScalingLimited") && text(it, "/status") == "True";
    if let Some(condition) = conditions.iter().find(failed) {
        return Health::new(Degraded, text(condition, "/message"));
    }
    match conditions.iter().find(works) {
        Some(condition) => Health::new(Healthy, text(condition, "/message")),
        None => Health::new(Progressing, "Waiting to Autoscale"),
    }
}
