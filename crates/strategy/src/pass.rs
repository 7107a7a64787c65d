//! One pass over one Rollout while it is being planned: what was observed, by the parts things play, and what has been
//! decided so far. A leaf of the machine: it decides nothing.

use crate::counts::{Versions, fenceposts};
use crate::identity::recognise;
use crate::pause::PauseDraft;
use crate::plan::{Action, Event, Plan, Waiting};
use crate::replica_set::{ReplicaSet, Size};
use crate::world::{Service, World};
use api::Time;
use api::rollouts::names::PAUSE_INCONCLUSIVE_ANALYSIS;
use api::rollouts::{Rollout, RolloutCondition, RolloutStatus};
use jiff::{SignedDuration, Timestamp};
use object::Fetched;
use std::collections::BTreeMap;

/// The pass ends here, without a status: something is in the way, and it was said what.
#[derive(Debug)]
pub struct Halt;

/// Whether the pass goes on.
pub type Flow = Result<(), Halt>;

/// One pass.
pub struct Pass<'a> {
    /// What was observed.
    pub world: &'a World<'a>,
    /// When.
    pub now: Timestamp,
    /// The ReplicaSet of the wanted version.
    pub new: Option<&'a ReplicaSet>,
    /// That of the stable version.
    pub stable: Option<&'a ReplicaSet>,
    /// All others.
    pub others: Vec<&'a ReplicaSet>,
    /// The pods of each.
    pub versions: Versions,
    /// The conditions as the pass found them, in step with pauses.
    pub conditions: Vec<RolloutCondition>,
    /// The status being made.
    pub status: RolloutStatus,
    /// Pauses and abort.
    pub pause: PauseDraft,
    /// The revision of the Rollout, as the plan leaves it.
    pub revision: i64,
    /// The wanted version's ReplicaSet was about to be scaled down, but the time has not come.
    pub is_new_within_delay: bool,
    /// Services that this plan switches, with what they select then.
    pub switched: BTreeMap<String, String>,
    /// What is decided so far.
    pub plan: Plan,
}

impl<'a> Pass<'a> {
    /// Begins.
    pub fn begin(world: &'a World<'a>, now: Timestamp) -> Self {
        let rollout = world.rollout;
        let new = recognise(rollout, world.identity, world.sets).map(|found| found.set());
        let is_new = |set: &ReplicaSet| new.is_some_and(|new| new.uid == set.uid && new.name == set.name);
        let stable_hash = rollout.status.stable_rs.as_str();
        let stable = new
            .filter(|new| new.hash == stable_hash)
            .or_else(|| world.sets.iter().find(|set| set.hash == stable_hash))
            .filter(|_| !stable_hash.is_empty());
        let is_stable = |set: &ReplicaSet| stable.is_some_and(|stable| stable.name == set.name);
        let others: Vec<&ReplicaSet> = world.sets.iter().filter(|set| !is_new(set) && !is_stable(set)).collect();
        let versions = Versions {
            new: new.map(|set| set.size),
            stable: stable.map(|set| set.size),
            is_new_stable: new.is_some_and(is_stable),
            older: others.iter().map(|set| set.size).collect(),
        };
        let mut pass = Pass {
            world,
            now,
            new,
            stable,
            others,
            versions,
            conditions: rollout.status.conditions.clone(),
            status: RolloutStatus {
                restarted_at: rollout.status.restarted_at,
                alb: rollout.status.alb.clone(),
                albs: rollout.status.albs.clone(),
                duration: rollout.status.duration.clone(),
                unknown: rollout.status.unknown.clone(),
                ..RolloutStatus::default()
            },
            pause: PauseDraft::default(),
            revision: rollout.revision(),
            is_new_within_delay: new.is_some_and(|set| set.is_within_delay(now)),
            switched: BTreeMap::new(),
            plan: Plan::default(),
        };
        pass.status.canary.weights = rollout.status.canary.weights.clone();
        if rollout.status.is_fully_promoted() && rollout.status.abort {
            // An abort of what is done already is dropped.
            pass.pause.remove_abort();
        }
        pass
    }

    /// The Rollout.
    pub fn rollout(&self) -> &'a Rollout {
        self.world.rollout
    }

    /// The status as it was.
    pub fn before(&self) -> &'a RolloutStatus {
        &self.world.rollout.status
    }

    /// How many pods are wanted.
    pub fn replicas(&self) -> i64 {
        i64::from(self.rollout().spec.replicas())
    }

    /// Now, as objects have it.
    pub fn time(&self) -> Time {
        Time::new(self.now)
    }

    /// How many pods must stay available.
    pub fn available_min(&self) -> i64 {
        self.replicas() - fenceposts(self.rollout()).unavailable
    }

    /// The sum of something over all ReplicaSets.
    pub fn sum(&self, of: impl Fn(&Size) -> i64) -> i64 {
        self.world.sets.iter().map(|set| of(&set.size)).sum()
    }

    /// The ReplicaSet with this hash.
    pub fn set_of(&self, hash: &str) -> Option<&'a ReplicaSet> {
        self.world.sets.iter().find(|set| !hash.is_empty() && set.hash == hash)
    }

    /// The wanted version's hash.
    pub fn new_hash(&self) -> &'a str {
        self.new.map_or("", |set| set.hash.as_str())
    }

    /// Whether it goes back to the stable version.
    pub fn is_aborted(&self) -> bool {
        self.pause.is_aborted(self.before())
    }

    /// Why nothing about versions is changed now; `None` when it may be.
    pub fn halted_because(&self) -> Option<&'static str> {
        if self.rollout().spec.paused {
            return Some("the Rollout is paused by a user (spec.paused)");
        }
        self.before().pause(PAUSE_INCONCLUSIVE_ANALYSIS).map(|_| "an analysis came to no verdict")
    }

    /// Decides on a write.
    pub fn act(&mut self, action: Action) {
        self.plan.actions.push(action);
    }

    /// Tells people.
    pub fn tell(&mut self, reason: impl Into<String>, message: impl Into<String>) {
        self.plan.events.push(Event { is_warning: false, reason: reason.into(), message: message.into(), of: None });
    }

    /// Tells people of the write that was decided on last: it is told once that is made.
    pub fn tell_done(&mut self, reason: impl Into<String>, message: impl Into<String>) {
        let of = self.plan.actions.len().checked_sub(1);
        self.plan.events.push(Event { is_warning: false, reason: reason.into(), message: message.into(), of });
    }

    /// Warns people.
    pub fn warn(&mut self, reason: impl Into<String>, message: impl Into<String>) {
        self.plan.events.push(Event { is_warning: true, reason: reason.into(), message: message.into(), of: None });
    }

    /// Says what is being waited for.
    pub fn wait(&mut self, for_what: impl Into<String>, since: Option<Timestamp>, unblocked_by: impl Into<String>) {
        let waiting = Waiting { for_what: for_what.into(), since, unblocked_by: unblocked_by.into() };
        if !self.plan.waiting.contains(&waiting) {
            self.plan.waiting.push(waiting);
        }
    }

    /// Looks again after a while.
    pub fn wake_after(&mut self, from: Timestamp, seconds: i64) {
        self.plan.wake_at(after(from, seconds));
    }

    /// A Service that the spec names.
    pub fn service(&mut self, name: &str) -> Result<&'a Service, Halt> {
        match self.world.services.get(name) {
            Some(Fetched::Known(service)) => Ok(service),
            Some(Fetched::Unknown(cause)) => {
                self.wait(format!("service {name}, which could not be read: {cause}"), None, "it is tried again");
                Err(Halt)
            }
            Some(Fetched::Absent) | None => {
                self.wait(format!("service {name}"), None, "create it, or name another one in the strategy");
                Err(Halt)
            }
        }
    }

    /// The version that a Service selects when the plan is carried out; `None` when it selects no particular one.
    pub fn selected(&self, name: &str) -> Option<&str> {
        if let Some(hash) = self.switched.get(name) {
            return Some(hash);
        }
        self.world.services.get(name)?.known()?.hash.as_deref()
    }
}

/// A time so many seconds later; the last there is when that is beyond it.
pub fn after(from: Timestamp, seconds: i64) -> Timestamp {
    from.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX)
}
