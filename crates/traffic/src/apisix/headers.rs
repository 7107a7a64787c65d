//! The route for requests with certain headers: the weighted rules once more, before the others, with the new version
//! as what they lead to.

use super::rules::{find_rule, set_weight};
use api::rollouts::{HeaderRoutingMatch, SetHeaderRoute};
use serde_json::{Value, json};

/// All of a backend's share.
const ALL: i32 = 100;

/// The spec of that route.
///
/// # Errors
/// Which rule, or which backend of it, is not there.
pub fn spec(
    base: &Value,
    rules: Vec<&str>,
    (stable, canary): (&str, &str),
    header: &SetHeaderRoute,
) -> Result<Value, String> {
    let exprs: Vec<Value> = header.matches.iter().flat_map(conditions).collect();
    let mut made = Vec::with_capacity(rules.len());
    let mut route = base.clone();
    for name in rules {
        let mut rule = find_rule(&mut route, name)?.clone();
        set_weight(&mut rule, canary, ALL)?;
        if let Some(backends) = rule.get_mut("backends").and_then(Value::as_array_mut) {
            backends.retain(|backend| backend["serviceName"] != *stable);
        }
        rule["priority"] = json!(rule["priority"].as_i64().unwrap_or_default() + 1);
        let Some(conditions) = crate::edit::map_at(&mut rule, &["match"]) else {
            return Err(format!("Apisix http route rule {name}: match is no mapping"));
        };
        conditions.insert("exprs".to_owned(), json!(exprs));
        made.push(rule);
    }
    let mut spec = base["spec"].clone();
    spec["http"] = Value::Array(made);
    Ok(spec)
}

fn conditions(wanted: &HeaderRoutingMatch) -> Vec<Value> {
    let Some(value) = &wanted.header_value else { return Vec::new() };
    let subject = json!({"scope": "Header", "name": wanted.header_name});
    let prefix = if value.prefix.is_empty() { String::new() } else { format!("^{}.*", value.prefix) };
    let all = [("Equal", &value.exact), ("RegexMatch", &value.regex), ("RegexMatch", &prefix)];
    let given = all.into_iter().filter(|(_, text)| !text.is_empty());
    given.map(|(op, text)| json!({"subject": subject, "op": op, "value": text})).collect()
}
