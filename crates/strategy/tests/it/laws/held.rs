//! What holds after every single write, whatever came before it.

use crate::stage::Stage;
use api::rollouts::Rollout;
use std::collections::BTreeMap;
use strategy::counts::{fenceposts, weight_max};
use strategy::{Action, ReplicaSet};
use traffic::{Preference, stable_and_canary};

/// The world as it was before a write.
#[derive(Clone, Default)]
pub struct Held {
    sets: BTreeMap<String, ReplicaSet>,
    /// Share of the traffic and the version it goes to, by Service.
    reached: BTreeMap<String, (i64, String)>,
}

impl Held {
    /// What is held to be so from now on.
    pub fn of(stage: &Stage) -> Self {
        Held { sets: stage.sets.iter().map(|set| (set.name.clone(), set.clone())).collect(), reached: reached(stage) }
    }

    /// Looks at the world after a write.
    pub fn after(&mut self, stage: &Stage, action: &Action) {
        let after = Held::of(stage);
        match action {
            Action::ChangeSet { name, change } => {
                if let Some((from, to)) = change.replicas {
                    if to > from {
                        not_too_many(stage, name, from, to);
                    } else {
                        self.enough_stay(stage, name, &after);
                    }
                }
            }
            Action::DeleteSet(name) => {
                let set = &self.sets[name];
                let status = &stage.rollout.status;
                assert!(set.size.spec == 0 && set.size.actual == 0, "{name} is deleted with pods: {}", stage.line());
                assert!(set.hash != status.stable_rs, "{name} is stable, and deleted: {}", stage.line());
            }
            Action::Route(_) => shares_can_be_taken(stage, &self.reached, &after.reached),
            _ => {}
        }
        self.nothing_leads_nowhere(stage, &after, action);
        *self = after;
    }

    /// Traffic that this write moved comes to pods that are available.
    fn nothing_leads_nowhere(&self, stage: &Stage, after: &Held, action: &Action) {
        for (service, (share, hash)) in &after.reached {
            let (before, from) = self.reached.get(service).cloned().unwrap_or_default();
            if *share == 0 || (from == *hash && *share <= before) || stage.rollout.spec.replicas() == 0 {
                continue;
            }
            let available = available(stage, hash);
            assert!(available > 0, "{action}: {service} leads {share} to no pods: {}", stage.line());
        }
    }

    /// Pods that are needed are not taken away.
    fn enough_stay(&self, stage: &Stage, name: &str, after: &Held) {
        let kept = |sets: &BTreeMap<String, ReplicaSet>| sets.values().map(kept).sum::<i64>();
        let wanted = i64::from(stage.rollout.spec.replicas());
        if is_by_pods(&stage.rollout) {
            let least = wanted - fenceposts(&stage.rollout).unavailable;
            let (before, now) = (kept(&self.sets), kept(&after.sets));
            assert!(now >= before.min(least), "{now} of {before} kept, {least} needed: {}", stage.line());
            return;
        }
        let set = &after.sets[name];
        for (share, _) in after.reached.values().filter(|(_, hash)| *hash == set.hash) {
            let needed = needed(stage, set, *share);
            let before = self.sets.get(name).map_or(0, self::kept);
            assert!(
                self::kept(set) >= before.min(needed),
                "{name} keeps {} of {before}, its share of {share} needs {needed}: {}",
                self::kept(set),
                stage.line()
            );
        }
    }
}

/// Pods of a version that its share of the traffic needs.
fn needed(stage: &Stage, set: &ReplicaSet, share: i64) -> i64 {
    let full = share * i64::from(stage.rollout.spec.replicas()) / weight_max(&stage.rollout);
    let is_new = set.hash != stage.rollout.status.stable_rs;
    // A step may give the new version fewer pods than its share would need, as somebody wished.
    let canary = stage.rollout.spec.strategy.canary.as_ref();
    let may_be_few = canary.is_some_and(|canary| canary.steps.iter().any(|step| step.set_canary_scale.is_some()));
    if is_new && may_be_few { full.min(1) } else { full }
}

fn kept(set: &ReplicaSet) -> i64 {
    set.size.available.min(set.size.spec)
}

fn available(stage: &Stage, hash: &str) -> i64 {
    stage.sets.iter().find(|set| set.hash == hash).map_or(0, |set| set.size.available)
}

/// Whether traffic follows the numbers of pods.
fn is_by_pods(rollout: &Rollout) -> bool {
    rollout.spec.strategy.canary.as_ref().is_some_and(|canary| canary.traffic_routing.is_none())
}

fn not_too_many(stage: &Stage, name: &str, from: i64, to: i64) {
    let rollout = &stage.rollout;
    let wanted = i64::from(rollout.spec.replicas());
    if is_by_pods(rollout) {
        let asked: i64 = stage.sets.iter().map(|set| set.size.spec).sum();
        let most = wanted + fenceposts(rollout).surge;
        assert!(asked <= most, "{name} {from} -> {to}: {asked} pods of {most}: {}", stage.line());
        return;
    }
    let strategy = &rollout.spec.strategy;
    let preview = strategy.blue_green.as_ref().and_then(|it| it.preview_replica_count).map_or(0, i64::from);
    let steps = strategy.canary.as_ref().map_or(&[][..], |canary| &canary.steps);
    let scaled = steps.iter().filter_map(|step| step.set_canary_scale.as_ref()?.replicas).max().map_or(0, i64::from);
    let most = wanted.max(preview).max(scaled);
    assert!(to <= most, "{name} {from} -> {to}: more than {most}: {}", stage.line());
}

/// What share of the traffic each Service gets, and which version it leads to.
fn reached(stage: &Stage) -> BTreeMap<String, (i64, String)> {
    let rollout = &stage.rollout;
    let all = weight_max(rollout);
    let hash = |name: &str| {
        stage.services.get(name).and_then(|it| it.known()).and_then(|it| it.hash.clone()).unwrap_or_default()
    };
    let mut reached = BTreeMap::new();
    let strategy = &rollout.spec.strategy;
    if let Some(blue_green) = &strategy.blue_green {
        let name = &blue_green.active_service;
        reached.insert(name.clone(), (all, hash(name)));
    } else if is_by_pods(rollout) {
        for name in stage.services.keys() {
            reached.insert(name.clone(), (all, hash(name)));
        }
    } else {
        let (stable, canary) = stable_and_canary(rollout, Preference::PingPong);
        let share = |side: &str, otherwise| stage.balancer.current[side].as_i64().unwrap_or(otherwise);
        reached.insert(canary.to_owned(), (share("canary", 0), hash(canary)));
        reached.insert(stable.to_owned(), (share("stable", all), hash(stable)));
    }
    reached.retain(|_, (_, hash)| !hash.is_empty());
    reached
}

/// No version gets a greater share than its pods can take.
fn shares_can_be_taken(
    stage: &Stage,
    before: &BTreeMap<String, (i64, String)>,
    after: &BTreeMap<String, (i64, String)>,
) {
    let rollout = &stage.rollout;
    let current = &stage.balancer.current;
    let others: i64 = current["others"].as_object().into_iter().flatten().filter_map(|(_, it)| it.as_i64()).sum();
    let sum = current["canary"].as_i64().unwrap_or(0) + current["stable"].as_i64().unwrap_or(0) + others;
    assert_eq!(sum, weight_max(rollout), "shares add up: {current}");
    let canary = rollout.spec.strategy.canary.as_ref().expect("a canary");
    if canary.replica_progress_threshold.is_some() {
        return;
    }
    for (service, (share, hash)) in after {
        let Some(set) = stage.sets.iter().find(|set| set.hash == *hash) else { continue };
        let grew = before.get(service).is_none_or(|(before, _)| share > before);
        let needed = needed(stage, set, *share);
        assert!(
            !grew || set.size.available >= needed,
            "{service} gets {share}, {} has {} of {needed} pods: {}",
            set.name,
            set.size.available,
            stage.line()
        );
    }
}
