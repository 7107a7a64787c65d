//! Whom a StatefulSet's claims belong to, and so when garbage collection takes them: the set, a pod that is too much, or
//! nobody.

use super::identity::{claims, pod_name};
use super::observed::{CLAIMS, Pass};
use crate::plan::{Action, CONTROLLER_MANAGER, Part};
use crate::reading::target;
use apiserver::Object;
use serde_json::{Value, json};

/// The writes that make the claims of all ordinals belong to whom the policy says.
pub(super) fn changes(pass: &Pass<'_>) -> Vec<Action> {
    let is_desired = pass.desired();
    let ordinals =
        is_desired.clone().chain(pass.members.keys().copied().filter(|ordinal| !is_desired.contains(ordinal)));
    let of_ordinal =
        |ordinal| claims(&pass.observed.set, &pass.spec, ordinal).into_iter().map(move |(name, _)| (ordinal, name));
    let present = |(ordinal, name): (i64, String)| {
        Some((ordinal, pass.observed.claims.iter().find(|claim| claim.name() == name)?))
    };
    ordinals
        .flat_map(of_ordinal)
        .filter_map(present)
        .filter_map(|(ordinal, claim)| change(pass, ordinal, claim))
        .collect()
}

/// Upstream's table: with `whenScaled: Delete` the claim of a pod that is too much goes with that pod; any other goes with
/// the set if `whenDeleted` says so.
fn change(pass: &Pass<'_>, ordinal: i64, claim: &Object) -> Option<Action> {
    let policy = &pass.spec.persistent_volume_claim_retention_policy;
    let set = &pass.observed.set;
    let is_too_much = !pass.desired().contains(&ordinal);
    let goes_with_pod = policy.when_scaled == "Delete" && is_too_much;
    let goes_with_set = policy.when_deleted == "Delete" && !goes_with_pod;
    let pod = pass.members.get(&ordinal).map(|member| member.object);
    let mut wanted: Vec<Value> =
        claim.get("/metadata/ownerReferences").and_then(|all| all.as_array().cloned()).unwrap_or_default();
    let before = wanted.clone();
    let pod_name = pod_name(set, ordinal);
    wanted.retain(|owner| {
        let (uid, name) = (&owner["uid"], &owner["name"]);
        let is_set = *uid == *set.meta().uid;
        // A reference to a pod of that name that is gone is as good as none.
        let is_pod = owner["kind"] == "Pod" && *name == *pod_name;
        let is_this_pod = is_pod && pod.is_some_and(|pod| *uid == *pod.meta().uid);
        (!is_set || goes_with_set) && (!is_pod || (goes_with_pod && is_this_pod))
    });
    let has = |wanted: &[Value], object: &Object| wanted.iter().any(|owner| owner["uid"] == *object.meta().uid);
    if goes_with_set && !has(&wanted, set) {
        wanted.push(reference(set, "apps/v1", "StatefulSet"));
    }
    if let Some(pod) = pod.filter(|pod| goes_with_pod && !has(&wanted, pod)) {
        wanted.push(reference(pod, "v1", "Pod"));
    }
    (wanted != before).then(|| Action::Patch {
        target: target(&CLAIMS, claim),
        part: Part::Main,
        change: json!({"metadata": {"ownerReferences": wanted}}),
        manager: CONTROLLER_MANAGER,
        resource_version: Some(claim.meta().resource_version.clone()),
    })
}

fn reference(owner: &Object, api_version: &str, kind: &str) -> Value {
    json!({"apiVersion": api_version, "kind": kind, "name": owner.name(), "uid": &*owner.meta().uid})
}
