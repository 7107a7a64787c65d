//! What planning must know of one ReplicaSet. A leaf module.

use api::Time;
use api::rollouts::RolloutCondition;
use api::rollouts::names::{
    ANNOTATION_DESIRED_REPLICAS, ANNOTATION_EXPERIMENT_NAME, ANNOTATION_REVISION, ANNOTATION_SCALE_DOWN_DEADLINE,
    CONDITION_REPLICA_FAILURE, LABEL_POD_TEMPLATE_HASH,
};
use jiff::Timestamp;
use object::Object;
use serde_json::Value;
use std::collections::BTreeMap;

/// How many pods there are of one version.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Size {
    /// How many are asked for.
    pub spec: i64,
    /// How many there are.
    pub actual: i64,
    /// How many of them are ready.
    pub ready: i64,
    /// How many of them are available.
    pub available: i64,
}

/// One ReplicaSet of a Rollout.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReplicaSet {
    /// Its name.
    pub name: String,
    /// Its identity.
    pub uid: String,
    /// Its template hash, from its label; empty without one.
    pub hash: String,
    /// When it was made.
    pub created: Timestamp,
    /// It is being deleted.
    pub is_deleting: bool,
    /// Its controller has seen its spec.
    pub is_observed: bool,
    /// Its pods.
    pub size: Size,
    /// Seconds a pod must be ready before it counts as available.
    pub min_ready_seconds: i32,
    /// Its annotations.
    pub annotations: BTreeMap<String, String>,
    /// Why pods cannot be made.
    pub failure: Option<RolloutCondition>,
    /// Its pod template.
    pub template: Value,
}

/// Why an object is no ReplicaSet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAReplicaSet(
    /// What is wrong.
    pub String,
);

impl ReplicaSet {
    /// Reads one.
    ///
    /// # Errors
    /// When a number is none.
    pub fn read(object: &Object) -> Result<Self, NotAReplicaSet> {
        let value: Value = serde_json::from_slice(object.raw())
            .map_err(|error| NotAReplicaSet(format!("{}: {error}", object.key())))?;
        let meta = object.meta();
        let number = |path: &str, otherwise: i64| value.pointer(path).and_then(Value::as_i64).unwrap_or(otherwise);
        let own = |map: &BTreeMap<Box<str>, Box<str>>| {
            map.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect::<BTreeMap<String, String>>()
        };
        Ok(ReplicaSet {
            name: meta.name.to_string(),
            uid: meta.uid.to_string(),
            hash: meta.labels.get(LABEL_POD_TEMPLATE_HASH).map(ToString::to_string).unwrap_or_default(),
            created: meta.creation_timestamp.unwrap_or_default(),
            is_deleting: meta.deletion_timestamp.is_some(),
            is_observed: number("/status/observedGeneration", 0) >= meta.generation,
            size: Size {
                spec: number("/spec/replicas", 1),
                actual: number("/status/replicas", 0),
                ready: number("/status/readyReplicas", 0),
                available: number("/status/availableReplicas", 0),
            },
            min_ready_seconds: i32::try_from(number("/spec/minReadySeconds", 0)).unwrap_or_default(),
            annotations: own(&meta.annotations),
            failure: failure(&value),
            template: value.pointer("/spec/template").cloned().unwrap_or_default(),
        })
    }

    /// Its revision; 0 without one, `None` when the annotation is no number.
    #[must_use]
    pub fn revision(&self) -> Option<i64> {
        self.annotations.get(ANNOTATION_REVISION).map_or(Some(0), |text| text.parse().ok())
    }

    /// How many pods its Rollout wanted when it was last scaled.
    #[must_use]
    pub fn desired_replicas(&self) -> Option<i64> {
        self.annotations.get(ANNOTATION_DESIRED_REPLICAS)?.parse().ok()
    }

    /// Whether it has a time at which it is scaled down, readable or not.
    #[must_use]
    pub fn has_deadline(&self) -> bool {
        self.annotations.get(ANNOTATION_SCALE_DOWN_DEADLINE).is_some_and(|text| !text.is_empty())
    }

    /// When it is scaled down, if it is to be and the time can be read.
    #[must_use]
    pub fn deadline(&self) -> Option<Timestamp> {
        self.annotations.get(ANNOTATION_SCALE_DOWN_DEADLINE)?.parse().ok()
    }

    /// Whether that time is still to come.
    #[must_use]
    pub fn is_within_delay(&self, now: Timestamp) -> bool {
        self.deadline().is_some_and(|deadline| deadline > now)
    }

    /// Whether an Experiment made it.
    #[must_use]
    pub fn is_of_experiment(&self) -> bool {
        self.annotations.get(ANNOTATION_EXPERIMENT_NAME).is_some_and(|name| !name.is_empty())
    }

    /// Whether it has all the pods it asks for, and asks for some.
    #[must_use]
    pub fn is_available(&self) -> bool {
        self.size.spec != 0 && self.size.available != 0 && self.size.spec <= self.size.available
    }
}

fn failure(value: &Value) -> Option<RolloutCondition> {
    let conditions = value.pointer("/status/conditions").and_then(Value::as_array)?;
    let failure = conditions.iter().find(|condition| condition["type"] == CONDITION_REPLICA_FAILURE)?;
    let text = |field: &str| failure[field].as_str().unwrap_or_default().to_owned();
    let since: Time = failure["lastTransitionTime"]
        .as_str()
        .and_then(|text| text.parse::<Timestamp>().ok())
        .unwrap_or_default()
        .into();
    Some(RolloutCondition {
        kind: CONDITION_REPLICA_FAILURE.to_owned(),
        status: text("status"),
        last_update_time: since,
        last_transition_time: since,
        reason: text("reason"),
        message: text("message"),
        ..RolloutCondition::default()
    })
}

/// The greatest revision among some.
#[must_use]
pub fn revision_max<'a>(sets: impl IntoIterator<Item = &'a ReplicaSet>) -> i64 {
    sets.into_iter().filter_map(ReplicaSet::revision).max().unwrap_or(0).max(0)
}

/// Oldest first, as Kubernetes sorts them: by creation, then by name.
pub fn sort_by_creation(sets: &mut [&ReplicaSet]) {
    sets.sort_by(|left, right| left.created.cmp(&right.created).then_with(|| left.name.cmp(&right.name)));
}

/// Highest revision first; those without a number last.
pub fn sort_by_revision_descending(sets: &mut [&ReplicaSet]) {
    let revision =
        |set: &ReplicaSet| set.annotations.get(ANNOTATION_REVISION).and_then(|text| text.parse::<i64>().ok());
    sets.sort_by(|left, right| {
        revision(right)
            .cmp(&revision(left))
            .then_with(|| right.created.cmp(&left.created))
            .then_with(|| right.name.cmp(&left.name))
    });
}
