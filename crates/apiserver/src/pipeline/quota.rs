//! Quotas: nothing is created that would take more than its namespace may have.

use super::metadata;
use super::request::Writing;
use crate::error::ApiError;
use crate::group_resource::{GroupResource, resources};
use kinds::admission::quota::{Usage, hard, is_in_scope, unsaid, usage};
use serde_json::Value;

/// `resourcequotas`.
pub const QUOTAS: GroupResource = GroupResource::new("", "resourcequotas");

/// Whether the quotas of the request's namespace have room for the object.
pub fn check_create(writing: &Writing<'_>, object: &Value) -> Result<(), ApiError> {
    let resource = writing.served.resource.name();
    if writing.namespace.is_empty() || resource == QUOTAS {
        return Ok(());
    }
    let quotas = writing.shared.store.list(&QUOTAS, writing.namespace).entries;
    for (_, entry) in quotas {
        let quota = entry.object.value();
        if !is_in_scope(&quota, &resource.resource, object) {
            continue;
        }
        let refuse = |cause: &str| Err(ApiError::forbidden(&resource, metadata::text(object, "name"), cause));
        let name = entry.object.name();
        if resource == resources::PODS {
            let missing = unsaid(&quota, object);
            if !missing.is_empty() {
                return refuse(&format!("failed quota: {name}: must specify {}", missing.join("; ")));
            }
        }
        if let Some(cause) = excess(writing, &quota, &usage(&resource.group, &resource.resource, object)) {
            return refuse(&format!("exceeded quota: {name}, {cause}"));
        }
    }
    Ok(())
}

/// What there would be too much of, in Kubernetes' words.
fn excess(writing: &Writing<'_>, quota: &Value, asked: &Usage) -> Option<String> {
    let limits = hard(quota);
    let asked: Usage = asked
        .iter()
        .filter(|(name, _)| limits.contains_key(*name))
        .map(|(name, amount)| (name.clone(), *amount))
        .collect();
    if asked.is_empty() {
        return None;
    }
    let resource = writing.served.resource.name();
    let present = writing.shared.store.list(&resource, writing.namespace).entries;
    let mut used = Usage::new();
    for (_, entry) in present {
        let object = entry.object.value();
        if is_in_scope(quota, &resource.resource, &object) {
            for (name, amount) in usage(&resource.group, &resource.resource, &object) {
                let sum = used.get(&name).map_or(amount, |before| *before + amount);
                used.insert(name, sum);
            }
        }
    }
    let zero = defaults::Quantity::zero();
    let used_of = |name: &String| used.get(name).copied().unwrap_or(zero);
    let over: Vec<&String> =
        asked.iter().filter(|(name, amount)| used_of(name) + **amount > limits[*name]).map(|(name, _)| name).collect();
    if over.is_empty() {
        return None;
    }
    let shown = |amount: &dyn Fn(&String) -> defaults::Quantity| {
        over.iter().map(|name| format!("{name}={}", amount(name))).collect::<Vec<_>>().join(",")
    };
    let (requested, used, limited) = (shown(&|name| asked[name]), shown(&used_of), shown(&|name| limits[name]));
    Some(format!("requested: {requested}, used: {used}, limited: {limited}"))
}
