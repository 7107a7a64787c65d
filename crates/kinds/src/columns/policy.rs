//! Quotas, disruption budgets, bindings, webhooks and signing requests.

use super::age::{age, human_duration};
use super::labels::NONE;
use super::name::name;
use crate::read;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// Resource quotas.
pub fn quota(object: &Value, now: Timestamp) -> Vec<Value> {
    let status = read::at(object, "status");
    let (mut requests, mut limits) = (Vec::new(), Vec::new());
    for (resource, hard) in read::entries(status, "hard") {
        let used = read::text(read::at(status, "used"), resource);
        let used = if used.is_empty() { "0" } else { used };
        let text = format!("{resource}: {used}/{}", hard.as_str().unwrap_or_default());
        if resource.starts_with("limits") { limits.push(text) } else { requests.push(text) }
    }
    vec![name(object), json!(requests.join(", ")), json!(limits.join(", ")), json!(age(object, now))]
}

/// Disruption budgets.
pub fn disruption_budget(object: &Value, now: Timestamp) -> Vec<Value> {
    let spec = read::at(object, "spec");
    let shown = |field: &str| match read::given(spec, field) {
        None => json!("N/A"),
        Some(Value::String(text)) => json!(text),
        Some(number) => json!(number.to_string()),
    };
    let allowed = read::number(read::at(object, "status"), "disruptionsAllowed");
    vec![name(object), shown("minAvailable"), shown("maxUnavailable"), json!(allowed), json!(age(object, now))]
}

/// Role bindings and cluster role bindings.
pub fn binding(object: &Value, now: Timestamp) -> Vec<Value> {
    let role = read::at(object, "roleRef");
    let subjects = |kind: &str| {
        let named = |subject: &Value| match kind {
            "ServiceAccount" => format!("{}/{}", read::text(subject, "namespace"), read::text(subject, "name")),
            _ => read::text(subject, "name").to_owned(),
        };
        let all = read::list(object, "subjects").iter().filter(|subject| read::text(subject, "kind") == kind);
        json!(all.map(named).collect::<Vec<_>>().join(", "))
    };
    vec![
        name(object),
        json!(format!("{}/{}", read::text(role, "kind"), read::text(role, "name"))),
        json!(age(object, now)),
        subjects("User"),
        subjects("Group"),
        subjects("ServiceAccount"),
    ]
}

/// Webhook configurations.
pub fn webhooks(object: &Value, now: Timestamp) -> Vec<Value> {
    vec![name(object), json!(read::list(object, "webhooks").len()), json!(age(object, now))]
}

/// Certificate signing requests.
pub fn signing_request(object: &Value, now: Timestamp) -> Vec<Value> {
    let (spec, status) = (read::at(object, "spec"), read::at(object, "status"));
    let has = |kind: &str| read::list(status, "conditions").iter().any(|one| read::text(one, "type") == kind);
    let mut condition = ["Approved", "Denied", "Failed"].into_iter().filter(|kind| has(kind)).collect::<Vec<_>>();
    if condition.is_empty() {
        condition.push("Pending");
    }
    if !read::text(status, "certificate").is_empty() {
        condition.push("Issued");
    }
    let duration = read::given_number(spec, "expirationSeconds")
        .map_or_else(|| NONE.to_owned(), |seconds| human_duration(SignedDuration::from_secs(seconds)));
    vec![
        name(object),
        json!(age(object, now)),
        json!(read::text(spec, "signerName")),
        json!(read::text(spec, "username")),
        json!(duration),
        json!(condition.join(",")),
    ]
}
