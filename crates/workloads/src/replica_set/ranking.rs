//! Which pods go first when there are too many: those that serve least and would be missed least.

use crate::pod::Pod;
use apiserver::Object;
use jiff::Timestamp;
use std::cmp::{Ordering, Reverse};
use std::collections::BTreeMap;

/// What a pod's owner would pay for its deletion, as an annotation; lower goes first.
const DELETION_COST: &str = "controller.kubernetes.io/pod-deletion-cost";

/// The pods, those to be deleted first in front.
pub(super) fn first_to_go<'a>(pods: &[(&'a Object, &Pod)], related: &[Object], now: Timestamp) -> Vec<&'a Object> {
    let crowd = crowd(related);
    let rank = |pod: &Pod| crowd.get(&pod.spec.node_name).copied().unwrap_or_default();
    let mut ranked: Vec<_> = pods.to_vec();
    ranked.sort_by(|one, other| compare(one, other, now, |pod| rank(pod)));
    ranked.into_iter().map(|(object, _)| object).collect()
}

/// How many living pods of the same application each node has.
fn crowd(related: &[Object]) -> BTreeMap<String, usize> {
    let mut crowd = BTreeMap::new();
    for object in related.iter().filter(|object| !object.meta().is_terminating()) {
        let pod = Pod::read(object);
        if !pod.is_finished() && !pod.spec.node_name.is_empty() {
            *crowd.entry(pod.spec.node_name).or_default() += 1;
        }
    }
    crowd
}

fn compare(
    (one, one_pod): &(&Object, &Pod),
    (other, other_pod): &(&Object, &Pod),
    now: Timestamp,
    crowd: impl Fn(&Pod) -> usize,
) -> Ordering {
    let assigned = |pod: &Pod| !pod.spec.node_name.is_empty();
    let created = |object: &Object| object.meta().creation_timestamp;
    assigned(one_pod)
        .cmp(&assigned(other_pod))
        .then_with(|| phase(one_pod).cmp(&phase(other_pod)))
        .then_with(|| one_pod.is_ready().cmp(&other_pod.is_ready()))
        .then_with(|| cost(one).cmp(&cost(other)))
        .then_with(|| Reverse(crowd(one_pod)).cmp(&Reverse(crowd(other_pod))))
        .then_with(|| age(one_pod.ready_since(), now).cmp(&age(other_pod.ready_since(), now)))
        .then_with(|| Reverse(one_pod.restarts()).cmp(&Reverse(other_pod.restarts())))
        .then_with(|| age(created(one), now).cmp(&age(created(other), now)))
        .then_with(|| one.meta().uid.cmp(&other.meta().uid))
}

fn phase(pod: &Pod) -> u8 {
    match pod.status.phase.as_str() {
        "Running" => 2,
        "Unknown" => 1,
        _ => 0,
    }
}

fn cost(object: &Object) -> i64 {
    object.meta().annotation(DELETION_COST).and_then(|cost| cost.parse().ok()).unwrap_or_default()
}

/// Ages compare by their order of magnitude: of pods about equally old, the choice is as good as random.
fn age(since: Option<Timestamp>, now: Timestamp) -> u32 {
    let Some(since) = since else { return 0 };
    let nanoseconds = u128::try_from((now.as_nanosecond() - since.as_nanosecond()).max(1)).unwrap_or(1);
    nanoseconds.ilog2()
}
