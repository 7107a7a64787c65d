//! Which version each Service selects. A Service never comes to select a version without pods that can answer.

use crate::pass::{Flow, Pass};
use crate::plan::Action;
use crate::replica_set::ReplicaSet;
use crate::words::REASON_SWITCH;
use traffic::{Preference, stable_and_canary};

/// Whether a version must have pods before it is selected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// It must.
    Pods,
    /// It need not: a router decides what reaches it.
    Nothing,
}

/// Makes a Service select a version.
pub fn switch(pass: &mut Pass<'_>, name: &str, hash: &str) -> Flow {
    let service = pass.service(name)?;
    let from = service.hash.clone().unwrap_or_default();
    let adopt = service.managed_by.is_none();
    if service.hash.as_deref() == Some(hash) && !adopt {
        return Ok(());
    }
    pass.act(Action::Switch { service: name.to_owned(), from: from.clone(), to: hash.to_owned(), adopt });
    pass.tell_done(REASON_SWITCH, format!("Switched selector for service '{name}' from '{from}' to '{hash}'"));
    pass.switched.insert(name.to_owned(), hash.to_owned());
    Ok(())
}

/// Makes a Service select a version as soon as that can take it: with all its pods when nobody managed the Service
/// before, with one otherwise.
pub fn point(pass: &mut Pass<'_>, name: &str, set: Option<&ReplicaSet>, check: Check) -> Flow {
    let Some(set) = set.filter(|_| !name.is_empty()) else { return Ok(()) };
    let service = pass.service(name)?;
    if service.hash.as_deref().unwrap_or_default() == set.hash {
        return Ok(());
    }
    let is_ready = match service.managed_by {
        None => set.is_available() && set.size.available > 0,
        Some(_) => set.size.available > 0,
    };
    if check == Check::Pods && !is_ready {
        let what = format!("pods of ReplicaSet {} before service {name} selects it", set.name);
        pass.wait(what, None, "its pods becoming available");
        return Ok(());
    }
    switch(pass, name, &set.hash)
}

/// The Services of a canary.
pub fn reconcile(pass: &mut Pass<'_>) -> Flow {
    let rollout = pass.rollout();
    let Some(canary) = &rollout.spec.strategy.canary else { return Ok(()) };
    if canary.ping_pong.is_some() && !pass.before().is_fully_promoted() {
        let (_, fresh) = stable_and_canary(rollout, Preference::PingPong);
        // As long as the version it led to has a share, that must be taken away first.
        let has_share = pass.before().canary.weights.as_ref().is_some_and(|weights| weights.canary.weight > 0);
        point(pass, fresh, pass.new, if has_share { Check::Pods } else { Check::Nothing })?;
    }
    point(pass, &canary.stable_service, pass.stable, Check::Pods)?;
    if pass.is_aborted() {
        // Where a router shares traffic out, its decision on the way back includes this Service; pointing it at the new
        // version here would turn it to and fro in every pass.
        let is_routed = canary.traffic_routing.is_some();
        return if is_routed { Ok(()) } else { point(pass, &canary.canary_service, pass.stable, Check::Pods) };
    }
    if crate::going_back::going_back_from(pass).is_some() {
        // The stable version is too small yet to take what the new one has.
        return Ok(());
    }
    point(pass, &canary.canary_service, pass.new, Check::Pods)
}
