//! ResourceQuotas: what their namespaces use of them, told in their status. The limits themselves are held by the API
//! server. Start at [`plan`].

use crate::controller::{Change, Context, Controller, Item};
use crate::difference::merge_patch;
use crate::plan::{Action, CONTROLLER_MANAGER, Part, Plan};
use crate::reading::target;
use apiserver::{Api, EventKind, GroupResource, Object, quota};
use serde_json::{Value, json};

/// `resourcequotas`.
const QUOTAS: GroupResource = GroupResource::new("", "resourcequotas");

/// What to do for a quota, given what is in its namespace.
#[must_use]
pub fn plan(quota: &Object, content: &[(GroupResource, Object)]) -> Plan {
    let document = quota.value();
    let limits = quota::hard(&document);
    let mut used: quota::Usage = limits.keys().map(|name| (name.clone(), quota::Quantity::zero())).collect();
    for (resource, object) in content {
        let value = object.value();
        if !quota::is_in_scope(&document, &resource.resource, &value) {
            continue;
        }
        for (name, amount) in quota::usage(&resource.group, &resource.resource, &value) {
            if let Some(sum) = used.get_mut(&name) {
                *sum = *sum + amount;
            }
        }
    }
    let text = |usage: &quota::Usage| -> Value {
        usage.iter().map(|(name, amount)| (name.clone(), Value::from(amount.to_string()))).collect()
    };
    let after = json!({"hard": text(&limits), "used": text(&used)});
    let before = document.get("status").cloned().unwrap_or_else(|| json!({}));
    let change = merge_patch(&before, &after);
    let actions = change.map(|change| Action::Patch {
        target: target(&QUOTAS, quota),
        part: Part::Status,
        change: json!({"status": change}),
        manager: CONTROLLER_MANAGER,
        resource_version: Some(quota.meta().resource_version.clone()),
    });
    Plan { actions: actions.into_iter().collect(), wake: None }
}

/// The ResourceQuota controller.
pub(crate) struct Quotas;

impl Controller for Quotas {
    fn name(&self) -> &'static str {
        "resourcequota"
    }

    fn notice(&mut self, change: &Change<'_>, api: &Api) -> Vec<Item> {
        if *change.resource == QUOTAS {
            return vec![Item::of(change.object)];
        }
        let Some(namespace) = change.object.namespace() else { return Vec::new() };
        let quotas = api.list(&QUOTAS, namespace).items;
        let phase = |object: &Object| object.get("/status/phase");
        // A change within an object matters only when it ends what a pod takes.
        let is_counted_alike = || {
            change.kind == EventKind::Modified
                && change.previous.is_some_and(|previous| phase(previous) == phase(change.object))
                && change.previous.is_some_and(|previous| previous.meta().generation == change.object.meta().generation)
        };
        if quotas.is_empty() || is_counted_alike() {
            return Vec::new();
        }
        quotas.iter().map(Item::of).collect()
    }

    fn pass(&mut self, item: &Item, context: &Context<'_>) -> Plan {
        let Some(quota) = context.api.get(&QUOTAS, &item.namespace, &item.name) else { return Plan::nothing() };
        plan(&quota, &context.api.in_namespace(&item.namespace))
    }
}
