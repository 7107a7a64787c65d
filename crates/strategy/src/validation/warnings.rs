//! What is accepted but worth a word: fields that do nothing, steps of which only a part counts, pods that two Rollouts
//! take for their own.

use super::reference::{Peer, References};
use api::rollouts::{CanaryStep, LabelSelector, Rollout};
use api::{Shape, Shaped};
use kinds::field::quoted;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

/// The fields of a spec, put together once: that takes longer than planning a Rollout.
static SPEC: LazyLock<Shape> = LazyLock::new(api::rollouts::RolloutSpec::shape);

/// Something that is accepted but worth a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The field.
    pub field: String,
    /// What of it, and what to do.
    pub message: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.message)
    }
}

/// Everything worth a word, the spec's own first.
#[must_use]
pub fn warnings(rollout: &Rollout, found: &References<'_>) -> Vec<Warning> {
    let mut warnings = spec_warnings(rollout);
    warnings.extend(overlaps(rollout, found.peers));
    warnings
}

/// What of the spec alone is worth a word.
#[must_use]
pub fn spec_warnings(rollout: &Rollout) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if let Ok(spec) = serde_json::to_value(&rollout.spec) {
        unknown("spec", &spec, &SPEC, &mut warnings);
    }
    let steps = rollout.spec.strategy.canary.iter().flat_map(|canary| &canary.steps);
    for (index, step) in steps.enumerate() {
        warnings.extend(
            several(step).map(|message| Warning { field: format!("spec.strategy.canary.steps[{index}]"), message }),
        );
    }
    warnings
}

/// The other Rollouts that take pods of this one for their own, and whose pods this one takes for its own.
#[must_use]
pub fn overlaps(rollout: &Rollout, peers: &[Peer]) -> Vec<Warning> {
    peers.iter().filter_map(|peer| overlap(rollout, peer)).collect()
}

/// Fields that nobody knows. The shape bounds the depth.
fn unknown(path: &str, value: &Value, shape: &Shape, warnings: &mut Vec<Warning>) {
    match (shape, value) {
        (Shape::Object(object), Value::Object(map)) => {
            for (key, value) in map {
                let path = format!("{path}.{key}");
                match object.fields.iter().find(|field| field.name == key) {
                    Some(field) => unknown(&path, value, &field.shape, warnings),
                    None => warnings.push(Warning { field: path, message: "unknown field, ignored".to_owned() }),
                }
            }
        }
        (Shape::List(items), Value::Array(values)) => {
            for (index, value) in values.iter().enumerate() {
                unknown(&format!("{path}[{index}]"), value, items, warnings);
            }
        }
        (Shape::Map(values), Value::Object(map)) => {
            map.iter().for_each(|(key, value)| unknown(&format!("{path}[{key}]"), value, values, warnings));
        }
        _ => {}
    }
}

/// Upstream accepts a step with several of these, and carries out the first.
fn several(step: &CanaryStep) -> Option<String> {
    let given = [
        ("pause", step.pause.is_some()),
        ("setCanaryScale", step.set_canary_scale.is_some()),
        ("setWeight", step.set_weight.is_some()),
        ("experiment", step.experiment.is_some()),
        ("analysis", step.analysis.is_some()),
        ("setHeaderRoute", step.set_header_route.is_some()),
        ("setMirrorRoute", step.set_mirror_route.is_some()),
        ("plugin", step.plugin.is_some()),
    ];
    let given: Vec<&str> = given.into_iter().filter(|(_, is_given)| *is_given).map(|(name, _)| name).collect();
    match given.as_slice() {
        [first, .., _] => Some(format!("a step is one thing: {} are given, {first} is done", given.join(", "))),
        _ => None,
    }
}

/// Pods that two Rollouts take for their own.
fn overlap(rollout: &Rollout, peer: &Peer) -> Option<Warning> {
    if peer.name == rollout.metadata.name {
        return None;
    }
    let own: BTreeMap<&str, &str> = rollout.spec.template_labels().collect();
    let others: BTreeMap<&str, &str> = peer.labels.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    let takes = rollout.spec.selector.as_ref().is_some_and(|selector| matches(selector, &others));
    let taken = matches(&peer.selector, &own);
    let whose = match (takes, taken) {
        (true, _) => format!("it matches the pods of Rollout {} too", quoted(&peer.name)),
        (false, true) => format!("the selector of Rollout {} matches the pods of this one too", quoted(&peer.name)),
        (false, false) => return None,
    };
    let message = format!("{whose}; autoscalers and Services by these labels see both: give each a label of its own");
    Some(Warning { field: "spec.selector".to_owned(), message })
}

fn matches(selector: &LabelSelector, labels: &BTreeMap<&str, &str>) -> bool {
    if labels.is_empty() || selector.match_labels.is_empty() && selector.match_expressions.is_empty() {
        return false;
    }
    let by_label = selector.match_labels.iter().all(|(key, value)| labels.get(key.as_str()) == Some(&value.as_str()));
    by_label
        && selector.match_expressions.iter().all(|requirement| {
            let found = labels.get(requirement.key.as_str());
            let among = || found.is_some_and(|found| requirement.values.iter().any(|value| value == found));
            match requirement.operator.as_str() {
                "In" => among(),
                "NotIn" => !among(),
                "Exists" => found.is_some(),
                _ => found.is_none(),
            }
        })
}
