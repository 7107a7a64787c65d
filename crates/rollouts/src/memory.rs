//! What is kept of each Rollout between passes: only what costs much to compute again. Losing it costs only work.

use crate::key::RolloutKey;
use crate::workload::Workload;
use api::rollouts::Rollout;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use strategy::Identity;
use strategy::validation::{Origin, spec_warnings, validate_spec};

/// What the hashes of a Rollout follow from, besides its own identity.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Basis {
    uid: String,
    generation: i64,
    collisions: Option<i32>,
    /// Version of the workload it refers to.
    workload: Box<str>,
}

/// What follows from a spec alone.
#[derive(Debug, PartialEq, Eq)]
pub struct Spec {
    /// The hashes.
    pub identity: Identity,
    /// What is wrong with it.
    pub problem: Option<String>,
    /// What of it is accepted but does not hold.
    pub warnings: Vec<String>,
}

/// What is kept of all Rollouts.
#[derive(Debug, Default)]
pub struct Memories {
    specs: Mutex<BTreeMap<RolloutKey, (Basis, Arc<Spec>)>>,
    workloads: Mutex<BTreeMap<RolloutKey, Arc<Workload>>>,
}

impl Memories {
    /// What follows from the spec of a Rollout whose template is filled in.
    #[must_use]
    pub fn spec(&self, key: &RolloutKey, rollout: &Rollout, workload: Option<&Workload>) -> Arc<Spec> {
        let basis = Basis {
            uid: rollout.metadata.uid.clone(),
            generation: rollout.metadata.generation,
            collisions: rollout.status.collision_count,
            workload: workload.map(|workload| workload.version.clone()).unwrap_or_default(),
        };
        if let Some((known, spec)) = lock(&self.specs).get(key)
            && *known == basis
        {
            return Arc::clone(spec);
        }
        let origin = if workload.is_some() { Origin::Resolved } else { Origin::Written };
        let problem = validate_spec(rollout, origin).into_iter().next().map(|error| error.to_string());
        let warnings = spec_warnings(rollout).iter().map(ToString::to_string).collect();
        let spec = Arc::new(Spec { identity: Identity::of(rollout), problem, warnings });
        lock(&self.specs).insert(key.clone(), (basis, Arc::clone(&spec)));
        spec
    }

    /// The workload that a Rollout refers to, if it is known at this version.
    #[must_use]
    pub fn workload(&self, key: &RolloutKey, uid: &str, version: &str) -> Option<Arc<Workload>> {
        let known = lock(&self.workloads).get(key).cloned();
        known.filter(|workload| *workload.uid == *uid && *workload.version == *version)
    }

    /// Keeps the workload that a Rollout refers to.
    pub fn keep_workload(&self, key: &RolloutKey, workload: &Arc<Workload>) {
        lock(&self.workloads).insert(key.clone(), Arc::clone(workload));
    }

    /// Forgets a Rollout.
    pub fn forget(&self, key: &RolloutKey) {
        lock(&self.specs).remove(key);
        lock(&self.workloads).remove(key);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
