//! The subsets of a DestinationRule: each version is one, told from the others by the hash of its template.

use crate::edit::map_at;
use crate::routing::Routing;
use api::rollouts::names::{ANNOTATION_MANAGED_BY, LABEL_POD_TEMPLATE_HASH};
use api::rollouts::{IstioDestinationRule, Rollout};
use serde_json::{Value, json};

/// A DestinationRule as it is to be.
pub struct Edited {
    /// It.
    pub rule: Value,
    /// The hashes that subsets are switched to.
    pub hashes: Vec<String>,
}

impl Edited {
    /// What people are told.
    pub fn told(&self, block: &IstioDestinationRule, wanted: &Routing) -> String {
        let IstioDestinationRule { name, canary_subset_name, stable_subset_name, .. } = block;
        let (canary, stable) = (&wanted.canary.hash, &wanted.stable.hash);
        format!(
            "DestinationRule {name} subset updated ({canary_subset_name}: {canary}, {stable_subset_name}: {stable})"
        )
    }
}

/// Points the subsets of both versions and of experiments to their pods. Other subsets stay as they are.
///
/// # Errors
/// Which subset is not there, or whose the rule is.
pub fn edit(rule: &Value, block: &IstioDestinationRule, rollout: &Rollout, wanted: &Routing) -> Result<Edited, String> {
    let manager = rule.pointer("/metadata/annotations").and_then(|all| all.get(ANNOTATION_MANAGED_BY)?.as_str());
    if let Some(other) = manager.filter(|manager| *manager != rollout.metadata.name) {
        let field = "spec.strategy.canary.trafficRouting.istio.destinationRule.name";
        return Err(format!("it is managed by Rollout `{other}`: name another in {field}"));
    }
    let mut edited = Edited { rule: rule.clone(), hashes: Vec::new() };
    if let Some(annotations) = map_at(&mut edited.rule, &["metadata", "annotations"]) {
        annotations.insert(ANNOTATION_MANAGED_BY.to_owned(), json!(rollout.metadata.name));
    }
    let Some(subsets) = edited.rule.pointer_mut("/spec/subsets").and_then(Value::as_array_mut) else {
        return Err("spec.subsets is not there".to_owned());
    };
    let names = [&block.canary_subset_name, &block.stable_subset_name];
    for name in names {
        if !subsets.iter().any(|subset| subset["name"] == **name) {
            return Err(format!("spec.subsets holds no subset named `{name}`"));
        }
    }
    let experiment = |name: &Value| wanted.additional.iter().find(|share| *name == *share.service);
    let is_own = |subset: &Value| names.iter().any(|name| subset["name"] == ***name);
    subsets.retain(|subset| is_own(subset) || experiment(&subset["name"]).is_some() || !is_made(subset));
    for share in &wanted.additional {
        if !subsets.iter().any(|subset| subset["name"] == *share.service) {
            subsets.push(json!({"name": share.service, "labels": {}}));
        }
    }
    for subset in subsets {
        let hash = if subset["name"] == *block.canary_subset_name {
            &wanted.canary.hash
        } else if subset["name"] == *block.stable_subset_name {
            &wanted.stable.hash
        } else if let Some(share) = experiment(&subset["name"]) {
            &share.hash
        } else {
            continue;
        };
        if point(subset, hash) {
            edited.hashes.push(hash.clone());
        }
    }
    Ok(edited)
}

/// Whether a subset is one that was made for an experiment: nothing but a hash tells its pods from others.
fn is_made(subset: &Value) -> bool {
    let only_hash = subset["labels"].as_object().is_some_and(|labels| labels.keys().eq([LABEL_POD_TEMPLATE_HASH]));
    let fields = subset.as_object().map_or(0, serde_json::Map::len);
    only_hash && fields == 2
}

/// Points a subset to the pods of a version, or to those of all; says whether it was not so.
fn point(subset: &mut Value, hash: &str) -> bool {
    let Some(labels) = map_at(subset, &["labels"]) else { return false };
    if hash.is_empty() {
        return labels.remove(LABEL_POD_TEMPLATE_HASH).is_some();
    }
    labels.insert(LABEL_POD_TEMPLATE_HASH.to_owned(), json!(hash)) != Some(json!(hash))
}

/// The merge patch that gives a DestinationRule back to its user: no hash tells pods apart, and nobody manages it.
/// `None` when no Rollout does.
#[must_use]
pub fn release_destination_rule(rule: &Value) -> Option<Value> {
    let mark = rule.pointer("/metadata/annotations").and_then(|annotations| annotations.get(ANNOTATION_MANAGED_BY));
    mark?;
    let mut patch = json!({"metadata": {"annotations": { ANNOTATION_MANAGED_BY: null }}});
    let mut subsets = rule.pointer("/spec/subsets").and_then(Value::as_array).cloned().unwrap_or_default();
    for subset in &mut subsets {
        point(subset, "");
    }
    if Some(&subsets) != rule.pointer("/spec/subsets").and_then(Value::as_array) {
        patch["spec"] = json!({ "subsets": subsets });
    }
    Some(patch)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_that_is_left_selects_all_pods_again() {
        let hash = LABEL_POD_TEMPLATE_HASH;
        let rule = json!({
            "metadata": {"annotations": { ANNOTATION_MANAGED_BY: "web", "own": "1" }},
            "spec": {"host": "web", "subsets": [
                {"name": "stable", "labels": {hash: "a", "app": "web"}},
                {"name": "other", "labels": {"app": "other"}},
            ]},
        });
        let patch = release_destination_rule(&rule).expect("it is managed");
        assert_eq!(
            patch["spec"]["subsets"],
            json!([{"name": "stable", "labels": {"app": "web"}}, {"name": "other", "labels": {"app": "other"}}])
        );
        assert_eq!(release_destination_rule(&json!({"metadata": {}, "spec": {"subsets": []}})), None);
    }
}
