//! The rules of an ApisixRoute and their backends. A leaf module.

use serde_json::{Value, json};

/// The rule of this name.
///
/// # Errors
/// When it is not there.
pub fn find_rule<'r>(route: &'r mut Value, name: &str) -> Result<&'r mut Value, String> {
    let Some(rules) = route.pointer_mut("/spec/http").and_then(Value::as_array_mut) else {
        return Err("spec.http was not found in Apisix Route manifest".to_owned());
    };
    let found = rules.iter_mut().find(|rule| rule["name"] == *name);
    found.ok_or_else(|| format!("Apisix http route rule {name} not found"))
}

/// Gives a backend of a rule its share.
///
/// # Errors
/// When it is not there.
pub fn set_weight(rule: &mut Value, service: &str, weight: i32) -> Result<(), String> {
    let Some(backends) = rule.get_mut("backends").and_then(Value::as_array_mut) else {
        return Err("Apisix http route backends not found".to_owned());
    };
    let Some(backend) = backends.iter_mut().find(|backend| backend["serviceName"] == *service) else {
        return Err(format!("apisix route {service} backend was not found"));
    };
    backend["weight"] = json!(weight);
    Ok(())
}
