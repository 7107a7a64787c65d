//! A ReplicaSet, the parts it plays, and its pods.

use crate::icon;
use crate::owned::{annotation, is_owned, revision_of};
use crate::pod::PodView;
use api::rollouts::Rollout;
use api::rollouts::names::{ANNOTATION_EXPERIMENT_TEMPLATE, ANNOTATION_SCALE_DOWN_DEADLINE, LABEL_POD_TEMPLATE_HASH};
use jiff::Timestamp;
use kinds::columns::human_duration;
use object::Object;
use serde_json::Value;
use std::cmp::Reverse;

/// A part that a version plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// It is the one that was found good.
    Stable,
    /// It is the one that is tried.
    Canary,
    /// It is in use.
    Active,
    /// It is shown before use.
    Preview,
    /// It stands behind the Service ping.
    Ping,
    /// It stands behind the Service pong.
    Pong,
}

impl Role {
    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Role::Stable => "stable",
            Role::Canary => "canary",
            Role::Active => "active",
            Role::Preview => "preview",
            Role::Ping => "ping",
            Role::Pong => "pong",
        }
    }
}

/// A ReplicaSet.
#[derive(Debug, Clone, PartialEq)]
pub struct SetView {
    /// Its name.
    pub name: String,
    /// Its identity.
    pub uid: String,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// Healthy, Progressing, ScaledDown or ReplicaFailure.
    pub status: &'static str,
    /// The sign of that state.
    pub icon: &'static str,
    /// Its revision.
    pub revision: i64,
    /// The parts it plays, in the order in which they are named.
    pub roles: Vec<Role>,
    /// How many pods it asks for.
    pub wanted: i64,
    /// How many pods it has.
    pub replicas: i64,
    /// How many of them are available.
    pub available: i64,
    /// Which of an Experiment's versions it is; empty when it is of none.
    pub template: String,
    /// When it is scaled down, as it is written on it; empty when nobody said so.
    pub scale_down_deadline: String,
    /// The images of its containers.
    pub images: Vec<String>,
    /// Its pods.
    pub pods: Vec<PodView>,
}

impl SetView {
    /// Whether it plays this part.
    #[must_use]
    pub fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// How long until it is scaled down, `passed` after that; `None` when nobody said so.
    #[must_use]
    pub fn delay(&self, now: Timestamp) -> Option<String> {
        if self.scale_down_deadline.is_empty() {
            return None;
        }
        // Compat: a time that cannot be read leaves the word empty.
        let Ok(deadline) = self.scale_down_deadline.parse::<Timestamp>() else { return Some(String::new()) };
        Some(if deadline < now { "passed".to_owned() } else { human_duration(deadline.duration_since(now)) })
    }

    fn of(set: &Object, rollout: Option<&Rollout>, pods: &[Object]) -> Self {
        let value = set.value();
        let number = |pointer: &str| value.pointer(pointer).and_then(Value::as_i64);
        let hash = set.meta().labels.get(LABEL_POD_TEMPLATE_HASH).map_or("", |hash| hash);
        let status = health(&value, set.meta().generation);
        let containers = value.pointer("/spec/template/spec/containers").and_then(Value::as_array);
        let images = containers.into_iter().flatten().map(|it| it["image"].as_str().unwrap_or_default().to_owned());
        let mut pods: Vec<PodView> =
            pods.iter().filter(|pod| is_owned(pod, &set.meta().uid)).map(PodView::of).collect();
        pods.sort_by(|left, right| left.created.cmp(&right.created).then_with(|| left.name.cmp(&right.name)));
        SetView {
            name: set.name().to_owned(),
            uid: set.meta().uid.to_string(),
            created: set.meta().creation_timestamp,
            status,
            icon: icon::of_set(status),
            revision: revision_of(set),
            roles: rollout.map(|rollout| roles(rollout, hash)).unwrap_or_default(),
            wanted: number("/spec/replicas").unwrap_or(1),
            replicas: number("/status/replicas").unwrap_or(0),
            available: number("/status/availableReplicas").unwrap_or(0),
            template: annotation(set, ANNOTATION_EXPERIMENT_TEMPLATE).to_owned(),
            scale_down_deadline: annotation(set, ANNOTATION_SCALE_DOWN_DEADLINE).to_owned(),
            images: images.collect(),
            pods,
        }
    }
}

/// The ReplicaSets that `owner` owns with their pods, newest revision first. Parts are those in `rollout`.
pub fn sets_of(owner: &str, rollout: Option<&Rollout>, sets: &[Object], pods: &[Object]) -> Vec<SetView> {
    let own = sets.iter().filter(|set| is_owned(set, owner));
    let mut views: Vec<SetView> = own.map(|set| SetView::of(set, rollout, pods)).collect();
    views.sort_by(|left, right| {
        (Reverse(left.revision), left.name.as_str()).cmp(&(Reverse(right.revision), right.name.as_str()))
    });
    views
}

fn roles(rollout: &Rollout, hash: &str) -> Vec<Role> {
    let status = &rollout.status;
    let mut roles = Vec::new();
    let is_stable = status.stable_rs == hash;
    if let Some(canary) = &rollout.spec.strategy.canary {
        let is_new = !is_stable && status.current_pod_hash == hash;
        roles.extend(is_stable.then_some(Role::Stable));
        roles.extend(is_new.then_some(Role::Canary));
        if canary.ping_pong.is_some() && (is_stable || is_new) {
            let is_ping = traffic::is_stable_ping(rollout) == is_stable;
            roles.push(if is_ping { Role::Ping } else { Role::Pong });
        }
    }
    if rollout.spec.strategy.blue_green.is_some() {
        roles.extend((is_stable && !roles.contains(&Role::Stable)).then_some(Role::Stable));
        if status.blue_green.active_selector == hash {
            roles.push(Role::Active);
        } else if status.blue_green.preview_selector == hash {
            roles.push(Role::Preview);
        }
    }
    roles
}

fn health(set: &Value, generation: i64) -> &'static str {
    let number = |pointer: &str| set.pointer(pointer).and_then(Value::as_i64);
    let wanted = number("/spec/replicas");
    if generation > number("/status/observedGeneration").unwrap_or(0) {
        return "Progressing";
    }
    let conditions = set.pointer("/status/conditions").and_then(Value::as_array);
    let failure = conditions.into_iter().flatten().find(|condition| condition["type"] == "ReplicaFailure");
    if failure.is_some_and(|failure| failure["status"] == "True") {
        return "ReplicaFailure";
    }
    match wanted {
        Some(wanted) if number("/status/availableReplicas").unwrap_or(0) < wanted => "Progressing",
        Some(0) => "ScaledDown",
        _ => "Healthy",
    }
}
