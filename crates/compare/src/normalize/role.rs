//! Roles: no rules is no rules, however it is written.

use crate::rules::AggregatedRoles;
use serde_json::Value;

/// Reads an empty list of rules as none; so too all rules of an aggregated role, if those do not count.
pub(crate) fn normalize(role: &mut Value, aggregated: AggregatedRoles) {
    let Some(role) = role.as_object_mut() else { return };
    let is_aggregated = role.get("aggregationRule").is_some_and(Value::is_object);
    if aggregated == AggregatedRoles::Ignored && is_aggregated {
        role.insert("rules".to_owned(), Value::Null);
    }
    if let Some(rules) = role.get_mut("rules").filter(|rules| rules.as_array().is_some_and(Vec::is_empty)) {
        *rules = Value::Null;
    }
}
