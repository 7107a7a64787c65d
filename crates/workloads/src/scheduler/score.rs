//! Which of the nodes that can take a pod is best: wishes first, then an even spread, then the name.

use super::filter::{Candidate, tolerates};
use super::fleet::{Fleet, Node};
use super::terms::{node_term_matches, preferred};
use std::cmp::Reverse;

/// The best of these nodes.
pub(super) fn best<'n>(candidate: &Candidate<'_>, nodes: &[&'n Node], fleet: &Fleet) -> Option<&'n Node> {
    nodes.iter().copied().max_by_key(|node| {
        let owner = candidate.placed.owner.as_deref();
        let siblings = owner.map_or(0, |owner| fleet.count_of(&node.name, owner));
        (wishes(candidate, node, fleet), Reverse(siblings), Reverse(fleet.count(&node.name)), Reverse(&node.name))
    })
}

fn wishes(candidate: &Candidate<'_>, node: &Node, fleet: &Fleet) -> i64 {
    let spec = candidate.spec;
    let terms = &spec["affinity"]["nodeAffinity"]["preferredDuringSchedulingIgnoredDuringExecution"];
    let by_node: i64 = terms
        .as_array()
        .into_iter()
        .flatten()
        .filter(|term| node_term_matches(&term["preference"], &node.name, &node.labels))
        .filter_map(|term| term["weight"].as_i64())
        .sum();
    let soft = node.taints.iter().filter(|taint| taint.effect == "PreferNoSchedule" && !tolerates(spec, taint));
    let by_taint = i64::try_from(soft.count()).unwrap_or(i64::MAX);
    let by_company: i64 = preferred(spec, &candidate.placed.namespace)
        .iter()
        .map(|(weight, term)| {
            let own = node.labels.get(&term.topology_key);
            let near =
                fleet.nodes.values().filter(|other| own.is_some() && other.labels.get(&term.topology_key) == own);
            let met = near.flat_map(|other| fleet.on(&other.name));
            let met = met.filter(|placed| term.means(&placed.namespace, &placed.labels)).count();
            weight * i64::try_from(met).unwrap_or(i64::MAX)
        })
        .sum();
    by_node + by_company - by_taint
}
