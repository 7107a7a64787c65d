//! Whether a node can take a pod, and in Kubernetes' words why not. One small function for each rule.

use super::fleet::{Fleet, Node, Placed};
use super::terms::{AffinityTerm, Labels, node_term_matches, required_affinity, required_anti_affinity};
use apiserver::{LabelSelector, Object};
use serde_json::Value;
use std::collections::BTreeMap;

/// Why a node cannot take a pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Objection {
    /// The reasons, each counted by itself.
    pub reasons: Vec<String>,
    /// Whether removing pods from the node could help.
    pub is_resolvable: bool,
}

/// The pod to place, with what it asks for.
pub(super) struct Candidate<'a> {
    pub object: &'a Object,
    pub spec: &'a Value,
    pub placed: Placed,
}

type Rule = fn(&Candidate<'_>, &Node, &Fleet) -> Option<Objection>;

/// The rules in upstream's order: the first that objects speaks for the node.
const RULES: [Rule; 9] = [
    unschedulable,
    node_name,
    taints,
    node_affinity,
    host_ports,
    resources,
    topology_spread,
    pod_affinity,
    existing_anti_affinity,
];

/// Whether the node can take the pod.
pub(super) fn object_to(candidate: &Candidate<'_>, node: &Node, fleet: &Fleet) -> Option<Objection> {
    RULES.iter().find_map(|rule| rule(candidate, node, fleet))
}

fn never(reason: &str) -> Option<Objection> {
    Some(Objection { reasons: vec![reason.to_owned()], is_resolvable: false })
}

fn for_now(reason: &str) -> Option<Objection> {
    Some(Objection { reasons: vec![reason.to_owned()], is_resolvable: true })
}

fn unschedulable(candidate: &Candidate<'_>, node: &Node, _: &Fleet) -> Option<Objection> {
    let taint = super::fleet::Taint {
        key: "node.kubernetes.io/unschedulable".to_owned(),
        value: String::new(),
        effect: "NoSchedule".to_owned(),
    };
    if node.is_unschedulable && !tolerates(candidate.spec, &taint) {
        return never("node(s) were unschedulable");
    }
    None
}

fn node_name(candidate: &Candidate<'_>, node: &Node, _: &Fleet) -> Option<Objection> {
    match candidate.spec["nodeName"].as_str() {
        Some(name) if !name.is_empty() && name != &*node.name => never("node(s) didn't match the requested node name"),
        _ => None,
    }
}

fn taints(candidate: &Candidate<'_>, node: &Node, _: &Fleet) -> Option<Objection> {
    let mut hard = node.taints.iter().filter(|taint| taint.effect != "PreferNoSchedule");
    if hard.all(|taint| tolerates(candidate.spec, taint)) { None } else { never("node(s) had untolerated taint(s)") }
}

/// Whether the pod tolerates a taint.
pub(super) fn tolerates(spec: &Value, taint: &super::fleet::Taint) -> bool {
    spec["tolerations"].as_array().into_iter().flatten().any(|toleration| {
        let text = |field: &str| toleration[field].as_str().unwrap_or_default();
        let key = text("key").is_empty() && text("operator") == "Exists" || text("key") == taint.key;
        let effect = text("effect").is_empty() || text("effect") == taint.effect;
        key && effect && (text("operator") == "Exists" || text("value") == taint.value)
    })
}

/// Whether a pod of this spec may be on a node, by its node selector and affinity.
pub(crate) fn matches_node(spec: &Value, node: &Object) -> bool {
    fits_node(spec, node.name(), &node.meta().labels)
}

/// The effects of a node's taints that a pod of this spec does not tolerate; those that only ask are left out.
pub(crate) fn untolerated(spec: &Value, node: &Object) -> Vec<String> {
    let taints = node.get("/spec/taints").unwrap_or_default();
    let taints = taints.as_array().into_iter().flatten().filter_map(|taint| {
        let text = |field: &str| taint[field].as_str().unwrap_or_default().to_owned();
        let taint = super::fleet::Taint { key: text("key"), value: text("value"), effect: text("effect") };
        (taint.effect != "PreferNoSchedule" && !tolerates(spec, &taint)).then_some(taint.effect)
    });
    taints.collect()
}

fn fits_node(spec: &Value, name: &str, labels: &Labels) -> bool {
    let wanted = spec["nodeSelector"].as_object().into_iter().flatten();
    let selected = wanted.into_iter().all(|(key, value)| labels.get(key.as_str()).map(|own| &**own) == value.as_str());
    let required = &spec["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"];
    let terms = required["nodeSelectorTerms"].as_array();
    selected && terms.is_none_or(|terms| terms.iter().any(|term| node_term_matches(term, name, labels)))
}

fn node_affinity(candidate: &Candidate<'_>, node: &Node, _: &Fleet) -> Option<Objection> {
    if fits_node(candidate.spec, &node.name, &node.labels) {
        return None;
    }
    never("node(s) didn't match Pod's node affinity/selector")
}

fn host_ports(candidate: &Candidate<'_>, node: &Node, fleet: &Fleet) -> Option<Objection> {
    if candidate.placed.ports.is_empty() {
        return None;
    }
    let taken = fleet.on(&node.name).any(|placed| !placed.ports.is_disjoint(&candidate.placed.ports));
    if taken { for_now("node(s) didn't have free ports for the requested pod ports") } else { None }
}

fn resources(candidate: &Candidate<'_>, node: &Node, fleet: &Fleet) -> Option<Objection> {
    let given = |name: &str| node.allocatable.get(name).copied();
    let mut reasons = Vec::new();
    let mut is_resolvable = true;
    let pods = i128::try_from(fleet.count(&node.name)).unwrap_or(i128::MAX) * 1000;
    if given("pods").is_some_and(|most| pods + 1000 > most) {
        reasons.push("Too many pods".to_owned());
    }
    for (name, amount) in candidate.placed.requests.iter().filter(|(_, amount)| **amount > 0) {
        let most = given(name).unwrap_or_default();
        if amount + fleet.used(&node.name, name) > most {
            reasons.push(format!("Insufficient {name}"));
            is_resolvable &= *amount <= most;
        }
    }
    (!reasons.is_empty()).then_some(Objection { reasons, is_resolvable })
}

fn domain<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    node.labels.get(key).map(|value| &**value)
}

/// The pods in the same domain as the node.
fn neighbours<'f>(node: &Node, key: &str, fleet: &'f Fleet) -> Vec<&'f Placed> {
    let Some(own) = domain(node, key) else { return Vec::new() };
    let near = fleet.nodes.values().filter(|other| domain(other, key) == Some(own));
    near.flat_map(|other| fleet.on(&other.name)).collect()
}

fn meets(term: &AffinityTerm, placed: &Placed) -> bool {
    term.means(&placed.namespace, &placed.labels)
}

fn pod_affinity(candidate: &Candidate<'_>, node: &Node, fleet: &Fleet) -> Option<Objection> {
    let namespace = &candidate.placed.namespace;
    for term in required_affinity(candidate.spec, namespace) {
        let near = neighbours(node, &term.topology_key, fleet).into_iter().any(|placed| meets(&term, placed));
        // The first of a group that wants to be together may go anywhere.
        let is_first = meets(&term, &candidate.placed)
            && domain(node, &term.topology_key).is_some()
            && !fleet.nodes.keys().any(|name| fleet.on(name).any(|placed| meets(&term, placed)));
        if !near && !is_first {
            return never("node(s) didn't match pod affinity rules");
        }
    }
    let avoided =
        |term: &AffinityTerm| neighbours(node, &term.topology_key, fleet).into_iter().any(|placed| meets(term, placed));
    if required_anti_affinity(candidate.spec, namespace).iter().any(avoided) {
        return for_now("node(s) didn't match pod anti-affinity rules");
    }
    None
}

fn existing_anti_affinity(candidate: &Candidate<'_>, node: &Node, fleet: &Fleet) -> Option<Objection> {
    let keeps_away = |(other, placed): (&Node, &Placed)| {
        placed.avoids.iter().any(|term| {
            let shared = domain(node, &term.topology_key);
            shared.is_some() && shared == domain(other, &term.topology_key) && meets(term, &candidate.placed)
        })
    };
    if fleet.hostile().any(keeps_away) {
        return for_now("node(s) didn't satisfy existing pods anti-affinity rules");
    }
    None
}

fn topology_spread(candidate: &Candidate<'_>, node: &Node, fleet: &Fleet) -> Option<Objection> {
    for rule in candidate.spec["topologySpreadConstraints"].as_array().into_iter().flatten() {
        if rule["whenUnsatisfiable"] != "DoNotSchedule" {
            continue;
        }
        let key = rule["topologyKey"].as_str().unwrap_or_default();
        let Some(own) = domain(node, key) else {
            return never("node(s) didn't match pod topology spread constraints (missing required label)");
        };
        let selector = LabelSelector::from_value(rule.get("labelSelector"));
        let counts = spread(candidate, &selector, key, fleet);
        let least = counts.values().min().copied().unwrap_or_default();
        let own_part = i64::from(selector.matches(&candidate.object.meta().labels));
        let skew = counts.get(own).copied().unwrap_or_default() + own_part - least;
        if skew > rule["maxSkew"].as_i64().unwrap_or(1) {
            return for_now("node(s) didn't match pod topology spread constraints");
        }
    }
    None
}

/// The matching pods in each domain that the pod's own node affinity leaves open.
fn spread<'f>(
    candidate: &Candidate<'_>,
    selector: &LabelSelector,
    key: &str,
    fleet: &'f Fleet,
) -> BTreeMap<&'f str, i64> {
    let mut counts = BTreeMap::new();
    for node in fleet.nodes.values().filter(|node| node_affinity(candidate, node, fleet).is_none()) {
        let Some(domain) = domain(node, key) else { continue };
        let matching = fleet
            .on(&node.name)
            .filter(|placed| placed.namespace == candidate.placed.namespace && selector.matches(&placed.labels));
        *counts.entry(domain).or_default() += i64::try_from(matching.count()).unwrap_or(i64::MAX);
    }
    counts
}
