//! Counting ended pods exactly once: first their uids stand in the status, then they lose the finalizer that kept
//! them, then they are in the counts. Stopped anywhere, the next pass goes on from there.

use super::indexes;
use super::observed::{Member, Spec, State, Status, TRACKING, Uncounted};
use crate::plan::{Action, CONTROLLER_MANAGER, Part};
use crate::reading::target;
use apiserver::resources;
use serde_json::{Value, json};

/// The status before the finalizers go, the writes that take them away, and the status after.
pub(super) struct Accounts {
    pub noted: Status,
    pub releases: Vec<Action>,
    pub counted: Status,
}

/// Accounts for the pods that have ended, and with a finished Job for those that never will.
pub(super) fn account(spec: &Spec, status: &Status, members: &[Member<'_>]) -> Accounts {
    let mut noted = status.clone();
    let mut uncounted = status.uncounted_terminated_pods.clone().unwrap_or_default();
    let mut indexes = indexes::parse(&status.completed_indexes);
    for member in members.iter().filter(|member| member.is_tracked()) {
        let uid = member.object.meta().uid.to_string();
        match ended(spec, member) {
            Some(State::Succeeded) => {
                let fresh = member.index().is_none_or(|index| !spec.is_indexed() || indexes.insert(index));
                if fresh {
                    uncounted.succeeded.insert(uid);
                }
            }
            Some(_) => {
                uncounted.failed.insert(uid);
            }
            None => {}
        }
    }
    let size = |list: &std::collections::BTreeSet<String>| i64::try_from(list.len()).unwrap_or(i64::MAX);
    let mut counted = status.clone();
    counted.succeeded = if spec.is_indexed() {
        i64::try_from(indexes.len()).unwrap_or(i64::MAX)
    } else {
        status.succeeded + size(&uncounted.succeeded)
    };
    counted.failed += size(&uncounted.failed);
    counted.completed_indexes = indexes::write(&indexes);
    counted.uncounted_terminated_pods = Some(Uncounted::default());
    noted.uncounted_terminated_pods = Some(uncounted);
    let gone = members.iter().filter(|member| member.is_tracked() && ended(spec, member).is_some());
    Accounts { noted, releases: gone.map(release).collect(), counted }
}

/// How a pod ended; `None` while it has not.
fn ended(spec: &Spec, member: &Member<'_>) -> Option<State> {
    match member.state {
        State::Active => None,
        State::Terminating => spec.replaces_terminating().then_some(State::Failed),
        ended => Some(ended),
    }
}

/// Lets a pod go that was kept to be counted.
pub(super) fn release(member: &Member<'_>) -> Action {
    let kept: Vec<_> =
        member.object.meta().finalizers.iter().filter(|own| &***own != TRACKING).map(|own| &**own).collect();
    let finalizers = if kept.is_empty() { Value::Null } else { json!(kept) };
    Action::Patch {
        target: target(&resources::PODS, member.object),
        part: Part::Main,
        change: json!({"metadata": {"finalizers": finalizers, "uid": &*member.object.meta().uid}}),
        manager: CONTROLLER_MANAGER,
        resource_version: None,
    }
}
