//! Horizontal pod autoscalers.

use super::fields::{default_to, map};
use serde_json::{Map, Value, json};

/// Percent of the requested CPU that is aimed at when no metric is given.
const CPU_PERCENT: i64 = 80;

pub fn v1(autoscaler: &mut Map<String, Value>) {
    if let Some(spec) = map(autoscaler, "spec") {
        default_to(spec, "minReplicas", 1);
    }
}

pub fn v2(autoscaler: &mut Map<String, Value>) {
    let Some(spec) = map(autoscaler, "spec") else { return };
    default_to(spec, "minReplicas", 1);
    let target = json!({"type": "Utilization", "averageUtilization": CPU_PERCENT});
    default_to(spec, "metrics", json!([{"type": "Resource", "resource": {"name": "cpu", "target": target}}]));
    if let Some(Value::Object(behavior)) = spec.get_mut("behavior") {
        scaling_rules(behavior, "scaleUp");
        scaling_rules(behavior, "scaleDown");
    }
}

fn scaling_rules(behavior: &mut Map<String, Value>, direction: &str) {
    let Some(rules) = map(behavior, direction) else { return };
    default_to(rules, "selectPolicy", "Max");
    let percent = json!({"type": "Percent", "value": 100, "periodSeconds": 15});
    if direction == "scaleUp" {
        default_to(rules, "stabilizationWindowSeconds", 0);
        default_to(rules, "policies", json!([{"type": "Pods", "value": 4, "periodSeconds": 15}, percent]));
    } else {
        default_to(rules, "policies", json!([percent]));
    }
}
